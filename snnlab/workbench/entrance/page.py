"""What the entrance shows: words that are there before any script, and pictures that live once their kernels are."""

import logging
from functools import cache, partial
from importlib.resources import files
from typing import Any

import panel as pn
import param
from jinja2 import Environment
from panel.io.state import set_curdoc

from snnlab.core.palette import coloured

from ..file.cases import Case, Cases, alone, pictures
from ..file.save import SENTENCES
from ..file.text import card_module, inert_json
from ..live import served_document, work
from ..plain import Component
from ..scenes import SCENES
from .found import Told, explorers_of, index, page_of
from .questions import QUESTIONS

log = logging.getLogger(__name__)

HERE = files(__package__)
SHEET, SCRIPT = coloured(HERE.joinpath("page.css").read_text()), HERE.joinpath("page.js").read_text()
KNOBS = coloured(HERE.joinpath("../knobs.css").read_text())
TAKEN = "{Card} = modules.gallery, {Control, placeOf, valueAt} = modules.knobs, {read} = modules.panel"
HINTS = (
    "<b>Turn a knob,</b> here already: pictures, and numbers beside them, follow your hand at once.",
    "<b>Open a question</b> to have all its knobs. Drag over a plot to look closer; a double click shows all again.",
    "<b>Keep what you find:</b> the address always holds what is shown. Copy it, bookmark it, send it.",
)


class Pictures(Component):
    """The pictures of the questions, in the cards of the page; not to be seen itself.

    `arrived` are the kernel and the values of each picture, by the number of its question: the page runs it.
    """

    runtime = param.String(doc="source of the module that runs and paints")
    arrived = param.Dict({}, doc="what runs each picture")

    _bundle = "pictures.js"

    def __init__(self) -> None:
        self.document = served_document()
        numbers = [str(number) for number in range(len(QUESTIONS))]
        there = [one for one in numbers if self.document is None or one in _live]
        arrived = {one: live(one) for one in there}
        super().__init__(runtime=card_module(TAKEN), arrived=arrived, width=0, height=0, margin=0)
        if waiting := [one for one in numbers if one not in there]:
            pn.state.onload(partial(self._make, waiting))

    def _make(self, waiting: list[str]) -> None:
        for one in waiting:
            work(self.document, partial(live, one), partial(self._tell, one))

    def _tell(self, one: str, found: dict[str, Any] | None, error: Exception | None) -> None:
        with set_curdoc(self.document):
            if error is None:
                self.arrived = self.arrived | {one: found}
            else:  # its words and its link are there
                log.error("The picture of %s failed", QUESTIONS[int(one)].title, exc_info=error)


_live: dict[str, dict[str, Any]] = {}  # made once for all who look


def live(number: str) -> dict[str, Any]:
    """What runs the picture of a question, as the page in a file takes it."""
    if number not in _live:
        _live[number] = _made(number)
    return _live[number]


def _made(number: str) -> dict[str, Any]:
    question = QUESTIONS[int(number)]
    case = Case(question.title, question.experiment())
    if "raster" not in question.shown[0]:
        case = alone(case)
    model = case.experiment.model
    # a range that a picture keeps while a knob is turned, so that what it does is seen
    rows = [row._replace(fit=False) for row in SCENES[model.family](model).rows(model) if row.key in question.shown]
    cases = Cases([question.knob])
    cases.add(case, rows)
    data = cases.to_data()
    for row in data["kernels"][0]["drawing"]["rows"]:
        row["main"] = row["key"] == question.shown[0]
    colors = {row.key: row.color for row in rows}
    return data | {"shared": [], "picture": pictures(), "colors": colors} | SENTENCES


@cache
def entrance_html(pages: tuple[Told, ...]) -> str:
    """The words of the entrance, which leads to these pages."""
    explorers = explorers_of(pages)
    cards = []
    for question in QUESTIONS:
        page = page_of(question.preset, explorers)
        moved = question.moved_link(page)
        cards.append({"link": question.link(page), "moved": moved["query"], "key": moved["key"], "question": question})
    found = inert_json(index(pages))
    given = {"cards": cards, "pages": pages, "found": found, "hints": HINTS, "sheet": SHEET + KNOBS, "script": SCRIPT}
    return Environment(autoescape=True).from_string(HERE.joinpath("page.html").read_text()).render(given)
