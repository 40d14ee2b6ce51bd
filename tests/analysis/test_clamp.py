"""Voltage clamp against closed forms: while v is held, each gate relaxes exponentially."""

import numpy as np
import pytest
import torch

from snnlab import functional as F
from snnlab.analysis import clamp_to, currents, gates, voltage_clamp
from snnlab.analysis.clamp import held
from snnlab.models import LIF, AdEx, Experiment, HodgkinHuxley, Step, Theta, clamp

SQUID = HodgkinHuxley()


def test_currents_are_those_of_gates_that_relax_exponentially():
    """Exponential Euler is exact while nothing but the gates moves: to rounding."""
    found = voltage_clamp(SQUID, [-20.0, 20.0], hold=-65.0, before=2.0, length=20.0, after=5.0)
    at = gates(SQUID, np.array([-65.0, -20.0, 20.0]))
    during = (found.time >= found.onset) & (found.time < found.end)
    t = found.time[during] - found.onset
    for k in range(2):
        x = {
            name: at.steady[name][1 + k]
            + (at.steady[name][0] - at.steady[name][1 + k]) * np.exp(-t / at.tau[name][1 + k])
            for name in "mhn"
        }
        v = found.steps[k]
        np.testing.assert_allclose(found.currents["K"][during, k], 36 * x["n"] ** 4 * (v + 77), rtol=1e-9)
        np.testing.assert_allclose(found.currents["Na"][during, k], 120 * x["m"] ** 3 * x["h"] * (v - 50), rtol=1e-9)
    np.testing.assert_allclose(found.total, sum(found.currents.values()), rtol=1e-9, atol=1e-9)


def test_a_family_shows_what_hodgkin_and_huxley_saw():
    """Inward first, outward later; the sodium current turns at its reversal potential, and tails follow the gates."""
    found = voltage_clamp(SQUID, np.arange(-60.0, 81.0, 10.0))
    sodium = found.peak("Na")
    assert (np.sign(sodium) == np.sign(found.steps - 50))[found.steps != 50].all()
    assert found.peak()[4:9].max() < 0 < found.steady()[4:].min()
    assert (np.diff(found.steady("K")) > 0).all() and (np.diff(found.tail("K")) > 0).all()


def test_gates_are_those_of_the_paper():
    """Half of the channels are ready at -62.6 mV: h there; n has its longest time constant near -80 mV."""
    found = gates(SQUID)
    v = found.v[np.argmin(abs(found.steady["h"] - 0.5))]
    assert v == pytest.approx(-62.4, abs=0.6)
    assert found.v[found.tau["n"].argmax()] == pytest.approx(-79, abs=4) and found.tau["n"].max() < 7


def test_a_clamp_holds_any_neuron_with_another_variable():
    """AdEx at rest: the exponential and the leak, and the adaptation that follows with tau_w."""
    model = AdEx()
    found = voltage_clamp(model, [-60.0], hold=-70.0, before=1.0, length=300.0, after=1.0)
    leak = 10 * (-60 + 70 - 2 * np.exp((-60 + 50) / 2))
    assert found.steady()[0] == pytest.approx(leak + 2 * 10, rel=1e-4)
    assert found.unit == "pA" and not found.currents


def test_any_command_can_be_given():
    ramp = np.linspace(-80, 0, 400)
    found = clamp_to(SQUID, ramp, 0.05)
    assert found.total.shape == (400, 1) and found.total.min() < -100


def test_currents_of_a_run_balance_the_membrane():
    result = Experiment.of(SQUID, settings={"duration": 50.0, "dt": 0.001, "integrator": "RK4"}).run(torch.float64)
    total = sum(currents(result).values())
    v = result.recording.variables["v"][:, 0].numpy()
    moved = np.gradient(v, 0.001)  # mV per ms, which is µA/cm² for 1 µF/cm²
    np.testing.assert_allclose(moved[5:-5], (10 - total)[5:-5], atol=0.2)  # of 300 in the upstroke


