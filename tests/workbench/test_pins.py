"""Pinned runs without a browser: what is said, drawn and measured of them, and how they come back."""

import numpy as np
import pytest

from snnlab.core.palette import PINS
from snnlab.models import PRESETS, AdEx, Experiment, example
from snnlab.workbench import Explorer
from snnlab.workbench.address import LONGEST
from snnlab.workbench.pins import FULL, pinned_experiment


@pytest.fixture
def explorer():
    return Explorer(preset=PRESETS["lif-constant"])


def pinned(explorer):
    """Letters, colours and words of what is pinned, and of the present run."""
    return [(row["letter"], row["words"]) for row in explorer.pins.list.rows]


def pin(explorer):
    explorer.pins.list.pinned += 1


def test_a_pinned_run_is_named_by_its_knobs_and_measured(explorer):
    pin(explorer)
    model = explorer.sidebar.groups["model"].knobs
    model.tau_mem = 20.0
    explorer.pins.renew()
    assert pinned(explorer) == [("", "τ_mem 20 ms"), ("A", "τ_mem 10 ms")]
    # the interval is tau ln(I / (I - v_th)) of I = 1.5: 10.99 and 21.97 ms, each rounded up to steps of 0.2 ms
    assert "<td>22.00 ms</td><td>11.00</td>" in explorer.numbers.html
    assert f"<th scope='col' style='border-color: {PINS[0]}'>A</th>" in explorer.numbers.html
    (line,) = explorer.traces.pins
    wanted = PRESETS["lif-constant"].experiment().run().recording.variables["v"][:, 0].numpy()
    between = wanted > 0.1  # but where a spike is drawn
    assert line["color"] == PINS[0] and np.array_equal(line["lines"]["v"]["y"][between], wanted[between])


def test_runs_come_back_by_their_queries(explorer):
    pin(explorer)
    explorer.sidebar.groups["stimulus"].knobs.amplitude = 2.0
    explorer.sidebar.groups["model"].knobs.v_reset = 0.3
    pin(explorer)
    queries = explorer.pins.queries
    assert queries[0] == "preset=lif-constant" and pinned_experiment(queries[1]).diff(explorer.experiment) == {}
    other = Explorer(AdEx())
    assert other.pins.open(queries, "neuron") == []
    assert [row["letter"] for row in other.pins.list.rows] == ["", "A", "B"]
    assert len(other.traces.pins) == 2
    assert other.pins.list.rows[1]["note"] == "not drawn: its v is in units of its threshold"
    assert other.pins.list.rows[2]["words"].startswith("LIF, v_reset 0.3, ")


def test_what_cannot_come_back_is_said(explorer):
    queries = ["preset=nothing", "neuron=LIF&tau_mem=-3", "plasticity=STDP&v=2", *["preset=lif-step"] * 7]
    refused = explorer.pins.open(queries, "neuron")
    assert len(explorer.pins.kept) == len(PINS) and len(refused) == 4
    assert "there is no preset 'nothing'" in refused[0] and "tau_mem = -3" in refused[1]
    assert "STDP is another page's" in refused[2] and "there is room for 6" in refused[3]


def test_a_seventh_run_and_the_same_one_again_are_refused(explorer):
    for k in range(len(PINS)):
        explorer.sidebar.groups["model"].knobs.tau_mem = 10.0 + k
        pin(explorer)
        assert explorer.pins.list.message == ""
    pin(explorer)
    assert explorer.pins.list.message == FULL and len(explorer.pins.kept) == len(PINS)
    explorer.pins.list.removed = {"letter": "C", "number": 1}
    explorer.sidebar.groups["model"].knobs.tau_mem = 11.0
    pin(explorer)
    assert explorer.pins.list.message == "This run is pinned already, as B."
    explorer.sidebar.groups["model"].knobs.tau_mem = 40.0
    pin(explorer)
    assert [row["letter"] for row in explorer.pins.list.rows[1:]] == list("ABCDEF"), "it takes the free colour"
    assert pinned(explorer)[3] == ("C", "τ_mem 40 ms")


def test_a_run_that_no_link_holds_says_so():
    sweep = example()
    explorer = Explorer(experiment=Experiment.of(AdEx()).under(sweep))
    pin(explorer)
    long = len(explorer.pins.kept[0].query) > LONGEST or not explorer.pins.kept[0].linked
    assert long == ("not in the link" in explorer.pins.list.rows[1]["note"]) == (explorer.pins.queries == [])


def test_two_neurons_stand_side_by_side_under_one_stimulus():
    explorer = Explorer(preset=PRESETS["lif-step"])
    pin(explorer)
    explorer.sidebar.model_menu.value = "LIFRefrac"
    explorer.pins.renew()
    assert pinned(explorer) == [
        ("", "LIF, refractory, constant"),
        ("A", "LIF, step, amplitude A 1.2, onset t_0 20 ms, length T 60 ms"),
    ]
    (same,) = explorer.sidebar.same.box
    assert same.label == "Same stimulus as LIF had"
    same.clicks += 1
    explorer.pins.renew()
    assert len(explorer.sidebar.same.box) == 0
    assert pinned(explorer) == [("", "LIF, refractory"), ("A", "LIF")]
    (line,), data = explorer.traces.pins, explorer.drawn.data
    np.testing.assert_array_equal(line["lines"]["I"]["y"], data["I"].y)
    # interval: tau ln(I / (I - v_th)) = 17.9 ms of I = 1.2, and 3 ms more
    assert "<td>20.90 ms</td><td>17.90</td>" in explorer.numbers.html


def test_in_other_units_neither_is_drawn_over_the_other():
    explorer = Explorer(preset=PRESETS["lif-step"])
    pin(explorer)
    explorer.sidebar.model_menu.value = "Izhikevich"
    pin(explorer)
    (words,) = explorer.sidebar.same.box
    assert (
        "The stimulus of LIF cannot stay: the current of the stimulus “step” without unit does not fit: a value in mV"
        in words.html
    )
    explorer.sidebar.model_menu.value = "AdEx"
    explorer.pins.renew()
    notes = [row["note"] for row in explorer.pins.list.rows]
    assert notes == ["", "not drawn: its v is in units of its threshold", "its current is not drawn: that is in mV"]
    units = [{name: line["unit"] for name, line in one["lines"].items()} for one in explorer.traces.pins]
    assert [(one["v"], one["I"]) for one in units] == [("", ""), ("mV", "mV")]
    explorer.sidebar.model_menu.value = "Izhikevich"
    assert explorer.numbers.html.count("<th scope='col'") == 3, "their numbers stand beside all the same"
