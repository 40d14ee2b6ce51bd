"""The pane of a neuron under voltage clamp: its currents against the command, and the gates behind them."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis.clamp import Clamp, held
from snnlab.core.palette import PINS, VOLTAGE
from snnlab.models import NeuronModel
from snnlab.models.families.clamps import CommandedModel
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.style import axis_label

from ..plain import Plain
from .currents import at_rest, named, time_constants, zero
from .pane import Pane, Shown

IV, OVER, PARTS, GATES, TAUS = "I-V curve", "I over V", "currents apart", "gates at rest", "time constants"
OF_NEURON = {GATES: at_rest, TAUS: time_constants}


class ClampPane(Pane):
    """What a run under voltage clamp shows follows it; what needs the neuron alone does as well."""

    key, title, menu = "clamp", "Voltage clamp", "what of the currents"
    commanded = True

    def build(self) -> None:
        self.view = CurvesView()
        self.head.param.update(options=[IV, OVER, PARTS, GATES, TAUS], value=self.head.value or IV)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        result, model, what = shown.drawn.result, shown.experiment().model.copy(), self.head.value

        def draw() -> tuple[Curves, str]:
            if not isinstance(model, CommandedModel):
                raise ValueError("this neuron is under no voltage clamp")
            bare = model.unclamped_model()
            return OF_NEURON[what](bare) if what in OF_NEURON else OF_RUN[what](held(result, bare.neuron), bare)

        return draw

    def feed(self, picture) -> None:
        curves, self.head.note = picture
        self.view.feed(curves)


def against_command(found: Clamp, model: NeuronModel) -> tuple[Curves, str]:
    """Peak, steady and tail current of each command, and the peak of a second step. Raises ValueError for one alone."""
    if len(found.steps) < 2:
        raise ValueError("one command makes no curve: give more of them, or look at I over V")
    order = np.argsort(found.steps, kind="stable")
    v = found.steps[order]
    measured = {"peak": found.peak(), "steady": found.steady()}
    after = found.time >= found.end
    if after.any():
        measured["tail"] = found.tail()
    if np.ptp(found.command[after], axis=0).any():  # another step follows
        measured["peak then"] = found.total[after].min(0)
    looks = zip((PINS[1], PINS[0], PINS[2], PINS[3]), ("solid", "dashed", "dotted", "dotdash"))
    lines = [Curve(v, y[order], color, dash, name=name) for (name, y), (color, dash) in zip(measured.items(), looks)]
    return Curves(_labels(found, model), [zero(v), *lines]), f"{len(v)} commands; outward is positive"


def over_potential(found: Clamp, model: NeuronModel) -> tuple[Curves, str]:
    """The current of each command over the command itself, as a ramp shows it."""
    shades = np.linspace(1.0, 0.3, found.total.shape[1])[::-1]
    here = found.during()
    lines = [
        Curve(*_along(V[here], I[here]), VOLTAGE, opacity=a) for V, I, a in zip(found.command.T, found.total.T, shades)
    ]
    return Curves(_labels(found, model), [zero(found.command[here]), *lines]), "while the stimulus is there"


def apart(found: Clamp, model: NeuronModel) -> tuple[Curves, str]:
    """The currents at the last command over time, one by one. Raises ValueError where the neuron is no sum of some."""
    if not found.currents:
        raise ValueError(f"{type(model).__name__} is no sum of currents")
    last = {name: y[:, -1] for name, y in found.currents.items()}
    labels = "time (ms)", axis_label("I", found.unit)
    return Curves(labels, named(found.time, last)), f"at {found.steps[-1]:.4g}, outward is positive"


OF_RUN: dict[str, Callable[[Clamp, NeuronModel], tuple[Curves, str]]] = {
    IV: against_command,
    OVER: over_potential,
    PARTS: apart,
}


def _along(x: np.ndarray, y: np.ndarray, most: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """So many points of a line, at equal times."""
    step = -(-len(x) // most) or 1
    return x[::step], y[::step]


def _labels(found: Clamp, model: NeuronModel) -> tuple[str, str]:
    return axis_label("V", model.variables()["v"].unit), axis_label("I", found.unit)
