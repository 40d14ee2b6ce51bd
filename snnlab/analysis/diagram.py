"""The bifurcation diagram: fixed points and what runs do, as one number of a neuron changes."""

from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import torch

from snnlab.core import annotations
from snnlab.core.check import check
from snnlab.engine import Diverged
from snnlab.models import NeuronModel
from snnlab.symbolic.equilibria import Equilibrium, equilibrium
from snnlab.symbolic.search import Several

from .arguments import neuron_model, parameters
from .bifurcation import Bifurcation, bifurcations, changed
from .constant import finite_run
from .equilibria import ZERO, FixedPoint, exceeded, functions, points, reached
from .spikes import peak

HEIGHTS = 1201  # of v at which the equation for the fixed points is looked at
BEYOND = 0.5  # of the usual range of v, how far above it they are sought, and below the lowest at three values
JUMP = 0.15  # of it, by which a fixed point moves at most between neighbouring values
APART = 1e-6  # of the range of values, within which two bifurcations of a kind are one
PAST = 0.01  # of a step, how far beyond two values a bifurcation between them is sought: it may be at one of them
JUMPS = 1e-6  # of the sizes of the terms: what the equation is at most where it goes through zero
HALVINGS = 50  # of an interval with a root: to the last digits


class Branch(NamedTuple):
    """Fixed points that belong together: v over values of what changes, all of them stable or none."""

    values: np.ndarray
    v: np.ndarray
    stable: bool


class Diagram(NamedTuple):
    """What a bifurcation diagram shows: branches, and the points where they begin and end or change their stability."""

    branches: tuple[Branch, ...]
    points: tuple[Bifurcation, ...]


class _Roots(NamedTuple):
    """All fixed points [N, R], ascending in v, nan where there are fewer: whether they are stable and below the
    threshold, how far above it, and what changes its sign at an Andronov-Hopf point."""

    v: np.ndarray
    stable: np.ndarray
    below: np.ndarray
    excess: np.ndarray
    crossing: np.ndarray

    def same(self, at: int) -> bool:
        """Whether there are as many at a value and at the next one."""
        return bool((np.isfinite(self.v[at]) == np.isfinite(self.v[at + 1])).all())


def bifurcation_diagram(
    model: NeuronModel,
    along: str = "I",
    low: float | None = None,
    high: float | None = None,
    *,
    current: float = 0.0,
    samples: int = 161,
) -> Diagram:
    """Branches of fixed points below the threshold, and their bifurcations, which are those of `bifurcations`.

    `along`, `low`, `high` and `current` are as there. The equation in v is looked at on a grid of `samples` values and
    1201 potentials at once, each change of sign is halved down to the last digits, and where the number of roots or the
    stability changes between neighbouring values `bifurcations` says what is there. A point of kind "threshold" is
    where a fixed point comes to the threshold, beyond which the neuron fires.

    Raises ValueError as `bifurcations` does. Source: Izhikevich, Dynamical Systems in Neuroscience, 2007, chapter 6.

    >>> from snnlab.models import Izhikevich
    >>> found = bifurcation_diagram(Izhikevich(), high=5.0)
    >>> [(p.kind, round(p.value, 4)) for p in found.points]
    [('Andronov-Hopf', 3.7975), ('saddle-node', 4.0)]
    >>> [branch.stable for branch in found.branches]
    [True, False, False]
    """
    neuron = neuron_model(model).neuron
    _, mark = changed(model, along)
    low, high = mark.low if low is None else low, mark.high if high is None else high
    for name, value in (("low", low), ("high", high)):
        mark.check(name, value)
    check("low", low, lambda x: x < high, f"a number below high = {high:g}")
    check("samples", samples, lambda n: n == int(n) and n >= 2, "a whole number from 2 on")
    grid = np.geomspace(low, high, samples) if mark.log and low > 0 else np.linspace(low, high, samples)
    grid[[0, -1]] = low, high
    found = equilibrium(neuron, **functions(parameters(model)))
    met = _met(model, along, current, grid, _roots(found, neuron, *settings_of(model, along, grid, current)))
    beside = PAST * (grid[1] - grid[0]) * np.array([[-1.0], [1.0]]) + [one.value for one in met]
    values = np.unique([*grid, *beside[(beside > low) & (beside < high)]])
    roots = _roots(found, neuron, *settings_of(model, along, values, current))
    marks = annotations(neuron.state)["v"]
    return Diagram(tuple(_branches(values, roots, met, JUMP * (marks.high - marks.low))), tuple(met))


