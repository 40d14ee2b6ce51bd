"""What is shown of a neuron in compartments: the potential of all over time, as colours and as lines, and the tree."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

import numpy as np

from snnlab.analysis import arrivals, conduction_speed, length_constant, passive_membrane, passive_potentials
from snnlab.core.palette import VOLTAGE
from snnlab.models import COMPARTMENTS, CompartmentModel, Experiment, Model, Result
from snnlab.models.families.compartments import FIRED, POTENTIAL
from snnlab.views import Data, Row

from ..cards import Number, cell
from .scene import Curve, Drawn, Scene, inputs_of_samples
from .tree import tree_svg

COLUMNS = 400  # of the picture, and samples of a line, at most about twice as many
FULL = 0.9  # of a row, that the whole range fills
EDGE = 0.5  # of a frame, beyond the middle of the outermost rows
TITLES = {"heat": "Potential, dark to bright: {} to {}", "ladder": "Potential of each, over {} to {}"}


class CompartmentScene(Scene):
    menu = "neuron"
    kinds = COMPARTMENTS
    curve = Curve("Largest potential", "compartment", "v", dashed="theory")
    populations = False
    remark_first = True
    sections: ClassVar[dict[str, str]] = {"settings": "Run: duration, dt, integrator"}

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        unit = next(iter(self.marks.values())).unit
        self.unit = "" if unit == "1" else unit

    @classmethod
    def groups(cls, model: Any) -> dict[str, list[str]]:
        own = [model.shown[field] for field in model.shown if field in model.cell.parameters._fields]
        return {"Compartments": [name for name in model.shown.values() if name not in own], "Membrane": own}

    def rows(self, model: Model) -> list[Row]:
        picture = Row("heat", "Potential", "compartment", VOLTAGE, 0, 1, 4, image=True)
        return [picture, Row("ladder", "Potential of each", "compartment", VOLTAGE, 0, 1, 6), *self.inputs(model)]

    def prepare(self, model: Model) -> Callable[[Result], Drawn]:
        return partial(self.draw_along, model.copy())

    def draw_along(self, model: CompartmentModel, result: Result) -> Drawn:
        recording = result.recording
        duration = len(next(iter(result.inputs.values()))) * recording.dt
        v = np.stack([x.cpu().numpy().reshape(-1) for x in recording.variables.values()])
        data = inputs_of_samples(result.inputs, duration) | self.pictures(v, recording.sample_time)
        away = v - v[:, :1]
        largest = v[np.arange(len(v)), np.nan_to_num(abs(away)).argmax(1)]
        current = result.current[result.current.abs().argmax()].item()
        along = np.arange(1.0, len(v) + 1), largest.astype(float), passive_potentials(model, current)
        return Drawn(result, duration, data, np.array([]), told(model, result), along)

    def pictures(self, v: np.ndarray, t: np.ndarray) -> dict[str, Data]:
        """Colours of all compartments, and their lines below one another, as one with gaps, of potentials [n, samples]:
        `along` of pictures.js."""
        finite, every, frame = v[np.isfinite(v)], max(1, v.shape[1] // COLUMNS), (len(v) + EDGE, EDGE)
        low, high = float(finite.min()), float(finite.max())
        titles = {key: words.format(self.written(low), self.written(high)) for key, words in TITLES.items()}
        high = high if high > low else low + 1.0
        few, t = v[:, ::every].astype(np.float32), t[::every].astype(np.float32)
        rows = np.arange(1, len(v) + 1)[:, None] + FULL * (0.5 - (few.astype(float) - low) / (high - low))
        y = np.concatenate([rows, np.full((len(v), 1), np.nan)], 1).reshape(-1).astype(np.float32)
        return {
            "heat": Data(t, few, titles["heat"], frame, ends=(low, high)),
            "ladder": Data(np.tile(np.append(t, t[0]), len(v)), y, titles["ladder"], frame),
        }

    def written(self, value: float) -> str:
        return f"{float(f'{value:.3g}'):g} {self.unit}".strip().replace("-", "−")

    def drawing(
        self, experiment: Experiment, about: dict[str, Any], rows: Iterable[Row], prefix: str = ""
    ) -> dict[str, Any]:
        """With the potentials that both pictures are of."""
        found, names = super().drawing(experiment, about, rows, prefix), list(experiment.model.variables())
        for row in found["rows"]:
            if row["key"] in TITLES:
                row |= {"names": names, "title": TITLES[row["key"]], "unit": self.unit}
        return found

    def drawn_as(self, experiment: Experiment, about: dict[str, Any]) -> dict[str, str]:
        return {"heat": "heat", "ladder": "ladder", "I": "current"}

    def spikes(self, model: Any) -> dict[str, Any]:
        fired = [f"kept.{name.replace(POTENTIAL, FIRED)}" for name in model.variables()]
        return {"spikes": fired, "own": 0, "raster": {}}

    def remark(self, result: Result) -> str:
        """The tree as a drawing, coloured by how far each compartment is driven."""
        v = np.stack([x.cpu().numpy().reshape(-1) for x in result.recording.variables.values()])
        peaks = np.nan_to_num(abs(v - v[:, :1])).max(1)
        return tree_svg(result.p.shape, result.p.count, result.p.site, peaks)


def told(model: CompartmentModel, result: Result) -> list[Number]:
    """How far a potential goes, or a spike, and how fast."""
    recording, membrane = result.recording, passive_membrane(model)
    found = []
    if membrane is not None and model.g_c > 0:
        found.append(Number("Length constant, by theory", cell(length_constant(model.g_c, membrane[1]), "comp.", 2)))
    if model.cell.excess is None:
        return found
    times = arrivals(recording)
    speed = conduction_speed(times) if model.shape == "chain" else None
    first, last = np.nanmin(times) if np.isfinite(times).any() else np.nan, times[-1]
    return [
        *found,
        Number("Compartments that spiked", cell(int(np.isfinite(times).sum()), f"of {len(times)}", 0)),
        Number("First spike", cell(None if np.isnan(first) else float(first), "ms", 2)),
        Number("First spike of the last one", cell(None if np.isnan(last) else float(last), "ms", 2)),
        Number("Conduction speed", cell(speed, "comp./ms", 2)),
        Number("Spikes of all", cell(int(recording.spikes.sum()), digits=0)),
    ]
