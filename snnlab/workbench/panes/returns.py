"""The pane of the return map: each interval over the one before it."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import return_map
from snnlab.core.palette import LINE
from snnlab.views.curves import Curve, Curves, CurvesView

from ..plain import Plain
from .pane import Pane, Shown

MOST = 2000  # dots


class ReturnPane(Pane):
    """Intervals of all neurons of a run: on the diagonal of a clock, a cloud of independent ones, steps of bursts."""

    key, title = "returns", "Return map"

    def build(self) -> None:
        self.view = CurvesView(height=200, most=360)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        recording = shown.drawn.result.recording
        return lambda: return_map(recording)

    def feed(self, picture) -> None:
        before, after = picture
        self.head.note = f"{len(before):,}, equal intervals dotted"
        self.view.feed(curves_of(before, after))


def curves_of(before: np.ndarray, after: np.ndarray) -> Curves:
    """A return map as a picture."""
    step = -(-len(before) // MOST)
    end = 1.05 * max(before.max(), after.max())
    diagonal = Curve(np.array([0.0, end]), np.array([0.0, end]), LINE, "dotted")
    dots = before[::step], after[::step]
    return Curves(("interval (ms)", "next interval (ms)"), [diagonal], dots, low=0.0, high=end)
