"""Rates under constant currents against closed forms (`data/analytic.json`)."""

import json
import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.optimize import brentq

from snnlab.analysis.bifurcation import bifurcations
from snnlab.analysis.transfer import f_i_curve, f_i_theory, f_i_trials, rheobase
from snnlab.engine import simulate
from snnlab.models import (
    EIF,
    IAF,
    LI,
    LIF,
    LSNN,
    AdEx,
    CobaLIF,
    Izhikevich,
    LIFAdEx,
    LIFBox,
    LIFEx,
    LIFMCRefrac,
    LIFRefrac,
)
from tests.analysis.test_equilibria import NAUD, adex
from tests.golden import DATA

CASES = {case["id"]: case for case in json.loads((DATA / "analytic.json").read_text())["cases"]}


def lif(case, kind=LIF, **more):
    q = case["parameters"]
    return kind(tau_mem=q["tau_ms"], v_th=q["v_th"], v_reset=q["v_reset"], v_leak=q["v_leak"], **more)


@pytest.mark.parametrize("dt", [1.0, 0.1])
@pytest.mark.parametrize("name", ["lif-fi-dimensionless", "lif-fi-membrane"])
@pytest.mark.parametrize("kind", [LIF, LIFBox])
def test_leaky_membrane(kind, name, dt):
    """Euler's intervals, which the file has to the step: the rate is exact, and that of the first interval the same."""
    rows = [row for row in CASES[name]["values"] if f"euler_steps_per_spike_dt_{dt:g}" in row]
    curve = f_i_curve(lif(CASES[name], kind), [row["I"] for row in rows], duration=500, dt=dt)
    steps = [row[f"euler_steps_per_spike_dt_{dt:g}"] for row in rows]
    wanted = [1000 / (n * dt) if n else 0 for n in steps]
    assert curve.rate == pytest.approx(wanted, rel=1e-9)
    assert curve.first_rate == pytest.approx(wanted, rel=1e-9)
    assert sum(rate > 0 for rate in curve.rate) >= 8 and curve.rate[0] == 0
    assert (curve.current == [row["I"] for row in rows]).all()


@pytest.mark.parametrize("period", [2.0, 5.0])
def test_refractory_membrane(period):
    case = CASES["lif-fi-dimensionless"]
    rows = [row for row in case["values"] if row[f"rate_hz_tref_{period:g}"] > 0]
    curve = f_i_curve(lif(case, LIFRefrac, t_ref=period), [row["I"] for row in rows], 600, dt=0.02)
    # an interval of Euler is shorter by T dt / 2 tau, and longer by up to dt as a spike waits for the end of its step
    for rate, row in zip(curve.rate, rows, strict=True):
        interval = row[f"period_ms_tref_{period:g}"]
        assert interval - 0.02 * interval / 20 - 1e-9 <= 1000 / rate <= interval + 0.02 + 1e-9
    assert len(rows) >= 8


def test_perfect_integrator():
    """The interval is T to T + dt, on the grid of steps."""
    rows = [row for row in CASES["iaf-rate"]["values"] if row["t_ref_ms"] == 0 and row["rate_hz"] >= 10]
    curve = f_i_curve(IAF(), [1000 * row["I_over_C_per_ms"] for row in rows], duration=1000, dt=0.5)
    for rate, row in zip(curve.rate, rows, strict=True):
        assert 1000 / row["rate_hz"] - 1e-6 <= 1000 / rate <= 1000 / row["rate_hz"] + 0.5 + 1e-6


def eif():
    q = CASES["eif-rate"]["parameters"]
    return EIF(
        tau_m=q["tau_ms"], E_L=q["v_leak"], V_T=q["v_T"], Delta_T=q["Delta_T"], V_r=q["v_reset"], V_peak=q["v_peak"]
    )


def test_exponential_membrane():
    """Euler lags behind the upstroke by two to four steps, as the file says (and one step of the grid)."""
    rows = [row for row in CASES["eif-rate"]["values"] if row["t_ref_ms"] == 0]
    curve = f_i_curve(eif(), [row["I"] for row in rows], duration=1600, dt=0.05, settle=0)
    for rate, row in zip(curve.rate, rows, strict=True):
        if row["period_ms"] is None:
            assert rate == 0
        else:
            assert 0.05 <= 1000 / rate - row["period_ms"] <= 5 * 0.05
    assert len(rows) == 10


