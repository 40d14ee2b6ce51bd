"""Two trains of spikes: pairs, two clocks, set by hand, and by chance, with spikes that both have."""

import math
from typing import Annotated, NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Count, Quantity

from ..recordings.sweep import EDGE
from .quantities import Time, hertz
from .random_samples import arrivals

STREAMS = 4_000_037, 5_000_011  # between the seeds of what is drawn: a longer run begins with the same numbers


class PairsParameters(NamedTuple):
    delta: Annotated[
        float,
        Quantity("ms", low=-100, high=100, bounds=(-1e5, 1e5), doc="delay from pre- to postsynaptic spike"),
    ] = 10.0
    rate: Annotated[float, hertz("rate of the pairs", high=50, low=1, symbol="r")] = 5.0
    pairs: Annotated[int, Count(low=1, high=100, bounds=(1, 100_000), symbol="N", doc="number of pairs")] = 5
    onset: Annotated[float, Time("time of the first spike of the first pair", symbol="t_0")] = 50.0


class ClocksParameters(NamedTuple):
    rate_a: Annotated[float, hertz("rate of A", low=1, symbol="r_A")] = 50.0
    rate_b: Annotated[float, hertz("rate of B", low=1, symbol="r_B")] = 40.0
    delta: Annotated[
        float, Quantity("ms", low=-50, high=50, bounds=(-1e5, 1e5), doc="delay from the first spike of A to that of B")
    ] = 0.0
    onset: Annotated[float, Time("time of the first spike", symbol="t_0")] = 10.0
    spikes: Annotated[int, Count(low=1, high=100, bounds=(1, 100_000), symbol="N", doc="spikes on each line")] = 100


class PoissonPairParameters(NamedTuple):
    rate: Annotated[float, hertz("rate of either train", symbol="r")] = 40.0
    shared: Annotated[
        float, Quantity("1", low=0, high=1, bounds=(0, 1), symbol="c", doc="share of the spikes that both trains have")
    ] = 0.3
    onset: Annotated[float, Time("start of the spikes")] = 0.0


class Pair(NamedTuple):
    """What is of both sides of a synapse, or on both lines of a gate."""

    pre: Tensor
    post: Tensor


# -- formulas: of the time t in ms and the parameters, in torch: how many came before t ------------------------------


def number(count, most):
    return torch.clip(count, torch.zeros_like(most), most)


def regular(t, first, rate, count):
    """So many spikes at equal intervals; none at the rate 0."""
    return number(torch.ceil((t - (first + EDGE)) * (rate / 1000)), count)


def first_ones(p):
    """When the first spike of each side is: the earlier one at the onset."""
    return p.onset + torch.relu(-p.delta), p.onset + torch.relu(p.delta)


def pairs(t, p):
    """Presynaptic and postsynaptic ones, the earlier of the first pair at the onset."""
    return Pair(*(regular(t, start, p.rate, p.pairs) for start in first_ones(p)))


def clocks(t, p):
    """So many regular spikes on each line, the earlier of the two first ones at the onset."""
    return Pair(*(regular(t, start, rate, p.spikes) for start, rate in zip(first_ones(p), (p.rate_a, p.rate_b))))


# -- from data, and by chance: of times in ms, parameters, and what a run has besides ---------------------------------


def ticks(t, p, run) -> np.ndarray:
    """Spikes at their times [steps, 2]: each in the step that its time is in."""
    found = np.zeros((len(t), 2))
    for time, line in run.source:
        step = math.floor((time + EDGE) / run.dt)
        if step < len(t):
            found[step, int(line)] = 1.0
    return found


def poisson_pair(t, p, run) -> np.ndarray:
    """Two Poisson trains [steps, 2] that have a share c of their spikes in common.

    Each is the sum of a train of its own, of rate (1 - c) r, and of one that both have, of rate c r: the correlation of
    their counts is c. Source: Kuhn, Aertsen, Rotter, Neural Comput. 15:67, 2003.
    """
    seed = run.generator.initial_seed()
    both = arrivals(t, p.shared * p.rate, p.onset, run)
    streams = (run._replace(generator=torch.Generator().manual_seed(seed + stream)) for stream in STREAMS)
    return np.stack([both + arrivals(t, (1 - p.shared) * p.rate, p.onset, one) for one in streams], 1)
