"""Several populations in one network: each has its kernel, and all go on together by the shortest delay between."""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import Tensor

from snnlab.core import Unrecordable

from .coarse import judged
from .eager import stepped
from .flat import Flat, recorded
from .fused import PACE, SHORT, Begun, Plan
from .llvm import Unprintable
from .populations import Between, requests
from .recording import Diverged, Recording
from .request import Request
from .run import BACKENDS, asking, defined, planned
from .slices import Slices, slices
from .sources import Peer
from .synapses import Projection
from .wiring import Wiring


def simulate_network(
    populations: Mapping[str, Any],
    projections: Between,
    *,
    dt: float | None = None,
    steps: int | None = None,
    duration: float | None = None,
    device=None,
    backend: str = "auto",
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[float], Any] | None = None,
    resume: Mapping[str, Recording] | None = None,
) -> dict[str, Recording]:
    """Run populations of different neurons that send one another spikes: a recording of each, by its name.

    `populations` are `Population(neuron, size, ...)`, and sources: `Poisson`, `SpikeTrains`, or spikes [T, m].
    `projections` have for (from, to) weights [neurons to, neurons from], dense or sparse, a `Projection` with delays,
    release or learning, or several of them. All else is as in `simulate`: dt (the shortest of what its neurons
    take) and duration in s, spikes that arrive at
    the neuron's port, `resume` with what the run before gave.

    Populations are exact in one another's company: a spike acts a step later at the soonest, and a delay of d steps on
    all that leads from one to the other lets them run d steps at a time. A gradient is that of eager torch.

    Raises ValueError, MemoryError, Cancelled, Diverged as `simulate` does.

    >>> from snnlab.engine import Poisson, Population, Projection
    >>> from snnlab.functional import LIF, LIFBox
    >>> cells = {"input": Poisson(20, 100.0), "E": Population(LIF, 8), "I": Population(LIFBox, 2)}
    >>> between = {("input", "E"): torch.ones(8, 20), ("E", "I"): Projection(torch.ones(2, 8), 3)}
    >>> runs = simulate_network(cells, between | {("I", "E"): -torch.ones(8, 2)}, duration=0.1)
    >>> runs["E"].spikes.shape, runs["I"].spikes.shape, runs["I"].backend
    (torch.Size([100, 8]), torch.Size([100, 2]), 'llvm')
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend = {backend!r} is not known: choose one of {', '.join(BACKENDS)}")
    go_on = asking(cancelled, progress)
    asked = requests(populations, projections, dt, steps, duration, device, go_on, resume, defined)
    for one in asked.values():
        judged(one)
    why = ""
    try:
        if backend == "triton":
            raise Unprintable("networks of several populations are not written in Triton")
        if backend != "eager":
            return _in_kernels(asked, go_on)
    except (Unprintable, Unrecordable) as error:
        why = str(error)
    if why and backend != "auto":
        raise ValueError(f"backend = {backend!r} cannot run this: {why}")
    return _eagerly(asked, f"eager ({why})" if why else "eager")


def _sent(asked: Mapping[str, Request]) -> list[tuple[str, int, Projection]]:
    """What goes from one population to another: who receives, the number of the projection there, and itself."""
    return [
        (name, k, link)
        for name, one in asked.items()
        for k, link in enumerate(one.network)
        if isinstance(link.source, Peer)
    ]


def _in_kernels(asked: Mapping[str, Request], go_on: Callable[[float], None] | None) -> dict[str, Recording]:
    """The run, a slice of all populations at a time. Raises Unprintable or Unrecordable."""
    first = next(iter(asked.values()))
    if any(one.gradient for one in asked.values()):
        raise Unprintable("the gradient of a network of several populations is that of eager torch")
    if first.device.type != "cpu":
        raise Unprintable(f"there are no kernels of several populations for {first.device.type}")
    sent = _sent(asked)
    lanes = {name: _begun(one) for name, one in asked.items()}
    for name, k, link in sent:
        place = lanes[name].plan.program.places[f"k{k}.events"]
        lanes[name].begun.table[place] = lanes[link.source.name].begun.spikes.data_ptr()
    running = slices([lane.plan for lane in lanes.values()], [lane.begun.table for lane in lanes.values()])
    neurons = sum(one.N for one in asked.values())
    _advance(running, first.steps, min([link.soonest for *_, link in sent], default=first.steps), neurons, go_on)
    found = {}
    for status, (name, lane) in sorted(zip(map(tuple, running.status), lanes.items()), key=lambda item: item[0]):
        with _named(name):  # the first that failed tells it
            outcome = lane.plan.ended(lane.begun, *status)
            left = lane.history, lane.wiring.synapses(), lane.wiring.samples()
            found[name] = recorded(asked[name], outcome, lane.plan.setting, "llvm", *left)
    return {name: found[name] for name in asked}


class _Lane(NamedTuple):
    """A population in its kernel, under way."""

    plan: Plan
    flat: Flat  # inputs and parameters, which are read where they lie
    wiring: Wiring
    history: Tensor | None
    begun: Begun


def _begun(asked: Request) -> _Lane:
    plan, flat, wiring = planned(asked)
    history = asked.past(plan.history) if plan.history else None
    given = {n: float(v) if isinstance(v, Tensor) else v for n, v in flat.numbers.items()} | wiring.entries
    given |= {n: plan.place(x) for n, x in (flat.alive | wiring.alive).items()}
    return _Lane(plan, flat, wiring, history, plan.begun(given, flat.state, history))


def _advance(running: Slices, steps: int, together: int, neurons: int, go_on: Callable[[float], None] | None) -> None:
    """All of them as far as the last step, or as far as one fails; `go_on` is asked now and then."""
    t, more = 0, max(1, SHORT // 4 // neurons)
    while t < steps and all(status[0] == steps for status in running.status):
        if go_on is not None:
            go_on(t / steps)
        stop, begin = min(t + more, steps), perf_counter()
        running.advance(t, stop, together)
        t, took = stop, perf_counter() - begin
        more = max(1, int(more * min(4.0, PACE / took)))


@contextmanager
def _named(name: str):
    """Says of a population that fails which it is."""
    try:
        yield
    except Diverged as error:
        raise Diverged(f"{name}.{error.variable}", error.neuron, error.step, error.recording) from None


def _eagerly(asked: Mapping[str, Request], backend: str) -> dict[str, Recording]:
    """The run in eager torch, a step of each population at a time."""
    gradient = any(one.gradient for one in asked.values())
    peers = {link.source.name: link.source for *_, link in _sent(asked)}
    runs = {}
    for name, one in asked.items():
        one.gradient, one.bytes = gradient, one.bytes and not gradient
        fired = list[Tensor]()
        if name in peers:
            peers[name].past, peers[name].rows = list(one.past(one.sent).reshape(-1, *one.shape).to(one.dtype)), fired
        runs[name] = stepped(one, backend, fired)
    found: dict[str, Recording] = {}
    with torch.set_grad_enabled(gradient):
        while len(found) < len(runs):
            for name, run in runs.items():
                with _named(name):
                    try:
                        next(run)
                    except StopIteration as end:
                        found[name] = end.value
    return found
