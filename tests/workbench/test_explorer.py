"""The explorer without a browser: what its controls do to the experiment, and what the plots are fed."""

import re
from collections import Counter
from html import escape, unescape

import numpy as np
import pytest
from panel.custom import JSComponent

import snnlab
from snnlab.core import HELD
from snnlab.models import NEURONS, PRESETS, Experiment, stimuli_of
from snnlab.models.recordings.sweep import Columns, sweeps_of
from snnlab.views.stack import around, widened
from snnlab.workbench import Explorer
from snnlab.workbench.chooser import RecordingChooser, short_name
from snnlab.workbench.controls import Control, Slide
from snnlab.workbench.here import Part, source
from snnlab.workbench.scenes.commands import all_lines
from tests.models.made_abf import Adc, Dac, abf2
from tests.nights import first_of_each

OF_NEURONS = {key: preset for key, preset in PRESETS.items() if preset.model.family == "neuron"}


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
    assert JSComponent._debounce == 50
    assert Slide._debounce == 0


@pytest.mark.parametrize("key", first_of_each(OF_NEURONS, lambda preset: preset.model))
def test_every_preset_is_shown_as_it_is_run(shared, key):
    preset = OF_NEURONS[key]
    explorer = shared
    explorer.load(preset.experiment(), preset)
    result = preset.experiment().run()
    if "v" not in result.recording.variables:  # it is held: all neurons are lines of one plot
        expected = all_lines(result.recording.sample_time, result.recording.variables[HELD].numpy())[1]
        np.testing.assert_array_equal(shown(explorer, HELD), expected)
        return
    expected = result.recording.variables["v"][:, 0].numpy().copy()
    quiet = ~result.recording.spikes[:, 0].numpy()
    assert np.array_equal(shown(explorer, "v")[quiet], expected[quiet])
    assert len(explorer.stack.plots["v"].renderers[-1].data_source.data["t"]) == (~quiet).sum()
    assert escape(preset.look) in explorer.look.html
    assert ("measured" in explorer.stack.shown) == (preset.id == "lif-recorded")  # in mV, the cell is over the model


def test_one_neuron_is_explored_without_the_noise_of_a_population():
    lif = snnlab.models.LIF

    def run(**settings):
        return snnlab.explore(lif(), **settings).experiment.settings

    assert (run().neurons, run().noise) == (20, pytest.approx(0.3))
    assert (run(neurons=1).neurons, run(neurons=1).noise) == (1, 0.0)
    assert run(neurons=1, noise=0.2).noise == 0.2
    assert snnlab.explore(Experiment.of(lif())).experiment.settings.neurons == 1


def test_a_page_keeps_something_of_every_run():
    explorer = snnlab.explore(NEURONS["LIF"](), duration=50)
    settings = explorer.experiment.settings
    settings.every = 501
    assert "every = 501 is not allowed: of a run of 250 steps nothing would be kept" in explorer.trouble.html
    assert settings.every == 1


@pytest.mark.parametrize("every", [7, 200])
@pytest.mark.parametrize("name", ["LIF", "AdEx", "LI"])
def test_what_is_kept_now_and_then_is_drawn_where_it_is(name, every):
    """With every spike between two samples; the verdict, which wants all of the voltage, says nothing."""
    explorer = snnlab.explore(NEURONS[name](), duration=50, every=every)
    run = explorer.experiment.run().recording
    v = run.variables["v"][:, 0].numpy()
    fired = run.spikes[: len(v) * every, 0].reshape(len(v), every).any(1).numpy()
    assert np.array_equal(shown(explorer, "v")[~fired], v[~fired])
    np.testing.assert_allclose(shown(explorer, "v", "t"), run.sample_time, rtol=1e-6)
    assert (shown(explorer, "v")[fired] > v[fired]).all()
    assert explorer.words.html == ""


