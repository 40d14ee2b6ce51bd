"""Inputs over time as values: each is an annotated tuple and a function; `KINDS` lists them.

Time runs on the grid t_k = k dt; a value holds for its step. Intervals are half-open: on at `onset`, off at its end.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import torch

from snnlab.core import Annotation, Choice, Count, Quantity, what_is
from snnlab.core.tuples import Nothing

from .recorded import example
from .sweep import Sweep

MANY = 1_000_000  # spikes whose times are drawn at once
EDGE = 1e-6  # ms: rounding of k dt must not move an edge by a step


@dataclass(frozen=True)
class Drive(Annotation):
    """A current, in unit and range of the neuron that receives it; its default is a share of that neuron's drive."""

    share: float
    least: float = -math.inf
    level: bool = True  # a current itself, and no difference of currents

    def of(self, current: Quantity) -> Quantity:
        bounds = max(self.least, current.allowed[0]), current.allowed[1]
        low = max(self.least, current.low)
        doc = self.doc.replace("current", "signal") if current.doc == "signal" else self.doc
        return replace(current, doc=doc, default=self.share * (current.default or 1.0), low=low, bounds=bounds)


@dataclass(frozen=True)
class Gain(Annotation):
    """What one pA of a recording gives, in the unit of the neuron that receives it: a pA, unless it is another unit."""

    def of(self, current: Quantity) -> Quantity:
        if current.unit == "pA":
            return Quantity("1", low=0, high=3, bounds=(-1e3, 1e3), doc="factor on the recorded current")
        # recorded currents are from some pA to some nA
        return Quantity(f"{current.unit}/pA", low=1e-4, high=10, bounds=(-1e3, 1e3), doc=self.doc)


@dataclass(frozen=True)
class Jump(Annotation):
    """What one spike adds, in unit and range of what receives it."""

    def of(self, jump: Quantity) -> Quantity:
        return jump


class Time(Quantity):
    """A time in ms that a slider takes up to `high`."""

    def __init__(self, doc: str, high: float = 200, least: float = 0.0) -> None:
        super().__init__("ms", least, high, bounds=(least, 1e6), doc=doc)


def _hertz(doc: str, high: float = 200, default: float | None = None, low: float = 0.0) -> Quantity:
    return Quantity("Hz", low=low, high=high, bounds=(0, 1e5), default=default, doc=doc)


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


class SineParameters(NamedTuple):
    amplitude: Annotated[float, Drive(0.5, level=False, doc="amplitude of the sine")] = 0.5
    mean: Annotated[float, Drive(0.5, doc="mean current")] = 0.5
    frequency: Annotated[float, _hertz("of the sine")] = 20.0
    phase: Annotated[float, Quantity("°", low=0, high=360, bounds=(-1e4, 1e4), doc="phase at the start")] = 0.0


class ChirpParameters(NamedTuple):
    amplitude: Annotated[float, Drive(0.5, level=False, doc="amplitude of the chirp (ZAP)")] = 0.5
    mean: Annotated[float, Drive(0.5, doc="mean current")] = 0.5
    first: Annotated[float, _hertz("frequency at its start")] = 0.0
    last: Annotated[float, _hertz("frequency at its end")] = 100.0
    onset: Annotated[float, Time("start of the chirp")] = 0.0
    length: Annotated[float, Time("length of the chirp", high=1000, least=0.01)] = 1000.0


class NoiseParameters(NamedTuple):
    mean: Annotated[float, Drive(0.6, doc="mean current")] = 0.6
    sigma: Annotated[float, Drive(0.5, least=0.0, level=False, doc="standard deviation of the current")] = 0.5
    tau: Annotated[float, Quantity("ms", low=0.1, high=50, bounds=(1e-3, 1e4), doc="correlation time")] = 3.0


class SynapticParameters(NamedTuple):
    rate: Annotated[float, _hertz("rate of all spikes that arrive", high=2000)] = 500.0
    weight: Annotated[float, Drive(0.2, doc="current that a spike adds")] = 0.2
    tau: Annotated[float, Quantity("ms", low=0.5, high=50, bounds=(1e-3, 1e4), doc="time constant of its decay")] = 5.0
    onset: Annotated[float, Time("when spikes begin to arrive")] = 0.0


