"""The pane of the map of two knobs: a measure as a colour, the trace of the point under the pointer, a click that goes
there."""

import math
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import numpy as np
import param
from bokeh.events import RangesUpdate

from snnlab.analysis import trace
from snnlab.analysis.grid import knobs_of
from snnlab.analysis.map import ALL, PATTERN
from snnlab.analysis.map_patterns import PATTERNS
from snnlab.analysis.tally import MEASURES
from snnlab.core.check import check
from snnlab.core.palette import MANY_KINDS, NOTHING, OTHERS, coloured
from snnlab.models import Experiment
from snnlab.models.portable import owners, structure
from snnlab.views.curves import thinned
from snnlab.views.map import MapView
from snnlab.views.style import axis_label

from ..plain import Component, Plain
from .found_map import COARSE, Found, field_of, file_of, map_of, potential_of
from .map_knobs import APART, choice_of, frame_of, inside, label_of, measures_of, offered, turn, value_of
from .pane import Pane, Shown
from .ready_maps import READY

LARGEST = 1000  # points of a side that a hand may ask for
COLOURS = dict(zip(PATTERNS, MANY_KINDS, strict=False)) | {"silent": NOTHING}  # each pattern's own
TO = "_"  # in an address, between the ends of an axis
HINT = "a click goes there, a box looks closer"


class Hand(Component):
    """Menus of a map, and a hand in it: `args` are in map.js."""

    knobs = param.List([], doc="(name, label) of each knob")
    measures = param.List([], doc="(name, label) of each measure")
    chosen = param.List([], item_type=str, doc="measure, knob of x, knob of y")
    names = param.List([], doc="(name, colour) of each kind that there is")
    ready = param.List([], doc="(title, address, what to look for) of maps to begin with")
    most = param.Integer(0, doc="points of a side that can be asked for; 0: they are there")
    part = param.String(doc="how much of what was asked for is done")
    zoomed = param.Boolean(doc="whether a part of the usual ranges is shown")
    args = param.Dict({}, doc="plots, sources and knobs")
    done = param.Dict(
        {}, doc="what a hand did: {chosen}, {at} a point, {look} at one, {save} as, or {whole}; and how often"
    )
    file = param.Dict({}, doc="what was asked for: {name, type, data}")

    _bundle = "map.js"
    _by_hand = ("done", "file")


def span_of(axis: str, text: str) -> tuple[float, float]:
    """The ends of an axis as an address has them. Raises ValueError."""
    low, _, high = text.partition(TO)
    try:
        found = float(low), float(high)
    except ValueError:
        found = math.nan, math.nan
    check(f"{axis} of the map", text, lambda _: math.isfinite(found[0]) and found[0] < found[1] < math.inf, f"0.5{TO}2")
    return found


