"""Curves over one axis, with dots and upright marks: built once, then fed."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from bokeh.models import ColumnDataSource, FixedTicker, LogScale, MultiLine, Range1d, Scatter, Segment, Text

from snnlab.core.palette import CURRENT, VOLTAGE

from .style import LETTERS, Frames, opacity, part_of, power, round_numbers

SPAN = 5000  # from the first to the last tick, above which they are told as powers
ROOM = 0.06  # of the height, above and below


class Curve(NamedTuple):
    """A line and how it is drawn; `name` stands where it is farthest from the lines of other names, or at x = `at`."""

    x: np.ndarray
    y: np.ndarray
    color: str = VOLTAGE
    dash: str = "solid"
    opacity: float = 1.0
    name: str = ""
    at: float | None = None


class Curves(NamedTuple):
    """Curves, dots (x, y), and upright lines (x, words); the frame is around all of them unless `low` or `high` of y is
    given."""

    labels: tuple[str, str]
    curves: Sequence[Curve]
    dots: tuple[np.ndarray, np.ndarray] | None = None
    marks: Sequence[tuple[float, str]] = ()
    low: float | None = None
    high: float | None = None


def thinned(x: np.ndarray, y: np.ndarray, most: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """At most about so many of the points of a line that look the same: the least and the greatest of each stretch.

    >>> thinned(np.arange(6.0), np.array([0.0, 1.0, 9.0, 2.0, 0.0, 1.0]), most=4)
    (array([0., 2., 3., 4., 5.]), array([0., 9., 2., 0., 1.]))
    """
    if len(y) <= most:
        return x, y
    size = -(-2 * len(y) // most)
    padded = np.pad(y, (0, -len(y) % size), mode="edge").reshape(-1, size)
    begins = np.arange(len(padded)) * size
    kept = np.concatenate([begins + padded.argmin(1), begins + padded.argmax(1), [0, len(y) - 1]])
    kept = np.unique(kept.clip(max=len(y) - 1))
    return x[kept], y[kept]


class CurvesView:
    """`figure` is what is shown; `feed` changes what it shows, `fade` greys it while it is out of date.

    `log` is of x and of y, `dot` is the size of dots.
    """

    def __init__(
        self, log: tuple[bool, bool] = (False, False), height: int = 140, most: int = 260, dot: int = 5
    ) -> None:
        self.log = log
        self.size = {"min-height": f"clamp({height}px, {height // 7}vh, {most}px)"}
        self.ranges = Range1d(start=1, end=2), Range1d(start=1, end=2)
        self.figure = Frames().plot("", ("", ""), self.ranges, height=height, styles=self.size)
        self.figure.title = None
        if log[0]:
            self.figure.x_scale, self.figure.xaxis.ticker = LogScale(), FixedTicker()
        if log[1]:
            self.figure.y_scale, self.figure.yaxis.ticker = LogScale(), FixedTicker()
        self.lines, self.dots, self.marks, self.words = (
            ColumnDataSource({name: [] for name in columns}) for columns in (LINES, "xy", MARKS, LABELS)
        )
        look = {"line_color": "color", "line_width": 2, "line_dash": {"field": "dash"}, "line_alpha": "opacity"}
        upright = {"x0": "x", "x1": "x", "y0": "low", "y1": "high", "line_color": CURRENT, "line_dash": "dashed"}
        glyphs = {
            self.marks: Segment(**upright),
            self.lines: MultiLine(xs="x", ys="y", **look),
            self.dots: Scatter(x="x", y="y", size=dot, fill_color=VOLTAGE, line_color=VOLTAGE),
            self.words: Text(text="words", text_color="color", text_baseline="base", **LETTERS),
        }
        for source, glyph in glyphs.items():
            self.figure.add_glyph(source, glyph)

    def feed(self, shown: Curves) -> None:
        """Show other curves."""
        x, y = (
            np.concatenate([np.asarray(getattr(one, name), float) for one in shown.curves] or [np.array([])])
            for name in "xy"
        )
        dots = shown.dots or (np.array([]), np.array([]))
        frames = (
            self._frame(np.concatenate([x, dots[0]]), 0),
            self._frame(np.concatenate([y, dots[1]]), 1, shown.low, shown.high),
        )
        for one, axis, log, (start, end) in zip(self.ranges, (self.figure.xaxis, self.figure.yaxis), self.log, frames):
            one.update(start=start, end=end)
            if log:
                axis.ticker.ticks = ticks = round_numbers(start, end)
                small = {x: power(round(math.log10(x))) for x in ticks if max(ticks) / min(ticks) > SPAN}
                axis.major_label_overrides = small
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = shown.labels
        self.lines.data = {name: [getattr(one, name) for one in shown.curves] for name in LINES}
        self.dots.data = {"x": dots[0], "y": dots[1]}
        self._mark(shown.marks, [one for one in shown.curves if one.name], *frames)
        self.fade(False)

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = self.size | opacity(past)

    def _frame(self, values: np.ndarray, axis: int, low: float | None = None, high: float | None = None) -> tuple:
        found = values[np.isfinite(values) & ((values > 0) | (not self.log[axis]))]
        least, most = (float(found.min()), float(found.max())) if len(found) else (1.0, 2.0)
        if axis and self.log[axis]:
            factor = (most / least) ** ROOM if most > least else 2.0
            least, most = least / factor, most * factor
        elif axis:
            room = ROOM * ((most - least) or abs(most) or 1.0)
            least, most = least - room, most + room
        return least if low is None else low, most if high is None else high

    def _mark(self, marks: Sequence[tuple[float, str]], named: Sequence[Curve], across: tuple, up: tuple) -> None:
        inside = [(x, words) for x, words in marks if across[0] <= x <= across[1]]
        low, high = up
        self.marks.data = {
            "x": [x for x, _ in inside],
            "low": [low] * len(inside),
            "high": [high] * len(inside),
        }
        found = []
        for k, (x, words) in enumerate(inside):
            share = part_of(x, across, self.log[0])
            height = 0.04 + 0.12 * k
            y = low * (high / low) ** height if self.log[1] else low + (high - low) * height
            found.append((x, y, f" {words} ", "right" if share > 0.6 else "left", CURRENT, "bottom"))
        for one in named:
            others = [other for other in named if other is not one]
            k = _apart(one, others) if one.at is None else int(abs(one.x - one.at).argmin())
            share, base = part_of(one.x[k], across, self.log[0]), "top" if one.y[k] > 0 else "bottom"
            found.append((one.x[k], one.y[k], f" {one.name} ", "right" if share > 0.6 else "left", one.color, base))
        self.words.data = {name: [one[k] for one in found] for k, name in enumerate(LABELS)}


def _apart(one: Curve, others: Sequence[Curve]) -> int:
    """The point of a line that is farthest from others over the same x, or from 0 where there are none."""
    if not others:
        return int(abs(one.y).argmax())
    beside = [abs(np.interp(one.x, other.x, other.y) - one.y) for other in others]
    return int(np.min(beside, axis=0).argmax())


LINES, MARKS, LABELS = (
    ("x", "y", "color", "dash", "opacity"),
    ("x", "low", "high"),
    ("x", "y", "words", "align", "color", "base"),
)
