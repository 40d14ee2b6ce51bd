"""The loop over time and neurons around one recorded step, forward and backward, as LLVM functions.

Arrays have neurons along their last axis, and a block of neurons runs through all of time while its state stays in
cache. A kernel takes one table of addresses and sizes, whose entries `Table` names, and a range of neurons and steps.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import torch

from snnlab.core import Program

from .ir import Array, Function, Value, i64, module, number
from .llvm import TYPES, converted, printed

CHECKPOINT = 32  # steps: the gradient recomputes as many from a stored state
FAR = 4096  # neurons: rows of more are fetched before they are needed
_LINE = 64  # bytes that the processor fetches at once


class Port(NamedTuple):
    """How a kernel reads an input [T, N]."""

    name: str
    type: str  # of its numbers in memory
    shared: bool  # one number for all neurons


@dataclass(frozen=True)
class Shape:
    """What of a run a kernel depends on, besides its program."""

    dtype: torch.dtype
    state: tuple[str, ...]  # names of the state's variables
    ports: tuple[Port, ...]
    wide: tuple[str, ...]  # parameters "p.name" of which every neuron has its own
    kept: tuple[str, ...]  # variables recorded of all neurons at every step
    picked: tuple[str, ...]  # variables recorded of chosen neurons, or not at every step
    gradient: bool = False  # spikes are floats, states are stored now and then
    narrow: bool = False  # few neurons, whose state fits into registers

    @property
    def type(self) -> str:
        return TYPES[self.dtype]

    @property
    def size(self) -> int:
        return self.dtype.itemsize


class Table:
    """Names of the entries of a kernel's table, in their order; each is 8 bytes: an address, a number, a size."""

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}  # name -> type
        self.elements: dict[str, str] = {}  # of arrays: name -> type of their numbers

    def entry(self, f: Function, name: str, type: str) -> Value:
        self.entries.setdefault(name, type)
        place = f.new("ptr", f"getelementptr i64, ptr %table, i64 {list(self.entries).index(name)}")
        return f.load(place, type)


