"""Leaky integrate-and-fire neuron with an exponential current synapse."""

from typing import Annotated, NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import SURROGATES, Choice, InverseTime, Neuron, Quantity, feed_forward, recurrent, scan, sparse


class LIFParameters(NamedTuple):
    tau_syn_inv: Annotated[
        Tensor, InverseTime("tau_syn", low=0.5, high=100, bounds=(0.01, 1e4), doc="synaptic time constant")
    ] = as_tensor(200.0)
    tau_mem_inv: Annotated[
        Tensor, InverseTime("tau_mem", low=1, high=100, bounds=(0.01, 1e4), doc="membrane time constant")
    ] = as_tensor(100.0)
    v_leak: Annotated[Tensor, Quantity("1", low=-2, high=2, bounds=(-1e3, 1e3), doc="leak potential")] = as_tensor(0.0)
    v_th: Annotated[Tensor, Quantity("1", low=0.1, high=3, bounds=(-1e3, 1e3), doc="threshold")] = as_tensor(1.0)
    v_reset: Annotated[Tensor, Quantity("1", low=-2, high=2, bounds=(-1e3, 1e3), doc="reset potential")] = as_tensor(
        0.0
    )
    method: Annotated[str, Choice(SURROGATES, doc="surrogate gradient")] = "super"
    alpha: Annotated[
        Tensor, Quantity("1", low=0, high=500, bounds=(0, 1e6), step=1, doc="sharpness of the surrogate")
    ] = as_tensor(100.0)


class LIFFeedForwardState(NamedTuple):
    v: Annotated[Tensor, Quantity("1", low=-0.2, high=1.2, bounds=(-1e3, 1e3), default=0.0, doc="membrane potential")]
    i: Annotated[Tensor, Quantity("1", low=-0.2, high=1.2, bounds=(-1e3, 1e3), default=0.0, doc="synaptic current")]


class LIFState(NamedTuple):
    z: Tensor
    v: Tensor
    i: Tensor


def receive(s, x, p):
    return s._replace(i=s.i + x)


def flow(s, I, p):
    return LIFFeedForwardState(v=p.tau_mem_inv * (p.v_leak - s.v + s.i + I), i=-p.tau_syn_inv * s.i)


def excess(s, p):
    return s.v - p.v_th


def reset(s, p):
    return s._replace(v=p.v_reset)


def rest(p):
    return LIFFeedForwardState(v=p.v_leak, i=0.0 * p.v_leak)


LIF = Neuron(
    name="LIF",
    doc="The membrane potential decays to its leak; at the threshold the neuron spikes and is reset.",
    source="Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, Cambridge 2014, section 1.3",
    parameters=LIFParameters,
    state=LIFFeedForwardState,
    receive=receive,
    flow=flow,
    excess=excess,
    reset=reset,
    rest=rest,
    port="spikes",
    current=Quantity("1", low=-2, high=4, bounds=(-1e3, 1e3), default=1.5, doc="input current"),
)

lif_feed_forward_step = feed_forward(LIF)
lif_step = recurrent(LIF, LIFState, detach_reset=True)
lif_feed_forward_step_sparse = sparse(lif_feed_forward_step)
lif_step_sparse = sparse(recurrent(LIF, LIFState))
lif_feed_forward_integral = scan(lif_feed_forward_step)
lif_step_integral = scan(lif_step, last_only=True)
