"""Plots over one time axis, one below the other: built once, then fed."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from bokeh.models import Column, ColumnDataSource, Image, Line, LinearColorMapper, Plot, Range1d, Scatter
from bokeh.palettes import Cividis256

from snnlab.core.palette import SPIKE

from .style import IMAGE, Frames, placed

NOTHING = np.array([], np.float32)
LEAST = 0.002  # of a frame, that values have to vary to get their own


class Row(NamedTuple):
    """One plot of a stack; `low` and `high` frame it as long as the data fit."""

    key: str
    title: str
    label: str  # of its axis, with unit
    color: str
    low: float
    high: float
    weight: int = 2  # share of the height
    raster: bool = False  # marks instead of a line
    spikes: bool = False  # spike times marked at the upper edge
    fit: bool = False  # small values get a frame of their own
    other: str = ""  # colour of a second line
    names: tuple[str, ...] = ()  # of 1, 2, ... on the axis, instead of numbers
    size: int = 6  # of a mark in px
    image: bool = False  # rows of colours over time instead of a line


class Data(NamedTuple):
    """What a row shows: times in ms and values; `title` and `frame` where they change."""

    t: np.ndarray
    y: np.ndarray
    title: str | None = None
    frame: tuple[float, float] | None = None
    other: np.ndarray | None = None  # of the second line
    other_t: np.ndarray | None = None  # its times, where they are others
    levels: Mapping[str, float] | None = None  # that the page marks in it: `potentials` of analysis
    ends: tuple[float, float] | None = None  # of colours; of an image y is [rows, columns], of which t has the times
    edges: tuple[float, float] | None = None  # of its lowest and uppermost row, where these are not 1, 2, ...


def widened(low: float, high: float, values: np.ndarray, fit: bool = False, own: bool = False) -> tuple[float, float]:
    """The frame (low, high), widened in coarse steps where values do not fit: it moves rarely while dragging.

    With `fit`, values that vary within less than a fifth of it get a frame of their own; with `own`, all do but what
    would be rounding errors.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return low, high
    least, most = float(finite.min()), float(finite.max())
    if most < low or least > high:  # another scale altogether, as mV where 0 to 1 is usual
        room = max(0.5, 0.05 * abs(least))
        low, high = (least, most) if least < most else (least - room, most + room)
    share = (most - least) / (high - low)
    if share > LEAST if own else fit and 0 < share < 0.2:
        return around(least, most)
    step = 10.0 ** math.floor(math.log10(max(high, most) - min(low, least))) / 2
    edge = 0.1 * step  # a line on the frame itself would be half hidden
    return (
        low if low < least else math.floor((least - edge) / step) * step,
        high if most < high else math.ceil((most + edge) / step) * step,
    )


def around(least: float, most: float) -> tuple[float, float]:
    """A frame around values that fill most of it, in steps of an eighth of it or more: 1, 2, 5 times powers of ten."""
    width = 1.15 * (most - least)  # with room for words above a peak
    power = 10.0 ** math.floor(math.log10(width / 8))
    step = next(k * power for k in (1, 2, 5, 10) if k * power >= width / 8)
    edge = (width - (most - least)) / 2
    return math.floor((least - edge) / step) * step, math.ceil((most + edge) / step) * step


