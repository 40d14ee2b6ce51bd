"""What a notebook asks of a model: its explorer, its equations as text, its phase plane as a picture."""

import numpy as np
import panel as pn

from snnlab.analysis import trace
from snnlab.analysis.arguments import with_v
from snnlab.analysis.portrait import Portrait, planes, portrait_of
from snnlab.core import Cable, Encoder, Neuron, Plasticity, SpikeOperation, refused
from snnlab.models import Experiment, Model, Preset, Stimulus, model_of
from snnlab.models.model import not_a_model
from snnlab.views.plane import Plane, PlaneView

from .explorer import Explorer
from .file.cell import Once
from .live import served_document
from .panes.plane import SLOPE, broken, plane_of
from .plain import Plain
from .stimulus_explorer import StimulusExplorer

loads = Once()


def explore(what=None, stimulus: Stimulus | None = None, **settings) -> pn.viewable.Viewer:
    """Explore live, in a notebook cell or in an app of your own: a model, an experiment, a preset, or a stimulus.

    A definition, as a neuron or a plasticity rule of your own, is explored as its model.

    The sliders move the very model that is given; `stimulus` drives it, `settings` are those of a run (duration, dt,
    neurons, ...).

    >>> import snnlab
    >>> view = snnlab.explore(snnlab.models.Izhikevich(a=0.1), duration=100, neurons=1)
    >>> view.experiment.model.a
    0.1
    """
    load()
    if isinstance(what, Neuron | Encoder | Plasticity | SpikeOperation | Cable):
        what = model_of(what)
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


def load() -> None:
    """The library's scripts, once in a notebook; a page has them."""
    if served_document() is None and loads():
        pn.extension()


class EquationText(tuple):
    """Lines of LaTeX; a notebook sets them."""

    def _repr_latex_(self) -> str:
        return r"$$\begin{array}{l}" + r" \\[5pt] ".join(self) + r"\end{array}$$"


def equations(model: Model) -> EquationText:
    """The equations of a model, printed from its running code, as lines of LaTeX.

    A network has those of its neuron in its own symbols, and the law by which its neurons are joined.

    >>> from snnlab.models import LIF
    >>> print(equations(LIF())[0])
    \\tau_{\\mathrm{mem}} \\frac{dv}{dt} = - v + i + v_{\\mathrm{leak}} + I
    """
    if not isinstance(model, Model):
        raise not_a_model(model)
    return EquationText(model.equations())


class PhasePlane(pn.viewable.Viewer):
    """The phase plane as a picture: `portrait` is what it shows, as numbers."""

    def __init__(self, portrait: Portrait, plane: Plane, run: tuple[np.ndarray, np.ndarray] | None) -> None:
        super().__init__()
        self.portrait, self.view = portrait, PlaneView()
        self.view.feed(plane)
        if run is not None:
            self.view.follow(*run)

    def __panel__(self):
        return Plain(self.view.figure)


def phase_plane(
    model: Model, stimulus: Stimulus | None = None, *, current: float | None = None, y: str | None = None, **settings
) -> PhasePlane:
    """The plane of v and another variable: nullclines, fixed points and flow at a constant `current`, and a run.

    `current` is in the unit of the model's current, what the stimulus is in the middle of its drive unless given;
    `stimulus` (the usual drive unless given) and `settings` are those of the run, of one neuron without noise; `y`
    names the variable over v, "dv/dt" for its slope: the first that v moves unless given. All others stand where they
    are in the middle of the drive. The line of the run is broken where the neuron is reset.

    Raises ValueError for a model that is no neuron, and for another `y`, NotImplementedError for one without v.

    >>> from snnlab.models import Izhikevich, Step
    >>> plane = phase_plane(Izhikevich(), Step(amplitude=10, onset=20), duration=100)
    >>> plane.portrait.y, plane.portrait.current, list(plane.portrait.nullclines), plane.portrait.points
    ('u', 10.0, ['v', 'u'], ())
    """
    with_v(model)
    load()
    experiment = Experiment.of(model, stimulus, {"neurons": 1, "noise": 0.0} | settings)
    result = experiment.run()
    there = planes(result.definition, result.p)
    options = {name or SLOPE: name for name in there}
    if y is not None and y not in options:
        raise refused("y", y, f"one of {', '.join(options)}")
    shown = there[0] if y is None else options[y]
    found = portrait_of(result, shown, current=None if current is None else float(current))
    recording, line = result.recording, None
    if shown in recording.variables:
        v, w = trace(recording, result.definition, result.p), recording.variables[shown][:, 0].numpy()
        line = broken(v, w, recording.sample_time, recording.spike_times())
    return PhasePlane(found, plane_of(result.definition, found), line)
