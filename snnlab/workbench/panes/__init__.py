"""Pictures beside the plots over time, and layouts of them."""

from .layouts import LAYOUTS, MARKS, Look, Panes, layout_of
from .pane import Pane, Shown
