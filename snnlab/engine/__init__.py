"""Runs of any neuron over time: one kernel from its recorded step, or eager torch."""

from .coarse import CoarseStep, longest_step
from .noise import Noise
from .recording import Cancelled, Diverged, End, Recording
from .run import BACKENDS, prepare, simulate
from .synapses import Projection, delayed
