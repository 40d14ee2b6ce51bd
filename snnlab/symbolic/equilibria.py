"""Where a neuron's flow is zero: one equation in v, and all of its roots; by numbers where algebra ends."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import sympy

from snnlab.core import Neuron, derived

from .dynamics import System, slope
from .sampled import Sampled, all_of, dynamics, line_of
from .search import Implicit, Root, Searched, Several, searched, several

DEPTH = 8  # derivatives until nothing depends on v any more: a cubic and an exponential have four
REACH = 2.0**30  # mV: how far from its turning points a root is looked for
ROUNDING = 8 * np.finfo(float).eps  # a sum is no better than this part of the sizes of its terms


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
        if len(levels) == DEPTH or not _elementary(function, v):
            raise NotImplementedError(
                f"the flow of {system.neuron.name} is no sum of polynomials, times exponentials, of v"
            )
        terms = sympy.Add.make_args(sympy.expand_mul(function))
        levels.append(system.compiled([function, sympy.Add(*map(sympy.Abs, terms))], v))
        function = _simpler(slope(function, v), v)
    return Condition(expression, tuple(levels))


def _elementary(function: sympy.Expr, v: sympy.Symbol) -> bool:
    """Whether it is made of sums, products, whole powers and exponentials of v alone."""
    if not function.has(v) or function == v:
        return True
    if isinstance(function, sympy.Pow) and not isinstance(function, sympy.exp):
        return bool(function.exp.is_Integer and function.exp > 0) and _elementary(function.base, v)
    return isinstance(function, sympy.Add | sympy.Mul | sympy.exp) and all(_elementary(e, v) for e in function.args)


def _simpler(function: sympy.Expr, v: sympy.Symbol) -> sympy.Expr:
    """Divided by an exponential, where all terms have one: what has no zeros is left out, and polynomials remain."""
    terms = sympy.Add.make_args(sympy.expand_mul(function))
    exponentials = [[f for f in sympy.Mul.make_args(t) if isinstance(f, sympy.exp) and f.has(v)] for t in terms]
    return sympy.Add(*(t / exponentials[0][0] for t in terms)) if all(exponentials) else function


class Found(NamedTuple):
    """A state in which the flow is zero; `double` where two such states are one."""

    state: dict[str, float]
    double: bool


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """The flow is zero where `condition`, in v alone, is; the other variables follow from v as `others` say.

    Where they do not, the condition is in `unknowns` besides, from which the rest follows.
    """

    system: System
    condition: Condition | Searched | Several
    others: dict[str, sympy.Expr]
    following: Callable

    @property
    def unknowns(self) -> tuple[str, ...]:
        """The variables in which the condition is."""
        return self.condition.unknowns if isinstance(self.condition, Several) else ("v",)

    def found(self, constants, I) -> list[Found]:
        """All states in which the flow is zero, ascending in v."""
        if isinstance(self.condition, Several):
            return self.found_at(np.asarray(constants, dtype=float)[:, None], np.array([I]))[0]
        return [Found(self.state((v,), constants, I), double) for v, double in self.condition.roots(constants, I)]

    def found_at(self, constants: np.ndarray, currents: np.ndarray) -> list[list[Found]]:
        """The same for each of N currents and constants [C, N], of several unknowns at once."""
        each = [*zip(constants.T, currents)]
        if not isinstance(self.condition, Several):
            return [self.found(*one) for one in each]
        there = self.condition.zeros(constants, currents)
        return [[Found(self.state(x, *one), False) for x in some] for one, some in zip(each, there)]

    def state(self, given, constants, I) -> dict[str, float]:
        """The state with these values of the unknowns in which all other equations hold."""
        return {name: float(x) for name, x in self.states(given, constants, I).items()}

    def states(self, given, constants, I) -> dict[str, np.ndarray]:
        """The same of arrays."""
        found = dict(zip(self.unknowns, given)) | dict(zip(self.others, self.following(given, constants, I)))
        shape = np.broadcast_shapes(*map(np.shape, found.values()))
        return {name: np.array(np.broadcast_to(found[name], shape)) for name in self.system.variables}


@derived
def equilibrium(neuron: Neuron, held: tuple[str, ...] = (), /, **chosen: Callable) -> Equilibrium:
    """The equilibria of a neuron as one equation in v; `held` and `chosen` as for `system`.

    Where that is no sum of polynomials, times exponentials, of v, its roots are sought by numbers: in the range in
    which v is drawn, and half of it beyond each end (`snnlab.symbolic.search`). So are all unknowns in such boxes of
    their own, where more variables than v follow from no equation that is linear in them, and all variables of a neuron
    without algebra.

    >>> from snnlab.functional import Izhikevich
    >>> equilibrium(Izhikevich).others
    {'u': b*v}
    """
    whole = dynamics(neuron, held, **chosen)
    if isinstance(whole, Sampled):
        return Equilibrium(whole, all_of(whole), {}, lambda given, constants, I: [])
    left, others = eliminate(whole, [name for name in whole.variables if name != "v"], partly=True)
    unknowns = ("v", *(name for name in whole.variables if name != "v" and name not in others))
    found = several(whole, left, unknowns) if len(unknowns) > 1 else _one_equation(whole, *left.values())
    following = whole.compiled([*others.values()], *(whole.symbols[name] for name in unknowns))
    return Equilibrium(whole, found, others, following)


def _one_equation(system: System, expression: sympy.Expr) -> Condition | Searched:
    try:
        return condition(system, expression)
    except NotImplementedError:
        return searched(system, expression)


@derived
def nullclines(
    neuron: Neuron, y: str, held: tuple[str, ...] = (), /, **chosen: Callable
) -> dict[str, Callable | Condition | Searched | Implicit]:
    """v and y -> where its flow is zero, while all further variables are held, or at their equilibrium with these two.

    That is a function of (v,), constants and I which gives [y]; where the flow does not depend on y, a condition for v;
    where it is not linear in y, the flow itself.

    Raises NotImplementedError for further variables that do not follow from equations that are linear in them.
    """
    whole = dynamics(neuron, held, **chosen)
    if isinstance(whole, Sampled):
        return {name: line_of(whole, name, y) for name in ("v", y)}
    left, _ = eliminate(whole, [name for name in whole.variables if name not in ("v", y)], kept=("v", y))
    v, across = whole.symbols["v"], whole.symbols[y]
    found: dict[str, Callable | Condition | Searched | Implicit] = {}
    for name, rate in left.items():
        steep = slope(rate, across)
        if steep.has(across):
            found[name] = Implicit(whole.compiled(rate, v, across), whole.compiled([slope(rate, v), steep], v, across))
        elif steep == 0:
            found[name] = _one_equation(whole, rate)
        else:
            found[name] = whole.compiled([-rate.subs(across, 0) / steep], v)
    return found


def eliminate(
    system: System, unknowns: Iterable[str], kept: Iterable[str] = (), partly: bool = False
) -> tuple[dict[str, sympy.Expr], dict[str, sympy.Expr]]:
    """Solve flow = 0 for these variables: (the equations that were not needed, the solutions).

    An unknown is taken from its own equation, or from the first that is linear in it, with a slope that depends on no
    other unknown: of a gate, which opens and closes at rates that depend on v, that is its steady state. Equations of
    `kept` are not used. Raises NotImplementedError for a variable that no equation gives, unless it may stay, `partly`.
    """
    left, solutions, waiting = dict(system.flow), dict[str, sympy.Expr](), list(unknowns)
    while waiting:
        solved = next((s for name in waiting if (s := _solved(system, left, name, waiting, kept))), None)
        if solved is None and partly:
            break
        if solved is None:
            raise NotImplementedError(
                f"no equation of {system.neuron.name} is linear in {waiting[0]}, so none gives it"
            )
        name, equation, solution = solved
        x = system.symbols[name]
        waiting.remove(name)
        left.pop(equation)
        left = {other: rate.subs(x, solution) for other, rate in left.items()}
        solutions = {other: known.subs(x, solution) for other, known in solutions.items()} | {name: solution}
    return left, solutions


def _solved(
    system: System, left: dict[str, sympy.Expr], name: str, waiting: list[str], kept: Iterable[str]
) -> tuple[str, str, sympy.Expr] | None:
    """An unknown, an equation that gives it, and what it is; an equation whose slope is a number is better."""
    x, others = system.symbols[name], [system.symbols[other] for other in waiting]
    state = [*system.symbols.values()]
    found = []
    for equation in left.keys() - set(kept):
        steep = slope(left[equation], x)
        if steep != 0 and not steep.has(*others) and (equation == name or not steep.has(*state)):
            found.append((steep.has(*state), equation != name, equation, steep))
    if not found:
        return None
    *_, equation, steep = min(found, key=lambda one: one[:3])
    return name, equation, -left[equation].subs(x, 0) / steep


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
