"""The neuron and what is derived from it with torch alone."""

from . import elementary
from .adjoint import adjoint_step
from .advance import Advance, euler, staggered
from .encoder import Encoder
from .names import Catalogue, Unknown, what_is
from .neuron import Neuron
from .plasticity import Plasticity, beginning, running
from .quantity import (
    Annotation,
    Choice,
    Count,
    Function,
    Inverse,
    InverseTime,
    Names,
    Plain,
    Quantity,
    Switch,
    annotations,
)
from .record import Operation, Program, Slot, Unrecordable, example, record
from .refractory import countdown, held, refractory, with_counter
from .snn import SNN, SNNCell, SNNRecurrent, SNNRecurrentCell, is_stateful, module
from .step import jump, received, step
from .surrogate import SURROGATES, Surrogate, spike, threshold
from .tuples import Nest, flattened
from .wrap import current_encoder, feed_forward, readout, recurrent, scan, sparse
