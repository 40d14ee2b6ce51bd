"""Synapses with delays of their own: against torch, against a loop over synapses in numpy, and by their contract."""

import numpy as np
import pytest
import torch

from snnlab.engine import Projection, delayed, portable, simulate
from snnlab.functional import LIF, CobaLIF, Izhikevich, LIFBox, LIFBoxParameters, STDPParameters
from tests.engine.browser import ran, same
from tests.engine.test_network import DTYPES, both, current, equal, parameters, weights
from tests.nights import each_value

NEURONS = {neuron.name: neuron for neuron in (LIF, CobaLIF, Izhikevich)}  # a spike port, two channels, a current port


def delays(n, longest, seed=3):
    return torch.randint(1, longest + 1, (n, n), generator=torch.Generator().manual_seed(seed))


@each_value(neuron=NEURONS, dtype=DTYPES)
def test_a_network_is_that_of_torch(neuron, dtype):
    """Bit for bit, beside a projection of one delay, in a batch: weights are dyadic, so that sums are exact."""
    network = [Projection(weights(37, dtype), delays(37, 40)), Projection(weights(37, dtype, seed=5), 3)]
    fused, eager = both(neuron, current=current(neuron, dtype, 150, 3, 37), network=network)
    assert fused.backend == "llvm"
    assert eager.spikes.sum() > 50
    assert equal(fused, eager)
    same = [Projection(weights(37, dtype), 20), network[1]]
    assert not equal(simulate(neuron, **given(neuron, dtype, same)), fused), "delays make a difference"


def given(neuron, dtype, network):
    x = current(neuron, dtype, 150, 3, 37)
    return {"p": parameters(neuron), "current": x, "network": network, "record": neuron.state._fields}


def test_a_network_is_a_loop_over_its_synapses():
    """In numpy, synapse by synapse. LIFBox with dt = tau / 2: v is half of itself and of what arrives."""
    n, steps = 12, 90
    w, d = weights(n, torch.float64, density=0.5, strength=2.0), delays(n, 9)
    x = current(LIFBox, torch.float64, steps, n)
    p = LIFBoxParameters(tau_mem_inv=torch.tensor(500.0, dtype=torch.float64))
    found = simulate(LIFBox, current=x, p=p, network=Projection(w, d))
    v, spikes = np.zeros(n), np.zeros((steps, n), dtype=bool)
    for t in range(steps):
        arriving = x[t].numpy().copy()
        for i, j in np.argwhere(w.numpy() != 0):
            if t >= d[i, j] and spikes[t - d[i, j], j]:
                arriving[i] += w[i, j].item()
        v += 0.5 * (arriving - v)
        spikes[t] = v > 1.0
        v[spikes[t]] = 0.0
    assert spikes.sum() > 50
    np.testing.assert_array_equal(found.spikes.numpy(), spikes)


@pytest.mark.parametrize("backend", ["llvm", "eager"])
def test_a_delay_shifts_what_arrives(backend):
    """At delay d a neuron does what it does at delay 1, d - 1 steps later: each of 30 neurons with its own d."""
    n, sender = 30, 0
    w = torch.zeros(n, n)
    w[1:, sender] = 0.9
    x = torch.zeros(200, n)
    x[:100, sender] = 3.0
    d = torch.arange(n)[:, None].expand(n, n).clamp(min=1)
    shifted = simulate(LIF, current=x, network=Projection(w, d), backend=backend).variables["v"]
    first = simulate(LIF, current=x, network=Projection(w, 1), backend=backend).variables["v"][:, 1]
    for k in range(1, n):
        assert torch.equal(shifted[k - 1 :, k], first[: 200 - k + 1])
    assert first.abs().max() > 0.1


@pytest.mark.parametrize("backend", ["llvm", "eager"])
def test_a_run_goes_on_with_spikes_on_their_way(backend):
    """Cut within the longest delay, twice. Weights that are no dyadic numbers: sums keep their order."""
    w, x = torch.randn(25, 25, generator=torch.Generator().manual_seed(0)) * 0.3, current(LIF, torch.float32, 150, 25)
    network = Projection(w, delays(25, 30))
    whole = simulate(LIF, current=x, network=network, backend=backend)
    first = simulate(LIF, current=x[:70], network=network, backend=backend)
    second = simulate(LIF, current=x[70:80], network=network, backend=backend, resume=first)
    third = simulate(LIF, current=x[80:], network=network, backend=backend, resume=second)
    for part, start in ((second, 70), (third, 80)):
        assert torch.equal(part.variables["v"], whole.variables["v"][start : start + len(part.spikes)])
    assert whole.spikes[60:80].any()


