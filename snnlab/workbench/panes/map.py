"""The pane of the map of two knobs: a measure as a colour, the trace of the point under the pointer, a click that goes
there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import param
from bokeh.events import RangesUpdate

from snnlab.analysis import sweep, trace
from snnlab.analysis.grid import knobs_of
from snnlab.analysis.map import Map
from snnlab.analysis.tally import MEASURES
from snnlab.core import Quantity, annotations
from snnlab.core.palette import coloured
from snnlab.models import Experiment
from snnlab.models.portable import owners, structure
from snnlab.symbolic import plain_symbol
from snnlab.views.curves import thinned
from snnlab.views.map import Field, MapView
from snnlab.views.style import axis_label

from ..plain import Component, Plain
from .map_knobs import APART, choice_of, frame_of, inside, label_of, offered, turn, value_of
from .pane import Pane, Shown

COARSE, FINE = 25, 100  # points of a side
MOST = 150_000_000  # neuron-steps of a map: a second or two
HINT = "a click goes there, a box looks closer"


class Hand(Component):
    """Menus of a map, and a hand in it: `args` are in map.js."""

    knobs = param.List([], doc="(name, label) of each knob")
    measures = param.List([], doc="(name, label) of each measure")
    chosen = param.List([], item_type=str, doc="measure, knob of x, knob of y")
    zoomed = param.Boolean(doc="whether a part of the usual ranges is shown")
    args = param.Dict({}, doc="plots, sources and knobs")
    done = param.Dict(
        {}, doc="what a hand did: {chosen}, {at} a point, {look} at one, {save} as, or {whole}; and how often"
    )
    file = param.Dict({}, doc="what was asked for: {name, type, data}")

    _bundle = "map.js"
    _by_hand = ("done", "file")


@dataclass(frozen=True, eq=False)
class Found:
    """A map, and of what it is."""

    of: str
    map: Map
    chosen: tuple[str, str, str]
    experiment: Experiment
    knobs: dict[str, Quantity]

    @property
    def spans(self) -> list[tuple[float, float]]:
        return [(axis.values[0], axis.values[-1]) for axis in (self.map.x, self.map.y)]

    @property
    def fine(self) -> bool:
        """Whether it has as many points as there is time for."""
        return len(self.map.x.values) >= self._side

    @property
    def _side(self) -> int:
        return min(FINE, max(COARSE, int((MOST / self.experiment.steps) ** 0.5)))

    def finer(self, cancelled: Callable[[], bool] | None = None) -> "Found":
        """The same with more points; itself where it is fine. Raises Cancelled."""
        if self.fine:
            return self
        return replace(self, map=map_of(self.experiment, self.chosen, self.spans, self._side, cancelled))

    @property
    def here(self) -> tuple[float, float]:
        x, y = (value_of(self.experiment, knob) for knob in self.chosen[1:])
        return x, y


class MapPane(Pane):
    """A coarse map when the hand rests, and a fine one after it; grey while it is of another experiment."""

    key, title = "map", "Map of two knobs"
    slow = True

    def __init__(self, begin: Callable[[dict[str, float]], None]) -> None:
        super().__init__(begin)
        self.known: Found | None = None
        self.drawn: tuple = ()  # the map and the measure that are in the picture
        self.zoom: tuple[tuple[float, float], ...] = ()

    def build(self) -> None:
        self.view, self.hand = MapView(), Hand(sizing_mode="stretch_width", margin=(0, 10), stylesheets=[SHEET])
        self.view.figure.on_event(RangesUpdate, self._zoomed)
        self.hand.param.watch(lambda event: self._done(event.new), "done")
        self.box[:] = [self.head, self.hand, Plain(self.view.figure), Plain(self.view.trace)]

    def fade(self) -> None:
        if len(self.box) and self.shown is not None and self.known is not None:
            self.view.fade(self._asked(self.shown.experiment())[0] != self.known.of)

    def _asked(self, experiment: Experiment) -> tuple[str, tuple[str, str, str], list[tuple[float, float]]]:
        """What a map is of, in words; measure and knobs; their ranges."""
        known = knobs_of(experiment)
        chosen = choice_of(self.head.value, experiment, known)
        spans = [frame_of(known[knob], value_of(experiment, knob)) for knob in chosen[1:]]
        if self.zoom:
            spans = [inside(known[knob], zoom) for knob, zoom in zip(chosen[1:], self.zoom)]
        free = {
            f"{owner}.{name}": value
            for owner, part in owners(experiment).items()
            for name, value in part.values().items()
        }
        for knob in chosen[1:]:
            free.pop(knob)
        return repr((free, structure(experiment)[:2], chosen[1:], spans)), chosen, spans

    def job(self, shown: Shown) -> Callable[[], Found]:
        experiment, known = shown.experiment().copy(), self.known
        of, chosen, spans = self._asked(experiment)
        knobs = knobs_of(experiment)
        if known is not None and known.of == of:
            return lambda: Found(of, known.map, chosen, experiment, knobs)
        return lambda: Found(of, map_of(experiment, chosen, spans, COARSE), chosen, experiment, knobs)

    def feed(self, picture) -> None:
        found: Found = picture
        self.known = found
        measure, *knobs = found.chosen
        usual = APART.join(choice_of("", found.experiment, found.knobs))
        self.head.param.update(note=HINT, options=[usual], value=APART.join(found.chosen))
        if self.drawn == (found.map, measure):
            self.view.at(found.here)
            self.view.fade(False)
        else:
            self.view.feed(field_of(found))
        self.drawn = found.map, measure
        if self.shown is not None and not len(self.view.line.data["t"]) and "v" in (run := self.shown.drawn).data:
            self.view.draw(
                run.data["v"].t, run.data["v"].y, potential_of(found.experiment)
            )  # until a point is looked at
        marks = [found.knobs[knob] for knob in knobs]
        ids = {name: getattr(self.view, name).id for name in ("figure", "image", "here", "point", "line", "trace")}
        self.hand.param.update(
            knobs=[[name, label_of(found.experiment, name)] for name in offered(found.experiment, found.knobs)],
            measures=[[name, f"{name} ({one.unit})" if one.unit != "1" else name] for name, one in MEASURES.items()],
            chosen=list(found.chosen),
            zoomed=bool(self.zoom),
            args=ids
            | {
                "owner": self.owner,
                "knobs": knobs,
                "log": [axis.log for axis in (found.map.x, found.map.y)],
                "labels": [label_of(found.experiment, knob) for knob in knobs],
                "units": [mark.unit for mark in marks] + [MEASURES[measure].unit],
                "v": potential_of(found.experiment),
            },
        )
        if not found.fine:
            number = self.live.asked  # of what is shown: something else may be asked for
            self.live.aside(lambda: found.finer(lambda: self.live.asked != number), self.feed)

    # -- what a hand does ---------------------------------------------------------------------------------------------

    def _zoomed(self, event: RangesUpdate) -> None:
        ends = (event.x0, event.x1), (event.y0, event.y1)
        if self.known is not None and not np.allclose(
            ends, self.known.spans
        ):  # else it is told what it has said itself
            self.zoom = ends
            self.again()

    def _done(self, done: dict[str, Any]) -> None:
        if self.known is None or self.shown is None:
            return
        if "chosen" in done:
            self.zoom = () if done["chosen"][1:] != list(self.known.chosen[1:]) else self.zoom
            self.head.value = APART.join(done["chosen"])
        elif "whole" in done:
            self.zoom = ()
            self.again()
        elif "at" in done:
            self._go(self.shown.experiment(), done["at"])
        elif "look" in done:
            self._look(self.known, done["look"])
        elif "save" in done:
            found, kind = self.known, done["save"]
            self.live.aside(lambda: file_of(found.finer().map, kind), lambda file: self.hand.param.update(file=file))

    def _go(self, experiment: Experiment, at: list[float]) -> None:
        """Turn both knobs to a point."""
        for knob, value in zip(self.known.chosen[1:], at) if self.known else ():
            turn(experiment, knob, value)

    def _look(self, found: Found, at: list[float]) -> None:
        """Show the trace of a point that the page cannot run."""

        def job() -> tuple[np.ndarray, np.ndarray]:
            one = found.experiment.copy()
            for knob, value in zip(found.chosen[1:], at):
                turn(one, knob, value)
            result = one.run()
            return thinned(result.recording.time, trace(result.recording, result.definition, result.p))

        self.live.aside(job, lambda line: self.view.draw(*line, potential_of(found.experiment)))


def map_of(
    experiment: Experiment,
    chosen: tuple[str, str, str],
    spans: list[tuple[float, float]],
    side: int,
    cancelled: Callable[[], bool] | None = None,
) -> Map:
    """A map of so many points a side, of all measures: they cost nothing beside the run."""
    x, y = ((knob, *span, side) for knob, span in zip(chosen[1:], spans))
    return sweep(experiment, x, y, tuple(MEASURES), cancelled=cancelled)


def field_of(found: Found) -> Field:
    """The picture of a map."""
    axes, measure = (found.map.x, found.map.y), found.chosen[0]
    labels = [axis_label(label_of(found.experiment, axis.knob), axis.unit) for axis in axes]
    unit = MEASURES[measure].unit
    return Field(
        (labels[0], labels[1]),
        found.map.x.values,
        found.map.y.values,
        (found.map.x.log, found.map.y.log),
        found.map.measures[measure],
        found.here,
        measure if unit == "1" else unit,
    )


def potential_of(experiment: Experiment) -> str:
    """How the axis of the trace is called."""
    mark = annotations(experiment.model.neuron.state)["v"]
    return axis_label(plain_symbol("v", mark), mark.unit)


def file_of(found: Map, kind: str) -> dict[str, Any]:
    """A map as a file, as `file` of the hand takes it."""
    name = f"map-{found.x.short}-{found.y.short}"
    if kind == "csv":
        return {"name": f"{name}.csv", "type": "text/csv", "data": found.to_csv()}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "map.nc"
        found.save(path)
        return {"name": f"{name}.nc", "type": "application/x-netcdf", "data": path.read_bytes()}


SHEET = coloured(files(__package__).joinpath("map.css").read_text())
