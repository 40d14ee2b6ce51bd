"""Distributions of intervals against the Poisson process, a clock, and a dead time."""

import numpy as np
import pytest
from scipy.stats import chisquare

from snnlab.analysis import cv, cv2, interval_distribution, isi
from snnlab.models import LIF, Experiment, Step

DT = 0.5  # ms


def poisson(rate, neurons=40, steps=40_000, dead=0.0):
    """Spikes [T, N] of Poisson processes of `rate` Hz, with a dead time in ms after each."""
    rng = np.random.default_rng(3)
    found = np.zeros((steps, neurons), dtype=bool)
    for train in found.T:
        times = (rng.exponential(1000 / rate, int(rate * steps * DT / 500)) + dead).cumsum() / DT
        train[times[times < steps].astype(int)] = True
    return found


def test_a_poisson_process_is_exponential():
    """20 Hz in steps of 0.5 ms: 1 % of spikes share a step. 40 x 400 intervals scatter by 1 %, counts by 1 / sqrt."""
    found = interval_distribution(poisson(20.0), DT, width=10.0)
    assert found.cv == pytest.approx(1.0, abs=0.03) and found.cv2 == pytest.approx(1.0, abs=0.03)
    assert found.fano == pytest.approx(1.0, abs=0.2)  # the variance of 10 windows scatters by 1 / sqrt(40 * 9 / 2)
    seen, wanted = found.counts[1:20], found.poisson[1:20]  # the first bar lacks the shared steps
    assert chisquare(seen, wanted * seen.sum() / wanted.sum()).pvalue > 0.01
    assert found.counts.sum() == len(found.intervals) and found.poisson.sum() <= len(found.intervals)


def test_a_dead_time_makes_it_regular():
    """Mean 50 ms with a dead time of 25 ms: the deviation is that of the rest, CV = 25 / 50."""
    found = interval_distribution(poisson(40.0, dead=25.0), DT, width=5.0)
    assert found.cv == pytest.approx(0.5, abs=0.02)
    assert not found.counts[:5].any() and found.counts[5:7].all()
    assert found.fano < 0.4  # CV^2 = 1/4 for long windows


def test_a_clock_has_no_irregularity():
    ticks = np.zeros((1000, 3), dtype=bool)
    ticks[::20] = True
    found = interval_distribution(ticks, DT)
    assert (found.cv, found.cv2, found.fano) == (0.0, 0.0, 0.0) and found.counts.tolist()[-1] == 3 * 49
    assert found.edges[-2] < 10.0 < found.edges[-1]


def test_measures_are_those_of_each_neuron():
    recording = Experiment.of(LIF(), Step(amplitude=1.2), {"duration": 500.0, "neurons": 6, "noise": 0.5}).run()
    recording = recording.recording
    trains = [recording.spike_times(k) for k in range(6)]
    found = interval_distribution(recording)
    assert found.cv == pytest.approx(np.mean([cv(one) for one in trains]))
    assert found.cv2 == pytest.approx(np.mean([cv2(one) for one in trains]))
    assert np.sort(found.intervals) == pytest.approx(np.sort(np.concatenate([isi(one) for one in trains])))


def test_what_has_no_intervals_is_refused():
    with pytest.raises(ValueError, match="no neuron spikes twice"):
        interval_distribution(np.eye(4), DT)
    with pytest.raises(ValueError, match=r"width.*0\.7"):
        interval_distribution([[1], [1]], DT, width=0.7)
    alone = interval_distribution([[1, 0], [1, 1], [0, 0]], DT)
    assert (alone.cv, alone.cv2) == (None, None)
