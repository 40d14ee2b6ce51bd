"""Neurons that are typed: text that is read by a grammar of its own, never run as code."""

from .make import neuron, text_of, typed_model
from .words import EquationError
