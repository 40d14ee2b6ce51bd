"""Plasticity rules as models: their runs are the functions step by step, and what they learn is in closed form."""

import json
import math
from functools import cache

import numpy as np
import pytest
import torch

from snnlab import functional as F
from snnlab.core import annotations
from snnlab.models import PLASTICITY, STIMULI, Experiment, model_of
from tests.golden import DATA
from tests.rules import Inhibitory, Triplet

CASES = {case["id"]: case for case in json.loads((DATA / "analytic.json").read_text())["cases"]}
SONG, ASYMMETRIC = CASES["stdp-song"], CASES["stdp-asymmetric"]
STDP, TM = PLASTICITY["STDP"], PLASTICITY["TsodyksMarkram"]
LEARNING = [name for name, cls in PLASTICITY.items() if cls.definition.learn is not None]
pairs_of = pytest.mark.parametrize("case", [SONG, ASYMMETRIC], ids=lambda case: case["id"])


def textbook(case):
    """The rule of the paper, whose traces jump by 1 at a spike."""
    p = case["parameters"]
    return STDP(tau_pre=p["tau_plus_ms"], tau_post=p["tau_minus_ms"], eta_plus=p["A_plus"], eta_minus=p["A_minus"])


def window(case, delay):
    """Weight change of one pair; two spikes in one step count both ways."""
    p = case["parameters"]
    grown = p["A_plus"] * math.exp(-delay / p["tau_plus_ms"]) if delay >= 0 else 0.0
    return grown - (p["A_minus"] * math.exp(delay / p["tau_minus_ms"]) if delay <= 0 else 0.0)


# ---- windows ------------------------------------------------------------------------------------------------------


@pairs_of
@pytest.mark.parametrize("dt", [0.1, 0.25, 0.5, 1.0])
def test_window_is_its_closed_form_at_every_dt(case, dt):
    """To rounding, at every number of steps, odd or even, in any order."""
    n = np.array([3, 0, -1, 2, 1, -2, 120, -77, 4, 5, -3])
    delays, found = textbook(case).window(n * dt, dt=dt)
    assert delays.tolist() == (n * dt).tolist()
    np.testing.assert_allclose(found, [window(case, x) for x in delays.tolist()], rtol=1e-10, atol=1e-15)


@pairs_of
@pytest.mark.parametrize("dt", [0.01, 0.5, 1.0])
def test_window_is_that_of_the_paper(case, dt):
    """The file has ten digits; its delays are whole steps at every dt."""
    rows = case["values"]["window"]
    delays = [row["t_post_minus_t_pre_ms"] for row in rows]
    _, found = textbook(case).window(delays, dt=dt)
    np.testing.assert_allclose(found, [row["dw"] for row in rows], rtol=1e-8)


def test_window_has_a_range_of_its_own():
    delays, found = STDP().window()
    assert (delays[0], delays[-1], len(delays)) == (-80.0, 80.0, 81)
    assert (np.sign(found) == np.sign(delays))[delays != 0].all()
    assert (np.diff(found[delays > 0]) < 0).all()


@pytest.mark.parametrize("name", PLASTICITY)
def test_only_rules_that_learn_have_a_window(name):
    assert "STDP" in LEARNING
    if name not in LEARNING:
        with pytest.raises(ValueError, match=f"{name} changes no weight: only rules that learn have a window"):
            PLASTICITY[name]().window()


@pytest.mark.parametrize(
    ("delays", "dt", "words"),
    [
        ([], 0.1, "delays of shape"),
        ([math.nan], 0.1, "give a row of finite numbers in ms"),
        ([[1.0]], 0.1, "give a row of finite numbers in ms"),
        ([1.0], 0.0, "dt = 0 is not allowed"),
    ],
)
def test_what_is_no_window(delays, dt, words):
    with pytest.raises(ValueError, match=words):
        STDP().window(delays, dt=dt)


@pairs_of
@pytest.mark.parametrize("row", range(6))
def test_repeated_pairing(case, row):
    """Sixty pairs, where all spikes of one side meet all of the other: the weight is that of the file, to its digits.

    Pairs 20 ms apart nearly cancel, so the difference is measured by what they add up to without sign.
    """
    expected = case["values"]["repeated_pairing"][row]
    delta, interval = expected["t_post_minus_t_pre_ms"], expected["interval_ms"]
    pairs = STIMULI["Pairs"](delta=delta, rate=1000 / interval, pairs=60, onset=5.0)
    settings = {"duration": 60 * interval + 30, "dt": 0.5}
    experiment = Experiment.of(textbook(case), pairs, settings)
    experiment.model.param.update(w_min=-10.0, w_max=10.0)
    w = experiment.run(torch.float64).recording.variables["w"]
    size = abs(expected["dw_pairs_only"]) * (1 if interval > 50 else 4)
    assert w[-1].item() - 0.5 == pytest.approx(expected["dw_all_to_all"], abs=1e-8 * size)


