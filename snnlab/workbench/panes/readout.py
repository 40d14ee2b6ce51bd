"""The panes of a population that is read out: the penalty on its rates with its slope, the rates, and how it learns."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from snnlab.analysis import (
    PenaltyCurve,
    Regularized,
    penalty_curve,
    read_out,
    readout_error,
    readout_weights,
    regularize,
    variability,
)
from snnlab.core import Count, Quantity
from snnlab.core.palette import MEASURED, STATE, VOLTAGE
from snnlab.engine.coarse import noted
from snnlab.models import Experiment
from snnlab.models.portable import owners
from snnlab.symbolic import plain_symbol
from snnlab.views.bars import Bars, BarsView
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.follow import FollowView
from snnlab.views.style import axis_label

from ..plain import Plain
from .film import track
from .gradient import positive
from .pane import Pane, Shown
from .training import TrainingPane

POINTS = 25  # of a curve
STEPS = 40
BARS = 25
EACH = ", a gain for each"
RIDGE = 1e-6


def is_read(shown: Shown) -> bool:
    """Whether it is a network that is read out."""
    return bool(getattr(shown.experiment().model.definition, "reads", ""))


class PenaltyPane(Pane):
    """The penalty over one number of the population, and its slope: the surrogate gradient beside differences."""

    key, title, menu = "penalty", "Penalty and its gradient", "over"
    slow = True

    def suits(self, shown: Shown) -> bool:
        return is_read(shown)

    def build(self) -> None:
        self.view, self.slopes = CurvesView(height=130), CurvesView(height=110, most=200)
        self.head.note = "below, its slope: line by surrogates, dots measured"
        self.box[:] = [self.head, Plain(self.view.figure), Plain(self.slopes.figure)]

    def fade(self) -> None:
        if len(self.box):
            self.view.fade()
            self.slopes.fade()

    def _prepare(self, shown: Shown) -> Callable:
        return self.job(shown)  # which can be cancelled

    def job(self, shown: Shown) -> Callable[[Callable[[], bool]], object]:
        experiment = shown.experiment().copy()
        options = numbers_of(experiment)
        of = self.head.value if self.head.value in options else "gain"

        def draw(cancelled: Callable[[], bool]):
            mark, here = options[of]
            with noted():  # as of panes that run once
                return [*options], of, here, mark, penalty_curve(experiment, around(here, mark), of, cancelled)

        return draw

    def feed(self, picture) -> None:
        options, of, here, mark, found = picture
        self.head.param.update(options=options, value=of)
        upper, lower, numbers = slopes(found, of, here, mark)
        self.head.numbers = numbers
        self.view.feed(upper)
        self.slopes.feed(lower)


class ReachedPane(Pane):
    """The rates of the neurons as a histogram, with their target and how many are silent."""

    key, title = "reached", "Rates of the neurons"

    def suits(self, shown: Shown) -> bool:
        return is_read(shown)

    def build(self) -> None:
        self.view = BarsView()
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        recording, target = shown.drawn.result.recording, shown.experiment().model.target

        def draw():
            found = variability(recording).rate
            top = max(float(found.max(initial=0.0)), 1.2 * target) or 1.0
            counts, edges = np.histogram(found, BARS, (0.0, top))
            aim = np.array([target, target]), np.array([0.0, counts.max(initial=1)])
            near = int((abs(found - target) <= 0.25 * target).sum())
            words = f"dotted: target; {near} of {len(found)} within a quarter of it, {int((found == 0).sum())} silent"
            return Bars(edges, counts, ("rate (Hz)", "neurons"), aim), words

        return draw

    def feed(self, picture) -> None:
        bars, self.head.note = picture
        self.view.feed(bars)


class TuningPane(TrainingPane):
    """Gains that are learned for the target rate, and weights with which the readout follows the signal, live."""

    key, title = "tuning", "Learning the rate and the readout"
    usual: ClassVar = {
        "Adam": {"rate": 0.03, "momentum": 0.8},
        "SGD": {"rate": 0.02, "momentum": 0.5},
        f"Adam{EACH}": {"rate": 0.03, "momentum": 0.8},
        f"SGD{EACH}": {"rate": 0.02, "momentum": 0.5},
    }

    def suits(self, shown: Shown) -> bool:
        return is_read(shown)

    def _of(self, shown: Shown) -> str:
        return repr((shown.experiment().to_query(), self.how()))

    def how(self) -> dict[str, Any]:
        each = self.head.value.endswith(EACH)
        return {"optimiser": self.head.value.removesuffix(EACH), "each": each, **self.training.values()}

    def made(self) -> list[Any]:
        self.view = FollowView("readout")
        self.rates, self.losses = CurvesView(height=110, most=180), CurvesView((False, True), 110, 180)
        return [self.view, self.rates, self.losses]

    def job(self, shown: Shown) -> Callable[[Callable[[], bool]], object]:
        experiment, how = shown.experiment().copy(), self.how()

        def draw(cancelled: Callable[[], bool]):
            found = regularize(experiment, STEPS, cancelled=cancelled, **how)
            return experiment, found, least(experiment, shown)

        return draw

    def feed(self, picture) -> None:
        experiment, found, best = picture
        dt, steps = experiment.settings.dt, np.arange(len(found.penalty), dtype=float)
        t = dt * (np.arange(len(found.wanted)) + 1)
        both = np.concatenate([found.wanted, found.potential[0], found.potential[-1]])
        self.view.frame(t, found.wanted, float(both.min()), float(both.max()))
        mean, target = found.rates.mean(1), np.full(len(steps), experiment.model.target)
        aim = Curve(steps, target, STATE, "dashed", name="target", at=0.0)
        lines = [Curve(steps, q, opacity=0.4) for q in np.percentile(found.rates, (10, 90), axis=1)]
        self.rates.feed(Curves(("step", "rate (Hz)"), [*lines, Curve(steps, mean), aim], low=0.0))
        loss = positive(found.penalty + found.error**2)
        parts = [(positive(found.penalty), STATE, "penalty"), (positive(found.error**2), MEASURED, "error²")]
        parts.append((loss, VOLTAGE, "sum"))
        self.losses.feed(Curves(("step", "loss"), [Curve(steps, y, color, name=name) for y, color, name in parts]))
        self.head.note = f"rate and error; {100 * best:.0f} % by least squares"
        self.film.shown = {
            "words": told(found),
            "tracks": [
                track(self.view.run, {"y": list(found.potential)}, {"t": t}, grow=False),
                track(self.rates.dots, {"x": list(steps[:, None]), "y": list(mean[:, None])}, {}, grow=False),
                track(self.losses.dots, {"x": list(steps[:, None]), "y": list(loss[:, None])}, {}, grow=False),
            ],
        }


def told(found: Regularized) -> list[str]:
    """What is told of each step: the mean rate, and the error of the readout."""
    means = zip(found.rates.mean(1), 100 * found.error)
    return [f"step {k}: {rate:.0f} Hz, {error:.0f} %" for k, (rate, error) in enumerate(means)]


def least(experiment: Experiment, shown: Shown) -> float:
    """The error of a readout of the run that is shown, with weights by least squares."""
    model, result = experiment.model, shown.drawn.result
    recording, reader = result.recording, model.reader()
    wanted = result.current.double().numpy()[: len(recording.spikes)]
    weights = readout_weights(recording, wanted, reader, ridge=RIDGE)
    return readout_error(read_out(recording, weights, reader).numpy(), wanted)


def numbers_of(experiment: Experiment) -> dict[str, tuple[Quantity, float]]:
    """The numbers that change how neurons fire, by their names: annotation, and present value."""
    found = {}
    for prefix in ("model", "cell"):
        knobs = owners(experiment)[prefix]
        for field, name in knobs.shown.items():
            mark = knobs.marks[field]
            free = isinstance(mark, Quantity) and mark.part == "run" and not isinstance(mark, Count)
            if free and (prefix == "cell" or name in ("gain", "spread")):
                found[name if prefix == "model" else f"cell.{name}"] = mark, float(getattr(knobs, name))
    return found


def around(here: float, mark: Quantity) -> np.ndarray:
    """From a quarter to twice a number, or over its usual range where it is not above 0."""
    low, high = (max(mark.low, here / 4), 2 * here) if here > 0 else (mark.low, mark.high)
    return np.linspace(min(low, here), max(min(high, max(mark.high, here)), here), POINTS)


def slopes(found: PenaltyCurve, of: str, here: float, mark: Quantity) -> tuple[Curves, Curves, list[list[str]]]:
    """The penalty with the tangent at the present value, its slope beside differences, and both as numbers."""
    x, middle = found.values, (found.values[1:] + found.values[:-1]) / 2
    measured = np.diff(found.penalty) / np.diff(x)
    slope, height = (float(np.interp(here, x, y)) for y in (found.slope, found.penalty))
    reach = 0.12 * (x[-1] - x[0])
    along = np.array([here - reach, here + reach])
    tangent = Curve(along, height + slope * (along - here), STATE, "dashed", name="surrogate gradient", at=along[1])
    label = axis_label(plain_symbol(of.rpartition(".")[2], mark), mark.unit)
    now = [(here, "now")]
    top = float(found.penalty.max())
    upper = Curves(
        (label, "penalty"), [Curve(x, found.penalty), tangent], marks=now, low=-0.05 * top, high=1.1 * top or 1
    )
    zero = Curve(x[[0, -1]], np.zeros(2), opacity=0.3)
    lower = Curves((label, "slope"), [zero, Curve(x, found.slope, STATE)], (middle, measured), now)
    by = float(np.interp(here, middle, measured))
    return (
        upper,
        lower,
        [
            [
                "slope",
                f"{slope:.3g}" if np.isfinite(slope) else "explodes",
                "of the penalty at the present value, by the surrogate gradient",
            ],
            ["measured", f"{by:.3g}", "the same as a difference of neighbouring runs"],
        ],
    )
