"""Spikes that come back: the kernel against torch's own products, and against networks worked out by hand."""

import numpy as np
import pytest
import torch

from snnlab.engine import Diverged, Projection, delayed, simulate
from snnlab.functional import (
    LIF,
    LSNN,
    CobaLIF,
    Izhikevich,
    IzhikevichParameters,
    LIBox,
    LIFBox,
    LIFBoxFeedForwardState,
    LIFBoxParameters,
    LIFParameters,
    LIFRefrac,
    LIFState,
    STDPParameters,
    TsodyksMarkramParameters,
    lif_step,
)
from tests.nights import each_value

NEURONS = {
    neuron.name: neuron for neuron in (LIF, LIFBox, LIFRefrac, LSNN, CobaLIF, Izhikevich)
}  # both ports, two channels, spikes that land after the step, a hold
DTYPES = {"float32": torch.float32, "float64": torch.float64}
KINDS_OF_WEIGHTS = {"dense": False, "sparse": True}
RULES = {rule: rule for rule in ("additive", "additive_step", "multiplicative_pow", "multiplicative_relu")}


def parameters(neuron):
    return IzhikevichParameters(0.02, 0.2, -65.0, 8.0) if neuron is Izhikevich else neuron.parameters()


def dyadic(tensor):
    """Multiples of 1/64: their sums are exact in any order, so that any two ways to add them give the same bits."""
    return (tensor * 64).round() / 64


def weights(n, dtype, sparse=False, seed=0, density=0.4, strength=0.3):
    g = torch.Generator().manual_seed(seed)
    w = dyadic(torch.randn(n, n, generator=g) * strength) * (torch.rand(n, n, generator=g) < density)
    return w.to(dtype).to_sparse_csr() if sparse else w.to(dtype)


def current(neuron, dtype, steps=120, *shape, seed=1):
    g = torch.Generator().manual_seed(seed)
    return dyadic(torch.rand(steps, *shape, generator=g) * 2 * neuron.current.default).to(dtype)


def both(neuron, **given):
    given = {"record": neuron.state._fields, "p": parameters(neuron)} | given
    return [simulate(neuron, backend=backend, **given) for backend in ("llvm", "eager")]


def equal(a, b):
    return torch.equal(a.spikes, b.spikes) and all(torch.equal(a.variables[k], b.variables[k]) for k in b.variables)


@each_value(neuron=NEURONS, dtype=DTYPES, sparse=KINDS_OF_WEIGHTS)
def test_a_network_is_that_of_torch(neuron, dtype, sparse):
    """Bit for bit, with two projections of different delay, in a batch of networks. 37 is no multiple of a word."""
    network = [
        Projection(weights(37, dtype, sparse), 2),
        Projection(weights(37, dtype, not sparse, seed=5), 5),
    ]
    fused, eager = both(neuron, current=current(neuron, dtype, 150, 3, 37), network=network)
    assert fused.backend == "llvm"
    assert eager.spikes.sum() > 50
    assert equal(fused, eager)
    alone = simulate(neuron, p=parameters(neuron), current=current(neuron, dtype, 150, 3, 37))
    assert not torch.equal(alone.spikes, eager.spikes), "the network makes a difference"


def test_a_network_is_the_recurrent_step_of_a_layer():
    """The public `lif_step`, called by hand with the same weights, gives the same spikes."""
    w, x = weights(20, torch.float64), (torch.rand(200, 20, generator=torch.Generator().manual_seed(2)) < 0.3).double()
    state = LIFState(*[torch.zeros(20, dtype=torch.float64)] * 3)
    expected = []
    for row in x:
        z, state = lif_step(row, state, torch.eye(20, dtype=torch.float64), w, LIFParameters(), 0.001)
        expected.append(z)
    found = simulate(LIF, spikes=x, network=w)
    assert torch.stack(expected).sum() > 100
    assert torch.equal(found.spikes, torch.stack(expected) > 0)


def chain(**options):
    """Three integrators without leak: the first gets one strong input, each of them excites the next."""
    w = torch.tensor([[0.0, 0, 0], [2, 0, 0], [0, 2, 0]])
    p = LIFBoxParameters(tau_mem_inv=torch.tensor(1000.0))
    x = torch.zeros(12, 3)
    x[1, 0] = 2.0
    return simulate(LIFBox, current=x, p=p, network=Projection(w, **options))


