"""Waveforms against closed forms, theory and scipy; the older ones are in test_stimulus and test_noise.

Generators are seeded; tolerances of random ones are five standard errors, or bounds missed once in a million.
"""

import math

import numpy as np
import pytest
from scipy import signal, stats

from snnlab.core.tuples import Nothing
from snnlab.models import STIMULI
from snnlab.models.stimuli import random_samples
from snnlab.models.stimuli.waveforms import Kind

DT = [0.1, 0.25, 0.05, 0.2]  # ms; none of them but 0.25 is a float64 exactly


def sample(kind, steps, dt, seed=0, **values):
    return STIMULI[kind](**values).sample(steps, dt, seed).numpy()


# ---- periodic -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("frequency", "phase"), [(20.0, 0.0), (7.5, 90.0), (0.0, 30.0), (100.0, -45.0)])
def test_sine(frequency, phase):
    t = np.arange(5000) * 0.1
    expected = 0.4 + 1.5 * np.sin(2 * np.pi * frequency * t / 1000 + math.radians(phase))
    found = sample("Sine", 5000, 0.1, amplitude=1.5, mean=0.4, frequency=frequency, phase=phase)
    np.testing.assert_allclose(found, expected, atol=1e-12)  # rounding


def test_sine_has_its_frequency():
    """20 Hz for 1 s: 20 periods, and all of its power in that line."""
    found = sample("Sine", 10_000, 0.1, amplitude=1.0, mean=0.0, frequency=20.0)
    power = np.abs(np.fft.rfft(found)) ** 2
    assert power.argmax() == 20
    assert power[20] == pytest.approx(power.sum(), rel=1e-12)
    assert found[0] == 0.0
    assert found[1] > 0


@pytest.mark.parametrize(("first", "last", "length"), [(5.0, 50.0, 2000.0), (50.0, 5.0, 1000.0), (0.0, 100.0, 1000.0)])
def test_chirp_is_scipys(first, last, length):
    """A linear one, from phase 0; its phase has up to 300 rad, known to 1e-13."""
    dt, onset = 0.1, 20.0
    steps = round((onset + length + 30) / dt)
    t = np.arange(steps) * dt
    found = sample("Chirp", steps, dt, amplitude=0.8, mean=0.3, first=first, last=last, onset=onset, length=length)
    on = (np.arange(steps) >= round(onset / dt)) & (np.arange(steps) < round((onset + length) / dt))
    s = (t[on] - onset) / 1000
    np.testing.assert_allclose(found[on], 0.3 + 0.8 * signal.chirp(s, first, length / 1000, last, phi=-90), atol=1e-10)
    assert (found[~on] == 0.3).all()


def rising(x, dt):
    """Times in ms at which x rises through 0, between steps by a straight line."""
    k = np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0))
    return dt * (k + x[k] / (x[k] - x[k + 1]))


def test_chirp_begins_and_ends_with_its_frequencies():
    """Between two rises the mean frequency is that of their middle, as it grows linearly."""
    first, last, length, dt = 10.0, 60.0, 2000.0, 0.01
    at = rising(sample("Chirp", 200_000, dt, mean=0.0, amplitude=1.0, first=first, last=last, length=length), dt)
    frequency, middle = 1000 / np.diff(at), (at[1:] + at[:-1]) / 2
    # a straight line through a sine misses its zero by less than 1e-6 of a period
    np.testing.assert_allclose(frequency, first + (last - first) * middle / length, rtol=1e-4)
    assert frequency[0] == pytest.approx(first, abs=(last - first) / length * middle[0] * 1.001)
    assert frequency[-1] == pytest.approx(last, abs=(last - first) / length * (length - middle[-1]) * 1.001)
    assert len(at) == math.ceil((first + last) / 2 * length / 1000) - 1  # 70 cycles; the first rise is at the onset


