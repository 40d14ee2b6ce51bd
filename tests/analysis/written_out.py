"""Neurons of papers, written out as somebody would who has snnlab alone: none of them is ours."""

from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import Neuron, Quantity
from snnlab.functional.neurons.quantities import Alpha, Method

MILLI = 1000.0  # papers have rates in 1/ms


class HodgkinHuxleyParameters(NamedTuple):
    C: Annotated[Tensor, Quantity("uF/cm2", low=0.5, high=2, doc="capacitance")] = as_tensor(1.0)
    g_Na: Annotated[Tensor, Quantity("mS/cm2", low=0, high=200, doc="sodium")] = as_tensor(120.0)
    g_K: Annotated[Tensor, Quantity("mS/cm2", low=0, high=60, doc="potassium")] = as_tensor(36.0)
    g_L: Annotated[Tensor, Quantity("mS/cm2", low=0, high=2, doc="leak")] = as_tensor(0.3)
    E_Na: Annotated[Tensor, Quantity("mV", low=0, high=100, doc="reversal of sodium")] = as_tensor(50.0)
    E_K: Annotated[Tensor, Quantity("mV", low=-100, high=-50, doc="reversal of potassium")] = as_tensor(-77.0)
    E_L: Annotated[Tensor, Quantity("mV", low=-80, high=-40, doc="reversal of the leak")] = as_tensor(-54.4)
    method: Method = "super"
    alpha: Alpha = 100.0


class HodgkinHuxleyState(NamedTuple):
    v: Annotated[Tensor, Quantity("mV", low=-90, high=60, default=-65, doc="membrane potential")]
    m: Annotated[Tensor, Quantity("1", low=0, high=1, doc="activation of sodium")]
    h: Annotated[Tensor, Quantity("1", low=0, high=1, doc="inactivation of sodium")]
    n: Annotated[Tensor, Quantity("1", low=0, high=1, doc="activation of potassium")]


def linoid(x, width):
    """x / (1 - e^(-x / width)), which is `width` at 0."""
    return torch.where(torch.abs(x / width) < 1e-4, width + x / 2, x / (1 - torch.exp(-x / width)))


def hodgkin_huxley_rates(v):
    """Opening and closing in 1/ms of m, h and n, of a rest at -65 mV, at 6.3 °C."""
    return (
        (0.1 * linoid(v + 40, 10), 4 * torch.exp(-(v + 65) / 18)),
        (0.07 * torch.exp(-(v + 65) / 20), torch.sigmoid((v + 35) / 10)),
        (0.01 * linoid(v + 55, 10), 0.125 * torch.exp(-(v + 65) / 80)),
    )


def hodgkin_huxley_flow(s, I, p):
    gates = [MILLI * (a * (1 - x) - b * x) for x, (a, b) in zip((s.m, s.h, s.n), hodgkin_huxley_rates(s.v))]
    sodium, potassium = p.g_Na * s.m**3 * s.h * (s.v - p.E_Na), p.g_K * s.n**4 * (s.v - p.E_K)
    return HodgkinHuxleyState(MILLI * (I - sodium - potassium - p.g_L * (s.v - p.E_L)) / p.C, *gates)


def hodgkin_huxley_rest(p):
    v = as_tensor(-65.0, dtype=torch.float64)
    return HodgkinHuxleyState(v, *(a / (a + b) for a, b in hodgkin_huxley_rates(v)))


HODGKIN_HUXLEY = Neuron(
    name="WrittenHodgkinHuxley",
    title="Hodgkin-Huxley",
    doc="The squid's giant axon.",
    source="Hodgkin, Huxley, J. Physiol. 117:500, 1952",
    parameters=HodgkinHuxleyParameters,
    state=HodgkinHuxleyState,
    flow=hodgkin_huxley_flow,
    excess=lambda s, p: s.v + 20.0,
    crosses=True,
    rest=hodgkin_huxley_rest,
    port="current",
    current=Quantity("uA/cm2", low=0, high=300, default=10, doc="current density"),
)


class MorrisLecarParameters(NamedTuple):
    g_Ca: Annotated[Tensor, Quantity("mS/cm2", low=0, high=10, doc="calcium")] = as_tensor(4.4)
    v_3: Annotated[Tensor, Quantity("mV", low=-20, high=30, doc="half activation of potassium")] = as_tensor(2.0)
    v_4: Annotated[Tensor, Quantity("mV", low=5, high=40, doc="width of it")] = as_tensor(30.0)
    phi: Annotated[Tensor, Quantity("1/ms", low=0.01, high=1, doc="rate of potassium")] = as_tensor(0.04)
    C: Annotated[Tensor, Quantity("uF/cm2", low=1, high=40, doc="capacitance")] = as_tensor(20.0)
    method: Method = "super"
    alpha: Alpha = 100.0


