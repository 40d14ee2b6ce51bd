"""Quadratic neurons: the least that has a true spike onset, in three notations."""

from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import InverseTime, Neuron, Quantity, feed_forward

from .peak import below_peak
from .quantities import Alpha, Method


def _potential(low: float, high: float, doc: str, **more):
    return Quantity("mV", low=low, high=high, bounds=(-500, 500), step=0.5, doc=doc, **more)


class QIFParameters(NamedTuple):
    tau_m_inv: Annotated[
        Tensor, InverseTime("tau_m", low=1, high=100, bounds=(0.01, 1e4), doc="membrane time constant")
    ] = as_tensor(100.0)
    k: Annotated[Tensor, Quantity("1/mV", low=0.01, high=0.2, bounds=(1e-4, 10), doc="curvature")] = as_tensor(0.04)
    v_r: Annotated[Tensor, _potential(-80, -50, "resting potential")] = as_tensor(-65.0)
    v_t: Annotated[Tensor, _potential(-60, -30, "threshold, beyond which the membrane runs away by itself")] = (
        as_tensor(-50.0)
    )
    v_th: Annotated[Tensor, _potential(0, 60, "peak, where a spike is cut off")] = as_tensor(30.0)
    v_reset: Annotated[Tensor, _potential(-90, -40, "reset potential")] = as_tensor(-65.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class QIFState(NamedTuple):
    v: Annotated[Tensor, _potential(-90, 40, "membrane potential", default=-65.0)]


def quadratic(v, p):
    """Zero at rest and at the threshold, below it between the two."""
    return p.k * (v - p.v_r) * (v - p.v_t)


def qif_flow(s, I, p):
    return QIFState(v=p.tau_m_inv * (quadratic(s.v, p) + I))


def excess(s, p):
    return s.v - p.v_th


def qif_rest(p):
    return QIFState(v=torch.minimum(as_tensor(p.v_r), as_tensor(p.v_t)))


class ThetaParameters(NamedTuple):
    tau_inv: Annotated[Tensor, InverseTime("tau", low=1, high=100, bounds=(0.01, 1e4), doc="time constant")] = (
        as_tensor(100.0)
    )
    method: Method = "super"
    alpha: Alpha = 100.0


class ThetaState(NamedTuple):
    v: Annotated[Tensor, Quantity("1", low=-3.2, high=3.2, bounds=(-10, 10), default=0.0, symbol="θ", doc="phase")]


def theta_flow(s, I, p):
    return ThetaState(v=p.tau_inv * (1 - torch.cos(s.v) + (1 + torch.cos(s.v)) * I))


def turned(s, p):
    return s.v - torch.pi


def theta_reset(s, p):
    return ThetaState(v=s.v - 2 * torch.pi)


def theta_rest(p):
    return ThetaState(v=0.0 * p.tau_inv)


class Izhikevich2007Parameters(NamedTuple):
    C: Annotated[Tensor, Quantity("pF", low=10, high=300, bounds=(0.1, 1e5), step=1, doc="membrane capacitance")] = (
        as_tensor(100.0)
    )
    k: Annotated[Tensor, Quantity("nS/mV", low=0.1, high=4, bounds=(1e-3, 100), doc="curvature")] = as_tensor(0.7)
    v_r: Annotated[Tensor, _potential(-80, -40, "resting potential")] = as_tensor(-60.0)
    v_t: Annotated[Tensor, _potential(-60, -20, "instantaneous threshold")] = as_tensor(-40.0)
    v_peak: Annotated[Tensor, _potential(0, 60, "peak, where a spike is cut off")] = as_tensor(35.0)
    a: Annotated[Tensor, Quantity("1/ms", low=0.001, high=0.3, bounds=(0, 10), doc="rate of the recovery")] = as_tensor(
        0.03
    )
    b: Annotated[Tensor, Quantity("nS", low=-20, high=20, bounds=(-1e3, 1e3), doc="recovery by the potential")] = (
        as_tensor(-2.0)
    )
    c: Annotated[Tensor, _potential(-70, -30, "reset potential")] = as_tensor(-50.0)
    d: Annotated[
        Tensor, Quantity("pA", low=-50, high=300, bounds=(-1e4, 1e4), step=1, doc="recovery jump at a spike")
    ] = as_tensor(100.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class Izhikevich2007State(NamedTuple):
    v: Annotated[Tensor, _potential(-90, 40, "membrane potential", default=-60.0)]
    u: Annotated[Tensor, Quantity("pA", low=-200, high=500, bounds=(-1e5, 1e5), default=0.0, doc="recovery current")]


def izhikevich_flow(s, I, p):
    """Per ms as in the book, times 1000 for 1/s."""
    return Izhikevich2007State(
        v=1000.0 / p.C * (p.k * (s.v - p.v_r) * (s.v - p.v_t) - s.u + I),
        u=1000.0 * (p.a * (p.b * (s.v - p.v_r) - s.u)),
    )


def below(old, s, p):
    """The state within a step, its voltage not above the peak."""
    return s._replace(v=torch.minimum(s.v, as_tensor(p.v_peak)))


def izhikevich_excess(s, p):
    return s.v - p.v_peak


def izhikevich_reset(s, p):
    return Izhikevich2007State(v=p.c, u=s.u + p.d)


def izhikevich_rest(p):
    """The left of two fixed points: v_r, or the one that the recovery moves below it."""
    other = p.v_t + p.b / p.k
    v = torch.minimum(as_tensor(p.v_r), as_tensor(other))
    return Izhikevich2007State(v=v, u=p.b * (v - p.v_r))


QIF = Neuron(
    name="QIF",
    title="QIF",
    doc="The normal form of a spike onset: what every neuron of type I is close to its rheobase.",
    source="Latham, Richmond, Nelson, Nirenberg, J. Neurophysiol. 83:808, 2000",
    parameters=QIFParameters,
    state=QIFState,
    flow=qif_flow,
    excess=excess,
    reset=lambda s, p: QIFState(v=p.v_reset),
    rest=qif_rest,
    within=below_peak,
    port="current",
    current=Quantity("mV", low=-10, high=40, bounds=(-1e3, 1e3), default=10, doc="input current (times resistance)"),
)
Theta = Neuron(
    name="Theta",
    title="Theta neuron",
    doc="The quadratic neuron on a circle: a spike is a turn through pi, and nothing is cut off.",
    source="Ermentrout, Kopell, SIAM J. Appl. Math. 46:233, 1986",
    parameters=ThetaParameters,
    state=ThetaState,
    flow=theta_flow,
    excess=turned,
    reset=theta_reset,
    rest=theta_rest,
    port="current",
    current=Quantity("1", low=-1, high=4, bounds=(-100, 100), default=0.5, doc="input current"),
)
Izhikevich2007 = Neuron(
    name="Izhikevich2007",
    title="Izhikevich 2007, in its own units",
    doc="The quadratic neuron with capacitance, currents and potentials that can be measured, fitted to real cells.",
    source="Izhikevich, Dynamical Systems in Neuroscience, MIT Press 2007, chapter 8",
    parameters=Izhikevich2007Parameters,
    state=Izhikevich2007State,
    flow=izhikevich_flow,
    excess=izhikevich_excess,
    reset=izhikevich_reset,
    rest=izhikevich_rest,
    within=below,
    port="current",
    current=Quantity("pA", low=-100, high=1000, bounds=(-1e5, 1e5), default=100, doc="input current"),
)

qif_feed_forward_step = feed_forward(QIF, name="qif_feed_forward_step", x="input_current")
theta_feed_forward_step = feed_forward(Theta, x="input_current")
izhikevich_2007_feed_forward_step = feed_forward(
    Izhikevich2007, name="izhikevich_2007_feed_forward_step", x="input_current"
)
