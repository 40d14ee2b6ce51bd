"""The panes of encoders, in the order of their menu."""

from .counts import CountPane
from .decoding import DecodingPane
from .pane import Pane
from .picture import PicturePane
from .tuning import TuningPane

ENCODER_PANES: tuple[type[Pane], ...] = (TuningPane, CountPane, DecodingPane, PicturePane)
