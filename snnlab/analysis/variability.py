"""How neurons of one population differ: their rates, and how irregular each is."""

from typing import NamedTuple

import numpy as np

from .reading import Given, spike_table


class Variability(NamedTuple):
    """Of each neuron [N]: its rate in Hz, and the CV of its intervals, nan where it has fewer than two."""

    rate: np.ndarray
    cv: np.ndarray


def variability(spikes: Given, dt: float | None = None) -> Variability:
    """Rates and irregularity of the neurons of a recording, or of spikes [T, N], 1 at a spike, and their dt [ms].

    The CV is that of `cv`. Raises ValueError as `spike_counts` does.

    >>> found = variability([[1, 1], [0, 0], [1, 0], [0, 0], [0, 0], [1, 0]], dt=1.0)
    >>> found.rate.round(), found.cv.round(1)
    (array([500., 167.]), array([0.2, nan]))
    """
    fired, dt = spike_table(spikes, dt)
    n = fired.shape[1]
    who, when = np.divmod(np.flatnonzero(np.ascontiguousarray(fired.T)), max(len(fired), 1))
    same = who[1:] == who[:-1]
    interval, owner = np.diff(when)[same], who[1:][same]
    count = np.bincount(owner, minlength=n)
    mean = np.bincount(owner, interval, n) / np.maximum(count, 1)
    deviation = np.sqrt(np.bincount(owner, (interval - mean[owner]) ** 2, n) / np.maximum(count, 1))
    cv = np.divide(deviation, mean, out=np.full(n, np.nan), where=count > 1)
    return Variability(1000.0 * np.bincount(who, minlength=n) / (len(fired) * dt), cv)
