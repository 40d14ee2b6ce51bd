"""The phase plane: nullclines, fixed points, the flow, and a run that moves between them. Built once, then fed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from bokeh.models import ColumnDataSource, HoverTool, Line, MultiLine, Range1d, Scatter, Text, Toolbar

from snnlab.core.palette import CURRENT, LINE, MEASURED, SPIKE, STATE, VOLTAGE

from .style import LETTERS, Frames

SIZE = {"min-height": "clamp(210px, 33vh, 420px)"}
HEAD = 0.35  # length of an arrow's head, of the whole


class Mark(NamedTuple):
    """A line in the plane, its words and how it is drawn."""

    x: np.ndarray
    y: np.ndarray
    words: str
    color: str
    dash: str = "dashed"
    width: float = 1.0


class Point(NamedTuple):
    """A fixed point: where it is, whether it is stable, and what is told of it."""

    x: float
    y: float
    stable: bool
    words: str


class Plane(NamedTuple):
    """What a plane shows: title, labels and ranges of its axes, lines, points, and a field (x, y, dx, dy) [N]."""

    title: str
    labels: tuple[str, str]
    frame: tuple[tuple[float, float], tuple[float, float]]
    lines: Sequence[Mark]
    points: Sequence[Point]
    field: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def nullcline(x: np.ndarray, y: np.ndarray, name: str, first: bool) -> Mark:
    return Mark(x, y, f"d{name}/dt = 0", STATE if first else CURRENT, width=2.0)


def threshold(x: np.ndarray, y: np.ndarray) -> Mark:
    return Mark(x, y, "threshold", SPIKE, "dotted")


def reset(x: np.ndarray, y: np.ndarray) -> Mark:
    return Mark(x, y, "reset", MEASURED)


class PlaneView:
    """`figure` is what is shown, `feed` changes the plane, `follow` the run in it; `here` is a point of the run."""

    def __init__(self) -> None:
        self.ranges = Range1d(start=0, end=1), Range1d(start=0, end=1)
        frames = Frames()
        self.hover = HoverTool(tooltips="@words", renderers=[], attachment="above")
        tools = Toolbar(tools=[self.hover])
        self.figure = frames.plot("", ("", ""), self.ranges, height=210, styles=SIZE, toolbar=tools)
        self.figure.xaxis.ticker.desired_num_ticks = 5
        self.arrows, self.lines, self.words, self.run, self.points, self.here = (
            ColumnDataSource({name: [] for name in columns}) for columns in ("xy", LINES, LABELS, "xy", POINTS, "xy")
        )
        look = {"line_color": "color", "line_dash": "dash", "line_width": "width"}
        glyphs = {
            self.arrows: Line(x="x", y="y", line_color=LINE, line_alpha=0.55),
            self.lines: MultiLine(xs="x", ys="y", **look),
            self.words: Text(text="words", text_color="color", text_baseline="bottom", **LETTERS),
            self.run: Line(x="x", y="y", line_color=VOLTAGE, line_width=1.5),
            self.points: Scatter(size=10, fill_color="fill", line_color=SPIKE, line_width=2),
            self.here: Scatter(size=11, fill_color=VOLTAGE, line_color="white", line_width=2),
        }
        for source, glyph in glyphs.items():
            drawn = self.figure.add_glyph(source, glyph)
            if source is self.points:
                self.hover.renderers = [drawn]

    def feed(self, plane: Plane) -> None:
        """Show another plane; the run stays."""
        self.figure.xaxis.axis_label, self.figure.yaxis.axis_label = plane.labels
        for shown, (low, high) in zip(self.ranges, plane.frame, strict=True):
            shown.update(start=low, end=high)
        self.figure.title.text = plane.title
        self.arrows.data = _arrows(plane)
        lines = [(one, *_inside(one, plane)) for one in plane.lines]
        self.lines.data = {
            "x": [x for _, x, _ in lines],
            "y": [y for _, _, y in lines],
            **{key: [getattr(one, key) for one, _, _ in lines] for key in ("color", "dash", "width")},
        }
        self.words.data = _words(plane)
        self.points.data = {
            "x": [one.x for one in plane.points],
            "y": [one.y for one in plane.points],
            "fill": [SPIKE if one.stable else None for one in plane.points],
            "words": [one.words for one in plane.points],
        }

    def follow(self, x: np.ndarray, y: np.ndarray) -> None:
        """Show a run, broken where it is nan."""
        self.run.data = {"x": x, "y": y}


LINES, POINTS = ("x", "y", "color", "dash", "width"), ("x", "y", "fill", "words")
LABELS = ("x", "y", "words", "color", "align")


def _inside(line: Mark, plane: Plane) -> tuple[np.ndarray, np.ndarray]:
    """A line without what lies far outside: a browser draws no lines to what is next to infinity."""
    (_, _), (low, high) = plane.frame
    far = high - low
    y = np.where((line.y > low - far) & (line.y < high + far), line.y, np.nan)
    return line.x.astype(np.float32), y.astype(np.float32)


def _arrows(plane: Plane) -> dict[str, np.ndarray]:
    """Arrows along the flow as one line with gaps: shaft, gap, head, gap. They are drawn in shares of the frame.

    Their length grows with the speed, up to that of the median: beside an upstroke all others would be dots.
    """
    x, y, dx, dy = plane.field
    (left, right), (low, high) = plane.frame
    wide, tall = right - left, high - low
    across, up = dx / wide, dy / tall
    speed = np.hypot(across, up)
    usual = np.median(speed[np.isfinite(speed)]) if np.isfinite(speed).any() else 0.0
    there = np.isfinite(speed) & (speed > 0)
    length = 0.045 * np.minimum(np.sqrt(speed[there] / (usual or 1.0)), 1.0)
    ux, uy = across[there] / speed[there] * length, up[there] / speed[there] * length
    X, Y = (x[there] - left) / wide, (y[there] - low) / tall
    gap = np.full(len(X), np.nan)
    tip = X + ux / 2, Y + uy / 2
    barbs = [(tip[0] - HEAD * (ux + side * 0.6 * uy), tip[1] - HEAD * (uy - side * 0.6 * ux)) for side in (-1, 1)]
    path = [(X - ux / 2, Y - uy / 2), tip, (gap, gap), barbs[0], tip, barbs[1], (gap, gap)]
    found = (np.stack([step[k] for step in path], axis=1).ravel() for k in (0, 1))
    return {
        name: (low_end + share * size).astype(np.float32)
        for name, share, low_end, size in zip("xy", found, (left, low), (wide, tall), strict=True)
    }


def _words(plane: Plane) -> dict[str, list]:
    """The words of each line: of the nullcline of x at its left end, of others at their right or lower end."""
    (left, right), (low, high) = plane.frame
    margin = 0.03 * (right - left), 0.05 * (high - low)
    found: list[tuple] = []
    for line in plane.lines:
        x, y = (np.asarray(one, dtype=float) for one in (line.x, line.y))
        if not line.words or not len(x):
            continue
        if np.ptp(x) < 1e-3 * (right - left):  # upright: those of several are above one another
            x, y = x[:1], np.array([low + margin[1] * (1 if line.words == "reset" else 3)])
        seen = np.flatnonzero(
            (abs(x - (left + right) / 2) < (right - left) / 2 - margin[0])
            & (abs(y - (low + high) / 2) < (high - low) / 2 - 0.9 * margin[1])
        )
        if len(seen):
            k = seen[0] if line.color == STATE else seen[-1]
            align = "left" if x[k] < (left + right) / 2 else "right"
            found.append((x[k], y[k], f" {line.words} ", line.color, align))
    return {name: [one[k] for one in found] for k, name in enumerate(LABELS)}
