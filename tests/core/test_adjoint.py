"""Gradients from the adjoint equations, against spike times that can be differentiated on paper."""

import math

import pytest
import torch

from snnlab.core import adjoint_step, annotations, step
from snnlab.engine import simulate
from snnlab.functional import (
    LIF,
    NEURONS,
    LIFFeedForwardState,
    LIFParameters,
    LIFRefrac,
    lif_adjoint_step,
    lif_feed_forward_adjoint_step,
)
from snnlab.models import NEURONS as MODELS
from tests.nights import each_neuron

TAU = 0.01  # s, of the membrane
DT = 4e-5  # s


def number(value):
    return torch.as_tensor(value, dtype=torch.float64)


def zeros(*shape):
    return torch.zeros(shape, dtype=torch.float64)


def spike_time_gradients(neuron, p, s, count, x, *, spikes=False, steps=3000):
    """(time, d time / dx) of the first `count` spikes under the input x: of events at first, or of a current.

    Of an earlier spike, z in its step is what a later one lacks: the gradient of the time is that of -z. As many
    neurons as spikes are alike, each of which gives the gradient of one, so that one way back is enough.
    """
    x = x.expand(count).clone().requires_grad_()
    s = neuron.state(*(value.expand(count) for value in s))
    fired = []
    for k in range(steps):
        inputs = {"spikes": x if k == 0 else 0 * x, "current": 0.0} if spikes else {"current": x}
        z, s = adjoint_step(neuron, s, p, DT, **inputs)
        assert (z == z[0]).all()
        if z[0] > 0:
            fired.append((k, z))
        if len(fired) == count:
            break
    gradients = torch.autograd.grad(-sum(z[which] for which, (_, z) in enumerate(fired)), x)[0].tolist()
    return [((k + 1) * DT, gradient) for (k, _), gradient in zip(fired, gradients)]


def response(w, t, tau_s):
    """v of a LIF neuron at rest, t after an event w on its synapse."""
    return w * tau_s / (tau_s - TAU) * (math.exp(-t / tau_s) - math.exp(-t / TAU))


def crossing(v, low, high):
    """Where v rises through 1, by bisection."""
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (low, middle) if v(middle) > 1 else (middle, high)
    return low


def event_times(w, tau_s):
    """The first two spikes after one event: after the reset, the response starts anew with what is left of i."""
    first = crossing(lambda t: response(w, t, tau_s), 0.0, 0.003)
    rest = w * math.exp(-first / tau_s)
    return first, first + crossing(lambda t: response(rest, t, tau_s), 0.0, 0.003)


@pytest.mark.parametrize("tau_s", [0.005, 0.02])
@pytest.mark.parametrize("w", [8.0, 12.0])
def test_spike_times_after_one_event(w, tau_s):
    """The adjoint of i is measured in units of its decay: the input's gradient is tau_mem / tau_syn of the derivative.

    dt is 0.04 ms and spikes are 1 ms apart: the error of first order is some 5 % a spike. Exact times are
    differentiated by central differences of bisected closed forms.
    """
    p = LIFParameters(tau_syn_inv=number(1 / tau_s), tau_mem_inv=number(1 / TAU))
    found = spike_time_gradients(LIF, p, LIFFeedForwardState(zeros(), zeros()), 2, number(w), spikes=True)
    assert len(found) == 2
    for which, (time, gradient) in enumerate(found):
        exact = (event_times(w + 1e-4, tau_s)[which] - event_times(w - 1e-4, tau_s)[which]) / 2e-4
        assert time == pytest.approx(event_times(w, tau_s)[which], abs=3 * DT)
        assert gradient * tau_s / TAU == pytest.approx(exact, rel=0.06 * (which + 1))


@pytest.mark.parametrize("period", [0, 12])
def test_spike_times_under_a_current(period):
    """T = tau ln(I / (I - 1)) a spike, and a refractory period, in which lambda is held as the membrane is."""
    p = LIFRefrac.parameters(tau_mem_inv=number(1 / TAU), rho_reset=number(period))
    found = spike_time_gradients(LIFRefrac, p, LIFRefrac.state(zeros(), zeros(), zeros()), 3, number(2.0))
    assert len(found) == 3
    for count, (time, gradient) in enumerate(found, 1):
        expected = count * TAU * math.log(2) + (count - 1) * period * DT
        assert time == pytest.approx(expected, abs=count * 1.5 * DT)
        assert gradient == pytest.approx(count * TAU * (1 / 2 - 1), rel=0.02)


