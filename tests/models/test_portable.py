"""Experiments compiled for the browser: to the bit what they are here, with their own values and with others."""

import warnings
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from snnlab.engine import CoarseStep
from snnlab.models import (
    ENCODERS,
    NETWORKS,
    NEURONS,
    PLASTICITY,
    PRESETS,
    STIMULI,
    SURROGATES,
    Experiment,
    LIFRefrac,
    stimuli_of,
)
from snnlab.models.portable import movable, owners, portable_experiment, structure
from snnlab.models.settings import INTEGRATORS
from tests.engine.browser import Memory, same
from tests.engine.cases import Elementary
from tests.nights import first_of_each

FAMILIES = ("neuron", "plasticity", "encoder", "operation", "compartments", "surrogate")
DRAWN = {SURROGATES["logistic"], SURROGATES["circ_dist"]}  # thresholds, in each step
HAND = {"poisson-drawn"}  # spikes by chance of a signal that is data: the server's
COMPILED = {
    p.id: p for p in PRESETS.values() if p.model.family in FAMILIES and p.model not in DRAWN and p.id not in HAND
}
FORMULAS = {name: kind for name, kind in STIMULI.items() if kind.kind.formula is not None and kind.kind.port != "pairs"}


def channels(model):
    """The integrator of a sum of channels, whose long programs compile for seconds: by day one with each; else None."""
    return model.neuron.advance if getattr(model.neuron, "parts", ()) else None


def recording(experiment):
    """The recording as the kernel has it: before its variables are shown as people read them.

    Where a neuron rests is told by torch's own functions here, and there by those of kernels: by these in both.
    """
    with warnings.catch_warnings(), Elementary():
        warnings.simplefilter("ignore", CoarseStep)
        result = experiment.run()
    if result.failure is not None:  # it ends early
        raise result.failure
    found = result.recording
    dt = experiment.model.dt(experiment.settings)
    marks = experiment.model.variables()
    for name, x in found.variables.items():
        if type(marks[name]).__name__ == "Steps":
            found.variables[name] = (x / dt).round()
    return found


def alike(memory, experiment):
    """Whether a run in a browser has every bit of that of an experiment."""
    expected, model = recording(experiment), experiment.model
    if model.family in ("plasticity", "operation"):  # which have no spikes of their own, but those of two sides
        own = model.own if model.family == "plasticity" else None
        sides, told = memory["spikes"], expected.spikes.numpy()
        if model.family == "operation" or model.definition.two_sided or own:
            sides = np.concatenate([sides, memory[f"kept.{own}" if own else "current"]], 1)
        else:  # nothing comes on the other side
            told = told[:, :1]
        assert np.array_equal(sides > 0, told)
        expected = replace(expected, spikes=torch.zeros(len(sides), 1))
    if model.family == "compartments":  # whose spikes are kept beside the potentials
        fired = {f"z_{k}": x[:, None].float() for k, x in enumerate(expected.spikes.unbind(1), start=1)}
        expected = replace(expected, spikes=torch.zeros(len(expected.spikes), 1), variables=expected.variables | fired)
    if model.family == "encoder":
        assert np.array_equal(memory["current"][:, 0], expected.variables["x"].numpy())
        signed, _ = model.encode(expected.variables["x"], model.p(), experiment.settings.taken())
        expected = replace(expected, spikes=signed.to(torch.int8), variables=timed(signed, model.definition.first))
    return same(memory, expected)


def timed(spikes, once):
    """The last whole interval in each step; of one that spikes once, the time of its spike."""
    at = spikes.reshape(len(spikes), -1)[:, 0].nonzero().flatten().tolist()
    found, before = np.zeros(len(spikes), np.float32), ([-1] if once else []) + at
    for first, second in pairwise(before):
        found[second:] = second - first
    return {"interval": torch.from_numpy(found)}


def moved(experiment, values):
    """Another experiment, with these values of its knobs."""
    other = experiment.copy()
    for name, value in values.items():
        owner, knob = knob_of(other, name)
        setattr(owner, knob, int(value) if isinstance(getattr(owner, knob), int) else value)
    return other


