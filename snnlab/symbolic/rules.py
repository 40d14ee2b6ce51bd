"""Equations of what is no neuron, printed from its running code: plasticity rules, slopes of surrogates."""

from functools import cache
from typing import Any

import sympy
import torch

from snnlab.core import Plasticity, Surrogate, annotations, example, record
from snnlab.core.plasticity import Spikes

from .algebra import expressions
from .latex import field_symbols
from .symbols import latex_symbol

PRE, POST = sympy.Symbol(r"S_{\mathrm{pre}}"), sympy.Symbol(r"S_{\mathrm{post}}")


@cache
def rule_equations(rule: Plasticity, negative: frozenset[str] = frozenset(), **chosen: Any) -> tuple[str, ...]:
    """Lines of LaTeX: how the traces of a rule flow under spike trains S, and how its weight learns.

    `chosen` are parameters that are no numbers, where they are not the defaults; `negative` are those numbers below 0,
    as the sign of a learning rate decides which bound counts.
    """
    lines: list[str] = []
    if rule.flow is not None:
        names = {"S": sympy.Symbol("S"), "S.pre": PRE, "S.post": POST}
        spikes: Any = torch.rand(1, dtype=torch.float64)
        if rule.pairs:
            spikes = Spikes(spikes, spikes + 1)
        s, p, flow = example(rule.state, 1), example(rule.parameters, 2)._replace(**chosen), rule.flow
        program = record(lambda s, S, p: flow(s, S, p), s=s, S=spikes, p=p)
        found = expressions(program, names | field_symbols("s", rule.state) | field_symbols("p", rule.parameters))
        state = [field_symbols("s", rule.state)[f"s.{name}"] for name in found]
        for variable, rate in zip(state, found.values(), strict=True):
            before, right = _before(rate)
            if right != 0:
                lines.append(rf"{before}\frac{{d{variable}}}{{dt}} = {_sum(right)}")
    if rule.learn is not None:
        lines.append(rf"\Delta w = {_sum(_learnt(rule, negative, chosen) - sympy.Symbol('w'))}")
    return tuple(lines)


def _before(rate: sympy.Expr) -> tuple[str, sympy.Expr]:
    """The time constant that stands before d/dt, where all of a rate is in units of it, and the right side."""
    for symbol in sorted(rate.free_symbols, key=str):
        right = sympy.simplify(rate * symbol)
        if symbol.is_positive and not right.has(symbol):
            return f"{symbol} ", right
    return "", rate


def _sum(expression: sympy.Expr) -> str:
    """A sum, what is added first."""
    terms = [sympy.latex(term) for term in sympy.Add.make_args(expression)]
    terms.sort(key=lambda term: term.startswith("-"))
    return " ".join(term if k == 0 or term.startswith("-") else f"+ {term}" for k, term in enumerate(terms))


def _learnt(rule: Plasticity, negative: frozenset[str], chosen: dict[str, Any]) -> sympy.Expr:
    """The weight after a pair, as long as it is within its bounds."""
    given = {name: torch.rand(1, dtype=torch.float64) for name in ("w", "potentiation", "depression")}
    free = {"hardbound": False} if "hardbound" in rule.parameters._fields else {}
    assert rule.learn is not None
    program = record(rule.learn, **given, p=example(rule.parameters, 2)._replace(**(chosen | free)))
    trace = {field: latex_symbol(field, mark) for field, mark in annotations(rule.state).items()}
    names = {
        "w": sympy.Symbol("w"),
        "potentiation": sympy.Symbol(rf"z_{{\mathrm{{post}}}} {trace['t_pre']}", nonnegative=True),
        "depression": sympy.Symbol(rf"z_{{\mathrm{{pre}}}} {trace['t_post']}", nonnegative=True),
    }
    for field, mark in annotations(rule.parameters).items():
        sign = {"negative": True} if field in negative else {"nonnegative": True}
        names[f"p.{field}"] = sympy.Symbol(latex_symbol(field, mark), **sign)
    (found,) = expressions(program, names).values()
    return found


@cache
def slope_equation(surrogate: Surrogate) -> str:
    """The slope of a surrogate as a line of LaTeX."""
    x, alpha = (torch.full((1,), value, dtype=torch.float64) for value in (0.3, 0.7))
    program = record(lambda x, alpha: surrogate.slope(x, alpha), x=x, alpha=alpha)
    (found,) = expressions(program, {"x": sympy.Symbol("x", real=True), "alpha": sympy.Symbol(r"\alpha")}).values()
    root = 2 / sympy.sqrt(sympy.pi)  # which code has as a number
    exact = found.replace(lambda e: e.is_Rational and abs(float(e - root)) < 1e-6, lambda e: root)
    return rf"\frac{{\partial z}}{{\partial x}} = {sympy.latex(exact)}"
