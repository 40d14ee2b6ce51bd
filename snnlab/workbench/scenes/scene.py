"""What the explorer shows of a model: the rows of its plots, the numbers beside them, a curve."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
from torch import Tensor

from snnlab.core import Catalogue, Quantity, Steps
from snnlab.core.palette import CURRENT, SPIKE, STATE, VOLTAGE
from snnlab.models import Experiment, Model, Result
from snnlab.models.stimuli.port import INHIBITION
from snnlab.symbolic import plain_symbol
from snnlab.views import Data, Row

from ..cards import Beside, Number, capital, cell

ARRIVED = {False: "Input spikes", True: "Input spikes: excitation above, inhibition below"}  # whether some inhibit
MARKS = 6000  # of a raster: more would be one dark area, and slow


class Curve(NamedTuple):
    """A curve beside the plots: its title, its axes, what dots on it and a dashed one are, where there are any."""

    title: str
    x: str
    y: str
    dots: str = ""
    dashed: str = ""


class Drawn(NamedTuple):
    """A run as it is to be shown; `spikes` are the times that rows mark."""

    result: Result
    duration: float
    data: dict[str, Data]
    spikes: np.ndarray
    numbers: list[Number]
    curve: tuple[np.ndarray, ...] | None = None
    beside: tuple[Beside, ...] = ()  # numbers of a cell under the same stimulus
    agreement: tuple[Number, ...] = ()  # those of the numbers that compare the model with it


def axis_label(symbol: str, mark: Quantity) -> str:
    return f"{symbol} ({mark.unit})"


class Scene:
    """What is shown of a model; abstract. `draw` runs in a worker and touches no widget."""

    menu: ClassVar[str]
    kinds: ClassVar[Catalogue]
    measured: ClassVar[str] = "Measured"
    curve: ClassVar[Curve | None] = None
    raster: ClassVar[str] = "neuron"
    signal: ClassVar[str] = "I"  # the row of the current that comes in, where a hand may draw
    lines: ClassVar[int] = 100_000  # of a raster, at most about twice as many
    remark_first: ClassVar[bool] = False  # whether the remark stands above the numbers
    populations: ClassVar[bool] = True  # whether it has neurons to count
    sums: ClassVar[bool] = False  # whether a hand may add up stimuli
    lengthy: ClassVar[bool] = False  # whether runs may take seconds: they say how far they are, and can be stopped
    sampled: bool = False  # whether a page may sample for its runs what a hand draws
    sections: ClassVar[dict[str, str]] = {"settings": "Run: duration, dt, seed and more"}  # folded: group -> title

    def __init__(self, model: Model) -> None:
        self.marks = model.variables()

    @classmethod
    def families(cls) -> dict[str, list[str]]:
        """The names of `kinds`, in groups for the menu; none where they are few."""
        return {}

    @classmethod
    def about(cls, definition: Any) -> str:
        """What is said of a model, below its name in the menu."""
        return definition.doc

    @classmethod
    def groups(cls, model: Model) -> dict[str, list[str]]:
        """The names of a model's knobs, in groups that say what they do; none where that is not known."""
        return {}

    def rows(self, model: Model) -> list[Row]:
        """The plots, from the model's variables and what drives it."""
        rows = [self.row(name, mark) for name, mark in self.marks.items()]
        rows += self.inputs(model)
        return [*rows, Row("raster", "Spikes", self.raster, SPIKE, 0, 1, 3, raster=True)]

    def row(self, name: str, mark: Any) -> Row:
        color, weight = (VOLTAGE, 4) if name == "v" else (STATE, 2)
        title = capital(mark.doc)
        label = axis_label(plain_symbol(name, mark).partition(" (")[0], mark)  # of which two it is, the title says
        edge = 0.04 * (mark.high - mark.low)  # a line on the frame itself would be half hidden
        low, high = (mark.low, mark.high) if name == "v" else (mark.low - edge, mark.high + edge)
        return Row(name, title, label, color, low, high, weight, spikes=name == "v", fit=name != "v")

    def inputs(self, model: Model) -> list[Row]:
        """What comes in; a row is hidden while nothing does."""
        current, rows = model.port.current, []
        if current is not None:
            own = current.low, current.high
            low, high = own if current.origin else (min(0, current.low / 4), current.high / 2)
            title = capital(current.doc) if current.symbol else "Stimulus"
            rows.append(Row("I", title, axis_label(current.symbol or "I", current), CURRENT, low, high, 2, fit=True))
        if model.port.jump is not None:
            rows.append(Row("input", ARRIVED[False], "input", CURRENT, 0, 1, 1, raster=True))
        return rows

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
        data["raster"] = self.raster_data(recording, t)
        return Drawn(result, duration, data, recording.spike_times(), self.numbers(result, duration))

    def raster_data(self, recording, t: np.ndarray) -> Data:
        fired = recording.spikes.reshape(len(t), math.prod(recording.spikes.shape[1:]))  # of none as well
        n = fired.shape[1]
        step = max(1, round(int(fired.sum()) / MARKS), n // self.lines)  # as many neurons as there is room for
        when, who = fired[:, ::step].cpu().numpy().nonzero()
        count, titles = len(range(0, n, step)), raster_titles(n)
        title = titles["many"] + (titles["part"].format(count) if step > 1 else "") if n > 1 else titles["one"]
        return Data(t[when], (who * step + 1).astype(np.float32), title, (0.25, n + 0.75))

    def drawing(
        self, experiment: Experiment, about: dict[str, Any], rows: Iterable[Row], prefix: str = ""
    ) -> dict[str, Any]:
        """What a page that runs the experiment itself draws, as data, of those of the rows that it has.

        `about` describes the run, `prefix` stands before the names of the plots.
        """
        kinds = self.drawn_as(experiment, about)
        drawn = [
            {
                "key": row.key,
                "kind": kinds[row.key],
                "name": row.key,
                "counted": isinstance(self.marks.get(row.key), Steps),
                "low": row.low,
                "high": row.high,
                "fit": row.fit,
                "spikes": row.spikes,
                "other": bool(row.other),
            }
            for row in rows
            if row.key in kinds
        ]
        titles = raster_titles(about["neurons"])
        found = {"prefix": prefix, "rows": drawn, "marks": MARKS, "lines": self.lines, "arrived": [*ARRIVED.values()]}
        found |= {"titles": titles, "below": 0, "measures": {}, "limits": {}, "levels": False, "crosses": False}
        return found | self.spikes(experiment.model)

    def drawn_as(self, experiment: Experiment, about: dict[str, Any]) -> dict[str, str]:
        """What each row shows of a run in a page: the kinds of `Row` in pictures.js."""
        kinds = {name: "potential" if name == "v" else "variable" for name in about["recorded"]} | {"raster": "raster"}
        if "current" in experiment.stimulus.ports:
            kinds["I"] = "current"
        if "spikes" in experiment.stimulus.ports:
            kinds["input"] = "input"
        return kinds

    def spikes(self, model: Any) -> dict[str, Any]:
        """Where a run in a page has its spikes: arrays, side by side, and the column of those that rows mark; of the
        raster, what never changes."""
        return {"spikes": ["z"], "own": 0, "raster": {}}

    def remark(self, result: Result) -> str:
        """What is said of it when no newer run waits, as HTML."""
        return ""

    def numbers(self, result: Result, duration: float) -> list[Number]:
        spikes = int(result.recording.spikes.sum())
        return [Number("Spike count", cell(spikes, digits=0))]


def raster_titles(neurons: int) -> dict[str, str]:
    """The parts of the title of a raster."""
    return {
        "one": "Spikes",
        "many": f"Spikes of {neurons:,} neurons",
        "part": ", {} of them shown",
        "alike": ", all alike",
        "noisy": ", noise increasing from bottom to top",
    }


def inputs_of_samples(inputs: Mapping[str, Tensor], duration: float) -> dict[str, Data]:
    """The rows of what comes in: current and spikes, pairs of them in two lines."""
    data = {}
    if "current" in inputs:
        current = inputs["current"].numpy().astype(np.float32)
        data["I"] = Data(np.linspace(0, duration, len(current) + 1, dtype=np.float32)[1:], current)
    if "spikes" in inputs:
        data["input"] = arrivals(inputs, duration)
    if (spikes := inputs.get("pairs")) is not None:
        when, side = spikes.reshape(len(spikes), -1).numpy().nonzero()
        height = np.where(side > 0, 0.7, 0.3)
        t = (1 + when) * (duration / len(spikes))
        data["input"] = Data(t.astype(np.float32), height.astype(np.float32), None, (0, 1))
    return data


def arrivals(inputs: Mapping[str, Tensor], duration: float) -> Data:
    """The row of spikes that come in: in one line, or where some inhibit, in a lower one: `arrivals` of pictures.js."""
    spikes = inputs["spikes"].numpy()
    inhibiting = spikes < 0
    if INHIBITION in inputs:
        inhibiting = inhibiting | (inputs[INHIBITION].numpy() != 0)
    both = bool(inhibiting.any())
    when, side = np.stack([spikes > 0, inhibiting], 1).nonzero()
    height = np.where(side > 0, 0.3, 0.7) if both else np.full(len(when), 0.5)
    t = (1 + when) * (duration / len(spikes))
    return Data(t.astype(np.float32), height.astype(np.float32), ARRIVED[both], (0, 1))
