"""The pane of pairing protocols: what sixty pairs or triplets do to a weight, against delay, rate and intervals."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import pairing, triplets
from snnlab.core.palette import CURRENT, LINE, VOLTAGE
from snnlab.models import PlasticityModel
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.heat import Heat, signed

from ..plain import Plain
from .pane import Pane, Shown

DELAY, RATE, PRE_POST_PRE, POST_PRE_POST = "delay", "rate", "pre-post-pre", "post-pre-post"
MIDDLE = {PRE_POST_PRE: "post", POST_PRE_POST: "pre"}
DELAYS = np.arange(-80.0, 80.5, 1.0)  # ms: pairs at 50 Hz have a period of 20
RATES, APART = np.geomspace(0.1, 50.0, 40), 10.0  # Hz; ms between the spikes of a pair
INTERVALS = np.linspace(1.0, 49.0, 25)  # ms
PAIRS, USUAL = 60, 1.0  # and their rate in Hz where the run has none


class ProtocolPane(Pane):
    """Experiments as they are done on slices, at rest of the hand; grey while they are of an older rule."""

    key, title, menu = "protocols", "Pairing protocols", "protocol"
    slow = True

    def suits(self, shown: Shown) -> bool:
        return shown.drawn.result.definition.learn is not None

    def build(self) -> None:
        options = [DELAY, RATE, *MIDDLE]
        self.head.param.update(options=options, value=self.head.value or DELAY)
        self.of = self.head.value
        size = {"height": 170, "most": 300}
        self.view = signed(**size) if self.of in MIDDLE else CurvesView((self.of == RATE, False), **size)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def again(self) -> None:
        if len(self.box) and self.of != self.head.value:
            self.build()  # each has axes of its own
        super().again()

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment, of = shown.experiment(), self.head.value
        model, values = experiment.model.copy(), experiment.stimulus.values()
        delta, rate = values.get("delta"), values.get("rate")

        def draw() -> tuple[str, Curves | Heat, str]:
            if of in MIDDLE:
                return of, *of_triplets(model, MIDDLE[of])
            return of, *(of_rates(model, rate) if of == RATE else of_delays(model, delta, rate or USUAL))

        return draw

    def feed(self, picture) -> None:
        of, shown, note = picture
        if of == self.of:  # another may have been chosen meanwhile
            self.head.note = note
            self.view.feed(shown)


def of_delays(model: PlasticityModel, delta: float | None, rate: float) -> tuple[Curves, str]:
    """Against the delay in a pair, at a rate, with the present one."""
    found = pairing(model, DELAYS, rate, PAIRS)
    marks = [] if delta is None else [(delta, f"here {delta:.4g} ms")]
    zero = Curve(DELAYS[[0, -1]], np.zeros(2), LINE, opacity=0.5)
    curves = [zero, Curve(DELAYS, found)]
    shown = Curves(("from pre to post (ms)", "Δw"), curves, marks=marks, low=_floor(found))
    return shown, f"{PAIRS} pairs at {rate:.3g} Hz"


def of_rates(model: PlasticityModel, rate: float | None) -> tuple[Curves, str]:
    """Against the rate of pairs of either order, with the present one."""
    grown, shrunk = pairing(model, np.array([[APART], [-APART]]), RATES, PAIRS)
    marks = [] if rate is None else [(rate, f"here {rate:.3g} Hz")]
    curves = [
        Curve(RATES[[0, -1]], np.zeros(2), LINE, opacity=0.5),
        Curve(RATES, shrunk, CURRENT, "dashed", name="post first", at=0.2),
        Curve(RATES, grown, VOLTAGE, name="pre first", at=0.2),
    ]
    shown = Curves(("rate of pairs (Hz)", "Δw"), curves, marks=marks, low=_floor(grown, shrunk))
    return shown, f"{PAIRS} pairs, {APART:g} ms apart"


def _floor(*changes: np.ndarray) -> float:
    """Where a frame begins that has room for words below all of them."""
    least, most = min(0.0, float(np.min(changes))), max(0.0, float(np.max(changes)))
    return least - 0.25 * ((most - least) or 1.0)


def of_triplets(model: PlasticityModel, middle: str) -> tuple[Heat, str]:
    """Against both intervals of triplets with this spike in their middle."""
    found = triplets(model, INTERVALS, INTERVALS[:, None], middle, USUAL, PAIRS)
    edge = (INTERVALS[1] - INTERVALS[0]) / 2
    frame = (INTERVALS[0] - edge, INTERVALS[-1] + edge)
    most = float(abs(found).max()) or 1.0
    labels = ("first interval (ms)", "second interval (ms)")
    return Heat(found, (frame, frame), labels, (-most, most), powers=False), f"Δw by {PAIRS} triplets at {USUAL:g} Hz"
