"""The pane of the spike-triggered average: what the stimulus is around a spike."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import spike_triggered_average
from snnlab.core.palette import CURRENT, LINE
from snnlab.models import Result
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.style import axis_label

from ..plain import Plain
from .pane import Pane, Shown

BEFORE, AFTER = 40.0, 10.0  # ms
NEURONS = 50  # whose spikes are taken, at most


class AveragePane(Pane):
    """The mean stimulus before a spike of any neuron, when the hand rests."""

    key, title = "sta", "Spike-triggered average"
    slow = True

    def build(self) -> None:
        self.view = CurvesView()
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        result = shown.drawn.result
        return lambda: curves_of(result)

    def feed(self, picture) -> None:
        curves, spikes = picture
        self.head.note = f"of {spikes:,} spikes, mean dotted"
        self.view.feed(curves)


def curves_of(result: Result) -> tuple[Curves, int]:
    """The mean stimulus around spikes as a picture, and how many they are. Raises ValueError where it never varies."""
    recording, current = result.recording, result.current.numpy().astype(float)
    if not np.ptp(current):
        raise ValueError("the stimulus does not vary: choose noise, and spikes tell what drives them")
    fired = (recording.spikes.reshape(len(recording.spikes), recording.size)[:, :NEURONS] > 0).numpy()
    dt, back, ahead = recording.dt, round(BEFORE / recording.dt), round(AFTER / recording.dt)
    usable = fired[back : len(fired) - ahead].sum(0)
    current, total = current[: len(fired)], int(usable.sum())
    if not total:
        raise ValueError("no spike has enough of the stimulus around it: give a longer run")
    given = {"dt": dt, "before": back * dt, "after": ahead * dt}
    each = [spike_triggered_average(current, one, **given) for one in fired[:, usable > 0].T]
    mean = np.average([average for _, average in each], axis=0, weights=usable[usable > 0])
    lags = each[0][0]
    usual = Curve(lags[[0, -1]], np.full(2, current.mean()), LINE, "dotted")
    unit = result.definition.current.unit
    return Curves(
        ("time from the spike (ms)", axis_label("I", unit)), [usual, Curve(lags, mean, CURRENT)], marks=[(0.0, "spike")]
    ), total
