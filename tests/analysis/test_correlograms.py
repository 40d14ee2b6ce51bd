"""Correlograms against counting pairs, the Poisson process, a dead time and copies."""

import numpy as np
import pytest

from snnlab.analysis import correlogram
from snnlab.models import LIF, Experiment, Step
from tests.analysis.test_distribution import DT, poisson


def pairs(trains, lag, width, between):
    """Pairs of spikes that are so far apart, counted one by one."""
    counts = [np.bincount(np.floor(one / width + 1e-9).astype(int), minlength=400) for one in trains]
    found, spikes = 0, 0
    for i, a in enumerate(counts):
        for j, b in enumerate(counts):
            if (i != j) == between:
                found += sum(a[k] * b[k + lag] for k in range(len(a) - lag))
        spikes += a.sum()
    share = (400 - lag) / 400
    return found / spikes / share / width * 1000 / (len(trains) - 1 if between else 1)


def test_it_counts_pairs():
    rng = np.random.default_rng(1)
    fired = rng.random((800, 4)) < 0.05
    found = correlogram(fired, DT, lag=20.0, width=1.0)
    trains = [np.flatnonzero(one) * DT for one in fired.T]
    for lag in (1, 5, 20):
        assert found.auto[20 + lag] == found.auto[20 - lag] == pytest.approx(pairs(trains, lag, 1.0, False))
        assert found.cross[20 + lag] == pytest.approx(pairs(trains, lag, 1.0, True))
    assert found.lags.tolist() == list(range(-20, 21))


def test_poisson_processes_are_flat_at_their_rate():
    """40 neurons of 20 Hz for 20 s: 16 000 spikes, each bin of 2 ms has 640 pairs, and scatters by 4 %."""
    found = correlogram(poisson(20.0), DT, lag=50.0, width=2.0)
    assert found.rate == pytest.approx(20.0, rel=0.03)
    later = found.auto[found.lags > 0]
    assert later.mean() == pytest.approx(found.rate, rel=0.03) and abs(later / found.rate - 1).max() < 0.2
    assert found.cross == pytest.approx(np.full(51, found.rate), rel=0.05)


def test_a_dead_time_is_a_dip():
    found = correlogram(poisson(40.0, dead=25.0), DT, lag=40.0, width=1.0)
    near = (found.lags != 0) & (abs(found.lags) < 24)
    assert not found.auto[near].any() and found.auto[np.abs(found.lags) > 26].min() > 0.7 * found.rate
    assert found.cross[near].mean() == pytest.approx(found.rate, rel=0.03)


def test_neurons_that_do_the_same_spike_together():
    """Copies of one: each other one is there at lag 0, in a bin of 1 ms."""
    one = poisson(20.0, neurons=1, steps=8000)
    found = correlogram(np.repeat(one, 3, axis=1), DT, lag=20.0, width=1.0)
    assert found.cross[20] == pytest.approx(1000.0, rel=0.05)
    alone = correlogram(one, DT, lag=20.0, width=1.0)
    assert alone.cross is None and alone.auto == pytest.approx(found.auto)


def test_a_clock_comes_again():
    recording = Experiment.of(LIF(), Step(amplitude=1.5, length=1000), {"duration": 500.0, "neurons": 1}).run()
    found = correlogram(recording, lag=30.0, width=1.0)
    (interval,) = np.unique(np.diff(recording.recording.spike_times()).round(6))
    assert abs(found.lags[found.auto.argmax()]) == pytest.approx(interval, abs=1.0)


def test_what_cannot_be_correlated_is_refused():
    with pytest.raises(ValueError, match="no neuron spikes"):
        correlogram(np.zeros((100, 2)), DT, lag=5.0, width=1.0)
    with pytest.raises(ValueError, match=r"lag = 50.*less than the 50 ms"):
        correlogram(np.eye(100), DT, lag=50.0, width=1.0)
    with pytest.raises(ValueError, match=r"lag = 2\.5"):
        correlogram(np.eye(100), DT, lag=2.5, width=1.0)
