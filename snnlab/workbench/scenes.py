"""What the explorer shows of each family of models: the rows of its plots, the numbers beside them, a curve."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, NamedTuple

import numpy as np
from torch import Tensor

from snnlab.analysis import (
    cv,
    pattern_of,
    population_rate,
    power_spectrum,
    released,
    spike_counts,
    spike_statistics,
    synchrony_index,
    trace,
)
from snnlab.core import Catalogue, Neuron, Plasticity, Quantity
from snnlab.core.palette import CURRENT, MEASURED, SPIKE, STATE, VOLTAGE
from snnlab.engine import Recording
from snnlab.models import ENCODERS, NETWORKS, NEURONS, PLASTICITY, SURROGATES, Model, Result, Sweep
from snnlab.symbolic import plain_symbol
from snnlab.views import Data, Row

from .cards import capital, cell, equation_text, likeness, statistics

MARKS = 6000  # of a raster: more would be one dark area, and slow


class Curve(NamedTuple):
    """A curve beside the plots: what it is called, its axes."""

    title: str
    x: str
    y: str


class Drawn(NamedTuple):
    """A run as it is to be shown; `spikes` are the times that rows mark."""

    result: Result
    duration: float
    data: dict[str, Data]
    spikes: np.ndarray
    numbers: list[tuple[str, str]]
    curve: tuple[np.ndarray, np.ndarray] | None = None


def labelled(symbol: str, mark: Quantity) -> str:
    return f"{symbol} ({mark.unit})"


class Scene:
    """What is shown of a model; abstract. `draw` runs in a worker and touches no widget."""

    menu: ClassVar[str]
    kinds: ClassVar[Catalogue]
    measured: ClassVar[str] = "Measured"
    curve: ClassVar[Curve | None] = None
    raster: ClassVar[str] = "neuron"
    populations: ClassVar[bool] = True  # whether it has neurons to count
    sections: ClassVar[dict[str, str]] = {"settings": "Run: duration, dt, seed and more"}  # folded: group -> title

    def __init__(self, model: Model) -> None:
        self.marks = model.variables()

    def rows(self, model: Model) -> list[Row]:
        """The plots, from the model's variables and what drives it."""
        rows = [self.row(name, mark) for name, mark in self.marks.items()]
        rows += self.inputs(model)
        return [*rows, Row("raster", "Spikes", self.raster, SPIKE, 0, 1, 3, raster=True)]

    def row(self, name: str, mark: Any) -> Row:
        color, weight = (VOLTAGE, 4) if name == "v" else (STATE, 2)
        title = capital(mark.doc)
        label = labelled(plain_symbol(name, mark), mark)
        edge = 0.04 * (mark.high - mark.low)  # a line on the frame itself would be half hidden
        low, high = (mark.low, mark.high) if name == "v" else (mark.low - edge, mark.high + edge)
        return Row(name, title, label, color, low, high, weight, spikes=name == "v", fit=name != "v")

    def inputs(self, model: Model) -> list[Row]:
        """What comes in; a row is hidden while nothing does."""
        current, rows = model.port.current, []
        if current is not None:
            low, high = min(0, current.low / 4), current.high / 2
            rows.append(Row("I", "Stimulus", labelled("I", current), CURRENT, low, high, 2, fit=True))
        if model.port.jump is not None:
            rows.append(Row("input", "Input spikes", "input", CURRENT, 0, 1, 1, raster=True))
        return rows

    def equations(self, model: Model) -> str:
        """Its equations as one block of LaTeX; "" where there are none."""
        return equation_text(model.equations())

    def prepare(self, model: Model) -> Callable[[Result], Drawn]:
        """What draws a result, with the model's values as they are now."""
        return self.draw

    def draw(self, result: Result) -> Drawn:
        recording = result.recording
        t, sampled = (x.astype(np.float32) for x in (recording.time, recording.sample_time))  # as far as it went
        duration = len(next(iter(result.inputs.values()))) * recording.dt
        data = {
            name: Data(sampled, values.reshape(len(values), math.prod(values.shape[1:]))[:, 0].cpu().numpy())
            for name, values in recording.variables.items()
        }
        data |= inputs_of_samples(result.inputs, duration)
        data["raster"] = self.rastered(recording, t)
        return Drawn(result, duration, data, recording.spike_times(), self.numbers(result, duration))

    def rastered(self, recording, t: np.ndarray) -> Data:
        fired = recording.spikes.reshape(len(t), -1)
        n = fired.shape[1]
        step = max(1, round(n * int(fired.sum()) / MARKS / n))  # as many neurons as there is room for
        when, who = fired[:, ::step].cpu().numpy().nonzero()
        count = len(range(0, n, step))
        title = f"Spikes of {n:,} neurons" + (f", of {count} shown" if step > 1 else "") if n > 1 else "Spikes"
        return Data(t[when], (who * step + 1).astype(np.float32), title, (0.25, n + 0.75))

    def said(self, result: Result) -> str:
        """What is said of it when no newer run waits, as HTML."""
        return ""

    def numbers(self, result: Result, duration: float) -> list[tuple[str, str]]:
        spikes = int(result.recording.spikes.sum())
        return [("Spike count", cell(spikes, digits=0))]


