"""Where a neuron's flow is zero: one equation in v, and all of its roots."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import sympy

from snnlab.core import Neuron

from .dynamics import System, system

DEPTH = 8  # derivatives until nothing depends on v any more: a cubic and an exponential have four
REACH = 2.0**30  # mV: how far from its turning points a root is looked for
ROUNDING = 8 * np.finfo(float).eps  # a sum is no better than this part of the sizes of its terms


class Root(NamedTuple):
    v: float
    double: bool  # the function touches zero in a turning point


@dataclass(frozen=True, eq=False)
class Condition:
    """A function of v that is to be zero.

    `levels` give (value, sum of absolute terms) from (v,), constants and I: of the function, and of its derivatives
    until one does not depend on v. Exponentials, which are never zero, are divided out of these.
    """

    expression: sympy.Expr
    levels: tuple[Callable, ...]

    def roots(self, constants, I) -> list[Root]:
        """All values of v where it is zero, ascending.

        Between two neighbouring turning points a function has at most one root, and its turning points are roots of its
        derivative (Rolle): from the last derivative up to the function none is missed.
        """
        return _roots(self.levels, constants, I)

    def turning(self, constants, I) -> list[tuple[float, float]]:
        """Its turning points (v, value), ascending."""
        found = [root.v for root in _roots(self.levels[1:], constants, I)]
        return [(v, float(self.levels[0]((v,), constants, I)[0])) for v in found]


def condition(system: System, expression: sympy.Expr) -> Condition:
    """Raises NotImplementedError for what is no sum of polynomials, times exponentials, of v."""
    v, function = system.symbols["v"], expression
    levels: list[Callable] = []
    while function.has(v):
        if len(levels) == DEPTH:
            raise NotImplementedError(
                f"the flow of {system.neuron.name} is no sum of polynomials, times exponentials, of v"
            )
        terms = sympy.Add.make_args(sympy.expand_mul(function))
        levels.append(system.compiled([function, sympy.Add(*map(sympy.Abs, terms))], v))
        function = _simpler(sympy.diff(function, v), v)
    return Condition(expression, tuple(levels))


def _simpler(function: sympy.Expr, v: sympy.Symbol) -> sympy.Expr:
    """Divided by an exponential, where all terms have one: what has no zeros is left out, and polynomials remain."""
    terms = sympy.Add.make_args(sympy.expand_mul(function))
    exponentials = [[f for f in sympy.Mul.make_args(t) if isinstance(f, sympy.exp) and f.has(v)] for t in terms]
    return sympy.Add(*(t / exponentials[0][0] for t in terms)) if all(exponentials) else function


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """The flow is zero where `condition`, in v alone, is; the other variables follow from v as `others` say."""

    system: System
    condition: Condition
    others: dict[str, sympy.Expr]
    following: Callable

    def state(self, v: float, constants, I) -> dict[str, float]:
        """The state with this v in which all other equations hold."""
        found = {"v": v} | dict(zip(self.others, self.following((v,), constants, I)))
        return {name: float(found[name]) for name in self.system.variables}


@cache
def equilibrium(neuron: Neuron, held: tuple[str, ...] = (), /, **chosen: Callable) -> Equilibrium:
    """The equilibria of a neuron as one equation in v; `held` and `chosen` as for `system`.

    Raises NotImplementedError where the other variables do not follow from linear equations, or where that in v is no
    sum of polynomials, times exponentials.

    >>> from snnlab.functional import Izhikevich
    >>> equilibrium(Izhikevich).others
    {'u': b*v}
    """
    whole = system(neuron, held, **chosen)
    left, others = eliminate(whole, [name for name in whole.variables if name != "v"])
    (expression,) = left.values()
    return Equilibrium(
        whole, condition(whole, expression), others, whole.compiled([*others.values()], whole.symbols["v"])
    )


@cache
def nullclines(
    neuron: Neuron, y: str, held: tuple[str, ...] = (), /, **chosen: Callable
) -> dict[str, Callable | Condition]:
    """v and y -> where its flow is zero, while all further variables are held, or at their equilibrium with these two.

    That is a function of (v,), constants and I which gives [y]; or, where the flow does not depend on y, a condition
    for v.
    """
    whole = system(neuron, held, **chosen)
    left, _ = eliminate(whole, [name for name in whole.variables if name not in ("v", y)], kept=("v", y))
    v, across = whole.symbols["v"], whole.symbols[y]
    found: dict[str, Callable | Condition] = {}
    for name, rate in left.items():
        slope = sympy.diff(rate, across)
        if slope.has(across):
            raise NotImplementedError(f"the flow of {name} of {neuron.name} is not linear in {y}")
        found[name] = whole.compiled([-rate.subs(across, 0) / slope], v) if slope != 0 else condition(whole, rate)
    return found


def eliminate(
    system: System, unknowns: Iterable[str], kept: Iterable[str] = ()
) -> tuple[dict[str, sympy.Expr], dict[str, sympy.Expr]]:
    """Solve flow = 0 for these variables: (the equations that were not needed, the solutions).

    An unknown is taken from its own equation, or from the first that is linear in it; those of `kept` are not used.
    Raises NotImplementedError for a variable in which no equation is linear.
    """
    left, solutions = dict(system.flow), dict[str, sympy.Expr]()
    state = [*system.symbols.values()]
    for name in unknowns:
        x = system.symbols[name]
        for equation in sorted(left.keys() - set(kept), key=lambda other: (other != name, other)):
            slope = sympy.diff(left[equation], x)
            if slope != 0 and not slope.has(*state):
                break
        else:
            raise NotImplementedError(f"no equation of {system.neuron.name} is linear in {name}, so none gives it")
        solution = -left.pop(equation).subs(x, 0) / slope
        left = {other: rate.subs(x, solution) for other, rate in left.items()}
        solutions = {other: known.subs(x, solution) for other, known in solutions.items()} | {name: solution}
    return left, solutions


def _roots(levels: tuple[Callable, ...], constants, I) -> list[Root]:
    roots: list[Root] = []
    with np.errstate(over="ignore", invalid="ignore"):
        for level in reversed(levels):
            roots = _between(level, constants, I, turning=[root.v for root in roots])
    return roots


def _between(level: Callable, constants, I, turning: list[float]) -> list[Root]:
    """All roots of a function, from all its turning points."""
    from scipy.optimize import brentq  # slow to load: when a phase plane is first drawn

    def at(v: float) -> tuple[float, float]:
        """Value, 0 where it is no more than rounding, and rounding."""
        value, size = level((v,), constants, I)
        return (0.0 if abs(value) <= ROUNDING * size else value), ROUNDING * size

    knots = [(v, at(v)[0]) for v in turning or [0.0]]
    found = [Root(v, double=bool(turning)) for v, height in knots if height == 0]
    brackets = [(a, b) for (a, one), (b, other) in pairwise(knots) if one * other < 0]
    for (v, height), step in ((knots[0], -1.0), (knots[-1], 1.0)):
        while height != 0 and abs(step) < REACH:
            beyond, rounding = at(v + step)
            if beyond * height < 0:
                brackets.append((v, v + step))
            if beyond * height < 0 or abs(beyond) > abs(height) + rounding:  # it turns no more out here
                break
            step *= 4
    precise = {"xtol": 1e-300, "rtol": 4 * np.finfo(float).eps, "maxiter": 1000}
    found += [Root(brentq(lambda v: level((v,), constants, I)[0], a, b, **precise), double=False) for a, b in brackets]
    return sorted(found)