class TableParameters(NamedTuple):
    gain: Annotated[float, Quantity("1", low=0, high=3, bounds=(-1e3, 1e3), doc="factor on the table's current")] = 1.0
    offset: Annotated[float, Drive(0.0, doc="current added")] = 0.0
    between: Annotated[str, Choice(("linear", "hold"), doc="between two times")] = "linear"


class ProtocolParameters(NamedTuple):
    gain: Annotated[float, Quantity("1", low=0, high=3, bounds=(-1e3, 1e3), doc="factor on the protocol's current")] = (
        1.0
    )
    offset: Annotated[float, Drive(0.0, doc="current added")] = 0.0


class RecordedParameters(NamedTuple):
    gain: Annotated[float, Gain(doc="model current per recorded pA")] = 1.0
    offset: Annotated[float, Drive(0.0, doc="current added")] = 0.0


class SpikeTrainParameters(NamedTuple):
    rate: Annotated[float, _hertz("rate of the spikes", low=1)] = 20.0
    spikes: Annotated[int, Count(low=1, high=50, bounds=(1, 100_000), doc="number of spikes")] = 10
    onset: Annotated[float, Time("first spike")] = 10.0
    weight: Annotated[float, Jump(doc="what a spike adds")] = 1.0


class PoissonSpikesParameters(NamedTuple):
    rate: Annotated[float, _hertz("rate of the spikes")] = 50.0
    weight: Annotated[float, Jump(doc="what a spike adds")] = 1.0
    onset: Annotated[float, Time("when spikes begin to arrive")] = 0.0


class PairsParameters(NamedTuple):
    delta: Annotated[
        float, Quantity("ms", low=-100, high=100, bounds=(-1e5, 1e5), doc="from presynaptic to postsynaptic spike")
    ] = 10.0
    rate: Annotated[float, _hertz("rate of the pairs", high=50, low=1)] = 5.0
    pairs: Annotated[int, Count(low=1, high=100, bounds=(1, 100_000), doc="number of pairs")] = 5
    onset: Annotated[float, Time("first spike of the first pair")] = 50.0


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


def sine(t, p, run):
    return p.mean + p.amplitude * np.sin(2 * np.pi * p.frequency * t / 1000 + np.radians(p.phase))


def chirp(t, p, run):
    """The frequency grows linearly; before and after the current is its mean."""
    s = (t - p.onset) / 1000
    phase = 2 * np.pi * (p.first * s + (p.last - p.first) / (2 * p.length / 1000) * s**2)
    return p.mean + np.where(within(t, p.onset, p.length), p.amplitude * np.sin(phase), 0.0)


def noise(t, p, run):
    return p.mean + ornstein_uhlenbeck((len(t),), run.dt, p.sigma, p.tau, run.generator).numpy()


def ornstein_uhlenbeck(shape, dt, sigma, tau, generator) -> torch.Tensor:
    """Stationary Ornstein-Uhlenbeck noise along the first axis, exact at any dt.

    x_(k+1) = d x_k + sigma sqrt(1 - d^2) xi with d = exp(-dt / tau).
    """
    decay = np.exp(-dt / tau)
    x = normal(shape, generator)
    x[1:] *= np.sqrt(1 - decay**2)
    return sigma * torch.as_tensor(decaying(x.numpy(), decay))


