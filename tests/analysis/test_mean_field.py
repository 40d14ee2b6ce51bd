"""The mean field of sparse networks, against closed forms, references of others and simulations."""

import json

import mpmath as mp
import numpy as np
import pytest

from snnlab.analysis import irregularity, linear_response, siegert_rate, states
from snnlab.analysis.mean_field import LIF, PAPER
from snnlab.analysis.regimes import REGIMES, REGULAR_UNDER_NOISE, network_of, regime_map
from snnlab.models import Brunel, Population
from snnlab.workbench.panes.regimes import stored
from tests.golden import DATA, SHIPPED

CASES = {case["id"]: case for case in json.loads((DATA / "analytic.json").read_text())["cases"]}
RUNS = json.loads((SHIPPED / "brunel_2000_plane.json").read_text())["runs"]
PANELS = CASES["brunel2000-regimes"]["values"]


@pytest.mark.parametrize("row", CASES["siegert-brunel"]["values"], ids=lambda row: f"{row['mu_mV']}-{row['sigma_mV']}")
def test_siegerts_rate(row):
    """To 1e-8, as is stated there."""
    assert float(siegert_rate(row["mu_mV"], row["sigma_mV"])) == pytest.approx(row["rate_hz"], rel=1e-8)


@pytest.mark.parametrize(("mu", "sigma"), [(15.0, 5.0), (20.0, 5.0), (25.0, 2.0)])
def test_irregularity_is_the_double_integral(mu, sigma):
    """By mpmath, to 1e-6."""
    low, high = (10.0 - mu) / sigma, (20.0 - mu) / sigma

    def below(x):
        return mp.quad(lambda y: mp.exp(y**2) * mp.erfc(-y) ** 2, [x - 12, x - 2, x])

    double = mp.quad(lambda x: mp.exp(x**2) * below(x), [low, high])
    wanted = mp.sqrt(2 * mp.pi * double) * float(siegert_rate(mu, sigma)) * 20.0 / 1000.0
    assert float(irregularity(mu, sigma)) == pytest.approx(float(wanted), rel=1e-6)


def closed_form(mu, sigma, frequency):
    """The response by confluent hypergeometric functions: Brunel, Chance, Fourcaud, Abbott, PRL 86:2186, 2001; Lindner,
    Schimansky-Geier, PRL 86:2934, 2001."""
    turn = 2j * mp.pi * frequency / 1000 * LIF.tau
    ends = (LIF.theta - mu) / mp.mpf(sigma), (LIF.reset - mu) / mp.mpf(sigma)

    def U(y):
        first = mp.hyp1f1((1 - turn) / 2, mp.mpf(1) / 2, -(y**2)) / mp.gamma((1 + turn) / 2)
        return mp.exp(y**2) * (first + 2 * y * mp.hyp1f1(1 - turn / 2, mp.mpf(3) / 2, -(y**2)) / mp.gamma(turn / 2))

    late = mp.exp(-turn * LIF.refractory / LIF.tau)
    below = U(ends[0]) - late * U(ends[1])
    first, second = (mp.diff(U, ends[0], n) - mp.diff(U, ends[1], n) for n in (1, 2))
    rate = float(siegert_rate(mu, sigma))
    mean = rate / sigma / (1 + turn) * first / below
    return complex(mean), complex(rate / sigma**2 / (2 * (2 + turn)) * second / below)


@pytest.mark.parametrize(("mu", "sigma"), [(20.0, 5.0), (16.37, 3.11), (25.0, 2.0)])
@pytest.mark.parametrize("frequency", [5.0, 30.0, 180.0])
def test_response_is_that_of_the_closed_form(mu, sigma, frequency):
    """Within 1 % of its size: 240 steps, of second order."""
    with mp.workdps(60):
        wanted = closed_form(mu, sigma, frequency)
    found = linear_response(mu, sigma, [frequency])
    for one, other in zip(found, wanted):
        assert abs(one[0] - other) <= 0.01 * abs(other)


@pytest.mark.parametrize("row", PANELS, ids=lambda row: row["regime"])
def test_the_panels_of_figure_8(row):
    """Rates are the roots that others found, to 1e-5; regimes are those of the paper; slow and fast rhythms within a
    third of what a simulation of others shows, as rhythms that are no longer small are not those of a small sine."""
    found = states(row["g"], row["eta"])
    assert float(found.rate) == pytest.approx(row["self_consistent"][0]["rate_hz"], rel=1e-5)
    names = {"SR": "synchronous regular", "AI": "asynchronous irregular"}
    names |= {f"SI {kind}": f"synchronous irregular, {kind}" for kind in ("slow", "fast")}
    assert REGIMES[int(found.regime)] == names[row["regime"]]
    if row["regime"].startswith("SI"):
        assert float(found.rhythm) == pytest.approx(row["simulated"]["population_peak_frequency_hz"], rel=0.35)


def test_stored_runs_are_of_the_regimes_of_theory():
    """All that fire, but near the borders of oscillation, which a finite size blurs, and of regularity; rates of stable
    states within 10 %, as is stated of the reference, and 1 Hz where few neurons fire."""
    compared = 0
    for dot, run in zip(stored(), RUNS, strict=True):
        found = states(dot.x, dot.y)
        if not run["rate"] or abs(float(found.growth) - 1) < 0.15 or abs(float(found.cv) - REGULAR_UNDER_NOISE) < 0.05:
            continue
        assert int(found.regime) == dot.area, (dot.words, found)
        if found.growth < 1:
            assert run["rate"] == pytest.approx(float(found.rate), rel=0.1, abs=1.0)
        compared += 1
    assert compared > 40


def test_the_map_has_all_four_regimes_and_the_border_near_balance():
    """Below g = 4, excitation prevails, and neurons fire as fast as they can: section 4 of the paper."""
    found = regime_map(PAPER, LIF)
    assert {REGIMES[k] for k in np.unique(found.regime)} >= set(REGIMES[2:])
    row = found.regime[np.searchsorted(found.eta, 2.0)]
    assert REGIMES[row[np.searchsorted(found.g, 2.5)]] == "synchronous regular"
    irregular = found.g[np.isin(row, [3, 4, 5])].min()
    assert 3.0 < irregular < 4.0


def test_a_silent_network_is_told():
    found = states(5.0, 0.3)
    assert REGIMES[int(found.regime)] == "silent" and float(found.rate) < 0.05


def test_what_decides_is_the_models():
    synapses, membrane = network_of(Brunel(C_E=400, C_I=100, J=0.2, delay=2.0, tau=10.0, V_r=5.0))
    assert synapses == (400, 0.25, 0.2, 2.0) and membrane == (10.0, 20.0, 5.0, 2.0)
    with pytest.raises(ValueError, match="Population has no such plane"):
        network_of(Population())
    with pytest.raises(ValueError, match="C_E and J are to be more than 0"):
        network_of(Brunel(J=0.0))
    with pytest.raises(ValueError, match="sigma"):
        siegert_rate(10.0, 0.0)