@pytest.mark.parametrize("delay", [1, 2, 4])
def test_a_spike_arrives_after_its_delay(delay):
    """With dt = tau the potential is the input: neuron k fires k delays after the first."""
    when = chain(delay=delay).spikes.nonzero().tolist()
    assert when == [[1 + k * delay, k] for k in range(3)]


def test_delays_of_single_synapses():
    w = torch.tensor([[0.0, 0, 0], [2, 0, 0], [2, 0, 0]])
    p, x = LIFBoxParameters(tau_mem_inv=torch.tensor(1000.0)), torch.zeros(12, 3)
    x[0, 0] = 2.0
    network = delayed(w, torch.tensor([[1, 1, 1], [3, 1, 1], [7, 1, 1]]))
    for backend in ("llvm", "eager"):
        run = simulate(LIFBox, current=x, p=p, network=network, backend=backend)
        assert run.spikes.nonzero().tolist() == [[0, 0], [3, 1], [7, 2]]


def test_a_run_goes_on_with_spikes_on_their_way():
    """Two halves are the whole, where the second gets the last spikes of the first: for any delay."""
    network = [Projection(weights(30, torch.float32), 3), Projection(weights(30, torch.float32, True, 4), 8)]
    x = current(LIF, torch.float32, 200, 30)
    whole = simulate(LIF, current=x, network=network)
    first = simulate(LIF, current=x[:100], network=network)
    for backend in ("llvm", "eager"):
        more = {"state": first.state, "history": first.spikes, "network": network, "backend": backend}
        assert torch.equal(simulate(LIF, current=x[100:], **more).spikes, whole.spikes[100:])
    lost = simulate(LIF, current=x[100:], state=first.state, network=network)
    assert not torch.equal(lost.spikes, whole.spikes[100:])


@each_value(rule=RULES, sparse=KINDS_OF_WEIGHTS, dtype=DTYPES)
def test_weights_learn_as_with_the_public_steps(rule, sparse, dtype):
    """STDP and short-term plasticity at once. Sums of products are no longer exact: some units in the last place."""
    n = 21
    start = weights(n, dtype, sparse).to_dense().abs().clamp(max=1.0)  # within the rule's bounds
    network = Projection(
        start.to_sparse_csr() if sparse else start,
        2,
        TsodyksMarkramParameters(),
        STDPParameters(eta_plus=0.1, eta_minus=0.08, stdp_algorithm=rule, mu=0.5),
    )
    fused, eager = both(LIF, current=current(LIF, dtype, 300, n), network=network)
    assert fused.backend == "llvm"
    assert torch.equal(fused.spikes, eager.spikes)
    (found,), (expected,) = fused.weights, eager.weights
    tolerance = 1e-5 if dtype == torch.float32 else 1e-13
    torch.testing.assert_close(found.to_dense(), expected.to_dense(), rtol=tolerance, atol=tolerance)
    changed = (expected.to_dense() - start).abs()
    assert changed.max() > 0.05
    assert found.layout == network.weights.layout
    assert not changed[start == 0].any(), "no synapse comes into being"


def test_learning_leaves_the_weights_that_were_given():
    w = weights(10, torch.float32).abs()
    before = w.clone()
    run = simulate(LIF, current=current(LIF, torch.float32, 100, 10), network=Projection(w, learning=STDPParameters()))
    assert torch.equal(w, before)
    assert not torch.equal(run.weights[0], before)


def test_a_network_without_learning_returns_no_weights():
    assert simulate(LIF, current=current(LIF, torch.float32, 5, 4), network=weights(4, torch.float32)).weights == ()


