"""Izhikevich's two-variable spiking neuron, and his twenty firing patterns as parameters."""

from dataclasses import replace
from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import InverseTime, Neuron, Quantity, feed_forward, recurrent

from .peak import below_peak
from .quantities import Alpha, Method


class IzhikevichParameters(NamedTuple):
    a: Annotated[
        Tensor | float,
        Quantity("1", low=0, high=0.2, bounds=(-1, 10), step=0.001, default=0.02, doc="rate of the recovery"),
    ]
    b: Annotated[
        Tensor | float,
        Quantity("1", low=-0.2, high=0.4, bounds=(-10, 10), step=0.005, default=0.2, doc="recovery per mV"),
    ]
    c: Annotated[
        Tensor | float,
        Quantity("mV", low=-80, high=-40, bounds=(-200, 30), step=0.5, default=-65, doc="reset potential"),
    ]
    d: Annotated[
        Tensor | float,
        Quantity("mV", low=-2, high=10, bounds=(-100, 100), step=0.05, default=8, doc="recovery jump at a spike"),
    ]
    sq: Annotated[
        Tensor | float,
        Quantity("1/mV", low=0.01, high=0.1, bounds=(0.001, 1), step=0.001, symbol="k_2", doc="quadratic coefficient"),
    ] = 0.04
    mn: Annotated[
        Tensor | float,
        Quantity("1", low=2, high=8, bounds=(-100, 100), step=0.05, symbol="k_1", doc="linear coefficient"),
    ] = 5.0
    bias: Annotated[
        Tensor | float,
        Quantity("mV", low=80, high=160, bounds=(-1000, 1000), step=0.5, symbol="k_0", doc="constant coefficient"),
    ] = 140.0
    v_th: Annotated[
        Tensor | float,
        Quantity("mV", low=0, high=60, bounds=(-100, 200), step=0.5, doc="peak, where a spike is cut off"),
    ] = 30.0
    tau_inv: Annotated[
        Tensor | float,
        InverseTime("tau", low=0.5, high=5, bounds=(0.01, 1e3), default=1.0, doc="time constant of the membrane"),
    ] = 250.0
    method: Method = "super"
    alpha: Alpha = 100.0


class IzhikevichState(NamedTuple):
    v: Annotated[Tensor, Quantity("mV", low=-90, high=40, bounds=(-200, 200), default=-65.0, doc="membrane potential")]
    u: Annotated[Tensor, Quantity("mV", low=-20, high=10, bounds=(-500, 500), default=-13.0, doc="recovery variable")]


class IzhikevichRecurrentState(NamedTuple):
    z: Tensor
    v: Tensor
    u: Tensor


class IzhikevichSpikingBehavior(NamedTuple):
    p: IzhikevichParameters
    s: IzhikevichState


def quadratic(s, I, p):
    return p.tau_inv * (p.sq * s.v**2 + p.mn * s.v + p.bias - s.u + I)


def flow(s, I, p):
    return IzhikevichState(v=quadratic(s, I, p), u=p.tau_inv * (p.a * (p.b * s.v - s.u)))


def accommodating_flow(s, I, p):
    # figure1.m drives the recovery of this one pattern by the distance from -65 mV, without decay
    return IzhikevichState(v=quadratic(s, I, p), u=p.tau_inv * (p.a * p.b * (s.v + 65.0)))


def excess(s, p):
    return s.v - p.v_th


def reset(s, p):
    return IzhikevichState(v=p.c, u=s.u + p.d)


def rest(p):
    """The left fixed point without input; where there is none, the place nearest to one."""
    slope = p.mn - p.b
    v = -(slope + torch.sqrt(torch.clamp(as_tensor(slope**2 - 4 * p.sq * p.bias), min=0.0))) / (2 * p.sq)
    return IzhikevichState(v=v, u=p.b * v)


def accommodating_rest(p):
    """Where the recovery stands still, and the membrane with it."""
    v = as_tensor(-65.0 + 0.0 * p.bias)
    return IzhikevichState(v=v, u=p.sq * v**2 + p.mn * v + p.bias)


