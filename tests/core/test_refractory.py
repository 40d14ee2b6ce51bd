"""A refractory period for any neuron."""

from dataclasses import replace

import pytest
import torch

from snnlab.core import countdown, hold_potential, refractory, silent, step, with_counter
from snnlab.engine import simulate
from snnlab.functional import (
    LIF,
    NEURONS,
    Izhikevich,
    LIFAdExRefrac,
    LIFMCRefrac,
    LIFParameters,
    LIFRefrac,
)
from snnlab.models import NEURONS as MODELS

PLAIN = [neuron for neuron in NEURONS if neuron.excess is not None and neuron.hold is None]
each_plain_neuron = pytest.mark.parametrize("neuron", PLAIN, ids=lambda neuron: neuron.name)
HOLDING = [LIFRefrac, LIFAdExRefrac]


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def made_refractory(neuron, period):
    """The neuron with a refractory period, and its textbook parameters."""
    made = refractory(neuron, name=f"Refractory{neuron.name}")
    return made, made.parameters(*MODELS[neuron.name]().p(torch.float64, dt=0.1), numbers(period)[0])


def test_countdown():
    """A spike sets the counter; else it falls by one a step, to zero and not below."""
    rho, z = numbers(0.0, 3.0, 1.0, 0.5, 0.0, 2.0), numbers(0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
    mask = (rho > 0).double()
    assert countdown(rho, mask, z, 5.0).tolist() == [0.0, 2.0, 0.0, 0.0, 5.0, 5.0]


def test_held():
    """Refractory neurons stay where they were and are silent, whatever the step would have made of them."""
    v, z, rho = hold_potential(
        numbers(1.0, 1.0), numbers(0.0, 3.0), numbers(1.0, 1.0), numbers(-7.0, -7.0), LIFParameters(), 5.0
    )
    assert v.tolist() == [-7.0, 1.0]
    assert z.tolist() == [1.0, 0.0]
    assert rho.tolist() == [5.0, 2.0]


def test_a_spike_is_followed_by_a_pause():
    """Step by step: spike, three steps held at the reset potential while the synapse goes on, then on as before."""
    p = LIFRefrac.parameters(*map(numbers, (200.0, 100.0, 0.0, 1.0, -0.5)), rho_reset=numbers(3.0))
    s, rows = LIFRefrac.state(numbers(0.99), numbers(4.0), numbers(0.0)), []
    for _ in range(5):
        z, s = step(LIFRefrac, s, p, 0.001)
        rows.append((z.item(), s.v.item(), s.rho.item()))
    assert rows[:4] == [(1.0, -0.5, 3.0), (0.0, -0.5, 2.0), (0.0, -0.5, 1.0), (0.0, -0.5, 0.0)]
    assert s.i.item() == pytest.approx(4 * 0.8**5, rel=1e-12)
    assert rows[4][1] == pytest.approx(-0.5 + 0.1 * (0.5 + 4 * 0.8**4), rel=1e-12)


@each_plain_neuron
def test_no_spike_comes_within_the_period(neuron):
    """Of any neuron, and after it there are spikes again."""
    made, p = made_refractory(neuron, 30.0)
    current = torch.full((6000,), neuron.current.default, dtype=torch.float64)
    spikes = simulate(made, current=current, p=p, dt=1e-4).spikes.nonzero().flatten()
    usual = simulate(neuron, current=current, p=MODELS[neuron.name]().p(torch.float64, dt=0.1), dt=1e-4).spikes
    assert spikes[0] == usual.nonzero().flatten()[0], "the first spike comes as it would"
    assert len(spikes) >= 2
    assert spikes.diff().min() > 30


@each_plain_neuron
def test_a_period_of_zero_is_none(neuron):
    made, p = made_refractory(neuron, 0.0)
    current = torch.full((3000,), neuron.current.default, dtype=torch.float64)
    with_it = simulate(made, current=current, p=p, dt=1e-4)
    without = simulate(neuron, current=current, p=MODELS[neuron.name]().p(torch.float64, dt=0.1), dt=1e-4)
    assert torch.equal(with_it.spikes, without.spikes)
    assert torch.equal(with_it.variables["v"], without.variables["v"])


def test_the_period_counts_steps():
    """Not milliseconds: a run with half the step has half the pause."""
    made, p = made_refractory(LIF, 10.0)
    pauses = []
    for dt in (1e-3, 5e-4):
        current = torch.full((400,), 4.0, dtype=torch.float64)
        steps = simulate(made, current=current, p=p, dt=dt).spikes.nonzero().flatten().diff()
        plain = simulate(LIF, current=current, p=LIFParameters(), dt=dt).spikes.nonzero().flatten().diff()
        pauses.append(set((steps[:5] - plain[:5]).tolist()))
    assert pauses == [{10}, {10}]


@pytest.mark.parametrize("neuron", HOLDING, ids=lambda neuron: neuron.name)
def test_held_neurons_keep_v_and_nothing_else(neuron):
    p = MODELS[neuron.name]().p(torch.float64, dt=0.1)
    s = neuron.state(*(torch.full((2,), 0.3, dtype=torch.float64) for _ in neuron.state._fields))
    s = s._replace(v=numbers(5.0, 5.0), rho=numbers(0.0, 2.0))
    z, after = step(neuron, s, p, 1e-3, spikes=numbers(1.0, 1.0))
    assert z.tolist() == [1.0, 0.0]
    assert after.v.tolist() == [p.v_reset.item(), 5.0]
    assert after.rho.tolist() == [p.rho_reset.item(), 1.0]
    for name in set(neuron.state._fields) - {"v", "rho"}:
        first, second = getattr(after, name).tolist()
        assert first == second != 0.3, f"{name} goes on, jump of the suppressed spike included"


def test_a_compartment_leaks_no_more_but_is_coupled():
    """LIFMCRefrac's pause switches the leak off; current, and spikes, go on."""
    p = MODELS["LIFMCRefrac"]().p(torch.float64, dt=0.1)
    s = LIFMCRefrac.state(numbers(0.5, 0.5, 5.0), numbers(0.0, 0.0, 0.0), numbers(0.0, 2.0, 2.0))
    z, after = step(LIFMCRefrac, s, p, 1e-3, current=numbers(10.0, 10.0, 10.0))
    assert after.v.tolist() == pytest.approx([0.5 - 0.1 * 0.5 + 0.01, 0.5 + 0.01, p.v_reset.item()])
    assert z.tolist() == [0.0, 0.0, 1.0]
    assert after.rho.tolist() == [0.0, 1.0, p.rho_reset.item()]


def test_a_counter_alone_changes_nothing():
    """`with_counter` adds a parameter and a variable; what they do is for `hold` or `flow` to say."""
    made = with_counter(Izhikevich, name="Counted")
    assert made.parameters._fields == (*Izhikevich.parameters._fields, "rho_reset")
    assert made.state._fields == ("v", "u", "rho")
    assert made.parameters(0.02, 0.2, -65.0, 8.0).rho_reset == 5.0
    p = made.parameters(*map(numbers, (0.02, 0.2, -65.0, 8.0)))
    current = torch.full((500, 1), 10.0, dtype=torch.float64)
    plain = simulate(Izhikevich, current=current, p=Izhikevich.parameters(*p[:-1]), dt=1e-4)
    counted = simulate(made, current=current, p=p, dt=1e-4, record=("v", "rho"))
    assert torch.equal(counted.spikes, plain.spikes)
    assert plain.spikes.any()
    assert torch.equal(counted.variables["v"], plain.variables["v"])
    assert not counted.variables["rho"].any()


def test_what_is_not_changed_is_the_neurons():
    made = refractory(LIF, name="Paused", title="paused")
    assert (made.name, made.title, made.doc, made.source) == ("Paused", "paused", LIF.doc, LIF.source)
    assert (made.port, made.lands, made.current, made.advance) == (LIF.port, LIF.lands, LIF.current, LIF.advance)


def test_gradients_pass_through_the_gate():
    """While it is held, v comes from before; the gate itself has the slope of the surrogate at rho."""
    p = LIFRefrac.parameters(*map(numbers, (200.0, 100.0, 0.0, 1.0, 0.0)), rho_reset=numbers(3.0))
    v, rho = numbers(0.5).requires_grad_(), numbers(2.0).requires_grad_()
    _, after = step(LIFRefrac, LIFRefrac.state(v, numbers(0.0), rho), p, 0.001)
    by_v, by_rho = torch.autograd.grad(after.v, (v, rho))
    # v_new = 0.45 is what the gate keeps away; surrogate of the gate: 1 / (1 + 2)^2, of the spike: 1 / (1 + 0.55)^2
    spike = 1 / 1.55**2
    assert by_rho.item() == pytest.approx((0.5 - 0.45) / 9, rel=1e-9)
    assert by_v.item() == pytest.approx(1.0, rel=1e-9)
    _, after = step(LIFRefrac, LIFRefrac.state(v, numbers(0.0), 0 * rho), p, 0.001)
    (by_v,) = torch.autograd.grad(after.v, v)
    assert by_v.item() == pytest.approx(0.9 - 0.9 * spike * 0.45, rel=1e-9)


@each_plain_neuron
def test_a_silent_neuron_goes_on_as_if_it_had_no_threshold(neuron):
    """Bit for bit the flow alone, while its counter runs; after it, one that has spiked is silent as long again."""
    made = silent(neuron, name=f"Silent{neuron.name}")
    p = made.parameters(*MODELS[neuron.name]().p(torch.float64, dt=0.1), numbers(3.0)[0])
    drive = numbers(2 * neuron.current.default) if neuron.current is not None else numbers(2.0)
    s = made.state(*(x + numbers(0.0) for x in made.rest(p)[:-1]), numbers(3.0))
    unseen = replace(neuron, excess=None, reset=None, crosses=False)
    inner, own = neuron.state(*s[:-1]), neuron.parameters(*p[:-1])
    for left in (2.0, 1.0, 0.0):
        z, s = step(made, s, p, 1e-5, current=drive)
        inner = step(unseen, inner, own, 1e-5, current=drive)[1]
        assert z.item() == 0 and s.rho.item() == left and all(map(torch.equal, s[:-1], inner))


def test_a_silent_neuron_is_reset_only_where_it_spikes():
    made = silent(LIF)
    p = made.parameters(*map(numbers, (200.0, 100.0, 0.0, 1.0, -0.5)), rho_reset=numbers(3.0))
    s = made.state(numbers(2.0, 2.0), numbers(0.0, 0.0), numbers(0.0, 1.0))
    z, s = step(made, s, p, 0.001)
    assert z.tolist() == [1.0, 0.0] and s.v.tolist() == [-0.5, pytest.approx(1.8)] and s.rho.tolist() == [3.0, 0.0]
