"""Panes of gradients and of training without a browser: what their pictures and films are fed."""

from base64 import b64decode

import numpy as np
import pytest

from snnlab.analysis import input_gradient, smooth_threshold
from snnlab.core import SURROGATES
from snnlab.models import LI, LIF, PRESETS, Experiment, Step
from snnlab.workbench import Explorer
from snnlab.workbench.panes import layout_of
from snnlab.workbench.panes.gradient import GradientPane, LayerPane, SurrogateGradientPane, SurrogateLayerPane
from snnlab.workbench.panes.layouts import PANES
from snnlab.workbench.panes.slopes import SAME, THRESHOLDS, SlopePane, X
from snnlab.workbench.panes.training import LandscapePane, LearningPane, landscape
from tests.workbench.test_panes import pane, rested, shown


def surrogate(name, **values):
    made = PRESETS[f"surrogate-{name}"].experiment()
    made.model.param.update(**values)
    return made


def test_the_present_slope_stands_over_all_others():
    made = pane(SlopePane, surrogate("tanh", alpha=3.0))
    lines = made.view.lines.data
    assert len(lines["y"]) == len(SURROGATES), "random thresholds have slopes of others"
    assert lines["y"][-1] == pytest.approx(1 - np.tanh(3 * X) ** 2) and lines["opacity"][-1] == 1.0
    made.head.value = THRESHOLDS
    assert made.view.lines.data["y"][-1] == pytest.approx(smooth_threshold(SURROGATES["tanh"], X, 3.0))
    made.head.value = SAME
    assert made.head.note == "the chosen one in front; others at 3"


def test_a_gradient_is_that_of_the_run_and_a_difference_beside_it():
    experiment = Experiment.of(LIF(tau_mem=20.0), Step(amplitude=0.9, onset=10.0, length=200.0), {"duration": 60.0})
    made = pane(GradientPane, experiment)
    solid, dashed = made.view.lines.data["y"]
    drive = np.where(np.arange(600) >= 100, 0.9, 0.0)
    assert solid == pytest.approx(input_gradient(experiment.model, drive).g, rel=1e-6)
    assert made.view.lines.data["dash"] == ["solid", "dashed"] and not np.allclose(solid, dashed)
    told = {name: value for name, value, _ in made.head.numbers}
    assert told["reset detached"] == "vanishes with 19.9 ms", "the membrane's time constant, less dt / 2"
    dots = made.view.dots.data
    assert dots["y"] == pytest.approx(np.interp(dots["x"], made.view.lines.data["x"][0], solid), rel=0.02)
    made.head.value = "first spike"
    assert made.head.failed and "there is no first spike" in made.head.note
    made.fade()
    assert made.view.figure.styles["opacity"] == "0.4"


def test_a_neuron_without_threshold_has_the_gradient_of_its_potential():
    made = pane(GradientPane, Experiment.of(LI(), None, {"duration": 50.0}))
    assert made.head.options == ["v at the end"] and not made.head.failed


def test_the_sharpness_is_that_of_the_page():
    wide, narrow = (pane(SurrogateGradientPane, surrogate("tanh", alpha=alpha)) for alpha in (1.0, 10.0))
    assert wide.head.value == "spike count"
    sums = [np.nansum(one.view.lines.data["y"][0]) for one in (wide, narrow)]
    assert sums[0] > 2 * sums[1] > 0


def test_a_layer_is_a_picture_of_all_its_neurons():
    made = pane(SurrogateLayerPane, surrogate("tanh"))
    (image,) = made.view.image.data["image"]
    assert image.shape[0] == 24 and np.isfinite(image).mean() > 0.5
    strong = made.head.numbers[0][1]
    assert strong.startswith("explodes")
    made.head.value = "no synapses"
    (image,) = made.view.image.data["image"]
    assert made.head.numbers[0][1].startswith("vanishes") and not np.isfinite(image[1:]).any(), "of itself alone"


def test_a_reset_leads_to_the_usual_rate_and_not_to_that_of_the_link():
    explorer = Explorer(preset=PRESETS["surrogate-super"])
    explorer.panes.open(layout_of("landscape:Adam:rate=0.1", "surrogate"))
    made = explorer.panes.panes["landscape"]
    made.rest(shown(explorer))
    slide = made.knobs.controls["rate"].slider
    assert (made.training.rate, slide.amount, slide.usual) == (0.1, 0.1, 0.05)
    made.head.value = next(iter(made.usual))
    assert slide.usual == made.training.rate == made.usual[made.head.value]["rate"], "that of the optimiser"


