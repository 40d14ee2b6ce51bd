"""What `norse.torch` offers: every neuron and encoder as `torch.nn.Module`, and the functions, all in one place."""

from types import ModuleType as _ModuleType

from snnlab import functional as _functional
from snnlab.core import SNN, SNNCell, SNNRecurrent, SNNRecurrentCell
from snnlab.core import Encoder as _Encoder
from snnlab.core import Neuron as _Neuron

from . import aliases as _aliases
from .containers import Lift, RecurrentSequential, RecurrentSequentialState, SequentialState
from .encoders import ENCODERS, SpikesToTimesDecoder
from .fields import (
    ParameterizedSpatialReceptiveField2d,
    SampledSpatialReceptiveField2d,
    SpatialReceptiveField2d,
    TemporalReceptiveField,
)
from .kernel import at_once as _at_once
from .layers import ExpFilter, LConv2d, LIFCorrelation, RegularizationCell
from .neurons import MODULES

SNN.at_once = _at_once  # type: ignore[method-assign]  # all layers over time, also those that a neuron gives when called
# Functions and tuples are those of snnlab.functional; its neurons give their names to the layers here.
globals().update(
    (name, value)
    for name, value in vars(_functional).items()
    if not name.startswith("_") and not isinstance(value, _Neuron | _Encoder | _ModuleType) and name not in globals()
)
globals().update(MODULES | ENCODERS)
_aliases.install()
