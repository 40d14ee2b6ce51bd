"""Rates over time, against the Gaussians that they are made of."""

import numpy as np
import pytest
import torch

from snnlab.analysis.rates import instantaneous_rate
from snnlab.engine import Recording


def gaussian(t, sigma):
    return 1000.0 * np.exp(-(t**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))


def test_one_spike_is_a_gaussian():
    """Ends at 4 sigma: 6e-5 of it is missing, and spread over the rest."""
    t, hertz = instantaneous_rate([50.1], duration=100.0, dt=0.2, sigma=5.0)
    assert len(t) == 500
    assert t[[0, -1]] == pytest.approx([0.1, 99.9])
    expected = gaussian(t - 50.1, 5.0)
    assert hertz == pytest.approx(expected, abs=4e-4 * expected.max())


def test_spikes_as_elephant():
    """instantaneous_rate of elephant 1.2.1, without border correction, far from the borders; kernels end elsewhere."""
    times = 200.5 + np.array([12.3, 19.8, 47.1, 60.4, 88.9, 91.2])
    _, hertz = instantaneous_rate(times, duration=500.0, dt=1.0, sigma=10.0)
    assert hertz[[212, 250, 290]] == pytest.approx([68.95104771570522, 62.83702524459669, 79.83754785627038], rel=5e-4)


@pytest.mark.parametrize("sigma", [0.01, 3.0, 40.0, 500.0])
def test_every_spike_is_kept(sigma):
    """At the borders, and with Gaussians longer than the recording."""
    times = [0.0, 0.5, 37.0, 99.7, 100.0]
    _, hertz = instantaneous_rate(times, duration=100.0, dt=0.5, sigma=sigma)
    assert hertz.sum() * 0.5 / 1000 == pytest.approx(len(times), rel=1e-12)
    assert (hertz >= 0).all()


def test_a_clock_has_a_constant_rate_up_to_the_borders():
    """One spike every 5 ms; single Gaussians of 10 ms leave nothing of this, but that they end at 4 sigma: 3e-4."""
    _, hertz = instantaneous_rate(np.arange(2.5, 500.0, 5.0), duration=500.0, dt=1.0, sigma=10.0)
    assert hertz == pytest.approx(200.0, rel=3e-4)


def test_what_leaves_at_a_border_comes_back_mirrored():
    t, hertz = instantaneous_rate([2.05], duration=200.0, dt=0.1, sigma=4.0)
    expected = gaussian(t - 2.05, 4.0) + gaussian(t + 2.05, 4.0)
    assert hertz == pytest.approx(expected, abs=4e-4 * expected.max())


@pytest.mark.parametrize("dt", [0.1, 0.3, 0.7, 1.0 / 3])
def test_spikes_at_the_ends_of_steps_belong_to_these_steps(dt):
    """As in a run, however these are rounded; sigma is far below dt."""
    steps = np.arange(3, 1000, 7)
    times = Recording({}, torch.arange(1000) % 7 == 3, dt).spike_times()
    for factor in (1 - 1e-13, 1.0, 1 + 1e-13):
        _, hertz = instantaneous_rate(times * factor, duration=1000 * dt, dt=dt, sigma=dt / 100)
        assert np.flatnonzero(hertz).tolist() == steps.tolist()


def test_no_spikes():
    assert not instantaneous_rate([], duration=10.0, dt=1.0, sigma=1.0)[1].any()


@pytest.mark.parametrize(
    ("times", "duration", "dt", "sigma", "words"),
    [
        ([5.0, 101.0], 100.0, 1.0, 5.0, "times has 101 ms: give times from 0 to 100 ms"),
        ([-1.0], 100.0, 1.0, 5.0, "times has -1 ms"),
        ([5.0], 100.0, 0.3, 5.0, "duration = 100 is not allowed: give a whole number of steps of 0.3 ms"),
        ([5.0], 100.0, 0.0, 5.0, "dt = 0 is not allowed"),
        ([5.0], 0.0, 1.0, 5.0, "duration = 0 is not allowed"),
        ([5.0], 100.0, 1.0, 0.0, "sigma = 0 is not allowed"),
        ([5.0, 4.0], 100.0, 1.0, 5.0, "must ascend"),
    ],
)
def test_refused(times, duration, dt, sigma, words):
    with pytest.raises(ValueError, match=words):
        instantaneous_rate(times, duration, dt, sigma)
