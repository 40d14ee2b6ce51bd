"""The readout without a browser: rows of its plots, numbers, and what its panes are fed."""

from base64 import b64decode

import numpy as np
import pytest

from snnlab.analysis import penalty_curve
from snnlab.functional import spike_accumulator
from snnlab.models import PRESETS, Brunel, Experiment
from snnlab.workbench import Explorer
from snnlab.workbench.panes.readout import PenaltyPane, ReachedPane, TuningPane
from tests.workbench.test_panes import pane, rested, shown

SHORT = {"duration": 100.0, "dt": 0.5}


def short(name="wave", **values):
    made = PRESETS[f"readout-{name}"].experiment()
    made.settings.param.update(**SHORT)
    made.model.param.update(**{"size": 20} | values)
    return made


@pytest.fixture(scope="module")
def explorer():
    return Explorer(experiment=short())


def test_what_is_gathered_stands_beside_what_is_wanted(explorer):
    """The count is that of the library's accumulator, the line the target rate times neurons and time."""
    data, result = explorer.drawn.data, explorer.drawn.result
    total = None
    for k, z in enumerate(result.recording.spikes):
        total = spike_accumulator(z, None, total)
        assert data["count"].y[k] == float(total)
    assert data["count"].other == pytest.approx(20.0 * 20 / 1000 * result.recording.time, rel=1e-6)
    assert data["out_v"].other == pytest.approx(result.current.numpy())


def test_its_numbers(explorer):
    told, spikes = {one.name: one.value for one in explorer.drawn.numbers}, explorer.drawn.result.recording.spikes
    rates = spikes.sum(0).double() * 10  # in 100 ms
    assert float(told["Penalty on the rate"]) == pytest.approx(2e-4 * float(((rates - 20) ** 2).mean()), abs=6e-4)
    assert told["Silent neurons"] == f"{100 * float((rates == 0).double().mean()):.0f} %"


def test_the_penalty_is_that_of_the_page(explorer):
    """At the present value the curve has what the numbers say, and the tangent goes through it."""
    made = rested(PenaltyPane, explorer)
    assert made.head.options[:2] == ["gain", "spread"] and "cell.v_th" in made.head.options
    found = penalty_curve(explorer.experiment, np.linspace(0.25, 2.0, 25))
    here = np.interp(1.0, found.values, found.penalty)
    curve, tangent = made.view.lines.data["y"]
    assert curve == pytest.approx(found.penalty) and tangent.mean() == pytest.approx(here)
    assert made.view.marks.data["x"] == [1.0]
    measured = {one.name: one.value for one in explorer.drawn.numbers}
    assert float(measured["Penalty on the rate"]) == pytest.approx(here, rel=0.2)
    made.head.value = "cell.v_th"
    assert made.view.figure.xaxis.axis_label.startswith("v_th")
    made.fade()
    assert made.view.figure.styles["opacity"] == made.slopes.figure.styles["opacity"] == "0.4"


def test_rates_and_their_target(explorer):
    made = rested(ReachedPane, explorer)
    assert made.view.bars.data["top"].sum() == 20 and made.view.line.data["x"].tolist() == [20.0, 20.0]


def test_each_step_of_learning_is_shown():
    made = pane(TuningPane, short("busy"))
    run, rate, _ = made.film.shown["tracks"]
    assert made.film.shown["words"][0].startswith("step 0: ") and len(made.film.shown["words"]) == 41
    assert run["ends"][-1] == 41 * 200
    rates = np.frombuffer(b64decode(rate["columns"]["y"]), "<f4")
    assert rates[0] > 1.5 * 20 and abs(rates[-1] - 20) < 0.5 * abs(rates[0] - 20)
    before = made.film.shown
    made.shown.experiment().model.gain = 1.2
    made.fade()
    assert made.view.figure.styles["opacity"] == "0.4" and made.film.shown is before


def test_other_networks_have_none_of_it():
    explorer = Explorer(experiment=Experiment.of(Brunel(N_E=80, N_I=20, C_E=8, C_I=2), None, {"duration": 20.0}))
    for kind in (PenaltyPane, ReachedPane, TuningPane):
        assert not kind(lambda values: None).suits(shown(explorer))
