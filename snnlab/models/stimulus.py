"""Stimuli: currents over time. Each is an annotated tuple and a function; `STIMULI` lists them.

Time runs on the grid t_k = k dt; a value holds for its step. Intervals are half-open: on at `onset`, off at its end.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import param
import torch

from snnlab.core import Annotation, Count, Quantity

from .knobs import Knobs, knobs
from .recorded import example

EDGE = 1e-6  # ms: rounding of k dt must not move an edge by a step


@dataclass(frozen=True)
class Drive(Annotation):
    """A current, in unit and range of the neuron that receives it; its default is a share of that neuron's drive."""

    share: float
    least: float = -math.inf

    def of(self, current: Quantity) -> Quantity:
        bounds = max(self.least, current.allowed[0]), current.allowed[1]
        low = max(self.least, current.low)
        return replace(current, doc=self.doc, default=self.share * (current.default or 1.0), low=low, bounds=bounds)


@dataclass(frozen=True)
class Gain(Annotation):
    """What one pA of a recording gives, in the unit of the neuron that receives it."""

    def of(self, current: Quantity) -> Quantity:
        return Quantity(f"{current.unit}/pA", low=0, high=1, bounds=(-1e3, 1e3), step=0.001, doc=self.doc)


class Time(Quantity):
    """A time in ms that a slider takes up to `high`."""

    def __init__(self, doc: str, high: float = 200, least: float = 0.0) -> None:
        super().__init__("ms", least, high, bounds=(least, 1e6), doc=doc)


class ConstantParameters(NamedTuple):
    amplitude: Annotated[float, Drive(1.0, doc="current at all times")] = 1.0


class StepParameters(NamedTuple):
    amplitude: Annotated[float, Drive(1.0, doc="current during the step")] = 1.0
    base: Annotated[float, Drive(0.0, doc="current before and after")] = 0.0
    onset: Annotated[float, Time("start of the step")] = 10.0
    length: Annotated[float, Time("length of the step", high=500)] = 80.0


class RampParameters(NamedTuple):
    start: Annotated[float, Drive(0.0, doc="current until the ramp begins")] = 0.0
    end: Annotated[float, Drive(2.0, doc="current when the ramp ends, and after")] = 2.0
    onset: Annotated[float, Time("start of the ramp")] = 10.0
    length: Annotated[float, Time("length of the ramp", high=500, least=0.01)] = 80.0


class PulseTrainParameters(NamedTuple):
    amplitude: Annotated[float, Drive(2.0, doc="current during a pulse")] = 2.0
    base: Annotated[float, Drive(0.0, doc="current between pulses")] = 0.0
    onset: Annotated[float, Time("start of the first pulse")] = 10.0
    width: Annotated[float, Time("width of a pulse", high=50)] = 5.0
    period: Annotated[float, Time("time from pulse to pulse", least=0.1)] = 20.0
    pulses: Annotated[int, Count(low=1, high=20, bounds=(1, 10_000), doc="number of pulses")] = 4


class NoiseParameters(NamedTuple):
    mean: Annotated[float, Drive(0.6, doc="mean current")] = 0.6
    sigma: Annotated[float, Drive(0.5, least=0.0, doc="standard deviation of the current")] = 0.5
    tau: Annotated[float, Quantity("ms", low=0.1, high=50, bounds=(1e-3, 1e4), doc="correlation time")] = 3.0


class ProtocolParameters(NamedTuple):
    gain: Annotated[float, Quantity("1", low=0, high=3, bounds=(-1e3, 1e3), doc="factor on the protocol's current")] = (
        1.0
    )
    offset: Annotated[float, Drive(0.0, doc="current added")] = 0.0


class RecordedParameters(NamedTuple):
    gain: Annotated[float, Gain(doc="model current per recorded pA")] = 0.1
    offset: Annotated[float, Drive(0.0, doc="current added")] = 0.0


def constant(t, p, run):
    return np.full(len(t), p.amplitude)


def within(t, start, length):
    """Where the half-open interval [start, start + length) holds."""
    return (t > start - EDGE) & (t < start + length - EDGE)


def step(t, p, run):
    return np.where(within(t, p.onset, p.length), p.amplitude, p.base)


def ramp(t, p, run):
    return p.start + (p.end - p.start) * np.clip((t - p.onset) / p.length, 0.0, 1.0)


def pulses(t, p, run):
    number = np.clip(np.floor((t - p.onset + EDGE) / p.period), 0, p.pulses - 1)  # the newest pulse so far
    on = within(t - p.onset - number * p.period, 0.0, p.width)
    return np.where(on, p.amplitude, p.base)


