"""A neuron's functions as text that a program can run: sums, powers, exp and comparisons as Brian2 has them."""

from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, NamedTuple

import sympy
import torch
from sympy.printing.str import StrPrinter

from snnlab.core import Neuron, example, received, record

from .algebra import expressions

Assignments = Mapping[str, sympy.Expr]


class Formulas(NamedTuple):
    """A neuron in algebra, by variable; a part that it does not have is empty.

    `hold` gives besides the variables "z", whether there is a spike after all.
    """

    flow: Assignments
    excess: sympy.Expr | None
    reset: Assignments
    receive: Assignments
    hold: Assignments


def formulas(neuron: Neuron, symbols: Mapping[str, sympy.Expr], **chosen: Callable) -> Formulas:
    """The functions of a neuron, recorded from its running code, in these symbols.

    `symbols` have an expression for "s.v" of every variable, "p.v_th" of every parameter, the current "I", the input
    spikes "x"; where the neuron has a refractory period, "old.v" of the state before the step, and "z" for whether the
    threshold was crossed. `chosen` are parameters that are functions, where they are not the defaults.

    Raises NotImplementedError for an operation that has no counterpart in algebra.
    """
    s, p = example(neuron.state, 1), example(neuron.parameters, 2)._replace(**chosen)
    I, x, z = (torch.rand(1, dtype=torch.float64) for _ in range(3))

    def of(function: Callable | None, **arguments: Any) -> dict[str, sympy.Expr]:
        return expressions(record(function, **arguments), symbols) if function else {}

    def land(s, x, p):
        return received(neuron, s, x, p)

    return Formulas(
        flow=of(neuron.flow, s=s, I=I, p=p),
        excess=of(neuron.excess, s=s, p=p).get(""),
        reset=_changes(of(neuron.reset, s=s, p=p), symbols),
        receive=_changes(of(neuron.receive and land, s=s, x=x, p=p), symbols),
        hold=_changes(of(_holding(neuron), old=example(neuron.state, 3), z=z, s=s, p=p), symbols),
    )


def _changes(outputs: dict[str, sympy.Expr], symbols: Mapping[str, sympy.Expr]) -> dict[str, sympy.Expr]:
    """Without the variables that stay as they are."""
    return {name: e for name, e in outputs.items() if e != symbols.get(f"s.{name}")}


def _holding(neuron: Neuron) -> Callable | None:
    """`hold` with all that it gives in one tuple."""
    outcome: Any = namedtuple("outcome", ["z", *neuron.state._fields])  # type: ignore[misc]

    def hold(old, z, s, p):
        fired, after = neuron.hold(old, z, s, p)  # type: ignore[misc]
        return outcome._make((fired, *after))

    return neuron.hold and hold


class _Printer(StrPrinter):
    """Python's syntax; what Brian2 writes in its own way: clip(x, low, high), int(condition)."""

    def _print_Min(self, expression):
        return reduce("clip({}, -inf, {})".format, map(self._print, _bounds_last(expression)))

    def _print_Max(self, expression):
        return reduce("clip({}, {}, inf)".format, map(self._print, _bounds_last(expression)))

    def _print_Heaviside(self, expression):
        return f"int({condition(expression.args[0])})"


def _bounds_last(expression: sympy.Expr) -> list[sympy.Expr]:
    return sorted(expression.args, key=lambda e: (e.is_Atom, e.is_number, sympy.default_sort_key(e)))


def text(expression: sympy.Expr) -> str:
    """An expression as code.

    >>> v, V = sympy.symbols("v V")
    >>> text(sympy.exp(sympy.Min(v**2 / 4, 20)) - sympy.Heaviside(v - V))
    'exp(clip(v**2/4, -inf, 20)) - int(v > V)'
    """
    return _Printer().doprint(expression)


def condition(excess: sympy.Expr) -> str:
    """Where it is greater than 0, as a comparison.

    >>> condition(sympy.Symbol("v") - sympy.Symbol("v_th"))
    'v > v_th'
    """
    left = sympy.Add(*(t for t in sympy.Add.make_args(excess) if not t.could_extract_minus_sign()))
    return f"{text(left)} > {text(left - excess)}"


def assignments(new: Mapping[sympy.Symbol, sympy.Expr]) -> list[str]:
    """Lines after which each symbol has its new value, all computed from the old ones.

    >>> v, u = sympy.symbols("v u")
    >>> assignments({v: v + u, u: 2 * u})
    ['v = u + v', 'u = 2*u']
    >>> assignments({v: u, u: v})
    ['v_new = u', 'u_new = v', 'v = v_new', 'u = u_new']
    """
    names = list(new)
    if not any(new[later].has(*names[:k]) for k, later in enumerate(names) if k):
        return [f"{name} = {text(e)}" for name, e in new.items()]
    return [f"{name}_new = {text(e)}" for name, e in new.items()] + [f"{name} = {name}_new" for name in names]
