"""Graphs of NIR with several neurons: the equations of its documentation, in numpy, give the same spikes."""

import nir
import numpy as np
import pytest
import torch

from snnlab.models.exchange import network_from_nir, network_to_nir

RANDOM = np.random.default_rng(3)
IN, A, B = 5, 7, 4


def lif(n, **changes):
    values = {"tau": RANDOM.uniform(0.005, 0.02, n), "r": RANDOM.uniform(0.5, 2, n), "v_leak": np.zeros(n)}
    values |= {"v_threshold": RANDOM.uniform(0.8, 1.2, n), "v_reset": np.full(n, -0.1)}
    return nir.LIF(**values | changes)


def cuba(n, **changes):
    values = {"tau_syn": RANDOM.uniform(0.003, 0.01, n), "tau_mem": RANDOM.uniform(0.005, 0.02, n)}
    values |= {"r": RANDOM.uniform(0.5, 2, n), "w_in": RANDOM.uniform(0.003, 0.01, n), "v_leak": np.full(n, 0.1)}
    values |= {"v_threshold": RANDOM.uniform(0.5, 1, n), "v_reset": np.zeros(n)}
    return nir.CubaLIF(**values | changes)


def graph(nodes, *chains):
    """A graph whose connections are along the chains."""
    ends = {"input": nir.Input({"input": np.array([IN])}), "output": nir.Output({"output": np.array([B])})}
    edges = [pair for chain in chains for pair in zip(chain.split(), chain.split()[1:])]
    return nir.NIRGraph(ends | nodes, edges, type_check=False)


def weights(rows, columns, strength=1.0):
    return strength * RANDOM.normal(size=(rows, columns))


NODES = {
    "first": nir.Affine(weights(A, IN, 2.0), RANDOM.uniform(0, 0.5, A)),
    "a": lif(A),
    "there": nir.Linear(weights(B, A, 0.8)),
    "b": cuba(B),
    "back": nir.Linear(weights(A, B, 5.0)),
    "again": nir.Affine(weights(B, B, 0.3), np.full(B, 0.05)),
}
LOOP = graph(NODES, "input first a there b output", "b back a", "b again b")
SPIKES = RANDOM.random((300, IN)) < 0.15


def step(node, state, x, dt):
    """The next state of a node and its spikes: see tests/models/test_nir.py."""
    v, i = state
    if isinstance(node, nir.CubaLIF):
        i = i + node.w_in * x / node.tau_syn
        v, i = v + dt * ((node.v_leak - v) + node.r * i) / node.tau_mem, i - dt * i / node.tau_syn
    else:
        v = v + dt * ((node.v_leak - v) + node.r * x) / node.tau
    fired = v > node.v_threshold
    return (np.where(fired, node.v_reset, v), i), fired


def affine(node, x):
    return node.weight @ x + getattr(node, "bias", 0.0)


def test_a_network_is_that_of_its_equations():
    """Two neurons that differ in all numbers, a loop between them and one to itself; a spike acts a step later."""
    dt, n = 0.001, NODES
    state = {"a": (n["a"].v_leak, np.zeros(A)), "b": (n["b"].v_leak, np.zeros(B))}
    fired, spikes = {"a": np.zeros(A), "b": np.zeros(B)}, {"a": [], "b": []}
    for row in SPIKES:
        x = {"a": affine(n["first"], row) + affine(n["back"], fired["b"])}
        x["b"] = affine(n["there"], fired["a"]) + affine(n["again"], fired["b"])
        for name in ("a", "b"):
            state[name], fired[name] = step(n[name], state[name], x[name], dt)
            spikes[name].append(fired[name])
    runs = network_from_nir(LOOP).simulate(torch.tensor(SPIKES).double(), dt)
    for name in ("a", "b"):
        assert np.sum(spikes[name]) > 50
        np.testing.assert_array_equal(runs[name].spikes.numpy(), spikes[name])
        assert runs[name].backend == "llvm"


