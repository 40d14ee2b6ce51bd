"""Zeros that are found by numbers, within a box: of one function of v, or of several equations at once."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import sympy

from snnlab.core import Neuron, annotations

from .dynamics import System, slope
from .expand import expanded

BEYOND = 0.5  # of the range in which a variable is drawn, how far beyond both ends zeros are sought
CELLS = 2000  # of v, in which a function is looked at
STARTS = 128  # of Newton's method, spread over the box
NEWTON = 40  # of its steps
ROUNDING = 64 * np.finfo(float).eps  # of the sizes of the terms of a sum: what is nothing but rounding
JUMP = 1e-6  # of the same: a function that changes its sign is not near zero where it jumps, or has a pole


class Root(NamedTuple):
    v: float
    double: bool  # the function touches zero in a turning point


def box(neuron: Neuron, name: str) -> tuple[float, float]:
    """The ends between which a variable is sought: those of its annotation, and half of that range beyond each."""
    mark = annotations(neuron.state)[name]
    beyond = BEYOND * (mark.high - mark.low)
    return mark.low - beyond, mark.high + beyond


@dataclass(frozen=True, eq=False)
class Searched:
    """A function of v that is to be zero, for which there is no algebra: it is looked at over 2000 cells of `box`.

    `levels` give (value, sum of absolute terms) from (v,), constants and I: of it, and of its slope. Found are a zero
    in each cell where it changes its sign, two where it turns in between, and one where it touches zero.
    """

    expression: sympy.Expr
    box: tuple[float, float]
    levels: tuple[Callable, ...]

    def roots(self, constants, I) -> list[Root]:
        """All values of v in the box where it is zero, ascending."""
        turning = [v for v, _ in self.turning(constants, I)]
        v = np.unique([*np.linspace(*self.box, CELLS + 1), *turning])
        values, near = self._at(v, constants, I)
        signs = np.where(near, 0.0, np.sign(values))
        found = [Root(float(x), bool(x in turning)) for x in v[near]]
        found += [Root(x, False) for x in self._crossings(0, v, signs, constants, I)]
        return sorted(found)

    def turning(self, constants, I) -> list[tuple[float, float]]:
        """Its turning points (v, value) in the box, ascending."""
        v = np.linspace(*self.box, CELLS + 1)
        slopes = np.broadcast_to(self.levels[1]((v,), constants, I)[0], v.shape)
        found = self._crossings(1, v, np.sign(slopes), constants, I)
        return [(x, float(self.levels[0]((x,), constants, I)[0])) for x in found]

    def _at(self, v: np.ndarray, constants, I) -> tuple[np.ndarray, np.ndarray]:
        """Values, and whether they are nothing but rounding."""
        value, size = (np.broadcast_to(x, v.shape) for x in self.levels[0]((v,), constants, I))
        return value, abs(value) <= ROUNDING * size

    def _crossings(self, level: int, v: np.ndarray, signs: np.ndarray, constants, I) -> list[float]:
        """Where the function or its slope goes through zero, between neighbours of these signs."""
        from scipy.optimize import brentq  # slow to load: when a phase plane is first drawn

        function, found = self.levels[level], []
        for (a, one), (b, other) in pairwise(zip(v.tolist(), signs.tolist())):
            if one * other < 0:
                fine = {"xtol": 1e-14, "rtol": 4 * np.finfo(float).eps, "disp": False}  # the nearest, where it is steep
                x = brentq(lambda x: function((x,), constants, I)[0], a, b, **fine)
                value, size = function((x,), constants, I)
                if level or abs(value) <= JUMP * size:
                    found.append(x)
        return found


def searched(system: System, expression: sympy.Expr) -> Searched:
    """The zeros of an expression in v, sought in the box of v."""
    v = system.symbols["v"]

    def level(expression: sympy.Expr) -> Callable:
        terms = system.compiled([*sympy.Add.make_args(expanded(expression, deep=False))], v)

        def sums(unknowns, constants, I):
            values = terms(unknowns, constants, I)
            return sum(values), sum(map(abs, values))

        return sums

    return Searched(expression, box(system.neuron, "v"), (level(expression), level(slope(expression, v))))


@dataclass(frozen=True, eq=False)
class Implicit:
    """A line in the plane of v and another variable: where `rate`, of these two, constants and I, is 0; `slopes` are
    its derivatives by both."""

    rate: Callable
    slopes: Callable


@dataclass(frozen=True, eq=False)
class Several:
    """Equations in several unknowns, v first, that are to be zero together within `boxes` [U, 2]."""

    unknowns: tuple[str, ...]
    boxes: np.ndarray
    rates: Callable
    slopes: Callable

    def zeros(self, constants: np.ndarray, currents: np.ndarray) -> list[np.ndarray]:
        """All that are found, [R, U] ascending in v, for each of N currents and constants [C, N].

        Newton's method from 128 starts that fill the boxes evenly, each step no longer than a tenth of them.
        """
        low, high = self.boxes.T
        starts = low + (high - low) * _even(STARTS, len(low))
        x = np.repeat(starts[None], len(currents), 0)  # [N, S, U]
        numbers, I = constants[:, :, None], np.asarray(currents, dtype=float)[:, None]
        longest = 0.1 * (high - low)
        with np.errstate(all="ignore"):
            for _ in range(NEWTON):
                step = self._step(x, numbers, I)
                x = x - step / np.maximum(1.0, abs(step / longest).max(-1, keepdims=True))
            still = abs(self._step(x, numbers, I)) <= 1e-9 * (high - low)
        there = still.all(-1) & (x >= low).all(-1) & (x <= high).all(-1)
        return [_apart(one[inside], high - low) for one, inside in zip(x, there)]

    def _step(self, x: np.ndarray, constants: np.ndarray, I: np.ndarray) -> np.ndarray:
        unknowns, shape = np.moveaxis(x, -1, 0), x.shape[:-1]
        rates = np.array([np.broadcast_to(r, shape) for r in self.rates(unknowns, constants, I)], dtype=float)
        rows = [[np.broadcast_to(s, shape) for s in row] for row in self.slopes(unknowns, constants, I)]
        matrix = np.moveaxis(np.array(rows, dtype=float), (0, 1), (-2, -1))
        bad = ~np.isfinite(matrix).all((-2, -1)) | (np.linalg.det(np.nan_to_num(matrix)) == 0)
        matrix = np.where(bad[..., None, None], np.eye(len(unknowns)), matrix)
        return np.where(bad[..., None], np.nan, np.linalg.solve(matrix, np.moveaxis(rates, 0, -1)[..., None])[..., 0])


def several(system: System, left: dict[str, sympy.Expr], unknowns: tuple[str, ...]) -> Several:
    """What is left of the equations, of as many unknowns, v first, sought in their boxes."""
    symbols = [system.symbols[name] for name in unknowns]
    rows = [[slope(rate, x) for x in symbols] for rate in left.values()]
    return Several(
        unknowns,
        np.array([box(system.neuron, name) for name in unknowns]),
        system.compiled([*left.values()], *symbols),
        system.compiled(rows, *symbols),
    )


def _even(count: int, dimensions: int) -> np.ndarray:
    """Points [count, dimensions] that fill the unit cube evenly: Kronecker's sequence of the generalised golden ratio.

    Source: Roberts, The unreasonable effectiveness of quasirandom sequences, 2018.
    """
    ratio = 2.0
    for _ in range(40):
        ratio = (1 + ratio) ** (1 / (dimensions + 1))
    steps = ratio ** -np.arange(1.0, dimensions + 1)
    return (0.5 + np.arange(1, count + 1)[:, None] * steps) % 1


def _apart(points: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Those that are not the same but for rounding, ascending in v."""
    found: list[np.ndarray] = []
    for one in points[np.argsort(points[:, 0], kind="stable")]:
        if all((abs(one - other) > 1e-6 * sizes).any() for other in found):
            found.append(one)
    return np.array(found).reshape(-1, len(sizes))
