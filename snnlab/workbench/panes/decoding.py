"""The pane of decoding: how well signals are found again, over the time and the neurons that count."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import Decoding, decoding
from snnlab.core.palette import LINE, VOLTAGE
from snnlab.models import EncoderModel
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.style import axis_label

from ..plain import Plain
from .pane import Pane, Shown
from .tuning import steady

WINDOW, NEURONS = "over window", "over neurons"
LONGEST, MOST = 500.0, 200  # ms, neurons
PLACES = 12  # along an axis


class DecodingPane(Pane):
    """Error and information of what is decoded, when the hand rests."""

    key, title, menu = "decoding", "Error and information", "axis"
    slow = True

    def build(self) -> None:
        self.view, self.below = CurvesView((True, True), 150), CurvesView((True, False), 150)
        self.head.param.update(options=[WINDOW, NEURONS], value=self.head.value or WINDOW)
        self.box[:] = [self.head, Plain(self.view.figure), Plain(self.below.figure)]

    def fade(self) -> None:
        super().fade()
        if len(self.box):
            self.below.fade()

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment, wanted = shown.experiment(), self.head.value
        model, settings = experiment.model.copy(), experiment.settings
        dt, seed, alone = settings.dt, settings.seed, model.neuron is not None
        window = LONGEST if alone else steady(settings.window, dt)
        neurons = 1 if alone else settings.neurons

        def draw() -> tuple[list[str], str, Curves, Curves, str]:
            what = WINDOW if alone else wanted
            if what == WINDOW:
                found = decoding(model, windows(dt, window), neurons, dt=dt, seed=seed)
                at, words = window, "one neuron" if neurons == 1 else f"{neurons} neurons"
            else:
                found = decoding(model, window, numbers(neurons), dt=dt, seed=seed)
                at, words = float(neurons), f"{window:.4g} ms"
            here = [] if alone else [(at, "here")]
            options = [WINDOW] if alone else [WINDOW, NEURONS]
            return options, what, *pictures_of(found, model, what, here), note_of(found, words)

        return draw

    def feed(self, picture) -> None:
        options, what, error, information, note = picture
        self.head.param.update(options=options, value=what, note=note)
        self.view.feed(error)
        self.below.feed(information)


def windows(dt: float, present: float) -> np.ndarray:
    """Times in ms over which spikes are counted, in whole steps of dt, the present one among them."""
    steps = np.geomspace(max(1.0, round(1 / dt)), max(LONGEST, present) / dt, PLACES)
    return np.unique([*steps.round(), round(present / dt)]) * dt


def numbers(present: int) -> np.ndarray:
    """Numbers of neurons, the present one among them."""
    return np.unique([*np.geomspace(1, max(MOST, present), PLACES).round().astype(int), present])


def pictures_of(
    found: Decoding, model: EncoderModel, what: str, here: list[tuple[float, str]]
) -> tuple[Curves, Curves]:
    """The error and the information as pictures over one axis."""
    x = found.window if what == WINDOW else found.neurons.astype(float)
    label = "time that counts (ms)" if what == WINDOW else "neurons of a kind"
    least = [] if found.bound is None else [Curve(x, found.bound, LINE, "dotted")]
    limits = [Curve(x, np.full(len(x), found.most), LINE, "dashed", 0.6)]
    limits += [] if found.limit is None else [Curve(x, found.limit, LINE, "dotted")]
    there = found.error > 0
    dots = x[there], found.error[there]
    error = Curves((label, axis_label("error", model.definition.input.unit)), [*least, Curve(*dots)], dots, here)
    bits = Curve(x, found.information, VOLTAGE)
    return error, Curves((label, "information (bits)"), [*limits, bits], (x, found.information), here, low=0.0)


def note_of(found: Decoding, words: str) -> str:
    """Of what it is, and what is dotted."""
    if found.bound is None:
        return f"{words} from the onset on; dashed: all that there is to know"
    return f"{words}; dotted: 1/√(time · neurons)" + ("" if found.limit is None else ", the count itself")
