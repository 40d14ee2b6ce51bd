"""A small curve with axes: built once, then fed."""

import numpy as np
from bokeh.models import ColumnDataSource, DataRange1d, Line, Scatter, Span

from snnlab.core.palette import CURRENT, LINE, STATE, VOLTAGE

from .style import Frames

HIDDEN = {"x": [0.0, 1.0], "y": [0.0, 0.0]}  # until there is something: what has no range, a page complains of


class CurveView:
    """`figure` is what is shown; `feed` changes what it shows. Dots on the curve are `marks`: `mark` of pictures.js.

    The title says `dots` and `dashed` where there are marks, and where there is theory.
    """

    def __init__(self, title: str, x: str, y: str, dots: str = "", dashed: str = "", height: int = 190) -> None:
        self.title, self.dots, self.dashed = title, dots, dashed
        self.source, self.theory, self.marks = (ColumnDataSource({"x": [], "y": []}) for _ in range(3))
        self.source.data = HIDDEN
        ranges = DataRange1d(range_padding=0.02), DataRange1d(range_padding=0.08)
        self.figure = Frames().plot(title, (x, y), ranges, height=height)
        for dimension in ("height", "width"):
            self.figure.add_layout(Span(location=0, dimension=dimension, line_color=LINE, line_alpha=0.4))
        self.figure.add_glyph(self.source, Line(x="x", y="y", line_color=VOLTAGE, line_width=1.5))
        if dashed:
            self.figure.add_glyph(self.theory, Line(x="x", y="y", line_color=STATE, line_width=2, line_dash="dashed"))
            self.figure.add_glyph(self.source, Scatter(x="x", y="y", size=6, fill_color=VOLTAGE, line_color=VOLTAGE))
        dot = Scatter(x="x", y="y", size=9, fill_color=CURRENT, line_color="white", line_width=1.5)
        self.figure.add_glyph(self.marks, dot, name="marks")

    def feed(
        self, x: np.ndarray, y: np.ndarray, theory: np.ndarray | None = None, marks: np.ndarray | None = None
    ) -> None:
        """Show a curve, what theory has at the same x, and dots on it at other x."""
        told = [*[f"dots: {self.dots}"] * (marks is not None), *[f"dashed: {self.dashed}"] * (theory is not None)]
        self.figure.title.text = f"{self.title}{'; ' * bool(told)}{', '.join(told)}"
        self.source.data = {"x": x, "y": y}
        if marks is not None or len(self.marks.data["x"]):
            at = np.array([]) if marks is None else marks[(x[0] <= marks) & (marks <= x[-1])]
            self.marks.data = {"x": at, "y": np.interp(at, x, y)}
        if theory is not None or len(self.theory.data["x"]):
            self.theory.data = {"x": [], "y": []} if theory is None else {"x": x, "y": theory}
