"""What stands beside the plots over time: panes and parts of the page that can be shown and put away, by layouts."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import NamedTuple

import panel as pn
import param

from snnlab.core.palette import coloured
from snnlab.models import Sweep

from ..live import served_document
from ..plain import Column, Component
from .average import AveragePane
from .bifurcation import BifurcationPane
from .correlations import CorrelationPane
from .error import ErrorPane
from .histogram import HistogramPane
from .impedance import ImpedancePane
from .intervals import IntervalPane
from .pane import Pane, Shown
from .plane import PhasePane
from .rates import RatePane
from .returns import ReturnPane
from .sweeps import SweepPane

PANES: dict[str, tuple[type[Pane], ...]] = {
    "neuron": (
        SweepPane,
        PhasePane,
        RatePane,
        BifurcationPane,
        IntervalPane,
        ReturnPane,
        HistogramPane,
        CorrelationPane,
        AveragePane,
        ImpedancePane,
        ErrorPane,
    ),
}  # of families
PARTS = {"numbers": "Numbers", "equations": "Equations"}  # of the page itself
SHEET = coloured(files(__package__).joinpath("layouts.css").read_text())


class Layout(NamedTuple):
    """A choice of what is shown: its title, what it is good for, the keys of panes and parts."""

    title: str
    doc: str
    shown: tuple[str, ...]


LAYOUTS = {
    "lecture": Layout("Lecture", "traces over the whole width", ()),
    "plane": Layout("Plane", "phase plane and f-I curve beside the traces", ("sweeps", "phase", "rates", *PARTS)),
    "measure": Layout("Measure", "intervals and numbers, equations large", ("sweeps", "rates", "isi", *PARTS)),
}
BOX = ":host { min-width: 0; } @media (min-width: 1500px) { :host(.plane), :host(.own) { flex: 1 1 0 !important; } }"
USUAL, OWN = "plane", "own"


def layout_of(text: str) -> tuple[str, ...]:
    """What an address shows: a layout by its name, or keys with commas between. Raises ValueError for other words."""
    if text in LAYOUTS:
        return LAYOUTS[text].shown
    keys = tuple(text.split(","))
    known = {kind.key: kind.title for kinds in PANES.values() for kind in kinds} | PARTS
    if wrong := [key for key in keys if key not in known]:
        titles = ", ".join(f"{key} ({title})" for key, title in known.items())
        raise ValueError(f"There is no layout {wrong[0][:40]!r}: give {', '.join(LAYOUTS)}, or some of {titles}.")
    return keys


class LayoutMenu(Component):
    """The menu of a page's header: layouts to choose from, and what to show."""

    layouts = param.List([], doc="(name, title, doc) of each")
    parts = param.List([], doc="(key, title) of what can be shown")
    shown = param.List([], item_type=str, doc="keys of what is shown")
    layout = param.String(doc="name of the layout that this is")
    chosen = param.Dict({}, doc="what a hand did: {layout} or {shown}")

    _bundle = "layouts.js"
    _by_hand = ("chosen",)


