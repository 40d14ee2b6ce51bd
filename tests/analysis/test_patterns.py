"""The classifier against the published patterns, their neighbours, other neurons, and spikes made by hand.

What a run shows is decided independently by the checks of the reference (`data/izhikevich_2004.json`), as they are
evaluated in `models/test_izhikevich_patterns.py`.
"""

import itertools
import re
from functools import cache

import numpy as np
import pytest
import torch

from snnlab.analysis.intervals import groups
from snnlab.analysis.patterns import SIGNATURES, Verdict, classify, pattern_of, signs
from snnlab.analysis.response import Response, pieces
from snnlab.engine import simulate
from snnlab.models import INTEGRATORS, NEURONS, PRESETS, STIMULI, Experiment
from tests.models.test_izhikevich_patterns import CASES, CHECKS

SIZE = 0.05  # of a neighbour's distance
RANDOM = 12  # neighbours a pattern, besides those that differ in one value
LETTERS = "ABCDEFGHIJKLMNOPQRST"


def alone(experiment):
    """The result of one neuron without noise."""
    experiment.settings.param.update(neurons=1, noise=0.0)
    return experiment.run()


@cache
def published(name):
    return alone(PRESETS[f"izhikevich-2004-{name}"].experiment())


def given(result):
    """(times, current, v, dt) of a result."""
    v = result.recording.variables["v"][:, 0].numpy()
    return result.recording.spike_times(), result.current[: len(v)].numpy(), v, result.recording.dt


# ---- the twenty ----------------------------------------------------------------------------------------------------


def test_letters_and_names_are_those_of_the_figure():
    assert "".join(s.letter for s in SIGNATURES) == LETTERS
    assert {s.letter: s.pattern for s in SIGNATURES} == {letter: CASES[letter]["name"] for letter in LETTERS}


@pytest.mark.parametrize("name", CASES)
def test_published_patterns_and_robust_variants(name):
    verdict = pattern_of(published(name))
    assert (verdict.letter, verdict.pattern) == (name[0], CASES[name]["name"])
    assert len(verdict.reasons) >= 3
    assert all(re.search(r"\d|no spikes", reason) for reason in verdict.reasons[:3]), "reasons have numbers"


@pytest.mark.parametrize("name", CASES)
def test_only_one_pattern_has_all_its_signs(name):
    """And every other that the same current may show is named with what speaks against it."""
    times, current, v, dt = given(published(name))
    r = Response(times, v, dt, pieces(current, dt), (0.0, len(v) * dt))
    judged = {s.letter: signs(s, r) for s in SIGNATURES if re.fullmatch(s.forms, r.letters)}
    assert [letter for letter, found in judged.items() if all(sign.there for sign in found)] == [name[0]]
    verdict = pattern_of(published(name))
    assert len(verdict.others) == min(len(judged) - 1, 3)
    assert all(other.against == judged[other.letter][-1].words for other in verdict.others)


@pytest.mark.parametrize("name", CASES)
def test_neither_units_nor_the_speed_of_time_matter(name):
    """No time of the figure is known to it, nor any voltage or current."""
    times, current, v, dt = given(published(name))
    for faster in (0.2, 7.0):
        found = classify(times * faster, 3 * current, 0.5 * v + 100, dt * faster)
        assert found.letter == name[0]
    assert classify(times, current + 5.0, v, dt).letter == name[0], "another base"
    assert classify(times, current.astype(np.float32), v.astype(np.float32), dt).letter == name[0]


@pytest.mark.parametrize("name", ["P", "Q", "T"])
def test_patterns_that_plain_euler_loses_are_not_found(name):
    experiment = PRESETS[f"izhikevich-2004-{name}"].experiment()
    experiment.settings.integrator = "Euler"
    assert pattern_of(alone(experiment)).letter != name


# ---- their neighbours ----------------------------------------------------------------------------------------------


def amplitudes(preset):
    """The currents of a preset that are not zero, each once: equal pulses stay equal."""
    if hasattr(preset.stimulus, "kind"):
        names = ("amplitude", "base", "start", "end")
        values = [preset.stimulus.values.get(name, 0.0) for name in names]
    else:
        values = [value for segment in preset.stimulus for value in (segment.value, segment.slope)]
    return list(dict.fromkeys(value for value in values if value))


