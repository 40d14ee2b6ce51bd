"""Networks of several populations, each of its own neuron, and of sources: what each is told, checked."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Advance, what_is

from .definition import usual_step
from .inputs import tensor
from .noise import Noise
from .recording import Recording
from .request import Request, check_numbers, request
from .sources import Drawn, Given, Peer, source
from .synapses import Projection
from .values import device as device_of
from .values import seconds, whole


class Population(NamedTuple):
    """`size` neurons of one kind in a network of several: what `simulate` would be told of them.

    Inputs [T, ..., size] broadcast, as parameters and state do; dimensions in front are networks side by side, the same
    for all populations.
    """

    neuron: Any
    size: int
    p: Any = None
    state: Any = None
    current: Any = None
    spikes: Any = None
    noise: Noise | None = None
    record: Sequence[str] | str | None = ("v",)
    neurons: Sequence[int] | None = None
    every: int = 1
    advance: Advance | None = None


Between = Mapping[tuple[str, str], Any]


def requests(
    populations: Mapping[str, Any], projections: Between, dt: float | None, steps: Any, duration: Any, device: Any,
    go_on: Callable[[float], None] | None, resume: Mapping[str, Recording] | None, defined: Callable[..., Any],
) -> dict[str, Request]:  # fmt: skip
    """What each population was asked for, by its name. Raises ValueError that names what does not fit."""
    neurons = {name: _checked(name, one) for name, one in populations.items() if isinstance(one, Population)}
    if not neurons:
        raise ValueError("populations: there are no neurons: give a Population(neuron, size)")
    dt = seconds("dt", min(usual_step(one.neuron) for one in neurons.values()) if dt is None else dt)
    where = _device(neurons) if device is None else device_of(device)
    others = {n: source(f"populations[{n!r}]", x, dt, where) for n, x in populations.items() if n not in neurons}
    senders = others | {name: Peer(one.size, name) for name, one in neurons.items()}
    networks = _by_receiver(projections, neurons, senders)
    count = _steps(neurons, dt, steps, duration)
    if resume is not None and (not isinstance(resume, Mapping) or set(resume) != set(neurons)):
        raise ValueError(f"resume is {what_is(resume)}: give what the run before gave, of {', '.join(neurons)}")
    dtype, found = _dtype(neurons, resume), dict[str, Request]()
    for name, one in neurons.items():
        links = networks[name]
        neuron, p = defined(one.neuron, one.p, dt)
        current, spikes = _inputs(name, one, count, dtype)
        network = [projection for _, projection in links] or None
        before = None if resume is None else resume[name]
        try:
            asked = request(
                neuron, current, spikes, one.state, p, dt, one.record, one.neurons, one.every, one.advance, True,
                one.noise, network, None, where, go_on, steps=count, resume=before,
            )  # fmt: skip
            check_numbers(asked)
        except ValueError as error:
            raise ValueError(_in_words(name, str(error), [pair for pair, _ in links])) from None
        if asked.shape[-1:] != (one.size,):
            raise ValueError(f"populations[{name!r}] is of size {one.size}, what it is given of shape {asked.shape}")
        found[name] = asked
    _alike(found)
    _remember(found)
    return found


def _remember(found: Mapping[str, Request]) -> None:
    """Tells each population of how many steps before the run its spikes are still on their way to others."""
    for one in found.values():
        for link in one.network:
            if isinstance(link.source, Peer):
                sender = found[link.source.name]
                sender.sent, link.source.before = max(sender.sent, link.longest), sender.before
    for name, one in found.items():
        if one.history is not None and (known := len(one.history)) < one.sent:
            raise ValueError(
                f"resume: spikes of the last {known} steps of {name!r} are known: a delay of {one.sent} needs more"
            )


def _checked(name: str, one: Population) -> Population:
    if not isinstance(name, str):
        raise ValueError(f"populations: the name {name!r} is {what_is(name)}: give text")
    return one._replace(size=whole(f"populations[{name!r}].size", one.size, 1, "a number of neurons, 1 or more"))


def _by_receiver(
    projections: Between, neurons: Mapping[str, Population], senders: Mapping[str, Drawn | Given | Peer]
) -> dict[str, list[tuple[tuple[str, str], Projection]]]:
    """The projections into each population, each with who sends."""
    found: dict[str, list[tuple[tuple[str, str], Projection]]] = {name: [] for name in neurons}
    if not isinstance(projections, Mapping):
        raise ValueError(f"projections are {what_is(projections)}: give {{(from, to): weights or Projection}}")
    for pair, given in projections.items():
        known = isinstance(pair, tuple) and len(pair) == 2 and pair[0] in senders and pair[1] in neurons
        if not known:
            raise ValueError(
                f"projections[{pair!r}] is not known: give (from, to), from one of {', '.join(senders)} to one of "
                f"{', '.join(neurons)}"
            )
        sender = None if pair[0] == pair[1] else senders[pair[0]]
        several = given if isinstance(given, list | tuple) and not isinstance(given, Projection) else (given,)
        for one in several:
            one = one if isinstance(one, Projection) else Projection(one)
            if one.source is not None:
                raise ValueError(f"projections[{pair!r}].source is given: who sends is {pair[0]!r} already")
            found[pair[1]].append((pair, one._replace(source=sender)))
    return found


def _in_words(name: str, words: str, pairs: list[tuple[str, str]]) -> str:
    """What does not fit, with the names that it has here."""

    def called(match: re.Match) -> str:
        pair = pairs[int(match[2] or 0)]
        return f"projections[{pair[0]!r}, {pair[1]!r}]"

    found = re.sub(r"\bnetwork(\[(\d+)\])?(?=[. ])", called, words) if pairs else words
    return f"{name}: {found}"


def _ports(given: Any) -> tuple:
    """Inputs of several channels, or the one that there is."""
    return given if isinstance(given, tuple) else (given,)


def _steps(neurons: Mapping[str, Population], dt: float, steps: Any, duration: Any) -> int:
    """How many steps there are, as it is told or as inputs have it."""
    lengths = {}
    if steps is not None:
        lengths["steps"] = whole("steps", steps, 1, "a whole number of steps, 1 or more")
    if duration is not None:
        lengths["duration"] = max(1, round(seconds("duration", duration) / dt))
    for name, one in neurons.items():
        for port in ("current", "spikes"):
            for x in _ports(getattr(one, port)):
                if isinstance(x, Tensor | np.ndarray) and x.ndim:
                    lengths[f"populations[{name!r}].{port}"] = len(x)
    if not lengths:
        raise ValueError("give steps, a duration in s, or an input [T, ...]: nothing says how long the run is")
    if len(set(lengths.values())) > 1:
        raise ValueError(f"{', '.join(f'{n} has {k:,} steps' for n, k in lengths.items())}: give as many of each")
    return next(iter(lengths.values()))


def _device(neurons: Mapping[str, Population]) -> torch.device:
    """Where the first input lies that is a tensor."""
    given = (x for one in neurons.values() for x in (one.current, *_ports(one.spikes)) if isinstance(x, Tensor))
    return next((x.device for x in given), torch.device("cpu"))


def _dtype(neurons: Mapping[str, Population], resume: Mapping[str, Recording] | None) -> torch.dtype:
    """The dtype of the inputs of all; where none has one, that of the run before, or torch's own."""
    given = [x for one in neurons.values() for x in (one.current, *_ports(one.spikes))]
    real = [torch.as_tensor(x).dtype for x in given if isinstance(x, Tensor | np.ndarray)]
    real = [dtype for dtype in real if dtype.is_floating_point]
    if real:
        return reduce(torch.promote_types, real)
    ends = [one.end for one in (resume or {}).values() if isinstance(one, Recording)]
    return next((end.state[0].dtype for end in ends if end is not None), torch.get_default_dtype())


