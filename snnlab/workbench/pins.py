"""Runs that are kept beside the present one, each in a colour of its own, with its knobs, numbers and link."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import param

from snnlab.core.palette import PINS, VOLTAGE, coloured
from snnlab.models import PRESETS, Experiment, Preset, Result
from snnlab.models.knobs import Knob
from snnlab.models.portable import owners

from .address import LONGEST, query_of
from .cards import Beside
from .controls import definition
from .live import Live, served_document
from .plain import Component
from .scenes import Drawn, scene_of
from .traces import Traces

FULL = f"{len(PINS)} runs are pinned, as many as colours that can be told apart: remove one first."
THERE = "This run is pinned already, as {}."
UNLINKED = "not in the link: its stimulus is too long for one, or a file or a neuron of your own"
OTHER_UNIT = "not drawn: its v is in {}"
OTHER_CURRENT = "its current is not drawn: that is in {}"
PRESENT, SAME = "the present run", "the same as now"
RUNNING = "running …"
LETTERS = "ABCDEF"
PRESET = "preset="


@dataclass(eq=False)
class Pin:
    """A run that is kept: its experiment, its place among the colours, what brings it back, what is drawn and told."""

    experiment: Experiment
    place: int
    query: str
    lines: dict[str, dict[str, Any]] | None = None  # variable -> its t, y and unit; None until it has run
    values: dict[str, str] = field(default_factory=dict)  # by the measures or names of numbers
    trouble: str = ""

    @property
    def linked(self) -> bool:
        return "&file=" not in self.query


class PinList(Component):
    """The buttons and the list beside the numbers: what a hand does is counted in `pinned`, and told in `removed`."""

    rows = param.List([], doc="the present run, without a letter, and pinned ones: letter, color, words, note, link")
    message = param.String(doc="why nothing more is pinned")
    pinned = param.Integer(0, doc="how often a run was to be pinned")
    removed = param.Dict({}, doc="{letter} of the last that was taken away, and how often that was so")
    ghost = param.Boolean(True, doc="whether the run before the last change is shown")

    _bundle = "pins.js"
    _by_hand = ("pinned", "removed", "ghost")


class Pins:
    """Pinned runs of an explorer: `list` is what is on the page, `traces` draws them, `beside` are their numbers.

    `now()` is the present experiment and the preset that it comes from; `changed()` is called when there are others.
    """

    def __init__(
        self,
        traces: Traces,
        now: Callable[[], tuple[Experiment, Preset | None]],
        changed: Callable[[], None],
    ) -> None:
        self.traces, self.now, self.changed = traces, now, changed
        self.kept: list[Pin] = []
        self.beside: list[Beside] = []
        self.list = PinList(stylesheets=[SHEET], sizing_mode="stretch_width", margin=(2, 10, 6, 10))
        self.list.param.watch(lambda event: self.pin(), "pinned")
        self.list.param.watch(lambda event: self.remove(event.new["letter"]), "removed")
        self.list.param.watch(lambda event: setattr(traces, "ghost", event.new), "ghost")
        self.live = Live(self._prepare, self._show, lambda: None, self._failed)

    @property
    def queries(self) -> list[str]:
        """What of them an address has room for."""
        found: list[str] = []
        for one in self.kept:
            if one.linked and sum(map(len, found)) + len(one.query) <= LONGEST:
                found.append(one.query)
        return found

    def pin(self) -> None:
        """Keep the present run."""
        if len(self.kept) == len(PINS):
            self.list.message = FULL
            return
        experiment, preset = self.now()
        if same := [one for one in self.kept if not experiment.diff(one.experiment)]:
            self.list.message = THERE.format(LETTERS[same[0].place])
            return
        self._keep(experiment.copy(), query_of(experiment, preset))
        self._tell()

    def open(self, queries: Iterable[str], family: str) -> list[str]:
        """Keep the runs that an address names; what is said of those that it cannot bring back."""
        refused = []
        for query in queries:
            try:
                if len(self.kept) == len(PINS):
                    raise ValueError(f"there is room for {len(PINS)}")
                experiment = pinned_experiment(query)
                if experiment.model.family != family:
                    raise ValueError(f"{experiment.model.definition.name} is another page's")
                experiment.fits()
            except ValueError as error:
                refused.append(f"A pinned run of this link is left out: {error}.")
            else:
                self._keep(experiment, query if query.startswith(PRESET) else query_of(experiment))
        if self.kept:
            self._tell()
        return list(dict.fromkeys(refused))

    def remove(self, letter: str) -> None:
        """Let one go."""
        self.kept = [one for one in self.kept if LETTERS[one.place] != letter]
        self._tell()

    def renew(self) -> None:
        """The present run is another: what differs from it is named anew."""
        if self.kept:
            self.list.param.update(rows=self._rows(), message="")

    def _keep(self, experiment: Experiment, query: str) -> None:
        free = next(k for k in range(len(PINS)) if all(k != one.place for one in self.kept))
        self.kept = sorted([*self.kept, Pin(experiment, free, query)], key=lambda one: one.place)
        self.live.request()

    # -- their runs ---------------------------------------------------------------------------------------------------

    def _prepare(self) -> Callable:
        waiting = [(one, one.experiment.job()) for one in self.kept if one.lines is None and not one.trouble]

        def run(cancelled: Callable[[], bool]) -> list[tuple[Pin, Drawn]]:
            return [(one, drawn_of(one.experiment, job(cancelled))) for one, job in waiting]

        return run

    def _show(self, found: list[tuple[Pin, Drawn]], waiting: bool) -> None:
        for one, drawn in found:
            one.lines = lines_of(one.experiment, drawn)
            one.values = {number.measure or number.name: number.value for number in drawn.numbers}
        self._tell()

    def _failed(self, error: Exception) -> None:
        for one in self.kept:
            if one.lines is None:
                one.trouble = str(error)
        self._tell()

    # -- what is shown of them ----------------------------------------------------------------------------------------

    def _tell(self) -> None:
        known = [one for one in self.kept if one.lines is not None]
        self.beside = [Beside(LETTERS[one.place], PINS[one.place], one.values) for one in known]
        self.traces.pins = [{"color": PINS[one.place], "lines": one.lines} for one in known]
        self.list.param.update(rows=self._rows(), message="")
        self.changed()

    def _rows(self) -> list[dict[str, Any]]:
        if not self.kept:
            return []
        now, _ = self.now()
        others = [one.experiment for one in self.kept]
        wanted = {key for other in others for key in differences(now, other)}
        named = {prefix for other in others for prefix in of_other_kinds(now, other)}
        words = told(now, now, wanted, named) or PRESENT
        rows = [{"letter": "", "color": VOLTAGE, "words": words, "note": "", "link": ""}]
        queries = self.queries
        for one in self.kept:
            notes = [one.trouble or (RUNNING if one.lines is None else ""), other_unit(one.experiment, now)]
            notes += [UNLINKED] if one.query not in queries else []
            row = {
                "letter": LETTERS[one.place],
                "color": PINS[one.place],
                "words": told(one.experiment, now, wanted, named) or SAME,
            }
            link = one.query if one.linked and served_document() else ""
            rows.append(row | {"note": "; ".join(filter(None, notes)), "link": link})
        return rows


def pinned_experiment(query: str) -> Experiment:
    """The experiment of a query: a preset's, or its own. Raises ValueError."""
    name = query.removeprefix(PRESET)
    if name != query:
        if name not in PRESETS:
            raise ValueError(f"there is no preset {name[:40]!r}")
        return PRESETS[name].experiment()
    return Experiment.from_query(query)


