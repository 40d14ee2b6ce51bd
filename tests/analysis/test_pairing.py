"""Protocols of pairs and triplets give the closed forms of the rules, and what was measured."""

import json
from dataclasses import replace

import numpy as np
import pytest

from snnlab.analysis import nearest_pairings, pairing, triplets
from snnlab.analysis.pairing import _by_steps, steps_exactly
from snnlab.core.plasticity import pulse_euler
from snnlab.functional import PLASTICITY
from snnlab.models import STDP, STDPSensor, Trains, TripletSTDP, model_of
from tests.golden import DATA
from tests.rules import Inhibitory, Triplet

SONG = next(case for case in json.loads((DATA / "analytic.json").read_text())["cases"] if case["id"] == "stdp-song")
FULL = {"A2_plus": 4.6e-3, "A2_minus": 3e-3, "A3_plus": 9.1e-3, "A3_minus": 1.4e-3, "tau_x": 575.0, "tau_y": 47.0}


def triplet_rule(p, delta, period, pairs, nearest=False):
    """What so many pairs do, by geometric sums over all earlier spikes, or by the last ones alone: |delta| < period."""
    k = np.arange(pairs)

    def seen(tau, ahead, count):
        """The sum of exp(-t / tau) over `count` spikes of a train, the last of them `ahead` ms before."""
        q = np.exp(-period / tau)
        return np.exp(-ahead / tau) * (np.minimum(count, 1) if nearest else (1 - q**count) / (1 - q))

    r_1 = seen(p["tau_plus"], delta, k + 1) if delta > 0 else seen(p["tau_plus"], period + delta, k)
    o_1 = seen(p["tau_minus"], -delta, k + 1) if delta < 0 else seen(p["tau_minus"], period - delta, k)
    r_2, o_2 = (seen(p[tau], period, k) for tau in ("tau_x", "tau_y"))
    return (r_1 * (p["A2_plus"] + p["A3_plus"] * o_2) - o_1 * (p["A2_minus"] + p["A3_minus"] * r_2)).sum()


@pytest.mark.parametrize("interaction", ["all-to-all", "nearest"])
def test_triplet_rule_of_pairs_is_its_closed_form(interaction):
    model = TripletSTDP(**FULL, interaction=interaction, w_min=-100.0, w_max=100.0)
    delta, rate = np.array([[10.0], [-10.0], [3.0]]), np.array([0.1, 1.0, 20.0, 48.0])
    expected = [
        [triplet_rule(model.values(), one, 1000 / r, 30, interaction == "nearest") for r in rate] for one in delta[:, 0]
    ]
    np.testing.assert_allclose(pairing(model, delta, rate, 30), expected, rtol=1e-9)


# Pfister, Gerstner 2006, table 1, of Sjöström et al. 2001: rate in Hz, then change and standard error at +10 and -10 ms
SJOSTROM = (
    (0.1, (-0.04, 0.05), (-0.29, 0.08)),
    (10.0, (0.14, 0.10), (-0.41, 0.11)),
    (20.0, (0.29, 0.14), (-0.34, 0.10)),
    (40.0, (0.53, 0.11), (0.56, 0.32)),
    (50.0, (0.56, 0.26), (0.75, 0.19)),
)
NEAREST = {"interaction": "nearest", "A2_minus": 8e-3, "A3_plus": 5e-2, "tau_y": 40.0}


@pytest.mark.parametrize("values", [{}, NEAREST], ids=["all-to-all", "nearest"])
def test_minimal_triplet_rules_of_visual_cortex_are_within_the_errors_of_what_was_measured(values):
    """Each of ten numbers by at most 1.5 of its standard errors."""
    rates = np.array([row[0] for row in SJOSTROM])
    means, errors = np.array([row[1:] for row in SJOSTROM]).transpose(2, 1, 0)
    found = pairing(TripletSTDP(**values), np.array([[10.0], [-10.0]]), rates)
    assert (abs(found - means) < 1.5 * errors).all(), found


def test_a_pair_rule_does_not_explain_the_rate():
    """With the windows of Bi and Poo, post before pre depresses at any rate; it was measured to potentiate at 50 Hz."""
    assert (pairing(STDP(eta_plus=0.001, eta_minus=0.0012), -10.0, [0.1, 10.0, 50.0]) < 0).all()
    assert pairing(TripletSTDP(), -10.0, 50.0) > 0.5


def test_repeated_pairs_are_those_of_the_file():
    p, rows = SONG["parameters"], SONG["values"]["repeated_pairing"]
    model = STDP(tau_pre=p["tau_plus_ms"], tau_post=p["tau_minus_ms"], eta_plus=p["A_plus"], eta_minus=p["A_minus"])
    model.param.update(w_min=-10.0, w_max=10.0)
    delta, interval, expected, alone = (
        np.array([row[name] for row in rows])
        for name in ("t_post_minus_t_pre_ms", "interval_ms", "dw_all_to_all", "dw_pairs_only")
    )
    assert (abs(pairing(model, delta, 1000 / interval) - expected) < 1e-8 * abs(alone)).all()


