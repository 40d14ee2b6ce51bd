"""What stands beside the plots over time: panes and parts of the page that can be shown and put away, by layouts."""

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import quote, unquote

import panel as pn

from snnlab.core.palette import coloured
from snnlab.models import Sweep

from ..live import after_loading, served_document
from ..plain import Column
from ..rush import RUSH
from ..words import SMALL, Words
from .average import AveragePane
from .bifurcation import BifurcationPane
from .clamp import ClampPane
from .correlations import CorrelationPane
from .currents import CurrentPane
from .encoders import ENCODER_PANES
from .error import ErrorPane
from .gradient import GradientPane, LayerPane, SurrogateGradientPane, SurrogateLayerPane
from .histogram import HistogramPane
from .impedance import ImpedancePane
from .intervals import IntervalPane
from .map import MapPane
from .menu import LayoutMenu
from .networks import NETWORK_PANES
from .pane import Pane, Shown
from .plane import PhasePane
from .protocols import ProtocolPane
from .rates import RatePane
from .returns import ReturnPane
from .shared_noise import SharedNoisePane
from .slopes import SlopePane
from .steady import SteadyPane
from .sweeps import SweepPane
from .training import LandscapePane, LearningPane

PANES: dict[str, tuple[type[Pane], ...]] = {
    "neuron": (
        SweepPane,
        ClampPane,
        PhasePane,
        RatePane,
        BifurcationPane,
        MapPane,
        CurrentPane,
        IntervalPane,
        ReturnPane,
        HistogramPane,
        CorrelationPane,
        AveragePane,
        ImpedancePane,
        SharedNoisePane,
        ErrorPane,
        GradientPane,
        LayerPane,
    ),
    "surrogate": (
        SlopePane,
        LearningPane,
        LandscapePane,
        SurrogateGradientPane,
        SurrogateLayerPane,
    ),
    "network": NETWORK_PANES,
    "plasticity": (ProtocolPane, SteadyPane),
    "encoder": ENCODER_PANES,
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
    "plane": Layout(
        "Plane",
        "phase plane and f-I curve beside the traces",
        ("sweeps", "clamp", "phase", "rates", *PARTS),
    ),
    "measure": Layout("Measure", "intervals and numbers, equations large", ("sweeps", "clamp", "rates", "isi", *PARTS)),
}
READ = ("tuning", "penalty", "reached")  # of a network that is read out
OF_FAMILIES = {
    "network": {
        "lecture": LAYOUTS["lecture"],
        "plane": Layout(
            "Plane", "regimes, learning and spectrum", ("regimes", "packets", "weights", *READ, "spectrum", *PARTS)
        ),
        "measure": Layout(
            "Measure",
            "all spikes, neurons and numbers",
            ("raster", "packets", "weights", "reached", "variability", "isi", *PARTS),
        ),
    },
    "surrogate": {
        "lecture": LAYOUTS["lecture"],
        "plane": Layout("Plane", "slopes, and a neuron that learns", ("slopes", "learning", "through", *PARTS)),
    },
    "plasticity": {
        "lecture": LAYOUTS["lecture"],
        "plane": Layout("Plane", "protocols, or responses against rate", ("protocols", "steady", *PARTS)),
    },
    "encoder": {
        "lecture": LAYOUTS["lecture"],
        "plane": Layout("Plane", "tuning curves, and counts beside their law", ("tuning", "counts", *PARTS)),
        "measure": Layout("Measure", "error and information of what is decoded", ("decoding", *PARTS)),
        "picture": Layout("Picture", "a small picture as spikes, and decoded", ("picture", *PARTS)),
    },
}  # that are others than those of neurons
BOX = ":host { min-width: 0; } @media (min-width: 1500px) { :host(.plane), :host(.own) { flex: 1 1 0 !important; } }"
USUAL, OWN = "plane", "own"
OF, LARGE = ":", "!"  # in an address, before what of a menu is shown and before what else is, and after what is large
MARKS = f",{OF}{LARGE}/="  # that stay as they are
MARK = re.compile(f"[,{OF}{LARGE}%]")  # in what is shown


class Look(NamedTuple):
    """How a pane is shown: what of its menu, "" for the first, whether it is large, and what else it says of itself."""

    choice: str = ""
    large: bool = False
    more: Mapping[str, str] = {}


def layouts_of(family: str) -> dict[str, Layout]:
    """The layouts of a family by their names."""
    return OF_FAMILIES.get(family, LAYOUTS)