@pytest.mark.parametrize("name", first_of_each(NEURONS, lambda kind: kind.port))
def test_a_model_that_is_given_is_the_one_that_moves(name):
    model = NEURONS[name]()
    explorer = snnlab.explore(model, duration=20, neurons=2)
    control = next(c for c in explorer.sidebar.groups["model"].controls.values() if isinstance(c, Control))
    control.slider.value = control.slider.value + control.slider.step
    value = getattr(model, control.parameter)
    assert value == pytest.approx(control.value_at(control.slider.value))
    assert float(control.slider.text) == pytest.approx(value)
    assert explorer.experiment.settings.neurons == 2


def test_a_hand_is_answered_only_where_the_page_shows_something_else(explorer):
    """And by its own number: a page that is further on waits for the answer to that."""
    explorer.sidebar.groups["settings"].build()
    control = explorer.sidebar.groups["stimulus"].controls["amplitude"]
    slider = control.slider
    slider.moved = {"number": 1, "place": 2.0}
    assert explorer.experiment.stimulus.amplitude == 2.0 and slider.told == {}
    slider.moved = {"number": 2, "text": " 2,50 "}
    assert explorer.experiment.stimulus.amplitude == 2.5
    assert slider.told == {"number": 2, "place": 2.5, "text": "2.5", "amount": 2.5}
    explorer.sidebar.groups["stimulus"].knobs.amplitude = 1.0  # not by this hand
    assert slider.told == {"number": 2, "place": 1.0, "text": "1", "amount": 1.0}
    dt = explorer.sidebar.groups["settings"].controls["dt"]
    explorer.experiment.settings.duration = 1000.0
    before = dt.slider.value
    dt.slider.moved = {"number": 1, "place": -2.9}  # 0.00126 ms: more steps than are run
    assert "steps: at most" in dt.slider.message
    assert dt.slider.told == {"number": 1, "place": before, "text": "0.2", "amount": 0.2}


def test_what_the_page_cannot_run_is_drawn_by_the_server_until_it_is_offered(explorer):
    """Values of what it can run are the hand's, or told; a hand that makes another kernel of it ends that."""
    here = explorer.here
    explorer.sidebar.groups["settings"].build()
    tau = explorer.sidebar.groups["model"].controls["tau_mem"].slider
    here.take(here.offer({"model": Part(explorer.experiment.copy(), explorer.scene, explorer.stack.rows.values())}))
    here.way = "page"
    before = shown(explorer, "v").copy()
    tau.moved = {"number": 1, "place": 1.2}
    assert np.array_equal(shown(explorer, "v"), before) and here.values == {}
    assert "in this page" in explorer.line.words.html
    explorer.experiment.model.tau_mem = 30.0
    assert here.values["values"]["model.tau_mem"] == 30.0
    assert np.array_equal(shown(explorer, "v"), before)
    neurons = explorer.sidebar.groups["settings"].controls["neurons"].slider
    neurons.moved = {"number": 1, "place": 5}
    assert (here.structures, here.recipe, here.way) == ({}, [], "server")
    assert "5 neurons on CPU" in explorer.line.words.html
    assert not np.array_equal(shown(explorer, "v"), before)


def test_what_the_page_gives_up_is_drawn_by_the_server(explorer):
    here = explorer.here
    here.take(here.offer({"model": Part(explorer.experiment.copy(), explorer.scene, explorer.stack.rows.values())}))
    here.way = "page"
    before = shown(explorer, "v").copy()
    explorer.sidebar.groups["model"].controls["tau_mem"].slider.moved = {"number": 1, "place": 1.2}
    assert np.array_equal(shown(explorer, "v"), before)
    here.way = "server"
    assert not np.array_equal(shown(explorer, "v"), before)


