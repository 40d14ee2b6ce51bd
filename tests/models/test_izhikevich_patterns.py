"""The twenty firing patterns of Izhikevich (2004), figure 1, and the five variants that do not hang on the step size.

The reference (`data/izhikevich_2004.json`) is an independent simulation of the published program in float64. It
includes the step at t = duration, ours ends with the one before it. Of pattern L it has no variant: ours has the
reference's neuron and its checks, with pulses that last 2 ms at any dt. Its variant of T changes its number of spikes
with the step: ours has other values, and its input and checks.
"""

import json
import math
from functools import cache

import numpy as np
import pytest
import torch

from snnlab.models import PATTERNS, PRESETS
from snnlab.models.settings import INTEGRATORS
from tests.golden import DATA

REFERENCE = json.loads((DATA / "izhikevich_2004.json").read_text())
CASES = {case["letter"]: case for case in REFERENCE["cases"]}
CASES |= {f"{case['letter']}-robust": case for case in REFERENCE["robust_variants"]}
SCHEMES = {"staggered Euler": "reference_staggered_euler", "Euler": "reference_simultaneous_euler"}
PULSES = [(t, t + 2.0) for t in (9.0, 14.0, 70.0, 80.0)]  # of the variant of L


def fired(case, staggered):
    """Spike steps of a case without its own, by the conventions of the reference."""
    a, b, c, d = (case["parameters"][name] for name in "abcd")
    linear, constant = {"L": (4.1, 108)}.get(case["letter"], (5, 140))
    v, u, dt, steps = case["initial"]["v"], case["initial"]["u"], case["tau_ms"], []
    for k, current in enumerate(reference_input(case)):
        raised = v + dt * (0.04 * v**2 + linear * v + constant - u + current)
        u += dt * a * (b * (raised if staggered else v) - u)
        v = raised
        if v >= 30:
            steps.append(k)
            v, u = c, u + d
    return {"spike_steps": steps}


def reference_input(case):
    """The input at every step: from runs of equal values where the reference has them, else from its intervals."""
    spec, n = case["input"], case["n_steps"]
    current = np.full(n, spec["default"])
    if spec.get("grid_runs"):
        for first, end, value in spec["grid_runs"]:
            current[first:end] = value
        return current
    t = np.arange(n) * case["tau_ms"]
    for segment in spec["segments"]:
        first, end, rounding = segment["t0_ms"], segment["t1_ms"], 1e-9
        after = t > first + rounding if segment["interval"][0] == "(" else t > first - rounding
        before = t < end - rounding if segment["interval"][-1] == ")" else t < end + rounding
        on = after & before
        current[on] = segment["amplitude"] + segment["slope_per_ms"] * (t[on] - first)
    return current


CASES["L-robust"] = CASES["L"] | {
    "tau_ms": 0.05,
    "n_steps": 2001,
    "input": {
        "default": 0.0,
        "segments": [
            {"interval": "[)", "t0_ms": start, "t1_ms": end, "amplitude": 9.5, "slope_per_ms": 0.0}
            for start, end in PULSES
        ],
    },
}
CASES["T-robust"] = CASES["T-robust"] | {"parameters": CASES["T-robust"]["parameters"] | {"c": -46.0, "d": 1.0}}
for own in ("L-robust", "T-robust"):
    CASES[own] |= {scheme: fired(CASES[own], name == "staggered Euler") for name, scheme in SCHEMES.items()}

every_case = pytest.mark.parametrize("name", CASES)


def preset(name):
    return PRESETS[f"izhikevich-2004-{name}"]


def published(name):
    """The integrator of the published picture; any will do for a robust variant, which is shown with plain Euler."""
    return "Euler" if name.endswith("robust") else "staggered Euler"


def experiment(name, integrator=None, dt=None):
    made = preset(name).experiment()
    made.settings.param.update(neurons=1, noise=0.0, dt=dt or made.settings.dt)
    if integrator:
        made.settings.integrator = integrator
    return made


@cache
def run(name, integrator, dtype, dt=None):
    """(spike steps, v) of one neuron without noise."""
    recording = experiment(name, integrator, dt).run(dtype).recording
    return recording.spikes[:, 0].nonzero().flatten().tolist(), recording.variables["v"][:, 0].double().numpy()


# ---- what is run --------------------------------------------------------------------------------------------------


def test_all_patterns_have_a_preset():
    assert "".join(p.letter for p in PATTERNS) == "ABCDEFGHIJKLMNOPQRST"
    assert [p.letter for p in PATTERNS if p.robust] == ["I", "L", "P", "Q", "T"]
    ids = {f"izhikevich-2004-{name}" for name in CASES}
    assert len(ids) == 25
    assert ids == {key for key in PRESETS if key.startswith("izhikevich-2004")}


