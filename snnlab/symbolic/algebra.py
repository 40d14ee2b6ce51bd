"""Recorded operations as sympy expressions."""

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction

import sympy

from snnlab.core import Program, Slot

from .choice import Equal, Round, Where, either, truth


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
    "square": lambda a: a**2,
    "sqrt": sympy.sqrt,
    "rsqrt": lambda a: 1 / sympy.sqrt(a),
    "exp": sympy.exp,
    "exp2": lambda a: 2**a,
    "expm1": lambda a: sympy.exp(a) - 1,
    "sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
    "sigmoid_backward": lambda g, s: g * s * (1 - s),
    "log": sympy.log,
    "log1p": lambda a: sympy.log(1 + a),
    "log2": lambda a: sympy.log(a, 2),
    "log10": lambda a: sympy.log(a, 10),
    "erf": sympy.erf,
    **{name: getattr(sympy, name) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "atan2")},
    **{name: getattr(sympy, name) for name in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")},
    "tanh_backward": lambda g, t: g * (1 - t**2),
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "sgn": sympy.sign,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "round": Round,
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
    "eq": Equal,
    "ne": lambda a, b: 1 - Equal(a, b),
    "bitwise_and": operator.mul,
    "bitwise_or": either,
    "bitwise_xor": lambda a, b: a + b - 2 * a * b,
    "bitwise_not": lambda a: 1 - a,
    "logical_and": lambda a, b: truth(a) * truth(b),
    "logical_or": lambda a, b: either(truth(a), truth(b)),
    "logical_not": lambda a: 1 - truth(a),
    "where": Where,
    "masked_fill": lambda a, condition, value: Where(condition, value, a),
    "threshold_backward": lambda gradient, a, level: Where(sympy.Heaviside(a - level), gradient, 0),
    "_to_copy": lambda a: a,
}
OPERATIONS |= {f"__{name}__": OPERATIONS[f"bitwise_{name}"] for name in ("and", "or", "xor")}
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
