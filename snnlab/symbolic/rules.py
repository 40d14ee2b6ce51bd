"""Equations of what is no neuron, printed from its running code: plasticity rules, slopes of surrogates."""

from typing import Any

import sympy
import torch

from snnlab.core import Inverse, Plasticity, Surrogate, annotations, derived, example, record
from snnlab.core.plasticity import Changes, Spikes

from .algebra import expressions
from .latex import field_symbols
from .symbols import latex_symbol

PRE, POST = sympy.Symbol(r"S_{\mathrm{pre}}"), sympy.Symbol(r"S_{\mathrm{post}}")
FIRED = {f"z.{side}": sympy.Symbol(rf"z_{{\mathrm{{{side}}}}}", nonnegative=True) for side in Spikes._fields}


@derived
def rule_equations(rule: Plasticity, negative: frozenset[str] = frozenset(), **chosen: Any) -> tuple[str, ...]:
    """Lines of LaTeX: how the traces of a rule flow under spike trains S, and how its weight learns.

    `chosen` are parameters that are no numbers, where they are not the defaults; `negative` are those numbers below 0,
    as the sign of a learning rate decides which bound counts.
    """
    lines: list[str] = []
    if rule.flow is not None:
        names = {"S": sympy.Symbol("S"), "S.pre": PRE, "S.post": POST}
        spikes: Any = torch.rand(1, dtype=torch.float64)
        if rule.two_sided:
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
    pairs, learn = rule.pairs, rule.learn
    assert pairs is not None and learn is not None
    s, p = example(rule.state, 1), example(rule.parameters, 2)._replace(**chosen)
    pre, post, *changes = torch.rand(4, 1, dtype=torch.float64)
    parameters = _symbols("p", rule.parameters, negative)
    paired = record(
        lambda s, z, p: dict(zip(Changes._fields, pairs(s, z, p), strict=True)), s=s, z=Spikes(pre, post), p=p
    )
    given = expressions(paired, FIRED | _symbols("s", rule.state) | parameters)
    learning = record(learn, w=s[0], **dict(zip(Changes._fields, changes, strict=True)), p=p)
    w = sympy.Symbol("w")
    (found,) = expressions(
        learning, {"w": w} | parameters | {name: _terms(change) for name, change in given.items()}
    ).values()
    while isinstance(found, sympy.Min | sympy.Max) and len(inner := [one for one in found.args if one.has(w)]) == 1:
        (found,) = inner
    return found


def _symbols(owner: str, fields: Any, negative: frozenset[str] = frozenset()) -> dict[str, sympy.Expr]:
    """Symbols of the fields of a tuple that the recording calls `owner`, none below 0 but the `negative` ones."""
    found: dict[str, sympy.Expr] = {}
    for field, mark in annotations(fields).items():
        sign = "positive" if isinstance(mark, Inverse) else "negative" if field in negative else "nonnegative"
        symbol = sympy.Symbol(latex_symbol(field, mark), **{sign: True})
        found[f"{owner}.{field}"] = 1 / symbol if isinstance(mark, Inverse) else symbol
    return found


def _terms(change: sympy.Expr) -> sympy.Expr:
    """A sum in which each term that spikes make is a symbol, written with the spike before what it sees."""
    found = []
    for term in sympy.Add.make_args(change):
        number, rest = term.as_coeff_Mul()
        spikes = [one for one in FIRED.values() if one in rest.args or one == rest]
        seen = rest / sympy.Mul(*spikes)
        words = [sympy.latex(one) for one in spikes]
        words += [rf"\left({sympy.latex(seen)}\right)" if seen.is_Add else sympy.latex(seen)] if seen != 1 else []
        found.append(number * sympy.Symbol(" ".join(words), nonnegative=rest.is_nonnegative))
    return sympy.Add(*found)


@derived
def slope_equation(surrogate: Surrogate) -> str:
    """The slope of a surrogate as a line of LaTeX."""
    x, alpha = (torch.full((1,), value, dtype=torch.float64) for value in (0.3, 0.7))
    program = record(lambda x, alpha: surrogate.slope(x, alpha), x=x, alpha=alpha)
    (found,) = expressions(program, {"x": sympy.Symbol("x", real=True), "alpha": sympy.Symbol(r"\alpha")}).values()
    root = 2 / sympy.sqrt(sympy.pi)  # which code has as a number
    exact = found.replace(lambda e: e.is_Rational and abs(float(e - root)) < 1e-6, lambda e: root)
    return rf"\frac{{\partial z}}{{\partial x}} = {sympy.latex(exact)}"
