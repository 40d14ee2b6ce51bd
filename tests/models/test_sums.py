"""Stimuli that are made of stimuli, and their units on the way to a model."""

import numpy as np
import pytest
import torch

from snnlab.core import Quantity
from snnlab.engine import simulate
from snnlab.functional import LIF
from snnlab.models import NEURONS, PLASTICITY, STIMULI, Experiment, Part, Port, Segment, stimuli_of, suited

PORTS = {name: model.port for name, model in NEURONS.items()} | {"STDP": PLASTICITY["STDP"].port}
AMPERE = Port(Quantity("A", low=0, high=1e-9, bounds=(-1, 1), default=1e-10, doc="current"))
STEP = STIMULI["Step"](amplitude=2.0, onset=3.0, length=4.0)
SINE = STIMULI["Sine"](frequency=50.0)
NOISE = STIMULI["Noise"]()


def same(one, other):
    return one.kind is other.kind and one.values() == other.values()


# ---- sums ---------------------------------------------------------------------------------------------------------


def test_a_sum_is_the_sum():
    found = (STEP + SINE).sample(200, 0.1)
    assert torch.equal(found, STEP.sample(200, 0.1) + SINE.sample(200, 0.1))


def test_sums_of_sums_are_one():
    parts = (STEP + SINE) + (NOISE + STEP)
    assert [part.kind.name for part in parts.parts] == ["Step", "Sine", "Noise", "Step"]


def test_no_part_is_no_current():
    assert STIMULI["Sum"]().sample(5, 0.1).tolist() == [0.0] * 5
    assert STIMULI["Sequence"]().sample(5, 0.1).tolist() == [0.0] * 5


def test_a_sum_is_neither_of_its_parts():
    found = STEP + SINE
    again = STEP + SINE
    again.source = (*again.source, STEP)
    assert len(found.parts) == 2
    with pytest.raises(TypeError):
        STEP + None


def test_random_parts_are_independent():
    """Each part has numbers of its own, also where parts have parts; and they repeat."""
    nested = STIMULI["Sum"](source=(STIMULI["Sum"](source=(NOISE, NOISE)), NOISE))
    sequence = STIMULI["Sequence"](source=((nested, 500.0), (nested, 0.0)))
    for stimulus, parts in ((NOISE + NOISE + NOISE, 3), (nested, 3)):
        x = stimulus.sample(20_000, 10.0, seed=1).numpy()  # dt above tau: independent from step to step
        # the variance of n equal parts would be n^2 times that of one; of n independent ones it is n times
        assert x.var() == pytest.approx(parts * NOISE.sigma**2, rel=5 * (2 / len(x)) ** 0.5 + 0.08)
        assert torch.equal(stimulus.sample(50, 10.0, seed=1), stimulus.sample(50, 10.0, seed=1))
        assert not torch.equal(stimulus.sample(50, 10.0, seed=1), stimulus.sample(50, 10.0, seed=2))
    x = sequence.sample(100, 10.0, seed=0)
    assert not torch.equal(x[:50], x[50:])


def test_spikes_and_current_enter_at_their_ports():
    spikes = STIMULI["SpikeTrain"](rate=100.0, weight=0.5)
    both = spikes + STEP
    assert both.ports == {"current", "spikes"}
    found = both.sampler()(300, 0.1, 0)
    assert torch.equal(found["current"], STEP.sample(300, 0.1))
    assert torch.equal(found["spikes"], spikes.sample(300, 0.1))
    assert torch.equal(both.sample(300, 0.1), found["current"])


def test_a_neuron_gets_both():
    both = STIMULI["SpikeTrain"](rate=100.0, weight=0.5) + STIMULI["Constant"](amplitude=0.8)
    result = Experiment.of(NEURONS["LIF"](), both, {"duration": 60.0, "neurons": 1}).run(torch.float64)
    inputs = {port: x[:, None] for port, x in both.sampler()(600, 0.1, 0).items()}
    expected = simulate(LIF, **inputs, p=NEURONS["LIF"]().p(torch.float64), dt=1e-4)
    assert torch.equal(result.recording.variables["v"], expected.variables["v"])
    assert expected.spikes.any()


