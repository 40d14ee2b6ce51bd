"""What a run was asked for, checked: inputs of one length and dtype, parameters and state by name, one shape."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Advance, Neuron, Quantity, annotations, what_is

from . import memory
from .crossings import Crossing
from .definition import check_integrator, leaves
from .ends import ended
from .inputs import by_channel, inputs, warn_of_time
from .noise import Noise
from .recording import Recording
from .resume import end_of, fitting, gone_on
from .synapses import Projection, WeightSamples, beginning, checked
from .trace import Cell, as_it_is_now, names
from .values import broadcast, chosen, milliseconds, numeric, seconds, sequence, whole
from .values import device as device_of


@dataclass
class Request:
    """A run: neurons of any `shape`, `steps` steps of `dt`."""

    cell: Cell
    names: tuple[str, ...]  # of the state's variables, the noise last
    ports: dict[str, Tensor]  # [T, ...]
    state: list[Any]  # numbers or tensors that broadcast with `shape`
    numbers: dict[str, Any]  # parameters "p.v_th", and what noise needs, likewise
    dt: float
    steps: int
    shape: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device
    record: tuple[str, ...]
    neurons: Sequence[int] | None
    every: int
    seed: int
    go_on: Callable[[float], None] | None
    network: tuple[Projection, ...] = ()
    synapses: tuple[dict[str, Tensor], ...] = ()  # what changes at those of each projection, as it is at the start
    history: Tensor | None = None  # [k, ...] spikes before the run
    before: int = 0  # steps that were run before these
    sent: int = 0  # steps before the run of which other populations want to know the spikes
    N: int = field(init=False)
    gradient: bool = field(init=False)
    bytes: bool = field(init=False)  # spikes are bool: nobody may want to differentiate, as a script does elsewhere

    def __post_init__(self) -> None:
        weights = (one.weights for one in self.network)
        values = (*self.ports.values(), *self.state, *self.numbers.values(), *weights)
        self.gradient = torch.is_grad_enabled() and any([isinstance(v, Tensor) and v.requires_grad for v in values])
        self.bytes = torch.is_grad_enabled() and not self.gradient
        self.N = math.prod(self.shape)

    @property
    def channels(self) -> tuple[Callable[[Tensor], Tensor], ...]:
        """What of a weight each of the neuron's inputs gets."""
        return getattr(self.cell.neuron, "channels", ()) or (_whole,)

    def past(self, rows: int) -> Tensor:
        """The spikes before the run, [rows, N]; what is not known was silent."""
        memory.check(rows * self.N, self.device, f"Spikes on their way for {rows:,} steps")
        found = torch.zeros(rows, self.N, dtype=torch.bool, device=self.device)
        if self.history is not None and (known := min(rows, len(self.history))):
            found[-known:] = self.history[-known:].detach().expand(known, *self.shape).reshape(known, self.N) > 0
        return found

    def recording(self, variables: dict[str, Tensor], spikes: Tensor, backend: str, **more) -> Recording:
        """The recording of what was computed for the population in a row, in its shape again."""
        whole = self.neurons is None
        if not self.bytes and spikes.dtype == torch.bool:
            memory.check(spikes.numel() * self.dtype.itemsize, self.device, f"Spikes in {self.dtype} (no_grad)")
            spikes = spikes.to(self.dtype)
        return Recording(
            {n: v.reshape(len(v), *self.shape) if whole else v for n, v in variables.items()},
            spikes.reshape(len(spikes), *self.shape),
            milliseconds(self.dt),
            backend,
            every=self.every,
            neurons=self.neurons,
            before=self.before,
            crossing=self._crossing() if getattr(self.cell.neuron, "crosses", False) else None,
            **more,
        )

    def samples(self, one: Projection, weights: Tensor) -> WeightSamples:
        """The weights [S, ...] of a projection at the end of every so many steps."""
        assert one.every is not None
        steps = self.before + one.every * np.arange(1, len(weights) + 1)
        return WeightSamples(steps * milliseconds(self.dt), weights)

    def _crossing(self) -> Crossing:
        assert isinstance(self.cell.neuron, Neuron)
        numbers = {name.removeprefix("p."): value for name, value in self.numbers.items() if name.startswith("p.")}
        return Crossing(self.cell.neuron, self.cell.fields(**dict(self.cell.constants) | numbers))

    def end(self, state: Sequence[Tensor] | Tensor, fired: Tensor, past: Tensor | None, synapses: tuple) -> Callable:
        """Makes the end of a run from its last state, its spikes [T, ...] and those before it in a network [k, ...]."""
        name, spikes = self.cell.neuron.name if isinstance(self.cell.neuron, Neuron) else "", None
        if past is not None:
            newest = fired[max(0, len(fired) - len(past)) :].detach().reshape(-1, *self.shape) > 0
            spikes = torch.cat([past.reshape(-1, *self.shape) > 0, newest])[-len(past) :]
        return partial(ended, name, self.cell.state, self.shape, state, self.cell.noise, spikes, synapses)


