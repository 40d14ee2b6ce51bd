"""Neurons against what can be worked out on paper (`data/analytic.json`), in float64."""

import json
import math

import numpy as np
import pytest
import torch

from snnlab.core import annotations, refractory, rk4, staggered
from snnlab.engine import simulate
from snnlab.functional import (
    EIF,
    IAF,
    LI,
    LIF,
    LSNN,
    NEURONS,
    AdEx,
    AdExState,
    CobaLIF,
    CobaLIFFeedForwardState,
    Izhikevich,
    IzhikevichParameters,
    LIBox,
    LIFFeedForwardState,
    LIFParameters,
    LIFRefrac,
    LSNNParameters,
)
from snnlab.models import NEURONS as MODELS
from tests.golden import DATA
from tests.nights import each_neuron

CASES = {case["id"]: case for case in json.loads((DATA / "analytic.json").read_text())["cases"]}
CURVE = CASES["lif-fi-dimensionless"]
CURVES = [CURVE, CASES["lif-fi-membrane"]]
FIXED_ADEX = [case for name, case in CASES.items() if name.startswith("adex-rheobase-")]
EVENTS = [case for name, case in CASES.items() if name.startswith("psp-")]
FIXED = [case for name, case in CASES.items() if name.startswith("izh-fixed-")]


def number(value):
    return torch.as_tensor(value, dtype=torch.float64)


def steps_between_spikes(neuron, current, dt, duration, p):
    """Steps from spike to spike under each constant current; dt and duration in ms."""
    steps = round(duration / dt)
    run = simulate(neuron, current=number(current).expand(steps, -1), p=p, dt=dt / 1000, record=())
    return [run.spikes[:, k].nonzero().flatten().diff().tolist() for k in range(len(current))]


def intervals(current, dt, duration, **parameters):
    p = LIFParameters(**{name: number(value) for name, value in parameters.items()})
    return steps_between_spikes(LIF, current, dt, duration, p)


def lif_parameters(case):
    q = case["parameters"]
    return {name: q[name] for name in ("v_th", "v_reset", "v_leak")} | {"tau_mem_inv": 1000 / q["tau_ms"]}


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.1])
@pytest.mark.parametrize("case", CURVES, ids=lambda case: case["id"])
def test_lif_interval_is_the_one_of_euler(case, dt):
    """To the step: neither rounding nor the size of the step may change when a spike comes."""
    key = f"euler_steps_per_spike_dt_{dt:g}"
    rows = [row for row in case["values"] if key in row]
    found = intervals([row["I"] for row in rows], dt, 250, **lif_parameters(case))
    for row, steps in zip(rows, found, strict=True):
        if row[key] is None:
            assert steps == [], f"I = {row['I']} is below the threshold"
        else:
            assert set(steps) == {row[key]}, f"I = {row['I']}"
    assert len(rows) >= 10 or (case is not CURVE and dt == 0.5)


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.1])
@pytest.mark.parametrize("period", CURVE["parameters"]["t_ref_ms"])
def test_a_refractory_period_is_added_to_the_interval(period, dt):
    """To the step: rho_reset counts steps, in which the membrane stays at its reset potential."""
    p = LIFRefrac.parameters(*(number(x) if torch.is_tensor(x) else x for x in LIFParameters()), number(period / dt))
    rows = [row for row in CURVE["values"] if row[f"period_ms_tref_{period:g}"]]
    found = steps_between_spikes(LIFRefrac, [row["I"] for row in rows], dt, 250, p)
    for row, steps in zip(rows, found, strict=True):
        assert set(steps) == {row[f"euler_steps_per_spike_dt_{dt:g}"] + round(period / dt)}, f"I = {row['I']}"
        assert row[f"period_ms_tref_{period:g}"] == pytest.approx(row["period_ms_tref_0"] + period, rel=1e-9)


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.1, 0.05])
def test_lif_rate_does_not_depend_on_dt(dt):
    """A current stands in the flow, so the interval tends to tau ln(I / (I - v_th)) as dt falls.

    A spike waits for the end of its step (up to dt), and Euler decays faster than the membrane does: 1 - dt/tau instead
    of exp(-dt/tau) makes the interval shorter by T dt / 2 tau, to first order (all orders: 2 % more at dt = 1 ms).
    """
    tau = CURVE["parameters"]["tau_ms"]
    rows = [row for row in CURVE["values"] if row["period_ms_tref_0"]]
    found = intervals([row["I"] for row in rows], dt, 150)
    for row, steps in zip(rows, found, strict=True):
        period = row["period_ms_tref_0"]
        interval = steps[0] * dt
        assert period - 1.02 * period * dt / (2 * tau) <= interval <= period + dt, f"I = {row['I']}"


