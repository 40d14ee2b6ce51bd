"""A neuron's functions in algebra, recorded from its running code once for all that is printed of them."""

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import sympy
import torch

from snnlab.core import Neuron, example, received, record

from .algebra import expressions

Assignments = Mapping[str, sympy.Expr]


class Formulas(NamedTuple):
    """A neuron in algebra, by variable; a part that it does not have is empty.

    `within` is the flow as a method with stages sees it, where that is another one. `hold` gives besides the variables
    "z", whether there is a spike after all.
    """

    flow: Assignments
    within: Assignments
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

    def inside(old, s, I, p):
        return neuron.flow(neuron.within(old, s, p), I, p)  # type: ignore[misc]

    old = example(neuron.state, 3)
    return Formulas(
        flow=of(neuron.flow, s=s, I=I, p=p),
        within=of(neuron.within and inside, old=old, s=s, I=I, p=p),
        excess=of(neuron.excess, s=s, p=p).get(""),
        reset=_changes(of(neuron.reset, s=s, p=p), symbols),
        receive=_changes(of(neuron.receive and land, s=s, x=x, p=p), symbols),
        hold=_changes(of(_holding(neuron), old=old, z=z, s=s, p=p), symbols),
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
