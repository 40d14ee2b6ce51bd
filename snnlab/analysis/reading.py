"""What a measure reads: arrays, with their dt in ms, or what a run gives, which knows its own."""

import math
import warnings
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from snnlab.core.check import check
from snnlab.engine import Recording
from snnlab.engine.labelled import numbers_of
from snnlab.models import Result

from .arguments import ascending, plain, positive, within

Given = ArrayLike | Recording | Result  # arrays, or what knows its dt

FINE = 0.005  # ms: a dt that is no more was rather meant in s


class Train(NamedTuple):
    """Spike times of one neuron, the duration of its recording (None where they were given without), and when that
    begins: later than at 0 where a run went on. All in ms.
    """

    times: np.ndarray
    duration: float | None = None
    begin: float = 0.0

    def inside(self, duration: float, name: str = "times") -> np.ndarray:
        """The times. Raises ValueError for those that are not in the recording."""
        return within(name, self.times, self.begin, self.begin + duration)


def recorded(what: Any) -> Recording | None:
    """The recording that was given, or that of a result; None for anything else."""
    return what.recording if isinstance(what, Result) else what if isinstance(what, Recording) else None


def train(spikes: Given, neuron: int | None = None, name: str = "times") -> Train:
    """Spike times in ms: those given, or those of one `neuron` of a recording, which needs no number where it is alone.

    Raises ValueError for times that do not ascend, a neuron that there is not, or none of several.
    """
    if (recording := recorded(spikes)) is None:
        if neuron is not None:
            raise ValueError(f"neuron = {neuron} is not allowed with {name} of one: give a Recording")
        return Train(ascending(name, spikes))
    times = recording.spike_times(one_of(recording, neuron, name))
    return Train(times, len(recording.spikes) * recording.dt, recording.begin)


def one_of(recording: Recording, neuron: int | None, name: str = "recording") -> int:
    """The number of a neuron. Raises ValueError where there is no such one, and where it has to be said."""
    if neuron is None and recording.size != 1:
        one = "give those of one, recording.spike_times(0), or neuron=0"
        raise ValueError(f"{name} is a recording of {recording.size:,} neurons: {one}")
    fine = isinstance(neuron, int | np.integer | None) and 0 <= (neuron or 0) < recording.size
    check("neuron", neuron, lambda n: fine, f"a whole number from 0 to {recording.size - 1}")
    return int(neuron or 0)


def spike_table(spikes: Given, dt: float | None) -> tuple[np.ndarray, float]:
    """Spikes [T, N], and their dt in ms. Raises ValueError for entries that are not 0 or 1, and for a wrong dt."""
    if (recording := recorded(spikes)) is not None:
        fired = recording.spikes.detach() > 0
        return fired.reshape(len(fired), recording.size).cpu().numpy(), own_dt(recording, dt)
    found = plain(spikes)
    if found.ndim != 2:
        raise ValueError(f"spikes have shape {found.shape}: give [T, N], time first")
    if found.dtype != bool and not ((found == 0) | (found == 1)).all():
        raise ValueError("spikes hold other numbers than 0 and 1: give True or 1 where a neuron spikes, else 0")
    return found, milliseconds(dt)


def variable(recording: Recording, name: str) -> np.ndarray:
    """A variable of a recording, [T, N]. Raises ValueError where it was not recorded."""
    if name not in recording.variables:
        kept = ", ".join(recording.variables) or "none"
        raise ValueError(f"{name} is not among the recorded variables {kept}: record it as well")
    values = plain(recording.variables[name])
    return values.reshape(len(values), math.prod(values.shape[1:]))


def of_neuron(recording: Recording, name: str, neuron: int) -> np.ndarray:
    """A variable of one neuron, [T]. Raises ValueError where it was not recorded, or not in every step."""
    values = variable(recording, name)
    kept = numbers_of(recording)
    if kept is None:
        kept = tuple(range(recording.size))
    if neuron not in kept:
        raise ValueError(f"{name} of neuron {neuron} was not recorded: record it as well")
    if recording.every > 1:
        raise ValueError(f"{name} was recorded every {recording.every} steps: record it in all of them")
    return values[:, kept.index(neuron)]


def own_dt(recording: Recording, dt: float | None) -> float:
    """The dt of a recording. Raises ValueError where another was given beside it."""
    if dt is not None:
        raise ValueError(f"dt = {dt:.7g} is not allowed: a recording has its own; give other numbers by their names")
    return recording.dt


def milliseconds(dt: float | None) -> float:
    """A dt that was given in ms. Raises ValueError where there is none; warns of one that was rather meant in s."""
    if dt is None:
        raise ValueError("dt is missing: give it in ms, or a Recording, which has its own")
    positive("dt", dt)
    if dt <= FINE:
        words = f"dt = {dt:.7g} is taken for ms: where it is in s, give {1000 * dt:.7g}, or the Recording itself"
        warnings.warn(words, stacklevel=4)
    return dt


def needed(name: str, value: float | None) -> float:
    """A number that has no usual value. Raises ValueError where it is missing."""
    if value is None:
        raise ValueError(f"{name} is missing: give it in ms")
    return value


def lasting(found: Train, duration: float | None) -> float:
    """The duration that spikes were recorded for. Raises ValueError where none is known, or two are."""
    if found.duration is not None and duration is not None:
        raise ValueError(f"duration = {duration:.7g} is not allowed: a recording has its own, {found.duration:.7g} ms")
    given = needed("duration", duration) if found.duration is None else found.duration
    check("duration", given, lambda x: 0 < x < math.inf, "a finite number > 0")
    return given