def driven(preset, factors):
    """The current [T] with its amplitudes scaled."""
    scaled = {value: value * factor for value, factor in zip(amplitudes(preset), factors)} | {0.0: 0.0}
    experiment = preset.experiment()
    if hasattr(preset.stimulus, "kind"):
        changed = {
            n: scaled[x] for n, x in preset.stimulus.values.items() if n in ("amplitude", "base", "start", "end")
        }
        experiment.stimulus.param.update(**changed)
    else:
        experiment.stimulus.source = tuple(
            s._replace(value=scaled[s.value], slope=scaled[s.slope]) for s in preset.stimulus
        )
    return experiment.stimulus.sample(experiment.steps, experiment.settings.dt)


def factors_around(count, generator):
    """Every one of `count` values up and down alone, then random combinations: [n, count]."""
    single = [np.where(np.arange(count) == k, 1 + way * SIZE, 1.0) for k in range(count) for way in (-1, 1)]
    return np.vstack([single, generator.uniform(1 - SIZE, 1 + SIZE, (RANDOM, count))])


@cache
def neighbours(name):
    """[(times, current, v, dt)] of neurons and stimuli around a published one, run as one population."""
    preset = PRESETS[f"izhikevich-2004-{name}"]
    experiment = preset.experiment()
    neuron, dt = experiment.model.neuron, experiment.settings.dt
    around = factors_around(4 + len(amplitudes(preset)), np.random.default_rng(ord(name[0])))
    p = experiment.model.p(torch.float32)
    p = p._replace(**{n: getattr(p, n) * torch.tensor(around[:, k], dtype=torch.float32) for k, n in enumerate("abcd")})
    current = torch.stack([driven(preset, row[4:]) for row in around], dim=1)
    state = type(experiment.initial.taken())(
        *(torch.full((len(around),), float(value)) for value in experiment.initial.taken())
    )
    advance = INTEGRATORS[experiment.settings.integrator].advance(neuron)
    run = simulate(neuron, current=current.float(), p=p, state=state, dt=dt / 1000, advance=advance)
    v = run.variables["v"].numpy()
    return [(run.spike_times(k), current[:, k].numpy(), v[:, k], dt) for k in range(len(around))]


def persists(name, times, v, dt):
    """Whether the checks of the reference hold, whose times are those of the start of a step."""
    s, t = times - dt, np.arange(len(v)) * dt
    if name == "E" and (np.diff(s)[2:] <= 12).any():  # its predicate has this in words, its checks do not
        return False
    if not len(s) or (len(s) < 3 and any("isi" in rule["check"] for rule in CASES[name]["checks"])):
        return False
    return all(CHECKS[rule["check"]](rule, s, v, t) for rule in CASES[name]["checks"])


@pytest.mark.parametrize("name", CASES)
def test_neighbours_that_still_show_the_pattern(name):
    """a, b, c, d and the currents 5 % up and down; few of P's and K's neighbours keep their pattern."""
    kept = [run for run in neighbours(name) if persists(name, run[0], run[2], run[3])]
    assert len(kept) >= 2
    found = [classify(*run) for run in kept]
    assert {verdict.letter for verdict in found} == {name[0]}, [v for v in found if v.letter != name[0]]


def test_a_burst_that_comes_again_is_no_mixed_mode():
    """Neighbours of E with c nearer to threshold fire doublets; checks with gaps of 8 ms let some of them pass."""
    times = np.cumsum([20.25, 2.75, 4.0, 40.25, 8.75, 43.5, 11.0])
    assert step_of(times, length=140.0).letter == "C"


# ---- other neurons -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("izhikevich-2003-RS", "A"),  # 18.5, then equal intervals of 45.5 ms
        ("izhikevich-2003-IB", "E"),
        ("izhikevich-2003-CH", "C"),
        ("izhikevich-2003-FS", "A"),
        ("izhikevich-2003-LTS", "F"),
        ("adex-2008-a", "A"),
        ("adex-2008-b", "F"),
        ("adex-2008-c", "E"),  # an initial burst, then single spikes
        ("adex-2008-d", "C"),
        ("adex-2008-e", "accelerating firing"),  # none of the twenty
        ("adex-2008-f", "C"),
        ("adex-2008-g", "B"),  # transient spiking
        ("adex-2008-h", "irregular firing"),  # none of the twenty
        ("lif-step", "A"),
        ("lif-constant", "A"),
        ("lifadex-step", "F"),
        ("lifadexrefrac-step", "F"),  # from 8 to 11.4 ms
        ("lsnn-constant", "F"),
        ("eif-constant", "A"),
        ("lif-below", "silent"),
        ("lif-fluctuations", "irregular firing"),
        ("lif-recorded", "accelerating firing"),  # on a ramp that begins above the threshold, so that it has no class
    ],
)
def test_other_neurons_under_their_current(key, expected):
    verdict = pattern_of(alone(PRESETS[key].experiment()))
    assert (verdict.letter or verdict.pattern) == expected


