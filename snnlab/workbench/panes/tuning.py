"""The pane of tuning curves: what each neuron of an encoder answers to constant signals."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import TuningCurves, tuning_curves, tuning_theory
from snnlab.analysis.encoded import usual_signals
from snnlab.analysis.portrait import is_steady
from snnlab.core.palette import STATE
from snnlab.models import EncoderModel, Result
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.style import axis_label

from ..plain import Plain
from .pane import Pane, Shown

DOTS, FINE = 21, 201  # signals that are measured, and those of the lines
DURATION, ALIKE = 500.0, 20  # ms, neurons of a kind
DRAWN = 2_000_000  # random numbers, at most about
UNITS = {"Hz": "rate (Hz)", "ms": "time of the first spike (ms)"}


class TuningPane(Pane):
    """Measured answers as dots, those of theory as lines, and the present signal."""

    key, title = "tuning", "Tuning curves"
    slow = True

    def build(self) -> None:
        self.view = CurvesView(height=190, most=320)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment, result = shown.experiment(), shown.drawn.result
        model, dt, seed = experiment.model.copy(), experiment.settings.dt, experiment.settings.seed

        def draw() -> tuple[Curves, str]:
            alike = 1 if model.neuron is not None else alike_of(model, dt)
            given = {"duration": steady(DURATION, dt), "neurons": alike, "dt": dt, "seed": seed}
            found = tuning_curves(model, usual_signals(model, DOTS), **given)
            here, words = present(result)
            fine = usual_signals(model, FINE)
            picture = picture_of(found, (fine, tuning_theory(model, fine)), model, here)
            return picture, f"{words_of(found, alike)}; dashed: {words}"

        return draw

    def feed(self, picture) -> None:
        curves, self.head.note = picture
        self.view.feed(curves)


def steady(time: float, dt: float) -> float:
    """About this time, in whole steps of dt."""
    return max(1, round(time / dt)) * dt


def alike_of(model: EncoderModel, dt: float) -> int:
    """How many neurons of each kind may be drawn."""
    each = DOTS * round(DURATION / dt) * model.definition.width(model.p())
    return min(ALIKE, max(1, DRAWN // each))


def present(result: Result) -> tuple[float, str]:
    """The signal of a run, or its highest value where it changes, and what that is called."""
    value = round(float(result.current.max()), 9)
    return value, f"here: {value:.3g}" if is_steady(result) else f"highest: {value:.3g}"


def picture_of(
    found: TuningCurves, theory: tuple[np.ndarray, np.ndarray | None], model: EncoderModel, here: float
) -> Curves:
    """Answers as dots, those of theory at its own signals as lines."""
    mark, (fine, known) = model.definition.input, theory
    ends = [found.measured, *([] if known is None or found.unit == "ms" else [known])]  # a latency has no greatest
    values = np.concatenate([np.ravel(one) for one in ends])
    low, high = float(np.nanmin(values, initial=0.0)), float(np.nanmax(values, initial=0.0))
    lines = [] if known is None else [Curve(fine, one, STATE, opacity=0.8) for one in known.T]
    dots = np.repeat(found.signal, found.measured.shape[1]), found.measured.ravel()
    labels = axis_label(f"signal {mark.symbol or 'I'}", mark.unit), UNITS[found.unit]
    return Curves(labels, lines, dots, [(here, "")], 1.06 * low, 1.06 * high or 1.0)


def words_of(found: TuningCurves, alike: int) -> str:
    """What dots and lines are."""
    kinds = found.measured.shape[1]
    dots = f"{alike} neurons" + " each" * (kinds > 1) if alike > 1 else "one neuron"
    return f"dots: {dots}" + ("" if found.theory is None else "; lines: theory")
