"""Rhythms: names that random, regular and made-up trains get, of how many, and that no reason says what is not so."""

import re
from collections import Counter

import numpy as np
import pytest
import torch

from snnlab.analysis import classify, pattern_of
from snnlab.analysis.intervals import drift, groups, rising
from snnlab.analysis.patterns import SIGNATURES
from snnlab.analysis.response import Response, pieces
from snnlab.analysis.rhythm import rhythm
from snnlab.engine import simulate
from snnlab.models import LIF, NEURONS, Chirp, Constant, Experiment, Izhikevich, Noise, PoissonSpikes, Sine, Step
from tests.analysis.test_patterns import CASES, given, neighbours, published

STEP = np.repeat([0.0, 1.0, 0.0], [50, 900, 50])  # ms


def verdict_of(times, current=STEP):
    return classify(times, current, np.zeros(len(current)), 1.0)


def made(isi, first=60.0):
    return np.cumsum([first, *isi])


def under_a_step(isi, end=None):
    """Spikes at these intervals from 10 ms after its onset; it ends at `end`, or when the next spike would come."""
    times = made(isi)
    end = times[-1] + isi[-1] / 2 if end is None else end
    return verdict_of(times, np.repeat([0.0, 1.0, 0.0], [50, round(end) - 50, 50]))


# ---- by chance -----------------------------------------------------------------------------------------------------


def poisson_train(seed):
    """20 to 80 spikes anywhere in the step."""
    random = np.random.default_rng(seed)
    return np.unique(random.uniform(51, 949, random.integers(20, 81)))


def clock_with_jitter(seed, of_intervals):
    """20 to 80 spikes at equal intervals but for 3 % of them, which add up or not."""
    random = np.random.default_rng(seed)
    n = random.integers(20, 81)
    interval = 880 / n
    jitter = 0.03 * interval * random.normal(size=n)
    times = 55 + interval * np.arange(1, n + 1) + (jitter.cumsum() if of_intervals else jitter)
    return times[times < 949]


def test_random_spikes_are_irregular_and_never_burst():
    found = Counter(verdict_of(poisson_train(seed)).pattern for seed in range(200))
    assert found["irregular firing"] >= 190
    assert not any("burst" in name or name == "mixed mode" for name in found)


@pytest.mark.nightly
def test_thousands_of_random_trains_are_irregular():
    """A gap that looks like one between bursts comes once in ten thousand trains, see `intervals.wanted`."""
    found = Counter(verdict_of(poisson_train(seed)).pattern for seed in range(1000, 21_000))
    assert found["irregular firing"] >= 0.999 * 20_000
    assert sum(n for name, n in found.items() if "burst" in name or name == "mixed mode") <= 10


@pytest.mark.parametrize("of_intervals", [True, False], ids=["of intervals", "of spikes"])
def test_a_clock_with_jitter_is_tonic(of_intervals):
    found = Counter(verdict_of(clock_with_jitter(seed, of_intervals)).pattern for seed in range(200))
    assert found["tonic spiking"] >= 195


@pytest.mark.parametrize(
    ("cv", "name"), [(0.02, "tonic spiking"), (0.2, "slightly irregular firing"), (0.6, "irregular firing")]
)
def test_the_more_intervals_scatter_the_less_regular_they_are(cv, name):
    """Intervals from a gamma distribution, whose CV is 1 / sqrt(shape)."""
    trains = [np.random.default_rng(seed).gamma(cv**-2, 20 * cv**2, 40) for seed in range(100)]
    assert Counter(under_a_step(isi).pattern for isi in trains)[name] >= 95


# ---- by hand -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("isi", "name"),
    [
        ([20] * 40, "tonic spiking"),
        (np.linspace(20, 24, 40), "weakly adapting firing"),
        (np.linspace(24, 20, 40), "weakly accelerating firing"),
        (np.linspace(20, 30, 30), "spike frequency adaptation"),
        (np.linspace(30, 20, 30), "accelerating firing"),
        ([4, 5, 7, 12] + [20] * 30, "spike frequency adaptation"),  # a long plateau does not hide it
        ([4, 10] * 30, "period-2 firing"),
        ([5, 9, 14] * 20, "period-3 firing"),
        ([5, 12, 8, 15] * 15, "period-4 firing"),
        ([3, 2, 3, 40] * 12, "tonic bursting"),
        ([3, 30] * 20, "tonic bursting"),  # doublets
        ([5, 9, 12, 8, 6, 4, 24] + [2.5, 3.2, 4.4, 24.3] * 12, "tonic bursting"),  # after a while
        ([2, 3, 60] + [50] * 14, "mixed mode"),
        ([3] + [50] * 16, "mixed mode"),
        (20 + 8 * np.sin(np.arange(40) / 4), "modulated firing"),
        ([10, 20, 10, 30, 11, 25, 15, 21, 34, 12, 9, 28] * 3, "irregular firing"),
    ],
)
def test_names(isi, name):
    verdict = under_a_step(isi)
    assert verdict.pattern == name
    assert bool(verdict.letter) == (name in {s.pattern for s in SIGNATURES})


