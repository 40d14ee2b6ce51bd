"""Panel components that apps and notebooks share."""

from .board import EncoderBoard
from .explore import StimulusExplorer, explore
from .explorer import Explorer
from .notebook import equations, phase_plane
from .pages import PAGES, page
from .server import serve
