"""How far a run is from the solution of its equations: the error that its time step and integrator leave."""

from typing import Any, NamedTuple

import numpy as np
import torch

from snnlab.core import rk4
from snnlab.engine import simulate
from snnlab.models import Experiment, Result
from snnlab.models.families.neurons import NeuronModel, cut, landing

FINER = 32  # steps of the fine solution to one of the run
MOST = 2_000_000  # steps of the fine solution


class Accuracy(NamedTuple):
    """The error of v [K] at times [K] in ms: run minus fine solution, nan while one of them has spiked more often.

    `largest` is its greatest size, `late` [n] by how many ms each spike of the run comes after that of the fine
    solution, as far as both have them, and `spikes` how many each has.
    """

    time: np.ndarray
    error: np.ndarray
    largest: float
    late: np.ndarray
    spikes: tuple[int, int]


def accuracy(experiment: Experiment, result: Result | None = None) -> Accuracy:
    """The error of an experiment's first neuron: against RK4 with a thirty-second of the step, in double precision.

    Both have the same current, which is held over each step of the run. The fine solution of a linear flow is the exact
    one but for 1e-9, and waits for the end of its own step with each spike. `result` is that of this experiment's
    `run`, where it was made.

    Raises ValueError for what is no neuron, for a first neuron that has noise, and for a run of more than 62,500 steps.
    Source: Morrison et al., Neural Computation 19:47, 2007.

    >>> from snnlab.models import LIF, Step
    >>> coarse, fine = (Experiment.of(LIF(), Step(amplitude=0.5), {"dt": dt}) for dt in (0.2, 0.1))
    >>> round(accuracy(coarse).largest / accuracy(fine).largest, 1)  # Euler's error is proportional to dt
    2.0
    """
    model, settings = experiment.model, experiment.settings
    if not isinstance(model, NeuronModel):
        raise ValueError(f"model = {type(model).__name__} is no neuron: its error is that of its neurons")
    if settings.noise > 0 and settings.neurons == 1:
        raise ValueError(
            "a run with noise has no exact solution: set noise = 0, or take neurons, of which the first has none"
        )
    result = experiment.run() if result is None else result
    recording = result.recording
    steps, dt = len(recording.spikes), recording.dt
    if FINER * steps > MOST:
        raise ValueError(f"{steps:,} steps are too many for a finer solution: at most {MOST // FINER:,}")
    if "v" not in recording.variables:
        raise ValueError("v was not recorded: record it as well")
    fine = _fine(experiment, result, dt / FINER)
    every, kept = recording.every, len(recording.variables["v"])
    v = recording.variables["v"].reshape(kept, -1)[:, 0].double().cpu().numpy()
    exact = fine.variables["v"][:, 0].numpy()[every * FINER - 1 :: every * FINER][:kept]
    times, finer = recording.spike_times(0), fine.spike_times()
    at = (1 + np.arange(kept)) * every * dt
    alike = np.searchsorted(times, at * (1 + 1e-9)) == np.searchsorted(finer, at * (1 + 1e-9))
    error = np.where(alike, v - exact, np.nan)
    both = min(len(times), len(finer))
    largest = float(np.abs(error[alike]).max(initial=0.0))
    return Accuracy(at, error, largest, times[:both] - finer[:both], (len(times), len(finer)))


def _fine(experiment: Experiment, result: Result, dt: float) -> Any:
    """The first neuron again, with steps of dt [ms]; each sample of what comes in holds for as long as it did."""
    model, initial, steps = experiment.model, experiment.initial, len(result.recording.spikes)
    inputs = {port: cut(x[:steps], port, FINER)[:, None].double() for port, x in model.entering(result.inputs).items()}
    state = None
    if not initial.at_rest:
        taken = initial.taken(dt)
        state = type(taken)(*(torch.as_tensor(x, dtype=torch.float64) for x in taken))
    p = model.p(torch.float64, dt=dt)
    current, spikes = inputs.get("current"), landing(result.definition, inputs)
    return simulate(result.definition, current=current, spikes=spikes, p=p, state=state, dt=dt / 1000, advance=rk4)
