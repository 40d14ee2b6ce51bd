"""Leaky integrate-and-fire neuron with conductance-based synapses."""

from typing import Annotated, NamedTuple

from torch import Tensor, as_tensor

from snnlab.core import (
    Inverse,
    InverseTime,
    Neuron,
    Quantity,
    excitation,
    feed_forward,
    inhibition,
    recurrent,
    staggered,
)

from .quantities import NEURONAL_DYNAMICS, Alpha, Method


def _potential(doc: str, textbook: float, **more):
    return Quantity("mV", low=-100, high=60, bounds=(-500, 500), step=0.5, default=textbook, doc=doc, **more)


class CobaLIFParameters(NamedTuple):
    tau_syn_exc_inv: Annotated[
        Tensor | float,
        InverseTime("tau_syn_exc", low=0.5, high=50, bounds=(0.01, 1e5), default=5.0, doc="decay of excitation"),
    ] = as_tensor(1.0 / 5)
    tau_syn_inh_inv: Annotated[
        Tensor | float,
        InverseTime("tau_syn_inh", low=0.5, high=50, bounds=(0.01, 1e5), default=10.0, doc="decay of inhibition"),
    ] = as_tensor(1.0 / 5)
    c_m_inv: Annotated[
        Tensor | float, Inverse("nF", low=0.01, high=1, bounds=(1e-3, 10), name="c_m", doc="membrane capacitance")
    ] = as_tensor(1 / 0.2)
    g_l: Annotated[
        Tensor | float, Quantity("nS", low=1, high=50, bounds=(0, 1e4), default=10.0, doc="leak conductance")
    ] = as_tensor(1 / 20 * 1 / 0.2)
    e_rev_I: Annotated[Tensor | float, _potential("reversal potential of inhibition", -80.0)] = as_tensor(-100)
    e_rev_E: Annotated[Tensor | float, _potential("reversal potential of excitation", 0.0)] = as_tensor(60)
    v_rest: Annotated[Tensor | float, _potential("leak potential", -70.0)] = as_tensor(-20)
    v_reset: Annotated[Tensor | float, _potential("reset potential", -60.0)] = as_tensor(-70)
    v_thresh: Annotated[Tensor | float, _potential("threshold", -50.0, symbol=r"v_{\mathrm{th}}")] = as_tensor(-10)
    method: Method = "super"
    alpha: Alpha = 100.0


class CobaLIFState(NamedTuple):
    z: Tensor | float
    v: Tensor | float
    g_e: Tensor | float
    g_i: Tensor | float


class CobaLIFFeedForwardState(NamedTuple):
    v: Annotated[Tensor, Quantity("mV", low=-85, high=-45, bounds=(-500, 500), default=-70.0, doc="membrane potential")]
    g_e: Annotated[Tensor, Quantity("nS", low=0, high=50, bounds=(-1e4, 1e4), default=0.0, doc="excitation")]
    g_i: Annotated[Tensor, Quantity("nS", low=0, high=50, bounds=(-1e4, 1e4), default=0.0, doc="inhibition")]


def receive(s, x, p):
    excitation, inhibition = x
    return s._replace(g_e=s.g_e + excitation, g_i=s.g_i + inhibition)


def flow(s, I, p):
    synaptic = s.g_e * (p.e_rev_E - s.v) + s.g_i * (p.e_rev_I - s.v)
    return CobaLIFFeedForwardState(
        v=p.c_m_inv * (p.g_l * (p.v_rest - s.v) + synaptic + I),
        g_e=-p.tau_syn_exc_inv * s.g_e,
        g_i=-p.tau_syn_inh_inv * s.g_i,
    )


def excess(s, p):
    return s.v - p.v_thresh


def reset(s, p):
    return s._replace(v=p.v_reset)


def rest(p):
    return CobaLIFFeedForwardState(v=p.v_rest, g_e=0.0 * p.v_rest, g_i=0.0 * p.v_rest)


CobaLIF = Neuron(
    name="CobaLIF",
    title="Conductance-based LIF",
    doc="Input opens conductances that pull the membrane towards reversal potentials and shorten its time constant.",
    source="Destexhe, Rudolph, Paré, Nat. Rev. Neurosci. 4:739, 2003; " + NEURONAL_DYNAMICS.format("section 3.1"),
    parameters=CobaLIFParameters,
    state=CobaLIFFeedForwardState,
    channels=(excitation, inhibition),
    receive=receive,
    flow=flow,
    advance=staggered("g_e", "g_i", "v"),
    excess=excess,
    reset=reset,
    rest=rest,
    current=Quantity("pA", low=-200, high=1000, bounds=(-1e5, 1e5), default=300, doc="input current"),
)

coba_lif_step = recurrent(CobaLIF, CobaLIFState, name="coba_lif_step", x="input_spikes")
coba_lif_feed_forward_step = feed_forward(CobaLIF, name="coba_lif_feed_forward_step")
coba_lif_adjoint_step = recurrent(CobaLIF, CobaLIFState, name="coba_lif_adjoint_step", adjoint=True, x="input", s="s")

default_bio_parameters = CobaLIFParameters(
    tau_syn_exc_inv=1 / 0.3,
    tau_syn_inh_inv=1 / 0.5,
    e_rev_E=0.0,
    e_rev_I=-70.0,
    v_thresh=-50.0,
    v_reset=-65.0,
    v_rest=-65.0,
)
default_bio_state = CobaLIFState(z=0.0, v=-65.0, g_e=0.0, g_i=0.0)
