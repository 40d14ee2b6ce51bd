"""Numbers from many neurons, against elephant and closed forms."""

import numpy as np
import pytest
import torch

from snnlab.analysis.population import (
    count_correlation,
    fano_factor,
    population_rate,
    power_spectrum,
    spike_counts,
    synchrony_index,
)

COUNTS = np.array([[2, 0, 1, 1, 2], [1, 1, 1, 1, 1], [1, 0, 3, 0, 2]]).T


def poisson(rate, dt, steps, neurons, seed):
    """rate in Hz, dt in ms"""
    return np.random.default_rng(seed).random((steps, neurons)) < rate * dt / 1000


@pytest.mark.parametrize("seed", range(3))
def test_counts_and_rate_by_hand(seed):
    spikes = poisson(100.0, 0.5, 103, 4, seed)
    counts = spike_counts(spikes, dt=0.5, width=5.0)
    assert counts.tolist() == [spikes[k : k + 10].sum(0).tolist() for k in range(0, 100, 10)]
    t, hertz = population_rate(spikes, dt=0.5, width=5.0)
    assert t == pytest.approx(np.arange(2.5, 50, 5))
    assert hertz == pytest.approx(counts.sum(1) / 4 / 0.005)


def test_rate_of_a_poisson_population():
    """40 Hz; the standard error of 80,000 expected spikes is 0.14 Hz."""
    _, hertz = population_rate(poisson(40.0, 0.1, 20_000, 1000, 1), dt=0.1, width=2.0)
    assert hertz.mean() == pytest.approx(40.0, abs=0.7)


@pytest.mark.parametrize("kind", [bool, np.uint8, np.float32])
def test_spikes_may_be_numbers(kind):
    spikes = poisson(100.0, 1.0, 50, 3, 2)
    assert (spike_counts(spikes.astype(kind), 1.0, 10.0) == spike_counts(spikes, 1.0, 10.0)).all()
    assert (spike_counts(torch.from_numpy(spikes), 1.0, 10.0) == spike_counts(spikes, 1.0, 10.0)).all()


def test_a_step_of_single_precision():
    """A run's dt is a float32: 0.1 ms is 0.10000000149 ms."""
    assert spike_counts(np.ones((100, 1), bool), float(np.float32(0.1)), 1.0).tolist() == [[10]] * 10


@pytest.mark.parametrize(
    ("spikes", "dt", "width", "words"),
    [
        (np.zeros(5), 1.0, 1.0, r"shape \(5,\): give \[T, N\]"),
        (np.full((5, 2), 2), 1.0, 1.0, "other numbers than 0 and 1"),
        (np.full((5, 2), np.nan), 1.0, 1.0, "other numbers than 0 and 1"),
        (np.zeros((5, 2)), 1.0, 1.5, "width = 1.5 is not allowed: give a whole number of steps of 1 ms"),
        (np.zeros((5, 2)), 1.0, 0.0, "width = 0 is not allowed: give 1 to 5 ms"),
        (np.zeros((5, 2)), 1.0, 6.0, "width = 6 is not allowed: give 1 to 5 ms"),
        (np.zeros((5, 2)), -1.0, 1.0, "dt = -1 is not allowed"),
        (np.zeros((5, 0)), 1.0, 1.0, "number of neurons = 0 is not allowed"),
    ],
)
def test_refused_spikes(spikes, dt, width, words):
    with pytest.raises(ValueError, match=words):
        population_rate(spikes, dt, width)


@pytest.mark.parametrize("neurons", [4, 25, 100])
def test_independent_neurons_are_synchronous_by_their_number_only(neurons):
    """1 / sqrt(N); chi^2 is an estimate of a variance with a relative error of sqrt(2 / T) = 0.01."""
    noise = np.random.default_rng(neurons).normal(-65.0, 3.0, (20_000, neurons))
    assert synchrony_index(noise) == pytest.approx(neurons**-0.5, rel=0.04)
    counts = spike_counts(poisson(50.0, 1.0, 20_000, neurons, neurons), 1.0, 5.0)
    assert synchrony_index(counts) == pytest.approx(neurons**-0.5, rel=0.08)


@pytest.mark.parametrize("shared", [0.0, 0.3, 0.9])
def test_shared_input(shared):
    """v_i = sqrt(c) x + sqrt(1 - c) x_i has chi^2 = c + (1 - c) / N."""
    random = np.random.default_rng(4)
    v = shared**0.5 * random.normal(size=(20_000, 1)) + (1 - shared) ** 0.5 * random.normal(size=(20_000, 50))
    assert synchrony_index(v) == pytest.approx((shared + (1 - shared) / 50) ** 0.5, rel=0.04)


@pytest.mark.parametrize("clusters", [1, 2, 4])
def test_clusters_in_antiphase(clusters):
    """Cosines with evenly spread phases cancel, but for a single cluster (Golomb and Rinzel 1994)."""
    phase = 2 * np.pi * (np.arange(1000)[:, None] / 100 + np.arange(40) % clusters / clusters)
    assert synchrony_index(-60 + np.cos(phase)) == pytest.approx(1.0 if clusters == 1 else 0.0, abs=1e-12)


