"""The short way from a knob to the plots: the run is done in the page, where a browser can do it."""

from functools import cache
from itertools import count
from typing import Any

import param
from panel.custom import JSComponent

from snnlab.engine.portable import RUNTIME
from snnlab.models import Experiment
from snnlab.models.portable import movable, portable_experiment, structure
from snnlab.views import Stack

from .scenes import Scene

MOST = 2_000_000  # neuron-steps: some tens of milliseconds


@cache
def source() -> str:
    """The module that runs kernels."""
    return RUNTIME.read_text()


class Here(JSComponent):
    """Not to be seen itself: where a hand moves a knob, the page runs the kernel of `recipe` and feeds the plots.

    `way` is what the page says of itself: while it is "page", it draws what a hand does.
    """

    owner = param.String(doc="name before those of the knobs")
    runtime = param.String(doc="source of the module that runs kernels")
    recipe = param.Dict({}, doc="run, and what is drawn of it")
    values = param.Dict({}, doc="values of knobs that no hand moved, and how often there were any")
    way = param.Selector(default="server", objects=["server", "page"], doc="who computes")

    _bundle = "live.js"
    _debounce = 0

    def __init__(self, owner: str) -> None:
        super().__init__(owner=owner, width=0, height=0, margin=0)
        self.structure: Any = None
        self.times = count(1)

    def knows(self, experiment: Experiment) -> bool:
        """Whether the page can run this experiment."""
        return self.structure is not None and self.structure == structure(experiment)

    def follow(self, experiment: Experiment, by_hand: bool = False) -> bool:
        """Whether the page can run what has become of an experiment; if not, the server draws until it is offered.

        What no hand did in the page, it is told.
        """
        known = self.knows(experiment)
        if known and not by_hand:
            self.values = {"number": next(self.times), "values": movable(experiment)}  # a hand may have come between
        elif not known and self.structure is not None:
            self.structure = None
            self.param.update(recipe={}, way="server")
        return known

    def offer(self, experiment: Experiment, scene: Scene, stack: Stack) -> tuple[Any, dict[str, Any]]:
        """The structure of an experiment, and its recipe, {} where no page can run it: touches no widget."""
        try:
            run = portable_experiment(experiment)
        except ValueError:
            return None, {}
        if run.about["steps"] * run.about["neurons"] > MOST:
            return None, {}
        drawing = scene.drawing(experiment, run.about, stack.rows.values(), stack.name)
        return structure(experiment), {"run": run.to_data(), "most": MOST, "drawing": drawing}

    def take(self, offered: tuple[Any, dict[str, Any]]) -> None:
        """Give the page what was offered."""
        self.structure, recipe = offered
        self.runtime = source()  # first: it runs the recipe
        self.recipe = recipe
