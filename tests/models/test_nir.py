"""Models as graphs of NIR: the equations in its documentation, integrated here, give the same runs."""

import nir
import numpy as np
import pytest
import torch

from snnlab.models import IAF, LI, LIF, NETWORKS, NEURONS, Experiment, LIBox, LIFBox, stimuli_of
from snnlab.models.exchange.nir import TWINS, from_nir, to_nir

MODELS = [
    LIF(tau_syn=7.3, tau_mem=13.1, v_leak=0.2, v_th=1.1, v_reset=-0.3),
    LI(tau_syn=3.7, tau_mem=17.9, v_leak=-0.4),
    LIFBox(tau_mem=11.7, v_leak=0.1, v_th=0.9, v_reset=-0.2),
    LIBox(tau_mem=23.3, v_leak=0.6),
    IAF(v_th=1.7, v_reset=-0.1),
]


def names(models):
    return [type(model).__name__ for model in models]


def simulated(node, drive, dt):
    """v and spikes of a node of NIR under S(t) or I(t), dt in s, by Euler, from its leak (IF: its reset).

    The equations are those of the NIR reference: tau_syn di/dt = -i + w_in S, tau_mem dv/dt = (v_leak - v) + r i;
    tau dv/dt = (v_leak - v) + r I; dv/dt = r I; a spike where v > v_threshold, then v = v_reset. A spike of weight x is
    S = x delta(t), which raises i by w_in x / tau_syn.
    """
    kind = type(node).__name__
    v = (node.v_reset if kind == "IF" else node.v_leak).astype(float)
    i = np.zeros_like(v)
    trace, spikes = [], []
    for x in drive:
        if kind.startswith("Cuba"):
            i = i + node.w_in * x / node.tau_syn
            v, i = v + dt * ((node.v_leak - v) + node.r * i) / node.tau_mem, i - dt * i / node.tau_syn
        elif kind == "IF":
            v = v + dt * node.r * x
        else:
            v = v + dt * ((node.v_leak - v) + node.r * x) / node.tau
        fired = v > node.v_threshold if hasattr(node, "v_threshold") else np.zeros(1, bool)
        v = np.where(fired, node.v_reset, v) if fired.any() else v
        trace.append(v[0])
        spikes.append(fired[0])
    return np.array(trace), np.array(spikes)