def drawn_of(experiment: Experiment, result: Result) -> Drawn:
    model = experiment.model
    return scene_of(model).prepare(model)(result)


def lines_of(experiment: Experiment, drawn: Drawn) -> dict[str, dict[str, Any]]:
    """Of each variable, and of the current, times, values and unit."""
    marks, current = experiment.model.variables(), experiment.model.port.current
    marks |= {"I": current} if current is not None else {}
    data = {name: one for name, one in drawn.data.items() if name in marks}
    return {  # copies: of a population, only the first neuron is kept
        name: {"t": one.t.copy(), "y": one.y.copy(), "unit": unit_of(marks[name])} for name, one in data.items()
    }


def unit_of(mark: Any) -> str:
    return "" if mark.unit == "1" else mark.unit


def other_unit(one: Experiment, now: Experiment) -> str:
    """Why it, or its current, is not drawn beside another."""
    for words, (mark, present) in (
        (OTHER_UNIT, [x.model.variables().get("v") for x in (one, now)]),
        (OTHER_CURRENT, [x.model.port.current for x in (one, now)]),
    ):
        if mark is not None and present is not None and mark.unit != present.unit:
            return words.format(mark.unit if mark.unit != "1" else "units of its threshold")
    return ""


def differences(one: Experiment, other: Experiment) -> list[tuple[str, str]]:
    """(owner, name) of the knobs in which two experiments differ, of those that both have."""
    found, there = [], owners(other)
    for prefix, knobs in owners(one).items():
        if type(same := there.get(prefix)) is type(knobs):
            mine, others = knobs.values(), same.values()
            found += [(prefix, name) for name in mine if mine[name] != others[name]]
    return found


