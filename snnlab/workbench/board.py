"""One signal, and what every encoder makes of it: its spikes, and the signal as it is decoded from them."""

from collections.abc import Callable
from html import escape
from typing import Any, NamedTuple

import numpy as np
import panel as pn
import torch

from snnlab.core import Quantity, Unknown, annotations
from snnlab.core.palette import CURRENT, MEASURED, SPIKE
from snnlab.engine import Cancelled
from snnlab.models import ENCODERS, KINDS, EncoderModel, Experiment, Port, Stimulus, stimuli_of
from snnlab.models.exchange.data import VERSION, build, stimulus_from
from snnlab.models.exchange.link import query_stimulus, stimulus_in, values_in
from snnlab.models.plain import text
from snnlab.models.reserved import ADDRESS
from snnlab.models.settings import SignalRun, page_steps, run_of, step_count
from snnlab.models.stimuli.quantities import Drive
from snnlab.views import Data, Row, Stack

from .controls import Group
from .layout import heading
from .live import Live
from .plain import Plain
from .widgets import Menu, Sections
from .words import Notice, Words

SIGNAL = Port(Quantity("1", low=0, high=1, bounds=(-10, 10), default=0.5, doc="signal"))
# those that can be put into the range of an encoder: they have a level, and nothing that is no number
OFFERED = {
    kind.title: kind.name
    for kind in KINDS
    if kind.source is None and any(isinstance(mark, Drive) and mark.level for mark in annotations(kind.fields).values())
}
STARTS = {  # values that show something at once, by the name of the signal
    "Sine": {"mean": 0.5, "amplitude": 0.4, "frequency": 4.0},
    "Ramp": {"end": 1.0},
    "Noise": {"mean": 0.5, "sigma": 0.15, "tau": 20.0},
}
RUN = run_of(SignalRun, SIGNAL, ())
STEP = 0.5  # ms: neurons want a finer one than chance
MOST = 40  # rows of a raster


def span(model: EncoderModel) -> tuple[float, float]:
    """What 0 and 1 of the signal are for this encoder: neurons begin at no current."""
    given = model.definition.input
    return (0.0 if model.definition.neuron is not None else given.low), given.high


def first_signal() -> Stimulus:
    return stimuli_of(SIGNAL)["Sine"](**STARTS["Sine"])


def read(query: dict[str, str]) -> tuple[Stimulus, Any, dict[str, EncoderModel]]:
    """The signal, the run and the encoders that `EncoderBoard.query` wrote. Raises ValueError in words."""
    given = {key: value for key, value in query.items() if key not in ADDRESS}
    if (version := given.pop("v", VERSION)) != VERSION:
        raise ValueError(f"v = {version!r:.20} is not known: this version reads v={VERSION}")
    signal = first_signal()
    if (name := given.get("s")) is not None:
        if name not in OFFERED.values():
            raise ValueError(f"s = {name!r:.40} is not allowed: choose one of {', '.join(OFFERED.values())}")
        signal = stimulus_from(stimulus_in(given, "s", SIGNAL), SIGNAL, "s")
    run = build("r", RUN, {"dt": STEP} | values_in(given, "r.", RUN))
    page_steps(step_count(run), run.duration)
    models = {name: build(name, kind, values_in(given, f"{name}.", kind)) for name, kind in ENCODERS.items()}
    if given:
        fields = [f"{name}.{field}" for name, model in models.items() for field in model.names()]
        raise Unknown("the field", next(iter(given)), ["s", *(f"r.{name}" for name in RUN.names()), *fields])
    return signal, run, models


class Encoded(NamedTuple):
    """A run of the board: its length in ms, whether the signal was cut off, rows and caption of each card."""

    duration: float
    cut: bool
    cards: dict[str, tuple[dict[str, Data], str]]


