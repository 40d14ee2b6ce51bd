"""The loop over time around one recorded step, forward and backward, as Triton kernels.

A program takes a block of neurons through all of time, with their state in registers. What is the same for all neurons
and a number of the run's dtype comes in one tensor `scalars`: an argument would be a float32.
"""

from typing import NamedTuple

import torch

from snnlab.core import Program

from .loops import CHECKPOINT, Port, Shape
from .triton import NAMES, Lines, Unprintable, Value, converted, printed

_POINTERS = {"float": "*fp32", "double": "*fp64", "i8": "*i8"}


class Kernel(NamedTuple):
    """The text of a kernel, its arguments with their types, and the names of what is in `scalars`."""

    name: str
    text: str
    arguments: dict[str, str]
    scalars: tuple[str, ...]


def plain(name: str) -> str:
    """A name of a recording as a name in a kernel: "s.v" -> "s_v"."""
    return name.replace(".", "_")


class _Loop(Lines):
    """What both directions share: arguments, scalars, inputs of a step."""

    def __init__(self, shape: Shape, program: Program) -> None:
        super().__init__()
        self.shape, self.dtype = shape, shape.dtype
        if self.dtype not in (torch.float32, torch.float64):
            raise Unprintable(f"numbers of {self.dtype} are not written in Triton: it runs in eager torch")
        self.pointer = _POINTERS[shape.type]
        self.scalars = tuple(n for n in program.inputs if n == "dt" or (n[:2] in ("p.", "n.") and n not in shape.wide))
        self.arguments: dict[str, str] = {"scalars": self.pointer}
        for port in shape.ports:
            name = f"in_{plain(port.name)}"
            self.arguments |= {name: _POINTERS[port.type], f"{name}_stride": "i32"}
        self.pointers(*(f"in_{plain(name)}" for name in shape.wide))
        if "seed" in program.inputs:
            self.arguments["in_seed"] = "*i64"
        if shape.picked:
            self.arguments |= {"column": "*i32", "chosen": "i32", "every": "i32"}

    def pointers(self, *names: str) -> None:
        """Arguments that are tensors of the run's dtype."""
        self.arguments |= dict.fromkeys(names, self.pointer)

    def value(self, text: str) -> Value:
        return Value(text, self.dtype)

    def begin(self) -> dict[str, Value]:
        """The block's neurons, and inputs that do not change; those that nobody uses, Triton leaves out."""
        self.line("j = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)")
        self.line("there = j < N")
        for k, name in enumerate(self.scalars):
            self.line(f"{plain(name)} = tl.load(scalars + {k})")
        for name in self.shape.wide:
            self.line(f"{plain(name)} = tl.load(in_{plain(name)} + j, there)")
        fixed = {name: self.value(plain(name)) for name in (*self.scalars, *self.shape.wide)}
        if "in_seed" in self.arguments:
            self.line("seed = tl.load(in_seed)")
            self.line("before = tl.load(in_seed + 1)")
            self.line("j64 = j.to(tl.int64)")
            counters = ("seed", "seed"), ("j", "j64"), ("t", "(before + t64)")
            fixed |= {name: Value(text, torch.int64) for name, text in counters}
        if self.shape.picked:
            self.line("at_column = tl.load(column + j, there, -1)")
        return fixed

    def time(self) -> None:
        self.line("t64 = tl.cast(t, tl.int64)  # the product with N may need more than 32 bits")
        self.line("row = t64 * N + j")

    def inputs(self) -> dict[str, Value]:
        """The inputs at time t."""
        return {port.name: self.port(port) for port in self.shape.ports}

    def port(self, port: Port) -> Value:
        name = f"in_{plain(port.name)}"
        place = f"{name} + t64 * {name}_stride"
        text = f"tl.load({place})" if port.shared else f"tl.load({place} + j, there)"
        return self.new(f"{text}.to({NAMES[self.dtype]})", self.dtype)

    def state(self, prefix: str = "s") -> dict[str, Value]:
        """The variables of the state, as the kernel has them under names with this prefix."""
        return {f"s.{k}": self.value(f"{prefix}_{k}") for k in self.shape.state}

    def load(self, prefix: str, place: str) -> None:
        """Variables of the state from memory [..., K, N]."""
        for k, name in enumerate(self.shape.state):
            self.line(f"{prefix}_{name} = tl.load({place} + {k} * N + j, there)")

    def store(self, prefix: str, place: str) -> None:
        for k, name in enumerate(self.shape.state):
            self.line(f"tl.store({place} + {k} * N + j, {prefix}_{name}, there)")

    def assign(self, prefix: str, found: dict[str, Value]) -> None:
        """All variables at once, for one may have become what another one was."""
        names = [f"{prefix}_{k}" for k in self.shape.state]
        new = [f"tl.broadcast_to({found[f's.{k}'].text}, (BLOCK,))" for k in self.shape.state]
        for name, text in zip(names, new):
            self.line(f"new_{name} = {text}")
        for name in names:
            self.line(f"{name} = new_{name}")

    @property
    def sample(self) -> str:
        """Where the sample of step t is, in columns of chosen neurons."""
        return "((t64 + 1) // every - 1) * chosen + at_column"

    def kernel(self, name: str) -> Kernel:
        head = f"def {name}({', '.join(self.arguments)}, BLOCK: tl.constexpr):\n"
        return Kernel(name, head + "\n".join("    " + line for line in self.lines) + "\n", self.arguments, self.scalars)


