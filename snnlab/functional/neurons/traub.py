"""Neurons of the cortex: fast sodium and potassium as Traub and Miles have them, with slower currents beside."""

from typing import Annotated

import torch
from torch import Tensor

from snnlab.core import Channel, Quantity, channels, feed_forward

from .kinetics import leak, linear_exponential, potassium_of, sigmoid, sodium_of
from .slow_channels import l_calcium, m_current, t_calcium

SHIFT = Quantity("mV", low=-75, high=-45, bounds=(-200, 100), doc="shift of the sodium and potassium gates")


def shifted(V_T: float):
    """The parameter that all fast gates read."""
    return {"V_T": (Annotated[Tensor, SHIFT], V_T)}


def activation(v, p):
    return 0.32 * linear_exponential(v - p.V_T - 13, 4.0), 0.28 * linear_exponential(p.V_T + 40 - v, 5.0)


def inactivation(v, p):
    return 0.128 * torch.exp(-(v - p.V_T - 17) / 18), 4.0 * sigmoid((v - p.V_T - 40) / 5)


def rectifier(v, p):
    return 0.032 * linear_exponential(v - p.V_T - 15, 5.0), 0.5 * torch.exp(-(v - p.V_T - 10) / 40)


def fast_sodium(g: float = 50.0, E: float = 50.0) -> Channel:
    """Source: Traub, Miles, Neuronal Networks of the Hippocampus, Cambridge 1991."""
    return sodium_of(activation, inactivation, g, E)


def fast_potassium(g: float = 5.0, E: float = -90.0) -> Channel:
    """The delayed rectifier. Source: Traub, Miles, Neuronal Networks of the Hippocampus, Cambridge 1991."""
    return potassium_of(rectifier, g, E)


_CURRENT = Quantity("µA/cm²", low=-2, high=10, bounds=(-1e4, 1e4), default=2, doc="input current")
_SMALL = Quantity("µA/cm²", low=-1, high=2, bounds=(-1e4, 1e4), default=0.7, doc="input current")
_SOURCE = "Pospischil, Toledo-Rodriguez, Monier et al., Biol. Cybern. 99:427, 2008"

Traub = channels(
    "Traub",
    leak(g=0.1, E=-67.0),
    fast_sodium(g=100.0),
    fast_potassium(g=80.0, E=-100.0),
    more=shifted(-67.0),
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
    more=shifted(-56.2),
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
    more=shifted(-55.0),
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
    more=shifted(-55.0),
    current=_SMALL,
    title="Rebound, T-type calcium",
    doc="Low-threshold calcium is made ready by inhibition and fires a burst when it ends.",
    source=_SOURCE,
)

traub_feed_forward_step = feed_forward(Traub, x="input_current")