Izhikevich = Neuron(
    name="Izhikevich",
    title="Izhikevich",
    doc="A quadratic membrane and a slow recovery variable give twenty kinds of spiking and bursting.",
    source="Izhikevich, IEEE Trans. Neural Netw. 14:1569, 2003; 15:1063, 2004",
    parameters=IzhikevichParameters,
    state=IzhikevichState,
    flow=flow,
    excess=excess,
    reset=reset,
    rest=rest,
    within=below_peak,
    port="current",
    current=Quantity("mV", low=-20, high=40, bounds=(-1e3, 1e3), default=10, doc="input current (times resistance)"),
)
IzhikevichAccommodation = replace(
    Izhikevich,
    name="IzhikevichAccommodation",
    title="Izhikevich, accommodation",
    doc="Izhikevich's neuron with the recovery equation of his accommodation pattern.",
    source="Izhikevich, IEEE Trans. Neural Netw. 15:1063, 2004, figure 1R",
    flow=accommodating_flow,
    rest=accommodating_rest,
)

izhikevich_feed_forward_step = feed_forward(Izhikevich, x="input_current", s="s")
izhikevich_recurrent_step = recurrent(
    Izhikevich, IzhikevichRecurrentState, suffix="recurrent_step", x="input_current", s="s"
)


def create_izhikevich_spiking_behavior(
    a: float, b: float, c: float, d: float, v_rest: float, u_rest: float, tau_inv: float = 250.0
) -> IzhikevichSpikingBehavior:
    """Parameters and initial state of a firing pattern: v = v_rest, u = b u_rest, as Norse's function of this name.

    a, b dimensionless; c, d, v_rest, u_rest in mV; tau_inv in 1/s. v requires a gradient, as there.
    """
    p = IzhikevichParameters(a, b, c, d, tau_inv=tau_inv)
    return IzhikevichSpikingBehavior(
        p, IzhikevichState(torch.tensor(v_rest, requires_grad=True), torch.tensor(u_rest) * b)
    )


def _of_class_1(behavior: IzhikevichSpikingBehavior) -> IzhikevichSpikingBehavior:
    """Class 1 and integrator have the quadratic 0.04 v^2 + 4.1 v + 108."""
    return behavior._replace(p=behavior.p._replace(mn=4.1, bias=108.0))


_new = create_izhikevich_spiking_behavior
tonic_spiking = _new(0.02, 0.2, -65.0, 6.0, -70.0, -70.0)
phasic_spiking = _new(0.02, 0.25, -65.0, 6.0, -64.0, -64.0)
tonic_bursting = _new(0.02, 0.2, -50.0, 2.0, -70.0, -70.0)
phasic_bursting = _new(0.02, 0.25, -55.0, 0.05, -64.0, -64.0, 200.0)
mixed_mode = _new(0.02, 0.2, -55.0, 4.0, -70.0, -70.0)
spike_frequency_adaptation = _new(0.01, 0.2, -65.0, 8.0, -70.0, -70.0)
class_1_exc = _of_class_1(_new(0.02, -0.1, -55.0, 6.0, -60.0, -60.0))
class_2_exc = _new(0.2, 0.26, -65.0, 0.0, -64.0, -64.0)
spike_latency = _new(0.02, 0.2, -65.0, 6.0, -70.0, -70.0)
subthreshold_oscillation = _new(0.05, 0.26, -60.0, 0.0, -62.0, -62.0)
resonator = _new(0.1, 0.26, -60.0, -1.0, -62.0, -62.0)
integrator = _of_class_1(_new(0.02, -0.1, -55.0, 6.0, -60.0, -60.0))
rebound_spike = _new(0.03, 0.25, -60.0, 4.0, -64.0, -64.0, 200.0)
rebound_burst = _new(0.03, 0.25, -52.0, 0.0, -64.0, -64.0, 200.0)
threshold_variability = _new(0.03, 0.25, -60.0, 4.0, -64.0, -64.0)
bistability = _new(0.1, 0.26, -60.0, 0.0, -61.0, -61.0)
dap = _new(1.0, 0.2, -60.0, -21.0, -70.0, -70.0, 100.0)
accomodation = _new(0.02, 1.0, -55.0, 4.0, -65.0, -16.0, 500.0)
inhibition_induced_spiking = _new(-0.02, -1.0, -60.0, 8.0, -63.8, -63.8)
inhibition_induced_bursting = _new(-0.026, -1.0, -45.0, -2.0, -63.8, -63.8)