def inputs_of_samples(inputs: Mapping[str, Tensor], duration: float) -> dict[str, Data]:
    """The rows of what comes in: current and spikes, pairs of them in two lines."""
    data = {}
    if "current" in inputs:
        current = inputs["current"].numpy().astype(np.float32)
        data["I"] = Data(np.linspace(0, duration, len(current) + 1, dtype=np.float32)[1:], current)
    spikes = inputs.get("spikes", inputs.get("pairs"))
    if spikes is not None:
        when, side = spikes.reshape(len(spikes), -1).numpy().nonzero()
        height = np.where(side > 0, 0.7, 0.3) if spikes.ndim > 1 else np.full(len(when), 0.5)
        t = (1 + when) * (duration / len(spikes))
        data["input"] = Data(t.astype(np.float32), height.astype(np.float32), None, (0, 1))
    return data


class NeuronScene(Scene):
    menu = "neuron"
    kinds = NEURONS
    measured = "Measured on the first neuron"
    sections: ClassVar[dict[str, str]] = {
        "settings": "Run: duration, dt, integrator, population",
        "initial": "Initial state",
        "gradient": "Surrogate gradient (for training)",
    }

    def rows(self, model: Model) -> list[Row]:
        rows = super().rows(model)
        rows.insert(1, Row("measured", "Measured membrane potential", "v (mV)", MEASURED, -80, 40, 3))
        return rows if can_spike(model.definition) else [row for row in rows if row.key != "raster"]

    def draw(self, result: Result) -> Drawn:
        drawn = super().draw(result)
        recording, data = result.recording, drawn.data
        if "v" in data:
            data["v"] = data["v"]._replace(y=trace(recording, result.definition, result.p))
        data["raster"] = data["raster"]._replace(title=self.raster_title(recording.spikes, data["raster"].title))
        if isinstance(sweep := result.source, Sweep) and sweep.voltage is not None:
            since = (sweep.time - sweep.time[0]).astype(np.float32)
            data["measured"] = Data(since, sweep.voltage.astype(np.float32))
        return drawn

    def said(self, result: Result) -> str:
        """The firing pattern."""
        whole = "v" in result.recording.variables and result.recording.every == 1  # the voltage at every step
        told = can_spike(result.definition) and whole and result.failure is None
        return likeness(pattern_of(result)) if told else ""

    def numbers(self, result: Result, duration: float) -> list[tuple[str, str]]:
        recording = result.recording
        if not can_spike(result.definition):
            return self.potentials(recording)
        begin, end = min(result.onset, duration), min(result.end, duration)
        measured = spike_statistics(recording.spike_times(), duration, begin, end)
        n = recording.spikes.shape[1]
        driven = recording.spikes[round(begin / recording.dt) : round(end / recording.dt)]
        of_all = 1000 * int(driven.sum()) / n / (end - begin) if end > begin else None
        return statistics(measured, of_all, n, whole=end - begin >= duration - recording.dt)

    @staticmethod
    def raster_title(spikes: Tensor, title: str) -> str:
        """The title with what there is to say of the noise."""
        if spikes.shape[1] == 1:
            return title
        alike = bool((spikes == spikes[:, :1]).all())  # without noise, or with too little to change anything
        return f"{title}, {'all alike' if alike else 'noise increasing from bottom to top'}"

    def potentials(self, recording: Recording) -> list[tuple[str, str]]:
        """What there is to measure of a neuron that never spikes."""
        if "v" not in recording.variables:
            return []
        v, unit = recording.variables["v"][:, 0], self.marks["v"].unit
        unit = "" if unit == "1" else unit
        return [
            ("Highest potential", cell(float(v.max()), unit, 3)),
            ("reached at", cell(float(recording.time[int(v.argmax())]), "ms")),
            ("Lowest potential", cell(float(v.min()), unit, 3)),
        ]