def test_adaptation_lowers_the_rate():
    """First and steady intervals of an adaptive threshold; each may be off by -1.5 to 2 steps of Euler."""
    case, dt = CASES["lsnn-adaptive-threshold"], 0.05
    q, rows = case["parameters"], case["values"]
    model = LSNN(
        tau_mem=q["tau_ms"], tau_adapt=q["tau_a_ms"], v_th=q["v_th"], v_reset=q["v_reset"], beta=q["beta"] * q["jump"]
    )
    # of the five first intervals of the slowest, all but the first end after 700 ms or are within 0.2 ms of the last
    curve = f_i_curve(model, [row["I"] for row in rows], duration=2000, dt=dt, settle=1200)
    for rate, first, row in zip(curve.rate, curve.first_rate, rows, strict=True):
        if row["steady_isi_ms"] is None:
            assert rate == first == 0
        else:
            assert -1.5 * dt <= 1000 / rate - row["steady_isi_ms"] <= 2 * dt
            assert -1.5 * dt <= 1000 / first - row["first_isis_ms"][0] <= 2 * dt
    assert len(rows) >= 5


@pytest.mark.parametrize("letter", "abdg")
def test_patterns_of_adex(letter):
    """Tonic and adapting spikes have the intervals of the accurate simulation; transient spikes have no rate."""
    case = next(c for c in NAUD if c["id"].endswith(letter))
    model = adex(case["parameters"])
    model.param.update(b=case["parameters"]["b_pA"], V_r=case["parameters"]["Vr_mV"])
    curve = f_i_curve(model, [case["input"]["I_pA"]], duration=500, dt=0.01, settle=250)
    spikes = np.array(case["spike_times_ms"])
    if letter == "g":
        assert curve.rate[0] == 0
        return
    late = np.diff(spikes)[spikes[1:] > 250]
    # Euler's error is of first order: about a percent at this step, and one burst more or less in d
    assert curve.rate[0] == pytest.approx(1000 / late.mean(), rel=0.2 if letter == "d" else 0.01)
    assert curve.first_rate[0] == pytest.approx(1000 / (spikes[1] - spikes[0]), rel=0.02)


def test_the_range_of_the_slider():
    curve = f_i_curve(LIF(), duration=100, settle=0, dt=1.0)
    assert len(curve.current) == len(curve.rate) == len(curve.first_rate) == 101
    assert (curve.current[0], curve.current[-1]) == (-2, 4)


@pytest.mark.parametrize("settle", [0.0, 200.0])
def test_a_neuron_that_falls_silent_has_no_rate(settle):
    """Izhikevich's phasic bursting: intervals at the onset, and nothing more."""
    model = Izhikevich(a=0.02, b=0.25, c=-55, d=0.05)
    curve = f_i_curve(model, [0.6, 2.0], duration=600, dt=0.1, settle=settle)
    assert curve.rate[0] == 0 and curve.first_rate[0] > 0
    assert curve.rate[1] > 0


@pytest.mark.parametrize("duration", [20.0, 50.0, 200.0])
def test_rheobase_of_a_leaky_membrane(duration):
    """Euler comes to I (1 - (1 - dt/tau)^n): the threshold 1 is crossed in n steps from I = 1 / (1 - ...) on."""
    wanted = 1 / (1 - (1 - 0.1 / 10) ** round(duration / 0.1))
    found = rheobase(LIF(), tolerance=1e-7, duration=duration, dt=0.1)
    assert wanted <= found <= wanted + 1e-7 + 1e-12


def test_rheobase_of_an_exponential_membrane():
    """The current for which the way from rest to the peak takes as long as the run, by separation of variables.

    That is 13 and a little; Euler's error of 1 % in the time is one of 2 % in this little.
    """
    model, duration = eif(), 500.0

    def time(current):
        def pace(v):
            return 10 / (-65 - v + 2 * math.exp((v + 50) / 2) + current)

        rest = brentq(lambda v: -65 - v + 2 * math.exp((v + 50) / 2), -66, -60)
        return sum(quad(pace, a, b, limit=500)[0] for a, b in ((rest, -51), (-51, -49), (-49, 0)))

    wanted = brentq(lambda current: time(current) - duration, 13 + 1e-4, 14)
    found = rheobase(model, tolerance=1e-6, duration=duration, dt=0.02)
    assert found - 13 == pytest.approx(wanted - 13, rel=0.02)
    (fold,) = bifurcations(model)
    assert fold.value < found


@pytest.mark.parametrize("case", [case for case in NAUD if case["id"][-1] in "abc"], ids=lambda case: case["id"])
def test_rheobase_lies_where_spikes_begin(case):
    """Just below there is none, and where all fixed points have been gone for 1 pA it has begun."""
    model = adex(case["parameters"])
    found = rheobase(model, tolerance=0.01, duration=3000, dt=0.1)
    current = torch.tensor([found, found - 0.01], dtype=torch.float64).expand(30_000, -1)
    run = simulate(model.neuron, current=current, p=model.p(torch.float64, dt=0.1), dt=1e-4, record=())
    assert run.spikes.any(0).tolist() == [True, False]
    assert found <= case["derived"]["saddle_node_current_pA"] + 1