def test_a_single_pair_is_the_window():
    """Two spikes at once count both ways."""
    for model in (STDP(), TripletSTDP(**FULL), TripletSTDP(**FULL, interaction="nearest")):
        delays, change = model.window(np.arange(-40.0, 41.0, 10.0))
        np.testing.assert_allclose(pairing(model, delays, 1.0, 1), change, atol=1e-12)


@pytest.mark.parametrize("interaction", ["all-to-all", "nearest"])
def test_triplets_are_sums_of_pairs_and_triplets(interaction):
    """One triplet, where all and nearest are the same but for the pre- and postsynaptic trace that is 1 at most."""
    model, (a, b) = TripletSTDP(**FULL, interaction=interaction), (5.0, 15.0)
    p = model.values()
    plus, minus, x, y = (
        lambda t, tau=p[name]: np.exp(-t / tau) for name in ("tau_plus", "tau_minus", "tau_x", "tau_y")
    )
    pre_post_pre = p["A2_plus"] * plus(a) - minus(b) * (p["A2_minus"] + p["A3_minus"] * x(a + b))
    post_pre_post = -p["A2_minus"] * minus(a) + plus(b) * (p["A2_plus"] + p["A3_plus"] * y(a + b))
    assert triplets(model, a, b, triplets=1) == pytest.approx(pre_post_pre, rel=1e-9)
    assert triplets(model, a, b, "pre", triplets=1) == pytest.approx(post_pre_post, rel=1e-9)


def test_hippocampal_triplets_potentiate_when_post_comes_last():
    """As Wang et al. (2005) measured: pre-post-pre changes little, post-pre-post potentiates."""
    model = TripletSTDP(**FULL | {"A3_minus": 0.0, "tau_y": 48.0}, interaction="nearest")
    assert abs(triplets(model, 5.0, 5.0)) < 0.15
    assert triplets(model, 5.0, 5.0, "pre") > 0.3


Coarse = replace(Inhibitory, name="Coarse", advance=pulse_euler)  # whose traces depend on the step


@pytest.mark.parametrize("rule", [Inhibitory, Triplet], ids=lambda rule: rule.name)
def test_a_rule_of_ones_own_has_them(rule):
    """Stepped from spike to spike it is what a run of steps gives, to rounding."""
    assert steps_exactly(rule)
    period, pairs, delta = 50.0, 7, 10.0
    when = np.concatenate([np.arange(pairs) * period, np.arange(pairs) * period + delta])[:, None]
    slow = _by_steps(model_of(rule)(), when, np.repeat([False, True], pairs), 0.5)
    assert pairing(rule, delta, 1000 / period, pairs) == pytest.approx(slow[0], rel=1e-9)


def test_rules_with_steps_of_their_own_are_stepped():
    assert {rule.name for rule in PLASTICITY if rule.learn and not steps_exactly(rule)} == set()
    assert not steps_exactly(STDPSensor.definition)


def test_far_triplets_are_pairs():
    """At 9e9 ms between the second and the third spike, only the first two meet: to the digits that are told."""
    apart, pair = triplets(TripletSTDP(), 10.0, 9e9), pairing(TripletSTDP(), 10.0)
    assert apart == pytest.approx(pair, rel=1e-6)


def test_nearest_pairings_are_of_the_latest_spikes():
    """Pre at 10, 12 and 30, post at 15, 30 and 60 ms; a pre meets the post before it, two at once meet at 0."""
    ticks = [(10.0, 0), (12.0, 0), (15.0, 1), (30.0, 0), (30.0, 1), (60.0, 1), (70.0, 0)]
    recording = STDP().simulate(Trains(source=ticks), duration=100)
    assert nearest_pairings(recording).tolist() == [-10.0, 0.0, 3.0, 30.0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pairing(STDPSensor(), 10.0), "STDPSensor changes no weight: give a rule that learns"),
        (lambda: pairing(3, 10.0), "give a plasticity rule"),
        (lambda: pairing(STDP(), 10.0, 0.0), "rate must be finite and > 0"),
        (lambda: pairing(STDP(), np.nan), "intervals must be finite"),
        (lambda: pairing(STDP(), 10.0, pairs=0), "the number of repetitions = 0 is not allowed"),
        (lambda: triplets(TripletSTDP(), 10.0, 1e12), r"spikes up to 1e\+12 ms from the first are not allowed"),
        (lambda: pairing(STDP(), 10.0, 1e-9), "from the first are not allowed"),
        (lambda: pairing(Coarse, 1e9), "steps of 0.5 ms are not allowed: at most 20,000,000"),
        (lambda: triplets(STDP(), 5.0, 5.0, "both"), "middle = 'both' is not allowed"),
        (lambda: nearest_pairings(3), "give the Recording of a synapse"),
    ],
)
def test_what_is_no_protocol(call, words):
    with pytest.raises(ValueError, match=words):
        call()