def knob_of(experiment, name):
    where, _, field = name.rpartition(".")
    return owners(experiment)[where], field


def drawn(experiment, values, generator):
    """A value within the slider of one of the knobs that may move, others as they are."""
    name = list(values)[int(generator.integers(len(values)))]
    owner, field = knob_of(experiment, name)
    mark = owner.annotation(field)
    value = mark.low + (mark.high - mark.low) * float(generator.random())
    if name == "run.duration":
        value = 5 * round(value / 5)
    return {name: float(int(value) if isinstance(getattr(owner, field), int) else float(f"{value:.4g}"))}


@pytest.mark.parametrize("name", first_of_each(COMPILED, lambda preset: channels(preset.model) or preset.model))
def test_every_preset_has_its_bits_and_so_has_what_a_hand_makes_of_it(name):
    """Ten values of knobs, one after the other, each from where the last one left it."""
    experiment = COMPILED[name].experiment()
    run = portable_experiment(experiment)
    memory, generator = Memory(run), np.random.default_rng(len(name))
    assert alike(memory.go(), experiment)
    assert (memory.numbers["onset"], memory.numbers["end"]) == (experiment.stimulus.begins, experiment.stimulus.ends)
    for _ in range(10):
        change = drawn(experiment, run.about["values"], generator)
        try:
            other = moved(experiment, change)
            recording(other)
        except (ValueError, ArithmeticError):  # values that do not go together, or a run that ends early
            continue
        experiment = other
        assert alike(memory.turn(change).go(), experiment), change
        assert memory.numbers["end"] == experiment.stimulus.ends


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("dt", [0.1, 0.3])
def test_every_stimulus_with_a_formula(name, dt):
    """Sines are computed by others here: their last digit may differ in double precision, of float32 hardly one."""
    neuron = NEURONS["LIF"]()
    stimulus = stimuli_of(neuron.port)[name]()
    experiment = Experiment(neuron, stimulus, {"dt": dt, "duration": 150.0})
    run = portable_experiment(experiment)
    memory = Memory(run)
    for change in ({}, {"run.duration": 90.0}, {"run.dt": 0.05}):
        expected = moved(experiment, change)
        port = "spikes" if stimulus.kind.port == "spikes" else "current"
        samples = expected.stimulus.sampler()(expected.steps, expected.settings.dt, 0)[port].float().numpy()
        found = memory.turn(change).go()[port][:, 0]
        assert len(found) == len(samples)
        if name in ("Sine", "Chirp"):
            np.testing.assert_allclose(found, samples, rtol=2**-23, atol=2**-24)
        else:
            assert np.array_equal(found, samples)
        experiment = expected


@pytest.mark.parametrize("integrator", INTEGRATORS)
def test_every_integrator(integrator):
    """A step that is cut into ten has ten of the same current, and a spike in the first."""
    neuron = NEURONS["LIF"]()
    kinds = stimuli_of(neuron.port)
    stimulus = kinds["Step"](amplitude=1.4, onset=7.3) + kinds["SpikeTrain"](rate=200.0, weight=0.7)
    experiment = Experiment(neuron, stimulus, {"integrator": integrator, "dt": 0.1})
    expected = recording(experiment)
    assert expected.spikes.any()
    assert same(Memory(portable_experiment(experiment)).go(), expected)


def test_stimuli_that_follow_one_another_and_come_together():
    neuron = NEURONS["AdEx"]()
    kinds = stimuli_of(neuron.port)
    one = kinds["Ramp"](end=800.0, onset=3.0, length=20.0).then(kinds["PulseTrain"](amplitude=900.0), 33.33)
    experiment = Experiment(neuron, one + kinds["Constant"](amplitude=50.0), {"dt": 0.07, "noise": 30.0, "neurons": 9})
    run = portable_experiment(experiment)
    assert [experiment.stimulus.kind.name, experiment.stimulus.parts[0].kind.name] == ["Sum", "Sequence"]
    memory = Memory(run)
    assert same(memory.go(), recording(experiment))
    change = {"stimulus.1.amplitude": 1200.0, "run.seed": 17.0, "run.noise_tau": 8.0}
    other = experiment.copy()
    other.stimulus.parts[0].parts[1].amplitude = 1200.0
    other.settings.param.update(seed=17, noise_tau=8.0)
    assert same(memory.turn(change).go(), recording(other))


