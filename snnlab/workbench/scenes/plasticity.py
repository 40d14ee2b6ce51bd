"""What is shown of a plasticity rule: a synapse, the spikes on its sides, and what a pair does to its weight."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import numpy as np

from snnlab.analysis import adds_up, nearest_pairings, released
from snnlab.core.palette import STATE, VOLTAGE
from snnlab.engine import Recording
from snnlab.models import PLASTICITY, Model, Result
from snnlab.views import Data, Row

from ..cards import Number, cell
from .scene import Curve, Drawn, Scene


class PlasticityScene(Scene):
    menu = "plasticity rule"
    sections: ClassVar[dict[str, str]] = Scene.sections | {"initial": "Initial state"}
    kinds = PLASTICITY
    curve = Curve("Weight change by one pair", "from pre to post (ms)", "Δw", dots="this run")
    populations = False

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        both = model.definition.two_sided or model.own is not None
        self.sides = ("pre", "post") if both else ("pre",)  # those that have spikes
        rule = model.definition
        self.pairings = both and rule.learn is not None and adds_up(rule)  # each changes its weight as the window says
        title = "Pre- and postsynaptic spikes" if both else "Presynaptic spikes"
        self.raster_look = {"title": title, "frame": (0.5, len(self.sides) + 0.5)}

    def rows(self, model: Model) -> list[Row]:
        names = ("input", "I")
        rows = [row for row in super().rows(model) if row.key not in names]
        synapse = {"label": "synapse", "weight": 2, "names": self.sides}
        return [row._replace(**synapse) if row.key == "raster" else row for row in rows]

    def row(self, name: str, mark: Any) -> Row:
        return super().row(name, mark)._replace(color=VOLTAGE if name in ("w", "i", "v") else STATE)

    def prepare(self, model: Model) -> Callable[[Result], Drawn]:
        return partial(self.draw_with_window, model.copy())

    def draw_with_window(self, model: Any, result: Result) -> Drawn:
        drawn = self.draw(result)
        if model.own is not None:  # the potential is that of the postsynaptic side
            drawn = drawn._replace(spikes=result.recording.spike_times(1))
        if model.definition.learn is None:
            return drawn
        delays, change = model.window(dt=result.recording.dt)
        marks = nearest_pairings(result.recording) if self.pairings else None
        return drawn._replace(curve=(delays, change, None, marks))

    def raster_data(self, recording: Recording, t: np.ndarray) -> Data:
        shown = replace(recording, spikes=recording.spikes[:, : len(self.sides)])
        return super().raster_data(shown, t)._replace(**self.raster_look)

    def spikes(self, model: Any) -> dict[str, Any]:
        arrays = ["spikes", "current" if model.own is None else f"kept.{model.own}"]
        own = 0 if model.own is None else 1
        return {"spikes": arrays[: len(self.sides)], "own": own, "raster": self.raster_look, "pairings": self.pairings}

    def numbers(self, result: Result, duration: float) -> list[Number]:
        recording = result.recording
        pre, post = recording.spikes.sum(0).tolist()
        rows = [Number("Presynaptic spikes", cell(pre, digits=0)), Number("Postsynaptic spikes", cell(post, digits=0))]
        rows = rows[: len(self.sides)]
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
