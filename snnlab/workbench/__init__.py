"""Panel components that apps and notebooks share."""

from .board import EncoderBoard
from .explorer import Explorer
from .file import save_html
from .notebook import equations, explore, phase_plane
from .pages import PAGES, page
from .picture import bifurcation_diagram, impedance_curve, interval_histogram
from .server import serve
from .stimulus_explorer import StimulusExplorer
