"""Neurons that are typed: text that is read by a grammar of its own, never run as code."""

from .brian2 import brian2_text, neuron_from_brian2
from .code import neuron_code
from .make import neuron, typed_model
from .words import EquationError
