"""Channels that many neurons have, with the kinetics of their papers."""

import torch
from torch import Tensor

from snnlab.core import Channel, Gate

Q10 = 3.0  # how many times faster the gates of the squid are 10 °C warmer


def linear_exponential(x: Tensor, width: float) -> Tensor:
    """x / (1 - e^(-x / width)): a rate that rises linearly far above 0, and is `width` at 0."""
    z = x / width
    return width * torch.where(z == 0, 1.0, z / -torch.expm1(-torch.where(z == 0, 1.0, z)))


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + e^-x)."""
    return 1 / (1 + torch.exp(-x))


def leak(g: float = 0.3, E: float = -54.387) -> Channel:
    """Channels without gates."""
    return Channel(name="L", doc="leak", g=g, E=E, reach=(0, 5 * g))


def sodium_of(m, h, g: float, E: float, faster=None) -> Channel:
    """A sodium current g m^3 h (v - E), with these rates of its gates, each of (v, p)."""
    gates = {"m": Gate(rates=m, power=3, doc="activation"), "h": Gate(rates=h, doc="inactivation")}
    return Channel(name="Na", doc="sodium current", g=g, E=E, gates=gates, faster=faster)


def potassium_of(n, g: float, E: float, faster=None) -> Channel:
    """A delayed rectifier g n^4 (v - E), with these rates of its gate, of (v, p)."""
    gates = {"n": Gate(rates=n, power=4, doc="activation")}
    return Channel(name="K", doc="potassium current", g=g, E=E, gates=gates, faster=faster)


def sodium(g: float = 120.0, E: float = 50.0, faster=None) -> Channel:
    """Of the squid axon. Source: Hodgkin, Huxley, J. Physiol. 117:500, 1952; rest at -65 mV."""

    def m(v, p):
        return 0.1 * linear_exponential(v + 40, 10.0), 4.0 * torch.exp(-(v + 65) / 18)

    def h(v, p):
        return 0.07 * torch.exp(-(v + 65) / 20), sigmoid((v + 35) / 10)

    return sodium_of(m, h, g, E, faster)


def potassium(g: float = 36.0, E: float = -77.0, faster=None) -> Channel:
    """Of the squid axon. Source: Hodgkin, Huxley, J. Physiol. 117:500, 1952; rest at -65 mV."""

    def n(v, p):
        return 0.01 * linear_exponential(v + 55, 10.0), 0.125 * torch.exp(-(v + 65) / 80)

    return potassium_of(n, g, E, faster)
