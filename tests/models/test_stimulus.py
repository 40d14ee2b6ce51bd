"""Stimuli: currents on the grid t_k = k dt, each value for its step, every interval half-open."""

import math

import numpy as np
import pytest

from snnlab import functional
from snnlab.core import Quantity
from snnlab.models import KINDS, NEURONS, PLASTICITY, STIMULI, Port, Segment, Sweep, stimuli_of, suited
from snnlab.testing import parametrize_with_checks

STEPS_OF = [0.1, 0.25, 0.05, 0.2]  # ms; none of them but 0.25 is a float64 exactly
LIF, IZHIKEVICH, ADEX = (NEURONS[name].port for name in ("LIF", "Izhikevich", "AdEx"))
SYNAPSE = PLASTICITY["STDP"].port
NARROW = Port(Quantity("nA", low=0, high=1, bounds=(0, 2), default=1, doc="current"))


def sample(kind, steps, dt, seed=0, **values):
    return STIMULI[kind](**values).sample(steps, dt, seed).numpy()


def runs(on):
    """First step and number of steps of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(int)))
    return [(int(first), int(end - first)) for first, end in edges.reshape(-1, 2)]


@parametrize_with_checks(KINDS)
def test_contract(definition, check):
    check(definition)


def test_kinds_have_names_and_titles():
    assert len({kind.name for kind in KINDS}) == len({kind.title for kind in KINDS}) == len(KINDS) >= 16
    assert [cls.__name__ for cls in STIMULI.values()] == [kind.name for kind in KINDS]


def test_a_port_has_the_stimuli_that_fit():
    """All of them are for somebody, sums and sequences for everybody."""
    compound = {"Sum", "Sequence"}
    currents, spikes, pairs = (
        {kind.name for kind in KINDS if kind.port == port} - compound for port in ("current", "spikes", "pairs")
    )
    assert "Step" in currents and spikes >= {"SpikeTrain", "PoissonSpikes"} and "Pairs" in pairs
    assert set(stimuli_of(LIF)) == currents | spikes | compound
    assert set(stimuli_of(ADEX)) == currents | compound
    signed = {kind.name for kind in KINDS if kind.sides}
    assert set(stimuli_of(SYNAPSE)) == pairs | spikes - signed | compound and signed


def test_constant():
    assert (sample("Constant", 10, 0.1, amplitude=1.25) == 1.25).all()


@pytest.mark.parametrize("dt", STEPS_OF)
def test_step_is_half_open(dt):
    """On in the step that begins at `onset`, off in the one that begins at its end."""
    found = sample("Step", round(30 / dt), dt, amplitude=2.0, base=-1.0, onset=10.0, length=5.0)
    assert set(found) == {2.0, -1.0}
    assert runs(found == 2.0) == [(round(10 / dt), round(5 / dt))]


@pytest.mark.parametrize("onset", [0.0, 3.3, 7.0, 123.4])
@pytest.mark.parametrize("length", [0.0, 1.0, 2.6, 40.0])
def test_step_lasts_length_over_dt_steps(onset, length):
    found = sample("Step", 2000, 0.1, onset=onset, length=length)
    assert (found != 0).sum() == round(length / 0.1)
    if length:
        assert np.flatnonzero(found)[0] == round(onset / 0.1)


def test_an_edge_between_two_steps_takes_effect_in_the_next():
    found = sample("Step", 40, 1.0, onset=10.5, length=4.0)
    assert runs(found != 0) == [(11, 4)]


def test_step_may_reach_beyond_the_run():
    assert runs(sample("Step", 100, 0.1, onset=8.0, length=500.0) != 0) == [(80, 20)]
    assert runs(sample("Step", 100, 0.1, onset=11.0, length=5.0) != 0) == []


@pytest.mark.parametrize("dt", STEPS_OF)
def test_pulses_last_width_over_dt_steps(dt):
    found = sample(
        "PulseTrain", round(60 / dt), dt, amplitude=3.0, base=0.5, onset=2.0, width=3.0, period=7.0, pulses=5
    )
    assert set(found) == {3.0, 0.5}
    assert runs(found == 3.0) == [(round((2 + 7 * k) / dt), round(3 / dt)) for k in range(5)]


@pytest.mark.parametrize("dt", STEPS_OF)
def test_long_trains_do_not_drift(dt):
    """The last of 200 pulses begins and ends on its step: k periods are a product, rounded once."""
    width, period = 2 * dt, 7 * dt
    found = sample("PulseTrain", 1600, dt, onset=3 * dt, width=width, period=period, pulses=200)
    assert runs(found != 0) == [(3 + 7 * k, 2) for k in range(200)]


@pytest.mark.parametrize("onset", [0.0, 0.3, 9.999, 10.05])
def test_pulses_off_the_grid_are_as_long(onset):
    found = sample("PulseTrain", 2000, 0.1, onset=onset, width=4.0, period=11.0, pulses=6)
    assert [length for _, length in runs(found != 0)] == [40] * 6


@pytest.mark.parametrize(("count", "width", "period"), [(1, 30.0, 20.0), (4, 50.0, 20.0), (3, 20.0, 20.0)])
def test_pulses_wider_than_the_period_merge(count, width, period):
    """Every pulse lasts its width, the last one too: together they are one from the first onset to the last end."""
    found = sample("PulseTrain", 2000, 0.1, onset=10.0, width=width, period=period, pulses=count)
    assert runs(found != 0) == [(100, round(((count - 1) * period + width) / 0.1))]


def test_ramp_goes_straight_from_start_to_end():
    t = np.arange(1000) * 0.1
    found = sample("Ramp", 1000, 0.1, start=-0.5, end=3.5, onset=20.0, length=40.0)
    assert (found[t <= 20] == -0.5).all()
    assert (found[t >= 60] == 3.5).all()
    inside = (t > 20) & (t < 60)
    np.testing.assert_allclose(found[inside], -0.5 + 0.1 * (t[inside] - 20), rtol=1e-12)  # rounding


def test_ramp_may_fall():
    found = sample("Ramp", 100, 1.0, start=2.0, end=-1.0, onset=0.0, length=60.0)
    assert found[0] == 2.0
    assert found[60] == found[-1] == -1.0
    assert (np.diff(found[:61]) < 0).all()


def test_protocol_later_segments_override_earlier_ones():
    segments = (Segment(0.0, 10.0, 1.0), Segment(4.0, 6.0, -2.0), Segment(5.0, 7.0, 3.0))
    found = STIMULI["Protocol"](source=segments).sample(12, 1.0).tolist()
    assert found == [1, 1, 1, 1, -2, 3, 3, 1, 1, 1, 0, 0]


def test_protocol_slopes_begin_at_their_segment():
    found = STIMULI["Protocol"](source=(Segment(2.0, 5.0, 1.0, 0.5),)).sample(7, 1.0).tolist()
    assert found == [0, 0, 1.0, 1.5, 2.0, 0, 0]


def test_protocol_has_gain_and_offset():
    stimulus = STIMULI["Protocol"](source=(Segment(1.0, 2.0, 4.0),), gain=0.5, offset=-1.0)
    assert stimulus.sample(3, 1.0).tolist() == [-1.0, 1.0, -1.0]
    assert STIMULI["Protocol"]().sample(3, 1.0).tolist() == [0.0, 0.0, 0.0]  # nothing in it


@pytest.mark.parametrize("dt", STEPS_OF)
def test_protocol_edges_are_half_open(dt):
    found = STIMULI["Protocol"](source=(Segment(3.0, 7.0, 1.0),)).sample(round(10 / dt), dt).numpy()
    assert runs(found != 0) == [(round(3 / dt), round(4 / dt))]


def test_recorded_current_is_scaled_and_shifted():
    sweep = Sweep("ramp", np.arange(0.0, 5.0), np.array([0.0, 10.0, 20.0, 30.0, 40.0]))
    stimulus = STIMULI["Recorded"](source=sweep, gain=0.1, offset=0.5)
    assert stimulus.sample(7, 1.0).tolist() == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5, 0.5, 0.5])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((-1, 0.1), "steps = -1 is not allowed: give a whole number of steps, 0 or more"),
        ((5.5, 0.1), "steps = 5.5 is not allowed"),
        ((5, 0), "dt = 0 is not allowed: give a number from"),
        ((5, -1), "dt = -1 is not allowed"),
        ((5, math.nan), "dt = nan is not allowed"),
        ((5, 0.1, "x"), "seed = 'x' is not allowed: give a whole number"),
        ((5, 0.1, 1.5), "seed = 1.5 is not allowed"),
    ],
    ids=str,
)
def test_what_cannot_be_sampled(given, words):
    for kind in ("Step", "Noise"):
        with pytest.raises(ValueError, match=words):
            STIMULI[kind]().sample(*given)
    assert STIMULI["Step"]().sample(0, 0.1).shape == (0,)
    assert STIMULI["Step"]().sample(np.int64(5), "0.1 ms").shape == (5,)


def test_sampling_is_a_snapshot():
    """What a worker computes later must not see what the sliders did in between."""
    stimulus = STIMULI["Constant"](amplitude=1.0)
    later = stimulus.sampler()
    stimulus.amplitude = 2.0
    assert later(3, 0.1)["current"].tolist() == [1.0, 1.0, 1.0]
    protocol = STIMULI["Protocol"](source=(Segment(0.0, 9.0, 1.0),))
    later = protocol.sampler()
    protocol.source = ()
    assert later(3, 0.1)["current"].tolist() == [1.0, 1.0, 1.0]


def test_currents_have_the_unit_and_range_of_the_neuron():
    lif, izhikevich = (stimuli_of(port)["Step"] for port in (LIF, IZHIKEVICH))
    assert (lif.annotation("amplitude").unit, izhikevich.annotation("amplitude").unit) == ("1", "mV")
    assert lif().amplitude == functional.LIF.current.default
    assert izhikevich().amplitude == functional.Izhikevich.current.default
    assert izhikevich.annotation("amplitude").allowed == functional.Izhikevich.current.allowed
    assert izhikevich.annotation("onset").unit == "ms"  # a time is no current


def test_noise_has_no_negative_strength():
    for model in NEURONS.values():
        mark = stimuli_of(model.port)["Noise"].annotation("sigma")
        assert mark.allowed[0] == mark.low == 0.0


def test_suited_keeps_values_and_changes_the_unit():
    stimulus = STIMULI["PulseTrain"](amplitude=3.0, onset=33.0, pulses=7)
    other = suited(stimulus, IZHIKEVICH)
    assert other.values() == stimulus.values()
    assert type(other) is stimuli_of(IZHIKEVICH)["PulseTrain"]
    assert other is not stimulus
    segments = (Segment(0.0, 1.0, 1.0),)
    assert suited(STIMULI["Protocol"](source=segments), LIF).source == segments


def test_suited_refuses_what_the_other_neuron_does_not_allow():
    with pytest.raises(ValueError, match=r"amplitude = 3 .* 0 to 2 nA"):
        suited(STIMULI["Constant"](amplitude=3), NARROW)


@pytest.mark.parametrize(
    "kind, values, begins",
    [
        ("Constant", {}, 0.0),
        ("Noise", {}, 0.0),
        ("Recorded", {}, 0.0),
        ("Step", {"onset": 20.0}, 20.0),
        ("Step", {"onset": 0.0}, 0.0),  # not where it ends
        ("Ramp", {"onset": 5.0}, 5.0),
        ("PulseTrain", {"onset": 12.5}, 12.5),
        ("Protocol", {"source": (Segment(0.0, 100.0, 0.2), Segment(40.0, 45.0, 1.0), Segment(30.0, 31.0, 1.0))}, 30.0),
        ("Protocol", {"source": ()}, 0.0),
        ("Chirp", {"onset": 8.0}, 8.0),
        ("SpikeTrain", {"onset": 3.0}, 3.0),
        ("Sum", {}, 0.0),
        ("Sum", {"source": (STIMULI["Constant"](), STIMULI["Step"](onset=30.0), STIMULI["Ramp"](onset=20.0))}, 20.0),
        ("Sequence", {"source": ((STIMULI["Constant"](), 40.0), (STIMULI["Step"](onset=5.0), 0.0))}, 45.0),
        ("Sequence", {"source": ((STIMULI["Step"](onset=15.0), 40.0), (STIMULI["Constant"](), 0.0))}, 15.0),
    ],
)
def test_a_stimulus_says_when_it_sets_in(kind, values, begins):
    assert STIMULI[kind](**values).begins == begins


@pytest.mark.parametrize(
    ("stimulus", "ends"),
    [
        (STIMULI["Constant"](), math.inf),
        (STIMULI["Noise"](), math.inf),
        (STIMULI["Ramp"](onset=5.0, length=50.0), math.inf),  # it stays where it has come to
        (STIMULI["Step"](onset=20.0, length=60.0), 80.0),
        (STIMULI["PulseTrain"](onset=10.0, pulses=3, period=20.0, width=5.0), 55.0),
        (STIMULI["Chirp"](onset=8.0, length=500.0), 508.0),
        (STIMULI["Protocol"](source=(Segment(0.0, 100.0, 0.2), Segment(40.0, 45.0, 1.0))), 100.0),
        (STIMULI["Protocol"](source=()), math.inf),
        (STIMULI["Step"](onset=20.0, length=60.0) + STIMULI["Noise"](), 80.0),  # noise is what it stands on
        (STIMULI["Step"](onset=0.0, length=60.0) + STIMULI["Noise"](), 60.0),
        (STIMULI["Step"](onset=20.0, length=60.0) + STIMULI["PulseTrain"](onset=90.0, pulses=1, width=5.0), 95.0),
        (STIMULI["Noise"]() + STIMULI["Constant"](), math.inf),
        (STIMULI["Step"](onset=10.0, length=300.0).then(STIMULI["Step"](onset=5.0, length=10.0), 40.0), 55.0),
        (STIMULI["Constant"](amplitude=2.0).then(STIMULI["Constant"](amplitude=1.0), 40.0), math.inf),
    ],
)
def test_a_stimulus_says_when_it_is_over(stimulus, ends):
    assert stimulus.ends == ends
