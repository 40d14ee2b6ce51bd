"""Inputs over time as values: each is an annotated tuple and a function; `KINDS` lists them.

Time runs on the grid t_k = k dt; a value holds for its step. Intervals are half-open: on at `onset`, off at its end.
What is a formula of time is written in torch, recorded once, and printed from that: as numpy, which samples it, as
LaTeX, and for other programs (`formula.py`). What is drawn by chance, or read from data, is a function of numpy.
"""

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple, get_args

import numpy as np
import torch
from torch import Tensor

from snnlab.core import Choice, Count, Quantity, refused
from snnlab.core.tuples import Nothing

from ..recordings.sweep import EDGE
from .compounds import LASTING, PARTS
from .quantities import Drive, Gain, Jump, Time, hertz
from .random_samples import arrivals, decaying, faded, ornstein_uhlenbeck
from .sources import POINTS, SEGMENTS, SWEEP, TICKS, Source
from .synaptic_input import ExcitationInhibitionParameters, excitation_inhibition
from .trains import (
    ClocksParameters,
    PairsParameters,
    PoissonPairParameters,
    clocks,
    number,
    pairs,
    poisson_pair,
    regular,
    ticks,
)


class ConstantParameters(NamedTuple):
    amplitude: Annotated[float, Drive(1.0, symbol="A", doc="current at all times")] = 1.0


class StepParameters(NamedTuple):
    amplitude: Annotated[float, Drive(1.0, symbol="A", doc="current during the step")] = 1.0
    base: Annotated[float, Drive(0.0, symbol="I_0", doc="current before and after")] = 0.0
    onset: Annotated[float, Time("start of the step", symbol="t_0")] = 10.0
    length: Annotated[float, Time("length of the step", high=500, symbol="T")] = 80.0


class TwoStepsParameters(NamedTuple):
    amplitude: Annotated[float, Drive(1.0, symbol="A", doc="current during the first step")] = 1.0
    second: Annotated[float, Drive(0.5, symbol="I_1", doc="current during the second step")] = 0.5
    base: Annotated[float, Drive(0.0, symbol="I_0", doc="current before and after")] = 0.0
    onset: Annotated[float, Time("start of the first step", symbol="t_0")] = 10.0
    length: Annotated[float, Time("length of the first step", high=500, symbol="T")] = 40.0
    second_length: Annotated[float, Time("length of the second step", high=500, symbol="T_1")] = 40.0


class RampParameters(NamedTuple):
    start: Annotated[float, Drive(0.0, symbol="I_0", doc="current until the ramp begins")] = 0.0
    end: Annotated[float, Drive(2.0, symbol="I_1", doc="current when the ramp ends, and after")] = 2.0
    onset: Annotated[float, Time("start of the ramp", symbol="t_0")] = 10.0
    length: Annotated[float, Time("length of the ramp", high=500, least=0.01, symbol="T")] = 80.0


class PulseTrainParameters(NamedTuple):
    amplitude: Annotated[float, Drive(2.0, symbol="A", doc="current during a pulse")] = 2.0
    base: Annotated[float, Drive(0.0, symbol="I_0", doc="current between pulses")] = 0.0
    onset: Annotated[float, Time("start of the first pulse", symbol="t_0")] = 10.0
    width: Annotated[float, Time("width of a pulse", high=50, symbol="w")] = 5.0
    period: Annotated[float, Time("time from pulse to pulse", least=0.1, symbol="T")] = 20.0
    pulses: Annotated[int, Count(low=1, high=20, bounds=(1, 10_000), symbol="N", doc="number of pulses")] = 4


class SineParameters(NamedTuple):
    amplitude: Annotated[float, Drive(0.5, level=False, symbol="A", doc="amplitude of the sine")] = 0.5
    mean: Annotated[float, Drive(0.5, symbol="I_0", doc="mean current")] = 0.5
    frequency: Annotated[float, hertz("frequency of the sine", symbol="f")] = 20.0
    phase: Annotated[
        float, Quantity("°", low=0, high=360, bounds=(-1e4, 1e4), symbol="φ", doc="phase at the start")
    ] = 0.0


class ChirpParameters(NamedTuple):
    amplitude: Annotated[float, Drive(0.5, level=False, symbol="A", doc="amplitude of the chirp (ZAP)")] = 0.5
    mean: Annotated[float, Drive(0.5, symbol="I_0", doc="mean current")] = 0.5
    first: Annotated[float, hertz("frequency at the start of the chirp", symbol="f_0")] = 0.0
    last: Annotated[float, hertz("frequency at the end of the chirp", symbol="f_1")] = 100.0
    onset: Annotated[float, Time("start of the chirp", symbol="t_0")] = 0.0
    length: Annotated[float, Time("length of the chirp", high=1000, least=0.01, symbol="T")] = 1000.0


