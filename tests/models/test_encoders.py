"""Encoders as models: their spikes are those of the functions, and constant signals are found again."""

import math

import pytest
import torch

from snnlab import functional as F
from snnlab.models import ENCODERS, NETWORKS, STIMULI, Experiment
from snnlab.models.families.encoders import responses
from snnlab.testing import parametrize_with_checks
from tests.binomial import bounds

Constant, Step = STIMULI["Constant"], STIMULI["Step"]
STEPS = {
    "LIFEncoder": F.lif_current_encoder,
    "LIFExEncoder": F.lif_ex_current_encoder,
    "LIFAdExEncoder": F.lif_adex_current_encoder,
}
DRAWN = [name for name, cls in ENCODERS.items() if "f_max" in cls.fields._fields]


def run(name, x, values=None, **settings):
    settings = {"duration": 200.0, "dt": 0.5} | settings
    return Experiment.of(ENCODERS[name](**values or {}), Constant(amplitude=x), settings).run(torch.float64).recording


def parameters(name, **values):
    """The tuple of the neuron, from that of the encoder."""
    return ENCODERS[name].definition.neuron.parameters(**ENCODERS[name](**values).p(torch.float64)._asdict())


# ---- neurons ------------------------------------------------------------------------------------------------------


@parametrize_with_checks(F.ENCODERS)
def test_contract(definition, check):
    check(definition)


def test_there_are_steps_for_all():
    """That are driven by a current; the first spike alone has none."""
    stepped = {e.name: f for e in F.ENCODERS if e.neuron and not e.first for f in e.functions if hasattr(f, "neuron")}
    assert STEPS.items() <= stepped.items()
    assert {e.name for e in F.ENCODERS if e.neuron and not e.first} == stepped.keys()


@pytest.mark.parametrize("dt", [0.1, 1.0])
@pytest.mark.parametrize("x", [0.5, 1.2, 2.0, 7.5])
@pytest.mark.parametrize("values", [{}, {"tau_mem": 25.0, "v_th": 0.8, "v_reset": -0.3, "v_leak": 0.1}])
def test_lif_encoders_are_the_functions(dt, x, values):
    steps = round(200 / dt)
    signal = torch.full((1,), x, dtype=torch.float64)
    p = parameters("LIFEncoder", **values)
    for name, function in (
        ("LIFEncoder", F.constant_current_lif_encode),
        ("Latency", F.spike_latency_lif_encode),
    ):
        expected = function(signal, steps, p, dt / 1000)
        assert torch.equal(run(name, x, values, dt=dt).spikes, expected > 0)
        assert expected.any() == (x > 1)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("x", [0.5, 1.2, 3.0])
def test_encoders_are_the_steps_in_a_loop(name, x):
    """lif_current_encoder has v alone as its state, the others begin with all variables at zero."""
    p, neuron = parameters(name), ENCODERS[name].definition.neuron
    signal, v, a, spikes = torch.tensor(x, dtype=torch.float64), *torch.zeros(2, dtype=torch.float64), []
    for _ in range(400):
        if "a" in neuron.state._fields:
            z, v, a = STEPS[name](signal, v, a, p, 5e-4)
        else:
            z, v = STEPS[name](signal, v, p, 5e-4)
        spikes.append(z > 0)
    found = run(name, x).spikes[:, 0]
    assert torch.equal(found, torch.stack(spikes))
    assert found.any() == (x > 1) or name != "LIFEncoder"


@pytest.mark.parametrize("x", [1.2, 1.5, 2.0, 3.0, 3.9])
@pytest.mark.parametrize("name", ["LIFEncoder", "LIFExEncoder", "Latency"])
def test_driven_encoders_find_constants_again(name, x):
    """A spike comes up to one step late: dI = I (I - 1) dt / tau, here twice, at both ends of an interval."""
    decoded = run(name, x, duration=500.0, dt=0.05).variables["decoded"]
    assert decoded[-1].item() == pytest.approx(x, abs=2 * x * (x - 1) * 0.05 / 10 + 0.005)


