"""What a run was asked for, checked: inputs of one length and dtype, parameters and state by name, one shape."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Advance, Neuron, Quantity, annotations, what_is

from . import memory
from .definition import check_integrator, leaves
from .ends import ended
from .inputs import by_channel, inputs, warn_of_time
from .noise import Noise
from .recording import Recording
from .resume import end_of, fitting, gone_on
from .synapses import Projection, beginning, checked
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
    gradient: bool = field(init=False)
    bytes: bool = field(init=False)  # spikes are bool: nobody may want to differentiate, as a script does elsewhere

    def __post_init__(self) -> None:
        weights = (one.weights for one in self.network)
        values = (*self.ports.values(), *self.state, *self.numbers.values(), *weights)
        self.gradient = torch.is_grad_enabled() and any(isinstance(v, Tensor) and v.requires_grad for v in values)
        self.bytes = torch.is_grad_enabled() and not self.gradient

    @property
    def N(self) -> int:
        return torch.Size(self.shape).numel()

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
            **more,
        )

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


@cache
def _marks(fields: Any) -> dict[str, Any]:
    try:
        return annotations(fields)
    except (TypeError, NameError):  # a tuple of one's own may say nothing about its fields
        return {}


def request(
    neuron: Neuron | Callable,
    current,
    spikes,
    state,
    p,
    dt,
    record,
    neurons,
    every,
    advance: Advance | None,
    detach_reset,
    noise: Noise | None,
    network,
    history,
    device,
    go_on,
    detach_hold=None,
    steps=None,
    duration=None,
    resume: Recording | None = None,
) -> Request:
    """What a run was asked for. Raises ValueError in words. `detach_hold` is as `detach_reset` unless given."""
    dt = seconds("dt", dt)
    channels = len(getattr(neuron, "channels", ()))
    end = None if resume is None else end_of(resume, neuron, state, history)
    named = {"current": current, **by_channel(spikes, channels)}
    usual = torch.get_default_dtype() if end is None else end.state[0].dtype
    ports, dtype = inputs(named, steps, duration, dt, usual)
    if isinstance(neuron, Neuron) and spikes is not None and neuron.receive is None:
        raise ValueError(f"{neuron.name} has no spike port: give its input as a current")
    fields, kind, p, s = leaves(neuron, p, state if end is None else end.state)
    check_integrator(neuron, advance)
    variables = names(kind, s)
    if not isinstance(noise, Noise | None):
        raise ValueError(f"noise is {what_is(noise)}: give snnlab.engine.Noise(sigma, tau), tau in s")
    recordable = (*variables, "noise") if noise is not None else variables
    record = _recorded(record, recordable, neuron)
    every = whole("every", every, 1, "a whole number of steps, 1 or more")

    like = next(iter(ports.values()))
    device = like.device if device is None else device_of(device)
    changed = sum(x.numel() for x in ports.values() if x.dtype not in (torch.bool, dtype) or x.device != device)
    memory.check(changed * dtype.itemsize, device, f"Inputs in {dtype}")
    ports = {n: x.to(device) if x.dtype == torch.bool else x.to(device, dtype) for n, x in ports.items()}

    named = dict(zip(names(fields, p), p))
    fixed = {n for n, v in named.items() if _is_constant(fields, n, v)}
    numbers = {n: numeric(f"p.{n}", v, dtype, device) for n, v in named.items() if n not in fixed}
    constants = tuple((n, v) for n, v in named.items() if n in fixed)
    owner = "state" if end is None else "resume.state"
    begin = [numeric(f"{owner}.{n}", v, dtype, device) for n, v in zip(variables, s)]
    shapes = {n: x.shape[1:] for n, x in ports.items()}
    shapes |= {f"{owner}.{n}": v.shape for n, v in zip(variables, begin) if isinstance(v, Tensor)}
    shapes |= {f"p.{n}": v.shape for n, v in numbers.items() if isinstance(v, Tensor)}
    if noise is not None:
        noise.check()
        shapes |= {f"noise.{n}": v.shape for n, v in zip(noise._fields, noise) if isinstance(v, Tensor)}
    shape = broadcast(shapes)
    warn_of_time(numbers, ports, shape)
    N = torch.Size(shape).numel()
    if neurons is not None:
        neurons = chosen(neurons, N)

    projections = checked(network, shape, dtype, device)
    if not isinstance(neuron, Neuron) and (projections or noise is not None or len(ports) > 1):
        raise ValueError(
            "a plain step has one input: with two of them, noise or a network give a Neuron, which has ports"
        )
    if history is not None:
        fits = isinstance(history, Tensor) and history.layout == torch.strided and tuple(history.shape[1:]) == shape
        if not projections or not fits:
            sizes = ", ".join(map(str, ("k", *shape)))
            kind = f"of shape {tuple(history.shape)}" if isinstance(history, Tensor) else repr(history)[:60]
            raise ValueError(f"history {kind} does not fit: give the spikes before a network's run, [{sizes}]")
    if end is None or resume is None:
        synapses = beginning(projections, shape, dtype, device)
    else:
        fitting(end, resume, dt, dtype, shape, noise, projections)
        history = end.spikes
        projections, synapses = gone_on(end, projections, dtype, device)
    arrivals = channels or 1
    cell = Cell(
        neuron,
        fields,
        kind,
        tuple(numbers),
        constants,
        tuple(ports),
        noise is not None,
        arrivals if projections else 0,
        advance,
        detach_reset,
        detach_reset if detach_hold is None else detach_hold,
    )
    if not isinstance(neuron, Neuron):
        cell = as_it_is_now(cell, variables, dtype)
    by_name = {f"p.{n}": v for n, v in numbers.items()}
    if noise is not None:
        decay, scale = noise.coefficients(dt, dtype)
        by_name |= {"n.decay": decay.to(device), "n.scale": scale.to(device)}
        memory.check(N * 200, "cpu", f"Noise of {N:,} neurons")  # its numbers, and what they are made from
        if end is not None and end.noise is not None:
            begin.append(end.noise.to(device, dtype))
        else:
            first = noise.begin(N, dtype).to(device).reshape(shape)
            begin.append(first * torch.as_tensor(noise.sigma, dtype=dtype, device=device))
        variables = (*variables, "noise")
    return Request(
        cell,
        variables,
        ports,
        begin,
        by_name,
        dt,
        len(like),
        shape,
        dtype,
        device,
        record,
        neurons,
        every,
        0 if noise is None else noise.seed,
        go_on,
        projections,
        synapses,
        history,
        0 if resume is None else resume.until,
    )


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