def test_the_gradient_of_a_refractory_time_is_missed_without_the_jump():
    """The jump f+ / f- is what carries lambda over a spike: 2 here, as v moves twice as fast after the reset."""
    p = LIFParameters(tau_mem_inv=number(1 / TAU))
    I = number(2.0)
    s = LIFFeedForwardState(number(1.0 - 1e-6).requires_grad_(), zeros())
    z, after = adjoint_step(LIF, s, p, DT, current=I)
    assert z == 1
    (gradient,) = torch.autograd.grad(after.v, s.v)
    assert gradient.item() == pytest.approx(2.0, rel=2 * DT / TAU)


def test_lif_is_the_written_out_recursion():
    """Over fifty steps: decay, then jump, then what comes from the loss, for a loss of everything."""
    steps, n, dt = 50, 5, 0.001
    generator = torch.Generator().manual_seed(4)
    x = 4 * torch.rand(steps, n, generator=generator, dtype=torch.float64) - 1
    c_z, c_v, c_i = torch.randn(3, steps, n, generator=generator, dtype=torch.float64)
    p = LIFParameters(*map(number, (150.0, 80.0, 0.1, 0.7, -0.2)), "super", number(100.0))
    x.requires_grad_()
    start = LIFFeedForwardState(zeros(n).requires_grad_(), zeros(n).requires_grad_())
    s, states, fired, loss = start, [start], [], 0.0
    for k in range(steps):
        z, s = lif_feed_forward_adjoint_step(x[k], s, p, dt)
        loss = loss + (c_z[k] * z + c_v[k] * s.v + c_i[k] * s.i).sum()
        states.append(s)
        fired.append(z)
    assert 10 < sum(z.sum() for z in fired) < steps * n / 2
    found = torch.autograd.grad(loss, (x, *start))

    by_x, lambda_v, lambda_i = torch.empty(steps, n, dtype=torch.float64), zeros(n), zeros(n)
    for k in reversed(range(steps)):
        old, z = states[k], fired[k]
        lambda_v, lambda_i = lambda_v + c_v[k], lambda_i + c_i[k]
        lambda_i = lambda_i + dt * p.tau_syn_inv * (lambda_v - lambda_i)
        lambda_v = lambda_v - dt * p.tau_mem_inv * lambda_v
        before = p.tau_mem_inv * (p.v_leak - old.v + old.i)
        after = p.tau_mem_inv * (p.v_leak - p.v_reset + old.i)
        lambda_v = torch.where(z > 0, (after * lambda_v + c_z[k]) / before, lambda_v)
        by_x[k] = lambda_i
    for ours, written in zip(found, (by_x, lambda_v, lambda_i), strict=True):
        torch.testing.assert_close(ours, written, rtol=1e-10, atol=1e-12)  # the same operations


def before_a_spike(neuron, p, n):
    """The state of n neurons in the step before the first spike under the usual current."""
    current = torch.full((round(300 / neuron.dt), 1), neuron.current.default, dtype=torch.float64)
    run = simulate(neuron, current=current, p=p, dt=neuron.dt / 1000, record="all")
    at = int(run.spikes[:, 0].nonzero()[0, 0]) - 1
    return neuron.state(*(run.variables[name][at].expand(n).clone() for name in neuron.state._fields))


def arguments(neuron, n=40):
    """State, parameters and input of neurons around their threshold."""
    p = MODELS[neuron.name]().p(torch.float64, dt=0.1)
    generator = torch.Generator().manual_seed(0)
    s = neuron.state(*(f.expand(n).clone() for f in neuron.rest(p)))
    v_th = 0.0 if neuron.excess is None else -neuron.excess(s._replace(v=0 * s.v), p)
    mark = annotations(neuron.state)["v"]
    s = s._replace(v=v_th + (mark.high - mark.low) * torch.linspace(-0.5, 0.2, n, dtype=torch.float64))
    if "rho" in s._fields:
        s = s._replace(rho=torch.arange(n, dtype=torch.float64) % 4)
    x = torch.rand(n, generator=generator, dtype=torch.float64)
    if neuron.crosses:  # on its way up, as it was before a spike of its own; a step moves v by a hundredth of its range
        s, x = before_a_spike(neuron, p, n), neuron.current.default * (0.5 + x)
        s = s._replace(v=v_th + (mark.high - mark.low) * torch.linspace(-0.05, 0.02, n, dtype=torch.float64))
    return s, p, {"spikes": x} if neuron.port == "spikes" else {"current": x}


