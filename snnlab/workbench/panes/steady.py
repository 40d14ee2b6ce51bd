"""The pane of short-term plasticity at steady state: what a spike releases, and all of a second, against their rate."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import limiting_rate, peak_rate, settled_release, steady_state
from snnlab.core.palette import LINE, STATE, VOLTAGE
from snnlab.engine import Recording
from snnlab.models import PlasticityModel
from snnlab.views.curves import Curve, Curves, CurvesView

from ..plain import Plain
from .pane import Pane, Shown

SPIKE, SECOND = "per spike", "per second"
LOW, HIGH = 0.1, 100.0  # Hz
MANY = 100_000  # steps of a run
RATES, POINTS = np.geomspace(LOW, HIGH, 121), np.geomspace(LOW, HIGH, 13)
WORDS = "line, dots: regular; dashed: Poisson; dotted: 1 / (r τ_d)"


class SteadyPane(Pane):
    """Responses at rest of the hand, the present rate among them; grey while they are of an older synapse."""

    key, title, menu = "steady", "Steady state", "what is released"
    slow = True

    def suits(self, shown: Shown) -> bool:
        return {"u", "x"} <= shown.drawn.result.recording.variables.keys()

    def build(self) -> None:
        self.head.param.update(options=[SPIKE, SECOND], value=self.head.value or SPIKE)
        self.of = self.head.value
        self.view = CurvesView((True, self.of == SPIKE), height=170, most=300)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def again(self) -> None:
        if len(self.box) and self.of != self.head.value:
            self.build()  # a scale is a plot's own
        super().again()

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment, recording, of = shown.experiment(), shown.drawn.result.recording, self.head.value
        model, dt = experiment.model.copy(), experiment.settings.dt
        return lambda: curves_of(model, dt, rate_of(recording), of == SECOND)

    def feed(self, picture) -> None:
        self.head.note = WORDS
        self.view.feed(picture)


def rate_of(recording: Recording) -> float | None:
    """The mean rate in Hz of presynaptic spikes, from the first to the last; None of fewer than two."""
    times = recording.spike_times(0)
    return 1000 * (len(times) - 1) / float(times[-1] - times[0]) if len(times) > 1 else None


def _points(model: PlasticityModel, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """What runs settle at, in the steps of the page or, where those are many, coarser ones; none where too coarse."""
    step = max(dt, max(8 * (model.tau_d + model.tau_f), 3000 / LOW) / MANY)
    if step > dt and step > min(model.tau_d, model.tau_f) / 10:
        return np.array([]), np.array([])
    return settled_release(model, POINTS, step)


def curves_of(model: PlasticityModel, dt: float, here: float | None, second: bool) -> Curves:
    """What is released by a spike, or in a second, with theory, limits and the present rate."""
    rates, found = _points(model, dt)

    def of(rate: np.ndarray, release: np.ndarray) -> np.ndarray:
        return rate * release if second else release

    regular, poisson = (of(RATES, steady_state(model, RATES, chance).release) for chance in (False, True))
    limit = of(RATES, 1000 / (RATES * model.tau_d))
    shown = np.ones_like(limit, bool) if second else limit <= 1
    curves = [
        Curve(RATES[shown], limit[shown], LINE, "dotted"),
        Curve(RATES, poisson, STATE, "dashed"),
        Curve(RATES, regular, VOLTAGE),
    ]
    peak, limit_rate = peak_rate(model), limiting_rate(model)
    marks = [(limit_rate, f"limit {limit_rate:.3g} Hz")] if peak is None else [(peak, f"peak {peak:.3g} Hz")]
    if here is not None:
        marks.append((here, f"here {here:.3g} Hz"))
    label = "released per second" if second else "released per spike"
    return Curves(("presynaptic rate (Hz)", label), curves, (rates, of(rates, found)), marks)
