"""The one theme of all pictures: how a plot is framed."""

from bokeh.plotting import figure as Figure

from snnlab.core.palette import LINE, WORDS

LEFT = 64  # px: one left border for all plots of a stack, so that their time axes line up


def frame(plot: Figure, *, time_axis: bool) -> Figure:
    """A plot of a stack: equal left border, labelled time axis only where asked, small type, faint lines."""
    plot.update(min_border_left=LEFT, min_border_right=16, min_border_top=4, min_border_bottom=6, toolbar_location=None)
    plot.update(outline_line_alpha=0.3, output_backend="canvas")  # WebGL is slower without a GPU
    plot.title.update(text_font_size="12px", text_font_style="normal", text_color=WORDS, standoff=3)
    for axis in plot.axis:
        axis.update(
            axis_label_text_font_size="12px", axis_label_text_font_style="normal", major_label_text_font_size="11px"
        )
        axis.update(minor_tick_line_color=None, axis_line_alpha=0.3, major_tick_line_alpha=0.3)
    plot.grid.visible, plot.grid.grid_line_color, plot.grid.grid_line_alpha = True, LINE, 0.2
    plot.xaxis.visible = time_axis
    plot.yaxis[0].ticker.desired_num_ticks = 4
    return plot
