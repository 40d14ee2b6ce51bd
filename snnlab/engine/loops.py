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


class Forward(Kernel):
    """Neurons of a block side by side, one step after the other.

    `status` holds the step at which a state first ceased to be finite and the block where it did; no block runs as far
    as that any more.
    """

    def __init__(self, shape: Shape, table: Table, program: Program) -> None:
        super().__init__("run", shape, table, program)
        self.program, f = program, self.f
        self.state = {k: self.array(f"s.{k}", shape.type) for k in shape.state}
        self.spikes = self.array("z", self.spike_type)
        self.kept = {k: self.array(f"kept.{k}", shape.type) for k in shape.kept}
        self.picked = {k: self.array(f"picked.{k}", shape.type) for k in shape.picked}
        if shape.picked:
            self.watch()
        if shape.gradient:
            self.checkpoints = self.array("checkpoints", shape.type)
        self.status = f.array(self.entry("status", "ptr"), "i64")
        self.finite = Finite(self)
        self.prepare()
        (self.write_narrow if shape.narrow else self.write_wide)()
        f.line("ret void")

    def update(self, inputs: dict[str, Value]) -> dict[str, Value]:
        """One neuron's step; its state is watched."""
        found = self.printed(self.program, inputs)
        for k in self.shape.state:
            self.finite.see(found[f"s.{k}"])
        return found

    def write_wide(self) -> None:
        f, shape = self.f, self.shape
        with f.loop(self.lo, self.hi, self.block) as lo:
            n = self.minimum(self.block, f.binary("sub", self.hi, lo))
            state = {k: f.offset(a, lo) for k, a in self.state.items()}
            wide = {k: f.offset(a, lo) for k, a in self.wide.items()}
            stop = self.minimum(self.t1, f.get(self.status, i64(0)))
            with f.loop(self.t0, stop) as t:
                if shape.gradient:
                    self.store_checkpoint(state, t, lo, n)
                self.before_row(t, lo, n)
                rows = self.port_rows(t, lo)
                spikes = self.row(self.spikes, t, self.neurons, lo)
                kept = {k: self.row(a, t, self.neurons, lo) for k, a in self.kept.items()}
                self.finite.begin()
                self.fetch(t, lo, n)
                with f.loop(i64(0), n, interleave=True) as j:
                    inputs = self.port_values(rows, j) | {k: f.get(a, j) for k, a in wide.items()}
                    inputs |= {f"s.{k}": f.get(a, j) for k, a in state.items()} | self.row_values(j)
                    inputs |= self.counters(t, lo, j)
                    found = self.update(inputs)
                    for k, a in state.items():
                        f.put(a, j, found[f"s.{k}"])
                    f.put(spikes, j, self.spike(found["z"]))
                    for k, a in kept.items():
                        f.put(a, j, found[f"s.{k}"])
                self.pick(state, t, lo)
                self.after_row(t, lo, n)
                with f.when(self.finite.failed()):
                    self.fail(t, lo)
                    f.leave_loop()

    def before_row(self, t: Value, lo: Value, n: Value) -> None:
        """What a network does before the neurons' step."""

    def after_row(self, t: Value, lo: Value, n: Value) -> None:
        """What a network does with the spikes of a step."""

    def row_values(self, j: Value) -> dict[str, Value]:
        """Further inputs of neuron j of the block."""
        return {}

    def write_narrow(self) -> None:
        f, shape = self.f, self.shape
        with f.loop(self.lo, self.hi) as i:
            wide = {k: f.get(a, i) for k, a in self.wide.items()}
            state = {k: f.local(shape.type) for k in shape.state}
            for k, array in self.state.items():
                f.store(f.get(array, i), state[k])
            stop = self.minimum(self.t1, f.get(self.status, i64(0)))
            with f.loop(self.t0, stop) as t:
                rows = self.port_rows(t, i)
                inputs = self.port_values(rows, i64(0)) | wide | self.counters(t, i, i64(0))
                self.finite.begin()
                found = self.update(inputs | {f"s.{k}": f.load(a, shape.type) for k, a in state.items()})
                for k, place in state.items():
                    f.store(found[f"s.{k}"], place)
                f.put(self.row(self.spikes, t, self.neurons, i), i64(0), self.spike(found["z"]))
                for k, a in self.kept.items():
                    f.put(self.row(a, t, self.neurons, i), i64(0), found[f"s.{k}"])
                with f.when(self.finite.failed()):
                    self.fail(t, i)
                    f.leave_loop()
            for k, a in self.state.items():
                f.put(a, i, f.load(state[k], shape.type))

    def fail(self, t: Value, lo: Value) -> None:
        self.f.put(self.status, i64(0), t)
        self.f.put(self.status, i64(1), lo)

    def store_checkpoint(self, state: dict[str, Array], t: Value, lo: Value, n: Value) -> None:
        f, count = self.f, len(self.shape.state)
        with f.when(f.compare("eq", f.binary("srem", t, i64(CHECKPOINT)), i64(0))):
            number_of = f.binary("sdiv", t, i64(CHECKPOINT))
            for place, array in enumerate(state.values()):
                row = self.row(self.checkpoints, f.add(f.mul(number_of, count), place), self.neurons, lo)
                f.copy(array, row, n)

    def pick(self, state: dict[str, Array], t: Value, lo: Value) -> None:
        """Keep chosen neurons, at the end of every so many steps."""
        if self.picked:
            with self.samples(t, lo) as (place, at):
                for k, a in self.picked.items():
                    self.f.put(a, at, self.f.get(state[k], place))


