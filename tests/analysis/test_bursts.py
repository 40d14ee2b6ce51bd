"""Bursts, against a reference and a search spike by spike."""

import json

import numpy as np
import pytest

from snnlab.analysis.bursts import Burst, bursts
from tests.golden import DATA

NAUD = json.loads((DATA / "adex_naud_2008.json").read_text())["cases"]


@pytest.mark.parametrize("case", NAUD, ids=lambda case: case["name"])
def test_bursts_of_the_reference(case):
    """Eight firing patterns of AdEx neurons, of which the reference counts the bursts."""
    found = bursts(case["spike_times_ms"], gap=10.0)
    assert len(found) == case["burst_count_gap10ms"]
    assert [burst.spikes for burst in found] == case["spikes_per_burst"]


@pytest.mark.parametrize("seed", range(5))
def test_every_spike_is_in_the_run_that_it_continues(seed):
    times = np.cumsum(np.random.default_rng(seed).exponential(5.0, 200))
    runs = [[times[0]]]
    for time in times[1:]:
        if time - runs[-1][-1] > 4.0:
            runs.append([])
        runs[-1].append(time)
    for least in (2, 4):
        expected = tuple(Burst(run[0], run[-1], len(run)) for run in runs if len(run) >= least)
        assert bursts(times, 4.0, least) == expected


def test_a_gap_of_whole_steps_is_no_matter_of_rounding():
    """Spikes 30 steps of 0.1 ms apart, of which some are 3.0000000000000018 ms apart in floating point."""
    times = np.arange(1, 3000, 30) * 0.1
    assert np.diff(times).max() > 3.0
    assert [burst.spikes for burst in bursts(times, gap=3.0)] == [100]
    assert bursts(times, gap=2.99) == ()


@pytest.mark.parametrize("times", [[], [5.0], [5.0, 50.0]])
def test_none(times):
    assert bursts(times, gap=10.0) == ()


@pytest.mark.parametrize(
    ("times", "gap", "least", "words"),
    [
        ([2.0, 1.0], 5.0, 2, "must ascend"),
        ([1.0, 2.0], 0.0, 2, "gap = 0 is not allowed: give a finite number > 0"),
        ([1.0, 2.0], 5.0, 1, "least = 1 is not allowed: give a whole number of at least 2"),
        ([1.0, 2.0], 5.0, 2.5, "least = 2.5 is not allowed"),
    ],
)
def test_refused(times, gap, least, words):
    with pytest.raises(ValueError, match=words):
        bursts(times, gap, least)
