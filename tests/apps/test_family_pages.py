"""The pages of encoders and of plasticity, and experiments in an address, in a Chromium without a network."""

import re

import pytest

from snnlab.models import ENCODERS, Experiment, Izhikevich, Noise, Step
from tests.apps.tabs import (
    EXPLORER_PLOTS,
    WIDE,
    address,
    changed,
    choose,
    enter,
    numbers,
    opened,
    painted,
    pictures,
    slider,
)
from tests.nights import first_of_each

BOARD_PLOTS = 2 * len(ENCODERS)
SYNAPSE_PLOTS = 5  # two traces, the weight, the spikes, the window


@pytest.fixture(scope="module")
def board_tab(served, shared_page):
    return shared_page(f"{served.url}/apps?page=encoders", **WIDE)


@pytest.fixture
def board(board_tab):
    """The board as the test before has left it."""
    opened(board_tab, BOARD_PLOTS)
    return board_tab


@pytest.fixture
def synapse(served, page):
    tab = page(f"{served.url}/apps?page=plasticity", **WIDE)
    opened(tab, SYNAPSE_PLOTS)
    return tab


def test_every_encoder_has_its_card(board):
    for kind in ENCODERS.values():
        assert board.get_by_text(kind.definition.title, exact=True).first.is_visible()
    assert board.get_by_text(re.compile(r"to \d+ · \d+ Hz a neuron · error 0\.\d+")).count() == len(ENCODERS)


def test_what_an_encoder_cannot_do_is_said_on_its_card(board):
    board.get_by_role("button", name="Poisson rate code", exact=True).click()
    slider(board, "f_max").wait_for()
    with changed(board):
        enter(board, "f_max", "5000")
    board.get_by_text("f_max = 5000 Hz is not allowed").wait_for()
    with changed(board):
        enter(board, "f_max", "100")
    board.get_by_text("f_max = 5000 Hz is not allowed").wait_for(state="detached")


def test_a_card_opens_its_encoder(board):
    board.get_by_role("link", name="open").nth(list(ENCODERS).index("PopulationCode")).click()
    painted(board, 2)
    assert "encoder=PopulationCode" in board.url and "s=Sine" in board.url, "with the signal"
    assert numbers(board)["Spike count"] > 100
    board.go_back()


def test_a_signal_drives_all_encoders(board):
    before = pictures(board)
    with changed(board):
        slider(board, "frequency").press("ArrowRight")
    after = pictures(board)
    assert sum(a != b for a, b in zip(before, after)) >= BOARD_PLOTS - 1
    with changed(board):
        choose(board, "signal", "ramp")
    slider(board, "end").wait_for()
    assert pictures(board) != after


def test_stdp_with_its_window(synapse):
    measured = numbers(synapse)
    assert measured["Weight at the end"] > measured["Weight at the beginning"] == 0.5
    with changed(synapse):
        enter(synapse, "Δ", "-10")  # the other order
    assert numbers(synapse)["Weight at the end"] < 0.5
    before = pictures(synapse)
    with changed(synapse):
        choose(synapse, "preset", "Anti-Hebbian, additive")
    assert pictures(synapse) != before
    assert numbers(synapse)["Weight at the end"] < 0.5


def test_short_term_plasticity(synapse):
    with changed(synapse):
        choose(synapse, "plasticity rule", "Short-term plasticity")
    painted(synapse, 4)
    assert numbers(synapse)["Last response"] < 0.4 * numbers(synapse)["First response"]
    with changed(synapse):
        choose(synapse, "preset", "Facilitating")
    assert numbers(synapse)["Last response"] > 2 * numbers(synapse)["First response"]
    address(synapse, "preset=stp-facilitating")


def test_light_and_dark(served, page):
    tab = page(f"{served.url}/apps?page=encoders", **WIDE)
    painted(tab, BOARD_PLOTS)
    tab.get_by_role("button", name="Toggle theme").click()
    painted(tab, BOARD_PLOTS)
    tab.goto(f"{served.url}/apps?page=plasticity")
    painted(tab, SYNAPSE_PLOTS)


def test_an_address_holds_a_whole_experiment(served, page):
    tab = page("about:blank", **WIDE)
    made = Experiment.of(Izhikevich(a=0.05), Step(amplitude=12, onset=20) + Noise(mean=0, sigma=1), {"duration": 150})
    tab.goto(f"{served.url}/apps?page=neuron&{made.to_query()}")
    painted(tab, EXPLORER_PLOTS)
    assert numbers(tab)["Spike count"] == len(made.run().recording.spike_times())


UNRUNNABLE = {
    "neuron=LIF&tau_mem=-5": "tau_mem = -5 is not allowed: give a number from 0.01 to 10000 ms",
    "neuron=LIFF": "did you mean LIF?",
    "neuron=LIF&tau_men=5": "did you mean tau_mem?",
    "neuron=LIF&r.duration=100000&r.dt=0.001": "at most 200,000 are run",
}


# Which words an address is refused with, tests/models/test_refusals.py has.
@pytest.mark.parametrize("query", first_of_each(UNRUNNABLE, lambda words: "refused"))
def test_an_address_that_cannot_be_run_is_named(served, page, query):
    tab = page(f"{served.explorer}&{query}", **WIDE)
    painted(tab, EXPLORER_PLOTS)
    tab.get_by_text(UNRUNNABLE[query]).wait_for()
