"""The pane of the bifurcation diagram: what becomes of a neuron as one of its numbers changes."""

from collections.abc import Callable, Sequence

import numpy as np
import param

from snnlab.analysis import bifurcation_diagram
from snnlab.analysis.diagram import Diagram, extremes
from snnlab.analysis.portrait import moment
from snnlab.core import Count, Quantity, annotations
from snnlab.models import Experiment, NeuronModel, Result
from snnlab.models.portable import owners
from snnlab.models.result import current_of
from snnlab.symbolic import plain_symbol
from snnlab.views.bifurcation import BifurcationView, Course, Spot
from snnlab.views.style import axis_label

from ..plain import Component, Plain
from .map_knobs import frame_of
from .pane import Pane, Shown

RUNS = 81  # of the extremes
CURRENT = "I"
NUDGE = 1e-3  # of the range of a current, by which a knob is moved to see whether it moves the current as much


class Ruler(Component):
    """Not to be seen itself: an upright line that a hand drags, and the knob that it moves; `args` are in ruler.js."""

    args = param.Dict({}, doc="plot, source of the line, knob, and what the line's place is beyond its value")

    _bundle = "ruler.js"


class BifurcationPane(Pane):
    """Fixed points and extremes of v over one number, when the hand rests; a drag moves the number's knob."""

    key, title, menu = "bifurcation", "Bifurcations", "along"
    slow = True

    def __init__(self, begin: Callable[[dict[str, float]], None]) -> None:
        super().__init__(begin)
        self.view: BifurcationView | None = None
        self.known: tuple[str, Course] | None = None  # of what, and its picture

    def build(self) -> None:
        self._draw(log=False)

    def _draw(self, log: bool) -> None:
        self.view, self.ruler = BifurcationView(log), Ruler(width=0, height=0, margin=0)
        self.box[:] = [self.head, Plain(self.view.figure), self.ruler]

    def fade(self) -> None:
        if self.view is not None and self.shown is not None and self.known is not None:
            self.view.fade(self._of(self.shown.experiment(), self.shown.drawn.result)[0] != self.known[0])

    def _of(self, experiment: Experiment, result: Result) -> tuple[str, str, float, float]:
        """What a diagram is of, in words, what changes, its present value, and the current."""
        numbers = numbers_of(experiment.model)
        along = numbers.get(self.head.value, CURRENT)
        current, _ = moment(result)
        values = experiment.model.values()
        here = current if along == CURRENT else values.pop(along)
        fixed = (along, type(experiment.model), values, None if along == CURRENT else current)
        low, high = frame_of(mark_of(experiment.model, along), here)
        return repr((fixed, low, high)), along, here, current

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment, result, known = shown.experiment().copy(), shown.drawn.result, self.known
        of, along, here, current = self._of(experiment, result)

        def draw() -> tuple[str, Course, NeuronModel, str, dict]:
            course = known[1]._replace(here=here) if known is not None and known[0] == of else None
            if course is None:
                course = course_of(experiment.model, along, here, current)
            return of, course, experiment.model, along, self._ruled(experiment, result, along, here)

        return draw

    def _ruled(self, experiment: Experiment, result: Result, along: str, here: float) -> dict:
        knob = f"model.{along}" if along != CURRENT else lever(experiment, result)
        if knob is None or not self.owner:
            return {"knob": "", "offset": 0.0}
        owner, name = knob.rsplit(".", 1)
        value = getattr(owners(experiment)[owner], name)
        return {"knob": f"{self.owner}.{knob}", "offset": here - value}

    def feed(self, picture) -> None:
        of, course, model, along, ruled = picture
        log = along != CURRENT and type(model).annotation(along).log
        if self.view is None or self.view.log != log:
            self._draw(log)  # a scale is a plot's own
        self.known = of, course
        self.view.feed(course)
        numbers = numbers_of(model)
        words = "unstable dashed, v of runs shaded" if course.branches else "no fixed point, v of runs shaded"
        label = next(label for label, name in numbers.items() if name == along)
        self.head.param.update(note=words, options=list(numbers), value=label)
        ids = {"plot": self.view.figure.id, "here": self.view.here.id}
        self.ruler.args = ids | ruled


def numbers_of(model: NeuronModel) -> dict[str, str]:
    """What can change, by its label: the current, and the numbers of the model that a run depends on."""
    marks = {name: model.annotation(name) for name in model.of_part("run")}
    names = [name for name, mark in marks.items() if isinstance(mark, Quantity) and not isinstance(mark, Count)]
    return {CURRENT: CURRENT} | {model.param[name].label: name for name in names}


def mark_of(model: NeuronModel, along: str) -> Quantity:
    """What is known of the number that changes."""
    return model.neuron.current if along == CURRENT else model.annotation(along)


def course_of(model: NeuronModel, along: str, here: float, current: float) -> Course:
    """The diagram along one number, the extremes of one run of many neurons in it, as a picture."""
    mark = mark_of(model, along)
    frame = low, high = frame_of(mark, here)
    try:
        found = bifurcation_diagram(model, along, low, high, current=current)
    except (NotImplementedError, ArithmeticError):  # no algebra of this flow: what runs do remains
        found = Diagram((), ())
    grid = np.geomspace(low, high, RUNS) if mark.log else np.linspace(low, high, RUNS)
    runs = np.clip(grid, low, high), *extremes(model, along, np.clip(grid, low, high), current=current)
    v = annotations(model.neuron.state)["v"]
    label = CURRENT if along == CURRENT else model.param[along].label
    return Course(
        (axis_label(label, mark.unit), axis_label(plain_symbol("v", v), v.unit)),
        frame,
        [(one.values, one.v, one.stable) for one in found.branches],
        spots(found),
        runs,
        here,
    )


def spots(found: Diagram) -> Sequence[Spot]:
    return [Spot(one.value, one.state["v"], f"{NAMES.get(one.kind, one.kind)} {one.value:.4g}") for one in found.points]


def lever(experiment: Experiment, result: Result) -> str | None:
    """The knob of the stimulus that moves the present current by as much as itself, None where there is none."""
    run, current = experiment.settings, experiment.model.neuron.current
    steps, nudge = len(result.current), NUDGE * (current.high - current.low)
    middle = (min(result.onset, run.duration) + min(result.end, run.duration)) / 2
    at = min(max(int(middle / run.dt), 0), steps - 1)

    def now(of: Experiment) -> float:
        return float(current_of(of.stimulus.sampler()(steps, run.dt, run.seed))[at])

    before = now(experiment)
    for owner, part in owners(experiment).items():
        for name in part.names() if owner.startswith("stimulus") else ():
            if getattr(part.param[name], "unit", None) == current.unit:
                other = experiment.copy()
                moved = owners(other)[owner]
                if (value := getattr(moved, name) + nudge) <= part.param[name].annotation.allowed[1]:
                    setattr(moved, name, value)
                    if abs(now(other) - before - nudge) < 1e-3 * nudge:
                        return f"{owner}.{name}"
    return None


NAMES = {"Andronov-Hopf": "Hopf"}
