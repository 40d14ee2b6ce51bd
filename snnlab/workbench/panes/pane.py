"""A picture beside the plots that can be put away: made when it is first shown and the hand rests."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, ClassVar, NamedTuple

import panel as pn
import param

from snnlab.core.palette import coloured
from snnlab.engine.coarse import noted
from snnlab.models import Experiment, Sweep
from snnlab.views import Stack

from ..live import Live
from ..plain import Column, Component, Plain
from ..scenes import Drawn, Scene

SHEET, LARGE = (coloured(files(__package__).joinpath(f"{name}.css").read_text()) for name in ("head", "pane"))


class Shown(NamedTuple):
    """What is on the page: a run as it is drawn in the stack of plots; `experiment()` is what the controls show now,
    `sweeps()` are those of the file that is open.
    """

    experiment: Callable[[], Experiment]
    scene: Scene
    drawn: Drawn
    stack: Stack
    sweeps: Callable[[], tuple[Sweep, ...]] = tuple


class Head(Component):
    """The head of a pane, with a menu of what it can show and buttons that say where it is."""

    title = param.String(doc="name of the pane")
    note = param.String(doc="what is told beside it")
    numbers = param.List([], doc="name, number and explanation of each measure, in a line below")
    failed = param.Boolean(doc="there is no picture, and the note says why")
    label = param.String(doc="name of the menu")
    options = param.List([], item_type=str, doc="what the pane can show")
    value = param.String(doc="what it shows")
    first = param.Boolean(doc="it is in front of all others")
    large = param.Boolean(doc="it lies over the whole main area")
    hidden = param.Integer(0, doc="how often it was put away")
    moved = param.Integer(0, doc="how often it was moved to the front")

    _bundle = "head.js"
    _by_hand = ("value", "large", "hidden", "moved")


class Pane:
    """Abstract: `box` is what is on the page, empty until `rest` builds it.

    `job(shown)` gives what computes a picture, in a worker and without touching a widget, and `feed` draws it. What
    cannot be computed is said beside the title. `begin(values)` may be called with the state in which a run begins.
    """

    key: ClassVar[str]  # in addresses
    title: ClassVar[str]
    menu: ClassVar[str] = "shown"
    commanded: ClassVar[bool] = False  # it shows neurons under voltage clamp, of which others show nothing
    several: ClassVar[bool] = False  # it tells neurons apart, and has nothing of a single one
    slow: ClassVar[bool] = False  # it takes more than the run, and is made when the hand rests
    makes: ClassVar[bool] = False  # a hand makes something in it, which is undone and redone
    view: Any  # what it shows, once it is built

    def __init__(self, begin: Callable[[dict[str, float]], None]) -> None:
        self.head = Head(
            title=self.title, label=self.menu, sizing_mode="stretch_width", margin=(6, 0, 0, 0), stylesheets=[SHEET]
        )
        self.head.param.watch(lambda event: self.again(), "value")
        self.box = Column(
            sizing_mode="stretch_width", margin=0, visible=False, css_classes=["pane"], stylesheets=[LARGE]
        )
        self.begin = begin
        self.choose: Callable[[Sweep], None] = lambda sweep: None  # what drives the model
        self.looked: Callable[[], None] = lambda: None  # to be called when `more` has changed
        self.owner = ""  # of the knobs in the page
        self.live = Live(self._prepare, self._show, lambda shown: None, self._failed)
        self.shown: Shown | None = None
        self.late = False  # whether there has been a change since

    @property
    def more(self) -> dict[str, str]:
        """What an address says of it beside its menu, by names: what is not as usual."""
        return {}

    def take(self, more: Mapping[str, str]) -> None:
        """Be as an address says, which a pane without anything more ignores. Raises ValueError for what cannot be."""

    def build(self) -> None:
        """Make what is in the box."""
        raise NotImplementedError

    def job(self, shown: Shown) -> Callable[..., object]:
        raise NotImplementedError

    def feed(self, picture) -> None:
        raise NotImplementedError

    def suits(self, shown: Shown) -> bool:
        """Whether there is something of this run to be seen, if it is only that there is none."""
        return not self.several or shown.drawn.result.recording.size > 1

    def fade(self) -> None:
        """A newer run is on its way."""
        if self.slow and len(self.box):
            self.view.fade()

    def follow(self, shown: Shown) -> None:
        """Another run is drawn."""
        if not self.slow:
            self.request(shown)

    def rest(self, shown: Shown) -> None:
        """The hand rests, and the pane is to be seen."""
        if not len(self.box):
            self.build()
        self.request(shown)

    def request(self, shown: Shown) -> None:
        self.shown, self.late = shown, False
        self.live.request(shown, long=self.slow)

    def again(self) -> None:
        """Something else is to be shown of the same run."""
        if self.shown is not None:
            self.live.request(self.shown, long=self.slow)

    def _prepare(self, shown: Shown) -> Callable:
        job = self.job(shown)

        def draw(cancelled: Callable[[], bool]) -> object:
            with noted():  # many runs at a step that is coarse on purpose: who serves need not read of it
                return job()

        return draw

    def _show(self, picture, waiting: bool) -> None:
        with pn.io.hold():
            self.head.failed = False
            self._hide_picture(False)
            self.feed(picture)
            if self.late:
                self.fade()

    def _failed(self, error: Exception) -> None:
        numbers = [[name, "–", words] for name, _, words in self.head.numbers]
        self.head.param.update(note=str(error), numbers=numbers, failed=True)
        self._hide_picture(True)  # it would be of another run

    def _hide_picture(self, hidden: bool) -> None:
        for part in self.box:
            if isinstance(part, Plain):
                part.object.visible = not hidden