def normal(shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
    """Standard normal numbers, of which a longer row begins with the same: so that a run can go on as it began.

    torch draws sixteen at once, and the last sixteen anew where that leaves a rest.
    """
    count = torch.Size(shape).numel()
    drawn = torch.randn(-(-count // 16) * 16, generator=generator, dtype=torch.float64)
    return drawn[:count].reshape(shape)


def decaying(x: np.ndarray, decay: float) -> np.ndarray:
    """y_k = decay y_(k-1) + x_k along the first axis, summed by doubling: log2(T) passes instead of T."""
    y, reach, factor = x.copy(), 1, decay
    while reach < len(y):
        y[reach:] += factor * y[:-reach]  # numpy reads all of the right side before it writes
        reach, factor = 2 * reach, factor * factor
    return y


def synaptic(t, p, run):
    """Poisson spikes of the given rate through an exponential synapse, tau di/dt = -i: each adds `weight` to i.

    The current of a step is that at its end, after spikes that came anywhere in it: so it has the mean
    rate weight tau and the variance rate weight^2 tau / 2 at every dt.
    """
    arrived = arrivals(t, p.rate, p.onset, run)
    return decaying(p.weight * faded(arrived, run.dt / p.tau, run.generator), float(np.exp(-run.dt / p.tau)))


def faded(counts: np.ndarray, rate: float, generator: torch.Generator) -> np.ndarray:
    """What is left, in each step, of so many spikes of size 1 that came anywhere in it and decay at `rate` a step."""
    found = np.zeros(len(counts))
    # a stream of its own, so that a longer run begins with the same numbers
    generator = torch.Generator().manual_seed(generator.initial_seed() + 2_000_003)
    for part in np.array_split(np.arange(len(counts)), 1 + int(counts.sum()) // MANY):
        number = counts[part].astype(int)
        since = torch.rand(int(number.sum()), generator=generator, dtype=torch.float64).numpy()
        found[part] = np.bincount(np.repeat(np.arange(len(part)), number), np.exp(-rate * since), len(part))
    return found


def arrivals(t, rate, onset, run) -> np.ndarray:
    """How many spikes of a Poisson process come in each step."""
    mean = torch.as_tensor(np.where(t > onset - EDGE, rate * run.dt / 1000, 0.0))
    return torch.poisson(mean, generator=run.generator).numpy()


def table(t, p, run):
    when, what = np.array(run.source, dtype=float).reshape(-1, 2).T if len(run.source) else (np.zeros(1), np.zeros(1))
    if p.between == "linear":
        found = np.interp(t, when, what)
    else:
        found = what[np.clip(np.searchsorted(when, t + EDGE, side="right") - 1, 0, None)]
    return p.gain * found + p.offset


def protocol(t, p, run):
    current = np.zeros(len(t))
    for segment in run.source:
        on = within(t, segment.start, segment.end - segment.start)
        current[on] = segment.value + segment.slope * (t[on] - segment.start)
    return p.gain * current + p.offset


def recorded(t, p, run):
    return p.gain * run.source.averaged(len(t), run.dt) + p.offset


def regular(t, first, rate, count, run) -> np.ndarray:
    """Spikes at equal intervals, how many in each step; none at the rate 0."""
    if rate == 0:
        return np.zeros(len(t))
    with np.errstate(over="ignore"):  # at the lowest rates there is no second spike
        when = np.floor((first + np.arange(count) * 1000 / rate + EDGE) / run.dt)
    found = np.bincount(when[(when >= 0) & (when < len(t))].astype(int), minlength=len(t))
    return found.astype(float)


def spike_train(t, p, run):
    return p.weight * regular(t, p.onset, p.rate, p.spikes, run)


def poisson_spikes(t, p, run):
    return p.weight * arrivals(t, p.rate, p.onset, run)


def pairs(t, p, run):
    """[T, 2]: presynaptic and postsynaptic spikes, the earlier of the first pair at the onset."""
    first = p.onset + max(0.0, -p.delta)
    return np.stack([regular(t, start, p.rate, p.pairs, run) for start in (first, first + p.delta)], axis=1)


class Segment(NamedTuple):
    """One piece of a protocol: from `start` to `end` (ms, half-open) the current is value + slope (t - start)."""

    start: float
    end: float
    value: float
    slope: float = 0.0


def own_onset(p, source) -> float:
    return getattr(p, "onset", 0.0)


def never(p, source) -> float:
    return math.inf


def first_onset(p, segments: tuple[Segment, ...]) -> float:
    return min((s.start for s in segments if s.start > 0), default=0.0)


def last_end(p, segments: tuple[Segment, ...]) -> float:
    return max((s.end for s in segments), default=math.inf)


def after_length(p, source) -> float:
    return p.onset + p.length


def after_pulses(p, source) -> float:
    return p.onset + (p.pulses - 1) * p.period + p.width


def row(values: Any) -> list[float]:
    """Numbers as floats. Raises TypeError or ValueError for what is none."""
    if any(isinstance(value, bool) for value in values):
        raise TypeError("True and False are no numbers")
    return [float(value) for value in values]


def points(source: Any) -> tuple[tuple[float, float], ...]:
    """The points of a table, (time in ms, current), checked. Raises ValueError."""
    try:
        found = tuple((time, value) for time, value in map(row, source))
    except (TypeError, ValueError) as error:
        raise ValueError("the source of a Table is not allowed: give pairs (time in ms, current)") from error
    times = [time for time, _ in found]
    if not all(map(math.isfinite, (x for point in found for x in point))):
        raise ValueError("the source of a Table is not allowed: give finite numbers")
    if any(b <= a for a, b in pairwise(times)):
        raise ValueError("the source of a Table is not allowed: its times must ascend")
    return found


def segments(source: Any) -> tuple[Segment, ...]:
    """The segments of a protocol, checked. Raises ValueError."""
    try:
        found = tuple(Segment(*row(one)) for one in source)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "the source of a Protocol is not allowed: give Segments (start, end, value, slope), times in ms"
        ) from error
    if not all(map(math.isfinite, (x for one in found for x in one))):
        raise ValueError("the source of a Protocol is not allowed: give finite numbers")
    return found


def sweep(source: Any) -> Sweep:
    """A recorded sweep. Raises ValueError."""
    if not isinstance(source, Sweep):
        raise ValueError(f"the source of a Recorded is {what_is(source)}: give a Sweep, see snnlab.models.read")
    return source


class Kind(NamedTuple):
    """An input as a value: its name, what menus call it, its parameters, and what it is over time, at which port."""

    name: str
    title: str
    fields: Any
    shape: Callable[..., np.ndarray] | None  # of times in ms, parameters, context; None: made of parts
    port: Literal["current", "spikes", "pairs"] = "current"
    source: Any = None  # makes what the tuple of numbers cannot hold: a sweep, segments
    checked: Callable[[Any], Any] | None = None  # such a source as it is kept
    onset: Callable[..., float] = own_onset  # ms
    end: Callable[..., float] = never  # ms, when the current is back at what it was before


KINDS = (
    Kind("Constant", "constant", ConstantParameters, constant),
    Kind("Step", "step", StepParameters, step, end=after_length),
    Kind("Ramp", "ramp", RampParameters, ramp),
    Kind("PulseTrain", "pulse train", PulseTrainParameters, pulses, end=after_pulses),
    Kind("Sine", "sine", SineParameters, sine),
    Kind("Chirp", "chirp (ZAP)", ChirpParameters, chirp, end=after_length),
    Kind("Noise", "Ornstein-Uhlenbeck noise", NoiseParameters, noise),
    Kind("Synaptic", "Poisson spikes through a synapse", SynapticParameters, synaptic),
    Kind("Table", "table", TableParameters, table, source=tuple, checked=points),
    Kind("Recorded", "recorded current (file)", RecordedParameters, recorded, source=example, checked=sweep),
    Kind(
        "Protocol",
        "protocol",
        ProtocolParameters,
        protocol,
        source=tuple,
        checked=segments,
        onset=first_onset,
        end=last_end,
    ),
    Kind("SpikeTrain", "regular spikes", SpikeTrainParameters, spike_train, "spikes"),
    Kind("PoissonSpikes", "Poisson spikes", PoissonSpikesParameters, poisson_spikes, "spikes"),
    Kind("Pairs", "pairs of spikes", PairsParameters, pairs, "pairs"),
    Kind("Sum", "sum", Nothing, None),
    Kind("Sequence", "sequence", Nothing, None),
)
