"""Prints recorded operations as lines of Triton, and makes kernels of them."""

import hashlib
import linecache
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch

from snnlab.core import Operation, Program, Slot, elementary

from .llvm import Unprintable

NAMES = {
    torch.float32: "tl.float32",
    torch.float64: "tl.float64",
    torch.bool: "tl.int1",
    torch.int32: "tl.int32",
    torch.int64: "tl.int64",
}


class Value(NamedTuple):
    text: str
    dtype: torch.dtype


class Lines:
    """A function in Triton's language, written line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = self.count = 0

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.line(head + ":")
        self.depth += 1
        yield
        self.depth -= 1

    def new(self, expression: str, dtype: torch.dtype) -> Value:
        """The value of an expression, under a name that nothing else has."""
        self.count += 1
        self.line(f"x{self.count} = {expression}")
        return Value(f"x{self.count}", dtype)


def number(value: float, dtype: torch.dtype, shape: str = "()") -> str:
    """A constant of a dtype; of Triton's own, a float is a float32 before it meets a float64."""
    if not dtype.is_floating_point:
        text = str(int(value))
    else:
        text = repr(float(value)) if math.isfinite(value) else f'float("{float(value)}")'
    return f"tl.full({shape}, {text}, {NAMES[dtype]})"


# How operations are written: a template of the arguments, with `zero` and `one` of their dtype; or what gives one from
# the dtype and the arguments. A product and a sum are never one instruction, and no comparison loses a NaN.
def _divided(dtype: torch.dtype, a: str, b: str) -> str:
    """Rounded as IEEE 754 says, which Triton's own division of float32 is not."""
    return f"tl.div_rn({a}, {b})" if dtype == torch.float32 else f"{a} / {b}"


def _root(dtype: torch.dtype, a: str) -> str:
    return f"tl.sqrt_rn({a})" if dtype == torch.float32 else f"tl.sqrt({a})"


# Exponents for which torch has shorter ways, which round otherwise than the general one.
_POWERS: dict[float, str | Callable[..., str]] = {
    0: "{one}",
    1: "{0}",
    2: "{0} * {0}",
    3: "{0} * {0} * {0}",
    -1: lambda dtype, a, _: _divided(dtype, number(1, dtype), a),
    -2: lambda dtype, a, _: _divided(dtype, number(1, dtype), f"({a} * {a})"),
    0.5: lambda dtype, a, _: _root(dtype, a),
    -0.5: lambda dtype, a, _: _divided(dtype, number(1, dtype), _root(dtype, a)),
}


def _clamp(dtype: torch.dtype, a: str, low: str | None = None, high: str | None = None) -> str:
    text = a if low is None else f"tl.where({a} < {low}, {low}, {a})"
    return text if high is None else f"tl.where({text} > {high}, {high}, {text})"


_SIGN = "tl.where({0} > {zero}, {one}, tl.where({0} < {zero}, -{one}, {zero}))"

_OF_FLOATS: dict[str, str | Callable[..., str]] = {
    "div": _divided,
    "reciprocal": lambda dtype, a: _divided(dtype, number(1, dtype), a),
    "square": "{0} * {0}",
    "abs": "tl.abs({})",
    "sqrt": _root,
    "floor": "tl.floor({})",
    "ceil": "tl.ceil({})",
    "sigmoid_backward": "{0} * ({one} - {1}) * {1}",
    "tanh_backward": "{0} * ({one} - {1} * {1})",
    "relu": "tl.where({0} <= {zero}, {zero}, {0})",
    "threshold_backward": "tl.where({1} <= {2}, {zero}, {0})",
    "sign": _SIGN,
    "sgn": _SIGN,
    "clamp": _clamp,
    "clamp_min": _clamp,
    "clamp_max": lambda dtype, a, high: _clamp(dtype, a, None, high),
    "maximum": "tl.where(({0} > {1}) | ({0} != {0}), {0}, {1})",
    "minimum": "tl.where(({0} < {1}) | ({0} != {0}), {0}, {1})",
}
_OF_NUMBERS = {"add": "{} + {}", "sub": "{} - {}", "rsub": "{1} - {0}", "mul": "{} * {}", "neg": "-{}"}
_COMPARISONS = {
    "gt": "{} > {}",
    "ge": "{} >= {}",
    "lt": "{} < {}",
    "le": "{} <= {}",
    "eq": "{} == {}",
    "ne": "{} != {}",
    "logical_not": "{} == {zero}",
    "logical_and": "({} != {zero}) & ({} != {zero})",
    "logical_or": "({} != {zero}) | ({} != {zero})",
}
_OF_ALL = {
    "where": "tl.where({}, {}, {})",
    "masked_fill": "tl.where({1}, {2}, {0})",
    "bitwise_not": "~{}",
    **dict.fromkeys(("bitwise_and", "__and__"), "{} & {}"),
    **dict.fromkeys(("bitwise_or", "__or__"), "{} | {}"),
    **dict.fromkeys(("bitwise_xor", "__xor__"), "{} ^ {}"),
    **dict.fromkeys(("bitwise_left_shift", "__lshift__"), "{} << {}"),
    **dict.fromkeys(("bitwise_right_shift", "__rshift__"), "{} >> {}"),
}
_CONDITIONS = {"where": 0, "masked_fill": 1}  # the argument that is a bool, whatever the result is


