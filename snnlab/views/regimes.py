"""A plane of two numbers in which areas have names, with runs as dots and the present one. Built once, then fed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    HoverTool,
    Image,
    LinearColorMapper,
    Range1d,
    Scatter,
    Segment,
    Text,
    Toolbar,
)

from snnlab.core.palette import CURRENT, LINE, PINS, VOLTAGE, faded

from .style import IMAGE, LETTERS, Frames, opacity, placed

SIZE = {"min-height": "clamp(230px, 34vh, 440px)", "cursor": "crosshair"}
COLOURS = (None, PINS[3], PINS[0], PINS[4], PINS[5], PINS[1])  # of the first area none
LEAST = 0.02  # of the plane: an area that is smaller has no name in it


class Dot(NamedTuple):
    """A run: where it is, which area's it is, what is told of it."""

    x: float
    y: float
    area: int
    words: str


class Areas(NamedTuple):
    """Numbers of areas [y, x] in the plane, and their names; `lines` upright at x and level at y, with words."""

    labels: tuple[str, str]
    frame: tuple[tuple[float, float], tuple[float, float]]
    areas: np.ndarray
    names: Sequence[str]
    upright: tuple[float, str]
    level: tuple[float, str]
    dots: Sequence[Dot] = ()


class AreasView:
    """`figure` is what is shown; `feed` changes the plane, `point` the present place, `fade` greys it."""

    def __init__(self) -> None:
        self.ranges = Range1d(start=0, end=1), Range1d(start=0, end=1)
        hover = HoverTool(tooltips="@told", renderers=[], attachment="above")
        self.figure = Frames().plot("", ("", ""), self.ranges, height=230, styles=SIZE, toolbar=Toolbar(tools=[hover]))
        self.figure.title = None
        self.image, self.lines, self.words, self.dots, self.here = (
            ColumnDataSource({name: [] for name in columns}) for columns in (IMAGE, LINES, LABELS, DOTS, "xy")
        )
        palette = [faded(LINE, 0), *(faded(colour, 0.3) for colour in COLOURS[1:] if colour)]
        colours = LinearColorMapper(palette=palette, low=-0.5, high=len(palette) - 0.5)
        glyphs = {
            self.image: Image(color_mapper=colours),
            self.lines: Segment(x0="x0", x1="x1", y0="y0", y1="y1", line_color=LINE, line_dash="dashed"),
            self.dots: Scatter(size=7, fill_color="color", line_color=LINE, line_width=0.5),
            self.words: Text(text="words", text_color="color", text_baseline="middle", **LETTERS),
            self.here: Scatter(size=13, fill_color=CURRENT, line_color="white", line_width=2),
        }
        for source, glyph in glyphs.items():
            drawn = self.figure.add_glyph(source, glyph)
            if source is self.dots:
                hover.renderers = [drawn]

    def feed(self, shown: Areas) -> None:
        """Show another plane; the point stays."""
        (left, right), (low, high) = shown.frame
        for one, (start, end) in zip(self.ranges, shown.frame):
            one.update(start=start, end=end)
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = shown.labels
        self.image.data = placed(shown.areas.astype(np.int8), *shown.frame)
        at, upright = shown.upright
        height, level = shown.level
        self.lines.data = {"x0": [at, left], "x1": [at, right], "y0": [low, height], "y1": [high, height]}
        found = [
            (at, high - 0.04 * (high - low), f" {upright}", LINE, "left"),
            (right, height - 0.03 * (high - low), f"{level} ", LINE, "right"),
            *_named(shown),
        ]
        self.words.data = {name: [one[k] for one in found] for k, name in enumerate(LABELS)}
        self.dots.data = {
            "x": [one.x for one in shown.dots],
            "y": [one.y for one in shown.dots],
            "color": [COLOURS[one.area] for one in shown.dots],
            "told": [one.words for one in shown.dots],
        }
        self.fade(False)

    def point(self, x: float, y: float) -> None:
        """Where the present values are."""
        self.here.data = {"x": [x], "y": [y]}

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = SIZE | opacity(past)


LINES, DOTS = ("x0", "x1", "y0", "y1"), ("x", "y", "color", "told")
LABELS = ("x", "y", "words", "color", "align")


def _named(shown: Areas) -> list[tuple]:
    """The name of each area, where it is widest near the middle of its height."""
    (left, right), (low, high) = shown.frame
    rows, columns = shown.areas.shape
    found = []
    for area, name in enumerate(shown.names):
        inside = shown.areas == area
        if inside.mean() < LEAST:
            continue
        height = int(np.average(np.arange(rows), weights=inside.sum(axis=1)))
        across = np.flatnonzero(inside[height])
        x = left + (right - left) * (across.mean() + 0.5) / columns
        found.append((x, low + (high - low) * (height + 0.5) / rows, name, VOLTAGE if area == 0 else LINE, "center"))
    return found
