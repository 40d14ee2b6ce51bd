"""The panes of networks, in the order of their menu."""

from .connections import ConnectionPane
from .correlations import CorrelationPane
from .intervals import IntervalPane
from .packets import PacketPane
from .pane import Pane
from .raster import RasterPane
from .readout import PenaltyPane, ReachedPane, TuningPane
from .regimes import RegimePane
from .spectrum import SpectrumPane
from .variability import VariabilityPane
from .weights import WeightPane

NETWORK_PANES: tuple[type[Pane], ...] = (
    RegimePane,
    PacketPane,
    TuningPane,
    PenaltyPane,
    ReachedPane,
    WeightPane,
    RasterPane,
    SpectrumPane,
    VariabilityPane,
    IntervalPane,
    CorrelationPane,
    ConnectionPane,
)
