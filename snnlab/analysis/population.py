"""Numbers from the spikes or voltages of many neurons."""

import numpy as np

from snnlab.core.check import check

from .arguments import array, steps
from .reading import Given, milliseconds, needed, own_dt, recorded, spike_table, variable


def spike_counts(spikes: Given, dt: float | None = None, width: float | None = None) -> np.ndarray:
    """Spikes of each neuron in bins of `width` [ms]: from spikes [T, N], True or 1 at a spike, to counts [bins, N].

    A recording has both spikes and dt. Steps of dt [ms] at the end that fill no bin are left out. Raises ValueError for
    entries that are not 0 or 1, and a width that is not a whole number of dt or longer than the recording.

    >>> spike_counts([[1, 0], [1, 1], [0, 0], [0, 1], [1, 1]], dt=0.5, width=1.0)
    array([[2, 1],
           [0, 1]])
    """
    found, dt = spike_table(spikes, dt)
    width = needed("width", width)
    each = steps("width", width, dt)
    check("width", width, lambda x: 1 <= each <= len(found), f"{dt:.7g} to {len(found) * dt:.7g} ms")
    bins = len(found) // each
    return found[: bins * each].reshape(bins, each, -1).sum(axis=1, dtype=int)


def population_rate(
    spikes: Given, dt: float | None = None, width: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Population activity: spikes per neuron and time in bins of `width`. Returns (t [ms], rate [Hz]).

    Of a recording, or of spikes [T, N], True or 1 at a spike, and their dt; dt and width in ms; t are the centres of
    the bins. What is raised: see `spike_counts`.

    Source: Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, section 7.2.

    >>> population_rate([[1, 0], [1, 1], [0, 0], [0, 1]], dt=0.5, width=1.0)  # 3 and 1 spikes of 2 neurons in 1 ms
    (array([0.5, 1.5]), array([1500.,  500.]))
    """
    counts = spike_counts(spikes, dt, width)
    check("number of neurons", counts.shape[1], lambda n: n > 0, "one or more")
    width, recording = needed("width", width), recorded(spikes)
    begin = 0.0 if recording is None else recording.begin
    return begin + (np.arange(len(counts)) + 0.5) * width, counts.mean(axis=1) * (1000.0 / width)


def synchrony_index(values: Given, width: float | None = None) -> float | None:
    """chi of voltages or spike counts [T, N]: 1 for neurons that do the same, about 1 / sqrt(N) for independent ones.

    chi^2 is the variance over time of the mean over neurons, over the mean of the variances of single neurons. Of a
    recording it is that of the voltages v, or with a `width` [ms] that of spikes counted in such bins: the width says
    what counts as at the same time. None where nothing varies. Raises ValueError for what is not a table of finite
    numbers, time first, of one neuron or more.

    Source: Golomb and Rinzel, Physica D 72:259, 1994.
    """
    if (recording := recorded(values)) is not None and width is None:
        values = variable(recording, "v")
    found = array("values", _binned(values, width), dimensions=2)
    check("shape of values", found.shape, lambda shape: 0 not in shape, "[T, N], one or more of both")
    found -= found[0]  # the same variance, and 0 without rounding for what is constant
    single = found.var(axis=0).mean()
    return float(np.sqrt(found.mean(axis=1).var() / single)) if single > 0 else None


def power_spectrum(rate: Given, dt: float | None = None, segments: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Power spectral density of a rate [Hz] sampled every dt [ms]. Returns (f [Hz], power [Hz^2 / Hz]).

    Of a recording it is that of its population's rate in each step.

    One-sided: its integral over f is the variance of the rate. It is the mean over `segments` pieces, as near as whole
    samples allow, that overlap by half, each without its mean and under a Hann window: more of them are less noisy, but
    further apart in frequency. For a population of N independent Poisson neurons it is 2 rate / N at all frequencies.

    Raises ValueError where dt <= 0, and for pieces of fewer than two samples.

    Source: Welch, IEEE Transactions on Audio and Electroacoustics 15:70, 1967.
    """
    from scipy.signal import welch  # slow to load: for a spectrum alone

    if (recording := recorded(rate)) is not None:
        dt = own_dt(recording, dt)
        rate = population_rate(recording, width=dt)[1]
    else:
        dt = milliseconds(dt)
    check("segments", segments, lambda n: n >= 1 and not isinstance(n, float), "a whole number of at least 1")
    found = array("rate", rate, dimensions=1)
    each = 2 * len(found) // (segments + 1)
    check("samples of rate", len(found), lambda n: each >= 2, f"{segments + 1} samples or more for {segments} segments")
    return welch(found, fs=1000.0 / dt, nperseg=each)


def fano_factor(counts: Given, width: float | None = None) -> np.ndarray:
    """Variance / mean of spike counts [K, N] over K windows or trials, for each of N neurons; nan for silent ones.

    Of a recording they are counted in windows of `width` [ms].

    1 for a Poisson process, 0 for a clock. Raises ValueError for what is not a table of finite numbers >= 0.

    Source: Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, section 7.2.

    >>> fano_factor([[1, 2], [3, 2]])
    array([0.5, 0. ])
    """
    found = _counts(counts, width)
    mean = found.mean(axis=0)
    return np.divide(found.var(axis=0), mean, out=np.full_like(mean, np.nan), where=mean > 0)


def count_correlation(counts: Given, width: float | None = None) -> np.ndarray:
    """Pearson's correlation of spike counts [K, N] over K windows, for each pair of N neurons: [N, N].

    Of a recording they are counted in windows of `width` [ms].

    nan for neurons whose count never changes. The mean over pairs is that of the upper triangle:
    `np.nanmean(c[np.triu_indices(len(c), 1)])`. Raises ValueError for what is not a table of finite numbers >= 0.

    Source: Cohen and Kohn, Nature Neuroscience 14:811, 2011.

    >>> count_correlation([[0, 2], [1, 1], [2, 0]])
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    found = _counts(counts, width)
    found -= found.mean(axis=0)
    length = np.sqrt((found**2).sum(axis=0))
    unit = np.divide(found, length, out=np.full_like(found, np.nan), where=length > 0)
    return unit.T @ unit


def _binned(values: Given, width: float | None) -> Given:
    """What is counted already, or the counts of a recording. Raises ValueError for a width where nothing is counted."""
    if recorded(values) is not None:
        return spike_counts(values, width=width)
    if width is not None:
        raise ValueError(f"width = {width:.7g} is not allowed with counts: give a Recording, or counts alone")
    return values


def _counts(counts: Given, width: float | None) -> np.ndarray:
    found = array("counts", _binned(counts, width), dimensions=2)
    check("shape of counts", found.shape, lambda shape: shape[0] > 0, "[K, N], one window or more")
    check("counts", found.min(initial=0.0), lambda least: least >= 0, "numbers of spikes")
    return found