TYPE_ONE = {"g_Ca": 4.0, "v_3": 12.0, "v_4": 17.4, "phi": 1 / 15}


class MorrisLecarState(NamedTuple):
    v: Annotated[Tensor, Quantity("mV", low=-80, high=60, default=-60, doc="membrane potential")]
    w: Annotated[Tensor, Quantity("1", low=0, high=1, doc="activation of potassium")]


def morris_lecar_flow(s, I, p):
    calcium = p.g_Ca * (1 + torch.tanh((s.v + 1.2) / 18)) / 2 * (s.v - 120)
    currents = calcium + 8 * s.w * (s.v + 84) + 2 * (s.v + 60)
    steady = (1 + torch.tanh((s.v - p.v_3) / p.v_4)) / 2
    w = p.phi * (steady - s.w) * torch.cosh((s.v - p.v_3) / (2 * p.v_4))
    return MorrisLecarState(MILLI * (I - currents) / p.C, MILLI * w)


MORRIS_LECAR = Neuron(
    name="WrittenMorrisLecar",
    title="Morris-Lecar",
    doc="The barnacle's muscle fibre.",
    source="Rinzel, Ermentrout, in Methods in Neuronal Modeling, MIT Press 1998",
    parameters=MorrisLecarParameters,
    state=MorrisLecarState,
    flow=morris_lecar_flow,
    excess=lambda s, p: s.v - 0.0,
    crosses=True,
    rest=lambda p: MorrisLecarState(as_tensor(-60.0), as_tensor(0.0)),
    port="current",
    current=Quantity("uA/cm2", low=0, high=300, default=100, doc="current density"),
)


class FitzHughNagumoParameters(NamedTuple):
    epsilon: Annotated[Tensor, Quantity("1", low=0.01, high=0.2, doc="ratio of times")] = as_tensor(0.08)
    a: Annotated[Tensor, Quantity("1", low=0, high=1, doc="offset")] = as_tensor(0.7)
    b: Annotated[Tensor, Quantity("1", low=0.1, high=1, doc="decay")] = as_tensor(0.8)
    method: Method = "super"
    alpha: Alpha = 100.0


class FitzHughNagumoState(NamedTuple):
    v: Annotated[Tensor, Quantity("1", low=-3, high=3, default=-1.2, doc="potential")]
    w: Annotated[Tensor, Quantity("1", low=-2, high=3, doc="recovery")]


def fitzhugh_nagumo_flow(s, I, p):
    return FitzHughNagumoState(MILLI * (s.v - s.v**3 / 3 - s.w + I), MILLI * p.epsilon * (s.v + p.a - p.b * s.w))


FITZHUGH_NAGUMO = Neuron(
    name="WrittenFitzHughNagumo",
    title="FitzHugh-Nagumo",
    doc="A cubic and a line.",
    source="FitzHugh, Biophys. J. 1:445, 1961",
    parameters=FitzHughNagumoParameters,
    state=FitzHughNagumoState,
    flow=fitzhugh_nagumo_flow,
    excess=lambda s, p: s.v - 1.0,
    crosses=True,
    rest=lambda p: FitzHughNagumoState(as_tensor(-1.2), as_tensor(-0.625)),
    port="current",
    current=Quantity("1", low=-0.5, high=2, default=0.5, doc="input current"),
)


class PhaseState(NamedTuple):
    phase: Annotated[Tensor, Quantity("1", low=-3.2, high=3.2, doc="phase")]


def phase_flow(s, I, p):
    return PhaseState(100 * (1 - torch.cos(s.phase) + (1 + torch.cos(s.phase)) * I))


PHASE = Neuron(
    name="Phase",
    title="Theta neuron",
    doc="A phase, and no potential.",
    source="Ermentrout, Kopell, SIAM J. Appl. Math. 46:233, 1986",
    parameters=FitzHughNagumoParameters,
    state=PhaseState,
    flow=phase_flow,
    excess=lambda s, p: s.phase - torch.pi,
    reset=lambda s, p: PhaseState(s.phase - 2 * torch.pi),
    rest=lambda p: PhaseState(as_tensor(-0.5)),
    port="current",
    current=Quantity("1", low=-0.5, high=2, default=0.5, doc="input current"),
)
