"""Prints recorded operations as LLVM instructions, and compiles them in memory: no compiler, no file."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import torch

from snnlab.core import Program, Slot, elementary

from .ir import Function, Value, i64, long_loops, number
from .optimise import optimised
from .repeats import REFERENCE, Repeat

TYPES = {
    torch.float32: "float",
    torch.float64: "double",
    torch.bool: "i1",
    torch.int32: "i32",
    torch.int64: "i64",
}
FLOATS = ("float", "double")


class Unprintable(NotImplementedError):
    """An operation that a printer does not know; eager torch does."""


def _arithmetic(of_floats: str, of_integers: str = "") -> Callable:
    def emit(f: Function, a: Value, b: Value) -> Value:
        operation = of_floats if a.type in FLOATS else of_integers
        if not operation or a.type == "i1":
            raise Unprintable(f"{of_floats[1:]} of {a.type}")
        return f.binary(operation, a, b)

    return emit


def _bitwise(operation: str) -> Callable:
    return lambda f, a, b: f.binary(operation, a, b)


def _compared(how: str) -> Callable:
    """Not equal is true of a NaN, every other comparison false."""

    def emit(f: Function, a: Value, b: Value) -> Value:
        if a.type in FLOATS:
            return f.compare("une" if how == "ne" else "o" + how, a, b)
        return f.compare(how if how in ("eq", "ne") else ("u" if a.type == "i1" else "s") + how, a, b)

    return emit


def intrinsic(name: str) -> Callable:
    """A function of LLVM that any processor has."""

    def emit(f: Function, *arguments: Value) -> Value:
        type = arguments[0].type
        width = "f32" if type == "float" else "f64"
        f.declared.add(f"declare {type} @llvm.{name}.{width}({', '.join(type for _ in arguments)})")
        return f.new(type, f"call {type} @llvm.{name}.{width}({', '.join(map(str, arguments))})")

    return emit


def _recorded(name: str) -> Callable:
    """A function written in simpler operations: the same bits on every processor, and no call."""

    def emit(f: Function, *arguments: Value) -> Value:
        dtype = torch.float32 if arguments[0].type == "float" else torch.float64
        program = elementary.recorded(name, dtype)
        return printed(f, program, dict(zip(program.inputs, arguments, strict=True)))[""]

    return emit


def _clamp(f: Function, a: Value, low: Value | None = None, high: Value | None = None) -> Value:
    """A NaN stays one."""
    if low is not None:
        a = f.select(f.compare("olt", a, low), low, a)
    return a if high is None else f.select(f.compare("ogt", a, high), high, a)


def _extreme(how: str) -> Callable:
    """The one of two that is `how`; a NaN if one of them is."""

    def emit(f: Function, a: Value, b: Value) -> Value:
        first = f.binary("or", f.compare(how, a, b), f.compare("uno", a, a))
        return f.select(first, a, b)

    return emit


def _relu(f: Function, a: Value) -> Value:
    zero = number(0, a.type)
    return f.select(f.compare("ole", a, zero), zero, a)


def _sign(f: Function, a: Value) -> Value:
    zero = number(0, a.type)
    positive, negative = f.compare("ogt", a, zero), f.compare("olt", a, zero)
    return f.select(positive, number(1, a.type), f.select(negative, number(-1, a.type), zero))


def _power(f: Function, a: Value, b: Value, exponent: Any = None) -> Value:
    """Torch has shorter ways for some exponents, which round otherwise than the general one."""
    one = number(1, a.type)
    ways: dict[float, Callable[[], Value]] = {
        0: lambda: one,
        1: lambda: a,
        2: lambda: f.binary("fmul", a, a),
        3: lambda: f.binary("fmul", f.binary("fmul", a, a), a),
        -1: lambda: f.binary("fdiv", one, a),
        -2: lambda: f.binary("fdiv", one, f.binary("fmul", a, a)),
        0.5: lambda: intrinsic("sqrt")(f, a),
        -0.5: lambda: f.binary("fdiv", one, intrinsic("sqrt")(f, a)),
    }
    return ways[exponent]() if exponent in ways else _recorded("pow")(f, a, b)


def _one_minus_square(f: Function, gradient: Value, value: Value) -> Value:
    left = f.binary("fsub", number(1, value.type), f.binary("fmul", value, value))
    return f.binary("fmul", gradient, left)


def _masked_fill(f: Function, a: Value, condition: Value, value: Value) -> Value:
    return f.select(condition, value, a)


def _threshold_backward(f: Function, gradient: Value, a: Value, level: Value) -> Value:
    return f.select(f.compare("ole", a, level), number(0, a.type), gradient)


def _logical(operation: str) -> Callable:
    return lambda f, a, b: f.binary(operation, truth(f, a), truth(f, b))


OPERATIONS: dict[str, Callable[..., Value]] = {
    **{name: _recorded(name) for name in elementary.FUNCTIONS},
    "add": _arithmetic("fadd", "add"),
    "sub": _arithmetic("fsub", "sub"),
    "rsub": lambda f, a, b: _arithmetic("fsub", "sub")(f, b, a),
    "mul": _arithmetic("fmul", "mul"),
    "div": _arithmetic("fdiv"),
    "neg": lambda f, a: f.new(a.type, f"fneg {a}") if a.type in FLOATS else f.binary("sub", number(0, a.type), a),
    "reciprocal": lambda f, a: f.binary("fdiv", number(1, a.type), a),
    "pow": _power,
    "square": lambda f, a: f.binary("fmul", a, a),
    "abs": intrinsic("fabs"),
    "sqrt": intrinsic("sqrt"),
    "rsqrt": lambda f, a: f.binary("fdiv", number(1, a.type), intrinsic("sqrt")(f, a)),
    "floor": intrinsic("floor"),
    "round": intrinsic("roundeven"),
    "ceil": intrinsic("ceil"),
    "sigmoid_backward": lambda f, g, s: f.binary(
        "fmul", f.binary("fmul", g, f.binary("fsub", number(1, s.type), s)), s
    ),
    "tanh_backward": _one_minus_square,
    "relu": _relu,
    "threshold_backward": _threshold_backward,
    "sign": _sign,
    "sgn": _sign,
    "clamp": _clamp,
    "clamp_min": _clamp,
    "clamp_max": lambda f, a, high: _clamp(f, a, None, high),
    "maximum": _extreme("ogt"),
    "minimum": _extreme("olt"),
    "where": lambda f, condition, a, b: f.select(condition, a, b),
    "masked_fill": _masked_fill,
    "logical_not": lambda f, a: f.binary("xor", truth(f, a), Value("true", "i1")),
    "bitwise_not": lambda f, a: f.binary("xor", a, number(-1, a.type) if a.type != "i1" else Value("true", "i1")),
    "logical_and": _logical("and"),
    "logical_or": _logical("or"),
    "bitwise_and": _bitwise("and"),
    "bitwise_or": _bitwise("or"),
    "bitwise_xor": _bitwise("xor"),
    "__and__": _bitwise("and"),
    "__or__": _bitwise("or"),
    "__xor__": _bitwise("xor"),
    "__lshift__": _bitwise("shl"),
    "__rshift__": _bitwise("ashr"),
    "bitwise_left_shift": _bitwise("shl"),
    "bitwise_right_shift": _bitwise("ashr"),
    **{how: _compared(how) for how in ("gt", "ge", "lt", "le", "eq", "ne")},
}
# Results of these have the type of their first number, not that of the result; `where` has a condition in front.
_COMPARING = {"gt", "ge", "lt", "le", "eq", "ne", "logical_not", "logical_and", "logical_or"}
_CONDITIONS = {"where": 0, "masked_fill": 1}
# What is known of whole numbers too; everything else is of floats alone.
_WHOLE = _COMPARING | {"add", "sub", "rsub", "mul", "neg", "where", "masked_fill", "bitwise_and", "bitwise_or"}
_WHOLE |= {"bitwise_xor", "bitwise_not", "__and__", "__or__", "__xor__", "__lshift__", "__rshift__"}
_WHOLE |= {"bitwise_left_shift", "bitwise_right_shift"}


def truth(f: Function, a: Value) -> Value:
    return a if a.type == "i1" else _compared("ne")(f, a, number(0, a.type))


def converted(f: Function, a: Value, type: str) -> Value:
    """A number in another type, as `Tensor.to` does."""
    if a.type == type:
        return a
    if type == "i1":
        return truth(f, a)
    from_float, to_float = a.type in FLOATS, type in FLOATS
    if from_float and to_float:
        how = "fpext" if type == "double" else "fptrunc"
    elif to_float:
        how = "uitofp" if a.type in ("i1", "i8") else "sitofp"
    elif from_float:
        how = "fptosi"
    else:
        widths = {"i1": 1, "i8": 8, "i32": 32, "i64": 64}
        how = "trunc" if widths[type] < widths[a.type] else "zext" if a.type in ("i1", "i8") else "sext"
    return f.new(type, f"{how} {a} to {type}")


def printed(f: Function, program: Program, inputs: dict[str, Value], loops: Sequence[Repeat] = ()) -> dict[str, Value]:
    """The outputs of a program of these inputs, its instructions written into `f`, those of `loops` once.

    Raises Unprintable that names an operation which has no instruction here.
    """
    made, at = _Printing(f, program, inputs), 0
    for loop in loops:
        made.operations(at, loop.start)
        made.loop(loop)
        at = loop.stop
    made.operations(at, len(program.operations))
    return {name: made.value(value, TYPES[made.dtypes[0]]) for name, value in program.outputs.items()}


class _Printing:
    """The instructions of a program; `values` are the results so far, by the numbers of their slots."""

    def __init__(self, f: Function, program: Program, inputs: dict[str, Value]) -> None:
        self.f, self.program = f, program
        self.dtypes = [*program.dtypes, *(operation.dtype for operation in program.operations)]
        # inputs that are not used may be absent
        self.values: dict[int, Any] = {k: inputs.get(name) for k, name in enumerate(program.inputs)}

    def value(self, value: Slot | float, type: str) -> Value:
        return self.values[value.number] if isinstance(value, Slot) else number(value, type)

    def operations(self, start: int, stop: int) -> None:
        for k in range(start, stop):
            name, arguments, dtype = self.program.operations[k]
            try:
                self.values[len(self.program.inputs) + k] = self.operation(name, arguments, TYPES[dtype])
            except (KeyError, TypeError) as error:
                raise Unprintable(f"the operation {name!r} of {dtype} has no instruction") from error

    def operation(self, name: str, arguments: tuple, type: str) -> Value:
        f = self.f
        if name == "_to_copy":
            return converted(f, self.values[arguments[0].number], type)
        if name == "view":
            return f.new(type, f"bitcast {self.values[arguments[0].number]} to {type}")
        emit = OPERATIONS[name]
        inner = TYPES[self.promoted(arguments[:2])] if name in _COMPARING else type
        if inner not in FLOATS and name not in _WHOLE:
            raise KeyError(inner)
        given: list[Any] = []
        for place, argument in enumerate(arguments):
            wanted = "i1" if _CONDITIONS.get(name) == place else inner
            if argument is None:
                given.append(None)
            elif isinstance(argument, Slot):
                given.append(converted(f, self.values[argument.number], wanted))
            elif isinstance(argument, bool | int | float):
                given.append(number(argument, wanted))
            else:
                raise KeyError(argument)
        more = {"exponent": arguments[1]} if name == "pow" and not isinstance(arguments[1], Slot) else {}
        return emit(f, *given, **more)

    def promoted(self, arguments: tuple) -> torch.dtype:
        """The dtype in which torch computes these."""
        tensors = [torch.empty(1, dtype=self.dtypes[a.number]) if isinstance(a, Slot) else a for a in arguments]
        return torch.result_type(tensors[0], tensors[1]) if len(tensors) > 1 else tensors[0].dtype

    def loop(self, one: Repeat) -> None:
        """The operations of one time in a loop; what outlives it is in variables, each a time older than the next."""
        f, begin = self.f, len(self.program.inputs) + one.start
        usual = begin + REFERENCE * one.period
        read: dict[int, list[Value]] = {}  # by the slot that the usual time reads
        after: dict[int, list[Value]] = {}  # by the slot of the last time
        for (place, lag), first in one.carried.items():
            type = TYPES[self.dtypes[begin + place]]
            read[usual + place - lag * one.period] = variables = [f.local(type) for _ in range(lag)]
            for variable, value in zip(variables, first, strict=True):
                f.store(self.values[value.number], variable)
        for place, ago in one.kept.items():
            type = TYPES[self.dtypes[begin + place]]
            after[begin + (one.times - 1) * one.period + place] = [f.local(type) for _ in range(ago + 1)]
        with f.loop(i64(0), i64(one.times)):
            self.values |= {slot: f.load(variables[0], TYPES[self.dtypes[slot]]) for slot, variables in read.items()}
            start = one.start + REFERENCE * one.period
            self.operations(start, start + one.period)
            for slot, variables in [*read.items(), *after.items()]:
                value = self.values[usual + (slot - begin) % one.period]
                for older, newer in pairwise(variables):
                    f.store(f.load(newer, value.type), older)
                f.store(value, variables[-1])
        for slot, variables in after.items():
            for ago, variable in enumerate(reversed(variables)):
                self.values[slot - ago * one.period] = f.load(variable, TYPES[self.dtypes[slot]])


class Compiled:
    """A compiled module: its functions by name, alive as long as this is. Raises Unprintable without llvmlite."""

    def __init__(self, text: str) -> None:
        binding, target = _binding()
        # one each: an engine frees the machine that it was made with
        features = binding.get_host_cpu_features()
        machine = target.create_target_machine(cpu=binding.get_host_cpu_name(), features=features.flatten(), opt=3)
        text += long_loops(masks=features.get("avx512bw", False) and features.get("avx512vl", False))
        parsed = optimised(binding, binding.parse_assembly(text), machine)
        self.engine = binding.create_mcjit_compiler(parsed, machine)
        self.engine.finalize_object()

    def address(self, name: str) -> int:
        return self.engine.get_function_address(name)


@cache
def binding_of_llvm() -> Any:
    """LLVM itself. Raises Unprintable without llvmlite."""
    try:
        import llvmlite.binding as binding  # when first needed: 0.1 s
    except ImportError as error:
        raise Unprintable(f"llvmlite is not installed ({error})") from error
    return binding


@cache
def _binding():
    binding = binding_of_llvm()
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding, binding.Target.from_default_triple()
