"""The neuron and what is derived from it with torch alone."""

from . import elementary
from .adjoint import adjoint_step
from .advance import Advance, euler, staggered
from .neuron import Neuron
from .quantity import Annotation, Choice, Count, Function, Inverse, InverseTime, Quantity, annotations
from .record import Operation, Program, Slot, Unrecordable, example, record
from .refractory import countdown, held, refractory, with_counter
from .snn import SNN, SNNCell, SNNRecurrent, SNNRecurrentCell, is_stateful, module
from .step import jump, received, step
from .surrogate import SURROGATES, threshold
from .tuples import Nest
from .wrap import current_encoder, feed_forward, readout, recurrent, scan, sparse
