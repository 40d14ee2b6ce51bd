"""Functions in LLVM's language, as text: values, memory, loops."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np


class Value(NamedTuple):
    text: str
    type: str  # LLVM's: "float", "i64"

    def __str__(self) -> str:
        return f"{self.type} {self.text}"


SIZES = {"float": 4, "double": 8, "i8": 1, "i32": 4, "i64": 8, "ptr": 8}


def number(value: float, type: str) -> Value:
    """A constant, rounded to its type first as torch does."""
    if type in ("float", "double"):
        value = float(np.float32(value)) if type == "float" else float(value)
        return Value("0x" + struct.pack(">d", value).hex(), type)
    return Value(str(int(value)), type)


def i64(value: int) -> Value:
    return number(value, "i64")


class Array(NamedTuple):
    """Memory of one kind of values, which no other array overlaps."""

    base: Value
    type: str
    scope: int


LONG = 120  # lines: a loop of more is long
SLOW = 1120  # lines: one of more takes half a tenth of a second more to compile two vectors at once than one
# Numbers of metadata, above those of arrays: loops of two vectors at once, long ones of two and of one, their parts.
_TWO, _LONG_TWO, _LONG, _PAIR, _AT_ONCE, _MASKED = range(1_000_000, 1_000_006)


class Function:
    """One function of a module, written line by line; `arrays` are told apart for the vectoriser."""

    def __init__(self, name: str, arguments: str, returns: str = "void") -> None:
        self.called = name
        self.head = f'define {returns} @{name}({arguments}) nounwind "prefer-vector-width"="512"'
        self.locals: list[str] = []
        self.lines: list[str] = []
        self.ends: list[str] = []  # of the loops that are open
        self.count = self.scopes = 0
        self.declared: set[str] = set()
        self.block = "entry"

    def name(self, prefix: str = "v") -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def line(self, text: str) -> None:
        self.lines.append("  " + text)

    def new(self, type: str, text: str) -> Value:
        """The value of an instruction."""
        value = Value("%" + self.name(), type)
        self.line(f"{value.text} = {text}")
        return value

    def binary(self, operation: str, a: Value, b: Value) -> Value:
        return self.new(a.type, f"{operation} {a}, {b.text}")

    def add(self, a: Value, b: Value | int) -> Value:
        return self.binary("add", a, i64(b) if isinstance(b, int) else b)

    def mul(self, a: Value, b: Value | int) -> Value:
        return self.binary("mul", a, i64(b) if isinstance(b, int) else b)

    def compare(self, how: str, a: Value, b: Value) -> Value:
        return self.new("i1", f"{'fcmp' if a.type in ('float', 'double') else 'icmp'} {how} {a}, {b.text}")

    def select(self, condition: Value, a: Value, b: Value) -> Value:
        return self.new(a.type, f"select {condition}, {a}, {b}")

    # -------------------------------------------------------------- memory
    def local(self, type: str) -> Value:
        """A variable of the function; LLVM keeps it in a register."""
        value = Value("%" + self.name("local"), "ptr")
        self.locals.append(f"  {value.text} = alloca {type}")
        return value

    def array(self, base: Value, type: str) -> Array:
        self.scopes += 1
        return Array(base, type, self.scopes)

    def at(self, array: Array, index: Value) -> Value:
        return self.new("ptr", f"getelementptr {array.type}, {array.base}, {index}")

    def offset(self, array: Array, index: Value) -> Array:
        """The array from `index` on.

        Its address counts as a number of its own, and not as the sum that it is: else LLVM tries all ways to divide the
        sums of a loop's arrays between its registers, which takes a third of the time to compile.
        """
        self.declared.add("declare ptr @llvm.strip.invariant.group.p0(ptr)")
        return array._replace(base=self.new("ptr", f"call ptr @llvm.strip.invariant.group.p0({self.at(array, index)})"))

    def get(self, array: Array, index: Value) -> Value:
        place = self.at(array, index)
        return self.new(array.type, f"load {array.type}, {place}, align {SIZES[array.type]}{self._apart(array)}")

    def put(self, array: Array, index: Value, value: Value) -> None:
        place = self.at(array, index)
        self.line(f"store {value}, {place}, align {SIZES[array.type]}{self._apart(array)}")

    def copy(self, source: Array, target: Array, n: Value) -> None:
        self.declared.add("declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        size = self.mul(n, SIZES[source.type])
        self.line(f"call void @llvm.memcpy.p0.p0.i64({target.base}, {source.base}, {size}, i1 false)")

    def clear(self, array: Array, n: Value) -> None:
        self.declared.add("declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
        self.line(f"call void @llvm.memset.p0.i64({array.base}, i8 0, {self.mul(n, SIZES[array.type])}, i1 false)")

    def load(self, place: Value, type: str) -> Value:
        return self.new(type, f"load {type}, {place}")

    def store(self, value: Value, place: Value) -> None:
        self.line(f"store {value}, {place}")

    def _apart(self, array: Array) -> str:
        return f", !alias.scope !{3 * array.scope - 1}, !noalias !{3 * array.scope}"

    # ------------------------------------------------------------- control
    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")
        self.block = name

    @contextmanager
    def loop(self, start: Value, stop: Value, step: Value | int = 1, vectors: int = 0) -> Iterator[Value]:
        """for index in range(start, stop, step); one over neurons asks for 1 or 2 `vectors` at once.

        Two hide latencies; how long loops are done, the machine decides (`long_loops`).
        """
        head, body, tail, end = (self.name(part) for part in ("head", "body", "tail", "end"))
        index, following = Value("%" + self.name("index"), "i64"), Value("%" + self.name("next"), "i64")
        before = self.block
        self.line(f"br label %{head}")
        self.label(head)
        self.line(f"{index.text} = phi i64 [ {start.text}, %{before} ], [ {following.text}, %{tail} ]")
        inside = self.compare("slt", index, stop)
        self.line(f"br {inside}, label %{body}, label %{end}")
        self.label(body)
        self.ends.append(end)
        first = len(self.lines)
        yield index
        self.ends.pop()
        self.line(f"br label %{tail}")
        self.label(tail)
        step = i64(step) if isinstance(step, int) else step
        self.line(f"{following.text} = add nsw {index}, {step.text}")
        length = len(self.lines) - first
        kinds = {1: _LONG, 2: _LONG if length > SLOW else _LONG_TWO} if length > LONG else {2: _TWO}
        self.line(f"br label %{head}" + (f", !llvm.loop !{kinds[vectors]}" if vectors in kinds else ""))
        self.label(end)

    @contextmanager
    def when(self, condition: Value) -> Iterator[None]:
        """if condition"""
        yes, end = self.name("yes"), self.name("end")
        self.line(f"br {condition}, label %{yes}, label %{end}")
        self.label(yes)
        yield
        self.line(f"br label %{end}")
        self.label(end)

    def leave_loop(self) -> None:
        """break"""
        self.line(f"br label %{self.ends[-1]}")
        self.label(self.name("after"))

    def text(self) -> str:
        """The function, to be ended by its author's `ret`."""
        return "\n".join([self.head + " {", "entry:", *self.locals, *self.lines, "}"])


