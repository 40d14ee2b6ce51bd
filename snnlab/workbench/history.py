"""Undo and redo, and the back and forward of a browser, over what an explorer has shown."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qsl

import param

from snnlab.models import Experiment, Preset

from .address import query_of
from .explorer import Explorer
from .held import Held
from .opening import opening
from .panes import Look
from .plain import Component

Named = tuple[Experiment | None, Preset | None]  # by an address
MOST = 100  # states that are kept
BESIDE = ("page", "layout", "file", "pin")  # what of an address stays as it is


class Step(NamedTuple):
    """A state of the controls and of what is made in panes, and the query that brings it back from elsewhere."""

    held: Held
    query: str
    made: dict[str, Look]


class History(Component):
    """*Undo* and *Redo* in the header of a page. What is shown when a hand rests is one state.

    `entries` counts what was chosen, a model, a preset or a stimulus: each is to be an entry of the browser's history.
    A state to which the browser goes back is shown as it was left; where this session has not shown it, `read(query)`
    gives its experiment or its preset, or raises ValueError.
    """

    past = param.Boolean(False, doc="whether there is something to undo")
    future = param.Boolean(False, doc="whether there is something to redo")
    asked = param.Dict({}, doc="what a hand asked for: {by: -1 or 1}, or {query} of the browser's history")

    _bundle = "history.js"
    _by_hand = ("asked",)

    def __init__(self, explorer: Explorer, read: Callable[[dict[str, str]], Named]) -> None:
        super().__init__(stylesheets=[SHEET], margin=0)
        self.explorer, self.sidebar, self.read = explorer, explorer.sidebar, read
        self.steps: list[Step] = []
        self.at = -1
        self.entries = 0
        self.choice: tuple | None = None
        self.param.watch(self._asked, "asked")

    def rest(self) -> str:
        """What is shown is a state, if it is another than before. Returns its query."""
        held, made = self.sidebar.held(), self.explorer.panes.made
        if not self.steps or (held.now, made) != (self.steps[self.at].held.now, self.steps[self.at].made):
            self.steps[self.at + 1 :] = [Step(held, query_of(held.experiment, held.preset), made)]
            del self.steps[:-MOST]
            self.at = len(self.steps) - 1
        if held.choice != self.choice:
            self.entries += self.choice is not None
            self.choice = held.choice
        self._tell()
        return self.steps[self.at].query

    def _tell(self) -> None:
        self.param.update(past=self.at > 0, future=self.at + 1 < len(self.steps))

    def _asked(self, event) -> None:
        if "by" in event.new:
            self._go(event.new["by"])
        else:
            self._open(event.new["query"])

    def _go(self, by: int) -> None:
        self.rest()  # what a hand did a moment ago is a state as well
        if 0 <= self.at + by < len(self.steps):
            before, self.at = self.steps[self.at], self.at + by
            if before.held.now != self.steps[self.at].held.now:
                self.sidebar.restore(self.steps[self.at].held)
            self.explorer.panes.make(self.steps[self.at].made)
            self._tell()

    def _open(self, query: str) -> None:
        wanted = _own(query)
        known = next((step.held for step in reversed(self.steps) if _own(step.query) == wanted), None)
        try:
            if known is not None:
                self.sidebar.restore(known)
            else:
                experiment, preset = self.read(dict(parse_qsl(query.lstrip("?"), keep_blank_values=True)))
                kinds = self.sidebar.kinds.values()
                self.explorer.load(*opening(preset=preset, experiment=experiment, kinds=kinds))
        except ValueError as error:
            self.explorer.trouble.say(str(error))
        self.choice = self.sidebar.held().choice  # the browser has its entry


def _own(query: str) -> dict[str, str]:
    """What of a query says which experiment it is."""
    return {name: value for name, value in parse_qsl(query.lstrip("?")) if name not in BESIDE}


SHEET = """
:host { flex: none; }
div { display: flex; gap: 2px; }
button {
  width: 32px; height: 32px; padding: 5px; border: 0; border-radius: 50%; background: none; color: white;
  cursor: pointer;
}
button:hover:enabled { background: rgba(255, 255, 255, 0.15); }
button:focus-visible { outline: 2px solid white; outline-offset: 1px; }
button:disabled { opacity: 0.4; cursor: default; }
svg { display: block; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; }
"""
