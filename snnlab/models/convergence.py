"""Whether a run depends on its step: the same run with half of it, and what moves."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from snnlab.core import what_is
from snnlab.engine import Cancelled, Recording, longest_step

from .families.neurons import NeuronModel, cut
from .presets import PRESETS
from .result import Result
from .settings import INTEGRATORS, step_count

SHARE = 0.01  # of its time by which a spike may move, and of its range by which a voltage may


@dataclass(frozen=True)
class Convergence:
    """What half the step changes. As text it is one plain sentence, as a truth whether the run is converged.

    A run is converged where both have the same spikes and none moves by more than a step, or by more than 1 % of its
    time where that is more (a last one, within 1 % of the end, may leave the run); without a spike, where the voltage
    moves by 1 % of its range at most. Each spike waits for the end of its step, which half of it does not show where it
    ends there too: that is a quarter of dt on average for each, and may add up to no more than a spike may move.
    """

    converged: bool
    dt: float  # ms, of the run that is judged
    spikes: tuple[int, int]  # how many there are with dt, and with half of it
    shift: float | None  # ms, the largest among the spikes that both have; None where there are none
    voltage: float | None  # the largest difference of v, where neither run has a spike
    suggested: float | None  # ms, a dt that is expected to do; None where none is needed or would help
    robust: str | None  # the id of the preset to take instead, where this is one that is bound to its step
    sentence: str

    def __bool__(self) -> bool:
        return self.converged

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class _Held:
    """A stimulus as it is with steps of twice the length: each sample holds for two, a spike comes once."""

    stimulus: Any

    @property
    def source(self) -> Any:
        return self.stimulus.source

    @property
    def begins(self) -> float:
        return self.stimulus.begins

    @property
    def ends(self) -> float:
        return self.stimulus.ends

    def sampler(self):
        sample = self.stimulus.sampler()

        def held(steps: int, dt: float, seed: int = 0) -> dict[str, torch.Tensor]:
            found = {port: cut(x, port, 2) for port, x in sample(max(1, steps // 2), 2 * dt, seed).items()}
            return {port: torch.cat([x, x[-1:]])[:steps] for port, x in found.items()}

        return held


def is_random(stimulus: Any, steps: int, dt: float) -> bool:
    """Whether its samples depend on the seed."""
    one, other = (stimulus.sampler()(steps, dt, seed) for seed in (0, 1))
    return any(not torch.equal(x, other[port]) for port, x in one.items())


def convergence(
    experiment: Any,
    result: Result | None = None,
    dtype=torch.float32,
    cancelled: Callable[[], bool] = lambda: False,
) -> Convergence:
    """Whether half the step gives the same: the run of the first neuron, without noise, with dt and with dt / 2.

    Both have the same integrator. A stimulus is sampled with each step; one that is random keeps its realisation:
    it has the samples of dt, and each holds for two halves (a spike comes in the first). `Convergence` says what
    counts as converged; it is true or false, and as text a sentence. `result` is that of this experiment's `run`,
    where it was made: then its first neuron is taken, and one run is left out.

    Raises Cancelled where `cancelled` says so; ValueError for what is no neuron, and where dt cannot be halved.

    >>> from snnlab.models import LIF, Experiment, Step
    >>> print(Experiment.of(LIF(), Step(amplitude=1.3), {"dt": 0.1}).converged())
    halving dt moves spikes by at most 0.25 ms
    >>> print(Experiment.of(LIF(), Step(amplitude=1.2), {"dt": 0.5}).converged())
    halving dt moves spikes by up to 1 ms: take a smaller dt, 0.25 ms say
    """
    if not isinstance(experiment.model, NeuronModel):
        raise ValueError(
            f"model = {type(experiment.model).__name__} is of the family {experiment.model.family!r}: whether a run is "
            "converged is judged of neurons; compare the runs with dt and with half of it"
        )
    if experiment.model.neuron.imposed is not None:
        raise ValueError(f"{type(experiment.model).__name__} has no potential of its own: compare currents by hand")
    dt = experiment.settings.dt
    fine = with_step(experiment, dt / 2)
    if is_random(experiment.stimulus, step_count(experiment.settings), dt):
        fine = replace(fine, stimulus=_Held(fine.stimulus))
    if result is not None:
        _fits(experiment, result)
    if result is None or not _is_of_one(experiment, result.recording):
        result = with_step(experiment, dt).job(dtype)(cancelled)
    if cancelled():
        raise Cancelled
    return _judged(experiment, result, fine.job(dtype)(cancelled))


def _fits(experiment: Any, result: Any) -> None:
    """Raises ValueError for what cannot be this experiment's result."""
    if not isinstance(result, Result):
        raise ValueError(f"result is {what_is(result)}: give what run() of this experiment gave, or nothing")
    recording, dt = result.recording, experiment.model.dt(experiment.settings)
    if recording.before:
        raise ValueError(
            f"result begins at {recording.begin:g} ms, going on from another: a run is judged from its beginning"
        )
    if not math.isclose(recording.dt, dt, rel_tol=1e-6):
        raise ValueError(f"result has steps of {recording.dt:g} ms, the experiment has {dt:g} ms: give its own result")


def _is_of_one(experiment: Any, recording: Recording) -> bool:
    """Whether the first neuron, without noise, is there at every step."""
    settings = experiment.settings
    noisy = settings.noise > 0 and settings.neurons == 1
    return "v" in recording.variables and recording.every == 1 and not noisy


