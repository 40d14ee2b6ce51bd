"""The error of a run against closed forms: Euler's of a leaky membrane, and the times of its spikes."""

import math

import numpy as np
import pytest

from snnlab.analysis.accuracy import accuracy
from snnlab.models import LI, LIF, AdEx, Experiment, LIFRefrac, Step

TAU, I = 10.0, 2.0


def of(dt, amplitude=I, model=None, **settings):
    drive = Step(amplitude=amplitude, onset=0.0, length=1000.0)
    return accuracy(Experiment.of(model or LIF(tau_mem=TAU), drive, {"duration": 100.0, "dt": dt, **settings}))


@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_the_error_of_euler_is_known(dt):
    """Below the threshold: I (1 - (1 - dt / tau)^n) of Euler, I (1 - exp(-t / tau)) of the equation; v is float32."""
    found = of(dt, amplitude=0.8)
    n = 1 + np.arange(len(found.time))
    wanted = 0.8 * (np.exp(-n * dt / TAU) - (1 - dt / TAU) ** n)
    assert found.error == pytest.approx(wanted, abs=1e-6) and found.time == pytest.approx(n * dt)
    assert found.largest == pytest.approx(0.8 * dt / (2 * TAU) / math.e, rel=0.05)  # at t = tau, to first order


@pytest.mark.parametrize(("integrator", "order"), [("Euler", 1), ("Heun", 2)])
def test_halving_the_step_shrinks_it_by_the_order(integrator, order):
    coarse, fine = (of(dt, 0.8, integrator=integrator).largest for dt in (1.0, 0.5))
    assert coarse / fine == pytest.approx(2**order, rel=0.1)


def test_spikes_are_late_by_steps_and_by_the_error():
    """The equation spikes every tau ln(I / (I - 1)); its first spike waits for the end of a fine step."""
    interval = TAU * math.log(I / (I - 1))
    dt = 0.5
    steps = math.ceil(math.log(1 - 1 / I) / math.log(1 - dt / TAU))  # of Euler until v >= 1
    found = of(dt)
    assert found.late[0] == pytest.approx(steps * dt - interval, abs=dt / 32)
    assert found.spikes == (100 // (steps * dt), 100 // interval)
    assert np.isnan(found.error).any() and abs(found.late[-1]) > abs(found.late[0])
    assert np.isfinite(found.error[: int(10 / dt)]).all()


def test_exact_integration_leaves_nothing():
    assert of(0.5, 0.8, integrator="exponential Euler").largest < 1e-6  # of float32
    assert of(0.5, 0.8, model=LI(), integrator="exponential Euler").largest < 1e-6


def test_all_that_a_run_has_is_in_it():
    """Steps cut by the integrator, some of the samples, a refractory time, another initial state."""
    assert of(0.5, 0.8, integrator="Euler, dt / 10").largest == pytest.approx(of(0.05, 0.8).largest, rel=1e-3)
    thinned = of(0.1, 0.8, every=5)
    assert thinned.error == pytest.approx(of(0.1, 0.8).error[4::5], abs=1e-7)
    rests = of(0.1, model=LIFRefrac(t_ref=5.0))
    assert rests.spikes[0] == rests.spikes[1] == math.floor((100 + 5) / (TAU * math.log(2) + 5))
    experiment = Experiment.of(AdEx(), Step(amplitude=100.0), {"dt": 0.05, "duration": 50.0})
    experiment.initial.v = -60.0
    assert accuracy(experiment).largest < 0.05


def test_what_has_no_solution_is_refused():
    with pytest.raises(ValueError, match="noise = 0"):
        of(0.1, noise=0.5)
    assert of(0.1, 0.8, noise=0.5, neurons=3).largest == pytest.approx(of(0.1, 0.8).largest, rel=1e-6)
    with pytest.raises(ValueError, match="70,000 steps are too many"):
        of(0.01, duration=700.0)
