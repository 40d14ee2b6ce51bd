"""What a notebook asks of a model: its explorer, its equations as text, its phase plane as a picture."""

import holoviews as hv
import numpy as np
import panel as pn

from snnlab.analysis import fixed_points, nullclines
from snnlab.analysis.arguments import neuron_model
from snnlab.analysis.spikes import spiked
from snnlab.core import annotations
from snnlab.models import Experiment, Model, Preset, Stimulus
from snnlab.models.model import not_a_model
from snnlab.symbolic import plain_symbol
from snnlab.views.phase_plane import phase_plane as picture

from .explorer import Explorer
from .file.cell import Once
from .live import served_document
from .stimulus_explorer import StimulusExplorer

loads = Once()


def explore(what=None, stimulus: Stimulus | None = None, **settings) -> pn.viewable.Viewer:
    """Explore live, in a notebook cell or in an app of your own: a model, an experiment, a preset, or a stimulus.

    The sliders move the very model that is given; `stimulus` drives it, `settings` are those of a run (duration, dt,
    neurons, ...).

    >>> import snnlab
    >>> view = snnlab.explore(snnlab.models.Izhikevich(a=0.1), duration=100, neurons=1)
    >>> view.experiment.model.a
    0.1
    """
    if served_document() is None and loads():  # a page has done so
        pn.extension()
    if isinstance(what, type):
        what = what()
    if isinstance(what, Stimulus):
        if stimulus is not None:
            raise ValueError("a stimulus is explored alone: give a model and a stimulus, or a stimulus")
        return StimulusExplorer(what, **settings)
    if isinstance(what, Preset):
        return Explorer(None, stimulus, preset=what, settings=settings)
    if isinstance(what, Experiment):
        return Explorer(None, stimulus, experiment=what, settings=settings)
    if what is not None and not isinstance(what, Model):
        raise ValueError(
            f"{type(what).__name__} cannot be explored: give a model, an experiment, a preset or a stimulus"
        )
    return Explorer(what, stimulus, settings=settings)


class EquationText(tuple):
    """Lines of LaTeX; a notebook sets them."""

    def _repr_latex_(self) -> str:
        return r"$$\begin{array}{l}" + r" \\[5pt] ".join(self) + r"\end{array}$$"


def equations(model: Model) -> EquationText:
    """The equations of a model, printed from its running code, as lines of LaTeX.

    A model without equations of its own (a network) has none.

    >>> from snnlab.models import LIF
    >>> print(equations(LIF())[0])
    \\tau_{\\mathrm{mem}} \\frac{dv}{dt} = - v + i + v_{\\mathrm{leak}} + I
    """
    if not isinstance(model, Model):
        raise not_a_model(model)
    return EquationText(model.equations())


def phase_plane(
    model: Model, stimulus: Stimulus | None = None, *, current: float | None = None, y: str | None = None, **settings
) -> hv.Overlay:
    """The plane of v and the other variable: nullclines and fixed points at a constant `current`, and a run.

    `current` is in the unit of the model's current, what the stimulus is at its end unless given; `stimulus` (the usual
    drive unless given) and `settings` are those of the run, of one neuron without noise; `y` names the second variable
    of a model with more than two. The line of the run is broken where the neuron is reset.

    Raises ValueError for a model that is no neuron, has a single variable, or more than two without `y`.

    >>> from snnlab.models import Izhikevich, Step
    >>> plane = phase_plane(Izhikevich(), Step(amplitude=10, onset=20), duration=100)
    >>> [type(part).__name__ for part in plane]
    ['Curve', 'Curve', 'Curve']
    """
    neuron = neuron_model(model).neuron
    marks = annotations(neuron.state)
    given = {"neurons": 1, "noise": 0.0} | settings
    experiment = Experiment.of(model, stimulus, given)
    if current is None:
        current = float(experiment.stimulus.sample(experiment.steps, experiment.settings.dt)[-1])
    lines = nullclines(model, current, y=y)
    second = next(name for name in lines if name != "v")
    recording = experiment.run().recording
    v, w = (recording.variables[name][:, 0].numpy().copy() for name in ("v", second))
    v[spiked(recording)] = np.nan
    there = [p for p in fixed_points(model, current) if p.reached and second in p.state]
    points = [(p.state["v"], p.state[second], p.stable, p.kind) for p in there]
    variables = ("v", second)
    labels = {name: f"{plain_symbol(name, marks[name])} ({marks[name].unit})" for name in variables}
    ranges = {
        name: _range(marks[name], values, [p.state[name] for p in there]) for name, values in (("v", v), (second, w))
    }
    return picture(variables, labels, ranges, lines, points, (v, w))


def _range(mark, values: np.ndarray, points: list[float]) -> tuple[float, float]:
    """The usual range, widened for what is in the plane."""
    found = [*values[np.isfinite(values)].tolist(), *points]
    low, high = min([mark.low, *found]), max([mark.high, *found])
    edge = 0.04 * (high - low)
    return low - edge, high + edge
