"""Recorded operations as a function of numpy arrays: what runs here, and stands in scripts for other programs."""

import ast
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np

from snnlab.core import Program, Slot

SIGNS = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "rsub": "{1} - {0}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "neg": "-{}",
    "reciprocal": "1 / {}",
    "pow": "{} ** {}",
    "remainder": "np.remainder({}, {})",
    "square": "np.square({})",
    "sqrt": "np.sqrt({})",
    "rsqrt": "1 / np.sqrt({})",
    "exp": "np.exp({})",
    "exp2": "np.exp2({})",
    "expm1": "np.expm1({})",
    "sigmoid": "1 / (1 + np.exp(-{}))",
    "sigmoid_backward": "{0} * {1} * (1 - {1})",
    "log": "np.log({})",
    "log1p": "np.log1p({})",
    "log2": "np.log2({})",
    "log10": "np.log10({})",
    "erf": "np.vectorize(math.erf)({})",
    **{name: f"np.{name}({{}})" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{f"a{name}": f"np.arc{name}({{}})" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "atan2": "np.arctan2({}, {})",
    "tanh_backward": "{0} * (1 - {1} ** 2)",
    "abs": "np.abs({})",
    "sign": "np.sign({})",
    "sgn": "np.sign({})",
    "round": "np.round({})",
    "floor": "np.floor({})",
    "ceil": "np.ceil({})",
    "relu": "np.maximum({}, 0.0)",
    "minimum": "np.minimum({}, {})",
    "maximum": "np.maximum({}, {})",
    "clamp": "np.clip({}, {}, {})",
    "clamp_min": "np.maximum({}, {})",
    "clamp_max": "np.minimum({}, {})",
    "gt": "{} > {}",
    "ge": "{} >= {}",
    "lt": "{} < {}",
    "le": "{} <= {}",
    "eq": "{} == {}",
    "ne": "{} != {}",
    "bitwise_and": "{} & {}",
    "bitwise_or": "{} | {}",
    "bitwise_xor": "{} ^ {}",
    "bitwise_not": "~{}",
    "logical_and": "np.logical_and({}, {})",
    "logical_or": "np.logical_or({}, {})",
    "logical_not": "np.logical_not({})",
    "where": "np.where({}, {}, {})",
    "masked_fill": "np.where({1}, {2}, {0})",
    "threshold_backward": "np.where({1} > {2}, {0}, 0.0)",
    "_to_copy": "1.0 * {}",
}
SIGNS |= {f"__{name}__": SIGNS[f"bitwise_{name}"] for name in ("and", "or", "xor")}


def source(name: str, program: Program, arguments: Mapping[str, str]) -> str:
    """A recorded program as the text of a function, whose operations are the same in the same order.

    `arguments` are names for the inputs that it reads, in its order; more outputs than one are a tuple. Raises
    NotImplementedError that names an operation which is not known here.

    >>> import torch
    >>> from snnlab.core import record
    >>> one = record(lambda t: torch.where((t + 1) * t > 2, t, 0.0), t=torch.rand(1))
    >>> print(source("kink", one, {"t": "time"}))
    def kink(time):
        return np.where((time + 1) * time > 2, time, 0.0)
    """
    reads = Counter(a.number for operation in program.operations for a in operation.arguments if isinstance(a, Slot))
    values = [arguments.get(name, "") for name in program.inputs]
    lines: list[str] = []

    def text(value: Slot | float) -> str:
        return values[value.number] if isinstance(value, Slot) else repr(value)

    for operation in program.operations:
        if operation.name not in SIGNS:
            there = ", ".join(sorted(SIGNS))
            raise NotImplementedError(
                f"the operation {operation.name!r} has no counterpart in numpy: write it with {there}"
            )
        found = f"({SIGNS[operation.name].format(*map(text, operation.arguments), None)})"
        if reads[len(values)] > 1:
            lines.append(f"x{len(lines) + 1} = {found}")
            found = f"x{len(lines)}"
        values.append(found)
    lines.append(f"return {', '.join(map(text, program.outputs.values()))}")
    # written by Python itself, which knows where it needs no brackets
    lines = [ast.unparse(ast.parse(textwrap.dedent(line))) for line in lines]
    lines[:0] = ["import math"] * any("math." in line for line in lines)
    return "\n    ".join([f"def {name}({', '.join(arguments.values())}):", *lines])


def function(text: str) -> Callable:
    """The function whose text this is."""
    names: dict = {"np": np}
    exec(compile(text, "<recorded>", "exec"), names)  # noqa: S102 - printed from a recorded formula
    return names[text.partition("(")[0].removeprefix("def ")]