# ---- sequences ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dt", [0.1, 0.25, 0.05, 0.2])
def test_each_part_begins_anew(dt):
    """Half-open: the next one has the step that begins when the one before ends."""
    a, b = round(10 / dt), round(15 / dt)
    found = STEP.then(SINE, 10).then(STEP, 15).sample(round(40 / dt), dt)
    expected = torch.cat([STEP.sample(a, dt), SINE.sample(b, dt), STEP.sample(b, dt)])
    assert torch.equal(found, expected)


def test_a_sequence_may_be_longer_than_the_run():
    assert torch.equal(STEP.then(SINE, 10).sample(50, 0.1), STEP.sample(50, 0.1))
    assert STEP.then(SINE, 0).sample(50, 0.1).tolist() == SINE.sample(50, 0.1).tolist()


def test_a_sequence_of_currents_and_spikes():
    found = STEP.then(STIMULI["SpikeTrain"](onset=0.0, rate=1000.0), 8).sampler()(120, 0.1, 0)
    assert found["current"][80:].eq(0).all() and found["current"][30:70].eq(2.0).all()
    assert found["spikes"].nonzero().flatten().tolist() == [80, 90, 100, 110]


def test_sums_and_sequences_hold_one_another():
    one = (STEP + SINE).then(SINE, 7)
    assert torch.equal((one + STEP).sample(200, 0.1), one.sample(200, 0.1) + STEP.sample(200, 0.1))


@pytest.mark.parametrize(
    ("kind", "source", "words"),
    [
        ("Sum", (1.0,), "the source of a Sum is not allowed: give a tuple of stimuli"),
        ("Sum", ((STEP, 5.0),), "give a tuple of stimuli"),
        ("Sum", STEP, "give a tuple of stimuli"),
        ("Sequence", (STEP,), r"give a tuple of pairs \(stimulus, duration in ms\)"),
        ("Sequence", ((STEP, -5.0),), "duration = -5 is not allowed: give a number from 0 to 1e"),
        ("Sequence", (Part(STEP, "x"),), "duration = 'x' is not allowed"),
        ("Sequence", ((STEP, "5 mV"),), "duration = '5 mV' is not allowed: 'mV' is no ms"),
        ("Step", (STEP,), "source is not allowed: Step has none"),
    ],
)
def test_what_is_no_part(kind, source, words):
    with pytest.raises(ValueError, match=words):
        STIMULI[kind](source=source)


def test_how_long_a_part_lasts_may_have_a_unit():
    assert STEP.then(SINE, "0.01 s").source[0].duration == 10.0
    with pytest.raises(ValueError, match=r"after = -1 is not allowed: give a number from 0 to 1e\+06 ms"):
        STEP.then(SINE, -1)


# ---- units --------------------------------------------------------------------------------------------------------


def test_a_current_may_have_a_unit():
    step = STIMULI["Step"](amplitude="500 pA", base="0.1 nA", onset="0.02 s")
    assert (step.amplitude, step.base, step.onset, step.unit) == (500.0, 100.0, 20.0, "pA")
    step.amplitude = "0.3 nA"
    assert (step.amplitude, step.unit) == (300.0, "pA")
    step.amplitude = 7  # as before
    assert (step.amplitude, step.unit) == (7.0, "pA")


def test_it_is_converted_to_that_of_the_model():
    step = STIMULI["Step"](amplitude="0.5 nA", base="0.1 nA")
    found = Experiment.of(NEURONS["AdEx"](), step).stimulus
    assert (found.amplitude, found.base, found.annotation("amplitude").unit) == (500.0, 100.0, "pA")
    assert (step.amplitude, step.unit) == (0.5, "nA")


@pytest.mark.parametrize("name", [name for name, port in PORTS.items() if port.current and port.current.unit != "pA"])
def test_a_unit_of_another_kind_is_refused(name):
    for stimulus in (STIMULI["Step"](amplitude="500 pA"), STEP + STIMULI["Step"](amplitude="500 pA")):
        with pytest.raises(ValueError, match="the current of Step in pA does not fit: a value "):
            suited(stimulus, PORTS[name])


def test_numbers_without_unit_fit_every_current():
    for port in PORTS.values():
        if port.current:
            assert suited(STEP, port).amplitude == 2.0


