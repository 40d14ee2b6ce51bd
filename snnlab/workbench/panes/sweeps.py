"""The pane of the sweeps of a file: the cell's potential in each, and its spikes beside those of the model."""

from collections.abc import Callable
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import param
from bokeh.events import Tap

from snnlab.analysis import SpikeStatistics, cell_spikes, spike_statistics
from snnlab.core.palette import MEASURED, coloured
from snnlab.models import Sweep
from snnlab.models.recordings.sweep import in_picoampere, levels
from snnlab.views.curves import Curve, Curves, CurvesView, thinned

from ..cards import cell
from ..plain import Component, Plain
from .pane import Pane, Shown

MOST = 60  # curves: more would be one dark area, and a megabyte
PALE = 0.25
NONE = "no recording with a measured voltage drives this model"


class SweepTable(Component):
    """A line for each sweep, whose button chooses it."""

    rows = param.List([], doc="name, current, spikes, rate and latency of the cell in each")
    names = param.List([], item_type=str, doc="of the sweeps, with that of their file")
    chosen = param.Integer(0, doc="which of them drives the model")
    model = param.List([], item_type=str, doc="spikes, rate and latency of the model, driven by the chosen one")
    picked = param.Dict({}, doc="what a hand did: {sweep}, and how often")

    _bundle = "sweeps.js"
    _by_hand = ("picked",)


class Overlay(NamedTuple):
    """What the cell did in the sweeps of a file; `drawn` are the places of those in the picture."""

    sweeps: tuple[Sweep, ...]
    statistics: list[SpikeStatistics]
    drawn: list[int]
    lines: list[tuple[np.ndarray, np.ndarray]]


class SweepPane(Pane):
    """The measured potential of all sweeps, the one that drives the model strong; a click chooses another."""

    key, title = "sweeps", "Sweeps of the recording"

    def build(self) -> None:
        self.view = CurvesView(height=150)
        self.view.figure.on_event(Tap, self._tapped)
        self.table = SweepTable(sizing_mode="stretch_width", margin=(0, 10), stylesheets=[SHEET])
        self.table.param.watch(lambda event: self._pick(event.new["sweep"]), "picked")
        self.overlay: Overlay | None = None
        self.chosen: int | None = None
        self.box[:] = [self.head, Plain(self.view.figure), self.table]

    def suits(self, shown: Shown) -> bool:
        sweep = shown.drawn.result.source
        return isinstance(sweep, Sweep) and sweep.voltage is not None

    def follow(self, shown: Shown) -> None:
        if self.suits(shown):
            super().follow(shown)
        else:
            self.box.visible = False  # what it shows is of another stimulus

    def job(self, shown: Shown) -> Callable[[], object]:
        result, before = shown.drawn.result, self.overlay

        def draw() -> tuple[Overlay, int, SpikeStatistics]:
            if not self.suits(shown):
                raise ValueError(NONE)
            sweeps = shown.sweeps if any(one is result.source for one in shown.sweeps) else (result.source,)
            chosen = next(k for k, one in enumerate(sweeps) if one is result.source)
            if before is not None and before.sweeps == sweeps and chosen in before.drawn:
                found = before
            else:
                found = overlay_of(sweeps, chosen)
            return found, chosen, spike_statistics(result.recording.spike_times(), shown.drawn.duration)

        return draw

    def feed(self, picture) -> None:
        found, chosen, model = picture
        if found is not self.overlay or chosen != self.chosen:
            self.overlay, self.chosen = found, chosen
            self.view.feed(curves_of(found, chosen))
            self.head.note = note_of(found, chosen)
            rows, names = rows_of(found), [one.name for one in found.sweeps]
            self.table.param.update(rows=rows, names=names, chosen=chosen, model=told(model))
        self.table.model = told(model)

    def _pick(self, k: int) -> None:
        if self.overlay is not None and k < len(self.overlay.sweeps):
            self.choose(self.overlay.sweeps[k])

    def _tapped(self, event: Tap) -> None:
        """The sweep whose line is nearest above or below the point."""
        if self.overlay is not None and event.x is not None and event.y is not None:
            away = [abs(float(np.interp(event.x, *line)) - event.y) for line in self.overlay.lines]
            self._pick(self.overlay.drawn[int(np.argmin(away))])


def overlay_of(sweeps: tuple[Sweep, ...], chosen: int) -> Overlay:
    """What the cell did in these sweeps; many are drawn in part, among them the chosen one."""
    there = [k for k, one in enumerate(sweeps) if one.voltage is not None]
    evenly = np.linspace(0, len(there) - 1, min(MOST, len(there))).round().astype(int)
    drawn = sorted({*(there[k] for k in evenly), chosen})
    lines = [thinned(one.time - one.time[0], one.voltage) for k in drawn if (one := sweeps[k]).voltage is not None]
    statistics = [
        spike_statistics(times[times <= one.duration] if len(times) else times, one.duration)
        for one in sweeps
        for times in [cell_spikes(one) if one.voltage is not None else np.array([])]
    ]
    return Overlay(sweeps, statistics, drawn, lines)


def curves_of(found: Overlay, chosen: int) -> Curves:
    """The chosen one comes last, over the others."""
    lines = dict(zip(found.drawn, found.lines, strict=True))
    pale = [Curve(*line, MEASURED, alpha=PALE) for k, line in lines.items() if k != chosen]
    return Curves(("time (ms)", "v (mV)"), [*pale, Curve(*lines[chosen], MEASURED)])


def note_of(found: Overlay, chosen: int) -> str:
    """File and chosen sweep, and how many are drawn."""
    many = len(found.sweeps)
    part = f"; {len(found.drawn)} of {many:,} are drawn" if len(found.drawn) < many else ""
    return f"sweep {chosen + 1} of {many:,} drives the model{part}"


def rows_of(found: Overlay) -> list[list[str]]:
    currents = levels([one.current for one in found.sweeps])
    return [
        [str(k), in_picoampere(current), *told(of_cell)]
        for k, (current, of_cell) in enumerate(zip(currents, found.statistics, strict=True), start=1)
    ]


def told(found: SpikeStatistics) -> list[str]:
    """Spikes, mean rate, and the first one's time."""
    return [cell(found.spikes, digits=0), cell(found.rate), cell(found.latency)]


SHEET = coloured(files(__package__).joinpath("sweeps.css").read_text())