@pytest.mark.parametrize("name", PLASTICITY)
def test_every_rule_under_pairs_and_trains_that_come_together(name):
    """Of a pair's sides and a train, each enters where the rule has it, from a state that is not where it begins."""
    model = PLASTICITY[name]()
    kinds = stimuli_of(model.port)
    train = kinds["SpikeTrain"](rate=90.0, spikes=30, weight=0.7, onset=100.0)
    stimulus = kinds["Pairs"](delta=-7.0, pairs=4).then(train, 430.0) + kinds["Pairs"](delta=3.0, rate=31.0, pairs=9)
    marks = {k: m for k, m in model.variables().items() if m.doc}
    begin = {k: round(m.low + 0.3 * (m.high - m.low), 3) for k, m in marks.items()}
    experiment = Experiment(model, stimulus, {"dt": 0.3, "duration": 700.0}, begin)
    memory = Memory(portable_experiment(experiment))
    assert alike(memory.go(), experiment)
    assert memory["spikes"].any()
    for change in ({"stimulus.0.delta": 12.0}, {"run.dt": 0.5}, {f"initial.{next(iter(begin))}": 0.9}):
        moment = moved(experiment, change)
        assert alike(memory.turn(change).go(), moment), change
        experiment = moment


def test_a_state_of_its_own_to_begin_with():
    """A time that is counted in steps too, whose number follows from the step."""
    model = LIFRefrac(t_ref=3.0)
    experiment = Experiment(
        model, stimuli_of(model.port)["Constant"](amplitude=2.0), {"dt": 0.2}, {"v": 0.7, "rho": 2.0}
    )
    run = portable_experiment(experiment)
    memory = Memory(run)
    for change in ({}, {"initial.v": 0.2}, {"run.dt": 0.35}, {"model.t_ref": 1.9}):
        experiment = moved(experiment, change)
        assert same(memory.turn(change).go(), recording(experiment)), change


def test_what_is_drawn_by_chance_comes_as_data_and_fixes_the_step():
    model = NEURONS["LIF"]()
    experiment = Experiment(model, stimuli_of(model.port)["Noise"](), {"duration": 200.0})
    run = portable_experiment(experiment)
    assert not any(name.startswith(("stimulus", "run.d", "run.seed")) for name in run.about["values"])
    assert "current" in run.arrays
    memory = Memory(run)
    assert same(memory.turn({"model.tau_mem": 25.0}).go(), recording(moved(experiment, {"model.tau_mem": 25.0})))


def test_a_spike_is_drawn_where_it_was_before_the_reset():
    """The peak is what `trace` draws: the threshold."""
    model = NEURONS["LIF"](v_th=0.8)
    memory = Memory(portable_experiment(Experiment(model)))
    assert memory.numbers["peak"] == pytest.approx(0.8, rel=1e-6)
    assert memory.turn({"model.v_th": 1.3}).numbers["peak"] == pytest.approx(1.3, rel=1e-6)


def test_levels_follow_their_knobs():
    memory = Memory(portable_experiment(Experiment(NEURONS["LIF"](v_reset=-0.2, v_leak=0.1))))
    assert [memory.numbers[name] for name in ("reset", "rest")] == pytest.approx([-0.2, 0.1], rel=1e-6)
    turned = memory.turn({"model.v_reset": -0.4, "model.v_leak": 0.3}).numbers
    assert [turned[name] for name in ("peak", "reset", "rest")] == pytest.approx([1.0, -0.4, 0.3], rel=1e-6)
    moving = Memory(portable_experiment(Experiment(NEURONS["LSNN"]()))).turn({}).numbers  # it spikes where v > b
    assert moving["peak"] == moving["rest.b"] and moving["rise.b"] == pytest.approx(1.0, rel=1e-6)


