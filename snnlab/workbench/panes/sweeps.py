"""The pane of the sweeps of a file: the cell's potential in each, and its spikes beside those of the model."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib.resources import files

import numpy as np
import param
from bokeh.events import Tap

from snnlab.analysis import SpikeStatistics, cell_spikes, spike_statistics
from snnlab.core.palette import MEASURED, VOLTAGE, coloured
from snnlab.models import Experiment, Sweep
from snnlab.models.recordings.sweep import in_picoampere, levels
from snnlab.views.curves import Curve, Curves, CurvesView, thinned

from ..cards import WAITING, cell, title
from ..plain import Component, Plain
from ..scenes import Drawn
from ..words import Words
from .pane import Pane, Shown

MOST = 60  # sweeps that are drawn: more would be one dark area, and a megabyte
STEPS = 2_000_000  # of the model's runs under all of them: a quarter of a second
PALE = 0.25
TRACES, RATES = "traces", "rate over current"
NONE = "no recording with a measured voltage drives this model"


class SweepTable(Component):
    """A line for each sweep, whose button chooses it."""

    rows = param.List([], doc="number, current, spikes, rate and first spike of the cell in each sweep")
    names = param.List([], item_type=str, doc="of the sweeps, with that of their file")
    chosen = param.Integer(0, doc="which of them drives the model")
    model = param.Dict({}, doc="spikes, rate and first spike of the model under sweeps, by their places")
    old = param.Boolean(doc="whether what is said of the model is of another run")
    picked = param.Dict({}, doc="what a hand did: {sweep}, and how often")

    _bundle = "sweeps.js"
    _by_hand = ("picked",)


@dataclass(frozen=True, eq=False)
class Overlay:
    """What the cell did in the sweeps of a file; `drawn` are the places of those in the picture."""

    sweeps: tuple[Sweep, ...]
    currents: list[float]
    statistics: list[SpikeStatistics]
    drawn: list[int]
    lines: list[tuple[np.ndarray, np.ndarray]]


class SweepPane(Pane):
    """The measured potential of all sweeps, the one that drives the model strong; a click chooses another."""

    key, title = "sweeps", "Sweeps of the recording"
    slow = True

    def build(self) -> None:
        self.view = CurvesView(height=150)
        self.view.figure.on_event(Tap, self._tapped)
        self.numbers = Words(TILES + WAITING, margin=(0, 10), name=f"{self.owner}.model.cell")
        self.table = SweepTable(sizing_mode="stretch_width", margin=(0, 10), stylesheets=[SHEET])
        self.table.param.watch(lambda event: self._pick(event.new["sweep"]), "picked")
        self.overlay: Overlay | None = None
        self.fed: tuple = ()  # of what the picture is
        self.box[:] = [self.head, Plain(self.view.figure), self.numbers, self.table]

    def suits(self, shown: Shown) -> bool:
        sweep = shown.drawn.result.source
        return isinstance(sweep, Sweep) and sweep.voltage is not None

    def fade(self) -> None:
        if len(self.box):
            self.table.old = True  # what the cell did stays what it is
            if self.head.value == RATES:
                self.view.fade()

    def follow(self, shown: Shown) -> None:
        if not self.suits(shown):
            self.box.visible = False  # what it shows is of another stimulus
        elif self.overlay is not None:
            self.numbers.html = tiles(shown.drawn)

    def job(self, shown: Shown) -> Callable[[], object]:
        result, before, experiment = shown.drawn.result, self.overlay, shown.experiment().copy()
        there = shown.sweeps()

        def draw() -> tuple[Overlay, int, dict[int, SpikeStatistics], Drawn]:
            if not self.suits(shown):
                raise ValueError(NONE)
            sweeps = there if any(one is result.source for one in there) else (result.source,)
            chosen = next(k for k, one in enumerate(sweeps) if one is result.source)
            known = before is not None and before.sweeps == sweeps and chosen in before.drawn
            found = before if known and before is not None else overlay_of(sweeps, chosen)
            own = spike_statistics(result.recording.spike_times(), shown.drawn.duration)
            return found, chosen, model_of(experiment, found) | {chosen: own}, shown.drawn

        return draw

    def feed(self, picture) -> None:
        found, chosen, model, drawn = picture
        options = [TRACES, RATES] if len(model) == len(found.sweeps) > 2 < len(set(found.currents)) else []
        value = self.head.value if self.head.value in options else TRACES if options else ""
        if value == RATES:
            self.view.feed(rates_of(found, chosen, model))
        elif (found, chosen) != self.fed:
            self.view.feed(curves_of(found, chosen))
        self.fed = () if value == RATES else (found, chosen)
        self.head.param.update(note=note_of(found, chosen, value), options=options, value=value)
        if found is not self.overlay:
            self.overlay = found
            self.table.param.update(rows=rows_of(found), names=[one.name for one in found.sweeps])
        said = {str(k): told(one) for k, one in model.items()}
        self.table.param.update(chosen=chosen, model=said, old=False)
        self.numbers.html = tiles(drawn)

    def _pick(self, k: int) -> None:
        if self.overlay is not None and k < len(self.overlay.sweeps):
            self.choose(self.overlay.sweeps[k])

    def _tapped(self, event: Tap) -> None:
        """The sweep whose line is nearest above or below the point, or whose current is nearest."""
        if self.overlay is None or event.x is None or event.y is None:
            return
        if self.head.value == RATES:
            self._pick(int(np.argmin(np.abs(np.array(self.overlay.currents) - event.x))))
        else:
            away = [abs(float(np.interp(event.x, *line)) - event.y) for line in self.overlay.lines]
            self._pick(self.overlay.drawn[int(np.argmin(away))])


def overlay_of(sweeps: tuple[Sweep, ...], chosen: int) -> Overlay:
    """What the cell did in these sweeps; of many, some are drawn, among them the chosen one."""
    there = [(k, one, one.voltage) for k, one in enumerate(sweeps) if one.voltage is not None]
    evenly = np.linspace(0, len(there) - 1, min(MOST, len(there))).round().astype(int).tolist()
    drawn = sorted({*(there[k][0] for k in evenly), chosen})
    lines = [thinned(one.time - one.time[0], v) for k, one, v in there if k in drawn]
    statistics = [spike_statistics([] if one.voltage is None else cell_spikes(one), one.duration) for one in sweeps]
    return Overlay(sweeps, levels([one.current for one in sweeps]), statistics, drawn, lines)


def model_of(experiment: Experiment, found: Overlay) -> dict[int, SpikeStatistics]:
    """What the first neuron does under each sweep that is drawn, by their places; nothing where that takes too long."""
    if experiment.steps * len(found.drawn) > STEPS:
        return {}
    if experiment.settings.neurons > 1:
        experiment.settings.param.update(neurons=1, noise=0.0)
    answers = {}
    for k in found.drawn:
        experiment.stimulus.source = found.sweeps[k]
        recording = experiment.job()().recording
        answers[k] = spike_statistics(recording.spike_times(), experiment.settings.duration)
    return answers


def curves_of(found: Overlay, chosen: int) -> Curves:
    """The potentials; the chosen one comes last, over the others."""
    lines = dict(zip(found.drawn, found.lines, strict=True))
    pale = [Curve(*line, MEASURED, opacity=PALE) for k, line in lines.items() if k != chosen]
    return Curves(("time (ms)", "v (mV)"), [*pale, Curve(*lines[chosen], MEASURED)])


def rates_of(found: Overlay, chosen: int, model: dict[int, SpikeStatistics]) -> Curves:
    """Mean rates of cell and model over the current of the sweeps."""
    order = sorted(range(len(found.sweeps)), key=lambda k: found.currents[k])
    x = np.array([found.currents[k] for k in order])
    of_cell, of_model = (np.array([each[k].rate for k in order]) for each in (found.statistics, model))
    curves = [Curve(x, of_cell, MEASURED), Curve(x, of_model, VOLTAGE)]
    marks = [(found.currents[chosen], f"sweep {number_of(found.sweeps[chosen], chosen)}")]
    return Curves(("current (pA)", "rate (Hz)"), curves, (x, of_model), marks)


def note_of(found: Overlay, chosen: int, value: str) -> str:
    """What drives the model, and how much is drawn, or whose the curves are."""
    if value == RATES:
        return "spikes over the whole sweep: violet the cell, green the model"
    many, count = len(found.sweeps), len(found.drawn)
    drawn = f", {count} of {many:,} drawn" if count < many else f", {many} sweeps" if many > 1 else ""
    return found.sweeps[chosen].name + drawn


def rows_of(found: Overlay) -> list[list[str]]:
    each = zip(found.sweeps, found.currents, found.statistics, strict=True)
    return [[number_of(one, k), in_picoampere(x), *told(of_cell)] for k, (one, x, of_cell) in enumerate(each)]


def number_of(sweep: Sweep, k: int) -> str:
    """Its number in the file."""
    named = re.search(r", sweep (\d+) \(", sweep.name)
    return named[1] if named else str(k + 1)


def told(found: SpikeStatistics) -> list[str]:
    """Spikes, mean rate, and when the first one is."""
    return [cell(found.spikes, digits=0), cell(found.rate), cell(found.latency)]


def tiles(drawn: Drawn) -> str:
    """The numbers that compare model and cell."""
    each = (f"<div{title(one.doc)}><dt>{escape(one.name)}</dt><dd>{one.value}</dd></div>" for one in drawn.agreement)
    return f"<dl>{''.join(each)}</dl>"


TILES = """
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(72px, 1fr)); gap: 6px; margin: 4px 0 6px; }
dl > div {
  background: rgba(128, 128, 128, 0.1); border-radius: 4px; padding: 4px; text-align: center;
  display: flex; flex-direction: column-reverse; justify-content: flex-end;
}
dd { margin: 0; font-size: 14px; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
dt { font-size: 11px; line-height: 1.25; opacity: 0.8; }
"""
SHEET = coloured(files(__package__).joinpath("sweeps.css").read_text())