def test_a_menu_does_not_take_what_it_no_longer_offers(explorer):
    """A browser that is behind still shows the presets of the neuron before."""
    explorer.sidebar.model_menu.value = "Izhikevich"
    before = explorer.sidebar.preset_menu.value
    explorer.sidebar.preset_menu._process_events({"value": "Step of current"})
    assert explorer.sidebar.preset_menu.value == before
    explorer.sidebar.preset_menu._process_events({"value": "Chattering (CH)"})
    assert explorer.sidebar.preset.name == "Chattering (CH)"


def test_a_slider_is_not_sent_its_own_value_back(explorer):
    control = explorer.sidebar.groups["stimulus"].controls["amplitude"]
    sent = []
    control.slider.param.watch(sent.append, ["value", "start", "end"])
    control.slider.value = 2.3000000000000003  # as a browser adds up its steps
    assert explorer.experiment.stimulus.amplitude == 2.3
    assert [event.new for event in sent] == [2.3000000000000003]


def test_a_field_takes_a_number_and_the_picture_follows(explorer):
    before = shown(explorer, "v").copy()
    control = explorer.sidebar.groups["stimulus"].controls["amplitude"]
    control.type(" 2,5 ")  # a comma is a decimal point
    assert explorer.experiment.stimulus.amplitude == 2.5
    control.type("2,5")  # again: what is there stays written in one way
    assert control.slider.text == "2.5"
    assert control.slider.value == 2.5
    assert not np.array_equal(shown(explorer, "v"), before)
    assert np.all(shown(explorer, "I") == np.float32(2.5))


@pytest.mark.parametrize(
    "text, words", [("", "is not a number"), ("1e999", "is not allowed"), ("nan", "is not allowed")]
)
def test_a_field_refuses_nonsense_and_nothing_changes(explorer, text, words):
    before = shown(explorer, "v").copy()
    control = explorer.sidebar.groups["stimulus"].controls["amplitude"]
    control.type(text)
    assert words in control.slider.message and "1000" in control.slider.message
    assert explorer.experiment.stimulus.amplitude == 1.5 and control.slider.text == "1.5"
    assert np.array_equal(shown(explorer, "v"), before)


def test_a_slider_is_logarithmic_where_decades_matter(explorer):
    control = explorer.sidebar.groups["model"].controls["tau_mem"]  # 1 to 100 ms
    assert explorer.experiment.model.param.tau_mem.log
    assert (control.slider.start, control.slider.value, control.slider.end) == pytest.approx((0, 1, 2))
    control.slider.value = 1.5
    assert explorer.experiment.model.tau_mem == 31.6
    for end in (control.slider.start, control.slider.end):
        control.slider.value = end
        assert explorer.experiment.model.tau_mem == 10.0**end
    control.type("12.3456")
    assert explorer.experiment.model.tau_mem == 12.3456, "a field takes every digit"
    assert control.slider.value == pytest.approx(np.log10(12.3456))
    assert not explorer.experiment.model.param.v_th.log


def test_a_value_beyond_the_slider_widens_it(explorer):
    control = explorer.sidebar.groups["stimulus"].controls["amplitude"]
    control.type("50")
    assert control.slider.end == 50 and control.slider.value == 50


def test_a_whole_number_is_asked_where_one_is_needed(explorer):
    explorer.sidebar.groups["settings"].build()
    control = explorer.sidebar.groups["settings"].controls["neurons"]
    control.type("2.5")
    assert "whole number" in control.slider.message
    control.type("3")
    assert explorer.experiment.settings.neurons == 3 and control.slider.message == ""
    assert shown(explorer, "raster").max() <= 3


def test_a_run_that_cannot_fit_is_refused_at_its_control(explorer):
    explorer.sidebar.groups["settings"].build()
    control = explorer.sidebar.groups["settings"].controls["dt"]
    explorer.sidebar.groups["settings"].controls["duration"].type("400")
    before = shown(explorer, "v").copy()
    control.type("0.001")
    assert "400,000 steps: at most 200,000" in control.slider.message
    assert explorer.experiment.settings.dt == 0.2
    assert np.array_equal(shown(explorer, "v"), before)