def _met(model: NeuronModel, along: str, current: float, values: np.ndarray, roots: _Roots) -> list[Bifurcation]:
    """All points where fixed points change."""
    low, high, margin = values[0], values[-1], PAST * (values[1] - values[0])
    met = _at_threshold(model, along, current, values, roots)
    for at in _events(roots):
        ends = max(low, values[at] - margin), min(high, values[at + 1] + margin)
        for one in bifurcations(model, along, *ends, current=current, samples=2):
            if all(b.kind != one.kind or abs(b.value - one.value) > APART * (high - low) for b in met):
                met.append(one)
    return sorted(met, key=lambda one: one.value)


def settings_of(model: NeuronModel, along: str, values: np.ndarray, current: float, dt: float = 1.0) -> tuple:
    """The parameter tuple with each number [N], and currents [N], in which one number changes; dt in ms."""
    neuron, (field, mark) = neuron_model(model).neuron, changed(model, along)
    neuron.current.check("current", current)
    each = {} if field is None else {field: np.array([mark.taken(value, dt=dt) for value in values.tolist()])}
    given = model.p(torch.float64, dt=dt)._asdict() | {name: torch.as_tensor(x) for name, x in each.items()}
    wide = {
        name: x.to(torch.float64).expand(len(values)) if isinstance(x, torch.Tensor) else x for name, x in given.items()
    }
    return type(parameters(model))(**wide), values if field is None else np.full(len(values), float(current))


