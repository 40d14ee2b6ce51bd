"""Panel components that apps and notebooks share."""

import os

# Else threads of torch that have nothing to do wait with all their might, and take the cores from other sessions.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from .board import EncoderBoard
from .explorer import Explorer
from .file import save_html
from .notebook import equations, explore, phase_plane
from .pages import PAGES, page
from .picture import bifurcation_diagram, impedance_curve, interval_histogram
from .server import serve
from .stimulus_explorer import StimulusExplorer