@pytest.mark.parametrize("x", [3.6, 4.5, 5.5])
def test_an_adapting_encoder_finds_constants_once_it_has_adapted(x):
    """Its decoder knows the intervals that remain, so at first, when they are short, more is found than there is."""
    recording = run("LIFAdExEncoder", x, duration=1000.0, dt=0.05)
    decoded = recording.variables["decoded"]
    assert decoded[-1].item() == pytest.approx(x, abs=0.02)
    assert decoded[recording.spikes[:, 0].nonzero()[1]].item() > x + 0.1


def test_what_falls_silent_is_no_answer():
    """Below 3 the adaptation wins: a few spikes, and none remains, however short their intervals were."""
    x, y = responses(ENCODERS["LIFAdExEncoder"].definition, tuple(ENCODERS["LIFAdExEncoder"]().taken()), 5e-4)
    assert x[0] > 2.9
    assert run("LIFAdExEncoder", 2.0, duration=1000.0).spikes[-800:].sum() == 0
    assert (y > 15).all()


@pytest.mark.parametrize("name", [*STEPS, "Latency"])
def test_nothing_is_decoded_before_spikes_say_something(name):
    """A rate needs two spikes, a latency one; what lies below the threshold is never found."""
    recording = run(name, 2.0)
    decoded, at = recording.variables["decoded"], recording.spikes[:, 0].nonzero().flatten()
    known = at[0 if name == "Latency" else 1]
    assert decoded[:known].isnan().all()
    assert decoded[known:].isfinite().all()
    assert run(name, 0.5).variables["decoded"].isnan().all()


def test_decoded_signal_follows():
    """From one level to another: at the end of the first interval that lies in it."""
    step = Step(amplitude=3.0, base=1.5, onset=250.0, length=500.0)
    recording = Experiment.of(ENCODERS["LIFEncoder"](), step, {"dt": 0.05}).run().recording
    decoded = recording.variables["decoded"]
    assert recording.variables["x"][[0, -1]].tolist() == [1.5, 3.0]
    assert decoded[round(240 / 0.05)].item() == pytest.approx(1.5, abs=0.02)
    assert decoded[-1].item() == pytest.approx(3.0, abs=0.07)


def test_adaptation_is_what_differs():
    assert run("LIFAdExEncoder", 2.0).spikes.sum() < run("LIFExEncoder", 2.0).spikes.sum()


# ---- chance -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("f_max", [50.0, 800.0])
def test_poisson_counts_are_binomial(x, f_max):
    """Within bounds that a correct encoder misses once in a million."""
    spikes = run("Poisson", x, {"f_max": f_max}, neurons=40, duration=500.0).spikes
    assert spikes.shape == (1000, 40)
    p = x * f_max * 0.5e-3
    if p in (0.0, 1.0):
        assert (spikes == p).all()
    else:
        least, most = bounds(spikes.numel(), p)
        assert least <= spikes.sum() <= most


@pytest.mark.parametrize("x", [-0.7, 0.7])
def test_signs_are_those_of_the_signal(x):
    """A recording has where spikes are; their sign is in what is decoded."""
    recording = run("SignedPoisson", x, {"f_max": 400.0}, neurons=40)
    least, most = bounds(recording.spikes.numel(), 0.7 * 400 * 0.5e-3)
    assert least <= recording.spikes.sum() <= most
    assert (recording.variables["decoded"][50:] * x > 0).all()


def test_population_rates_are_the_activities():
    """f_max times population_encode, neurons that prefer the same side by side."""
    values = {"out_features": 6, "scale": 2.0, "f_max": 500.0}
    spikes = run("PopulationCode", 0.9, values, neurons=50, duration=400.0).spikes
    assert spikes.shape == (800, 300)
    activity = F.population_encode(torch.tensor([0.9]), 6, 2.0)[0].double()
    for k, a in enumerate(activity.tolist()):
        own = spikes[:, 50 * k : 50 * (k + 1)]
        least, most = bounds(own.numel(), 500 * a * 0.5e-3)
        assert least <= own.sum() <= most