def test_what_no_module_can_do_is_refused():
    with pytest.raises(
        ValueError, match="LogisticSurrogate is not compiled for a browser: its threshold is drawn anew"
    ):
        portable_experiment(Experiment(SURROGATES["logistic"]()))
    population = NETWORKS["Population"]()
    with pytest.raises(ValueError, match="the stimulus of a network is drawn by chance"):
        portable_experiment(Experiment(population, stimuli_of(population.port)["Noise"]()))
    encoder = ENCODERS["Poisson"]()
    with pytest.raises(ValueError, match="the signal is itself drawn by chance"):
        portable_experiment(Experiment(encoder, stimuli_of(encoder.port)["Noise"](mean=0.5)))
    with pytest.raises(ValueError, match="eager"):
        portable_experiment(Experiment(NEURONS["LIF"](), None, {"backend": "eager"}))


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_under_signals_that_follow_one_another(name):
    model = ENCODERS[name]()
    low, high = model.definition.input.low, model.definition.input.high
    kinds = stimuli_of(model.port)
    one = kinds["Ramp"](start=0.0, end=0.8 * high, length=40.0).then(kinds["Step"](amplitude=0.6 * high), 70.0)
    experiment = Experiment(model, one, {"dt": 0.3, "duration": 200.0, "seed": 3})
    memory = Memory(portable_experiment(experiment))
    assert alike(memory.go(), experiment)
    assert memory["z"].any() or low < 0
    for change in ({"run.dt": 0.5}, {"run.seed": 2.0}, {"stimulus.1.amplitude": 0.9 * high}, {"run.duration": 90.0}):
        experiment = moved(experiment, change)
        assert alike(memory.turn(change).go(), experiment), change


def test_more_than_a_spike_a_step_is_told_from_a_spike():
    """The server refuses it in words, so that the page may not draw it."""
    experiment = Experiment(ENCODERS["Poisson"](f_max=1000.0), None, {"dt": 1.0})
    memory = Memory(portable_experiment(experiment))
    assert set(np.unique(memory.turn({"stimulus.amplitude": 1.0}).go()["z"])) == {1}
    assert set(np.unique(memory.turn({"run.dt": 1.1}).go()["z"])) == {2}


def test_a_run_as_data_is_small():
    run = portable_experiment(PRESETS["lif-constant"].experiment())
    assert len(run.code) + sum(len(one.code) for one in run.fills) < 12_000
    assert sum(x.nbytes for x in run.arrays.values()) < 1000


# -- networks ---------------------------------------------------------------------------------------------------------

Sine = STIMULI["Sine"]
SMALL = {"N_E": 80, "N_I": 20, "C_E": 20, "C_I": 5, "J": 0.4}
NETS = {
    "Brunel": (NETWORKS["Brunel"](**SMALL), None, {}),
    "Brunel, by a current": (NETWORKS["Brunel"](**SMALL, eta=0.7, delay=0.3), Sine(amplitude=3.0, mean=9.0), {}),
    "LSNNetwork": (NETWORKS["LSNNetwork"](size=33, spread=31.0), Sine(amplitude=0.8, mean=1.3), {"every": 3}),
    "Population": (NETWORKS["Population"](size=21), None, {}),
    "Population, noisy": (NETWORKS["Population"](size=9, noise=0.3, only=("v_th",)), None, {"watched": 3}),
    "Population of one": (NETWORKS["Population"](size=1, noise=0.3, noise_tau=0.0), None, {}),
    "Population without spread": (NETWORKS["Population"](NEURONS["LIFRefrac"](), size=5, spread=0.0), None, {}),
    "PopulationReadout": (NETWORKS["PopulationReadout"](size=12, scatter=50.0), Sine(amplitude=0.4, mean=1.4), {}),
    "FeedForward": (NETWORKS["FeedForward"](inputs=20, outputs=6), Sine(amplitude=0.4, mean=0.5), {}),
}