def test_rheobase_outside_of_the_slider():
    assert rheobase(LIF(v_leak=-100), tolerance=1e-3) == pytest.approx(101, abs=2e-3)
    # rest lies 0.5 above the peak: the first step leads below it only where I < -50 - 0.5 - 2 e^5
    falling = EIF(E_L=-39.5, V_peak=-40, tau_m=10)
    assert rheobase(falling, tolerance=1e-3) == pytest.approx(-50.5 - 2 * math.exp(5), abs=1e-3)


def test_rheobase_of_the_finest_tolerance_ends():
    found = rheobase(LIF(), tolerance=1e-300, duration=50)
    assert found == pytest.approx(1 / (1 - 0.99**500), rel=1e-12)


def test_there_may_be_no_rheobase():
    with pytest.raises(ValueError, match="LIF is silent for 100 ms up to I = 1000"):
        rheobase(LIF(v_th=1000), duration=100)
    with pytest.raises(ValueError, match="EIF fires within 10 ms down to I = -1000 mV"):
        rheobase(EIF(E_L=0, V_peak=-40), duration=10)
    for function in (rheobase, f_i_curve):
        with pytest.raises(ValueError, match="LI has no threshold: it never spikes"):
            function(LI())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"currents": [[1.0]]}, "currents has shape"),
        ({"currents": [1.0, float("nan")]}, "currents"),
        ({"currents": [1e4]}, "currents = 10000 is not allowed: give a number from -1000 to 1000"),
        ({"settle": 1000}, "settle = 1000 is not allowed: give a time in ms from 0 to below duration = 1000"),
        ({"dt": 0}, "dt = 0 is not allowed"),
        ({"duration": float("inf")}, "duration = inf is not allowed"),
    ],
)
def test_what_is_not_allowed(given, message):
    with pytest.raises(ValueError, match=message):
        f_i_curve(LIF(), **given)


def test_a_tolerance_is_above_zero():
    with pytest.raises(ValueError, match="tolerance = 0 is not allowed"):
        rheobase(LIF(), tolerance=0)


@pytest.mark.parametrize("t_ref", [0.0, 3.0])
def test_theory_of_a_leaky_neuron(t_ref):
    """1 / (t_ref + tau ln((I - v_reset) / (I - v_th))); the integral is good to 1e-9."""
    given = {"tau_mem": 20.0, "v_th": 0.9, "v_reset": -0.2}
    model = LIFRefrac(**given, t_ref=t_ref) if t_ref else LIF(**given)
    currents = np.array([-1.0, 0.9, 0.9001, 1.0, 1.5, 4.0])
    period = t_ref + 20.0 * np.log((currents[2:] + 0.2) / (currents[2:] - 0.9))
    assert f_i_theory(model, currents) == pytest.approx([0.0, 0.0, *1000 / period], rel=1e-9)


@pytest.mark.parametrize("model", [EIF(), LIFEx(), CobaLIF(), LIFRefrac()], ids=lambda model: type(model).__name__)
def test_theory_against_runs(model):
    """Euler steps of 0.01 ms lose up to one in each interval, and some four more in the upstroke of an exponential."""
    currents = np.linspace(0.4, 0.8, 4) * model.neuron.current.high
    rates = f_i_curve(model, currents, duration=200.0, dt=0.01, settle=0.0).rate
    theory = f_i_theory(model, currents)
    assert (rates > 50).all()
    assert 1000 / rates == pytest.approx(1000 / theory, abs=0.05 if model.neuron.name == "EIF" else 0.03)


def test_no_theory_where_v_is_not_alone():
    for model in (AdEx(), Izhikevich(), LIFAdEx(), LI(), LIFMCRefrac()):
        assert f_i_theory(model, np.array([1.0])) is None


def test_trials_without_noise_are_the_curve():
    """Spikes of 800 ms are counted: to one more or less."""
    currents = np.array([0.5, 1.5, 3.0])
    rates = f_i_trials(LIF(), currents, noise=0.0, trials=3)
    assert (rates == rates[0]).all()
    assert rates[0] == pytest.approx(f_i_curve(LIF(), currents).rate, abs=1000 / 800)


def test_noise_fires_a_neuron_below_its_rheobase():
    below, above = f_i_trials(LIF(), np.array([0.95, 1.5]), noise=0.3, noise_tau=3.0, trials=16).T
    assert (below > 0).all() and below.std() > 0
    assert above.mean() == pytest.approx(91.0, rel=0.1)
    again = f_i_trials(LIF(), np.array([0.95, 1.5]), noise=0.3, noise_tau=3.0, trials=16)
    assert np.array_equal(again.T[0], below)  # the same seed
    for trials in (0, 1.5):
        with pytest.raises(ValueError, match="trials"):
            f_i_trials(LIF(), np.array([1.0]), noise=0.1, trials=trials)
