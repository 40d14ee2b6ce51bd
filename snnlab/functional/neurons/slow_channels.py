"""Slow currents that shape the firing of cells: adaptation, sag, bursts, rebound."""

from typing import Annotated

import torch
from torch import Tensor

from snnlab.core import Channel, Gate, Quantity

from .kinetics import linear_exponential, sigmoid

SLOWEST = Quantity("ms", low=100, high=5000, bounds=(1, 1e6), doc="longest time constant of the M-current")


def m_current(g: float = 0.07, tau: float = 1000.0) -> Channel:
    """A slow potassium current that adapts the firing. Source: Yamada, Koch, Adams in Methods in Neuronal Modeling,
    MIT Press 1989; Pospischil et al., Biol. Cybern. 99:427, 2008."""

    def steady(v, p):
        return sigmoid((v + 35) / 10)

    def slow(v, p):
        return p.tau_max / (3.3 * torch.exp((v + 35) / 20) + torch.exp(-(v + 35) / 20))

    return Channel(
        name="M",
        doc="M-current",
        g=g,
        ion="K",
        reach=(0, 0.5),
        more={"tau_max": (Annotated[Tensor, SLOWEST], tau)},
        gates={"w": Gate(steady=steady, tau=slow, doc="activation")},
    )


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


def h_current(g: float = 0.05, E: float = -43.0) -> Channel:
    """Opened by inhibition, it pulls the membrane back: a sag. Source: Huguenard, McCormick, J. Neurophysiol. 68:1373,
    1992."""

    def steady(v, p):
        return sigmoid(-(v + 75) / 5.5)

    def slow(v, p):
        return 1 / (torch.exp(-14.59 - 0.086 * v) + torch.exp(-1.87 + 0.0701 * v))

    return Channel(
        name="h",
        doc="h-current",
        g=g,
        E=E,
        reach=(0, 1),
        gates={"o": Gate(steady=steady, tau=slow, doc="activation")},
    )
