"""The explorer: knobs on a model, its stimulus and its run; linked plots, equations and numbers that answer."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape

import panel as pn
import panel_material_ui as pmui

from snnlab.engine import Cancelled
from snnlab.models import (
    FAMILIES,
    KINDS,
    PRESETS,
    Convergence,
    Experiment,
    Model,
    Preset,
    Result,
    Stimulus,
    Sweep,
    stimuli_of,
)
from snnlab.models.convergence import convergence
from snnlab.views import CurveView, Stack

from .cards import equation_text, numbers_html
from .controls import Group, Menu
from .live import Live, served_document
from .chooser import RecordingChooser
from .scenes import SCENES, Drawn, Scene
from .step_line import StepLine
from .words import Notice, Words

MENU = {"size": "small", "sizing_mode": "stretch_width", "margin": (8, 10, 4, 10)}
LONG = 4000  # steps: a longer run is announced while it is computed
COMPUTING = "computing …"
CHEAP = 0.02  # s: what it may cost to ask what half of the step changes
TITLES = {kind.title: kind.name for kind in KINDS}


class Explorer(pn.viewable.Viewer):
    """A live experiment: `sidebar` has its controls and `main` what they drive; in a notebook both are side by side.

    `model`, `stimulus` and `settings` are those of `Experiment.of`; what is not given comes from `preset`, or from the
    first preset of the model, or of the `family`. The model given is the one that its sliders move. `rested(explorer)`
    is called on a page when the hand rests, and what is shown is what the controls say.
    """

    def __init__(
        self,
        model: Model | None = None,
        stimulus: Stimulus | None = None,
        *,
        preset: Preset | None = None,
        experiment: Experiment | None = None,
        settings=None,
        family: str = "neuron",
        rested: Callable[["Explorer"], None] = lambda explorer: None,
    ) -> None:
        super().__init__()
        self.silent = False
        self.stack: Stack | None = None
        self.scene: Scene | None = None
        self.shape: tuple = ()
        self.formula: tuple[str, ...] = ()
        self.asked: dict = {}
        self.groups = {name: Group(self._changed) for name in ("stimulus", "settings", "initial")}
        self.inner: dict[str, Group] = {}
        if experiment is not None:
            family = experiment.model.family
        elif model is not None or preset is not None:
            family = (model or preset.model).family
        self.kinds = FAMILIES[family]
        self.made_of = SCENES[family]
        self.groups |= {"model": Group(self._changed, "run"), "gradient": Group(self._changed, "gradient")}
        self._build()
        self.live = Live(self._job, self._show, self._started, self._failed, lambda: self._rested(rested))
        kind = type(model) if model is not None else None
        wanted = (kind,) if kind else self.kinds.values()
        first = preset or next((p for p in PRESETS.values() if p.model in wanted), None)
        # a class of one's own has no preset
        begin = experiment or (first.experiment() if first else Experiment.of(model, None, model.on_show()))
        if model is not None or stimulus is not None or settings:
            given = dict(settings or {})
            if experiment is None and family == "neuron" and given.get("neurons") == 1:
                given = {"noise": 0.0} | given  # that of a preset is a population's
            begin = Experiment.of(model or begin.model, stimulus or begin.stimulus, begin.settings.values() | given)
        self.load(begin, first if model is None and experiment is None else None)

    # -- what is on the page ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        options = {kind.definition.title or name: name for name, kind in self.kinds.items()}
        self.model_menu = Menu(label=self.made_of.menu, options=options, **MENU)
        self.preset_menu = Menu(label="preset", **MENU)
        self.kind_menu = Menu(label="stimulus", **MENU)
        self.reset = pmui.Button(label="Reset", icon="restart_alt", size="small", variant="text", margin=(8, 10, 4, 0))
        self.chooser = RecordingChooser(self._opened)
        self.file = pn.Column(sizing_mode="stretch_width", margin=0)
        self.parts = pn.Column(sizing_mode="stretch_width", margin=0)
        self.inside = pn.Column(sizing_mode="stretch_width", margin=0)
        self.look = Words()
        self.status = Words(":host { font-size: 12px; }")
        self.words = Words(margin=(6, 10))
        self.drawn: Drawn | None = None
        self.trouble = Notice()
        self.step = StepLine(self._finer, self._show_preset)
        self.numbers = Words(NUMBERS, margin=(0, 10))
        # what is wider than the column, as a sequence of chirps, is moved by hand
        self.equations = pn.pane.LaTeX(
            "", renderer="katex", sizing_mode="stretch_width", margin=(0, 10), styles={"overflow-x": "auto"}
        )
        self.plots = pn.Column(sizing_mode="stretch_both", margin=0, stylesheets=[NARROW_PLOTS])
        self.more = pmui.Accordion(
            *((title, self.groups[name].box) for name, title in self.made_of.sections.items()),
            active=[],
            sizing_mode="stretch_width",
            margin=(8, 10),
            sx={"& .MuiAccordionSummary-content, & .MuiAccordionSummary-content *": {"fontSize": "14px"}},
        )
        self.more.param.watch(lambda event: self._open_sections(), "active")
        self.model_menu.param.watch(self._picked_model, "value")
        self.preset_menu.param.watch(self._picked_preset, "value")
        self.kind_menu.param.watch(self._picked_kind, "value")
        self.reset.on_click(lambda event: self.load(self.origin(), self.preset))
        self.sidebar = [
            self.model_menu,
            pn.Row(self.preset_menu, self.reset, sizing_mode="stretch_width", margin=0),
            self.kind_menu,
            self.file,
            self.groups["stimulus"].box,
            self.parts,
            heading("Parameters"),
            self.groups["model"].box,
            self.inside,
            self.more,
        ]
        beside = [heading(self.made_of.measured), self.numbers, self.status, self.trouble, self.step.box]
        self.curve: CurveView | None = None
        self.curve_box = pn.Column(sizing_mode="stretch_width", margin=0, visible=False)
        if (curve := self.made_of.curve) is not None:
            self.curve = CurveView(*curve)
            self.curve_box[:] = [pn.pane.Bokeh(self.curve.figure, sizing_mode="stretch_width", margin=0)]
        self.equations_title = heading("Equations")
        beside += [self.curve_box, self.equations_title, self.equations, self.look, self.words]
        self.beside = pn.Column(*beside, width=300, margin=0, stylesheets=[NARROW_BESIDE])
        self.main = pn.Row(self.plots, self.beside, sizing_mode="stretch_both", margin=0, stylesheets=[NARROW_MAIN])

    def __panel__(self):
        self.beside.width = 250  # a cell is narrower than a page
        side = pn.Column(*self.sidebar, width=290, scroll="y-auto", sizing_mode="stretch_height")
        return pn.Row(side, self.main, height=720, sizing_mode="stretch_width")

    def _open_sections(self) -> None:
        for section in self.more.active:
            self.groups[list(self.made_of.sections)[section]].build()

    def _build_stack(self, model: Model) -> None:
        """The plots of a model, from its definition."""
        self.scene = self.made_of(model)
        self.stack = Stack(self.scene.rows(model))
        self.plots[:] = [pn.pane.Bokeh(self.stack.figure, sizing_mode="stretch_both")]

    # -- the experiment -----------------------------------------------------------------------------------------------

    @property
    def experiment(self) -> Experiment:
        """What the controls show."""
        return Experiment(*[self.groups[name].knobs for name in ("model", "stimulus", "settings", "initial")])

    def load(self, experiment: Experiment, preset: Preset | None = None) -> None:
        """Show and run this experiment; `preset` is where it comes from."""
        model = experiment.model
        self.preset, self.origin = preset, experiment.copier()
        self.asked = experiment.stimulus.values()  # of a recording: what is not set by hand
        with self._silence(), pn.io.hold():
            self.groups["model"].hold(model)
            self.groups["gradient"].hold(model, built=False)
            self._hold_inner(model)
            self.groups["settings"].hold(experiment.settings, built=False)
            self.groups["initial"].hold(experiment.initial, built=False)
            self._hold_stimulus(experiment.stimulus)
            shape = (type(model), *(type(getattr(model, name)) for name in model.inner))
            if shape != self.shape:
                self.shape = shape
                self._build_stack(model)
            self.model_menu.value = model.definition.name
            options = {p.name: p.id for p in PRESETS.values() if p.model is type(model)}
            options |= {"own values": ""} if preset is None else {}
            self.preset_menu.param.update(options=options, value=preset.id if preset else "")
            self.look.html = looked_for(preset) if preset else ""
            self._open_sections()
        self._changed()

    def _hold_inner(self, model: Model) -> None:
        """The models inside of a network: a menu and the controls of each."""
        if list(self.inner) != list(model.inner):
            self.inner = {name: Group(self._changed) for name in model.inner}
        boxes: list = []
        for name, group in self.inner.items():
            group.hold(getattr(model, name))
            setattr(self.groups["model"].knobs, name, group.knobs)
            kinds = FAMILIES[model.inner[name]]
            options = {kind.definition.title or key: key for key, kind in kinds.items()}
            menu = Menu(label=name, options=options, value=group.knobs.definition.name, **MENU)
            menu.param.watch(lambda event, name=name: self._picked_inner(name, event.new), "value")
            boxes += [menu, group.box]
        self.inside[:] = boxes

    def _hold_stimulus(self, stimulus: Stimulus) -> None:
        self.kind_menu.param.update(options=self._offered(stimulus), value=stimulus.kind.title)
        self.groups["stimulus"].hold(stimulus)
        self.formula = stimulus.equations()  # which no slider changes
        self.file.visible = isinstance(stimulus.source, Sweep)
        if self.file.visible:
            if not len(self.file):  # once: made anew, it would forget a file on its way
                self.file[:] = [self.chooser]
            self.chooser.hold(self.groups["stimulus"].knobs)
        boxes: list = []
        for part in leaves(stimulus) if stimulus.parts else ():
            group = Group(self._changed)
            group.hold(part)
            boxes += [heading(part.kind.title), group.box]
        if (source := stimulus.kind.source) is not None and (words := source.words(stimulus.source)):
            boxes.insert(0, pmui.Typography(words, variant="caption", margin=(0, 10)))
        self.parts[:] = boxes

    def _offered(self, stimulus: Stimulus) -> list[str]:
        """The stimuli of the menu: those that fit the model and that a menu can make, and the present one."""
        fit = stimuli_of(self.groups["model"].knobs.port)
        return [kind.title for kind in KINDS if kind is stimulus.kind or (kind.name in fit and kind.offered)]

    @contextmanager
    def _silence(self):
        """Changes inside are not run one by one."""
        before, self.silent = self.silent, True
        try:
            yield
        finally:
            self.silent = before

    def _picked_model(self, event) -> None:
        if self.silent:
            return
        first = next(p for p in PRESETS.values() if p.model is self.kinds[event.new])
        try:
            driven, asked = self._under(first.experiment(), self.experiment.stimulus.source)
        except ValueError:  # no recording, or one that cannot drive the other model
            self.load(first.experiment(), first)
        else:
            self.load(driven)
            self.asked = asked

    def _picked_preset(self, event) -> None:
        if not self.silent and event.new:
            self._show_preset(event.new)

    def _show_preset(self, wanted: str) -> None:
        self.load(PRESETS[wanted].experiment(), PRESETS[wanted])

    def _picked_inner(self, name: str, wanted: str) -> None:
        if self.silent:
            return
        now = self.experiment
        inner = {other: group.knobs for other, group in self.inner.items()}
        inner[name] = FAMILIES[now.model.inner[name]][wanted]()
        model = type(now.model)(**now.model.values(), **inner)
        try:
            self.load(Experiment.of(model, now.stimulus.copy(), self._settings()))
        except ValueError:  # in other units, or at a port that the new one does not have
            self.load(Experiment.of(model, None, self._settings()))

    def _settings(self) -> dict:
        return self.experiment.settings.values() | {"record": ()}

    def _picked_kind(self, event) -> None:
        if self.silent:
            return
        stimulus = stimuli_of(self.groups["model"].knobs.port)[TITLES[event.new]]()
        if isinstance(stimulus.source, Sweep):
            stimulus.source = self.chooser.current or stimulus.source
        with self._silence(), pn.io.hold():
            self._hold_stimulus(stimulus)
            self.look.html = ""  # it spoke of the preset's stimulus
        if stimulus.source is None:
            self._changed()
            return
        self.asked = {}
        try:
            self._opened(stimulus.source)
        except ValueError as error:
            self.chooser.message.say(str(error))
            self._changed()

    def _under(self, experiment: Experiment, sweep: Sweep) -> tuple[Experiment, dict]:
        """An experiment driven by a recorded sweep, a gain and an offset that were set by hand staying as they are; and
        the values that the sweep itself asks for. Raises ValueError, in terms of the recording.
        """
        now = self.experiment.stimulus
        if not isinstance(sweep, Sweep):
            raise ValueError("there is no recording")
        driven = experiment.under(sweep)
        asked = driven.stimulus.values()
        by_hand = {name: value for name, value in now.values().items() if value != self.asked.get(name, value)}
        if by_hand and driven.stimulus.drives.current.unit == now.drives.current.unit:
            driven = experiment.under(sweep, **by_hand)
        return driven, asked

    def _opened(self, sweep: Sweep) -> None:
        """Drive the model with a recorded sweep. Raises ValueError, in terms of the recording, where it cannot."""
        now = self.experiment
        driven, asked = self._under(now, sweep)
        with self._silence(), pn.io.hold():
            now.stimulus.param.update(source=sweep, **driven.stimulus.values())
            now.settings.param.update(driven.settings.values())
        self.asked = asked
        self._changed()

    # -- from a change to a picture -----------------------------------------------------------------------------------

    def _changed(self, *events) -> None:
        if self.silent:
            return
        self.step.fade()
        try:
            experiment = self.experiment
            steps = experiment.fits()
            self.live.request(experiment, steps, short=steps <= LONG)
        except ValueError as error:
            with self._silence():
                self.groups["settings"].take_back(events, str(error))
            self.trouble.say(str(error))

    def _job(self, experiment: Experiment, steps: int):
        """What computes and draws, with all values as they are now."""
        scene = self.scene
        run, draw = experiment.job(), scene.prepare(experiment.model)
        return lambda cancelled: (scene, draw(run(cancelled)))

    def _finer(self, dt: float) -> None:
        self.groups["settings"].knobs.dt = dt

    def _rested(self, then: Callable[["Explorer"], None]) -> None:
        """Say what the step does to what is shown, where it can be known at once."""
        then(self)
        if self.drawn is None:
            return
        experiment, result = self.experiment, self.drawn.result
        long = experiment.model.family == "neuron" and experiment.settings.neurons == 1 and result.seconds > CHEAP
        if experiment.model.family != "neuron" or result.failure is not None or long:
            self.step.show(None, result.coarse)
        else:
            self.live.aside(judging(experiment.copy(), result), lambda found: self.step.show(found, result.coarse))

    def _started(self, experiment: Experiment, steps: int) -> None:
        if steps > LONG:
            self.status.html = COMPUTING

    def _failed(self, error: Exception) -> None:
        self.trouble.say(str(error) if isinstance(error, ValueError) else f"The run failed: {error}")
        self.status.html = ""

    def _show(self, outcome: tuple[Scene, Drawn], waiting: bool) -> None:
        scene, drawn = outcome
        if scene is not self.scene:
            return  # of the model before
        self.drawn = drawn
        result, recording = drawn.result, drawn.result.recording
        steps, neurons = recording.spikes.shape
        many = f"{steps:,} steps" + f" × {neurons:,} neuron{'s' * (neurons > 1)}" * scene.populations
        # what is over at once says no time: a number that flickers would draw the eye
        took = f" in {result.seconds:.1f} s" if result.seconds >= 0.1 else ""
        status = f"{many} on {result.device}{took}"
        trouble = ""
        if failure := result.failure:  # neurons are counted from 1 here, as in the raster
            what = f"{failure.variable} of neuron {failure.neuron + 1} is no longer finite"
            trouble = f"The run stopped at {failure.time:.4g} ms: {what}. "
            trouble += "Try a smaller dt, or less extreme parameters."
        lines = equation_text(self.groups["model"].knobs.equations() + self.formula)
        with pn.io.hold():
            self.stack.feed(drawn.duration, drawn.data, drawn.spikes)
            if self.curve is not None:
                self.curve_box.visible = drawn.curve is not None
                if drawn.curve is not None:
                    self.curve.feed(*drawn.curve)
            self.equations.object = lines  # nothing is sent where it is the same
            self.equations_title.visible = bool(lines)
            self.numbers.html = numbers_html(drawn.numbers)
            self.status.html = COMPUTING if waiting and steps > LONG else status
            self.trouble.say(trouble)
        if not waiting:
            self.live.aside(lambda: scene.remark(result), self._say)

    def _say(self, words: str) -> None:
        self.words.html = words


def judging(experiment: Experiment, result: Result) -> Callable[[], Convergence | None]:
    """What asks what half of the step changes, and gives up where that is not known at once."""

    def in_time() -> Convergence:
        end = time.thread_time() + CHEAP  # its own time: a server that is busy says no less
        return convergence(experiment, result, cancelled=lambda: time.thread_time() > end)

    def job() -> Convergence | None:
        for _ in range(2):  # the first time a kernel may have to be compiled
            try:
                return in_time()
            except Cancelled:
                continue
            except ValueError:  # dt cannot be halved
                break
        return None

    return job


def looked_for(preset: Preset) -> str:
    return f"<p><b>Look for</b> {escape(preset.look)}.<br><i>{escape(preset.source)}</i></p>"


def leaves(stimulus: Stimulus) -> Iterator[Stimulus]:
    """The stimuli that it is made of in the end."""
    if not stimulus.parts:
        yield stimulus
    for part in stimulus.parts:
        yield from leaves(part)


def heading(text: str) -> pmui.Typography:
    return pmui.Typography(text, variant="subtitle2", margin=(10, 10, 2, 10))


# On a narrow window, a phone or a page magnified twice: numbers and words below the plots, all of it scrolls.
NARROW_MAIN = "@media (max-width: 899px) { :host { flex-direction: column !important; overflow-y: auto !important; } }"
NARROW_PLOTS = "@media (max-width: 899px) { :host { flex: none !important; height: max(420px, 75vh) !important; } }"
NARROW_BESIDE = "@media (max-width: 899px) { :host { width: auto !important; flex: none !important; } }"
NUMBERS = """
table.numbers { width: 100%; border-collapse: collapse; font-size: 13px; }
table.numbers td { padding: 3px 0; border-bottom: 1px solid rgba(128, 128, 128, 0.25); }
table.numbers td:last-child { text-align: right; font-variant-numeric: tabular-nums; font-weight: 600; }
"""


def prepared() -> None:
    """Load what components need, in a notebook; a page has done so."""
    if served_document() is None:
        pn.extension("katex", "filedropper")