def _whole(w: Tensor) -> Tensor:
    """The channel of a neuron that has one kind of input."""
    return w


def _is_constant(fields: Any, name: str, value: Any) -> bool:
    """Whether a parameter is part of what is recorded: a name, a function; not a number."""
    if mark := _marks(fields).get(name):
        return not isinstance(mark, Quantity)
    return not isinstance(value, Tensor | Real | np.ndarray) or isinstance(value, bool)


@lru_cache(maxsize=128)
def _marks(fields: Any) -> dict[str, Any]:
    try:
        return annotations(fields)
    except (TypeError, NameError):  # a tuple of one's own may say nothing about its fields
        return {}


def request(
    neuron: Neuron | Callable, current, spikes, state, p, dt, record, neurons, every, advance: Advance | None,
    detach_reset, noise: Noise | None, network, history, device, go_on,
    detach_hold=None, steps=None, duration=None, resume: Recording | None = None,
) -> Request:  # fmt: skip
    """What a run was asked for. Raises ValueError in words. `detach_hold` is as `detach_reset` unless given."""
    dt = seconds("dt", dt)
    end = None if resume is None else end_of(resume, neuron, state, history)
    channels = len(getattr(neuron, "channels", ()))
    usual = torch.get_default_dtype() if end is None else end.state[0].dtype
    ports, dtype = inputs({"current": current, **by_channel(spikes, channels)}, steps, duration, dt, usual)
    if isinstance(neuron, Neuron) and spikes is not None and neuron.receive is None:
        raise ValueError(f"{neuron.name} has no spike port: give its input as a current")
    fields, kind, p, s = leaves(neuron, p, state if end is None else end.state)
    check_integrator(neuron, advance)
    variables = names(kind, s)
    if not isinstance(noise, Noise | None):
        raise ValueError(f"noise is {what_is(noise)}: give snnlab.engine.Noise(sigma, tau), tau in s")
    record = _recorded(record, (*variables, "noise") if noise is not None else variables, neuron)
    every = whole("every", every, 1, "a whole number of steps, 1 or more")

    ports, device = _on_device(ports, dtype, device)
    numbers, constants = _parameters(fields, p, dtype, device)
    owner = "state" if end is None else "resume.state"
    begin = {name: numeric(f"{owner}.{name}", value, dtype, device) for name, value in zip(variables, s)}
    given = {f"{owner}.{name}": x for name, x in begin.items()} | {f"p.{name}": x for name, x in numbers.items()}
    shape = _shape(ports, given, noise)
    warn_of_time(numbers, ports, shape)
    neurons = None if neurons is None else chosen(neurons, torch.Size(shape).numel())

    projections = checked(network, shape, dtype, device, dt)
    plain = not isinstance(neuron, Neuron)
    if plain and (projections or noise is not None or len(ports) > 1):
        raise ValueError(
            "a plain step has one input: with two of them, noise or a network give a Neuron, which has ports"
        )
    _check_history(history, shape, bool(projections))
    synapses = beginning(projections, shape, dtype, device)
    if end is not None and resume is not None:
        fitting(end, resume, dt, dtype, shape, noise, projections)
        projections, synapses = gone_on(end, projections, dtype, device)
        history = end.spikes
    held = detach_reset if detach_hold is None else detach_hold
    arrivals = (channels or 1) if projections else 0
    about = tuple(numbers), constants, tuple(ports), noise is not None, arrivals, advance, detach_reset, held
    cell = Cell(neuron, fields, kind, *about)
    if plain:
        cell = as_it_is_now(cell, variables, dtype)
    by_name = {f"p.{name}": x for name, x in numbers.items()}
    first = list(begin.values())
    if noise is not None:
        coefficients, random = _noise(noise, dt, shape, dtype, device, None if end is None else end.noise)
        by_name, first, variables = by_name | coefficients, [*first, random], (*variables, "noise")
    count, seed, before = len(next(iter(ports.values()))), noise.seed if noise else 0, resume.until if resume else 0
    run = dt, count, shape, dtype, device, record, neurons, every, seed, go_on
    return Request(cell, variables, ports, first, by_name, *run, projections, synapses, history, before)


