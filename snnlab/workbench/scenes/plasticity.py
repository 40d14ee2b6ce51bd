"""What is shown of a plasticity rule: a synapse, the spikes on its sides, and what a pair does to its weight."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from snnlab.analysis import released
from snnlab.core import Plasticity
from snnlab.core.palette import STATE, VOLTAGE
from snnlab.models import PLASTICITY, Model, Result
from snnlab.views import Row

from ..cards import Number, cell
from .scene import Curve, Drawn, Scene


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

    def numbers(self, result: Result, duration: float) -> list[Number]:
        recording = result.recording
        pre, post = recording.spikes.sum(0).tolist()
        rows = [Number("Presynaptic spikes", cell(pre, digits=0)), Number("Postsynaptic spikes", cell(post, digits=0))]
        rows = rows[: self.sides(result.definition)]
        if result.definition.learn is not None:
            w = recording.variables["w"]
            rows += [
                Number("Weight at the beginning", cell(float(w[0]), digits=4)),
                Number("Weight at the end", cell(float(w[-1]), digits=4)),
            ]
        if {"u", "x"} <= recording.variables.keys():
            sizes = released(recording)
            if len(sizes) > 1:
                rows += [
                    Number("First response", cell(sizes[0], digits=3)),
                    Number("Last response", cell(sizes[-1], digits=3)),
                ]
                rows.append(Number("Second over first", cell(sizes[1] / sizes[0] if sizes[0] else None, digits=3)))
        return rows
