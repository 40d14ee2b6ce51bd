"""The short way to a kernel that has run before: what a slider changes is numbers, so only numbers are looked at."""

from collections import OrderedDict
from functools import partial
from threading import Lock
from typing import Any, NamedTuple

import torch
from torch import Tensor

from snnlab.core import Neuron

from .coarse import TOO_MUCH, Pace
from .crossings import Crossing
from .ends import ended
from .fused import Plan
from .gradient import differentiate
from .recording import Recording
from .request import Request
from .trace import names
from .values import milliseconds

_MOST = 64


class _Known(NamedTuple):
    plan: Plan
    port: str
    numbers: tuple[tuple[int, str], ...]  # place in the parameter tuple, name in the kernel
    constants: tuple[tuple[int, Any], ...]
    state: Any  # its class
    shape: tuple[int, ...]
    pace: Pace | None


_known: OrderedDict[tuple, _Known] = OrderedDict()
_lock = Lock()


def key_of(neuron, current, spikes, state, p, record, neurons, every, advance, detach_reset) -> tuple | None:
    """What must be equal for the short way, besides scalar numbers; None where there is no such way."""
    x = spikes if current is None else current
    if not isinstance(neuron, Neuron):
        return None  # a plain step may have changed
    if (current is None) == (spikes is None) or not isinstance(x, Tensor) or state is None or p is None:
        return None
    if x.device.type != "cpu" or x.dtype not in (torch.float32, torch.float64):
        return None
    strides = x.stride()
    wants = x.requires_grad and torch.is_grad_enabled()
    key = (neuron, type(p), type(state), current is None, x.shape, strides, x.dtype, wants, record, neurons, every)
    return *key, advance, detach_reset


def run(neuron, current, spikes, state, p, dt, record, neurons, every, advance, detach_reset) -> Recording | None:
    """The run, where one with the same key was made before and all parameters are plain numbers."""
    key = key_of(neuron, current, spikes, state, p, record, neurons, every, advance, detach_reset)
    try:
        known = _known.get(key) if key else None
    except TypeError:  # something that cannot be a key, as a list of neurons
        return None
    if known is None or not (isinstance(dt, float) and 0 < dt < float("inf")):
        return None
    given: dict[str, Any] = {"dt": dt}
    for place, name in known.numbers:
        if (number := plain(p[place])) is None or number != number:
            return None  # the long way says what is wrong with nan
        given[name] = number
    for place, constant in known.constants:
        if p[place] != constant:
            return None
    begin: list[Any] = [value if type(value) is float else plain(value) for value in state]
    if None in begin:
        return None
    if (pace := known.pace) is not None and pace.share is not None and dt * pace.share(begin, given) > TOO_MUCH:
        pace.warn(dt, begin, given)
    x = spikes if current is None else current
    if known.plan.setting.gradient:
        whole = x.reshape(len(x), -1)
        outcome = differentiate(known.plan, given, begin, None, None, {known.port: whole.detach()}, {known.port: whole})
    else:
        given[known.port] = x.data_ptr()
        outcome = known.plan.forward(given, begin, None)
    if outcome.failure is not None:
        return None  # told by the long way
    shape, states = known.shape, outcome.state
    variables, fired = outcome.kept or outcome.picked, outcome.spikes
    if len(shape) != 1:
        fired = fired.reshape(len(fired), *shape)
        if outcome.kept:
            variables = {name: values.reshape(len(values), *shape) for name, values in variables.items()}
    if not torch.is_grad_enabled():
        fired = fired.to(x.dtype)
    chosen = None if neurons is None else known.plan.setting.ids
    last = partial(ended, neuron.name, known.state, shape, states)
    crossing = Crossing(neuron, p) if neuron.crosses else None
    return Recording(variables, fired, milliseconds(dt), "llvm", last, every, chosen, crossing=crossing)


def plain(value: Any) -> float | None:
    """A number as such; None for a tensor of several, or one that wants a gradient."""
    if isinstance(value, Tensor):
        if value.ndim or (value.requires_grad and torch.is_grad_enabled()):
            return None
        return value.detach().item() if value.requires_grad else value.item()
    return value if isinstance(value, float | int) else None


def remember(
    plan: Plan,
    asked: Request,
    pace: Pace | None,
    neuron,
    current,
    spikes,
    state,
    p,
    record,
    neurons,
    every,
    advance,
    detach,
):
    """So that the next run like this one takes the short way."""
    key = key_of(neuron, current, spikes, state, p, record, neurons, every, advance, detach)
    if key is None or type(p) is not asked.cell.fields or type(state) is not asked.cell.state or plan.setting.wide:
        return
    x = spikes if current is None else current
    if asked.gradient and not x.requires_grad:
        return
    sorted_ids = asked.neurons is None or tuple(asked.neurons) == plan.setting.ids
    if tuple(x.shape[1:]) != asked.shape or x.dtype != asked.dtype or not x.is_contiguous() or not sorted_ids:
        return
    numbers = tuple((k, f"p.{f}") for k, f in enumerate(names(type(p), p)) if f in asked.cell.numbers)
    constants = tuple((k, p[k]) for k, f in enumerate(names(type(p), p)) if f not in asked.cell.numbers)
    known = _Known(plan, next(iter(asked.ports)), numbers, constants, asked.cell.state, asked.shape, pace)
    try:
        hash(key)
    except TypeError:
        return
    with _lock:
        _known[key] = known
        while len(_known) > _MOST:
            _known.popitem(last=False)