def test_a_step_of_one_step_of_dt_is_measured():
    found = voltage_clamp(SQUID, [0.0], length=0.02)
    assert found.peak() == found.steady() == found.total[found.time == found.onset][0]


def test_a_neuron_of_v_alone_is_clamped_as_its_models_are():
    """Theta has nothing beside v; the current that holds it has a closed form: 1 - cos v + (1 + cos v) I = 0."""
    found = voltage_clamp(Theta(), [1.0, 2.0], hold=0.5)
    v = np.array([1.0, 2.0])
    np.testing.assert_allclose(found.steady(), -(1 - np.cos(v)) / (1 + np.cos(v)), rtol=1e-12)
    np.testing.assert_allclose(found.peak(), found.steady(), rtol=1e-12)


def shown(**step):
    """A run under voltage clamp of 40 ms."""
    stimulus = Step(amplitude=0.0, base=-65.0, **step)
    result = Experiment(clamp(HodgkinHuxley)(), stimulus, {"duration": 40.0}).run()
    return held(result, F.HodgkinHuxley)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: voltage_clamp(SQUID, [2000.0]), "steps = 2000 is not allowed"),
        (lambda: voltage_clamp(SQUID, hold=-3000), "hold = -3000"),
        (lambda: voltage_clamp(SQUID, length=0), "length = 0"),
        (lambda: voltage_clamp(SQUID, before=-1), "before = -1"),
        (lambda: voltage_clamp(SQUID).peak("Ca"), "name = 'Ca' is not known: choose one of L, Na, K"),
        (lambda: voltage_clamp(SQUID, after=0).tail(), "nothing is after the step, where its tail would be"),
        (lambda: voltage_clamp(SQUID, dt=100), "length = 30 is not allowed: give a finite time in ms, 100 or more"),
        (lambda: voltage_clamp(SQUID, dt=0), "dt = 0 is not allowed: give a finite time in ms, greater than 0"),
        (lambda: voltage_clamp(SQUID, length=0.001), "length = 0.001 is not allowed: .*, 0.025 or more"),
        (lambda: voltage_clamp(SQUID, length=1e9), "before .* = 1e.09 ms are 5.2e.11 values of 13 steps: at most"),
        (lambda: voltage_clamp(SQUID, after=np.nan), "after = nan is not allowed"),
        (lambda: voltage_clamp(SQUID, hold="-80 mV"), "hold = '-80 mV' is not allowed: give a number from -1000 to"),
        (lambda: voltage_clamp(F.HodgkinHuxley), "model is the definition HodgkinHuxley: give a model of it"),
        (lambda: clamp_to(SQUID, [], 0.1), r"shape of command = \(0,\) is not allowed"),
        (lambda: clamp_to(SQUID, [-65.0, np.nan], 0.1), r"command\[1\] = nan is not finite"),
        (lambda: clamp_to(SQUID, [-65.0, 5000], 0.1), "command = 5000 is not allowed: give a number from -1000"),
        (lambda: clamp_to(SQUID, [-65.0], -0.1), "dt = -0.1 is not allowed"),
        (lambda: shown(onset=100, length=0).peak(), "the step begins at 100 ms, after the run's end at 40 ms: let it"),
        (lambda: shown(onset=100, length=0).steps, "the step begins at 100 ms, after the run's end at 40 ms"),
        (lambda: shown(onset=10, length=0).steady(), "the step lasts 0 ms, too short to be recorded"),
        (lambda: held(voltage_clamp(SQUID), F.HodgkinHuxley), "result is a Clamp: give that of Experiment.run"),
        (lambda: currents(Experiment.of(LIF()).run()), "LIF is no sum of currents"),
        (lambda: currents(Experiment.of(SQUID).run().recording), "result is a Recording: give that of Experiment.run"),
        (lambda: currents(Experiment.of(SQUID).run(), 7), "neuron = 7 is not allowed: give the number of a neuron"),
    ],
)
def test_what_cannot_be_clamped_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
