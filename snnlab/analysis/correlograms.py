"""When spikes come after other spikes, of the same neuron and of others."""

from typing import NamedTuple

import numpy as np

from snnlab.core.check import check

from .arguments import steps
from .population import spike_counts
from .reading import Given, needed, spike_table


class Correlogram(NamedTuple):
    """Rates in Hz at lags [2 L + 1] in ms after a spike: of its own neuron, and of each other one.

    `rate` is the mean rate, which both are for independent Poisson processes. `cross` is None for a single neuron.
    """

    lags: np.ndarray
    auto: np.ndarray
    cross: np.ndarray | None
    rate: float


def correlogram(
    spikes: Given, dt: float | None = None, lag: float | None = None, width: float | None = None
) -> Correlogram:
    """Auto- and cross-correlogram of a recording, or of spikes [T, N], True or 1 at a spike, and their dt [ms].

    Spikes are counted in bins of `width`, and lags are whole numbers of bins up to `lag`, both in ms: at each it is the
    rate of spikes so long after a spike of the neuron itself, which does not count as its own successor, or of another,
    a mean over all spikes. Spikes near an end of the recording count for the lags for which there are bins.

    Raises ValueError as `spike_counts` does, where no neuron spikes, and for a lag that is no whole number of bins, or
    as long as the recording. Source: Perkel, Gerstein, Moore, Biophysical Journal 7:391 and 7:419, 1967.

    >>> clock = np.tile([1, 0, 0, 0, 0], 20)[:, None]
    >>> found = correlogram(clock, dt=1.0, lag=6.0, width=1.0)
    >>> found.lags[found.auto > 0], float(found.auto.max()), found.rate
    (array([-5.,  5.]), 1000.0, 200.0)
    """
    fired, dt = spike_table(spikes, dt)
    width = needed("width", width)
    counts = spike_counts(fired, dt, width).astype(float)
    bins, neurons = counts.shape
    most = steps("lag", needed("lag", lag), width)
    check("lag", lag, lambda x: most < bins, f"less than the {bins * width:g} ms of the recording")
    total = counts.sum()
    if total == 0:
        raise ValueError("no neuron spikes: there is nothing to correlate")
    own = np.sum([_products(one, most) for one in counts.T], axis=0)
    everybody = _products(counts.sum(1), most)
    others = everybody - own
    own[0] -= total  # a spike and itself
    there = total * (bins - np.arange(most + 1)) / bins * width / 1000  # spikes that have such a bin, times its length
    auto = own / there
    cross = others / there / (neurons - 1) if neurons > 1 else None
    lags = np.arange(-most, most + 1) * width
    rate = float(1000 * total / neurons / bins / width)
    return Correlogram(lags, _both(auto), None if cross is None else _both(cross), rate)


def _products(x: np.ndarray, most: int) -> np.ndarray:
    """Sums of x[k] x[k + lag] for lags from 0 to `most`."""
    size = len(x) + most
    power = abs(np.fft.rfft(x, size)) ** 2
    return np.round(np.fft.irfft(power, size)[: most + 1])  # numbers of spikes are whole


def _both(later: np.ndarray) -> np.ndarray:
    """The same before as after."""
    return np.concatenate([later[:0:-1], later])
