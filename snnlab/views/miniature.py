"""A small picture of one run: the voltage, and under it the stimulus; no axes, for a gallery."""

import numpy as np
from bokeh.models import (
    AllIndices,
    CDSView,
    ColumnDataSource,
    Line,
    LinearScale,
    Plot,
    Range1d,
    Toolbar,
    UnionRenderers,
)

from snnlab.core.palette import CURRENT, VOLTAGE

BAND = (-0.34, -0.12)  # where the stimulus is drawn, in units of the voltage's range


class Miniatures:
    """Makes the pictures of a gallery, which have in common what they can: a gallery needs two dozen at once."""

    def __init__(self) -> None:
        self.scale, self.height = LinearScale(), Range1d(start=BAND[0] - 0.08, end=1.05)
        self.every, self.policy = AllIndices(), UnionRenderers()
        lines = {"v": VOLTAGE, "current": CURRENT}
        self.lines = [Line(x="t", y=name, line_color=color, line_width=1.2) for name, color in lines.items()]

    def picture(self, low: float, high: float) -> "Miniature":
        """An empty picture of a voltage from low to high, in mV."""
        return Miniature(low, high, self)


class Miniature:
    """`figure` is what is shown; `feed` changes what it shows."""

    def __init__(self, low: float, high: float, shared: Miniatures) -> None:
        self.low, self.high = low, high
        self.time = Range1d(start=0, end=1)
        self.source = ColumnDataSource({"t": [], "v": [], "current": []}, selection_policy=shared.policy)
        self.figure = Plot(
            x_range=self.time,
            y_range=shared.height,
            x_scale=shared.scale,
            y_scale=shared.scale,
            toolbar=Toolbar(),
            title=None,
            height=112,
            min_border=4,
            toolbar_location=None,
            outline_line_alpha=0.0,  # a page has its own colour of frames
            background_fill_color=None,
            border_fill_color=None,
            sizing_mode="stretch_width",
        )
        for line in shared.lines:
            self.figure.add_glyph(self.source, line, view=CDSView(filter=shared.every))

    def feed(self, t: np.ndarray, v: np.ndarray, current: np.ndarray) -> None:
        """Show a run: times in ms, voltage, current."""
        span = float(np.ptp(current)) or 1.0
        below = BAND[0] + (BAND[1] - BAND[0]) * (current - current.min()) / span
        above = np.clip((v - self.low) / (self.high - self.low), 0.0, 1.0)
        self.source.data = {"t": t, "v": above, "current": below.astype(np.float32)}
        self.time.update(start=0.0, end=float(t[-1]))
