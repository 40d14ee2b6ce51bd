"""What a run gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from snnlab.core import refused

from .crossings import Crossing
from .ends import End
from .labelled import csv, dataset, load, save, segment
from .summary import html
from .synapses import WeightSamples
from .trace import tupled
from .values import whole

if TYPE_CHECKING:
    import neo
    import xarray as xr


class Cancelled(Exception):
    """A run was asked to stop before its end."""


@dataclass(frozen=True, eq=False)
class Recording:
    """Tensors of a run, on its device. Sample k is the state at the end of step k, so at time (k + 1) dt.

    All times are in ms, also where the run was asked for in s. A run that goes on from another one (`resume`) goes on
    in time as well: `before` steps were run before its first one, which ends at (before + 1) dt.

    `variables`: name -> [T, ...], or [T // every, neurons chosen] where not all was recorded. `spikes` [T, ...] are
    bool, a byte each; in a run that has a gradient they are 0 and 1 of its dtype with the surrogate's, and under
    `torch.no_grad`, where the same script is evaluated, they are 0 and 1 as well. `backend` says what computed it, and
    why, where that is not what was to be expected; `weights` are those that plasticity left, `weight_samples` those on
    the way there, of each projection that keeps them (`Projection.every`); `units` are those of the variables, as far
    as they are known; `experiment` is what was run, as JSON, and `current` [T] what drove it, in `current_unit`, where
    it was an experiment that a current drives. `commands` [T, N] are the potentials at which neurons were held, in the
    same unit, where they were under voltage clamp.
    """

    variables: dict[str, Tensor]
    spikes: Tensor
    dt: float
    backend: str = "eager"
    last: Callable[[], End] | None = None  # makes the end, for who asks for it
    every: int = 1
    neurons: Sequence[int] | None = None
    weights: tuple[Tensor, ...] = field(default=(), repr=False)
    units: Mapping[str, str] = field(default_factory=dict, repr=False)
    experiment: str = field(default="", repr=False)
    current: Tensor | None = field(default=None, repr=False)
    current_unit: str = field(default="1", repr=False)
    before: int = field(default=0, repr=False)
    commands: Tensor | None = field(default=None, repr=False)
    weight_samples: tuple[WeightSamples, ...] = field(default=(), repr=False)
    crossing: Crossing | None = field(default=None, repr=False)  # of neurons whose spikes are such

    @cached_property
    def end(self) -> End | None:
        """Where the run stopped, and another may go on; None in a run that failed."""
        return None if self.last is None else self.last()

    @property
    def state(self) -> Any:
        """The state at the end, from which another run may begin; None in a run that failed."""
        return None if self.end is None else self.end.state

    def detach(self) -> "Recording":
        """The same numbers without a gradient: a run that goes on from it is trained for itself."""
        end = self.end
        if end is not None:
            cut = [{name: x.detach() for name, x in changed.items()} for changed in end.synapses]
            noise = None if end.noise is None else end.noise.detach()
            state = tupled(type(end.state), [x.detach() for x in end.state])
            end = End(end.neuron, state, noise, end.spikes, tuple(cut))
        return replace(
            self,
            variables={name: values.detach() for name, values in self.variables.items()},
            spikes=self.spikes.detach(),
            last=None if end is None else partial(End, *end),
            weights=tuple(w.detach() for w in self.weights),
            weight_samples=tuple(WeightSamples(time, w.detach()) for time, w in self.weight_samples),
        )

    @property
    def until(self) -> int:
        """Number of steps until its end, those before it included."""
        return self.before + len(self.spikes)

    @property
    def begin(self) -> float:
        """Time in ms at which it begins."""
        return self.before * self.dt

    @property
    def time(self) -> np.ndarray:
        """Times of the steps' ends in ms, [T]."""
        return np.arange(self.before + 1, self.until + 1) * self.dt

    @property
    def sample_time(self) -> np.ndarray:
        """Times of the samples in `variables` in ms."""
        return self.time[self.every - 1 :: self.every]

    def spike_times(self, index: int = 0) -> np.ndarray:
        """Spike times in ms of neuron `index` (of the flattened population). Raises ValueError where there is none.

        They are ends of steps. Where a spike is an upward crossing (`Neuron.crosses`), it is the time within the step,
        between the values at its ends; as far as the variables that decide were recorded at every step for all neurons.
        """
        size = self.size
        what = f"the number of a neuron, 0 to {size - 1}"
        index = whole("index", index, -size, what)
        if index >= size:
            raise refused("index", index, what)
        fired = self.spikes.detach().reshape(len(self.spikes), size)[:, index] > 0
        steps = np.flatnonzero(fired.cpu().numpy())
        times = self.time[steps]
        if self.crossing is None or self.every > 1 or self.neurons is not None or not self.variables:
            return times
        return times - self.dt * self.crossing.since(self.variables, steps, index)

    def events(self) -> tuple[np.ndarray, np.ndarray]:
        """All spikes in the order of time: their times in ms, and the numbers of their neurons (as in `spike_times`).

        >>> import torch
        >>> Recording({}, torch.tensor([[0, 1], [0, 0], [1, 1]]), dt=1.0).events()
        (array([1., 3., 3.]), array([1, 0, 1]))
        """
        fired = self.spikes.detach().reshape(len(self.spikes), self.size) > 0
        steps, neurons = np.nonzero(fired.cpu().numpy())
        return self.time[steps], neurons

    @property
    def size(self) -> int:
        """Number of neurons."""
        return self.spikes.shape[1:].numel()

    # -- as others read it -------------------------------------------------------------------------------------------

    def to_xarray(self) -> "xr.Dataset":
        """A dataset of the variables and of `spikes` (bool), without gradients, on the CPU, in the tensors' memory.

        Axes: `time` in ms (ends of steps), or `sample_time` for variables of every so many steps; `neuron`, or
        `neuron_0`, `neuron_1`, ... for a population of several dimensions; `chosen_neuron` with the numbers of those
        that were recorded, where not all were. Variables have their `units`, as far as they are known. The dataset has
        `dt` in ms, `every`, `backend`, `snnlab` (the version), and `experiment` (JSON), where it was one, and then the
        coordinate `current` along `time`.

        Raises ValueError for a variable with the name of an axis, or called "spikes" or "current".

        >>> import torch
        >>> run = Recording({"v": torch.zeros(3, 2)}, torch.zeros(3, 2, dtype=torch.bool), 0.1, units={"v": "mV"})
        >>> run.to_xarray()["v"].sel(time=0.2, method="nearest").dims
        ('neuron',)
        """
        return dataset(self)

    def to_neo(self) -> "neo.Segment":
        """A segment of neo, as elephant and other tools of electrophysiology take it.

        Its `spiketrains` [ms] are one a neuron of the flattened population, in the order of `spike_times`, from the
        beginning of the run to its end. Its `analogsignals`, named as the variables, are [samples, neurons] in their
        units, with the numbers of `neurons` where not all were recorded; the current of an experiment is among them.

        Raises ImportError where neo is not installed, ValueError for a unit that quantities does not know.
        """
        return segment(self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write `to_xarray()` to a NetCDF file (.nc), which `Recording.load` and many programs read.

        Raises ValueError for another ending, OSError where nothing can be written.
        """
        save(self, path)

    @staticmethod
    def load(path: str | PathLike[str]) -> "Recording":
        """The recording that `save` wrote: equal tensors, on the CPU.

        Its end is there as well: a run that is resumed from it goes on exactly. What a file does not hold: gradients
        (spikes are bool). Variables of half precision come back as float32, dt to 15 digits. Raises OSError for what
        cannot be read, ValueError for another program's file.
        """
        return Recording(**load(path))

    def to_csv(self, path: str | PathLike[str] | None = None) -> str | None:
        """A table with one row a step: time (ms), variables, spikes (0 or 1); the text where no path is given.

        That of an experiment has its current after the time, and `snnlab.models.read` reads it as a recorded sweep.

        Variables of populations have a column a neuron, v[0], v[1], ..., by number as in `spike_times`. A cell is empty
        where a step has no sample, or its value is NaN. Raises ValueError where that were too many cells.

        >>> import torch
        >>> run = Recording({"v": torch.tensor([-65.0, 30.0])}, torch.tensor([False, True]), 0.1, units={"v": "mV"})
        >>> print(run.to_csv(), end="")
        time (ms),v (mV),spike
        0.1,-65.0,0
        0.2,30.0,1
        """
        return csv(self, path)

    def __repr__(self) -> str:
        duration, names = len(self.spikes) * self.dt, ", ".join(self.variables) or "none"
        neurons = f"{self.size:,} neuron{'s' * (self.size != 1)}"
        ran = self.backend.split(" ")[0]
        return f"Recording({duration:g} ms in steps of {self.dt:g} ms, {neurons}, variables {names}, by {ran})"

    def _repr_html_(self) -> str:
        return html(self)


class Diverged(ArithmeticError):
    """A state ceased to be finite; `recording` is what was computed before."""

    def __init__(self, variable: str, neuron: int, step: int, recording: Recording) -> None:
        self.variable, self.neuron, self.step, self.recording = variable, neuron, step, recording
        number = recording.before + step + 1
        self.time = number * recording.dt
        super().__init__(
            f"{variable} of neuron {neuron} is not finite at {self.time:.4g} ms, in step {number}: "
            "give a smaller dt, or less extreme inputs and parameters"
        )

    def __reduce__(self):
        return Diverged, (self.variable, self.neuron, self.step, self.recording)


class Progress(float):
    """The part of a run that is done, from 0 to 1; `so_far()` is what there is of it, or None."""

    so_far: Callable[[], Any]

    def __new__(cls, part: float, so_far: Callable[[], Any] = lambda: None) -> "Progress":
        made = super().__new__(cls, part)
        made.so_far = so_far
        return made


def cut(recording: Recording, steps: int) -> Recording:
    """The first steps of a recording."""
    samples, end = steps // recording.every, (recording.before + steps + 0.5) * recording.dt
    return Recording(
        {name: values[:samples] for name, values in recording.variables.items()},
        recording.spikes[:steps],
        recording.dt,
        recording.backend,
        every=recording.every,
        neurons=recording.neurons,
        units=recording.units,
        experiment=recording.experiment,
        current=None if recording.current is None else recording.current[:steps],
        current_unit=recording.current_unit,
        commands=None if recording.commands is None else recording.commands[:steps],
        before=recording.before,
        weight_samples=tuple(
            WeightSamples(time[time <= end], w[: int((time <= end).sum())]) for time, w in recording.weight_samples
        ),
    )
