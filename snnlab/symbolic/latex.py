"""A neuron's equations as LaTeX, printed from its running code."""

from functools import cache
from typing import NamedTuple

import sympy
import torch

from snnlab.core import InverseTime, Neuron, annotations, example, record

from .algebra import expressions
from .symbols import latex_symbol


class Equations(NamedTuple):
    """Lines of LaTeX for each part of a neuron; a part that it does not have is empty."""

    flow: tuple[str, ...]
    spike: tuple[str, ...]
    reset: tuple[str, ...]
    receive: tuple[str, ...]


def _symbols(neuron: Neuron) -> dict[str, sympy.Expr]:
    """Input name of a recording -> symbol; an inverse time constant is 1 / tau, as in a textbook."""
    symbols: dict[str, sympy.Expr] = {"I": sympy.Symbol("I"), "x": sympy.Symbol("x")}
    for owner, fields in (("s", neuron.state), ("p", neuron.parameters)):
        for field, annotation in annotations(fields).items():
            symbol = sympy.Symbol(latex_symbol(field, annotation), positive=isinstance(annotation, InverseTime))
            symbols[f"{owner}.{field}"] = 1 / symbol if isinstance(annotation, InverseTime) else symbol
    return symbols


def _outputs(neuron: Neuron, function, **arguments) -> dict[str, sympy.Expr]:
    return expressions(record(function, **arguments), _symbols(neuron))


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
def equations(neuron: Neuron) -> Equations:
    """The equations of a neuron: its flow, when it spikes, its reset, and what an input spike does."""
    s, p = example(neuron.state, 1), example(neuron.parameters, 2)
    symbols = _symbols(neuron)
    state = [symbols[f"s.{f}"] for f in neuron.state._fields]
    times = [1 / symbols[f"p.{f}"] for f, a in annotations(neuron.parameters).items() if isinstance(a, InverseTime)]

    flow = []
    drift = _outputs(neuron, neuron.flow, s=s, I=torch.rand(1, dtype=torch.float64), p=p)
    for variable, rate in zip(state, drift.values(), strict=True):
        tau = next((t for t in times if not sympy.simplify(rate * t).has(t)), None)
        right = sympy.simplify(rate * tau) if tau is not None else rate
        left = rf"\frac{{d{variable}}}{{dt}}"
        flow.append(f"{tau or ''} {left} = {_latex(right, state)}".strip())

    beyond = _outputs(neuron, neuron.excess, s=s, p=p)[""]
    above = [t for t in sympy.Add.make_args(beyond) if t.has(*state)]
    spike = f"{_latex(sympy.Add(*above), state)} > {sympy.latex(sympy.Add(*above) - beyond)}"

    def jumps(outputs):
        return tuple(
            rf"{v} \leftarrow {_latex(e, state)}" for v, e in zip(state, outputs.values(), strict=True) if e != v
        )

    receive = ()
    if neuron.receive is not None:
        receive = jumps(_outputs(neuron, neuron.receive, s=s, x=torch.rand(1, dtype=torch.float64), p=p))
    return Equations(tuple(flow), (spike,), jumps(_outputs(neuron, neuron.reset, s=s, p=p)), receive)
