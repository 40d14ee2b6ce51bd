"""Ornstein-Uhlenbeck noise against theory.

Generators are seeded, so these tests give the same numbers every time; the tolerances are five standard errors of
what is estimated (chance of a correct generator missing one: below 1e-6), so that any seed would do.
"""

import math

import numpy as np
import pytest
import torch

from snnlab.engine import simulate
from snnlab.functional import LIBox
from snnlab.models import STIMULI
from snnlab.models.families.neurons import population_noise
from snnlab.models.settings import NeuronRun
from snnlab.models.stimuli.random_samples import ornstein_uhlenbeck

SIGMA, TAU = 0.7, 3.0  # ms


def paths(steps, number, dt, seed=0, sigma=SIGMA, tau=TAU):
    """Independent paths [steps, number]: averages over them have no correlation to reckon with."""
    return ornstein_uhlenbeck((steps, number), dt, sigma, tau, torch.Generator().manual_seed(seed)).numpy()


@pytest.mark.parametrize("dt", [0.1, 1.0, 30.0])
def test_is_the_recursion(dt):
    """Summing by doubling gives what x' = d x + sigma sqrt(1 - d^2) xi gives step by step; rounding only."""
    steps = 1000
    # torch draws sixteen at once: of a longer row, the first ones are the same only where no rest is left
    xi = torch.randn(3008, generator=torch.Generator().manual_seed(4), dtype=torch.float64)[: 3 * steps]
    xi = xi.reshape(steps, 3).numpy()
    d = math.exp(-dt / TAU)
    expected = [SIGMA * xi[0]]
    for k in range(1, steps):
        expected.append(d * expected[-1] + SIGMA * math.sqrt(1 - d**2) * xi[k])
    np.testing.assert_allclose(paths(steps, 3, dt, seed=4), np.array(expected), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("dt", [0.5, 0.25, 5.0])
def test_mean_and_deviation_are_the_same_at_all_times(dt):
    """Stationary from the first step on, whatever dt is: no transient, no growth, no mark of the grid."""
    number = 20_000
    x = paths(200, number, dt)
    for k in (0, 1, 10, 199):
        assert abs(x[k].mean()) <= 5 * SIGMA / math.sqrt(number)
        assert x[k].std() == pytest.approx(SIGMA, abs=5 * SIGMA / math.sqrt(2 * number))


@pytest.mark.parametrize("dt", [0.5, 0.25])
@pytest.mark.parametrize("lag", [1.5, 3.0, 6.0])
def test_correlation_decays_with_tau(dt, lag):
    """exp(-lag / tau), at lag tau 1/e, and at dt as at dt / 2."""
    number, shift = 20_000, round(lag / dt)
    x = paths(100, number, dt, seed=1)
    for k in (0, 50):
        found = (x[k] * x[k + shift]).mean() / SIGMA**2
        # the product of two normal variables of unit variance and correlation r has variance 1 + r^2
        expected = math.exp(-lag / TAU)
        assert found == pytest.approx(expected, abs=5 * math.sqrt((1 + expected**2) / number))


def test_values_are_normal():
    """Kurtosis 3: its standard error is sqrt(24 / n)."""
    x = paths(50, 20_000, 0.5)[-1] / SIGMA
    assert (x**4).mean() / (x**2).mean() ** 2 == pytest.approx(3.0, abs=5 * math.sqrt(24 / len(x)))


@pytest.mark.parametrize("dt", [0.5, 0.25])
def test_stimulus_over_time(dt):
    """One long path has the statistics too. Its correlated values count as duration / 2 tau independent ones."""
    duration = 40_000.0
    x = STIMULI["Noise"](mean=0.4, sigma=SIGMA, tau=TAU).sample(round(duration / dt), dt, seed=2).numpy()
    independent = duration / (2 * TAU)
    assert x.mean() == pytest.approx(0.4, abs=5 * SIGMA / math.sqrt(independent))
    # squares are correlated over half the time
    assert x.std() == pytest.approx(SIGMA, abs=5 * SIGMA / math.sqrt(4 * independent))
    centred, shift = x - 0.4, round(TAU / dt)
    found = (centred[:-shift] * centred[shift:]).mean() / SIGMA**2
    assert found == pytest.approx(math.exp(-1), abs=5 / math.sqrt(independent))


def test_equal_seeds_give_equal_noise():
    noise = STIMULI["Noise"]()
    assert torch.equal(noise.sample(500, 0.1, seed=5), noise.sample(500, 0.1, seed=5))
    assert not torch.equal(noise.sample(500, 0.1, seed=5), noise.sample(500, 0.1, seed=6))


def test_the_seed_of_others_does_not_matter():
    """An explicit generator: what else draws random numbers changes nothing, and nothing else is changed."""
    torch.manual_seed(1)
    first = STIMULI["Noise"]().sample(100, 0.1, seed=5)
    torch.manual_seed(2)
    before = torch.get_rng_state()
    assert torch.equal(first, STIMULI["Noise"]().sample(100, 0.1, seed=5))
    assert torch.equal(before, torch.get_rng_state())


def test_without_strength_there_is_only_the_mean():
    assert (STIMULI["Noise"](mean=0.3, sigma=0.0).sample(50, 0.1) == 0.3).all()


def test_very_short_and_very_long_correlation():
    """dt far above tau is white, dt far below tau hardly moves; neither overflows."""
    white = paths(2000, 10, dt=10.0, tau=1e-3)
    assert abs((white[1:] * white[:-1]).mean()) <= 5 * SIGMA**2 / math.sqrt(white.size)
    slow = paths(2000, 10, dt=0.001, tau=1e4)
    # over 2 ms of 10 s, the variance of a difference is 2 (1 - exp(-2e-4)), a deviation of 2 %; five of them are 10 %
    assert np.abs(slow[-1] - slow[0]).max() <= 0.1 * SIGMA


def population(steps, neurons, dt, sigma, seed=3):
    """The noise of a run's neurons, [steps, neurons], as the kernel draws it."""
    noise = population_noise(NeuronRun(neurons=neurons, noise=sigma, noise_tau=TAU, seed=seed))
    run = simulate(LIBox, current=torch.zeros(steps, neurons), dt=dt / 1000, noise=noise, record=("noise",))
    return run.variables["noise"].double().numpy()


def test_population_noise_grows_from_none():
    """Linear from 0 in the first neuron to sigma in the last."""
    steps, neurons, dt = 20_000, 11, 1.0
    x = population(steps, neurons, dt, SIGMA)
    assert (x[:, 0] == 0).all()
    independent = steps * dt / (2 * TAU)
    for k in range(1, neurons):
        strength = SIGMA * k / (neurons - 1)
        assert x[:, k].std() == pytest.approx(strength, abs=5 * strength / math.sqrt(4 * independent))


def test_population_noise_is_independent():
    """Of the other neurons, and of a noisy stimulus with the same seed."""
    steps, dt = 20_000, 1.0
    x = population(steps, 3, dt, 1.0)[:, 1:]
    x /= x.std(axis=0)
    stimulus = STIMULI["Noise"](mean=0.0, sigma=1.0, tau=TAU).sample(steps, dt, seed=3).numpy()
    # products of two independent processes are correlated over tau / 2
    tolerance = 5 / math.sqrt(steps * dt / TAU)
    assert abs((x[:, 0] * x[:, 1]).mean()) <= tolerance
    assert abs((x[:, 0] * stimulus).mean()) <= tolerance
    assert abs((x[:, 1] * stimulus).mean()) <= tolerance


def test_a_neuron_alone_has_all_of_the_noise():
    x = population(20_000, 1, 1.0, SIGMA)
    assert x.std() == pytest.approx(SIGMA, abs=5 * SIGMA / math.sqrt(4 * 20_000 / (2 * TAU)))


def test_a_population_without_noise_has_none():
    assert population_noise(NeuronRun(neurons=5)) is None
