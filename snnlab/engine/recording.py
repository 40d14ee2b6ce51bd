"""What a run gives."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from torch import Tensor

from .trace import tupled


class Cancelled(Exception):
    """A run was asked to stop before its end."""


@dataclass(frozen=True, eq=False)
class Recording:
    """Tensors of a run, on its device. Sample k is the state at the end of step k, so at time (k + 1) dt.

    `variables`: name -> [T, ...], or [T // every, neurons chosen] where not all was recorded; `spikes`: bool [T, ...],
    or 0 and 1 with a gradient in a run that has one; `dt` in s; `backend` says what computed it, and why, where that is
    not what was to be expected; `weights` are those that plasticity left.
    """

    variables: dict[str, Tensor]
    spikes: Tensor
    dt: float
    backend: str = "eager"
    last: Callable[[], Any] | None = None  # makes the last state, for who asks for it
    every: int = 1
    neurons: Sequence[int] | None = None
    weights: tuple[Tensor, ...] = field(default=(), repr=False)
    units: Mapping[str, str] = field(default_factory=dict, repr=False)  # of the variables, where they are known
    experiment: str = field(default="", repr=False)  # what was run, as JSON, where it was an experiment

    @cached_property
    def state(self) -> Any:
        """The state at the end, from which another run may go on; None in a run that failed."""
        return None if self.last is None else self.last()

    @property
    def time(self) -> np.ndarray:
        """Times of the steps' ends in ms, [T]."""
        return np.arange(1, len(self.spikes) + 1) * (self.dt * 1000)

    @property
    def sample_time(self) -> np.ndarray:
        """Times of the samples in `variables` in ms."""
        return self.time[self.every - 1 :: self.every]

    def spike_times(self, index: int = 0) -> np.ndarray:
        """Spike times in ms of neuron `index` (of the flattened population)."""
        fired = self.spikes.detach().reshape(len(self.spikes), -1)[:, index] > 0
        return self.time[fired.cpu().numpy()]


def state_of(kind: Any, shape: tuple[int, ...], variables: Iterable[Tensor]) -> Any:
    """A state tuple of this class, or a plain one, from the variables of neurons in a row."""
    return tupled(kind, [v.reshape(shape) for v in variables])


class Diverged(ArithmeticError):
    """A state ceased to be finite; `recording` is what was computed before."""

    def __init__(self, variable: str, neuron: int, step: int, recording: Recording) -> None:
        self.variable, self.neuron, self.step, self.recording = variable, neuron, step, recording
        self.time = (step + 1) * recording.dt * 1000  # ms
        super().__init__(
            f"{variable} of neuron {neuron} is not finite at {self.time:.4g} ms, in step {step + 1}: "
            "give a smaller dt, or less extreme inputs and parameters"
        )

    def __reduce__(self):
        return Diverged, (self.variable, self.neuron, self.step, self.recording)


def cut(recording: Recording, steps: int) -> Recording:
    """The first steps of a recording."""
    samples = steps // recording.every
    return Recording(
        {name: values[:samples] for name, values in recording.variables.items()},
        recording.spikes[:steps],
        recording.dt,
        recording.backend,
        every=recording.every,
        neurons=recording.neurons,
    )
