"""Runs of fused kernels on the CPU: tables, threads, chunks, and their gradient for torch."""

import ctypes
import os
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from threading import RLock
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from . import loops, memory, trace
from .backward_loop import Backward, scratch_rows
from .flat import Outcome, Setting
from .forward_loop import Forward
from .llvm import Compiled
from .loops import CHECKPOINT, Port, Shape, Table
from .network import NetworkForward
from .network_gradient import NetworkBackward
from .recording import Progress
from .synapses import Link
from .threads import spread

BLOCK = 1024  # neurons whose state stays in the nearest cache while time runs
NARROW = 2  # below so many neurons one runs for itself, its state in registers
SHORT = 2_000_000  # neuron-steps that are done in some milliseconds, and in one go
FEW = 1000  # steps of a network before it is known how long they take
PACE = 0.01  # s: so often a longer run asks whether it should go on

_NUMPY = {torch.float32: np.float32, torch.float64: np.float64}
_SIGNATURE = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_void_p, *[ctypes.c_int64] * 4)
_CODES = {"float": "f4x", "double": "d", "i64": "q", "ptr": "q"}


_compiling = RLock()  # eight pages that open at once need one kernel, not eight


# What differs in its gradient alone (the surrogate) is the same kernel forwards, and is compiled once.
_module = lru_cache(maxsize=128)(Compiled)


class Program:
    """A kernel, compiled when it is first called, and how its table is packed."""

    def __init__(self, kernel: loops.Kernel) -> None:
        self.text, self.name = loops.source(kernel), kernel.f.called
        self.places = {name: place for place, name in enumerate(kernel.table.entries)}
        self._pack = struct.Struct("=" + "".join(_CODES[type] for type in kernel.table.entries.values())).pack
        self.types, self.elements = tuple(kernel.table.entries.values()), kernel.table.elements
        self.scratch = kernel.rows_of_scratch

    def pack(self, table: list) -> bytes:
        try:
            return self._pack(*table)
        except (OverflowError, struct.error):  # beyond float32: infinite, as in torch
            with np.errstate(over="ignore"):
                return self._pack(*(float(np.float32(v)) if t == "float" else v for v, t in zip(table, self.types)))

    @cached_property
    def call(self) -> Callable[..., None]:
        with _compiling:
            if "call" not in self.__dict__:
                self.compiled = _module(self.text)
                self.__dict__["call"] = _SIGNATURE(self.compiled.address(self.name))
            return self.__dict__["call"]


@lru_cache(maxsize=128)  # a notebook that defines neuron after neuron must not fill the memory
def forward_program(
    cell: trace.Cell, shape: Shape, links: tuple[Link, ...] = (), channels: tuple[Callable, ...] = ()
) -> Program:
    step = trace.forward(cell, shape.state, shape.dtype)
    return Program(NetworkForward(shape, Table(), step, links, channels) if links else Forward(shape, Table(), step))


@lru_cache(maxsize=128)
def backward_program(
    cell: trace.Cell,
    shape: Shape,
    wanted: tuple[str, ...],
    links: tuple[Link, ...] = (),
    channels: tuple[Callable, ...] = (),
    learns: tuple[int, ...] = (),
) -> Program:
    step = trace.forward(cell, shape.state, shape.dtype)
    pull = trace.backward(cell, shape.state, shape.dtype, wanted)
    if not links:
        return Program(Backward(shape, Table(), step, pull, wanted))
    return Program(NetworkBackward(shape, Table(), step, pull, wanted, links, channels, learns))


def _after_fork() -> None:
    """A child has not whoever held the lock."""
    global _compiling
    _compiling = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Begun(NamedTuple):
    """A run under way: the table of its kernel, and memory for what it gives."""

    table: list
    rows: np.ndarray  # of the state
    states: Tensor  # the same
    spikes: Tensor
    kept: dict[str, Tensor]
    picked: dict[str, Tensor]
    checkpoints: Tensor | None
    arrived: tuple[Tensor, ...]