class NoiseParameters(NamedTuple):
    mean: Annotated[float, Drive(0.6, doc="mean current")] = 0.6
    sigma: Annotated[float, Drive(0.5, least=0.0, level=False, doc="standard deviation of the current")] = 0.5
    tau: Annotated[float, Quantity("ms", low=0.1, high=50, bounds=(1e-3, 1e4), doc="correlation time")] = 3.0


class SynapticParameters(NamedTuple):
    rate: Annotated[float, hertz("rate of all spikes that arrive", high=2000)] = 500.0
    weight: Annotated[float, Drive(0.2, level=False, doc="jump of the current at a spike")] = 0.2
    tau: Annotated[float, Quantity("ms", low=0.5, high=50, bounds=(1e-3, 1e4), doc="time constant of the synapse")] = (
        5.0
    )
    onset: Annotated[float, Time("start of the spikes")] = 0.0


class TableParameters(NamedTuple):
    gain: Annotated[float, Gain(doc="gain of the points' current")] = 1.0
    offset: Annotated[float, Drive(0.0, doc="added current")] = 0.0
    between: Annotated[str, Choice(("linear", "hold"), doc="interpolation between points")] = "linear"


class ProtocolParameters(NamedTuple):
    gain: Annotated[float, Gain(doc="gain of the protocol's current")] = 1.0
    offset: Annotated[float, Drive(0.0, doc="added current")] = 0.0


class RecordedParameters(NamedTuple):
    gain: Annotated[float, Gain(unit="pA", doc="gain of the recorded current")] = 1.0
    offset: Annotated[float, Drive(0.0, free=True, doc="added current")] = 0.0


class SpikeTrainParameters(NamedTuple):
    rate: Annotated[float, hertz("rate of the spikes", low=1, symbol="r")] = 20.0
    spikes: Annotated[int, Count(low=1, high=50, bounds=(1, 100_000), symbol="N", doc="number of spikes")] = 10
    onset: Annotated[float, Time("first spike", symbol="t_0")] = 10.0
    weight: Annotated[float, Jump(symbol="w", doc="amplitude of a spike")] = 1.0


class PoissonSpikesParameters(NamedTuple):
    rate: Annotated[float, hertz("rate of the spikes")] = 50.0
    weight: Annotated[float, Jump(doc="amplitude of a spike")] = 1.0
    onset: Annotated[float, Time("start of the spikes")] = 0.0


# -- formulas: of the time t in ms and the parameters, in torch; of spikes, how many came before t ---------------------


def constant(t, p):
    return p.amplitude


def within(t, start, length):
    """Where the half-open interval [start, start + length) holds."""
    return (t > start - EDGE) & (t < start + length - EDGE)


def step(t, p):
    return torch.where(within(t, p.onset, p.length), p.amplitude, p.base)


def two_steps(t, p):
    after = torch.where(within(t, p.onset + p.length, p.second_length), p.second, p.base)
    return torch.where(within(t, p.onset, p.length), p.amplitude, after)


def ramp(t, p):
    return p.start + (p.end - p.start) * torch.clip((t - p.onset) / p.length, 0.0, 1.0)


def pulses(t, p):
    newest = number(torch.floor((t - p.onset + EDGE) / p.period), p.pulses - 1)  # of those so far
    return torch.where(within(t - p.onset - newest * p.period, 0.0, p.width), p.amplitude, p.base)


def sine(t, p):
    return p.mean + p.amplitude * torch.sin(2 * math.pi * p.frequency * t / 1000 + p.phase * (math.pi / 180))


def chirp(t, p):
    """The frequency grows linearly; before and after the current is its mean."""
    s = (t - p.onset) / 1000
    phase = 2 * math.pi * (p.first * s + (p.last - p.first) / (2 * p.length / 1000) * s**2)
    return p.mean + torch.where(within(t, p.onset, p.length), p.amplitude * torch.sin(phase), 0.0)


def spike_train(t, p):
    return regular(t, p.onset, p.rate, p.spikes)


# -- by chance, and from data: of times in ms, parameters, and what a run has besides ---------------------------------


def noise(t, p, run):
    return p.mean + ornstein_uhlenbeck((len(t),), run.dt, p.sigma, p.tau, run.generator).numpy()


def synaptic(t, p, run):
    """Poisson spikes of the given rate through an exponential synapse, tau di/dt = -i: each adds `weight` to i.

    The current of a step is that at its end, after spikes that came anywhere in it: so it has the mean
    rate weight tau and the variance rate weight^2 tau / 2 at every dt.
    """
    arrived = arrivals(t, p.rate, p.onset, run)
    return decaying(p.weight * faded(arrived, run.dt / p.tau, run.generator), float(np.exp(-run.dt / p.tau)))


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


def poisson_spikes(t, p, run):
    return p.weight * arrivals(t, p.rate, p.onset, run)


