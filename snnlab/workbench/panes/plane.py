"""The pane of the phase plane: what the flow does to the state, and the run in it."""

from collections.abc import Callable

import numpy as np
import param
from bokeh.events import Tap

from snnlab.analysis.portrait import Portrait, is_steady, middle, planes, portrait_of
from snnlab.core import Neuron, annotations
from snnlab.core.palette import LINE, STATE
from snnlab.symbolic import plain_symbol
from snnlab.views import Stack
from snnlab.views.plane import Mark, Plane, PlaneView, Point, nullcline, reset, threshold
from snnlab.views.style import axis_label

from ..plain import Component, Plain
from .pane import Pane, Shown

SLOPE = "dv/dt"


class Follower(Component):
    """Not to be seen itself: draws the run in the plane as the plots over time have it; `args` are ids of models."""

    args = param.Dict({}, doc="what is followed and fed: see plane.js")
    time = param.Number(None, allow_None=True, doc="of the pointer over the plots, in ms")

    _bundle = "plane.js"
    _by_hand = ("time",)


class PhasePane(Pane):
    """Nullclines, their crossings and flow at the present current; a click begins a run there."""

    key, title, menu = "phase", "Phase plane", "variable over v"

    def __init__(self, begin: Callable[[dict[str, float]], None]) -> None:
        super().__init__(begin)
        self.view: PlaneView | None = None
        self.stack: Stack | None = None  # whose run is shown
        self.followed: str | None = None  # over v
        self.follower = Follower(width=0, height=0, margin=0)
        self.follower.param.watch(lambda event: self.again(), "time")
        self.y: str | None = None
        self.neuron: Neuron | None = None  # of which it is

    def build(self) -> None:
        self.view = PlaneView()
        self.view.figure.title.visible = False  # the head says it
        self.view.figure.on_event(Tap, self._tapped)
        self.box[:] = [self.head, Plain(self.view.figure), self.follower]

    def job(self, shown: Shown) -> Callable[[], object]:
        result, time = shown.drawn.result, self.follower.time
        of_it = self.neuron is None or self.neuron is result.definition  # another's were chosen for that one
        wanted = self.head.value if of_it else ""

        def draw():
            there = planes(result.definition, result.p)
            y = wanted if wanted in there else None if wanted == SLOPE else there[0]
            at = middle(result) if time is None and not is_steady(result) else time
            return shown, there, plane_of(result.definition, portrait_of(result, y, time), at), y

        return draw

    def feed(self, picture) -> None:
        shown, there, plane, y = picture
        if self.view is None:
            return
        self.y, self.neuron = y, shown.drawn.result.definition
        self.view.feed(plane)
        self.head.param.update(note=plane.title, options=[name or SLOPE for name in there], value=y or SLOPE)
        if (self.stack, self.followed) != (shown.stack, y) and "v" in shown.stack.plots:
            self._attach(shown)

    def _attach(self, shown: Shown) -> None:
        """The run in the page follows the plots of a stack."""
        stack, data, y = shown.stack, shown.drawn.data, self.y or ""
        sources = {key: plot.renderers[0].data_source for key, plot in stack.plots.items()}
        args = {"x": sources["v"], "run": self.view.run, "here": self.view.here, "lines": self.view.lines}
        args |= {"y": sources[y]} if y in sources else {}
        jumps = stack.rows["v"].spikes and not shown.drawn.result.definition.crosses  # else its line goes on
        args |= {"spikes": stack.plots["v"].renderers[-1].data_source} if jumps else {}
        of_lines = [sources[key].id for key in shown.scene.marks if key in sources]
        plots = [plot.id for plot in stack.plots.values()]
        self.stack, self.followed = stack, self.y
        line = (np.array([]), np.array([]))
        if y in data:
            line = broken(data["v"].y, data[y].y, data["v"].t, shown.drawn.spikes if jumps else np.array([]))
        self.view.follow(*line)
        self.follower.args = {name: model.id for name, model in args.items()} | {"sources": of_lines, "plots": plots}

    def _tapped(self, event: Tap) -> None:
        self.begin({"v": event.x} | ({} if self.y is None else {self.y: event.y}))


def plane_of(neuron, found: Portrait, at: float | None = None) -> Plane:
    """A portrait as a picture; its title says the current, `at` which time in ms, what else is held, and what fixed
    points there are: with others held that would move, they are those of the plane."""
    marks = annotations(neuron.state)
    unit = marks["v"].unit
    x, (left, right) = plain_symbol("v", marks["v"]), found.frame[0]
    if found.y is None:
        label = axis_label(f"d{x}/dt", "1/ms" if unit == "1" else f"{unit}/ms")
        v, slope = found.nullclines["v"]
        lines = [Mark(v, slope, "", STATE, "solid", 2.0), Mark(np.array([left, right]), np.zeros(2), "", LINE, "solid")]
    else:
        label = axis_label(plain_symbol(found.y, marks[found.y]), marks[found.y].unit)
        lines = [nullcline(*found.nullclines[name], name, name == "v") for name in ("v", found.y)]
    lines += [kind(*line) for kind, line in ((threshold, found.threshold), (reset, found.reset)) if line is not None]
    points = [
        Point(
            one.state["v"],
            0.0 if found.y is None else one.state[found.y],
            one.stable,
            words(one, marks, bool(found.frozen)),
        )
        for one in found.points
    ]
    current = neuron.current
    here = f"{plain_symbol('I', current)} = {found.current:.4g}" + ("" if current.unit == "1" else f" {current.unit}")
    here += "" if at is None else f" at {at:.4g} ms"
    kinds = ", ".join(one.kind for one in found.points)
    there = f"in this plane {kinds or 'no equilibrium'}" if found.frozen else kinds or "no fixed point"
    told = [here, *([frozen(found.frozen, marks)] if found.frozen else []), there]
    return Plane(" · ".join(told), (axis_label(x, unit), label), found.frame, lines, points, found.field)


def frozen(held, marks) -> str:
    """Which variables are held, and where: "h, n held at 0.6, 0.32"."""
    names = ", ".join(plain_symbol(name, marks[name]) for name in held)
    return f"{names} held at {', '.join(f'{value:.2g}' for value in held.values())}"


def words(point, marks, alone: bool = False) -> str:
    """Kind, state and eigenvalues of a fixed point; `alone`, of one of the plane."""
    state = ", ".join(f"{plain_symbol(name, marks[name])} = {value:.4g}" for name, value in point.state.items())
    values = ", ".join(number(value) for value in point.eigenvalues)
    return f"{point.kind}{' of the plane' * alone}: {state}; λ = {values} /ms"


def number(value: complex) -> str:
    if abs(value.imag) < 1e-12 * abs(value):
        return f"{value.real:.3g}"
    return f"{value.real:.3g} {'+' if value.imag > 0 else '−'} {abs(value.imag):.3g}i"


def broken(v: np.ndarray, y: np.ndarray, t: np.ndarray, spikes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A run in the plane as the page draws it (`path` in plane.js): up to the peak of a spike, and anew after it."""
    at = np.unique(np.searchsorted(t, spikes * (1 - 1e-6)))
    at = at[at < len(t)]
    up = y.copy()
    up[at] = y[np.maximum(at - 1, 0)]
    return np.insert(v, at + 1, np.nan), np.insert(up, at + 1, np.nan)