def test_a_choice_of_stimulus_takes_the_unit_of_the_neuron():
    explorer = Explorer(preset=PRESETS["izhikevich-2003-RS"])
    explorer.sidebar.kind_menu.value = "pulse train"
    control = explorer.sidebar.groups["stimulus"].controls["amplitude"]
    assert control.slider.unit == "mV" and control.slider.value == 20
    assert "protocol" not in explorer.sidebar.kind_menu.options
    explorer.sidebar.preset_menu.value = "izhikevich-2004-K"
    assert explorer.sidebar.kind_menu.value == "protocol"


def test_a_run_that_diverges_says_what_and_when(explorer):
    explorer.load(PRESETS["izhikevich-2004-Q"].experiment())
    explorer.sidebar.groups["settings"].knobs.param.update(dt=10.0, duration=1000.0, integrator="Euler")
    assert explorer.trouble.object.visible
    assert "The run stopped at" in explorer.trouble.html and "is no longer finite" in explorer.trouble.html
    explorer.load(PRESETS["izhikevich-2003-RS"].experiment())
    assert not explorer.trouble.object.visible


def test_begin_elsewhere_than_at_rest(explorer):
    explorer.load(
        Experiment.of(NEURONS["LIF"](), stimuli_of(explorer.experiment.model.port)["Constant"](amplitude=0.0))
    )
    assert np.all(shown(explorer, "v") == 0)
    explorer.sidebar.groups["initial"].knobs.param.update(at_rest=False, v=0.8)
    assert shown(explorer, "v")[0] == pytest.approx(0.8 * (1 - 0.1 / 10), rel=1e-5)  # one Euler step of tau 10 ms


def test_reset_gives_back_what_was_loaded(explorer):
    before = shown(explorer, "v").copy()
    explorer.sidebar.groups["model"].knobs.tau_mem = 30.0
    explorer.sidebar.kind_menu.value = "ramp"
    explorer.sidebar.reset.clicks += 1
    assert explorer.experiment.model.tau_mem == 10.0
    assert explorer.sidebar.kind_menu.value == "constant"
    assert np.array_equal(shown(explorer, "v"), before)


def test_the_frame_rests_while_a_trace_fits(explorer):
    frame = explorer.stack.plots["v"].y_range
    ends = frame.start, frame.end
    explorer.sidebar.groups["stimulus"].knobs.amplitude = 2.0
    assert (frame.start, frame.end) == ends


@pytest.mark.parametrize("amplitude", [0.99, 0.3, 0.001, -2.0])
def test_a_silent_trace_fills_most_of_its_frame(explorer, amplitude):
    frame = explorer.stack.plots["v"].y_range
    explorer.sidebar.groups["stimulus"].knobs.amplitude = amplitude
    v = shown(explorer, "v")
    assert frame.start < v.min() and v.max() < frame.end
    # a thousandth of the threshold is no response
    assert (np.ptp(v) > 0.5 * (frame.end - frame.start)) == (abs(amplitude) > 0.01)


def test_a_frame_of_its_own_moves_in_coarse_steps():
    heights = np.geomspace(0.1, 1.0, 1000)
    frames = [around(0.0, height) for height in heights]
    assert 5 < len(set(frames)) < 25
    assert all(low <= 0 and 0.5 * (high - low) < height <= high for (low, high), height in zip(frames, heights))


def test_reset_clears_a_refused_field_and_a_widened_slider(explorer):
    control = explorer.sidebar.groups["stimulus"].controls["amplitude"]
    ends = control.slider.start, control.slider.end
    control.type("50")
    control.type("nonsense")
    explorer.sidebar.reset.clicks += 1
    assert (control.slider.text, control.slider.message, control.slider.value) == ("1.5", "", 1.5)
    assert (control.slider.start, control.slider.end) == ends


