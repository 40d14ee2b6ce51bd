"""The pane of volleys: how many spikes each pool of a synfire chain sends on, and how far they are apart."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import Packets, pulse_packets
from snnlab.core.palette import CURRENT
from snnlab.models import NETWORKS
from snnlab.views.curves import Curve, Curves, CurvesView

from ..plain import Plain
from .pane import Pane, Shown

SPREAD = 4.0  # ms, of the usual frame


class PacketPane(Pane):
    """The way of a volley from pool to pool: up and to the left, it becomes one of all neurons at once, or is lost."""

    key, title = "packets", "Volleys from pool to pool"

    def suits(self, shown: Shown) -> bool:
        return isinstance(shown.experiment().model, NETWORKS["Synfire"])

    def build(self) -> None:
        self.view = CurvesView(height=190, most=360)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        recording, width = shown.drawn.result.recording, shown.experiment().model.width
        return lambda: way_of(pulse_packets(recording, width=width), width)

    def feed(self, picture) -> None:
        curves, self.head.note = picture
        self.view.feed(curves)


def way_of(found: Packets, width: int) -> tuple[Curves, str]:
    """Spikes over spread as a picture, from the first pool on, which is named, and what became of the volley."""
    there = np.isfinite(found.spread)
    x, y = found.spread[there], found.spikes[there].astype(float)
    if not len(x):
        raise ValueError("no pool fires: there is no volley")
    way = Curve(x, y, CURRENT, opacity=0.6)
    frame = Curve(np.array([0.0, max(SPREAD, float(x.max()))]), np.zeros(2), opacity=0.0)
    labels = "spread σ (ms)", "spikes a"
    shown = Curves(labels, [frame, way], (x, y), [(float(x[0]), "first pool")], 0.0, max(1.1 * width, 1.05 * y.max()))
    words = f"first {y[0]:.0f} in {x[0]:.2g} ms, last {y[-1]:.0f} in {x[-1]:.2g} ms"
    return shown, words
