"""Neurons against what can be worked out on paper (`data/analytic.json`), in float64."""

import json
import math
from pathlib import Path

import pytest
import torch

from snnlab.core import staggered
from snnlab.engine import simulate
from snnlab.functional import LIF, Izhikevich, IzhikevichParameters, LIFFeedForwardState, LIFParameters

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent.parent / "data" / "analytic.json").read_text())["cases"]
}
CURVE = CASES["lif-fi-dimensionless"]
EVENTS = [case for name, case in CASES.items() if name.startswith("psp-")]
FIXED = [case for name, case in CASES.items() if name.startswith("izh-fixed-")]


def number(value):
    return torch.tensor(value, dtype=torch.float64)


def intervals(current, dt, duration, **parameters):
    """Steps from spike to spike of a LIF neuron under each constant current; dt and duration in ms."""
    steps = round(duration / dt)
    p = LIFParameters(**{name: number(value) for name, value in parameters.items()})
    run = simulate(LIF, current=number(current).expand(steps, -1), p=p, dt=dt / 1000, record=())
    return [run.spikes[:, k].nonzero().flatten().diff().tolist() for k in range(len(current))]


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.1])
def test_lif_interval_is_the_one_of_euler(dt):
    """To the step: neither rounding nor the size of the step may change when a spike comes."""
    rows, q = CURVE["values"], CURVE["parameters"]
    found = intervals(
        [row["I"] for row in rows],
        dt,
        250,
        v_th=q["v_th"],
        v_reset=q["v_reset"],
        v_leak=q["v_leak"],
        tau_mem_inv=1000 / q["tau_ms"],
    )
    for row, steps in zip(rows, found, strict=True):
        expected = row[f"euler_steps_per_spike_dt_{dt:g}"]
        if expected is None:
            assert steps == [], f"I = {row['I']} is below the threshold"
        else:
            assert len(steps) >= 2
            assert set(steps) == {expected}, f"I = {row['I']}"


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
    q = case["parameters"]
    p = IzhikevichParameters(q["a"], q["b"], -65.0, 8.0, mn=q["k1"], bias=q["k0"])
    stable = next(point for point in case["values"]["fixed_points"] if point["kind"].startswith("stable"))
    rest = Izhikevich.rest(p)
    # as_tensor of Python numbers is float32 (7 digits), and the root loses a few of them where it is near a double one
    assert float(rest.v) == pytest.approx(stable["v"], rel=1e-5)
    assert float(rest.u) == pytest.approx(stable["u"], rel=1e-5)
    exact = Izhikevich.rest(p._replace(bias=number(q["k0"])))
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