def test_lif_period_in_file_is_the_formula():
    tau, v_th = CURVE["parameters"]["tau_ms"], CURVE["parameters"]["v_th"]
    for row in CURVE["values"]:
        above = row["I"] > v_th
        assert (row["period_ms_tref_0"] is not None) == above
        if above:  # the file has ten digits
            assert row["period_ms_tref_0"] == pytest.approx(tau * math.log(row["I"] / (row["I"] - v_th)), rel=1e-9)


@pytest.mark.parametrize("case", EVENTS, ids=lambda case: case["id"])
@pytest.mark.parametrize("dt", [1.0, 0.5, 0.1])
def test_response_to_one_input_spike(case, dt):
    """An input spike lands on the synaptic current before the first step, which the membrane then sees undecayed."""
    q = case["parameters"]
    p = LIFParameters(
        tau_syn_inv=number(1000 / q["tau_s_ms"]), tau_mem_inv=number(1000 / q["tau_m_ms"]), v_th=number(1e9)
    )
    spikes = torch.zeros(round(50 / dt), dtype=torch.float64)
    spikes[0] = q["i0"]
    v = simulate(LIF, spikes=spikes, p=p, dt=dt / 1000).variables["v"]
    rows = [row for row in case["values"]["euler"] if row["dt_ms"] == dt]
    assert rows
    for row in rows:
        # the file has ten digits
        assert v[row["n_steps"] - 1].item() == pytest.approx(row["v_euler"], rel=1e-9)
    # Euler overshoots the peak of the differential equation by a share that falls with dt: 0.13 to 0.53 dt / tau_s here
    overshoot = v.max().item() / case["values"]["peak_value"] - 1
    assert 0 < overshoot < 0.6 * dt / q["tau_s_ms"]


@pytest.mark.parametrize("case", FIXED, ids=lambda case: case["id"])
def test_izhikevich_rests_at_the_stable_fixed_point(case):
    """The left one; a constant input is a constant more in the quadratic."""
    q = case["parameters"]
    for row in case["values"]["fixed_points"]:
        if not row["points"]:
            continue  # beyond the saddle-node
        p = IzhikevichParameters(q["a"], q["b"], -65.0, 8.0, mn=q["k1"], bias=q["k0"] + row["I"])
        stable = min(row["points"], key=lambda point: point["v"])
        rest = Izhikevich.rest(p)
        # as_tensor of Python numbers is float32 (7 digits), and the root loses some where it is near a double one
        assert float(rest.v) == pytest.approx(stable["v"], rel=1e-5)
        assert float(rest.u) == pytest.approx(stable["u"], rel=1e-5)
        exact = Izhikevich.rest(p._replace(bias=number(q["k0"] + row["I"])))
        assert exact.v.item() == pytest.approx(stable["v"], rel=1e-9)
        assert exact.u.item() == pytest.approx(stable["u"], rel=1e-9)


def test_izhikevich_without_a_fixed_point_still_starts_somewhere():
    """Where the parabola lies above the recovery line, the state in which a run begins is the closest approach."""
    p = IzhikevichParameters(0.02, 0.2, -65.0, 8.0, bias=150.0)
    rest = Izhikevich.rest(p)
    assert rest.v.item() == pytest.approx(-(5 - 0.2) / 0.08, rel=1e-6)
    assert rest.u.item() == pytest.approx(0.2 * rest.v.item(), rel=1e-6)


