"""Run a neuron over time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Advance, Neuron, Unrecordable
from snnlab.functional import LIF

from . import again, fused
from .eager import run_eagerly
from .llvm import TYPES, Unprintable
from .loops import Port
from .noise import Noise
from .recording import Cancelled, Diverged, Recording, cut
from .request import Request, request
from .synapses import Projection
from .wiring import Wiring

BACKENDS = ("auto", "llvm", "triton", "eager")


def simulate(
    neuron: Neuron | Callable,
    *,
    current: Tensor | None = None,
    spikes: Tensor | None = None,
    state=None,
    p=None,
    dt: float = 0.001,
    record: Sequence[str] = ("v",),
    neurons: Sequence[int] | None = None,
    every: int = 1,
    noise: Noise | None = None,
    network: Tensor | Projection | Sequence[Projection] | None = None,
    history: Tensor | None = None,
    advance: Advance | None = None,
    detach_reset: bool = False,
    device=None,
    backend: str = "auto",
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[float], Any] | None = None,
) -> Recording:
    """Run `neuron` over the inputs [T, ...] at its ports; shapes of inputs, state and parameters broadcast.

    `neuron` is a Neuron, or any step `(x, s, p, dt) -> (z, s)` of torch over tuples. `current` stands where I stands in
    the flow, `spikes` land by `receive`; dt in s; `state` is the neuron's rest unless given; `record` names what is
    kept of it, of the `neurons` given (by their number in the flattened population; else of all), at the end of `every`
    so many steps; `advance` is the integrator. `noise` is a current that every neuron has for itself.

    `network` are synapses between the neurons of the last dimension: weights [n, n] from column to row, or Projections
    with delay and plasticity. What arrives enters at the neuron's port. `history` [k, ...] are spikes before the run,
    as those of a Recording, which are still on their way.

    The run has a gradient with respect to inputs, state and parameters that require one, through the surrogate; its
    spikes are floats then.

    `backend` "auto" is one kernel printed from the recorded step, "llvm" on a CPU and "triton" on CUDA, and "eager"
    torch where that cannot be had; `Recording.backend` says which, and why. Numbers are the same, but for the last
    digits of functions like exp. `cancelled` and `progress`, which gets the part that is done, are called now and then
    in long runs, by "eager" at every step.

    Raises ValueError without input, for inputs of different length, for unknown names; MemoryError for a run that
    cannot fit; Cancelled when asked to stop; Diverged, with the recording so far, where a state ceases to be finite.

    >>> import torch
    >>> from snnlab.functional import LIF
    >>> simulate(LIF, current=torch.full((100,), 1.5), dt=0.0001).spikes.any().item()  # the first is at 11 ms
    False
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend = {backend!r} is not known: choose one of {', '.join(BACKENDS)}")
    asking = _asking(cancelled, progress)
    short = noise is None and network is None and asking is None and device is None and backend in ("auto", "llvm")
    given = (record, neurons, every, advance, detach_reset)
    if short and (recording := again.run(neuron, current, spikes, state, p, dt, *given)) is not None:
        return recording
    asked = request(neuron, current, spikes, state, p, dt, *given, noise, network, history, device, asking)
    why, kind = "", asked.device.type
    if backend in ("auto", "llvm") and kind == "cpu":
        try:
            plan, recording = run_fused(asked)
            if short:
                again.remember(plan, asked, neuron, current, spikes, state, p, *given)
            return recording
        except (Unprintable, Unrecordable) as error:
            why = str(error)
    if why and backend != "auto":
        raise ValueError(f"backend = {backend!r} cannot run this: {why}")
    return run_eagerly(asked, why)


def prepare() -> None:
    """Import and compile what the first runs need, so that nobody waits for it: for servers, at their start."""
    current = torch.zeros(2, 1, requires_grad=True)
    simulate(LIF, current=current).variables["v"].sum().backward()


