"""Whatever a person moves, in whatever order: the page shows what its controls say."""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from snnlab.models import FAMILIES
from snnlab.workbench import Explorer
from snnlab.workbench.controls import Control

TINY = {"duration": 30.0, "dt": 0.5}  # a walk is about the order of things, not about long runs
SHOWN = ("neuron", "encoder", "plasticity", "surrogate")


class Walk(RuleBasedStateMachine):
    """A person at an explorer: moves sliders, types, chooses, resets; some of it is refused."""

    @initialize(family=st.sampled_from(SHOWN))
    def open(self, family):
        self.explorer = Explorer(family=family)
        self.family = family
        self.shorten()

    def shorten(self):
        """Long presets cut short, by the same door as a slider's change."""
        given = {name: value for name, value in TINY.items() if name in self.explorer.experiment.settings.values()}
        many = {"neurons": 5} if "neurons" in self.explorer.experiment.settings.values() else {}
        self.explorer.experiment.settings.param.update(**given, **many)

    def controls(self):
        groups = [*self.explorer.sidebar.groups.values(), *self.explorer.sidebar.inner.values()]
        return [c for group in groups for c in group.controls.values()]

    @rule(data=st.data(), part=st.floats(0, 1))
    def slide(self, data, part):
        control = data.draw(st.sampled_from([c for c in self.controls() if isinstance(c, Control)]))
        if control.parameter in TINY:
            return
        slider = control.slider
        slider.value = slider.start + part * (slider.end - slider.start)

    @rule(data=st.data(), text=st.sampled_from(["0", "1", "2,5", "-3", "1e3", "", "abc", "nan", "1e999", "10"]))
    def type(self, data, text):
        control = data.draw(st.sampled_from([c for c in self.controls() if isinstance(c, Control)]))
        if control.parameter not in TINY:
            control.type(text)

    @rule(data=st.data())
    def choose(self, data):
        menus = [c for c in self.controls() if not isinstance(c, Control) and getattr(c, "options", None)]
        if menus:
            menu = data.draw(st.sampled_from(menus))
            options = list(menu.options.values()) if isinstance(menu.options, dict) else list(menu.options)
            if "CUDA" not in options and "triton" not in options:
                menu.value = data.draw(st.sampled_from(options))

    @rule(data=st.data())
    def another_model(self, data):
        self.explorer.sidebar.model_menu.value = data.draw(st.sampled_from(list(FAMILIES[self.family])))
        self.shorten()

    @rule(data=st.data())
    def another_preset(self, data):
        chosen = [id for id in self.explorer.sidebar.preset_menu.options.values() if id]
        if chosen:
            self.explorer.sidebar.preset_menu.value = data.draw(st.sampled_from(chosen))
            self.shorten()

    @rule(data=st.data())
    def one_stimulus_more(self, data):
        adder, parts = self.explorer.sidebar.parts.adder, self.explorer.experiment.stimulus.parts
        if adder.options and len(parts) < 3:
            name = data.draw(st.sampled_from([name for name, _ in adder.options]))
            adder.chosen = {"number": adder.chosen.get("number", 0) + 1, "name": name}
            self.shorten()

    @rule()
    def what_was_before(self):
        held = self.explorer.sidebar.held()
        self.explorer.sidebar.reset.clicks += 1
        self.explorer.sidebar.restore(held)
        assert self.explorer.sidebar.held().now == held.now

    @rule(data=st.data())
    def another_stimulus(self, data):
        menu = self.explorer.sidebar.kind_menu
        menu.value = data.draw(st.sampled_from(list(menu.options)))
        self.shorten()

    @rule()
    def begin_again(self):
        self.explorer.sidebar.reset.clicks += 1
        self.shorten()

    @rule(data=st.data())
    def unfold(self, data):
        sections = st.integers(0, len(self.explorer.sidebar.sections) - 1)
        self.explorer.sidebar.more.active = data.draw(st.sets(sections).map(list))

    @invariant()
    def controls_show_their_values(self):
        if hasattr(self, "explorer"):
            for control in self.controls():
                if isinstance(control, Control):
                    value = getattr(control.knobs, control.parameter)
                    assert float(control.slider.text) == pytest.approx(value, rel=1e-5)
                    assert abs(control.slider.value - control.place(value)) <= control.slider.step

    @invariant()
    def pictures_show_what_the_controls_say(self):
        if hasattr(self, "explorer"):
            shows_what_it_says(self.explorer)


def shows_what_it_says(explorer):
    """The rows that hold a variable have its samples, as the experiment of the controls gives them."""
    assert not explorer.live.running
    experiment = explorer.experiment
    try:
        recording = experiment.run().recording
    except ValueError as error:
        assert str(error)[:40] in explorer.trouble.html
        return
    for name, values in recording.variables.items():
        row = explorer.stack.plots.get(name)
        if row is None or name == "v":  # where the membrane spikes its picture has a peak
            continue
        drawn = np.asarray(row.renderers[0].data_source.data["y"])
        expected = values.reshape(len(values), -1)[:, 0].numpy()
        assert drawn.shape == expected.shape and np.array_equal(drawn, expected, equal_nan=True), name


def walk(examples, steps):
    """Few walks are the same each time; a failing one is not shortened, which would take hours."""
    options = {"deadline": None, "phases": (Phase.generate,), "suppress_health_check": list(HealthCheck)}
    chosen = settings(max_examples=examples, stateful_step_count=steps, derandomize=examples < 20, **options)
    run_state_machine_as_test(Walk, settings=chosen)


def test_a_walk_ends_with_what_the_controls_show():
    walk(examples=3, steps=100)


@pytest.mark.nightly
def test_many_walks_end_with_what_the_controls_show():
    walk(examples=60, steps=200)