def test_what_does_not_vary_has_no_synchrony():
    assert synchrony_index(np.full((100, 5), -65.1)) is None
    with pytest.raises(ValueError, match=r"values has shape \(3,\): give a table"):
        synchrony_index([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"values\[0, 1\] = inf is not finite"):
        synchrony_index([[1.0, np.inf]])
    with pytest.raises(ValueError, match="shape of values"):
        synchrony_index(np.zeros((0, 5)))


def test_spectrum_as_elephant():
    """welch_psd of elephant 1.2.1, n_segments=4, at 100 Hz."""
    # fmt: off
    rate = [0.0, 7.44, 11.85, 8.63, 4.35, -1.51, -8.72, -8.82, -4.31, 0.17, 7.57, 11.88, 8.55, 4.19, -1.66, -8.8, -8.79,
            -4.18, 0.34, 7.7, 11.91, 8.46, 4.03, -1.82, -8.88, -8.76, -4.05, 0.5, 7.82, 11.93, 8.37, 3.87, -1.98, -8.95,
            -8.72, -3.91, 0.67, 7.94, 11.95, 8.27]
    # fmt: on
    f, power = power_spectrum(rate, dt=10.0, segments=4)
    assert f == pytest.approx(np.arange(9) * 6.25)
    expected = [0.16154178710386791, 2.7951960929286273, 5.0250595598168681, 0.62275716765877021, 0.0070782300554165511]
    assert power[:5] == pytest.approx(expected, rel=1e-9)


def test_spectrum_of_a_poisson_population():
    """2 rate / N; the mean over all frequencies of 200,000 samples has a standard error of about 0.3 %."""
    _, rate = population_rate(poisson(50.0, 1.0, 200_000, 20, 3), dt=1.0, width=1.0)
    f, power = power_spectrum(rate, dt=1.0, segments=100)
    assert f[[0, -1]] == pytest.approx([0.0, 500.0])
    # spikes of one bin exclude each other: p (1 - p) instead of p
    assert power[1:-1].mean() == pytest.approx(2 * 50.0 / 20 * (1 - 0.05), rel=0.02)


def test_spectrum_of_an_oscillation():
    """The power of 30 cos(...) is 30^2 / 2 Hz^2, all of it at 40 Hz."""
    t = np.arange(0, 4000.0, 1.0)
    f, power = power_spectrum(100 + 30 * np.cos(2 * np.pi * 40 * t / 1000), dt=1.0, segments=7)
    assert f[power.argmax()] == 40.0
    assert (power * f[1]).sum() == pytest.approx(450.0, rel=1e-6)


@pytest.mark.parametrize(
    ("rate", "dt", "segments", "words"),
    [
        (np.zeros(8), 1.0, 8, "samples of rate = 8 is not allowed: give 9 samples or more for 8 segments"),
        (np.zeros(100), 0.0, 8, "dt = 0 is not allowed"),
        (np.zeros(100), 1.0, 0, "segments = 0 is not allowed"),
        (np.zeros((100, 2)), 1.0, 8, "give a row of numbers"),
    ],
)
def test_refused_rates(rate, dt, segments, words):
    with pytest.raises(ValueError, match=words):
        power_spectrum(rate, dt, segments)


def test_fano_factor_as_elephant():
    """fanofactor of elephant 1.2.1."""
    assert fano_factor(COUNTS) == pytest.approx([0.4666666666666667, 0.0, 1.1333333333333335], rel=1e-12)
    assert np.isnan(fano_factor(np.zeros((5, 1)))).all()


@pytest.mark.parametrize("order", [1, 4])
def test_fano_factor_of_a_renewal_process(order):
    """CV^2 in long windows, 1 / order for gamma intervals; 4,000 windows of 100 spikes: standard error 0.02."""
    times = np.cumsum(np.random.default_rng(order).gamma(order, 1.0 / order, 400_000))
    counts, _ = np.histogram(times, np.arange(0, 399_000, 100.0))
    # in a window of m spikes there is a bias of (1 - CV^4) / (6 m), 0.002 here
    assert fano_factor(counts[:, None])[0] == pytest.approx(1 / order, rel=0.1)


def test_correlation_as_elephant():
    """correlation_coefficient of elephant 1.2.1; the second neuron always fires once."""
    found = count_correlation(COUNTS)
    assert found[0, 2] == found[2, 0] == pytest.approx(0.41251432366269514, rel=1e-12)
    assert np.diag(found)[[0, 2]] == pytest.approx(1.0)
    assert np.isnan(found[1]).all()


def test_correlation_of_shared_spikes():
    """Neurons that copy each spike of a common train with probability c are correlated by c (Kuhn et al. 2003)."""
    random = np.random.default_rng(6)
    common = random.poisson(20.0, 5000)[:, None]
    counts = random.binomial(common, 0.3, (5000, 10))
    found = count_correlation(counts)
    assert found[np.triu_indices(10, 1)].mean() == pytest.approx(0.3, abs=0.03)
    assert found == pytest.approx(np.corrcoef(counts.T), abs=1e-12)


def test_refused_counts():
    for measure in (fano_factor, count_correlation):
        with pytest.raises(ValueError, match="counts = -1 is not allowed"):
            measure([[1.0, -1.0]])
        with pytest.raises(ValueError, match="give a table of numbers"):
            measure([1, 2])
        with pytest.raises(ValueError, match="shape of counts"):
            measure(np.zeros((0, 3)))
