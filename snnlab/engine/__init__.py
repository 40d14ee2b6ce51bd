"""Runs of any neuron over time."""

from .recording import Recording
from .run import Cancelled, simulate
