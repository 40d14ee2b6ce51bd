"""What a notebook draws of a model or of a run: the pictures of an explorer's panes, one by one."""

from typing import Any

import panel as pn

from snnlab.analysis import Intervals, interval_distribution
from snnlab.analysis.arguments import neuron_model, with_v
from snnlab.models import NeuronModel
from snnlab.views.bars import BarsView
from snnlab.views.bifurcation import BifurcationView, Course
from snnlab.views.curves import CurvesView

from .notebook import load
from .panes.bifurcation import CURRENT, course_of, numbers_of
from .panes.impedance import response
from .panes.intervals import bars_of
from .plain import Column, Plain


class Picture(pn.viewable.Viewer):
    """Plots one below the other: `shown` is what they show, as numbers."""

    def __init__(self, shown: Any, *figures: Any) -> None:
        super().__init__()
        self.shown, self.figures = shown, figures

    def __panel__(self):
        return Column(*map(Plain, self.figures), sizing_mode="stretch_width", margin=0)


def bifurcation_diagram(model: NeuronModel, along: str = CURRENT, *, current: float = 0.0) -> Picture:
    """The fixed points of v over the range of one number, stable and not, and the extremes of v of runs.

    `along` is "I", the constant current, or the name of a parameter, which then changes while the `current` stays.
    `shown` is a `Course` of branches, points and runs; `snnlab.analysis.bifurcation_diagram` is the numbers alone.

    Raises ValueError for what is no neuron, and for another name, NotImplementedError for a neuron without v.

    >>> from snnlab.models import Izhikevich
    >>> [point.words for point in bifurcation_diagram(Izhikevich()).shown.points]
    ['Hopf 3.798', 'saddle-node 4']
    """
    names = numbers_of(with_v(model)).values()
    if along not in names:
        raise ValueError(f"along = {along!r} is not allowed: choose one of {', '.join(names)}")
    load()
    here = current if along == CURRENT else getattr(model, along)
    course: Course = course_of(model, along, here, current)
    view = BifurcationView(log=along != CURRENT and type(model).annotation(along).log)
    view.feed(course)
    return Picture(course, view.figure)


def impedance_curve(model: NeuronModel, *, current: float = 0.0) -> Picture:
    """Gain and phase of v under small sines at a constant `current`, and by the linear response.

    `shown` are both as `Curves`; `snnlab.analysis.impedance` is the numbers alone. Where the neuron fires at that
    current, it is that at none.

    >>> from snnlab.models import LIF
    >>> gain, phase = impedance_curve(LIF()).shown
    >>> gain.marks
    [(15.91..., 'cut-off 15.9 Hz')]
    """
    neuron_model(model)
    load()
    gain, phase, _, _ = response(model, current)
    views = CurvesView((True, True)), CurvesView((True, False))
    for view, curves in zip(views, (gain, phase), strict=True):
        view.feed(curves)
    return Picture((gain, phase), *(view.figure for view in views))


def interval_histogram(spikes: Any, dt: float | None = None) -> Picture:
    """The inter-spike intervals of a recording, of its result, or of spikes [T, N] with their dt in ms.

    Dotted is a Poisson process with the same mean interval. `shown` is what `interval_distribution` gives. Raises
    ValueError as that does.
    """
    load()
    found: Intervals = interval_distribution(spikes, dt)
    view = BarsView()
    view.feed(bars_of(found))
    return Picture(found, view.figure)
