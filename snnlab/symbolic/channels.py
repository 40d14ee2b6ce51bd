"""The equations of a neuron that is a sum of channels, as its papers write them: currents, gates, and their rates."""

from collections.abc import Callable, Mapping
from typing import Any

import sympy
import torch

from snnlab.core import Neuron, example, record

from .algebra import expressions
from .choice import ordinary

Write = Callable[[sympy.Expr], str]


def channel_lines(neuron: Neuron, symbols: Mapping[str, sympy.Expr], write: Write) -> tuple[str, ...]:
    """Lines of LaTeX: the membrane, each gate, and what they name: rates alpha and beta, or steady value and tau."""
    v, p = torch.rand(1, dtype=torch.float64), example(neuron.parameters, 2)

    def of(function: Callable[..., Any]) -> list[str]:
        program = record(
            lambda v, p: one if isinstance(one := function(v, p), torch.Tensor) else dict(zip("ab", one)), v=v, p=p
        )
        found = expressions(program, {**symbols, "v": symbols["s.v"]})
        return [write(ordinary(e)) for e in found.values()]

    membrane, gates, named = "I", [], []
    for part in neuron.parts:
        opened = "".join(f" {name}{f'^{gate.power}' if gate.power > 1 else ''}" for name, gate in part.gates.items())
        g, E = (sympy.latex(symbols[f"p.{name}"]) for name in (f"g_{part.name}", f"E_{part.ion or part.name}"))
        membrane += rf" - {g}{opened} \left(v - {E}\right)"
        speed = ""
        if part.faster:
            speed = r"\varphi"
            (factor,) = of(lambda v, p, faster=part.faster: faster(p))
            line = rf"\varphi = {factor}"
            named += [line] if line not in named else []

        def faster(rate: str, speed: str = speed) -> str:
            return rf"{speed} \left({rate}\right)" if speed else rate

        for name, gate in part.gates.items():
            change, of_it = rf"\frac{{d{name}}}{{dt}}", f"_{{{name}}}"
            if gate.rates is not None:
                rate = rf"\alpha{of_it} \left(1 - {name}\right) - \beta{of_it} {name}"
                gates.append(f"{change} = {faster(rate)}")
                named += [f"{side}{of_it} = {e}" for side, e in zip((r"\alpha", r"\beta"), of(gate.rates))]
                continue
            (steady,) = of(gate.steady)
            if gate.tau is None:
                named.append(f"{name} = {steady}")
                continue
            (tau,) = of(gate.tau)
            towards = rf"{name}_\infty - {name}"
            gates.append(rf"\tau{of_it} {change} = {faster(towards)}")
            named += [rf"{name}_\infty = {steady}", rf"\tau{of_it} = {tau}"]
    return (rf"{sympy.latex(symbols['p.C'])} \frac{{dv}}{{dt}} = {membrane}", *gates, *named)
