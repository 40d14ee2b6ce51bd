"""Noise inside of the loop: the same numbers everywhere, with the statistics that are asked for."""

import math

import pytest
import torch

from snnlab.engine import Noise, simulate
from snnlab.functional import LIF, LIBox, LIBoxParameters


def noisy(noise, N=50, steps=100, backend="auto", dtype=torch.float32, **more):
    current = torch.full((steps, 1), 1.2, dtype=dtype).expand(steps, N)
    return simulate(LIF, current=current, noise=noise, backend=backend, record=("v", "noise"), **more)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("N", [1, 3, 9, 2500])  # in registers, with a rest, in several blocks
def test_every_backend_draws_the_same(N, dtype):
    """Bit for bit: potentials, noise and spikes."""
    sigma = torch.linspace(0, 1, N, dtype=dtype)
    fused, eager = (noisy(Noise(sigma, 0.003, 5), N, backend=b, dtype=dtype) for b in ("llvm", "eager"))
    assert (fused.backend, eager.backend) == ("llvm", "eager")
    assert torch.equal(fused.spikes, eager.spikes)
    assert all(torch.equal(fused.variables[k], eager.variables[k]) for k in ("v", "noise"))


def test_a_neurons_noise_is_its_own_whoever_is_beside_it():
    """Blocks, threads and the size of the population leave it alone."""
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        large = noisy(Noise(0.5, 0.003, 5), 6000, 1000, neurons=range(40))
    finally:
        torch.set_num_threads(threads)
    small = noisy(Noise(0.5, 0.003, 5), 40, 1000)
    assert torch.equal(large.variables["noise"], small.variables["noise"])


def test_seeds_differ_and_repeat():
    one, again, other = (noisy(Noise(0.5, 0.003, seed)).variables["noise"] for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("tau", [0.0, 0.002, 0.02])
def test_it_is_a_stationary_ornstein_uhlenbeck_process(tau):
    """Mean 0, deviation sigma from the first step on, correlation exp(-dt / tau); five standard errors."""
    eta = noisy(Noise(2.0, tau), 4000, 200).variables["noise"].double()
    assert abs(eta.mean()) < 5 * 2 / math.sqrt(4000 * max(1, 0.2 / max(2 * tau, 0.001)))
    for row in (eta[0], eta[-1]):
        assert row.std() == pytest.approx(2.0, abs=5 * 2 / math.sqrt(2 * 4000))
    correlation = (eta[1:] * eta[:-1]).mean() / (eta**2).mean()
    expected = math.exp(-0.001 / tau) if tau else 0.0
    assert correlation == pytest.approx(expected, abs=0.01)


def test_it_enters_as_a_current():
    """A leaky integrator under noise alone has the variance of theory: sigma^2 tau / (tau + tau_mem)."""
    p = LIBoxParameters(tau_mem_inv=torch.tensor(100.0))  # 10 ms
    current = torch.zeros(3000, 1, dtype=torch.float64).expand(3000, 2000)
    noise = Noise(1.0, 0.005, 3)
    run = simulate(LIBox, current=current, p=p, noise=noise, dt=0.0001, every=100)
    assert run.variables["v"][20:].var() == pytest.approx(5 / 15, rel=0.05)  # Euler at dt / tau = 1 / 50, 2000 neurons


def test_it_has_a_gradient():
    found = []
    for backend in ("llvm", "eager"):
        sigma = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
        tau = torch.tensor(0.004, dtype=torch.float64, requires_grad=True)
        run = noisy(Noise(sigma, tau, 3), dtype=torch.float64, backend=backend)
        found.append(torch.autograd.grad(run.spikes.sum() + run.variables["v"].sum(), (sigma, tau)))
    for a, b in zip(*found):
        assert b != 0
        assert a == pytest.approx(b.item(), rel=1e-10)


def test_a_run_without_input_may_have_noise_alone():
    run = simulate(LIF, current=torch.zeros(2000, 20), noise=Noise(1.5, 0.01))
    assert run.spikes.any()


@pytest.mark.parametrize(
    ("noise", "words"),
    [
        (Noise(-1.0), r"noise.sigma = -1 is not allowed"),
        (Noise(1.0, torch.tensor([0.1, -0.2])), r"noise.tau = -0.2 is not allowed"),
        (Noise(1.0, 0.0, 2**70), "noise.seed"),
        (Noise(torch.ones(7)), r"noise.sigma of shape \(7,\) does not broadcast"),
    ],
)
def test_noise_that_cannot_be_is_refused(noise, words):
    with pytest.raises(ValueError, match=words):
        simulate(LIF, current=torch.zeros(10, 2), noise=noise)
