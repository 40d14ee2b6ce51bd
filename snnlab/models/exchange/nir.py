"""Models as graphs of NIR, the Neuromorphic Intermediate Representation, and back.

Source: Pedersen et al., Nat. Commun. 15:8122, 2024.
"""

import math
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from snnlab.core import refused, short, what_is

from ..families.neurons import NEURONS, NeuronModel
from ..model import Model


class Twin(NamedTuple):
    """A node of NIR that is a neuron of ours: our parameter -> its field; `synapse` where input passes one."""

    node: str
    fields: dict[str, str]
    synapse: bool = False


LEAK, SPIKE = {"v_leak": "v_leak"}, {"v_th": "v_threshold", "v_reset": "v_reset"}
CUBA = {"tau_syn": "tau_syn", "tau_mem": "tau_mem"} | LEAK
TWINS = {
    "LIF": Twin("CubaLIF", CUBA | SPIKE, synapse=True),
    "LI": Twin("CubaLI", CUBA, synapse=True),
    "LIFBox": Twin("LIF", {"tau_mem": "tau"} | LEAK | SPIKE),
    "LIBox": Twin("LI", {"tau_mem": "tau"} | LEAK),
    "IAF": Twin("IF", SPIKE),
}
NODES = {twin.node: name for name, twin in TWINS.items()}
CLOSE = 1e-5  # what a weight may miss, of 1: files are often in float32
# what no field of NIR says of a neuron that spikes, as metadata of its node
MEANT = {"reset": "v = v_reset", "refractory_period": 0.0}


def to_nir(model: Model) -> Any:
    """A `nir.NIRGraph` of an input, this neuron and an output; times in s.

    LIF is a CubaLIF, LI a CubaLI, LIFBox a LIF, LIBox a LI, IAF an IF, all with r = 1. The synapse of NIR is
    `tau_syn di/dt = -i + w_in S`, in which a spike of weight 1 adds w_in / tau_syn to i; ours adds 1, so w_in is
    tau_syn. Its input is what enters at the spike port of LIF and LI, and at the current of the others. The metadata of
    a neuron that spikes say how it is reset, and that it has no refractory period (in s). Surrogates and initial states
    are no part of NIR.

    Raises ValueError for a model that NIR does not have. Source: Pedersen et al., Nat. Commun. 15:8122, 2024.

    >>> from snnlab.models import LIF
    >>> to_nir(LIF(tau_mem=20)).nodes["neuron"].tau_mem
    array([0.02])
    """
    import nir  # when first needed: it brings h5py

    name = model.definition.name
    if not isinstance(model, NeuronModel):
        raise ValueError(f"model = {name} is of the family {model.family!r}: only neurons become graphs of NIR")
    if name not in TWINS:
        raise ValueError(
            f"model = {name} has no counterpart in NIR: it has no adaptation, exponential upstroke, conductances or "
            f"refractory period; give one of {', '.join(TWINS)}"
        )
    if getattr(model, "reset_method", "to v_reset") != "to v_reset":
        raise ValueError(f"reset_method = {model.reset_method!r} has no counterpart in NIR: give 'to v_reset'")
    twin = TWINS[name]
    scale = {field: 1000.0 if model.param[field].unit == "ms" else 1.0 for field in twin.fields}
    values = {theirs: np.array([getattr(model, ours) / scale[ours]]) for ours, theirs in twin.fields.items()}
    more = {"w_in": values["tau_syn"].copy()} if twin.synapse else {}
    meant = dict(MEANT) if "v_threshold" in values else {}
    neuron = getattr(nir, twin.node)(r=np.ones(1), metadata=meant, **values, **more)
    one = np.array([1])
    nodes = {"input": nir.Input({"input": one}), "neuron": neuron, "output": nir.Output({"output": one})}
    return nir.NIRGraph(nodes, [("input", "neuron"), ("neuron", "output")])