def test_a_small_stimulus_gets_a_frame_of_its_own(explorer):
    explorer.load(PRESETS["izhikevich-2004-K"].experiment())
    frame = explorer.stack.plots["I"].y_range
    assert frame.start < 0 and 0.65 < frame.end <= 0.8
    explorer.load(PRESETS["izhikevich-2004-A"].experiment())
    assert (frame.start, frame.end) == (-5, 20)


def test_a_line_is_not_drawn_on_its_frame(explorer):
    explorer.sidebar.groups["stimulus"].knobs.amplitude = 2.0  # the frame's own end
    assert explorer.stack.plots["I"].y_range.end > 2.0


def test_a_gain_has_the_unit_of_its_neuron():
    unit = {name: stimuli_of(n.port)["Recorded"]().annotation("gain").unit for name, n in NEURONS.items()}
    assert unit["LIF"] == "1/pA" and unit["Izhikevich"] == "mV/pA"


def upload(chooser, name, text):
    send(chooser, name, text.encode())


def send(chooser, name, content):
    """Hand a file over as the browser does, in pieces."""
    half = (len(content) + 1) // 2
    for begin in (0, half):
        piece = {"begin": begin, "piece": content[begin : begin + half]}
        chooser.upload._handle_msg({"name": name, "size": len(content), **piece})


class TestChooser:
    """Files as the upload field hands them over."""

    good = "0,0\n1,5\n2,5\n"

    @pytest.fixture
    def chooser(self):
        self.chosen = []
        return RecordingChooser(self.chosen.append)

    def test_of_several_files_the_newest_is_read(self, chooser):
        upload(chooser, "old.csv", "text")
        assert "old.csv" in chooser.message.html and not self.chosen
        upload(chooser, "good.csv", self.good)
        assert [sweep.name for sweep in self.chosen] == ["good.csv"]
        assert not chooser.message.object.visible
        upload(chooser, "old.csv", self.good)  # the old name again, mended
        assert [sweep.name for sweep in self.chosen] == ["good.csv", "old.csv"]

    def test_a_file_that_was_refused_is_refused_again(self, chooser):
        upload(chooser, "old.csv", "text")
        chooser.example.clicks += 1
        assert not chooser.message.object.visible
        upload(chooser, "old.csv", "text")
        assert chooser.message.object.visible

    def test_a_file_that_is_too_large_is_not_sent(self, chooser):
        """The field says so itself: its size comes alone."""
        chooser.upload._handle_msg({"name": "large.csv", "size": 31_000_000})
        assert "large.csv has 31.0 MB: at most 20 MB are read" in chooser.message.html and not self.chosen
        upload(chooser, "good.csv", self.good)
        assert len(self.chosen) == 1

    def test_a_name_is_text(self, chooser):
        upload(chooser, "<img src=x onerror=alert(1)>.csv", "nonsense")
        assert "&lt;img" in chooser.message.html and "<img" not in chooser.message.html

    def test_a_sweep_that_cannot_be_used_is_refused(self, explorer):
        """In terms of the recording: nobody touched a knob."""
        explorer.sidebar.kind_menu.value = "recorded current (file)"
        chooser, before = explorer.sidebar.chooser, explorer.experiment.stimulus.source
        for name, text, words in (
            ("long.csv", "0,1\n200000,1\n", "long.csv: it has one sample from 0 to 10,000 ms of its 400,000 ms"),
            ("short.csv", "0,1\n0.25,1\n", "short.csv lasts 0.5 ms, and a run at least 1 ms: give a longer one."),
            ("weak.csv", "0,0\n50,1e-4\n", "the largest current of weak.csv is 0.0001 pA, which would have to be"),
        ):
            upload(chooser, name, text)
            assert words in chooser.message.html and "is not allowed" not in chooser.message.html
            assert explorer.experiment.stimulus.source is before is chooser.current
            assert chooser.menu.options == [chooser.menu.value] == [short_name(before.name)]
        chooser.example.clicks += 1
        assert not chooser.message.object.visible


