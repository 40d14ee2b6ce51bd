"""Volleys of spikes on their way through pools of neurons."""

from typing import NamedTuple

import numpy as np

from snnlab.core.check import check

from .arguments import steps
from .reading import Given, spike_table

WITHIN = 12.0  # ms
MIDDLE_HALF = 1.349  # of a normal distribution, in standard deviations


class Packets(NamedTuple):
    """The volley of each pool [K]: when it comes and how it is spread, in ms (nan without spikes), how many spikes."""

    time: np.ndarray
    spread: np.ndarray
    spikes: np.ndarray


def pulse_packets(spikes: Given, dt: float | None = None, width: int = 100, within: float = WITHIN) -> Packets:
    """The volleys of pools of `width` neurons, of a recording, or of spikes [T, N], 1 at a spike, and their dt [ms].

    That of a pool are the spikes in the stretch of `within` [ms] that has most of them. Its time is their median, its
    spread that of a normal distribution whose middle half is as long as theirs: what neurons fire by themselves beside
    it counts little. Raises ValueError for pools that are no whole part of the neurons, and as `spike_counts` does.

    Source: Diesmann, Gewaltig, Aertsen, Nature 402:529, 1999.

    >>> found = pulse_packets([[1, 0], [1, 0], [0, 0], [0, 1]], dt=1.0, width=1, within=2.0)
    >>> found.time, found.spread.round(3), found.spikes
    (array([1., 4.]), array([0.741, 0.   ]), array([2, 1]))
    """
    fired, dt = spike_table(spikes, dt)
    n = fired.shape[1]
    check("width", width, lambda w: w >= 1 and n % w == 0, f"a whole part of the {n} neurons")
    long = min(steps("within", within, dt), len(fired))
    check("within", within, lambda x: long >= 1, f"{dt:g} ms or more")
    counts = fired.reshape(len(fired), -1, width).sum(axis=2, dtype=int)
    sums = np.cumsum(np.concatenate([np.zeros((1, counts.shape[1]), int), counts]), axis=0)
    begin = (sums[long:] - sums[:-long]).argmax(axis=0)
    inside = counts[begin + np.arange(long)[:, None], np.arange(counts.shape[1])]
    total = inside.sum(axis=0)
    so_far = np.cumsum(inside, axis=0) / np.maximum(total, 1)
    low, middle, high = (begin + 1 + (so_far >= part).argmax(axis=0) for part in (0.25, 0.5, 0.75))
    there = total > 0
    time, spread = (np.where(there, x * dt, np.nan) for x in (middle, (high - low) / MIDDLE_HALF))
    return Packets(time, spread, total)
