"""What a signal does around spikes, on average."""

import numpy as np
from numpy.typing import ArrayLike

from .arguments import array, plain, steps
from .reading import Given, milliseconds, needed, own_dt, recorded, train


def spike_triggered_average(
    signal: ArrayLike,
    spikes: Given,
    dt: float | None = None,
    before: float | None = None,
    after: float = 0.0,
    neuron: int | None = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Mean of a signal [T] from `before` to `after` each spike. Returns (lags [ms], average), at lag 0 the spike.

    Spikes are those of one `neuron` of a recording, or True and False in each of T steps of dt, or times; dt and times
    in ms. As in a `Recording`, the end of the first step, dt, is the time of the first sample; the sample nearest to a
    time is taken. Spikes too near to the signal's ends to have all lags are left out; the average is None where none
    remains.

    Raises ValueError for spikes that are not as long as the signal or outside it, and for `before` or `after` that are
    no whole numbers of dt.

    Source: de Boer and Kuyper, IEEE Transactions on Biomedical Engineering 15:169, 1968.

    >>> spike_triggered_average([0.0, 1.0, 5.0, 0.0, 3.0, 7.0], [3.0, 6.0], dt=1.0, before=1.0)
    (array([-1.,  0.]), array([2., 6.]))
    """
    found = array("signal", signal, dimensions=1)
    recording = recorded(spikes)
    dt = milliseconds(dt) if recording is None else own_dt(recording, dt)
    back, ahead = steps("before", needed("before", before), dt), steps("after", after, dt)
    lags = np.arange(-back, ahead + 1)
    if recording is not None and len(recording.spikes) != len(found):
        count = len(recording.spikes)
        raise ValueError(f"signal has {len(found)} samples and the recording {count} steps: give a sample for each")
    at = _samples(spikes, neuron, len(found), dt)
    at = at[(at >= back) & (at < len(found) - ahead)]
    average = np.array([found[at + lag].mean() for lag in lags]) if len(at) else None
    return lags * dt, average


def _samples(spikes: Given, neuron: int | None, length: int, dt: float) -> np.ndarray:
    """The samples at which there are spikes."""
    given = None if recorded(spikes) is not None else plain(spikes)
    if given is None or given.dtype != bool:
        found = train(spikes, neuron, "spikes")
        return np.rint((found.inside(length * dt, "spikes") - found.begin) / dt).astype(int) - 1
    if given.shape != (length,):
        raise ValueError(f"spikes have shape {given.shape}: give one True or False for each of {length} samples")
    return np.flatnonzero(given)
