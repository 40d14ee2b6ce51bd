"""Recorded operations as sympy expressions."""

import operator
from collections.abc import Mapping

import sympy

from snnlab.core import Program, Slot


def _clamped(a, low=None, high=None):
    """A number within bounds, the upper one last."""
    a = a if low is None else sympy.Max(a, low)
    return a if high is None else sympy.Min(a, high)


OPERATIONS = {
    "add": lambda a, b, alpha=1: a + alpha * b,
    "sub": lambda a, b, alpha=1: a - alpha * b,
    "rsub": lambda a, b, alpha=1: b - alpha * a,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "pow": operator.pow,
    "reciprocal": lambda a: 1 / a,
    "exp": sympy.exp,
    "tanh": sympy.tanh,
    "abs": sympy.Abs,
    "relu": lambda a: sympy.Max(0, a),
    "minimum": sympy.Min,
    "maximum": sympy.Max,
    "clamp": _clamped,
    "clamp_min": sympy.Max,
    "clamp_max": sympy.Min,
    "gt": lambda a, b: sympy.Heaviside(a - b),
    "where": lambda condition, a, b: condition * a + (1 - condition) * b,  # a condition is 0 or 1
    "_to_copy": lambda a: a,
}


def expressions(program: Program, symbols: Mapping[str, sympy.Expr]) -> dict[str, sympy.Expr]:
    """Output name -> expression of a recorded program, its inputs replaced by `symbols`.

    Raises NotImplementedError that names an operation without a counterpart here.
    """
    values: list[sympy.Expr] = [symbols[name] for name in program.inputs]

    def value(argument):
        if isinstance(argument, Slot):
            return values[argument.number]
        return None if argument is None else sympy.nsimplify(argument, rational=True)

    for operation in program.operations:
        if operation.name not in OPERATIONS:
            raise NotImplementedError(f"the operation {operation.name!r} has no counterpart in algebra")
        values.append(OPERATIONS[operation.name](*map(value, operation.arguments)))
    return {name: value(slot) for name, slot in program.outputs.items()}