@pytest.mark.parametrize("letter", "abcdefgh")
def test_adex_presets_have_the_name_of_their_paper_or_the_verdict_says_it(letter):
    """Naud et al. have names of their own: each word of theirs but the delay is in the verdict's, or in `also`."""
    preset = PRESETS[f"adex-2008-{letter}"]
    verdict = pattern_of(alone(preset.experiment()))
    said = f"{verdict.pattern} {verdict.also}".split()
    assert set(preset.name.lower().split()) - {"delayed", "spiking"} <= set(said)


@pytest.mark.parametrize(("neuron", "end"), [("LIF", 3.0), ("LIFEx", 3.0), ("EIF", 50.0), ("AdEx", 500.0)])
@pytest.mark.parametrize("length", [270.0, 500.0])
def test_integrators_on_a_ramp_are_class_1(neuron, end, length):
    """Their f-I curves begin at zero."""
    model = NEURONS[neuron]()
    ramp = STIMULI["Ramp"](start=0.0, end=end, onset=20.0, length=length)
    assert pattern_of(alone(Experiment.of(model, ramp, {"duration": length + 50.0}))).letter == "G"


def test_whatever_is_run_gets_an_answer():
    for key, preset in PRESETS.items():
        experiment = preset.experiment()
        if {"neurons", "noise"} <= experiment.settings.values().keys():
            assert pattern_of(alone(experiment)).reasons[0].startswith(("the current: ", "g: ")), key


# ---- spikes made by hand -------------------------------------------------------------------------------------------

DT = 0.25


def step_of(times, length=180.0, onset=20.0, after=0.0, dt=DT) -> Verdict:
    current = np.repeat([0.0, 1.0, 0.0], [round(x / dt) for x in (onset, length, after)])
    return classify(times, current, np.zeros(len(current)), dt)


def train(*isi, first=30.0):
    return np.cumsum([first, *isi])


@pytest.mark.parametrize(
    ("isi", "letter"),
    [
        ([20] * 8, "A"),
        ([4, 15] + [27.5] * 4, "A"),  # a doublet, as in figure 1A
        ([3, 5, 40, 32, 32, 32], "E"),  # a burst and the pause after it, as in 1E
        ([3, 5, 32, 32, 32, 32], "E"),
        ([2, 3, 5, 22, 29, 36, 43], "F"),
        ([10, 14, 19, 25, 32, 40], "F"),
        ([20, 20, 20, 21, 22, 23.5, 24.5], ""),  # neither equal nor a quarter longer
        ([20, 18, 16, 15, 14, 13.5, 13, 12.5, 12, 11.5], ""),  # it speeds up
        ([3, 4, 40] * 3 + [3, 4], "C"),
        ([3, 4, 5], "D"),
        ([15, 16, 17], "D"),  # 122 ms of silence
        ([], "B"),
        ([10, 20, 10, 30, 10, 25, 15, 20], ""),  # irregular
    ],
)
def test_intervals_decide_under_a_step(isi, letter):
    assert step_of(train(*isi)).letter == letter


def test_firing_before_the_step_is_no_answer_to_it():
    verdict = step_of(train(*[20] * 9, first=10.0))
    assert (verdict.pattern, verdict.letter) == ("regular firing", "")
    assert verdict.sentence.endswith("all equal. It fires before the stimulus, too: 1 spike.")
    assert verdict.others[0].against == "1 spike before the current changes at 20 ms"


@pytest.mark.parametrize(("latency", "letter"), [(20.0, "B"), (60.0, "B"), (100.0, "")])
def test_one_spike_is_phasic_if_the_next_would_have_come(latency, letter):
    """In a step of 180 ms, a neuron that takes 100 ms to fire may just be slow."""
    assert step_of([20.0 + latency]).letter == letter


