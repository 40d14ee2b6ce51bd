"""Panel components that apps and notebooks share."""

from .encoders import EncoderBoard
from .explore import StimulusExplorer, explore
from .explorer import Explorer
from .notebook import equations, phase_plane
from .page import PAGES, page
from .server import serve
