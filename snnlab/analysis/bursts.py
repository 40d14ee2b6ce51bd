"""Bursts: spikes that follow each other closely."""

from typing import NamedTuple

import numpy as np

from snnlab.core.check import check

from .arguments import positive
from .reading import Given, train


class Burst(NamedTuple):
    """Times of the first and last spike in ms, and how many there are."""

    start: float
    end: float
    spikes: int


def bursts(times: Given, gap: float, least: int = 2, neuron: int | None = None) -> tuple[Burst, ...]:
    """The runs of `least` or more spikes in which each is no further than `gap` [ms] from the one before.

    Of spike times in ms, or of one `neuron` of a recording.

    Raises ValueError for times that do not ascend, gap <= 0 and least < 2.

    >>> bursts([10.0, 13.0, 16.0, 80.0, 120.0, 124.0], gap=5.0)
    (Burst(start=10.0, end=16.0, spikes=3), Burst(start=120.0, end=124.0, spikes=2))
    """
    positive("gap", gap)
    check("least", least, lambda n: n >= 2 and not isinstance(n, float), "a whole number of at least 2")
    times = train(times, neuron).times
    apart = np.diff(times) > gap * (1 + 1e-9)  # times on a grid of dt: a gap of so many steps is no longer by rounding
    runs = np.split(times, np.flatnonzero(apart) + 1)
    return tuple(Burst(float(run[0]), float(run[-1]), len(run)) for run in runs if len(run) >= least)
