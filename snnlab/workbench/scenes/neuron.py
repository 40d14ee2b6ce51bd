"""What is shown of a neuron: its membrane with the peaks of spikes, its firing pattern, and a population with noise."""

from collections.abc import Iterable
from typing import Any, ClassVar

from torch import Tensor

from snnlab.analysis import pattern_of
from snnlab.analysis.spikes import potentials, traced
from snnlab.core import Neuron, annotations, moving
from snnlab.engine import Recording
from snnlab.models import NEURONS, Experiment, Model, Result, Sweep
from snnlab.symbolic.roles import parameter_roles, variable_roles
from snnlab.views import Row

from ..cards import MEASURES, Number, capital, cell, statistics, verdict_html, written
from .cell import Cell
from .scene import Drawn, Scene, raster_titles

FAMILIES = (
    "One variable: to begin with",
    "Two variables: they adapt, or burst",
    "Channels: spikes from their currents",
    "No threshold: they never spike",
)
PARTS = {"membrane": "Membrane", "spike": "Threshold and reset", "slow": "", "hold": "Refractory period"}
PARTS |= {"synapse": "Synapse"}  # in the order in which they matter; a slow variable says itself what it is


class NeuronScene(Scene):
    menu = "neuron"
    kinds = NEURONS
    measured = "Measured on the first neuron"
    sums = sampled = True
    sections: ClassVar[dict[str, str]] = {
        "settings": "Run: duration, dt, integrator, population",
        "initial": "Initial state",
        "gradient": "Surrogate gradient (for training)",
    }

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.neuron = model.definition
        self.moved = moving(self.neuron, model.p(dt=1.0))  # with which a threshold moves, whatever its numbers
        self.cell = Cell(self.marks.get("v"))

    @classmethod
    def families(cls) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {title: [] for title in FAMILIES}
        one, several, currents, silent = found.values()
        for name, kind in cls.kinds.items():
            neuron = kind.definition
            slow = any(role.part == "slow" for role in variable_roles(neuron).values())
            spiking = currents if neuron.parts else several if slow else one
            (spiking if can_spike(neuron) else silent).append(name)
        return found

    @classmethod
    def groups(cls, model: Model) -> dict[str, list[str]]:
        bare = model.bare or type(model)  # a clamp changes nothing of what parameters are for
        neuron = bare.neuron
        marks = annotations(neuron.state)
        try:
            roles = parameter_roles(neuron)
        except NotImplementedError:  # one of somebody's own, with what has no counterpart in algebra
            return {}
        titles = {role: PARTS.get(role.part) or capital(marks[role.variable].doc) for role in roles.values()}
        order = [*PARTS]
        clamp = [name for name in model.shown.values() if name not in bare.shown.values()]
        found: dict[str, list[str]] = {"Clamp": clamp} if clamp else {}
        for role in sorted(titles, key=lambda role: order.index(role.part)):
            found[titles[role]] = [model.shown[field] for field, its in roles.items() if its == role]
        return found

    def rows(self, model: Model) -> list[Row]:
        rows = self.cell.rows(super().rows(model))
        return rows if can_spike(model.definition) else [row for row in rows if row.key != "raster"]

    def draw(self, result: Result) -> Drawn:
        drawn = super().draw(result)
        recording, data = result.recording, drawn.data
        if "v" in data:
            found = potentials(result.definition, result.p, self.moved)
            data["v"] = data["v"]._replace(y=traced(recording, found.get("peak")), levels=found)
        data["raster"] = data["raster"]._replace(title=self.raster_title(recording.spikes, data["raster"].title))
        if isinstance(result.source, Sweep) and result.source.voltage is not None:
            self.cell.draw(result.source, data)
            told, beside = self.cell.numbers(result, drawn.duration)
            drawn = drawn._replace(numbers=drawn.numbers + told, beside=(beside,), agreement=tuple(told))
        return drawn

    def drawing(
        self, experiment: Experiment, about: dict[str, Any], rows: Iterable[Row], prefix: str = ""
    ) -> dict[str, Any]:
        drawn = super().drawing(experiment, about, rows, prefix)
        self.cell.frame(experiment.stimulus.source, drawn["rows"])
        measures = written(MEASURES) if can_spike(self.neuron) else {}
        return drawn | {"measures": measures, "levels": True, "crosses": self.neuron.crosses}

    def remark(self, result: Result) -> str:
        """The firing pattern."""
        whole = "v" in result.recording.variables and result.recording.every == 1  # the voltage at every step
        told = can_spike(result.definition) and whole and result.failure is None
        return verdict_html(pattern_of(result)) if told else ""

    def numbers(self, result: Result, duration: float) -> list[Number]:
        recording = result.recording
        if not can_spike(result.definition):
            return self.potentials(recording)
        begin, end = min(result.onset, duration), min(result.end, duration)
        n = recording.spikes.shape[1]
        fired = recording.spikes[round(begin / recording.dt) : round(end / recording.dt)]
        of_all = 1000 * int(fired.sum()) / n / (end - begin) if end > begin else None
        return statistics(recording.spike_times(), duration, (begin, end), recording.dt, of_all, n)

    @staticmethod
    def raster_title(spikes: Tensor, title: str) -> str:
        """The title with what there is to say of the noise."""
        if spikes.shape[1] == 1:
            return title
        alike = bool((spikes == spikes[:, :1]).all())  # without noise, or with too little to change anything
        return title + raster_titles(spikes.shape[1])["alike" if alike else "noisy"]

    def potentials(self, recording: Recording) -> list[Number]:
        """What there is to measure of a neuron that never spikes."""
        if "v" not in recording.variables:
            return []
        v, unit = recording.variables["v"][:, 0], self.marks["v"].unit
        unit = "" if unit == "1" else unit
        return [
            Number("Highest potential", cell(float(v.max()), unit, 3)),
            Number("reached at", cell(float(recording.time[int(v.argmax())]), "ms")),
            Number("Lowest potential", cell(float(v.min()), unit, 3)),
        ]


def can_spike(neuron: Neuron) -> bool:
    """A leaky integrator, without a threshold, cannot."""
    return neuron.excess is not None
