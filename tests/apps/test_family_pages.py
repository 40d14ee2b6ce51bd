"""The pages of encoders and of plasticity, and experiments in an address, in a Chromium without a network."""

import re

import pytest

from snnlab.models import ENCODERS, Experiment, Izhikevich, Noise, Step
from tests.apps.test_pages import EXPLORER_PLOTS, PICTURES, choose, enter, numbers, painted, settled, slider

WIDE = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def board(served, page):
    tab = page(f"{served.url}/apps?page=encoders", **WIDE)
    painted(tab, 2 * len(ENCODERS))
    return tab


@pytest.fixture
def synapse(served, page):
    tab = page(f"{served.url}/apps?page=plasticity", **WIDE)
    painted(tab, 5)  # two traces, the weight, the spikes, the window
    return tab


def changed(tab, before):
    """The pictures, once they are others and have settled."""
    for _ in range(100):
        if tab.evaluate(PICTURES) != before:
            return settled(tab)
        tab.wait_for_timeout(300)
    pytest.fail("the pictures stay as they are")


def test_every_encoder_has_its_card(board):
    for kind in ENCODERS.values():
        assert board.get_by_text(kind.definition.title, exact=True).first.is_visible()
    assert board.get_by_text(re.compile(r"to \d+ · \d+ Hz a neuron · error 0\.\d+")).count() == len(ENCODERS)


def test_a_signal_drives_all_encoders(board):
    before = settled(board)
    slider(board, "frequency").press("ArrowRight")
    after = changed(board, before)
    assert sum(a != b for a, b in zip(before, after)) >= 2 * len(ENCODERS) - 1
    choose(board, "signal", "ramp")
    slider(board, "end").wait_for()
    assert settled(board) != after


def test_a_card_opens_its_encoder(board):
    board.get_by_role("link", name="open").nth(list(ENCODERS).index("PopulationCode")).click()
    painted(board, 2)
    assert "encoder=PopulationCode" in board.url and "s=Sine" in board.url, "with the signal"
    assert numbers(board)["Spike count"] > 100


def test_what_an_encoder_cannot_do_is_said_on_its_card(board):
    board.get_by_role("button", name="Poisson rate code", exact=True).click()
    slider(board, "f_max").wait_for()
    enter(board, "f_max", "5000")
    board.get_by_text("f_max = 5000 Hz is not allowed").wait_for()
    enter(board, "f_max", "100")
    board.get_by_text("f_max = 5000 Hz is not allowed").wait_for(state="detached")


def test_stdp_with_its_window(synapse):
    measured = numbers(synapse)
    assert measured["Weight at the end"] > measured["Weight at the beginning"] == 0.5
    before = settled(synapse)
    enter(synapse, "Δ", "-10")  # the other order
    synapse.wait_for_function("() => true")
    settled(synapse)
    assert numbers(synapse)["Weight at the end"] < 0.5
    choose(synapse, "preset", "Anti-Hebbian, additive")
    assert settled(synapse) != before
    assert numbers(synapse)["Weight at the end"] < 0.5


def test_short_term_plasticity(synapse):
    choose(synapse, "plasticity rule", "Short-term plasticity")
    synapse.get_by_text("First response").wait_for()  # until its kernel is compiled, the rule before is shown
    painted(synapse, 4)
    settled(synapse)
    assert numbers(synapse)["Last response"] < 0.4 * numbers(synapse)["First response"]
    choose(synapse, "preset", "Facilitating")
    settled(synapse)
    assert numbers(synapse)["Last response"] > 2 * numbers(synapse)["First response"]
    assert "preset=stp-facilitating" in synapse.url


def test_light_and_dark(board, served):
    board.get_by_role("button", name="Toggle theme").click()
    painted(board, 2 * len(ENCODERS))
    board.goto(f"{served.url}/apps?page=plasticity")
    painted(board, 5)


def test_an_address_holds_a_whole_experiment(served, page):
    tab = page("about:blank", **WIDE)
    made = Experiment.of(Izhikevich(a=0.05), Step(amplitude=12, onset=20) + Noise(mean=0, sigma=1), {"duration": 150})
    tab.goto(f"{served.url}/apps?page=neuron&{made.to_query()}")
    painted(tab, EXPLORER_PLOTS)
    assert numbers(tab)["Spike count"] == len(made.run().recording.spike_times())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("neuron=LIF&tau_mem=-5", "tau_mem = -5 is not allowed: give a number from 0.01 to 10000 ms"),
        ("neuron=LIFF", "did you mean LIF?"),
        ("neuron=LIF&tau_men=5", "did you mean tau_mem?"),
        ("neuron=LIF&r.duration=100000&r.dt=0.001", "at most 200,000 are run"),
    ],
)
def test_an_address_that_cannot_be_run_is_named(served, page, query, words):
    tab = page(f"{served.url}/apps?page=neuron&{query}", **WIDE)
    painted(tab, EXPLORER_PLOTS)
    tab.get_by_text(words).wait_for()
