"""Our functions agree with what Norse's functions of the same name gave: outputs, tuple layouts and gradients."""

from collections import Counter

import numpy as np
import pytest
import torch

from snnlab import functional
from tests.golden import load, pick, replay

FAMILIES = ("lif", "izhikevich")
DEFAULTS = ("defaults/LIFParameters", "defaults/IzhikevichParameters")

GOLDEN = load()
CASES = {name: case for name, case in GOLDEN.cases.items() if case["family"] in FAMILIES or name in DEFAULTS}


def difference(found, expected):
    """Largest absolute difference of two arrays, those that are equal (infinities, NaN) not counted."""
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    return np.where(same, 0.0, np.abs(found - expected)).max(initial=0.0)


def assert_agrees(what, found, key, case):
    if isinstance(key, dict):
        assert found == key["text"], what
        return
    expected = GOLDEN.arrays[key].astype(np.float64)
    found = torch.as_tensor(found).detach().to(torch.float64).numpy()
    assert found.shape == expected.shape, what
    # Another order of the same float64 operations moves the last digits only, by far less than 1e-8 over 120 steps.
    # A case says where its numbers were computed in float32 and so hold fewer digits.
    tolerance = max(1e-8, case.get("tol", {}).get("*", 0.0))
    allowed = tolerance * max(1.0, np.abs(expected[np.isfinite(expected)]).max(initial=0.0))
    assert difference(found, expected) <= allowed, what


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_recorded_case(name):
    case = CASES[name]
    outcome = replay(case, GOLDEN.arrays, functional)
    for path, fields in case["layout"].items():
        part = pick(outcome.last, path)
        assert (list(part._fields) if isinstance(fields, list) else len(part)) == fields, (
            f"layout of {path or 'output'}"
        )
    for path, key in case["leaves"].items():
        assert_agrees(path or "output", outcome.outputs[path], key, case)
    assert outcome.gradients.keys() == case.get("gradients", {}).keys()
    for path, key in case.get("gradients", {}).items():
        assert_agrees(f"gradient of {path}", outcome.gradients[path], key, case)


def test_all_cases_are_run():
    """A reader that finds nothing would agree with everything."""
    assert Counter(case["family"] for case in CASES.values()) == {"lif": 35, "izhikevich": 54, "defaults": 2}
    assert sum(len(case["leaves"]) for case in CASES.values()) == 526
    assert sum("gradients" in case for case in CASES.values()) == 9


def test_recorded_runs_spike():
    """Agreement about silent neurons would say little: most runs must hold both spikes and silence."""
    spikes = [GOLDEN.arrays[case["leaves"]["0"]] for case in CASES.values() if "steps" in case]
    assert sum(0 < z.mean() < 1 for z in spikes) > len(spikes) / 2


def test_a_wrong_number_is_noticed():
    """The comparison itself can fail: the same run with another dt disagrees."""
    case = CASES["lif/lif_feed_forward_step/scalar"]
    slower = case | {"kwargs": case["kwargs"] | {"dt": 0.0011}}
    outcome = replay(slower, GOLDEN.arrays, functional)
    with pytest.raises(AssertionError):
        for path, key in case["leaves"].items():
            assert_agrees(path, outcome.outputs[path], key, case)
