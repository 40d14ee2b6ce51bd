"""The explorer: linked plots, equations and numbers of an experiment, which answer its controls."""

from collections.abc import Callable
from functools import partial
from itertools import count

import panel as pn

from snnlab.engine import Diverged
from snnlab.models import Experiment, Model, Preset, Stimulus
from snnlab.views import CurveView, Stack
from snnlab.views.mathml import Symbols

from .cards import EQUATIONS, LOOK, NUMBERS, WAITING, equations_html, look_html, numbers_html, stopped
from .controls import BY_HAND
from .file.cases import Case, case_of
from .file.cell import with_page
from .here import Here, Part
from .layout import BESIDE, NARROW_MAIN, NARROW_PLOTS, OLD, UNZOOMED, WORDS_BESIDE, heading, title
from .live import Live
from .machine import ON_CPU, Device, gpu_failed, on_cpu
from .opening import opening
from .panes import Panes, Shown
from .pins import Pins
from .plain import Column, Plain, Row
from .run_line import RunLine
from .scenes import SCENES, Drawn, Scene, scene_of
from .sidebar import Sidebar
from .step_line import CHEAP, StepLine, convergence_job
from .symbols import symbols_of
from .traces import Traces
from .words import Notice, Words

LONG = 4500  # steps: a longer run is announced while it is computed, and begins when the page is there
MANY = 5_000_000  # values of a network's neurons in all steps, from which on its run is a long one
MANY_PLOTS = 4  # more want more of a narrow window
WIDTHS = {"": 300, "own": 364, "lecture": 364, "plane": 364, "measure": 420}  # px of what is beside the plots
_numbers = count(1)  # of explorers, whose plots and knobs have names of their own in a page