def extremes(
    model: NeuronModel,
    along: str,
    values: np.ndarray,
    *,
    current: float = 0.0,
    duration: float = 600.0,
    settle: float = 300.0,
    dt: float = 0.1,
) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest v [N] of runs that begin at rest, once they have settled: one neuron for each of `values` [N].

    `along` and `current` are as in `bifurcations`; times in ms. A spike reaches up to the peak at which it is cut off.
    Both are nan where a state ceases to be finite. Warns (CoarseStep) where dt is too long for one of them.
    """
    neuron = neuron_model(model).neuron
    p, currents = settings_of(model, along, values, current, dt)
    drive = torch.as_tensor(currents, dtype=torch.float64).expand(round(duration / dt), -1)
    try:
        run = finite_run(neuron, current=drive, p=p, dt=dt / 1000)
    except Diverged:
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    late = round(settle / dt)
    v, fired = run.variables["v"][late:].numpy(), (run.spikes[late:] > 0).any(0).numpy()
    least, most = v.min(0), v.max(0)
    for k in np.flatnonzero(fired):
        most[k] = max(most[k], peak(neuron, _one(p, k)))
    return least, most


def _roots(found: Equilibrium, neuron: Any, p: Any, currents: np.ndarray) -> _Roots:
    constants = np.array([found.system.values(_one(p, k)) for k in range(len(currents))]).T
    at, given = _zeros(found, neuron, constants, currents)
    rank = np.arange(len(at)) - np.searchsorted(at, at)
    held, I = constants[:, at], currents[at]
    state = found.states(given, held, I)
    values = np.linalg.eigvals(found.system.slopes([*state.values()], held, I) / 1000).astype(complex)
    sums = [values[:, i] + values[:, j] for i, j in combinations(range(values.shape[1]), 2)]
    each = _one(p, at)

    def table(values: Any, missing: Any) -> np.ndarray:
        shown = np.full((len(currents), int(rank.max(initial=-1)) + 1), missing)
        shown[at, rank] = values
        return shown

    return _Roots(
        table(given[0], np.nan),
        table((values.real < 0).all(1), False),
        table(reached(neuron, state, each), False),
        table(exceeded(neuron, state, each), np.nan),
        table(np.prod(sums, axis=0).real if sums else 1.0, np.nan),
    )


def _one(p: Any, k: Any) -> Any:
    """The parameters with this number, or these numbers."""
    return p._replace(**{name: x[k] for name, x in p._asdict().items() if isinstance(x, torch.Tensor)})


def _zeros(
    found: Equilibrium, neuron: Any, constants: np.ndarray, currents: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Where the equation goes through zero: (number of the value, unknowns, of which v is first), ascending."""
    if isinstance(found.condition, Several):
        each = found.condition.zeros(constants, currents)
        return np.repeat(np.arange(len(each)), list(map(len, each))), tuple(np.concatenate(each).T)
    if not found.condition.levels:
        return np.array([], dtype=int), (np.array([]),)
    mark = annotations(neuron.state)["v"]
    level, beyond = found.condition.levels[0], BEYOND * (mark.high - mark.low)
    some = (0, len(currents) // 2, -1)
    there = [root.v for k in some for root in found.condition.roots(constants[:, k], currents[k])]
    free = neuron.excess is None or neuron.crosses  # else beyond the threshold is nothing to see
    highest = max([mark.high, *there]) if free else mark.high
    v = np.linspace(min([mark.low, *there]) - beyond, highest + beyond, HEIGHTS)

    def above(v: np.ndarray, constants: np.ndarray, I: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):
            return np.broadcast_to(level((v,), constants, I)[0], np.broadcast_shapes(v.shape, I.shape)) > 0

    over = above(v[None], constants[:, :, None], currents[:, None])
    at, where = np.nonzero(over[:, 1:] != over[:, :-1])
    left, right, rises = v[where], v[where + 1], over[at, where + 1]
    for _ in range(HALVINGS):
        middle = (left + right) / 2
        over = above(middle, constants[:, at], currents[at]) == rises
        left, right = np.where(over, left, middle), np.where(over, middle, right)
    middle = (left + right) / 2
    value, size = level((middle,), constants[:, at], currents[at])
    through = np.broadcast_to(abs(value) <= JUMPS * size, middle.shape)  # no pole, and no jump
    return at[through], (middle[through],)


def _events(roots: _Roots) -> list[int]:
    """Values between which and the next one fixed points come, go, or begin to oscillate."""
    turned = (np.sign(roots.crossing[1:]) * np.sign(roots.crossing[:-1]) < 0).any(1)
    return [at for at in range(len(roots.v) - 1) if turned[at] or not roots.same(at)]


def _at_threshold(model: NeuronModel, along: str, current: float, values: np.ndarray, roots: _Roots) -> list:
    """Where stable fixed points come to the threshold."""
    from scipy.optimize import brentq  # slow to load: for a bifurcation alone

    neuron, made = model.neuron, []
    mark = annotations(neuron.state)["v"]
    tiny = ZERO * (mark.high - mark.low)
    for at, k in zip(*np.nonzero(roots.below[1:] != roots.below[:-1])):
        if not roots.same(at) or not roots.stable[at, k]:
            continue

        def nearest(value: float, v: float = roots.v[at, k]) -> tuple[FixedPoint, float]:
            p, currents = settings_of(model, along, np.array([value]), current)
            one = _one(p, 0)
            point = min(points(neuron, one, float(currents[0])), key=lambda one: abs(one.state["v"] - v))
            return point, 0.0 if abs(over := float(exceeded(neuron, point.state, one))) <= tiny else over

        ends = values[at], values[at + 1]
        if nearest(ends[0])[1] * nearest(ends[1])[1] <= 0:
            value = brentq(lambda value: nearest(value)[1], *ends, xtol=1e-9 * (values[-1] - values[0]))
            point, _ = nearest(value)
            made.append(Bifurcation(float(value), "threshold", point.state, point.eigenvalues))
    return made


def _branches(values: np.ndarray, roots: _Roots, met: list[Bifurcation], jump: float) -> list[Branch]:
    """Lines through fixed points of one rank and stability that move by no jump; each goes on to the points that are
    met at its ends."""
    found = []
    for v, stable, below in zip(roots.v.T, roots.stable.T, roots.below.T):
        kind = np.where(below, stable.astype(int), -1)
        breaks = (np.diff(kind) != 0) | (abs(np.diff(v)) > jump)
        for piece in np.split(np.arange(len(v)), np.flatnonzero(breaks) + 1):
            if kind[piece[0]] >= 0:
                line = _extended(values[piece], v[piece], np.diff(values).max(), met)
                found.append(Branch(*line, bool(stable[piece[0]])))
    return found


def _extended(x: np.ndarray, v: np.ndarray, step: float, met: list[Bifurcation]) -> tuple[np.ndarray, np.ndarray]:
    """A line with the points that it meets, which lie less than a step beyond its ends, and nearest in v."""
    slope = np.abs(np.diff(v)).max(initial=0.0) + 1e-9 * abs(v).max(initial=1.0)
    for end, place in ((-1, len(x)), (0, 0)):
        near = [b for b in met if 0 <= (b.value - x[end]) * (1 if end else -1) <= step * (1 + 1e-9)]
        near = [b for b in near if abs(b.state["v"] - v[end]) <= 4 * slope]
        if near:
            b = min(near, key=lambda b: abs(b.state["v"] - v[end]))
            x, v = np.insert(x, place, b.value), np.insert(v, place, b.state["v"])
    return x, v
