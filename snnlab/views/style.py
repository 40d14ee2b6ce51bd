"""The one theme of all pictures: colours that hold on light and on dark ground, and how a plot is framed."""

from bokeh.plotting import figure as Figure

VOLTAGE = "#009688"
STATE = "#f57c00"
CURRENT = "#5c85d6"
MEASURED = "#9575cd"
SPIKE = "#e53935"

LEFT = 64  # px: one left border for all plots of a stack, so that their time axes line up


def frame(plot: Figure, *, time_axis: bool) -> Figure:
    """A plot of a stack: equal left border, labelled time axis only where asked, small type, faint lines."""
    plot.update(min_border_left=LEFT, min_border_right=16, min_border_top=2, min_border_bottom=2, toolbar_location=None)
    plot.update(outline_line_alpha=0.3, output_backend="canvas")  # WebGL is slower without a GPU
    plot.title.update(text_font_size="12px", text_font_style="normal", standoff=3)
    for axis in plot.axis:
        axis.update(axis_label_text_font_size="12px", axis_label_text_font_style="normal", major_label_text_font_size="11px")
        axis.update(minor_tick_line_color=None, axis_line_alpha=0.3, major_tick_line_alpha=0.3)
    plot.grid.visible, plot.grid.grid_line_alpha = True, 0.3
    plot.xaxis.visible = time_axis
    plot.yaxis[0].ticker.desired_num_ticks = 4
    return plot
