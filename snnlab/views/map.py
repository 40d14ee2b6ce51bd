"""A map: a number as a colour over two others, the present point, and the trace of the point that is looked at."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from bokeh.models import (
    BasicTicker,
    BoxAnnotation,
    BoxZoomTool,
    ColorBar,
    ColumnDataSource,
    FixedTicker,
    Image,
    Line,
    LinearColorMapper,
    LinearScale,
    LogScale,
    Range1d,
    Scatter,
    Toolbar,
)

from snnlab.core.palette import HEIGHTS, LINE, VOLTAGE, WORDS, between

from .style import AXIS, BOX, IMAGE, Frames, opacity, placed, round_numbers

SIZE = {"min-height": "clamp(240px, 38vh, 420px)", "cursor": "crosshair"}
SHADES = between(HEIGHTS, 256)
NONE = "rgba(128, 128, 128, 0.22)"  # where there is no number


class Field(NamedTuple):
    """What a map shows: the values of an axis, evenly apart, by factors where `log`; numbers [y, x]; where we are.

    `colours` are those of kinds, where the numbers count these.
    """

    labels: tuple[str, str]
    x: np.ndarray
    y: np.ndarray
    log: tuple[bool, bool]
    values: np.ndarray
    here: tuple[float, float]
    unit: str = ""
    colours: Sequence[str] = ()


class MapView:
    """`figure` is the map and `trace` what is below it; `feed` changes what they show, `fade` greys the map while it is
    out of date."""

    def __init__(self) -> None:
        self.ranges = Range1d(start=0, end=1), Range1d(start=0, end=1)
        frames = Frames()
        overlay = BoxAnnotation(syncable=False, level="overlay", visible=False, handles=frames.handles, **BOX)
        drag = BoxZoomTool(overlay=overlay)
        tools = Toolbar(tools=[drag], active_drag=drag)
        self.figure = frames.plot("", ("", ""), self.ranges, height=260, styles=SIZE, toolbar=tools)
        self.figure.title = None
        self.colours = LinearColorMapper(palette=SHADES, nan_color=NONE)
        look = {name: value for name, value in AXIS.items() if name.startswith("major_label")}
        self.bar = ColorBar(color_mapper=self.colours, width=10, padding=4, title_text_font_size="11px", **look)
        letters = {"major_label_text_color": WORDS, "title_text_color": WORDS}
        self.bar.update(bar_line_color=None, background_fill_color=None, major_tick_line_color=LINE, **letters)
        self.figure.add_layout(self.bar, "right")
        self.image, self.here, self.point = (
            ColumnDataSource({name: [] for name in columns}) for columns in (IMAGE, "xy", "xy")
        )
        edge = {"line_color": "white", "line_width": 2, "fill_color": None}
        self.figure.add_glyph(self.image, Image(color_mapper=self.colours))
        self.figure.add_glyph(self.here, Scatter(size=15, line_color="black", line_width=4, fill_color=None))
        self.figure.add_glyph(self.here, Scatter(size=15, **edge))
        self.figure.add_glyph(self.point, Scatter(marker="cross", size=11, line_color="black", line_width=4))
        self.figure.add_glyph(self.point, Scatter(marker="cross", size=11, line_color="white", line_width=2))
        self.time = Range1d(start=0, end=1), Range1d(start=0, end=1)
        self.trace = frames.plot("", ("time (ms)", ""), self.time, height=110)
        self.trace.title = None
        self.line = ColumnDataSource({"t": [], "y": []})
        self.trace.add_glyph(self.line, Line(x="t", y="y", line_color=VOLTAGE, line_width=1.5))

    def feed(self, shown: Field) -> None:
        """Show another map."""
        sides = [edges(one, log) for one, log in zip((shown.x, shown.y), shown.log)]
        axes = (self.figure.xaxis, self.figure.yaxis)
        for log, values, one, axis, label in zip(shown.log, (shown.x, shown.y), self.ranges, axes, shown.labels):
            ends = (
                float(values[0]),
                float(values[-1]),
            )  # the same for few values and many: of outer cells, a half is seen
            ticker = FixedTicker(ticks=round_numbers(*ends)) if log else BasicTicker(desired_num_ticks=5)
            if log or isinstance(axis.ticker, FixedTicker):
                axis.ticker = ticker
                axis.major_label_overrides = {tick: f"{tick:g}" for tick in round_numbers(*ends)} if log else {}
            axis.axis_label = label
            one.update(start=ends[0], end=ends[1])
        for name, log in zip(("x_scale", "y_scale"), shown.log):
            kind = LogScale if log else LinearScale
            if type(getattr(self.figure, name)) is not kind:
                self.figure.update(**{name: kind()})
        self._colour(shown)
        self.image.data = placed(shown.values.astype(np.float32), *sides)
        self.at(shown.here)
        self.fade(False)

    def _colour(self, shown: Field) -> None:
        there = shown.values[np.isfinite(shown.values)]
        low, high = (float(there.min()), float(there.max())) if len(there) else (0.0, 1.0)
        if shown.colours:
            low, high = -0.5, len(shown.colours) - 0.5
        palette: Any = list(shown.colours) or SHADES
        self.colours.update(palette=palette, low=low, high=high if high > low else low + 1)
        self.bar.update(visible=not shown.colours, title=shown.unit)

    def at(self, here: tuple[float, float]) -> None:
        """Mark the present point."""
        self.here.data = {"x": [here[0]], "y": [here[1]]}

    def draw(self, t: np.ndarray, v: np.ndarray, label: str) -> None:
        """Show the trace of a point."""
        self.line.data = {"t": t, "y": v}
        finite = v[np.isfinite(v)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        room = 0.06 * (high - low) or 0.5
        self.time[0].update(start=0, end=float(t[-1]) if len(t) else 1.0)
        self.time[1].update(start=low - room, end=high + room)
        self.trace.yaxis.axis_label = label

    def fade(self, past: bool = True) -> None:
        """Grey it, or not: it is out of date."""
        self.figure.styles = SIZE | opacity(past)


def edges(values: np.ndarray, log: bool) -> tuple[float, float]:
    """Where the outer points of an axis end: half a step beyond them."""
    at = np.log(values) if log else values
    half = (at[-1] - at[0]) / (len(at) - 1) / 2
    ends = at[0] - half, at[-1] + half
    return tuple(float(np.exp(one)) if log else float(one) for one in ends)  # type: ignore[return-value]
