"""Plasticity rules from outside of the tree, as somebody would write them."""

from typing import Annotated, NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import InverseTime, Plasticity, Quantity


def _tau(name, doc):
    return InverseTime(name, low=1, high=1000, bounds=(0.01, 1e4), doc=doc)


def _size(symbol, doc):
    return Quantity("1", low=0, high=0.01, bounds=(0, 1), symbol=symbol, doc=doc)


# Inhibition that keeps a neuron at its target rate: a coincidence within tau strengthens, a lone inhibitory spike
# weakens. Inhibitory weights are below 0.


class InhibitoryParameters(NamedTuple):
    tau_inv: Annotated[Tensor, _tau("tau", "time constant of both traces")] = as_tensor(50.0)
    rate: Annotated[Tensor, Quantity("Hz", low=1, high=20, symbol=r"\rho_0", doc="target rate")] = as_tensor(5.0)
    eta: Annotated[Tensor, Quantity("1", low=0, high=0.1, bounds=(0, 10), doc="learning rate")] = as_tensor(1e-2)


class InhibitoryTraces(NamedTuple):
    x_pre: Annotated[Tensor, Quantity("1", low=0, high=2, bounds=(0, 1e3), doc="trace of presynaptic spikes")]
    x_post: Annotated[Tensor, Quantity("1", low=0, high=2, bounds=(0, 1e3), doc="trace of postsynaptic spikes")]


def inhibitory_flow(s, S, p):
    return InhibitoryTraces(x_pre=S.pre - p.tau_inv * s.x_pre, x_post=S.post - p.tau_inv * s.x_post)


def inhibitory_pairs(s, z, p):
    return z.post * s.x_pre + z.pre * s.x_post, 2 * p.rate / p.tau_inv * z.pre


def inhibitory_learn(w, potentiation, depression, p):
    return (w - p.eta * (potentiation - depression)).clamp(max=0.0)


Inhibitory = Plasticity(
    name="Inhibitory",
    title="Inhibitory plasticity",
    doc="Inhibition grows where its spikes meet those of its neuron, until the neuron fires at the target rate.",
    source="Vogels, Sprekeler, Zenke, Clopath, Gerstner, Science 334:1569, 2011",
    parameters=InhibitoryParameters,
    state=InhibitoryTraces,
    flow=inhibitory_flow,
    pairs=inhibitory_pairs,
    learn=inhibitory_learn,
    weight=Quantity("1", low=-1, high=0, bounds=(-1e3, 0), default=-0.5, doc="weight"),
    bounds=lambda p: {"w_min": -float("inf"), "w_max": 0.0},
)


# Triplets, all to all: a second, slower trace on each side, which a spike sees as it was before it.


class TripletParameters(NamedTuple):
    tau_plus_inv: Annotated[Tensor, _tau("tau_plus", "time constant of r_1")] = as_tensor(1 / 16.8e-3)
    tau_minus_inv: Annotated[Tensor, _tau("tau_minus", "time constant of o_1")] = as_tensor(1 / 33.7e-3)
    tau_x_inv: Annotated[Tensor, _tau("tau_x", "time constant of r_2")] = as_tensor(1 / 101e-3)
    tau_y_inv: Annotated[Tensor, _tau("tau_y", "time constant of o_2")] = as_tensor(1 / 125e-3)
    A2_plus: Annotated[Tensor, _size("A_2^+", "potentiation of a pair")] = as_tensor(5e-10)
    A3_plus: Annotated[Tensor, _size("A_3^+", "potentiation of a triplet")] = as_tensor(6.2e-3)
    A2_minus: Annotated[Tensor, _size("A_2^-", "depression of a pair")] = as_tensor(7e-3)
    A3_minus: Annotated[Tensor, _size("A_3^-", "depression of a triplet")] = as_tensor(2.3e-4)


def _trace(doc):
    return Quantity("1", low=0, high=2, bounds=(0, 1e3), symbol=doc[-3:], doc=doc)


class TripletTraces(NamedTuple):
    r1: Annotated[Tensor, _trace("fast trace of presynaptic spikes, r_1")]
    r2: Annotated[Tensor, _trace("slow trace of presynaptic spikes, r_2")]
    o1: Annotated[Tensor, _trace("fast trace of postsynaptic spikes, o_1")]
    o2: Annotated[Tensor, _trace("slow trace of postsynaptic spikes, o_2")]


def triplet_flow(s, S, p):
    return TripletTraces(
        r1=S.pre - p.tau_plus_inv * s.r1,
        r2=S.pre - p.tau_x_inv * s.r2,
        o1=S.post - p.tau_minus_inv * s.o1,
        o2=S.post - p.tau_y_inv * s.o2,
    )


def triplet_pairs(s, z, p):
    return (
        z.post * s.r1 * (p.A2_plus + p.A3_plus * (s.o2 - z.post)),
        z.pre * s.o1 * (p.A2_minus + p.A3_minus * (s.r2 - z.pre)),
    )


Triplet = Plasticity(
    name="Triplet",
    title="Triplets of spikes",
    doc="A synapse grows with a spike after it and one before that, so with the rate at which pairs are repeated.",
    source="Pfister, Gerstner, J. Neurosci. 26:9673, 2006",
    parameters=TripletParameters,
    state=TripletTraces,
    flow=triplet_flow,
    pairs=triplet_pairs,
    learn=lambda w, potentiation, depression, p: w + potentiation - depression,
    weight=Quantity("1", low=0, high=1, bounds=(-1e3, 1e3), default=0.5, doc="weight"),
)
