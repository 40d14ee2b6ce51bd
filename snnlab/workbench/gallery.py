"""A gallery of presets: each a small picture of its own run, and a link that opens it in the explorer."""

import logging
from collections.abc import Iterable
from functools import partial
from html import escape
from itertools import pairwise

import numpy as np
import panel as pn
from panel.io.state import set_curdoc

from snnlab.analysis import trace
from snnlab.core import annotations
from snnlab.core.palette import coloured
from snnlab.models import PRESETS, Preset
from snnlab.views import Miniature, Miniatures

from .file.cases import alone, case_of
from .live import served_document, workers
from .plain import Column, Plain
from .words import Notice, Words

log = logging.getLogger(__name__)


COLUMNS = 300  # of pixels: a picture is about as wide
_pictures: dict[str, tuple[np.ndarray, ...]] = {}  # preset -> its picture: run once for all who look


def picture(preset_id: str) -> tuple[np.ndarray, ...]:
    """Times, voltage and current of a preset's neuron without noise, as far as a small picture shows them."""
    if preset_id not in _pictures:
        _pictures[preset_id] = _run(preset_id)
    return _pictures[preset_id]


def _run(preset_id: str) -> tuple[np.ndarray, ...]:
    result = alone(case_of(PRESETS[preset_id])).experiment.run()
    v = trace(result.recording, result.definition, result.p)
    current = result.current.numpy()
    seen = extremes(v, current)
    return tuple(x[seen].astype(np.float32) for x in (result.recording.time, v, current))


def extremes(*lines: np.ndarray) -> np.ndarray:
    """Places of the ends, and of the least and the greatest value of each line in each of so many columns."""
    edges = np.unique(np.linspace(0, len(lines[0]), COLUMNS + 1).astype(int))
    found = [
        at + part(line[at:end]) for line in lines for part in (np.argmin, np.argmax) for at, end in pairwise(edges)
    ]
    return np.unique([0, *found, len(lines[0]) - 1])


class Gallery(pn.viewable.Viewer):
    """Cards of presets, each followed by its robust variant where it has one; they fill as their runs end."""

    def __init__(self, presets: Iterable[Preset]) -> None:
        super().__init__()
        shown = [p for preset in presets for p in (preset, preset.robust) if p is not None]
        self.presets = shown
        make = Miniatures()
        self.pictures = {p.id: make.picture(*frame(p)) for p in shown}
        self.cards = [card(p, self.pictures[p.id]) for p in shown]
        self.trouble = Notice(severity="error")
        self.document = served_document()
        self.waiting = [preset_id for preset_id in self.pictures if self.document and preset_id not in _pictures]
        for preset_id in self.pictures:
            if preset_id not in self.waiting:
                self._fill(preset_id)
        if self.waiting:
            pn.state.onload(self._begin)

    def __panel__(self):
        return Column(*self.cards, styles=GRID, sizing_mode="stretch_width", margin=10)

    def _begin(self) -> None:
        for preset_id in self.waiting:
            workers.submit(self._work, preset_id)

    def _work(self, preset_id: str) -> None:
        try:
            picture(preset_id)
            then = partial(self._fill, preset_id)
        except Exception as error:  # a worker's would be lost
            log.exception("The picture of %s failed", preset_id)
            then = partial(self.trouble.say, f"The picture of {PRESETS[preset_id].name} could not be made: {error}")
        if self.document.session_context is not None:
            self.document.add_next_tick_callback(then)

    def _fill(self, preset_id: str) -> None:
        with set_curdoc(self.document), pn.io.hold():
            self.pictures[preset_id].feed(*picture(preset_id))


def frame(preset: Preset) -> tuple[float, float]:
    voltage = annotations(preset.model.definition.state)["v"]
    return voltage.low, voltage.high


def card(preset: Preset, shown: Miniature) -> Column:
    """A picture with its name and how it is run; a click anywhere opens the preset in the explorer."""
    run = f"{preset.settings['integrator']}, dt = {preset.settings['dt']:g} ms"
    if preset.bound:
        run += f" <b title='{escape(preset.bound)}'>· only with this step</b>"
    variant = preset.id.endswith("-robust")
    name = f"<b>{preset.letter}</b> {escape(preset.name.removesuffix(' (robust)'))}"
    name += " <i>robust variant</i>" if variant else ""
    link = f'<a href="?page=neuron&amp;preset={preset.id}" aria-label="Open {escape(preset.name)} in the explorer"></a>'
    text = f"<p class=name>{name}</p><p>{escape(preset.look)}</p><p class=run>{run}</p>{link}"
    words = Words(coloured(CARD), margin=(0, 8), html=text)
    words.object.styles = {"position": "static"}
    return Column(Plain(shown.figure), words, styles=FRAME, height=208, sizing_mode="stretch_width", margin=0)


GRID = {"display": "grid", "grid-template-columns": "repeat(auto-fill, minmax(max(224px, 15.5%), 1fr))", "gap": "12px"}
FRAME = {"position": "relative", "border": "1px solid rgba(128, 128, 128, 0.3)", "border-radius": "6px"}
CARD = """
p { margin: 0 0 2px 0; font-size: 12px; line-height: 1.35; opacity: 0.8; }
p.name { font-size: 14px; opacity: 1; }
p.run { padding-bottom: 4px; }
p b { color: inherit; }
p.run b { color: $WARNING; }
a { position: absolute; inset: 0; border-radius: 6px; }
a:hover, a:focus-visible { background: rgba(128, 128, 128, 0.12); outline: 2px solid $VOLTAGE; }
"""
