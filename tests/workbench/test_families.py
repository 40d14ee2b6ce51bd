"""Explorers of encoders, synapses, surrogates, networks and stimuli, without a browser."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

import snnlab
from snnlab import models
from snnlab.models import ENCODERS, FAMILIES, PATTERNS, PRESETS, STIMULI, Experiment, Step
from snnlab.workbench import EncoderBoard, Explorer, StimulusExplorer
from snnlab.workbench.controls import Control
from snnlab.workbench.here import Part
from snnlab.workbench.pages import INTRODUCTION
from snnlab.workbench.parts import PartHead
from snnlab.workbench.scenes import SCENES
from tests.nights import first_of_each
from tests.rules import Inhibitory, Triplet

README = Path(__file__).parents[2] / "README.md"
# the paper's size takes seconds, and shows nothing else here
SMALL = {"brunel-1000-D": {"N_E": 200, "N_I": 50, "C_E": 20, "C_I": 5}}
OTHERS = {
    key: preset
    for key, preset in PRESETS.items()
    if preset.model.family not in ("neuron", "operation", "compartments")
    and (not key.startswith("brunel") or key in SMALL)
    and not getattr(preset.model.definition, "learns", False)  # shown are weights, in a test of its own
}


CLASSES = {f"{family}-{name}": (family, name) for family, kinds in FAMILIES.items() for name in kinds}


def shown(explorer, row, column="y", line=0):
    return np.asarray(explorer.stack.plots[row].renderers[line].data_source.data[column])


def test_every_family_has_a_scene():
    assert SCENES.keys() == FAMILIES.keys()
    for family, scene in SCENES.items():
        assert scene.kinds is FAMILIES[family]


@pytest.mark.parametrize("name", CLASSES)
def test_every_title_of_an_axis_fits_its_plot(name):
    """Turned, at some 6 px a letter, beside the least height of a plot."""
    family, kind = CLASSES[name]
    model = FAMILIES[family][kind]()
    for row in SCENES[family](model).rows(model):
        assert 6 * len(row.label) <= 42 * row.weight, row.label


@pytest.mark.parametrize("key", first_of_each(OTHERS, lambda preset: preset.model))
def test_every_preset_is_shown_as_it_is_run(key):
    experiment = OTHERS[key].experiment()
    experiment.model.param.update(SMALL.get(key, {}))
    explorer = snnlab.explore(experiment)
    result = experiment.run()
    assert explorer.trouble.html == ""
    rows = [name for name in explorer.stack.plots if name in result.recording.variables]
    assert rows
    for name in rows:
        values = result.recording.variables[name].reshape(len(result.recording.time), -1)[:, 0].numpy()
        quiet = ~result.recording.spikes[:, 0].numpy() if name == "v" else slice(None)
        assert np.array_equal(shown(explorer, name)[quiet], values[quiet])
    assert len(shown(explorer, "raster")) > 0
    assert explorer.numbers.html.count("<tr ") >= 1


def test_weights_that_learn_are_shown_as_they_were_kept():
    """Of each time all of them, in per cent, and their means; of time in ms there are no potentials."""
    experiment = PRESETS["song-2001-correlated"].experiment()
    experiment.settings.duration = 5000.0
    explorer = snnlab.explore(experiment)
    model, [samples] = experiment.model, experiment.run().recording.weight_samples
    weights = samples.weights[:, 0].numpy().astype(float) / model.w_max
    (picture,) = shown(explorer, "weights", "image")
    np.testing.assert_allclose(picture.sum(axis=0), 100.0, rtol=1e-5)
    np.testing.assert_allclose(picture[0], 100 * (weights < 0.04).mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(shown(explorer, "means", line=1), weights[:, : model.common].mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(shown(explorer, "means"), weights[:, model.common :].mean(axis=1), rtol=1e-5)
    assert "Mean weight, correlated" in explorer.numbers.html


@pytest.mark.parametrize("key", first_of_each(CLASSES, lambda one: one[0]))
def test_every_class_can_be_explored(key):
    family, name = CLASSES[key]
    model = FAMILIES[family][name](**SMALL["brunel-1000-D"] if name == "Brunel" else {})
    explorer = snnlab.explore(model, duration=50)
    assert explorer.trouble.html == ""
    controls = [c for c in explorer.sidebar.groups["model"].controls.values() if isinstance(c, Control)]
    assert {c.parameter for c in controls} <= set(model.of_part("run"))
    if not controls:  # a surrogate may have no parameter
        assert family == "surrogate"
        return
    control = controls[0]
    control._set(control.annotation.high)
    assert getattr(model, control.parameter) == control.annotation.high
    assert explorer.experiment.model is model


@pytest.mark.parametrize("name", models.STIMULI)
def test_every_stimulus_can_be_explored(name):
    stimulus = models.STIMULI[name]()
    explorer = snnlab.explore(stimulus, duration=100)
    assert isinstance(explorer, StimulusExplorer)
    visible = [key for key, plot in explorer.stack.plots.items() if plot.visible]
    assert visible == (["input"] if stimulus.ports & {"spikes", "pairs"} else ["I"])


def test_a_sum_has_the_controls_of_its_parts():
    stimulus = Step(amplitude=2.0) + models.Sine(amplitude=0.5)
    explorer = snnlab.explore(models.LIF(), stimulus, duration=50, noise=0.0)
    before = shown(explorer, "I").copy()
    part = explorer.experiment.stimulus.parts[0]
    part.amplitude = 0.0
    heads = [one for one in explorer.sidebar.parts.box if isinstance(one, PartHead)]
    assert [one.title for one in heads] == ["step", "sine"]
    assert not np.array_equal(shown(explorer, "I"), before)


def test_the_window_of_a_rule_follows_its_knobs():
    explorer = snnlab.explore(PRESETS["stdp-hebbian"])
    assert explorer.curve_box.visible
    before = np.asarray(explorer.curve.source.data["y"]).copy()
    explorer.experiment.model.eta_plus = 0.02
    after = np.asarray(explorer.curve.source.data["y"])
    assert after.max() == pytest.approx(2 * before.max(), rel=1e-6)
    explorer.load(PRESETS["stp-facilitating"].experiment())
    assert not explorer.curve_box.visible, "it changes no weight"


@pytest.mark.parametrize("rule", [Inhibitory, Triplet], ids=lambda rule: rule.name)
def test_a_rule_from_outside_has_its_explorer(rule):
    model = models.model_of(rule)()
    explorer = snnlab.explore(model, duration=100)
    assert explorer.trouble.html == ""
    assert [*explorer.sidebar.groups["model"].controls] == model.names()
    assert explorer.equations.html.count("<mfrac><mrow><mi>d</mi>") == len(rule.state._fields)
    assert explorer.curve_box.visible
    before = np.asarray(explorer.curve.source.data["y"]).copy()
    setattr(model, model.names()[0], 12.0)  # a time constant
    assert not np.array_equal(explorer.curve.source.data["y"], before)


def test_another_cell_takes_its_place_in_a_network():
    explorer = snnlab.explore(models.Population(size=5), duration=50)
    menu = explorer.sidebar.inside[0]
    menu.value = "AdEx"
    assert type(explorer.experiment.model.cell).__name__ == "AdEx"
    assert explorer.experiment.stimulus.drives.current.unit == "pA"
    assert "w" in explorer.stack.plots
    explorer.experiment.model.cell.b = 100.0  # its knob is live
    assert explorer.trouble.html == ""


def test_what_cannot_run_is_said_and_nothing_breaks():
    explorer = snnlab.explore(models.FeedForward(), duration=50)
    explorer.sidebar.inside[2].value = "Izhikevich"  # it has no spike port
    assert "no spike port" in explorer.trouble.html


def test_what_cannot_be_explored_is_refused():
    with pytest.raises(ValueError, match="int cannot be explored"):
        snnlab.explore(3)
    with pytest.raises(ValueError, match="is explored alone"):
        snnlab.explore(Step(), Step())


def test_an_experiment_is_explored_as_it_is():
    experiment = Experiment.of(models.LIF(tau_mem=25), Step(amplitude=2), {"duration": 60}, {"v": 0.5, "i": 0.0})
    explorer = snnlab.explore(experiment)
    assert explorer.experiment.diff(experiment) == {}


def test_the_pattern_is_named_in_a_sentence_and_its_reasons_are_folded():
    explorer = Explorer(preset=PRESETS["izhikevich-2004-D"])
    said, why = explorer.words.html.split("<details")
    assert said == "<p><b>Looks like phasic bursting</b>. One burst of 6 spikes, then silence.</p>"
    assert "><summary>why</summary><ul><li>the current: a step of +0.6" in why
    explorer.load(PRESETS["adex-2008-c"].experiment())
    said, _ = explorer.words.html.split("<details")
    assert said.startswith("<p><b>Looks like mixed mode</b>, also called initial burst. A burst of 3 spikes at first")
    explorer.load(PRESETS["lif-fluctuations"].experiment())
    said, _ = explorer.words.html.split("<details")
    assert said.startswith("<p><b>Irregular firing.</b> Fires irregularly: intervals from 19 to 142 ms (CV 0.77; ")


def rows_of(explorer):
    return dict(re.findall(r"<tr[^>]*><td>(.*?)</td><td>(.*?)</td></tr>", explorer.numbers.html))


def test_the_rate_is_that_of_the_stimulus():
    """27 spikes in a step of 300 of 500 ms: 90 Hz, not 54."""
    step = Step(amplitude=1.5, onset=100, length=300)
    explorer = Explorer(experiment=Experiment.of(models.LIF(), step, {"duration": 500, "neurons": 5, "noise": 0.0}))
    found = rows_of(explorer)
    assert found["Spike count"] == "27"
    assert found["Mean rate during the stimulus"] == found["Mean rate of all 5 during the stimulus"] == "90.0 Hz"
    assert (found["Mean ISI during the stimulus"], found["1 / mean ISI"]) == ("11.00 ms", "90.9 Hz")
    explorer.load(Experiment.of(models.LIF(), models.Constant(amplitude=1.5), {"duration": 500, "neurons": 1}))
    assert rows_of(explorer)["Mean rate"] == "90.0 Hz"
    late = Step(amplitude=1.5, onset=700)
    explorer.load(Experiment.of(models.LIF(), late, {"duration": 500, "neurons": 2}))
    assert rows_of(explorer)["Mean rate during the stimulus"] == "–", "it never comes"


def test_the_intervals_of_a_step_are_those_within_it():
    """Closed form: τ ln(I / (I - 1)) apart, with I = 3 in the step and 1.5 outside of it; a spike is up to dt late."""
    both = models.Constant(amplitude=1.5) + Step(amplitude=1.5, onset=100, length=300)
    settings = {"duration": 500, "dt": 0.01, "neurons": 1}
    found = rows_of(Explorer(experiment=Experiment.of(models.LIF(), both, settings)))
    wanted = 10 * math.log(3 / 2)
    assert float(found["Mean ISI during the stimulus"].split()[0]) == pytest.approx(wanted, abs=0.011)
    assert float(found["1 / mean ISI"].split()[0]) == pytest.approx(1000 / wanted, rel=0.003)
    assert float(found["CV of ISI"]) < 0.01, "none of those outside"
    assert int(found["Spike count"]) > 300 / wanted + 10


def test_what_is_measured_is_said_of_the_first_neuron():
    """Whatever noise there is in its stimulus."""
    title = Explorer(preset=PRESETS["lif-fluctuations"]).panes.parts["numbers"][0].html
    assert re.sub("<.*?>", "", title) == "Measured on the first neuron"


def test_a_raster_speaks_of_noise_where_it_changes_anything():
    explorer = Explorer(preset=PRESETS["lif-below"])
    title = explorer.stack.plots["raster"].title
    assert title.text == "Spikes of 20 neurons, noise increasing from bottom to top"
    explorer.load(Experiment.of(models.LIF(), models.Constant(amplitude=1.5), {"neurons": 3, "noise": 0.0}))
    assert title.text == "Spikes of 3 neurons, all alike"


@pytest.mark.parametrize("name", ["LI", "LIBox"])
def test_an_integrator_shows_no_spikes(name):
    """It cannot: no raster, no count, no word of silence, but how far it gets; the time axis is below what is left."""
    explorer = snnlab.explore(models.NEURONS[name](), models.Step(amplitude=1.0, onset=10, length=50), duration=100)
    assert "raster" not in explorer.stack.plots
    assert explorer.words.html == ""
    found = rows_of(explorer)
    assert list(found) == ["Highest potential", "reached at", "Lowest potential"]
    v = explorer.experiment.run().recording.variables["v"][:, 0]
    assert float(found["Highest potential"]) == pytest.approx(v.max().item(), abs=1e-3)
    assert found["reached at"] == "60.0 ms"
    shown_rows = [plot for plot in explorer.stack.plots.values() if plot.visible]
    assert [plot.xaxis[0].visible for plot in shown_rows] == [False] * (len(shown_rows) - 1) + [True]


def test_a_synapse_without_postsynaptic_spikes_shows_none():
    explorer = snnlab.explore(PRESETS["stp-depressing"])
    assert "Postsynaptic spikes" not in rows_of(explorer) and rows_of(explorer)["Presynaptic spikes"] == "10"
    raster = explorer.stack.plots["raster"]
    assert raster.yaxis[0].major_label_overrides == {1: "pre"}
    assert (raster.y_range.start, raster.y_range.end) == (0.5, 1.5)
    assert raster.title.text == "Presynaptic spikes"
    explorer.load(PRESETS["lifcorrelation-pairs"].experiment())
    assert int(rows_of(explorer)["Postsynaptic spikes"]) > 5, "its neuron has spikes of its own"


def test_a_sequence_says_how_long_its_parts_last_and_silence_is_called_so():
    explorer = Explorer(preset=PRESETS["adex-levels"])
    assert explorer.sidebar.parts.box[0].html == "constant for 500 ms, then constant to the end"
    explorer.load(Experiment.of(models.LIF(), models.Constant(amplitude=0.1), {"neurons": 1}))
    assert explorer.words.html.startswith("<p><b>Silent</b>: no spikes in 100 ms.</p>")


def test_the_board_shows_every_encoder():
    board = EncoderBoard()
    assert board.here.pictures.keys() == ENCODERS.keys()
    for name, shown in board.here.pictures.items():
        x, raster = (row["y"] for row in shown["rows"])
        assert x.min() == pytest.approx(0.1, abs=0.01) and x.max() == pytest.approx(0.9, abs=0.01)
        assert len(raster) > 0, name
        assert "Hz a neuron" in board.here.captions[name]
    before = board.here.captions["Poisson"]
    board.models["Poisson"].f_max = 300.0
    assert board.here.captions["Poisson"] != before


def test_the_board_comes_back_from_its_query():
    board = EncoderBoard()
    assert board.query() == {}
    board.kind_menu.value = title = STIMULI["Noise"].kind.title
    board.signal.knobs.sigma = 0.2
    board.run.knobs.param.update(duration=300.0, dt=1.0, seed=4)
    board.models["Poisson"].f_max = 250.0
    query = board.query()
    assert query == {
        **{"v": "2", "s": "Noise", "s.mean": "0.5", "s.sigma": "0.2", "s.tau": "20"},
        **{"r.duration": "300", "r.dt": "1", "r.seed": "4", "Poisson.f_max": "250"},
    }
    again = EncoderBoard({"page": "encoders", **query})
    assert again.query() == query and again.kind_menu.value == title
    assert again.here.captions == board.here.captions


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"v": "3"}, "v = '3' is not known: this version reads v=2"),
        ({"s": "Protocol"}, "s = 'Protocol' is not allowed: choose one of Constant, Step"),
        ({"s": "Step", "s.onse": "3"}, "the field 's.onse' is not known"),
        ({"r.dt": "-1"}, "r.dt = -1 is not allowed: give a number from 0.001 to 10 ms"),
        ({"r.dt": "0.001", "r.duration": "100000"}, "100,000,000 steps: at most 200,000"),
        ({"Poisson.f_max": "much"}, "Poisson.f_max = 'much' is not allowed"),
    ],
)
def test_a_query_that_is_no_boards_is_refused(query, words):
    with pytest.raises(ValueError) as error:
        EncoderBoard(query)
    assert words in str(error.value)


def test_the_board_cuts_a_signal_off_where_encoders_end():
    board = EncoderBoard()
    board.signal.knobs.amplitude = 0.9
    assert "The signal is cut off at 0 and 1." in board.trouble.html
    x = board.here.pictures["SignedPoisson"]["rows"][0]["y"]
    assert x.min() == 0 and x.max() == 1
    assert "open</a>" not in board.here.captions["SignedPoisson"], "its explorer takes no such signal"
    board.signal.knobs.amplitude = 0.5
    assert not board.trouble.html and "open</a>" in board.here.captions["SignedPoisson"]


def test_the_board_says_which_encoder_cannot():
    board = EncoderBoard()
    board.models["Poisson"].f_max = 5000.0
    assert "f_max = 5000 Hz is not allowed" in board.here.captions["Poisson"]
    assert "error" in board.here.captions["LIFEncoder"]


@pytest.mark.parametrize("view", [EncoderBoard, lambda: snnlab.explore(Step())], ids=["board", "stimulus"])
def test_more_steps_than_are_run_are_refused_and_taken_back(view):
    view = view()
    group = view.run if isinstance(view, EncoderBoard) else view.groups[-1]
    group.controls["duration"].type("100000")
    control = group.controls["dt"]
    before = control.knobs.dt
    control.type("0.001")
    assert "100,000,000 steps: at most 200,000" in control.slider.message
    assert control.knobs.dt == before and control.knobs.duration == 100_000


def test_readme_and_gallery_say_which_patterns_are_bound_to_their_step():
    letters = ", ".join(preset.id[-1] for preset in PATTERNS if preset.robust)
    assert len([preset for preset in PATTERNS if preset.bound]) == 5
    assert f"Five of them ({letters}) exist only with that step" in INTRODUCTION
    assert "Five of them exist only at their published time step" in README.read_text()


def test_a_network_is_drawn_by_the_page_where_it_is_small():
    """Knobs of the neurons inside have names in the page; what takes too many letters stays with the server."""
    experiment = PRESETS["population-step"].experiment()
    explorer = snnlab.explore(experiment)
    knob = explorer.sidebar.inner["cell"].controls["tau_mem"].slider.knob
    assert knob == f"{explorer.here.owner}.cell.tau_mem"
    rows = explorer.stack.rows.values()
    structures, (recipe,) = explorer.here.offer({"model": Part(explorer.experiment, explorer.scene, rows)})
    assert structures and recipe["run"]["about"]["values"]["cell.tau_mem"] == 10.0
    large = Experiment(models.NETWORKS["LSNNetwork"](size=500), None, {"duration": 50.0})
    assert explorer.here.offer({"model": Part(large, explorer.scene, rows)}) == ({}, [])


def test_a_preset_says_that_its_values_were_changed():
    explorer = Explorer(preset=PRESETS["lif-step"])
    menu, model = explorer.sidebar.preset_menu, explorer.experiment.model
    assert menu.label == "preset" and "moved" not in explorer.look.html
    before = model.tau_mem
    model.tau_mem = 23
    assert menu.label == "preset, changed" and "class=moved" in explorer.look.html
    model.tau_mem = before
    assert menu.label == "preset" and "moved" not in explorer.look.html
    explorer.experiment.settings.duration = 77
    assert menu.label == "preset, changed"
    explorer.sidebar.load(explorer.sidebar.origin(), explorer.sidebar.preset)
    assert menu.label == "preset" and "moved" not in explorer.look.html
    explorer.load(Experiment(models.LIF()))
    explorer.experiment.model.tau_mem = 23
    assert menu.label == "preset"