def with_step(experiment: Any, dt: float) -> Any:
    """The experiment with its first neuron alone, which has no noise, and with another step; all else is shared."""
    run = experiment.settings
    values = {"dt": dt, "neurons": 1, "noise": 0.0, "record": ("v",), "every": 1}
    try:
        settings = type(run)(**run.values() | {name: x for name, x in values.items() if name in run.values()})
    except ValueError as error:
        raise ValueError(f"dt = {run.dt:g} ms cannot be halved: {error}") from error
    return replace(experiment, settings=settings)


def _judged(experiment: Any, coarse: Result, fine: Result) -> Convergence:
    dt, end = experiment.settings.dt, experiment.settings.duration
    times, finer = coarse.recording.spike_times(), fine.recording.spike_times()
    both, counts = min(len(times), len(finer)), (len(times), len(finer))
    moved = np.abs(times[:both] - finer[:both])
    over = float((moved / np.maximum(dt, SHARE * times[:both])).max(initial=0.0))  # of what it may be
    left, edge = np.concatenate([times[both:], finer[both:]]), SHARE * end  # spikes that one of them has alone
    same = len(left) == 0 or (len(left) == 1 and dt <= edge and bool(left[0] > end - edge))
    failure = coarse.failure or fine.failure
    voltage = None
    if failure is None and counts == (0, 0):
        voltage, over = _voltage(experiment, coarse.recording, fine.recording)
    if not same:  # spikes that are compared by their number may be others
        over = max(4.0, min(over, abs(counts[0] - counts[1]) / max(counts) / SHARE))
    shift = float(moved.max()) if both else None
    good = failure is None and same and over <= 1 + 1e-9
    by = "at most" if good else "up to"
    waits = dt / 4 * np.arange(1, both + 1)  # of what is left of a step, those up to half of it cannot be seen
    late = float((waits / np.maximum(dt, SHARE * times[:both])).max(initial=0.0)) if good else 0.0
    if failure is not None:
        half = "with half of dt " if coarse.failure is None else ""
        found = f"{half}{failure.variable} ceases to be finite at {failure.time:.4g} ms"
    elif not same:
        found = f"halving dt changes {counts[0]} spike{'s' * (counts[0] != 1)} into {counts[1]}"
    elif voltage is not None:
        unit = experiment.model.variables()["v"].unit
        apart = f"v by {by} {_up(voltage)}{'' if unit == '1' else f' {unit}'}" if voltage else "nothing"
        found = f"halving dt moves {apart}"
    else:
        found = f"halving dt moves spikes by {by} {_up(shift)} ms" if shift else "halving dt moves no spike"
    if late > 1 + 1e-9:
        good, over = False, 2 * late
        found += f", but each waits for the end of its step, some {_up(float(waits[-1]))} ms in all"
    if good:
        return Convergence(True, dt, counts, shift, voltage, None, None, found)
    if (preset := _bound(experiment)) is not None:
        settings, other = preset.settings, preset.robust
        if other is None:
            return Convergence(False, dt, counts, shift, voltage, None, None, f"{found}: {preset.bound}")
        found += f": this pattern exists only with dt = {settings['dt']:g} ms and {settings['integrator']}; "
        found += f"{other.name!r} shows it with any integrator, up to dt = {other.settings['dt']:g} ms"
        return Convergence(False, dt, counts, shift, voltage, None, other.id, found)
    suggested = _suggested(experiment, coarse.p, over)
    found += f": take a smaller dt, {suggested:g} ms say" if suggested else ": no smaller dt is allowed"
    return Convergence(False, dt, counts, shift, voltage, suggested, None, found)


def _voltage(experiment: Any, coarse: Recording, fine: Recording) -> tuple[float, float]:
    """How far v is apart at the ends of the longer steps, and how much that is of what it may be."""
    v, finer = (one.variables["v"].double().reshape(len(one.spikes), -1)[:, 0] for one in (coarse, fine))
    ends, mark = min(len(v), len(finer) // 2), experiment.model.variables()["v"]
    apart = float((v[:ends] - finer[1::2][:ends]).abs().max())
    return apart, apart / (SHARE * max(float(finer.max() - finer.min()), mark.high - mark.low))


def _suggested(experiment: Any, p: Any, over: float) -> float | None:
    """So many halvings as bring what is moved, which is proportional to dt, to what it may be."""
    run, neuron, initial = experiment.settings, experiment.model.neuron, experiment.initial
    method = INTEGRATORS[run.integrator]
    state = None if initial.at_rest else neuron.state(*initial.values().values())
    spikes = "spikes" in experiment.stimulus.ports
    most = 1000 * method.cuts * longest_step(neuron, p, state, method.advance(neuron), spikes)
    wanted = min(run.dt / 2 ** max(1, math.ceil(math.log2(max(over, 1.0)))), most)
    least = type(run).annotation("dt").allowed[0]
    return float(f"{max(wanted, least):.3g}") if run.dt > least else None


def _bound(experiment: Any) -> Any:
    """The preset that this is, apart from how it is run, where that is bound to its step; else None."""
    for preset in PRESETS.values():
        if not preset.bound or preset.model is not type(experiment.model):
            continue
        if all(path.startswith("run.") for path in experiment.diff(preset.experiment())):
            return preset
    return None


def _up(value: float) -> str:
    """Two digits, rounded up."""
    digit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return f"{float(f'{math.ceil(value / digit - 1e-6) * digit:.2g}'):.10g}"  # 200, not 2e+02
