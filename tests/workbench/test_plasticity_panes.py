"""Panes of synapses without a browser: protocols of a rule, also of one's own, and the steady state against rate."""

import numpy as np
import pytest

import snnlab
from snnlab.analysis import adds_up, pairing, settled_release, steady_state, triplets
from snnlab.models import PRESETS, STDP, Experiment, Pairs, TripletSTDP
from snnlab.workbench import Explorer
from snnlab.workbench.panes.protocols import INTERVALS, POST_PRE_POST, RATE, ProtocolPane
from snnlab.workbench.panes.steady import SECOND, SteadyPane
from tests.rules import Inhibitory, Triplet
from tests.workbench.test_panes import rested, shown


@pytest.fixture(scope="module")
def explorer():
    return Explorer(preset=PRESETS["triplet-visual-cortex"])


def test_protocols_are_those_of_the_rule(explorer):
    made = rested(ProtocolPane, explorer)
    x, y = made.view.lines.data["x"][-1], made.view.lines.data["y"][-1]
    assert y[[10, 40]] == pytest.approx(pairing(TripletSTDP(), x[[10, 40]], 20.0))
    assert made.view.marks.data["x"] == [10.0] and made.head.note == "60 pairs at 20 Hz"
    made.head.value = RATE
    _, post, pre = made.view.lines.data["y"]
    assert made.view.marks.data["x"] == [20.0]
    assert (pre[-1], post[-1]) == pytest.approx(tuple(pairing(TripletSTDP(), [10.0, -10.0], 50.0)))
    made.head.value = POST_PRE_POST
    (image,) = made.view.image.data["image"]
    assert image[3, 5] == pytest.approx(float(triplets(TripletSTDP(), INTERVALS[5], INTERVALS[3], "pre")), rel=1e-5)


def test_protocols_are_grey_until_they_are_of_the_present_rule():
    explorer = Explorer(experiment=Experiment.of(STDP(), Pairs(delta=-5.0), {"duration": 100.0}))
    made = rested(ProtocolPane, explorer)
    before = np.array(made.view.lines.data["y"][-1])
    explorer.experiment.model.eta_plus = 0.002
    made.fade()
    assert made.view.figure.styles["opacity"] == "0.4"
    made.rest(shown(explorer))
    after = np.array(made.view.lines.data["y"][-1])
    assert made.view.figure.styles["opacity"] == "1"
    assert after.max() == pytest.approx(2 * before.max(), rel=0.01), "depression at these delays is next to nothing"


@pytest.mark.parametrize("rule", [Inhibitory, Triplet], ids=lambda rule: rule.name)
def test_a_rule_of_ones_own_has_its_protocols(rule):
    explorer = snnlab.explore(rule, duration=100)
    made = rested(ProtocolPane, explorer)
    assert made.suits(shown(explorer)) and not SteadyPane(lambda: None).suits(shown(explorer))
    x, y = made.view.lines.data["x"][-1], made.view.lines.data["y"][-1]
    assert y[30] == pytest.approx(float(pairing(rule, x[30], explorer.experiment.stimulus.rate)))


def test_the_window_marks_the_pairs_of_the_run():
    explorer = snnlab.explore(STDP(), Pairs(delta=12.0, rate=20.0), duration=300)
    marks = explorer.curve.marks.data
    assert marks["x"].tolist() == [-38.0, 12.0]
    assert marks["y"] == pytest.approx(np.interp([-38.0, 12.0], *STDP().window(dt=0.5)))
    explorer.experiment.stimulus.delta = -7.0
    assert explorer.curve.marks.data["x"].tolist() == [-7.0, 43.0]


def test_the_steady_state_has_its_theory_and_the_present_rate():
    explorer = Explorer(preset=PRESETS["stp-markram-depressing"])
    made = rested(SteadyPane, explorer)
    model = explorer.experiment.model
    *_, regular = made.view.lines.data["y"]
    assert regular[[0, -1]] == pytest.approx(steady_state(model, [0.1, 100.0]).release)
    rates, found = settled_release(model, [0.1, 100.0], 0.5)
    assert (made.view.dots.data["x"][[0, -1]], made.view.dots.data["y"][[0, -1]]) == (
        pytest.approx(rates),
        pytest.approx(found),
    )
    assert made.view.marks.data["x"] == pytest.approx([2.5, 40.0])
    made.head.value = SECOND
    limit, *_ = made.view.lines.data["y"]
    assert limit == pytest.approx(1.25), "1 / tau_d"
    explorer.experiment.stimulus.rate = 20.0
    made.rest(shown(explorer))
    assert made.view.marks.data["x"] == pytest.approx([2.5, 20.0])


def test_no_dots_stand_on_a_window_that_the_run_does_not_add_up_from():
    """Triplets make of a pair at 50 Hz what no pair alone makes."""
    explorer = Explorer(preset=PRESETS["triplet-visual-cortex-50-hz"])
    assert adds_up(STDP.definition) and not adds_up(TripletSTDP.definition)
    assert explorer.curve_box.visible and not len(explorer.curve.marks.data["x"])
    assert explorer.curve.figure.title.text == "Weight change by one pair"
    assert not explorer.scene.spikes(explorer.experiment.model)["pairings"], "nor does the page draw them"
    explorer.load(Experiment.of(STDP(), Pairs(delta=12.0), {"duration": 100.0}))
    assert explorer.curve.figure.title.text == "Weight change by one pair; dots: this run"
    assert len(explorer.curve.marks.data["x"])


@pytest.mark.parametrize("key", ["stp-depressing", "stdpsensor-pairs", "exponentialfilter-clocks"])
def test_a_curve_that_is_not_shown_has_a_range(key):
    """Else a page complains of it."""
    explorer = Explorer(preset=PRESETS[key])
    assert not explorer.curve_box.visible
    assert all(np.ptp(explorer.curve.source.data[name]) >= 0 for name in "xy") and explorer.curve.source.data["x"][-1]
