"""A picture of values over a grid, in colours: built once, then fed."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from bokeh.models import (
    BasicTicker,
    ColorBar,
    ColumnDataSource,
    Image,
    Line,
    LinearColorMapper,
    Range1d,
    Scatter,
)
from bokeh.palettes import Cividis256, RdBu11, interp_palette

from snnlab.core.palette import SPIKE, WORDS

from .style import IMAGE, Frames, opacity, placed, power


class Heat(NamedTuple):
    """Values [Y, X] over the frame (x, y), labels of its axes, the range of colours, and crosses; where they are
    logarithms, colours are told as `powers` of ten."""

    values: np.ndarray
    frame: tuple[tuple[float, float], tuple[float, float]]
    labels: tuple[str, str]
    range: tuple[float, float]
    marks: Sequence[tuple[float, float]] = ()
    powers: bool = True


class HeatView:
    """`figure` is what is shown; `feed` changes what it shows, `fade` greys it while it is out of date.

    Over it are a `line` and a point, `last`, which are fed by themselves.
    """

    def __init__(self, height: int = 190, most: int = 340, palette: Sequence[str] = Cividis256) -> None:
        self.size = {"min-height": f"clamp({height}px, {height // 7}vh, {most}px)"}
        self.ranges = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self.figure = Frames().plot("", ("", ""), self.ranges, height=height, styles=self.size)
        self.figure.title = None
        self.image, self.line, self.last, self.marks = (
            ColumnDataSource({name: [] for name in columns}) for columns in (IMAGE, "xy", "xy", "xy")
        )
        self.colors = LinearColorMapper(palette=palette, low=0, high=1, nan_color="rgba(0, 0, 0, 0)")
        glyphs = {
            self.image: Image(color_mapper=self.colors),
            self.line: Line(x="x", y="y", line_color="white", line_width=1.5),
            self.marks: Scatter(x="x", y="y", marker="x", size=10, line_color="white", line_width=2),
            self.last: Scatter(x="x", y="y", size=9, fill_color=SPIKE, line_color="white", line_width=2),
        }
        for source, glyph in glyphs.items():
            self.figure.add_glyph(source, glyph)
        self.bar = ColorBar(
            color_mapper=self.colors,
            width=10,
            padding=2,
            margin=0,
            ticker=BasicTicker(desired_num_ticks=4),
            major_label_text_font_size="10px",
            major_label_text_color=WORDS,  # for light and dark: a page's theme does not reach it
            background_fill_alpha=0,
            bar_line_color=None,
        )
        self.figure.add_layout(self.bar, "right")

    def feed(self, shown: Heat) -> None:
        """Show another picture."""
        for one, (start, end) in zip(self.ranges, shown.frame, strict=True):
            one.update(start=start, end=end)
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = shown.labels
        low, high = shown.range
        self.colors.update(low=low, high=high)
        told = range(math.floor(low), math.ceil(high) + 1) if shown.powers else ()
        self.bar.ticker.min_interval = 1 if shown.powers else 0
        self.bar.major_label_overrides = {k: power(k) for k in told}
        self.image.data = placed(np.asarray(shown.values, np.float32), *shown.frame)
        self.marks.data = {"x": [x for x, _ in shown.marks], "y": [y for _, y in shown.marks]}
        self.fade(False)

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = self.size | opacity(past)


def signed(height: int = 190, most: int = 340) -> HeatView:
    """One whose colours go from blue below 0 over white to red."""
    return HeatView(height, most, interp_palette(RdBu11, 255))
