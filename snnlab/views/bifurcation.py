"""The bifurcation diagram: fixed points and extremes of runs over one number, and its present value."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    FixedTicker,
    Line,
    LogScale,
    MultiLine,
    Range1d,
    Scatter,
    Segment,
    Text,
    VArea,
)

from snnlab.core.palette import CURRENT, SPIKE, VOLTAGE

from .style import LETTERS, Frames, opacity, part_of, round_numbers

SIZE = {"min-height": "clamp(190px, 28vh, 360px)", "cursor": "ew-resize"}
ROOM = 0.06  # of the height, above and below


class Spot(NamedTuple):
    """A point of the diagram, and its words."""

    x: float
    y: float
    words: str


class Course(NamedTuple):
    """What a bifurcation diagram shows: branches (x, y, stable), points, least and greatest y of runs at x, and the
    present x with its words. `frame` is the range of x."""

    labels: tuple[str, str]
    frame: tuple[float, float]
    branches: Sequence[tuple[np.ndarray, np.ndarray, bool]]
    points: Sequence[Spot]
    runs: tuple[np.ndarray, np.ndarray, np.ndarray]
    here: float


class BifurcationView:
    """`figure` is what is shown; `feed` changes what it shows, `fade` greys it while it is out of date, `point` moves
    the present value."""

    def __init__(self, log: bool = False) -> None:
        self.log = log
        self.ranges = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self.figure = Frames().plot("", ("", ""), self.ranges, height=190, styles=SIZE)
        self.figure.title = None
        if log:
            self.figure.x_scale, self.figure.xaxis.ticker = LogScale(), FixedTicker()
        self.band, self.lines, self.points, self.words, self.here = (
            ColumnDataSource({name: [] for name in columns}) for columns in (BAND, LINES, "xy", LABELS, HERE)
        )
        self.lower, self.upper = (ColumnDataSource({"x": [], "y": []}) for _ in range(2))
        edge = {"x": "x", "y": "y", "line_color": VOLTAGE, "line_width": 1.5}
        look = {"line_color": SPIKE, "line_width": 2, "line_dash": {"field": "dash"}}
        glyphs = {
            self.band: VArea(x="x", y1="low", y2="high", fill_color=VOLTAGE, fill_alpha=0.15),
            self.lower: Line(**edge),
            self.upper: Line(**edge),
            self.lines: MultiLine(xs="x", ys="y", **look),
            self.points: Scatter(size=9, fill_color=SPIKE, line_color="white", line_width=1.5),
            self.here: Segment(x0="x", x1="x", y0="low", y1="high", line_color=CURRENT, line_width=2),
            self.words: Text(text="words", text_color=SPIKE, text_baseline="bottom", **LETTERS),
        }
        for source, glyph in glyphs.items():
            self.figure.add_glyph(source, glyph, name="present value" if source is self.here else None)

    def feed(self, shown: Course) -> None:
        """Show another diagram."""
        x, low, high = shown.runs
        heights = np.concatenate([low, high, *(y for _, y, _ in shown.branches)])
        heights = heights[np.isfinite(heights)] if np.isfinite(heights).any() else np.array([0.0, 1.0])
        room = ROOM * (float(np.ptp(heights)) or 1.0)
        frame = float(heights.min()) - room, float(heights.max()) + 2 * room
        for one, (start, end) in zip(self.ranges, (shown.frame, frame), strict=True):
            one.update(start=start, end=end)
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = shown.labels
        if self.log:
            self.figure.xaxis.ticker.ticks = round_numbers(*shown.frame)
        self.band.data = {"x": x, "low": low, "high": high}
        self.lower.data, self.upper.data = {"x": x, "y": low}, {"x": x, "y": high}
        self.lines.data = {
            "x": [x for x, _, _ in shown.branches],
            "y": [y for _, y, _ in shown.branches],
            "dash": ["solid" if stable else "dashed" for _, _, stable in shown.branches],
        }
        self.points.data = {"x": [one.x for one in shown.points], "y": [one.y for one in shown.points]}
        labels = _labels(shown.points, shown.frame, frame, self.log)
        self.words.data = {name: [one[k] for one in labels] for k, name in enumerate(LABELS)}
        self.point(shown.here)
        self.fade(False)

    def point(self, here: float) -> None:
        """The present value."""
        low, high = self.ranges[1].start, self.ranges[1].end
        self.here.data = {"x": [here], "low": [low], "high": [high]}

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = SIZE | opacity(past)


def _labels(points: Sequence[Spot], across: tuple, up: tuple, log: bool) -> list[tuple]:
    """Words beside points, on the side where there is more room; those of points close to one another are apart."""
    found: list[tuple] = []
    last = below = -np.inf
    high = up[1] - up[0]
    for one in sorted(points):
        share = part_of(one.x, across, log)
        beside = below + 0.09 * high if share - last < 0.3 else -np.inf
        last, below = share, max(one.y + 0.04 * high, beside)
        height = min(below, up[1] - 0.08 * high)
        found.append((one.x, height, f" {one.words} ", "right" if share > 0.5 else "left"))
    return found


BAND, LINES, LABELS, HERE = ("x", "low", "high"), ("x", "y", "dash"), ("x", "y", "words", "align"), ("x", "low", "high")
