"""The neuron and what is derived from it with torch alone."""

from .advance import Advance, euler, staggered
from .neuron import Neuron
from .quantity import Annotation, Choice, Count, InverseTime, Quantity, annotations
from .record import Operation, Program, Slot, example, record
from .step import feed_forward, jump, step
from .surrogate import SURROGATES, threshold
from .wrap import recurrent, scan, sparse
