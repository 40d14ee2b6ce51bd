"""Where the fixed points of a neuron appear, vanish or lose their stability as one number changes."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np
import torch

from snnlab.core import Quantity
from snnlab.core.check import check
from snnlab.models import NeuronModel
from snnlab.symbolic.equilibria import Equilibrium, equilibrium
from snnlab.symbolic.search import Several

from .arguments import neuron_model, parameters
from .equilibria import eigenvalues_at, functions, reached

APART = 1e-9  # of the range: how far beside a saddle-node its two fixed points are looked at


class Bifurcation(NamedTuple):
    """`value` of what was changed, in the unit that people see; `state` and `eigenvalues` (1/ms) of the fixed point.

    `kind` is "saddle-node", where two fixed points meet and vanish, or "Andronov-Hopf", where two complex eigenvalues
    cross the imaginary axis: an oscillation of period 2 pi / |imaginary part| begins.
    """

    value: float
    kind: str
    state: dict[str, float]
    eigenvalues: np.ndarray


@dataclass(frozen=True)
class Path:
    """A neuron of which one number changes: `setting` makes its parameter tuple and current of this number."""

    found: Equilibrium
    setting: Callable[[float], tuple[Any, float]]

    def turning(self, value: float) -> list[tuple[float, float]]:
        """Turning points of the equation in v: (v, what it is short of zero)."""
        p, current = self.setting(value)
        assert not isinstance(self.found.condition, Several)
        return self.found.condition.turning(self.found.system.values(p), current)

    def points(self, kind: str, *values: float) -> list[list[Bifurcation]]:
        """All fixed points at each of some values."""
        settings = [self.setting(value) for value in values]
        constants = np.array([self.found.system.values(p) for p, _ in settings]).T
        there = self.found.found_at(constants, np.array([current for _, current in settings]))
        return [[self.at(kind, value, state) for state, _ in some] for value, some in zip(values, there)]

    def point(self, kind: str, value: float, given: tuple[float, ...]) -> Bifurcation:
        """That with these numbers for the unknowns."""
        p, current = self.setting(value)
        return self.at(kind, value, self.found.state(given, self.found.system.values(p), current))

    def at(self, kind: str, value: float, state: dict[str, float]) -> Bifurcation:
        p, current = self.setting(value)
        values = eigenvalues_at(self.found.system, state, self.found.system.values(p), current)
        return Bifurcation(value, kind, state, values)


def bifurcations(
    model: NeuronModel,
    along: str = "I",
    low: float | None = None,
    high: float | None = None,
    *,
    current: float = 0.0,
    samples: int = 200,
) -> tuple[Bifurcation, ...]:
    """Saddle-node and Andronov-Hopf bifurcations of a model's fixed points, in the order of their values.

    `along` is "I", the constant current, or the name of a parameter as people see it, which then changes while the
    current stays; `low` and `high` are in its unit, the ends of its slider unless given. Only what lies below the
    threshold counts.

    The equation in v for the fixed points is followed over `samples` values. It has a double root, a saddle-node, where
    its value in a turning point changes sign; the products of all sums of two eigenvalues change sign at an
    Andronov-Hopf point. Each change is refined by Brent's method to 1e-12 of the range. Where there are more unknowns
    than v (see `fixed_points`), a saddle-node is where the number of fixed points changes and a Jacobian has no
    inverse, by Powell's method. Two of one kind between neighbouring samples cancel: give more samples, or a smaller
    range.

    Raises ValueError for an unknown name and for values that are not allowed. Source: Izhikevich, Dynamical Systems in
    Neuroscience, MIT Press 2007, chapters 3 and 6; Kuznetsov, Elements of Applied Bifurcation Theory, 2004, chapter 10.

    >>> from snnlab.models import Izhikevich
    >>> [(b.kind, round(b.value, 6)) for b in bifurcations(Izhikevich())]
    [('Andronov-Hopf', 3.7975), ('saddle-node', 4.0)]
    """
    neuron, p = neuron_model(model).neuron, parameters(model)
    neuron.current.check("current", current)
    field, mark = changed(model, along)
    low, high = mark.low if low is None else low, mark.high if high is None else high
    mark.check("low", low)
    mark.check("high", high)
    check("low", low, lambda x: x < high, f"a number below high = {high:g}")
    check("samples", samples, lambda n: n == int(n) and n >= 2, "a whole number from 2 on")

    def setting(value: float) -> tuple[Any, float]:
        if field is None:
            return p, value
        return p._replace(**{field: torch.tensor(mark.taken(value, dt=1.0), dtype=torch.float64)}), current

    path = Path(equilibrium(neuron, **functions(p)), setting)
    grid = np.linspace(low, high, samples)
    folds = _saddle_nodes(path, grid)
    beside = [fold.value + side * APART * (high - low) for fold in folds for side in (-1, 1)]
    found = folds + _hopf_points(path, np.unique(np.clip([*grid, *beside], low, high)))
    return tuple(sorted((b for b in found if reached(neuron, b.state, setting(b.value)[0])), key=lambda b: b.value))


def changed(model: NeuronModel, along: str) -> tuple[str | None, Quantity]:
    """The field that changes, None for the current, and its annotation. Raises ValueError for another name."""
    if along == "I":
        return None, model.neuron.current
    numbers = {model.shown[f]: f for f, mark in model.marks.items() if isinstance(mark, Quantity)}
    if along not in numbers:
        raise ValueError(f"along = {along!r} is not allowed: choose I or one of {', '.join(numbers)}")
    return numbers[along], model.marks[numbers[along]]


def _saddle_nodes(path: Path, grid: np.ndarray) -> list[Bifurcation]:
    if isinstance(path.found.condition, Several):
        return _meetings(path, path.found.condition, grid)

    def height(value: float, j: int) -> float:
        return path.turning(value)[j][1]

    found = []
    for (a, before), (b, after) in pairwise((value, path.turning(value)) for value in grid):
        for j, ((_, old), (_, new)) in enumerate(zip(before, after)):
            if len(before) != len(after) or (old < 0) == (new < 0):
                continue
            value = _crossing(height, j, a, b, grid)
            found.append(path.point("saddle-node", value, path.turning(value)[j][:1]))
    return found


def _meetings(path: Path, condition: Several, grid: np.ndarray) -> list[Bifurcation]:
    """Where two fixed points, each of several unknowns, become one: a Jacobian without inverse, between two values at
    which there are not as many."""
    from scipy.optimize import root  # slow to load: for a bifurcation alone

    low, high = condition.boxes.T

    def short(at: np.ndarray) -> np.ndarray:
        """Of being a zero, and of being a double one, by unknowns in parts of their boxes and a value of the grid's."""
        value = float(grid[0] + at[-1] * (grid[-1] - grid[0]))
        p, current = path.setting(value)
        given, constants = low + at[:-1] * (high - low), path.found.system.values(p)
        slopes = np.array(condition.slopes(given, constants, current), dtype=float) * (high - low)
        scale = np.maximum(np.linalg.norm(slopes, axis=1), 1e-300)
        rates = np.array(condition.rates(given, constants, current), dtype=float)
        return np.append(rates / scale, np.linalg.det(slopes / scale[:, None]))

    def unknowns(some: list[Bifurcation]) -> np.ndarray:
        return np.array([[one.state[name] for name in condition.unknowns] for one in some]).reshape(-1, len(low))

    found = []
    each = map(unknowns, path.points("saddle-node", *grid))
    for (a, before), (b, after) in pairwise(zip(grid.tolist(), each)):
        if len(before) == len(after):
            continue
        more = ((before if len(before) > len(after) else after) - low) / (high - low)
        pairs = sorted(combinations(more, 2), key=lambda pair: float(np.linalg.norm(pair[0] - pair[1])))
        for one, other in pairs[: (abs(len(before) - len(after)) + 1) // 2]:
            start = np.append((one + other) / 2, ((a + b) / 2 - grid[0]) / (grid[-1] - grid[0]))
            met = root(short, start, tol=1e-13)
            value = float(grid[0] + met.x[-1] * (grid[-1] - grid[0]))
            if met.success and a <= value <= b:
                found.append(path.point("saddle-node", value, tuple(low + met.x[:-1] * (high - low))))
    return found


def _hopf_points(path: Path, grid: np.ndarray) -> list[Bifurcation]:
    def sums(b: Bifurcation) -> float:
        return float(np.prod([x + y for x, y in combinations(b.eigenvalues, 2)]).real)

    def sums_at(value: float, j: int) -> float:
        return sums(path.points("Andronov-Hopf", value)[0][j])

    found = []
    for before, after in pairwise(path.points("Andronov-Hopf", *grid)):
        for j, (old, new) in enumerate(zip(before, after)):
            if len(before) != len(after) or (sums(old) < 0) == (sums(new) < 0):
                continue
            (there,) = path.points("Andronov-Hopf", _crossing(sums_at, j, old.value, new.value, grid))
            met = there[j]
            opposite, _ = min(combinations(met.eigenvalues, 2), key=lambda pair: abs(sum(pair)))
            if opposite.imag != 0:  # else a saddle whose two rates are equal
                found.append(met)
    return found


def _crossing(function: Callable[[float, int], float], j: int, a: float, b: float, grid: np.ndarray) -> float:
    from scipy.optimize import brentq  # slow to load: for a bifurcation alone

    try:
        return brentq(function, a, b, args=(j,), xtol=1e-12 * (grid[-1] - grid[0]))
    except IndexError:
        raise ArithmeticError(
            f"fixed points come and go between {a:g} and {b:g}: give more samples, or a smaller range"
        ) from None
