"""A neuron whose inputs learn: closed forms of its input and of the drift of weights, and what papers report."""

import numpy as np
import pytest

from snnlab.analysis import shares_at_bounds, variability
from snnlab.models import PRESETS, Experiment, PlasticInputs, stimuli_of
from snnlab.models.families.networks.plastic_inputs import Trains
from snnlab.models.portable import portable_experiment
from tests.nights import each_value

PARTS = {"others": slice(300, None), "common": slice(300)}


def counts(trains, duration, width):
    when, who = trains.spikes(duration)
    rows = np.zeros((round(duration / width), trains.size))
    np.add.at(rows, (np.minimum((when / width).astype(int), len(rows) - 1), who), 1)
    return rows


@pytest.mark.parametrize("part", PARTS)
def test_inputs_have_the_rate_and_the_covariance_that_they_are_told(part):
    """Rates to five standard errors. The variance of how many spikes of n trains come in a time T is that of a Poisson
    process and (n r c)^2 2 tau^2 (T / tau - 1 + exp(-T / tau)) of the common rate, whose covariance is exponential; to
    10 %, as it is known from 5000 bins of T = tau."""
    r, tau, c, n, width = 20.0, 0.02, 0.3, 300, 0.02
    found = counts(Trains(600, r, 300, c, tau, seed=4), 100.0, width)[:, PARTS[part]].sum(axis=1)
    common = (n * r * c) ** 2 * 2 * tau**2 * (width / tau - 1 + np.exp(-width / tau)) if part == "common" else 0.0
    poisson = n * r * width
    assert found.mean() == pytest.approx(poisson, abs=5 * np.sqrt((poisson + 2 * common) / len(found)))
    assert found.var() == pytest.approx(poisson + common, rel=0.1)


def test_inputs_of_a_longer_run_begin_as_those_of_a_shorter_one():
    trains = Trains(50, 30.0, 20, 0.5, 0.02, seed=1)
    whole, short = (np.array(trains.spikes(duration)) for duration in (4.3, 1.7))
    np.testing.assert_array_equal(whole[:, whole[0] < 1.7], short)


def test_weights_drift_as_by_the_formula():
    """Inputs that do not move the neuron, which a current lets fire: dw/dt = (A_+ tau_+ - A_- tau_-) r_in r_out
    (Kempter, Gerstner, van Hemmen, Phys. Rev. E 59:4498, 1999, without the term of causal spikes).

    To five standard errors, and 2 % for the step: a spike counts to the end of its own.
    """
    model = PlasticInputs(
        N_E=2000,
        w_max=1e-9,
        w_I=0.0,
        A_plus=0.0003,
        ratio=1.5,
        tau_plus=15.0,
        tau_minus=30.0,
        correlated=0.0,
        samples=2,
    )
    stimulus = stimuli_of(model.port)["Constant"](amplitude=30.0)
    recording = Experiment.of(model, stimulus, {"duration": 20_000.0, "dt": 0.5}).run().recording
    [samples] = recording.weight_samples
    first, last = samples.weights[:, 0].numpy() / 1e-9
    inside = (first > 0.3) & (first < 0.9)  # those that come to no bound
    moved = (last - first)[inside]
    late = recording.spikes[len(recording.spikes) // 2 :]
    expected = 0.0003 * (0.015 - 1.5 * 0.030) * model.rate * int(late.sum())
    assert last[inside].min() > 0
    error = moved.std() / np.sqrt(len(moved))
    assert expected < -0.1
    assert moved.mean() == pytest.approx(expected, abs=5 * error + 0.02 * abs(expected))


def ran(key, **settings):
    experiment = PRESETS[key].experiment()
    for name, value in settings.items():
        setattr(experiment.settings, name, value)
    recording = experiment.run().recording
    return experiment.model, recording, recording.weight_samples[0].weights[:, 0].numpy() / experiment.model.w_max


def rate_of(recording, begin, end):
    """In Hz, between times in s."""
    steps = slice(round(1000 * begin / recording.dt), round(1000 * end / recording.dt))
    return int(recording.spikes[steps].sum()) / (end - begin)


def test_weights_become_bimodal_and_the_neuron_irregular():
    """Figures 2 and 3 of Song et al.: peaks at both bounds, and a CV near 1."""
    model, recording, weights = ran("song-2000-bimodal")
    low, high = (x[-1] for x in shares_at_bounds(weights, 1.0))
    assert low > 0.4 and high > 0.2 and low + high > 0.75, "of uniform weights each is 0.2"
    cv = variability(recording.spikes[len(recording.spikes) // 2 :].numpy(), recording.dt).cv[0]
    assert 0.8 < cv < 1.2
    assert weights.shape == (model.samples, model.N_E)


def test_twice_the_input_makes_hardly_another_rate():
    """Figure 4 of Song et al.: what a neuron does at first follows its input, and what it has learnt does not."""
    once, twice = (ran(key)[1] for key in ("song-2000-bimodal", "song-2000-rate"))
    assert rate_of(twice, 0, 2) > 1.6 * rate_of(once, 0, 2)
    assert rate_of(once, 50, 100) > 2 and abs(rate_of(twice, 50, 100) - rate_of(once, 50, 100)) < 8


@each_value(seed={str(seed): seed for seed in range(3)})
def test_correlated_inputs_win(seed):
    """At half of the step likewise, as the same spikes come: means of both groups to 0.1."""
    found = []
    for dt in (0.5, 0.25):
        model, _, weights = ran("song-2001-correlated", seed=seed, dt=dt, duration=50_000.0)
        found.append([weights[-1, : model.common].mean(), weights[-1, model.common :].mean()])
    assert found[0][0] > found[0][1] + 0.15
    assert found[1] == pytest.approx(found[0], abs=0.1)


def test_a_run_goes_on():
    experiment = Experiment.of(PlasticInputs(), None, {"duration": 2000.0, "dt": 1.0})
    first = experiment.run().recording
    again = experiment.run(resume=first).recording
    whole = Experiment.of(PlasticInputs(), None, {"duration": 4000.0, "dt": 1.0}).run().recording
    assert again.spikes.equal(whole.spikes[2000:])
    assert again.weights[0].equal(whole.weights[0])


def test_what_is_too_much_is_refused_in_words():
    with pytest.raises(ValueError, match=r"spikes would come in: at most 20,000,000 do; give a shorter duration"):
        Experiment.of(PlasticInputs(N_E=20_000, rate=1000.0), None, {"duration": 2000.0, "dt": 1.0}).fits()
    with pytest.raises(ValueError, match=r"PlasticInputs is not compiled for a browser: its weights learn"):
        portable_experiment(Experiment.of(PlasticInputs()))


def test_a_long_run_says_how_far_it_is_and_which_weights_there_are_so_far():
    parts, kept = [], []

    def told(part):
        parts.append(float(part))
        if part > 0.2 and not kept:
            kept.append(part.so_far().recording.weight_samples[0])

    whole = PRESETS["song-2000-bimodal"].experiment().job()(lambda: False, told).recording.weight_samples[0]
    assert len(parts) > 3 and parts == sorted(parts)
    [some] = kept
    assert 0 < len(some.time) < len(whole.time)
    assert some.weights.equal(whole.weights[: len(some.time)])
