"""One signal, and what every encoder makes of it: its spikes, and the signal as it is decoded from them."""

from collections.abc import Callable, Iterable
from html import escape
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import panel as pn
import torch

from snnlab.core import Unknown, annotations
from snnlab.core.palette import CURRENT, DECODED, SPIKE
from snnlab.engine import Cancelled
from snnlab.models import ENCODERS, KINDS, EncoderModel, Experiment, Model, Result, Stimulus, stimuli_of
from snnlab.models.exchange.data import VERSION, build, stimulus_from
from snnlab.models.exchange.link import query_stimulus, stimulus_in, values_in
from snnlab.models.families.encoders import SIGNAL, span, spanned
from snnlab.models.plain import text
from snnlab.models.reserved import ADDRESS
from snnlab.models.settings import SignalRun, page_steps, run_of, step_count
from snnlab.models.stimuli.quantities import Drive, Gain
from snnlab.views import Row

from .controls import BY_HAND, Group
from .file.cases import Case
from .given_signal import GivenSignal
from .here import Here, Part
from .layout import heading
from .live import Live, outcome
from .plain import Column
from .scenes import Drawn
from .scenes.encoder import EncoderScene, lag_of
from .widgets import Menu, Sections
from .words import Notice

# those that can be put into the range of an encoder, as they have a level, and that a menu can make
OFFERED = {
    kind.title: kind.name
    for kind in KINDS
    if kind.offered and any(isinstance(mark, Drive) and mark.level for mark in annotations(kind.fields).values())
}
STARTS = {  # values that show something at once, by the name of the signal
    "Sine": {"mean": 0.5, "amplitude": 0.4, "frequency": 4.0},
    "Ramp": {"end": 1.0},
    "Noise": {"mean": 0.5, "sigma": 0.15, "tau": 20.0},
}
RUN = run_of(SignalRun, SIGNAL, ())
STEP = 0.5  # ms: neurons want a finer one than chance
_numbers = count(1)  # of boards, whose plots and knobs have names of their own in a page


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


class CardScene(EncoderScene):
    """A card: the signal and what is decoded as parts of the range of the encoder, and its spikes."""

    lines = 40

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.sampled = False  # it is scaled for each encoder

    def rows(self, model: Model) -> list[Row]:
        given = "Signal and decoded signal (orange)", "part of range", CURRENT, *FRAME_OF_PARTS
        return [Row("x", *given, other=DECODED), Row("raster", "Spikes", "neuron", SPIKE, 0, 1, raster=True)]

    def draw(self, result: Result) -> Drawn:
        drawn = super().draw(result)
        low, high = span(result.definition)
        given, decoded = drawn.data["x"].y, drawn.data["x"].other
        assert decoded is not None
        x, again = ((one - low) / (high - low) for one in (given, decoded))
        signal = drawn.data["x"]._replace(y=x, frame=FRAME_OF_PARTS, other=again.clip(*FRAME_OF_PARTS))
        return drawn._replace(data={"x": signal, "raster": drawn.data["raster"]._replace(title=None)})

    def drawing(
        self, experiment: Experiment, about: dict[str, Any], rows: Iterable[Row], prefix: str = ""
    ) -> dict[str, Any]:
        found = super().drawing(experiment, about, rows, prefix)
        drawn = [
            row | {"part": span(experiment.model.definition)} if row["key"] == "x" else row for row in found["rows"]
        ]
        return found | {"rows": drawn, "raster": {"title": "Spikes"}}


