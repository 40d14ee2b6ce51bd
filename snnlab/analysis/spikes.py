"""Numbers from spike times."""

from typing import NamedTuple

import numpy as np
import torch

from snnlab.core import Neuron
from snnlab.engine import Recording


class SpikeStatistics(NamedTuple):
    """Measures of one spike train; None where there are too few spikes for one."""

    spikes: int
    rate: float  # Hz
    latency: float | None  # ms from the onset of the stimulus to the first spike after it
    mean_isi: float | None  # ms
    cv_isi: float | None


def spike_statistics(times: np.ndarray, duration: float, onset: float = 0.0) -> SpikeStatistics:
    """Count, mean rate, first-spike latency, mean and coefficient of variation of the inter-spike intervals.

    `times` in ms, ascending; `duration` of the recording in ms; CV = standard deviation / mean of the intervals
    (Gerstner et al., Neuronal Dynamics, 2014, section 7.3), from two intervals on.

    >>> spike_statistics(np.array([10.0, 20.0, 30.0]), duration=100.0, onset=4.0)
    SpikeStatistics(spikes=3, rate=30.0, latency=6.0, mean_isi=10.0, cv_isi=0.0)
    """
    isi = np.diff(times)
    after = times[times >= onset]
    return SpikeStatistics(
        spikes=len(times),
        rate=1000.0 * len(times) / duration,
        latency=float(after[0] - onset) if len(after) else None,
        mean_isi=float(isi.mean()) if len(isi) else None,
        cv_isi=float(isi.std() / isi.mean()) if len(isi) > 1 else None,
    )


def peak(neuron: Neuron, p) -> float | None:
    """The voltage at which a neuron spikes, from its `excess`: linear in v for models with a fixed threshold."""
    if neuron.excess is None:
        return None
    at = [float(neuron.excess(neuron.rest(p)._replace(v=torch.tensor(v)), p)) for v in (0.0, 1.0)]
    return -at[0] / (at[1] - at[0])


def trace(recording: Recording, neuron: Neuron, p) -> np.ndarray:
    """The voltage of the first neuron as it is drawn, [T]: at a spike its peak, where it was before the reset."""
    v = recording.variables["v"][:, 0].cpu().numpy().copy()
    if (top := peak(neuron, p)) is not None:
        spikes = recording.spikes[:, 0].cpu().numpy()
        # a threshold that rises with every spike has been higher than at rest: the step before shows how high at least
        v[spikes] = np.maximum(top, np.roll(v, 1)[spikes])
    return v
