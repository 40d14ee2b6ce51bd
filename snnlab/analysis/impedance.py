"""How strongly, and how late, the voltage of a neuron at rest follows a small current of each frequency."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from snnlab.engine import simulate
from snnlab.models import NeuronModel
from snnlab.symbolic.equilibria import equilibrium

from .arguments import array, neuron_model, parameters, positive
from .equilibria import FixedPoint, functions, points

SMALL = 1e-3  # of the usual range of the current: the amplitude of a sine that changes nothing else
HIGHEST = 1000.0  # Hz, up to which a resonance and a cut-off are looked for
GRID = 4000  # frequencies at which they are


class Band(NamedTuple):
    """What of an impedance is told in numbers: its size at 0 Hz, the frequency of its maximum in Hz (0 unless it
    resonates), how many times as high that is, and the frequency above which it is below 1 / sqrt(2) of that."""

    steady: float
    resonance: float
    quality: float
    cutoff: float | None


def at_rest(model: NeuronModel, current: float = 0.0) -> FixedPoint:
    """The stable fixed point below the threshold that is nearest to the neuron's own rest.

    Raises ValueError where there is none: then it fires.
    """
    neuron, p = neuron_model(model).neuron, parameters(model)
    neuron.current.check("current", current)
    there = [point for point in points(neuron, p, current) if point.stable and point.reached]
    if not there:
        raise ValueError(f"{neuron.name} has no stable rest at I = {current:.4g}: give a current at which it is silent")
    rest = float(neuron.rest(p).v)
    return min(there, key=lambda point: abs(point.state["v"] - rest))


def impedance(model: NeuronModel, frequencies: Sequence[float] | np.ndarray, current: float = 0.0) -> np.ndarray:
    """The impedance Z [F] at `frequencies` [F] in Hz: v follows a small current I e^(i w t) as Z I e^(i w t).

    Z = ((i w - J)^-1 dF/dI)_v, where F is the flow and J its Jacobian at the stable fixed point under this constant
    `current`; in units of v per unit of the current. Its angle is negative where v lags behind. For a leaky neuron it
    is R / (1 + i w tau).

    Raises ValueError where the neuron has no stable rest, and for frequencies that are no row of finite numbers.
    Source: Koch, Biophysics of Computation, Oxford 1999, chapter 10.

    >>> from snnlab.models import LIF
    >>> z = impedance(LIF(tau_mem=10), [0.0, 1000 / (2 * np.pi * 10)])
    >>> abs(z).round(4), np.angle(z, deg=True).round(4)
    (array([1.    , 0.7071]), array([  0., -45.]))
    """
    omega = 2 * np.pi * array("frequencies", frequencies, dimensions=1)
    point, neuron, p = at_rest(model, current), model.neuron, parameters(model)
    system = equilibrium(neuron, **functions(p)).system
    constants, state = system.values(p), [*point.state.values()]
    matrices = 1j * omega[:, None, None] * np.eye(len(state)) - system.slopes(state, constants, current)
    answer = np.linalg.solve(
        matrices, np.broadcast_to(system.pushes(state, constants, current), (len(omega), len(state)))[..., None]
    )
    return answer[:, list(point.state).index("v"), 0]


def measured_impedance(
    model: NeuronModel,
    frequencies: Sequence[float] | np.ndarray,
    current: float = 0.0,
    *,
    duration: float = 1000.0,
    settle: float = 500.0,
    dt: float = 0.1,
) -> np.ndarray:
    """The impedance [F] as it is measured: one run of a neuron for each of `frequencies` [F], driven by a small sine.

    Each is brought to the nearest of which `duration` [ms], after `settle`, holds whole periods, and v is compared with
    the current there; `current` is its mean. Steps of `dt` [ms] leave an error of dt / tau. nan where it spikes.
    Raises ValueError as `impedance` does.
    """
    for name, value in (("duration", duration), ("settle", settle), ("dt", dt)):
        positive(name, value)
    point, neuron, usual = at_rest(model, current), model.neuron, model.neuron.current
    omega = 2 * np.pi * whole_periods(frequencies, duration) / 1000  # per ms
    before, steps = round(settle / dt), round(duration / dt)
    sine = np.sin(omega * (np.arange(before + steps)[:, None] + 0.5) * dt)  # a step has the current of its middle
    drive = torch.as_tensor(current + SMALL * (usual.high - usual.low) * sine)
    p = model.p(torch.float64, dt=dt)
    state = neuron.rest(p)._replace(**{name: torch.tensor(x, dtype=torch.float64) for name, x in point.state.items()})
    run = simulate(neuron, current=drive, p=p, state=state, dt=dt / 1000)
    v, I = run.variables["v"][before:].numpy() - point.state["v"], drive[before:].numpy() - current
    wave = np.exp(-1j * omega * np.arange(steps)[:, None] * dt)
    found = (v * wave * np.exp(-1j * omega * dt)).sum(0) / (I * wave * np.exp(-0.5j * omega * dt)).sum(0)
    return np.where((run.spikes > 0).any(0).numpy(), np.nan, found)


def whole_periods(frequencies: Sequence[float] | np.ndarray, duration: float) -> np.ndarray:
    """The nearest frequencies in Hz, above 0, of which so many ms hold whole periods."""
    each = 1000 / duration
    return np.maximum(np.round(array("frequencies", frequencies, dimensions=1) / each), 1) * each


def band_of(model: NeuronModel, current: float = 0.0) -> Band:
    """What an impedance lets through, by `impedance`, up to 1000 Hz. Raises ValueError as that does."""
    f = np.concatenate([[0.0], np.geomspace(0.05, HIGHEST, GRID)])
    size = abs(impedance(model, f, current))
    top = int(size.argmax())
    limit = size[top] / np.sqrt(2)
    beyond = np.flatnonzero(size[top:] < limit)
    k = top + beyond[0] if len(beyond) else 0
    cutoff = float(np.interp(-limit, -size[k - 1 : k + 1], f[k - 1 : k + 1])) if k else None
    return Band(float(size[0]), float(f[top]), float(size[top] / size[0]) if size[0] else np.inf, cutoff)
