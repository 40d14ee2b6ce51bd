"""What a run was asked for, checked: inputs of one length and dtype, parameters and state by name, one shape."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Advance, Nest, Neuron, Quantity, annotations

from . import memory
from .noise import Noise
from .recording import Recording, state_of
from .synapses import Projection, checked
from .trace import Cell, as_it_is_now, names
from .values import chosen, milliseconds, numeric, seconds, sequence, whole


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
    history: Tensor | None = None  # [k, ...] spikes before the run
    gradient: bool = field(init=False)

    def __post_init__(self) -> None:
        weights = (one.weights for one in self.network)
        values = (*self.ports.values(), *self.state, *self.numbers.values(), *weights)
        self.gradient = torch.is_grad_enabled() and any(isinstance(v, Tensor) and v.requires_grad for v in values)

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
        return Recording(
            {n: v.reshape(len(v), *self.shape) if whole else v for n, v in variables.items()},
            spikes.reshape(len(spikes), *self.shape),
            milliseconds(self.dt),
            backend,
            every=self.every,
            neurons=self.neurons,
            **more,
        )

    def last(self, state: Sequence[Tensor] | Tensor) -> Callable[[], Any]:
        """Makes the state tuple of a population, without its noise."""
        return partial(state_of, self.cell.state, self.shape, state[: len(self.names) - self.cell.noise])


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


@cache
def nest(fields: Any) -> Nest:
    return Nest(fields)


def leaves(neuron: Neuron | Callable, p, state) -> tuple[Any, Any, tuple, tuple]:
    """(parameter class, state class, parameters, state), flat also where people hold tuples of tuples."""
    if not isinstance(neuron, Neuron):
        if not callable(neuron):
            raise ValueError(
                f"neuron = {neuron!r:.60} is not allowed: give a Neuron, or a step (x, s, p, dt) -> (z, s)"
            )
        if not isinstance(p, tuple | None) or not isinstance(state, tuple | None):
            raise ValueError("a plain step has tuples of parameters and of state")
        if p is None or state is None:
            raise ValueError("a plain step has no parameters and no rest of its own: give p and state")
        return type(p), type(state), tuple(p), tuple(state)
    p = _flat(neuron, 0, neuron.parameters, p)
    rest = neuron.rest(neuron.parameters(*p)) if state is None else _flat(neuron, 1, neuron.state, state)
    return neuron.parameters, neuron.state, tuple(p), tuple(rest)


def _flat(neuron: Neuron, which: int, own: Any, value) -> tuple:
    argument = ("p", "state")[which]
    if value is None:
        complete = len(own._field_defaults) == len(own._fields)
        if not complete:
            raise ValueError(f"{neuron.name} needs parameters: give p = {own.__name__}(...)")
        return own()
    if neuron.nested and getattr(value, "_fields", None) == neuron.nested[which]._fields:
        return nest(neuron.nested[which]).leaves(value, argument)
    return nest(own).leaves(value, argument)


def inputs(current, spikes) -> dict[str, Tensor]:
    """The ports that are there; spikes may be one tensor for each channel."""
    several = {f"spikes.{c}": x for c, x in enumerate(spikes)} if isinstance(spikes, tuple) else {"spikes": spikes}
    given = {name: x for name, x in {"current": current, **several}.items() if x is not None}
    if not given:
        raise ValueError("give a current [T, ...], spikes [T, ...], or both")
    for name, x in given.items():
        if not isinstance(x, Tensor) or x.layout != torch.strided or x.is_complex() or x.is_quantized or x.is_meta:
            kind = f"{x.dtype} {x.layout} tensor" if isinstance(x, Tensor) else type(x).__name__
            raise ValueError(f"{name} is a {kind}, which is not allowed: give a dense tensor of real numbers [T, ...]")
        if not x.ndim:
            raise ValueError(f"{name} has no dimension: give [T, ...], one number or more for each step")
    if len({len(x) for x in given.values()}) > 1:
        (one, first), (other, second) = list(given.items())[:2]
        raise ValueError(f"{one} has {len(first)} steps and {other} have {len(second)}: give as many of each")
    if not len(next(iter(given.values()))):
        raise ValueError("the input has no steps: give at least one")
    return given


def broadcast(named: dict[str, Any]) -> tuple[int, ...]:
    """The shape of all together. Raises ValueError that names the first that does not fit."""
    shape: tuple[int, ...] = ()
    for name, value in named.items():
        if value == shape or not value:
            continue
        # by hand: torch's function for this takes longer than a short run
        whole = tuple(b if a == 1 else a if b in (1, a) else -1 for a, b in _beside(shape, tuple(value)))
        if -1 in whole:
            raise ValueError(f"{name} of shape {tuple(value)} does not broadcast with {shape}")
        shape = whole
    return shape


def _beside(a: tuple[int, ...], b: tuple[int, ...]):
    """Sizes of two shapes side by side, the shorter filled up with ones."""
    most = max(len(a), len(b))
    return zip((1,) * (most - len(a)) + a, (1,) * (most - len(b)) + b)


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
) -> Request:
    """What a run was asked for. Raises ValueError in words. `detach_hold` is as `detach_reset` unless given."""
    ports = inputs(current, spikes)
    if isinstance(neuron, Neuron) and spikes is not None and neuron.receive is None:
        raise ValueError(f"{neuron.name} has no spike port: give its input as a current")
    channels = len(getattr(neuron, "channels", ()))
    if isinstance(spikes, tuple) and len(spikes) != channels:
        several = f", or one for each of the {channels} channels" if channels else ""
        raise ValueError(f"spikes of {len(spikes)} channels do not fit: give one tensor{several}")
    dt = seconds("dt", dt)
    fields, kind, p, s = leaves(neuron, p, state)
    variables = names(kind, s)
    record = (record,) if isinstance(record, str) else sequence("record", record, "names of variables")
    recordable = (*variables, "noise") if noise is not None else variables
    if unknown := [name for name in record if name not in recordable]:
        called = neuron.name if isinstance(neuron, Neuron) else "the state"
        raise ValueError(f"record = {sorted(unknown)} is not known: {called} has {', '.join(recordable)}")
    every = whole("every", every, 1, "a whole number of steps, 1 or more")

    like = next(iter(ports.values()))
    device = like.device if device is None else torch.device(device)
    dtype = next((x.dtype for x in ports.values() if x.is_floating_point()), torch.get_default_dtype())
    for x in ports.values():
        dtype = torch.promote_types(dtype, x.dtype) if x.is_floating_point() else dtype
    changed = sum(x.numel() for x in ports.values() if x.dtype not in (torch.bool, dtype) or x.device != device)
    memory.check(changed * dtype.itemsize, device, f"Inputs in {dtype}")
    ports = {n: x.to(device) if x.dtype == torch.bool else x.to(device, dtype) for n, x in ports.items()}

    named = dict(zip(names(fields, p), p))
    fixed = {n for n, v in named.items() if _is_constant(fields, n, v)}
    numbers = {n: numeric(f"p.{n}", v, dtype, device) for n, v in named.items() if n not in fixed}
    constants = tuple((n, v) for n, v in named.items() if n in fixed)
    begin = [numeric(f"state.{n}", v, dtype, device) for n, v in zip(variables, s)]
    shapes = {n: x.shape[1:] for n, x in ports.items()}
    shapes |= {f"state.{n}": v.shape for n, v in zip(variables, begin) if isinstance(v, Tensor)}
    shapes |= {f"p.{n}": v.shape for n, v in numbers.items() if isinstance(v, Tensor)}
    if noise is not None:
        noise.check()
        shapes |= {f"noise.{n}": v.shape for n, v in zip(noise._fields, noise) if isinstance(v, Tensor)}
    shape = broadcast(shapes)
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
        first = noise.begin(N, dtype).to(device).reshape(shape)
        begin.append(first * torch.as_tensor(noise.sigma, dtype=dtype, device=device))
        variables = (*variables, "noise")
    seed = 0 if noise is None else noise.seed
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
        seed,
        go_on,
        projections,
        history,
    )
