"""Whether a run depends on its step: the same run with half of it, and what moves."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from snnlab.engine import longest_step

from .neurons import NeuronModel, cut
from .run import INTEGRATORS, Result, step_count

SHARE = 0.01  # of its time by which a spike may move, and of its range by which a voltage may


@dataclass(frozen=True)
class Convergence:
    """What half the step changes. As text it is one plain sentence, as a truth whether the run is converged.

    A run is converged where both have the same spikes and none moves by more than a step, or by more than 1 % of its
    time where that is more (a last one, within 1 % of the end, may leave the run); without a spike, where the voltage
    moves by 1 % of its range at most.
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


def convergence(experiment: Any, result: Result | None = None, dtype=torch.float32) -> Convergence:
    """What half the step changes in the experiment's first neuron: see `Experiment.converged`."""
    if not isinstance(experiment.model, NeuronModel):
        raise ValueError(
            f"model = {type(experiment.model).__name__} is of the family {experiment.model.family!r}: whether a run is "
            "converged is judged of neurons; compare the runs with dt and with half of it"
        )
    dt = experiment.settings.dt
    fine = with_step(experiment, dt / 2)
    if is_random(experiment.stimulus, step_count(experiment.settings), dt):
        fine = replace(fine, stimulus=_Held(fine.stimulus))
    before = with_step(experiment, dt).job(dtype)() if result is None else result
    return _judged(experiment, before, fine.job(dtype)())


def with_step(experiment: Any, dt: float) -> Any:
    """The experiment with its first neuron alone, which has no noise, and with another step; all else is shared."""
    run = experiment.settings
    try:
        settings = type(run)(**run.values() | {"dt": dt, "neurons": 1, "noise": 0.0, "record": ("v",)})
    except ValueError as error:
        raise ValueError(f"dt = {run.dt:g} ms cannot be halved: {error}") from error
    return replace(experiment, settings=settings)


def _judged(experiment: Any, coarse: Result, fine: Result) -> Convergence:
    dt = experiment.settings.dt
    times, finer = coarse.recording.spike_times(), fine.recording.spike_times()
    both, end = min(len(times), len(finer)), experiment.settings.duration
    moved = np.abs(times[:both] - finer[:both])
    may = np.maximum(dt, SHARE * times[:both])
    left = np.concatenate([times[both:], finer[both:]])  # spikes that one of them has alone
    edge = SHARE * end  # by which a last spike may have left
    same = len(left) == 0 or (len(left) == 1 and dt <= edge and bool(left[0] > end - edge))
    failed = [result.failure for result in (coarse, fine) if result.failure is not None]

    voltage, unit, wide = None, "", 0.0
    if not len(times) and not len(finer) and not failed:
        mark = experiment.model.variables()["v"]
        v, finer_v = (
            one.recording.variables["v"].double().reshape(one.recording.time.size, -1)[:, 0] for one in (coarse, fine)
        )
        ends = min(len(v), len(finer_v) // 2)
        voltage = float((v[:ends] - finer_v[1::2][:ends]).abs().max())
        wide = SHARE * max(float(finer_v.max() - finer_v.min()), mark.high - mark.low)
        unit = "" if mark.unit == "1" else f" {mark.unit}"

    shift = float(moved.max()) if both else None
    good = not failed and same and bool((moved <= may * (1 + 1e-9)).all()) and (voltage is None or voltage <= wide)
    excess = max(float((moved / may).max(initial=0.0)), (voltage or 0.0) / (wide or 1.0))
    if not same:  # spikes that are compared by number may be others
        excess = max(4.0, min(excess, abs(len(times) - len(finer)) / max(len(times), len(finer)) / SHARE))
    if failed:
        found = f"{failed[0].variable} ceases to be finite at {failed[0].time:.4g} ms"
        found = f"with half of dt {found}" if coarse.failure is None else found
    elif not same:
        found = f"halving dt changes {_spikes(len(times))} into {len(finer)}"
    elif voltage is not None:
        found = f"halving dt moves v by at most {_up(voltage)}{unit}"
    elif shift:
        found = f"halving dt moves spikes by {'at most' if good else 'up to'} {_up(shift)} ms"
    else:
        found = "halving dt moves no spike"
    suggested, robust = None, None
    if not good and (preset := _bound(experiment)) is not None:
        robust, settings = preset.robust, preset.settings
        found += (
            f": this pattern exists only with dt = {settings['dt']:g} ms and {settings['integrator']}; "
            f"{robust.name!r} shows it with any"
        )
    elif not good:
        suggested = _suggested(experiment, excess)
        found += f": take a smaller dt, {suggested:g} ms say" if suggested else ": no smaller dt is allowed"
    counts = len(times), len(finer)
    return Convergence(good, dt, counts, shift, voltage, suggested, robust and robust.id, found)


def _suggested(experiment: Any, excess: float) -> float | None:
    """So many halvings as bring what is moved, which is proportional to dt, below what may be."""
    run, model = experiment.settings, experiment.model
    cuts = INTEGRATORS[run.integrator].cuts
    state = None if experiment.initial.at_rest else experiment.initial.taken()
    method = INTEGRATORS[run.integrator].advance(model.neuron)
    most = 1000 * cuts * longest_step(model.neuron, model.p(), state, method, "spikes" in experiment.stimulus.ports)
    wanted = min(run.dt / 2 ** max(1, math.ceil(math.log2(max(excess, 1.0)))), most)
    least = type(run).annotation("dt").allowed[0]
    return float(f"{max(wanted, least):.3g}") if run.dt > least else None


def _bound(experiment: Any) -> Any:
    """The preset that this is, apart from how it is run, where that is bound to its step; else None."""
    from .presets import PRESETS  # whole experiments, made of what this judges

    for preset in PRESETS.values():
        if preset.robust is None or preset.model is not type(experiment.model):
            continue
        if all(path.startswith("run.") for path in experiment.diff(preset.experiment())):
            return preset
    return None


def _spikes(count: int) -> str:
    return f"{count} spike{'s' * (count != 1)}"


def _up(value: float) -> str:
    """Two digits, rounded up."""
    if value == 0:
        return "0"
    digit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return f"{math.ceil(value / digit - 1e-6) * digit:.2g}"