@pytest.mark.parametrize(
    ("isi", "name"),
    [
        ([3, 3, 3], "phasic bursting"),
        ([10, 14, 30], "phasic bursting"),
        ([40, 60, 150], "transient firing"),  # silence of 640 ms is 4 times the longest
        ([11] * 30, "transient firing"),  # it lasts too long to be a burst
        ([200], "transient firing"),  # two spikes are no burst,
        ([52], "transient firing"),  # however far apart,
        ([3], "transient firing"),  # or close
        ([], "phasic spiking"),
    ],
)
def test_names_of_what_ceases(isi, name):
    """A step of 900 ms."""
    assert under_a_step(isi, end=950).pattern == name


@pytest.mark.parametrize(
    ("isi", "end", "sentence"),
    [
        ([11] * 30, None, "Fires regularly: intervals of 11 ms, all equal."),
        ([11.2, 10.8] * 15, None, "Fires regularly: intervals of 11 ms, equal to 2 %."),
        ([5, 8] + [20] * 40, None, "After 2 shorter intervals it fires regularly: intervals of 20 ms, all equal."),
        ([20, 22, 24, 26, 28], None, "Slows down: intervals grow from 20 to 28 ms."),
        (np.linspace(20, 24, 40), None, "Slows down a little: intervals grow from 20 to 24 ms."),
        (np.linspace(30, 20, 30), None, "Speeds up: intervals shrink from 30 to 20 ms."),
        ([4, 10] * 60, None, "Fires with 2 intervals that come again and again: 4, 10 ms."),
        ([3, 2, 3, 40] * 18, None, "Fires in bursts of 4 spikes, with silences of 40 ms between them."),
        ([2, 3, 60] + [50] * 14, None, "A burst of 3 spikes at first, then single spikes every 50 ms."),
        ([3, 2, 3, 2], 950, "One burst of 5 spikes, then silence."),
        ([200], 950, "2 spikes 10 to 210 ms after the onset, then silence."),
        ([], 950, "One spike after 10 ms, then silence."),
        ([90], 200, "2 spikes 90 ms apart: too few for a rhythm."),
        ([60, 85], 250, "3 spikes at intervals of 60, 85 ms: too few for a rhythm."),
    ],
)
def test_sentences(isi, end, sentence):
    assert under_a_step(isi, end).sentence == sentence


def test_a_rhythm_takes_any_number_of_spikes():
    for n in range(6):
        found = rhythm(np.arange(1, n + 1) * 30.0, 10.0, 200.0, 0.1)
        assert found.sentence.endswith(".") and found.evidence


def test_growth_is_more_than_its_scatter():
    """Intervals that scatter by 9 % may grow by a quarter by chance; half as long again is no chance."""
    random = np.random.default_rng(4)
    noise = 1 + 0.09 * random.normal(size=60)
    assert drift(20 * noise, 0.1).growth == 1.0
    assert drift(np.linspace(20, 34, 60) * noise, 0.1).strong
    assert (np.diff(rising(noise)) >= 0).all()


def test_a_group_of_one_interval():
    assert [len(group) for group in groups(np.array([3.0]))] == [1]


# ---- while a neuron is driven --------------------------------------------------------------------------------------


def of(model, stimulus, **settings):
    experiment = Experiment.of(model, stimulus, {"duration": 1000.0, "neurons": 1, "noise": 0.0, **settings})
    return pattern_of(experiment.run())


def test_noise_has_a_rhythm():
    verdict = of(LIF(), Noise(mean=0.7, sigma=0.6, tau=2.0), duration=4000.0)
    assert (verdict.pattern, verdict.letter) == ("irregular firing", "")
    assert re.search(r"intervals from .* ms \(CV 0\.\d\d; a clock has 0, chance 1\)\.$", verdict.sentence)
    weak = of(LIF(), Noise(mean=2.0, sigma=0.03, tau=2.0))
    assert weak.pattern == "regular firing"


def test_noise_under_a_step_counts_while_the_step_lasts():
    """From 100 to 400 of 1000 ms: silence after the step is none of its rhythm."""
    step = Step(amplitude=1.5, onset=100.0, length=300.0) + Noise(mean=0.0, sigma=0.02, tau=2.0)
    assert step.ends == 400.0
    assert of(LIF(), step).pattern == "regular firing"