def converted(f: Lines, a: Value, dtype: torch.dtype) -> Value:
    """A number in another dtype, as `Tensor.to` does."""
    if a.dtype == dtype:
        return a
    if dtype == torch.bool:
        return f.new(f"{a.text} != {number(0, a.dtype)}", dtype)
    return f.new(f"{a.text}.to({NAMES[dtype]})", dtype)


def _template(name: str, dtype: torch.dtype) -> str | Callable[..., str]:
    """How an operation on numbers of a dtype is written. Raises KeyError where it is not."""
    known: dict[str, Any] = _OF_ALL | _COMPARISONS
    if dtype != torch.bool:
        known |= _OF_NUMBERS
    if dtype.is_floating_point:
        known |= _OF_FLOATS
    return known[name]


def printed(f: Lines, program: Program, inputs: dict[str, Value]) -> dict[str, Value]:
    """The outputs of a program of these inputs, its operations written into `f`.

    Raises Unprintable that names an operation which cannot be written.
    """
    values: list[Any] = [inputs.get(name) for name in program.inputs]  # those not used may be absent
    for operation in program.operations:
        name, arguments, dtype = operation
        try:
            values.append(_written(f, operation, [values[a.number] if isinstance(a, Slot) else a for a in arguments]))
        except (KeyError, TypeError) as error:
            why = f"the operation {name!r} of {dtype} is not written in Triton: it runs in eager torch"
            raise Unprintable(why) from error

    def output(value: Slot | float) -> Value:
        if isinstance(value, Slot):
            return values[value.number]
        return f.new(number(value, program.dtypes[0]), program.dtypes[0])

    return {name: output(value) for name, value in program.outputs.items()}


def _written(f: Lines, operation: Operation, arguments: list[Any]) -> Value:
    """The value of an operation on values and numbers. Raises KeyError or TypeError where it is not known."""
    name, dtype, first = operation.name, operation.dtype, arguments[0]
    if name == "_to_copy":
        return converted(f, first, dtype)
    if name == "view":
        return f.new(f"{first.text}.to({NAMES[dtype]}, bitcast=True)", dtype)
    short = _POWERS.get(arguments[1]) if name == "pow" and dtype.is_floating_point else None
    if name in elementary.FUNCTIONS and dtype.is_floating_point and not short:
        program = elementary.recorded(name, dtype)
        shape = next(a.text for a in arguments if isinstance(a, Value)) + ".shape"  # a number is one for each neuron
        given = [
            converted(f, a, dtype) if isinstance(a, Value) else f.new(number(a, dtype, shape), dtype) for a in arguments
        ]
        return printed(f, program, dict(zip(program.inputs, given, strict=True)))[""]
    inner = _promoted(arguments[:2]) if name in _COMPARISONS else dtype
    texts: list[str | None] = []
    for place, argument in enumerate(arguments):
        kind = torch.bool if _CONDITIONS.get(name) == place else inner
        if isinstance(argument, Value):
            texts.append(converted(f, argument, kind).text)
        else:
            texts.append(None if argument is None else number(argument, kind))
    template = short or _template(name, inner)
    if isinstance(template, str):
        return f.new(template.format(*texts, zero=number(0, inner), one=number(1, inner)), dtype)
    return f.new(template(inner, *texts), dtype)


def _promoted(arguments: list[Any]) -> torch.dtype:
    """The dtype in which torch computes these."""
    tensors = [torch.empty(1, dtype=a.dtype) if isinstance(a, Value) else a for a in arguments]
    return torch.result_type(tensors[0], tensors[1]) if len(tensors) > 1 else tensors[0].dtype


def compiled(name: str, text: str, unspecialized: Sequence[str] = ()) -> Any:
    """The function `name` of a text as a Triton kernel. Raises Unprintable where Triton is not installed."""
    try:
        import triton  # when first needed: it is large, and not everywhere
        import triton.language as tl
    except ImportError as error:
        raise Unprintable(f"Triton is not installed ({error})") from error
    file = f"<snnlab {name} {hashlib.sha256(text.encode()).hexdigest()[:16]}>"
    # Triton reads a function's source where tracebacks do; of a file without a time, nobody asks whether it is there
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    space = {"tl": tl, "__name__": __name__}
    exec(compile(text, file, "exec"), space)  # noqa: S102 - a kernel that was printed here
    return triton.jit(space[name], do_not_specialize=list(unspecialized))