def _asking(cancelled, progress) -> Callable[[float], None] | None:
    """What long runs call now and then with the part that is done."""
    if cancelled is None and progress is None:
        return None

    def go_on(part: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(part)

    return go_on


def run_fused(asked: Request) -> tuple[fused.Plan, Recording]:
    """The run in one kernel on the CPU, and its plan. Raises Unprintable or Unrecordable where there can be none."""
    T, N = asked.steps, asked.N
    leaves: dict[str, Tensor] = {}  # what may want a gradient, in the shape that the kernel has it

    def wants(value) -> bool:
        return asked.gradient and isinstance(value, Tensor) and value.requires_grad

    ports, strides, alive = [], [], list[Tensor]()
    places: dict[str, Any] = {}
    for name, x in asked.ports.items():
        x = _rows(x, T, asked.shape, wants(x))
        if wants(x):
            leaves[name] = x
        shared = N > 1 and (x.shape[1] == 1 or x.stride(1) == 0)
        ports.append(Port(name, "i8" if x.dtype == torch.bool else TYPES[x.dtype], shared))
        strides.append(x.stride(0) if T > 1 else 0)
        places[name] = x.data_ptr()
        alive.append(x)
    wide = []
    for name, value in asked.numbers.items():
        if not isinstance(value, Tensor) or value.numel() == 1:
            places[name] = float(value.detach()) if isinstance(value, Tensor) else value
            if wants(value):
                leaves[name] = value.reshape(1)
            continue
        value = value.expand(asked.shape).reshape(N).contiguous()
        wide.append(name)
        places[name] = value.data_ptr()
        alive.append(value)
        if wants(value):
            leaves[name] = value
    wiring = Wiring(asked)
    places |= wiring.entries
    leaves |= wiring.leaves
    places["seed"] = asked.seed
    places["dt"] = asked.dt
    state = []
    for name, value in zip(asked.names, asked.state):
        if isinstance(value, Tensor):
            whole = value.expand(asked.shape).reshape(N)
            if wants(value):
                leaves[f"s.{name}"] = whole
            value = value.item() if value.numel() == 1 else whole.detach().numpy()
        state.append(value)

    record = tuple(dict.fromkeys(asked.record))
    whole = asked.neurons is None and asked.every == 1
    ids = () if whole else tuple(sorted(set(range(N) if asked.neurons is None else asked.neurons)))
    setting = fused.Setting(
        asked.cell, asked.names, asked.dtype, T, N, tuple(ports), tuple(strides), tuple(wide),
        record if whole else (), () if whole else record, ids, asked.every, asked.gradient,
        wiring.links, wiring.channels, wiring.delays, asked.shape[-1] if wiring.links else fused.BLOCK,
    )  # fmt: skip
    plan = fused.plan_of(setting)
    if asked.gradient:
        outcome = fused.differentiate(plan, places, state, asked.go_on, wiring.history, [*alive, *wiring.alive], leaves)
    else:
        outcome = plan.forward(places, state, asked.go_on, wiring.history)
    variables = outcome.kept
    if not whole:
        variables = outcome.picked
        if asked.neurons is not None and tuple(asked.neurons) != ids:
            order = torch.tensor([ids.index(k) for k in asked.neurons])
            variables = {name: values[:, order] for name, values in variables.items()}
    recording = asked.recording(variables, outcome.spikes, "llvm", last=lambda: asked.built(outcome.state))
    if wiring.learning:
        recording = replace(recording, weights=wiring.learnt())
    if outcome.failure is not None:
        step, neuron, variable = outcome.failure
        raise Diverged(variable, neuron, step, cut(recording, step))
    return plan, recording


def _rows(x: Tensor, T: int, shape: tuple[int, ...], gradient: bool) -> Tensor:
    """An input as [T, N] with neurons side by side, or as [T, 1] where one number is for all neurons."""
    N = torch.Size(shape).numel()
    if x.numel() == T and not gradient:
        return x.reshape(T, 1)
    if tuple(x.shape[1:]) != shape:
        x = x.reshape(T, *[1] * (len(shape) - x.ndim + 1), *x.shape[1:]).expand(T, *shape)
    x = x.reshape(T, N)
    return x if N == 1 or x.stride(1) in (0, 1) else x.contiguous()
