"""Nothing depends on dt that should not: dt is halved twice for every neuron, stimulus, rule, encoder and network.

Deterministic runs must converge, the second halving moving less than the first, and towards something: an effect that
is proportional to dt would lose half of itself in each halving. Runs by chance, and those of recurrent networks, which
make any difference a large one, must keep mean and variance, within five standard errors of the seeds that are stated.
What is bound to its step says so (`Preset.bound`) and is left out.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from snnlab.models import KINDS, NETWORKS, NEURONS, PRESETS, STIMULI, Part, Segment
from snnlab.testing.stimuli import charge

CHANCE = {"Noise", "Synaptic", "PoissonSpikes", "ExcitationInhibition", "PoissonPair"}
DRAWN = {"FeedForward", "Brunel", "Synfire", "LSNNetwork", "PopulationReadout"}  # by encoder, noise, or recurrent
FIRST = 5  # spikes that are looked at
LEFT = 0.02  # of the time since the onset, that the second halving still moves a spike by
ROUGH = 0.1  # for Izhikevich's neurons at his own steps, of which a spike takes two or three
COARSE = {"izhikevich-2003-TC-burst"}  # from 0.25 to 0.125 ms its burst moves less than in the next halving
SHORT = {"brunel-2000-A": 50.0, "brunel-2000-B": 50.0, "brunel-2000-C": 50.0, "brunel-2000-D": 100.0}  # ms
SHORT |= {"readout-quiet": 4000.0}  # long, for it spikes once a second
FREE = {key: preset for key, preset in PRESETS.items() if not preset.bound and preset.model.family != "surrogate"}


def parts(stimulus):
    return {stimulus.kind.name}.union(*map(parts, stimulus.parts))


def by_chance(preset):
    experiment = preset.experiment()
    definition = preset.model.definition
    drawn = preset.model.family == "encoder" and definition.neuron is None
    return drawn or definition.name in DRAWN or bool(parts(experiment.stimulus) & CHANCE)


EXACT = {key: preset for key, preset in FREE.items() if not by_chance(preset)}
RANDOM = {key: preset for key, preset in FREE.items() if by_chance(preset)}
RULES = {key: preset for key, preset in EXACT.items() if preset.model.family == "plasticity"}
SPIKING = {key: preset for key, preset in EXACT.items() if key not in RULES}


def held(preset):
    """Whether it is under voltage clamp, where nothing spikes."""
    return preset.model.family == "neuron" and preset.model.neuron.imposed is not None


def recording(preset, halvings, **settings):
    """Of a single neuron without noise, where it is one."""
    experiment = preset.experiment()
    if preset.model.family == "neuron":
        settings = {"neurons": 1} | ({} if held(preset) else {"noise": 0.0}) | settings
    experiment.settings.param.update(dt=experiment.settings.dt / 2**halvings, **settings)
    return experiment.run(torch.float64).recording


# ---- what is deterministic ------------------------------------------------------------------------------------------


def check_spikes(preset):
    """The first five spikes of a neuron move by less at the second halving than at the first.

    By the largest of their shifts. A spike is seen at the end of its step, so that the n-th has lost n parts of steps,
    half of a step in the mean, up to a whole one: of (n + 1) / 2 of them there is no less.
    """
    begin = 1 if preset.id in COARSE else 0
    experiment = preset.experiment()
    dt, onset = experiment.settings.dt / 2**begin, experiment.stimulus.begins
    rough = ROUGH if preset.id.startswith("izhikevich") else LEFT
    runs = [recording(preset, begin + halvings) for halvings in range(3)]
    for neuron in range(min(10, runs[0].size)):
        coarse, middle, fine = (run.spike_times(neuron)[:FIRST] for run in runs)
        assert len(middle) == len(fine)
        n = min(len(coarse), len(fine))
        first, second = np.abs(coarse[:n] - middle[:n]), np.abs(middle[:n] - fine[:n])
        assert second.max(initial=0) <= max(first.max(initial=0), (n + 1) * dt / 2) + 1e-9
        since = fine[:n] - (onset if (fine > onset).all() else 0.0)
        assert (second <= rough * since + np.arange(1, n + 1) * dt / 2).all()


def check_variables(preset, ratio=0.75, left=0.05):
    """What is recorded at the same times differs by less, but for rounding, and by little of what it does."""
    runs = [recording(preset, halvings) for halvings in range(3)]
    for name in runs[0].variables:
        values = [run.variables[name].reshape(len(run.spikes), -1)[2**k - 1 :: 2**k, 0] for k, run in enumerate(runs)]
        first, second = ((one - other).abs().max().item() for one, other in pairwise(values))
        assert second <= ratio * first + 1e-9, name
        assert second <= left * (values[-1].max() - values[-1].min()).item() + 1e-9, name
    return runs


def check_rule(preset):
    """Traces as above; what pairs of spikes do to a weight is the same at every dt."""
    runs = check_variables(preset)
    if "w" in runs[0].variables:
        ends = [run.variables["w"][-1].item() for run in runs]
        assert ends == pytest.approx([ends[0]] * 3, rel=1e-12)
        assert abs(ends[0] - 0.5) > 0.01


BRIEF = ["lif-step", "lifrefrac-constant", "cobalif-constant", "adex-2008-b", "izhikevich-2004-A", "lif-recorded"]
BRIEF += ["lifadexencoder-constant", "latency-constant", "population-step"]


@pytest.mark.parametrize("key", BRIEF)
def test_spikes_converge(key):
    check_spikes(SPIKING[key])


@pytest.mark.nightly
@pytest.mark.parametrize("key", SPIKING)
def test_all_spikes_converge(key):
    check = check_variables if held(SPIKING[key]) else check_spikes
    check(SPIKING[key])


@pytest.mark.parametrize("key", ["li-pulsetrain", "lif-below", "izhikevich-2003-RZ"])
def test_voltages_without_spikes_converge(key):
    check_variables(SPIKING[key])


@pytest.mark.parametrize("key", ["stdp-anti-hebbian-multiplicative", "stp-depressing", "correlationsensor-pairs"])
def test_rules_converge(key):
    check_rule(RULES[key])


@pytest.mark.nightly
@pytest.mark.parametrize("key", RULES)
def test_all_rules_converge(key):
    check_rule(RULES[key])


# ---- what is by chance ----------------------------------------------------------------------------------------------


def same_distribution(samples, bias=0.0):
    """Mean and variance of samples [S] at each dt, to five standard errors of their differences, and a bias."""
    for one, other in pairwise(map(np.asarray, samples)):
        n = len(one)
        spread = math.sqrt((one.var(ddof=1) + other.var(ddof=1)) / n)
        assert abs(one.mean() - other.mean()) <= 5 * spread + bias * abs(other.mean())
        if one.var() and other.var():
            # the logarithm of a variance of n normal numbers has the deviation sqrt(2 / (n - 1))
            assert abs(math.log(one.var() / other.var())) <= 5 * math.sqrt(2 * 2 / (n - 1))


def check_chance(key, seeds):
    """Spikes of a run of each seed; Euler's own error, and a step until a spike is seen, are up to 2 % of them."""
    preset = RANDOM[key]
    settings = {"duration": SHORT[key]} if key in SHORT else {}
    counts = [
        [int((recording(preset, halvings, seed=seed, **settings).spikes[..., -1:] != 0).sum()) for seed in range(seeds)]
        if preset.model.family == "plasticity"
        else [int((recording(preset, halvings, seed=seed, **settings).spikes != 0).sum()) for seed in range(seeds)]
        for halvings in range(3)
    ]
    assert np.mean(counts) > 3
    same_distribution(counts, bias=0.02)