def layout_of(text: str, family: str = "neuron") -> dict[str, Look]:
    """What an address shows of a family: a layout by its name, or keys in their order with commas between.

    After a key come a colon and what of the pane's menu, more colons and what else is not usual, and an exclamation
    mark where it is large: `phase!,rates:log,landscape:Adam:rate=0.1`.
    Raises ValueError for other words.
    """
    if text in (layouts := layouts_of(family)):
        return dict.fromkeys(layouts[text].shown, Look())
    shown = {}
    for word in text.split(","):
        told, large, _ = word.partition(LARGE)
        key, *parts = map(unquote, told.split(OF))
        choice, *more = parts or [""]
        shown[key] = Look(choice, bool(large), dict(one.partition("=")[::2] for one in more))
    known = {kind.key: kind.title for kinds in PANES.values() for kind in kinds} | PARTS
    if wrong := [key for key in shown if key not in known]:
        titles = ", ".join(f"{key} ({title})" for key, title in known.items())
        raise ValueError(f"There is no layout {wrong[0][:40]!r}: give {', '.join(layouts)}, or some of {titles}.")
    return shown


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
        self.kinds, self.layouts = {kind.key: kind for kind in PANES.get(family, ())}, layouts_of(family)
        self.panes: dict[str, Pane] = {}  # those that have been shown
        self.box = Column(sizing_mode="stretch_width", margin=0, stylesheets=[BOX])
        self.words = Words(SMALL + BOX, margin=(6, 10))  # where none of them has anything of the run
        self.words.object.visible = False  # empty, it would take the width of the panes
        self.run: Shown | None = None
        self.shown: tuple[str, ...] = ()
        self.told = ""  # the query of what is shown
        self.seen: list[Pane] = []
        self.waits = self.there = False  # for the page to be there, and whether it is
        self.menu: LayoutMenu | None = None
        self.show(self.layouts[USUAL].shown if self.kinds and served_document() else tuple(parts))

    @property
    def layout(self) -> str:
        """The name of the present layout, "own" where it is none of them, "" where there is nothing to choose."""
        if not self.kinds:
            return ""
        same = [name for name, layout in self.layouts.items() if set(layout.shown) == set(self.shown)]
        return same[0] if same else OWN

    @property
    def query(self) -> str:
        """What brings it back by `layout_of`; "" for the usual one."""
        shown = tuple(self._word(key) for key in self.shown)
        if not self.kinds or shown == self.layouts[USUAL].shown:
            return ""
        return next((name for name, layout in self.layouts.items() if layout.shown == shown), ",".join(shown))

    def _word(self, key: str) -> str:
        if key not in self.panes:
            return key
        head, more = self.panes[key].head, self.panes[key].more
        usual = not head.value or head.value in head.options[:1]
        parts = [*([] if usual and not more else ["" if usual else head.value]), *map("=".join, more.items())]
        said = "".join(OF + MARK.sub(lambda found: quote(found[0], safe=""), part) for part in parts)
        return key + said + LARGE * head.large

    def choice(self) -> LayoutMenu:
        """The menu of a page's header."""
        titles = {key: kind.title for key, kind in self.kinds.items()} | {key: PARTS[key] for key in self.parts}
        self.menu = LayoutMenu(
            layouts=[[name, layout.title, layout.doc] for name, layout in self.layouts.items()],
            parts=[[key, title] for key, title in titles.items()],
            shown=list(self.shown),
            layout=self.layout,
            stylesheets=[SHEET],
            margin=(0, 8, 0, 0),
        )
        self.menu.param.watch(self._picked, "chosen")
        return self.menu

    def open(self, looks: Mapping[str, Look]) -> None:
        """Show what an address names, as it says."""
        self.show(tuple(looks))
        for key in set(looks) & set(self.panes):
            head, look = self.panes[key].head, looks[key]
            self.panes[key].take(look.more)
            head.param.update(value=look.choice or head.value, large=look.large)

    @property
    def made(self) -> dict[str, Look]:
        """What a hand has made in panes, by their keys."""
        kept = {key: pane for key, pane in self.panes.items() if pane.makes}
        return {key: Look(pane.head.value, more=pane.more) for key, pane in kept.items()}

    def make(self, looks: Mapping[str, Look]) -> None:
        """Show what a hand had made: see `made`."""
        for key, look in looks.items():
            pane = self.panes[key]
            if (pane.head.value, pane.more) != (look.choice, look.more):
                pane.take(look.more)
                if pane.head.value == look.choice:
                    pane.again()
                pane.head.value = look.choice
        self._looked()

    def show(self, keys: tuple[str, ...]) -> None:
        """Show these panes in their order, and these parts, and no others."""
        self.shown = (*(key for key in keys if key in self.kinds), *(key for key in self.parts if key in keys))
        for key, part in self.parts.items():
            part.visible = key in self.shown
        for key in (key for key in self.shown if key in self.kinds and key not in self.panes):
            self.panes[key] = self._made(key)
        self._put_in_order()
        self.seen = [self.panes[key] for key in self.shown if key in self.panes]
        self._mark()
        layout = "" if self.layout == OWN and not self.seen else self.layout  # words alone need no room
        self.box.css_classes = self.words.object.css_classes = [layout] if layout else []
        self.arrange(layout)
        if self.menu is not None:
            self.menu.param.update(shown=list(self.shown), layout=self.layout)
        self.told = self.query

    def _made(self, key: str) -> Pane:
        pane = self.kinds[key](self.begin)
        pane.owner, pane.choose, pane.looked = self.owner, self.choose, self._looked
        pane.head.param.watch(lambda event: self._choose(self._others(key)), "hidden")
        pane.head.param.watch(lambda event: self._choose((key, *self._others(key))), "moved")
        pane.head.param.watch(self._looked, ["value", "large"])
        return pane

    def _put_in_order(self) -> None:
        """Panes stand in the order in which they are shown; those that are put away stay."""
        wanted = [box for key in self.shown if key in self.panes and (box := self.panes[key].box) in self.box]
        if wanted != [box for box in self.box if box in wanted]:
            self.box[:] = wanted + [box for box in self.box if box not in wanted]

    # -- what the explorer says ---------------------------------------------------------------------------------------

    def follow(self, run: Shown) -> None:
        """Another run is drawn; panes that had nothing of it at the last rest have nothing yet."""
        before, self.run = self.run, run
        if before is None or before.drawn.result.definition is not run.drawn.result.definition:
            self._mark()  # of another neuron, or under another clamp
        for pane in self.seen:
            if len(pane.box) and pane.box.visible:
                pane.follow(run)

    def rest(self) -> None:
        """The hand rests: what is to be seen is made, and shows this run; models that come before a page is there, it
        would not know."""
        if served_document() and not self.there:
            if not self.waits:
                after_loading(lambda: RUSH.after(self._arrived))
            self.waits = True
            return
        self._build()
        self._mark()
        for pane in self.seen:
            if self.run is not None and pane.box.visible and (pane.shown is not self.run or not len(pane.box)):
                pane.rest(self.run)

    @property
    def _commanded(self) -> bool:
        """Whether the neuron of the run is under voltage clamp."""
        return self.run is not None and getattr(self.run.drawn.result.definition, "imposed", None) is not None

    def _suits(self, pane: Pane) -> bool:
        return self.run is None or (self._commanded == pane.commanded and pane.suits(self.run))

    def _mark(self) -> None:
        """Those of what is to be seen are visible that suit the run, and one of these is the first."""
        there = [pane for pane in self.seen if self._suits(pane)]
        for pane in self.panes.values():
            pane.box.visible = pane in there
        for pane in self.seen:
            pane.head.first = pane in there[:1]
        self.words.html = "" if there or not self.seen else self._nothing()
        self.words.object.visible = bool(self.words.html)  # on a wide screen it stands beside the panes

    def _nothing(self) -> str:
        """Why there is nothing to be seen of what was chosen."""
        titles = ", ".join(pane.title for pane in self.seen)
        if self._commanded and not any(pane.commanded for pane in self.seen):
            fit = ", ".join(kind.title for kind in self.kinds.values() if kind.commanded)
            return f"{titles}: nothing to show under voltage clamp. <i>Layout</i> has a pane for it: {fit}."
        if not self._commanded and all(pane.commanded for pane in self.seen):
            return f"{titles}: nothing to show without this clamp. Choose it, or another pane under <i>Layout</i>."
        return f"{titles}: nothing to show of this run."

    def _build(self) -> None:
        """Make what is to be seen for the first time, all of it at once: a part that is there already, and is laid out
        anew while another is on its way, fails in the page."""
        if self.run is None or not (missing := [pane for pane in self.seen if not len(pane.box) and self._suits(pane)]):
            return
        for pane in missing:
            pane.build()
        made = [self.panes[key] for key in dict.fromkeys((*self.shown, *self.panes)) if key in self.panes]
        self.box[:] = [pane.box for pane in made if len(pane.box)]

    def _arrived(self) -> None:
        self.there = True
        self.rest()

    # -- what a person chooses ----------------------------------------------------------------------------------------

    def _picked(self, event) -> None:
        given = event.new
        if "layout" in given:
            self._choose(self.layouts[given["layout"]].shown)
        elif "hide" in given:
            self._choose(self._others(given["hide"]))
        else:  # before what comes after it in the menu
            order = [*self.kinds, *self.parts]
            later = order[order.index(given["show"]) :]
            at = next((k for k, key in enumerate(self.shown) if key in later), len(self.shown))
            self._choose((*self.shown[:at], given["show"], *self.shown[at:]))

    def _others(self, key: str) -> tuple[str, ...]:
        return tuple(one for one in self.shown if one != key)

    def _looked(self, *events) -> None:
        """What a pane shows of its menu has changed, or its size."""
        if self.query != self.told:
            self.told = self.query
            self.changed()

    def _choose(self, keys: tuple[str, ...]) -> None:
        self.there |= pn.state.loaded  # a hand does not wait for others
        with pn.io.hold():
            self.show(keys)
            self.rest()
        self.changed()
