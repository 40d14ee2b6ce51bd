"""A step that is too long for its neuron says so, once a run; no other does."""

import math
import warnings
from typing import Annotated, NamedTuple

import pytest
import torch
from torch import Tensor

from snnlab.core import InverseTime, Neuron, Quantity, exponential_euler, heun, rk4, running, staggered
from snnlab.engine import CoarseStep, Population, Projection, again, longest_step, simulate, simulate_network
from snnlab.engine.coarse import pace_of
from snnlab.functional import (
    IAF,
    LIF,
    LSNN,
    NEURONS,
    PLASTICITY,
    AdEx,
    CobaLIF,
    CobaLIFFeedForwardState,
    HodgkinHuxley,
    Izhikevich,
    IzhikevichState,
    LIFBox,
    LIFFeedForwardState,
    LIFParameters,
    Theta,
)
from snnlab.models import NEURONS as MODELS
from tests.engine.cases import textbook

STILL = [IAF, Theta]  # in which nothing decays at rest: the phase has no slope there
DECAYING = [neuron for neuron in NEURONS if neuron not in STILL]
LIMITS = {staggered("v"): 0.5, heun: 1.0, rk4: 1.5}
EXACTLY = 1.0  # of a variable that an exponential step solves, as it does the gates of channels


def told(run) -> list[str]:
    """The warnings of a run about its step."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        run()
    return [str(one.message) for one in found if one.category is CoarseStep]


def runs(neuron, dt, p=None, port="current", **more):
    x = torch.full((3,), 0.1 * neuron.current.default)
    return told(lambda: simulate(neuron, **{port: x}, p=p or neuron.parameters(**textbook(neuron)), dt=dt, **more))


def fastest(neuron):
    """The shortest time in s in which a variable decays at rest, from numeric derivatives of the flow."""
    p = neuron.parameters(**textbook(neuron))
    s = neuron.state(*(torch.as_tensor(x, dtype=torch.float64) for x in neuron.rest(p)))
    rates = []
    for name in neuron.state._fields:
        up, down = (
            getattr(neuron.flow(s._replace(**{name: getattr(s, name) + nudge}), 0.0, p), name)
            for nudge in (1e-4, -1e-4)
        )
        rates.append(float(down - up) / 2e-4)
    return 1 / max(rates)


@pytest.mark.parametrize("neuron", DECAYING, ids=lambda neuron: neuron.name)
def test_three_times_the_fastest_time_constant_is_too_long(neuron):
    """With its own integrator and with each other; with spikes at its port, where it has one, as these move all."""
    port = "current" if neuron.receive is None else "spikes"
    dt = 3 * fastest(neuron)
    for advance in (None, staggered(*neuron.state._fields), heun, rk4, exponential_euler):
        (text,) = runs(neuron, dt, port=port, advance=advance)
        assert text.startswith(f"dt = {1000 * dt:.6g} ms is longer than ")


@pytest.mark.parametrize("neuron", DECAYING, ids=lambda neuron: neuron.name)
def test_the_longest_step_is_so_much_of_it(neuron):
    """Half of the time constant for Euler: no warning there, and one beyond. `None` is the neuron's own integrator."""
    p, tau = neuron.parameters(**textbook(neuron)), fastest(neuron)
    port = "current" if neuron.receive is None else "spikes"
    own = LIMITS | {exponential_euler: EXACTLY}
    for advance, share in (LIMITS | {None: own.get(neuron.advance, 0.5)}).items():
        longest = longest_step(neuron, p, advance=advance)
        assert longest == pytest.approx(share * tau, rel=1e-3)
        assert runs(neuron, longest, port=port, advance=advance) == []
        assert len(runs(neuron, 1.01 * longest, port=port, advance=advance)) == 1


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_steps_are_judged_in_plain_numbers(neuron):
    """Tensors take a hundred times as long, in every run."""
    p = neuron.parameters(**textbook(neuron))
    names = tuple((name, x) for name, x in zip(p._fields, p) if not isinstance(x, Tensor | float))
    assert pace_of(neuron, type(p), names, False, None).share is not None


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_usual_steps_are_not_too_long(neuron):
    """The neuron's own, a tenth of a millisecond for most, and the whole one of Norse with its own parameters.

    Norse has no neuron that makes its spikes itself.
    """
    assert runs(neuron, neuron.dt / 1000) == []
    if not neuron.crosses and all(name in neuron.parameters._field_defaults for name in neuron.parameters._fields):
        assert told(lambda: simulate(neuron, current=torch.zeros(3), dt=1e-3)) == []


