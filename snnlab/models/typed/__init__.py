"""Neurons that are typed: text that is read by a grammar of its own, never run as code."""

from .code import neuron_code
from .make import neuron, typed_model
from .words import EquationError
