"""One step of the time loop and its gradient, recorded: what kernels are printed from."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch

from snnlab.core import Advance, Neuron, Program, Unrecordable, record, step, what_is
from snnlab.core.random import normal


@dataclass(frozen=True)
class Cell:
    """What of a run changes its operations, and not only its numbers: the key of a recording.

    `neuron` is a Neuron or a plain step `(x, s, p, dt) -> (z, s)` over tuples; of its parameters, `numbers` are inputs
    and `constants` are part of the recording. `ports` are the inputs that are there: "current", "spikes", or one for
    each of the neuron's channels: "spikes.0", "spikes.1". With `noise`,
    every neuron has a noise current of its own, the last variable of its state. `arrivals` counts the sums of spikes
    that come back from the network.
    """

    neuron: Neuron | Callable
    fields: Any  # the class of the parameter tuple
    state: Any  # the class of the state tuple
    numbers: tuple[str, ...]
    constants: tuple[tuple[str, Any], ...]
    ports: tuple[str, ...]
    noise: bool = False
    arrivals: int = 0
    advance: Advance | None = None
    detach_reset: bool = False
    detach_hold: bool = False
    operations: tuple = ()  # of a plain step, which may read what is no argument, as they are now

    def step(self, s, p, dt, arrivals=(), noise=None, **ports):
        """(z, next state) of one step, inputs by the names of `ports`. `noise`: state, decay, scale, seed, t, j."""
        current, spikes = ports.get("current"), ports.get("spikes")
        if channels := [ports[name] for name in self.ports if name.startswith("spikes.")]:
            spikes = tuple(channels)
        if noise is not None:
            eta, decay, scale, seed, t, j = noise
            current = eta if current is None else current + eta
            eta = decay * eta + scale * normal(seed, t, j, dtype=eta.dtype)
        z, new = self._step(s, p, dt, current, spikes, arrivals)
        return z, (new if noise is None else (*new, eta))

    def _step(self, s, p, dt, current, spikes, arrivals):
        neuron = self.neuron
        if not isinstance(neuron, Neuron):
            z, new = neuron(current if spikes is None else spikes, s, p, dt)
            if not isinstance(new, tuple) or len(new) != len(s):
                kind = f"{len(new)} values" if isinstance(new, tuple) else what_is(new)
                raise ValueError(f"the step gives {kind} as its state: give (z, state), the state a tuple of {len(s)}")
            return z, new
        if arrivals and neuron.port == "current":
            current = arrivals[0] if current is None else current + arrivals[0]
        elif arrivals and neuron.channels:
            parts = (
                spikes
                if isinstance(spikes, tuple)
                else None
                if spikes is None
                else [c(spikes) for c in neuron.channels]
            )
            spikes = tuple(arrivals) if parts is None else tuple(x + a for x, a in zip(parts, arrivals))
        elif arrivals:
            spikes = arrivals[0] if spikes is None else spikes + arrivals[0]
        current = 0.0 if current is None else current
        detach = {"detach_reset": self.detach_reset, "detach_hold": self.detach_hold}
        return step(neuron, s, p, dt, spikes=spikes, current=current, advance=self.advance, **detach)


def tupled(fields: Any, values) -> Any:
    """A tuple of a class, which may be a plain tuple."""
    return fields(*values) if hasattr(fields, "_fields") else tuple(values)


def names(fields: Any, value=None) -> tuple[str, ...]:
    """Names of a tuple's fields; numbers, where they have none."""
    return getattr(fields, "_fields", None) or tuple(map(str, range(len(value))))


NOISE = ("n.decay", "n.scale")
COUNTERS = ("seed", "t", "j")


