"""The phase plane of a neuron with two variables: nullclines, fixed points, and a run that moves between them."""

from collections.abc import Mapping, Sequence

import holoviews as hv
import holoviews.plotting.bokeh
import numpy as np

from snnlab.core.palette import CURRENT, SPIKE, STATE, VOLTAGE


def phase_plane(
    variables: tuple[str, str],
    labels: Mapping[str, str],
    ranges: Mapping[str, tuple[float, float]],
    nullclines: Mapping[str, tuple[np.ndarray, np.ndarray]],
    points: Sequence[tuple[float, float, bool, str]],
    run: tuple[np.ndarray, np.ndarray] | None,
) -> hv.Overlay:
    """A picture of the plane of `variables`: labels of its axes, their ranges, and what is in it.

    `nullclines`: variable -> (x, y); `points`: x, y, whether it is stable, its kind; `run`: x, y over time, NaN where
    the line is to be broken.
    """
    x, y = (hv.Dimension(name, label=labels[name]) for name in variables)
    drawn: list = []
    if run is not None:
        drawn.append(hv.Curve(run, x, y, label="run").opts(color=VOLTAGE, line_width=1.2))
    for name, line in nullclines.items():
        color = STATE if name == variables[0] else CURRENT
        label = f"d{name}/dt = 0"
        drawn.append(hv.Curve(line, x, y, label=label).opts(color=color, line_width=2, line_dash="dashed"))
    for stable, words in ((True, "stable"), (False, "unstable")):
        some = [(a, b, kind) for a, b, is_stable, kind in points if is_stable == stable]
        if some:
            marks = hv.Points(some, [x, y], "kind", label=f"{words} fixed point")
            fill = {"color": SPIKE} if stable else {"fill_alpha": 0, "line_color": SPIKE}
            drawn.append(marks.opts(size=9, line_width=2, tools=["hover"], **fill))
    frame = {f"{axis}lim": ranges[name] for axis, name in zip("xy", variables)}
    return hv.Overlay(drawn).opts(responsive=True, min_height=380, legend_position="right", show_grid=True, **frame)