@pytest.mark.parametrize("model", MODELS, ids=names(MODELS))
def test_the_node_means_the_same(model):
    port = "PoissonSpikes" if TWINS[type(model).__name__].synapse else "Noise"
    values = {"rate": 800.0, "weight": 0.5} if port == "PoissonSpikes" else {"sigma": 1.5}
    if isinstance(model, IAF):
        values = {"mean": 200.0, "sigma": 100.0}
    experiment = Experiment.of(model, stimuli_of(model.port)[port](**values), {"duration": 300, "neurons": 1})
    result = experiment.run(torch.float64)
    (drive,) = result.inputs.values()
    v, spikes = simulated(experiment.to_nir().nodes["neuron"], drive.numpy(), 1e-4)
    # rounding: the sums stand in another order
    np.testing.assert_allclose(result.recording.variables["v"][:, 0], v, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(result.recording.spikes[:, 0], spikes)
    assert spikes.any() == (model.neuron.excess is not None)


def test_one_spike_gives_the_closed_form():
    """A jump of i by w_in / tau_syn = 1 makes v the difference of two exponentials, at any step that is short."""
    node = to_nir(LI(tau_syn=5, tau_mem=20)).nodes["neuron"]
    t = np.arange(1, 100_001) * 1e-3  # ms
    a, b = node.tau_syn[0] * 1e3, node.tau_mem[0] * 1e3
    exact = node.r[0] * node.w_in[0] / node.tau_syn[0] * a / (a - b) * (np.exp(-t / a) - np.exp(-t / b))
    spike = stimuli_of(LI.port)["SpikeTrain"](onset=0, spikes=1, weight=1)
    found = LI(tau_syn=5, tau_mem=20).simulate(spike, dt=1e-3, noise=0, neurons=1, dtype=torch.float64)
    # Euler's error is about dt / tau of v, which is at most 0.16
    np.testing.assert_allclose(found.variables["v"][:, 0], exact, rtol=0, atol=1e-4)


@pytest.mark.parametrize("model", MODELS, ids=names(MODELS))
def test_through_a_file_and_back(model, tmp_path):
    nir.write(tmp_path / "graph.nir", to_nir(model))
    back = from_nir(nir.read(tmp_path / "graph.nir"))
    assert type(back) is type(model)
    assert back.values() == model.values()
    assert Experiment.from_nir(to_nir(model)).model.values() == model.values()


def test_times_are_in_seconds_and_the_rest_is_as_it_is():
    node = to_nir(LIF(tau_mem=20, tau_syn=5, v_th=1.5, v_reset=-0.5, v_leak=0.25)).nodes["neuron"]
    assert isinstance(node, nir.CubaLIF)
    assert (node.tau_mem, node.tau_syn, node.w_in) == (0.02, 0.005, 0.005)
    assert (node.r, node.v_leak, node.v_threshold, node.v_reset) == (1, 0.25, 1.5, -0.5)


def test_the_graph_is_one_that_others_read():
    graph = to_nir(LIFBox())
    assert [type(node) for node in graph.nodes.values()] == [nir.Input, nir.LIF, nir.Output]
    assert graph.edges == [("input", "neuron"), ("neuron", "output")]


def test_every_other_neuron_is_refused_by_name():
    for name, kind in NEURONS.items():
        if name not in TWINS:
            with pytest.raises(ValueError, match=f"model = {name} has no counterpart in NIR"):
                to_nir(kind())


def test_networks_and_another_reset_are_refused_by_name():
    with pytest.raises(ValueError, match="model = FeedForward is of the family 'network'"):
        to_nir(NETWORKS["FeedForward"]())
    with pytest.raises(ValueError, match="reset_method = 'down by v_th' has no counterpart in NIR"):
        to_nir(LIFBox(reset_method="down by v_th"))


def lif(n=1, dtype=np.float64, **changes):
    values = {"tau": 0.01, "r": 1.0, "v_leak": 0.0, "v_threshold": 1.0, "v_reset": 0.0} | changes
    return nir.LIF(
        **{name: np.full(n, value, dtype) if np.ndim(value) == 0 else value for name, value in values.items()}
    )


def test_graphs_of_others_are_read():
    """Of any size, with any names, in float32."""
    graph = nir.NIRGraph.from_list(lif(n=8, dtype=np.float32, tau=0.0123))
    assert from_nir(graph).values() == LIFBox(tau_mem=12.3).values()
    scaled = to_nir(LIF())
    scaled.nodes["neuron"].r, scaled.nodes["neuron"].w_in = np.array([2.0]), np.array([0.0025])
    assert from_nir(scaled).values() == LIF().values()  # i twice as small, and twice as strong


def stated(**metadata):
    return nir.LIF(
        *(getattr(lif(), name) for name in ("tau", "r", "v_leak", "v_threshold", "v_reset")), metadata=metadata
    )


REFUSED = {
    "node": (
        lambda: nir.NIRGraph.from_list(nir.Linear(np.ones((1, 2))), lif()),
        "the node 'linear' is a Linear, which is not known: give a graph of an Input, one of CubaLIF, CubaLI, LIF",
    ),
    "two": (lambda: nir.NIRGraph.from_list(lif(), lif()), r"the graph has 2 neurons \(lif, lif_1\)"),
    "loop": (
        lambda: nir.NIRGraph(to_nir(LIFBox()).nodes, [*to_nir(LIFBox()).edges, ("neuron", "neuron")]),
        "the connections .*'neuron', 'neuron'.* are not known",
    ),
    "unequal": (
        lambda: nir.NIRGraph.from_list(lif(n=2, v_leak=np.array([0.0, 0.5]))),
        "v_leak of 'lif' has 2 different values: give one for all neurons",
    ),
    "r": (lambda: nir.NIRGraph.from_list(lif(r=-2.0)), "r = -2 of 'lif' is not allowed: give a positive one"),
    "no weight": (lambda: nir.NIRGraph.from_list(lif(r=0.0)), "r = 0 of 'lif' is not allowed"),
    "divided": (
        lambda: nir.NIRGraph.from_list(lif(r=1e-9)),
        r"'lif': v_th = 1000000000 is not allowed: .* \(potentials are divided by r = 1e-09\)",
    ),
    "reset": (
        lambda: nir.NIRGraph.from_list(stated(reset="v = v - v_threshold")),
        "reset = 'v = v - v_threshold' of 'lif' has no counterpart here: give 'v = v_reset'",
    ),
    "refractory": (
        lambda: nir.NIRGraph.from_list(stated(refractory_period=0.002)),
        "refractory_period = 0.002 of 'lif' has no counterpart here: give 0.0",
    ),
    "bounds": (lambda: nir.NIRGraph.from_list(lif(tau=1e6)), "tau_mem = 1000000000 is not allowed"),
    "no graph": (lif, "a LIF is no graph: give a nir.NIRGraph"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_other_graphs_are_refused_by_what_they_have(make, message):
    with pytest.raises(ValueError, match=message):
        from_nir(make())


WEIGHTED = {
    "LIF": (nir.NIRGraph.from_list(lif(r=2.5, v_leak=0.3, v_threshold=2.0, v_reset=-0.5)), 2.5),
    "IF": (nir.NIRGraph.from_list(nir.IF(r=np.array([0.2]), v_threshold=np.ones(1), v_reset=np.zeros(1))), 0.2),
    "CubaLIF": (to_nir(LIF(tau_syn=4, tau_mem=12, v_leak=0.1, v_reset=-0.2)), 4.0),
}
WEIGHTED["CubaLIF"][0].nodes["neuron"].w_in *= 8
WEIGHTED["CubaLIF"][0].nodes["neuron"].r /= 2


@pytest.mark.parametrize(("graph", "weight"), WEIGHTED.values(), ids=WEIGHTED)
def test_the_weight_of_an_input_divides_potentials_and_changes_no_spike(graph, weight):
    model = from_nir(graph)
    port = "PoissonSpikes" if TWINS[type(model).__name__].synapse else "Noise"
    values = {"rate": 800.0, "weight": 0.3} if port == "PoissonSpikes" else {"mean": 1.0, "sigma": 1.5}
    if isinstance(model, IAF):
        values = {"mean": 500.0, "sigma": 100.0}
    result = Experiment.of(model, stimuli_of(model.port)[port](**values), {"duration": 300, "neurons": 1}).run(
        torch.float64
    )
    (drive,) = result.inputs.values()
    node = next(node for node in graph.nodes.values() if type(node).__name__ not in ("Input", "Output"))
    v, spikes = simulated(node, drive.numpy(), 1e-4)
    assert spikes.sum() > 3
    np.testing.assert_array_equal(result.recording.spikes[:, 0], spikes)
    # rounding: the sums stand in another order, and so are divided
    np.testing.assert_allclose(weight * result.recording.variables["v"][:, 0], v, rtol=0, atol=1e-12)


def test_reset_and_refractoriness_are_stated_in_what_is_written(tmp_path):
    for model in MODELS:
        nir.write(tmp_path / "graph.nir", to_nir(model))
        stated = nir.read(tmp_path / "graph.nir").nodes["neuron"].metadata
        spikes = model.neuron.excess is not None
        assert stated == ({"reset": "v = v_reset", "refractory_period": 0.0} if spikes else {})