def test_the_window_is_what_counts():
    """A signal that went silent is forgotten after it, and is half there after half of it."""
    step = Step(amplitude=1.0, base=0.0, onset=0.0, length=100.0)
    settings = {"duration": 200.0, "dt": 1.0, "neurons": 2000, "window": 40.0}
    decoded = Experiment.of(ENCODERS["Poisson"](), step, settings).run().recording.variables["decoded"]
    assert decoded[99].item() == pytest.approx(1.0, abs=0.06)  # 8000 spikes: five errors of 1.1 %
    assert decoded[119].item() == pytest.approx(0.5, abs=0.06)
    assert (decoded[140:] == 0).all()


@pytest.mark.parametrize("name", DRAWN)
def test_more_than_one_spike_a_step_is_refused(name):
    """Under the signal for which the rate is highest, f_max."""
    encoder, p = ENCODERS[name].definition, ENCODERS[name](f_max=3000.0).p()
    signals = torch.linspace(encoder.input.low, encoder.input.high, 11)
    rates = encoder.rates(signals, p).abs().amax(-1)
    spikes = f"{rates.max().item() * 0.5e-3:.3g}"
    assert spikes == "1.5" or name not in ("Poisson", "SignedPoisson", "PopulationCode")
    with pytest.raises(
        ValueError, match=rf"f_max = 3000 Hz is not allowed: it is {spikes} spikes a step, give .* smaller dt"
    ):
        run(name, signals[rates.argmax()].item(), {"f_max": 3000.0})


@pytest.mark.parametrize(("name", "low", "high"), [("Poisson", 0, 1), ("SignedPoisson", -1, 1)])
def test_signals_out_of_bounds_are_refused(name, low, high):
    """Also where only a sum leaves them."""
    with pytest.raises(ValueError, match=f"amplitude = 1.5 is not allowed: give a number from {low} to {high}"):
        run(name, 1.5)
    total = Constant(amplitude=0.7) + Constant(amplitude=0.7)
    with pytest.raises(ValueError, match=rf"signal = 1\.4 is not allowed: give numbers from {low} to {high}"):
        ENCODERS[name]().simulate(total)


# ---- the decoder --------------------------------------------------------------------------------------------------


def test_rates_of_the_decoder_are_the_closed_form():
    """Of Euler's steps: after n of them I (1 - (1 - dt / tau)^n) is above 1; in float32 perhaps a step later."""
    dt, tau = 1e-4, 1e-2
    x, y = responses(ENCODERS["LIFEncoder"].definition, tuple(ENCODERS["LIFEncoder"]().taken()), dt)
    for I, rate in zip(x.tolist(), y.tolist()):
        n = math.floor(math.log(1 - 1 / I) / math.log(1 - dt / tau)) + 1
        assert round(1 / (rate * dt)) in (n, n + 1)


def test_an_encoder_that_diverges_is_named():
    """By itself, and inside of a network: its recording is never taken for another's."""
    wild = ENCODERS["LIFAdExEncoder"](tau_ada=0.1)
    for model in (wild, NETWORKS["FeedForward"](encoder=wild)):
        with pytest.raises(ValueError, match=r"encoder = LIFAdExEncoder: its \w is not finite at .* ms: give a"):
            model.simulate(dt=1.0, duration=200)


@pytest.mark.parametrize("scale", [1.0, 5.0])
@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_tuning_curves_are_as_wide_as_they_are_said_to_be(scale, sigma):
    """At sigma / sqrt(scale) beside the preferred value, a neuron has e^-1/2 of its greatest rate."""
    model = ENCODERS["PopulationCode"](scale=scale, sigma=sigma, f_max=100)
    beside = torch.tensor([0.0, sigma / scale**0.5])
    at, away = model.definition.rates(beside, model.p())[:, 0].tolist()  # the first neuron prefers 0
    assert (at, away) == pytest.approx((100.0, 100.0 * math.exp(-0.5)))