def of_other_kinds(one: Experiment, other: Experiment) -> list[str]:
    """What two experiments have of different kinds, of that which has a title: model, stimulus or its parts."""
    mine, others = owners(one), owners(other)
    return [prefix for prefix, knobs in mine.items() if title_of(knobs) and type(knobs) is not type(others.get(prefix))]


def told(one: Experiment, now: Experiment, wanted: set[tuple[str, str]], named: set[str]) -> str:
    """The wanted knobs of an experiment with their values, and what it is that is to be named; of a part that the
    present one does not have, what it is and all that is changed."""
    found: list[str] = []
    there = owners(now)
    for prefix, knobs in owners(one).items():
        same = there.get(prefix)
        other, title = type(same) is not type(knobs), title_of(knobs)
        names = [name for name in knobs.values() if (prefix, name) in wanted]
        if other:  # settings of another model are others in the units of their noise alone
            names = [name for name, value in knobs.changed().items() if title or getattr(same, name, None) != value]
        title = title if other or prefix in named else ""
        found += ([title] if title else []) + [worded(knobs, name) for name in names]
    return ", ".join(found)


def title_of(knobs: Any) -> str:
    """What a model or a stimulus is called; "" for what has no name."""
    about = getattr(knobs, "definition", None) or getattr(knobs, "kind", None)
    return getattr(about, "title", "") or getattr(about, "name", "")


def worded(knobs: Any, name: str) -> str:
    """A knob with its value, as its slider is called."""
    value, parameter = getattr(knobs, name), knobs.param[name]
    if not isinstance(parameter, Knob):
        return f"{name} {value}"
    about = definition(parameter)
    return f"{about['label'].partition(' · ')[0]} {value:.4g} {about['unit']}".strip()


SHEET = coloured("""
:host { font-size: 13px; }
.tools { display: flex; gap: 12px; align-items: center; }
.tools label { display: flex; gap: 5px; align-items: center; cursor: pointer; font-size: 12px; }
input { accent-color: $ACTION; margin: 0; }
button {
  font: inherit; color: inherit; background: transparent; cursor: pointer;
  border: 0; border-radius: 4px; padding: 2px 5px;
}
button:hover { background: rgba(128, 128, 128, 0.18); }
.tools button { font-size: 12px; border: 1px solid $ACTION; padding: 3px 10px; }
ul { list-style: none; margin: 6px 0 0; padding: 0; }
li { display: flex; gap: 7px; align-items: baseline; padding: 2px 0; line-height: 1.35; }
li i { flex: none; width: 14px; height: 3px; border-radius: 1px; align-self: center; }
li b { flex: none; min-width: 2.2em; font-weight: 600; }
li > span { flex: 1; min-width: 0; overflow-wrap: anywhere; }
li small { display: block; opacity: 0.75; }
li a { color: inherit; opacity: 0.75; font-size: 12px; }
li button { flex: none; opacity: 0.7; }
:focus-visible { outline: 2px solid $ACTION; }
[role=status] { color: $WARNING; margin: 4px 0 0; }
[role=status]:empty { display: none; }
""")
