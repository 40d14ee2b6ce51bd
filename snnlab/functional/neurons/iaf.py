"""Perfect integrate-and-fire neuron: it adds up its input and forgets nothing but at a spike."""

from typing import NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import Neuron, Quantity, feed_forward, recurrent

from .quantities import NEURONAL_DYNAMICS, Alpha, Method, V, VReset, VTh


class IAFParameters(NamedTuple):
    v_th: VTh = as_tensor(1.0)
    v_reset: VReset = as_tensor(0.0)
    method: Method = "super"
    alpha: Alpha = as_tensor(100.0)


class IAFState(NamedTuple):
    z: Tensor
    v: Tensor


class IAFFeedForwardState(NamedTuple):
    v: V


def receive(s, x, p):
    return IAFFeedForwardState(v=s.v + x)


def flow(s, I, p):
    return IAFFeedForwardState(v=I + 0.0 * s.v)


def excess(s, p):
    return s.v - p.v_th


def reset(s, p):
    return IAFFeedForwardState(v=p.v_reset)


def rest(p):
    return IAFFeedForwardState(v=p.v_reset)


IAF = Neuron(
    name="IAF",
    title="Perfect integrate-and-fire",
    doc="The membrane potential is the sum of the input since the last spike; nothing leaks.",
    source=NEURONAL_DYNAMICS.format("section 1.3"),
    parameters=IAFParameters,
    state=IAFFeedForwardState,
    receive=receive,
    flow=flow,
    excess=excess,
    reset=reset,
    rest=rest,
    current=Quantity("1/s", low=-50, high=500, bounds=(-1e5, 1e5), default=100, doc="input current (per capacitance)"),
)

iaf_step = recurrent(IAF, IAFState, x="input_spikes")
iaf_feed_forward_step = feed_forward(IAF, x="input_spikes")