@each_value(neuron={n.name: n for n in (LIF, LSNN, CobaLIF, Izhikevich)}, sparse=KINDS_OF_WEIGHTS)
def test_gradients_go_through_the_network(neuron, sparse):
    """To inputs, parameters and weights, in float64: autograd of the eager loop gives the same to rounding."""
    steps, batch, n, found = 80, 2, 19, {}
    start, g = weights(n, torch.float64), torch.Generator().manual_seed(7)
    of_spikes, of_v = torch.randn(2, steps, batch, n, generator=g, dtype=torch.float64)
    for backend in ("llvm", "eager"):
        w, x = start.clone().requires_grad_(), current(neuron, torch.float64, steps, batch, n).requires_grad_()
        v_th = next(f for f in neuron.parameters._fields if f.startswith("v_th"))
        threshold = torch.as_tensor(getattr(parameters(neuron), v_th)).double().requires_grad_()
        given = w.to_sparse_csr() if sparse else w
        run = simulate(
            neuron,
            p=parameters(neuron)._replace(**{v_th: threshold}),
            current=x,
            network=[Projection(given, 1), Projection(given, 3)],
            backend=backend,
        )
        assert run.backend == backend
        loss = (run.spikes * of_spikes).sum() + (run.variables["v"] * of_v).sum()
        found[backend] = torch.autograd.grad(loss, (x, w, threshold))
    for a, b in zip(found["llvm"], found["eager"]):
        assert b.abs().max() > 0
        assert (a - b).norm() <= 1e-12 * b.norm()


def test_gradients_of_plasticity_are_torchs():
    w = weights(5, torch.float32).abs().requires_grad_()
    run = simulate(LIF, current=torch.ones(20, 5), network=Projection(w, learning=STDPParameters()))
    assert run.backend == "eager (plasticity has a gradient in eager torch alone)"
    with pytest.raises(ValueError, match="'llvm' cannot run this: plasticity"):
        simulate(LIF, current=torch.ones(20, 5), network=Projection(w, learning=STDPParameters()), backend="llvm")


def test_several_threads_run_a_batch_of_networks():
    """Enough work for two threads: the same numbers as one."""
    w, x = weights(50, torch.float32), current(LIF, torch.float32, 500, 250, 50)
    threads = torch.get_num_threads()
    try:
        runs = []
        for number in (1, 2):
            torch.set_num_threads(number)
            runs.append(simulate(LIF, current=x, network=w, record=()).spikes)
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(*runs)


def test_a_network_that_runs_away_stops():
    x = torch.full((50, 3), 2.0)
    x[20, 1] = float("inf")
    with pytest.raises(Diverged, match="neuron 1") as error:
        simulate(LIF, spikes=x, network=weights(3, torch.float32))
    assert len(error.value.recording.spikes) == 20


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (torch.zeros(3, 4), r"network.weights of shape \(3, 4\) do not fit: give \[5, 5\]"),
        (Projection(torch.zeros(5, 5), 0), "network.delay = 0 is not allowed"),
        (Projection(torch.zeros(5, 5), 1.5), "network.delay = 1.5 is not allowed"),
        (Projection([[0, 1], [1, 0]]), r"network.weights are a list: give weights \[n, n\] as a tensor, torch.tensor"),
        ([Projection(torch.zeros(5, 5)), 3], r"network\[1\] is an int: give weights"),
        (Projection(torch.zeros(5, 5), release=TsodyksMarkramParameters(U=torch.ones(5))), "U of shape"),
    ],
)
def test_networks_that_do_not_fit_are_refused(network, words):
    with pytest.raises(ValueError, match=words):
        simulate(LIF, current=torch.ones(10, 5), network=network, backend="llvm")


def test_weights_may_be_arrays():
    weights, current = np.arange(9.0).reshape(3, 3) / 20, torch.full((100, 3), 1.5)
    expected = simulate(LIF, current=current, network=torch.as_tensor(weights))
    for given in (weights, [weights], Projection(weights), torch.as_tensor(weights).numpy()):
        found = simulate(LIF, current=current, network=given)
        assert torch.equal(found.spikes, expected.spikes)
    assert expected.spikes.any()
    with pytest.raises(ValueError, match="network is an ndarray: give weights"):
        simulate(LIF, current=current, network=weights.astype(str))


def test_delays_that_do_not_fit_are_refused():
    for delays in (torch.ones(2, 3, dtype=torch.int64), torch.ones(2, 2), torch.zeros(2, 2, dtype=torch.int64)):
        with pytest.raises(ValueError, match="give whole numbers from 1 on"):
            delayed(torch.ones(2, 2), delays)


def test_learning_in_a_batch_is_refused():
    network = Projection(torch.ones(5, 5), learning=STDPParameters())
    with pytest.raises(ValueError, match="weights learn from one population"):
        simulate(LIF, current=torch.ones(10, 2, 5), network=network)


def test_a_plain_step_has_no_network():
    def step(x, s, p, dt):
        return x, s

    with pytest.raises(ValueError, match="give a Neuron, which has ports"):
        simulate(
            step, current=torch.ones(3, 2), p=(1.0,), state=(torch.zeros(2),), record=(), network=torch.zeros(2, 2)
        )