class Encoded(NamedTuple):
    """A run of the board: of each card what is drawn, or why it cannot be; `values` with which the page draws it."""

    cards: dict[str, Drawn | ValueError]
    values: dict[str, float]


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
        owner = f"board{next(_numbers)}"
        self.signal, self.run = (Group(self._changed, owner=f"{owner}.{part}") for part in ("stimulus", "run"))
        self.groups = {name: Group(self._changed, owner=f"{owner}.{name}") for name in self.models}
        self.scenes = {name: CardScene(model) for name, model in self.models.items()}
        self.here = Here(owner, {name: self.scenes[name].rows(model) for name, model in self.models.items()})
        self.shown: dict[str, Drawn] = {}
        self.run.hold(run, usual=RUN(dt=STEP))
        self.kind_menu = Menu(label="signal", options=list(OFFERED), value=signal.kind.title)
        self.trouble = Notice()
        self.given = GivenSignal(owner, self._replaced, lambda: self.run.knobs)
        self._hold(signal, self._first(signal))
        for name, group in self.groups.items():
            group.hold(self.models[name], built=False, usual=ENCODERS[name]())
        self.more = Sections((self.models[name].definition.title, group.box) for name, group in self.groups.items())
        self.more.param.watch(self._opened, "active")
        self.kind_menu.param.watch(self._picked, "value")
        self.panes = [
            self.kind_menu,
            self.given.box,
            self.signal.box,
            heading("Run"),
            self.run.box,
            heading("Encoders"),
            self.more,
        ]
        self.main = Column(self.trouble, self.given.sheet, self.here, sizing_mode="stretch_width")
        self.here.param.watch(self._way_changed, "way")
        self.live = Live(self._job, self._show, lambda *asked: None, self._failed, lambda: self._rested(rested))
        self._changed()

    def __panel__(self):
        side = pn.Column(*self.panes, width=290, scroll="y-auto", height=720)
        return pn.Row(side, self.main, sizing_mode="stretch_width")

    def query(self) -> dict[str, str]:
        """What is not as it was at first, named as in links of experiments, and of an encoder after its name."""
        try:
            signal = dict(query_stimulus(self.signal.knobs, "s"))
        except ValueError:  # a file, which no address holds
            signal = dict(query_stimulus(first_signal(), "s"))
        found = signal if signal != dict(query_stimulus(first_signal(), "s")) else {}
        begin = RUN(dt=STEP).values()
        found |= {f"r.{name}": text(x) for name, x in self.run.knobs.values().items() if x != begin[name]}
        for key, model in self.models.items():
            found |= {f"{key}.{name}": text(x) for name, x in model.changed().items()}
        return {"v": VERSION, **found} if found else {}

    def _opened(self, event) -> None:
        for section in event.new:
            list(self.groups.values())[section].build()

    def _picked(self, event) -> None:
        name = OFFERED[event.new]
        if name != self.signal.knobs.kind.name:
            self._replaced(self._beginning(stimuli_of(SIGNAL)[name]))

    def _beginning(self, kind: type[Stimulus]) -> Stimulus:
        """A signal of this kind as a menu gives it."""
        return self.given.beginning(kind, STARTS.get(kind.kind.name, {}))

    def _first(self, signal: Stimulus) -> Stimulus:
        """The signal of this kind from which an address differs, to which a reset leads."""
        first = first_signal()
        return first if type(first) is type(signal) else self._beginning(type(signal))

    def _replaced(self, signal: Stimulus, **settings: float) -> None:
        """Another signal, and what it asks of the run."""
        self._hold(signal)
        self.run.knobs.param.update(**settings)
        self._changed()

    def _hold(self, signal: Stimulus, usual: Stimulus | None = None) -> None:
        self.signal.hold(signal, usual=usual)
        self.kind_menu.value = signal.kind.title
        self.given.hold(self.signal.knobs)

    def _changed(self, *events) -> None:
        self.given.last(self.run.knobs.duration)
        try:
            experiments = self.experiments()
            self.live.request(experiments, self.here.follow(experiments, BY_HAND.get()), short=True)
        except ValueError as error:
            self.run.take_back(events, str(error))
            self.here.follow(self.experiments())

    def experiments(self) -> dict[str, Experiment]:
        """Each encoder under the signal. Raises ValueError where there are too many steps."""
        run = self.run.knobs
        page_steps(step_count(run), run.duration)
        return {
            name: under(spanned(type(one))(**one.values()), self.signal.knobs, run) for name, one in self.models.items()
        }

    def cases(self) -> list[Case]:
        """What is shown, as a file takes it: a gallery under the knobs of the signal."""
        return [Case(one.model.definition.title, one) for one in self.experiments().values()]

    def _job(self, experiments: dict[str, Experiment], values: dict[str, float]) -> Callable:
        """What encodes the signal in every way: with `values` the page draws it by itself."""
        jobs = {name: outcome(job_of, one, self.scenes[name]) for name, one in experiments.items()}

        def perform(cancelled: Callable[[], bool]) -> Encoded:
            cards = {}
            for name, (job, error) in jobs.items():
                if cancelled():
                    raise Cancelled
                found, error = (None, error) if error is not None else outcome(job)
                if error is not None and not isinstance(error, ValueError):
                    raise error
                cards[name] = found if error is None else error
            return Encoded(cards, values)

        return perform

    def _rested(self, then: Callable[["EncoderBoard"], None]) -> None:
        then(self)
        experiments = self.experiments()
        if not self.here.knows(experiments):
            scenes = self.scenes
            parts = {
                key: Part(one.copy(), scenes[key], scenes[key].rows(one.model)) for key, one in experiments.items()
            }
            self.live.aside(lambda: self.here.offer(parts), self.here.take)

    def _way_changed(self, event) -> None:
        """What the page gives up is drawn by the server."""
        if event.new == "server" and self.here.structures:
            self.here.feed(self.shown)

    def _show(self, found: Encoded, waiting: bool) -> None:
        self.shown = {name: one for name, one in found.cards.items() if isinstance(one, Drawn)}
        cut = any(signal_is_cut(one.result) for one in self.shown.values())
        with pn.io.hold():
            self.trouble.say("The signal is cut off at 0 and 1." if cut else "")
            if not found.values or self.here.way == "server":
                self.here.feed(self.shown)
            self.here.captions = {name: self._caption(name, one) for name, one in found.cards.items()}
            if found.values:
                self.here.answer(found.values)

    def _caption(self, name: str, found: Drawn | ValueError) -> str:
        model = self.models[name]
        return caption(model, measured(found), link(model, self.signal.knobs, self.run.knobs))

    def _failed(self, error: Exception) -> None:
        self.trouble.say(str(error))