class MapPane(Pane):
    """A coarse map when the hand rests, and a fine one after it; grey while it is of another experiment."""

    key, title = "map", "Map of two knobs"
    slow = True

    def __init__(self, begin: Callable[[dict[str, float]], None]) -> None:
        super().__init__(begin)
        self.known: Found | None = None
        self.drawn: tuple = ()  # the map and the measure that are in the picture
        self.zoom: tuple[tuple[float, float], ...] = ()
        self.stopped = False  # whether a hand has stopped what it had asked for

    @property
    def more(self) -> dict[str, str]:
        return {axis: f"{low:g}{TO}{high:g}" for axis, (low, high) in zip("xy", self.zoom)}

    def take(self, more: Mapping[str, str]) -> None:
        self.zoom = tuple(span_of(axis, more.get(axis, "")) for axis in "xy") if more else ()

    def build(self) -> None:
        self.view, self.hand = MapView(), Hand(sizing_mode="stretch_width", margin=(0, 10), stylesheets=[SHEET])
        self.view.figure.on_event(RangesUpdate, self._zoomed)
        self.hand.param.watch(lambda event: self._done(event.new), "done")
        self.head.param.watch(lambda event: self._enlarge(), "large")
        self._enlarge()
        self.box[:] = [self.head, self.hand, Plain(self.view.figure), Plain(self.view.trace)]

    def _enlarge(self) -> None:
        """Where there is room for it, maps to begin with are offered."""
        self.hand.ready = [[one.title, one.address, one.look] for one in READY] if self.head.large else []

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
        dear = chosen[0] if chosen[0] not in MEASURES else ""  # what is computed only where it is shown
        form = [one for one in structure(experiment) if not (isinstance(one, tuple) and one[:1] in zip(chosen[1:]))]
        return repr((free, form, chosen[1:], spans, dear)), chosen, spans

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
            names = self._names(found) if measure == PATTERN else []
            self.view.feed(field_of(found, names))
            self.hand.names = names
        self.drawn = found.map, measure
        if self.shown is not None and not len(self.view.line.data["t"]) and "v" in (run := self.shown.drawn).data:
            self.view.draw(
                run.data["v"].t, run.data["v"].y, potential_of(found.experiment)
            )  # until a point is looked at
        marks = [found.knobs[knob] for knob in knobs]
        ids = {name: getattr(self.view, name).id for name in ("figure", "image", "here", "point", "line", "trace")}
        self.hand.param.update(
            knobs=[[name, label_of(found.experiment, name)] for name in offered(found.experiment, found.knobs)],
            measures=[[name, axis_label(name, ALL[name].unit)] for name in measures_of(found.experiment)],
            chosen=list(found.chosen),
            zoomed=bool(self.zoom),
            most=LARGEST if len(found.map.x.values) < LARGEST else 0,
            part="",
            args=ids
            | {
                "owner": self.owner,
                "knobs": knobs,
                "log": [axis.log for axis in (found.map.x, found.map.y)],
                "labels": [label_of(found.experiment, knob) for knob in knobs],
                "units": [mark.unit for mark in marks] + [ALL[measure].unit],
                "v": potential_of(found.experiment),
            },
        )
        self.looked()
        if not found.fine:
            number = self.live.asked  # of what is shown: something else may be asked for
            self.live.aside(lambda: found.finer(0, lambda: self.live.asked != number), self.feed, long=True)

    def _names(self, found: Found) -> list[list[str]]:
        """The patterns of a map, (name, colour), frequent ones first."""
        names, counts = np.unique(found.values, return_counts=True)
        return [[name, COLOURS.get(name, OTHERS)] for name in names[np.argsort(-counts, kind="stable")].tolist()]

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
        elif "more" in done:
            self._more(self.known, done["more"])
        elif "stop" in done:
            self.stopped, self.hand.part = True, ""
        elif "look" in done:
            self._look(self.known, done["look"])
        elif "save" in done:
            found, kind = self.known, done["save"]
            self.live.aside(lambda: file_of(found.finer().map, kind), lambda file: self.hand.param.update(file=file))

    def _more(self, found: Found, side: int) -> None:
        """Make a map of many points beside the page, which is told how far it is."""
        number, document, said, self.stopped = self.live.asked, self.live.document, [""], False

        def say() -> None:
            if self.live.asked == number and not self.stopped:
                self.hand.part = said[0]

        def progress(part: float) -> None:
            if (words := f"{part:.0%}") != said[0]:
                said[0] = words
                say() if document is None else document.add_next_tick_callback(say)

        def cancelled() -> bool:
            return self.stopped or self.live.asked != number

        self.hand.part = "0%"
        self.live.aside(lambda: found.finer(side, cancelled, progress), self.feed, long=True)

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
            result = one.job()()
            return thinned(result.recording.time, trace(result.recording, result.definition, result.p))

        self.live.aside(job, lambda line: self.view.draw(*line, potential_of(found.experiment)))


SHEET = coloured(files(__package__).joinpath("map.css").read_text())