def forward(shape: Shape, program: Program) -> Kernel:
    """Steps `start` to `stop`; `good` counts a neuron's steps with finite states; when it fails, it stays as it is."""
    f = _Loop(shape, program)
    f.arguments |= {"states": f.pointer, "good": "*i32", "z": f.pointer if shape.gradient else "*i8"}
    f.pointers(*(f"kept_{k}" for k in shape.kept), *(f"picked_{k}" for k in shape.picked))
    if shape.gradient:
        f.pointers("checkpoints")
    f.arguments |= {"N": "i32", "start": "i32", "stop": "i32"}
    fixed = f.begin()
    f.load("s", "states")
    f.line("steps = tl.load(good + j, there)")
    with f.block("for t in range(start, stop)"):
        f.time()
        if shape.gradient:
            with f.block(f"if t % {CHECKPOINT} == 0"):
                f.store("s", f"checkpoints + t64 // {CHECKPOINT} * {len(shape.state)} * N")
        found = printed(f, program, fixed | f.inputs() | f.state())
        spike = found["z"].text if shape.gradient else f"{converted(f, found['z'], torch.bool).text}.to(tl.int8)"
        f.line(f"tl.store(z + row, {spike}, there)")
        f.line("fine = steps == t")
        found |= {f"s.{k}": f.new(f"tl.where(fine, {found[f's.{k}'].text}, s_{k})", f.dtype) for k in shape.state}
        f.assign("s", found)
        for k in shape.state:
            f.line(f'fine &= tl.abs(s_{k}) < float("inf")')
        f.line("steps = tl.where(fine, t + 1, steps)")
        for k in shape.kept:
            f.line(f"tl.store(kept_{k} + row, s_{k}, there)")
        if shape.picked:
            with f.block("if (t + 1) % every == 0"):
                for k in shape.picked:
                    f.line(f"tl.store(picked_{k} + {f.sample}, s_{k}, at_column >= 0)")
    f.store("s", "states")
    f.line("tl.store(good + j, steps, there)")
    return f.kernel("run")


def backward(shape: Shape, program: Program, pull: Program, wanted: tuple[str, ...]) -> Kernel:
    """Time in reverse: states are recomputed from the last stored one, then gradients are taken back through them.

    `to_state` has the gradient of the last state, and gets that of the first.
    """
    f, named = _Loop(shape, program), {port.name for port in shape.ports}
    width = f"{len(shape.state)} * N"
    f.pointers("checkpoints", "scratch", "to_state", "of_z", *(f"of_kept_{k}" for k in shape.kept))
    f.arguments |= {f"of_{name}_stride": "i32" for name in ("z", *(f"kept_{k}" for k in shape.kept))}
    f.pointers(*(f"of_picked_{k}" for k in shape.picked), *(f"to_{plain(name)}" for name in wanted))
    f.arguments |= {"N": "i32", "T": "i32"}
    fixed = f.begin()
    f.load("g", "to_state")
    sums = [name for name in wanted if name not in named]
    for name in sums:
        f.line(f"sum_{plain(name)} = tl.zeros((BLOCK,), {NAMES[f.dtype]})")
    f.line(f"segments = (T + {CHECKPOINT - 1}) // {CHECKPOINT}")
    with f.block("for back in range(0, segments)"):
        f.line(f"start = (segments - 1 - back) * {CHECKPOINT}")
        f.line(f"stop = tl.minimum(start + {CHECKPOINT}, T)")
        f.load("s", f"checkpoints + tl.cast(segments - 1 - back, tl.int64) * {width}")
        with f.block("for t in range(start, stop)"):
            f.time()
            f.store("s", f"scratch + (t64 - start) * {width}")
            f.assign("s", printed(f, program, fixed | f.inputs() | f.state()))
        f.line("tl.debug_barrier()  # a thread may read what another one wrote")
        with f.block("for ahead in range(start, stop)"):
            f.line("t = start + stop - 1 - ahead")
            f.time()
            f.load("old", f"scratch + (t64 - start) * {width}")
            if shape.picked:
                with f.block("if (t + 1) % every == 0"):
                    for k in shape.picked:
                        f.line(f"g_{k} += tl.load(of_picked_{k} + {f.sample}, at_column >= 0, 0.0)")
            for k in shape.kept:
                f.line(f"g_{k} += tl.load(of_kept_{k} + t64 * of_kept_{k}_stride + j, there)")
            f.line("gz = tl.load(of_z + t64 * of_z_stride + j, there)")
            gradients = {"g.z": f.value("gz")} | {f"g.s.{k}": f.value(f"g_{k}") for k in shape.state}
            found = printed(f, pull, fixed | f.inputs() | f.state("old") | gradients)
            for name in wanted:
                if name in named:
                    f.line(f"tl.store(to_{plain(name)} + row, {found[name].text}, there)")
                else:
                    f.line(f"sum_{plain(name)} += {found[name].text}")
            f.assign("g", found)  # last: a gradient may be one of these as it was
        f.line("tl.debug_barrier()")
    f.store("g", "to_state")
    for name in sums:
        f.line(f"tl.store(to_{plain(name)} + j, sum_{plain(name)}, there)")
    return f.kernel("pull")
