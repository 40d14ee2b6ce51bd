"""What is shown of an operation on spikes: a timing diagram of what comes in and out, and the signals below it."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from snnlab.core import Count, Lines
from snnlab.core.palette import SPIKE, STATE, VOLTAGE
from snnlab.engine import Recording
from snnlab.models import OPERATIONS, Experiment, Model, Result
from snnlab.symbolic import plain_symbol
from snnlab.views import Data, Row

from ..cards import Number, capital, cell
from .scene import Curve, Drawn, Scene

HIGH = 0.7  # of a line that is 1, in rows of the diagram
EDGE = 0.5  # of a frame, beyond the middle of the outermost rows


class OperationScene(Scene):
    menu = "operation"
    kinds = OPERATIONS
    signal = "raster"
    curve = Curve("A spike on each line: what comes out", "from A to B (ms)", "spikes, or ms at 1")
    populations = False
    sampled = True

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        sides = [*Lines._fields][: 2 if model.definition.two_sided else 1]
        held = sides if model.definition.pulse is not None else []  # lines that say more than their spikes
        self.sides = tuple(self.written(sides))
        self.levels = [*held, *model.definition.lines]
        self.names = tuple(self.written(self.levels))
        self.raster_look = {"title": "Spikes that come in", "frame": (len(sides) + EDGE, EDGE)}

    def written(self, names: Iterable[str]) -> list[str]:
        return [plain_symbol(name, self.marks[name]) for name in names]

    def rows(self, model: Model) -> list[Row]:
        rows = [Row("raster", "Spikes that come in", "line", SPIKE, 0, 1, 2, raster=True, names=self.sides, size=18)]
        if self.levels:
            rows.append(Row("lines", "Lines over time", "line", VOLTAGE, 0, 1, 1 + len(self.levels), names=self.names))
        return rows + [self.row(name, mark) for name, mark in self.marks.items() if not isinstance(mark, Count)]

    def row(self, name: str, mark: Any) -> Row:
        edge = 0.04 * (mark.high - mark.low)
        color = VOLTAGE if name == "v" else STATE
        return super().row(name, mark)._replace(color=color, low=mark.low - edge, spikes=False, weight=3)

    def prepare(self, model: Model) -> Callable[[Result], Drawn]:
        return partial(self.draw_with_window, model.copy())

    def draw_with_window(self, model: Any, result: Result) -> Drawn:
        drawn, recording = self.draw(result), result.recording
        drawn.data.pop("input", None)  # which is the raster
        if self.levels:
            values = [recording.variables[name].numpy().reshape(-1) for name in self.levels]
            drawn.data["lines"] = diagram(values, recording.dt)
        if not model.definition.lines:
            return drawn
        delays, answers = model.window(dt=recording.dt)
        return drawn._replace(curve=(delays, answers), numbers=drawn.numbers + windows(result, delays, answers))

    def raster_data(self, recording: Recording, t: np.ndarray) -> Data:
        when, who = recording.spikes[:, : len(self.sides)].numpy().nonzero()
        return Data(t[when], (who + 1).astype(np.float32))._replace(**self.raster_look)

    def drawing(
        self, experiment: Experiment, about: dict[str, Any], rows: Iterable[Row], prefix: str = ""
    ) -> dict[str, Any]:
        """With the variables of the diagram."""
        found = super().drawing(experiment, about, rows, prefix)
        for row in found["rows"]:
            if row["key"] == "lines":
                row["names"] = self.levels
        return found

    def drawn_as(self, experiment: Experiment, about: dict[str, Any]) -> dict[str, str]:
        kinds = {name: "variable" for name in about["recorded"]} | {"raster": "raster"}
        return kinds | ({"lines": "lines"} if self.levels else {})

    def spikes(self, model: Any) -> dict[str, Any]:
        return {"spikes": ["spikes", "current"][: len(self.sides)], "own": 0, "raster": self.raster_look}

    def numbers(self, result: Result, duration: float) -> list[Number]:
        recording = result.recording
        counts = zip(self.sides, recording.spikes.sum(0).tolist())
        rows = [Number(f"Spikes on {side}", cell(count, digits=0)) for side, count in counts]
        for name, written in zip(self.levels, self.names):
            if name not in result.definition.lines:
                continue
            line = recording.variables[name].numpy().reshape(-1) > 0
            rises = int(line[0]) + int((line[1:] & ~line[:-1]).sum())
            rows.append(Number(f"Pulses of {written}", cell(rises, digits=0)))
            if line.sum() > rises:  # pulses of more than a step
                rows.append(Number("at 1 for", cell(float(line.sum()) * recording.dt, "ms", 1)))
        signals = [name for name, mark in self.marks.items() if not isinstance(mark, Count)]
        ends = [(self.marks[name], float(recording.variables[name].reshape(-1)[-1])) for name in signals]
        return rows + [Number(f"{capital(mark.doc)} at the end", cell(value, digits=3)) for mark, value in ends]


def windows(result: Result, delays: np.ndarray, answers: np.ndarray) -> list[Number]:
    """The greatest delay that is answered, as it was found, and as theory has it."""
    if (theory := result.definition.window) is None:
        return []
    answered = np.abs(delays[answers > 0])
    longest, expected = float(answered.max()) if len(answered) else None, 1000 * float(theory(result.p))
    told = expected if 0 < expected < np.inf else None
    return [
        Number(f"Window, found in steps of {delays[1] - delays[0]:.3g}", cell(longest, "ms", 1)),
        Number("Window, by theory", cell(told, "ms", 2)),
    ]


def diagram(lines: list[np.ndarray], dt: float) -> Data:
    """Lines of 0 and 1 [steps] below one another, as one with gaps: `diagram` of pictures.js.

    A value stands from the time of its step, where its spike is drawn, to that of the next.
    """
    t: list[np.ndarray] = []
    y: list[np.ndarray] = []
    for k, line in enumerate(lines):
        edges = np.flatnonzero(line[1:] != line[:-1]) + 1
        when = np.concatenate([[0], np.repeat(edges, 2), [len(line) - 1, 0]]) + 1.0
        what = np.concatenate([[line[0]], np.stack([line[edges - 1], line[edges]], 1).reshape(-1), [line[-1], np.nan]])
        t.append(when * dt)
        y.append(k + 1 + HIGH * (0.5 - what))
    frame = (len(lines) + EDGE, EDGE)
    return Data(np.concatenate(t).astype(np.float32), np.concatenate(y).astype(np.float32), None, frame)