# ---- synaptic -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dt", [0.1, 1.0, 2.0, 5.0])
def test_synaptic_current_has_the_moments_of_shot_noise(dt):
    """Campbell: mean rate weight tau, variance rate weight^2 tau / 2, autocovariance of time constant tau: at every dt.

    To five standard errors.
    """
    rate, weight, tau, duration = 0.8, 0.3, 4.0, 60_000.0  # per ms
    x = sample("Synaptic", round(duration / dt), dt, seed=4, rate=1000 * rate, weight=weight, tau=tau)
    x = x[round(20 * tau / dt) :]  # it begins with no current
    mean, variance = rate * weight * tau, rate * weight**2 * tau / 2
    independent = len(x) * math.tanh(dt / (2 * tau))
    assert x.mean() == pytest.approx(mean, abs=5 * math.sqrt(variance / independent))
    centred = x - mean
    for lag in (0, round(tau / dt), round(2 * tau / dt)):
        found = (centred[: len(x) - lag] * centred[lag:]).mean() / variance
        # the fourth moment of shot noise is above that of a normal process
        expected = math.exp(-lag * dt / tau)
        assert found == pytest.approx(expected, abs=5 * math.sqrt((2 + 1 / (rate * tau)) / independent))


def test_spikes_of_a_synaptic_current_come_anywhere_in_a_step():
    """What a step adds is at most its spikes' weight, each faded since it came; then it decays."""
    dt, tau, weight = 1.0, 3.0, 0.7
    x = sample("Synaptic", 20_000, dt, seed=2, rate=20.0, weight=weight, tau=tau)
    fading = math.exp(-dt / tau)
    jumps = x - fading * np.concatenate([[0.0], x[:-1]])
    assert (jumps > -1e-12).all() and (jumps[1:] < 1e-12).mean() == pytest.approx(math.exp(-0.02), abs=0.005)
    one = jumps[(jumps > 1e-12) & (jumps < weight * 1.0001)]
    age = -tau * np.log(one / weight)  # uniform from 0 to dt; a few steps have two spikes
    assert age.min() == pytest.approx(0, abs=0.02) and np.quantile(age, 0.5) == pytest.approx(0.5, abs=0.1)
    assert age.max() < dt + 1e-9


def test_many_spikes_of_a_synaptic_current_are_drawn_in_parts(monkeypatch):
    whole = sample("Synaptic", 500, 1.0, seed=3, rate=3000.0)
    monkeypatch.setattr(random_samples, "MANY", 100)
    np.testing.assert_allclose(sample("Synaptic", 500, 1.0, seed=3, rate=3000.0), whole, rtol=1e-12)


# ---- tables -------------------------------------------------------------------------------------------------------


def test_table_is_linear_between_its_points():
    points = ((2.0, 1.0), (4.0, 5.0), (5.0, -1.0))
    found = STIMULI["Table"](source=points).sample(8, 1.0).tolist()
    assert found == [1.0, 1.0, 1.0, 3.0, 5.0, -1.0, -1.0, -1.0]


@pytest.mark.parametrize("dt", DT)
def test_table_may_hold(dt):
    """A value from its time on, in the step that begins there; the first one also before."""
    found = STIMULI["Table"](source=((1.0, 2.0), (3.0, 7.0), (4.0, 0.0)), between="hold").sample(round(6 / dt), dt)
    expected = np.repeat([2.0, 2.0, 2.0, 7.0, 0.0, 0.0], round(1 / dt))
    assert found.tolist() == expected.tolist()


def test_table_has_gain_and_offset():
    assert STIMULI["Table"](source=((0, 1), (2, 3)), gain=2.0, offset=-1.0).sample(3, 1.0).tolist() == [1.0, 3.0, 5.0]
    assert STIMULI["Table"](offset=0.5).sample(3, 1.0).tolist() == [0.5] * 3  # nothing in it


