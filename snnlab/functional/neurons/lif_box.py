"""Leaky integrate-and-fire neuron without synapse: its input is a current."""

from typing import Annotated, NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import Function, Neuron, feed_forward, recurrent

from ..operations.reset import ResetMethod, reset_subtract, reset_value
from .quantities import CURRENT, NEURONAL_DYNAMICS, Alpha, Method, TauMem, V, VLeak, VReset, VTh

RESETS = {"to v_reset": reset_value, "down by v_th": reset_subtract}


class LIFBoxParameters(NamedTuple):
    tau_mem_inv: TauMem = as_tensor(100.0)
    v_leak: VLeak = as_tensor(0.0)
    v_th: VTh = as_tensor(1.0)
    v_reset: VReset = as_tensor(0.0)
    method: Method = "super"
    alpha: Alpha = as_tensor(100.0)
    reset_method: Annotated[ResetMethod, Function(RESETS, doc="reset rule after a spike")] = reset_value


class LIFBoxState(NamedTuple):
    z: Tensor
    v: Tensor


class LIFBoxFeedForwardState(NamedTuple):
    v: V


def flow(s, I, p):
    return LIFBoxFeedForwardState(v=p.tau_mem_inv * (p.v_leak - s.v + I))


def excess(s, p):
    return s.v - p.v_th


def reset(s, p):
    return LIFBoxFeedForwardState(v=p.reset_method(1.0, s.v, p.v_reset, p.v_th))


def rest(p):
    return LIFBoxFeedForwardState(v=p.v_leak)


LIFBox = Neuron(
    name="LIFBox",
    title="LIF without synapse",
    doc="A leaky membrane driven by a current; at the threshold it spikes and is reset, or lowered by the threshold.",
    source=NEURONAL_DYNAMICS.format("section 1.3"),
    parameters=LIFBoxParameters,
    state=LIFBoxFeedForwardState,
    flow=flow,
    excess=excess,
    reset=reset,
    rest=rest,
    port="current",
    current=CURRENT,
)

lif_box_step = recurrent(LIFBox, LIFBoxState, name="lif_box_step")
lif_box_feed_forward_step = feed_forward(LIFBox, name="lif_box_feed_forward_step")
