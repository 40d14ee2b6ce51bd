"""What is shown of a surrogate: the step of a spike, and the slope that a gradient sees in its place."""

from snnlab.models import SURROGATES, Model, Result
from snnlab.views import Row

from ..cards import Number, cell
from .scene import Scene


class SurrogateScene(Scene):
    menu = "surrogate"
    kinds = SURROGATES
    populations = False

    def rows(self, model: Model) -> list[Row]:
        return [row for row in super().rows(model) if row.key != "I"]

    def numbers(self, result: Result, duration: float) -> list[Number]:
        return [
            *super().numbers(result, duration),
            Number("Largest slope", cell(float(result.recording.variables["slope"].max()), digits=3)),
        ]
