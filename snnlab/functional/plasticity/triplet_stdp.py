"""STDP by triplets of spikes: pairs whose effect depends on the spike before them."""

from typing import Annotated, NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import Choice, InverseTime, Quantity
from snnlab.core.plasticity import Plasticity, exact_decay

# By how much a spike raises a trace: by 1, so that all earlier spikes count, or to 1, so that the last one alone does.
INTERACTION = {"all-to-all": lambda trace: 1.0, "nearest": lambda trace: 1.0 - trace}


def _tau(symbol, name, doc):
    return InverseTime(name, low=1, high=1000, bounds=(0.01, 1e4), symbol=symbol, doc=doc)


def _size(symbol, doc):
    return Quantity("1", low=0, high=0.02, bounds=(0, 10), step=1e-4, symbol=symbol, doc=doc)


def _trace(symbol, doc):
    return Quantity("1", low=0, high=2, bounds=(0, 1e6), symbol=symbol, doc=doc)


class TripletSTDPParameters(NamedTuple):
    """The minimal model of visual cortex, which has no potentiation by a pair and no depression by a triplet."""

    A2_plus: Annotated[Tensor, _size("A_2^+", "potentiation by a pair")] = as_tensor(0.0)
    A2_minus: Annotated[Tensor, _size("A_2^-", "depression by a pair")] = as_tensor(7.1e-3)
    A3_plus: Annotated[Tensor, _size("A_3^+", "potentiation by a triplet post-pre-post")] = as_tensor(6.5e-3)
    A3_minus: Annotated[Tensor, _size("A_3^-", "depression by a triplet pre-post-pre")] = as_tensor(0.0)
    tau_plus_inv: Annotated[Tensor, _tau(r"\tau_+", "tau_plus", "time constant of r₁")] = as_tensor(1 / 16.8e-3)
    tau_minus_inv: Annotated[Tensor, _tau(r"\tau_-", "tau_minus", "time constant of o₁")] = as_tensor(1 / 33.7e-3)
    tau_x_inv: Annotated[Tensor, _tau(r"\tau_x", "tau_x", "time constant of r₂")] = as_tensor(1 / 101e-3)
    tau_y_inv: Annotated[Tensor, _tau(r"\tau_y", "tau_y", "time constant of o₂")] = as_tensor(1 / 114e-3)
    interaction: Annotated[str, Choice(INTERACTION, doc="spikes that meet: all, or the nearest alone")] = "all-to-all"
    w_min: Annotated[Tensor | float, Quantity("1", low=-1, high=1, bounds=(-1e3, 1e3), doc="smallest weight")] = 0.0
    w_max: Annotated[Tensor | float, Quantity("1", low=0, high=5, bounds=(-1e3, 1e3), doc="largest weight")] = 5.0


class TripletSTDPTraces(NamedTuple):
    r_1: Annotated[Tensor, _trace("r_1", "fast trace of presynaptic spikes")]
    r_2: Annotated[Tensor, _trace("r_2", "slow trace of presynaptic spikes")]
    o_1: Annotated[Tensor, _trace("o_1", "fast trace of postsynaptic spikes")]
    o_2: Annotated[Tensor, _trace("o_2", "slow trace of postsynaptic spikes")]


def flow(s, S, p):
    rise = INTERACTION[p.interaction]
    return TripletSTDPTraces(
        r_1=rise(s.r_1) * S.pre - p.tau_plus_inv * s.r_1,
        r_2=rise(s.r_2) * S.pre - p.tau_x_inv * s.r_2,
        o_1=rise(s.o_1) * S.post - p.tau_minus_inv * s.o_1,
        o_2=rise(s.o_2) * S.post - p.tau_y_inv * s.o_2,
    )


def advance(s, z, flow, p, dt):
    """The traces a step dt [s] later, exactly.

    A spike meets the slow trace of its own side as it was before: so what of that is above 1, where the last spike
    alone counts, stays to the end of the step.
    """
    if p.interaction == "all-to-all":
        return exact_decay(s, z, flow, p, dt)
    after = exact_decay(s._replace(r_2=s.r_2.clamp(max=1.0), o_2=s.o_2.clamp(max=1.0)), z, flow, p, dt)
    return after._replace(r_1=after.r_1.clamp(max=1.0), o_1=after.o_1.clamp(max=1.0))


def pairs(s, z, p):  # each with the slow trace of its own side as it was before the spike
    return (
        z.post * s.r_1 * (p.A2_plus + p.A3_plus * (s.o_2 - z.post)),
        z.pre * s.o_1 * (p.A2_minus + p.A3_minus * (s.r_2 - z.pre)),
    )


def learn(w, potentiation, depression, p):
    return (w + potentiation - depression).clamp(min=p.w_min).clamp(max=p.w_max)


TripletSTDP = Plasticity(
    name="TripletSTDP",
    title="Triplet STDP",
    doc="A pair counts for more when another spike came before it, so that pairs at a high rate potentiate.",
    source="Pfister, Gerstner, J. Neurosci. 26:9673, 2006",
    parameters=TripletSTDPParameters,
    state=TripletSTDPTraces,
    flow=flow,
    pairs=pairs,
    learn=learn,
    weight=Quantity("1", low=0, high=2, bounds=(-1e3, 1e3), default=1.0, doc="weight, relative to where it began"),
    bounds=lambda p: {"w_min": p.w_min, "w_max": p.w_max},
    advance=advance,
)