@pytest.mark.parametrize("algorithm", F.plasticity.stdp.WEIGHT_DEPENDENCE)
@pytest.mark.parametrize("delta", [10.0, -10.0, 0.0])
def test_one_pair_changes_a_weight_by_the_same_at_every_dt(algorithm, delta):
    model = STDP(tau_pre=20.0, tau_post=30.0, eta_plus=0.02, eta_minus=0.03, stdp_algorithm=algorithm, mu=0.5)
    ends = []
    for dt in (1.0, 0.5, 0.25, 0.1, 0.05):
        recording = model.simulate(
            STIMULI["Pairs"](delta=delta, pairs=1, onset=20.0), duration=60, dt=dt, dtype=torch.float64
        )
        ends.append(recording.variables["w"][-1].item())
        assert recording.variables["t_pre"].max() == 1.0  # what the label of a_pre says
    np.testing.assert_allclose(ends, ends[0], rtol=1e-12)
    assert ends[0] != 0.5


SIGNS = [(plus, minus) for plus in (0.1, -0.1) for minus in (0.08, -0.08)]


@pytest.mark.parametrize("signs", SIGNS, ids=lambda s: "{:+} {:+}".format(*s))
@pytest.mark.parametrize("algorithm", ["multiplicative_relu", "multiplicative_pow"])
@pytest.mark.parametrize("delta", [10.0, -10.0])
def test_soft_bounds_are_those_in_the_direction_of_the_change(algorithm, signs, delta):
    """Gütig et al. (2003): lambda (1 - w)^mu for a potentiation, lambda alpha w^mu for a depression, of w from 0 to 1.

    Whatever makes it one: a negative rate of potentiation is a depression.
    """
    mu = 1.0 if algorithm == "multiplicative_relu" else 0.6
    model = STDP(tau_pre=20.0, tau_post=20.0, eta_plus=signs[0], eta_minus=signs[1], stdp_algorithm=algorithm, mu=mu)
    model.hardbound = False
    size = signs[0] if delta > 0 else -signs[1]
    for begin in (0.05, 0.5, 0.95):
        drive = STIMULI["Pairs"](delta=delta, pairs=1, onset=5.0)
        w = Experiment.of(model, drive, {"duration": 30.0}, {"w": begin}).run(torch.float64).recording.variables["w"]
        room = 1 - begin if size > 0 else begin
        assert w[-1].item() - begin == pytest.approx(size * math.exp(-0.5) * room**mu, rel=1e-9)


