"""A histogram with a line over it: built once, then fed."""

from typing import NamedTuple

import numpy as np
from bokeh.models import ColumnDataSource, Line, Quad, Range1d

from snnlab.core.palette import LINE, VOLTAGE

from .style import Frames, opacity

SIZE = {"min-height": "clamp(140px, 20vh, 260px)"}


class Bars(NamedTuple):
    """Heights [B] between `edges` [B + 1], labels of the axes, and a line (x, y), None for none."""

    edges: np.ndarray
    heights: np.ndarray
    labels: tuple[str, str]
    line: tuple[np.ndarray, np.ndarray] | None = None


class BarsView:
    """`figure` is what is shown; `feed` changes what it shows, `fade` greys it while it is out of date."""

    def __init__(self) -> None:
        self.ranges = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self.figure = Frames().plot("", ("", ""), self.ranges, height=140, styles=SIZE)
        self.figure.title = None
        self.bars, self.line = (ColumnDataSource({name: [] for name in columns}) for columns in (SIDES, "xy"))
        sides = {"left": "left", "right": "right", "top": "top", "bottom": 0}
        self.figure.add_glyph(self.bars, Quad(**sides, fill_color=VOLTAGE, fill_alpha=0.7, line_color=VOLTAGE))
        self.figure.add_glyph(self.line, Line(x="x", y="y", line_color=LINE, line_dash="dotted", line_width=3))

    def feed(self, shown: Bars) -> None:
        """Show another histogram."""
        edges = shown.edges
        x, y = shown.line or (np.array([]), np.array([]))
        top = 1.08 * max(float(shown.heights.max(initial=0.0)), float(np.max(y, initial=0.0)))
        self.ranges[0].update(start=float(edges[0]), end=float(edges[-1]))
        self.ranges[1].update(start=0.0, end=top or 1.0)
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = shown.labels
        self.bars.data = {"left": edges[:-1], "right": edges[1:], "top": shown.heights}
        self.line.data = {"x": x, "y": y}
        self.fade(False)

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = SIZE | opacity(past)


SIDES = ("left", "right", "top")