@pytest.mark.parametrize(
    "stimulus", [Sine(mean=1.5, amplitude=0.4, frequency=3.0), Chirp(mean=1.3, amplitude=0.2, last=10.0)]
)
def test_a_wave_modulates_firing(stimulus):
    assert of(LIF(), stimulus).pattern == "modulated firing"


def test_spikes_that_drive_a_neuron_leave_a_rhythm():
    assert of(LIF(), PoissonSpikes(rate=200.0, weight=1.0)).pattern == "irregular firing"


def test_a_neuron_that_fires_by_itself_has_a_rhythm_too():
    """Before a step, during which it fires faster; and alone, without any current."""
    spontaneous = Izhikevich(a=0.02, b=0.27, c=-65.0, d=6.0)
    assert of(spontaneous, Constant(amplitude=0.0)).pattern == "regular firing"
    under_a_step = of(spontaneous, Step(amplitude=8.0, onset=300.0, length=600.0))
    assert under_a_step.letter == ""
    assert under_a_step.pattern is not None
    assert "It fires before the stimulus, too" in under_a_step.sentence
    stopped = of(spontaneous, Step(amplitude=-20.0, onset=300.0, length=700.0))
    assert stopped.sentence.startswith("Silent: no spikes in 700 ms. It fires before the stimulus alone")


def test_a_pulse_may_start_what_goes_on():
    current = np.repeat([0.0, 1.0, 0.0], [50, 5, 945])
    assert verdict_of(np.arange(60.0, 990.0, 20.0), current).pattern == "regular firing"
    assert verdict_of([60.0, 63, 66, 69], current).pattern == "single burst"


# ---- two hundred neurons -------------------------------------------------------------------------------------------


RANGES = {
    "AdEx": {"C": (80, 250), "g_L": (5, 20), "E_L": (-75, -55), "a": (-12, 12), "tau_w": (20, 300), "b": (0, 120)},
    "Izhikevich": {"a": (0.01, 0.15), "b": (0.1, 0.25), "c": (-68, -45), "d": (0.05, 8)},
}
RANGES["AdEx"]["V_r"] = (-60, -45)
CURRENTS = {"AdEx": (100, 600), "Izhikevich": (2, 20)}


def random_neurons(name, seed, count):
    """Neurons around all that is published as one population: parameters and currents [count]."""
    random = np.random.default_rng(seed)
    values = [{key: random.uniform(*span) for key, span in RANGES[name].items()} for _ in range(count)]
    each = [NEURONS[name](**one).p(torch.float64) for one in values]
    p = each[0]._replace(
        **{key: torch.stack([getattr(one, key) for one in each]) for key in each[0]._fields if key in RANGES[name]}
    )
    return NEURONS[name].neuron, p, torch.tensor(random.uniform(*CURRENTS[name], count))


def verdicts_of_random_neurons(name, seed, count, dt):
    """(verdict, spike times) of each under its step from 50 to 450 of 500 ms."""
    neuron, p, current = random_neurons(name, seed, count)
    on = torch.zeros(round(500 / dt), 1, dtype=torch.float64)
    on[round(50 / dt) : round(450 / dt)] = 1
    run = simulate(neuron, current=on * current, p=p, dt=dt / 1000)
    return [(pattern_of(run, on[:, 0] * current[k], neuron=k), run.spike_times(k)) for k in range(count)]