def test_the_step_may_end_before_the_run():
    assert step_of(train(*[20] * 7), length=150.0, after=80.0).letter == "A"
    assert step_of(train(3, 4, 5), length=150.0, after=80.0).letter == "D"


RATES = {"class 1": lambda t: 0.012 * np.sqrt(t), "class 2": lambda t: 0.05 + 0.0003 * t}  # 1/ms, at t from the onset


@pytest.mark.parametrize(("rate", "letter"), [("class 1", "G"), ("class 2", "H")])
@pytest.mark.parametrize("steepness", [0.5, 1.0, 2.0])
def test_ramps_tell_a_rate_from_zero_from_one_that_jumps(rate, letter, steepness):
    """Spikes where the integral of the rate is a whole number; 60 ms of the ramp are below threshold."""
    t = np.arange(0.0, 240.0, 0.01)
    phase = np.cumsum(RATES[rate](t * steepness)) * 0.01 + (0.5 if rate == "class 1" else 1.0)
    times = 80.0 + t[1:][np.diff(np.floor(phase)) > 0]
    current = np.concatenate([np.zeros(round(20 / DT)), np.linspace(0, 5, round(300 / DT))])
    assert classify(times, current, np.zeros(len(current)), DT).letter == letter


def pulses_at(times, onsets, width=3.0, run=400.0, heights=None):
    t = np.arange(round(run / DT)) * DT
    current = np.zeros(len(t))
    for onset, height in zip(onsets, heights or [1.0] * len(onsets)):
        current[(t >= onset) & (t < onset + width)] = height
    return classify(times, current, np.zeros(len(t)), DT)


@pytest.mark.parametrize(
    ("times", "letter"),
    [([345.0], "K"), ([65.0], "L"), ([65.0, 345.0], ""), ([305.0], ""), ([45.0, 65.0], "")],
)
def test_pairs_of_pulses(times, letter):
    """Pairs 20 and 40 ms apart; a pulse that fires alone says nothing about the pair."""
    assert pulses_at(times, [40.0, 60.0, 300.0, 340.0]).letter == letter


def test_pairs_of_pulses_must_be_equal():
    assert pulses_at([345.0], [40.0, 60.0, 300.0, 340.0], heights=[1, 1, 1, 1.5]).letter == ""


@pytest.mark.parametrize(
    ("times", "letter"),
    [([225.0], "O"), ([50.0, 225.0], ""), ([205.0], ""), ([225.0, 232.0], "O")],
)
def test_a_pulse_that_fires_after_inhibition_only(times, letter):
    assert pulses_at(times, [40.0, 200.0, 220.0], heights=[1, -2, 1]).letter == letter


def test_a_weaker_pulse_shows_no_lowered_threshold():
    assert pulses_at([225.0], [40.0, 200.0, 220.0], heights=[0.5, -2, 1]).letter == ""


@pytest.mark.parametrize(
    ("times", "second", "letter"),
    [
        (np.arange(50.0, 200.0, 20.0), 1.0, "P"),
        (np.arange(50.0, 200.0, 20.0), -1.0, "P"),
        (np.arange(50.0, 380.0, 20.0), 1.0, ""),  # it goes on
        (np.arange(50.0, 120.0, 20.0), 1.0, ""),  # it stops by itself
        ([50.0], 1.0, ""),
    ],
)
def test_bistability(times, second, letter):
    assert pulses_at(times, [40.0, 200.0], heights=[1.0, second]).letter == letter


@pytest.mark.parametrize(
    ("times", "letter"),
    [
        (np.arange(80.0, 250.0, 30.0), "S"),
        ([80, 83, 86, 150, 153, 156, 220, 223], "T"),
        ([*np.arange(80.0, 250.0, 30.0), 300.0], ""),
        ([30.0, *np.arange(80.0, 250.0, 30.0)], ""),
        ([270.0], "M"),
        ([260.0, 263.0, 266.0], "N"),
        (np.arange(260.0, 400.0, 20.0), ""),  # it goes on
    ],
)
def test_a_lowered_current(times, letter):
    current = np.repeat([8.0, 7.5, 8.0], [round(x / DT) for x in (50, 200, 150)])
    assert classify(times, current, np.zeros(len(current)), DT).letter == letter


def test_inhibition_from_the_beginning_shows_no_change():
    current = np.repeat([-1.0, 0.0], [800, 200])
    assert classify(np.arange(20.0, 200.0, 30.0), current, np.zeros(1000), DT).letter == ""


