"""The pane of the error: how far a run is from the solution of its equations."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import Accuracy, accuracy
from snnlab.core import annotations
from snnlab.core.palette import LINE
from snnlab.models import NeuronModel
from snnlab.symbolic import plain_symbol
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.style import axis_label

from ..plain import Plain
from .pane import Pane, Shown


class ErrorPane(Pane):
    """v of the run minus that of a solution with a thirty-second of its step, when the hand rests."""

    key, title = "error", "Error"
    slow = True

    def build(self) -> None:
        self.view = CurvesView()
        self.head.numbers = measures(None, "")
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment, result = shown.experiment().copy(), shown.drawn.result
        return lambda: (accuracy(experiment, result), experiment)

    def feed(self, picture) -> None:
        found, experiment = picture
        curves, unit = curves_of(found, experiment.model)
        self.view.feed(curves)
        note = f"of v with dt = {experiment.settings.dt:g} ms, {experiment.settings.integrator}"
        self.head.param.update(note=note, numbers=measures(found, unit))


def curves_of(found: Accuracy, model: NeuronModel) -> tuple[Curves, str]:
    """The error over time as a picture, and its unit."""
    mark = annotations(model.neuron.state)["v"]
    zero = Curve(found.time[[0, -1]], np.zeros(2), LINE, "dotted")
    label = axis_label(f"error of {plain_symbol('v', mark)}", mark.unit)
    return Curves(("time (ms)", label), [zero, Curve(found.time, found.error)]), "" if mark.unit == "1" else mark.unit


def measures(found: Accuracy | None, unit: str) -> list[list[str]]:
    """Name, number and explanation of each measure; without a number where there is none."""
    largest = "–" if found is None else f"{found.largest:.2g} {unit}".strip()
    late = found.late if found is not None else ()
    first, last = (f"{late[k]:+.2g} ms" if len(late) else "–" for k in (0, -1))
    spikes = "" if found is None else f": {found.spikes[0]} spikes, and {found.spikes[1]} of the solution"
    return [
        ["largest", largest, "error of v, while the run and the solution have spiked as often"],
        ["first spike", first, "how late it is; the solution's own steps are a thirty-second of the run's"],
        ["last", last, f"how late the last spike is that both have{spikes}"],
    ]