@each_neuron(NEURONS)
def test_forwards_it_is_the_plain_step(neuron):
    s, p, x = arguments(neuron)
    z, after = step(neuron, s, p, 1e-4, **x)
    z_adjoint, adjoint = adjoint_step(neuron, s, p, 1e-4, **x)
    assert torch.equal(z, z_adjoint)
    assert all(map(torch.equal, after, adjoint))
    assert neuron.excess is None or 0 < z.sum() < len(z)


@each_neuron(NEURONS)
def test_gradients_are_finite_and_none_is_of_parameters(neuron):
    """For inputs and every variable; parameters and dt are no variables of the adjoint equations."""
    s, p, x = arguments(neuron)
    s = neuron.state(*(f.requires_grad_() for f in s))
    p = neuron.parameters(*(v.requires_grad_() if torch.is_tensor(v) else v for v in p))
    x = {port: value.requires_grad_() for port, value in x.items()}
    z, after = adjoint_step(neuron, s, p, number(1e-4).requires_grad_(), **x)
    z, after = adjoint_step(neuron, after, p, 1e-4, **x)
    loss = (2 * z).sum() + sum(((k + 1) * f).sum() for k, f in enumerate(after))
    found = torch.autograd.grad(loss, (*s, *x.values()), retain_graph=True)
    assert all(g.isfinite().all() for g in found)
    assert {name for name, g in zip((*s._fields, "x"), found) if g.abs().max() == 0} == set()
    tuned = [v for v in p if torch.is_tensor(v)]
    assert all(g is None for g in torch.autograd.grad(loss, tuned, allow_unused=True))


@pytest.mark.parametrize("neuron", [n for n in NEURONS if n.excess is None], ids=lambda neuron: neuron.name)
def test_without_spikes_the_membrane_has_the_true_gradient(neuron):
    """Nothing jumps in an integrator: lambda_v is the derivative by v, as plain backpropagation has it."""
    s, p, x = arguments(neuron)
    s = s._replace(v=s.v.requires_grad_())
    gradients = [torch.autograd.grad(f(neuron, s, p, 1e-3, **x)[1].v.sum(), s.v)[0] for f in (step, adjoint_step)]
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=0)


def test_shapes_broadcast_and_gradients_come_back_in_theirs():
    s = LIFFeedForwardState(zeros().requires_grad_(), zeros(3, 1).requires_grad_())
    x = torch.ones(4, dtype=torch.float64, requires_grad=True)
    z, after = adjoint_step(LIF, s, LIFParameters(), 0.001, spikes=x)
    assert z.shape == after.v.shape == after.i.shape == (3, 4)
    found = torch.autograd.grad(after.i.sum() + after.v.sum(), (*s, x))
    assert [g.shape for g in found] == [(), (3, 1), (4,)]
    assert found[0].item() == pytest.approx(12 * 0.9)
    # lambda_i = 0.8 * 1 + 0.2 * lambda_v, of four inputs a row and three rows a column
    assert found[1].flatten().tolist() == pytest.approx([4.0] * 3)
    assert found[2].tolist() == pytest.approx([3.0] * 4)


def test_dtypes_are_promoted():
    s = LIFFeedForwardState(torch.zeros(2), torch.zeros(2))
    z, after = adjoint_step(LIF, s, LIFParameters(), 0.001, spikes=torch.ones(2, dtype=torch.float64))
    assert {t.dtype for t in (z, *after)} == {torch.float64}


def test_a_layer_passes_gradients_on_through_both_weights():
    """The chain rule from the neuron's input: x and w_in, last spikes and w_rec."""
    generator = torch.Generator().manual_seed(1)

    def random(*shape):
        return torch.rand(shape, generator=generator, dtype=torch.float64)

    x, w_in, w_rec, z, v, i = random(2, 3), random(4, 3), random(4, 4), random(2, 4).round(), random(2, 4), random(2, 4)
    inputs = [t.requires_grad_() for t in (x, w_in, w_rec, z)]
    state = lif_adjoint_step.initial(LIFParameters(), (2, 4), torch.float64)._replace(z=z, v=v, i=i)
    fired, after = lif_adjoint_step(x, state, w_in, w_rec)
    found = torch.autograd.grad((after.v + 2 * after.i + 3 * fired).sum(), inputs)
    total = (x @ w_in.T + z @ w_rec.T).detach().requires_grad_()
    fired, after = lif_feed_forward_adjoint_step(total, LIFFeedForwardState(v, i))
    (by_total,) = torch.autograd.grad((after.v + 2 * after.i + 3 * fired).sum(), total)
    expected = by_total @ w_in, by_total.T @ x, by_total.T @ z, by_total @ w_rec
    for ours, wanted in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, wanted.detach(), rtol=1e-12, atol=1e-14)
