"""Numbers from spike times."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike

from snnlab.core import Neuron
from snnlab.engine import Recording

from .check import ascending, positive


def rate(times: ArrayLike, duration: float) -> float:
    """Mean rate in Hz: spikes at `times` over the `duration` of the recording, both in ms.

    Raises ValueError for times that are not finite or do not ascend, as all measures of spike times do, and for a
    duration that is not greater than 0.

    >>> rate([10.0, 20.0, 30.0], duration=100.0)
    30.0
    """
    positive("duration", duration)
    return 1000.0 * len(ascending("times", times)) / duration


def isi(times: ArrayLike) -> np.ndarray:
    """Inter-spike intervals in ms, one fewer than there are spikes.

    >>> isi([10.0, 15.0, 30.0])
    array([ 5., 15.])
    """
    return np.diff(ascending("times", times))


def latency(times: ArrayLike, onset: float = 0.0) -> float | None:
    """Time in ms from the `onset` of the stimulus to the first spike at or after it; None where there is none."""
    times = ascending("times", times)
    after = times[times >= onset]
    return float(after[0] - onset) if len(after) else None


def cv(times: ArrayLike) -> float | None:
    """Coefficient of variation: standard deviation / mean of the inter-spike intervals; None for fewer than two.

    0 for a clock, 1 for a Poisson process.

    Source: Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, section 7.3.
    """
    intervals = isi(times)
    return float(intervals.std() / intervals.mean()) if len(intervals) > 1 else None


def lv(times: ArrayLike) -> float | None:
    """Local variation: mean of 3 ((I_k - I_k+1) / (I_k + I_k+1))^2 over intervals that follow each other.

    0 for a clock, 1 for a Poisson process, as the CV, but a rate that drifts slowly leaves it as it is. None for fewer
    than two intervals.

    Source: Shinomoto, Shima, Tanji, Neural Computation 15:2823, 2003.
    """
    change = _change(times)
    return float(3 * (change**2).mean()) if len(change) else None


def adaptation_index(times: ArrayLike) -> float | None:
    """Mean of (I_k - I_k-1) / (I_k + I_k-1) over the inter-spike intervals; None for fewer than two.

    Positive where a neuron slows down, 0 for a clock, negative where it speeds up; always between -1 and 1. Its source
    leaves out the first intervals, at most four and a fifth of all: give `times[k:]` without the first k.

    Source: Naud, Marcille, Clopath, Gerstner, Biological Cybernetics 99:335, 2008.

    >>> adaptation_index([0.0, 10.0, 30.0])  # from 10 to 20 ms: 10 / 30
    0.333...
    """
    change = _change(times)
    return float(change.mean()) if len(change) else None


def _change(times: ArrayLike) -> np.ndarray:
    """From each interval to the next: difference / sum."""
    intervals = isi(times)
    return np.diff(intervals) / (intervals[1:] + intervals[:-1])


class SpikeStatistics(NamedTuple):
    """Measures of one spike train; None where there are too few spikes for one."""

    spikes: int
    rate: float  # Hz
    latency: float | None  # ms from the onset of the stimulus to the first spike after it
    mean_isi: float | None  # ms
    cv_isi: float | None


def spike_statistics(times: np.ndarray, duration: float, onset: float = 0.0) -> SpikeStatistics:
    """Count, mean rate, first-spike latency, mean and coefficient of variation of the inter-spike intervals.

    `times`, ascending, and the `duration` of the recording in ms.

    >>> spike_statistics(np.array([10.0, 20.0, 30.0]), duration=100.0, onset=4.0)
    SpikeStatistics(spikes=3, rate=30.0, latency=6.0, mean_isi=10.0, cv_isi=0.0)
    """
    intervals = isi(times)
    return SpikeStatistics(
        spikes=len(times),
        rate=rate(times, duration),
        latency=latency(times, onset),
        mean_isi=float(intervals.mean()) if len(intervals) else None,
        cv_isi=cv(times),
    )


def peak(neuron: Neuron, p) -> float | None:
    """The voltage at which a neuron spikes, from its `excess`: linear in v for models with a fixed threshold."""
    if neuron.excess is None:
        return None
    at = [float(neuron.excess(neuron.rest(p)._replace(v=torch.tensor(v)), p)) for v in (0.0, 1.0)]
    return -at[0] / (at[1] - at[0])


def spiked(recording: Recording) -> np.ndarray:
    """Whether the first neuron spiked, at each time at which its variables were kept, or since the one before."""
    samples, every = len(recording.spikes) // recording.every, recording.every
    fired = recording.spikes[: samples * every].reshape(samples, every, -1)[:, :, 0] > 0
    return fired.any(1).cpu().numpy()


def trace(recording: Recording, neuron: Neuron, p) -> np.ndarray:
    """The voltage of the first neuron as it is drawn, [T]: at a spike its peak, where it was before the reset."""
    v = recording.variables["v"][:, 0].cpu().numpy().copy()
    if (top := peak(neuron, p)) is not None:
        spikes = spiked(recording)
        # a threshold that rises with every spike has been higher than at rest: the step before shows how high at least
        v[spikes] = np.maximum(top, np.roll(v, 1)[spikes])
    return v
