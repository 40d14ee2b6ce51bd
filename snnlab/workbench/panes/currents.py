"""The pane of currents: those of the run, those under voltage clamp, and the gates behind them."""

from collections.abc import Callable, Mapping
from itertools import cycle

import numpy as np

from snnlab.analysis import currents, gates, voltage_clamp
from snnlab.core import Quantity
from snnlab.core.clamp import clamped as held
from snnlab.core.palette import LINE, PINS
from snnlab.models import NeuronModel, Result
from snnlab.views.curves import Curve, Curves, CurvesView, thinned
from snnlab.views.style import axis_label

from ..plain import Plain
from .pane import Pane, Shown

RUN, CLAMP, IV, GATES, TAUS = "of the run", "voltage clamp", "I-V curve", "gates at rest", "time constants"


class CurrentPane(Pane):
    """What flows through the membrane, when the hand rests."""

    key, title, menu = "currents", "Currents", "what of the currents"
    slow = True

    def build(self) -> None:
        self.view = CurvesView()
        self.head.param.update(options=[RUN, CLAMP, IV, GATES, TAUS], value=self.head.value or RUN)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        result, model, what = shown.drawn.result, shown.experiment().model.copy(), self.head.value
        return lambda: of_run(result) if what == RUN else OF_MODEL[what](model)

    def feed(self, picture) -> None:
        curves, self.head.note = picture
        self.view.feed(curves)


def of_run(result: Result) -> tuple[Curves, str]:
    """The currents of the first neuron over time, outward positive."""
    found, time = currents(result), result.recording.time
    labels = "time (ms)", axis_label("I", result.definition.current.unit)
    return Curves(labels, named(time, found)), "outward is positive"


def clamped(model: NeuronModel) -> tuple[Curves, str]:
    """What holds the membrane, over time, for a family of steps."""
    found = voltage_clamp(model)
    shades = np.linspace(0.3, 1.0, len(found.steps))
    lines = [Curve(*thinned(found.time, y), PINS[0], opacity=a) for y, a in zip(found.total.T, shades)]
    words = f"from {found.command[0, 0]:.4g} to {found.steps[0]:.4g} ... {found.steps[-1]:.4g}"
    return Curves(("time (ms)", axis_label("I", found.unit)), lines, marks=[(found.onset, "step")]), words


def against_potential(model: NeuronModel) -> tuple[Curves, str]:
    """Peak and steady current of each step."""
    command = _command(model)
    found = voltage_clamp(model, np.linspace(command.low, command.high, 41))
    lines = [
        Curve(found.steps, found.peak(), PINS[1], name="peak"),
        Curve(found.steps, found.steady(), PINS[0], "dashed", name="steady"),
    ]
    return Curves((_potential(model), axis_label("I", found.unit)), [zero(found.steps), *lines]), "outward is positive"


def at_rest(model: NeuronModel) -> tuple[Curves, str]:
    """Activation and inactivation: where each gate comes to rest."""
    found = gates(model)
    labels = _potential(model), "steady value"
    return Curves(labels, named(found.v, found.steady)), "activation and inactivation"


def time_constants(model: NeuronModel) -> tuple[Curves, str]:
    found = gates(model)
    labels = _potential(model), axis_label("τ", "ms")
    return Curves(labels, named(found.v, found.tau), low=0.0), "of each variable while v is held"


OF_MODEL: dict[str, Callable[[NeuronModel], tuple[Curves, str]]] = {
    CLAMP: clamped,
    IV: against_potential,
    GATES: at_rest,
    TAUS: time_constants,
}


def named(x: np.ndarray, found: Mapping[str, np.ndarray]) -> list[Curve]:
    """A line over x of each, with its name; there may be more of them than colours."""
    return [Curve(*thinned(x, y), color, name=name) for (name, y), color in zip(found.items(), cycle(PINS))]


def _command(model: NeuronModel) -> Quantity:
    """The potential at which it is held."""
    return held(model.neuron).current


def _potential(model: NeuronModel) -> str:
    return axis_label("v", _command(model).unit)


def zero(x: np.ndarray) -> Curve:
    """The level of no current, as far as x goes."""
    return Curve(np.array([x.min(), x.max()]), np.zeros(2), LINE)
