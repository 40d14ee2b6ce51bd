"""A small curve with axes: built once, then fed."""

import numpy as np
from bokeh.models import ColumnDataSource, DataRange1d, Line, Span

from snnlab.core.palette import LINE, VOLTAGE

from .style import Frames


class CurveView:
    """`figure` is what is shown; `feed` changes what it shows."""

    def __init__(self, title: str, x: str, y: str, height: int = 190) -> None:
        self.source = ColumnDataSource({"x": [], "y": []})
        ranges = DataRange1d(range_padding=0.02), DataRange1d(range_padding=0.08)
        self.figure = Frames().plot(title, (x, y), ranges, height=height)
        for dimension in ("height", "width"):
            self.figure.add_layout(Span(location=0, dimension=dimension, line_color=LINE, line_alpha=0.4))
        self.figure.add_glyph(self.source, Line(x="x", y="y", line_color=VOLTAGE, line_width=1.5))

    def feed(self, x: np.ndarray, y: np.ndarray) -> None:
        """Show a curve."""
        self.source.data = {"x": x, "y": y}