def noise(t, p, run):
    return p.mean + ornstein_uhlenbeck((len(t),), run.dt, p.sigma, p.tau, run.generator).numpy()


def ornstein_uhlenbeck(shape, dt, sigma, tau, generator) -> torch.Tensor:
    """Stationary Ornstein-Uhlenbeck noise along the first axis, exact at any dt.

    x_(k+1) = d x_k + sigma sqrt(1 - d^2) xi with d = exp(-dt / tau), summed by doubling: log2(T) passes instead of T.
    """
    decay = np.exp(-dt / tau)
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    x[1:] *= np.sqrt(1 - decay**2)
    reach, factor = 1, decay
    while reach < len(x):
        x[reach:] += factor * x[:-reach]
        reach, factor = 2 * reach, factor * factor
    return sigma * x


def protocol(t, p, run):
    current = np.zeros(len(t))
    for segment in run.source:
        on = within(t, segment.start, segment.end - segment.start)
        current[on] = segment.value + segment.slope * (t[on] - segment.start)
    return p.gain * current + p.offset


def recorded(t, p, run):
    return p.gain * run.source.averaged(len(t), run.dt) + p.offset


class Segment(NamedTuple):
    """One piece of a protocol: from `start` to `end` (ms, half-open) the current is value + slope (t - start)."""

    start: float
    end: float
    value: float
    slope: float = 0.0


def first_onset(p, segments: tuple[Segment, ...]) -> float:
    return min((s.start for s in segments if s.start > 0), default=0.0)


class Kind(NamedTuple):
    """A stimulus as a value: its name, what menus call it, its parameters, and its current over time."""

    name: str
    title: str
    fields: Any
    shape: Callable[..., np.ndarray]
    source: Any = None  # makes what the tuple of numbers cannot hold: a sweep, segments
    onset: Callable[..., float] = lambda p, source: getattr(p, "onset", 0.0)  # ms


KINDS = (
    Kind("Constant", "constant", ConstantParameters, constant),
    Kind("Step", "step", StepParameters, step),
    Kind("Ramp", "ramp", RampParameters, ramp),
    Kind("PulseTrain", "pulse train", PulseTrainParameters, pulses),
    Kind("Noise", "Ornstein-Uhlenbeck noise", NoiseParameters, noise),
    Kind("Recorded", "recorded current (file)", RecordedParameters, recorded, example),
    Kind("Protocol", "protocol of its own", ProtocolParameters, protocol, tuple, first_onset),
)


class Context(NamedTuple):
    """What a stimulus may need besides times and parameters."""

    dt: float
    generator: torch.Generator
    source: Any


class Stimulus(Knobs):
    """A current over time; abstract: the final classes come from `KINDS`, with the units of a neuron's current."""

    kind: ClassVar[Kind]
    source = param.Parameter(doc="a recorded Sweep, or the Segments of a protocol")

    def __init__(self, **values) -> None:
        super().__init__(**values)
        if self.source is None and self.kind.source is not None:
            self.source = self.kind.source()

    def sample(self, steps: int, dt: float, seed: int = 0) -> torch.Tensor:
        """The current in each of `steps` steps of dt [ms], float64 [steps]; random ones repeat for equal seeds."""
        return self.sampler()(steps, dt, seed)

    @property
    def begins(self) -> float:
        """Time in ms at which the stimulus sets in; 0 for one that is there from the start."""
        return self.kind.onset(self.taken(), self.source)

    def sampler(self) -> Callable[..., torch.Tensor]:
        """`sample` with the values as they are now, whatever becomes of them later."""
        values, source = self.taken(), self.source

        def sample(steps: int, dt: float, seed: int = 0) -> torch.Tensor:
            context = Context(dt, torch.Generator().manual_seed(seed), source)
            return torch.as_tensor(self.kind.shape(np.arange(steps) * dt, values, context))

        return sample


@cache
def stimuli(current: Quantity) -> dict[str, type[Stimulus]]:
    """Name -> class of every stimulus, with unit, range and usual drive of this current."""

    def resolve(annotation):
        return annotation.of(current) if isinstance(annotation, Drive | Gain) else annotation

    return {
        kind.name: type(
            kind.name,
            (Stimulus,),
            {"kind": kind, "__doc__": f"Stimulus: {kind.title}.", "__module__": "snnlab.models"}
            | knobs(kind.fields, resolve),
        )
        for kind in KINDS
    }


STIMULI = stimuli(Quantity("1", -2, 4, bounds=(-1e3, 1e3), default=1.0, doc="current"))


def suited(stimulus: Stimulus, current: Quantity) -> Stimulus:
    """The same stimulus with the unit and range of another current, its values kept."""
    return stimuli(current)[stimulus.kind.name](**stimulus.values(), source=stimulus.source)