def can_spike(neuron: Neuron) -> bool:
    """A leaky integrator, without a threshold, cannot."""
    return neuron.excess is not None


class EncoderScene(Scene):
    menu = "encoder"
    kinds = ENCODERS

    def rows(self, model: Model) -> list[Row]:
        given = self.marks["x"]
        label = labelled("x", given)
        signal = Row(
            "x", "Signal and decoded signal (violet)", label, CURRENT, given.low, given.high, 4, other=MEASURED
        )
        return [signal, Row("raster", "Spikes", self.raster, SPIKE, 0, 1, 4, raster=True)]

    def draw(self, result: Result) -> Drawn:
        drawn = super().draw(result)
        data = drawn.data
        data["x"] = data["x"]._replace(other=data.pop("decoded").y)
        return drawn

    def numbers(self, result: Result, duration: float) -> list[tuple[str, str]]:
        spikes, variables = result.recording.spikes, result.recording.variables
        error = (variables["decoded"] - variables["x"]).numpy()
        rms = float(np.sqrt(np.nanmean(error**2))) if np.isfinite(error).any() else None
        rate = 1000 * int(spikes.sum()) / duration / spikes.shape[1]
        return [
            ("Spike count", cell(int(spikes.sum()), digits=0)),
            ("Mean rate of a neuron", cell(rate, "Hz")),
            ("Error of the decoded value", cell(rms, digits=3)),
        ]


class PlasticityScene(Scene):
    menu = "plasticity rule"
    sections: ClassVar[dict[str, str]] = Scene.sections | {"initial": "Initial state"}
    kinds = PLASTICITY
    curve = Curve("Weight change by one pair", "from pre to post (ms)", "Δw")
    populations = False

    def rows(self, model: Model) -> list[Row]:
        names = ("input", "I")
        rows = [row for row in super().rows(model) if row.key not in names]
        sides = {"label": "synapse", "weight": 2, "names": ("pre", "post")[: self.sides(model.definition)]}
        return [row._replace(**sides) if row.key == "raster" else row for row in rows]

    @staticmethod
    def sides(rule: Plasticity) -> int:
        """How many sides of the synapse have spikes: a rule without pairs, and without a neuron, has one."""
        return 2 if rule.two_sided or "z" in rule.synapse._fields else 1

    def row(self, name: str, mark: Any) -> Row:
        return super().row(name, mark)._replace(color=VOLTAGE if name in ("w", "i", "v") else STATE)

    def prepare(self, model: Model) -> Callable[[Result], Drawn]:
        return partial(self.draw_with_window, model.copy())

    def draw_with_window(self, model: Any, result: Result) -> Drawn:
        drawn = self.draw(result)
        both = self.sides(model.definition) == 2
        title = "Pre- and postsynaptic spikes" if both else "Presynaptic spikes"
        drawn.data["raster"] = drawn.data["raster"]._replace(title=title, frame=(0.5, 2.5 if both else 1.5))
        if model.definition.learn is None:
            return drawn
        return drawn._replace(curve=model.window(dt=result.recording.dt))

    def numbers(self, result: Result, duration: float) -> list[tuple[str, str]]:
        recording = result.recording
        pre, post = recording.spikes.sum(0).tolist()
        rows = [("Presynaptic spikes", cell(pre, digits=0)), ("Postsynaptic spikes", cell(post, digits=0))]
        rows = rows[: self.sides(result.definition)]
        if result.definition.learn is not None:
            w = recording.variables["w"]
            rows += [
                ("Weight at the beginning", cell(float(w[0]), digits=4)),
                ("Weight at the end", cell(float(w[-1]), digits=4)),
            ]
        if "i" in recording.variables and "x" in recording.variables:
            sizes = released(recording)
            if len(sizes) > 1:
                rows += [
                    ("First response", cell(sizes[0], digits=3)),
                    ("Last response", cell(sizes[-1], digits=3)),
                ]
                rows.append(("Second over first", cell(sizes[1] / sizes[0] if sizes[0] else None, digits=3)))
        return rows


