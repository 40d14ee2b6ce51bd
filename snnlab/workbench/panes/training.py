"""The panes of training: a neuron that goes down the landscape of its loss, and one that learns when to fire."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import torch

from snnlab.analysis import Path, Task, descend, loss_landscape, poisson_trains
from snnlab.core import SURROGATES, Quantity, annotations
from snnlab.models import NeuronModel
from snnlab.models.knobs import Knobs, knobs
from snnlab.symbolic import plain_symbol
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.heat import Heat, HeatView
from snnlab.views.learning import LearningView
from snnlab.views.style import axis_label

from ..controls import Group
from ..plain import Plain
from .film import Film, track
from .gradient import positive, surrogate_subject, under_surrogate, usual_jump
from .pane import Pane, Shown

STEPS = 100
ONE = " on one"  # of both weights
DT = 0.5  # ms
SEEN = 1.6  # of the weights that solve it, the frame of the landscape
GRID, FINE = 41, 401  # points of it along each of two weights, and along one


class TrainingValues(NamedTuple):
    rate: Annotated[
        float, Quantity("1", low=1e-4, high=0.1, bounds=(1e-6, 10), symbol="\\eta", doc="learning rate")
    ] = 0.01
    momentum: Annotated[
        float, Quantity("1", low=0, high=0.95, bounds=(0, 0.999), symbol="\\mu", doc="momentum (Adam: beta_1)")
    ] = 0.5


Training = type("Training", (Knobs,), {"__doc__": "How a neuron is trained."} | knobs(TrainingValues))


class TrainingPane(Pane):
    """Abstract: a neuron whose gradient is that of the surrogate goes down its loss, and a film shows each step."""

    menu = "optimiser"
    slow = True
    usual: ClassVar[dict[str, dict[str, float]]]  # of each optimiser

    def __init__(self, begin: Callable[[dict[str, float]], None]) -> None:
        super().__init__(begin)
        self.training = Training(**next(iter(self.usual.values())))
        self.knobs = Group(lambda *events: self._turned())
        self.film = Film(self.title)
        self.taken = ""  # the optimiser whose usual values were taken
        self.given: dict[str, float] = {}  # other values, which an address says
        self.known = ""  # of what there is a film
        self.views: list[Any] = []

    def build(self) -> None:
        self.head.options = list(self.usual)
        self.head.value = self.head.value if self.head.value in self.usual else next(iter(self.usual))
        self._take()
        self.views = self.made()
        self.box[:] = [self.head, *(Plain(view.figure) for view in self.views), self.film, self.knobs.box]

    @property
    def more(self) -> dict[str, str]:
        usual = self.usual.get(self.head.value, next(iter(self.usual.values())))
        values = self.training.values() | self.given
        return {name: f"{value:g}" for name, value in values.items() if value != usual[name]}

    def take(self, more: Mapping[str, str]) -> None:
        self.given = {name: value for name, value in Training(**more).values().items() if name in more}

    def _of(self, shown: Shown) -> str:
        """Of what a film is: a page has more knobs."""
        model = shown.experiment().model
        return repr((type(model), getattr(model, "alpha", None), self.how()))

    def _prepare(self, shown: Shown) -> Callable:
        of, job = self._of(shown), self.job(shown)
        return lambda cancelled: (of, job(cancelled))

    def _show(self, picture, waiting: bool) -> None:
        self.known, film = picture
        super()._show(film, waiting)
        self.looked()

    def request(self, shown: Shown) -> None:
        self.shown, self.late = shown, False
        if self._of(shown) != self.known or self.head.failed:
            self.live.request(shown)
        else:
            self.fade()

    def fade(self) -> None:
        if self.shown is not None:
            for view in self.views:
                view.fade(self._of(self.shown) != self.known)

    def again(self) -> None:
        self._take()
        super().again()

    def _take(self) -> None:
        """The usual values of an optimiser that is another."""
        if self.head.value in self.usual and self.head.value != self.taken:
            self.taken, usual = "", self.usual[self.head.value]  # it is not turned by hand
            self.training.param.update(**usual | self.given)
            self.knobs.hold(self.training, usual=Training(**usual))
            self.given = {}
            self.taken = self.head.value

    def made(self) -> list[Any]:
        """What it shows, which is made now."""
        raise NotImplementedError

    def suits(self, shown: Shown) -> bool:
        return shown.experiment().model.definition.name in SURROGATES

    def model(self, shown: Shown) -> NeuronModel:
        return surrogate_subject(shown).model

    def _turned(self) -> None:
        if self.taken:
            self.fade()
            self.again()

    def how(self) -> dict[str, Any]:
        """As `descend` is asked."""
        return {"optimiser": self.head.value.removesuffix(ONE), **self.training.values()}


class LandscapePane(TrainingPane):
    """The loss for one or two weights of a neuron that is to fire as another did, and the way down."""

    key, title = "landscape", "Loss landscape"
    usual: ClassVar = {
        "SGD": {"rate": 0.002, "momentum": 0.5},
        "Adam": {"rate": 0.05, "momentum": 0.9},
        f"SGD{ONE}": {"rate": 0.002, "momentum": 0.5},
        f"Adam{ONE}": {"rate": 0.05, "momentum": 0.9},
    }

    def made(self) -> list[Any]:
        self.view, self.curve = HeatView(220), CurvesView((False, True), 180, 300)
        self.curve.figure.visible = False
        return [self.view, self.curve]

    def job(self, shown: Shown) -> Callable[[Callable[[], bool]], object]:
        model, one, how = self.model(shown), self.head.value.endswith(ONE), self.how()

        def draw(cancelled: Callable[[], bool]):
            task, begin, solution = two_weights(model)
            begin = np.array([begin[0], solution[1]]) if one else begin
            path = descend(task, begin, STEPS, of=[0] if one else None, cancelled=cancelled, **how)
            return one, landscape(one), path, solution

        return draw

    def feed(self, picture) -> None:
        one, (x, y, losses), path, solution = picture
        self.view.figure.visible, self.curve.figure.visible = not one, one
        self.head.note = "loss: distance to the spikes of a neuron with the weights ×"
        across, up = ([column[k : k + 1] for k in range(len(column))] for column in path.weights.T)
        if one:
            self.curve.feed(Curves(("weight 1", "loss"), [Curve(x, positive(losses))], marks=[(solution[0], "×")]))
            steps = [positive(path.losses)[k : k + 1] for k in range(len(path.losses))]
            tracks = [track(self.curve.dots, {"x": across, "y": steps}, {}, grow=True)]
        else:
            shown = np.log10(np.maximum(losses, losses[losses > 0].min()))
            frame = (float(x[0]), float(x[-1])), (float(y[0]), float(y[-1]))
            values = float(shown.min()), float(shown.max())
            self.view.feed(Heat(shown, frame, ("weight 1", "weight 2"), values, [tuple(solution)]))
            tracks = [
                track(self.view.line, {"x": across, "y": up}, {}, grow=True),
                track(self.view.last, {"x": across, "y": up}, {}, grow=False),
            ]
        self.film.shown = {"words": told(path), "tracks": tracks}


class LearningPane(TrainingPane):
    """A neuron under trains of spikes that learns to fire at given times, while one looks."""

    key, title = "learning", "Learning to fire at given times"
    usual: ClassVar = {"Adam": {"rate": 0.02, "momentum": 0.9}, "SGD": {"rate": 0.01, "momentum": 0.9}}

    def made(self) -> list[Any]:
        self.view = LearningView("v")
        self.raster, self.losses = CurvesView((False, False), 110, 180), CurvesView((False, True), 110, 180)
        return [self.view, self.raster, self.losses]

    def job(self, shown: Shown) -> Callable[[Callable[[], bool]], object]:
        model, how = self.model(shown), self.how()

        def draw(cancelled: Callable[[], bool]):
            task, begin = given_times(model)
            mark = annotations(model.neuron.state)["v"]
            path = descend(task, begin, STEPS, cancelled=cancelled, **how)
            return task, axis_label(plain_symbol("v", mark), mark.unit), path

        return draw

    def feed(self, picture) -> None:
        task, label, path = picture
        low, high = float(np.percentile(path.v, 1)), float(path.v.max())
        room = 0.15 * (high - low or 1.0)
        self.view.figure.yaxis.axis_label = label
        self.view.frame(task.duration, low - room, high + room, task.targets)
        steps = np.arange(len(path.losses), dtype=float)
        ends, wanted = np.array([0.0, task.duration]), [(time, "") for time in task.targets.tolist()]
        nothing = Curve(ends, np.full(2, np.nan))
        self.raster.feed(Curves(("time (ms)", "step"), [nothing], marks=wanted, low=-2.0, high=STEPS + 2.0))
        losses = positive(path.losses)
        self.losses.feed(Curves(("step", "loss"), [Curve(steps, losses)]))
        self.head.note = f"{task.trains.shape[1]} inputs; dashed: when it is to fire"
        t = task.dt * (np.arange(path.v.shape[1]) + 1)
        each = [np.full(len(one), k) for k, one in zip(steps, path.spikes)]
        tops = [np.full(len(one), high + 0.5 * room) for one in path.spikes]
        self.film.shown = {
            "words": told(path),
            "tracks": [
                track(self.view.run, {"y": list(path.v)}, {"t": t}, grow=False),
                track(self.view.spikes, {"t": path.spikes, "y": tops}, {}, grow=False),
                track(self.raster.dots, {"x": path.spikes, "y": each}, {}, grow=True),
                track(self.losses.dots, {"x": list(steps[:, None]), "y": list(losses[:, None])}, {}, grow=False),
            ],
        }


def told(path: Path) -> list[str]:
    """What is told of each step."""
    return [f"step {k}: loss {loss:.3g}" for k, loss in enumerate(path.losses)]


def two_weights(model: NeuronModel) -> tuple[Task, np.ndarray, np.ndarray]:
    """A neuron with two groups of inputs that is to fire as it does with other weights: where it begins, and these."""
    trains = np.stack([poisson_trains(20, 10.0, 150.0, DT, seed).sum(1) for seed in (0, 1)], 1)
    unit = usual_jump(model)
    solution, begin = np.array([2.3, 3.7]) * unit, np.array([0.6, 0.9]) * unit
    spikes = Task(model, trains, rate=1.0, dt=DT).run(torch.from_numpy(solution)[None]).spike_times()
    return Task(model, trains, spikes, dt=DT), begin, solution


@lru_cache(maxsize=2)
def landscape(one: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both axes, and the loss over them, or over the first alone: the same for all surrogates, which change no run."""
    task, _, solution = two_weights(under_surrogate(SURROGATES["heaviside"], None).model)
    x, y = (np.linspace(0, SEEN * weight, FINE if one else GRID) for weight in solution)
    return x, y, loss_landscape(task, solution, x, None if one else y)


def given_times(model: NeuronModel) -> tuple[Task, np.ndarray]:
    """A neuron with many inputs that is to fire at four times, and the weights with which it begins."""
    trains = poisson_trains(60, 20.0, 100.0, DT, seed=3)
    return Task(model, trains, np.array([20.0, 45.0, 60.0, 85.0]), dt=DT), np.full(60, 0.85 * usual_jump(model))
