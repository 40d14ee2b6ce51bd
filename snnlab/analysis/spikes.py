"""Numbers from spike times.

Each takes times in ms, or a recording, of which `neuron` says the number where there are several.
"""

from typing import NamedTuple

import numpy as np

from snnlab.core import Neuron, marked
from snnlab.engine import Recording

from .arguments import plain
from .reading import Given, lasting, train


def rate(times: Given, duration: float | None = None, neuron: int | None = None) -> float:
    """Mean rate in Hz: spikes at `times` over the `duration` of the recording, both in ms; a Recording has its own.

    Raises ValueError for times that are not finite or do not ascend, as all measures of spike times do, for those
    after the end, and for a duration that is not greater than 0.

    >>> rate([10.0, 20.0, 30.0], duration=100.0)
    30.0
    """
    found = train(times, neuron)
    duration = lasting(found, duration)
    return 1000.0 * len(found.inside(duration)) / duration


def isi(times: Given, neuron: int | None = None) -> np.ndarray:
    """Inter-spike intervals in ms, one fewer than there are spikes.

    >>> isi([10.0, 15.0, 30.0])
    array([ 5., 15.])
    """
    return np.diff(train(times, neuron).times)


def latency(times: Given, onset: float | None = None, neuron: int | None = None) -> float | None:
    """Time in ms from the `onset` of the stimulus to the first spike at or after it; None where there is none.

    Unless given, the onset is where the recording begins, 0 for spike times.
    """
    found = train(times, neuron)
    onset = found.begin if onset is None else onset
    after = found.times[found.times >= onset]
    return float(after[0] - onset) if len(after) else None


def cv(times: Given, neuron: int | None = None) -> float | None:
    """Coefficient of variation: standard deviation / mean of the inter-spike intervals; None for fewer than two.

    0 for a clock, 1 for a Poisson process.

    Source: Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, section 7.3.
    """
    intervals = isi(times, neuron)
    return float(intervals.std() / intervals.mean()) if len(intervals) > 1 else None


def lv(times: Given, neuron: int | None = None) -> float | None:
    """Local variation: mean of 3 ((I_k - I_k+1) / (I_k + I_k+1))^2 over intervals that follow each other.

    0 for a clock, 1 for a Poisson process, as the CV, but a rate that drifts slowly leaves it as it is. None for fewer
    than two intervals.

    Source: Shinomoto, Shima, Tanji, Neural Computation 15:2823, 2003.
    """
    change = _change(times, neuron)
    return float(3 * (change**2).mean()) if len(change) else None


def cv2(times: Given, neuron: int | None = None) -> float | None:
    """Mean of 2 |I_k+1 - I_k| / (I_k + I_k+1) over intervals that follow each other; None for fewer than two.

    0 for a clock, 1 for a Poisson process, as the CV, but a rate that drifts slowly leaves it as it is.

    Source: Holt, Softky, Koch, Douglas, Journal of Neurophysiology 75:1806, 1996.

    >>> cv2([0.0, 10.0, 30.0])  # from 10 to 20 ms: 2 * 10 / 30
    0.666...
    """
    change = _change(times, neuron)
    return float(2 * abs(change).mean()) if len(change) else None


def adaptation_index(times: Given, neuron: int | None = None) -> float | None:
    """Mean of (I_k - I_k-1) / (I_k + I_k-1) over the inter-spike intervals; None for fewer than two.

    Positive where a neuron slows down, 0 for a clock, negative where it speeds up; always between -1 and 1. Its source
    leaves out the first intervals, at most four and a fifth of all: give `times[k:]` without the first k.

    Source: Naud, Marcille, Clopath, Gerstner, Biological Cybernetics 99:335, 2008.

    >>> adaptation_index([0.0, 10.0, 30.0])  # from 10 to 20 ms: 10 / 30
    0.333...
    """
    change = _change(times, neuron)
    return float(change.mean()) if len(change) else None


def _change(times: Given, neuron: int | None) -> np.ndarray:
    """From each interval to the next: difference / sum."""
    intervals = isi(times, neuron)
    return np.diff(intervals) / (intervals[1:] + intervals[:-1])


class SpikeStatistics(NamedTuple):
    """Measures of one spike train; None where there are too few spikes for one."""

    spikes: int
    rate: float  # Hz, over the whole recording
    latency: float | None  # ms from the onset of the stimulus to the first spike after it
    mean_isi: float | None  # ms
    cv_isi: float | None
    rate_driven: float | None  # Hz, while the stimulus lasts


def spike_statistics(
    times: Given,
    duration: float | None = None,
    onset: float | None = None,
    end: float | None = None,
    neuron: int | None = None,
) -> SpikeStatistics:
    """Count, mean rate, first-spike latency, mean and coefficient of variation of the inter-spike intervals.

    `times`, ascending, and the `duration` of the recording in ms, or a Recording. The stimulus is there from `onset` to
    `end`, those of the recording unless given: `rate_driven` is the rate meanwhile, None where it is never there.

    Raises ValueError for spikes after the end of the recording.

    >>> spike_statistics([10.0, 20.0, 30.0], duration=100.0, onset=4.0, end=54.0)
    SpikeStatistics(spikes=3, rate=30.0, latency=6.0, mean_isi=10.0, cv_isi=0.0, rate_driven=60.0)
    """
    found = train(times, neuron)
    duration = lasting(found, duration)
    inside, last = found.inside(duration), found.begin + duration
    onset = found.begin if onset is None else onset
    end = last if end is None else min(end, last)
    intervals = np.diff(inside)
    driven = int(((inside > onset) & (inside <= end * (1 + 1e-9))).sum())
    return SpikeStatistics(
        spikes=len(inside),
        rate=1000.0 * len(inside) / duration,
        latency=latency(inside, onset),
        mean_isi=float(intervals.mean()) if len(intervals) else None,
        cv_isi=cv(inside),
        rate_driven=1000.0 * driven / (end - onset) if end > onset else None,
    )


def peak(neuron: Neuron, p) -> float | None:
    """The voltage at which a neuron spikes, from its `excess`: linear in v for models with a fixed threshold."""
    return potentials(neuron, p).get("peak")


def potentials(neuron: Neuron, p, moved: tuple[str, ...] = ()) -> dict[str, float]:
    """The levels of a neuron at rest as numbers: `marked` of the core."""
    found = marked(neuron, p, moved)
    return dict(zip(found, map(float, found.values())))


def spiked(recording: Recording) -> np.ndarray:
    """Whether the first neuron spiked, at each time at which its variables were kept, or since the one before."""
    samples, every = len(recording.spikes) // recording.every, recording.every
    fired = recording.spikes[: samples * every].reshape(samples, every, recording.spikes.shape[1:].numel())[:, :, 0] > 0
    return fired.any(1).cpu().numpy()


def trace(recording: Recording, neuron: Neuron, p) -> np.ndarray:
    """The voltage of the first neuron as it is drawn, [T]: at a spike its peak, where it was before the reset."""
    return traced(recording, peak(neuron, p))


def traced(recording: Recording, top: float | None) -> np.ndarray:
    """The same of a neuron that spikes at this voltage."""
    v = plain(recording.variables["v"][:, 0]).copy()
    if top is not None:
        spikes = spiked(recording)
        # a threshold that rises with every spike has been higher than at rest: the step before shows how high at least
        v[spikes] = np.maximum(v, np.maximum(top, np.roll(v, 1)))[spikes]  # where nothing is reset, it is there already
    return v
