"""Graphs of NIR with several neurons, and weights between them, as networks of populations, and back.

Source: Pedersen et al., Nat. Commun. 15:8122, 2024.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from snnlab.core import short
from snnlab.engine import Population, Projection, Recording, simulate_network

from ..exact import parameters
from ..families.neurons import NEURONS
from .nir import MEANT, NODES, TWINS, edges_of, kind_of, nodes_of, numbers_of, plain_reset

Matrix = np.ndarray
PASSING = ("Input", "Output", "Flatten")  # of a graph inside: what comes goes on
LINEAR = ("Linear", "Affine", "Scale")
DEPTH = 20  # graphs within one another
LONGEST = 200  # nodes between neurons
MOST = 20_000  # neurons of a node, or values of an input: between are matrices


class Cells(NamedTuple):
    """Neurons of a node: the name of their model, how many, and its numbers by the names people see, one or [size]."""

    model: str
    size: int
    values: dict[str, Matrix]


class NIRNetwork(NamedTuple):
    """Neurons by the names of their nodes, and what is between them.

    `weights` of (from, to) are [neurons to, neurons from]; `inputs` those from the graph's input, [neurons, inputs];
    `biases` enter at each step. `outputs` are the neurons whose spikes leave the graph.
    """

    cells: dict[str, Cells]
    weights: dict[tuple[str, str], Matrix]
    inputs: dict[str, Matrix]
    biases: dict[str, Matrix]
    outputs: tuple[str, ...]

    def simulate(self, x: Tensor, dt: float, record: Any = ("v",), **more: Any) -> dict[str, Recording]:
        """Run it over the graph's input [T, ..., m], with a step of dt in s: a recording of each node by its name.

        What a weight makes of spikes (0 or 1), of the input and of a bias enters in a step at the spike port of neurons
        with synapses, and at the current of the others. A spike acts on others, and on its own population, a step
        later. All else is as in `simulate_network`.
        """
        cells = {}
        for name, one in self.cells.items():
            kind = NEURONS[one.model]
            given = {k: torch.from_numpy(v) for k, v in one.values.items()}
            drive = torch.zeros(*x.shape[:-1], one.size, dtype=x.dtype, device=x.device)
            if name in self.inputs:
                drive = drive + x @ torch.from_numpy(self.inputs[name]).to(x).T
            if name in self.biases:
                drive = drive + torch.from_numpy(self.biases[name]).to(x)
            p = parameters(kind(), given, dt * 1000, x.dtype)
            mine = Population(kind.definition, one.size, p, record=record)
            synapse = TWINS[one.model].synapse
            cells[name] = mine._replace(spikes=drive) if synapse else mine._replace(current=drive)
        between = {pair: Projection(torch.from_numpy(w).to(x.dtype)) for pair, w in self.weights.items()}
        return simulate_network(cells, between, dt=dt, **more)


def network_from_nir(graph: Any) -> NIRNetwork:
    """The network of a `nir.NIRGraph` of neurons as `to_nir` writes them, with Affine, Linear and Scale between them.

    Graphs inside of it, such as those of recurrent layers, are a part of it, "rnn.lif" a neuron there. Weights are
    those of the graph times r, or r w_in / tau_syn: our synapse jumps by 1.

    Raises ValueError for other nodes, for more than one input, for weights behind the last neurons, another reset or a
    refractory period in the metadata, and values that the model does not allow.
    """
    nodes, edges = _flattened(graph)
    kinds = {name: kind_of(node) for name, node in nodes.items()}
    for name, kind in kinds.items():
        if kind not in (*NODES, *LINEAR, *PASSING):
            raise ValueError(
                f"the node {short(name)} is a {kind}, which is not known: give {', '.join((*NODES, *LINEAR))} between "
                "an Input and an Output"
            )
    entries = [name for name in graph.nodes if kinds.get(name) == "Input"]
    neurons = [name for name, kind in kinds.items() if kind in NODES]
    if len(entries) != 1 or not neurons:
        raise ValueError(f"the graph has {len(entries)} inputs and {len(neurons)} neurons: give one input, and neurons")
    sizes = {name: _size(name, nodes[name]) for name in (*neurons, *entries)}
    cells: dict[str, Cells] = {}
    weights: dict[tuple[str, str], Matrix] = {}
    inputs: dict[str, Matrix] = {}
    biases: dict[str, Matrix] = {}
    known: dict[str, tuple[dict[str, Matrix], Any]] = {}
    for name in neurons:
        arriving, bias = _arriving(name, nodes, edges, sizes, (), known)
        rows = {len(w) for w in arriving.values()} | {sizes[name]} - {1}
        if len(rows) > 1:
            raise ValueError(f"{short(name)} gets what is of sizes {sorted(rows)}: give as many as it has neurons")
        n = max(rows, default=1)
        cells[name] = _cells(name, nodes[name], n)
        scale = np.broadcast_to(_scale(name, nodes[name]), n)
        for origin, w in arriving.items():
            if origin in entries:
                inputs[name] = w * scale[:, None]
            else:
                weights[origin, name] = w * scale[:, None]
        if np.any(bias):
            biases[name] = np.broadcast_to(bias, n) * scale
    return NIRNetwork(cells, weights, inputs, biases, _outputs(graph, nodes, edges))


def network_to_nir(network: NIRNetwork) -> Any:
    """A `nir.NIRGraph` of a network: nodes as `to_nir` writes them, a Linear or Affine for each (from, to).

    Raises ValueError for a bias of neurons to which nothing leads, and for more than one size of the input.
    """
    import nir  # when first needed: it brings h5py

    sizes = {w.shape[1] for w in network.inputs.values()}
    if len(sizes) != 1:
        raise ValueError(f"inputs are of sizes {sorted(sizes)}: give weights from one input")
    nodes: dict[str, Any] = {"input": nir.Input({"input": np.array([*sizes])})}
    edges, biases = [], dict(network.biases)
    for name, one in network.cells.items():
        nodes[name] = _node(one)
    from_input = {("input", name): w for name, w in network.inputs.items()}
    for (origin, name), w in (from_input | network.weights).items():
        between = f"{origin}_to_{name}"
        bias = biases.pop(name, None)
        nodes[between] = nir.Linear(w) if bias is None else nir.Affine(w, bias)
        edges += [(origin, between), (between, name)]
    if biases:
        raise ValueError(f"biases of {', '.join(biases)} have no weights beside which NIR could have them")
    n = [network.cells[name].size for name in network.outputs]
    nodes["output"] = nir.Output({"output": np.array(n[:1])})
    return nir.NIRGraph(nodes, [*edges, *((name, "output") for name in network.outputs)])


def _flattened(graph: Any, prefix: str = "", depth: int = 0) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Nodes and connections, those of graphs inside too, with the name of the graph in front."""
    if depth > DEPTH:
        raise ValueError(f"{prefix[:40]}... is not allowed: give at most {DEPTH} graphs within one another")
    nodes: dict[str, Any] = {}
    ends: dict[str, tuple[str, str]] = {}  # of a graph inside: where it is entered, and left
    edges: list[tuple[str, str]] = []
    for name, node in nodes_of(graph).items():
        called = prefix + name
        if kind_of(node) != "NIRGraph":
            nodes[called] = node
            continue
        inner, more = _flattened(node, f"{called}.", depth + 1)
        nodes, edges = nodes | inner, edges + more
        doors = [[f"{called}.{n}" for n, x in node.nodes.items() if kind_of(x) == end] for end in ("Input", "Output")]
        if [len(door) for door in doors] != [1, 1]:
            raise ValueError(
                f"the graph {short(called)} has {len(doors[0])} inputs and {len(doors[1])} outputs: give one each"
            )
        ends[name] = doors[0][0], doors[1][0]
    for a, b in edges_of(graph):
        edges.append((ends[a][1] if a in ends else prefix + a, ends[b][0] if b in ends else prefix + b))
    return nodes, edges


