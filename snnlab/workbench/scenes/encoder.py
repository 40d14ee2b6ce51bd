"""What is shown of an encoder: a signal, its spikes, and the signal as it is decoded from them."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from snnlab.analysis import signal_lag
from snnlab.core import Encoder
from snnlab.core.palette import CURRENT, DECODED, SPIKE
from snnlab.models import ENCODERS, Experiment, Model, Result
from snnlab.views import Row

from ..cards import Number, cell
from .scene import Drawn, Scene, axis_label


class EncoderScene(Scene):
    menu = "encoder"
    kinds = ENCODERS
    signal = "x"

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.sampled = model.neuron is not None  # else what is drawn by chance would have to be drawn anew

    @classmethod
    def about(cls, definition: Encoder) -> str:
        return f"{definition.doc} {definition.lag}"

    def rows(self, model: Model) -> list[Row]:
        given = self.marks["x"]
        label = axis_label("x", given)
        signal = Row("x", "Signal and decoded signal (orange)", label, CURRENT, given.low, given.high, 4, other=DECODED)
        return [signal, Row("raster", "Spikes", self.raster, SPIKE, 0, 1, 4, raster=True)]

    def draw(self, result: Result) -> Drawn:
        drawn = super().draw(result)
        data = drawn.data
        data["x"] = data["x"]._replace(other=data.pop("decoded").y)
        return drawn

    def drawing(
        self, experiment: Experiment, about: dict[str, Any], rows: Iterable[Row], prefix: str = ""
    ) -> dict[str, Any]:
        found = super().drawing(experiment, about, rows, prefix)
        titles = found["titles"] | {"alike": "", "noisy": ""}
        limits = {"current": experiment.model.definition.input.allowed, "z": (-1, 1)}  # beyond, an error says why
        return found | {"titles": titles, "limits": limits}

    def drawn_as(self, experiment: Experiment, about: dict[str, Any]) -> dict[str, str]:
        return {"x": "current", "raster": "raster"}

    def numbers(self, result: Result, duration: float) -> list[Number]:
        spikes, variables = result.recording.spikes, result.recording.variables
        error = (variables["decoded"] - variables["x"]).numpy()
        rms = float(np.sqrt(np.nanmean(error**2))) if np.isfinite(error).any() else None
        rate = 1000 * int(spikes.sum()) / duration / spikes.shape[1]
        return [
            Number("Spike count", cell(int(spikes.sum()), digits=0)),
            Number("Mean rate of a neuron", cell(rate, "Hz")),
            Number("Error of the decoded value", cell(rms, digits=3)),
            Number("Lag of the decoded value", cell(lag_of(result), "ms")),
        ]


def lag_of(result: Result) -> float | None:
    """By how many ms the decoded signal comes late; None where there is nothing to tell it from."""
    recording = result.recording
    signal, decoded = (recording.variables[name].numpy() for name in ("x", "decoded"))
    return signal_lag(signal, decoded, recording.dt)