class Kernel:
    """The parts that both directions share: what a kernel finds in its table."""

    def __init__(self, name: str, shape: Shape, table: Table, *programs: Program) -> None:
        self.shape, self.table = shape, table
        self.f = Function(name, "ptr %table, ptr %scratch, i64 %lo, i64 %hi, i64 %t0, i64 %t1", "void")
        self.lo, self.hi, self.t0, self.t1 = (Value(n, "i64") for n in ("%lo", "%hi", "%t0", "%t1"))
        self.rows_of_scratch = 0
        self.block, self.neurons = self.size("block"), self.size("N")
        self.before: Value | None = None
        used = dict.fromkeys(name for program in programs for name in program.used)
        self.scalars = {n: self.scalar(n) for n in used if self._is_scalar(n)}
        self.wide = {n: self.array(n, shape.type) for n in shape.wide if n in used}
        self.ports = [port for port in shape.ports if port.name in used]
        self.rows = {port.name: self.array(port.name, port.type) for port in self.ports}
        self.strides = {port.name: self.size(f"{port.name}.stride") for port in self.ports}
        if "t" in used:
            self.before = self.size("before")

    def _is_scalar(self, name: str) -> bool:
        return name in ("dt", "seed") or (name.startswith(("p.", "n.")) and name not in self.shape.wide)

    def entry(self, name: str, type: str) -> Value:
        return self.table.entry(self.f, name, type)

    def scalar(self, name: str) -> Value:
        return self.entry(name, "i64" if name == "seed" else self.shape.type)

    def printed(self, program: Program, inputs: dict[str, Value]) -> dict[str, Value]:
        """One neuron's program, its outputs in the dtype of the run."""
        found = printed(self.f, program, self.scalars | inputs)
        return {name: converted(self.f, value, self.shape.type) for name, value in found.items()}

    def counters(self, t: Value, lo: Value, j: Value) -> dict[str, Value]:
        """What random numbers depend on, besides the seed: all steps so far, and the neuron."""
        return {"t": t if self.before is None else self.f.add(self.before, t), "j": self.f.add(lo, j)}

    def size(self, name: str) -> Value:
        return self.entry(name, "i64")

    def array(self, name: str, type: str) -> Array:
        self.table.elements[name] = type
        return self.f.array(self.entry(name, "ptr"), type)

    def prepare(self) -> None:
        """What a network needs besides."""

    def row(self, array: Array, t: Value, stride: Value, lo: Value) -> Array:
        return self.f.offset(array, self.f.add(self.f.mul(t, stride), lo))

    def port_rows(self, t: Value, lo: Value) -> dict[str, Array]:
        """For each port, its row at time t; for a shared one, its one number there."""
        rows = {}
        for port in self.ports:
            start = i64(0) if port.shared else lo
            rows[port.name] = self.row(self.rows[port.name], t, self.strides[port.name], start)
        return rows

    def port_values(self, rows: dict[str, Array], index: Value) -> dict[str, Value]:
        f, found = self.f, {}
        for port in self.ports:
            value = f.get(rows[port.name], i64(0) if port.shared else index)
            found[port.name] = converted(f, value, self.shape.type)
        return found

    def fetch(self, t: Value, lo: Value, n: Value) -> None:
        """Ask for the rows of the next step while this one is computed, where they are far apart."""
        f, ahead = self.f, [port for port in self.ports if not port.shared]
        if not ahead:
            return
        many = f.select(f.compare("sgt", self.neurons, i64(FAR)), n, i64(0))
        rows = self.port_rows(f.add(t, 1), lo)
        f.declared.add("declare void @llvm.prefetch.p0(ptr, i32, i32, i32)")
        with f.loop(i64(0), many, _LINE // self.shape.size) as j:
            for port in ahead:
                place = f.at(rows[port.name], j)
                f.line(f"call void @llvm.prefetch.p0({place}, i32 0, i32 3, i32 1)")

    def watch(self) -> None:
        """What `samples` needs."""
        self.ids, self.first = self.array("ids", "i64"), self.array("first", "i64")
        self.every, self.chosen = self.size("every"), self.size("chosen")

    @contextmanager
    def samples(self, t: Value, lo: Value) -> Iterator[tuple[Value, Value]]:
        """At the end of every so many steps, for each chosen neuron: (place in the block, place among the samples)."""
        f = self.f
        with f.when(f.compare("eq", f.binary("srem", f.add(t, 1), self.every), i64(0))):
            row, block = f.binary("sdiv", t, self.every), f.binary("sdiv", lo, self.block)
            with f.loop(f.get(self.first, block), f.get(self.first, f.add(block, 1))) as r:
                yield f.binary("sub", f.get(self.ids, r), lo), f.add(f.mul(row, self.chosen), r)

    def minimum(self, a: Value, b: Value) -> Value:
        return self.f.select(self.f.compare("slt", a, b), a, b)

    def spike(self, z: Value) -> Value:
        """A spike as it is stored: a byte, or a float that can have a gradient."""
        f = self.f
        if self.shape.gradient:
            return converted(f, z, self.shape.type)
        return f.new("i8", f"zext {f.compare('ogt', z, number(0, z.type))} to i8")

    @property
    def spike_type(self) -> str:
        return self.shape.type if self.shape.gradient else "i8"


class Finite:
    """Watches whether every state is finite: the largest of their bits, without sign, is below that of infinity."""

    def __init__(self, kernel: Kernel) -> None:
        self.f, single = kernel.f, kernel.shape.type == "float"
        self.type = "i32" if single else "i64"
        self.infinity = number(0x7F800000 if single else 0x7FF0000000000000, self.type)
        self.sign = number(0x7FFFFFFF if single else 0x7FFFFFFFFFFFFFFF, self.type)
        self.most = self.f.local(self.type)

    def begin(self) -> None:
        self.f.store(number(0, self.type), self.most)

    def see(self, value: Value) -> None:
        f = self.f
        bits = f.binary("and", f.new(self.type, f"bitcast {value} to {self.type}"), self.sign)
        most = f.load(self.most, self.type)
        f.declared.add(f"declare {self.type} @llvm.umax.{self.type}({self.type}, {self.type})")
        f.store(f.new(self.type, f"call {self.type} @llvm.umax.{self.type}({bits}, {most})"), self.most)

    def failed(self) -> Value:
        return self.f.compare("uge", self.f.load(self.most, self.type), self.infinity)


def source(*kernels: Kernel) -> str:
    return module(*(k.f for k in kernels))
