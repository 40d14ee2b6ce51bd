"""Runs of Triton's kernels on CUDA, and their gradient for torch."""

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from . import memory, trace, triton, triton_loops
from .flat import Flat, Outcome, Setting, recorded
from .gradient import Eagerly, differentiate
from .loops import CHECKPOINT, Shape
from .recording import Recording
from .request import Request
from .triton import Unprintable

BLOCK = 128  # neurons of a program
CHUNK = 200_000_000  # neuron-steps, some milliseconds: so often a long run asks whether it should go on


class Program(NamedTuple):
    """A kernel, and how it is called."""

    kernel: triton_loops.Kernel
    function: Any

    def __call__(self, values: dict[str, Any], N: int) -> None:
        arguments = {name: values[name] for name in self.kernel.arguments}
        with torch.cuda.device_of(values["scalars"]):
            # a product and a sum are rounded each, and small numbers stay what they are, as in torch
            self.function[(-(-N // BLOCK),)](
                **arguments, BLOCK=BLOCK, num_warps=BLOCK // 32, enable_fp_fusion=False, enable_reflect_ftz=False
            )


def _program(kernel: triton_loops.Kernel) -> Program:
    varying = kernel.arguments.keys() & {"start", "stop", "T", "every", "chosen"}  # not compiled anew for each
    return Program(kernel, triton.compiled(kernel.name, kernel.text, sorted(varying)))


@lru_cache(maxsize=256)  # a notebook that defines neuron after neuron must not fill the memory
def forward_program(cell: trace.Cell, shape: Shape) -> Program:
    return _program(triton_loops.forward(shape, trace.forward(cell, shape.state, shape.dtype)))


@lru_cache(maxsize=256)
def backward_program(cell: trace.Cell, shape: Shape, wanted: tuple[str, ...]) -> Program:
    forward = trace.forward(cell, shape.state, shape.dtype)
    pull = trace.backward(cell, shape.state, shape.dtype, wanted)
    return _program(triton_loops.backward(shape, forward, pull, wanted))


class Plan:
    """A run on a device that is ready for numbers; `gradient.differentiate` takes it like one of the CPU."""

    def __init__(self, setting: Setting, device: torch.device) -> None:
        self.setting, self.device = setting, device
        self.shape = Shape(
            setting.dtype, setting.names, setting.ports, setting.wide, setting.kept, setting.picked, setting.gradient
        )
        self.program = forward_program(setting.cell, self.shape)
        self.fixed: dict[str, Any] = {"N": setting.N, "T": setting.T, "every": setting.every}
        plain = triton_loops.plain
        self.fixed |= {f"in_{plain(port.name)}_stride": stride for port, stride in zip(setting.ports, setting.strides)}
        if setting.picked:
            column = torch.full((setting.N,), -1, dtype=torch.int32, device=device)
            ids = torch.tensor(setting.ids, dtype=torch.int64, device=device)
            column[ids] = torch.arange(len(ids), dtype=torch.int32, device=device)
            self.fixed |= {"column": column, "chosen": len(ids)}
        self.samples = setting.T // setting.every, len(setting.ids)

    def place(self, tensor: Tensor) -> Tensor:
        """What a kernel is given: Triton has no bool in memory."""
        return tensor.view(torch.int8) if tensor.dtype == torch.bool else tensor

    def empty(self, *shape: int, dtype: torch.dtype | None = None) -> Tensor:
        return torch.empty(shape, dtype=dtype or self.setting.dtype, device=self.device)

    def need(self) -> int:
        """Bytes of what a run makes, its gradient included."""
        setting, size = self.setting, self.setting.dtype.itemsize
        rows = setting.T * (len(setting.kept) + (size if setting.gradient else 1) / size)
        if setting.gradient:
            rows += setting.T * len(setting.ports) + (setting.T / CHECKPOINT + CHECKPOINT) * len(setting.names)
        return int(rows * setting.N + self.samples[0] * self.samples[1] * len(setting.picked)) * size

    def values(self, given: dict[str, Any]) -> dict[str, Any]:
        """A kernel's arguments from inputs by name."""
        numbers = [given[name] for name in self.program.kernel.scalars]
        if not any(isinstance(value, Tensor) for value in numbers):
            scalars = torch.tensor(numbers, dtype=self.setting.dtype).to(self.device)
        else:
            scalars = torch.stack([self.scalar(value) for value in numbers])
        values = self.fixed | {"scalars": scalars}
        if "in_seed" in self.program.kernel.arguments:
            values["in_seed"] = torch.tensor([given["seed"], given["before"]]).to(self.device)
        for name in (*(port.name for port in self.setting.ports), *self.setting.wide):
            values[f"in_{triton_loops.plain(name)}"] = given[name]
        return values

    def scalar(self, value: Any) -> Tensor:
        return torch.as_tensor(value, dtype=self.setting.dtype, device=self.device).detach().reshape(())

    def forward(
        self, given: dict[str, Any], state: Sequence[Any], go_on: Callable[[float], None] | None, history: Any = None
    ) -> Outcome:
        """Run it with `given`: tensors of ports and of wide parameters, numbers of the others.

        Only networks have a history, and there are none here.
        Raises what `go_on` raises, which is called with the part of the run that is done, and MemoryError.
        """
        setting = self.setting
        T, N = setting.T, setting.N
        memory.check(self.need(), self.device, f"A run of {T:,} steps of {N:,} neurons")
        states = self.empty(len(setting.names), N)
        for row, value in zip(states, state):
            row[:] = value
        spikes = self.empty(T, N) if setting.gradient else self.empty(T, N, dtype=torch.int8)
        kept = {k: self.empty(T, N) for k in setting.kept}
        picked = {k: self.empty(*self.samples) for k in setting.picked}
        checkpoints = self.empty(-(-T // CHECKPOINT), len(setting.names), N) if setting.gradient else None
        good = torch.zeros(N, dtype=torch.int32, device=self.device)
        values = self.values(given) | {"states": states, "good": good, "z": spikes, "checkpoints": checkpoints}
        values |= {f"kept_{k}": v for k, v in kept.items()} | {f"picked_{k}": v for k, v in picked.items()}
        steps = T if go_on is None else max(1, CHUNK // N)
        for t in range(0, T, steps):
            if go_on is not None:
                go_on(t / T)
            stop = min(t + steps, T)
            self.program(values | {"start": t, "stop": stop}, N)
            reached = int(good.min())
            if reached < stop:
                break
        failure = None
        if reached < T:
            neuron = int((good == reached).nonzero()[0])
            variable = int((~torch.isfinite(states[:, neuron])).nonzero()[0])
            failure = reached, neuron, setting.names[variable]
        return Outcome(
            spikes if setting.gradient else spikes.view(torch.bool), kept, picked, states.unbind(), failure, checkpoints
        )

    def backward(
        self, outcome: Outcome, given: dict[str, Any], wanted: tuple[str, ...], gradients: dict[str, Tensor], steps: int
    ) -> dict[str, Tensor]:
        """Gradients of state and `wanted` inputs, [T, N] or [N], from those of "z", "kept.v", "picked.v", "s.v"."""
        setting = self.setting
        T, N, ports = setting.T, setting.N, {port.name for port in setting.ports}
        results = {n: self.empty(T, N) if n in ports else self.empty(N) for n in wanted}
        state = torch.stack([gradients[f"s.{k}"] for k in setting.names])
        values = self.values(given) | {"to_state": state, "checkpoints": outcome.checkpoints}
        values["scratch"] = self.empty(CHECKPOINT, len(setting.names), N)
        values |= {f"to_{triton_loops.plain(n)}": result for n, result in results.items()}
        for name in ("z", *(f"kept.{k}" for k in setting.kept), *(f"picked.{k}" for k in setting.picked)):
            rows = gradients[name]
            # the gradient of a sum is one number, shown T times: one row of it is enough
            rows = rows[:1].contiguous() if rows.stride(0) == 0 and not name.startswith("picked") else rows.contiguous()
            name = f"of_{triton_loops.plain(name)}"
            values |= {name: rows, f"{name}_stride": N if len(rows) > 1 else 0}
        backward_program(setting.cell, self.shape, wanted)(values | {"T": steps}, N)
        return results | {f"s.{k}": row for k, row in zip(setting.names, state)}


def run_triton(asked: Request, eagerly: Eagerly | None = None) -> Recording:
    """The run in one kernel on CUDA. Raises Unprintable or Unrecordable where there can be none."""
    if asked.device.type != "cuda" and os.environ.get("TRITON_INTERPRET") != "1":
        raise Unprintable(f"Triton runs on CUDA, and the input is on {asked.device}")
    if asked.cell.arrivals:
        raise Unprintable("networks with connections of their own are not written in Triton")
    if not asked.N:
        raise Unprintable("there is no neuron to launch a kernel for")
    flat = Flat(asked)
    setting = flat.setting()
    plan = Plan(setting, asked.device)
    given, alive = flat.numbers, flat.alive
    if asked.gradient:
        # an operation whose gradient has no instruction is found before the run
        backward_program(setting.cell, plan.shape, tuple(name for name in flat.leaves if not name.startswith("s.")))
        outcome = differentiate(plan, given, flat.state, asked.go_on, None, alive, flat.leaves, eagerly)
    else:
        given |= {name: plan.place(x) for name, x in alive.items()}
        outcome = plan.forward(given, flat.state, asked.go_on)
    return recorded(asked, outcome, setting, "triton")