def sweeps(currents=(10.0, -50.0, 300.0), length=100.0, name="cell.abf"):
    """Sweeps of one recording, each of constant current."""
    t = np.arange(0, length, 0.5)
    return sweeps_of(name, [Columns(t, np.full(len(t), x), -60 + 0 * t, length) for x in currents])


def pick(chooser, k):
    chooser.menu.value = chooser.menu.options[k]


def picked(chooser):
    return chooser.menu.options.index(chooser.menu.value)


class TestRecordings:
    """Recorded currents in the explorer: which gain, which sweep, what stays."""

    @pytest.fixture
    def adex(self):
        explorer = Explorer(NEURONS["AdEx"]())
        explorer.sidebar.kind_menu.value = "recorded current (file)"
        return explorer

    def test_a_recorded_picoampere_is_one(self, adex):
        adex.sidebar.chooser.open(sweeps())
        for k, current in enumerate((10.0, -50.0, 300.0)):
            pick(adex.sidebar.chooser, k)
            assert adex.experiment.stimulus.gain == 1.0
            assert np.all(shown(adex, "I") == np.float32(current))
        control = adex.sidebar.groups["stimulus"].controls["gain"]
        assert control.slider.start < 1 < control.slider.end and control.slider.unit == ""
        assert "A recorded pA is 1 pA here." in adex.sidebar.chooser.told.html

    def test_the_first_sweep_comes_first_and_all_are_named(self, adex):
        adex.sidebar.chooser.open(sweeps())
        assert list(adex.sidebar.chooser.menu.options) == [
            f"cell.abf, sweep {k} ({x} pA)" for k, x in ((1, 10), (2, -50), (3, 300))
        ]
        assert picked(adex.sidebar.chooser) == 0 and adex.sidebar.chooser.current.current[0] == 10.0

    def test_a_gain_set_by_hand_stays(self, adex):
        adex.sidebar.chooser.open(sweeps())
        adex.sidebar.groups["stimulus"].knobs.gain = 2.0
        assert "A recorded pA is 2 pA here." in adex.sidebar.chooser.told.html
        pick(adex.sidebar.chooser, 2)
        assert adex.experiment.stimulus.gain == 2.0 and np.all(shown(adex, "I") == 600)
        adex.sidebar.chooser.open(sweeps(name="other.abf"))
        pick(adex.sidebar.chooser, 1)
        assert adex.experiment.stimulus.gain == 2.0 and np.all(shown(adex, "I") == -100)
        adex.sidebar.model_menu.value = "Izhikevich"  # in mV
        assert adex.experiment.stimulus.gain == 0.0333
        adex.sidebar.groups["stimulus"].knobs.param.update(gain=0.1, offset=2.0)
        adex.sidebar.model_menu.value = "EIF"  # in mV as well
        assert (adex.experiment.stimulus.gain, adex.experiment.stimulus.offset) == (0.1, 2.0)
        pick(adex.sidebar.chooser, 0)
        assert (adex.experiment.stimulus.gain, adex.experiment.stimulus.offset) == (0.1, 2.0)

    def test_in_another_unit_the_largest_current_of_the_file_is_the_usual_drive(self):
        """Of all its sweeps, so that they can be compared."""
        explorer = Explorer(NEURONS["Izhikevich"]())
        explorer.sidebar.kind_menu.value = "recorded current (file)"
        explorer.sidebar.chooser.open(sweeps())
        assert explorer.experiment.stimulus.gain == 0.0333  # 10 mV for 300 pA
        words = explorer.sidebar.chooser.told.html
        assert "A recorded pA is 0.0333 mV here: the largest current of the recording, 300 pA, gives 9.99 mV" in words
        assert "the usual drive is 10 mV" in words
        for k, current in enumerate((0.333, -1.665, 9.99)):
            pick(explorer.sidebar.chooser, k)
            assert np.allclose(shown(explorer, "I"), current, rtol=1e-6)
        control = explorer.sidebar.groups["stimulus"].controls["gain"]
        assert control.slider.start < control.place(0.0333) < control.slider.end

    def test_a_weak_recording_is_opened_and_asked_about(self, adex):
        upload(adex.sidebar.chooser, "weak.csv", "t (ms),I\n0,0\n50,0.2\n100,0.1\n")
        assert adex.sidebar.chooser.current.name == "weak.csv" and not adex.sidebar.chooser.message.object.visible
        assert "No current was larger than 0.2 pA: if they are in nA, name the unit" in adex.sidebar.chooser.told.html

    def test_the_recording_stays_when_the_neuron_changes(self, adex):
        adex.sidebar.chooser.open(sweeps())
        pick(adex.sidebar.chooser, 2)
        for name in ("LIF", "Izhikevich", "EIF", "LIFBox"):
            adex.sidebar.model_menu.value = name
            assert adex.experiment.stimulus.source is adex.sidebar.chooser.current and picked(adex.sidebar.chooser) == 2
            assert len(adex.sidebar.chooser.menu.options) == 3
            assert adex.experiment.settings.duration == 100.0
            assert adex.sidebar.kind_menu.value == "recorded current (file)"
            assert ("measured" in adex.stack.shown) == (name.startswith("LIF"))  # which has no unit
        adex.sidebar.reset.clicks += 1
        assert adex.experiment.stimulus.source is adex.sidebar.chooser.current

    def test_the_file_stays_open_while_another_stimulus_is_tried(self, adex):
        adex.sidebar.chooser.open(sweeps())
        pick(adex.sidebar.chooser, 1)
        adex.sidebar.kind_menu.value = "step"
        adex.sidebar.kind_menu.value = "recorded current (file)"
        assert picked(adex.sidebar.chooser) == 1 and adex.experiment.stimulus.source.current[0] == -50.0
        assert len(adex.sidebar.chooser.menu.options) == 3

    def test_a_preset_shows_its_own_recording(self, adex):
        adex.sidebar.chooser.open(sweeps())
        adex.load(PRESETS["lif-recorded"].experiment(), PRESETS["lif-recorded"])
        assert list(adex.sidebar.chooser.menu.options) == ["17o05027_…_ramp.abf, sweep 2 (10 pA)"]
        assert adex.experiment.stimulus.gain == 0.02
        adex.sidebar.chooser.open(sweeps())  # the preset's gain is that of its own recording
        assert adex.experiment.stimulus.gain == 0.005 and adex.experiment.stimulus.offset == 0

    def test_a_long_recording_opens_in_a_window_that_moves(self, adex):
        rows = "t (ms),I (pA)\n" + "".join(f"{k * 10},{k}\n" for k in range(3000))
        chooser = adex.sidebar.chooser
        upload(chooser, "long.csv", rows)
        assert chooser.window.visible and (chooser.begin.value, chooser.end.value) == ("0", "10000")
        assert "A window of 10,000 of 30,000 ms." in chooser.told.html
        assert adex.experiment.settings.duration == 10_000 and adex.experiment.settings.dt == 0.2
        assert shown(adex, "I").max() == 999
        chooser.begin.value, chooser.end.value = "20000", "25000,0"
        chooser.move.clicks += 1
        assert adex.experiment.settings.duration == 5000 and shown(adex, "I")[0] == 2000
        for begin, end, words in (
            ("0", "20000", "0 to 20,000 ms are 20,000 ms: at most 10,000 ms are run at once"),
            ("x", "1", "are not two numbers"),
            ("5", "5", "start = 5.0, end = 5.0 is not allowed: give 0 <= start < end"),
            ("40000", "41000", "it has no samples from 40,000 to 41,000 ms of its 30,000 ms"),
        ):
            chooser.begin.value, chooser.end.value = begin, end
            chooser.move.clicks += 1
            assert words in unescape(chooser.message.html)
            assert adex.experiment.settings.duration == 5000
        upload(chooser, "short.csv", "0,1\n50,2\n")
        assert not chooser.window.visible and not chooser.message.object.visible

    def test_a_window_keeps_the_sweep(self, adex, monkeypatch):
        monkeypatch.setattr("snnlab.workbench.chooser.WINDOW", 10.0)
        values = np.tile(np.arange(640.0) / 1000, (3, 1))
        data = abf2([Adc("mV", values)], [Dac(epochs=((0, 1, 5.0, 5.0, 400, 0, 0, 0),))])
        chooser = adex.sidebar.chooser
        send(chooser, "cell.abf", data)
        pick(chooser, 2)
        chooser.begin.value, chooser.end.value = "20", "30"
        chooser.move.clicks += 1
        assert picked(chooser) == 2 and np.all(shown(adex, "I") == 15)
        assert chooser.current.voltage[0] == pytest.approx(0.2, abs=1e-6)

    @pytest.mark.parametrize(
        ("name", "label"),
        [
            ("cell.csv", "cell.csv"),
            ("cell.abf, sweep 3 (-50 pA)", "cell.abf, sweep 3 (-50 pA)"),
            ("2019_07_24_0055_fsi.abf, sweep 17 (300 pA)", "2019_07_…_fsi.abf, sweep 17 (300 pA)"),
            ("a_very_long_name_of_a_table_of_numbers.csv", "a_very_long_name_o…le_of_numbers.csv"),
            ("cell.nwb, sweep 3 (-50 pA), index_003-stimset.1", "cell.nwb, sweep 3 (-50 pA), index_003-stimset.1"),
        ],
    )
    def test_a_menu_has_room_for_number_and_current(self, name, label):
        assert short_name(name) == label


