"""Equations of operations on spikes, printed from their running code."""

import sympy
import torch

from snnlab.core import Lines, SpikeOperation, annotations, derived, example, record

from .algebra import expressions
from .latex import field_symbols
from .symbols import latex_symbol

HELD = Lines(sympy.Symbol("A", nonnegative=True), sympy.Symbol("B", nonnegative=True))
SPIKES = Lines(sympy.Symbol("z_A", nonnegative=True), sympy.Symbol("z_B", nonnegative=True))
STEP = sympy.Symbol(r"\Delta t", positive=True)


@derived
def operation_equations(operation: SpikeOperation) -> tuple[str, ...]:
    """Lines of LaTeX: each output in a step, from lines A and B, their spikes z, and what was there the step before,
    which has a minus.

    >>> from snnlab.functional import AndGate, EdgeDetector
    >>> print(*operation_equations(AndGate), *operation_equations(EdgeDetector))
    \\mathrm{and} = A B \\mathrm{rise} = A \\left(1 - A^{-}\\right)
    """
    symbols = {"dt": STEP} | field_symbols("p", operation.parameters)
    symbols |= {f"x.{side}": one for side, one in HELD._asdict().items()}
    symbols |= {f"z.{side}": one for side, one in SPIKES._asdict().items()}
    written = {name: latex_symbol(name, mark) for name, mark in annotations(operation.state).items()}
    symbols |= {f"s.{name}": sympy.Symbol(rf"{text}^{{-}}", nonnegative=True) for name, text in written.items()}
    x, z, dt = (torch.rand(2, 1, dtype=torch.float64) for _ in range(3))
    given = {"s": example(operation.state, 1), "p": example(operation.parameters, 2), "dt": dt[0]}
    program = record(lambda x, z, s, p, dt: operation.apply(x, z, s, p, dt), x=Lines(*x), z=Lines(*z), **given)
    found = expressions(program, symbols)
    signals = {name: one for name, one in found.items() if name not in operation.lines}
    for name, one in signals.items():  # what others are made of stands there by its name
        found |= {k: x.subs(one, sympy.Symbol(written[name])) for k, x in found.items() if k != name}
    return tuple(rf"{written[name]} = {_written(one)}" for name, one in found.items())


def _written(expression: sympy.Expr) -> str:
    """Steps as the letter of Heaviside's."""
    step = sympy.Function(r"\Theta")
    return sympy.latex(expression.replace(sympy.Heaviside, lambda x, *_: step(x)))
