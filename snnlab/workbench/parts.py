"""The parts of a stimulus that is made of several: their knobs, and how one is added or taken away."""

from collections.abc import Callable
from html import escape
from importlib.resources import files

import param

from snnlab.core.palette import coloured
from snnlab.models import KINDS, Stimulus, stimuli_of
from snnlab.models.stimuli.compounds import PARTS, leaves
from snnlab.models.stimuli.sources import POINTS

from .controls import Group
from .pencil import Pencil, is_drawn
from .plain import Column, Component
from .words import SMALL, Words

SHEET = coloured(files(__package__).joinpath("parts.css").read_text())


class PartHead(Component):
    """The head of a part, with a button that takes it away; `removed` counts how often it was pressed."""

    title = param.String(doc="what the part is")
    alone = param.Boolean(doc="it cannot be taken away by itself")
    removed = param.Integer(0, doc="how often it was taken away")

    _bundle = "part_head.js"
    _by_hand = ("removed",)


class Adder(Component):
    """A menu of what can be added."""

    options = param.List([], doc="(name, title) of each")
    chosen = param.Dict({}, doc="{name} of the last choice, and how many there were")

    _bundle = "adder.js"
    _by_hand = ("chosen",)


class StimulusParts:
    """In `box`, under the knobs of a stimulus, those of its parts, and a menu that adds one, where `sums` are allowed.

    `changed(*events)` hears of every knob; `owner(k)` is what those of part k belong to in the page. `show(stimulus)`
    is called with the stimulus that a hand has made.
    """

    def __init__(
        self,
        changed: Callable[..., None],
        owner: Callable[[int], str],
        show: Callable[[Stimulus], None],
        sums: bool,
    ) -> None:
        self.changed, self.owner, self.show, self.sums = changed, owner, show, sums
        self.box = Column(sizing_mode="stretch_width", margin=0)
        self.adder = Adder(sizing_mode="stretch_width", margin=0, stylesheets=[SHEET])
        self.adder.param.watch(lambda event: self._add(event.new["name"]), "chosen")
        self.stimulus: Stimulus | None = None
        self.pencils: list[Pencil] = []

    def hold(self, stimulus: Stimulus, first: Stimulus | None) -> None:
        """Show the parts of this stimulus; a reset of a knob leads to its value in `first`."""
        self.stimulus = stimulus
        firsts, boxes = leaves(first) if first is not None else [], []
        self.pencils = []
        if (source := stimulus.kind.source) is not None and (words := source.words(stimulus.source)):
            boxes.append(Words(SMALL, margin=(0, 10), html=escape(words)))
        for k, part in enumerate(leaves(stimulus) if stimulus.parts else ()):
            group = Group(self.changed, owner=self.owner(k))
            group.hold(part, usual=firsts[k] if k < len(firsts) else None)
            drawn = [Pencil.of(part)] if is_drawn(part) else []
            self.pencils += drawn
            boxes += [self._head(part), *drawn, group.box]
        if self.sums:
            fit = stimuli_of(stimulus.drives)
            offered = (one for one in KINDS if one.source is None or one.source is POINTS)
            self.adder.options = [[one.name, one.title] for one in offered if one.name in fit]
            boxes.append(self.adder)
        self.box[:] = boxes

    def _head(self, part: Stimulus) -> PartHead:
        alone = self.stimulus.kind.source != PARTS or not any(part is one for one in self.stimulus.parts)
        head = PartHead(title=part.kind.title, alone=alone, sizing_mode="stretch_width", margin=0, stylesheets=[SHEET])
        head.param.watch(lambda event: self._remove(part), "removed")
        return head

    def _add(self, name: str) -> None:
        self.show(self.stimulus.copy() + stimuli_of(self.stimulus.drives)[name]())

    def _remove(self, part: Stimulus) -> None:
        first, *others = [one.copy() for one in self.stimulus.parts if one is not part]
        self.show(sum(others, first))
