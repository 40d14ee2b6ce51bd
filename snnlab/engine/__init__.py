"""Runs of any neuron over time: one kernel from its recorded step, or eager torch."""

from .coarse import CoarseStep, longest_step
from .ends import End
from .lock_step import simulate_network
from .noise import Noise
from .populations import Population
from .portable import Portable, portable
from .recording import Cancelled, Diverged, Progress, Recording
from .run import BACKENDS, prepare, simulate
from .sources import Poisson, SpikeTrains
from .synapses import Projection, delayed
