"""Exponential leaky integrate-and-fire neuron, dimensionless, with an exponential synapse."""

from typing import NamedTuple

from torch import Tensor, as_tensor, zeros

from snnlab.core import Neuron, current_encoder, feed_forward, recurrent

from .peak import below_peak
from .quantities import CURRENT, Alpha, DeltaT, I, Method, TauMem, TauSyn, V, VLeak, VReset, VTh
from .upstroke import rest_potential, upstroke


class LIFExParameters(NamedTuple):
    delta_T: DeltaT = as_tensor(0.5)
    tau_syn_inv: TauSyn = as_tensor(200.0)
    tau_mem_inv: TauMem = as_tensor(100.0)
    v_leak: VLeak = as_tensor(0.0)
    v_th: VTh = as_tensor(1.0)
    v_reset: VReset = as_tensor(0.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class LIFExState(NamedTuple):
    z: Tensor
    v: Tensor
    i: Tensor


class LIFExFeedForwardState(NamedTuple):
    v: V
    i: I


def receive(s, x, p):
    return s._replace(i=s.i + x)


def flow(s, I, p):
    up = upstroke(s.v, p.v_th, p.delta_T)
    return LIFExFeedForwardState(v=p.tau_mem_inv * (p.v_leak - s.v + up + s.i + I), i=-p.tau_syn_inv * s.i)


def excess(s, p):
    return s.v - p.v_th


def reset(s, p):
    return s._replace(v=p.v_reset)


def rest(p):
    return LIFExFeedForwardState(v=rest_potential(p.v_leak, p.v_th, p.delta_T), i=0.0 * p.v_leak)


LIFEx = Neuron(
    name="LIFEx",
    title="Exponential LIF",
    doc="A leaky membrane whose approach to the threshold is accelerated exponentially, cut off at the threshold.",
    source="Fourcaud-Trocmé, Hansel, van Vreeswijk, Brunel, J. Neurosci. 23:11628, 2003",
    parameters=LIFExParameters,
    state=LIFExFeedForwardState,
    receive=receive,
    flow=flow,
    excess=excess,
    reset=reset,
    rest=rest,
    within=below_peak,
    begin=lambda p: LIFExFeedForwardState(v=p.v_leak, i=0.0 * p.v_leak),
    current=CURRENT,
)

lif_ex_step = recurrent(LIFEx, LIFExState, name="lif_ex_step")
lif_ex_feed_forward_step = feed_forward(
    LIFEx,
    name="lif_ex_feed_forward_step",
    x="input_spikes",
    begin=lambda p: LIFExFeedForwardState(*[zeros(())] * 2),
)
lif_ex_current_encoder = current_encoder(LIFEx, "lif_ex_current_encoder", voltage="v")
