"""A gallery of presets: each a small picture of its own run, and a link that opens it in the explorer."""

import logging
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from html import escape
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import numpy as np
import panel as pn
import param
from panel.io.state import set_curdoc

from snnlab.analysis import trace
from snnlab.core import annotations
from snnlab.core.palette import coloured
from snnlab.models import PRESETS, Preset
from snnlab.models.plain import text

from .file.cases import FACTOR, Cases, alone, case_of, factor, factor_on, pictures
from .file.save import SENTENCES
from .file.text import COLORS, card_module
from .file.text import sheet as file_sheet
from .live import served_document, work
from .plain import Component
from .scenes import scene_of
from .words import Notice

log = logging.getLogger(__name__)


FACTORS = ("stimulus", "model.a", "model.b", "model.d")
COLUMNS = 300  # of pixels: a picture is about as wide
_pictures: dict[str, dict[str, np.ndarray]] = {}  # preset -> its picture: run once for all who look


def picture(preset_id: str) -> dict[str, np.ndarray]:
    """Times, voltage and current of a preset's neuron without noise, as far as a small picture shows them."""
    if preset_id not in _pictures:
        _pictures[preset_id] = _run(preset_id)
    return _pictures[preset_id]


def _run(preset_id: str) -> dict[str, np.ndarray]:
    result = alone(case_of(PRESETS[preset_id])).experiment.run()
    v = trace(result.recording, result.definition, result.p)
    current = result.current.numpy()
    seen = extremes(v, current)
    lines = {"t": result.recording.time, "v": v, "I": current}
    return {name: line[seen].astype(np.float32) for name, line in lines.items()}


def extremes(*lines: np.ndarray) -> np.ndarray:
    """Places of the ends, and of the least and the greatest value of each line in each of so many columns."""
    edges = np.unique(np.linspace(0, len(lines[0]), COLUMNS + 1).astype(int))
    found = [
        at + part(line[at:end]) for line in lines for part in (np.argmin, np.argmax) for at, end in pairwise(edges)
    ]
    return np.unique([0, *found, len(lines[0]) - 1])


class Pictures(Component):
    """The cards of a gallery, which the page paints by itself.

    `arrived` are pictures, {preset: {t, v, I}}, that are to be drawn; a page that is `ready` takes more of them, each
    by itself. When a hand comes to the knobs, the page asks for `runs`, of which it draws the pictures from then on.
    `turned` are the factors that are not 1.
    """

    page = param.Dict({}, doc="cards and knobs")
    runtime = param.String(doc="source of the module that runs and paints")
    arrived = param.Dict({}, doc="pictures by presets")
    ready = param.Boolean(False, doc="whether pictures that come are drawn")
    asked = param.Boolean(False, doc="whether the runs are wanted")
    runs = param.Dict({}, doc="kernels, and the values of each card")
    turned = param.Dict({}, doc="factors by names")

    _bundle = "gallery.js"
    _by_hand = ("ready", "asked", "turned")


class Gallery(pn.viewable.Viewer):
    """Cards of presets, each followed by its robust variant where it has one, under factors on what each has.

    They fill as their runs end. With `turned` they open under these factors, and `rested(factors)` hears of others.
    """

    def __init__(
        self,
        presets: Iterable[Preset],
        turned: Mapping[str, float] | None = None,
        rested: Callable[[dict[str, float]], None] = lambda factors: None,
    ) -> None:
        super().__init__()
        self.presets = [p for preset in presets for p in (preset, preset.robust) if p is not None]
        self.ids = tuple(preset.id for preset in self.presets)
        self.trouble = Notice(severity="error")
        self.document = served_document()
        waiting = [one for one in self.ids if self.document and one not in _pictures]
        there = {one: picture(one) for one in self.ids if one not in waiting}
        self.pictures = Pictures(
            page=cards(self.ids),
            runtime=card_module("{Gallery} = modules.gallery"),
            arrived=there,
            turned=dict(turned or {}),
            sizing_mode="stretch_width",
            margin=0,
            stylesheets=[sheet()],
        )
        self.pictures.param.watch(lambda event: self._work(partial(runs, self.ids), "runs", "The gallery"), "asked")
        self.pictures.param.watch(lambda event: rested(event.new), "turned")
        if waiting:
            self.pictures.param.watch(lambda event: pn.state.onload(partial(self._draw, waiting)), "ready")

    def __panel__(self):
        return self.pictures

    def _draw(self, ids: Iterable[str]) -> None:
        for one in ids:
            self._work(partial(_of_one, one), "arrived", f"The picture of {PRESETS[one].name}")

    def _work(self, make: Callable[[], dict[str, Any]], where: str, what: str) -> None:
        """Give the page what a worker makes of `what`."""
        if self.document is None:
            self.pictures.param.update(**{where: make()})
            return

        def tell(found: dict[str, Any] | None, error: Exception | None) -> None:
            with set_curdoc(self.document), pn.io.hold():
                if error is None:
                    self.pictures.param.update(**{where: found})
                else:
                    log.error("%s failed", what, exc_info=error)
                    self.trouble.say(f"{what} could not be made: {error}")

        work(self.document, make, tell)