@pytest.mark.parametrize(("at", "letter"), [(220.0, "R"), (90.0, ""), (250.0, "")])
def test_accommodation(at, letter):
    """A ramp to 10 in 100 ms, one to 5 in 10 ms, and one as slow as the first."""
    parts = [np.linspace(0, 10, 400), np.zeros(400), np.linspace(0, 5, 40), np.zeros(60), np.linspace(0, 10, 400)]
    current = np.concatenate(parts)
    assert classify([at], current, np.zeros(len(current)), DT).letter == letter


def after_a_pulse(v_after, at=15.0):
    """A pulse from 10 to 12 ms, a spike, and this voltage from then on; rest at -70."""
    v = np.concatenate([np.full(round(at / DT) - 1, -70.0), [30.0], v_after])
    current = np.zeros(len(v))
    current[round(10 / DT) : round(12 / DT)] = 1.0
    return classify([at], current, v, DT)


T = np.arange(0, 200, DT)


@pytest.mark.parametrize(
    ("v", "at", "letter"),
    [
        (-70 - 5 * np.exp(-T / 20), 18.0, "I"),
        (-70 - 5 * np.exp(-T / 20), 12.5, ""),
        (-70 - 5 * np.exp(-T / 20) + 0.001 * (-1) ** np.arange(len(T)), 18.0, "I"),  # rounding, as of float32
        (-70 - 5 * np.exp(-T / 60) * np.cos(T / 10), 12.5, "J"),  # three swings and more
        (-70 - 5 * np.exp(-T / 60) * np.cos(T / 10), 18.0, "J"),
        (-70 + 40 * np.exp(-T / 8) * (1 - np.exp(-(T + 1) / 3)), 12.5, "Q"),  # up to -59, down to rest
        (-60 - 10 * (1 - np.exp(-T / 8)), 12.5, ""),  # no hump
        (-80 + 10 * T / 200, 12.5, ""),  # still rising at the end
    ],
)
def test_the_voltage_after_a_pulse(v, at, letter):
    assert after_a_pulse(v, at).letter == letter


# ---- the current ---------------------------------------------------------------------------------------------------


def forms(current, dt=1.0):
    return "".join(piece.letter for piece in pieces(np.asarray(current, float), dt))


@pytest.mark.parametrize(
    ("values", "counts", "expected"),
    [
        ([0, 1], [20, 80], "S"),
        ([0, 1, 0], [20, 60, 20], "S"),
        ([0, 1, 0], [20, 10, 70], "P"),
        ([0, 1, 0], [20, 1, 79], "P"),
        ([0, 1, 0, 1, 0], [20, 1, 1, 1, 77], "PP"),
        ([5, 4, 5], [20, 60, 20], "s"),
        ([5, 4, 6, 5], [20, 10, 10, 60], "pP"),
        ([1], [100], "S"),
        ([-1], [100], "s"),
        ([0], [100], ""),
        ([3, 0], [50, 50], "S"),  # on from the beginning, then off
        ([-3, 0], [20, 80], "p"),
    ],
)
def test_pieces_of_levels(values, counts, expected):
    assert forms(np.repeat(values, counts)) == expected


def test_pieces_have_their_times_and_heights():
    (up, down) = pieces(np.repeat([1.0, 3.0, 1.0, 0.5, 1.0], [20, 40, 200, 100, 40]), dt=0.5)
    assert up == (10.0, 30.0, 2.0, 0.0, True)
    assert down == (130.0, 180.0, -0.5, 0.0, False)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("steps", [50, 3000, 150_000])
