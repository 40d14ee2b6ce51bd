"""What is shown of a neuron whose inputs learn: its rate, how weights are distributed over time, means of groups."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from snnlab.analysis import population_rate, shares_at_bounds, variability, weight_histogram
from snnlab.core.palette import CURRENT, DECODED, VOLTAGE
from snnlab.engine import Recording
from snnlab.models import Model, Result
from snnlab.views import Data, Row

from ..cards import Number, cell
from .network import NetworkScene
from .scene import Drawn, inputs_of_samples

BINS = 25  # of weights
POINTS = 200  # of the rate
BRIGHT = 98.0  # per cent of the numbers of weights that are not of the brightest colour
SHARE = "w / w_max"


class Groups(NamedTuple):
    """Weights [S, N] at times [S] in ms, as parts of the largest; the first `common` are those of correlated inputs."""

    time: np.ndarray
    weights: np.ndarray
    common: int

    def means(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Mean weight over time of correlated inputs and of the others; None where there are none."""
        parts = self.weights[:, : self.common], self.weights[:, self.common :]
        correlated, others = (part.mean(axis=1) if part.shape[1] else None for part in parts)
        return correlated, others


def groups_of(model: Any, recording: Recording) -> Groups:
    """The weights that a run of this model kept. Raises ValueError where it has none, or is too short for any."""
    if not model.w_max:
        raise ValueError("w_max = 0: there are no weights that could learn")
    samples = recording.weight_samples[0]
    if not len(samples.time):
        raise ValueError("the run is too short: no weights were kept")
    return Groups(samples.time, samples.weights[:, 0].cpu().numpy().astype(float) / model.w_max, model.common)


class LearningScene(NetworkScene):
    def rows(self, model: Model) -> list[Row]:
        rate = Row("rate", "Rate of the neuron", "rate (Hz)", VOLTAGE, -2, 40, 3)
        picture = Row("weights", "Weights", SHARE, VOLTAGE, 0, 1, 5, image=True)
        means = Row("means", "Mean weight", SHARE, CURRENT, 0, 1, 4, other=DECODED)
        return [rate, picture, means, *self.inputs(model)]

    def prepare(self, model: Model) -> Callable[[Result], Drawn]:
        return partial(self.draw_weights, model.copy())

    def draw_weights(self, model: Any, result: Result) -> Drawn:
        recording, run = result.recording, len(next(iter(result.inputs.values()))) * result.recording.dt
        data = inputs_of_samples(result.inputs, run) if result.current.any() else {}
        width = max(1, len(recording.spikes) // POINTS) * recording.dt
        if len(recording.spikes):
            t, rate = population_rate(recording, width=width)
            data["rate"] = Data(t.astype(np.float32), rate.astype(np.float32))
        if model.w_max and len(recording.weight_samples[0].time):
            data |= pictures(groups_of(model, recording), run)
        return Drawn(result, run, data, np.array([]), self.told(model, result))

    def told(self, model: Any, result: Result) -> list[Number]:
        """What is measured over the second half of the run, and of the weights at its end."""
        recording = result.recording
        late = recording.spikes[len(recording.spikes) // 2 :].numpy()
        found = variability(late, recording.dt) if len(late) else None
        rate, irregular = (None, None) if found is None else (float(found.rate[0]), float(found.cv[0]))
        irregular = irregular if irregular is not None and np.isfinite(irregular) else None  # too few intervals
        numbers = [
            Number("Rate, second half", cell(rate, "Hz")),
            Number("CV of intervals, second half", cell(irregular, digits=2)),
        ]
        if not model.w_max or not len(recording.weight_samples[0].time):
            return numbers
        groups = groups_of(model, recording)
        last = groups.weights[-1:]
        low, high = (100 * float(x[0]) for x in shares_at_bounds(last, 1.0))
        means = zip(("correlated", "others"), groups.means())
        return [
            *numbers,
            *(Number(f"Mean weight, {who}", cell(float(x[-1]), "w_max", 2)) for who, x in means if x is not None),
            Number("Weights below 0.2 w_max", cell(low, "%", 0)),
            Number("Weights above 0.8 w_max", cell(high, "%", 0)),
        ]


def pictures(groups: Groups, run: float) -> dict[str, Data]:
    """The weights over time as colours, and the means of both groups as lines."""
    counts, _ = weight_histogram(groups.weights, 1.0, BINS)
    share = 100 * counts.T / groups.weights.shape[1]
    bright = max(float(np.percentile(share, BRIGHT)), 1e-3)
    t = groups.time.astype(np.float32)
    title = f"Weights of all inputs, dark to bright: none to {bright:.2g} % of them"
    found = {
        "weights": Data(t, share.astype(np.float32), title, (0.0, 1.0), ends=(0.0, bright), edges=(0.0, 1.0)),
    }
    correlated, others = groups.means()
    if correlated is None or others is None:
        one = others if correlated is None else correlated
        assert one is not None
        return found | {"means": Data(t, one.astype(np.float32), "Mean weight of all inputs", (0.0, 1.0))}
    words = "Mean weight: correlated inputs orange, others blue"
    two = {"other": correlated.astype(np.float32), "frame": (0.0, 1.0)}
    return found | {"means": Data(t, others.astype(np.float32), words, **two)}