def factors_of(query: Mapping[str, str]) -> dict[str, float]:
    """The factors that an address names. Raises ValueError that names factor, value and range."""
    found = {}
    for name in FACTORS:
        if (text := query.get(name)) is not None:
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            FACTOR.check(factor_on(name), text if math.isnan(value) else value)
            found[name] = value
    return found


def query_of_factors(factors: Mapping[str, float]) -> str:
    return urlencode({name: text(value) for name, value in factors.items()})


def _of_one(preset_id: str) -> dict[str, Any]:
    return {preset_id: picture(preset_id)}


def card_html(preset: Preset) -> str:
    """Its name and how it is run; a click anywhere on the card opens the preset in the explorer."""
    run = f"{preset.settings['integrator']}, dt = {preset.settings['dt']:g} ms"
    if preset.bound:
        run += f" <b title='{escape(preset.bound)}'>· only with this step</b>"
    variant = preset.id.endswith("-robust")
    name = f"<b>{preset.letter}</b> {escape(preset.name.removesuffix(' (robust)'))}"
    name += " <i>robust variant</i>" if variant else ""
    link = f'<a href="?page=neuron&amp;preset={preset.id}" aria-label="Open {escape(preset.name)} in the explorer"></a>'
    return f"<p class=name>{name}</p><p>{escape(preset.look)}</p><p class=run>{run}</p>{link}"


@cache
def cards(ids: tuple[str, ...]) -> dict[str, Any]:
    """What the page is told of the cards, without what runs them."""
    shown = []
    for preset in map(PRESETS.__getitem__, ids):
        voltage = annotations(preset.model.definition.state)["v"]
        frame = {"low": voltage.low, "high": voltage.high}
        shown.append({"id": preset.id, "name": preset.name, "card": card_html(preset)} | frame)
    return {"cases": shown, "shared": factors(ids[0]), "picture": pictures(), "colors": COLORS} | SENTENCES


def factors(preset_id: str) -> list[dict[str, Any]]:
    """The knobs above the cards."""
    return [factor(PRESETS[preset_id].experiment(), name) for name in FACTORS]


@cache
def runs(ids: tuple[str, ...]) -> dict[str, Any]:
    """What runs the cards: kernels, and of each card its kernel, its values, and what a factor scales of them."""
    made, told = Cases([]), []
    for preset in map(PRESETS.__getitem__, ids):
        case = alone(case_of(preset))
        model = case.experiment.model
        made.add(case, scene_of(model).rows(model), pictured=True)
        told.append({key: made.cases[-1][key] for key in ("kernel", "values", "scaled")})
    return {"kernels": made.kernels, "cases": told}


@cache
def sheet() -> str:
    return file_sheet() + coloured(CARD)


CARD = """
:host { background: none; color: inherit; font: inherit; zoom: var(--zoom, 1); }
article { position: relative; }
.panel > button {
  margin: 4px 10px; padding: 6px 12px; border: 1px solid $ACTION; border-radius: 4px; background: none; color: inherit;
  font: inherit; cursor: pointer;
}
.gallery .panel { background: var(--ground); }
.card { font: 14px/1.43 var(--bokeh-base-font); }
p { margin: 0 0 2px 0; font-size: 12px; line-height: 1.35; color: color-mix(in srgb, currentColor 85%, transparent); }
p.name { font-size: 14px; color: inherit; }
p.run { padding-bottom: 4px; opacity: 1; }
p b { color: inherit; }
p.run b { color: $WARNING_WORDS; }
a { position: absolute; inset: 0; border-radius: 6px; }
a:hover, a:focus-visible { background: rgba(128, 128, 128, 0.12); outline: 2px solid $VOLTAGE; }
"""