@pytest.mark.parametrize("key", ["lif-fluctuations", "poisson-constant", "feed-forward-sine", "lsnn-memory"])
def test_chance_is_the_same(key):
    """Seeds 0 to 7."""
    check_chance(key, 8)


@pytest.mark.nightly
@pytest.mark.parametrize("key", RANDOM)
def test_all_chance_is_the_same(key):
    """Seeds 0 to 19, of Brunel's networks, which have 12,500 neurons, 0 to 2."""
    check_chance(key, 3 if key in SHORT else 20)


def test_all_presets_are_looked_at():
    assert len(SPIKING) + len(RULES) + len(RANDOM) == len(FREE)
    left_out = {key for key, preset in PRESETS.items() if preset.bound}
    bound = {f"izhikevich-2004-{letter}" for letter in "ILPQT"} | {"adex-2008-h", "hindmarshrose-chaos"}
    assert left_out == bound | {key for key in PRESETS if key.startswith("song-")}


# ---- stimuli --------------------------------------------------------------------------------------------------------


SOURCES = {
    "Table": ((0, 0), (20.5, 1), (60, -0.5)),
    "Protocol": (Segment(5.0, 30.0, 1.0), Segment(25.3, 60.0, 0.0, 0.02)),
    "Trains": ((5.0, 0), (20.5, 1), (50.0, 0)),
    "Sum": (STIMULI["Sine"](), STIMULI["Step"](onset=3.3)),
    "Sequence": (Part(STIMULI["Ramp"](), 33.0), Part(STIMULI["Chirp"](), 0.0)),
}
KNOWN = {kind.name: STIMULI[kind.name](source=SOURCES.get(kind.name)) for kind in KINDS}
GIVEN = [name for name in KNOWN if name not in CHANCE]


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("dt", [0.5, 0.2])
def test_stimuli_converge(name, dt):
    """Those with a source too; none is next to nothing."""
    assert charge(KNOWN[name], dt) >= 1


