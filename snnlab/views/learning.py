"""A neuron that learns when to fire: its potential, its spikes, and when they are wanted; built once, then fed."""

import numpy as np
from bokeh.models import ColumnDataSource, Line, Range1d, Scatter, Segment

from snnlab.core.palette import CURRENT, SPIKE, VOLTAGE

from .style import Frames, opacity


class LearningView:
    """`figure` is what is shown; `run` [t, v], `spikes` [t, y] and `targets` are its sources, `frame` its frame."""

    def __init__(self, label: str, height: int = 150, most: int = 260) -> None:
        self.size = {"min-height": f"clamp({height}px, {height // 7}vh, {most}px)"}
        self.ranges = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self.figure = Frames().plot("", ("time (ms)", label), self.ranges, height=height, styles=self.size)
        self.figure.title = None
        self.targets = ColumnDataSource({"t": [], "low": [], "high": []})
        self.run, self.spikes = (ColumnDataSource({"t": [], "y": []}) for _ in range(2))
        upright = {"x0": "t", "x1": "t", "y0": "low", "y1": "high"}
        glyphs = {
            self.targets: Segment(**upright, line_color=CURRENT, line_width=2, line_dash="dashed"),
            self.run: Line(x="t", y="y", line_color=VOLTAGE, line_width=1.5),
            self.spikes: Scatter(x="t", y="y", marker="inverted_triangle", size=8, fill_color=SPIKE, line_color=SPIKE),
        }
        for source, glyph in glyphs.items():
            self.figure.add_glyph(source, glyph)

    def frame(self, duration: float, low: float, high: float, targets: np.ndarray) -> None:
        """Show so much of time and of the potential, and when spikes are wanted."""
        self.ranges[0].update(start=0.0, end=duration)
        self.ranges[1].update(start=low, end=high)
        each = np.ones(len(targets))
        self.targets.data = {"t": targets, "low": low * each, "high": high * each}
        self.fade(False)

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = self.size | opacity(past)
