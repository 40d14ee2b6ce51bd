"""Exponential leaky integrate-and-fire neuron with adaptation, dimensionless, with an exponential synapse."""

from typing import Annotated, NamedTuple

from torch import Tensor, as_tensor, zeros

from snnlab.core import InverseTime, Neuron, Quantity, current_encoder, feed_forward, recurrent

from .peak import below_peak
from .quantities import Alpha, DeltaT, I, Method, TauMem, TauSyn, V, VLeak, VReset, VTh
from .upstroke import rest_potential, upstroke

A = Annotated[Tensor, Quantity("1", low=-0.5, high=4, bounds=(-1e3, 1e3), default=0.0, doc="adaptation current")]


class LIFAdExParameters(NamedTuple):
    adaptation_current: Annotated[
        Tensor, Quantity("1", low=-2, high=10, bounds=(-100, 100), symbol="a_v", doc="adaptation by the potential")
    ] = as_tensor(4)
    adaptation_spike: Annotated[
        Tensor, Quantity("1", low=0, high=2, bounds=(-100, 100), symbol="a_z", doc="adaptation by a spike")
    ] = as_tensor(0.02)
    delta_T: DeltaT = as_tensor(0.5)
    tau_ada_inv: Annotated[
        Tensor, InverseTime("tau_ada", low=10, high=1000, bounds=(0.1, 1e5), doc="time constant of the adaptation")
    ] = as_tensor(2.0)
    tau_syn_inv: TauSyn = as_tensor(200.0)
    tau_mem_inv: TauMem = as_tensor(100.0)
    v_leak: VLeak = as_tensor(0.0)
    v_th: VTh = as_tensor(1.0)
    v_reset: VReset = as_tensor(0.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class LIFAdExState(NamedTuple):
    z: Tensor
    v: Tensor
    i: Tensor
    a: Tensor


class LIFAdExFeedForwardState(NamedTuple):
    v: V
    i: I
    a: A


def receive(s, x, p):
    return s._replace(i=s.i + x)


def flow(s, I, p):
    up = upstroke(s.v, p.v_th, p.delta_T)
    return LIFAdExFeedForwardState(
        v=p.tau_mem_inv * (p.v_leak - s.v + up + s.i - s.a + I),
        i=-p.tau_syn_inv * s.i,
        a=p.tau_ada_inv * (p.adaptation_current * (s.v - p.v_leak) - s.a),
    )


def excess(s, p):
    return s.v - p.v_th


def reset(s, p):
    return s._replace(v=p.v_reset, a=s.a + p.adaptation_spike)


def rest(p):
    v = rest_potential(p.v_leak, p.v_th, p.delta_T, p.adaptation_current)
    return LIFAdExFeedForwardState(v=v, i=0.0 * v, a=p.adaptation_current * (v - p.v_leak))


LIFAdEx = Neuron(
    name="LIFAdEx",
    title="Adaptive exponential LIF",
    doc="An exponential upstroke, and a slow current that follows the potential and grows with every spike.",
    source="Brette, Gerstner, J. Neurophysiol. 94:3637, 2005",
    parameters=LIFAdExParameters,
    state=LIFAdExFeedForwardState,
    receive=receive,
    flow=flow,
    excess=excess,
    reset=reset,
    rest=rest,
    within=below_peak,
    begin=lambda p: LIFAdExFeedForwardState(v=p.v_leak, i=0.0 * p.v_leak, a=0.0 * p.v_leak),
    current=Quantity("1", low=-2, high=6, bounds=(-1e3, 1e3), default=3, doc="input current"),
)

lif_adex_step = recurrent(LIFAdEx, LIFAdExState, name="lif_adex_step", x="input_spikes")
lif_adex_feed_forward_step = feed_forward(
    LIFAdEx,
    name="lif_adex_feed_forward_step",
    x="input_spikes",
    begin=lambda p: LIFAdExFeedForwardState(*[zeros(())] * 3),
)
lif_adex_current_encoder = current_encoder(LIFAdEx, "lif_adex_current_encoder", voltage="v", adaptation="a")