def test_ramps_are_found_at_any_resolution(dtype, steps):
    """20 in 150 000 steps is 1e-4 a step, a hundred times what float32 rounds at 20."""
    rise = np.linspace(0, 20, steps, endpoint=False)
    current = np.concatenate([np.zeros(steps // 5), rise, np.full(steps // 2, 20.0)]).astype(dtype)
    ramp, hold = pieces(current, dt=0.1)
    assert ramp.slope == pytest.approx(20 / (steps * 0.1), rel=1e-4)  # the sum of roundings over the ramp
    assert (ramp.start, hold.start) == pytest.approx((steps // 5 * 0.1, steps * 1.2 * 0.1), abs=0.11)
    assert hold.height == 20.0


def test_a_current_that_is_held_over_finer_steps_is_the_same():
    """As an integrator with ten steps to each dt sees it."""
    for name in LETTERS:
        _, current, _, dt = given(published(name))
        coarse, fine = pieces(current, dt), pieces(np.repeat(current, 10), dt / 10)
        assert np.allclose(coarse, fine, rtol=0, atol=1e-9)


def test_noise_is_none_of_it():
    assert pieces(np.random.default_rng(1).normal(size=1000), dt=0.1) is None
    assert pieces(np.sin(np.arange(2000) / 100), dt=0.1) is None


@pytest.mark.parametrize(
    ("isi", "sizes"),
    [
        ([], [1]),
        ([5], [1, 1]),
        ([10, 10, 10], [1, 1, 1, 1]),
        ([2, 50, 2, 50, 2], [2, 2, 2]),
        ([2, 3, 2, 50], [4, 1]),
        ([4, 7, 28, 3, 4, 10, 4, 32, 3], [1] * 10),  # 28 is no gap, being less than 3 and a half times 10
        ([4, 7, 28, 3, 4, 7, 4, 28, 3], [3, 5, 2]),
        ([3, 4, 3, 20, 3, 4, 3], [1] * 8),  # a single pause has to be 6 times as long
        ([3, 4, 3, 25, 3, 4, 3], [4, 4]),
        ([10, 25, 12, 24], [1, 1, 1, 1, 1]),  # not four times as long
    ],
)
def test_groups_are_told_apart_by_their_intervals(isi, sizes):
    assert [len(group) for group in groups(train(*isi))] == sizes


# ---- what is asked -------------------------------------------------------------------------------------------------


def test_silence_is_an_answer():
    verdict = step_of([])
    reasons = ("the current: a step of +1 from 20 to 200 ms", "no spikes in 200 ms")
    assert verdict == Verdict("silent", "", reasons, sentence="Silent: no spikes in 200 ms.")


def test_spikes_without_a_current_are_none_of_the_twenty():
    verdict = classify([10.0, 20.0], np.zeros(100), np.zeros(100), 1.0)
    assert (verdict.pattern, verdict.letter, verdict.others) == ("transient firing", "", ())
    assert verdict.reasons[0] == "the current: none"
    assert verdict.sentence == "2 spikes 10 to 20 ms after the onset, then silence."


def test_any_spikes_get_an_answer():
    """Few spikes at random times, among them the first and the last, under every form of current up to four pieces."""
    generator = np.random.default_rng(3)
    step = {"P": [1.0] * 5, "p": [-1.0] * 5, "S": [1.0] * 60, "s": [-1.0] * 60, "R": list(range(1, 31))}
    for form in itertools.chain.from_iterable(itertools.product(step, repeat=n) for n in range(5)):
        current = np.array([0.0] * 10 + [x for letter in form for x in [*step[letter], *[0.0] * 8]])
        for n in (1, 2, 6):
            at = generator.choice(np.arange(1, len(current) + 1), n, replace=False)
            at[0] = generator.choice([1, len(current), at[0]])
            v = generator.normal(size=len(current))
            verdict = classify(np.unique(at).astype(float), current, v, 1.0)
            assert verdict.reasons


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dt": 0.0}, "dt = 0 is not allowed"),
        ({"v": np.zeros(99)}, "current has 100 steps and v has 99: give as many of both"),
        ({"v": np.zeros(0), "current": np.zeros(0)}, "give as many of both, at least one"),
        ({"v": np.full(100, np.nan)}, r"v\[0\] = nan is not finite"),
        ({"current": np.zeros((100, 2))}, r"current has shape \(100, 2\)"),
        ({"times": [20.0, 10.0]}, "times must ascend"),
        ({"times": [101.0]}, "times has 101 ms: give times from 0 to 100 ms"),
    ],
)
def test_what_cannot_be_judged_is_said(change, words):
    given = {"times": [10.0], "current": np.zeros(100), "v": np.zeros(100), "dt": 1.0}
    with pytest.raises(ValueError, match=words):
        classify(**given | change)


def test_the_voltage_must_have_been_recorded():
    experiment = PRESETS["izhikevich-2004-A"].experiment()
    experiment.settings.record = ("u",)
    with pytest.raises(ValueError, match="v is not among the recorded variables u: record it as well"):
        pattern_of(alone(experiment))
