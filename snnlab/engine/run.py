"""Run a neuron over time."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Advance, Neuron, Unrecordable
from snnlab.functional import LIF

from . import again, fused
from .coarse import judged
from .definition import usual_step
from .eager import from_rows, run_eagerly
from .flat import Flat, recorded
from .gradient import Eagerly, differentiate
from .llvm import Unprintable
from .noise import Noise
from .recording import Cancelled, Recording, cut
from .request import Request, check_numbers, request
from .synapses import Projection
from .triton_run import run_triton
from .values import milliseconds, seconds
from .wiring import Wiring

BACKENDS = ("auto", "llvm", "triton", "eager")


def simulate(
    neuron: Neuron | Callable,
    *,
    current: Tensor | None = None,
    spikes: Tensor | tuple[Tensor, ...] | None = None,
    state=None,
    p=None,
    dt: float | None = None,
    record: Sequence[str] = ("v",),
    neurons: Sequence[int] | None = None,
    every: int = 1,
    noise: Noise | None = None,
    network: Tensor | Projection | Sequence[Projection] | None = None,
    history: Tensor | None = None,
    advance: Advance | None = None,
    detach_reset: bool = True,
    device=None,
    backend: str = "auto",
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[float], Any] | None = None,
    steps: int | None = None,
    duration: float | None = None,
    resume: Recording | None = None,
) -> Recording:
    """Run `neuron` over the inputs [T, ...] at its ports; shapes of inputs, state and parameters broadcast.

    Times are in s here, as in `snnlab.functional`: dt, duration, time constants; in ms in the Recording that comes out,
    in `snnlab.models` and `snnlab.analysis`. dt is Norse's 0.001 unless given, of a neuron that has to be run in steps
    below 0.1 ms its own, 0.000025 of HodgkinHuxley.

    `neuron` is a Neuron, a model of `snnlab.models` (its parameters are `p`), or any step `(x, s, p, dt) -> (z, s)` of
    torch over tuples. `current` stands where I stands in the flow, `spikes` land by `receive` (a tuple has those of
    each channel of the neuron): tensors, arrays, or numbers, which hold for so many `steps`, or for a `duration` in s.
    `p` and `state` are tuples, or dictionaries of what differs from the defaults, and from rest, which is where a run
    begins unless told. `record` names what is kept of the state ("all", None for nothing), of the `neurons` given (by
    their number in the flattened population; else of all), at the end of `every` so many steps; `advance` is the
    integrator. `noise` is a current that every neuron has for itself.

    `network` are synapses between the neurons of the last dimension: weights [n, n] from column to row, or Projections
    with delay and plasticity. What arrives enters at the neuron's port. `history` [k, ...] are spikes before the run,
    as those of a Recording, which are still on their way.

    With `resume`, the recording of a run, this one goes on from its end as if there had been none: with its state,
    noise, learnt weights, traces and spikes on their way. All else is given again, of the same shape and dt; the
    gradient of what comes after goes back through the state alone.

    The run has a gradient with respect to inputs, state and parameters that require one; its spikes are floats then,
    and have the surrogate's (under `torch.no_grad` floats as well, so that a script can be evaluated as it was
    trained; else bool, a byte each). The gradient of a state does not pass through the reset's own spike, so that
    without spikes it is the derivative itself; with `detach_reset=False` it does, through the surrogate, as in those of
    Norse's steps that do not detach: then every step near the threshold bends it, whether there is a spike or not.

    `backend` "auto" is one kernel printed from the recorded step, "llvm" on a CPU and "triton" on CUDA, and "eager"
    torch where that cannot be had; `Recording.backend` says which, and why. Numbers are the same, but for the last
    digits of functions like exp. `cancelled` and `progress`, which gets the part that is done, are called now and then
    in long runs, by "eager" at every step; in a network that runs in a kernel of the CPU, `part.so_far()` is the
    recording up to there.

    Raises ValueError without input, for inputs of different length, for unknown names; MemoryError for a run that
    cannot fit; Cancelled when asked to stop; Diverged, with the recording so far, where a state ceases to be finite.
    Warns (CoarseStep) of a dt that is too long for how fast the neuron decays where the run begins.

    >>> from snnlab.functional import LIF
    >>> given = {"current": 1.5, "duration": 0.025, "p": {"tau_mem_inv": 50.0}, "dt": 0.0001}  # tau_mem = 20 ms
    >>> run = simulate(LIF, **given)
    >>> run.spike_times()  # in ms
    array([22.])
    >>> simulate(LIF, **given, resume=run).spike_times()
    array([44.])
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend = {backend!r} is not known: choose one of {', '.join(BACKENDS)}")
    dt, go_on = usual_step(neuron) if dt is None else dt, asking(cancelled, progress)
    short = noise is None and network is None and go_on is None and device is None and backend in ("auto", "llvm")
    short = short and steps is None and duration is None and resume is None
    short = short and not torch._C._are_functorch_transforms_active()
    given = (record, neurons, every, advance, detach_reset)
    if short and (recording := again.run(neuron, current, spikes, state, p, dt, *given)) is not None:
        return recording
    neuron, p = defined(neuron, p, dt)
    more = noise, network, history, device, go_on
    asked = request(neuron, current, spikes, state, p, dt, *given, *more, steps=steps, duration=duration, resume=resume)
    check_numbers(asked)
    pace = judged(asked)
    why, kind = "", asked.device.type
    try:
        if backend == "triton" or (backend == "auto" and kind == "cuda"):
            return run_triton(asked)
        if backend == "llvm" and kind != "cpu":
            raise Unprintable(f"it runs on the CPU, and the inputs are on {kind}")
        if backend != "eager":
            plan, recording = run_fused(asked)
            if short:
                again.remember(plan, asked, pace, neuron, current, spikes, state, p, *given)
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