def test_integrators_in_a_network_send_nothing():
    run = simulate(LIBox, current=torch.ones(10, 4), network=weights(4, torch.float32))
    assert torch.equal(run.variables["v"], simulate(LIBox, current=torch.ones(10, 4)).variables["v"])


def test_states_of_boxes_go_in_and_out():
    first = simulate(LIFBox, current=torch.ones(5, 3), network=torch.zeros(3, 3))
    assert isinstance(first.state, LIFBoxFeedForwardState)


# ---------------------------------------------------------------- what is no synapse, and what no rule would leave


@each_value(rule=RULES, backend={"llvm": "llvm", "eager": "eager"}, sparse=KINDS_OF_WEIGHTS)
def test_what_is_absent_stays_absent(rule, backend, sparse):
    """Autapses and other absent synapses, in a network that fires at every chance and learns as fast as it can."""
    n = 12
    w = weights(n, torch.float32, density=0.5).abs().clamp(max=0.9).fill_diagonal_(0.0)
    rule = STDPParameters(eta_plus=0.3, eta_minus=0.1, stdp_algorithm=rule)
    network = Projection(w.to_sparse_csr() if sparse else w, learning=rule)
    run = simulate(LIF, current=torch.full((400, n), 1.5) * torch.linspace(0.8, 3, n), network=network, backend=backend)
    learnt = run.weights[0].to_dense()
    assert (learnt[w == 0] == 0).all()
    assert (learnt[w != 0] != w[w != 0]).all()


@pytest.mark.parametrize("backend", ["llvm", "eager"])
def test_an_entry_of_sparse_weights_is_a_synapse_though_it_is_zero(backend):
    w = torch.sparse_csr_tensor([0, 0, 2], [0, 1], [0.0, 0.5], (2, 2))
    x = torch.full((300, 2), 1.5)
    run = simulate(LIF, current=x, network=Projection(w, learning=STDPParameters(eta_minus=0.0)), backend=backend)
    learnt = run.weights[0].to_dense()
    assert learnt[1, 0] > 0
    assert not learnt[0].any()


@pytest.mark.parametrize("backend", ["auto", "llvm", "eager"])
@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
def test_weights_that_a_rule_would_not_leave_are_refused(sparse, backend):
    """By projection, value and bounds: neither clipped nor lost."""

    def refused(w, words, **rule):
        given = w.to_sparse_csr() if sparse else w
        network = [weights(3, torch.float32), Projection(given, learning=STDPParameters(**rule))]
        with pytest.raises(ValueError, match=words):
            simulate(LIF, current=torch.ones(5, 3), network=network, backend=backend)

    w = torch.zeros(3, 3)
    w[1, 0], w[2, 1] = 0.5, -0.7
    refused(w, r"network\[1\].weights has -0.7, and 1 of 2 out of bounds: its rule learns weights of positive synapses")
    w[2, 1] = 3.0
    refused(w, r"weights has 3, and 1 of 2 out of bounds: its rule learns weights from w_min = 0 to w_max = 1; give")
    refused(w, "3, and 1 of 2 out of bounds", hardbound=False, stdp_algorithm="multiplicative_relu")
    refused(w, "0.5, and 2 of 2 out of bounds: .* from w_min = 5 to w_max = 9", w_min=5.0, w_max=9.0)


@pytest.mark.parametrize("backend", ["llvm", "eager"])
def test_weights_at_their_bounds_and_rules_without_bounds_are_taken(backend):
    """0.3 of float32 is more than 0.3; a rule without bounds has none to keep; without learning all weights do."""
    x = torch.full((60, 2), 1.5)
    edge = torch.tensor([[0.0, 0.3], [-0.3, 0.0]])
    rule = STDPParameters(w_min=-0.3, w_max=0.3)
    assert simulate(LIF, current=x, network=Projection(edge, learning=rule), backend=backend).weights[0].abs().max() > 0
    free = STDPParameters(hardbound=False, eta_plus=0.0, eta_minus=0.0)
    assert torch.equal(
        simulate(LIF, current=x, network=Projection(30 * edge, learning=free), backend=backend).weights[0], 30 * edge
    )
    simulate(LIF, current=x, network=30 * edge, backend=backend)
