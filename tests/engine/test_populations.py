"""Several populations in one network: against one network of all, a loop over synapses in numpy, and eager torch."""

import numpy as np
import pytest
import torch

from snnlab import models
from snnlab.engine import Cancelled, Diverged, Noise, Poisson, Population, Projection, simulate, simulate_network
from snnlab.functional import LIF, CobaLIF, Izhikevich, LIFBox, STDPParameters
from tests.engine.test_network import current, equal, parameters, weights
from tests.nights import each_value

E, I = 19, 7
BACKENDS = ["llvm", "eager"]


def between(rows, columns, dtype=torch.float32, seed=0, **more):
    return weights(max(rows, columns), dtype, seed=seed, **more)[:rows, :columns].contiguous()


def late(rows, columns, least, longest):
    return torch.randint(least, longest + 1, (rows, columns), generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("delay", [1, 6])
def test_populations_of_one_neuron_are_one_population(delay, backend):
    """Bit for bit those of one network whose weights are blocks; own synapses at another delay, in a batch."""
    own, x = between(E, E, seed=3), current(LIF, torch.float32, 130, 3, E + I)
    there, back = between(I, E, seed=1), between(E, I, seed=2)
    blocks, mine = torch.zeros(E + I, E + I), torch.zeros(E + I, E + I)
    blocks[E:, :E], blocks[:E, E:], mine[:E, :E] = there, back, own
    whole = simulate(LIF, current=x, network=[Projection(blocks, delay), Projection(mine, 3)])
    runs = simulate_network(
        {"E": Population(LIF, E, current=x[..., :E]), "I": Population(LIF, I, current=x[..., E:])},
        {("E", "I"): Projection(there, delay), ("I", "E"): Projection(back, delay), ("E", "E"): Projection(own, 3)},
        backend=backend,
    )
    assert [run.backend for run in runs.values()] == [backend] * 2
    assert whole.spikes.sum() > 50
    assert torch.equal(torch.cat([runs["E"].spikes, runs["I"].spikes], dim=-1), whole.spikes)
    both = torch.cat([runs["E"].variables["v"], runs["I"].variables["v"]], dim=-1)
    assert torch.equal(both, whole.variables["v"])


def mixed(least=3, **more):
    """Three neurons, both ports and two channels, delays of single synapses, tiring ones, noise, and a source."""
    p = parameters(Izhikevich)
    populations = {
        "E": Population(LIF, E, current=1.2, noise=Noise(0.5, 0.01, seed=3), record="all"),
        "input": Poisson(11, 300.0, seed=8),
        "I": Population(Izhikevich, I, p=p, current=torch.full((150, 1), 4.0), record="all", neurons=[5, 2], every=3),
        "C": Population(CobaLIF, 4, record="all"),
    }
    projections = {
        ("input", "E"): between(E, 11),
        ("input", "C"): [Projection(between(4, 11, strength=3.0), 2), between(4, 11, seed=4).to_sparse_csr()],
        ("E", "I"): Projection(between(I, E, strength=9.0), late(I, E, least, 20)),
        ("I", "E"): Projection(between(E, I, seed=6).to_sparse_csr(), least),
        ("E", "E"): Projection(between(E, E, seed=7), late(E, E, 1, 9)),
        ("C", "I"): Projection(between(I, 4, strength=9.0), least + 1),
        ("E", "C"): Projection(between(4, E, strength=3.0), 9),
    }
    return simulate_network(populations, projections, **more)


@each_value(least={"1": 1, "4": 4})
def test_populations_of_different_neurons_are_those_of_torch(least):
    fused, eager = (mixed(least, backend=backend) for backend in BACKENDS)
    for name in ("E", "I", "C"):
        assert fused[name].backend == "llvm"
        assert eager[name].spikes.any()
        assert equal(fused[name], eager[name])
    assert fused["I"].variables["v"].shape == (50, 2)


def test_populations_are_a_loop_over_their_synapses():
    """In numpy, synapse by synapse: LIFBox with tau of 2 and of 4 steps, v the part h = dt / tau of what arrives."""
    steps, sizes, h = 120, {"a": 6, "b": 4}, {"a": 0.5, "b": 0.25}
    g = torch.Generator().manual_seed(5)
    w = {pair: torch.randn(sizes[pair[1]], sizes[pair[0]], generator=g).double() for pair in ("ab", "ba", "bb")}
    d = {pair: torch.randint(1, 9, x.shape, generator=g) for pair, x in w.items()}
    x = {name: 2 * torch.rand(steps, n, generator=g, dtype=torch.float64) for name, n in sizes.items()}
    runs = simulate_network(
        {n: Population(LIFBox, sizes[n], {"tau_mem_inv": torch.tensor(1000 * h[n])}, current=x[n]) for n in sizes},
        {(pair[0], pair[1]): Projection(w[pair], d[pair]) for pair in w},
    )
    v, z = ({n: np.zeros(k) for n, k in sizes.items()}, {n: np.zeros((steps, k), bool) for n, k in sizes.items()})
    for t in range(steps):
        arriving = {n: x[n][t].numpy().copy() for n in sizes}
        for pair in w:
            for i, j in np.ndindex(*w[pair].shape):
                if t >= d[pair][i, j] and z[pair[0]][t - d[pair][i, j], j]:
                    arriving[pair[1]][i] += w[pair][i, j].item()
        for n in sizes:
            v[n] += h[n] * (arriving[n] - v[n])
            z[n][t] = v[n] > 1.0
            v[n][z[n][t]] = 0.0
    for n in sizes:
        assert z[n].sum() > 30
        np.testing.assert_array_equal(runs[n].spikes.numpy(), z[n])


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_run_goes_on_from_what_the_run_before_gave(backend):
    """Cut within the delays: spikes between populations are on their way, noise and source go on."""

    def part(steps, resume=None):
        return simulate_network(
            {
                "E": Population(LIF, E, current=1.2, noise=Noise(0.5, 0.01)),
                "I": Population(LIFBox, I, current=1.1),
                "input": Poisson(11, 200.0),
            },
            {
                ("input", "E"): Projection(between(E, 11), late(E, 11, 1, 15)),
                ("E", "I"): Projection(between(I, E), late(I, E, 4, 20)),
                ("I", "E"): Projection(between(E, I), 13),
            },
            steps=steps,
            backend=backend,
            resume=resume,
        )

    whole, first = part(140), part(60)
    second = part(80, first)
    for name in ("E", "I"):
        assert whole[name].spikes[40:60].any()
        assert torch.equal(second[name].variables["v"], whole[name].variables["v"][60:])


def test_gradients_are_those_of_one_network():
    """Of eager torch, to the weights between, against one network whose weights are blocks, in one kernel."""
    g, found = torch.Generator().manual_seed(1), []
    x, of = current(LIF, torch.float64, 60, E + I), torch.randn(60, E + I, generator=g, dtype=torch.float64)
    there, back = between(I, E, torch.float64).requires_grad_(), between(E, I, torch.float64, 2).requires_grad_()
    runs = simulate_network(
        {"E": Population(LIF, E, current=x[:, :E]), "I": Population(LIF, I, current=x[:, E:])},
        {("E", "I"): Projection(there, 2), ("I", "E"): Projection(back, 2)},
    )
    assert runs["E"].backend == "eager (the gradient of a network of several populations is that of eager torch)"
    found.append(torch.autograd.grad((torch.cat([r.spikes for r in runs.values()], dim=1) * of).sum(), (there, back)))
    top = torch.cat([torch.zeros(E, E), back], dim=1)
    whole = simulate(LIF, current=x, network=Projection(torch.cat([top, torch.cat([there, torch.zeros(I, I)], 1)]), 2))
    assert whole.backend == "llvm"
    found.append(torch.autograd.grad((whole.spikes * of).sum(), (there, back)))
    for a, b in zip(*found):
        assert b.abs().max() > 0
        assert (a - b).norm() <= 1e-12 * b.norm()


def test_synapses_between_populations_learn():
    start, found = between(I, E).abs().clamp(max=1.0), []
    for backend in BACKENDS:
        cells = {"E": Population(LIF, E, current=2.0), "I": Population(LIF, I, current=torch.full((200, I), 1.4))}
        rule = Projection(start, 2, learning=STDPParameters(eta_plus=0.1, eta_minus=0.05))
        found.append(simulate_network(cells, {("E", "I"): rule}, backend=backend)["I"].weights[0])
    torch.testing.assert_close(*found, rtol=1e-5, atol=1e-6)
    assert (found[0] - start).abs().max() > 0.05
    assert not found[0][start == 0].any()


def test_a_model_is_a_neuron_too():
    """Its parameters are in the units of textbooks; numbers at its ports are for all."""
    model = models.AdEx()
    (run,) = simulate_network({"A": Population(model, 3, current=1e-9)}, {}, duration=0.05).values()
    assert torch.equal(run.variables["v"][:, 0], simulate(model, current=1e-9, duration=0.05).variables["v"].flatten())


def test_who_fails_is_named():
    x = torch.zeros(50, 3)
    x[20, 1] = float("inf")
    for backend in BACKENDS:
        with pytest.raises(Diverged, match=r"b\.v of neuron 1") as error:
            cells = {"a": Population(LIF, 2), "b": Population(LIFBox, 3, current=x)}
            simulate_network(cells, {("a", "b"): Projection(torch.ones(3, 2), 7)}, backend=backend)
        assert (error.value.step, len(error.value.recording.spikes)) == (20, 20)


def test_a_run_can_be_stopped():
    with pytest.raises(Cancelled):
        simulate_network({"a": Population(LIF, 2)}, {}, steps=10_000, cancelled=lambda: True)


two, A_TO_B = {"a": Population(LIF, 2), "b": Population(LIFBox, 3)}, ("a", "b")


def driven(*shape):
    return {"a": Population(LIF, 2, current=torch.ones(*shape))}


@pytest.mark.parametrize(
    ("cells", "projections", "words"),
    [
        (two, {("a", "c"): torch.ones(3, 2)}, r"projections\[\('a', 'c'\)\] is not known: give \(from, to\)"),
        (two, {A_TO_B: torch.ones(2, 3)}, r"projections\['a', 'b'\].weights of shape \(2, 3\) do not fit: give \[3, 2"),
        (two, {A_TO_B: Projection(torch.ones(3, 2), 0)}, r"projections\['a', 'b'\].delay = 0 is not allowed"),
        (two, {A_TO_B: Projection(torch.ones(3, 2), source=Poisson(2, 1.0))}, r"\].source is given: who sends is 'a'"),
        (two, [torch.ones(3, 2)], r"projections are .*list.*: give \{\(from, to\)"),
        ({"a": Poisson(3, 10.0)}, {}, r"populations: there are no neurons: give a Population"),
        ({"a": Population(LIF, 0)}, {}, r"populations\['a'\].size = 0 is not allowed"),
        (driven(10, 3), {}, r"populations\['a'\].current of shape \(10, 3\) does not fit: give \[T, ..., 2\]"),
        (driven(9, 2), {}, r"steps has 10 steps, populations\['a'\].current has 9 steps: give as many"),
        ({"a": Population(LIF, 2), "x": 3}, {}, r"populations\['x'\] .*int.* is no source"),
        (two, {A_TO_B: [[0, 1], [1, 0], [1, 1]]}, r"projections\['a', 'b'\].weights are a list: give weights \[n, n\]"),
        ({"a": Population(LIF, 2, current="1 nA")}, {}, r"populations\['a'\].current is a str, which is not allowed"),
        ({"a": Population(LIF, 2, record="u")}, {}, r"a: record = \['u'\] is not known: LIF has v, i"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(cells, projections, words):
    with pytest.raises(ValueError, match=words):
        simulate_network(cells, projections, steps=10)
