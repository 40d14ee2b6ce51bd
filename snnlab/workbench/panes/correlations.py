"""The pane of correlations: when spikes come after others, and at which frequencies a population fires together."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import correlogram, power_spectrum
from snnlab.core.palette import LINE
from snnlab.engine import Recording
from snnlab.views.bars import Bars, BarsView
from snnlab.views.curves import Curve, Curves, CurvesView

from ..plain import Plain
from .pane import Pane, Shown

AUTO, CROSS, SPECTRUM = "auto", "cross", "spectrum"
POISSON = "Poisson dotted"
LAG = 100.0  # ms, at most
BINS = 50  # up to there, about
HIGHEST = 500.0  # Hz
SEGMENT = 200.0  # ms, of a spectrum's pieces at least, while there are up to eight


class CorrelationPane(Pane):
    """Correlograms and power spectrum of a run, beside those of Poisson processes with the same rate."""

    key, title, menu = "correlations", "Correlations", "what is shown"

    def build(self) -> None:
        self.bars, self.curves = BarsView(), CurvesView()
        self.box[:] = [self.head, Plain(self.bars.figure), Plain(self.curves.figure)]
        self.curves.figure.visible = False

    def job(self, shown: Shown) -> Callable[[], object]:
        recording, wanted = shown.drawn.result.recording, self.head.value

        def draw() -> tuple[list[str], str, Bars | Curves, str]:
            options = [AUTO, CROSS, SPECTRUM] if recording.size > 1 else [AUTO, SPECTRUM]
            what = wanted if wanted in options else AUTO
            return options, what, *(spectrum(recording) if what == SPECTRUM else lags(recording, what == CROSS))

        return draw

    def feed(self, picture) -> None:
        options, what, shown, note = picture
        self.head.param.update(options=options, value=what, note=note)
        of_lags = isinstance(shown, Bars)
        self.bars.figure.visible, self.curves.figure.visible = of_lags, not of_lags
        (self.bars if of_lags else self.curves).feed(shown)


def lags(recording: Recording, cross: bool) -> tuple[Bars, str]:
    """A correlogram as a picture, and what it is beside."""
    run = len(recording.spikes) * recording.dt
    width = max(1, round(min(LAG, run / 2) / BINS / recording.dt)) * recording.dt
    most = int(min(LAG, run / 2) / width * (1 + 1e-9)) * width
    found = correlogram(recording, lag=most, width=width)
    heights = found.auto if found.cross is None or not cross else found.cross
    edges = np.append(found.lags - width / 2, found.lags[-1] + width / 2)
    line = np.array([edges[0], edges[-1]]), np.full(2, found.rate)
    return Bars(edges, heights, (f"time after a spike{' of another' * cross} (ms)", "rate (Hz)"), line), POISSON


def spectrum(recording: Recording) -> tuple[Curves, str]:
    """The power spectrum of the population's rate as a picture, and what it is beside: 2 rate / N for Poisson."""
    run = len(recording.spikes) * recording.dt
    f, power = power_spectrum(recording, segments=int(min(max(run / SEGMENT, 1), 8)))
    shown = (f > 0) & (f <= HIGHEST)
    rate = 1000 * float((recording.spikes > 0).sum()) / recording.size / run
    if not rate:
        raise ValueError("no neuron spikes: there is no power")
    poisson = Curve(f[shown][[0, -1]], np.full(2, 2 * rate / recording.size), LINE, "dotted")
    labels = "frequency (Hz)", "power (Hz²/Hz)"
    return Curves(labels, [Curve(f[shown], power[shown]), poisson], low=0.0), POISSON