def from_nir(graph: Any) -> Model:
    """The model of a `nir.NIRGraph` of an input, a neuron as `to_nir` writes it, and an output.

    The neuron may have any size, as long as all have the same parameters: one of them is returned. Where its input has
    a weight, r or r w_in / tau_syn, other than 1, all potentials are divided by it, which changes no spike: the
    potential of the model is that of the node, divided.

    Raises ValueError for other nodes and connections, parameters that differ, a weight that is not positive, another
    reset or a refractory period in the metadata, and values that the model does not allow.
    """
    found = {name: node for name, node in nodes_of(graph).items() if kind_of(node) not in ("Input", "Output")}
    edges = edges_of(graph)
    for name, node in found.items():
        if kind_of(node) not in NODES:
            raise ValueError(f"the node {short(name)} is a {kind_of(node)}, which is not known: {_readable()}")
    if len(found) != 1:
        raise ValueError(f"the graph has {len(found)} neurons ({', '.join(found)}): {_readable()}")
    ((name, node),) = found.items()
    ends = {kind_of(graph.nodes[a]) + kind_of(graph.nodes[b]) for a, b in edges}
    if ends != {f"Input{kind_of(node)}", f"{kind_of(node)}Output"}:
        raise ValueError(f"the connections {edges!r:.200} are not known: {_readable()}")
    ours = NODES[kind_of(node)]
    kind, twin = NEURONS[ours], TWINS[ours]
    weight = _one(name, "r", node) * (_one(name, "w_in", node) / _one(name, "tau_syn", node) if twin.synapse else 1.0)
    given = "r w_in / tau_syn" if twin.synapse else "r"
    if not 0 < weight < math.inf:
        raise ValueError(
            f"{given} = {weight:g} of {short(name)} is not allowed: give a positive one, and turn the input's sign"
        )
    weight = 1.0 if abs(weight - 1) < CLOSE else weight
    plain_reset(name, node)
    values = {}
    for field, theirs in twin.fields.items():
        scale = 1000.0 if kind.param[field].unit == "ms" else 1 / weight
        kept = np.asarray(getattr(node, theirs)).dtype
        digits = np.finfo(kept if kept.kind == "f" else float).precision
        values[field] = float(f"{_one(name, theirs, node) * scale:.{digits}g}")  # 7.3 ms, not 7.300000000000001
    try:
        return kind(**values)
    except ValueError as error:
        divided = "" if weight == 1 else f" (potentials are divided by {given} = {weight:g})"
        raise ValueError(f"{short(name)}: {error}{divided}") from error


def plain_reset(name: str, node: Any) -> None:
    """Raises ValueError where the metadata of a node say that it is reset in another way, or refractory."""
    told = node.metadata
    if not isinstance(told, dict):
        raise refused(f"metadata of {short(name)}", told, "a dictionary")
    for meant, usual in MEANT.items():
        said = told.get(meant, usual)
        one = np.asarray(said) if isinstance(said, str | Real | np.ndarray) else None
        if one is None or one.size != 1 or said != usual:
            raise ValueError(f"{meant} = {short(said)} of {short(name)} has no counterpart here: give {usual!r}")


def nodes_of(graph: Any) -> dict[str, Any]:
    """The nodes of a graph by their names. Raises ValueError for what is no graph, or none that connects such."""
    if kind_of(graph) != "NIRGraph":
        raise ValueError(f"a {kind_of(graph)} is no graph: give a nir.NIRGraph, as nir.read returns")
    nodes = graph.nodes
    if not isinstance(nodes, dict) or not all(isinstance(name, str) for name in nodes):
        raise ValueError(f"the nodes of the graph are {what_is(nodes)}: give a dictionary of nodes by their names")
    edges_of(graph)
    return nodes


def edges_of(graph: Any) -> list[tuple[str, str]]:
    """The connections of a graph. Raises ValueError for what is none."""
    edges = graph.edges if isinstance(graph.edges, list | tuple) else None
    if edges is None or not all(isinstance(one, list | tuple) and len(one) == 2 for one in edges):
        raise ValueError(f"the connections {short(graph.edges)} are not known: give pairs of names of nodes")
    for name in (name for pair in edges for name in pair):
        if not isinstance(name, str) or name not in graph.nodes:
            raise ValueError(f"a connection has the node {short(name)}, which is not there")
    return [(one, other) for one, other in edges]


def numbers_of(name: str, field: str, node: Any) -> np.ndarray:
    """The numbers of a field of a node. Raises ValueError that names it for anything else."""
    values = np.asarray(getattr(node, field))
    if values.dtype.kind not in "iuf" or not values.size or not np.isfinite(values).all():
        raise ValueError(f"{field} of {short(name)} is {short(values)}: give finite numbers")
    return values.astype(float)


def kind_of(node: Any) -> str:
    return type(node).__name__


def _readable() -> str:
    return f"give a graph of an Input, one of {', '.join(NODES)}, and an Output"


def _one(name: str, field: str, node: Any) -> float:
    """The number that all neurons have as this parameter."""
    values = np.unique(numbers_of(name, field, node))
    if len(values) != 1:
        raise ValueError(f"{field} of {short(name)} has {len(values)} different values: give one for all neurons")
    return float(values[0])