def test_what_nothing_decays_in_has_no_limit():
    for neuron in STILL:
        assert longest_step(neuron) == math.inf
        assert runs(neuron, 1.0) == []


def test_the_words():
    p = LIFParameters(tau_mem_inv=200.0)
    (text,) = runs(LIF, 0.01, p)
    assert text == (
        "dt = 10 ms is longer than half of tau_mem = 5 ms: spikes may be artefacts of the step; take at most 2.5 ms"
    )
    assert runs(LIF, 0.01, p, advance=heun)[0].startswith("dt = 10 ms is longer than tau_mem = 5 ms: ")
    assert "longer than 1.5 times tau_mem = 5 ms: " in runs(LIF, 0.01, p, advance=rk4)[0]
    (text,) = runs(CobaLIF, 0.011)  # of a capacitance and a conductance
    assert "half of the 20 ms in which v decays" in text and "take at most 10 ms" in text
    assert "what is shown may be an artefact" in runs(NEURONS[-1], 0.01)[0]  # a leaky integrator has no spikes
    (text,) = runs(AdEx, 0.02, AdEx.parameters(tau_w=torch.tensor(8.0)))
    assert "half of tau_w = 8 ms" in text


def test_the_first_line_is_that_of_the_caller():
    with pytest.warns(CoarseStep) as found:
        simulate(LIF, current=torch.zeros(3), dt=0.1)
    assert found[0].filename == __file__


def test_artefacts_that_were_silent():
    """Ten spikes of a current that is below the rheobase; a membrane that runs off."""
    p = LIFParameters(tau_mem_inv=torch.tensor(200.0))
    with pytest.warns(CoarseStep, match="spikes may be artefacts"):
        run = simulate(LIF, current=torch.full((10,), 0.9), p=p, dt=0.01)
    assert run.spikes.sum() > 0
    with pytest.warns(CoarseStep):
        run = simulate(LIF, current=torch.full((100,), -1.0), p=LIFParameters(v_th=1e30), dt=0.025)
    assert run.variables["v"].abs().max() > 1e12


def test_the_short_way_says_it_too():
    """Where a kernel is known and only numbers change, each run is judged by its own."""
    current, p = torch.full((50,), 1.5), LIFParameters()
    state = LIF.rest(p)

    def run(tau, dt):
        return told(
            lambda: simulate(LIF, current=current, state=state, p=p._replace(tau_mem_inv=torch.tensor(1 / tau)), dt=dt)
        )

    assert [len(run(0.01, 0.001)) for _ in range(3)] == [0, 0, 0]
    given = ("v",), None, 1, None, True
    assert again.run(LIF, current, None, state, p, 0.001, *given) is not None  # so this is the short way
    assert len(run(0.001, 0.001)) == 1
    assert len(run(0.01, 0.006)) == 1
    assert len(run(0.01, 0.004)) == 0


def test_a_synapse_that_nothing_moves_is_no_matter():
    """Its time constant of 0.1 ms concerns who sends spikes to it, or begins with a current in it."""
    p, dt = LIFParameters(tau_syn_inv=torch.tensor(1e4)), 1e-3
    current, silent = torch.full((20,), 1.5), LIF.rest(LIFParameters())
    assert told(lambda: simulate(LIF, current=current, p=p, dt=dt)) == []
    assert len(told(lambda: simulate(LIF, current=current, spikes=torch.zeros(20), p=p, dt=dt))) == 1
    begun = LIFFeedForwardState(silent.v, torch.tensor(0.5))
    assert len(told(lambda: simulate(LIF, current=current, state=begun, p=p, dt=dt))) == 1
    network = Projection(torch.zeros(2, 2))
    assert len(told(lambda: simulate(LIF, current=current[:, None].expand(-1, 2), p=p, dt=dt, network=network))) == 1


