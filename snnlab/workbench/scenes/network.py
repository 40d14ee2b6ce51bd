"""What is shown of a network: its first neuron, the rate of all of them, their rhythm and synchrony."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from snnlab.analysis import population_rate, power_spectrum, spike_counts, synchrony_index, variability
from snnlab.core.palette import VOLTAGE
from snnlab.engine import Recording
from snnlab.models import NETWORKS, Experiment, Model, Result
from snnlab.views import Data, Row

from ..cards import OF_ALL, Number, cell, counted, written
from .scene import Drawn, Scene

WIDTH = 1.0  # ms, about, in which spikes count as at the same time
SOME = 200  # neurons, of which that is found


class NetworkScene(Scene):
    menu = "network"
    kinds = NETWORKS
    lengthy = True

    def rows(self, model: Model) -> list[Row]:
        first, *others = super().rows(model)
        rate = Row("rate", "Rate of all neurons", "rate (Hz)", VOLTAGE, -2, 50, 3)  # a silent one is seen as well
        if model.definition.inhibitory(model):
            others[-1] = others[-1]._replace(label="I below, E above")
        return [first._replace(title=f"{first.title} of the first neuron", weight=3), rate, *others]

    def prepare(self, model: Model) -> Callable[[Result], Drawn]:
        return partial(self.sorted, model.definition.inhibitory(model))

    def sorted(self, below: int, result: Result) -> Drawn:
        """A result with the last neurons, so many that inhibit, below the others."""
        drawn = self.draw(result)
        raster = drawn.data["raster"]
        neurons = result.recording.spikes.shape[1]
        drawn.data["raster"] = raster._replace(y=(raster.y - 1 + below) % neurons + 1)
        return drawn

    def draw(self, result: Result) -> Drawn:
        drawn, recording = super().draw(result), result.recording
        dt, width = recording.dt, width_of(recording)
        whole = len(recording.spikes) // width * width
        if not whole:
            return drawn
        t, rate = population_rate(recording, width=width * dt)
        drawn.data["rate"] = Data(t.astype(np.float32), rate.astype(np.float32))
        if not rate.any() or len(rate) < 64:
            return drawn
        f, power = power_spectrum(rate, width * dt, segments=2)
        rhythm = Number("Strongest rhythm", cell(float(f[1:][power[1:].argmax()]), "Hz", 0))
        return drawn._replace(numbers=[*drawn.numbers, rhythm])

    def drawing(
        self, experiment: Experiment, about: dict[str, Any], rows: Iterable[Row], prefix: str = ""
    ) -> dict[str, Any]:
        found = super().drawing(experiment, about, rows, prefix)
        titles = found["titles"] | {"alike": "", "noisy": ""}
        below = experiment.model.definition.inhibitory(experiment.model)
        return found | {"titles": titles, "below": below, "measures": written(OF_ALL)}

    def drawn_as(self, experiment: Experiment, about: dict[str, Any]) -> dict[str, str]:
        kinds = super().drawn_as(experiment, about) | {"rate": "rate"}
        return {key: "variable" if kind == "potential" else kind for key, kind in kinds.items()}

    def numbers(self, result: Result, duration: float) -> list[Number]:
        recording, dt = result.recording, result.recording.dt
        spikes, width = recording.spikes.numpy(), width_of(recording)
        whole = len(spikes) // width * width
        some = spikes[:whole, :: max(1, spikes.shape[1] // SOME)]
        irregular = variability(some, dt).cv if whole else np.array([])
        known = irregular[np.isfinite(irregular)]
        return [
            *counted({"total": int(spikes.sum()), "each": 1000 * spikes.mean() / dt}),
            Number("Mean CV of intervals", cell(float(known.mean()) if len(known) else None, digits=2)),
            Number(f"Synchrony χ of {SOME}", cell(synchrony(recording), digits=2)),
        ]


def width_of(recording: Recording) -> int:
    """Steps over which spikes are counted."""
    return max(1, round(WIDTH / recording.dt))


def synchrony(recording: Recording) -> float | None:
    """χ of spikes of neurons all over the network; None for a run that is too short, or where nothing varies."""
    spikes, width = recording.spikes.flatten(1), width_of(recording)
    some = spikes[:, :: max(1, spikes.shape[1] // SOME)].cpu().numpy()
    return synchrony_index(spike_counts(some, recording.dt, width * recording.dt)) if len(some) >= width else None
