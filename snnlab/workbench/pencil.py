"""A current that a hand draws in the plot of the stimulus, and its points as fields, for whoever has no mouse."""

from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import param

from snnlab.core import Quantity
from snnlab.core.palette import CURRENT
from snnlab.models import Experiment, Stimulus
from snnlab.models.knobs import Knob
from snnlab.models.stimuli.quantities import Time
from snnlab.models.stimuli.sources import POINTS, TICKS

from .controls import in_unit, typed
from .drawer import Drawer

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


class Pencil(Drawer):
    """Draws the points of a stimulus by strokes."""

    color = param.String(CURRENT, doc="of what is drawn")
    unit = param.String(doc="of values")
    low = param.Number(doc="least current that a hand draws")
    high = param.Number(doc="greatest current that a hand draws")
    gain = param.Number(1.0, doc="what is drawn is that times the value of a point, and the offset")
    offset = param.Number(0.0, doc="added current")
    lasting = param.Boolean(doc="whether a value lasts until the next point")

    _bundle = "pencil.js"

    @classmethod
    def of(cls, stimulus: Stimulus) -> "Pencil":
        """One for a stimulus that is part of another."""
        found = cls()
        found.hold(stimulus)
        return found

    @property
    def _current(self) -> Quantity:
        return self.stimulus.annotation("offset")

    def _look(self) -> dict[str, Any]:
        current, values = self._current, self.stimulus.values()
        return {
            "unit": "" if current.unit == "1" else current.unit,
            "low": current.low,
            "high": current.high,
            "gain": values["gain"],
            "offset": values["offset"],
            "lasting": values["between"] == "hold",
        }

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