@pytest.mark.parametrize("name", NETS)
def test_a_network_has_its_bits_and_so_has_what_a_hand_makes_of_it(name):
    """Each knob that moves in a page, one after the other, while all others stay where they were left."""
    model, stimulus, settings = NETS[name]
    experiment = Experiment(model, stimulus, {"duration": 80.0, "seed": 3} | settings)
    run = portable_experiment(experiment)
    memory, generator = Memory(run), np.random.default_rng(1)
    assert alike(memory.go(), experiment)
    assert memory["z"].any()
    for knob in run.about["values"]:
        change = drawn(experiment, {knob: 0.0}, generator)
        if knob == "run.dt":
            change = {knob: 0.13}
        try:
            other = moved(experiment, change)
            recording(other)
        except ArithmeticError:
            continue
        experiment = other
        assert alike(memory.turn(change).go(), experiment), change
        if not model.definition.encoded:
            assert memory.numbers["end"] == experiment.stimulus.ends
        samples = experiment.stimulus.sampler()(experiment.steps, experiment.settings.dt, 3)["current"]
        np.testing.assert_allclose(memory["I"][:, 0], samples.float().numpy(), rtol=2**-23, atol=2**-24)  # sines


@pytest.mark.parametrize(
    "name", first_of_each({name: name for name in NEURONS}, lambda name: channels(NEURONS[name]) or name[:2])
)
def test_a_population_of_each_neuron(name):
    """Steps of 0.07 and 0.1 ms, where the neuron's own is 0.1 ms; others have as much of theirs."""
    model, dt = NETWORKS["Population"](NEURONS[name](), size=7, spread=13.0), NEURONS[name].neuron.dt
    experiment = Experiment(model, None, {"duration": 60.0, "dt": round(0.7 * dt, 6)})
    memory = Memory(portable_experiment(experiment))
    assert alike(memory.go(), experiment)
    other = moved(experiment, change := {"model.spread": 40.0, "run.dt": dt})
    assert alike(memory.turn(change).go(), other)


def test_which_knobs_of_a_network_move_in_a_page():
    """What is drawn by chance stays; what is wired, and what stands behind an encoder, is the server's."""
    experiments = {name: Experiment(*NETS[name]) for name in NETS}
    free = {name: {knob.rpartition(".")[2] for knob in movable(one)} for name, one in experiments.items()}
    assert free["Brunel"] >= {"J", "g", "eta", "delay", "tau", "theta", "V_r", "t_ref", "amplitude", "dt", "duration"}
    assert free["LSNNetwork"] >= {"adaptive", "beta", "tau_adapt", "weight", "spread", "frequency", "dt"}
    assert free["Population"] >= {"spread", "tau_mem", "v_th", "amplitude"} and not free["Population"] & {
        "noise",
        "noise_tau",
    }
    assert free["PopulationReadout"] >= {"gain", "weight", "scatter", "tau_mem", "target", "strength", "v_th", "noise"}
    assert free["Population, noisy"] >= {"spread", "noise", "noise_tau"}
    assert all(name.startswith("cell.") for name in movable(experiments["FeedForward"]))
    for names in free.values():
        assert not names & {"seed", "size", "N_E", "C_I", "inputs", "watched"}


def test_what_is_drawn_is_part_of_its_structure():
    model, stimulus, _ = NETS["Brunel"]
    one = Experiment(model, stimulus)
    assert structure(one) == structure(moved(one, {"model.g": 3.0, "model.delay": 2.0}))
    for change in ({"run.seed": 4}, {"model.C_E": 19}):
        assert structure(one) != structure(moved(one, change))
    cell = Experiment(NETWORKS["Population"](NEURONS["AdEx"]()))
    assert structure(cell) != structure(Experiment(NETWORKS["Population"](NEURONS["LIF"]())))
