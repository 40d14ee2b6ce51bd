"""Equations of encoders that draw spikes by chance, printed from their running code."""

from collections.abc import Callable, Mapping
from typing import Any

import sympy
import torch

from snnlab.core import Centre, Count, Encoder, annotations, derived, example, record

from .algebra import expressions
from .cases import formula_lines
from .choice import condition_latex
from .latex import field_symbols
from .operations import STEP
from .symbols import latex_symbol

EDGE = 1e-9  # no difference that anybody means
SPACED = r"\,"  # between factors: names that stand side by side would be one
K, PREFERRED = sympy.Symbol("k"), sympy.Symbol("c_k")
CHANCE = sympy.Symbol("u")


@derived
def encoder_equations(encoder: Encoder, chance: Callable, **counts: int) -> tuple[str, ...]:
    """Lines of LaTeX: the rate of neuron k for a signal, and when it spikes in a step, by `chance(u, rate, dt)` of a
    random number u from 0 to 1. `counts` are parameters that are whole numbers. None of an encoder without a rate.
    """
    if encoder.rate is None:
        return ()
    rate, preferred = encoder.rate, encoder.read.value if isinstance(encoder.read, Centre) else None
    x, k = torch.rand(2, 1, dtype=torch.float64)
    p = example(encoder.parameters, 2)
    p = p._replace(**{f: m.default or 2 for f, m in annotations(encoder.parameters).items() if isinstance(m, Count)})
    p = p._replace(**counts)
    signal = sympy.Symbol(latex_symbol("x", encoder.input))
    symbols: dict[str, sympy.Expr] = {"x": signal, "k": K} | field_symbols("p", encoder.parameters)
    lines, row = [], "k" if encoder.width(p) > 1 else ""

    def of(function: Callable, **given: Any) -> sympy.Expr:
        (found,) = expressions(record(function, **given), symbols).values()
        return found

    found = of(lambda x, k, p: rate(x, k, p), x=x, k=k, p=p)
    if preferred is not None:
        centre = of(lambda k, p: preferred(k, p), k=k, p=p)
        found, lines = found.subs(centre, PREFERRED), [f"{PREFERRED} = {sympy.latex(centre, mul_symbol=SPACED)}"]
    name = rf"r_{{{row}}}" if row else "r"
    lines = [*formula_lines(rf"{name}\left({signal}\right)", found, [signal], EDGE), *lines]
    signed = bool((encoder.rates(torch.linspace(encoder.input.low, encoder.input.high, 9), p) < 0).any())
    return (*lines, *chance_lines(chance, name, rf"z_{{{row}}}" if row else "z", signed))


def chance_lines(chance: Callable, rate: str, spike: str, signed: bool) -> tuple[str, ...]:
    """When a random number u makes a spike in a step, at a rate that may be `signed`."""
    u, r, dt = torch.rand(3, 1, dtype=torch.float64)
    r_symbol = sympy.Symbol(rate, real=True) if signed else sympy.Symbol(rate, positive=True)
    symbols: Mapping[str, sympy.Expr] = {"u": CHANCE, "rate": r_symbol, "dt": STEP}
    (found,) = expressions(record(lambda u, rate, dt: chance(u, rate, dt), u=u, rate=r, dt=dt), symbols).values()
    condition, here, there = found.args
    when = condition_latex(condition, sympy.latex)
    cases = rf"{sympy.latex(here)} & {when} \\ {sympy.latex(there)} & \text{{otherwise}}"
    return (rf"{spike} = \begin{{cases}} {cases} \end{{cases}}", r"u \sim \mathcal{U}\left(0, 1\right)")
