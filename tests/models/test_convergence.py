"""Whether a run is converged: known shifts, what counts, what is said; random stimuli keep their realisation."""

import warnings

import numpy as np
import pytest
import torch

from snnlab.core import euler
from snnlab.engine import CoarseStep, Recording, longest_step
from snnlab.functional import LIFParameters
from snnlab.models import (
    ENCODERS,
    IAF,
    INTEGRATORS,
    LI,
    LIF,
    NETWORKS,
    NEURONS,
    PLASTICITY,
    PRESETS,
    STIMULI,
    AdEx,
    Constant,
    Convergence,
    Experiment,
    Izhikevich,
    Noise,
    PoissonSpikes,
    SpikeTrain,
    Step,
)
from snnlab.models.convergence import _Held, _judged, _up, is_random, with_step
from tests.engine.cases import textbook

pytestmark = pytest.mark.filterwarnings("ignore::snnlab.engine.CoarseStep")


def judged(model, stimulus=None, settings=None, initial=None, **more) -> Convergence:
    return Experiment.of(model, stimulus, settings, initial).converged(**more)


def test_shifts_are_those_of_two_runs():
    """By hand: the same experiment with dt and with half of it, one neuron without noise."""
    experiment = Experiment.of(LIF(), Step(amplitude=1.2), {"dt": 0.5, "neurons": 20, "noise": 0.3})
    found = experiment.converged()
    runs = [
        LIF().simulate(Step(amplitude=1.2), dt=dt, neurons=1, noise=0, duration=100).spike_times() for dt in (0.5, 0.25)
    ]
    assert found.spikes == tuple(map(len, runs))
    assert found.shift == np.abs(runs[0] - runs[1]).max() > 0
    assert found.dt == 0.5
    assert experiment.settings.dt == 0.5 and experiment.settings.neurons == 20, "the experiment stays as it was"


def test_a_result_at_hand_is_used():
    """The first neuron of a population is the one without noise."""
    experiment = Experiment.of(LIF(), Step(amplitude=1.5), {"dt": 0.5, "neurons": 5, "noise": 0.3})
    result = experiment.run()
    assert experiment.converged(result) == experiment.converged()
    other = Experiment.of(LIF(), Step(amplitude=3.0), {"dt": 0.5}).run()
    assert experiment.converged(other) != experiment.converged()
    experiment.settings.record = ("i",)
    assert experiment.converged(experiment.run()) == experiment.converged(result), "v is run again"


def test_a_perfect_integrator_is_late_by_its_steps():
    """Each interval waits for the end of a step: with 100/s, 10 ms are a hundred steps of 0.1, and no spike moves; a
    current of 97/s leaves parts of steps, which add up, but never to more than 1 %."""
    assert str(judged(IAF(), Constant(amplitude=99.0), {"dt": 0.1})) != "halving dt moves no spike"
    exact = judged(IAF(), Constant(amplitude=100.0001), {"dt": 0.1}, dtype=torch.float64)
    assert exact.converged and exact.shift <= 0.1
    assert judged(IAF(), Constant(amplitude=97.0), {"dt": 0.1}).converged


@pytest.mark.parametrize(
    ("amplitude", "dt", "interval"), [(1.5, 5.0, 10.986), (2.0, 2.5, 6.931), (3.0, 5.0, 4.055), (10.0, 0.1, 1.054)]
)
def test_a_long_step_does_not_pass_where_half_of_it_is_as_wrong(amplitude, dt, interval):
    """A LIF of tau 10 ms that fires each 10 ln(I / (I - 1)) ms: where its intervals end in the first half of a step,
    both runs make them as long, and no spike moves. The suggestion has them within 2 %."""
    assert interval == pytest.approx(10 * np.log(amplitude / (amplitude - 1)), abs=1e-3)
    experiment = Experiment.of(LIF(), Constant(amplitude=amplitude), {"dt": dt, "duration": 300})
    found = experiment.converged()
    assert found.spikes[0] == found.spikes[1] and found.shift == 0 and not found
    assert abs(np.diff(experiment.run().recording.spike_times()).mean() / interval - 1) > 0.04
    assert found.sentence.startswith("halving dt moves no spike, but each waits for the end of its step, some ")
    for _ in range(3):
        if not found:
            experiment.settings.dt = found.suggested
            found = experiment.converged()
    assert found
    assert np.diff(experiment.run().recording.spike_times()).mean() == pytest.approx(interval, rel=0.02)


