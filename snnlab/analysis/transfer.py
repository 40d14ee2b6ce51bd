"""How a constant current becomes a firing rate."""

from typing import Any, NamedTuple

import numpy as np
import torch

from snnlab.core import Neuron, Steps, annotations
from snnlab.core.check import check
from snnlab.engine import Noise
from snnlab.models import NeuronModel
from snnlab.symbolic.sampled import dynamics

from .arguments import array, neuron_model, parameters, positive
from .constant import finite_run
from .equilibria import functions
from .portrait import edges, planes

GRID = 32  # currents that are tried at once
_T = np.linspace(-3.2, 3.2, 201)  # of the double exponential substitution, which maps it to 0 ... 1
NODES = 1 / (1 + np.exp(-np.pi * np.sinh(_T)))
WEIGHTS = np.pi * np.cosh(_T) * NODES * (1 - NODES) * (_T[1] - _T[0])


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


def f_i_trials(
    model: NeuronModel,
    currents: np.ndarray,
    noise: float,
    noise_tau: float = 3.0,
    trials: int = 8,
    duration: float = 1000.0,
    dt: float = 0.1,
    settle: float = 200.0,
    seed: int = 0,
) -> np.ndarray:
    """Rates [trials, N] in Hz under constant currents [N] and noise: spikes after `settle` over the time from there on.

    Each trial is a neuron with a noise of its own, an Ornstein-Uhlenbeck process of standard deviation `noise`, in the
    unit of the current, and correlation time `noise_tau` in ms, as that of a population (`snnlab.models`).

    Raises ValueError as `f_i_curve` does, and for a number of trials that is not a whole number from 1 on.

    >>> from snnlab.models import LIF
    >>> f_i_trials(LIF(), np.array([0.9]), noise=0.3, trials=2).round().shape  # below the rheobase
    (2, 1)
    """
    check("trials", trials, lambda n: n == int(n) and n >= 1, "a whole number from 1 on")
    check("settle", settle, lambda t: 0 <= t < duration, f"a time in ms from 0 to below duration = {duration:g}")
    each = np.tile(np.asarray(currents, dtype=float), trials)
    spikes = _spikes(model, each, duration, dt, Noise(noise, noise_tau / 1000, seed))
    late = spikes[round(settle / dt) :].sum(0) * 1000 / (duration - settle)
    return late.reshape(trials, -1)


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


def _spikes(
    model: NeuronModel, currents: np.ndarray, duration: float, dt: float, noise: Noise | None = None
) -> np.ndarray:
    """bool [T, N]: one neuron for each constant current."""
    if model.neuron.excess is None:
        raise ValueError(f"{model.neuron.name} has no threshold: it never spikes")
    positive("duration", duration)
    check("dt", dt, lambda t: 0 < t <= duration, f"a time in ms above 0, up to duration = {duration:g}")
    current = torch.as_tensor(currents, dtype=torch.float64).expand(round(duration / dt), -1)
    run = finite_run(
        model.neuron, current=current, p=model.p(torch.float64, dt=dt), dt=dt / 1000, record=(), noise=noise
    )
    return (run.spikes > 0).numpy()


def _steady_rate(train: np.ndarray, duration: float, settle: float) -> float:
    intervals = np.diff(train)[train[1:] > settle]
    if not len(intervals) or duration - train[-1] > 2 * intervals.max():
        return 0.0
    return 1000 / intervals.mean()


def f_i_theory(model: NeuronModel, currents: np.ndarray) -> np.ndarray | None:
    """Rates in Hz under constant currents [N] by the formula 1 / (t_ref + integral of dv / (dv/dt) up to the spike).

    It holds where v alone decides: where the flow of no other variable depends on v, a spike changes no other, and the
    reset is to one v. None for any other model. All others stand at rest. For a leaky neuron the integral is
    tau ln((I - v_reset) / (I - v_th)), in units of its potential.

    The integral is taken by the double exponential method from the reset to the slowest place and from there to the
    threshold, which is good to 1e-9 unless it is next to a saddle-node. Source: Gerstner et al., Neuronal Dynamics,
    Cambridge 2014, section 5.3; Takahasi, Mori, Publ. RIMS 9:721, 1974.

    >>> from snnlab.models import LIF
    >>> f_i_theory(LIF(), np.array([0.5, 1.5])).round(3)
    array([ 0.   , 91.024])
    """
    neuron, p = neuron_model(model).neuron, parameters(model)
    if not _v_decides(neuron, p):
        return None
    (threshold, reset), pause = edges(neuron, p), _refractory_time(neuron, p)
    if threshold is None or reset is None or pause is None:
        return None
    return 1 / (pause + _passage_time(neuron, p, currents, reset, threshold))


def first_spike_theory(model: NeuronModel, currents: np.ndarray, start: float = 0.0) -> np.ndarray | None:
    """When the first spike comes under constant currents [N], in ms, from v = `start`; infinity where none does.

    By the integral of `f_i_theory` from there on, under the same conditions; None for any other model. Of a leaky
    neuron from 0 it is -tau ln(1 - v_th / I), in units of its potential. Source: that of `f_i_theory`.

    >>> from snnlab.models import LIF
    >>> first_spike_theory(LIF(), np.array([0.5, 1.5])).round(3)  # 10 ms ln 3
    array([   inf, 10.986])
    """
    neuron, p = neuron_model(model).neuron, parameters(model)
    if not _v_decides(neuron, p) or (threshold := edges(neuron, p)[0]) is None:
        return None
    return 1000 * _passage_time(neuron, p, currents, start, threshold)


def _v_decides(neuron: Neuron, p: Any) -> bool:
    """Whether v alone decides when it spikes."""
    return neuron.excess is not None and "v" in neuron.state._fields and planes(neuron, p)[0] is None


def _passage_time(neuron: Neuron, p: Any, currents: np.ndarray, begin: float, threshold: float) -> np.ndarray:
    """How long v is on its way from `begin` to the threshold, in s; infinite where it does not get there."""
    rest, others = neuron.rest(p), tuple(name for name in neuron.state._fields if name != "v")
    held = {name: float(getattr(rest, name)) for name in others}
    alone = dynamics(neuron, others, **functions(p))
    constants, I = alone.values(p, held), np.asarray(currents, dtype=float)[:, None]

    def speed(v: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return alone.rates((v,), constants, I)[0]  # 1/s

    grid = np.linspace(begin, threshold, 2001)[None]
    flow = speed(grid)
    slowest = grid[0, flow.argmin(1)][:, None]
    total = np.zeros(len(I))
    with np.errstate(divide="ignore", over="ignore"):
        for start, end in ((begin, slowest), (slowest, threshold)):
            v, weight = (end - start) * NODES, (end - start) * WEIGHTS
            total += np.where(weight > 0, weight / np.where(weight > 0, speed(start + v), 1.0), 0.0).sum(1)
    return np.where((flow > 0).all(1) & (total > 0), total, np.inf)


def _refractory_time(neuron: Neuron, p: Any) -> float | None:
    """For how long a spike holds v where it is, in s, with parameters that count steps of 1 ms; None where it moves."""
    if neuron.hold is None:
        return 0.0
    before, z = neuron.rest(p), torch.ones((), dtype=torch.float64)
    _, after = neuron.hold(before, z, before, p)
    counters = [name for name, mark in annotations(neuron.state).items() if isinstance(mark, Steps)]
    _, later = neuron.hold(after, 0.0 * z, after._replace(v=after.v + 1.0), p)
    return sum(float(getattr(after, name)) for name in counters) / 1000 if later.v == after.v else None
