"""What `norse.torch` offers: every neuron and encoder as `torch.nn.Module`, and the functions, all in one place."""

from snnlab import functional as _functional
from snnlab.core import SNN, SNNCell, SNNRecurrent, SNNRecurrentCell
from snnlab.core import Neuron as _Neuron

from . import aliases as _aliases
from .containers import Lift, RecurrentSequential, RecurrentSequentialState, SequentialState
from .encoders import ENCODERS, SpikesToTimesDecoder
from .layers import ExpFilter, LConv2d, LIFCorrelation, RegularizationCell
from .neurons import MODULES
from .receptive_field import (
    ParameterizedSpatialReceptiveField2d,
    SampledSpatialReceptiveField2d,
    SpatialReceptiveField2d,
    TemporalReceptiveField,
)

# Functions and tuples are those of snnlab.functional; its neurons give their names to the layers here.
_flat = {n: v for n, v in vars(_functional).items() if not n.startswith("_") and not isinstance(v, _Neuron)}
globals().update({n: v for n, v in _flat.items() if n not in globals() and n not in ("annotations", "aliases")})
globals().update(MODULES | ENCODERS)
_aliases.install()
