"""Two trains of spikes that a hand sets by clicks in their plot, and their times as fields for who has no mouse."""

from importlib.resources import files
from typing import Any

import param

from snnlab.core import short
from snnlab.core.palette import coloured
from snnlab.models import Stimulus
from snnlab.models.knobs import Knob
from snnlab.models.stimuli.quantities import Time
from snnlab.models.stimuli.sources import TICKS

from .controls import typed
from .plain import Component

SHEET = coloured(files(__package__).joinpath("pencil.css").read_text())
TIME = Knob(Time("time of a spike"), 0.0)
TIME.name = "time"


def is_ticked(stimulus: Stimulus) -> bool:
    """Whether it has spikes on two lines, so that a hand may set them."""
    return stimulus.kind.source is TICKS


class Ticks(Component):
    """Sets spikes in the plot that is called `plot`, a row for each line; without one, they are fields alone.

    `drawn` is what a hand does, with a number that counts it: {"number", "ticks"}, times and lines, or texts of times
    that were typed; `told` the spikes that there are, with the number of what was heard last. Meanwhile the page runs
    with what is there, where it can: `points.js`.
    """

    owner = param.String(doc="name before those of the knobs")
    plot = param.String(doc="name of the plot in which a hand sets spikes")
    told = param.Dict({}, doc="spikes, and the number of the last change by hand that was heard of")
    message = param.String(doc="reason why what was typed is not taken")
    drawn = param.Dict({}, doc="last change by hand")

    _bundle = "ticks.js"
    _by_hand = ("drawn",)

    def __init__(self, owner: str = "") -> None:
        look = {"sizing_mode": "stretch_width", "margin": 0, "stylesheets": [SHEET]}
        super().__init__(owner=owner, told={"number": 0, "ticks": []}, **look)
        self.number = 0
        self.stimulus: Stimulus | None = None
        self.heard: Any = None
        self.param.watch(lambda event: self._taken(**event.new), "drawn")

    def hold(self, stimulus: Stimulus) -> None:
        """Show the spikes of this stimulus, now and when they become others."""
        if stimulus is not self.stimulus:
            if self.stimulus is not None:
                self.stimulus.param.unwatch(self.heard)
            self.stimulus = stimulus
            self.heard = stimulus.param.watch(lambda *events: self._follow(), ["source"])
        self._follow()

    def _follow(self) -> None:
        self.message = ""
        self._tell()

    def _tell(self) -> None:
        self.told = {"number": self.number, "ticks": [list(one) for one in self.stimulus.source]}

    def _taken(self, number: int, ticks: list) -> None:
        """What a hand set or typed; one that is refused gives way to what runs, with the reason."""
        self.number = number
        try:
            self.stimulus.source = self._read(ticks)
        except ValueError as error:
            self.message = str(error)
            self._tell()

    def _read(self, ticks: list) -> list[tuple[float, float]]:
        """Spikes of rows (time, line), or of a text with the times on each line. Raises ValueError."""
        found = []
        for k, one in enumerate(ticks):
            if isinstance(one, str):
                words = one.replace(",", " ").replace(";", " ").split()
                found += [(self._time(word), float(k)) for word in words]
            else:
                found.append((self._time(one[0]), float(one[1])))
        return found

    @staticmethod
    def _time(given: Any) -> float:
        try:
            return typed(TIME, str(given))
        except ValueError as error:
            raise ValueError(f"times are numbers with commas between: {short(str(given))} is none; {error}") from error
