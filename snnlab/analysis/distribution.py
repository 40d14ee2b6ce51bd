"""How the inter-spike intervals of neurons are distributed, and how irregular they are."""

import math
from typing import NamedTuple

import numpy as np

from snnlab.core.check import check

from .population import fano_factor, spike_counts
from .reading import Given, spike_table

BARS = 30  # of a histogram, about
WINDOWS = 10  # of a run, in which spikes are counted


class Intervals(NamedTuple):
    """Intervals [ms] of all neurons, a histogram of them, and measures that are means over neurons.

    `edges` [B + 1] in ms and `counts` [B] are the histogram. `cv` and `cv2` are 0 for a clock and 1 for a Poisson
    process; None where no neuron has two intervals. `fano` is variance over mean of the spikes in windows of `window`
    ms, of the neurons that spike; None where none does.
    """

    intervals: np.ndarray
    edges: np.ndarray
    counts: np.ndarray
    cv: float | None
    cv2: float | None
    fano: float | None
    window: float

    @property
    def poisson(self) -> np.ndarray:
        """The counts of a Poisson process with the same mean interval: an exponential distribution."""
        share = np.exp(-np.maximum(self.edges, 0.0) / self.intervals.mean())
        return len(self.intervals) * -np.diff(share)


def interval_distribution(spikes: Given, dt: float | None = None, width: float | None = None) -> Intervals:
    """The intervals of a recording, or of spikes [T, N], True or 1 at a spike, and their dt; all times in ms.

    Intervals are whole numbers of steps. A bar of the histogram is as wide as `width`, a whole number of dt (about a
    thirtieth of the longest interval unless given), and begins half a step before a multiple of it, so that no interval
    lies on an edge. CV and CV2 are those of `cv` and `cv2` of each neuron, Fano's factor that of `fano_factor` in
    tenths of the run.

    Raises ValueError where no neuron spikes twice, and as `spike_counts` does.

    >>> found = interval_distribution([[1], [0], [1], [0], [0], [1]], dt=1.0)
    >>> found.intervals, found.edges, found.counts, found.cv
    (array([2., 3.]), array([-0.5,  0.5,  1.5,  2.5,  3.5]), array([0, 0, 1, 1]), 0.2)
    """
    fired, dt = spike_table(spikes, dt)
    who, when = fired.T.nonzero()
    follows = who[1:] == who[:-1]
    steps, who = np.diff(when)[follows], who[1:][follows]
    if not len(steps):
        raise ValueError("no neuron spikes twice: there is no interval")
    if width is None:
        each = _bar(int(steps.max()))
    else:
        each = round(width / dt)
        check("width", width, lambda x: each >= 1 and math.isclose(x / dt, each, rel_tol=1e-6), f"a multiple of {dt:g}")
    bars = int(steps.max()) // each + 1
    counts = np.bincount(steps // each, minlength=bars)
    window = max(1, len(fired) // WINDOWS) * dt
    factors = fano_factor(spike_counts(fired, dt, window))
    known = factors[np.isfinite(factors)]
    return Intervals(
        steps * dt,
        (np.arange(bars + 1) * each - 0.5) * dt,
        counts,
        *_irregular(steps, who),
        float(known.mean()) if len(known) else None,
        window,
    )


def return_map(spikes: Given, dt: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Each interval and the next one of its neuron, in ms, of a recording, or of spikes [T, N] and their dt.

    Raises ValueError where no neuron has two intervals.

    >>> return_map([[1], [0], [1], [0], [0], [1]], dt=1.0)
    (array([2.]), array([3.]))
    """
    fired, dt = spike_table(spikes, dt)
    who, when = fired.T.nonzero()
    follows = who[2:] == who[:-2]
    if not follows.any():
        raise ValueError("no neuron has two intervals: there is none that follows another")
    steps = np.diff(when)
    return steps[:-1][follows] * dt, steps[1:][follows] * dt


def _bar(longest: int) -> int:
    """Steps of a bar: 1, 2 or 5 times a power of ten, so that it changes rarely while a hand moves."""
    wanted = max(1.0, longest / BARS)
    power = 10 ** math.floor(math.log10(wanted))
    return next(power * one for one in (1, 2, 5, 10) if power * one >= wanted)


def _irregular(steps: np.ndarray, who: np.ndarray) -> tuple[float | None, float | None]:
    """Means over neurons of CV and CV2, of those with two intervals or more; `who` ascends."""
    n = np.bincount(who)
    several = n > 1
    if not several.any():
        return None, None
    mean = np.bincount(who, steps) / np.maximum(n, 1)
    deviation = np.sqrt(np.bincount(who, (steps - mean[who]) ** 2) / np.maximum(n, 1))
    change = 2 * abs(np.diff(steps)) / (steps[1:] + steps[:-1])
    next_ones = who[1:] == who[:-1]
    local = np.bincount(who[1:][next_ones], change[next_ones], minlength=len(n)) / np.maximum(n - 1, 1)
    return float((deviation[several] / mean[several]).mean()), float(local[several].mean())