class _Examples:
    """Inputs of a cell by name, each a tensor with memory and a number of its own."""

    def __init__(self, cell: Cell, state: tuple[str, ...], dtype: torch.dtype, size: int) -> None:
        self.cell, self.generator, self.dtype, self.size = cell, torch.Generator().manual_seed(1), dtype, size
        self.state = state
        inputs = [f"s.{k}" for k in state] + [f"p.{n}" for n in cell.numbers] + ["dt", *cell.ports]
        inputs += [f"r.{c}" for c in range(cell.arrivals)] + list(NOISE if cell.noise else ())
        self.inputs = {name: self.one() for name in inputs}
        if cell.noise:
            self.inputs |= {name: torch.full((size,), k) for k, name in enumerate(COUNTERS)}

    def one(self) -> torch.Tensor:
        return torch.rand(self.size, generator=self.generator, dtype=self.dtype) + 0.5

    def run(self, inputs: dict) -> dict:
        """Outputs by name."""
        cell, constants = self.cell, dict(self.cell.constants)
        fields = names(cell.fields, [*cell.numbers, *constants])
        p = tupled(cell.fields, [constants[f] if f in constants else inputs[f"p.{f}"] for f in fields])
        s = tupled(cell.state, [inputs[f"s.{k}"] for k in (self.state[:-1] if cell.noise else self.state)])
        arrivals = tuple(inputs[f"r.{c}"] for c in range(cell.arrivals))
        noise = [inputs[name] for name in ("s.noise", *NOISE, *COUNTERS)] if cell.noise else None
        ports = {port: inputs[port] for port in cell.ports}
        z, new = cell.step(s, p, inputs["dt"], arrivals=arrivals, noise=noise, **ports)
        return {"z": z} | {f"s.{k}": value for k, value in zip(self.state, new, strict=True)}


@lru_cache(maxsize=128)
def forward(cell: Cell, state: tuple[str, ...], dtype: torch.dtype) -> Program:
    """One step: z and s.* of s.*, p.*, dt and the ports. Raises Unrecordable."""

    def recorded(size: int) -> Program:
        examples = _Examples(cell, state, dtype, size)
        return record(lambda **given: examples.run(given), **examples.inputs)

    program = _of_any_size(recorded)
    for name, value in program.outputs.items():
        if name != "z" and program.dtype(value) not in (dtype, None):
            raise Unrecordable(f"the state's {name[2:]} is {program.dtype(value)} after a step of {dtype}")
    return program


@lru_cache(maxsize=128)
def backward(cell: Cell, state: tuple[str, ...], dtype: torch.dtype, wanted: tuple[str, ...]) -> Program:
    """Its gradient: that of s.* and of the `wanted` inputs, of those and of the gradients g.z, g.s.* of its outputs."""
    sought = (*(f"s.{k}" for k in state), *wanted)

    def recorded(size: int) -> Program:
        examples = _Examples(cell, state, dtype, size)
        gradients = {f"g.{name}": examples.one() for name in ("z", *(f"s.{k}" for k in state))}

        def pull(**given) -> dict:
            with torch.enable_grad():
                inputs = {
                    name: given[name].detach().requires_grad_() if x.is_floating_point() else given[name]
                    for name, x in examples.inputs.items()
                }
                outputs = {name: value for name, value in examples.run(inputs).items() if value.requires_grad}
                found = torch.autograd.grad(
                    list(outputs.values()),
                    [inputs[name] for name in sought],
                    [given[f"g.{name}"] for name in outputs],
                    allow_unused=True,
                )
            return {name: 0.0 if gradient is None else gradient for name, gradient in zip(sought, found)}

        return record(pull, **examples.inputs | gradients)

    return _of_any_size(recorded)


def as_it_is_now(cell: Cell, state: tuple[str, ...], dtype: torch.dtype) -> Cell:
    """The cell of a plain step with its operations, so that one that has changed is another."""
    try:
        examples = _Examples(cell, state, dtype, 2)
        with torch.inference_mode(False):
            program = record(lambda **given: examples.run(given), **examples.inputs)
    except Exception:  # whoever runs it will say why
        return cell
    return replace(cell, operations=(repr(program.operations), repr(program.outputs)))


def _unpacked():
    """Where whoever runs packs saved tensors away (checkpointing), those of a recording are none of his."""
    if torch._C._autograd._top_saved_tensors_default_hooks(True) is None:
        return nullcontext()
    return torch.autograd.graph.saved_tensors_hooks(lambda x: x, lambda x: x)


def _of_any_size(recorded: Callable[[int], Program]) -> Program:
    """A recording that is the same for two neurons and for three: else they see each other, or how many they are."""
    try:
        with torch.inference_mode(False), _unpacked():
            two, three = recorded(2), recorded(3)
    except (RuntimeError, IndexError, AssertionError) as error:  # torch runs it as it is, or says what is wrong
        raise Unrecordable(f"two or three neurons cannot be run: {error}") from error
    if (two.operations, two.outputs) != (three.operations, three.outputs):
        raise Unrecordable("the step depends on the number of neurons")
    return two