def test_the_path_begins_and_ends_in_the_landscape():
    made = pane(LandscapePane, surrogate("super"))
    x, y, losses = landscape()
    words, (line, last) = made.film.shown["words"], made.film.shown["tracks"]
    assert len(words) == 101 and line["grow"] and not last["grow"]
    weights = np.stack([np.frombuffer(b64decode(line["columns"][name]), "<f4") for name in "xy"], 1)
    assert line["ends"] == [*range(1, 102)] and weights.shape == (101, 2)
    at = [int(abs(axis - one).argmin()) for axis, one in zip((y, x), weights[-1][::-1])]
    begin = [int(abs(axis - one).argmin()) for axis, one in zip((y, x), weights[0][::-1])]
    assert losses[*at] < 0.1 * losses[*begin]
    made.training.rate = 0.001
    slower = np.frombuffer(b64decode(made.film.shown["tracks"][0]["columns"]["x"]), "<f4")
    assert abs(slower[1] - slower[0]) == pytest.approx(abs(weights[1, 0] - weights[0, 0]) / 2, rel=1e-3)
    made.head.value = "Adam"
    assert made.training.rate == 0.05 and made.training.momentum == 0.9


def test_a_path_of_one_weight_goes_along_its_curve():
    made = pane(LandscapePane, surrogate("super"))
    made.head.value = "SGD on one"
    assert made.curve.figure.visible and not made.view.figure.visible
    (dots,) = made.film.shown["tracks"]
    x, y = (np.frombuffer(b64decode(dots["columns"][name]), "<f4") for name in "xy")
    (curve,) = made.curve.lines.data["y"]
    k = np.searchsorted(made.curve.lines.data["x"][0], x)
    near = np.stack([curve[np.clip(k + shift, 0, len(curve) - 1)] for shift in range(-2, 3)])  # it jumps with spikes
    on = (y > 0.9 * np.nanmin(near, 0)) & (y < 1.1 * np.nanmax(near, 0))
    assert on[np.isfinite(y)].all() and np.isfinite(y).sum() > 50
    assert y[0] > 4 and np.nanmin(y[-20:]) < 0.5


def test_each_step_of_learning_is_shown():
    made = pane(LearningPane, surrogate("tanh"))
    run, spikes, raster, loss = made.film.shown["tracks"]
    assert made.film.shown["words"][0].startswith("step 0: loss ")
    assert run["ends"][-1] == 101 * 200 and len(b64decode(run["whole"]["t"])) == 4 * 200
    assert spikes["ends"] == raster["ends"] and raster["grow"]
    assert len(np.frombuffer(b64decode(loss["columns"]["y"]), "<f4")) == 101
    assert made.view.targets.data["t"].tolist() == [20.0, 45.0, 60.0, 85.0]


def test_a_film_is_made_anew_only_of_something_else():
    explorer = Explorer(experiment=surrogate("tanh"))
    made = rested(LearningPane, explorer)
    before = made.film.shown
    explorer.experiment.stimulus.end = 1.0  # of the signal, which the neuron that learns does not get
    made.fade()
    made.rest(shown(explorer))
    assert made.film.shown is before and made.view.figure.styles["opacity"] == "1"
    explorer.experiment.model.alpha = 5.0
    made.fade()
    assert made.view.figure.styles["opacity"] == made.losses.figure.styles["opacity"] == "0.4"
    made.rest(shown(explorer))
    assert made.film.shown is not before and made.view.figure.styles["opacity"] == "1"


def test_a_random_threshold_trains_nobody():
    explorer = Explorer(preset=PRESETS["surrogate-logistic"])
    seen = [kind.key for kind in PANES["surrogate"] if kind(lambda values: None).suits(shown(explorer))]
    assert seen == ["slopes"]


def test_a_layer_needs_synapses():
    for model, there in ((LIF(), True), (PRESETS["izhikevich-2003-RS"].model(), False)):
        explorer = Explorer(experiment=Experiment.of(model, None, {"duration": 20.0}))
        assert LayerPane(lambda values: None).suits(shown(explorer)) == there


def test_layouts_are_those_of_the_family():
    explorer = Explorer(preset=PRESETS["surrogate-tanh"])
    explorer.panes.show(explorer.panes.layouts["plane"].shown)
    assert explorer.panes.layout == "plane" and explorer.panes.query == ""
    assert [one.key for one in explorer.panes.seen] == ["slopes", "learning", "through"]