class Explorer(pn.viewable.Viewer):
    """A live experiment: `sidebar` has its controls, `main` what they drive; in a notebook both are side by side.

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
        if experiment is not None:
            family = experiment.model.family
        elif model is not None or preset is not None:
            family = (model or preset.model).family
        self.family, self.scene_class = family, SCENES[family]
        self.scene: Scene | None = None
        self.stack: Stack | None = None
        self.stacks = 0
        self.shape: tuple = ()
        self.formula: tuple[str, ...] = ()
        self.symbols: Symbols = ()
        self.drawn: Drawn | None = None
        self.old = False  # what is drawn is of the experiment before, and grey
        self.told_lost = False  # whether the page has said that the GPU that it asks for is gone
        self.partial = False  # but the plots, which have what there is of a run under way
        self.here = Here(f"explorer{next(_numbers)}")
        self.here.param.watch(self._way_changed, "way")
        self.sidebar = Sidebar(self.scene_class, self._changed, self.here.owner)
        self._build()
        self.live = Live(self._job, self._show, self._started, self._failed, lambda: self._rested(rested))
        kinds = self.scene_class.kinds.values()
        given = {"preset": preset, "experiment": experiment, "settings": settings, "kinds": kinds}
        self.load(*opening(model, stimulus, **given))

    # -- what is on the page ------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.look = Words(LOOK)
        self.line = RunLine(self._stop if self.scene_class.lengthy else None)
        self.words = Words(WAITING, margin=(6, 10), name=f"{self.here.owner}.model.words", unfolds=True)
        self.trouble = Notice()
        self.step = StepLine(self._finer, self.sidebar.load_preset)
        self.numbers = Words(NUMBERS + WAITING, margin=(0, 10), name=f"{self.here.owner}.model.numbers")
        self.equations = Words(EQUATIONS, margin=(0, 10), name=f"{self.here.owner}.equations")
        self.plots = Column(sizing_mode="stretch_both", margin=0, stylesheets=[NARROW_PLOTS + OLD])
        self.curve: CurveView | None = None
        self.curve_box = Column(sizing_mode="stretch_width", margin=0, visible=False, stylesheets=[UNZOOMED])
        if (curve := self.scene_class.curve) is not None:
            self.curve = CurveView(*curve)
            self.curve_box[:] = [Plain(self.curve.figure)]
        self.equations_title, self.measured = heading("Equations"), heading(self.scene_class.measured)
        parts = {
            "numbers": Column(self.measured, self.numbers, sizing_mode="stretch_width", margin=0),
            "equations": Column(self.equations_title, self.equations, sizing_mode="stretch_width", margin=0),
        }
        words = [*self.line.parts, self.trouble, self.step.box, self.curve_box, parts["equations"], self.look]
        first, last = ([self.words], []) if self.scene_class.remark_first else ([], [self.words])
        self.traces = Traces(width=0, height=0, margin=0)
        self.pins = Pins(self.traces, lambda: (self.experiment, self.sidebar.preset), self._pinned)
        self.told = Column(
            *first,
            parts["numbers"],
            self.pins.list,
            *words,
            *last,
            margin=0,
            sizing_mode="stretch_width",
            stylesheets=[WORDS_BESIDE + OLD],
        )
        self.beside = Column(margin=0, width=300, stylesheets=[BESIDE])
        areas = self.plots, self.beside, self.here, self.traces
        self.main = Row(*areas, sizing_mode="stretch_both", margin=0, stylesheets=[NARROW_MAIN])
        self.panes = Panes(self.family, parts, self._arrange, self._begin, self.here.owner, self.sidebar.chooser.pick)
        self.beside[:] = [self.panes.box, self.panes.words, self.told]

    def __panel__(self):
        self.beside.width = 250  # a cell is narrower than a page
        side = pn.Column(*self.sidebar.panes, width=290, scroll="y-auto", sizing_mode="stretch_height")
        return Row(side, self.main, height=720, sizing_mode="stretch_width")

    def _repr_mimebundle_(self, include=None, exclude=None):
        return with_page(super()._repr_mimebundle_(include, exclude), self.case())

    @property
    def experiment(self) -> Experiment:
        """What the controls show."""
        return self.sidebar.experiment

    def case(self) -> Case:
        """What is shown, as a file takes it."""
        preset, experiment = self.sidebar.described, self.experiment.copy()
        return Case(preset.name, experiment, preset) if preset else case_of(experiment)

    def load(self, experiment: Experiment, preset: Preset | None = None) -> None:
        """Show and run this experiment; `preset` is where it comes from."""
        self.sidebar.load(experiment, preset)

    def _renew(self, experiment: Experiment) -> None:
        """Show what no slider changes: the plots of a model, the equations of a stimulus."""
        model = experiment.model
        shape = (type(model), *(type(getattr(model, name)) for name in model.inner))
        if shape != self.shape:
            self.shape, self.scene = shape, scene_of(model)
            self.measured.html = title(self.scene.measured)
            self.stacks += 1  # a page may not have let go of those before
            self.stack = Stack(self.scene.rows(model), f"{self.here.owner}-{self.stacks}")
            self.plots[:] = [Plain(self.stack.figure)]
            if self.curve is not None:
                self.curve.figure.name = f"curve.{self.stack.name}"  # not one of the plots over time
            self.traces.figure = self.stack.figure.id
        key, pencils = self.scene_class.signal, self.sidebar.pencils
        self.stack.steady(key, bool(pencils))
        self.sidebar.pencil.plot = self.sidebar.ticks.plot = ""
        for pencil in pencils[:1]:  # the hand that draws is one
            pencil.plot = f"{self.stack.name}.{key}" if key in self.stack.rows else ""
        self.pins.renew()
        self.formula, self.symbols = experiment.stimulus.equations(), symbols_of(experiment)

    # -- from a change to a picture -----------------------------------------------------------------------------------

    def _changed(self, *events) -> None:
        experiment = self.sidebar.experiment
        if not events:
            with pn.io.hold():
                self._renew(experiment)
                self._age(self.drawn is not None)
        self.step.fade()
        try:
            steps = experiment.fits()
            values = self.here.follow({"model": experiment}, BY_HAND.get())
            for pane in self.panes.seen:
                pane.late = True
                pane.fade()
            long = steps > LONG or (self.scene_class.lengthy and steps * experiment.model.neurons > MANY)
            self.live.request(experiment, long, values, short=not long, long=long)
        except ValueError as error:
            self.sidebar.take_back(events, str(error))
            values = self.here.follow({"model": self.experiment})
            if values and not self.live.running:  # what is shown is still of these
                self.here.answer(values)
            self.step.fade(False)
            self.trouble.say(str(error))
        moved, preset = self.sidebar.tell_moved(), self.sidebar.described
        self.look.html = look_html(preset, moved) if preset else ""

    def _job(self, experiment: Experiment, long: bool, values: dict[str, float]):
        """What computes and draws, with all values as they are now: with `values` the page draws it by itself."""
        scene = self.scene
        try:
            run = on_cpu(experiment) if Device.lost else experiment.job()
        except RuntimeError as error:
            if not gpu_failed(error):
                raise
            run = on_cpu(experiment)
        draw = scene.prepare(experiment.model)
        told = (self.live.progress(partial(self._show_part, scene), draw),) if long and scene.lengthy else ()
        return lambda cancelled: (scene, draw(run(cancelled, *told)), values, long)

    def _show_part(self, scene: Scene, part: float, drawn: Drawn | None) -> None:
        """What there is of a run under way stands in the plots; all else is of the one before."""
        self.line.progress(part)
        if drawn is not None and scene is self.scene:
            self.partial = True
            self._look(self.panes.layout)
            self.stack.feed(drawn.duration, drawn.data, drawn.spikes)

    def _finer(self, dt: float) -> None:
        self.experiment.settings.dt = dt

    def _rested(self, then: Callable[["Explorer"], None]) -> None:
        """Say what the step does to what is shown, where it can be known at once, and draw what needs many runs."""
        self.pins.renew()
        then(self)
        if self.drawn is None:
            return
        self.panes.rest()
        experiment, result = self.experiment, self.drawn.result
        if not self.here.knows({"model": experiment}):
            part = Part(experiment.copy(), self.scene, list(self.stack.rows.values()), self.stack.name)
            self.live.aside(lambda: self.here.offer({"model": part}), self.here.take)
        long = experiment.model.family == "neuron" and experiment.settings.neurons == 1 and result.seconds > CHEAP
        if experiment.model.family != "neuron" or result.failure is not None or long:
            self.step.show(None, result.coarse)
        else:
            job = convergence_job(experiment.copy(), result)
            self.live.aside(job, lambda found: self.step.show(found, result.coarse))

    def _arrange(self, layout: str) -> None:
        """Where the plots stand, and what is beside them."""
        self._look(layout)
        self.beside.width = WIDTHS.get(layout, WIDTHS["own"])

    def _look(self, layout: str) -> None:
        classes, aged = [layout] if layout else [], ["old"] if self.old else []
        words = ["old"] if self.old or (self.partial and self.drawn is not None) else []
        many = ["many"] if self.stack is not None and len(self.stack.rows) > MANY_PLOTS else []
        for area, more in (
            (self.main, []),
            (self.plots, many if self.partial else [*many, *aged]),
            (self.beside, []),
            (self.told, words),
        ):
            area.css_classes = [*classes, *more]

    def _age(self, old: bool) -> None:
        """Say whether what is seen is of another experiment than the controls."""
        self.old = old
        self._look(self.panes.layout)

    def _begin(self, values: dict[str, float]) -> None:
        """Begin the run in another state."""
        initial = self.experiment.initial
        allowed = {name: initial.param[name].annotation.allowed for name in values}
        initial.param.update({name: min(max(x, allowed[name][0]), allowed[name][1]) for name, x in values.items()})

    def _started(self, experiment: Experiment, long: bool, values: dict[str, float]) -> None:
        self.line.begin(long)

    def _stop(self) -> None:
        """A hand stops the run: what is seen is of the one before."""
        self.live.cancel()
        self._forget_part()
        self._age(self.drawn is not None)

    def _redraw(self) -> None:
        """Put the last whole run into the plots, if there is one."""
        if self.drawn is not None:
            self.stack.feed(self.drawn.duration, self.drawn.data, self.drawn.spikes)

    def _forget_part(self) -> None:
        """The plots have the run before again."""
        if self.partial:
            self._redraw()
        self.partial = False

    def _failed(self, error: Exception) -> None:
        self._forget_part()
        if gpu_failed(error):
            self.live.request(self.experiment, False, {})
            return
        self.trouble.say(str(error) if isinstance(error, ValueError | Diverged) else f"The run failed: {error}")
        self.line.end()

    def _way_changed(self, event) -> None:
        """What the page gives up is drawn by the server."""
        if event.new == "server" and self.here.structures:
            self._redraw()

    def _show(self, outcome: tuple[Scene, Drawn, dict[str, float], bool], waiting: bool) -> None:
        scene, drawn, values, long = outcome
        if scene is not self.scene:
            return  # of the model before
        self.drawn = drawn
        result, recording = drawn.result, drawn.result.recording
        steps, neurons = recording.spikes.shape
        many = f"{steps:,} steps" + f" × {neurons:,} neuron{'s' * (neurons > 1)}" * scene.populations
        # what is over at once says no time: a number that flickers would draw the eye
        took = f" in {result.seconds:.1f} s" if result.seconds >= 0.1 else ""
        here = bool(values) and self.here.way == "page"
        status = f"{many} in this page" if here else f"{many} on {result.device}{took}"
        trouble = stopped(result.failure) if result.failure else self._on_cpu() if Device.lost else ""
        equations = equations_html(self.sidebar.groups["model"].knobs.equations() + self.formula, self.symbols)
        with pn.io.hold():
            if self.old or self.partial:
                self.partial = False
                self._age(False)
            if not here:
                self.stack.feed(drawn.duration, drawn.data, drawn.spikes)
            if self.curve is not None:
                self.curve_box.visible = drawn.curve is not None
                if drawn.curve is not None:
                    self.curve.feed(*drawn.curve)
            self.equations.html = equations
            self.equations_title.object.visible = bool(equations)
            self.numbers.html = numbers_html(drawn.numbers, [*drawn.beside, *self.pins.beside])
            if waiting and long:
                self.line.begin(True)
            else:
                self.line.end(status)
            self.trouble.say(trouble)
            if values:
                self.here.answer(values)  # last: it says of what all this is
        self.panes.follow(Shown(lambda: self.experiment, scene, drawn, self.stack, lambda: self.sidebar.chooser.sweeps))
        if not waiting:
            self.live.aside(lambda: scene.remark(result), self._say)

    def _on_cpu(self) -> str:
        """Where it asks for a GPU, that this is gone: said once."""
        told, self.told_lost = self.told_lost, getattr(self.experiment.settings, "device", "CPU") != "CPU"
        return ON_CPU if self.told_lost and not told else ""

    def _pinned(self) -> None:
        """Other runs are pinned."""
        if self.drawn is not None:
            self.numbers.html = numbers_html(self.drawn.numbers, [*self.drawn.beside, *self.pins.beside])
            self.panes.changed()

    def _say(self, words: str) -> None:
        self.words.html = words
