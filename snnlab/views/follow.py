"""A signal, and what is to follow it step by step while a film plays: built once, then fed."""

import numpy as np
from bokeh.models import ColumnDataSource, Line, Range1d

from snnlab.core.palette import CURRENT, DECODED

from .style import Frames, opacity


class FollowView:
    """`figure` is what is shown; `run` {t, y} is the source of what follows, `frame` shows the signal."""

    def __init__(self, label: str, height: int = 130, most: int = 240) -> None:
        self.size = {"min-height": f"clamp({height}px, {height // 7}vh, {most}px)"}
        self.ranges = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self.figure = Frames().plot("", ("time (ms)", label), self.ranges, height=height, styles=self.size)
        self.figure.title = None
        self.wanted, self.run = (ColumnDataSource({"t": [], "y": []}) for _ in range(2))
        looks = {
            self.wanted: {"line_color": CURRENT, "line_dash": "dashed", "line_width": 2},
            self.run: {"line_color": DECODED, "line_width": 1.5},
        }
        for source, look in looks.items():
            self.figure.add_glyph(source, Line(x="t", y="y", **look))

    def frame(self, t: np.ndarray, wanted: np.ndarray, low: float, high: float) -> None:
        """Show this signal, and so much of what follows it."""
        room = 0.08 * (high - low or 1.0)
        self.ranges[0].update(start=0.0, end=float(t[-1]))
        self.ranges[1].update(start=low - room, end=high + room)
        self.wanted.data = {"t": t, "y": wanted}
        self.fade(False)

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = self.size | opacity(past)