def defined(neuron: Any, p: Any, dt: float) -> tuple[Any, Any]:
    """A neuron and its parameters, of a model those that it holds, for a step of dt in s."""
    if callable(neuron) or not isinstance(getattr(neuron, "definition", None), Neuron):
        return neuron, p
    if p is not None:
        raise ValueError(f"p is given besides {neuron!r:.40}, which is a model with parameters of its own: set these")
    return neuron.neuron, neuron.p(torch.float64, dt=milliseconds(seconds("dt", dt)))


def asking(cancelled, progress) -> Callable[[float], None] | None:
    """What long runs call now and then with the part that is done."""
    if cancelled is None and progress is None:
        return None

    def go_on(part: float) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(part)

    return go_on


def compiled(asked: Request) -> Recording:
    """The run in one kernel, with gradients of any order: those beyond the first, or of many at a time, by eager torch.

    Raises Unprintable or Unrecordable where there can be no kernel, Diverged.
    """
    eagerly = from_rows(asked) if asked.gradient else None
    if asked.device.type == "cuda":
        return run_triton(asked, eagerly)
    if asked.device.type != "cpu":
        raise Unprintable(f"there are no kernels for {asked.device.type}")
    return run_fused(asked, eagerly)[1]


def planned(asked: Request) -> tuple[fused.Plan, Flat, Wiring]:
    """The plan of a run in one kernel, and what it is given. Raises Unprintable or Unrecordable."""
    flat, wiring = Flat(asked), Wiring(asked)
    network = {"links": wiring.links, "channels": wiring.channels, "delays": wiring.delays}
    setting = flat.setting(**network, past=asked.sent, block=asked.shape[-1] if wiring.links else fused.BLOCK)
    return fused.plan_of(setting), flat, wiring


def run_fused(asked: Request, eagerly: Eagerly | None = None) -> tuple[fused.Plan, Recording]:
    """The run in one kernel on the CPU, and its plan. Raises Unprintable or Unrecordable where there can be none."""
    plan, flat, wiring = planned(asked)
    given = {n: float(v) if isinstance(v, Tensor) else v for n, v in flat.numbers.items()} | wiring.entries
    alive = flat.alive | wiring.alive
    if asked.gradient:
        leaves = flat.leaves | wiring.leaves
        plan.pulling(tuple(leaves))  # an operation whose gradient has no instruction is found before the run
        outcome = differentiate(plan, given, flat.state, asked.go_on, wiring.history, alive, leaves, eagerly)
    else:
        given |= {name: plan.place(x) for name, x in alive.items()}

        def so_far(outcome: fused.Outcome, steps: int) -> Recording:
            return cut(recorded(asked, outcome, plan.setting, "llvm", samples=wiring.samples()), steps)

        outcome = plan.forward(given, flat.state, asked.go_on, wiring.history, so_far)
    samples = wiring.samples() if wiring.sampled else ()
    return plan, recorded(asked, outcome, plan.setting, "llvm", wiring.history, wiring.synapses(), samples)