def long_loops(masks: bool, vectors: int = 2) -> str:
    """The last lines of any module: how a machine does its long loops, so many vectors at once, with masks or without.

    The neurons that fill no vector are done one by one in a copy of the loop: 15 take longer than hundreds in vectors,
    and the copy as long to compile as the rest. Masks save both, where a processor has them for bytes as well, which
    spikes are: else it tests each bit, which takes longer than the copy. In a short loop masks take longer than its
    numbers.
    """
    lines = [f'!{_AT_ONCE} = !{{!"llvm.loop.interleave.count", i32 {vectors}}}']
    lines.append(f'!{_MASKED} = !{{!"llvm.loop.vectorize.predicate.enable", i1 {str(masks).lower()}}}')
    return "\n\n" + "\n\n".join(lines)


def module(*functions: Function) -> str:
    """A module of functions, and the scopes of their arrays, but for `long_loops`."""
    arrays = range(1, 1 + max(f.scopes for f in functions))
    lines = ['!0 = !{!"arrays"}', f'!{_PAIR} = !{{!"llvm.loop.interleave.count", i32 2}}']
    for kind, how in {_TWO: (_PAIR,), _LONG_TWO: (_AT_ONCE, _MASKED), _LONG: (_MASKED,)}.items():
        lines.append(f"!{kind} = distinct !{{{', '.join(f'!{k}' for k in (kind, *how))}}}")
    for k in arrays:  # one, itself as a list, the list of all others
        others = ", ".join(f"!{3 * other - 2}" for other in arrays if other != k)
        one, alone, rest = 3 * k - 2, 3 * k - 1, 3 * k
        lines += [f'!{one} = !{{!"array {k}", !0}}', f"!{alone} = !{{!{one}}}", f"!{rest} = !{{{others}}}"]
    declarations = sorted(set().union(*(f.declared for f in functions)))
    return "\n\n".join([*declarations, *(f.text() for f in functions), *lines])
