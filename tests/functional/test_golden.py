"""Our functions agree with what Norse's functions of the same name gave: outputs, tuple layouts and gradients.

Where they do not agree, the difference is wanted, and listed here with its reason.
"""

from collections import Counter

import numpy as np
import pytest
import torch

from tests.golden import Names, load, pick, replay

GOLDEN = load()
CASES = GOLDEN.cases
FUNCTIONS = Names("snnlab.functional")
NAMES = {"module": Names("snnlab.modules", "snnlab.functional")}  # by family, FUNCTIONS for all others

FAMILIES = {
    "lif": 35, "lif_box": 7, "lif_refrac": 17, "lif_adex": 14, "lif_adex_refrac": 17, "lif_ex": 14, "lif_mc": 14,
    "lif_mc_refrac": 14, "lsnn": 21, "coba_lif": 13, "iaf": 14, "izhikevich": 54, "leaky_integrator": 14,
    "leaky_integrator_box": 14, "lift": 12, "encode": 36, "logical": 15, "threshold": 65, "reset": 2,
    "regularization": 8, "filter": 2, "decode": 7, "correlation_sensor": 11, "stdp_sensor": 4, "lif_correlation": 4,
    "tsodyks_makram": 4, "stdp": 29, "adjoint": 32, "receptive_field": 30, "defaults": 20, "module": 75,
}  # fmt: skip

# Adjoint steps whose gradients differ: case -> which, and why ours are other numbers.
# For weights Norse takes lambda_i before its decay (for the input, after it), for w_rec with the NEW spikes as well;
# by the chain rule both have the input's lambda, w_rec with the last spikes, which are those that came through it.
WEIGHTS = {"gradient of w_in", "gradient of w_rec"}
# Norse gates lambda by the NEW counter, and hands that of the counter on unchanged; ours is held where the step was.
GATED = {"gradient of input", "gradient of state.i", "gradient of state.rho", "gradient of state.v"}
DIFFERENT = {
    "adjoint/lif_adjoint_step/gradient-1": WEIGHTS,
    "adjoint/lif_adjoint_step/gradient-6": WEIGHTS,
    "adjoint/lsnn_adjoint_step/gradient-1": WEIGHTS,
    "adjoint/lsnn_adjoint_step/gradient-6": WEIGHTS,
    "adjoint/lif_refrac_feed_forward_adjoint_step/gradient-1": GATED,
    "adjoint/lif_refrac_feed_forward_adjoint_step/gradient-6": GATED,
}

# Functions in which Norse contradicts its own documentation: function -> what ours does instead, as the file has it.
# Norse overwrites the jump of the input by that of the feedback, and the adaptation by its rate (without dt).
INSTEAD = {
    "coba_lif_step": "input and recurrent spikes both raise the conductances",
    "lif_adex_current_encoder": "adaptation integrated, from the voltage before the step",
}


def family(case):
    return case["family"].split(".")[0]


def outcome_of(case):
    return replay(case, GOLDEN.arrays, NAMES.get(family(case), FUNCTIONS))


def agrees(what, found, key, case):
    if isinstance(key, dict):
        return getattr(found, "__name__", str(found)) == key["text"]
    expected = GOLDEN.arrays[key].astype(np.float64)
    found = torch.as_tensor(found, dtype=torch.float64).detach().numpy()
    if found.shape != expected.shape:
        return False
    # Another order of the same float64 operations moves the last digits only, by far less than 1e-8 over 120 steps.
    # A case says where its numbers were computed in float32 and so hold fewer digits.
    stated = case.get("tol", {})
    tolerance = max(1e-8, stated.get(what, stated.get("*", 0.0)))
    allowed = tolerance * max(1.0, np.abs(expected[np.isfinite(expected)]).max(initial=0.0))
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))  # infinities too
    with np.errstate(invalid="ignore"):  # inf - inf
        return np.where(same, 0.0, np.abs(found - expected)).max(initial=0.0) <= allowed


def disagreements(case, outcome, leaves):
    """What of an outcome is not as recorded."""
    found = {path for path, key in leaves.items() if not agrees(path, outcome.outputs[path], key, case)}
    for path, fields in case["layout"].items():
        part = pick(outcome.last, path)
        if (list(part._fields) if isinstance(fields, list) else len(part)) != fields:
            found.add(f"layout of {path or 'output'}")
    gradients = case.get("gradients", {})
    found |= {f"gradient of {path}" for path in outcome.gradients.keys() ^ gradients.keys()}
    for path, key in gradients.items():
        if not agrees(f"gradient of {path}", outcome.gradients.get(path), key, case):
            found.add(f"gradient of {path}")
    return found


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_recorded_case(name):
    """But for what is listed above; a listed difference that is gone is a failure as well."""
    case = CASES[name]
    outcome, leaves = outcome_of(case), case["leaves"]
    if "instead" in case:
        assert disagreements(case, outcome, leaves), "agrees with what Norse's documentation contradicts"
        (leaves,) = [o["leaves"] for o in case["instead"] if o["label"] == INSTEAD[case["function"]]]
    assert disagreements(case, outcome, leaves) == DIFFERENT.get(name, set())


def test_all_cases_are_run():
    """A reader that finds nothing would agree with everything."""
    assert Counter(map(family, CASES.values())) == FAMILIES
    assert (len(CASES), len(FAMILIES)) == (618, 31)
    assert sum(len(case["leaves"]) for case in CASES.values()) == 2105
    assert sum(len(case.get("gradients", {})) for case in CASES.values()) == 451
    assert {case["function"] for case in CASES.values() if "instead" in case} == INSTEAD.keys()
    assert DIFFERENT.keys() <= CASES.keys()
    assert len(DIFFERENT) <= 8


def test_only_random_functions_have_no_output_on_record():
    without = {case["function"] for case in CASES.values() if not case["leaves"]}
    assert without == {"logistic_fn", "circ_dist_fn"}


def test_recorded_runs_spike():
    """Agreement about silent neurons would say little: most runs must hold both spikes and silence."""
    runs = [case for case in CASES.values() if "steps" in case and family(case) in ("lif", "izhikevich", "lsnn")]
    spikes = [GOLDEN.arrays[case["leaves"]["0"]] for case in runs]
    assert sum(0 < z.mean() < 1 for z in spikes) > len(spikes) / 2


def test_a_wrong_number_is_noticed():
    """The comparison itself can fail: the same run with another dt disagrees, in outputs and gradients."""
    case = CASES["lif/lif_feed_forward_step/gradient"]
    slower = case | {"kwargs": case["kwargs"] | {"dt": 0.0011}}
    found = disagreements(case, outcome_of(slower), case["leaves"])
    assert found >= {"1.v", "1.i", "gradient of state.v", "gradient of input"}


def test_a_wrong_layout_is_noticed():
    case = CASES["lif/lif_feed_forward_step/scalar"]
    swapped = case | {"layout": case["layout"] | {"1": ["i", "v"]}}
    assert disagreements(swapped, outcome_of(case), case["leaves"]) == {"layout of 1"}