class EncoderBoard(pn.viewable.Viewer):
    """A board of all encoders under one signal: `panes` are the controls, `main` a card for each encoder.

    The signal goes from 0 to 1, the range of each encoder; what is beyond is cut off. `query` is what `query` of
    another board gave; `rested(board)` is called on a page when the hand rests. Raises ValueError for another query.
    """

    def __init__(
        self, query: dict[str, str] | None = None, rested: Callable[["EncoderBoard"], None] = lambda board: None
    ) -> None:
        super().__init__()
        signal, run, self.models = read(query or {})
        self.signal, self.run = Group(self._changed), Group(self._changed)
        self.groups = {name: Group(self._changed) for name in self.models}
        self.stacks = {name: card_stack() for name in self.models}
        self.captions = {name: Words(CAPTION, margin=(0, 8)) for name in self.models}
        self.kind_menu = Menu(label="signal", options=list(OFFERED), value=signal.kind.title)
        self.trouble = Notice()
        self.signal.hold(signal)
        self.run.hold(run)
        for name, group in self.groups.items():
            group.hold(self.models[name], built=False)
        self.more = Sections((self.models[name].definition.title, group.box) for name, group in self.groups.items())
        self.more.param.watch(self._opened, "active")
        self.kind_menu.param.watch(self._picked, "value")
        self.panes = [
            self.kind_menu,
            self.signal.box,
            heading("Run"),
            self.run.box,
            heading("Encoders"),
            self.more,
        ]
        cards = [self._card(name) for name in self.models]
        self.main = pn.Column(
            self.trouble, pn.Column(*cards, styles=GRID, sizing_mode="stretch_width"), sizing_mode="stretch_width"
        )
        self.live = Live(self._job, self._show, lambda: None, self._failed, lambda: rested(self))
        self._changed()

    def __panel__(self):
        side = pn.Column(*self.panes, width=290, scroll="y-auto", height=720)
        return pn.Row(side, self.main, sizing_mode="stretch_width")

    def query(self) -> dict[str, str]:
        """What is not as it was at first, named as in links of experiments, and of an encoder after its name."""
        signal = dict(query_stimulus(self.signal.knobs, "s"))
        found = signal if signal != dict(query_stimulus(first_signal(), "s")) else {}
        begin = RUN(dt=STEP).values()
        found |= {f"r.{name}": text(x) for name, x in self.run.knobs.values().items() if x != begin[name]}
        for key, model in self.models.items():
            found |= {f"{key}.{name}": text(x) for name, x in model.changed().items()}
        return {"v": VERSION, **found} if found else {}

    def _card(self, name: str) -> pn.Column:
        figure = Plain(self.stacks[name].figure)
        return pn.Column(self.captions[name], figure, styles=FRAME, sizing_mode="stretch_width", height=330, margin=0)

    def _opened(self, event) -> None:
        for section in event.new:
            list(self.groups.values())[section].build()

    def _picked(self, event) -> None:
        name = OFFERED[event.new]
        self.signal.hold(stimuli_of(SIGNAL)[name](**STARTS.get(name, {})))
        self._changed()

    def _changed(self, *events) -> None:
        try:
            self.live.request(short=True)
        except ValueError as error:
            self.run.take_back(events, str(error))

    def _job(self) -> Callable:
        """What encodes the signal in every way, with all values as they are now."""
        signal, run, settings = self.signal.knobs.copy(), self.run.knobs.taken(), self.run.knobs.values()
        steps = page_steps(step_count(run), run.duration)
        models = {name: model.copy() for name, model in self.models.items()}

        def perform(cancelled: Callable[[], bool]) -> Encoded:
            given = signal.sampler()(steps, run.dt, run.seed)["current"].float()
            x = given.clamp(0, 1)
            cards = {}
            for name, model in models.items():
                if cancelled():
                    raise Cancelled
                cards[name] = card(model, x, run, link(model, signal, settings))
            return Encoded(steps * run.dt, not torch.equal(x, given), cards)

        return perform

    def _show(self, found: Encoded, waiting: bool) -> None:
        with pn.io.hold():
            self.trouble.say("The signal is cut off at 0 and 1." if found.cut else "")
            for name, (data, words) in found.cards.items():
                if data:
                    self.stacks[name].feed(found.duration, data, np.zeros(0))
                self.captions[name].html = words

    def _failed(self, error: Exception) -> None:
        self.trouble.say(str(error))


def link(model: EncoderModel, signal: Stimulus, settings: dict) -> str:
    """The address of an encoder under this signal, in an explorer; "" where the signal leaves what it takes."""
    known = {key: value for key, value in settings.items() if key in model.settings._fields}
    try:
        return f"?page=encoders&{Experiment.of(model, signal_in_span(signal, model), known).to_query()}"
    except ValueError:
        return ""


def signal_in_span(signal: Stimulus, model: EncoderModel) -> Stimulus:
    """The signal in the range of an encoder."""
    low, high = span(model)
    values = signal.values()
    for field, mark in annotations(signal.kind.fields).items():
        if isinstance(mark, Drive):
            values[field] = round((low if mark.level else 0.0) + (high - low) * values[field], 9)
    return stimuli_of(model.port)[signal.kind.name](**values)


def card(model: EncoderModel, x: torch.Tensor, run, address: str) -> tuple[dict[str, Data], str]:
    """The rows of a card, and its caption, which says in words what the encoder cannot do."""
    low, high = span(model)
    try:
        model.fits(len(x), run)
        spikes, decoded = model.encode(low + (high - low) * x, model.p(), run)
    except ValueError as error:
        return {}, caption(model, str(error), address)
    again = ((decoded - low) / (high - low)).numpy()
    t = (np.arange(1, len(x) + 1) * run.dt).astype(np.float32)
    every = max(1, spikes.shape[1] // MOST)
    when, who = spikes[:, ::every].numpy().nonzero()
    n = spikes.shape[1]
    raster = Data(t[when], (who * every + 1).astype(np.float32), None, (0.25, n + 0.75))
    off = again - x.numpy()
    said = f"error {np.sqrt(np.nanmean(off**2)):.3f}" if np.isfinite(off).any() else "nothing decoded"
    rate = 1000 * float((spikes != 0).sum()) / (len(x) * run.dt) / n
    return {
        "x": Data(t, x.numpy(), None, (-0.05, 1.05), again.clip(-0.05, 1.05).astype(np.float32)),
        "raster": raster,
    }, caption(model, f"{rate:.0f} Hz a neuron · {said}", address)


def card_stack() -> Stack:
    return Stack(
        [
            Row("x", "Signal and decoded signal (violet)", "part of range", CURRENT, 0, 1, 2, other=MEASURED),
            Row("raster", "Spikes", "neuron", SPIKE, 0, 1, 2, raster=True),
        ]
    )


def caption(model: EncoderModel, words: str, address: str) -> str:
    low, high = span(model)
    where = f'<a href="{escape(address)}">open</a>' if address else ""
    small = f"{low:g} to {high:g} · {escape(words)}"
    return f"<p><b>{escape(model.definition.title)}</b> {where}</p><p class=small>{small}</p>"


GRID = {
    "display": "grid",
    "grid-template-columns": "repeat(auto-fill, minmax(max(300px, 24%), 1fr))",
    "gap": "12px",
    "padding": "12px",
}
FRAME = {"border": "1px solid rgba(128, 128, 128, 0.3)", "border-radius": "6px"}
CAPTION = """
p { margin: 4px 0 0 0; font-size: 14px; }
p.small { font-size: 12px; opacity: 0.8; margin: 0; }
a { font-size: 12px; color: $VOLTAGE; }
"""