@each_value(neuron=NEURONS)
def test_gradients_go_through_the_network(neuron):
    """To inputs and to the weights, zeros too, as autograd of the eager loop."""
    steps, n, found, g = 80, 19, {}, torch.Generator().manual_seed(7)
    of_spikes, of_v = torch.randn(2, steps, 2, n, generator=g, dtype=torch.float64)
    for backend in ("llvm", "eager"):
        w, x = weights(n, torch.float64).requires_grad_(), current(neuron, torch.float64, steps, 2, n).requires_grad_()
        network = [Projection(w, delays(n, 12)), Projection(w, 2)]
        run = simulate(neuron, p=parameters(neuron), current=x, network=network, backend=backend)
        assert run.backend == backend
        loss = (run.spikes * of_spikes).sum() + (run.variables["v"] * of_v).sum()
        found[backend] = torch.autograd.grad(loss, (x, w))
    for a, b in zip(found["llvm"], found["eager"]):
        assert b.abs().max() > 0
        assert (a - b).norm() <= 1e-12 * b.norm()


def test_sparse_weights_have_delays_in_their_own_order():
    w, d = weights(20, torch.float32), delays(20, 15)
    x, rows_and_columns = current(LIF, torch.float32, 100, 20), (w != 0).nonzero().unbind(1)
    dense = simulate(LIF, current=x, network=Projection(w, d))
    for sparse, late in (
        (w.to_sparse_csr(), d[rows_and_columns]),
        (w.to_sparse_coo(), d),
        (w.to_sparse_csr(), d.numpy()),
    ):
        assert equal(simulate(LIF, current=x, network=Projection(sparse, late)), dense)
    (one,) = delayed(w, d)
    assert equal(simulate(LIF, current=x, network=one), dense)


def test_synapses_that_learn_have_a_projection_for_each_delay():
    w, d = weights(10, torch.float32).abs().clamp(max=1.0), delays(10, 4)
    parts = delayed(w, d, learning=STDPParameters())
    assert [part.delay for part in parts] == [1, 2, 3, 4]
    run = simulate(LIF, current=current(LIF, torch.float32, 200, 10), network=parts)
    assert len(run.weights) == 4
    with pytest.raises(ValueError, match=r"network.delay: synapses that tire or learn have one delay in a projection"):
        simulate(LIF, current=torch.ones(5, 10), network=Projection(w, d, learning=STDPParameters()))


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (torch.zeros(5, 5, dtype=torch.int64), r"network.delay has 0: give whole numbers from 1 on, \[5, 5\]"),
        (torch.ones(5, 5), r"network.delay of shape \(5, 5\) and torch.float32 does not fit: give whole numbers"),
        (torch.ones(3, dtype=torch.int64), r"network.delay of shape \(3,\) and torch.int64 does not fit"),
    ],
)
def test_delays_that_do_not_fit_are_refused(late, words):
    with pytest.raises(ValueError, match=words):
        simulate(LIF, current=torch.ones(10, 5), network=Projection(torch.ones(5, 5), late))


def test_a_run_in_a_browser_has_them():
    """Bit for bit, in parts, with spikes on their way before the run, and a second time from the same module."""
    g = torch.Generator().manual_seed(1)
    w, history = torch.randn(21, 21, generator=g) * 0.3, torch.rand(9, 21, generator=g) < 0.3
    given = {"current": current(LIF, torch.float32, 90, 21), "network": Projection(w, delays(21, 9)), "record": "all"}
    run, expected = portable(LIF, **given, history=history), simulate(LIF, **given, history=history)
    assert not torch.equal(simulate(LIF, **given).spikes, expected.spikes)
    assert same(ran(run, slices=4), expected)
    assert same(ran(run), expected)