def test_staggered_euler_tends_to_the_same_neuron():
    """The order of the variables is a matter of the step: the spikes of both ways come together as dt falls."""
    p = IzhikevichParameters(*(number(x) for x in (0.02, 0.2, -65.0, 8.0)), tau_inv=number(1000.0))
    apart = []
    for dt in (0.1, 0.02):
        current = torch.full((round(100 / dt),), 10.0, dtype=torch.float64)
        both = [
            simulate(Izhikevich, current=current, p=p, dt=dt / 1000, record=(), advance=advance).spike_times()
            for advance in (None, staggered("v", "u"))
        ]
        assert len(both[0]) == len(both[1]) >= 3
        apart.append(abs(both[0] - both[1]).max())
    # first order in dt: five times closer, up to one step of the finer grid
    assert apart[1] <= apart[0] / 5 + 0.02
    assert apart[0] > 0.1


def test_lif_at_rest_stays_there():
    p = LIFParameters(v_leak=number(0.3))
    run = simulate(LIF, current=torch.zeros(100, dtype=torch.float64), p=p, record=("v", "i"))
    assert (run.variables["v"] == 0.3).all()
    assert (run.variables["i"] == 0.0).all()
    assert LIF.rest(p) == LIFFeedForwardState(number(0.3), number(0.0))


@pytest.mark.parametrize("neuron", [LI, LIBox], ids=lambda neuron: neuron.name)
@pytest.mark.parametrize("dt", [2.0, 1.0, 0.5, 0.1])
def test_leaky_integrator_under_a_step(neuron, dt):
    """Euler's v_n = I (1 - (1 - dt/tau)^n), of which the file has ten digits."""
    case = CASES["li-step"]
    q = case["parameters"]
    p = neuron.parameters(tau_mem_inv=number(1000 / q["tau_ms"]))
    current = torch.full((round(20 / dt),), q["I"], dtype=torch.float64)
    v = simulate(neuron, current=current, p=p, dt=dt / 1000).variables["v"]
    rows = [row for row in case["values"]["euler"] if row["dt_ms"] == dt]
    assert len(rows) == 3
    for row in rows:
        assert v[round(row["t_ms"] / dt) - 1].item() == pytest.approx(row["v"], rel=1e-9)


@pytest.mark.parametrize("period", [0.0, 2.0])
def test_perfect_integrator_counts(period):
    """A spike waits for the end of its step, so the interval is T to T + dt; any neuron can be made refractory."""
    dt, rows = 0.5, [row for row in CASES["iaf-rate"]["values"] if row["t_ref_ms"] == period]
    neuron = refractory(IAF, name="RefractoryIAF")
    p = neuron.parameters(rho_reset=number(period / dt))
    current = [1000 * row["I_over_C_per_ms"] for row in rows]
    found = steps_between_spikes(neuron, current, dt, 2200, p)
    assert len(rows) == 6
    for row, steps in zip(rows, found, strict=True):
        interval = 1000 / row["rate_hz"]
        assert len(steps) >= 1
        # ten digits in the file, and the rounding of a sum of 2000 terms
        assert all(interval - 1e-6 <= n * dt <= interval + dt + 1e-6 for n in steps), row


def test_exponential_neuron_rate():
    """From slow passage at the rheobase to 235 Hz. Euler lags behind an upstroke, by two to four steps."""
    case, dt = CASES["eif-rate"], 0.05
    q = case["parameters"]
    rows = [row for row in case["values"] if row["t_ref_ms"] == 0]
    p = EIF.parameters(
        *map(number, (1000 / q["tau_ms"], q["v_leak"], q["v_T"], q["Delta_T"], q["v_peak"], q["v_reset"]))
    )
    found = steps_between_spikes(EIF, [row["I"] for row in rows], dt, 1400, p)
    assert len(rows) == 10
    for row, steps in zip(rows, found, strict=True):
        if row["period_ms"] is None:
            assert steps == [], f"I = {row['I']} is not above the rheobase"
        else:
            assert all(1 * dt <= n * dt - row["period_ms"] <= 5 * dt for n in steps), f"I = {row['I']}"
            assert len(steps) >= 1


