"""How a model agrees with the cell over whose recording it ran: spikes, and the membrane potential."""

import math
from typing import NamedTuple

import numpy as np

from snnlab.core import annotations
from snnlab.models import Result, Sweep

from .arguments import positive
from .distances import coincidence_factor, van_rossum
from .reading import variable
from .waveform import crossings

LEVEL = -20.0  # mV
WINDOW, TAU = 4.0, 10.0  # ms


class Agreement(NamedTuple):
    """Of a model and a cell under the same current, as long as both were recorded; potentials in mV.

    `rms` is the root of the mean squared difference of the two potentials, None where v of the model is in another
    unit, and `between` that without what is less than a window from a spike of either: a model that resets has no
    shape of spikes. It is None where nothing is left.
    """

    spikes: int  # of the cell
    rate: float  # Hz
    model_spikes: int
    model_rate: float  # Hz
    gamma: float | None
    distance: float
    rms: float | None
    between: float | None


def cell_spikes(sweep: Sweep, level: float = LEVEL) -> np.ndarray:
    """When the measured voltage of a sweep rises through `level` [mV]: its spikes, in ms from its beginning.

    The level is that of eFEL (Threshold, -20 mV): above what synapses reach, below the peak of most spikes.

    Raises ValueError for a sweep without a measured voltage.

    >>> from snnlab.models import example
    >>> len(cell_spikes(example()))
    9
    """
    if sweep.voltage is None:
        raise ValueError(f"{sweep.name} has no measured voltage: give a sweep of a file that has one")
    return crossings(sweep.voltage, sweep.time - sweep.time[0], level)


def agreement(result: Result, window: float = WINDOW, tau: float = TAU, level: float = LEVEL) -> Agreement:
    """The first neuron of a run beside the cell whose recording drove it.

    `window` [ms] is that of the coincidence factor, `tau` [ms] that of van Rossum's distance, and the spikes of the
    cell are where its voltage rises through `level` [mV]. Between its samples the cell's voltage is a straight line.

    Raises ValueError for a run under anything else than a recording with a measured voltage.

    >>> from snnlab.models import AdEx, Experiment, example
    >>> found = agreement(Experiment.of(AdEx()).under(example()).run())
    >>> found.spikes, found.model_spikes
    (9, 0)
    """
    sweep, recording = result.source, result.recording
    if not isinstance(sweep, Sweep):
        raise ValueError("result is of a run without a recording: give that of Experiment.under(sweep)")
    positive("window", window)
    cell = cell_spikes(sweep, level)
    begin, end = recording.begin, min(recording.begin + len(recording.spikes) * recording.dt, sweep.duration)
    if end <= begin:
        lasts = f"{sweep.name} lasts {sweep.duration:g} ms"
        raise ValueError(f"result begins at {begin:g} ms, and {lasts}: give a run that begins before its end")
    cell, model = (times[(times >= begin) & (times <= end)] - begin for times in (cell, recording.spike_times()))
    return Agreement(
        len(cell),
        1000 * len(cell) / (end - begin),
        len(model),
        1000 * len(model) / (end - begin),
        coincidence_factor(cell, model, window, end - begin),
        van_rossum(cell, model, tau),
        *_errors(result, sweep, end, np.sort(np.concatenate([cell, model])) + begin, window),
    )


def _errors(
    result: Result, sweep: Sweep, end: float, spikes: np.ndarray, window: float
) -> tuple[float | None, float | None]:
    """The root mean square of the model's v minus the cell's, and that of what is no spike."""
    mark = annotations(result.definition.state).get("v")
    if mark is None or mark.unit != "mV" or "v" not in result.recording.variables or sweep.voltage is None:
        return None, None
    t, v = result.recording.sample_time, variable(result.recording, "v")[:, 0]
    measured = sweep.time - sweep.time[0]
    there = t <= min(end, measured[-1]) * (1 + 1e-9)
    t, v = t[there], v[there]
    square = (v - np.interp(t, measured, sweep.voltage)) ** 2
    near = np.searchsorted(spikes, t - window) < np.searchsorted(spikes, t + window, side="right")
    whole, rest = (math.sqrt(some.mean()) if len(some) else None for some in (square, square[~near]))
    return whole, rest