def test_what_a_spike_moves_is_a_matter():
    """The threshold of LSNN stands at rest until a spike raises it."""
    p = LSNN.parameters(tau_adapt_inv=torch.tensor(1e4))
    assert len(told(lambda: simulate(LSNN, current=torch.zeros(5), p=p, dt=1e-3))) == 1


def test_it_is_judged_where_the_run_begins():
    """Conductances shorten a membrane's time, and Izhikevich's parabola is steeper the lower it is entered."""
    p, dt = CobaLIF.parameters(**textbook(CobaLIF)), 1e-3
    current = torch.zeros(3)
    for g_e, count in ((0.0, 0), (200.0, 1)):
        state = CobaLIFFeedForwardState(torch.tensor(-70.0), torch.tensor(g_e), torch.tensor(0.0))
        assert len(told(lambda s=state: simulate(CobaLIF, current=current, state=s, p=p, dt=dt))) == count
    p = Izhikevich.parameters(**textbook(Izhikevich))
    for v, count in ((-65.0, 0), (-130.0, 1), (0.0, 0)):  # the upstroke is fast by nature
        state = IzhikevichState(torch.tensor(v), torch.tensor(-13.0))
        assert len(told(lambda s=state: simulate(Izhikevich, current=current, state=s, p=p, dt=2.5e-4))) == count


def test_what_is_not_read_may_be_as_large_as_it_likes():
    """The decay of LIF depends on no state: that of a hundred neurons is the number of one."""
    state = LIFFeedForwardState(torch.rand(100), torch.rand(100))
    spikes = torch.zeros(5, 100)
    assert told(lambda: simulate(LIF, spikes=spikes, state=state, dt=1e-3)) == []
    assert len(told(lambda: simulate(LIF, spikes=spikes, state=state, dt=6e-3))) == 1


def test_of_many_neurons_the_fastest_counts():
    tau = torch.tensor([0.02, 0.001, 0.01])
    p = LIFParameters(tau_mem_inv=1 / tau)
    (text,) = told(lambda: simulate(LIF, current=torch.zeros(5, 3), p=p, dt=1e-3))
    assert "half of tau_mem = 1 ms" in text
    assert longest_step(LIF, p, spikes=False) == pytest.approx(0.0005)
    v = torch.tensor([-65.0, -130.0])
    p = Izhikevich.parameters(**textbook(Izhikevich))
    state = IzhikevichState(v, torch.full((2,), -13.0))
    assert len(told(lambda: simulate(Izhikevich, current=torch.zeros(5, 2), state=state, p=p, dt=2.5e-4))) == 1


@pytest.mark.parametrize("gradient", [False, True])
@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_every_backend_and_gradients(backend, gradient):
    tau = torch.tensor(1000.0, requires_grad=gradient)
    run = {"current": torch.zeros(5), "p": LIFParameters(tau_mem_inv=tau), "dt": 1e-3, "backend": backend}
    assert len(told(lambda: simulate(LIF, **run))) == 1


def test_with_exponential_steps_each_variable_has_its_own_limit():
    """AdEx's membrane is Euler's, its adaptation exact: half of 20 ms, and all of tau_w."""
    for tau_w, longest in ((1000.0, 0.01), (5.0, 0.005), (15.0, 0.01)):
        p = AdEx.parameters(**textbook(AdEx) | {"tau_w": torch.tensor(tau_w)})
        assert longest_step(AdEx, p, advance=exponential_euler) == pytest.approx(longest, rel=1e-3)
    assert longest_step(LIFBox, advance=exponential_euler) == pytest.approx(0.01)


