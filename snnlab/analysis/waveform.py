"""Spikes of a recorded voltage: when they are, and what each looks like."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .arguments import array, ascending, positive, within


class SpikeWaveform(NamedTuple):
    """One spike; times in ms, potentials in mV; None where the recording does not show it."""

    time: float  # of the peak
    peak: float
    threshold_time: float | None
    threshold: float | None
    half_width: float | None  # at half height between threshold and peak
    ahp_time: float | None  # from the peak to the lowest potential after it
    ahp_depth: float | None  # from the threshold down to it


def crossings(values: ArrayLike, t: ArrayLike, level: float) -> np.ndarray:
    """When `values` [T] rise through `level`: times in ms, on straight lines between the samples at `t` [ms].

    This finds the spikes of a recorded voltage v, as its rise through a potential or as that of its slope dv/dt:
    `crossings(v, t, 0.0)` or `crossings(np.gradient(v, t), t, 20.0)` (mV and mV/ms).

    Raises ValueError for times that do not ascend, or are not as many as the values.

    >>> crossings([-60.0, -20.0, 20.0, -60.0], [0.0, 1.0, 2.0, 3.0], level=0.0)
    array([1.5])
    """
    v, t = _trace(values, t, "values")
    before = np.flatnonzero((v[:-1] < level) & (v[1:] >= level))
    return _between(v, t, level, before)


def spike_waveforms(
    v: ArrayLike, t: ArrayLike, spikes: ArrayLike, slope: float = 20.0, after: float = 50.0
) -> tuple[SpikeWaveform, ...]:
    """What each spike of a voltage v [mV] at times t [ms] looks like; `spikes` are when they begin, from `crossings`.

    The peak is the highest potential until the next spike. The threshold is the potential from which dv/dt stays above
    `slope` [mV/ms] until its maximum before the peak. The after-hyperpolarisation (AHP) is the lowest potential until
    the next spike, at most `after` [ms] from the peak; its depth is negative where that lies above the threshold. The
    threshold is None where `slope` is not reached, width and AHP where the voltage does not come back. A spike whose
    peak is the last sample is left out: the recording ends before it does.

    Raises ValueError for times that do not ascend, spikes outside the recording, slope <= 0 and after <= 0.

    Source: Azouz and Gray, Journal of Neuroscience 19:2209, 1999, for the threshold; Bean, Nature Reviews Neuroscience
    8:451, 2007, for the width.
    """
    positive("slope", slope)
    positive("after", after)
    v, t = _trace(v, t, "v")
    spikes = within("spikes", spikes, t[0], t[-1])
    begins = np.unique(np.searchsorted(t, spikes).clip(max=len(t) - 1))
    ends = np.append(begins[1:], len(t))
    tops = [begin + int(v[begin:end].argmax()) for begin, end in zip(begins, ends)]
    dvdt = np.gradient(v, t)
    return tuple(
        _waveform(v[start:end], t[start:end], dvdt[start:end], top - start, slope, after)
        for start, top, end in zip([0, *tops], tops, ends)
        if top < len(t) - 1
    )


def _waveform(v: np.ndarray, t: np.ndarray, dvdt: np.ndarray, top: int, slope: float, after: float) -> SpikeWaveform:
    """The spike with its peak at sample `top`, from what is between the peak before and the next spike."""
    half_width = ahp_time = ahp_depth = None
    peak = float(v[top])
    threshold_time, threshold = _threshold(v[: top + 1], t[: top + 1], dvdt[: top + 1], slope)
    if threshold is not None:
        half = (threshold + peak) / 2
        up, down = np.flatnonzero(v[:top] < half), np.flatnonzero(v[top:] < half)
        if up.size and down.size:
            half_width = float(_between(v, t, half, top + down[0] - 1) - _between(v, t, half, up[-1]))
    until = int(np.searchsorted(t, t[top] + after, side="right"))
    lowest = top + int(v[top:until].argmin())
    if lowest < until - 1:  # else it is still falling
        ahp_time = float(t[lowest] - t[top])
        ahp_depth = None if threshold is None else threshold - float(v[lowest])
    return SpikeWaveform(float(t[top]), peak, threshold_time, threshold, half_width, ahp_time, ahp_depth)


def _threshold(v: np.ndarray, t: np.ndarray, dvdt: np.ndarray, slope: float) -> tuple[float, float] | tuple[None, None]:
    """Time and potential at which the upstroke begins that ends in a peak, the last sample."""
    steepest = int(dvdt.argmax())
    slow = np.flatnonzero(dvdt[:steepest] < slope)
    if dvdt[steepest] < slope or not slow.size:
        return None, None
    time = float(_between(dvdt, t, slope, slow[-1]))
    potential = float(np.interp(time, t, v))
    # in noise, the steepest rise may be elsewhere
    return (time, potential) if potential < v[-1] else (None, None)


def _between(values: np.ndarray, t: np.ndarray, level: float, before: ArrayLike) -> np.ndarray:
    """When the straight line from sample `before` to the next is at `level`."""
    before = np.asarray(before)
    share = (level - values[before]) / (values[before + 1] - values[before])
    return t[before] + share * (t[before + 1] - t[before])


def _trace(values: ArrayLike, t: ArrayLike, name: str) -> tuple[np.ndarray, np.ndarray]:
    values, t = array(name, values, dimensions=1), ascending("t", t)
    if len(values) != len(t) or len(t) < 2:
        raise ValueError(f"{name} has {len(values)} samples and t {len(t)} times: give as many of both, at least two")
    return values, t