@every_case
def test_name_and_source(name):
    p, case = preset(name), CASES[name]
    assert p.letter == case["letter"]
    assert p.name.lower() == case["name"] + " (robust)" * name.endswith("robust")
    assert "2004" in p.source
    assert p.source.endswith(f"figure 1{case['letter']}")


@every_case
def test_parameters_and_initial_state(name):
    made, case = experiment(name), CASES[name]
    wanted = {key: float(value) for key, value in case["parameters"].items() if isinstance(value, int | float)}
    assert wanted.keys() >= {"a", "b", "c", "d"}
    found = made.model.values()
    assert {key: found[key] for key in "abcd"} == {key: wanted[key] for key in "abcd"}
    quadratic = {"v' = 0.04 v^2 + 5 v + 140 - u + I": (5.0, 140.0), "v' = 0.04 v^2 + 4.1 v + 108 - u + I": (4.1, 108.0)}
    assert (found["mn"], found["bias"]) == quadratic[case["equations"]["v"]]
    assert (found["sq"], found["v_th"], found["tau"]) == (pytest.approx(0.04, rel=1e-8), 30.0, 1.0)
    recovery = {"u' = a (b v - u)": "Izhikevich", "u' = a*b*(v + 65)": "IzhikevichAccommodation"}
    assert made.model.neuron.name == recovery[case["equations"]["u"]]
    assert not made.initial.at_rest
    assert made.initial.v == pytest.approx(case["initial"]["v"], abs=1e-9)
    assert made.initial.u == pytest.approx(case["initial"]["u"], abs=1e-9)


@every_case
def test_step_and_duration(name):
    made, case = experiment(name), CASES[name]
    assert made.settings.dt == case["tau_ms"]
    assert made.settings.duration == case["duration_ms"]
    assert made.settings.integrator == published(name)
    assert made.steps == case["n_steps"] - 1


@every_case
def test_input(name):
    """At every step: an edge that is off by one step changes several of the pictures."""
    made, expected = experiment(name), reference_input(CASES[name])[:-1]
    found = made.stimulus.sample(made.steps, made.settings.dt).numpy()
    assert len(set(expected)) > 1, "the reference has an input"
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)  # ramps are rounded, constants exact


# ---- what comes out -----------------------------------------------------------------------------------------------


RUNS = [
    (name, integrator) for name in CASES for integrator in SCHEMES if "spike_steps" in CASES[name][SCHEMES[integrator]]
]


def test_only_one_run_has_no_spike_steps():
    """T runs away with plain Euler, to hundreds of spikes that depend on rounding."""
    assert {(name, integrator) for name in CASES for integrator in SCHEMES} - set(RUNS) == {("T", "Euler")}


@pytest.mark.parametrize(("name", "integrator"), RUNS)
def test_spikes_come_at_the_same_steps(name, integrator):
    """To the step, in float64: of the published scheme, and of plain Euler, for which another simulator agrees too."""
    case = CASES[name]
    expected = [k for k in case[SCHEMES[integrator]]["spike_steps"] if k < case["n_steps"] - 1]
    assert len(expected) >= 1
    assert run(name, integrator, torch.float64)[0] == expected


def spikes_within(steps, times, window=(-math.inf, math.inf)):
    return [t for t in times if window[0] <= t < window[1]]


def intervals(times):
    return np.diff(times)


def bursts(times, gap, least):
    """Runs of spikes not further apart than `gap`, with at least so many of them."""
    parts = np.split(np.array(times), np.flatnonzero(intervals(times) > gap) + 1)
    return sum(len(part) >= least for part in parts)


def maxima(v, t, window):
    """Local maxima of v in a window."""
    inner = (v[1:-1] > v[:-2]) & (v[1:-1] >= v[2:])
    return int((inner & (t[1:-1] >= window[0]) & (t[1:-1] < window[1])).sum())


def between(value, rule, low="min", high="max"):
    return rule.get(low, -math.inf) <= value <= rule.get(high, math.inf)