def _on_device(ports: dict[str, Tensor], dtype: torch.dtype, wanted: Any) -> tuple[dict[str, Tensor], torch.device]:
    """The inputs in the dtype of a run and on its device, theirs unless another is wanted."""
    device = next(iter(ports.values())).device if wanted is None else device_of(wanted)
    changed = sum([x.numel() for x in ports.values() if x.dtype not in (torch.bool, dtype) or x.device != device])
    memory.check(changed * dtype.itemsize, device, f"Inputs in {dtype}")
    return {n: x.to(device) if x.dtype == torch.bool else x.to(device, dtype) for n, x in ports.items()}, device


def _parameters(fields: Any, p: Any, dtype: torch.dtype, device) -> tuple[dict[str, Any], tuple[tuple[str, Any], ...]]:
    """The parameters that are numbers, by name, and those that are part of what is recorded."""
    numbers, constants = {}, []
    for name, value in zip(names(fields, p), p):
        if _is_constant(fields, name, value):
            constants.append((name, value))
        else:
            numbers[name] = numeric(f"p.{name}", value, dtype, device)
    return numbers, tuple(constants)


def _shape(ports: dict[str, Tensor], given: dict[str, Any], noise: Noise | None) -> tuple[int, ...]:
    """The shape of the population, from all that has one."""
    shapes = {name: x.shape[1:] for name, x in ports.items()}
    if noise is not None:
        noise.check()
        given |= {f"noise.{name}": x for name, x in zip(noise._fields, noise)}
    return broadcast(shapes | {name: x.shape for name, x in given.items() if isinstance(x, Tensor)})


def _check_history(history: Any, shape: tuple[int, ...], connected: bool) -> None:
    """Raises ValueError for spikes before a run that do not fit the population, or without a network."""
    if history is None:
        return
    fits = isinstance(history, Tensor) and history.layout == torch.strided and tuple(history.shape[1:]) == shape
    if not connected or not fits:
        sizes = ", ".join(map(str, ("k", *shape)))
        kind = f"of shape {tuple(history.shape)}" if isinstance(history, Tensor) else repr(history)[:60]
        raise ValueError(f"history {kind} does not fit: give the spikes before a network's run, [{sizes}]")


def _noise(
    noise: Noise, dt: float, shape: tuple[int, ...], dtype: torch.dtype, device: torch.device, before: Tensor | None
) -> tuple[dict[str, Tensor], Tensor]:
    """The numbers that noise needs in a run, and with what it begins: as it was before, or stationary."""
    N = torch.Size(shape).numel()
    decay, scale = noise.coefficients(dt, dtype)
    memory.check(N * 200, "cpu", f"Noise of {N:,} neurons")  # its numbers, and what they are made from
    if before is not None:
        begin = before.to(device, dtype)
    else:
        begin = noise.begin(N, dtype).to(device).reshape(shape)
        begin = begin * torch.as_tensor(noise.sigma, dtype=dtype, device=device)
    return {"n.decay": decay.to(device), "n.scale": scale.to(device)}, begin


def check_numbers(asked: Request) -> None:
    """Raises ValueError for a parameter that is nan: a threshold that is would never be crossed, without a word."""
    if torch._C._are_functorch_transforms_active():
        return  # where no number can be looked at
    for name, value in asked.numbers.items():
        if isinstance(value, Tensor):
            if not (wrong := value.detach().isnan()).any():
                continue
            first = wrong.nonzero()[0].tolist()
            raise ValueError(f"{name} = nan at {first} is not allowed: give numbers" if first else _no_number(name))
        if value != value:
            raise ValueError(_no_number(name))


def _no_number(name: str) -> str:
    return f"{name} = nan is not allowed: give a number"


def _recorded(record: Any, recordable: tuple[str, ...], neuron: Any) -> tuple[str, ...]:
    """Names of the variables that are kept; "all" are all, None is none of them."""
    if record is None:
        return ()
    if isinstance(record, str):
        record = recordable if record == "all" and "all" not in recordable else (record,)
    record = sequence("record", record, 'names of variables, "all", or None')
    if unknown := [name for name in record if name not in recordable]:
        called = neuron.name if isinstance(neuron, Neuron) else "the state"
        raise ValueError(f"record = {sorted(map(str, unknown))} is not known: {called} has {', '.join(recordable)}")
    return record
