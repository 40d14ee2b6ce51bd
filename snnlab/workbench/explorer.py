"""The neuron explorer: knobs on a neuron, its stimulus and its run; linked plots, equations and numbers that answer."""

from contextlib import contextmanager

import numpy as np
import panel as pn
import panel_material_ui as pmui

from snnlab.analysis import spike_statistics, trace
from snnlab.core import Neuron, Quantity, annotations
from snnlab.models import KINDS, NEURONS, PRESETS, Experiment, Model, Preset, Result, Stimulus, Sweep, stimuli
from snnlab.symbolic import plain_symbol
from snnlab.views import Data, Row, Stack
from snnlab.views.style import CURRENT, MEASURED, SPIKE, STATE, VOLTAGE

from .cards import equation_text, statistics_html
from .controls import Control, Group
from .live import Live, served_document
from .notice import Notice
from .recording import RecordingChooser

MENU = {"size": "small", "sizing_mode": "stretch_width", "margin": (8, 10, 4, 10)}
SURROGATE = ("method", "alpha")  # what a step passes to its threshold: it bends gradients, not the run
LONG = 4000  # steps: a longer run is announced while it is computed
COMPUTING = "computing …"
TITLES = {kind.title: kind.name for kind in KINDS}


class Explorer(pn.viewable.Viewer):
    """A live experiment: `sidebar` has its controls and `main` what they drive; in a notebook both are side by side.

    `model`, `stimulus` and `settings` are those of `Experiment.of`; what is not given comes from `preset`, or from the
    first preset of the neuron. The model given is the one that its sliders move.
    """

    def __init__(
        self,
        model: Model | None = None,
        stimulus: Stimulus | None = None,
        *,
        preset: Preset | None = None,
        settings=None,
    ) -> None:
        super().__init__()
        self.silent = False
        self.stack: Stack | None = None
        self.neuron: Neuron | None = None
        self.groups = {name: Group(self._changed) for name in ("stimulus", "settings", "initial")}
        self.groups["model"] = Group(self._changed, lambda name: name not in SURROGATE)
        self.groups["surrogate"] = Group(self._changed, lambda name: name in SURROGATE)
        self._build()
        self.live = Live(lambda: self.experiment.job(), self._show, self._started, self._failed)
        first = preset or next(p for p in PRESETS.values() if model is None or p.model is type(model))
        begin = first.experiment()
        if model is not None or stimulus is not None or settings:
            parts = begin.settings.values() | (settings or {})
            begin = Experiment.of(model or begin.model, stimulus or begin.stimulus, parts)
        self.load(begin, first if model is None else None)

    # -- what is on the page ----------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.neuron_menu = pmui.Select(
            label="neuron", options={m.neuron.title or n: n for n, m in NEURONS.items()}, **MENU
        )
        self.preset_menu = pmui.Select(label="preset", **MENU)
        self.kind_menu = pmui.Select(label="stimulus", **MENU)
        self.reset = pmui.Button(label="Reset", icon="restart_alt", size="small", variant="text", margin=(8, 10, 4, 0))
        self.chooser = RecordingChooser(self._opened)
        self.file = pn.Column(sizing_mode="stretch_width", margin=0)
        self.look = pmui.Typography("", variant="body2", margin=(4, 10), sizing_mode="stretch_width")
        self.status = pmui.Typography("", variant="caption", margin=(4, 10), sizing_mode="stretch_width")
        self.trouble = Notice()
        self.numbers = pn.pane.HTML("", stylesheets=[NUMBERS], sizing_mode="stretch_width", margin=(0, 10))
        self.equations = pn.pane.LaTeX("", renderer="katex", sizing_mode="stretch_width", margin=(0, 10))
        self.plots = pn.Column(sizing_mode="stretch_both", margin=0)
        self.more = pmui.Accordion(
            ("Run: duration, dt, integrator, population", self.groups["settings"].box),
            ("Initial state", self.groups["initial"].box),
            ("Surrogate gradient (for training)", self.groups["surrogate"].box),
            active=[],
            sizing_mode="stretch_width",
            margin=(8, 10),
            sx={"& .MuiAccordionSummary-content, & .MuiAccordionSummary-content *": {"fontSize": "14px"}},
        )
        self.more.param.watch(lambda event: self._open_sections(), "active")
        self.neuron_menu.param.watch(self._picked_neuron, "value")
        self.preset_menu.param.watch(self._picked_preset, "value")
        self.kind_menu.param.watch(self._picked_kind, "value")
        self.reset.on_click(lambda event: self.load(self.origin(), self.preset))
        self.sidebar = [
            self.neuron_menu,
            pn.Row(self.preset_menu, self.reset, sizing_mode="stretch_width", margin=0),
            self.kind_menu,
            self.file,
            self.groups["stimulus"].box,
            heading("Parameters"),
            self.groups["model"].box,
            self.more,
        ]
        beside = [heading("Measured on the neuron without noise"), self.numbers, self.status, self.trouble]
        beside += [heading("Equations"), self.equations, self.look]
        self.beside = pn.Column(*beside, width=300, margin=0)
        self.main = pn.Row(self.plots, self.beside, sizing_mode="stretch_both", margin=0)

    def __panel__(self):
        self.beside.width = 250  # a cell is narrower than a page
        side = pn.Column(*self.sidebar, width=290, scroll="y-auto", sizing_mode="stretch_height")
        return pn.Row(side, self.main, height=720, sizing_mode="stretch_width")

    def _open_sections(self) -> None:
        for section in self.more.active:
            self.groups[("settings", "initial", "surrogate")[section]].build()

    def _build_stack(self, neuron: Neuron) -> None:
        """The plots of a neuron, from its state's annotations."""
        rows = []
        for name, mark in annotations(neuron.state).items():
            v, assumed = name == "v", labelled(plain_symbol(name, mark), mark)
            color, weight = (VOLTAGE, 4) if v else (STATE, 2)
            rows.append(Row(name, mark.doc.capitalize(), assumed, color, mark.low, mark.high, weight, spikes=v))
        rows.insert(1, Row("measured", "Measured membrane potential", "v (mV)", MEASURED, -80, 40, 3))
        current = neuron.current
        rows.append(
            Row(
                "I", "Stimulus", labelled("I", current), CURRENT, min(0, current.low / 4), current.high / 2, 2, fit=True
            )
        )
        rows.append(Row("raster", "Spikes", "neuron", SPIKE, 0, 1, 3, raster=True))
        self.stack = Stack(rows)
        self.plots[:] = [pn.pane.Bokeh(self.stack.figure, sizing_mode="stretch_both")]
        self.equations.object = equation_text(neuron)

    # -- the experiment ---------------------------------------------------------------------------------------------

    @property
    def experiment(self) -> Experiment:
        """What the controls show."""
        return Experiment(*(self.groups[name].knobs for name in ("model", "stimulus", "settings", "initial")))

    def load(self, experiment: Experiment, preset: Preset | None = None) -> None:
        """Show and run this experiment; `preset` is where it comes from."""
        neuron = experiment.model.neuron
        self.preset, self.origin = preset, experiment.copier()
        with self._silence(), pn.io.hold():
            self.groups["model"].hold(experiment.model)
            self.groups["surrogate"].hold(experiment.model, built=False)
            self.groups["settings"].hold(experiment.settings, built=False)
            self.groups["initial"].hold(experiment.initial, built=False)
            self._hold_stimulus(experiment.stimulus)
            if neuron is not self.neuron:
                self.neuron = neuron
                self._build_stack(neuron)
            self.neuron_menu.value = neuron.name
            options = {p.name: p.id for p in PRESETS.values() if p.model is type(experiment.model)}
            options |= {"own values": ""} if preset is None else {}
            self.preset_menu.param.update(options=options, value=preset.id if preset else "")
            self.look.object = f"**Look for** {preset.look}.  \n*{preset.source}*" if preset else ""
            self._open_sections()
        self._changed()

    def _kinds(self, stimulus: Stimulus) -> list[str]:
        """The stimuli of the menu: those that fit the model and need no data, and the present one."""
        fit = stimuli(self.groups["model"].knobs.port)
        simple = [k.kind for k in fit.values() if k.kind.shape is not None and k.kind.name not in ("Protocol", "Table")]
        return [kind.title for kind in KINDS if kind in simple or kind is stimulus.kind]

    def _hold_stimulus(self, stimulus: Stimulus) -> None:
        name = stimulus.kind.name
        offered = self._kinds(stimulus)
        self.kind_menu.param.update(options=offered, value=stimulus.kind.title)
        self.file[:] = [self.chooser] if name == "Recorded" else []
        self.groups["stimulus"].hold(stimulus)

    @contextmanager
    def _silence(self):
        """Changes inside are not run one by one."""
        before, self.silent = self.silent, True
        try:
            yield
        finally:
            self.silent = before

    def _picked_neuron(self, event) -> None:
        if not self.silent:
            first = next(p for p in PRESETS.values() if p.model is NEURONS[event.new])
            self.load(first.experiment(), first)

    def _picked_preset(self, event) -> None:
        if not self.silent and event.new:
            self.load(PRESETS[event.new].experiment(), PRESETS[event.new])

    def _picked_kind(self, event) -> None:
        if self.silent:
            return
        stimulus = stimuli(self.experiment.model.port)[TITLES[event.new]]()
        with self._silence(), pn.io.hold():
            self._hold_stimulus(stimulus)
            self.look.object = ""  # it spoke of the preset's stimulus
        if stimulus.source is not None:
            self._opened(stimulus.source)
        else:
            self._changed()

    def _opened(self, sweep: Sweep) -> None:
        """Drive the neuron with a recorded sweep: as long as it lasts, its largest current giving the usual drive.

        Raises ValueError for one that is too long, or whose current is too large or small for that.
        """
        stimulus, settings = self.experiment.stimulus, self.experiment.settings
        largest = float(np.abs(sweep.current).max()) or 1.0
        gain = float(f"{(self.neuron.current.default or 1.0) / largest:.3g}")
        duration = round(sweep.duration, 3)
        dt = float(f"{max(0.1, duration / 20_000):.2g}")
        for knobs, name, value in ((stimulus, "gain", gain), (settings, "duration", duration), (settings, "dt", dt)):
            knobs.annotation(name).check(f"{name} for {sweep.name}", value)
        with self._silence(), pn.io.hold():
            stimulus.param.update(source=sweep, gain=gain, offset=0.0)
            settings.param.update(duration=duration, dt=dt, integrator="Euler")
        self._changed()

    # -- from a change to a picture ---------------------------------------------------------------------------------

    def _changed(self, *events) -> None:
        if self.silent:
            return
        try:
            self.live.request(short=self.experiment.steps <= LONG)
        except ValueError as error:  # each value is allowed, not all together: go back to what is drawn
            with self._silence():
                for event in events:
                    setattr(event.obj, event.name, event.old)
            for event in events:
                control = self.groups["settings"].controls.get(event.name)
                if isinstance(control, Control):
                    control.refuse(str(error))
            self.trouble.say(str(error))

    def _started(self) -> None:
        if self.experiment.steps > LONG:
            self.status.object = COMPUTING

    def _failed(self, error: Exception) -> None:
        self.trouble.say(f"The run failed: {error}")
        self.status.object = ""

    def _show(self, result: Result, waiting: bool) -> None:
        if result.definition is not self.neuron:
            return  # of the neuron before
        functions = {f: value for f, value in result.p._asdict().items() if callable(value)}
        self.equations.object = equation_text(result.definition, **functions)  # nothing is sent where it is the same
        recording = result.recording
        steps, neurons = recording.spikes.shape
        t = recording.time.astype(np.float32)  # of a run that failed, as far as it went
        spikes, fired = recording.spike_times(), recording.spikes.cpu().numpy()
        current = result.current.numpy().astype(np.float32)
        duration = len(current) * recording.dt * 1000

        data = {name: Data(t, values[:, 0].cpu().numpy()) for name, values in recording.variables.items()}
        data["v"] = Data(t, trace(recording, result.definition, result.p))
        data["I"] = Data(np.linspace(0, duration, len(current) + 1, dtype=np.float32)[1:], current)
        when, who = fired.nonzero()
        title = f"Spikes of {neurons} neurons, noise growing upwards from none" if neurons > 1 else "Spikes"
        data["raster"] = Data(t[when], (who + 1).astype(np.float32), title, (0.25, neurons + 0.75))
        if isinstance(sweep := result.source, Sweep) and sweep.voltage is not None:
            data["measured"] = Data((sweep.time - sweep.time[0]).astype(np.float32), sweep.voltage.astype(np.float32))

        measured = spike_statistics(spikes, duration, result.onset)
        many = f"{steps:,} steps × {neurons} neuron{'s' * (neurons > 1)}"
        status = f"{many} on {result.device} in {result.seconds * 1000:.0f} ms"
        trouble = ""
        if failure := result.failure:  # neurons are counted from 1 here, as in the raster
            begin = f"{failure.variable} of neuron {failure.neuron + 1} is not finite at {failure.time:.4g} ms"
            trouble = f"{begin}: give a smaller dt, or less extreme parameters"
        with pn.io.hold():
            self.stack.feed(duration, data, spikes)
            self.numbers.object = statistics_html(measured, 1000 * fired.sum() / duration / neurons, neurons)
            self.status.object = COMPUTING if waiting and steps > LONG else status
            if self.trouble.visible or trouble:
                self.trouble.say(trouble)


def explore(model: Model | None = None, stimulus: Stimulus | None = None, **settings) -> Explorer:
    """Explore a model live, in a notebook cell or in an app of your own: the component of the explorer page.

    The sliders move the very `model` that is given; `settings` are those of a run (duration, dt, neurons, ...).

    >>> import snnlab
    >>> view = snnlab.explore(snnlab.models.Izhikevich(a=0.1), duration=100, neurons=1)
    >>> view.experiment.model.a
    0.1
    """
    if served_document() is None:
        pn.extension("katex", "filedropper")
    return Explorer(model, stimulus, settings=settings)


def labelled(symbol: str, mark: Quantity) -> str:
    return f"{symbol} ({mark.unit})"


def heading(text: str) -> pmui.Typography:
    return pmui.Typography(text, variant="subtitle2", margin=(10, 10, 2, 10))


NUMBERS = """
table.numbers { width: 100%; border-collapse: collapse; font-size: 13px; }
table.numbers td { padding: 3px 0; border-bottom: 1px solid rgba(128, 128, 128, 0.25); }
table.numbers td:last-child { text-align: right; font-variant-numeric: tabular-nums; font-weight: 600; }
"""
