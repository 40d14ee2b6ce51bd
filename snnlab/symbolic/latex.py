"""A neuron's equations as LaTeX, printed from its running code."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import sympy

from snnlab.core import Inverse, Neuron, Steps, annotations, flattened

from .formulas import formulas
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
    return symbols | field_symbols("s", neuron.state) | field_symbols("p", neuron.parameters)


def field_symbols(owner: str, fields: Any) -> dict[str, sympy.Expr]:
    """Those of the fields of a tuple that the recording calls `owner`."""
    found: dict[str, sympy.Expr] = {}
    for field, mark in annotations(flattened(fields)).items():
        symbol = sympy.Symbol(latex_symbol(field, mark), positive=isinstance(mark, Inverse))
        found[f"{owner}.{field}"] = 1 / symbol if isinstance(mark, Inverse) else symbol
    return found


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
    symbols = textbook_symbols(neuron)
    state = [symbols[f"s.{f}"] for f in neuron.state._fields]
    olds = {f"old.{f}": sympy.Symbol(f"{v}_0") for f, v in zip(neuron.state._fields, state)}
    found = formulas(neuron, symbols | olds | {"z": sympy.Symbol("z")}, **chosen)
    marks = annotations(neuron.parameters)
    inverses = [1 / symbols[f"p.{f}"] for f, a in marks.items() if isinstance(a, Inverse)]
    plain = [symbols[f"p.{f}"] for f, a in marks.items() if f"p.{f}" in symbols and not isinstance(a, Inverse)]

    def factor(rate):
        """What stands before d/dt: a time constant or capacitance; 1000 only makes 1/s of the papers' 1/ms."""
        for t in inverses:
            if not (right := _simple(rate * t)).has(t):
                return t, right
        for t in plain:
            if not (right := _simple(rate * t / 1000)).has(t) and right.as_coeff_Mul()[0] == 1:
                return t, right
        return None, rate

    flow = []
    absent = {symbols[f"s.{f}"]: 0 for f in without}
    for variable, rate in zip(state, found.flow.values(), strict=True):
        before, right = factor(unclipped(rate, state).subs(absent))
        if right != 0 and variable not in absent:
            flow.append(f"{before or ''} \\frac{{d{variable}}}{{dt}} = {_latex(right, state)}".strip())

    def jumps(outputs):
        return tuple(rf"{symbols[f's.{f}']} \leftarrow {_latex(e, state)}" for f, e in outputs.items())

    spike: tuple[str, ...] = ()
    reset: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    if (beyond := found.excess) is not None:
        above = [t for t in sympy.Add.make_args(beyond) if t.has(state[0])]
        sign = r"\text{ rises above }" if neuron.crosses else ">"
        spike = (f"{_latex(sympy.Add(*above), state)} {sign} {sympy.latex(sympy.Add(*above) - beyond)}",)
        reset = jumps(found.reset)
    if found.hold:
        kept = {f: found.hold.get(f, v) for f, v in zip(neuron.state._fields, state)}
        counters = [
            symbols[f"{owner}.{f}"]
            for owner, fields in (("s", neuron.state), ("p", neuron.parameters))
            for f, mark in annotations(fields).items()
            if isinstance(mark, Steps)
        ]
        after_spike, hold = _held(found.hold["z"], kept, state, [*olds.values()], counters)
        reset += after_spike
    return Equations(tuple(flow), spike, reset, jumps(found.receive), hold)


def unclipped(expression: sympy.Expr, state) -> sympy.Expr:
    """Without the bounds that keep numbers finite beyond a peak, where no equation holds any more."""

    def below(*terms):
        return next((t for t in terms if t.has(*state)), sympy.Min(*terms))

    return expression.replace(sympy.Min, below)


DT = sympy.Symbol(r"{\Delta t}", positive=True)  # in braces it comes behind a variable: rho - dt


def _timed(count: sympy.Expr, counters) -> sympy.Expr:
    """A number of steps as the time that they last, where those of `counters` are shown as times."""

    def lasting(e):
        return e.func(*map(lasting, e.args)) if isinstance(e, sympy.Add | sympy.Max) else sympy.expand(DT * e)

    return lasting(count.subs({one: one / DT for one in counters}))


def _held(z, kept: dict[str, sympy.Expr], state, before, counters) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a gate H(rho) does: what it adds to the reset, and how the neuron goes on while it is closed.

    `counters` are the symbols of what code counts in steps, and people see as a time.
    """

    def told(variable, e):
        return sympy.latex(_timed(e, counters) if variable in counters else e)

    fired = sympy.Symbol("z")
    (gate,) = {g for e in (z, *kept.values()) for g in e.atoms(sympy.Heaviside)}
    spiked = [sympy.simplify(e.subs({gate: 0, fired: 1})) for e in kept.values()]
    after = tuple(rf"{v} \leftarrow {told(v, e)}" for v, e in zip(state, spiked) if e != v)

    same = dict(zip(before, state))
    lines = [r"\text{no spike}"] if z.subs(gate, 1) == 0 else []
    for variable, old, e in zip(state, before, kept.values()):
        closed = sympy.simplify(e.subs(gate, 1).subs(fired, 0))
        if closed == old:
            lines.append(rf"{variable}\text{{ is held}}")
        elif closed != variable:
            lines.append(rf"{variable} \leftarrow {told(variable, closed.subs(same))}")
    (counter,) = gate.args[0].free_symbols
    return after, (rf"{same[counter]} > 0", *lines)


def _simple(expression: sympy.Expr) -> sympy.Expr:
    """An expression in fewer words, but a sum of currents as it is, where that would be one fraction of all."""
    found = sympy.simplify(expression)
    return expression if expression.is_Add and found.is_Mul else found
