"""A neuron's flow as a system of equations: in algebra, and as functions of numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy
import torch

from snnlab.core import Neuron, derived, example, record

from .algebra import expressions
from .choice import Size
from .latex import textbook_symbols, unclipped

CURRENT = sympy.Symbol("I")


@dataclass(frozen=True, eq=False)
class System:
    """ds/dt = flow(s), in 1/s, of the variables that flow, as sympy expressions in textbook symbols.

    A variable whose flow is 0 whatever the others do (a refractory counter) is no part of it: it stands at its rest.
    Nor is one that is held, which stands at a value of its own.
    Bounds that keep numbers finite, beyond the peak and far up an exponential, are left out: the system is smooth, and
    is what runs where no bound acts. Numbers are those of the functional layer: `values(p)` makes `constants` of a
    parameter tuple, and `rates` and `slopes` take them with the state, a number or an array for each of `variables`,
    and the current.
    """

    neuron: Neuron
    symbols: dict[str, sympy.Symbol]  # of each variable
    flow: dict[str, sympy.Expr]
    constants: dict[str, sympy.Expr]  # "p.C", or "s.rho" -> symbol; 1 / symbol where the field is an inverse

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(self.symbols)

    def moves(self, other: str, name: str) -> bool:
        """Whether the flow of a variable depends on another one."""
        return bool(self.flow[name].has(self.symbols[other]))

    @cached_property
    def jacobian(self) -> sympy.Matrix:
        """Derivative of the flow of each variable (row) by each variable (column), in 1/s."""
        return sympy.Matrix([[slope(rate, x) for x in self.symbols.values()] for rate in self.flow.values()])

    def values(self, p: Any, held: Mapping[str, float] | None = None) -> np.ndarray:
        """The numbers that stand for `constants` with these parameters, and variables `held` elsewhere than at rest."""
        stands = any(name.startswith("s.") for name in self.constants)
        tuples = {"p": p, "s": self.neuron.rest(p)._replace(**(held or {})) if stands else None}
        owners_fields = (name.split(".") for name in self.constants)
        found = np.array([float(getattr(tuples[owner], field)) for owner, field in owners_fields])
        inverse = [not symbol.is_Symbol for symbol in self.constants.values()]
        return np.where(inverse, 1 / np.where(inverse, found, 1.0), found)

    def compiled(self, expression: Any, *unknowns: sympy.Symbol) -> Callable[..., Any]:
        """An expression, or a list of them, as a numpy function of (unknowns, constants, I): silent where it is not
        finite, as in what a choice leaves out."""
        symbols = [next(iter(expression.free_symbols)) for expression in self.constants.values()]
        found = sympy.lambdify([unknowns, symbols, CURRENT], expression, modules=[{"erf": _erf}, "numpy"], cse=True)

        def function(unknowns: Any, constants: Any, I: Any) -> Any:
            with np.errstate(all="ignore"):  # of Python's own numbers, 1 / 0 would be an error
                return found([np.asarray(x, dtype=float)[()] for x in unknowns], constants, I)

        return function

    @cached_property
    def _rates(self) -> Callable[..., Any]:
        return self.compiled([*self.flow.values()], *self.symbols.values())

    @cached_property
    def _derivatives(self) -> Callable[..., Any]:
        return self.compiled(self.jacobian.tolist(), *self.symbols.values())

    @cached_property
    def _pushes(self) -> Callable[..., Any]:
        return self.compiled([slope(rate, CURRENT) for rate in self.flow.values()], *self.symbols.values())

    def pushes(self, state, constants, I) -> np.ndarray:
        """The derivative of the flow by the current, [n] in 1/s and per unit of the current, at one state."""
        return np.array(self._pushes(state, constants, I), dtype=float)

    def rates(self, state, constants, I) -> list[np.ndarray]:
        """The flow of each variable in 1/s, in the shape to which state and current broadcast."""
        shape = np.broadcast_shapes(*map(np.shape, (*state, I)))
        return [np.broadcast_to(rate, shape) for rate in self._rates(state, constants, I)]

    def slopes(self, state, constants, I) -> np.ndarray:
        """The Jacobian [..., n, n] in 1/s, in the shape to which state, constants and current broadcast."""
        shape = np.broadcast_shapes(*map(np.shape, (*state, *constants, I)))
        rows = [[np.broadcast_to(x, shape) for x in row] for row in self._derivatives(state, constants, I)]
        return np.moveaxis(np.array(rows, dtype=float), (0, 1), (-2, -1))


@derived
def system(neuron: Neuron, held: tuple[str, ...] = (), /, **chosen: Callable) -> System:
    """The flow of a neuron as a system of equations, recorded from its running code.

    `chosen` are parameters that are functions, where they are not the defaults; `held` are variables that are to stand
    where they are, whatever their flow. Raises NotImplementedError for an
    operation that has no counterpart in algebra.

    >>> from snnlab.functional import LIF
    >>> system(LIF).variables, system(LIF).jacobian[0, 1]
    (('v', 'i'), 1/\\tau_{\\mathrm{mem}})
    """
    s, p = example(neuron.state, 1), example(neuron.parameters, 2)._replace(**chosen)
    names = textbook_symbols(neuron)
    state = {field: names[f"s.{field}"] for field in neuron.state._fields}
    program = record(neuron.flow, s=s, I=torch.rand(1, dtype=torch.float64), p=p)
    flow = {field: _smooth(rate, [*state.values()]) for field, rate in expressions(program, names).items()}
    moving = {field: rate for field, rate in flow.items() if rate != 0 and field not in held}
    standing = {f"s.{field}": state[field] for field in state if field not in moving}
    used = {name: names[name] for name in program.inputs if name.startswith("p.")}
    return System(neuron, {field: state[field] for field in moving}, moving, standing | used)


def slope(expression: sympy.Expr, x: sympy.Symbol) -> sympy.Expr:
    """The derivative by x, where there is one: of real numbers, and between the jumps of a step.

    >>> v = sympy.Symbol("v")
    >>> slope(abs(v) + sympy.floor(v), v)
    sign(v)
    """
    smooth = expression.replace(sympy.Mod, lambda a, b: a - b * sympy.floor(a / b)).replace(sympy.Abs, Size)
    found = sympy.diff(smooth, x).replace(sympy.DiracDelta, lambda *at: sympy.Integer(0))
    return found.xreplace({one: sympy.Integer(0) for one in found.atoms(sympy.Derivative, sympy.Subs)}).replace(
        Size, sympy.Abs
    )


def _erf(x: Any) -> Any:
    from scipy.special import erf  # slow to load: for the few neurons that have it

    return erf(x)


def _smooth(rate: sympy.Expr, state: list[sympy.Symbol]) -> sympy.Expr:
    """Without bounds beyond the peak; a comparison with 0 is false at 0, where algebra by itself says a half."""
    return unclipped(rate, state).replace(sympy.Heaviside, lambda x, _: sympy.Heaviside(x, 0))
