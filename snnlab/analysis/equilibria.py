"""Where a neuron can stand still under a constant current, whether it stays there, and its nullclines."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch

from snnlab.core import Neuron, annotations, refused
from snnlab.models import NeuronModel
from snnlab.models.units import number
from snnlab.symbolic.dynamics import System
from snnlab.symbolic.equilibria import Condition, equilibrium
from snnlab.symbolic.equilibria import nullclines as lines
from snnlab.symbolic.sampled import dynamics
from snnlab.symbolic.search import Implicit, Searched

from .arguments import neuron_model, parameters

ROWS = 201  # of a plane, in which lines are looked for where no formula gives them
POLISH = 4  # Newton's steps from the middle of a cell: to the last digits
ZERO = 1e-9  # of the fastest rate, or of the range of v: what is nothing but rounding


class FixedPoint(NamedTuple):
    """A state that the flow leaves as it is.

    `state` has the variables that flow; `eigenvalues` of the Jacobian there are complex, in 1/ms, the largest real part
    first; `kind` is one of "stable node", "stable focus", "saddle", "saddle-focus", "unstable node", "unstable focus",
    "center", "saddle-node" (two points in one), "degenerate" (a rate of zero else). It counts all variables: where v
    alone drives away and a synaptic current decays, the point is a saddle. `stable`: small deviations die out.
    `reached` is False beyond the threshold: the neuron spikes before it is there, unless nothing resets it.
    """

    state: dict[str, float]
    eigenvalues: np.ndarray
    kind: str
    stable: bool
    reached: bool


def fixed_points(
    model: NeuronModel, current: float = 0.0, held: Mapping[str, float] | None = None
) -> tuple[FixedPoint, ...]:
    """All fixed points of a model under a constant current (in the unit of its current), in the order of v.

    Solves flow(s, I) = 0 from the recorded equations: all variables but v follow from equations that are linear in
    them, and the one equation in v that is left has all its real roots found, where it is a sum of polynomials, times
    exponentials (`snnlab.symbolic.equilibria`). Else they are sought by numbers, in a box that reaches beyond the range
    in which a variable is drawn by half of it on each side (`snnlab.symbolic.search`): of v alone, or, where more
    variables follow from no such equation, of all of these. There may be none: above the rheobase of a
    model that spikes by itself, or where v has no leak. Only isolated points count: a perfect integrator without
    current stands still anywhere. A variable that does not flow (a refractory counter) stands at its rest. With `held`,
    variables stand at these values whatever their flow, and the points are those of all others.

    Raises ValueError for a current that is not allowed, and where something is held that is no variable beside v;
    NotImplementedError for a neuron without v. Source: Izhikevich, Dynamical
    Systems in Neuroscience, MIT Press 2007, chapter 4.

    >>> from snnlab.models import Izhikevich
    >>> [(round(p.state["v"], 6), p.kind) for p in fixed_points(Izhikevich(), current=3.0)]
    [(-65.0, 'stable node'), (-55.0, 'saddle')]
    """
    neuron = neuron_model(model).neuron
    current = number("current", current, neuron.current.unit)
    neuron.current.check("current", current)
    return points(neuron, parameters(model), current, standing(neuron, held))


def points(neuron: Neuron, p: Any, current: float, held: Mapping[str, float] | None = None) -> tuple[FixedPoint, ...]:
    """The fixed points of a neuron with this parameter tuple of float64 scalars, as `fixed_points` has them."""
    found = equilibrium(neuron, tuple(held or ()), **functions(p))
    constants = found.system.values(p, held)
    made = []
    for state, double in found.found(constants, current):
        values = eigenvalues_at(found.system, state, constants, current)
        kind = "saddle-node" if double else _kind(values)
        below = bool(reached(neuron, {**(held or {}), **state}, p))
        made.append(FixedPoint(state, values, kind, kind.startswith("stable"), below))
    return tuple(made)


def standing(neuron: Neuron, held: Mapping[str, float] | None) -> dict[str, float]:
    """Variables that are held, in the order of the state. Raises ValueError for what is none, or is v."""
    held, others = held or {}, [name for name in neuron.state._fields if name != "v"]
    for name in held.keys() - set(others):
        raise refused("held", name, f"variables of {neuron.name} beside v: {', '.join(others) or 'there are none'}")
    return {
        name: number(f"held[{name!r}]", held[name], annotations(neuron.state)[name].unit)
        for name in others
        if name in held
    }


def functions(p: Any) -> dict[str, Any]:
    """The parameters that are functions."""
    return {field: value for field, value in p._asdict().items() if callable(value)}


def eigenvalues_at(system: System, state: dict[str, float], constants: np.ndarray, current: float) -> np.ndarray:
    """Eigenvalues of the Jacobian in 1/ms, the largest real part first."""
    values = np.linalg.eigvals(system.slopes([*state.values()], constants, current) / 1000).astype(complex)
    return values[np.lexsort((-values.imag, -values.real))]


def reached(neuron: Neuron, state: Mapping[str, Any], p: Any) -> Any:
    """Whether a neuron can stay in this state, or in each of [N]: below its threshold, or at it but for rounding; one
    that crosses can be anywhere."""
    mark = annotations(neuron.state)["v"]
    return exceeded(neuron, state, p) <= ZERO * (mark.high - mark.low)


def exceeded(neuron: Neuron, state: Mapping[str, Any], p: Any) -> np.ndarray:
    """By how much a neuron in this state, or in each of [N], is above a threshold that it cannot pass; -inf without
    one."""
    if neuron.excess is None or neuron.crosses:
        return np.array(-np.inf)
    given = {name: torch.as_tensor(x, dtype=torch.float64) for name, x in state.items()}
    return torch.as_tensor(neuron.excess(neuron.rest(p)._replace(**given), p)).numpy()


def _kind(values: np.ndarray) -> str:
    tiny = ZERO * abs(values).max()
    turning = bool((abs(values.imag) > tiny).any())
    flat = abs(values.real) <= tiny
    if flat.any():
        return "center" if (abs(values.imag[flat]) > tiny).all() else "degenerate"
    growing = values.real > 0
    if growing.any() and not growing.all():
        return "saddle-focus" if turning else "saddle"
    return f"{'unstable' if growing.any() else 'stable'} {'focus' if turning else 'node'}"


def nullclines(
    model: NeuronModel,
    current: float = 0.0,
    v: np.ndarray | None = None,
    y: str | None = None,
    held: Mapping[str, float] | None = None,
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Where each of two variables stands still: variable -> (v, y), the line on which its flow is 0.

    `v` [N] is over the range in which v is drawn unless given. `y` names the second variable; it may be left out where
    there is just one. Any further ones stand where they are `held`, or at their own equilibrium. Where a nullcline is a
    vertical line, y goes over the range in which it is drawn (lines are divided by nan); it is empty where nothing
    stands still. Values beyond the peak belong to the equations, not to the neuron.

    Raises ValueError that names the variables where `y` is not one of them, or has to be chosen; and for a current that
    is not allowed.

    >>> from snnlab.models import Izhikevich
    >>> found = nullclines(Izhikevich(), v=np.array([-70.0, -50.0]))
    >>> found["v"][1].round(9).tolist(), found["u"][1].round(9).tolist()
    ([-14.0, -10.0], [-14.0, -10.0])
    """
    neuron, p = neuron_model(model).neuron, parameters(model)
    current = number("current", current, neuron.current.unit)
    neuron.current.check("current", current)
    held, marks = standing(neuron, held), annotations(neuron.state)
    y = _second(neuron.name, dynamics(neuron, tuple(held), **functions(p)).variables, y)
    grid = np.linspace(marks["v"].low, marks["v"].high, 500) if v is None else np.asarray(v, dtype=float)
    across = np.linspace(marks[y].low, marks[y].high, len(grid))
    return isoclines(neuron, p, current, (grid, across), y, held)