class Backward(Kernel):
    """Time in reverse: states are recomputed from the last stored one, then gradients are taken back through them."""

    def __init__(self, shape: Shape, table: Table, forward: Program, program: Program, wanted: tuple[str, ...]) -> None:
        super().__init__("pull", shape, table, program, forward)
        self.forward, self.program, f = forward, program, self.f
        named = {port.name for port in shape.ports}
        self.to_ports = {n: self.array(f"to.{n}", shape.type) for n in wanted if n in named}
        self.to_parameters = {n: self.array(f"to.{n}", shape.type) for n in wanted if n not in named}
        self.to_state = {k: self.array(f"to.s.{k}", shape.type) for k in shape.state}
        self.of_spikes, self.of_spikes_stride = self.array("g.z", shape.type), self.size("g.z.stride")
        self.of_kept = {k: self.array(f"g.kept.{k}", shape.type) for k in shape.kept}
        self.kept_strides = {k: self.size(f"g.kept.{k}.stride") for k in shape.kept}
        self.of_picked = {k: self.array(f"g.picked.{k}", shape.type) for k in shape.picked}
        if shape.picked:
            self.watch()
        self.checkpoints = self.array("checkpoints", shape.type)
        scratch = Value("%scratch", "ptr")
        self.now = {k: f.array(scratch, shape.type) for k in shape.state}
        self.history = {k: f.array(scratch, shape.type) for k in shape.state}
        self.prepare()
        self.write()
        f.line("ret void")

    def write(self) -> None:
        f, shape = self.f, self.shape
        count = len(shape.state)
        with f.loop(self.lo, self.hi, self.block) as lo:
            n = self.minimum(self.block, f.binary("sub", self.hi, lo))
            wide = {k: f.offset(a, lo) for k, a in self.wide.items()}
            # scratch: one row for the state that runs, then a row for each step of a segment, variable by variable
            now = {k: f.offset(a, f.mul(self.block, place)) for place, (k, a) in enumerate(self.now.items())}
            history = {
                k: f.offset(a, f.mul(self.block, count + place * CHECKPOINT))
                for place, (k, a) in enumerate(self.history.items())
            }
            last = f.binary("sdiv", f.add(self.t1, -1), i64(CHECKPOINT))
            with f.loop(i64(0), f.add(last, 1)) as back:
                segment = f.binary("sub", last, back)
                start = f.mul(segment, CHECKPOINT)
                stop = self.minimum(self.t1, f.add(start, CHECKPOINT))
                for place, k in enumerate(shape.state):
                    row = self.row(self.checkpoints, f.add(f.mul(segment, count), place), self.neurons, lo)
                    f.copy(row, now[k], n)
                with f.loop(start, stop) as t:
                    self.recompute(t, f.binary("sub", t, start), lo, n, now, history, wide)
                with f.loop(start, stop) as ahead:
                    t = f.binary("sub", f.add(f.add(start, stop), -1), ahead)
                    self.pull(t, f.binary("sub", t, start), lo, n, history, wide)

    def recompute(self, t, place, lo, n, now, history, wide) -> None:
        """Store the state before step t, and go on to the next."""
        f, shape = self.f, self.shape
        rows = self.port_rows(t, lo)
        stored = {k: f.offset(a, f.mul(place, self.block)) for k, a in history.items()}
        with f.loop(i64(0), n) as j:
            inputs = self.port_values(rows, j) | {k: f.get(a, j) for k, a in wide.items()}
            inputs |= self.counters(t, lo, j)
            before = {k: f.get(a, j) for k, a in now.items()}
            found = self.printed(self.forward, inputs | {f"s.{k}": v for k, v in before.items()})
            for k in shape.state:
                f.put(stored[k], j, before[k])
                f.put(now[k], j, found[f"s.{k}"])

    def pull(self, t, place, lo, n, history, wide) -> None:
        """From the gradient of what step t gave to that of what it got."""
        f = self.f
        gradients = {k: f.offset(a, lo) for k, a in self.to_state.items()}
        self.add_picked(t, lo, gradients)
        rows = self.port_rows(t, lo)
        stored = {k: f.offset(a, f.mul(place, self.block)) for k, a in history.items()}
        of_kept = {k: self.row(a, t, self.kept_strides[k], lo) for k, a in self.of_kept.items()}
        to_ports = {name: self.row(a, t, self.neurons, lo) for name, a in self.to_ports.items()}
        to_parameters = {name: f.offset(a, lo) for name, a in self.to_parameters.items()}
        self.before_pull(t, lo, n)
        of_spikes = self.spike_gradients(t, lo)
        with f.loop(i64(0), n) as j:
            inputs = self.port_values(rows, j) | {k: f.get(a, j) for k, a in wide.items()}
            inputs |= {f"s.{k}": f.get(a, j) for k, a in stored.items()} | self.counters(t, lo, j)
            inputs["g.z"] = f.get(of_spikes, j)
            for k, a in gradients.items():
                gradient = f.get(a, j)
                if k in of_kept:
                    gradient = f.binary("fadd", gradient, f.get(of_kept[k], j))
                inputs[f"g.s.{k}"] = gradient
            found = self.printed(self.program, inputs)
            for k, a in gradients.items():
                f.put(a, j, found[f"s.{k}"])
            for name, a in to_ports.items():
                f.put(a, j, found[name])
            for name, a in to_parameters.items():
                f.put(a, j, f.binary("fadd", f.get(a, j), found[name]))

    def before_pull(self, t: Value, lo: Value, n: Value) -> None:
        """What a network does before a step is taken back."""

    def spike_gradients(self, t: Value, lo: Value) -> Array:
        """The gradient of a step's spikes."""
        return self.row(self.of_spikes, t, self.of_spikes_stride, lo)

    def add_picked(self, t: Value, lo: Value, gradients: dict[str, Array]) -> None:
        if self.of_picked:
            f = self.f
            with self.samples(t, lo) as (place, at):
                for k, a in self.of_picked.items():
                    f.put(gradients[k], place, f.binary("fadd", f.get(gradients[k], place), f.get(a, at)))


def scratch_rows(shape: Shape) -> int:
    """How many rows of a block the gradient works with."""
    return len(shape.state) * (1 + CHECKPOINT)


def source(*kernels: Kernel) -> str:
    return module(*(k.f for k in kernels))
