"""What a person tries first works, or the error says what does."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

import snnlab
from snnlab import models
from snnlab.engine import memory
from snnlab.models import (
    ENCODERS,
    NETWORKS,
    NEURONS,
    PLASTICITY,
    STIMULI,
    Experiment,
    stimuli_of,
    suited,
)
from snnlab.models.limits import MAX_STEPS, MAX_VALUES

LIF, ADEX = NEURONS["LIF"], NEURONS["AdEx"]
QUIET = {"neurons": 1, "noise": 0.0}


# ---------------------------------------------------------------- names


def test_the_package_offers_what_models_has():
    for name in ("Experiment", "LIF", "AdEx", "Step", "Noise", "Population", "NEURONS", "read"):
        assert getattr(snnlab, name) is getattr(models, name)
        assert name in dir(snnlab)
    assert snnlab.modules.LIFCell
    assert snnlab.Recording is type(snnlab.LIF().simulate(duration=5))
    from snnlab import LIF as imported

    assert imported is LIF


@pytest.mark.parametrize("name", ["Lif", "Nothing", "__wrapped__", "param", "knobs", "torch"])
def test_the_package_has_nothing_else(name):
    with pytest.raises(AttributeError, match=f"module 'snnlab' has no attribute '{name}'"):
        getattr(snnlab, name)


def test_a_model_says_how_it_is_run():
    with pytest.raises(AttributeError, match=r"LIF has no run: LIF\(...\).simulate\(...\) runs it"):
        _ = LIF().run
    with pytest.raises(AttributeError, match=r"the attribute of LIF 'tau' is not known: did you mean tau_mem\?"):
        _ = LIF().tau
    assert not hasattr(LIF(), "_nothing")
    assert pickle.loads(pickle.dumps(LIF(tau_mem=20))).tau_mem == copy.copy(LIF(tau_mem=20)).tau_mem == 20


# ---------------------------------------------------------------- experiments


@pytest.mark.parametrize("model", [LIF, ADEX, ENCODERS["Poisson"], PLASTICITY["STDP"], NETWORKS["Population"]])
def test_an_experiment_is_made_of_a_model(model):
    made, of = Experiment(model()), Experiment.of(model())
    assert made.diff(of) == {}
    assert made.stimulus is not of.stimulus


def test_an_experiment_is_made_of_what_differs():
    step = STIMULI["Step"](amplitude=1.5)
    made = Experiment(LIF(), step, {"dt": 0.2}, {"v": 0.5})
    assert made.diff(Experiment.of(LIF(), step, {"dt": 0.2}, {"v": 0.5})) == {}
    assert made.stimulus is not step
    assert made.initial.values() == {"v": 0.5, "i": 0.0}
    again = Experiment(made.model, made.stimulus, made.settings, made.initial)  # as they are
    assert (again.stimulus, again.settings, again.initial) == (made.stimulus, made.settings, made.initial)
    assert replace(made, model=LIF(tau_mem=20)).settings is made.settings
    for other in (copy.copy(made), pickle.loads(pickle.dumps(made)), made.copy()):
        assert other.diff(made) == {}
    with pytest.raises(AttributeError):
        made.model = LIF()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((LIF,), "model is the class LIF: give a model"),
        ((LIF(), 3), "stimulus is an int: give a stimulus"),
        ((LIF(), None, 5), "settings = 5 is not allowed: give a dictionary of values by name"),
        ((LIF(), None, {"dt": -1}), "dt = -1 is not allowed"),
        ((LIF(), None, None, 5), "initial = 5 is not allowed: give a dictionary"),
    ],
    ids=str,
)
def test_what_is_no_experiment(given, words):
    with pytest.raises(ValueError, match=words):
        Experiment(*given)


def test_inner_models_by_position():
    population = NETWORKS["Population"](ADEX(b=60), size=3)
    assert (type(population.cell), population.cell.b, population.size) == (ADEX, 60.0, 3)
    layer = NETWORKS["FeedForward"](ADEX(), ENCODERS["Latency"]())
    assert (type(layer.cell), type(layer.encoder)) == (ADEX, ENCODERS["Latency"])
    for given in ((5,), (LIF(), LIF()), (ENCODERS["Poisson"](),), (LIF,)):
        with pytest.raises(TypeError, match=r"give parameters by name, and cell=..., a model of the family 'neuron'"):
            NETWORKS["Population"](*given)
    with pytest.raises(TypeError, match=r"Brunel is given a LIF without a name: give parameters by name$"):
        NETWORKS["Brunel"](LIF())


# ---------------------------------------------------------------- arrays


X = np.random.default_rng(0).uniform(0, 3, 500)


@pytest.mark.parametrize("given", [X, torch.as_tensor(X), X.tolist(), tuple(X)], ids=lambda x: type(x).__name__)
def test_an_array_is_a_current_in_the_models_unit(given):
    """One value a step, as it is: the length is that of the run."""
    result = Experiment(LIF(), given, QUIET | {"dt": 0.2}).run(torch.float64)
    assert np.array_equal(result.current.numpy(), X)
    assert result.recording.time[-1] == pytest.approx(100.0)
    held = LIF().simulate(given, **QUIET, dt=0.2, dtype=torch.float64)
    assert torch.equal(held.variables["v"], result.recording.variables["v"])


@pytest.mark.parametrize("dt", [0.1, 0.3, 0.025, 0.0123, 10.0])
def test_an_array_lies_on_the_grid_of_any_step(dt):
    experiment = Experiment(ADEX(), 100 * X, QUIET | {"dt": dt})
    assert experiment.steps == 500
    assert np.array_equal(experiment.stimulus.sample(500, dt).numpy(), 100 * X)


def test_an_experiment_with_an_array_is_data():
    """A table, so it goes into JSON and into a link, and comes back."""
    experiment = Experiment(LIF(), X[:50], QUIET)
    for again in (Experiment.from_json(experiment.to_json()), Experiment.from_query(experiment.to_query())):
        assert again.diff(experiment) == {}
        assert torch.equal(again.run().recording.variables["v"], experiment.run().recording.variables["v"])


@pytest.mark.parametrize("model", [ENCODERS["Latency"], NETWORKS["Population"], NETWORKS["LSNNetwork"]])
def test_arrays_drive_other_families(model):
    settings = {"watched": 1} if model.family == "network" else {}
    result = Experiment(model(), X / 3, settings | {"dt": 0.2}).run()
    assert np.array_equal(result.current.numpy(), X / 3)


@pytest.mark.parametrize(
    ("model", "given", "settings", "words"),
    [
        (LIF(), X, {"duration": 100, "dt": 0.1}, "stimulus has 500 values, and a duration of 100 ms is 1,000 steps"),
        (LIF(), X[:, None], {}, r"stimulus is an ndarray of shape \(500, 1\): give a row of finite numbers, one for"),
        (LIF(), [], {}, "stimulus is a list: give a row of finite numbers"),
        (LIF(), [1.0, float("nan")], {}, r"stimulus\[1\] = nan is not allowed: give finite numbers$"),
        (LIF(), [float("inf"), 1.0, float("nan")], {}, r"stimulus\[0\] = inf .* and 1 more are not finite$"),
        (LIF(), ["1 pA"], {}, "stimulus is a list: give a row of finite numbers"),
        (LIF(), [[1.0], [1.0, 2.0]], {}, "stimulus is a list of shape"),
        (LIF(), X[:3], {}, "stimulus has 3 values, which are 0.3 ms in steps of 0.1 ms: a run lasts 1 to 1e"),
        (LIF(), torch.ones(50, requires_grad=True), {}, "stimulus wants a gradient, and none passes through a model"),
        (PLASTICITY["STDP"](), X, {}, "stimulus is an ndarray, which would be a current: STDP takes none"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_arrays_that_are_no_stimulus(model, given, settings, words):
    with pytest.raises(ValueError, match=words):
        Experiment(model, given, settings)


@pytest.mark.parametrize("made", [pd.Series, xr.DataArray], ids=["Series", "DataArray"])
def test_arrays_of_other_libraries(made):
    expected = LIF().simulate(X, dt=0.2)
    assert torch.equal(LIF().simulate(made(X), dt=0.2).variables["v"], expected.variables["v"])


def test_a_tensor_drives_a_model_where_no_gradient_is_asked():
    with torch.no_grad():
        assert len(LIF().simulate(torch.ones(50, requires_grad=True)).spikes) == 50


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"current": 1.5}, r"current is not known: the stimulus comes first, simulate\(Constant\(amplitude=1.5\)\)"),
        ({"spikes": 1.5}, "spikes is not known: the stimulus comes first"),
        ({"steps": 100}, "steps is not known: give a duration in ms"),
        ({"p": None}, "p is not known: a model has its parameters"),
        ({"state": None}, "state is not known: give initial"),
        ({"record": None}, r"record = None is not allowed: give a list of v, i \(none named: all\); snnlab.simulate"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_arguments_that_a_model_has_elsewhere(given, words):
    with pytest.raises(ValueError, match=words):
        LIF().simulate(**given)


def test_a_name_of_the_functional_layer():
    for call in (
        lambda: models.LIFRefrac(rho_reset=20),
        lambda: Experiment.from_query("v=2&neuron=LIFRefrac&rho_reset=20"),
    ):
        with pytest.raises(ValueError, match=r"'rho_reset' is not known: did you mean t_ref\?"):
            call()


def test_a_stimulus_by_position():
    with pytest.raises(TypeError, match=r"give parameters by name: Step\(amplitude=5\)"):
        STIMULI["Step"](5)


# ---------------------------------------------------------------- arithmetic


CURRENTS = [name for name, kind in STIMULI.items() if kind().ports == {"current"}]


def sampled(stimulus):
    return stimulus.sample(600, 0.25, seed=3).numpy()


@pytest.mark.parametrize("port", [LIF().port, ADEX().port, models.STIMULI["Step"].drives], ids=["1", "pA", "any"])
@pytest.mark.parametrize("name", CURRENTS)
def test_stimuli_and_numbers(name, port):
    """To the digits of a value, which are fifteen; what has a sign changes it with all of its values."""
    source = {"Table": ((5.0, 1.0), (60.0, 2.0)), "Protocol": ((3.0, 9.0, 1.5), (20.0, 40.0, 0.5, 0.1))}
    stimulus = stimuli_of(port)[name](**({"source": source[name]} if name in source else {}))
    x = sampled(stimulus)
    for made, expected in (
        (2 * stimulus, 2 * x),
        (stimulus * np.float64(0.3), 0.3 * x),
        (np.float32(2) * stimulus, 2 * x),
        (stimulus / 4, x / 4),
        (1.5 * (2 * stimulus), 3 * x),
    ):
        assert type(made) is type(stimulus)
        np.testing.assert_allclose(sampled(made), expected, rtol=1e-13, atol=1e-13)
    if name != "Noise":
        np.testing.assert_allclose(sampled(-stimulus), -x, rtol=1e-13, atol=1e-13)
    first = stimulus.sampler()
    for made, more in (
        (stimulus + 2, 2),
        (2 + stimulus, 2),
        (stimulus - 2, -2),
        (stimulus + "2", 2),
        (stimulus + np.int64(2), 2),
    ):
        assert made.kind.name == "Sum"
        parts = [one.sampler() for one in made.parts]
        assert parts[0](600, 0.25, 3).keys() == first(600, 0.25, 3).keys()
        assert np.allclose(parts[-1](600, 0.25, 3)["current"].numpy(), more)
    assert sum([stimulus, stimulus]).parts[0].values() == stimulus.values()


def test_a_constant_minus_a_step_and_differences():
    step = STIMULI["Step"](amplitude=2.0, onset=5.0, length=10.0)
    np.testing.assert_array_equal(sampled(3 - step), 3 - sampled(step))
    other = STIMULI["Ramp"](end=1.0)
    np.testing.assert_allclose(sampled(step - other), sampled(step) - sampled(other))
    both = (step + other).then(step, 12.0)
    np.testing.assert_allclose(sampled(2 * both), 2 * sampled(both))


def test_noise_keeps_its_strength_and_changes_its_mean():
    noise = STIMULI["Noise"](mean=1.0, sigma=0.5)
    assert (-2 * noise).values() == {"mean": -2.0, "sigma": 1.0, "tau": 3.0}


def test_spikes_have_sizes_and_pairs_do_not():
    train = 2 * STIMULI["SpikeTrain"](weight=0.5)
    assert train.weight == 1.0
    with pytest.raises(TypeError, match="Pairs gives pairs of spikes, which have no amplitude to multiply"):
        2 * STIMULI["Pairs"]()
    with pytest.raises(TypeError, match=r"2 cannot be added: SpikeTrain gives no current; add Constant\(amplitude"):
        STIMULI["SpikeTrain"]() + 2


def test_units_are_those_of_the_currents_that_are_there():
    step = STIMULI["Step"](amplitude="450 pA")
    more = step + 10 - "0.02 nA"
    assert [part.amplitude for part in more.parts] == [450.0, 10.0, -20.0]
    assert {part.unit for part in more.parts} == {"pA"}
    driven = suited(2 * more, ADEX().port)
    assert [part.amplitude for part in driven.parts] == [900.0, 20.0, -40.0]
    with pytest.raises(TypeError, match="2 cannot be added: Sum has currents in several units; add Constant"):
        step + STIMULI["Step"](amplitude="1 nA") + 2


@pytest.mark.parametrize("wrong", [None, "x pA", True, [1.0], object()], ids=lambda value: type(value).__name__)
def test_what_cannot_be_added_or_multiplied(wrong):
    step = STIMULI["Step"]()
    for attempt in (lambda: step + wrong, lambda: wrong * step, lambda: step / wrong, lambda: step - wrong):
        with pytest.raises((TypeError, ValueError)):
            attempt()
    with pytest.raises(TypeError):
        step * step
    with pytest.raises(ZeroDivisionError):
        step / 0


def test_arithmetic_is_data():
    """Into JSON, into a link, into a script, and back."""
    stimulus = (2 * STIMULI["Step"](amplitude=1.5) - 0.25).then(-STIMULI["Ramp"](end=2.0) / 3, after=40)
    experiment = Experiment(LIF(), stimulus, QUIET)
    expected = experiment.run().recording.variables["v"]
    space: dict = {}
    exec(experiment.script("snnlab").split("print(")[0], space)
    assert torch.equal(space["recording"].variables["v"], expected)
    for again in (Experiment.from_json(experiment.to_json()), Experiment.from_query(experiment.to_query())):
        assert again.diff(experiment) == {}


# ---------------------------------------------------------------- what is kept, and how much


@pytest.mark.parametrize("every", [1, 7, 1000, 5000])
@pytest.mark.parametrize("model", [LIF(), NETWORKS["Population"](size=4)], ids=lambda m: m.family)
def test_every_so_many_steps(model, every):
    settings = {"neurons": 4} if model.family == "neuron" else {"watched": 4}
    whole = model.simulate(duration=100, **settings)
    found = model.simulate(duration=100, every=every, **settings)
    assert torch.equal(found.spikes, whole.spikes)
    assert torch.equal(found.variables["v"], whole.variables["v"][every - 1 :: every])
    assert found.sample_time.tolist() == whole.time[every - 1 :: every].tolist()


def test_all_of_a_record_by_a_word():
    assert list(LIF().simulate(duration=5, record="all").variables) == ["v", "i"]
    assert list(LIF().simulate(duration=5, record="i").variables) == ["i"]


def test_a_script_runs_as_long_as_it_wants():
    """More steps and values than a page would."""
    run = LIF().simulate(duration=1.1 * MAX_STEPS * 0.1, **QUIET, every=1000, record="v")
    assert len(run.spikes) > MAX_STEPS
    assert len(run.variables["v"]) == len(run.spikes) // 1000
    run = LIF().simulate(duration=5500, neurons=100, noise=0, every=1000)
    assert run.spikes.numel() > MAX_VALUES
    for settings in ({"duration": 1.1 * MAX_STEPS * 0.1}, {"duration": 5500, "neurons": 100}):
        with pytest.raises(ValueError, match="at most"):
            Experiment(LIF(), None, settings).fits()


@pytest.mark.parametrize(
    ("model", "settings", "words"),
    [
        (LIF(), {"duration": 1e7}, "A stimulus of 100,000,000 steps would need"),
        (ENCODERS["Poisson"](), {"duration": 1e4, "neurons": 10_000}, "Random numbers of 10,000 steps of 10,000"),
        (NETWORKS["Brunel"](N_E=20_000, C_E=10_000), {}, "Brunel with .* synapses would need"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_memory_is_the_limit_of_a_script(model, settings, words, monkeypatch):
    """Refused with the figures, before anything is made; on a page in the words of its own limits."""
    monkeypatch.setattr(memory, "available", lambda device: 200 * 2**20)
    with pytest.raises(MemoryError, match=words):
        Experiment(model, None, settings).run()
    with pytest.raises(ValueError):
        Experiment(model, None, settings).fits()


def test_a_population_needs_no_memory_for_its_noise(monkeypatch):
    settings = {"duration": 1e4, "neurons": 100, "every": 1000, "record": ("v",)}
    monkeypatch.setattr(memory, "available", lambda device: 200 * 2**20)
    run = Experiment(LIF(), None, settings).run().recording
    assert run.spikes.shape == (100_000, 100)
    assert torch.equal(run.spikes[:, 0], run.spikes[:, 99])
    noisy = Experiment(LIF(), None, settings | {"noise": 0.1}).run().recording
    assert torch.equal(noisy.spikes[:, 0], run.spikes[:, 0])
    assert not torch.equal(noisy.spikes[:, 99], run.spikes[:, 99])