class Plan:
    """A run that is ready for numbers: kernel, table, sizes."""

    def __init__(self, setting: Setting) -> None:
        self.setting, T, N = setting, setting.T, setting.N
        narrow = N < NARROW and not setting.gradient and not setting.picked and not setting.links
        self.shape = Shape(
            setting.dtype,
            setting.names,
            setting.ports,
            setting.wide,
            setting.kept,
            setting.picked,
            setting.gradient,
            narrow,
        )
        self.program = forward_program(setting.cell, self.shape, setting.links, setting.channels)
        block = setting.block
        self.fixed: dict[str, int] = {"N": N, "block": block, "every": setting.every, "chosen": len(setting.ids)}
        self.fixed |= {f"{port.name}.stride": stride for port, stride in zip(setting.ports, setting.strides)}
        ids = np.array(setting.ids, np.int64)
        self.ids = ids, np.searchsorted(ids, np.arange(0, N + block, block)).astype(np.int64)
        self.fixed |= dict(zip(("ids", "first"), (array.ctypes.data for array in self.ids)))
        self.fixed |= {f"k{k}.delay": delay for k, delay in enumerate(setting.delays)}
        self.template = self.filled(self.program)
        self.state_places = [self.program.places[f"s.{name}"] for name in setting.names]
        self.samples = T // setting.every, len(setting.ids)
        self.history = max(*setting.delays, setting.past) if setting.delays else setting.past
        self.alone = any(link.learning is not None for link in setting.links)  # weights that change are for one thread
        self.need = self._need()

    def place(self, tensor: Tensor) -> int:
        """What a kernel's table has of it: an address."""
        return tensor.data_ptr()

    def filled(self, program: Program) -> list[int]:
        return [self.fixed.get(name, 0) for name in program.places]

    def _need(self) -> int:
        """Bytes of what a run makes, its gradient included."""
        setting, size = self.setting, self.setting.dtype.itemsize
        rows = setting.T * (len(setting.kept) + (size if setting.gradient else 1) / size)
        if setting.gradient:
            rows += setting.T * (len(setting.ports) + 2 * len(setting.channels))
            rows += setting.T / CHECKPOINT * len(setting.names)
        picked = self.samples[0] * self.samples[1] * len(setting.picked)
        return int(rows * setting.N + picked) * size + self.history * setting.N

    def forward(
        self,
        given: dict[str, Any],
        state: Sequence[Any],
        go_on: Callable[[float], None] | None,
        history: Tensor | None = None,
        so_far: Callable[[Outcome, int], Any] | None = None,
    ) -> Outcome:
        """Run it with `given`: addresses of ports and of wide parameters, numbers of the others.

        `history` are the spikes of a network before the run, [longest delay, N].

        Raises what `go_on` raises, which is called with the part of the run that is done, and MemoryError. That of a
        network, all of which is as far, gives what `so_far` makes of an outcome that has so many steps.
        """
        setting = self.setting
        begun = self.begun(given, state, history)
        ask, seen, T = go_on, so_far, setting.T
        if ask is not None and seen is not None and setting.links:

            def told(part: float) -> None:
                ask(Progress(part, lambda: seen(self.ended(begun, T, 0), round(part * T))))

            go_on = told
        run = partial(self._run, begun.table)
        step, lo = min(spread(run, setting.T, setting.N, setting.block, go_on, alone=self.alone))
        return self.ended(begun, step, lo)

    def begun(self, given: dict[str, Any], state: Sequence[Any], history: Tensor | None) -> "Begun":
        """Memory for a run, and its table. Raises MemoryError."""
        setting = self.setting
        T, N, dtype, places = setting.T, setting.N, setting.dtype, self.program.places
        memory.check(self.need, "cpu", f"A run of {T:,} steps of {N:,} neurons")
        rows = np.empty((len(setting.names), N), _NUMPY[dtype])
        for k, value in enumerate(state):
            rows[k] = value
        states = torch.from_numpy(rows)
        before, byte = self.history, bool(setting.links) or not setting.gradient
        spikes = memory.empty((before + T, N), torch.bool if byte else dtype)
        if before:
            assert history is not None
            spikes[:before] = history
            spikes = spikes[before:]
        kept = {k: memory.empty((T, N), dtype) for k in setting.kept}
        picked = {k: memory.empty(self.samples, dtype) for k in setting.picked}
        table, entries = self.template.copy(), dict(given)
        entries["z"] = spikes.data_ptr()
        start, row = states.data_ptr(), N * dtype.itemsize
        for k, place in enumerate(self.state_places):
            table[place] = start + k * row
        for name, tensor in kept.items():
            entries[f"kept.{name}"] = tensor.data_ptr()
        for name, tensor in picked.items():
            entries[f"picked.{name}"] = tensor.data_ptr()
        checkpoints = None
        if setting.gradient:
            checkpoints = memory.empty((-(-T // CHECKPOINT), len(setting.names), N), dtype)
            entries["checkpoints"] = checkpoints.data_ptr()
        arrived: tuple[Tensor, ...] = ()
        if setting.gradient and setting.links:
            arrived = tuple(memory.empty((T, N), dtype) for _ in setting.channels)
            for c, tensor in enumerate(arrived):
                entries[f"arrived.{c}"] = tensor.data_ptr()
        for name, value in entries.items():
            if name in places:
                table[places[name]] = value
        return Begun(table, rows, states, spikes, kept, picked, checkpoints, arrived)

    def ended(self, begun: "Begun", step: int, lo: int) -> Outcome:
        """What a run gave that came as far as `step`, where the block from neuron `lo` on failed, or to its end."""
        setting, rows, spikes = self.setting, begun.rows, begun.spikes
        failed = step < setting.T
        failure = (step, *_first_bad(rows[:, lo : lo + setting.block], lo, setting.names)) if failed else None
        events = spikes if setting.links else None
        if setting.links and setting.gradient:
            spikes = spikes.to(setting.dtype)
        return Outcome(
            spikes, begun.kept, begun.picked, begun.states, failure, begun.checkpoints, begun.arrived, events
        )

    def _run(self, table: list, lo: int, hi: int, go_on: Callable[[float], None]) -> tuple[int, int]:
        """Run a block of neurons; a longer run asks from time to time. The step and block at which it failed."""
        setting, T = self.setting, self.setting.T
        call, status, mine = self.program.call, Status(T, 0), table.copy()
        mine[self.program.places["status"]] = ctypes.addressof(status)
        packed, size = self.program.pack(mine), self.program.scratch * setting.block
        scratch = torch.empty(size, dtype=torch.int64) if size else None
        address = None if scratch is None else scratch.data_ptr()
        if T * setting.N <= SHORT and not setting.links:
            go_on(0.0)
            call(packed, address, lo, hi, 0, T)
            return status[0], status[1]
        t, steps = 0, max(1, SHORT // 4 // setting.N)
        steps = min(steps, FEW) if setting.links else steps  # few neurons may have many synapses
        while t < T and status[0] == T:
            go_on(t / T)
            stop, begin = min(t + steps, T), perf_counter()
            call(packed, address, lo, hi, t, stop)
            t, took = stop, perf_counter() - begin
            steps = max(1, int(steps * min(4.0, PACE / took)))
        return status[0], status[1]

    def pulling(self, wanted: tuple[str, ...]) -> tuple[Program, Shape, tuple[str, ...], tuple[int, ...]]:
        """The kernel of the gradient of `wanted` inputs, its shape and inputs, and the projections that get one."""
        shape, links = self.shape, self.setting.links
        learns = tuple(k for k in range(len(links)) if f"k{k}.w" in wanted)
        wanted = tuple(name for name in wanted if not name.startswith(("k", "s.")))
        if links:  # what came back is one more input of each step
            returned = tuple(f"r.{c}" for c in range(len(self.setting.channels)))
            wanted += returned
            shape = replace(shape, ports=shape.ports + tuple(Port(name, shape.type, False) for name in returned))
        program = backward_program(self.setting.cell, shape, wanted, links, self.setting.channels, learns)
        return program, shape, wanted, learns

    def backward(
        self, outcome: Outcome, given: dict[str, Any], wanted: tuple[str, ...], gradients: dict[str, Tensor], steps: int
    ) -> dict[str, Tensor]:
        """Gradients of state and `wanted` inputs, [T, N] or [N], from those of "z", "kept.v", "picked.v", "s.v".

        `steps` are those to go back through: all, but in a run that failed.
        """
        setting, links = self.setting, self.setting.links
        program, shape, wanted, learns = self.pulling(wanted)
        T, N, dtype, ports = setting.T, setting.N, setting.dtype, {port.name for port in shape.ports}
        results = {n: memory.empty((T, N), dtype) if n in ports else torch.zeros(N, dtype=dtype) for n in wanted}
        results |= {f"s.{k}": gradients[f"s.{k}"].clone() for k in setting.names}
        assert outcome.checkpoints is not None
        values = given | {f"to.{name}": tensor.data_ptr() for name, tensor in results.items()}
        values["checkpoints"] = outcome.checkpoints.data_ptr()
        if links:
            assert outcome.events is not None
            of_events = torch.empty(N, dtype=dtype)
            values |= {"events": outcome.events.data_ptr(), "of_events": of_events.data_ptr()}
            for c, arrived in enumerate(outcome.arrived):
                values |= {f"r.{c}": arrived.data_ptr(), f"r.{c}.stride": N}
            for k in learns:
                results[f"k{k}.w"] = torch.zeros(given[f"k{k}.size"], dtype=dtype)
                values[f"to.k{k}.w"] = results[f"k{k}.w"].data_ptr()
        alive = []
        for name in ("z", *(f"kept.{k}" for k in setting.kept), *(f"picked.{k}" for k in setting.picked)):
            rows = gradients[name]
            # the gradient of a sum is one number, shown T times: one row of it is enough
            rows = rows[:1].contiguous() if rows.stride(0) == 0 and name[:6] != "picked" else rows.contiguous()
            alive.append(rows)
            values |= {f"g.{name}": rows.data_ptr(), f"g.{name}.stride": rows.stride(0) if len(rows) > 1 else 0}
        table = self.filled(program)
        for name, value in values.items():
            if name in program.places:
                table[program.places[name]] = value
        packed = program.pack(table)

        def run(lo: int, hi: int, go_on: Callable[[float], None]) -> None:
            scratch = torch.empty(scratch_rows(self.shape) * setting.block, dtype=dtype)
            program.call(packed, scratch.data_ptr(), lo, hi, 0, steps)

        spread(run, T, N, setting.block, None, alone=bool(learns))
        return results


plan_of = lru_cache(maxsize=64)(Plan)
Status = ctypes.c_int64 * 2


def _first_bad(state: np.ndarray, lo: int, names: tuple[str, ...]) -> tuple[int, str]:
    """Neuron and variable that are not finite in a block, which begins with neuron `lo`."""
    bad = ~np.isfinite(state)
    neuron = int(bad.any(axis=0).argmax())
    return lo + neuron, names[int(bad[:, neuron].argmax())]
