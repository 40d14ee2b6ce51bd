"""The gradient of a voltage is its derivative: checked by finite differences, which no backend of ours makes."""

from dataclasses import replace
from functools import partial

import pytest
import torch
from torch.utils.checkpoint import checkpoint

from snnlab import simulate
from snnlab.functional import LIF, NEURONS
from tests.nights import each_neuron

from .cases import METHODS, each_integrator, finer, textbook

STEPS = 200
DT = 1e-4
NUDGE = 1e-6  # of a value, or of 1 where that is 0: the error of a central difference is its square


def below(neuron):
    """Parameters, and inputs at every port under which the neuron does not spike, by name."""
    p = neuron.parameters(**textbook(neuron))
    wave = torch.sin(torch.arange(STEPS, dtype=torch.float64) / 20)[:, None]
    given = {f"p.{name}": torch.as_tensor(v, dtype=torch.float64) for name, v in p._asdict().items() if number(v)}
    given["current"] = 0.05 * neuron.current.default * (1 + wave)
    if neuron.receive is not None:
        given["spikes"] = 1e-4 * (1 + wave)
    return p, given


def number(value):
    return isinstance(value, torch.Tensor | float | int) and not isinstance(value, bool)


def voltages(neuron, p, given, backend, advance=None, dt=DT):
    """A weighted sum of the voltage over the run, of each neuron [N]."""
    p = p._replace(**{name[2:]: value for name, value in given.items() if name.startswith("p.")})
    inputs = {name: value for name, value in given.items() if not name.startswith("p.")}
    run = simulate(neuron, p=p, dt=dt, backend=backend, advance=advance, **inputs)
    assert not run.spikes.any()
    return (run.variables["v"] * torch.linspace(0.5, 1.5, STEPS, dtype=torch.float64)[:, None]).mean(0)


@each_neuron(NEURONS)
def test_without_spikes_a_gradient_is_the_derivative(neuron):
    """To 1e-6 of the change that a relative change of each value makes, in float64."""
    assert_derivative(neuron, "llvm", "eager")


@pytest.mark.nightly
@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_so_it_is_without_a_kernel(neuron):
    assert_derivative(neuron, "eager", "eager")


@each_integrator(["staggered", "exponential", "Heun", "RK4"])
def test_so_it_is_with_every_integrator(neuron, method):
    """The differences are those of kernels, whose runs are those of torch."""
    assert_derivative(neuron, "llvm", "llvm", METHODS[method](neuron), DT / finer(neuron, method))


def nudged(given):
    """A neuron with each value a little greater, and then one with each a little less, and by how much [2, n]."""
    sizes = [float(value.abs().max()) or 1.0 for value in given.values()]
    change = torch.cat([sign * NUDGE * torch.diag(torch.tensor(sizes, dtype=torch.float64)) for sign in (1, -1)])
    return {name: value + change[:, k] for k, (name, value) in enumerate(given.items())}, sizes


def assert_derivative(neuron, backend, differences, advance=None, dt=DT):
    p, given = below(neuron)
    leaves = {name: value.clone().requires_grad_() for name, value in given.items()}
    whole = voltages(neuron, p, leaves, backend, advance, dt).sum()
    found = torch.autograd.grad(whole, list(leaves.values()), allow_unused=True, materialize_grads=True)
    many, sizes = nudged(given)
    up, down = voltages(neuron, p, many, differences, advance, dt).reshape(2, -1)
    derivatives = {
        name: (gradient.sum().item() * size, change)
        for name, gradient, size, change in zip(given, found, sizes, ((up - down) / (2 * NUDGE)).tolist())
    }
    scale = max(abs(change) for _, change in derivatives.values())
    assert scale > 0
    wrong = {name: pair for name, pair in derivatives.items() if abs(pair[0] - pair[1]) > 1e-6 * scale}
    assert wrong == {}


def grow(x, w):
    """A run with a kernel's own memory, parameters of each neuron, and a network."""
    tau = 100.0 + 10.0 * x[0]
    p, state = LIF.parameters(tau_mem_inv=tau), LIF.state(0.1 * x[1], 0.0 * x[1])
    run = simulate(LIF, spikes=1.0 * x, p=p, state=state, network=w, detach_reset=False)
    return run.spikes, run.variables["v"], run.state.v


def again(x, w):
    """The short way, which a run like one before takes."""
    run = simulate(LIF, spikes=1.0 * x, p=LIF.parameters(), state=LIF.state(0.0, 0.0), record=("v",))
    return run.spikes, run.variables["v"], run.state.v


def once(x, w):
    """One number for all neurons at each step, which is not copied, and rows that are far apart."""
    wide = torch.stack([x, x], 1)[:, 0]
    run = simulate(LIF, spikes=wide, current=x[:, :1] + 0.0 * w[0, 0], p=LIF.parameters(), record=())
    return run.spikes, run.state.v


@pytest.mark.parametrize("way", [grow, again, once], ids=lambda way: way.__name__)
@pytest.mark.parametrize("kind", ["recomputed", "offloaded"])
def test_saved_tensors_may_be_packed_away(way, kind):
    """By activation checkpointing, or moved elsewhere in the meantime: kernels read what they get back.

    What they were given may be other memory then, or nobody's.
    """
    x = torch.rand(200, 30, generator=torch.Generator().manual_seed(1))
    w = 0.2 * torch.randn(30, 30, generator=torch.Generator().manual_seed(2))
    found = []
    for packed in (False, True):
        leaves = [x.clone().requires_grad_(), w.clone().requires_grad_()]
        for _ in range(2):  # kernels are made in the first
            if packed and kind == "recomputed":
                outputs = checkpoint(way, *leaves, use_reentrant=False)
            elif packed:
                with torch.autograd.graph.save_on_cpu():
                    outputs = way(*leaves)
            else:
                outputs = way(*leaves)
        junk = [torch.full_like(x, torch.nan) for _ in range(50)]
        loss = sum((y * torch.linspace(0, 1, y.numel()).reshape(y.shape)).sum() for y in outputs)
        found.append(torch.autograd.grad(loss, leaves, allow_unused=True))
        assert len(junk) == 50
    assert found[0][0].any()
    for a, b in zip(*found, strict=True):
        assert (a is None) == (b is None) and (a is None or torch.equal(a, b))


def test_a_kernel_made_in_a_checkpoint_saves_nothing_there():
    """Recording a step is none of who counts what the forward run saves, to find as many when it is repeated."""

    def flow(s, I, p):
        return LIF.flow(s, 1.0 * I, p)

    own, x = replace(LIF, name="Own", flow=flow), torch.rand(50, 3, requires_grad=True)
    run = partial(simulate, own, state=LIF.state(0.0, 0.0), p=LIF.parameters())
    assert run(spikes=x.detach()).backend == "llvm"
    made = checkpoint(lambda x: run(spikes=x).variables["v"], x, use_reentrant=False)
    (found,) = torch.autograd.grad(made.sum(), x)
    (expected,) = torch.autograd.grad(run(spikes=x).variables["v"].sum(), x)
    assert torch.equal(found, expected) and found.any()
