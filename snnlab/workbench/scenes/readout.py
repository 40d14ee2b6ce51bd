"""What is shown of a network that is read out: its readout beside the signal, its spikes so far beside a target."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import torch

from snnlab.analysis import rate_penalty, readout_error
from snnlab.core.palette import CURRENT, DECODED, STATE, VOLTAGE
from snnlab.models import Experiment, Model, Result
from snnlab.models.portable import STIMULUS
from snnlab.views import Data, Row

from ..cards import Number, cell
from .network import NetworkScene
from .scene import Drawn, Scene

COUNT, TARGET = "count", "target"


class ReadoutScene(NetworkScene):
    def rows(self, model: Model) -> list[Row]:
        first, *others = Scene.rows(self, model)
        by_key = {row.key: row for row in others}
        title = "Readout, orange, and the signal that it is to follow"
        read = by_key[model.definition.reads]._replace(title=title, color=DECODED, other=CURRENT, fit=False, weight=4)
        title = "Spikes of all neurons so far; orange: at the target rate"
        count = Row(COUNT, title, "spikes", VOLTAGE, -10, 20, 3, other=STATE)  # none are seen as well
        last = first._replace(title=f"{first.title} of the first neuron", weight=3)
        return [read, by_key["raster"]._replace(weight=4), count, by_key[self.signal], last]

    def prepare(self, model: Model) -> Callable[[Result], Drawn]:
        return partial(self.beside, model.copy())

    def beside(self, model: Any, result: Result) -> Drawn:
        """A result with the signal beside the readout, and the target beside what spikes add up to."""
        drawn, recording, reads = self.draw(result), result.recording, model.definition.reads
        wanted = result.current.numpy().astype(np.float32)[: len(recording.spikes)]
        read = drawn.data[reads]
        drawn.data[reads] = read._replace(other=wanted[recording.every - 1 :: recording.every])
        t = np.asarray(recording.time, np.float32)
        aim = (model.target * model.neurons / 1000 * recording.time).astype(np.float32)
        drawn.data[COUNT] = Data(t, accumulated(recording.spikes), other=aim)
        return drawn._replace(numbers=[*drawn.numbers, *self.told(model, result)])

    def told(self, model: Any, result: Result) -> list[Number]:
        """What is asked of it."""
        recording = result.recording
        if recording.every > 1 or not len(recording.spikes):
            return []
        penalty = float(rate_penalty(recording, model.target, model.strength))
        silent = 100 * float((recording.spikes.sum(0) == 0).double().mean())
        read = recording.variables[model.definition.reads][:, 0].numpy()
        error = readout_error(read, result.current.numpy()[: len(read)])
        return [
            Number("Penalty on the rate", cell(penalty, digits=3), doc="λ times the mean of (r − r_0)² over neurons"),
            Number("Silent neurons", cell(silent, "%", 0)),
            Number("Error of the readout", cell(100 * error, "%", 1), doc="root mean square, of that of the signal"),
        ]

    def drawing(
        self, experiment: Experiment, about: dict[str, Any], rows: Iterable[Row], prefix: str = ""
    ) -> dict[str, Any]:
        found = super().drawing(experiment, about, rows, prefix)
        beside = {experiment.model.definition.reads: STIMULUS, COUNT: f"model.{TARGET}"}
        for row in found["rows"]:
            if row["key"] in beside:
                row["follows"] = beside[row["key"]]
        return found

    def drawn_as(self, experiment: Experiment, about: dict[str, Any]) -> dict[str, str]:
        return super().drawn_as(experiment, about) | {COUNT: COUNT}


def accumulated(spikes: torch.Tensor) -> np.ndarray:
    """What `spike_accumulator` has gathered [T] of spikes [T, N] after each step."""
    return spikes.flatten(1).sum(1, dtype=torch.float32).cumsum(0).numpy()
