"""The pane of the peri-stimulus time histogram: the rate of all neurons over time."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import population_rate
from snnlab.engine import Recording
from snnlab.views.bars import Bars, BarsView

from ..plain import Plain
from .pane import Pane, Shown

BINS = 50  # about


class HistogramPane(Pane):
    """Each neuron of a population is a trial, with a noise of its own: how often they spike at each time."""

    key, title = "psth", "Rate over time"

    def build(self) -> None:
        self.view = BarsView()
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        recording = shown.drawn.result.recording
        return lambda: (bars_of(recording), recording.size)

    def feed(self, picture) -> None:
        bars, trials = picture
        width = bars.edges[1] - bars.edges[0]
        self.head.note = f"PSTH of {trials:,} trial{'s' * (trials > 1)}, in bins of {width:.3g} ms"
        self.view.feed(bars)


def bars_of(recording: Recording) -> Bars:
    """The rate of a population in bins as a picture."""
    width = max(1, round(len(recording.spikes) / BINS)) * recording.dt
    t, rate = population_rate(recording, width=width)
    return Bars(np.append(t - width / 2, t[-1] + width / 2), rate, ("time (ms)", "rate (Hz)"))