# ---- spikes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dt", DT)
@pytest.mark.parametrize("rate", [20.0, 50.0, 200.0])
def test_regular_spikes_come_at_their_times(dt, rate):
    found = sample("SpikeTrain", round(400 / dt), dt, rate=rate, spikes=7, onset=12.0, weight=0.4)
    assert np.flatnonzero(found).tolist() == [round((12 + k * 1000 / rate) / dt) for k in range(7)]
    assert set(found) == {0.0, 0.4}


def test_spikes_of_one_step_add():
    assert sample("SpikeTrain", 4, 1.0, rate=3000.0, spikes=6, onset=1.0, weight=2.0).tolist() == [0.0, 6.0, 6.0, 0.0]


def test_there_are_no_more_spikes_than_asked():
    assert sample("SpikeTrain", 1000, 0.1, rate=100.0, spikes=3).sum() == 3
    assert sample("SpikeTrain", 1000, 0.1, rate=100.0, spikes=100_000).sum() == 9  # those of 10, 20, ... 90 ms


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("rate", "spikes"), [(0.0, 0), (1e-300, 1)])
def test_very_low_rates(rate, spikes):
    assert sample("SpikeTrain", 1000, 0.1, rate=rate, spikes=10).sum() == spikes


@pytest.mark.parametrize(("rate", "dt"), [(50.0, 0.1), (900.0, 1.0), (5.0, 0.5)])
def test_poisson_spikes(rate, dt):
    steps, onset = 50_000, 100.0
    found = sample("PoissonSpikes", steps, dt, seed=9, rate=rate, weight=0.5, onset=onset) / 0.5
    begin = round(onset / dt)
    assert (found[:begin] == 0).all()
    mean = (steps - begin) * rate * dt / 1000
    assert stats.poisson.ppf(5e-7, mean) <= found.sum() <= stats.poisson.ppf(1 - 5e-7, mean)
    # several spikes may come in one step: the variance is the mean, and the fourth moment gives the standard error
    counts = found[begin:]
    m = counts.mean()
    assert counts.var() / m == pytest.approx(1.0, abs=5 * math.sqrt((2 + 1 / m) / len(counts)))


# ---- pairs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dt", [0.1, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("delta", [0.0, 0.5, 10.0, -7.5, -63.0])
@pytest.mark.parametrize("rate", [3.0, 5.0, 7.7])
def test_every_pair_has_the_same_delay(dt, delta, rate):
    """Rounded as one where the period is no multiple of dt."""
    found = sample("Pairs", round(2000 / dt), dt, delta=delta, rate=rate, pairs=5, onset=40.0)
    pre, post = (np.flatnonzero(side) for side in found.T)
    assert len(pre) == len(post) == 5
    apart = (post - pre) * dt
    # a delay that is no multiple of dt ends in the step in which it ends
    assert (np.abs(apart - delta) < (1e-9 if math.isclose(delta / dt, round(delta / dt)) else dt)).all()
    assert min(pre[0], post[0]) == round(40 / dt)
    period = np.diff(pre) * dt
    assert (np.abs(period - 1000 / rate) < dt + 1e-9).all()
    assert set(found.ravel()) == {0.0, 1.0}


def test_pairs_beyond_the_run_are_left_out():
    found = sample("Pairs", 100, 1.0, delta=60.0, rate=10.0, pairs=3, onset=50.0)
    assert found.sum(0).tolist() == [1.0, 0.0]


# -- what is no kind --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"port": "light"}, "Mine.port = 'light' is not allowed: give one of current, spikes, pairs"),
        ({"formula": None}, "Mine has neither a formula nor samples: give one of them"),
        ({"samples": lambda t, p, run: t}, "Mine has both a formula and samples: give one of them"),
        ({"port": None}, "Mine has no port, and is what its parts give: give a source, and no function"),
        ({"port": None, "formula": None}, "Mine has no port, and is what its parts give"),
    ],
)
def test_a_kind_is_one_thing_at_a_port_that_there_is(given, words):
    with pytest.raises(ValueError, match=words):
        Kind(**{"name": "Mine", "title": "mine", "fields": Nothing, "formula": lambda t, p: t} | given)