def _arriving(
    name: str,
    nodes: Mapping[str, Any],
    edges: list[tuple[str, str]],
    sizes: Mapping[str, int],
    behind: tuple[str, ...],
    known: dict[str, tuple[dict[str, Matrix], Any]],
) -> tuple[dict[str, Matrix], Any]:
    """What arrives at a node: the weights from each neuron or the input, and a bias. `known` has what leaves others,
    each of which is looked at once, though many ways may lead through it.
    """
    if len(behind) > LONGEST:
        raise ValueError(f"more than {LONGEST} nodes lead to {behind[0]!r:.60} without a neuron between")
    found: dict[str, Matrix] = {}
    bias: Any = 0.0
    for origin in (a for a, b in edges if b == name):
        if origin in behind:
            raise ValueError(f"the connections of {short(origin)} lead back to it without a neuron between")
        if origin in sizes:
            parts, more = {origin: np.eye(sizes[origin])}, 0.0
        else:
            if origin not in known:
                arriving = _arriving(origin, nodes, edges, sizes, (*behind, origin), known)
                known[origin] = _through(origin, nodes[origin], *arriving)
            parts, more = known[origin]
        bias = bias + more
        for start, w in parts.items():
            if start in found and found[start].shape != w.shape:
                raise ValueError(f"{short(name)} gets what is of sizes {len(found[start])} and {len(w)}: give one")
            found[start] = found[start] + w if start in found else w
    return found, bias


