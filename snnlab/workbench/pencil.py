"""A current that a hand draws in the plot of the stimulus, and its points as fields, for whoever has no mouse."""

from contextlib import suppress
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from typing import Any

import param

from snnlab.core import Quantity
from snnlab.core.palette import CURRENT, coloured
from snnlab.models import Experiment, Stimulus
from snnlab.models.knobs import Knob
from snnlab.models.stimuli.quantities import Time
from snnlab.models.stimuli.sources import POINTS, TICKS

from .controls import in_unit, typed
from .plain import Component

SHEET = coloured(files(__package__).joinpath("pencil.css").read_text())
TWICE = "two points are at {time:g} ms: give each a time of its own"


def is_drawn(stimulus: Stimulus) -> bool:
    """Whether it has points, so that a hand may draw it."""
    return stimulus.kind.source is POINTS


def table_of(experiment: Experiment) -> dict[str, Any] | None:
    """How what a hand draws gives an input in each step of the run: `Table`, or `Trains`, of points.js."""
    stimulus, run = experiment.stimulus, experiment.settings
    if stimulus.kind.source is TICKS:
        return {"trains": ["spikes", "current"], "dt": run.dt}
    if not is_drawn(stimulus):
        return None
    values, cuts = stimulus.values(), round(run.dt / experiment.model.dt(run))
    more = {"hold": values["between"] == "hold", "dt": run.dt, "cuts": cuts}
    return {"gain": values["gain"], "offset": values["offset"]} | more


class Pencil(Component):
    """Draws the points of a stimulus in the plot that is called `plot`; without one, they are fields alone.

    `drawn` is what a hand does, with a number that counts it: {"number", "points"}, numbers of a stroke or texts that
    were typed; `told` the points that there are, with the number of what was heard last. While it is drawn, the page
    runs with what is there so far, where it can: `points.js`.
    """

    owner = param.String(doc="name before those of the knobs")
    plot = param.String(doc="name of the plot in which a hand draws")
    color = param.String(CURRENT, doc="of what is drawn")
    unit = param.String(doc="of values")
    low = param.Number(doc="least current that a hand draws")
    high = param.Number(doc="greatest current that a hand draws")
    gain = param.Number(1.0, doc="what is drawn is that times the value of a point, and the offset")
    offset = param.Number(0.0, doc="added current")
    lasting = param.Boolean(doc="whether a value lasts until the next point")
    told = param.Dict({}, doc="points, and the number of the last change by hand that was heard of")
    message = param.String(doc="reason why what was typed is not taken")
    drawn = param.Dict({}, doc="last change by hand")

    _bundle = "pencil.js"
    _by_hand = ("drawn",)

    def __init__(self, owner: str = "") -> None:
        look = {"sizing_mode": "stretch_width", "margin": 0, "stylesheets": [SHEET]}
        super().__init__(owner=owner, told={"number": 0, "points": []}, **look)
        self.number = 0
        self.stimulus: Stimulus | None = None
        self.heard: Any = None
        self.param.watch(lambda event: self._taken(**event.new), "drawn")

    @classmethod
    def of(cls, stimulus: Stimulus) -> "Pencil":
        """One for a stimulus that is part of another."""
        found = cls()
        found.hold(stimulus)
        return found

    def hold(self, stimulus: Stimulus) -> None:
        """Show the points of this stimulus, now and when they become others."""
        if stimulus is not self.stimulus:
            if self.stimulus is not None:
                self.stimulus.param.unwatch(self.heard)
            self.stimulus = stimulus
            self.heard = stimulus.param.watch(lambda *events: self._follow(), ["source", *stimulus.shown.values()])
        self._follow()

    @property
    def _current(self) -> Quantity:
        return self.stimulus.annotation("offset")

    def _follow(self) -> None:
        current, values = self._current, self.stimulus.values()
        self.param.update(
            unit="" if current.unit == "1" else current.unit,
            low=current.low,
            high=current.high,
            gain=values["gain"],
            offset=values["offset"],
            lasting=values["between"] == "hold",
            message="",
        )
        self._tell()

    def _tell(self) -> None:
        self.told = {"number": self.number, "points": [list(point) for point in self.stimulus.source]}

    def _taken(self, number: int, points: list) -> None:
        """What a hand drew or typed; one that is refused gives way to what runs, with the reason."""
        self.number = number
        try:
            self.stimulus.source = self._read(points)
        except ValueError as error:
            self.message = str(error)
            self._tell()

    def _read(self, points: list) -> list[tuple[float, float]]:
        """Points by their times. Raises ValueError."""
        value = replace(self._current, doc="current at a point", name="")
        when, what = _knob("time", Time("time of a point")), _knob("value", value)
        there = {x for point in self.stimulus.source for x in point}  # which may be further out than a hand goes
        found = sorted((_number(when, time, there), _number(what, one, there)) for time, one in points)
        for (one, _), (other, _) in pairwise(found):
            if one == other:
                raise ValueError(TWICE.format(time=one))
        return found


def _knob(name: str, mark: Quantity) -> Knob:
    knob = Knob(mark, 0.0)
    knob.name = name
    return knob


def _number(knob: Knob, given: Any, there: set[float]) -> float:
    """What was typed or drawn, or is there already. Raises ValueError."""
    with suppress(ValueError):
        if float(given) in there:
            return float(given)
    return typed(knob, in_unit(str(given), knob.unit))