def under(model: EncoderModel, signal: Stimulus, run: Any) -> Experiment:
    """A model under a signal, with those settings of a run that it has."""
    return Experiment.of(model, signal, {k: x for k, x in run.values().items() if k in model.settings._fields})


def job_of(experiment: Experiment, scene: CardScene) -> Callable[[], Drawn]:
    """What runs and draws it. Raises ValueError for what it cannot be."""
    experiment.fits()
    run, draw = experiment.job(), scene.prepare(experiment.model)
    return lambda: draw(run())


def link(model: EncoderModel, signal: Stimulus, run: Any) -> str:
    """The address of an encoder under this signal, in an explorer; "" where the signal leaves what it takes."""
    try:
        return f"?page=encoders&{under(model, signal_in_span(signal, model), run).to_query()}"
    except ValueError:
        return ""


def signal_in_span(signal: Stimulus, model: EncoderModel) -> Stimulus:
    """The signal in the range of an encoder."""
    low, high = span(model.definition)
    values = signal.values()
    for field, mark in annotations(signal.kind.fields).items():
        if isinstance(mark, Drive | Gain):
            begin = low if isinstance(mark, Drive) and mark.level else 0.0
            values[field] = round(begin + (high - low) * values[field], 9)
    more = {} if signal.kind.source is None else {"source": signal.source}
    return stimuli_of(model.port)[signal.kind.name](**values, **more)


def signal_is_cut(result: Result) -> bool:
    x = result.inputs["current"].float()
    return not torch.equal(x, x.clamp(0, 1))


def measured(found: Drawn | ValueError) -> str:
    """What is measured of a card, in words, or why there is nothing."""
    if isinstance(found, ValueError):
        return str(found)
    low, high = span(found.result.definition)
    recording = found.result.recording
    off = ((recording.variables["decoded"] - recording.variables["x"]) / (high - low)).numpy()
    said = f"error {np.sqrt(np.nanmean(off**2)):.3f}" if np.isfinite(off).any() else "nothing decoded"
    rate = 1000 * int(recording.spikes.sum()) / found.duration / recording.spikes.shape[1]
    late = lag_of(found.result)
    return f"{rate:.0f} Hz a neuron · {said}" + ("" if late is None else f" · {late:.3g} ms late")


def caption(model: EncoderModel, words: str, address: str) -> str:
    low, high = span(model.definition)
    where = f'<a href="{escape(address)}">open</a>' if address else ""
    small, about = f"{low:g} to {high:g} · {escape(words)}", model.definition
    told = f"<p class=told>{escape(CardScene.about(about))}</p>"
    return f"<p><b>{escape(about.title)}</b> {where}</p>{told}<p class=small>{small}</p>"


FRAME_OF_PARTS = (-0.05, 1.05)