class Stack:
    """Rows that share their time axis: `figure` is what is shown, `feed` changes what it shows.

    A plot is made when there are data for it. In a document it is called `name.key`.
    """

    def __init__(self, rows: Sequence[Row], name: str = "") -> None:
        self.name = name
        self.given = {row.key: row for row in rows}
        self.rows = dict(self.given)
        self.time = Range1d(start=0, end=1)
        self.frames = Frames()
        self.plots: dict[str, Plot] = {}
        self.figure = Column(sizing_mode="stretch_both", spacing=0)

    @property
    def shown(self) -> list[str]:
        """The rows that there are data for."""
        return [key for key in self.rows if key in self.plots and self.plots[key].visible]

    def steady(self, key: str, on: bool) -> None:
        """Whether the frame of a row stays as it is where values are small: a hand is about to draw there."""
        if key in self.given:
            self.rows[key] = self.given[key]._replace(fit=self.given[key].fit and not on)

    def _plot(self, row: Row) -> Plot:
        plot = self.frames.plot(
            row.title,
            ("time (ms)", row.label),
            (self.time, Range1d(start=row.low, end=row.high)),
            name=f"{self.name}.{row.key}" if self.name else None,
            toolbar=self.frames.time_tools(),
            styles={"flex": f"{row.weight} 1 0", "min-height": f"{42 * row.weight}px"},
        )
        if row.image:
            mapper = LinearColorMapper(palette=Cividis256, low=0, high=1)
            plot.add_glyph(ColumnDataSource({name: [] for name in IMAGE}), Image(color_mapper=mapper))
            return plot
        line = _mark("dash", row.color, row.size, angle=math.pi / 2) if row.raster else _line(row.color)
        glyphs = [
            line,
            *([_line(row.other)] if row.other else []),
            *([_mark("inverted_triangle", SPIKE)] if row.spikes else []),
        ]
        for glyph in glyphs:
            self.frames.draw(plot, glyph)
        if row.other and row.spikes:
            plot.renderers[1].level = "underlay"  # a run is seen over what a cell did
        if row.raster:
            plot.yaxis[0].ticker.min_interval = 1  # there are no half neurons
        if row.names:
            plot.yaxis.ticker = list(range(1, len(row.names) + 1))
            plot.yaxis.major_label_overrides = dict(enumerate(row.names, start=1))
        return plot

    def feed(self, duration: float, data: Mapping[str, Data], spikes: np.ndarray) -> None:
        """Show new data; `spikes` are the times that rows with `spikes` mark.

        A row without data is hidden, and data without a row are not shown.
        """
        if missing := (self.rows.keys() & data.keys()) - self.plots.keys():
            made = self.plots | {key: self._plot(self.rows[key]) for key in missing}
            self.plots = {key: made[key] for key in self.rows if key in made}  # in the order of rows
            self.figure.children = list(self.plots.values())
        last = ""
        for key in self.rows:
            last = key if key in data else last
        for key, plot in self.plots.items():
            plot.visible, plot.xaxis.visible = key in data, key == last
        for key in self.rows.keys() & data.keys():
            new = data[key]
            row, plot = self.rows[key], self.plots[key]
            both = new.y if new.other is None else np.concatenate([new.y, new.other])
            silent = row.spikes and not len(spikes)
            low, high = new.frame or widened(row.low, row.high, both, row.fit, silent)
            if new.levels is not None:
                plot.tags = [dict(new.levels)]
            plot.y_range.update(start=low, end=high)
            if row.image:
                _paint(plot, new, duration)
            else:
                plot.renderers[0].data_source.data = {"t": new.t, "y": new.y}
            if row.spikes:
                top = np.full(len(spikes), high - 0.05 * (high - low), dtype=np.float32)
                plot.renderers[-1].data_source.data = {"t": spikes.astype(np.float32), "y": top}
            if row.other:
                _feed(plot.renderers[1].data_source, new.t if new.other_t is None else new.other_t, new.other)
            plot.title.text = row.title if new.title is None else new.title
        if self.time.reset_end != duration:  # else a zoomed axis stays as it is
            self.time.update(start=0, end=duration, reset_start=0, reset_end=duration)


def _feed(source: ColumnDataSource, t: np.ndarray, y: np.ndarray | None) -> None:
    """Show this line, or none; what is there already, as what a cell did under any run, is not sent again."""
    if y is None:
        t = y = NOTHING
    if source.data["y"] is not y or source.data["t"] is not t:
        source.data = {"t": t, "y": y}


def _paint(plot: Plot, new: Data, duration: float) -> None:
    """Other colours, where there are any yet."""
    if new.ends is None:
        return
    low, high = new.ends
    plot.renderers[0].glyph.color_mapper.update(low=low, high=high)
    edges = new.edges or (0.5, len(new.y) + 0.5)
    plot.renderers[0].data_source.data = placed(new.y, (0.0, duration), edges)


def _line(color: str) -> Line:
    return Line(x="t", y="y", line_color=color, line_width=1.5)


def _mark(marker: str, color: str, size: int = 6, angle: float = 0.0) -> Scatter:
    return Scatter(x="t", y="y", marker=marker, angle=angle, size=size, line_color=color, fill_color=color)
