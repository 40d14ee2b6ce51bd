"""The one theme of all pictures: how a plot is framed."""

import math
from math import nan
from typing import Any

import numpy as np
from bokeh.models import (
    AllIndices,
    AllLabels,
    BasicTicker,
    BasicTickFormatter,
    BoxAnnotation,
    BoxZoomTool,
    CDSView,
    ColumnDataSource,
    CrosshairTool,
    Glyph,
    Grid,
    LinearAxis,
    LinearScale,
    PanTool,
    Plot,
    Range,
    ResetTool,
    Span,
    Title,
    Toolbar,
    UnionRenderers,
    WheelZoomTool,
)

from snnlab.core.palette import LINE, WORDS

LEFT = 64  # px: one left border for all plots of a stack, so that their time axes line up
AXIS = {
    "axis_label_text_font_size": "12px",
    "axis_label_text_font_style": "normal",
    "major_label_text_font_size": "11px",
    "minor_tick_line_color": None,
    "axis_line_alpha": 0.3,
    "major_tick_line_alpha": 0.3,
}
TITLE = {"text_font_size": "12px", "text_font_style": "normal", "text_color": WORDS, "standoff": 3}
TICKS = 8  # of a logarithmic axis, at most
GRID = {"grid_line_color": LINE, "grid_line_alpha": 0.2}
IMAGE = ("image", "x", "y", "dw", "dh")  # columns of an image's source, which its glyph reads unless told otherwise


# Of words in a plot, of which each has a side in a column of its own.
LETTERS = {"text_font_size": "11px", "text_font_style": "italic", "text_align": {"field": "align"}}


def part_of(x: float, ends: tuple[float, float], log: bool) -> float:
    """Where it is between the ends of an axis, from 0 to 1."""
    low, high, at = np.log([*ends, x]) if log else (*ends, x)
    return (at - low) / (high - low)


def placed(image: np.ndarray, x: tuple[float, float], y: tuple[float, float]) -> dict[str, list[Any]]:
    """The columns of the source of an image [rows, columns] that goes from end to end in x and y."""
    (left, right), (low, high) = x, y
    return dict(zip(IMAGE, ([image], [left], [low], [right - left], [high - low])))


def opacity(past: bool) -> dict[str, str]:
    """Style of what is out of date, or is no more: a browser keeps a style that is not said."""
    return {"opacity": "0.4" if past else "1"}


def axis_label(symbol: str, unit: str) -> str:
    return symbol if unit == "1" else f"{symbol} ({unit})"


def round_numbers(low: float, high: float) -> list[float]:
    """Ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, or so few of these alone that they are not too many.

    >>> round_numbers(5.0, 500.0), len(round_numbers(1e-3, 1e3)), round_numbers(1.0, 1e10)
    ([5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0], 7, [1.0, 100.0, 10000.0, 1000000.0, 100000000.0, 10000000000.0])
    """
    powers = [10.0**k for k in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
    found = [m * one for one in powers for m in (1, 2, 5) if low <= m * one <= high]
    alone = [one for one in powers if low <= one <= high]
    return found if len(found) <= TICKS else alone[:: -(-len(alone) // TICKS)]


def power(exponent: int) -> str:
    """A power of ten.

    >>> power(-12)
    '10⁻¹²'
    """
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


CORNERS = ("left", "right", "top", "bottom")
BOX: dict[str, Any] = dict.fromkeys(CORNERS, nan) | {f"{corner}_units": "canvas" for corner in CORNERS}
BOX |= {"fill_color": "lightgrey", "fill_alpha": 0.5, "line_color": "black", "line_width": 2, "line_dash": [4, 4]}


class Frames:
    """Makes plots that belong together: equal left border, small type, faint lines.

    What holds nothing of a single plot they have in common, and each is made in one go: Bokeh's own `figure`, with
    changes afterwards, has twice as many models, of which each takes a third of a millisecond until a page has it.
    """

    def __init__(self) -> None:
        self.scale, self.labels, self.handles = LinearScale(), AllLabels(), BoxAnnotation().handles
        self.ticks = {"ticker": BasicTicker(), "formatter": BasicTickFormatter(power_limit_high=7)}  # minutes in ms
        self.every, self.policy = AllIndices(), UnionRenderers()
        self.ruler = Span(dimension="height", line_dash="dotted", line_alpha=0.5)

    def plot(
        self, title: str, labels: tuple[str, str], ranges: tuple[Range, Range], *, time_axis: bool = True, **given: Any
    ) -> Plot:
        """An empty plot; `labels` and `ranges` are those of x and y."""
        x, y = (
            LinearAxis(axis_label=label, visible=visible, major_label_policy=self.labels, **ticks, **AXIS)
            for label, visible, ticks in (
                (labels[0], time_axis, self.ticks),
                (labels[1], True, {"ticker": BasicTicker(desired_num_ticks=4)}),
            )
        )
        return Plot(
            title=Title(text=title, **TITLE),
            x_range=ranges[0],
            y_range=ranges[1],
            x_scale=self.scale,
            y_scale=self.scale,
            below=[x],
            left=[y],
            center=[Grid(axis=x, dimension=0, **GRID), Grid(axis=y, dimension=1, **GRID)],
            min_border_left=LEFT,
            min_border_right=22,
            min_border_top=4,
            min_border_bottom=6,
            toolbar_location=None,
            outline_line_alpha=0.3,
            sizing_mode="stretch_width",
            **({"toolbar": Toolbar()} | given),
        )

    def time_tools(self) -> Toolbar:
        """Drag to choose an interval, wheel, and a ruler through all plots."""
        overlay = BoxAnnotation(syncable=False, level="overlay", visible=False, handles=self.handles, **BOX)
        drag = BoxZoomTool(dimensions="width", overlay=overlay)
        others = [PanTool(dimensions="width"), WheelZoomTool(dimensions="width"), ResetTool()]
        return Toolbar(tools=[drag, *others, CrosshairTool(overlay=self.ruler)], active_drag=drag)

    def draw(self, plot: Plot, glyph: Glyph) -> None:
        """Draw t and y of a source of its own, which is empty still."""
        source = ColumnDataSource({"t": [], "y": []}, selection_policy=self.policy)
        plot.add_glyph(source, glyph, view=CDSView(filter=self.every))
