"""The pane of tuning curves: what each neuron of an encoder answers to constant signals."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import TuningCurves, tuning_curves
from snnlab.analysis.portrait import is_steady
from snnlab.core.palette import STATE
from snnlab.models import EncoderModel, Result
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.style import axis_label

from ..plain import Plain
from .pane import Pane, Shown

MANY, DURATION, ALIKE = 31, 500.0, 20  # signals, ms and neurons of a kind
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
            found = tuning_curves(model, duration=steady(DURATION, dt), neurons=alike, dt=dt, seed=seed)
            return picture_of(found, model, present(result)), words_of(found, alike)

        return draw

    def feed(self, picture) -> None:
        curves, self.head.note = picture
        self.view.feed(curves)


def steady(time: float, dt: float) -> float:
    """About this time, in whole steps of dt."""
    return max(1, round(time / dt)) * dt


def alike_of(model: EncoderModel, dt: float) -> int:
    """How many neurons of each kind may be drawn."""
    each = MANY * round(DURATION / dt) * model.definition.width(model.p())
    return min(ALIKE, max(1, DRAWN // each))


def present(result: Result) -> tuple[float, str]:
    """The signal of a run, or its highest value where it changes, and what that is called."""
    value = round(float(result.current.max()), 9)
    return value, f"here: {value:.3g}" if is_steady(result) else f"highest: {value:.3g}"


def picture_of(found: TuningCurves, model: EncoderModel, here: tuple[float, str]) -> Curves:
    x, mark = found.signal, model.definition.input
    theory = np.full_like(found.measured, np.nan) if found.theory is None else found.theory
    low = min(0.0, np.nanmin(found.measured, initial=0.0))
    high = max(np.nanmax(one, initial=0.0) for one in (found.measured, theory if found.unit == "Hz" else 0.0))
    lines = [Curve(x, one, STATE, opacity=0.7) for one in theory.T]
    dots = np.repeat(x, found.measured.shape[1]), found.measured.ravel()
    labels = axis_label(f"signal {mark.symbol or 'I'}", mark.unit), UNITS[found.unit]
    return Curves(labels, lines, dots, [here], 1.06 * low, 1.06 * float(high) or 1.0)


def words_of(found: TuningCurves, alike: int) -> str:
    """What dots and lines are."""
    kinds = found.measured.shape[1]
    dots = "after adaptation" if found.theory is None else "the first spike of each run" if found.unit == "ms" else ""
    if alike > 1:
        dots = f"mean of {alike} neurons" + " of each kind" * (kinds > 1)
    return "dots: " + (dots or "one over the interval") + ("" if found.theory is None else "; lines: theory")