def _through(name: str, node: Any, weights: dict[str, Matrix], bias: Any) -> tuple[dict[str, Matrix], Any]:
    """What comes out of a node that has no state. Raises ValueError where its sizes do not fit what comes in."""
    kind = kind_of(node)
    if kind in PASSING:
        return weights, bias
    if kind == "Scale":
        scale = numbers_of(name, "scale", node).reshape(-1)
        _check_sizes(name, len(scale), weights, bias)
        return {origin: scale[:, None] * w for origin, w in weights.items()}, scale * bias
    matrix = numbers_of(name, "weight", node)
    own = numbers_of(name, "bias", node).reshape(-1) if kind == "Affine" else np.zeros(1)
    if matrix.ndim != 2 or len(own) not in (1, len(matrix)):
        raise ValueError(
            f"{short(name)} has a weight {list(matrix.shape)} and a bias {list(own.shape)}: give [to, from]"
        )
    _check_sizes(name, matrix.shape[1], weights, bias)
    passed = matrix @ np.broadcast_to(bias, matrix.shape[1]) + own
    return {origin: matrix @ w for origin, w in weights.items()}, passed


def _check_sizes(name: str, size: int, weights: dict[str, Matrix], bias: Any) -> None:
    wrong = [n for n in (*map(len, weights.values()), np.size(bias)) if n not in (1, size)]
    if wrong:
        raise ValueError(f"{short(name)} takes {size} values, and {wrong[0]} arrive: give as many")


def _size(name: str, node: Any) -> int:
    """How many neurons, or values of an input."""
    if kind_of(node) == "Input":
        shape = node.input_type.get("input") if isinstance(node.input_type, dict) else None
        given = np.asarray(shape).reshape(-1).tolist()
        sizes = [n for n in given if isinstance(n, int) and 0 < n <= MOST]
        if len(sizes) != len(given) or math.prod(sizes) > MOST:
            raise ValueError(f"an input of the shape {short(shape)} is not allowed: give 1 to {MOST:,} values")
        return math.prod(sizes)
    size = max(numbers_of(name, field, node).size for field in _fields(node).values())
    if size > MOST:
        raise ValueError(f"{short(name)} has {size:,} neurons: give at most {MOST:,}")
    return size


def _fields(node: Any) -> dict[str, str]:
    return TWINS[NODES[kind_of(node)]].fields


def _scale(name: str, node: Any) -> Matrix:
    """What a weight of the graph is multiplied by here, for each neuron."""
    r = numbers_of(name, "r", node).reshape(-1)
    if not TWINS[NODES[kind_of(node)]].synapse:
        return r
    return r * numbers_of(name, "w_in", node).reshape(-1) / numbers_of(name, "tau_syn", node).reshape(-1)


def _cells(name: str, node: Any, n: int) -> Cells:
    plain_reset(name, node)
    model = NODES[kind_of(node)]
    kind, values = NEURONS[model], {}
    for ours, theirs in _fields(node).items():
        given = numbers_of(name, theirs, node).reshape(-1) * (1000.0 if kind.param[ours].unit == "ms" else 1.0)
        for value in (given.min(), given.max()):
            try:
                kind(**{ours: float(value)})
            except ValueError as error:
                raise ValueError(f"{short(name)}: {error}") from error
        values[ours] = given
    return Cells(model, n, values)


def _node(one: Cells) -> Any:
    import nir  # when first needed: it brings h5py

    twin, kind = TWINS[one.model], NEURONS[one.model]
    scale = {field: 1000.0 if kind.param[field].unit == "ms" else 1.0 for field in twin.fields}
    values = {
        theirs: np.broadcast_to(one.values[ours] / scale[ours], one.size).copy() for ours, theirs in twin.fields.items()
    }
    more = {"w_in": values["tau_syn"].copy()} if twin.synapse else {}
    meant = dict(MEANT) if "v_threshold" in values else {}
    return getattr(nir, twin.node)(r=np.ones(one.size), metadata=meant, **values, **more)


def _outputs(graph: Any, nodes: Mapping[str, Any], edges: list[tuple[str, str]]) -> tuple[str, ...]:
    """The neurons whose spikes leave the graph."""
    found: list[str] = []
    waiting = [name for name in graph.nodes if kind_of(graph.nodes[name]) == "Output"]
    for name in waiting:  # grows
        for origin in (a for a, b in edges if b == name):
            kind = kind_of(nodes[origin])
            if kind in LINEAR:
                raise ValueError(f"{short(origin)} is a {kind} behind the last neurons: give neurons before the Output")
            (found if kind in NODES else waiting).append(origin)
    return tuple(dict.fromkeys(found))
