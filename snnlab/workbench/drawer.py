"""What a hand draws in a plot: how the page says so, and what is told to it of the points that there are."""

from importlib.resources import files
from typing import Any

import param

from snnlab.core.palette import coloured
from snnlab.models import Stimulus

from .plain import Component

SHEET = coloured(files(__package__).joinpath("pencil.css").read_text())


class Drawer(Component):
    """Abstract: changes the points of a stimulus in the plot that is called `plot`; without one, as fields alone.

    `drawn` is what a hand does, with a number that counts it: {"number", "points"}, numbers or texts that were typed;
    `told` the points that there are, with the number of what was heard last. Meanwhile the page runs with what is there
    so far, where it can: `points.js`.
    """

    owner = param.String(doc="name before those of the knobs")
    plot = param.String(doc="name of the plot in which a hand draws")
    told = param.Dict({}, doc="points, and the number of the last change by hand that was heard of")
    message = param.String(doc="reason why what was typed is not taken")
    drawn = param.Dict({}, doc="last change by hand")

    _by_hand = ("drawn",)

    __abstract = True

    def __init__(self, owner: str = "") -> None:
        look = {"sizing_mode": "stretch_width", "margin": 0, "stylesheets": [SHEET]}
        super().__init__(owner=owner, told={"number": 0, "points": []}, **look)
        self.number = 0
        self.stimulus: Stimulus | None = None
        self.heard: Any = None
        self.param.watch(lambda event: self._taken(**event.new), "drawn")

    def hold(self, stimulus: Stimulus) -> None:
        """Show the points of this stimulus, now and when they become others."""
        if stimulus is not self.stimulus:
            if self.stimulus is not None:
                self.stimulus.param.unwatch(self.heard)
            self.stimulus = stimulus
            self.heard = stimulus.param.watch(lambda *events: self._follow(), ["source", *stimulus.shown.values()])
        self._follow()

    def _follow(self) -> None:
        self.param.update(message="", **self._look())
        self._tell()

    def _look(self) -> dict[str, Any]:
        """What the stimulus says of how it is drawn."""
        return {}

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
        """Points of numbers or texts. Raises ValueError."""
        raise NotImplementedError