def isoclines(
    neuron: Neuron, p: Any, current: float, grids: tuple[np.ndarray, np.ndarray], y: str, held: Mapping[str, float]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The nullclines of v and y over these values of v, and of y where one is vertical, as `nullclines` has them."""
    constants = dynamics(neuron, tuple(held), **functions(p)).values(p, held)
    found, grid = {}, grids[0]
    for name, line in lines(neuron, y, tuple(held), **functions(p)).items():
        if isinstance(line, Implicit):
            found[name] = _contour(line, grid, _drawn(neuron, y, grids[1]), constants, current)
        elif isinstance(line, Condition | Searched):
            at = [root.v for root in line.roots(constants, current)]
            across = np.append(grids[1], np.nan)
            found[name] = np.repeat(at, len(across)), np.tile(across, len(at))
        else:
            with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
                (values,) = line((grid,), constants, current)
            values = np.broadcast_to(values, grid.shape)
            found[name] = grid, np.where(np.isfinite(values), values, np.nan)
    return found


def _drawn(neuron: Neuron, y: str, across: np.ndarray) -> np.ndarray:
    """Values of y over the range in which it is drawn, and over those of a plane."""
    mark = annotations(neuron.state)[y]
    return np.linspace(min(mark.low, *across[[0, -1]]), max(mark.high, *across[[0, -1]]), ROWS)


def _contour(
    line: Implicit, v: np.ndarray, y: np.ndarray, constants: np.ndarray, current: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where a flow is 0 in the plane of v and y: lines between cells, each point moved up its slope to the zero."""
    import contourpy  # slow to load: for the few neurons that have such lines

    rate = np.broadcast_to(line.rate((v[None], y[:, None]), constants, current), (len(y), len(v)))
    pieces = contourpy.contour_generator(v, y, np.where(np.isfinite(rate), rate, np.nan)).lines(0.0)
    at = np.concatenate([np.empty((0, 2)), *(part for one in pieces for part in (one, [[np.nan, np.nan]]))])[:-1].T
    cell = np.array([[np.ptp(v) / len(v)], [np.ptp(y) / len(y)]])
    for _ in range(POLISH):
        steep = np.array([np.broadcast_to(s, at[0].shape) for s in line.slopes(at, constants, current)]) * cell
        with np.errstate(all="ignore"):
            step = cell * steep * line.rate(at, constants, current) / (steep**2).sum(0)
        at = at - np.where(abs(step) <= cell, step, 0.0)
    return at[0], at[1]


def _second(name: str, variables: tuple[str, ...], y: str | None) -> str:
    """The variable beside v that is chosen, or the only one."""
    others = [variable for variable in variables if variable != "v"]
    if y in others:
        return y
    if y is None and len(others) == 1:
        return others[0]
    given = "y is missing" if y is None else f"y = {y!r} is not allowed"
    choice = f"choose one of {', '.join(others)}" if others else "a phase plane needs two"
    raise ValueError(f"{given}: the variables of {name} that flow are {', '.join(variables)}; {choice}")