class OwnParameters(NamedTuple):
    tau_inv: Tensor = torch.tensor(100.0)


class Told(NamedTuple):
    tau_inv: Annotated[Tensor, InverseTime("tau", low=1, high=9, doc="any")] = torch.tensor(100.0)


class OwnState(NamedTuple):
    v: Tensor


def own(flow, parameters=OwnParameters):
    """A neuron of somebody's, without any annotation."""
    return Neuron(
        name="Own", parameters=parameters, state=OwnState, flow=flow, rest=lambda p: OwnState(v=0.5 + 0.0 * p.tau_inv),
        port="current", current=Quantity("1", low=0, high=1, doc="input"), doc="", source="",
    )  # fmt: skip


OWN = {  # flows with a decay of tau at the rest of 0.5
    "plain": lambda s, I, p: OwnState(v=p.tau_inv * (I - s.v)),
    "an operation that Python has not": lambda s, I, p: OwnState(v=p.tau_inv * (I - torch.atan(s.v) * 1.25)),
    "of a number": lambda s, I, p: OwnState(v=p.tau_inv * (I - s.v**2)),
}


@pytest.mark.parametrize("name", OWN)
def test_neurons_of_ones_own(name):
    neuron = own(OWN[name])
    assert longest_step(neuron, OwnParameters()) == pytest.approx(0.005)
    (text,) = told(lambda: simulate(neuron, current=torch.zeros(3), dt=0.006))
    assert "half of the 10 ms in which v decays" in text
    assert told(lambda: simulate(neuron, current=torch.zeros(3), dt=0.004)) == []


def test_a_parameter_that_is_annotated_is_named():
    (text,) = told(lambda: simulate(own(OWN["plain"], Told), current=torch.zeros(3), dt=0.006))
    assert "half of tau = 10 ms" in text


def test_a_step_of_ones_own_is_not_judged():
    """A plain step tells no flow; nor does what cannot be recorded."""
    given = {"current": torch.zeros(3), "p": (1.0,), "state": (0.0,), "dt": 9.0, "record": ()}
    assert told(lambda: simulate(lambda x, s, p, dt: (x > 0, s), **given)) == []
    meeting = own(lambda s, I, p: OwnState(v=p.tau_inv * (I - torch.stack([s.v, s.v]).mean(0))))
    assert told(lambda: simulate(meeting, current=torch.zeros(3, 2), dt=9.0)) == []


def test_a_rule_keeps_its_own_step():
    """Another integrator would leave the weight where it is: refused in words, which nothing did before."""
    for rule in PLASTICITY:
        neuron = running(rule)
        spikes = torch.zeros(5)
        assert told(lambda n=neuron, x=spikes: simulate(n, spikes=x, current=x, dt=1e-3, record=())) == []
        with pytest.raises(ValueError, match=rf"{rule.name} is a rule with a step of its own: leave `advance` out"):
            simulate(neuron, spikes=spikes, current=spikes, dt=1e-3, record=(), advance=rk4)


def test_a_run_that_is_told_no_step_takes_that_of_the_functions():
    """Norse's 1 ms; of a neuron that has to be run in finer ones its own, also as a model and beside others."""
    assert simulate(LIF, current=1.5, duration=0.01).dt == simulate(AdEx, current=300.0, steps=9).dt == 1.0
    fine = simulate(HodgkinHuxley, current=10.0, duration=0.1)
    assert fine.dt == 0.025 and told(lambda: simulate(HodgkinHuxley, current=10.0, duration=0.1)) == []
    same = simulate(HodgkinHuxley, current=10.0, duration=0.1, dt=0.000025)
    assert torch.equal(fine.spikes, same.spikes) and len(fine.spike_times()) == 7
    assert simulate(MODELS["HodgkinHuxley"](), current=10.0, steps=2).dt == 0.025
    cells = {"a": Population(LIF, 2), "b": Population(HodgkinHuxley, 1)}
    assert {run.dt for run in simulate_network(cells, {}, steps=2).values()} == {0.025}
