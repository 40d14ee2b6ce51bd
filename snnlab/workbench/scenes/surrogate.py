"""What is shown of a surrogate: the step of a spike, and the slope that a gradient sees in its place."""

from snnlab.models import SURROGATES, Model, Result
from snnlab.views import Row

from ..cards import Number, cell
from .scene import Curve, Drawn, Scene


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

    def numbers(self, result: Result, duration: float) -> list[Number]:
        return [
            *super().numbers(result, duration),
            Number("Largest slope", cell(float(result.recording.variables["slope"].max()), digits=3)),
        ]