COBA = CASES["coba-lif"]


def coba_run(dt, *, g, constant, duration):
    """v of CobaLIF neurons from rest: conductances that stay, or that jump at once and decay."""
    q = COBA["parameters"]
    p = CobaLIF.parameters(
        tau_syn_exc_inv=number(0.0 if constant else 1000 / q["tau_e_ms"]),
        tau_syn_inh_inv=number(0.0 if constant else 1000 / q["tau_i_ms"]),
        c_m_inv=number(1000 / q["C_pF"]), g_l=number(q["gL_nS"]),  # nF and nS: rates in 1/s
        e_rev_I=number(q["E_i_mV"]), e_rev_E=number(q["E_e_mV"]), v_rest=number(q["EL_mV"]), v_thresh=number(100.0),
    )  # fmt: skip
    g_e, g_i = number(g).T
    s = CobaLIFFeedForwardState(number(q["EL_mV"]), g_e, g_i)
    current = torch.zeros(round(duration / dt), len(g), dtype=torch.float64)
    return simulate(CobaLIF, current=current, state=s, p=p, dt=dt / 1000).variables["v"]


@pytest.mark.parametrize("constant", [True, False], ids=["constant conductance", "one event"])
def test_conductances_pull_the_membrane(constant):
    """Euler's error is of first order, so what is left of it after Richardson's extrapolation is of second."""
    cases = COBA["values"]["constant_conductance" if constant else "single_event"]
    names = ("g_e_nS", "g_i_nS") if constant else ("g_e0_nS", "g_i0_nS")
    dt, g = 0.02, [[case[name] for name in names] for case in cases]
    coarse, fine = (coba_run(h, g=g, constant=constant, duration=41) for h in (dt, dt / 2))
    for k, case in enumerate(cases):
        for row in case["v_after_ms" if constant else "v_at"]:
            n, exact = round(row["t_ms"] / dt), row["v_mV"]
            once, twice = coarse[n - 1, k].item(), fine[2 * n - 1, k].item()
            assert 2 * twice - once == pytest.approx(exact, abs=2e-5), row  # (dt / tau)^2 of a swing of 10 mV
            assert abs(once - exact) <= 0.05, row
            if abs(once - exact) > 1e-3:
                assert (once - exact) / (twice - exact) == pytest.approx(2, abs=0.05), row


def test_adaptive_threshold_intervals():
    """The file's threshold is v_th + beta b, b growing by `jump`; LSNN's b is the whole threshold, growing by beta.

    Each interval of Euler may be longer by up to two steps, as the file says, and shorter as it decays faster than the
    membrane: T dt / 2 tau, which is 0.9 steps for the longest first spike, and less for the threshold.
    """
    case, dt = CASES["lsnn-adaptive-threshold"], 0.05
    q, rows = case["parameters"], case["values"]
    p = LSNNParameters(
        tau_mem_inv=number(1000 / q["tau_ms"]), tau_adapt_inv=number(1000 / q["tau_a_ms"]),
        v_th=number(q["v_th"]), v_reset=number(q["v_reset"]), beta=number(q["beta"] * q["jump"]),
    )  # fmt: skip
    current = number([row["I"] for row in rows])
    run = simulate(LSNN, current=current.expand(round(900 / dt), -1), p=p, dt=dt / 1000, record=())
    for k, row in enumerate(rows):
        ends = dt * (1 + run.spikes[:, k].nonzero().flatten().double())
        if row["steady_isi_ms"] is None:
            assert not len(ends)
            continue
        assert -1.5 * dt <= ends[0].item() - row["first_spike_ms"] <= 2 * dt, row["I"]
        apart = ends.diff()[:5] - number(row["first_isis_ms"])
        assert ((apart >= -1.5 * dt) & (apart <= 2 * dt)).all(), (row["I"], apart)
        assert -1.5 * dt <= ends.diff()[-1].item() - row["steady_isi_ms"] <= 2 * dt, row["I"]


