"""Neurons of the cortex: the sodium and potassium currents of Traub and Miles, and slower ones that shape the firing."""

from typing import Annotated

import torch
from torch import Tensor

from snnlab.core import Quantity, feed_forward

from .channels import Channel, Gate, channels
from .kinetics import leak, linear_exponential, sigmoid

THRESHOLD = Annotated[Tensor, Quantity("mV", low=-75, high=-45, bounds=(-200, 100), doc="shift of sodium and potassium gates")]  # fmt: skip
SLOWEST = Annotated[Tensor, Quantity("ms", low=100, high=5000, bounds=(1, 1e6), doc="longest time constant of the M-current")]  # fmt: skip


def activation(v, p):
    return 0.32 * linear_exponential(v - p.V_T - 13, 4.0), 0.28 * linear_exponential(p.V_T + 40 - v, 5.0)


def inactivation(v, p):
    return 0.128 * torch.exp(-(v - p.V_T - 17) / 18), 4.0 * sigmoid((v - p.V_T - 40) / 5)


def rectifier(v, p):
    return 0.032 * linear_exponential(v - p.V_T - 15, 5.0), 0.5 * torch.exp(-(v - p.V_T - 10) / 40)


def fast_sodium(g: float = 50.0, E: float = 50.0) -> Channel:
    """Source: Traub, Miles, Neuronal Networks of the Hippocampus, Cambridge 1991."""
    gates = {"m": Gate(rates=activation, power=3, doc="activation"), "h": Gate(rates=inactivation, doc="inactivation")}
    return Channel(name="Na", doc="sodium current", g=g, E=E, gates=gates)


def fast_potassium(g: float = 5.0, E: float = -90.0) -> Channel:
    """The delayed rectifier. Source: Traub, Miles, Neuronal Networks of the Hippocampus, Cambridge 1991."""
    return Channel(name="K", doc="potassium current", g=g, E=E, gates={"n": Gate(rates=rectifier, power=4, doc="activation")})  # fmt: skip


def m_current(g: float = 0.07, tau: float = 1000.0) -> Channel:
    """A slow potassium current that adapts the firing. Source: Yamada, Koch, Adams in Methods in Neuronal Modeling,
    MIT Press 1989; Pospischil et al., Biol. Cybern. 99:427, 2008."""

    def steady(v, p):
        return sigmoid((v + 35) / 10)

    def slow(v, p):
        return p.tau_max / (3.3 * torch.exp((v + 35) / 20) + torch.exp(-(v + 35) / 20))

    return Channel(name="M", doc="M-current", g=g, ion="K", reach=(0, 0.5), more={"tau_max": (SLOWEST, tau)},
                   gates={"w": Gate(steady=steady, tau=slow, doc="activation")})  # fmt: skip


def l_calcium(g: float = 0.1, E: float = 120.0) -> Channel:
    """High-threshold calcium, which makes bursts. Source: Reuveni, Friedman, Amitai, Gutnick, J. Neurosci. 13:4609,
    1993; Pospischil et al., Biol. Cybern. 99:427, 2008."""

    def opening(v, p):
        return 0.055 * linear_exponential(v + 27, 3.8), 0.94 * torch.exp(-(v + 75) / 17)

    def shutting(v, p):
        return 0.000457 * torch.exp(-(v + 13) / 50), 0.0065 * sigmoid((v + 15) / 28)

    gates = {"q": Gate(rates=opening, power=2, doc="activation"), "r": Gate(rates=shutting, doc="inactivation")}
    return Channel(name="Ca", doc="calcium current", g=g, E=E, reach=(0, 1), gates=gates)


def t_calcium(g: float = 0.4, E: float = 120.0) -> Channel:
    """Low-threshold calcium, which fires after an inhibition. Source: Destexhe, Contreras, Sejnowski, Steriade,
    J. Neurophysiol. 72:803, 1994; Pospischil et al., Biol. Cybern. 99:427, 2008."""

    def open_at_once(v, p):
        return sigmoid((v + 59) / 6.2)

    def steady(v, p):
        return sigmoid(-(v + 83) / 4)

    def slow(v, p):
        return (30.8 + (211.4 + torch.exp((v + 115.2) / 5)) / (1 + torch.exp((v + 86) / 3.2))) / 3.73

    gates = {"s": Gate(steady=open_at_once, power=2), "u": Gate(steady=steady, tau=slow, doc="inactivation")}
    return Channel(name="T", doc="T-type calcium current", g=g, E=E, reach=(0, 2), gates=gates)


_CURRENT = Quantity("µA/cm²", low=-2, high=10, bounds=(-1e4, 1e4), default=2, doc="input current")
_SMALL = Quantity("µA/cm²", low=-1, high=2, bounds=(-1e4, 1e4), default=0.7, doc="input current")
_SHIFT = {"V_T": (THRESHOLD, -55.0)}
_SOURCE = "Pospischil, Toledo-Rodriguez, Monier et al., Biol. Cybern. 99:427, 2008"

Traub = channels(
    "Traub",
    leak(g=0.1, E=-67.0),
    fast_sodium(g=100.0),
    fast_potassium(g=80.0, E=-100.0),
    more={"V_T": (THRESHOLD, -67.0)},
    current=_CURRENT,
    title="Traub-Miles",
    doc="The fast currents of a pyramidal neuron, as they are used in networks with gamma rhythm.",
    source="Traub, Miles, Neuronal Networks of the Hippocampus, Cambridge 1991; "
    "Olufsen, Whittington, Camperi, Kopell, J. Comput. Neurosci. 14:33, 2003",
)
Pyramidal = channels(
    "Pyramidal",
    leak(g=0.0205, E=-70.3),
    fast_sodium(g=56.0),
    fast_potassium(g=6.0),
    m_current(g=0.075, tau=608.0),
    more={"V_T": (THRESHOLD, -56.2)},
    current=_CURRENT,
    title="Pyramidal, M-current",
    doc="A regular-spiking neuron of the cortex: its M-current opens with each spike and lengthens the intervals.",
    source=_SOURCE,
)
Burster = channels(
    "Burster",
    leak(g=0.01, E=-70.0),
    fast_sodium(),
    fast_potassium(),
    m_current(g=0.03),
    l_calcium(g=0.17),
    more=_SHIFT,
    current=_SMALL,
    spike=-20.0,
    title="Bursting, L-type calcium",
    doc="Calcium keeps the membrane up for a few more spikes: a burst, until the M-current ends it.",
    source=_SOURCE,
)
Rebound = channels(
    "Rebound",
    leak(g=0.01, E=-60.0),
    fast_sodium(),
    fast_potassium(),
    m_current(g=0.03),
    t_calcium(),
    more=_SHIFT,
    current=_SMALL,
    title="Rebound, T-type calcium",
    doc="Low-threshold calcium is made ready by inhibition and fires a burst when it ends.",
    source=_SOURCE,
)

traub_feed_forward_step = feed_forward(Traub, x="input_current")
