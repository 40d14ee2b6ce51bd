"""Recorded operations as sympy expressions."""

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction

import sympy

from snnlab.core import Program, Slot


def _clamped(a: sympy.Expr, low: sympy.Expr | None = None, high: sympy.Expr | None = None) -> sympy.Expr:
    a = a if low is None else sympy.Max(low, a)
    return a if high is None else sympy.Min(high, a)


OPERATIONS: dict[str, Callable] = {
    "add": lambda a, b, alpha=1: a + alpha * b,
    "sub": lambda a, b, alpha=1: a - alpha * b,
    "rsub": lambda a, b, alpha=1: b - alpha * a,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "pow": operator.pow,
    "reciprocal": lambda a: 1 / a,
    "remainder": sympy.Mod,
    "exp": sympy.exp,
    "log": sympy.log,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tanh": sympy.tanh,
    "abs": sympy.Abs,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "relu": lambda a: sympy.Max(0, a),
    "minimum": sympy.Min,
    "maximum": sympy.Max,
    "clamp": _clamped,
    "clamp_min": sympy.Max,
    "clamp_max": sympy.Min,
    # a condition is 0 or 1
    "gt": lambda a, b: sympy.Heaviside(a - b),
    "ge": lambda a, b: 1 - sympy.Heaviside(b - a),
    "lt": lambda a, b: sympy.Heaviside(b - a),
    "le": lambda a, b: 1 - sympy.Heaviside(a - b),
    "bitwise_and": operator.mul,
    "bitwise_or": lambda a, b: a + b - a * b,
    "bitwise_not": lambda a: 1 - a,
    "where": lambda condition, a, b: condition * a + (1 - condition) * b,
    "_to_copy": lambda a: a,
}
# what is to stay as it is written, for who says it in words
NAMES = ("gt", "ge", "lt", "le", "bitwise_and", "bitwise_or", "where", "remainder")
GT, GE, LT, LE, AND, OR, WHERE, REMAINDER = WRITTEN = tuple(map(sympy.Function, NAMES))
CASES = OPERATIONS | dict(zip(NAMES, WRITTEN))


def expressions(
    program: Program, symbols: Mapping[str, sympy.Expr], operations: Mapping[str, Callable] = OPERATIONS
) -> dict[str, sympy.Expr]:
    """Output name -> expression of a recorded program, its inputs replaced by `symbols`.

    Raises NotImplementedError that names an operation without a counterpart here.
    """
    values: list[sympy.Expr] = [symbols[name] for name in program.inputs]

    def value(argument):
        if argument is None:  # no bound
            return None
        return values[argument.number] if isinstance(argument, Slot) else exact(argument)

    for operation in program.operations:
        if operation.name not in operations:
            raise NotImplementedError(f"the operation {operation.name!r} has no counterpart in algebra")
        values.append(operations[operation.name](*map(value, operation.arguments)))
    return {name: value(slot) for name, slot in program.outputs.items()}


def exact(number: float) -> sympy.Expr:
    """What a number in code stands for: a fraction, or one of pi, or e."""
    if number == math.e:
        return sympy.E
    parts = Fraction(number / math.pi).limit_denominator(1000) if math.isfinite(number) else 0
    if parts and math.isclose(parts * math.pi, number, rel_tol=1e-15):
        return sympy.Rational(parts.numerator, parts.denominator) * sympy.pi
    return sympy.nsimplify(number, rational=True)