def adex_parameters(case):
    q = case["parameters"]
    names = {"C": "C_pF", "g_L": "gL_nS", "E_L": "EL_mV", "V_T": "VT_mV", "Delta_T": "DeltaT_mV", "a": "a_nS"}
    return AdEx.parameters(**{ours: number(q[name]) for ours, name in names.items()}, tau_w=number(q["tau_w_ms"]))


def jacobian(v, w, I, p):
    by_v, by_w = torch.func.jacfwd(lambda v, w: torch.stack(AdEx.flow(AdExState(v, w), I, p)), argnums=(0, 1))(v, w)
    return torch.stack([by_v, by_w], dim=1)


@pytest.mark.parametrize("case", FIXED_ADEX, ids=lambda case: case["id"])
def test_adex_fixed_points(case):
    """The flow is zero there, to what the ten digits of the file say, and it turns as the kind of the point says."""
    p = adex_parameters(case)
    for row in case["values"]["fixed_points"]:
        assert [point["kind"].split()[0] for point in row["points"]] == ["stable", "saddle"]
        for point in row["points"]:
            v, w = number(point["v_mV"]), number(point["w_pA"])
            turns = jacobian(v, w, row["I_pA"], p)
            missed = torch.linalg.solve(turns, torch.stack(AdEx.flow(AdExState(v, w), row["I_pA"], p)))
            assert missed[0].abs() <= 1e-8 * v.abs()
            assert missed[1].abs() <= 1e-8 * max(w.abs().item(), 1.0)
            values = torch.linalg.eigvals(turns)
            stable, spiral = bool((values.real < 0).all()), bool((values.imag != 0).any())
            kind = (
                "saddle" if turns.det() < 0 else f"{'stable' if stable else 'unstable'} {'focus' if spiral else 'node'}"
            )
            assert kind == point["kind"]


@pytest.mark.parametrize("case", FIXED_ADEX, ids=lambda case: case["id"])
def test_adex_rests_at_the_stable_point_and_loses_it_where_the_formula_says(case):
    p, values = adex_parameters(case), case["values"]
    rest, (stable, _) = AdEx.rest(p), values["fixed_points"][0]["points"]
    assert rest.v.item() == pytest.approx(stable["v_mV"], rel=1e-9)
    assert rest.w.item() == pytest.approx(stable["w_pA"], rel=1e-6, abs=1e-9)  # a small difference of large numbers
    for kind in ("saddle_node", "andronov_hopf"):
        if values[kind]:
            v, I = number(values[kind]["v_mV"]), values[kind]["I_pA"]
            w = p.a * (v - p.E_L)
            turns = jacobian(v, w, I, p)
            assert AdEx.flow(AdExState(v, w), I, p).v.abs() <= 1e-6 * 1000 / p.C * I
            lost = turns.det() / turns[0, 1] / turns[1, 0] if kind == "saddle_node" else turns.trace() / turns[1, 1]
            assert lost.abs() <= 1e-6
    assert (values["rheobase_type"] == "Andronov-Hopf") == (values["andronov_hopf"] is not None)


SIEGERT = CASES["siegert-brunel"]
NOISY = [row for row in SIEGERT["values"] if (row["mu_mV"], row["sigma_mV"]) in {(15, 5), (20, 5), (25, 2), (30, 5)}]


def siegert(mu, sigma, theta):
    """Rate in Hz by Gauss-Legendre quadrature of the formula in the file."""
    q = SIEGERT["parameters"]
    low, high = (q["v_reset_mV"] - mu) / sigma, (theta - mu) / sigma
    nodes, weights = np.polynomial.legendre.leggauss(200)
    x = number((low + high) / 2 + (high - low) / 2 * nodes)
    integral = (high - low) / 2 * (number(weights) * torch.special.erfcx(-x)).sum().item()
    return 1000 / (q["t_ref_ms"] + q["tau_ms"] * math.sqrt(math.pi) * integral)


