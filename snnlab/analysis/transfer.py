"""How a constant current becomes a firing rate."""

from typing import NamedTuple

import numpy as np
import torch

from snnlab.core.check import check
from snnlab.engine import simulate
from snnlab.models import NeuronModel

from .arguments import array, neuron_model, positive

GRID = 32  # currents that are tried at once


class FICurve(NamedTuple):
    """Rates in Hz for each constant current, which is in the unit of the neuron's current."""

    current: np.ndarray
    rate: np.ndarray  # when the neuron has adapted
    first_rate: np.ndarray  # of the first interval


def f_i_curve(
    model: NeuronModel, currents=None, duration: float = 1000.0, dt: float = 0.1, settle: float = 200.0
) -> FICurve:
    """Firing rate under constant currents, which begin at the neuron's rest: one run of a neuron for each.

    `currents` [N] are 101 over the range of the slider unless given; `duration`, `dt` and `settle` in ms. The steady
    rate is 1 / the mean of the intervals that end after `settle`; it is 0 where there are none, and where the neuron
    has been silent at the end for more than twice the longest of them. The rate of the first interval is 0 with fewer
    than two spikes. A neuron whose interval is longer than the run cannot be told from a silent one.

    Raises ValueError for a neuron without threshold, and for numbers that are not allowed. Source: Gerstner et al.,
    Neuronal Dynamics, Cambridge 2014, section 1.3.

    >>> from snnlab.models import LIF
    >>> f_i_curve(LIF(), [0.5, 1.5]).rate.round(1)  # 1 / (10 ms ln(1.5 / 0.5)) is 91 Hz
    array([ 0. , 90.9])
    """
    mark = neuron_model(model).neuron.current
    currents = np.linspace(mark.low, mark.high, 101) if currents is None else array("currents", currents, dimensions=1)
    for current in currents.tolist():
        mark.check("currents", current)
    check("settle", settle, lambda t: 0 <= t < duration, f"a time in ms from 0 to below duration = {duration:g}")
    spikes = _spikes(model, currents, duration, dt)
    trains = [dt * (1 + np.flatnonzero(train)) for train in spikes.T]
    steady = [_steady_rate(train, duration, settle) for train in trains]
    first = [1000 / (train[1] - train[0]) if len(train) > 1 else 0.0 for train in trains]
    return FICurve(currents, np.array(steady), np.array(first))


def rheobase(model: NeuronModel, tolerance: float | None = None, duration: float = 1000.0, dt: float = 0.1) -> float:
    """The smallest constant current at which a neuron at rest fires at least once within `duration`.

    It is above the current that would do in a time without end; `duration` and `dt` in ms. The first current on a grid
    over the slider's range (over all that is allowed, where that does not hold it) that makes the neuron fire is
    refined by finer grids until the step to the next lower one is at most `tolerance`, 1e-4 of the slider's range
    unless given. So a neuron that fires at low currents and is silent between has the lower one.

    Raises ValueError where no allowed current makes it fire, where all do, and for a neuron without threshold.
    Source: Gerstner et al., Neuronal Dynamics, Cambridge 2014, section 4.1.

    >>> from snnlab.models import LIF
    >>> round(rheobase(LIF(), tolerance=1e-6), 5)
    1.0
    """
    mark = neuron_model(model).neuron.current
    tolerance = 1e-4 * (mark.high - mark.low) if tolerance is None else tolerance
    positive("tolerance", tolerance)

    def onset(low: float, high: float) -> tuple[float, float]:
        """The first current of a grid that makes the neuron fire, after the one before it; infinite where none does."""
        grid = np.linspace(low, high, GRID)
        fires = np.flatnonzero(_spikes(model, grid, duration, dt).any(axis=0))
        return (float(grid[max(fires[0] - 1, 0)]), float(grid[fires[0]])) if len(fires) else (high, np.inf)

    least, most = mark.allowed
    below, above = onset(mark.low, mark.high)
    if above == np.inf:
        below, above = onset(mark.high, most)
    elif above == mark.low:
        below, above = onset(least, mark.low)
    if above == np.inf:
        raise ValueError(f"{model.neuron.name} is silent for {duration:g} ms up to I = {most:g} {mark.unit}")
    if above == least:
        raise ValueError(f"{model.neuron.name} fires within {duration:g} ms down to I = {least:g} {mark.unit}")
    while above - below > max(tolerance, 2 * np.spacing(abs(above))):
        below, above = onset(below, above)
    return above


def _spikes(model: NeuronModel, currents: np.ndarray, duration: float, dt: float) -> np.ndarray:
    """bool [T, N]: one neuron for each constant current."""
    if model.neuron.excess is None:
        raise ValueError(f"{model.neuron.name} has no threshold: it never spikes")
    positive("duration", duration)
    check("dt", dt, lambda t: 0 < t <= duration, f"a time in ms above 0, up to duration = {duration:g}")
    current = torch.as_tensor(currents, dtype=torch.float64).expand(round(duration / dt), -1)
    run = simulate(model.neuron, current=current, p=model.p(torch.float64, dt=dt), dt=dt / 1000, record=())
    return (run.spikes > 0).numpy()


def _steady_rate(train: np.ndarray, duration: float, settle: float) -> float:
    intervals = np.diff(train)[train[1:] > settle]
    if not len(intervals) or duration - train[-1] > 2 * intervals.max():
        return 0.0
    return 1000 / intervals.mean()
