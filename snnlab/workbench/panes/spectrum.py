"""The pane of the spectrum: at which frequencies the neurons of a network fire together."""

from collections.abc import Callable

from snnlab.views.curves import CurvesView

from ..plain import Plain
from .correlations import spectrum
from .pane import Pane, Shown


class SpectrumPane(Pane):
    """The power of the rate of all neurons, beside that of as many Poisson processes."""

    key, title = "spectrum", "Power of the rate"
    several = True

    def build(self) -> None:
        self.view = CurvesView()
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        recording = shown.drawn.result.recording
        return lambda: spectrum(recording)

    def feed(self, picture) -> None:
        curves, self.head.note = picture
        self.view.feed(curves)