SENTENCES = {
    "moves": (LIF(), Step(amplitude=1.3), {"dt": 0.1}, True, "halving dt moves spikes by at most 0.25 ms"),
    "no spike": (
        LIF(),
        Constant(amplitude=3.0),
        {"dt": 0.002, "duration": 4},
        True,
        "halving dt moves v by at most 4.1e-05",
    ),
    "counts": (LIF(tau_mem=5), Constant(amplitude=0.99), {"dt": 10}, False, "halving dt changes 10 spikes into 0: "),
    "one spike": (
        LIF(tau_mem=5),
        Constant(amplitude=0.99),
        {"dt": 10, "duration": 10},
        False,
        "changes 1 spike into 0: ",
    ),
    "silent": (LI(), Constant(amplitude=1.0), {"dt": 0.1}, True, "halving dt moves v by at most 0.0"),
    "silent, coarse": (LI(), Constant(amplitude=1.0), {"dt": 9}, False, "halving dt moves v by up to 0."),
    "at rest": (LI(), Constant(amplitude=0.0), {"dt": 0.1}, True, "halving dt moves nothing"),
    "units": (AdEx(), Constant(amplitude=10.0), {"dt": 0.1}, True, " mV"),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences(name):
    model, stimulus, settings, converged, words = SENTENCES[name]
    found = judged(model, stimulus, settings)
    assert (found.converged, bool(found)) == (converged, converged)
    assert words in str(found) == found.sentence
    assert ("take a smaller dt" in found.sentence) == (not converged) == (found.suggested is not None)


def test_spikes_that_are_not_there():
    """Ten spikes of a current below the rheobase: the artefacts go with half the step, and the suggestion has none."""
    experiment = Experiment.of(LIF(tau_mem=5.0), Constant(amplitude=0.9), {"dt": 10.0, "duration": 100})
    found = experiment.converged()
    assert found.spikes == (10, 0) and not found
    assert found.suggested == 2.5
    experiment.settings.dt = found.suggested
    assert experiment.converged().spikes == (0, 0)


def test_the_criterion():
    """A spike may move by a step, or by 1 % of its time: not by more, and no count may change but at the very end."""

    class Given:
        def __init__(self, dt, times):
            steps = torch.zeros(round(100 / dt), dtype=torch.bool)
            steps[[round(t / dt) - 1 for t in times]] = True
            self.failure, self.recording = None, Recording({"v": torch.zeros(len(steps))}, steps, dt)
            self.p = LIFParameters()

    def of(coarse, fine):
        experiment = Experiment.of(LIF(), Constant(), {"dt": 1.0, "duration": 100})
        return _judged(experiment, Given(1.0, coarse), Given(0.5, fine))

    assert of([10, 50], [9, 51]).converged
    assert not of([10, 50], [8.5, 51]).converged
    assert of([10], [10, 99.5]).converged and of([10, 100], [10]).converged
    assert not of([10], [10, 99.0]).converged
    assert not of([10], [10, 99.5, 100]).converged
    assert of([10, 50], [9, 51]).shift == 1.0
    assert of([10], [10]).sentence == "halving dt moves no spike"
    assert of([10, 60], [10, 70]).sentence.startswith(
        "halving dt moves spikes by up to 10 ms: take a smaller dt, 0.0625 ms"
    )


@pytest.mark.parametrize(
    ("value", "words"), [(156.0, "160"), (200.0, "200"), (1234.0, "1300"), (0.0123, "0.013"), (4.04e-5, "4.1e-05")]
)
def test_two_digits_rounded_up(value, words):
    assert _up(value) == words


def test_what_ceases_to_be_finite_is_not_converged():
    found = judged(LI(tau_mem=1), Constant(amplitude=-1e3), {"dt": 10, "duration": 1e3})
    assert not found and found.suggested == 0.5
    assert found.sentence.startswith("v ceases to be finite at ")


@pytest.mark.parametrize("name", [name for name, one in PRESETS.items() if one.robust is not None])
def test_a_preset_that_is_bound_to_its_step_says_so(name):
    preset = PRESETS[name]
    experiment = preset.experiment()
    found = experiment.converged()
    assert not found and found.suggested is None
    assert found.robust == preset.robust.id
    assert f"only with dt = {preset.settings['dt']:g} ms and staggered Euler; {preset.robust.name!r}" in str(found)
    assert str(found).endswith("shows it with any integrator, up to dt = 0.05 ms")
    experiment.model.a *= 1.01  # another model
    assert experiment.converged().robust is None


def test_suggestions_do():
    """Taken at most three times, they lead to a converged run: far from one, errors are not yet proportional to dt."""
    for name in ("adex-2008-a", "adex-2008-d", "izhikevich-2003-RS", "izhikevich-2003-TC", "lifadex-step"):
        experiment = PRESETS[name].experiment()
        experiment.settings.param.update(noise=0.0, neurons=1)
        before = experiment.converged()
        assert not before and before.suggested < experiment.settings.dt, name
        found = before
        for _ in range(3):
            if not found:
                experiment.settings.dt = found.suggested
                found = experiment.converged()
        assert found, (name, str(before), str(found))


# -- stimuli ---------------------------------------------------------------------------------------------------------


def test_which_stimuli_are_random():
    kinds = {"Noise": True, "PoissonSpikes": True, "Synaptic": True, "ExcitationInhibition": True}
    for name, kind in STIMULI.items():
        if kind.kind.port != "pairs":
            assert is_random(kind(), 500, 0.1) == kinds.get(name, False), name
    assert is_random(Step() + Noise(), 500, 0.1)


@pytest.mark.parametrize("steps", [40, 41])
def test_a_random_stimulus_keeps_its_realisation(steps):
    noise, spikes = Noise(sigma=0.5), PoissonSpikes(rate=500)
    coarse = noise.sample(20, 0.2, 3)
    fine = _Held(noise).sampler()(steps, 0.1, 3)["current"]
    assert len(fine) == steps
    assert torch.equal(fine[:40], coarse.repeat_interleave(2))
    few = spikes.sample(20, 0.2, 3)
    twice = _Held(spikes).sampler()(steps, 0.1, 3)["spikes"]
    assert torch.equal(twice[:40:2], few) and not twice[1:40:2].any()
    assert few.sum() > 0


def test_without_it_noise_would_be_another():
    """The same seed with half the step draws other numbers: the spikes of a run that is driven by them say nothing."""
    experiment = Experiment.of(LIF(), Noise(mean=0.9, sigma=0.8), {"dt": 0.05, "duration": 300, "seed": 4})
    held = experiment.converged()
    assert held.converged and held.spikes[0] >= 5
    times = [with_step(experiment, dt).run().recording.spike_times() for dt in (0.05, 0.025)]
    both = min(map(len, times))
    assert len(times[0]) != len(times[1]) or np.abs(times[0][:both] - times[1][:both]).max() > 10 * held.shift


def test_a_stimulus_that_is_none_is_sampled_anew():
    """A spike train lands on the finer grid: a train at 33 1/3 Hz is not on that of 0.4 ms."""
    experiment = Experiment.of(LIF(), SpikeTrain(rate=33, weight=4.0, spikes=3), {"dt": 0.4, "duration": 100})
    assert not is_random(experiment.stimulus, 250, 0.4)
    assert experiment.converged().spikes[0] == experiment.converged().spikes[1] > 0


# -- what it is for --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("integrator", INTEGRATORS)
def test_every_integrator(integrator):
    settings = {"dt": 0.1, "integrator": integrator, "duration": 60}
    found = judged(LIF(), Constant(amplitude=1.5), settings)
    assert found.converged and found.spikes[0] == 5


@pytest.mark.parametrize("kind", NEURONS.values(), ids=lambda kind: kind.__name__)
def test_every_neuron(kind):
    """With a step of 0.01 ms, everything but a neuron held for a number of steps; none raises."""
    found = judged(kind(), None, {"dt": 0.01, "duration": 60})
    assert isinstance(found, Convergence)
    if "rho_reset" not in kind.names():
        assert found.converged, str(found)


def test_other_families_are_refused_in_words():
    for kinds in (ENCODERS, PLASTICITY, NETWORKS):
        experiment = Experiment.of(next(iter(kinds.values()))())
        with pytest.raises(
            ValueError, match=r"model = \w+ is of the family '\w+': whether a run is converged is judged of"
        ):
            experiment.converged()


def test_the_smallest_step_cannot_be_halved():
    with pytest.raises(ValueError, match=r"dt = 0.001 ms cannot be halved: dt = 0.0005 is not allowed"):
        judged(LIF(), None, {"dt": 0.001, "duration": 5})


# -- the warning before a run ----------------------------------------------------------------------------------------


def warned(experiment) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        experiment.run()
    return [str(one.message) for one in found if one.category is CoarseStep]


def test_models_warn_in_milliseconds():
    (text,) = warned(Experiment.of(LIF(tau_mem=5), Constant(amplitude=0.9), {"dt": 10}))
    assert text == (
        "dt = 10 ms is longer than half of tau_mem = 5 ms: spikes may be artefacts of the step; take at most 2.5 ms"
    )
    assert warned(Experiment.of(LIF(tau_mem=5), Constant(amplitude=0.9), {"dt": 2.5})) == []
    with pytest.warns(CoarseStep, match="half of tau_mem = 5 ms") as found:
        LIF(tau_mem=5).simulate(dt=5)
    assert found[0].filename == __file__


def test_the_step_that_was_given_is_spoken_of_where_it_is_cut():
    (text,) = warned(Experiment.of(LIF(tau_mem=1), Constant(amplitude=0.9), {"dt": 10, "integrator": "Euler, dt / 10"}))
    assert text == (
        "dt = 10 ms, cut into 10 steps, is longer than 10 times half of tau_mem = 1 ms: spikes may be artefacts of the "
        "step; take at most 5 ms"
    )


def test_a_result_of_something_else_is_refused():
    experiment = Experiment.of(LIF(), Step(), {"dt": 0.1, "duration": 20})
    result = experiment.run()
    for given, words in (
        (result.recording, "result is a Recording: give what run"),
        (experiment.run(resume=result), "result begins at 20 ms, going on from another"),
        (with_step(experiment, 0.2).run(), "result has steps of 0.2 ms, the experiment has 0.1 ms"),
    ):
        with pytest.raises(ValueError, match=words):
            experiment.converged(given)


def test_chaos_is_said_and_no_smaller_step_advised():
    found = PRESETS["adex-2008-h"].experiment().converged()
    assert not found and (found.suggested, found.robust) == (None, None)
    assert str(found).endswith(": " + PRESETS["adex-2008-h"].bound)


@pytest.mark.parametrize("kind", NEURONS.values(), ids=lambda kind: kind.__name__)
def test_every_model_warns_of_three_time_constants(kind):
    """Under spikes, where it takes them: then all that decays has a part in it."""
    model = kind()
    p = model.neuron.parameters(**textbook(model.neuron))
    longest = 1000 * longest_step(model.neuron, p, advance=INTEGRATORS["Euler"].advance(model.neuron))
    if longest == float("inf"):  # a perfect integrator
        return
    stimulus = None if model.port.jump is None else SpikeTrain()
    for share, count in ((6.0, 1), (1.0, 0)):
        dt = min(share * longest, 10.0)  # ms, the longest there is
        count = count if dt > longest else 0
        if count or share == 1.0:
            settings = {"dt": dt, "duration": 100, "neurons": 1, "integrator": "Euler"}
            assert len(warned(Experiment.of(model.copy(), stimulus, settings))) == count


def test_no_default_and_no_preset_warns():
    """By its longest step where its run begins, with each integrator; the presets of networks by a short run.

    Of neurons whose own integrator is another than Euler's, with that which the preset has: at 0.05 ms, HindmarshRose
    and the bursts of Burster are coarse for Euler's.
    """
    for name, preset in PRESETS.items():
        experiment = preset.experiment()
        if experiment.model.family == "network" and name.startswith("brunel"):
            continue  # below, by night: ten thousand neurons
        if experiment.model.family != "neuron":
            experiment.settings.duration = 20
            assert warned(experiment) == [], name
            continue
        model, initial, step = experiment.model, experiment.initial, experiment.settings.dt
        state = None if initial.at_rest else model.neuron.state(*initial.values().values())
        experiment.settings.duration = 1
        p = experiment.run().p
        own = {experiment.settings.integrator}
        for integrator in INTEGRATORS if model.neuron.advance is euler else own:
            method = INTEGRATORS[integrator]
            spikes = "spikes" in experiment.stimulus.ports
            longest = longest_step(model.neuron, p, state, method.advance(model.neuron), spikes)
            assert step / method.cuts <= 1000 * longest, (name, integrator)
    for kind in NEURONS.values():
        assert warned(Experiment.of(kind(), None, {"duration": 5})) == []


@pytest.mark.nightly
@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_warns_when_it_is_run(name):
    assert warned(PRESETS[name].experiment()) == []


def test_a_step_of_izhikevich_at_his_own_is_not_too_long():
    assert warned(Experiment.of(Izhikevich(), None, {"dt": 0.5})) == []
    assert len(warned(Experiment.of(Izhikevich(), None, {"dt": 1.0}))) == 1