def test_what_a_source_has_is_converted_too():
    """gain x source + offset, in the unit of the stimulus."""
    for kind, source in (("Table", ((0, 1), (9, 1))), ("Protocol", (Segment(0, 9, 1.0),))):
        stimulus = STIMULI[kind](source=source, gain=0.5, offset="3 nA")
        assert stimulus.sample(2, 1.0).tolist() == [3.5, 3.5]
        found = suited(stimulus, PORTS["AdEx"])
        np.testing.assert_allclose(found.sample(2, 1.0), [3500.0, 3500.0], rtol=1e-12)
    recorded = STIMULI["Recorded"](gain=1e-3, offset="1 nA")
    found, before = suited(recorded, PORTS["AdEx"]).sample(100, 1.0), recorded.sample(100, 1.0)
    np.testing.assert_allclose(found, 1000 * before, rtol=1e-12)


def test_units_return_after_a_journey():
    adex = stimuli_of(PORTS["AdEx"])["PulseTrain"](amplitude=300.0, base=0.3)
    far = suited(adex, AMPERE)
    assert far.amplitude == 3e-10
    assert same(suited(far, PORTS["AdEx"]), adex)


def test_a_stimulus_of_one_neuron_does_not_fit_another_unit():
    lif, izhikevich = PORTS["LIF"], PORTS["Izhikevich"]
    with pytest.raises(ValueError, match="the current of Step in mV does not fit: a value without unit is asked"):
        suited(stimuli_of(izhikevich)["Step"](), lif)
    with pytest.raises(ValueError, match="the current of Step without unit does not fit: a value in mV is asked"):
        suited(stimuli_of(lif)["Step"](), izhikevich)
    with pytest.raises(ValueError, match="the weight of SpikeTrain in nS does not fit: a value without unit is asked"):
        suited(stimuli_of(PORTS["CobaLIF"])["SpikeTrain"](), lif)
    assert suited(stimuli_of(lif)["SpikeTrain"](weight=2.0), PORTS["LSNN"]).weight == 2.0


def test_parts_are_in_the_units_of_the_whole():
    found = stimuli_of(PORTS["AdEx"])["Sum"](source=(STIMULI["Step"](amplitude="1 nA"), STEP))
    assert [part.amplitude for part in found.parts] == [1000.0, 2.0]
    assert {part.drives for part in found.parts} == {PORTS["AdEx"]}
    with pytest.raises(ValueError, match="the current of Step in mV does not fit: a value in pA is asked"):
        found.source = (STIMULI["Step"](amplitude="1 mV"),)


def test_a_known_unit_is_handed_on():
    bound = stimuli_of(PORTS["AdEx"])["Step"](amplitude=100.0)
    for total in (bound + STIMULI["Step"](amplitude="1 nA"), STIMULI["Step"](amplitude="1 nA") + bound):
        assert total.drives == PORTS["AdEx"]
        assert sorted(part.amplitude for part in total.parts) == [100.0, 1000.0]


@pytest.mark.parametrize(
    ("model", "stimulus", "words"),
    [
        ("Izhikevich", "SpikeTrain", "SpikeTrain gives spikes: Izhikevich takes a current"),
        ("LIF", "Pairs", "Pairs gives pairs of spikes: LIF takes a current or spikes"),
        ("STDP", "Step", "Step gives a current: STDP takes spikes or pairs of spikes"),
    ],
)
def test_a_port_that_a_model_lacks(model, stimulus, words):
    made = (NEURONS | PLASTICITY)[model]()
    for one in (STIMULI[stimulus](), STIMULI["Sum"](source=(STIMULI[stimulus](),))):
        with pytest.raises(ValueError, match=words.replace(stimulus, one.kind.name, 1)):
            Experiment.of(made, one)


def test_a_copy_does_not_change_with_its_origin():
    inner = STIMULI["Step"](amplitude="5 pA", onset=0.0)
    for stimulus in (inner, inner + SINE, inner.then(SINE, 5)):
        copy = stimulus.copy()
        before = copy.sample(200, 0.1)
        inner.amplitude = 9.0
        assert torch.equal(copy.sample(200, 0.1), before)
        assert not torch.equal(stimulus.sample(200, 0.1), before)
        assert copy.unit == stimulus.unit
        inner.amplitude = 5.0