def agrees(name, times):
    """Whether the spikes of a step from 50 to 450 ms are what a rhythm says, by other measures than its own."""
    inside = times[(times > 50) & (times <= 450)]
    isi = np.diff(inside)
    late = isi[len(isi) // 2 :]
    ratios = np.sort(isi)[1:] / np.sort(isi)[:-1] if len(isi) > 1 else np.zeros(1)
    held = {
        "silent": lambda: not len(inside),
        "phasic spiking": lambda: len(inside) == 1,
        "phasic bursting": lambda: len(inside) > 2 and isi.max() < (450 - inside[-1]) / 4,
        "transient firing": lambda: len(inside) > 1 and isi.max() < (450 - inside[-1]) / 2.5,
        "tonic spiking": lambda: late.std() < 0.12 * late.mean() + 0.1,
        "spike frequency adaptation": lambda: isi[-1] > 1.2 * isi[0],
        "weakly adapting firing": lambda: isi[-1] > isi[0] and np.polyfit(np.arange(len(isi)), isi, 1)[0] > 0,
        "accelerating firing": lambda: isi[-1] < isi[0] / 1.2,
        "weakly accelerating firing": lambda: isi[-1] < isi[0],
        "tonic bursting": lambda: (isi > 2.9 * np.median(isi[isi < isi.max() / 3])).sum() >= 1 and ratios.max() > 1.3,
        "mixed mode": lambda: isi[0] < isi[-1] / 3 and late.std() < 0.12 * late.mean(),
        "period-2 firing": lambda: np.abs(late[2:] - late[:-2]).max() < 0.5 * np.abs(np.diff(late)).min() + 0.2,
        "irregular firing": lambda: isi.std() >= 0.3 * isi.mean(),
    }
    held["adapting firing"], held["bursting"] = held["spike frequency adaptation"], held["tonic bursting"]
    held["regular firing"] = held["tonic spiking"]
    return held.get(name, lambda: True)()


@pytest.mark.parametrize("name", ["AdEx", "Izhikevich"])
def test_random_neurons_have_sensible_verdicts_that_half_the_step_does_not_change(name):
    """A hundred of each: 95 keep theirs, the others lie between two names, or are chaotic."""
    coarse, fine = (verdicts_of_random_neurons(name, 7, 100, dt) for dt in (0.1, 0.05))
    same = sum(a.pattern == b.pattern for (a, _), (b, _) in zip(coarse, fine))
    assert same >= 95
    unnamed = [times for verdict, times in coarse if verdict.pattern is None]
    assert len(unnamed) <= 5 and all(len(times) <= 3 for times in unnamed)
    assert [(v.pattern, np.diff(times).round(2)) for v, times in coarse if not agrees(v.pattern, times)] == []
    assert len({verdict.pattern for verdict, _ in coarse}) >= 6


# ---- what is said is so --------------------------------------------------------------------------------------------


def template(words):
    return re.sub(r"\d+(\.\d+)?", "#", words).replace("no spikes", "# spikes").replace("# spikes", "# spike")


def test_a_sign_that_is_there_has_other_words_than_one_that_is_not():
    """All signs, on all that is published and its neighbours: no criterion is printed that is missed."""
    words = {True: {}, False: {}}
    for name in CASES:
        for times, current, v, dt in (given(published(name)), *neighbours(name)):
            found = pieces(current, dt)
            r = Response(times, v, dt, found, (0.0, len(v) * dt))
            for signature in SIGNATURES:
                if not len(times) or not re.fullmatch(signature.forms, r.letters):
                    continue
                for condition in signature.signs:
                    sign = condition(r)
                    bracket = re.search(r"\(.*\)$", sign.words)
                    if bracket:
                        words[sign.there].setdefault(template(bracket[0]), set()).add(condition)
                    if not sign.there:
                        break
    # the sign that another is not there has the other's words, and what there is instead of a rhythm has its own
    others = ("no.", "rhythm_is.")
    negated = {condition for s in SIGNATURES for condition in s.signs if condition.__qualname__.startswith(others)}
    both = [
        text
        for text in words[True].keys() & words[False].keys()
        if (words[True][text] - negated) & (words[False][text] - negated)
    ]
    assert both == []
    assert len(words[True]) > 10 and len(words[False]) > 5


def test_class_2_is_not_explained_by_what_class_1_needs():
    """0.90 of the first is not "below 0.81"."""
    reason = pattern_of(published("H")).reasons[-1]
    assert "the second is 0.90 of the first (0.81 or more: the rate begins high)" in reason
    reason = pattern_of(published("G")).reasons[-1]
    assert "the second is 0.76 of the first (below 0.81: the rate begins near zero)" in reason


LIMIT = re.compile(r"([\d.]+)[^\d(]*\((at least|at most|less than|more than) ([\d.]+)")


@pytest.mark.parametrize("seed", range(5))
def test_limits_in_reasons_hold(seed):
    """What stands before (at least x) is at least x, for whatever rhythm; both are rounded."""
    random = np.random.default_rng(seed)
    chance = random.exponential(20, 40)
    kinds = ([20] * 30, np.linspace(20, 40, 20), [3, 3, 40] * 9, chance, [4, 9, 3], [3, 4, 80, 60, 60, 60])
    found = []
    for isi in kinds:
        for reason in under_a_step(np.asarray(isi) * random.uniform(0.95, 1.05, len(isi))).reasons:
            found += [(reason, float(value), word, float(limit)) for value, word, limit in LIMIT.findall(reason)]
    assert len(found) > 5
    for reason, value, word, limit in found:
        more = word in ("at least", "more than")
        assert value >= 0.99 * limit if more else value <= 1.01 * limit, reason