def test_rate_under_white_noise():
    """LIF with refractory period, under mu + sigma sqrt(tau / dt) normal numbers.

    A walk that is looked at every dt misses excursions, as if the threshold were 0.5826 sigma sqrt(dt / tau) higher
    (Broadie et al. 1997), which leaves an error of order dt: 2 %. The count N of a process with intervals of CV <= 1
    is random by sqrt(N) at most: it leaves 5 of those with a probability of 6e-7 a row, and the seed is fixed.
    """
    q, dt, neurons, steps = SIEGERT["parameters"], 0.05, 250, 20_000
    tau, theta = q["tau_ms"], q["theta_mV"]
    mu, sigma = (number([row[key] for row in NOISY])[:, None] for key in ("mu_mV", "sigma_mV"))
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn(steps, len(NOISY), neurons, generator=generator)
    p = LIFRefrac.parameters(
        tau_mem_inv=number(1000 / tau), v_th=number(theta), v_reset=number(q["v_reset_mV"]),
        rho_reset=number(q["t_ref_ms"] / dt),
    )  # fmt: skip
    current = mu.float() + sigma.float() * math.sqrt(tau / dt) * noise
    run = simulate(LIFRefrac, current=current, p=p, dt=dt / 1000, record=())
    warm = round(100 / dt)
    counts = run.spikes[warm:].sum(dim=(0, 2)).tolist()
    seconds = neurons * (steps - warm) * dt / 1000
    assert len(NOISY) == 4
    for row, count in zip(NOISY, counts, strict=True):
        mu, sigma = row["mu_mV"], row["sigma_mV"]
        assert siegert(mu, sigma, theta) == pytest.approx(row["rate_hz"], rel=1e-8)
        expected = siegert(mu, sigma, theta + 0.5826 * sigma * math.sqrt(dt / tau))
        assert abs(count / seconds / expected - 1) <= 0.02 + 5 / math.sqrt(count), row


EXACT = {"IAF"}  # its flow is a constant, which Euler integrates without error


@each_neuron(NEURONS)
def test_halving_the_step_halves_the_error(neuron):
    """Of every variable, from a start below the threshold, against steps 128 times as fine.

    A 16th of it, where the neuron's own integrator is RK4: these take the usual steps, those of first order, and a
    stiff one, a fifth. The finest have an error too: the ratio is (1 - 1/128) / (1/2 - 1/128) = 2.02
    to first order. An exponential step of many gates takes ms: the finest are 16 times as fine there. Of fourth order,
    some errors are no more than rounding: 1e-14 of the variable.
    """
    order = 4 if neuron.advance is rk4 else 1
    dt = neuron.dt / (5000 if order == 1 or neuron.name == "HindmarshRose" else 1000)
    steps, finest = 20, 16 if neuron.parts else 128
    p, (one, two, three) = MODELS[neuron.name]().p(torch.float64, dt=1000 * dt), (n**-order for n in (1.0, 2, finest))
    start = neuron.rest(p)
    marks = annotations(neuron.state)
    pushed = {f: getattr(start, f) + 0.05 * (marks[f].high - marks[f].low) for f in start._fields if f != "rho"}
    start = start._replace(**pushed | ({"rho": start.rho} if "rho" in start._fields else {}))

    def after(fine):
        s = start
        for _ in range(steps * fine):
            s = neuron.advance(s, 0.5 * neuron.current.default, neuron.flow, p, dt / fine)
            assert neuron.excess is None or neuron.excess(s, p) < 0
        return s

    once, twice, exact = after(1), after(2), after(finest)
    moving = [f for f in start._fields if getattr(exact, f) != getattr(start, f)]
    assert "v" in moving
    for f in moving:
        errors = [(getattr(s, f) - getattr(exact, f)).item() for s in (once, twice)]
        if neuron.name in EXACT:
            assert max(map(abs, errors)) <= 1e-12
        elif order > 1 and f != "v" and abs(errors[1]) <= 1e-14 * abs(getattr(exact, f)):
            assert abs(errors[0]) <= 1e-12 * abs(getattr(exact, f)), f
        else:
            assert errors[0] / errors[1] == pytest.approx((one - three) / (two - three), rel=0.1), f
