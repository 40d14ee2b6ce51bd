"""The panes of gradients through time: by how much the current at each time changes what comes out in the end."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np

from snnlab.analysis import InputGradient, gradient_growth, input_difference, input_gradient, random_weights
from snnlab.analysis.gradient import COUNT, END, FIRST, OUTCOMES
from snnlab.core import SURROGATES, Surrogate, annotations
from snnlab.core.palette import STATE, VOLTAGE
from snnlab.models import NEURONS, Experiment, NeuronModel, Result
from snnlab.models.families.neurons import landing
from snnlab.models.settings import INTEGRATORS
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.heat import Heat, HeatView

from ..plain import Plain
from .pane import Pane, Shown

DECADES = 6  # below the greatest, that are shown
VALUES = 4_000_000  # of the run for differences, about
BINS = 10, 40  # of it, at least and at most
NEURONS_OF_LAYER = 24
GAINS = {"gain 1": 1.0, "no synapses": 0.0, "gain 0.3": 0.3, "gain 3": 3.0, "gain 10": 10.0}  # of its weights
RUN = 97.0  # ms, which end before a spike of the usual neuron and not after it
SCATTER = 0.15  # of the current, from neuron to neuron
WORDS = {
    True: "the gradient does not pass the reset's own spike",
    False: "the gradient passes through the reset too, by the surrogate",
}
MEASURED = "measured"
NAMES = {True: "reset detached", False: "through the reset"}


class Subject(NamedTuple):
    """A neuron and what drives it: arguments of `input_gradient`."""

    model: NeuronModel
    inputs: dict[str, Any]
    given: dict[str, Any]

    @property
    def current(self) -> np.ndarray:
        return self.model.entering(self.inputs)["current"].double().numpy()

    @property
    def spikes(self) -> Any:
        inputs = {port: x.double() for port, x in self.inputs.items() if port != "current"}
        return landing(self.model.neuron, inputs) if inputs else None

    @property
    def can_spike(self) -> bool:
        return self.model.neuron.excess is not None


def subject_of(experiment: Experiment, result: Result | None = None) -> Subject:
    """The first neuron of an experiment, which has no noise of its own."""
    model, run = experiment.model.copy(), experiment.settings
    dt = model.dt(run)
    state = None if experiment.initial.at_rest else experiment.initial.taken(dt)
    inputs = experiment.model.sampler(experiment)() if result is None else result.inputs
    advance = INTEGRATORS[run.integrator].advance(model.neuron)
    return Subject(model, inputs, {"dt": dt, "state": state, "advance": advance})


def under_surrogate(surrogate: Surrogate, alpha: float | None) -> Subject:
    """The first of all neurons under its usual current, whose gradient is that of a surrogate."""
    sharp = {} if alpha is None else {"alpha": alpha}
    return subject_of(
        Experiment.of(next(iter(NEURONS.values()))(method=surrogate.name, **sharp), None, {"duration": RUN})
    )


def surrogate_subject(shown: Shown) -> Subject:
    """The same under the surrogate that is shown."""
    model = shown.experiment().model
    return under_surrogate(model.definition, getattr(model, "alpha", None))


class GradientPane(Pane):
    """The gradient of an outcome by the current at each time, with the reset detached or not, beside a difference."""

    key, title, menu = "gradient", "Gradient through time", "of what"
    slow = True
    first: ClassVar[str] = END

    def build(self) -> None:
        self.view = CurvesView((False, True), 160, 280)
        self.head.numbers = measures({})
        self.box[:] = [self.head, Plain(self.view.figure)]

    def subject(self, shown: Shown) -> Subject:
        return subject_of(shown.experiment(), shown.drawn.result)

    def job(self, shown: Shown) -> Callable[[], object]:
        subject, wanted = self.subject(shown), self.head.value
        every = dict.fromkeys((self.first, *OUTCOMES))

        def draw():
            options = [*every] if subject.can_spike else [END]
            outcome = wanted if wanted in options else options[0]
            return options, outcome, *through_time(subject, outcome)

        return draw

    def feed(self, picture) -> None:
        options, outcome, curves, numbers = picture
        note = "solid: reset detached; dashed: through it; dots: measured"
        self.head.param.update(options=options, value=outcome, numbers=numbers, note=note)
        self.view.feed(curves)


class SurrogateGradientPane(GradientPane):
    """The same of a neuron whose gradient is the surrogate's."""

    key = "through"
    first = COUNT  # which shows the sharpness

    def subject(self, shown: Shown) -> Subject:
        return surrogate_subject(shown)

    def suits(self, shown: Shown) -> bool:
        return shown.experiment().model.definition.name in SURROGATES  # and no random threshold


