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
from .flat import recorded
from .fused import PACE, SHORT, Begun, Plan
from .llvm import Unprintable
from .populations import Between, requests
from .recording import Diverged, Recording
from .request import Request
from .run import BACKENDS, asking, defined, planned
from .sources import Peer
from .synapses import Projection
from .wiring import Wiring


def simulate_network(
    populations: Mapping[str, Any],
    projections: Between,
    *,
    dt: float = 0.001,
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
    release or learning, or several of them. All else is as in `simulate`: dt and duration in s, spikes that arrive at
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


class _Lane(NamedTuple):
    """A population in its kernel, under way."""

    asked: Request
    plan: Plan
    wiring: Wiring
    history: Tensor | None
    begun: Begun
    status: Any
    call: Callable[[int, int, int, int], None]


def _in_kernels(asked: Mapping[str, Request], go_on: Callable[[float], None] | None) -> dict[str, Recording]:
    """The run, a slice of all populations at a time. Raises Unprintable or Unrecordable."""
    first = next(iter(asked.values()))
    if any(one.gradient for one in asked.values()):
        raise Unprintable("the gradient of a network of several populations is that of eager torch")
    if first.device.type != "cpu":
        raise Unprintable(f"there are no kernels of several populations for {first.device.type}")
    sent = _sent(asked)
    ready = {name: planned(one) for name, one in asked.items()}
    begun, histories, given = {}, {}, {}
    for name, (plan, flat, wiring) in ready.items():
        histories[name] = asked[name].past(plan.history) if plan.history else None
        numbers = {n: float(v) if isinstance(v, Tensor) else v for n, v in flat.numbers.items()} | wiring.entries
        given[name] = numbers | {n: plan.place(x) for n, x in (flat.alive | wiring.alive).items()}
        begun[name] = plan.begun(given[name], flat.state, histories[name])
    for name, k, link in sent:
        begun[name].table[ready[name][0].program.places[f"k{k}.events"]] = begun[link.source.name].spikes.data_ptr()
    lanes = {
        name: _Lane(asked[name], plan, wiring, histories[name], begun[name], *plan.calling(begun[name].table))
        for name, (plan, _, wiring) in ready.items()
    }
    neurons = sum(one.N for one in asked.values())
    together = min([link.soonest for *_, link in sent], default=max(1, SHORT // 4 // neurons))
    _advance(list(lanes.values()), first.steps, together, go_on)
    found = {}
    for name in sorted(lanes, key=lambda name: lanes[name].status[0]):  # the first that failed tells it
        with _named(name):
            found[name] = _recording(lanes[name])
    return {name: found[name] for name in asked}


@contextmanager
def _named(name: str):
    """Says of a population that fails which it is."""
    try:
        yield
    except Diverged as error:
        raise Diverged(f"{name}.{error.variable}", error.neuron, error.step, error.recording) from None


def _advance(lanes: list[_Lane], steps: int, together: int, go_on: Callable[[float], None] | None) -> None:
    """All of them as far as the last step, or as far as one fails; `go_on` is asked now and then."""
    t, asked = 0, 0.0
    while t < steps and all(lane.status[0] == steps for lane in lanes):
        if go_on is not None and (now := perf_counter()) - asked > PACE:
            go_on(t / steps)
            asked = now
        stop = min(t + together, steps)
        for lane in lanes:
            lane.call(0, lane.asked.N, t, stop)
        t = stop


def _recording(lane: _Lane) -> Recording:
    outcome = lane.plan.ended(lane.begun, lane.status[0], lane.status[1])
    return recorded(lane.asked, outcome, lane.plan.setting, "llvm", lane.history, lane.wiring.synapses())


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