# Each check of the reference, from its rule, the spike times [ms], v and the times of v
CHECKS = {
    "count": lambda rule, s, v, t: between(len(spikes_within(t, s, rule.get("window", (-math.inf, math.inf)))), rule),
    "bursts": lambda rule, s, v, t: between(bursts(s, rule["gap_ms"], rule["min_spikes"]), rule),
    "isi_constant": lambda rule, s, v, t: np.ptp(intervals(s)[rule["skip"] :]) <= rule["tol_ms"],
    "isi_increasing": lambda rule, s, v, t: (
        (np.diff(intervals(s)) >= -rule["tol_ms"]).all()
        and intervals(s)[-1] >= rule["last_over_first_min"] * intervals(s)[0]
    ),
    "isi_decreasing": lambda rule, s, v, t: intervals(s)[-1] <= rule["last_over_first_max"] * intervals(s)[0],
    "isi_first_between": lambda rule, s, v, t: between(intervals(s)[0], rule),
    "isi_range_max": lambda rule, s, v, t: intervals(s)[1:].max() <= rule["ratio"] * intervals(s)[1:].min(),
    "first_spike_after": lambda rule, s, v, t: between(s[0] - rule["t_ms"], rule, "min_ms", "max_ms"),
    "v_crossings": lambda rule, s, v, t: between(maxima(v, t, rule["window"]), rule),
    "v_above_after_spike": lambda rule, s, v, t: (
        v[(t >= s[0] + rule["from_ms"]) & (t <= s[0] + rule["to_ms"])].max() > rule["above_mV"]
    ),
}


def failures(name, integrator, dtype, dt=None):
    """The rules of a pattern that a run breaks."""
    steps, v = run(name, integrator, dtype, dt)
    dt = (dt or CASES[name]["tau_ms"]) / INTEGRATORS[integrator].cuts
    s, t = [k * dt for k in steps], np.arange(len(v)) * dt  # as in the reference, the start of the step
    if not s:
        return CASES[name]["checks"]
    return [rule for rule in CASES[name]["checks"] if not CHECKS[rule["check"]](rule, s, v, t)]


def test_every_check_is_known():
    assert CHECKS.keys() == REFERENCE["checks_vocabulary"].keys()
    assert {rule["check"] for case in CASES.values() for rule in case["checks"]} == CHECKS.keys()
    assert all(len(case["checks"]) >= 2 for case in CASES.values())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@every_case
def test_pattern_is_what_its_name_says(name, dtype):
    """In the precision of the workbench, where a spike may move by a step, the pattern must still be there."""
    assert failures(name, published(name), dtype) == []
    found = len(run(name, published(name), dtype)[0])
    expected = len(CASES[name][SCHEMES[published(name)]]["spike_steps"])
    assert abs(found - expected) <= (1 if dtype == torch.float32 else 0)


@pytest.mark.parametrize("name", ["P", "Q", "T"])
def test_checks_can_fail(name):
    """These three are lost with plain Euler; a vocabulary that held for any spikes would not see it."""
    assert failures(name, "Euler", torch.float64)


@pytest.mark.parametrize("integrator", INTEGRATORS)
@pytest.mark.parametrize("name", [name for name in CASES if name.endswith("robust")])
def test_robust_variants_hold_up_to_their_step_with_any_integrator(name, integrator):
    """As is said of them where the published one is bound to its step."""
    longest = preset(name).settings["dt"]
    for part in (1, 0.8, 0.5, 0.4, 0.25):
        assert failures(name, integrator, torch.float64, longest * part) == []


@pytest.mark.parametrize("name", [name for name in CASES if name.endswith("robust")])
def test_robust_variants_are_converged_as_they_are_shown(name):
    assert preset(name).experiment().converged()


@every_case
def test_what_is_bound_to_its_step_says_so(name):
    """At half the dt, with its own integrator, the pattern is lost where a preset says so, and there alone."""
    lost = failures(name, published(name), torch.float64, CASES[name]["tau_ms"] / 2) != []
    assert lost == bool(preset(name).bound)
    assert (preset(name).robust is not None) == lost
    assert not preset(name).bound.endswith("."), "it is set into a sentence"


@pytest.mark.parametrize("integrator", SCHEMES)
@pytest.mark.parametrize("dt", [0.25, 0.2, 0.125, 0.1, 0.0625, 0.05, 0.025])
def test_pulses_of_the_same_charge_fire_the_integrator_at_every_step(dt, integrator):
    """The published ones hold 9 x 2 ms at 0.25 and 0.2 ms, and less at every finer dt: nothing fires."""
    assert failures("L-robust", integrator, torch.float64, dt) == []
    assert (failures("L", integrator, torch.float64, dt) == []) == (dt >= 0.2)
    sampled = experiment("L-robust", integrator, dt).stimulus.sample(round(100 / dt), dt)
    assert sampled.sum().item() * dt == pytest.approx(4 * 2.0 * 9.5)
