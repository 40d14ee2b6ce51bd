"""The explorer without a browser: what its controls do to the experiment, and what the plots are fed."""

import numpy as np
import pytest

import snnlab
from snnlab.models import NEURONS, PRESETS, Experiment, stimuli
from snnlab.workbench import Explorer
from snnlab.workbench.controls import Control, KnobSlider


def shown(explorer, row, column="y"):
    """What a row's plot is showing."""
    return np.asarray(explorer.stack.plots[row].renderers[0].data_source.data[column])


@pytest.fixture
def explorer():
    return Explorer()


@pytest.fixture(scope="module")
def shared():
    return Explorer()


def test_the_library_still_has_what_the_sliders_rely_on():
    # without it a change waits 50 ms in Panel before it is looked at
    assert "value" in KnobSlider._priority_changes
    assert KnobSlider.__mro__[1]._priority_changes == []


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_preset_is_shown_as_it_is_run(shared, preset):
    explorer = shared
    explorer.load(preset.experiment(), preset)
    result = preset.experiment().run()
    expected = result.recording.variables["v"][:, 0].numpy().copy()
    quiet = ~result.recording.spikes[:, 0].numpy()
    assert np.array_equal(shown(explorer, "v")[quiet], expected[quiet])
    assert len(explorer.stack.plots["v"].renderers[1].data_source.data["t"]) == (~quiet).sum()
    assert preset.look in explorer.look.object
    assert explorer.stack.plots["measured"].visible == ("recorded" in preset.id)


@pytest.mark.parametrize("name", NEURONS)
def test_a_model_that_is_given_is_the_one_that_moves(name):
    model = NEURONS[name]()
    explorer = snnlab.explore(model, duration=20, neurons=2)
    control = next(c for c in explorer.groups["model"].controls.values() if isinstance(c, Control))
    control.slider.value = control.slider.value + control.slider.step
    assert getattr(model, control.parameter) == pytest.approx(control.slider.value)
    assert float(control.field.value) == pytest.approx(control.slider.value)
    assert explorer.experiment.settings.neurons == 2


def test_a_field_takes_a_number_and_the_picture_follows(explorer):
    before = shown(explorer, "v").copy()
    control = explorer.groups["stimulus"].controls["amplitude"]
    control.field.value = " 2,5 "  # a comma is a decimal point
    assert explorer.experiment.stimulus.amplitude == 2.5
    assert control.slider.value == 2.5
    assert not np.array_equal(shown(explorer, "v"), before)
    assert np.all(shown(explorer, "I") == np.float32(2.5))


@pytest.mark.parametrize(
    "text, words", [("", "is not a number"), ("1e999", "is not allowed"), ("nan", "is not allowed")]
)
def test_a_field_refuses_nonsense_and_nothing_changes(explorer, text, words):
    before = shown(explorer, "v").copy()
    control = explorer.groups["stimulus"].controls["amplitude"]
    control.field.value = text
    assert words in control.field.helper_text and "1000" in control.field.helper_text
    assert control.field.error_state
    assert explorer.experiment.stimulus.amplitude == 1.5
    assert np.array_equal(shown(explorer, "v"), before)


def test_a_value_beyond_the_slider_widens_it(explorer):
    control = explorer.groups["stimulus"].controls["amplitude"]
    control.field.value = "50"
    assert control.slider.end == 50 and control.slider.value == 50


def test_a_whole_number_is_asked_where_one_is_needed(explorer):
    explorer.groups["settings"].build()
    control = explorer.groups["settings"].controls["neurons"]
    control.field.value = "2.5"
    assert "whole number" in control.field.helper_text
    control.field.value = "3"
    assert explorer.experiment.settings.neurons == 3 and control.field.helper_text == ""
    assert shown(explorer, "raster").max() <= 3


def test_a_run_that_cannot_fit_is_refused_at_its_control(explorer):
    explorer.groups["settings"].build()
    control = explorer.groups["settings"].controls["dt"]
    explorer.groups["settings"].controls["duration"].field.value = "400"
    before = shown(explorer, "v").copy()
    control.field.value = "0.001"
    assert "400,000 steps: at most 200,000" in control.field.helper_text
    assert explorer.experiment.settings.dt == 0.2
    assert np.array_equal(shown(explorer, "v"), before)


def test_a_choice_of_stimulus_takes_the_unit_of_the_neuron():
    explorer = Explorer(preset=PRESETS["izhikevich-2003-RS"])
    explorer.kind_menu.value = "pulse train"
    control = explorer.groups["stimulus"].controls["amplitude"]
    assert control.field.label == "mV" and control.slider.value == 20
    assert "protocol of a preset" not in explorer.kind_menu.options
    explorer.preset_menu.value = "izhikevich-2004-K"
    assert explorer.kind_menu.value == "protocol of a preset"


def test_a_run_that_diverges_says_what_and_when(explorer):
    explorer.load(PRESETS["izhikevich-2004-Q"].experiment())
    explorer.groups["settings"].knobs.param.update(dt=10.0, duration=1000.0, integrator="Euler")
    assert explorer.trouble.visible and "is not finite from" in explorer.trouble.object
    explorer.load(PRESETS["izhikevich-2003-RS"].experiment())
    assert not explorer.trouble.visible


def test_begin_elsewhere_than_at_rest(explorer):
    explorer.load(Experiment.of(NEURONS["LIF"](), stimuli(explorer.neuron.current)["Constant"](amplitude=0.0)))
    assert np.all(shown(explorer, "v") == 0)
    explorer.groups["initial"].knobs.param.update(at_rest=False, v=0.8)
    assert shown(explorer, "v")[0] == pytest.approx(0.8 * (1 - 0.1 / 10), rel=1e-5)  # one Euler step of tau 10 ms


def test_reset_gives_back_what_was_loaded(explorer):
    before = shown(explorer, "v").copy()
    explorer.groups["model"].knobs.tau_mem = 30.0
    explorer.kind_menu.value = "ramp"
    explorer.reset.clicks += 1
    assert explorer.experiment.model.tau_mem == 10.0
    assert explorer.kind_menu.value == "constant"
    assert np.array_equal(shown(explorer, "v"), before)


def test_the_frame_rests_while_a_trace_fits(explorer):
    frame = explorer.stack.plots["v"].y_range
    ends = frame.start, frame.end
    explorer.groups["stimulus"].knobs.amplitude = 2.0
    assert (frame.start, frame.end) == ends
    explorer.groups["stimulus"].knobs.amplitude = -2.0
    assert frame.start <= -1.9 and frame.end == ends[1]
