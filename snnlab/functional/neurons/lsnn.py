"""Leaky integrate-and-fire neurons with adaptation: of the threshold (LSNN), and by a current (AdaLIF)."""

from dataclasses import replace
from typing import Annotated, NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import InverseTime, Neuron, Quantity, feed_forward, recurrent

from .quantities import CURRENT, Alpha, I, Method, TauMem, TauSyn, V, VLeak, VReset, VTh


class LSNNParameters(NamedTuple):
    tau_syn_inv: TauSyn = as_tensor(200.0)
    tau_mem_inv: TauMem = as_tensor(100.0)
    tau_adapt_inv: Annotated[
        Tensor,
        InverseTime(
            "tau_adapt", low=10, high=1000, bounds=(0.1, 1e7), default=200.0, doc="time constant of adaptation"
        ),
    ] = as_tensor(1.0 / 800)
    v_leak: VLeak = as_tensor(0.0)
    v_th: VTh = as_tensor(1.0)
    v_reset: VReset = as_tensor(0.0)
    beta: Annotated[Tensor, Quantity("1", low=0, high=3, bounds=(-100, 100), doc="adaptation jump at a spike")] = (
        as_tensor(1.8)
    )
    method: Method = "super"
    alpha: Alpha = 100.0


class LSNNState(NamedTuple):
    z: Tensor
    v: Tensor
    i: Tensor
    b: Tensor


class LSNNFeedForwardState(NamedTuple):
    v: V
    i: I
    b: Annotated[Tensor, Quantity("1", low=0, high=4, bounds=(-1e3, 1e3), default=1.0, doc="adaptation")]


def receive(s, x, p):
    return s._replace(i=s.i + x)


def flow(s, I, p):
    return LSNNFeedForwardState(
        v=p.tau_mem_inv * (p.v_leak - s.v + s.i + I),
        i=-p.tau_syn_inv * s.i,
        b=p.tau_adapt_inv * (p.v_th - s.b),
    )


def excess(s, p):
    return s.v - s.b


def reset(s, p):
    return s._replace(v=p.v_reset, b=s.b + p.beta)


def rest(p):
    return LSNNFeedForwardState(v=p.v_leak, i=0.0 * p.v_leak, b=p.v_th)


def adapting_flow(s, I, p):
    return LSNNFeedForwardState(
        v=p.tau_mem_inv * (p.v_leak - s.v + s.i - s.b + I),
        i=-p.tau_syn_inv * s.i,
        b=-p.tau_adapt_inv * s.b,
    )


def adapting_excess(s, p):
    return s.v - p.v_th


def adapting_reset(s, p):
    return s._replace(v=s.v - (p.v_th - p.v_reset), b=s.b + p.beta)


def adapting_rest(p):
    return LSNNFeedForwardState(v=p.v_leak, i=0.0 * p.v_leak, b=0.0 * p.v_leak)


LSNN = Neuron(
    name="LSNN",
    title="LIF with adaptive threshold (LSNN)",
    doc="Every spike raises the threshold b, which decays back to v_th.",
    source="Bellec, Salaj, Subramoney, Legenstein, Maass, NeurIPS 2018",
    parameters=LSNNParameters,
    state=LSNNFeedForwardState,
    receive=receive,
    lands="after",
    flow=flow,
    excess=excess,
    reset=reset,
    rest=rest,
    current=CURRENT,
)
AdaLIF = replace(
    LSNN,
    name="AdaLIF",
    title="LIF with adaptation current",
    source="Benda, Herz, Neural Comput. 15:2523, 2003 (adaptation current); Bellec et al., NeurIPS 2018",
    doc="Every spike adds to a current b that holds the membrane down, and lowers the potential by v_th - v_reset.",
    flow=adapting_flow,
    excess=adapting_excess,
    reset=adapting_reset,
    rest=adapting_rest,
)

lsnn_step = recurrent(LSNN, LSNNState, detach_reset=True)
lsnn_feed_forward_step = feed_forward(LSNN)
lsnn_adjoint_step = recurrent(LSNN, LSNNState, suffix="adjoint_step", adjoint=True, x="input", s="s")
lsnn_feed_forward_adjoint_step = feed_forward(
    LSNN, name="lsnn_feed_forward_adjoint_step", adjoint=True, x="input", s="s"
)
ada_lif_feed_forward_step = feed_forward(AdaLIF, name="ada_lif_feed_forward_step")
ada_lif_step = recurrent(AdaLIF, LSNNState, name="ada_lif_step")
