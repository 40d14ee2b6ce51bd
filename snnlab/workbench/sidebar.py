"""The controls of an experiment: menus of models, presets and stimuli, a file, and sliders of all that these have."""

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from html import escape
from typing import Any

import panel as pn

from snnlab.models import (
    CLAMPS,
    FAMILIES,
    KINDS,
    PRESETS,
    Experiment,
    Model,
    NeuronModel,
    Preset,
    Stimulus,
    Sweep,
    clamp,
    stimuli_of,
)
from snnlab.models.families import clamp_of
from snnlab.models.portable import owners

from .chooser import RecordingChooser
from .controls import Control, Group
from .drawer import Drawer
from .equations_field import Typing
from .held import Held
from .layout import heading
from .opening import opening
from .parts import StimulusParts
from .pencil import Pencil, is_drawn
from .plain import Column, Row
from .same_stimulus import SameStimulus
from .scenes import Scene
from .ticks import Ticks, is_ticked
from .widgets import Menu, Sections, button
from .words import SMALL, Words

TITLES = {kind.title: kind.name for kind in KINDS}
OWN = "Your own"  # of the menu of models
UNCLAMPED = {"current clamp": ""}  # a neuron that is under no clamp of CLAMPS is driven by its current


class Sidebar:
    """The controls of an experiment of one family: `panes` to be put into a drawer or a column; `load` shows another.

    In the page its knobs are called `owner.model.tau_mem`, `owner.stimulus.1.amplitude`, `owner.run.dt`,
    `owner.cell.tau_mem` of a model inside.

    `scene` says which models there are, and which groups of controls are folded. `changed(*events)` is called when
    `experiment` has changed: its values, as the events say, or without any all that it consists of. `preset` is where
    it comes from, and `described` the same while its words fit: not with another stimulus.
    """

    def __init__(self, scene: type[Scene], changed: Callable[..., None], owner: str = "") -> None:
        self.changed, self.owner = changed, owner
        self.silent = False
        self.kinds: dict[str, type[Model]] = {**scene.kinds}
        self.sections, self.about = scene.sections, scene.about
        self.preset: Preset | None = None
        self.described: Preset | None = None
        self.asked: dict = {}
        self.first: dict = {}  # values with which it was loaded
        named = {"stimulus": "stimulus", "settings": "run", "initial": "initial"}
        self.groups = {name: Group(self._changed, owner=self._knobs_of(part)) for name, part in named.items()}
        self.groups["model"] = Group(self._changed, "run", self._knobs_of("model"), scene.groups)
        self.groups["settings"].part = "run"
        self.groups["commands"] = Group(self._changed, "stimulus", self._knobs_of("run"))
        self.groups["gradient"] = Group(self._changed, "gradient")
        self.refusals: list[Control] = Group.share(self.groups.values())
        self.inner: dict[str, Group] = {}
        titles = {name: kind.definition.title or name for name, kind in self.kinds.items()}
        families = {family: {titles[name]: name for name in names} for family, names in scene.families().items()}
        options = {"groups": families} if families else {"options": {title: name for name, title in titles.items()}}
        self.model_menu = Menu(label=scene.menu, **options)
        self.model_words = Words(SMALL, margin=(-2, 10, 0, 10))
        self.typing = Typing(self.load, self._as_driven) if scene.kinds is FAMILIES["neuron"] else None
        self.clamp_menu = Menu(label="clamp", options=UNCLAMPED | {one.title: how for how, one in CLAMPS.items()})
        self.preset_menu = Menu(label="preset")
        self.kind_menu = Menu(label="stimulus")
        self.reset = button("Reset", margin=(12, 10, 4, 0))
        self.chooser = RecordingChooser(self._opened)
        self.file = Column(sizing_mode="stretch_width", margin=0)
        self.same = SameStimulus(self._replaced)
        self.pencil, self.ticks = Pencil(owner), Ticks(owner)
        self.drawing = Column(sizing_mode="stretch_width", margin=0)
        self.parts = StimulusParts(self._changed, lambda k: self._knobs_of(f"stimulus.{k}"), self._replaced, scene.sums)
        self.inside = Column(sizing_mode="stretch_width", margin=0)
        self.more = Sections((title, self.groups[name].box) for name, title in self.sections.items())
        self.more.param.watch(lambda event: self._open_sections(), "active")
        self.model_menu.param.watch(self._picked_model, "value")
        self.clamp_menu.param.watch(self._picked_clamp, "value")
        self.preset_menu.param.watch(self._picked_preset, "value")
        self.kind_menu.param.watch(self._picked_kind, "value")
        self.reset.on_click(lambda event: self.load(self.origin(), self.preset))
        self.panes = [
            self.model_menu,
            self.model_words,
            *([self.typing.field] if self.typing else []),
            *([self.clamp_menu] if scene.kinds is FAMILIES["neuron"] else []),
            Row(self.preset_menu, self.reset, sizing_mode="stretch_width", margin=0),
            self.kind_menu,
            self.same.box,
            self.file,
            self.drawing,
            self.groups["stimulus"].box,
            self.parts.box,
            self.groups["commands"].box,
            heading("Parameters"),
            self.groups["model"].box,
            self.inside,
            self.more,
        ]

    def _knobs_of(self, part: str) -> str:
        return f"{self.owner}.{part}" if self.owner else ""

    @property
    def experiment(self) -> Experiment:
        """What the controls show."""
        groups = self.groups
        model, stimulus = groups["model"].knobs, groups["stimulus"].knobs
        return Experiment(model, stimulus, groups["settings"].knobs, groups["initial"].knobs)

    @property
    def pencils(self) -> list[Drawer]:
        """What draws the stimulus, or those of its parts that are drawn."""
        drawer = self._drawer(self.experiment.stimulus)
        return [*self.parts.pencils] if drawer is None else [drawer]

    def _drawer(self, stimulus: Stimulus) -> Drawer | None:
        """What a hand draws it with."""
        return self.pencil if is_drawn(stimulus) else self.ticks if is_ticked(stimulus) else None

    def load(self, experiment: Experiment, preset: Preset | None = None) -> None:
        """Show this experiment; `preset` is where it comes from."""
        self.preset = self.described = preset
        self.origin = experiment.copier()
        self.asked = experiment.stimulus.values()  # of a recording: what is not set by hand
        with self._silence(), pn.io.hold():
            self._hold(experiment)
            self.first = self._state()
            self.tell_moved()
        self._changed()

    def held(self) -> Held:
        """What is shown now."""
        given = self.preset, self.described, self.origin, self.asked, self.first
        return Held(self.experiment.copy(), *given, self._state())

    def restore(self, held: Held) -> None:
        """Show what was shown then, where a reset leads to what it did then."""
        self.preset, self.described, self.origin, self.asked, self.first = held[1:6]
        with self._silence(), pn.io.hold():
            self._hold(held.experiment.copy())
            self.tell_moved()
        self._changed()

    def _hold(self, experiment: Experiment) -> None:
        """The controls of this experiment."""
        model, preset, first = experiment.model, self.preset, self.origin()
        self.groups["model"].hold(model, usual=first.model)
        self.groups["gradient"].hold(model, built=False, usual=first.model)
        self._hold_inner(model, first.model)
        self.groups["settings"].hold(experiment.settings, built=False, usual=first.settings)
        self.groups["commands"].hold(experiment.settings, usual=first.settings)
        self.groups["initial"].hold(experiment.initial, built=False, usual=first.initial)
        self._hold_stimulus(experiment.stimulus, first.stimulus)
        bare = type(model)
        if isinstance(model, NeuronModel):
            bare = model.bare or bare
            self.clamp_menu.visible = "v" in bare.state._fields
            self.clamp_menu.value = clamp_of(type(model))
        self._offer(bare)
        self.model_menu.value = bare.definition.name
        self.model_words.html = escape(self.about(bare.definition))
        if self.typing:
            self.typing.hold(model)
        options = {p.name: p.id for p in PRESETS.values() if p.model is type(model)}
        options |= {"own values": ""} if preset is None else {}
        self.preset_menu.param.update(options=options, value=preset.id if preset else "")
        self._open_sections()

    def tell_moved(self) -> bool:
        """Whether the values are no longer those of the preset: beside its menu, it is said."""
        moved = self.preset is not None and self._state() != self.first
        if (label := "preset, changed" if moved else "preset") != self.preset_menu.label:
            self.preset_menu.label = label
        return moved

    def _state(self) -> dict:
        def data(one: Any) -> int:  # what a stimulus reads; its parts are there by themselves
            return id(None if getattr(one, "parts", ()) else getattr(one, "source", None))

        return {name: (type(one), data(one), one.values()) for name, one in owners(self.experiment).items()}

    def load_preset(self, wanted: str) -> None:
        self.load(PRESETS[wanted].experiment(), PRESETS[wanted])

    def take_back(self, events: Iterable, words: str) -> None:
        """What changed cannot be run: values are what they were, and say why."""
        with self._silence():
            self.groups["settings"].take_back(events, words)

    def _changed(self, *events) -> None:
        if self.silent:
            return
        if self.refusals:
            self._forget(events)
        self.changed(*events)

    def _forget(self, events: Iterable) -> None:
        """Why a value was not taken is old news once another knob has moved."""
        moved = [(event.obj, event.name) for event in events]
        for control in [one for one in self.refusals if (one.knobs, one.parameter) not in moved]:
            control.refuse("")

    @contextmanager
    def _silence(self):
        """Changes inside are not told one by one."""
        before, self.silent = self.silent, True
        try:
            yield
        finally:
            self.silent = before

    # -- what the controls show ---------------------------------------------------------------------------------------

    def _offer(self, kind: type[Model]) -> None:
        """A class of one's own in the menu, which shows none that it does not offer."""
        name = kind.definition.name
        if self.kinds.get(name) is kind:
            return
        self.kinds = {**self.kinds, name: kind}
        own = {kind.definition.title or name: name}
        if self.model_menu.groups:
            groups = self.model_menu.groups
            self.model_menu.groups = groups | {OWN: groups.get(OWN, {}) | own}
        else:
            self.model_menu.options = self.model_menu.options | own

    def _open_sections(self) -> None:
        for section in self.more.active:
            self.groups[list(self.sections)[section]].build()

    def _hold_inner(self, model: Model, first: Model) -> None:
        """The models inside of a network: a menu and the controls of each."""
        if list(self.inner) != list(model.inner):
            self.inner = {name: Group(self._changed, owner=self._knobs_of(name)) for name in model.inner}
        boxes: list = []
        for name, group in self.inner.items():
            group.hold(getattr(model, name), usual=getattr(first, name, None))
            setattr(self.groups["model"].knobs, name, group.knobs)
            kinds = FAMILIES[model.inner[name]]
            options = {kind.definition.title or key: key for key, kind in kinds.items()}
            menu = Menu(label=name, options=options, value=group.knobs.definition.name)
            menu.param.watch(lambda event, name=name: self._picked_inner(name, event.new), "value")
            boxes += [menu, group.box]
        self.inside[:] = boxes

    def _hold_stimulus(self, stimulus: Stimulus, first: Stimulus | None = None) -> None:
        self.same.clear()
        self.kind_menu.param.update(options=self._titles(stimulus), value=stimulus.kind.title)
        self.groups["stimulus"].hold(stimulus, usual=first)
        self.file.visible = isinstance(stimulus.source, Sweep)
        if self.file.visible:
            if not len(self.file):  # once: made anew, it would forget a file on its way
                self.file[:] = [self.chooser]
            self.chooser.hold(self.groups["stimulus"].knobs)
        drawer = self._drawer(stimulus)
        self.drawing.visible = drawer is not None
        if drawer is not None:
            if list(self.drawing) != [drawer]:
                self.drawing[:] = [drawer]
            drawer.hold(self.groups["stimulus"].knobs)
        self.parts.hold(self.groups["stimulus"].knobs, first)

    def _titles(self, stimulus: Stimulus) -> list[str]:
        """The stimuli of the menu: those that fit the model and that a menu can make, and the present one."""
        fit = stimuli_of(self.groups["model"].knobs.port)
        return [kind.title for kind in KINDS if kind is stimulus.kind or (kind.name in fit and kind.offered)]

    # -- what a person chooses ----------------------------------------------------------------------------------------

    def _picked_model(self, event) -> None:
        if self.silent:
            return
        before, kind = self.experiment, self._as_driven(self.kinds[event.new])
        usual, first = opening(kinds=(kind,))
        try:
            driven, asked = self._under(usual, before.stimulus.source)
        except ValueError:  # no recording, or one that cannot drive the other model
            self.load(usual, first)
            self.same.offer(before, self.experiment)
        else:
            self.load(driven)
            self.asked = asked

    def _as_driven(self, kind: type[Model]) -> type[Model]:
        """The models of another neuron under the clamp of the present one, where that can be."""
        if not issubclass(kind, NeuronModel) or not (how := clamp_of(type(self.experiment.model))):
            return kind
        try:
            return clamp(kind, how)
        except ValueError:  # it has no v
            return kind

    def _picked_clamp(self, event) -> None:
        """The same neuron, driven by something else: its numbers stay, and how long it is run."""
        if self.silent:
            return
        now = self.experiment
        bare = now.model.bare or type(now.model)
        try:
            kind = clamp(bare, event.new) if event.new else bare
        except Exception:
            with self._silence():
                self.clamp_menu.value = clamp_of(type(now.model))
            raise
        begin, first = opening(kinds=(kind,))
        values = {name: value for name, value in now.model.values().items() if name in kind.shown.values()}
        begin.model.param.update(**values)
        self.load(begin, first if first and not begin.diff(first.experiment()) else None)

    def _picked_preset(self, event) -> None:
        if not self.silent and event.new:
            self.load_preset(event.new)

    def _picked_inner(self, name: str, wanted: str) -> None:
        if self.silent:
            return
        now = self.experiment
        inner = {other: group.knobs for other, group in self.inner.items()}
        inner[name] = FAMILIES[now.model.inner[name]][wanted]()
        model = type(now.model)(**now.model.values(), **inner)
        settings = now.settings.values() | {"record": ()}
        try:
            self.load(Experiment.of(model, now.stimulus.copy(), settings))
        except ValueError:  # in other units, or at a port that the new one does not have
            self.load(Experiment.of(model, None, settings))

    def _picked_kind(self, event) -> None:
        if self.silent:
            return
        stimulus = stimuli_of(self.groups["model"].knobs.port)[TITLES[event.new]]()
        if isinstance(stimulus.source, Sweep):
            stimulus.source = self.chooser.current or stimulus.source
        self.described = None
        with self._silence(), pn.io.hold():
            self._hold_stimulus(stimulus)
        if not isinstance(stimulus.source, Sweep):
            self._changed()
            return
        self.asked = {}
        try:
            self._opened(stimulus.source)
        except ValueError as error:
            self.chooser.message.say(str(error))
            self._changed()

    def _replaced(self, stimulus: Stimulus, duration: float | None = None) -> None:
        """The stimulus is another: a part was added or taken away, or it is that of the model before, for so long."""
        self.described = None
        with self._silence(), pn.io.hold():
            if duration is not None:
                self.groups["settings"].knobs.duration = duration
            self._hold_stimulus(stimulus, self.origin().stimulus)
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