class LayerPane(GradientPane):
    """A layer of the neuron with random weights: how the last potential of one depends on all currents before."""

    key, title, menu = "layer", "Gradient in a recurrent layer", "weights"

    def build(self) -> None:
        self.view = HeatView()
        self.head.param.update(options=[*GAINS], value=self.head.value or next(iter(GAINS)), numbers=measures({}))
        self.box[:] = [self.head, Plain(self.view.figure)]

    def suits(self, shown: Shown) -> bool:
        return shown.experiment().model.port.jump is not None

    def job(self, shown: Shown) -> Callable[[], object]:
        subject, gain = self.subject(shown), GAINS[self.head.value]
        return lambda: in_layer(subject, gain)

    def feed(self, picture) -> None:
        heat, numbers = picture
        self.head.param.update(numbers=numbers, note="|g| of the last v of neuron 1 by each current")
        self.view.feed(heat)


class SurrogateLayerPane(LayerPane):
    """The same of neurons whose gradient is the surrogate's."""

    key = "layers"
    subject, suits = SurrogateGradientPane.subject, SurrogateGradientPane.suits


def through_time(subject: Subject, outcome: str) -> tuple[Curves, list[list[str]]]:
    """|g| over time as a picture, and how fast it grows."""
    drive, given = subject.current, subject.given | {"spikes": subject.spikes}
    found = {
        detached: input_gradient(subject.model, drive, outcome, detach_reset=detached, **given) for detached in NAMES
    }
    least, most = BINS
    bins = min(len(drive), max(least, min(most, VALUES // (2 * len(drive)))))
    measured = input_difference(subject.model, drive, outcome, bins=bins, **given)
    lines = [
        Curve(one.time, positive(one.g), color, dash)
        for one, (color, dash) in zip(found.values(), ((VOLTAGE, "solid"), (STATE, "dashed")))
    ]
    sizes = np.concatenate([abs(one.g) for one in (*found.values(), measured)])
    high = float(sizes[np.isfinite(sizes)].max(initial=0.0)) or 1.0
    dots = measured.time, positive(measured.g)
    low = min(high, 100 * float(np.nanmax(dots[1], initial=0.0)) or high) * 10.0**-DECADES  # what is measured is seen
    shown = Curves(("time (ms)", slope_label(subject.model, outcome)), lines, dots, low=low, high=2 * high)
    unit = unit_of(subject.model, outcome)
    told = f"{measured.outcome:.4g}" + ("" if unit == "1" else f" {unit}")
    return shown, [["outcome", told, outcome], *measures(found)]


def unit_of(model: NeuronModel, outcome: str) -> str:
    return {END: annotations(model.neuron.state)["v"].unit, COUNT: "1", FIRST: "ms"}[outcome]


def slope_label(model: NeuronModel, outcome: str) -> str:
    """The axis of a gradient: its unit is that of the outcome, over those of time and current."""
    top, current = unit_of(model, outcome), model.neuron.current.unit
    below = [unit for unit in ("ms", current) if unit not in ("1", top)]
    above = "1" if top in ("1", "ms", current) else top
    under = " ".join(below) if len(below) < 2 else f"({' '.join(below)})"
    return f"|g| ({above}/{under})" if under else "|g|"


def in_layer(subject: Subject, gain: float) -> tuple[Heat, list[list[str]]]:
    """|g| of each neuron and time as a picture, and how fast it grows."""
    n, model = NEURONS_OF_LAYER, subject.model
    drive = subject.current[:, None] * (1 + SCATTER * np.random.default_rng(0).uniform(-1, 1, n))
    weights = random_weights(n, gain * usual_jump(model))
    spikes = subject.spikes
    if spikes is not None:
        spikes = tuple(x[:, None] for x in spikes) if isinstance(spikes, tuple) else spikes[:, None]
    given = subject.given | {"spikes": spikes, "network": weights, "of": 0}
    found = {detached: input_gradient(model, drive, END, detach_reset=detached, **given) for detached in NAMES}
    time, g = found[True].time, found[True].g
    size = np.log10(positive(g))
    most = float(np.nanmax(size, initial=-300.0))
    least = float(np.nanmin(size, initial=most - 1.0))
    every = max(1, len(time) // 800)
    frame = (0.0, float(time[-1])), (0.5, n + 0.5)
    labels = "time (ms)", "neuron"
    heat = Heat(size[::every].T, frame, labels, (max(least, most - 40), most))
    measured = input_difference(model, drive, END, bins=BINS[0], together=True, **given)
    return heat, [
        *measures(found),
        [MEASURED, growth_words(measured), "by a little more current to all neurons at once"],
    ]


def usual_jump(model: NeuronModel) -> float:
    """What a spike adds, unless told otherwise, of a neuron that receives spikes."""
    return model.port.jump.default or 1.0


def positive(g: np.ndarray) -> np.ndarray:
    """|g|, nan where it is 0, which has no place on a logarithmic axis."""
    size = np.abs(g)
    return np.where((size > 0) & np.isfinite(size), size, np.nan)


def measures(found: dict[bool, InputGradient]) -> list[list[str]]:
    """How fast each gradient grows as it goes back."""
    words = {detached: growth_words(found[detached]) if detached in found else "–" for detached in NAMES}
    why = "log |g| over time, in the least squares"
    return [[name, words[detached], f"{WORDS[detached]}: {why}"] for detached, name in NAMES.items()]


def growth_words(found: InputGradient) -> str:
    try:
        return gradient_growth(found).words
    except ValueError:
        return "nothing goes back"
