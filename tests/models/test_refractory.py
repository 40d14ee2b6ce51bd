"""Refractory periods are times: the same in ms whatever the time step, the integrator and the way to a run."""

import math

import numpy as np
import pytest
import torch

import snnlab
from snnlab.analysis import f_i_curve
from snnlab.core import refractory
from snnlab.functional import Izhikevich
from snnlab.models import INTEGRATORS, NETWORKS, NEURONS, STIMULI, Experiment, model_of

PERIOD = 3.0  # ms
HOLDING = ["LIFRefrac", "LIFAdExRefrac", "LIFMCRefrac"]
QUIET = {"neurons": 1, "noise": 0.0}
Constant = STIMULI["Constant"]


def made(name, **values):
    if name == "own":
        return model_of(refractory(Izhikevich, name="RefractoryIzhikevich"))(**values)
    return NEURONS[name](**values)


def held(model, dt, integrator="Euler"):
    """How long a neuron is refractory after its first spike, in ms."""
    drive = Constant(amplitude=2.0 * model.port.current.default)
    settings = QUIET | {"duration": 60.0, "dt": dt, "integrator": integrator}
    recording = Experiment.of(model, drive, settings).run(torch.float64).recording
    rho = recording.variables["rho"][:, 0].numpy()
    first = np.flatnonzero(rho > 0)[0]
    assert recording.spikes[first, 0]
    return (np.flatnonzero(rho[first:] == 0)[0]) * recording.dt


@pytest.mark.parametrize("integrator", INTEGRATORS)
@pytest.mark.parametrize("dt", [0.05, 0.1, 0.2, 0.5, 0.7])
@pytest.mark.parametrize("name", [*HOLDING, "own"])
def test_the_period_is_the_same_for_every_dt_and_integrator(name, dt, integrator):
    assert abs(held(made(name, t_ref=PERIOD), dt, integrator) - PERIOD) <= dt / 2 + 1e-9


def test_the_interval_is_the_period_and_the_way_to_the_threshold():
    """To two steps: one in which the threshold is seen to be crossed, one of Euler's."""
    free = 10.0 * math.log(1.5 / 0.5)
    for dt in (0.2, 0.1, 0.05, 0.025):
        for integrator in ("Euler", "Euler, dt / 10"):
            run = NEURONS["LIFRefrac"](t_ref=PERIOD).simulate(
                Constant(amplitude=1.5), duration=300, dt=dt, integrator=integrator, **QUIET
            )
            assert np.diff(run.spike_times()).mean() == pytest.approx(PERIOD + free, abs=2 * dt)
            assert len(run.spike_times()) == 21


@pytest.mark.parametrize("name", HOLDING)
def test_what_is_recorded_and_begun_with_is_in_ms(name):
    silent = Constant(amplitude=0.0)
    for dt, integrator in ((0.1, "Euler"), (0.5, "Euler"), (0.1, "Euler, dt / 10")):
        settings = QUIET | {"duration": 8.0, "dt": dt, "integrator": integrator}
        experiment = Experiment.of(NEURONS[name](), silent, settings, {"rho": 4.0})
        recording = experiment.run(torch.float64).recording
        expected = np.maximum(0.0, 4.0 - recording.time)
        np.testing.assert_allclose(recording.variables["rho"][:, 0], expected, atol=1e-9)
        assert recording.units["rho"] == "ms"


def test_a_rate_counts_with_its_own_dt():
    rates = [f_i_curve(NEURONS["LIFRefrac"](t_ref=PERIOD), [1.5], dt=dt).rate[0] for dt in (0.2, 0.1, 0.05)]
    np.testing.assert_allclose(rates, 1000 / (PERIOD + 10 * math.log(3)), rtol=0.02)
    limit = [f_i_curve(NEURONS["LIFRefrac"](t_ref=PERIOD), [1e3], dt=dt).rate[0] for dt in (0.5, 0.1)]
    np.testing.assert_allclose(limit, [1000 / 3.5, 1000 / 3.1], rtol=1e-3)  # a step to fire in


def test_analysis_of_the_flow_counts_no_steps():
    model = NEURONS["LIFMCRefrac"](t_ref=PERIOD)
    (point,) = snnlab.fixed_points(model, 50.0)
    assert point.state["v"] == pytest.approx(0.5)


def test_who_gives_no_dt_is_asked_for_it():
    for ask in (NEURONS["LIFRefrac"]().p, NEURONS["LIFRefrac"]().taken):
        with pytest.raises(ValueError, match="t_ref is a time, which is counted in steps: give dt in ms as well"):
            ask()
    assert NEURONS["LIF"]().p().tau_mem_inv == 100.0  # what counts no steps needs none


@pytest.mark.parametrize("dt", [0.1, 0.2, 0.5])
def test_neurons_of_a_network_count_with_its_dt(dt):
    """Every neuron of a population has its own period; those of a layer the one that is given."""
    cell = NEURONS["LIFRefrac"](t_ref=PERIOD)
    population = NETWORKS["Population"](cell=cell, size=50, spread=20.0, only=("t_ref",))
    run = population.simulate(Constant(amplitude=1.5), duration=400, dt=dt, watched=50)
    times = [np.diff(run.spike_times(k)).mean() - 10 * math.log(3) for k in range(50)]
    assert np.mean(times) == pytest.approx(PERIOD, abs=2 * dt + 3 * 0.6 / 50**0.5)  # 3 standard errors
    assert np.std(times) == pytest.approx(0.6, abs=0.2)
    assert run.variables["rho"].max() == pytest.approx(max(times), abs=2 * dt)

    layer = NETWORKS["FeedForward"](cell=cell.copy(), inputs=20, outputs=3, weight=5.0)
    run = layer.simulate(STIMULI["Constant"](amplitude=1.0), duration=100, dt=dt)
    shortest = min(np.diff(run.spike_times(k)).min() for k in range(3))
    assert PERIOD < shortest < PERIOD + 2.5 * dt  # the strong input makes it fire in a step or two


def test_scripts_of_others_count_as_the_run_does():
    def script(program, **settings):
        drive = STIMULI["SpikeTrain"](spikes=3)
        return Experiment.of(NEURONS["LIFRefrac"](t_ref=PERIOD), drive, QUIET | settings, {"rho": 1.0}).script(program)

    assert "rho_reset = 30.0  # refractory period of 3 ms, in steps\n" in script("brian2")
    assert "neuron.rho = 10.0\n" in script("brian2")
    assert "rho_reset = 300.0" in script("brian2", integrator="Euler, dt / 10")
    assert "rho_reset=6.0" in script("norse", dt=0.5) and "rho=torch.tensor([2.0])" in script("norse", dt=0.5)
    assert "LIFRefrac(t_ref=3.0)" in script("snnlab")