@pytest.mark.parametrize("delta", [10.0, -10.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_multiplicative_steps_shrink_towards_the_bound(sign, delta):
    """To it and not beyond, so that nothing is left to clip. Pairs are so far apart that no other ones count."""
    model = STDP(tau_pre=20.0, tau_post=20.0, stdp_algorithm="multiplicative_relu", hardbound=False)
    model.param.update(eta_plus=0.1 * sign, eta_minus=0.1 * sign)
    many = STIMULI["Pairs"](delta=delta, rate=1.0, pairs=60, onset=15.0)
    w = Experiment.of(model, many, {"duration": 61_000.0, "dt": 1.0}).run(torch.float64).recording.variables["w"]
    steps = w.diff()[w.diff().abs() > 1e-12].abs()
    assert len(steps) == 60 and (steps.diff() < 0).all()
    assert w[-1].item() == pytest.approx(1.0 if sign * delta > 0 else 0.0, abs=0.02)
    assert w.min() > 0 and w.max() < 1


def test_equations_say_which_bound_counts():
    def change(plus, minus, algorithm="multiplicative_relu"):
        return STDP(eta_plus=plus, eta_minus=minus, stdp_algorithm=algorithm).equations()[-1]

    grown = r"\eta_{\mathrm{plus}} z_{\mathrm{post}} t_{\mathrm{pre}}"
    shrunk = r"\eta_{\mathrm{minus}} z_{\mathrm{pre}} t_{\mathrm{post}}"
    up, down = r"\max\left(0, - w + w_{\mathrm{max}}\right)", r"\max\left(0, w - w_{\mathrm{min}}\right)"
    assert change(0.1, 0.1) == rf"\Delta w = {grown} {up} - {shrunk} {down}"
    assert change(-0.1, -0.1) == rf"\Delta w = {grown} {down} - {shrunk} {up}"
    assert change(0.1, -0.1).endswith(up) and down not in change(0.1, -0.1)
    assert change(-0.1, 0.1, "additive") == rf"\Delta w = {grown} - {shrunk}"


# ---- short-term plasticity ----------------------------------------------------------------------------------------


@cache
def release(kind, dt, rate, spikes):
    """u and x after, x before, and what is released at every spike of a regular train."""
    p = CASES[f"tm-{kind}"]["parameters"]
    model = TM(U=p["U"], tau_d=p["tau_d_ms"], tau_f=p["tau_f_ms"], tau_s=0.1)
    train = STIMULI["SpikeTrain"](rate=rate, spikes=spikes, onset=1.0)
    settings = {"duration": 10 + spikes * 1000 / rate, "dt": dt}
    recording = Experiment.of(model, train, settings).run(torch.float64).recording
    at = recording.spikes[:, 0].nonzero().flatten()
    assert len(at) == spikes
    u, x = (recording.variables[name] for name in "ux")
    return u[at], x[at - 1], u[at] * x[at - 1]


@pytest.mark.parametrize("kind", ["depressing", "facilitating"])
def test_first_five_releases(kind):
    """Of a train of 20 Hz. Euler decays too far, by dt / (2 tau) of what decays in each interval: below 0.4 %."""
    rows = CASES[f"tm-{kind}"]["values"]["u_decays_to_0"]["train_20hz_first_5"]
    u, x, released = release(kind, 0.05, 20.0, 5)
    for found, name in ((u, "u_after_jump"), (x, "x_before_release"), (released, "release")):
        np.testing.assert_allclose(found, [row[name] for row in rows], rtol=4e-3)


@pytest.mark.parametrize("kind", ["depressing", "facilitating"])
@pytest.mark.parametrize("row", range(2, 7))
def test_steady_state(kind, row):
    """What remains after five times the slowest time constant, at 5 to 100 Hz; Euler below 0.5 %."""
    expected = CASES[f"tm-{kind}"]["values"]["u_decays_to_0"]["steady_state"][row]
    rate = float(expected["rate_hz"])
    u, _, released = release(kind, 0.1, rate, round(6 * rate))
    assert u[-1].item() == pytest.approx(expected["u"], rel=5e-3)
    assert released[-1].item() == pytest.approx(expected["release"], rel=5e-3)


@pytest.mark.parametrize("kind", ["depressing", "facilitating"])
@pytest.mark.parametrize("row", range(7))
def test_paired_pulses(kind, row):
    expected = CASES[f"tm-{kind}"]["values"]["u_decays_to_0"]["paired_pulse"][row]
    _, _, released = release(kind, 0.1, 1000.0 / expected["isi_ms"], 2)
    assert (released[1] / released[0]).item() == pytest.approx(expected["paired_pulse_ratio"], rel=5e-3)


def test_the_current_is_what_is_released():
    """It jumps by u x at a spike, and decays with tau_s."""
    recording = TM(tau_s=10.0).simulate(STIMULI["SpikeTrain"](spikes=1, onset=5.0), duration=20, dtype=torch.float64)
    i = recording.variables["i"]
    assert i[9].item() == 0.0
    assert i[10].item() == pytest.approx(0.45)
    assert i[30].item() == pytest.approx(0.45 * (1 - 0.5 / 10) ** 20, rel=1e-9)


# ---- the functions, step by step ----------------------------------------------------------------------------------


def one(x):
    return torch.full((1,), float(x), dtype=torch.float64)


def stdp(pre, post, p, dt):
    """The function with the a that lets its traces jump by as much; they fade by Euler, so these come from outside."""
    w, t_pre, t_post = one(0.5).view(1, 1), one(0), one(0)
    own = p._replace(a_pre=p.a_pre / (dt * p.tau_pre_inv), a_post=p.a_post / (dt * p.tau_post_inv))
    for a, b in zip(pre, post):
        fading = torch.exp(-dt * p.tau_pre_inv), torch.exp(-dt * p.tau_post_inv)
        before = t_pre * fading[0] / (1 - dt * p.tau_pre_inv), t_post * fading[1] / (1 - dt * p.tau_post_inv)
        w, state = F.stdp_step_linear(one(a), one(b), w, F.STDPState(*before), own, dt)
        t_pre, t_post = state.t_pre, state.t_post
        yield {"t_pre": t_pre, "t_post": t_post, "w": w}


def stdp_sensor(pre, post, p, dt):
    s = F.STDPSensorState(one(0), one(0))
    for a, b in zip(pre, post):
        s = F.stdp_sensor_step(one(a), one(b), s, p, dt)
        yield s._asdict()


def correlation_sensor(pre, post, p, dt):
    s = F.CorrelationSensorState(*(one(0).view(1, 1),) * 3)
    for a, b in zip(pre, post):
        s = F.correlation_sensor_step(one(a), one(b), s, p, dt)
        yield s._asdict()


def lif_correlation(pre, post, p, dt):
    """The layer has one input of weight 5 and one neuron, that does not see itself."""
    sensor = F.CorrelationSensorState(*(one(0).view(1, 1),) * 3)
    s = F.LIFCorrelationState(F.LIFState(one(0), one(0), one(0)), sensor, sensor)
    for a in pre:
        _, s = F.lif_correlation_step(one(a), s, one(5).view(1, 1), one(0).view(1, 1), p, dt)
        sensors = {"input": s.input_correlation_state, "recurrent": s.recurrent_correlation_state}
        named = {f"{place}_{f}": v for place, state in sensors.items() for f, v in state._asdict().items()}
        yield s.lif_state._asdict() | named | {"w": one(5)}


def tsodyks_markram(pre, post, p, dt):
    s, i = F.TsodyksMarkramState(one(0), one(1)), one(0)
    for a in pre:
        released, s = F.stp_step(one(a), s, p, dt)
        i = i - dt * p.tau_s_inv * i + released
        yield s._asdict() | {"i": i}


LOOPS = {
    "STDP": (stdp, {"a_pre": 0.6, "a_post": 0.4, "stdp_algorithm": "multiplicative_pow", "mu": 0.4, "w_max": 0.9}),
    "STDPSensor": (stdp_sensor, {"eta_p": 1.5, "tau_c": 30.0}),
    "CorrelationSensor": (correlation_sensor, {"eta_m": 0.7, "tau_c": 12.0, "tau_ac": 40.0}),
    "LIFCorrelation": (lif_correlation, {"lif_tau_mem": 15.0, "input_tau_c": 12.0, "recurrent_eta_m": 2.0}),
    "TsodyksMarkram": (tsodyks_markram, {"U": 0.3, "tau_f": 200.0}),
}


def nested(model):
    """The tuple that its function takes."""
    p = model.p(torch.float64)
    if model.definition.name != "LIFCorrelation":
        return p
    parts = {}
    for place, kind in (
        ("lif", F.LIFParameters),
        *((p, F.CorrelationSensorParameters) for p in ("input", "recurrent")),
    ):
        parts[place] = kind(**{f: getattr(p, f"{place}_{f}") for f in kind._fields})
    return F.LIFCorrelationParameters(*parts.values())


@pytest.mark.parametrize("name", [name for name, cls in PLASTICITY.items() if cls.definition.functions])
@pytest.mark.parametrize("change", [False, True], ids=["defaults", "changed"])
def test_a_run_is_the_function_in_a_loop(name, change):
    """Under many spikes of both sides, some of them in one step; in float64 to rounding."""
    loop, values = LOOPS[name]
    model, dt, steps = PLASTICITY[name](**(values if change else {})), 0.5, 400
    drive = STIMULI["PoissonSpikes"](rate=150.0) + STIMULI["Pairs"](delta=-7.0, rate=80.0, pairs=16, onset=3.0)
    result = Experiment.of(model, drive, {"duration": dt * steps, "dt": dt, "seed": 5}).run(torch.float64)
    inputs = drive.sampler()(steps, dt, 5)
    pre, post = (inputs["pairs"][:, 0] + inputs["spikes"]), inputs["pairs"][:, 1]
    assert pre.max() > 1 and post.sum() > 10
    found = result.recording.variables
    for k, expected in enumerate(loop(pre.tolist(), post.tolist(), nested(model), dt / 1000)):
        assert expected.keys() == found.keys()
        for variable, value in expected.items():
            assert found[variable][k].item() == pytest.approx(value.item(), rel=1e-9, abs=1e-14), (variable, k)
    assert k == steps - 1


# ---- runs ---------------------------------------------------------------------------------------------------------


def test_spikes_of_both_sides_are_recorded():
    recording = STDP().simulate(STIMULI["Pairs"](delta=10.0, pairs=3, onset=5.0), duration=500)
    pre, post = (recording.spike_times(side) for side in (0, 1))
    np.testing.assert_allclose(post - pre, 10.0, atol=1e-9)
    assert len(pre) == 3


def test_a_rule_with_a_neuron_records_its_spikes():
    recording = PLASTICITY["LIFCorrelation"]().simulate(STIMULI["SpikeTrain"](rate=100.0, spikes=30), duration=400)
    assert torch.equal(recording.spikes[:, 1], recording.variables["z"] > 0)
    assert recording.spikes[:, 1].any()


@pytest.mark.parametrize("name", PLASTICITY)
def test_a_run_begins_where_it_is_told(name):
    """Every variable; without spikes a step of 0.5 ms hardly moves a trace, and not in the precision of a float32."""
    cls = PLASTICITY[name]
    marks = {"z", "post_pre", "input_post_pre", "recurrent_post_pre"}  # these are set in every step
    ranges = annotations(cls.state)
    begin = {f: 0.0 if f in marks else math.copysign(0.1, mark.low + mark.high) for f, mark in ranges.items()}
    silent = STIMULI["SpikeTrain"](rate=0.0)
    found = Experiment.of(cls(), silent, {"duration": 1.0, "dt": 1e-3}, begin).run(torch.float64).recording.variables
    for field in cls.state._fields:
        assert found[field][0].item() == pytest.approx(begin[field], rel=1.1e-3), field
    if name in LEARNING:
        assert found["w"][0].item() == begin["w"]


def test_a_rule_that_runs_away_says_so():
    """Both changes grow with the room that the other one has made: what was computed before is kept."""
    sizes = {"a_pre": 1e6, "a_post": 1e6, "eta_plus": 10.0, "eta_minus": 10.0}
    model = STDP(stdp_algorithm="multiplicative_relu", hardbound=False, **sizes)
    pairs = STIMULI["Pairs"](delta=5.0, rate=100.0, pairs=1000, onset=0.0)
    result = Experiment.of(model, pairs, {"duration": 1000.0}).run()
    assert result.failure is not None
    assert result.failure.variable == "w"
    assert result.recording.variables["w"].isfinite().all()
    assert 0 < len(result.recording.spikes) == len(result.recording.variables["w"]) < 2000
    with pytest.raises(type(result.failure), match="w of neuron 0 is not finite at"):
        model.simulate(pairs, duration=1000.0)


# ---- rules from outside -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_the_window_of_inhibitory_plasticity_is_its_closed_form(dt):
    """Vogels et al., fig. 1: inhibition grows by eta exp(-|delay| / tau) at a pair, less eta alpha at its own spike."""
    model = model_of(Inhibitory)(tau=30.0, rate=4.0, eta=0.02)
    n = np.array([0, 1, -1, 7, -40, 100])
    delays, found = model.window(n * dt, dt=dt)
    met = np.exp(-np.abs(delays) / 30.0) * (1 + (delays == 0))  # in one step both count
    np.testing.assert_allclose(found, -0.02 * (met - 2 * 0.004 * 30.0), rtol=1e-9)


@pytest.mark.parametrize("rate", [1.0, 10.0, 40.0])
def test_triplets_make_pairs_grow_with_their_rate(rate):
    """Sixty pairs, 10 ms from pre to post: spike by spike as the paper has it. At 1 Hz they change next to nothing."""
    tau = {"plus": 16.8, "minus": 33.7, "x": 101.0, "y": 125.0}
    A = {"A2_plus": 5e-10, "A3_plus": 6.2e-3, "A2_minus": 7e-3, "A3_minus": 2.3e-4}
    delta, pairs, onset = 10.0, 60, 5.0
    events = sorted([(onset + k * 1000 / rate + side * delta, side) for k in range(pairs) for side in (0, 1)])
    r1 = r2 = o1 = o2 = now = 0.0
    w = 0.5
    for time, post in events:
        r1, o1 = (x * math.exp((now - time) / tau[k]) for x, k in ((r1, "plus"), (o1, "minus")))
        r2, o2 = (x * math.exp((now - time) / tau[k]) for x, k in ((r2, "x"), (o2, "y")))
        now = time
        if post:
            w += r1 * (A["A2_plus"] + A["A3_plus"] * o2)
            o1, o2 = o1 + 1, o2 + 1
        else:
            w -= o1 * (A["A2_minus"] + A["A3_minus"] * r2)
            r1, r2 = r1 + 1, r2 + 1
    stimulus = STIMULI["Pairs"](delta=delta, rate=rate, pairs=pairs, onset=onset)
    model = model_of(Triplet)()
    settings = {"duration": events[-1][0] + 10, "dt": 0.5}
    found = Experiment.of(model, stimulus, settings).run(torch.float64).recording.variables["w"][-1].item()
    assert found == pytest.approx(w, rel=1e-9)
    assert (found > 0.55) == (rate > 5)