class SurrogateScene(Scene):
    menu = "surrogate"
    kinds = SURROGATES
    populations = False
    curve = Curve("Slope that a gradient sees", "distance from the threshold", "slope")

    def rows(self, model: Model) -> list[Row]:
        return [row for row in super().rows(model) if row.key != "I"]

    def draw(self, result: Result) -> Drawn:
        drawn, variables = super().draw(result), result.recording.variables
        order = variables["x"].argsort()
        return drawn._replace(curve=tuple(variables[name][order].numpy() for name in ("x", "slope")))

    def numbers(self, result: Result, duration: float) -> list[tuple[str, str]]:
        return [
            *super().numbers(result, duration),
            ("Largest slope", cell(float(result.recording.variables["slope"].max()), digits=3)),
        ]


class NetworkScene(Scene):
    menu = "network"
    kinds = NETWORKS

    def rows(self, model: Model) -> list[Row]:
        first, *others = super().rows(model)
        rate = Row("rate", "Rate of all neurons", "rate (Hz)", VOLTAGE, 0, 50, 3)
        return [first._replace(title=f"{first.title} of the first neuron", weight=3), rate, *others]

    def draw(self, result: Result) -> Drawn:
        drawn, recording = super().draw(result), result.recording
        dt, width = recording.dt, self.width(recording)
        whole = len(recording.spikes) // width * width
        if not whole:
            return drawn
        t, rate = population_rate(recording, width=width * dt)
        drawn.data["rate"] = Data(t.astype(np.float32), rate.astype(np.float32))
        if not rate.any() or len(rate) < 64:
            return drawn
        f, power = power_spectrum(rate, width * dt, segments=2)
        rhythm = ("Strongest rhythm", cell(float(f[1:][power[1:].argmax()]), "Hz", 0))
        return drawn._replace(numbers=[*drawn.numbers, rhythm])

    @staticmethod
    def width(recording) -> int:
        """Steps over which spikes are counted: about 1 ms."""
        return max(1, round(1 / recording.dt))

    def numbers(self, result: Result, duration: float) -> list[tuple[str, str]]:
        recording, dt = result.recording, result.recording.dt
        spikes, width = recording.spikes.numpy(), self.width(recording)
        whole = len(spikes) // width * width
        some = spikes[:whole, :: max(1, spikes.shape[1] // 200)]
        found = [value for k in range(some.shape[1]) if (value := cv(np.flatnonzero(some[:, k]))) is not None]
        chi = synchrony_index(spike_counts(some, dt, width * dt)) if whole and some.any() else None
        return [
            ("Spike count", cell(int(spikes.sum()), digits=0)),
            ("Mean rate of a neuron", cell(1000 * spikes.mean() / dt, "Hz")),
            ("Mean CV of intervals", cell(float(np.mean(found)) if found else None, digits=2)),
            ("Synchrony χ of 200", cell(chi, digits=2)),
        ]


SCENES = {
    "neuron": NeuronScene,
    "encoder": EncoderScene,
    "plasticity": PlasticityScene,
    "surrogate": SurrogateScene,
    "network": NetworkScene,
}