# -- when they set in, and are over -----------------------------------------------------------------------------------


def own_onset(p, source) -> float:
    return getattr(p, "onset", 0.0)


def never(p, source) -> float:
    return math.inf


def after_length(p, source) -> float:
    return p.onset + p.length


def after_both(p, source) -> float:
    return p.onset + p.length + p.second_length


def after_pulses(p, source) -> float:
    return p.onset + (p.pulses - 1) * p.period + p.width


Enters = Literal["current", "spikes", "pairs"]
PORTS = get_args(Enters)


class KindFields(NamedTuple):
    """Fields of a kind."""

    name: str
    title: str
    fields: Any
    formula: Callable[[Tensor, Any], Any] | None = None
    samples: Callable[..., np.ndarray] | None = None
    port: Enters | None = "current"  # None: those of its parts
    source: Source | None = None
    onset: Callable[..., float] = own_onset  # ms
    end: Callable[..., float] = never  # ms, when the current is back at what it was before
    first: Callable[..., float] | None = None  # ms, when the first step is over, where another follows
    sides: bool = False  # of spikes: samples [steps, 2] of what excites and what inhibits


class Kind(KindFields):
    """An input as a value: its name, what menus call it, its parameters, and what it is over time, at which port.

    That is a `formula` of time and parameters, or `samples` of times, parameters and context, or, where there is
    neither, what its parts give. `source` is what of it is no number. What has neither a formula nor a source is drawn
    by chance.
    """

    __slots__ = ()  # as fast to find among what is kept as a plain tuple

    def __new__(cls, *given, **more) -> "Kind":
        """Raises ValueError for an unknown port, and where nothing, or more than one thing, says what it is."""
        made = super().__new__(cls, *given, **more)
        if made.port not in (*PORTS, None):
            raise refused(f"{made.name}.port", made.port, f"one of {', '.join(PORTS)}, or None for that of its parts")
        functions = (made.formula is not None) + (made.samples is not None)
        if made.port is None and (functions or made.source is None):
            raise ValueError(f"{made.name} has no port, and is what its parts give: give a source, and no function")
        if made.port is not None and functions != 1:
            both = "both a formula and" if functions else "neither a formula nor"
            raise ValueError(f"{made.name} has {both} samples: give one of them, which says what it is over time")
        return made

    @property
    def random(self) -> bool:
        return self.formula is None and self.source is None

    @property
    def offered(self) -> bool:
        """Whether a menu can make it."""
        return self.source is None or self.source.offered


KINDS = (
    Kind("Constant", "constant", ConstantParameters, constant),
    Kind("Step", "step", StepParameters, step, end=after_length),
    Kind("TwoSteps", "two steps", TwoStepsParameters, two_steps, end=after_both, first=after_length),
    Kind("Ramp", "ramp", RampParameters, ramp),
    Kind("PulseTrain", "pulse train", PulseTrainParameters, pulses, end=after_pulses),
    Kind("Sine", "sine", SineParameters, sine),
    Kind("Chirp", "chirp (ZAP)", ChirpParameters, chirp, end=after_length),
    Kind("Noise", "Ornstein-Uhlenbeck noise", NoiseParameters, samples=noise),
    Kind("Synaptic", "Poisson spikes through a synapse", SynapticParameters, samples=synaptic),
    Kind("Table", "drawn by hand (points)", TableParameters, samples=table, source=POINTS),
    Kind("Recorded", "recorded current (file)", RecordedParameters, samples=recorded, source=SWEEP),
    Kind(
        "Protocol",
        "protocol",
        ProtocolParameters,
        samples=protocol,
        source=SEGMENTS,
        onset=SEGMENTS.onset,
        end=SEGMENTS.end,
    ),
    Kind("SpikeTrain", "regular spikes", SpikeTrainParameters, spike_train, port="spikes"),
    Kind("PoissonSpikes", "Poisson spikes", PoissonSpikesParameters, samples=poisson_spikes, port="spikes"),
    Kind(
        "ExcitationInhibition",
        "excitation and inhibition (Poisson spikes)",
        ExcitationInhibitionParameters,
        samples=excitation_inhibition,
        port="spikes",
        sides=True,
    ),
    Kind("Pairs", "pairs of spikes", PairsParameters, pairs, port="pairs"),
    Kind("Clocks", "two clocks", ClocksParameters, clocks, port="pairs"),
    Kind("PoissonPair", "two Poisson trains", PoissonPairParameters, samples=poisson_pair, port="pairs"),
    Kind("Trains", "two trains, by clicks", Nothing, samples=ticks, port="pairs", source=TICKS),
    Kind("Sum", "sum", Nothing, port=None, source=PARTS, onset=PARTS.onset, end=PARTS.end),
    Kind("Sequence", "sequence", Nothing, port=None, source=LASTING, onset=LASTING.onset, end=LASTING.end),
)
