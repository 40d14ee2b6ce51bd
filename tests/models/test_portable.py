"""Experiments compiled for the browser: to the bit what they are here, with their own values and with others."""

import warnings

import numpy as np
import pytest

from snnlab.engine import CoarseStep
from snnlab.models import ENCODERS, NEURONS, PRESETS, STIMULI, Experiment, LIFRefrac, stimuli_of
from snnlab.models.portable import portable_experiment
from snnlab.models.settings import INTEGRATORS
from tests.engine.browser import Memory, same
from tests.engine.cases import Elementary
from tests.nights import first_of_each

OF_NEURONS = {p.id: p for p in PRESETS.values() if p.model.family == "neuron"}
FORMULAS = {name: kind for name, kind in STIMULI.items() if kind.kind.formula is not None and kind.kind.port != "pairs"}


def recording(experiment):
    """The recording as the kernel has it: before its variables are shown as people read them.

    Where a neuron rests is told by torch's own functions here, and there by those of kernels: by these in both.
    """
    with warnings.catch_warnings(), Elementary():
        warnings.simplefilter("ignore", CoarseStep)
        found = experiment.run().recording
    dt = experiment.model.dt(experiment.settings)
    marks = experiment.model.variables()
    for name, x in found.variables.items():
        if type(marks[name]).__name__ == "Steps":
            found.variables[name] = (x / dt).round()
    return found


def moved(experiment, values):
    """Another experiment, with these values of its knobs."""
    other = experiment.copy()
    parts = other.stimulus.parts or (other.stimulus,)
    for name, value in values.items():
        *where, knob = name.split(".")
        owner = {"model": other.model, "run": other.settings, "initial": other.initial}.get(where[0])
        owner = owner if owner is not None else parts[int(where[1]) if len(where) > 1 else 0]
        setattr(owner, knob, int(value) if isinstance(getattr(owner, knob), int) else value)
    return other


def knob(experiment, name):
    *where, field = name.split(".")
    owner = {"model": experiment.model, "run": experiment.settings, "initial": experiment.initial}.get(where[0])
    if owner is None:
        owner = experiment.stimulus.parts[int(where[1])] if len(where) > 1 else experiment.stimulus
    return owner, field


def drawn(experiment, values, generator):
    """A value within the slider of one of the knobs that may move, others as they are."""
    name = list(values)[int(generator.integers(len(values)))]
    owner, field = knob(experiment, name)
    mark = owner.annotation(field)
    value = mark.low + (mark.high - mark.low) * float(generator.random())
    if name == "run.duration":
        value = 5 * round(value / 5)
    return {name: float(int(value) if isinstance(getattr(owner, field), int) else float(f"{value:.4g}"))}


@pytest.mark.parametrize("name", first_of_each(OF_NEURONS, lambda preset: preset.model))
def test_every_preset_has_its_bits_and_so_has_what_a_hand_makes_of_it(name):
    """Ten values of knobs, one after the other, each from where the last one left it."""
    experiment = OF_NEURONS[name].experiment()
    run = portable_experiment(experiment)
    memory, generator = Memory(run), np.random.default_rng(len(name))
    assert same(memory.go(), recording(experiment))
    assert (memory.numbers["onset"], memory.numbers["end"]) == (experiment.stimulus.begins, experiment.stimulus.ends)
    for _ in range(10):
        change = drawn(experiment, run.about["values"], generator)
        try:
            other = moved(experiment, change)
            expected = recording(other)
        except (ValueError, ArithmeticError):  # values that do not go together, or a run that ends early
            continue
        experiment = other
        assert same(memory.turn(change).go(), expected), change
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


def test_what_no_module_can_do_is_refused():
    name, encoder = next(iter(ENCODERS.items()))
    with pytest.raises(ValueError, match=f"{name} is not compiled"):
        portable_experiment(Experiment(encoder()))
    with pytest.raises(ValueError, match="eager"):
        portable_experiment(Experiment(NEURONS["LIF"](), None, {"backend": "eager"}))


def test_a_run_as_data_is_small():
    run = portable_experiment(PRESETS["lif-constant"].experiment())
    assert len(run.code) + sum(len(one.code) for one in run.fills) < 12_000
    assert sum(x.nbytes for x in run.arrays.values()) < 1000
