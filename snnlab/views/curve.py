"""A small curve with axes: built once, then fed."""

import numpy as np
from bokeh.models import ColumnDataSource, DataRange1d, Span
from bokeh.plotting import figure

from snnlab.core.palette import LINE, VOLTAGE

from .style import frame


class CurveView:
    """`figure` is what is shown; `feed` changes what it shows."""

    def __init__(self, title: str, x: str, y: str, height: int = 190) -> None:
        self.source = ColumnDataSource({"x": [], "y": []})
        self.figure = figure(
            title=title,
            x_axis_label=x,
            y_axis_label=y,
            height=height,
            x_range=DataRange1d(range_padding=0.02),
            y_range=DataRange1d(range_padding=0.08),
            tools="",
            sizing_mode="stretch_width",
        )
        for dimension in ("height", "width"):
            self.figure.add_layout(Span(location=0, dimension=dimension, line_color=LINE, line_alpha=0.4))
        self.figure.line("x", "y", source=self.source, color=VOLTAGE, line_width=1.5)
        frame(self.figure, time_axis=True)

    def feed(self, x: np.ndarray, y: np.ndarray) -> None:
        """Show a curve."""
        self.source.data = {"x": x, "y": y}
