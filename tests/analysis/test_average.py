"""Spike-triggered averages, against elephant, a loop, and a filter that is known."""

import numpy as np
import pytest
import torch

from snnlab.analysis.average import spike_triggered_average
from snnlab.engine import Recording

# fmt: off
SIGNAL = [0.0, 7.44, 11.85, 8.63, 4.35, -1.51, -8.72, -8.82, -4.31, 0.17, 7.57, 11.88, 8.55, 4.19, -1.66, -8.8, -8.79,
          -4.18, 0.34, 7.7, 11.91, 8.46, 4.03, -1.82, -8.88, -8.76, -4.05, 0.5, 7.82, 11.93, 8.37, 3.87, -1.98, -8.95,
          -8.72, -3.91, 0.67, 7.94, 11.95, 8.27]
# fmt: on
FIRED = np.isin(np.arange(40), [1, 5, 18, 22, 39])


def test_average_as_elephant():
    """spike_triggered_average of elephant 1.2.1, window [-3, 3) ms; the first and the last spike are left out."""
    lags, average = spike_triggered_average(SIGNAL, FIRED, dt=1.0, before=3.0, after=2.0)
    assert lags.tolist() == [-3, -2, -1, 0, 1, 2]
    expected = [
        3.5833333333333335,
        3.9166666666666674,
        2.876666666666667,
        0.9533333333333335,
        -0.9466666666666669,
        -1.93,
    ]
    assert average == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dt", [0.1, 0.25, 1.0])
def test_times_are_those_of_a_recording(dt):
    times = Recording({}, torch.from_numpy(FIRED), dt).spike_times()
    for before, after in ((0, 0), (3, 2), (5, 0), (0, 4)):
        by_steps = spike_triggered_average(SIGNAL, FIRED, dt, before * dt, after * dt)
        by_times = spike_triggered_average(SIGNAL, times, dt, before * dt, after * dt)
        for a, b in zip(by_steps, by_times):
            assert a.tolist() == b.tolist()


def test_each_lag_by_hand():
    random = np.random.default_rng(3)
    signal, fired = random.normal(size=300), random.random(300) < 0.1
    lags, average = spike_triggered_average(signal, fired, 0.5, before=4.0, after=2.5)
    inside = [k for k in np.flatnonzero(fired) if k - 8 >= 0 and k + 5 <= 299]
    assert lags == pytest.approx(np.arange(-8, 6) * 0.5)
    assert average == pytest.approx([np.mean([signal[k + lag] for k in inside]) for lag in range(-8, 6)], abs=1e-12)


def test_white_noise_gives_the_filter():
    """A spike with probability (1 + f * x) / 20, not below 0: the average is f, for small f (de Boer and Kuyper 1968).

    The standard error of the mean of n = 10,000 unit normals is 0.01.
    """
    random = np.random.default_rng(5)
    noise = random.normal(size=200_000)
    weights = 0.2 * np.exp(-np.arange(10) / 3.0)
    driven = np.convolve(noise, weights)[: len(noise)]
    fired = random.random(len(noise)) < np.clip(1 + driven, 0, None) / 20
    lags, average = spike_triggered_average(noise, fired, dt=1.0, before=9.0, after=5.0)
    assert average[lags <= 0] == pytest.approx(weights[::-1], abs=0.04)
    assert average[lags > 0] == pytest.approx(0.0, abs=0.04)  # the noise to come is not known yet


@pytest.mark.parametrize("spikes", [[], np.zeros(40, bool), [1.0], [40.0], [0.0]])
def test_without_spikes_far_enough_from_the_ends_there_is_none(spikes):
    lags, average = spike_triggered_average(SIGNAL, spikes, dt=1.0, before=2.0, after=1.0)
    assert lags.tolist() == [-2, -1, 0, 1]
    assert average is None


@pytest.mark.parametrize(
    ("signal", "spikes", "dt", "before", "words"),
    [
        (SIGNAL, FIRED[:30], 1.0, 2.0, r"shape \(30,\): give one True or False for each of 40 samples"),
        (SIGNAL, [3.0, 41.0], 1.0, 2.0, "spikes has 41 ms: give times from 0 to 40 ms"),
        (SIGNAL, [3.0, 2.0], 1.0, 2.0, "must ascend"),
        (SIGNAL, FIRED, 1.0, 2.5, "before = 2.5 is not allowed: give a whole number of steps of 1 ms"),
        (SIGNAL, FIRED, 1.0, -1.0, "before = -1 is not allowed: give a finite time in ms, 0 or more"),
        (SIGNAL, FIRED, 0.0, 2.0, "dt = 0 is not allowed"),
        ([[1.0, 2.0]], FIRED, 1.0, 2.0, r"signal has shape \(1, 2\): give a row of numbers"),
        ([1.0, np.nan], [1.0], 1.0, 0.0, r"signal\[1\] = nan is not finite"),
    ],
)
def test_refused(signal, spikes, dt, before, words):
    with pytest.raises(ValueError, match=words):
        spike_triggered_average(signal, spikes, dt, before)
