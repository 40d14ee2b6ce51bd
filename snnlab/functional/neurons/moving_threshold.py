"""Neurons whose threshold moves: what it takes to predict the spikes of a real cell."""

from typing import Annotated, NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import InverseTime, Neuron, Quantity, feed_forward, refractory, silent

from .quantities import Alpha, Method


def _potential(low: float, high: float, doc: str, **more):
    return Quantity("mV", low=low, high=high, bounds=(-1000, 1000), doc=doc, **more)


def _current(doc: str, **more):
    return Quantity("pA", low=-100, high=200, bounds=(-1e5, 1e5), doc=doc, **more)


def _time(low: float, high: float, doc: str):
    return Quantity("ms", low=low, high=high, bounds=(0.1, 1e5), doc=doc)


class GLIFParameters(NamedTuple):
    C: Annotated[Tensor, Quantity("pF", low=20, high=300, bounds=(0.1, 1e5), doc="membrane capacitance")] = as_tensor(
        83.1
    )
    g_L: Annotated[Tensor, Quantity("nS", low=0.5, high=20, bounds=(0.01, 1e4), doc="leak conductance")] = as_tensor(
        3.7
    )
    E_L: Annotated[Tensor, _potential(-90, -50, "leak potential")] = as_tensor(-67.0)
    V_T: Annotated[Tensor, _potential(-60, -20, "threshold long after a spike")] = as_tensor(-39.6)
    V_r: Annotated[Tensor, _potential(-80, -30, "reset potential")] = as_tensor(-36.7)
    q_1: Annotated[Tensor, _current("jump of the faster current at a spike")] = as_tensor(56.7)
    tau_1: Annotated[Tensor, _time(1, 200, "time constant of the faster current")] = as_tensor(57.8)
    q_2: Annotated[Tensor, _current("jump of the slower current at a spike")] = as_tensor(-6.9)
    tau_2: Annotated[Tensor, _time(20, 2000, "time constant of the slower current")] = as_tensor(218.2)
    h_1: Annotated[Tensor, _potential(-10, 40, "jump of the faster part of the threshold at a spike")] = as_tensor(11.7)
    tau_3: Annotated[Tensor, _time(1, 200, "time constant of the faster part of the threshold")] = as_tensor(53.8)
    h_2: Annotated[Tensor, _potential(-10, 40, "jump of the slower part of the threshold at a spike")] = as_tensor(1.8)
    tau_4: Annotated[Tensor, _time(20, 2000, "time constant of the slower part of the threshold")] = as_tensor(640.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class GLIFState(NamedTuple):
    v: Annotated[Tensor, _potential(-80, -20, "membrane potential", default=-67.0)]
    w_1: Annotated[Tensor, _current("faster current after spikes", default=0.0)]
    w_2: Annotated[Tensor, _current("slower current after spikes", default=0.0)]
    b_1: Annotated[Tensor, _potential(-10, 40, "faster part of the threshold", default=0.0)]
    b_2: Annotated[Tensor, _potential(-10, 40, "slower part of the threshold", default=0.0)]


def glif_flow(s, I, p):
    """Per ms as in the paper, times 1000 for 1/s."""
    return GLIFState(
        v=1000.0 / p.C * (p.g_L * (p.E_L - s.v) - s.w_1 - s.w_2 + I),
        w_1=1000.0 / p.tau_1 * -s.w_1,
        w_2=1000.0 / p.tau_2 * -s.w_2,
        b_1=1000.0 / p.tau_3 * -s.b_1,
        b_2=1000.0 / p.tau_4 * -s.b_2,
    )


def glif_excess(s, p):
    return s.v - (p.V_T + s.b_1 + s.b_2)


def glif_reset(s, p):
    return GLIFState(v=p.V_r, w_1=s.w_1 + p.q_1, w_2=s.w_2 + p.q_2, b_1=s.b_1 + p.h_1, b_2=s.b_2 + p.h_2)


def glif_rest(p):
    nothing = 0.0 * p.E_L
    return GLIFState(v=p.E_L, w_1=nothing, w_2=nothing, b_1=nothing, b_2=nothing)


class MATParameters(NamedTuple):
    tau_m_inv: Annotated[
        Tensor, InverseTime("tau_m", low=1, high=100, bounds=(0.01, 1e4), doc="membrane time constant")
    ] = as_tensor(200.0)
    omega: Annotated[Tensor, _potential(0, 40, "threshold long after a spike, above rest")] = as_tensor(19.0)
    alpha_1: Annotated[Tensor, _potential(-5, 100, "jump of the faster part of the threshold at a spike")] = as_tensor(
        37.0
    )
    tau_1: Annotated[Tensor, _time(1, 100, "time constant of the faster part")] = as_tensor(10.0)
    alpha_2: Annotated[Tensor, _potential(-5, 20, "jump of the slower part of the threshold at a spike")] = as_tensor(
        2.0
    )
    tau_2: Annotated[Tensor, _time(20, 2000, "time constant of the slower part")] = as_tensor(200.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class MATState(NamedTuple):
    v: Annotated[Tensor, _potential(-20, 100, "membrane potential above rest", default=0.0)]
    b_1: Annotated[Tensor, _potential(-10, 100, "faster part of the threshold", default=0.0)]
    b_2: Annotated[Tensor, _potential(-10, 40, "slower part of the threshold", default=0.0)]


def mat_flow(s, I, p):
    return MATState(v=p.tau_m_inv * (-s.v + I), b_1=1000.0 / p.tau_1 * -s.b_1, b_2=1000.0 / p.tau_2 * -s.b_2)


def mat_excess(s, p):
    return s.v - (p.omega + s.b_1 + s.b_2)


def mat_reset(s, p):
    return MATState(v=s.v, b_1=s.b_1 + p.alpha_1, b_2=s.b_2 + p.alpha_2)


def mat_rest(p):
    nothing = 0.0 * p.omega
    return MATState(v=nothing, b_1=nothing, b_2=nothing)


GLIF = refractory(
    Neuron(
        name="GLIF",
        title="Generalised LIF",
        doc="A leaky membrane, currents and a threshold that spikes move: fitted to a cell, it predicts its spikes.",
        source="Pozzorini, Mensi, Hagens, Naud, Koch, Gerstner, PLoS Comput. Biol. 11:e1004275, 2015",
        parameters=GLIFParameters,
        state=GLIFState,
        flow=glif_flow,
        excess=glif_excess,
        reset=glif_reset,
        rest=glif_rest,
        port="current",
        current=Quantity("pA", low=-50, high=400, bounds=(-1e5, 1e5), default=150, doc="input current"),
    ),
    period=4.0,
    name="GLIF",
    title="Generalised LIF",
)
MAT = silent(
    Neuron(
        name="MAT",
        title="Adaptive threshold (MAT)",
        doc="The membrane is never reset: the threshold jumps at a spike and comes back on two time scales.",
        source="Kobayashi, Tsubokawa, Shinomoto, Front. Comput. Neurosci. 3:9, 2009",
        parameters=MATParameters,
        state=MATState,
        flow=mat_flow,
        excess=mat_excess,
        reset=mat_reset,
        rest=mat_rest,
        port="current",
        current=Quantity("mV", low=0, high=100, bounds=(-1e4, 1e4), default=40, doc="input current (times resistance)"),
    ),
    name="MAT",
    title="Adaptive threshold (MAT)",
)

glif_feed_forward_step = feed_forward(GLIF, name="glif_feed_forward_step", x="input_current")
mat_feed_forward_step = feed_forward(MAT, name="mat_feed_forward_step", x="input_current")
