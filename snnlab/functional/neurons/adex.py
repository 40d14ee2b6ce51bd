"""Adaptive exponential integrate-and-fire neuron in the units of its papers, and its relative without adaptation."""

from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import InverseTime, Neuron, Quantity, feed_forward, recurrent

from .quantities import Alpha, Method
from .upstroke import rest_potential, upstroke


def _potential(doc: str, low=-90, high=0, **more):
    return Quantity("mV", low=low, high=high, bounds=(-500, 500), step=0.5, doc=doc, **more)


EL = Annotated[Tensor, _potential("leak potential", symbol="E_L")]
VT = Annotated[Tensor, _potential("rheobase threshold", symbol="V_T")]
VPeak = Annotated[Tensor, _potential("peak, where a spike is cut off", low=-40, high=40, symbol=r"V_{\mathrm{peak}}")]
VR = Annotated[Tensor, _potential("reset potential", symbol="V_r")]
DeltaT = Annotated[
    Tensor,
    Quantity("mV", low=0.2, high=10, bounds=(0.01, 100), step=0.1, symbol=r"\Delta_T", doc="sharpness of the upstroke"),
]
Membrane = Annotated[Tensor, _potential("membrane potential", low=-80, high=0, default=-70.0)]


class AdExParameters(NamedTuple):
    C: Annotated[Tensor, Quantity("pF", low=20, high=500, bounds=(1, 1e5), step=1, doc="membrane capacitance")] = (
        as_tensor(200.0)
    )
    g_L: Annotated[Tensor, Quantity("nS", low=1, high=30, bounds=(0.01, 1e4), doc="leak conductance")] = as_tensor(10.0)
    E_L: EL = as_tensor(-70.0)
    V_T: VT = as_tensor(-50.0)
    Delta_T: DeltaT = as_tensor(2.0)
    V_peak: VPeak = as_tensor(0.0)
    a: Annotated[
        Tensor, Quantity("nS", low=-20, high=20, bounds=(-1e3, 1e3), doc="adaptation by the membrane potential")
    ] = as_tensor(2.0)
    tau_w: Annotated[
        Tensor, Quantity("ms", low=5, high=500, bounds=(0.1, 1e5), step=1, doc="time constant of the adaptation")
    ] = as_tensor(30.0)
    b: Annotated[Tensor, Quantity("pA", low=0, high=300, bounds=(-1e4, 1e4), doc="adaptation jump at a spike")] = (
        as_tensor(0.0)
    )
    V_r: VR = as_tensor(-58.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class AdExState(NamedTuple):
    v: Membrane
    w: Annotated[Tensor, Quantity("pA", low=-100, high=400, bounds=(-1e5, 1e5), default=0.0, doc="adaptation current")]


class AdExRecurrentState(NamedTuple):
    z: Tensor
    v: Tensor
    w: Tensor


class EIFParameters(NamedTuple):
    tau_m_inv: Annotated[
        Tensor, InverseTime("tau_m", low=1, high=100, bounds=(0.01, 1e4), doc="membrane time constant")
    ] = as_tensor(100.0)
    E_L: EL = as_tensor(-65.0)
    V_T: VT = as_tensor(-50.0)
    Delta_T: DeltaT = as_tensor(2.0)
    V_peak: VPeak = as_tensor(0.0)
    V_r: VR = as_tensor(-60.0)
    method: Method = "super"
    alpha: Alpha = 100.0


class EIFState(NamedTuple):
    v: Membrane


class EIFRecurrentState(NamedTuple):
    z: Tensor
    v: Tensor


def adex_flow(s, I, p):
    """Per ms as in the papers, times 1000 for 1/s. A step that overshoots the peak is taken for one that reached it."""
    v = torch.minimum(s.v, as_tensor(p.V_peak))
    return AdExState(
        v=1000.0 / p.C * (p.g_L * (p.E_L - v + upstroke(v, p.V_T, p.Delta_T)) - s.w + I),
        w=1000.0 / p.tau_w * (p.a * (v - p.E_L) - s.w),
    )


def eif_flow(s, I, p):
    v = torch.minimum(s.v, as_tensor(p.V_peak))
    return EIFState(v=p.tau_m_inv * (p.E_L - v + upstroke(v, p.V_T, p.Delta_T) + I))


def excess(s, p):
    return s.v - p.V_peak


def adex_reset(s, p):
    return AdExState(v=p.V_r, w=s.w + p.b)


def eif_reset(s, p):
    return EIFState(v=p.V_r)


def adex_rest(p):
    v = rest_potential(p.E_L, p.V_T, p.Delta_T, p.a / p.g_L)
    return AdExState(v=v, w=p.a * (v - p.E_L))


def eif_rest(p):
    return EIFState(v=rest_potential(p.E_L, p.V_T, p.Delta_T))


AdEx = Neuron(
    name="AdEx",
    title="AdEx",
    doc="An exponential upstroke and a slow adaptation current give eight kinds of firing with measurable parameters.",
    source="Brette, Gerstner, J. Neurophysiol. 94:3637, 2005; Naud et al., Biol. Cybern. 99:335, 2008",
    parameters=AdExParameters,
    state=AdExState,
    flow=adex_flow,
    excess=excess,
    reset=adex_reset,
    rest=adex_rest,
    port="current",
    current=Quantity("pA", low=-200, high=1000, bounds=(-1e5, 1e5), default=500, doc="input current"),
)
EIF = Neuron(
    name="EIF",
    title="EIF",
    doc="A leaky membrane with an exponential upstroke: spikes begin as sharply as sodium channels let them.",
    source="Fourcaud-Trocmé, Hansel, van Vreeswijk, Brunel, J. Neurosci. 23:11628, 2003",
    parameters=EIFParameters,
    state=EIFState,
    flow=eif_flow,
    excess=excess,
    reset=eif_reset,
    rest=eif_rest,
    port="current",
    current=Quantity("mV", low=-20, high=60, bounds=(-1e3, 1e3), default=20, doc="input current (times resistance)"),
)

adex_feed_forward_step = feed_forward(AdEx, name="adex_feed_forward_step", x="input_current")
adex_recurrent_step = recurrent(AdEx, AdExRecurrentState, name="adex_recurrent_step", x="input_current")
eif_feed_forward_step = feed_forward(EIF, x="input_current")
eif_recurrent_step = recurrent(EIF, EIFRecurrentState, suffix="recurrent_step", x="input_current")
