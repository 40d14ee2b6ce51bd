"""The result of a run, and where another goes on from it."""

import json
import math
from dataclasses import dataclass
from typing import Any

import torch

from snnlab.core import what_is
from snnlab.engine import Diverged, Recording

Inputs = dict[str, torch.Tensor]  # [T] at each port of a model, pairs of spikes [T, 2]


@dataclass(frozen=True)
class Result:
    """What an experiment gives, with what of the experiment is needed to show it, as it was when the run was made."""

    recording: Recording
    inputs: Inputs  # without the population's noise
    seconds: float
    definition: Any
    p: Any  # the parameter tuple
    source: Any  # of the stimulus
    onset: float  # of the stimulus, in ms
    device: str
    failure: Diverged | None = None  # why the recording ends early
    end: float = math.inf  # of the stimulus, in ms
    coarse: str = ""  # that the step is too long, in a sentence

    @property
    def current(self) -> torch.Tensor:
        """The current [T]; zero where spikes alone drive the model."""
        return current_of(self.inputs)


def current_of(inputs: Inputs) -> torch.Tensor:
    """The current [T] of what comes in; zero where that is spikes alone."""
    spikes = next(iter(inputs.values()))
    return inputs["current"] if "current" in inputs else torch.zeros(len(spikes), dtype=spikes.dtype)


def recorded_experiment(resume: Recording, model: Any) -> dict[str, Any]:
    """The experiment that was recorded, as data; empty where it was none. Raises ValueError for another model's."""
    was = json.loads(resume.experiment) if resume.experiment else {}
    if was and (name := was["model"]["name"]) != model.definition.name:
        raise ValueError(f"resume: the recording is of {name}, and the model is {model.definition.name}")
    return was


def steps_before(resume: Any, experiment: Any, dt: float) -> int:
    """How many steps of the experiment's dt were run before, `dt` being the step of its integration in ms.

    Raises ValueError for a recording that this experiment does not go on from.
    """
    if not isinstance(resume, Recording):
        raise ValueError(f"resume is {what_is(resume)}: give the recording of the run that is to go on, or its result")
    model, settings = experiment.model, experiment.settings
    if not math.isclose(dt, resume.dt, rel_tol=1e-12):
        raise ValueError(f"resume: the run had steps of {resume.dt:g} ms, and this one has {dt:g} ms: give the same")
    was = recorded_experiment(resume, model)
    if was and (seed := was["run"]["seed"]) != settings.seed:
        raise ValueError(f"resume: the run had seed = {seed}, and this one has {settings.seed}: give the same")
    cuts = round(settings.dt / dt)
    if resume.until % cuts:
        raise ValueError(f"resume: the recording ends within a step of {settings.dt:g} ms: give its dt and integrator")
    return resume.until // cuts
