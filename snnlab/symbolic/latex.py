"""A neuron's equations as LaTeX, printed from its running code."""

from collections import namedtuple
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import sympy
import torch

from snnlab.core import Inverse, Neuron, annotations, example, received, record

from .algebra import expressions
from .symbols import latex_symbol


class Equations(NamedTuple):
    """Lines of LaTeX for each part of a neuron; a part that it does not have is empty."""

    flow: tuple[str, ...]
    spike: tuple[str, ...]
    reset: tuple[str, ...]
    receive: tuple[str, ...]
    hold: tuple[str, ...] = ()


WORDS = {"spike": "spike when", "reset": "then", "receive": "input spike", "hold": "while"}


def lines(parts: Equations, leave_out: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Equations as lines one below the other, each part after its word."""
    found = list(parts.flow)
    for part, word in WORDS.items():
        if part not in leave_out:
            found += [rf"\text{{{'' if k else word}}}\ \ {line}" for k, line in enumerate(getattr(parts, part))]
    return tuple(found)


def textbook_symbols(neuron: Neuron) -> dict[str, sympy.Expr]:
    """Input name of a recording -> symbol; an inverse is 1 / symbol (1 / tau), as in a textbook."""
    symbols: dict[str, sympy.Expr] = {"I": sympy.Symbol("I"), "x": sympy.Symbol("x")}
    for owner, fields in (("s", neuron.state), ("p", neuron.parameters)):
        for field, annotation in annotations(fields).items():
            symbol = sympy.Symbol(latex_symbol(field, annotation), positive=isinstance(annotation, Inverse))
            symbols[f"{owner}.{field}"] = 1 / symbol if isinstance(annotation, Inverse) else symbol
    return symbols


def _outputs(neuron: Neuron, function, **arguments) -> dict[str, sympy.Expr]:
    return expressions(record(function, **arguments), textbook_symbols(neuron))


def _latex(expression: sympy.Expr, state: list[sympy.Symbol]) -> str:
    """An expression written as people do: in a sum, powers of the state first, then constants, the current last."""
    if expression.is_Mul and any(f.is_Add for f in expression.args):
        return " ".join(rf"\left({_latex(f, state)}\right)" if f.is_Add else sympy.latex(f) for f in expression.args)

    def rank(term):
        degrees = [sympy.degree(term, v) if term.is_polynomial(v) else 0 for v in state]
        return (-sum(degrees), [-d for d in degrees], term.has(sympy.Symbol("I")), sympy.default_sort_key(term))

    terms = [sympy.latex(t) for t in sorted(sympy.Add.make_args(expression), key=rank)]
    return " ".join(t if k == 0 or t.startswith("-") else f"+ {t}" for k, t in enumerate(terms))


@cache
def equations(neuron: Neuron, without: tuple[str, ...] = (), **chosen: Callable) -> Equations:
    """The equations of a neuron: its flow, when it spikes, its reset, what an input spike does, what holds it.

    `chosen` are parameters that are functions, where they are not the defaults; variables `without` which it is used
    are left out of its flow.
    """
    s, p = example(neuron.state, 1), example(neuron.parameters, 2)._replace(**chosen)
    symbols = textbook_symbols(neuron)
    state = [symbols[f"s.{f}"] for f in neuron.state._fields]
    marks = annotations(neuron.parameters)
    inverses = [1 / symbols[f"p.{f}"] for f, a in marks.items() if isinstance(a, Inverse)]
    plain = [symbols[f"p.{f}"] for f, a in marks.items() if f"p.{f}" in symbols and not isinstance(a, Inverse)]

    def factor(rate):
        """What stands before d/dt: a time constant or capacitance; 1000 only makes 1/s of the papers' 1/ms."""
        for t in inverses:
            if not (right := sympy.simplify(rate * t)).has(t):
                return t, right
        for t in plain:
            if not (right := sympy.simplify(rate * t / 1000)).has(t) and right.as_coeff_Mul()[0] == 1:
                return t, right
        return None, rate

    flow = []
    drift = _outputs(neuron, neuron.flow, s=s, I=torch.rand(1, dtype=torch.float64), p=p)
    absent = {symbols[f"s.{f}"]: 0 for f in without}
    for variable, rate in zip(state, drift.values(), strict=True):
        before, right = factor(unclipped(rate, state).subs(absent))
        if right != 0 and variable not in absent:
            flow.append(f"{before or ''} \\frac{{d{variable}}}{{dt}} = {_latex(right, state)}".strip())

    def jumps(outputs):
        return tuple(
            rf"{v} \leftarrow {_latex(e, state)}" for v, e in zip(state, outputs.values(), strict=True) if e != v
        )

    spike: tuple[str, ...] = ()
    reset: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    if neuron.excess is not None and neuron.reset is not None:
        beyond = _outputs(neuron, neuron.excess, s=s, p=p)[""]
        above = [t for t in sympy.Add.make_args(beyond) if t.has(state[0])]
        spike = (f"{_latex(sympy.Add(*above), state)} > {sympy.latex(sympy.Add(*above) - beyond)}",)
        reset = jumps(_outputs(neuron, neuron.reset, s=s, p=p))
    if neuron.hold is not None:
        after_spike, hold = _held(neuron, s, p, state)
        reset += after_spike
    receive = ()
    if neuron.receive is not None:
        land = {"s": s, "x": torch.rand(1, dtype=torch.float64), "p": p}
        receive = jumps(_outputs(neuron, lambda s, x, p: received(neuron, s, x, p), **land))
    return Equations(tuple(flow), spike, reset, receive, hold)


def unclipped(expression: sympy.Expr, state) -> sympy.Expr:
    """Without the bounds that keep numbers finite beyond a peak, where no equation holds any more."""

    def below(*terms):
        return next((t for t in terms if t.has(*state)), sympy.Min(*terms))

    return expression.replace(sympy.Min, below)


def _held(neuron: Neuron, s, p, state) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a gate H(rho) does: what it adds to the reset, and how the neuron goes on while it is closed."""
    outcome: Any = namedtuple("outcome", ["z", *neuron.state._fields])  # type: ignore[misc]

    def hold(old, z, s, p):
        fired, after = neuron.hold(old, z, s, p)  # type: ignore[misc]
        return outcome._make((fired, *after))

    z, before = sympy.Symbol("z"), [sympy.Symbol(f"{v}_0") for v in state]
    names = textbook_symbols(neuron) | {"z": z} | {f"old.{f}": v for f, v in zip(neuron.state._fields, before)}
    program = record(hold, old=example(neuron.state, 3), z=torch.rand(1, dtype=torch.float64), s=s, p=p)
    found = expressions(program, names)
    (gate,) = {g for e in found.values() for g in e.atoms(sympy.Heaviside)}
    spiked = [sympy.simplify(found[f].subs({gate: 0, z: 1})) for f in neuron.state._fields]
    after = tuple(rf"{v} \leftarrow {sympy.latex(e)}" for v, e in zip(state, spiked) if e != v)

    closed = {f: sympy.simplify(e.subs({gate: 1}).subs(z, 0)) for f, e in found.items()}
    same = dict(zip(before, state))
    lines = [r"\text{no spike}"] if found["z"].subs(gate, 1) == 0 else []
    for variable, old, field in zip(state, before, neuron.state._fields):
        if closed[field] == old:
            lines.append(rf"{variable}\text{{ is held}}")
        elif closed[field] != variable:
            lines.append(rf"{variable} \leftarrow {sympy.latex(closed[field].subs(same))}")
    (counter,) = gate.args[0].free_symbols
    return after, (rf"{same[counter]} > 0", *lines)
