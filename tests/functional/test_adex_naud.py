"""The eight firing patterns of Naud et al. (2008) under a step of current, with plain Euler and RK4 in float64.

The reference (`data/adex_naud_2008.json`) has spike times from an accurate solver, and what Euler makes of them for
each dt, from an independent simulation. A spike is timed at the end of its step.
"""

import json
from functools import cache

import numpy as np
import pytest
import torch

from snnlab.core import rk4
from snnlab.engine import simulate
from snnlab.functional import AdEx, AdExState
from tests.golden import DATA
from tests.models.test_izhikevich_patterns import CHECKS, between, intervals

REFERENCE = json.loads((DATA / "adex_naud_2008.json").read_text())
CASES = REFERENCE["cases"]
NAMES = {
    "C": "C_pF", "g_L": "gL_nS", "E_L": "EL_mV", "V_T": "VT_mV", "Delta_T": "DeltaT_mV", "V_peak": "V_peak_mV",
    "a": "a_nS", "tau_w": "tau_w_ms", "b": "b_pA", "V_r": "Vr_mV",
}  # fmt: skip
CHECKS = CHECKS | {
    "isi_last_over_first": lambda rule, s, v, t: between(intervals(s)[-1] / intervals(s)[0], rule),
    "isi_cv_between": lambda rule, s, v, t: between(
        np.std(intervals(s)[rule["skip"] :]) / np.mean(intervals(s)[rule["skip"] :]), rule
    ),
}

every_case = pytest.mark.parametrize("k", range(len(CASES)), ids=[case["name"].replace(" ", "-") for case in CASES])
every_dt = pytest.mark.parametrize("dt", [0.1, 0.05, 0.01])


def each(part, name):
    """A number of every case."""
    return torch.tensor([case[part][name] for case in CASES], dtype=torch.float64)


@cache
def run(dt, backend="auto", advance=None, duration=CASES[0]["duration_ms"]):
    """Spike times [ms] of every case: all eight are one run."""
    p = AdEx.parameters(**{ours: each("parameters", name) for ours, name in NAMES.items()})
    start = AdExState(each("initial", "v_mV"), each("initial", "w_pA"))
    current = each("input", "I_pA").expand(round(duration / dt), -1)
    how = {"record": (), "backend": backend, "advance": advance}
    found = simulate(AdEx, current=current, state=start, p=p, dt=dt / 1000, **how).spikes
    return [[dt * (1 + step) for step in found[:, k].nonzero().flatten().tolist()] for k in range(len(CASES))]


def failures(k, dt):
    """The rules of a pattern that a run breaks."""
    return [rule for rule in CASES[k]["checks"] if not CHECKS[rule["check"]](rule, run(dt)[k], None, None)]


def expected(k, dt):
    """What Euler gives with this step."""
    return next(row for row in CASES[k]["euler_dt_sensitivity"] if row["dt_ms"] == dt)


def test_all_eight_are_run_from_the_leak_potential():
    assert "".join(case["id"][-1] for case in CASES) == "abcdefgh"
    assert set(NAMES.values()) == CASES[0]["parameters"].keys()
    assert all(case["initial"] == {"v_mV": case["parameters"]["EL_mV"], "w_pA": 0.0} for case in CASES)
    assert all(case["input"]["t0_ms"] == 0 and case["input"]["t1_ms"] == case["duration_ms"] == 500 for case in CASES)
    assert all(case["parameters"]["V_peak_mV"] == AdEx.parameters().V_peak == 0 for case in CASES)
    assert {rule["check"] for case in CASES for rule in case["checks"]} <= CHECKS.keys()


@every_dt
@every_case
def test_pattern_is_what_its_name_says(k, dt):
    assert failures(k, dt) == []


@pytest.mark.parametrize("dt", [0.1, 0.05, pytest.param(0.01, marks=pytest.mark.nightly)])  # 50,000 steps of torch
@every_case
def test_spikes_are_those_of_euler(k, dt):
    """Counts, and how late spikes are against the accurate times: the file rounds to 0.0001 ms, a step is far more.

    Torch's own steps, since the count of the irregular pattern hangs on the last digit of exp.
    """
    found, accurate, euler = run(dt, "eager")[k], CASES[k]["spike_times_ms"], expected(k, dt)
    assert len(found) == euler["spike_count"]
    assert found[0] - accurate[0] == pytest.approx(euler["first_spike_error_ms"], abs=1.01e-4)
    late = max(abs(a - b) for a, b in zip(found[:5], accurate[:5]))
    assert late == pytest.approx(euler["max_error_first_5_ms"], abs=1.01e-4)


@every_case
def test_spikes_come_to_the_accurate_times(k):
    """Euler is late by an error of first order, up to 1.8 ms at 0.05 ms; extrapolation to dt = 0 leaves a tenth of it.

    That is rounding of times to their grids, (5 * 0.01 + 0.05) / 4 = 0.025 ms, and the second order.
    """
    accurate = CASES[k]["spike_times_ms"][:5]
    for coarse, fine, exact in zip(run(0.05)[k], run(0.01)[k], accurate):
        assert (5 * fine - coarse) / 4 == pytest.approx(exact, abs=0.18)


IRREGULAR = 7  # pattern h, in which any difference grows 2.3 times from spike to spike


@pytest.mark.nightly
def test_rk4_has_the_accurate_times():
    """All spikes of seven patterns to 0.01 ms, as the reference asks.

    A spike waits for the end of its step and every interval begins there, so the error of the 51 spikes of pattern a is
    that of 51 steps: hence the fine one, with which Euler is 3.5 to 30 times further off.
    """
    dt, most = 0.000125, 0.01
    for k, case in enumerate(CASES):
        if k == IRREGULAR:
            continue
        accurate, found = case["spike_times_ms"], run(dt, advance=rk4)[k]
        assert len(found) == len(accurate) == case["spikes_accurate_to_1us"]
        assert max(abs(a - b) for a, b in zip(found, accurate)) <= most, case["id"]


@pytest.mark.nightly
def test_rk4_in_the_irregular_pattern():
    """The first nine spikes to 0.01 ms, all fifteen that the reference tells apart to 0.2 ms, with a step of 20 ns."""
    case = CASES[IRREGULAR]
    accurate = case["spike_times_ms"][:15]
    found = run(2e-5, advance=rk4, duration=accurate[-1] + 1)[IRREGULAR]
    off = [abs(a - b) for a, b in zip(found[:15], accurate, strict=True)]
    assert max(off[:9]) <= 0.01
    assert max(off) <= 0.2


def test_checks_can_fail():
    """With half a millisecond the bursts of f are lost, and nothing else is."""
    broken = [case["id"][-1] for k, case in enumerate(CASES) if failures(k, 0.5)]
    assert (
        broken == ["f"] == [case["id"][-1] for k, case in enumerate(CASES) if not expected(k, 0.5)["predicate_holds"]]
    )


def test_the_peak_hardly_matters():
    """An upstroke takes no time: from 0 to 20 mV, a spike is later by at most one step."""
    dt, current = 0.05, torch.full((2000,), 500.0, dtype=torch.float64)
    start = AdExState(torch.tensor(-70.0).double(), torch.tensor(0.0).double())
    usual, higher = (
        simulate(AdEx, current=current, state=start, p=AdEx.parameters(V_peak=torch.tensor(v)), dt=dt / 1000, record=())
        for v in (0.0, 20.0)
    )
    steps = [r.spikes.nonzero().flatten() for r in (usual, higher)]
    assert len(steps[0]) == len(steps[1]) >= 8
    assert ((steps[1] - steps[0])[0]) <= 1
