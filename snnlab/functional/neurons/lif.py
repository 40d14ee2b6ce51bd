"""Leaky integrate-and-fire neuron with an exponential current synapse."""

from typing import NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import Neuron, current_encoder, feed_forward, recurrent, scan, sparse

from .quantities import CURRENT, NEURONAL_DYNAMICS, Alpha, I, Method, TauMem, TauSyn, V, VLeak, VReset, VTh


class LIFParameters(NamedTuple):
    tau_syn_inv: TauSyn = as_tensor(200.0)
    tau_mem_inv: TauMem = as_tensor(100.0)
    v_leak: VLeak = as_tensor(0.0)
    v_th: VTh = as_tensor(1.0)
    v_reset: VReset = as_tensor(0.0)
    method: Method = "super"
    alpha: Alpha = as_tensor(100.0)


class LIFFeedForwardState(NamedTuple):
    v: V
    i: I


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
    title="LIF",
    doc="The membrane potential decays to its leak; at the threshold the neuron spikes and is reset.",
    source=NEURONAL_DYNAMICS.format("section 1.3"),
    parameters=LIFParameters,
    state=LIFFeedForwardState,
    receive=receive,
    flow=flow,
    excess=excess,
    reset=reset,
    rest=rest,
    port="spikes",
    current=CURRENT,
)

lif_feed_forward_step = feed_forward(LIF, x="input_spikes")
lif_step = recurrent(LIF, LIFState, detach_reset=True, x="input_spikes")
lif_feed_forward_step_sparse = sparse(feed_forward(LIF))
lif_step_sparse = sparse(recurrent(LIF, LIFState, x="input_spikes"))
lif_feed_forward_integral = scan(lif_feed_forward_step)
lif_step_integral = scan(lif_step, last_only=True)
lif_current_encoder = current_encoder(LIF, "lif_current_encoder", voltage="v")
lif_feed_forward_adjoint_step = feed_forward(LIF, adjoint=True, name="lif_feed_forward_adjoint_step", x="input", s="s")
lif_adjoint_step = recurrent(LIF, LIFState, adjoint=True, suffix="adjoint_step", x="input", s="s")
lif_feed_forward_adjoint_step_sparse = lif_feed_forward_adjoint_step
lif_adjoint_step_sparse = sparse(lif_adjoint_step)

default_bio_parameters = LIFParameters(
    tau_syn_inv=as_tensor(1 / 0.5),
    tau_mem_inv=as_tensor(1 / 20.0),
    v_leak=as_tensor(-65.0),
    v_th=as_tensor(-50.0),
    v_reset=as_tensor(-65.0),
)
default_bio_initial_state = LIFState(z=as_tensor(0.0), v=as_tensor(-65.0), i=as_tensor(0.0))