@pytest.mark.parametrize("name", ["Noise", "Synaptic"])
def test_currents_by_chance_keep_their_moments(name):
    """Mean and deviation of 20 runs of 20 s, seeds 0 to 19; of each run, these are one number."""
    means, deviations = [], []
    for dt in (2.0, 1.0, 0.5):
        runs = [KNOWN[name].sample(round(20_000 / dt), dt, seed).numpy() for seed in range(20)]
        means.append([run[round(100 / dt) :].mean() for run in runs])
        deviations.append([run[round(100 / dt) :].std() for run in runs])
    same_distribution(means)
    same_distribution(deviations)


def test_spikes_by_chance_keep_their_rate():
    """Seeds 0 to 39."""
    drawn, steps = KNOWN["PoissonSpikes"].sample, (2.0, 1.0, 0.5)
    counts = [[drawn(round(2000 / dt), dt, seed).sum().item() for seed in range(40)] for dt in steps]
    same_distribution(counts)
    assert np.mean(counts) == pytest.approx(100, abs=5 * math.sqrt(100 / 120))


# ---- noise of populations -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tau", [0.0, 3.0])
def test_noise_means_the_same_at_every_dt(tau):
    """White noise of 0.3 over 1 ms leaves the deviation 0.3 sqrt(1 ms / (2 tau)) of a membrane; one seed, 400 neurons.

    Five standard errors of the deviation of as many independent values, and Euler's own dt / (4 tau).
    """
    exact = 0.3 * math.sqrt(1 / 20 if tau == 0 else tau / (tau + 10))
    silent = STIMULI["Constant"](amplitude=0.0)
    for dt in (1.0, 0.5, 0.25, 0.1):
        model = NETWORKS["Population"](cell=NEURONS["LI"](), size=400, spread=0.0, noise=0.3, noise_tau=tau)
        v = model.simulate(silent, duration=400, dt=dt, watched=400).variables["v"][round(100 / dt) :]
        independent = 400 * 300 / (2 * (10 + tau))
        tolerance = 5 / math.sqrt(2 * independent) + dt / (4 * 10)
        assert v.std().item() == pytest.approx(exact, rel=tolerance)


def test_noise_of_a_neuron_means_the_same_at_every_dt():
    """Seed 0, one neuron for 40 s: the noise that a run has by itself."""
    exact = 0.3 * math.sqrt(3 / 13)
    for dt in (1.0, 0.5, 0.25):
        run = NEURONS["LI"]().simulate(STIMULI["Constant"](amplitude=0.0), duration=40_000, dt=dt, noise=0.3)
        tolerance = 5 / math.sqrt(2 * 40_000 / 26) + dt / 40
        assert run.variables["v"].std().item() == pytest.approx(exact, rel=tolerance)
