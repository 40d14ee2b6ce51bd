"""A small picture of one run: the voltage, and under it the stimulus; no axes, for a gallery."""

import numpy as np
from bokeh.models import ColumnDataSource, Line, Plot, Range1d

from snnlab.core.palette import CURRENT, VOLTAGE

BAND = (-0.34, -0.12)  # where the stimulus is drawn, in units of the voltage's range


class Miniature:
    """`figure` is what is shown; `feed` changes what it shows. Plain Bokeh: a gallery needs two dozen at once."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        self.time = Range1d(0, 1)
        self.figure = Plot(
            x_range=self.time,
            y_range=Range1d(BAND[0] - 0.08, 1.05),
            height=112,
            min_border=4,
            toolbar_location=None,
            outline_line_alpha=0.0,
            background_fill_color=None,
            border_fill_color=None,
            sizing_mode="stretch_width",
        )
        self.voltage, self.stimulus = (ColumnDataSource({"t": [], "y": []}) for _ in range(2))
        self.figure.add_glyph(self.voltage, Line(x="t", y="y", line_color=VOLTAGE, line_width=1.2))
        self.figure.add_glyph(self.stimulus, Line(x="t", y="y", line_color=CURRENT, line_width=1.2))

    def feed(self, t: np.ndarray, v: np.ndarray, current: np.ndarray) -> None:
        """Show a run: times in ms, voltage, current."""
        self.voltage.data = {"t": t, "y": np.clip((v - self.low) / (self.high - self.low), 0.0, 1.0)}
        span = float(np.ptp(current)) or 1.0
        self.stimulus.data = {"t": t, "y": BAND[0] + (BAND[1] - BAND[0]) * (current - current.min()) / span}
        self.time.update(start=0.0, end=float(t[-1]))