def test_layers_are_those_of_frameworks_a_step_later_each():
    """In snnTorch and Norse a layer sees the spikes of the one before in the same step."""
    chain = graph(
        {k: NODES[k] for k in ("a", "there", "b")} | {"in": nir.Linear(weights(A, IN, 3.0))},
        "input in a there b output",
    )
    nodes, dt = chain.nodes, 0.001
    nodes["b"].v_leak[:] = 0.0
    state, expected = [(np.zeros(A), np.zeros(A)), (np.zeros(B), np.zeros(B))], []
    for row in SPIKES:
        state[0], z = step(nodes["a"], state[0], affine(nodes["in"], row), dt)
        state[1], z = step(nodes["b"], state[1], affine(nodes["there"], z), dt)
        expected.append(z)
    found = network_from_nir(chain).simulate(torch.tensor(SPIKES).double(), dt)["b"].spikes.numpy()
    assert np.sum(expected) > 50
    np.testing.assert_array_equal(found[1:], expected[:-1])


def test_a_recurrent_layer_is_a_graph_inside(tmp_path):
    """As Norse and snnTorch write it, through a file: the same as its nodes in one graph."""
    size = {"input": nir.Input({"input": np.array([B])}), "output": nir.Output({"output": np.array([B])})}
    edges = [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")]
    inner = nir.NIRGraph(size | {"lif": NODES["b"], "w_rec": NODES["again"]}, edges, type_check=False)
    outer = graph({"fc": nir.Linear(weights(B, IN, 2.0)), "rnn": inner}, "input fc rnn output")
    flat = graph({"fc": outer.nodes["fc"], "b": NODES["b"], "again": NODES["again"]}, "input fc b again b output")
    nir.write(tmp_path / "graph.nir", outer)
    x = torch.tensor(SPIKES).double()
    found = network_from_nir(nir.read(tmp_path / "graph.nir"))
    assert (list(found.cells), found.outputs) == (["rnn.lif"], ("rnn.lif",))
    runs = found.simulate(x, 0.001), network_from_nir(flat).simulate(x, 0.001)
    assert runs[0]["rnn.lif"].spikes.any()
    assert torch.equal(runs[0]["rnn.lif"].variables["v"], runs[1]["b"].variables["v"])


def test_out_again_and_back(tmp_path):
    """A graph of ours has r = 1 and w_in = tau_syn, its weights what these were: the network is the same."""
    network = network_from_nir(LOOP)
    nir.write(tmp_path / "graph.nir", network_to_nir(network))
    back = network_from_nir(nir.read(tmp_path / "graph.nir"))
    assert (list(back.cells), back.outputs) == (sorted(network.cells), ("b",))
    for name, one in network.cells.items():
        assert (back.cells[name].model, back.cells[name].size) == (one.model, one.size)
        for k, values in one.values.items():
            np.testing.assert_allclose(back.cells[name].values[k], np.broadcast_to(values, one.size), rtol=1e-15)
    for mine, theirs in zip(network[1:4], back[1:4]):
        assert mine.keys() == theirs.keys()
        for k in mine:
            np.testing.assert_allclose(theirs[k], mine[k], rtol=1e-15)


# paper/01_lif of github.com/neuromorphs/NIR: the pauses between input spikes, of 1 ms, and in lif_norse.csv the voltage
# that Norse has after each of them, in float32 and steps of 0.1 ms; 0 where it spikes
PAUSES = [6, 15, 4, 3, 0, 2, 1, 2, 0, 1, *10 * [0], 13, *11 * [0], 5, 0]
AFTER_SPIKE = [0.04, 0.066593304, 0.0842734, 0.09602771, 0.0]
NORSE = [
    *(0.04, 0.04005827, 0.045202997, 0.048831135, 0.072464526, 0.061294258, 0.06709221, 0.059715554, 0.07970084),
    *(0.07522796, 0.090013996, 0.09984423, 0.0, *AFTER_SPIKE, 0.04, 0.066593304, 0.040219482, 0.06673923, 0.08437041),
    *(0.09609221, 0.0, *AFTER_SPIKE, 0.04, 0.066593304, 0.045750484, 0.070416406),
]


def test_the_neuron_of_the_paper_is_that_of_norse(tmp_path):
    """`lif_norse.nir`, an Affine before a LIF, built again as it is printed there: read, run, written, read again."""

    def single(x):
        return np.array([x], np.float32)

    size, edges = np.array([1]), [("input", "0"), ("0", "1"), ("1", "output")]
    nodes = {"input": nir.Input({"input": size}), "0": nir.Affine(np.ones((1, 1), np.float32), single(0))}
    nodes |= {"1": nir.LIF(single(0.0025), single(1), single(0), single(0.1)), "output": nir.Output({"output": size})}
    nir.write(tmp_path / "lif_norse.nir", nir.NIRGraph(nodes, edges))
    came = 10 * (np.cumsum(np.array(PAUSES) + 1) - 1)  # steps
    x = torch.zeros(1000, 1, dtype=torch.float64)
    x[came] = 1.0
    read = network_from_nir(nir.read(tmp_path / "lif_norse.nir"))
    nir.write(tmp_path / "again.nir", network_to_nir(read))
    for network in (read, network_from_nir(nir.read(tmp_path / "again.nir"))):
        run = network.simulate(x, 1e-4)["1"]
        np.testing.assert_allclose(run.variables["v"][came, 0], NORSE, atol=3e-8)  # of float32 below 0.1, four steps
        assert (
            run.spikes[:, 0].nonzero().flatten().tolist() == came[np.array(NORSE) == 0].tolist() == [460, 510, 710, 760]
        )


def test_weights_in_a_row_are_one():
    """Affine behind affine, a scale, and two ways from one neuron to another, which add."""
    one, two = nir.Affine(weights(6, IN), RANDOM.random(6)), nir.Affine(weights(A, 6), RANDOM.random(A))
    nodes = {"one": one, "two": two, "scale": nir.Scale(RANDOM.random(A)), "a": lif(A, r=np.ones(A))}
    more = {"beside": nir.Linear(weights(A, IN)), "out": nir.Linear(weights(B, A)), "b": lif(B)}
    found = network_from_nir(graph(nodes | more, "input one two scale a out b output", "input beside a"))
    scale = nodes["scale"].scale
    np.testing.assert_allclose(found.inputs["a"], scale[:, None] * (two.weight @ one.weight) + more["beside"].weight)
    np.testing.assert_allclose(found.biases["a"], scale * (two.weight @ one.bias + two.bias))


REFUSED = {
    "node": (
        lambda: graph({"f": nir.Threshold(np.ones(B)), "b": lif(B)}, "input f b output"),
        "the node 'f' is a Threshold, which is not known: give CubaLIF",
    ),
    "sizes": (
        lambda: graph({"w": nir.Linear(weights(A, IN)), "b": lif(B)}, "input w b output"),
        r"'b' gets what is of sizes \[4, 7\]: give as many as it has neurons",
    ),
    "behind": (
        lambda: graph({"w": nir.Linear(weights(B, IN)), "b": lif(B), "o": NODES["again"]}, "input w b o output"),
        "'o' is a Affine behind the last neurons: give neurons before the Output",
    ),
    "value": (
        lambda: graph({"w": nir.Linear(weights(B, IN)), "b": lif(B, tau=np.linspace(-1, 0.01, B))}, "input w b output"),
        "'b': .*tau_mem = -1000",
    ),
    "circle": (
        lambda: graph({"w": nir.Linear(weights(B, B)), "u": nir.Linear(weights(B, B)), "b": lif(B)}, "w u w b output"),
        "lead back to it without a neuron between",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_other_graphs_are_refused_by_name(case):
    make, words = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        network_from_nir(make())
