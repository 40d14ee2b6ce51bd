"""The one theme of all pictures: how a plot is framed."""

from typing import Any

from bokeh.models import BasicTicker, Grid, LinearAxis, Plot, Range, Title

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
GRID = {"grid_line_color": LINE, "grid_line_alpha": 0.2}


def framed(
    title: str, labels: tuple[str, str], ranges: tuple[Range, Range], *, time_axis: bool = True, **given: Any
) -> Plot:
    """An empty plot of a stack: equal left border, labelled time axis only where asked, small type, faint lines.

    `labels` and `ranges` are those of x and y. Made in one go: Bokeh's own `figure`, and changes afterwards, take
    three times as long, which the first picture of a page waits for.
    """
    x = LinearAxis(axis_label=labels[0], visible=time_axis, **AXIS)
    y = LinearAxis(axis_label=labels[1], ticker=BasicTicker(desired_num_ticks=4), **AXIS)
    return Plot(
        title=Title(text=title, **TITLE),
        x_range=ranges[0],
        y_range=ranges[1],
        below=[x],
        left=[y],
        center=[Grid(axis=x, dimension=0, **GRID), Grid(axis=y, dimension=1, **GRID)],
        min_border_left=LEFT,
        min_border_right=16,
        min_border_top=4,
        min_border_bottom=6,
        toolbar_location=None,
        outline_line_alpha=0.3,
        sizing_mode="stretch_width",
        **given,
    )