def _inputs(name: str, one: Population, count: int, dtype: torch.dtype) -> tuple[Any, Any]:
    """Its current, of each neuron, so that there are as many as there should be, and its spikes."""
    x = tensor(f"populations[{name!r}].current", 0.0 if one.current is None else one.current).to(dtype)
    x = x.expand(count) if x.ndim == 0 else x
    x = x[:, None] if x.ndim == 1 else x
    if x.shape[-1] not in (1, one.size):
        raise ValueError(
            f"populations[{name!r}].current of shape {tuple(x.shape)} does not fit: give [T, ..., {one.size}]"
        )
    return x.expand(*x.shape[:-1], one.size), one.spikes


def _alike(found: Mapping[str, Request]) -> None:
    """Raises ValueError for populations that cannot be side by side in one network."""
    for what, of in (
        ("dimensions in front", lambda asked: asked.shape[:-1]),
        ("dtype", lambda asked: asked.dtype),
        ("device", lambda asked: asked.device),
        ("steps before", lambda asked: asked.before),
    ):
        values = {name: of(asked) for name, asked in found.items()}
        if len(set(values.values())) > 1:
            each = ", ".join(f"{value} of {name!r}" for name, value in values.items())
            raise ValueError(f"populations differ in {what}: {each}; give the same")