class Panes:
    """What stands beside the plots: `panes` of a family in `box`, and `parts` of the page (key -> what is hidden).

    `arrange(layout)` is called with the name of the layout, "own" where it is none and has panes, and `changed()` after
    a hand has chosen; `begin(values)` with the state in which a run is to begin. `owner` is that of the page's knobs,
    `choose(sweep)` drives the model with another sweep.
    """

    def __init__(
        self,
        family: str,
        parts: Mapping[str, pn.viewable.Viewable],
        arrange: Callable[[str], None],
        begin: Callable[[dict[str, float]], None],
        owner: str = "",
        choose: Callable[[Sweep], None] = lambda sweep: None,
    ) -> None:
        self.parts, self.arrange, self.begin, self.owner, self.choose = parts, arrange, begin, owner, choose
        self.changed: Callable[[], None] = lambda: None
        self.kinds = {kind.key: kind for kind in PANES.get(family, ())}
        self.panes: dict[str, Pane] = {}  # those that have been shown
        self.box = Column(sizing_mode="stretch_width", margin=0, stylesheets=[BOX])
        self.run: Shown | None = None
        self.shown: tuple[str, ...] = ()
        self.seen: list[Pane] = []
        self.waits = self.there = False  # for the page to be there, and whether it is
        self.menu: LayoutMenu | None = None
        self.show(LAYOUTS[USUAL].shown if self.kinds and served_document() else tuple(parts))

    @property
    def layout(self) -> str:
        """The name of the present layout, "own" where it is none of them, "" where there is nothing to choose."""
        if not self.kinds:
            return ""
        same = [name for name, layout in LAYOUTS.items() if set(layout.shown) == set(self.shown)]
        return same[0] if same else OWN

    @property
    def query(self) -> str:
        """What brings it back by `layout_of`; "" for the usual one."""
        return {USUAL: "", OWN: ",".join(self.shown)}.get(self.layout, self.layout)

    def choice(self) -> LayoutMenu:
        """The menu of a page's header."""
        titles = {key: kind.title for key, kind in self.kinds.items()} | {key: PARTS[key] for key in self.parts}
        self.menu = LayoutMenu(
            layouts=[[name, layout.title, layout.doc] for name, layout in LAYOUTS.items()],
            parts=[[key, title] for key, title in titles.items()],
            shown=list(self.shown),
            layout=self.layout,
            stylesheets=[SHEET],
            margin=(0, 8, 0, 0),
        )
        self.menu.param.watch(self._picked, "chosen")
        return self.menu

    def show(self, keys: tuple[str, ...]) -> None:
        """Show these panes and parts, and no others."""
        self.shown = tuple(key for key in (*self.kinds, *self.parts) if key in keys)
        for key, part in self.parts.items():
            part.visible = key in self.shown
        for key in (key for key in self.kinds if key in keys and key not in self.panes):
            self.panes[key] = self.kinds[key](self._hide, self.begin)
            self.panes[key].owner, self.panes[key].choose = self.owner, self.choose
        for key, pane in self.panes.items():
            pane.box.visible = key in self.shown and self._suits(pane)
        self.seen = [self.panes[key] for key in self.shown if key in self.panes]
        layout = "" if self.layout == OWN and not self.seen else self.layout  # words alone need no room
        self.box.css_classes = [layout] if layout else []
        self.arrange(layout)
        if self.menu is not None:
            self.menu.param.update(shown=list(self.shown), layout=self.layout)

    # -- what the explorer says ---------------------------------------------------------------------------------------

    def follow(self, run: Shown) -> None:
        """Another run is drawn."""
        self.run = run
        for pane in self.seen:
            if len(pane.box):
                pane.follow(run)

    def rest(self) -> None:
        """The hand rests: what is to be seen is made, and shows this run; models that come before a page is there, it
        would not know."""
        if served_document() and not (self.there or pn.state.loaded):
            if not self.waits:
                pn.state.onload(self._arrived)
            self.waits = True
            return
        self._build()
        for pane in self.seen:
            pane.box.visible = self._suits(pane)
            if self.run is not None and pane.box.visible and (pane.shown is not self.run or not len(pane.box)):
                pane.rest(self.run)

    def _suits(self, pane: Pane) -> bool:
        return self.run is None or pane.suits(self.run)

    def _build(self) -> None:
        """Make what is to be seen for the first time, all of it at once: a part that is there already, and is laid out
        anew while another is on its way, fails in the page."""
        if self.run is None or not (missing := [pane for pane in self.seen if not len(pane.box) and self._suits(pane)]):
            return
        for pane in missing:
            pane.build()
        made = [self.panes[key] for key in self.kinds if key in self.panes]  # in the order of the menu
        self.box[:] = [pane.box for pane in made if len(pane.box)]

    def _arrived(self) -> None:
        self.there = True  # the library says so only when all that waited for it is done
        self.rest()

    # -- what a person chooses ----------------------------------------------------------------------------------------

    def _picked(self, event) -> None:
        given = event.new
        self._choose(LAYOUTS[given["layout"]].shown if "layout" in given else tuple(given["shown"]))

    def _hide(self, pane: Pane) -> None:
        self._choose(tuple(key for key in self.shown if key != pane.key))

    def _choose(self, keys: tuple[str, ...]) -> None:
        with pn.io.hold():
            self.show(keys)
            self.rest()
        self.changed()