def test_a_raster_says_how_many_of_its_neurons_it_shows():
    explorer = snnlab.explore(NEURONS["LIF"](), duration=10_000, dt=0.5, neurons=20, noise=0.3)
    title = explorer.stack.plots["raster"].title.text
    assert re.fullmatch(r"Spikes of 20 neurons, \d+ of them shown, noise increasing from bottom to top", title)


def test_a_value_of_any_size_has_a_frame():
    for value in (1e30, -1e30, 1e-30, 0.0):
        low, high = widened(-1.0, 1.0, np.array([value, value]))
        assert low <= value <= high and low < high


def test_modules_that_are_joined_for_a_page_share_no_name():
    names = re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", source(), re.MULTILINE)
    assert len(names) > 30 and [name for name, count in Counter(names).items() if count > 1] == []


def test_what_is_of_another_experiment_is_grey_until_the_new_one_is_drawn(explorer, monkeypatch):
    """Also while no run can be had of it."""
    asked = []
    monkeypatch.setattr(explorer.live, "request", lambda *given, **more: asked.append((given, more)))
    explorer.load(PRESETS["adex-2008-d"].experiment())
    assert all("old" in area.css_classes for area in (explorer.plots, explorer.told))
    monkeypatch.undo()
    ((given, more),) = asked
    explorer.live.request(*given, **more)
    assert not any("old" in area.css_classes for area in (explorer.plots, explorer.told))
    explorer.experiment.model.a = 3.0
    assert "old" not in explorer.plots.css_classes, "a slider is followed at once"


def test_a_value_may_be_typed_with_a_unit_of_its_kind(explorer):
    control, model = explorer.sidebar.groups["model"].controls["tau_mem"], explorer.experiment.model
    control.type("0,02 s")
    assert model.tau_mem == 20 and control.slider.text == "20" and control.slider.message == ""
    control.type("20 mV")
    assert model.tau_mem == 20 and "tau_mem = '20 mV' is not a number" in control.slider.message
    control.type("300")  # beyond the slider, not beyond what is allowed
    assert model.tau_mem == 300 and control.value_at(control.slider.end) == 300
