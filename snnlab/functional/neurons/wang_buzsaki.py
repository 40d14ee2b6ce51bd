"""A fast-spiking interneuron of the hippocampus, with as few currents as the squid axon."""

import torch

from snnlab.core import Channel, Gate, Quantity, channels, feed_forward, rk4

from .kinetics import leak, linear_exponential, potassium_of, sigmoid

WARM = 5.0  # how many times faster the slow gates are than those of the squid


def activation(v, p):
    """Of sodium, which is at once where it comes to rest."""
    alpha, beta = 0.1 * linear_exponential(v + 35, 10.0), 4.0 * torch.exp(-(v + 60) / 18)
    return alpha / (alpha + beta)


def inactivation(v, p):
    return WARM * 0.07 * torch.exp(-(v + 58) / 20), WARM * sigmoid((v + 28) / 10)


def rectifier(v, p):
    return WARM * 0.01 * linear_exponential(v + 34, 10.0), WARM * 0.125 * torch.exp(-(v + 44) / 80)


WangBuzsaki = channels(
    "WangBuzsaki",
    leak(g=0.1, E=-65.0),
    Channel(
        name="Na",
        doc="sodium current",
        g=35.0,
        E=55.0,
        gates={"m": Gate(steady=activation, power=3), "h": Gate(rates=inactivation, doc="inactivation")},
    ),
    potassium_of(rectifier, g=9.0, E=-90.0),
    advance=rk4,
    current=Quantity("µA/cm²", low=-2, high=10, bounds=(-1e4, 1e4), default=1, doc="input current"),
    title="Wang-Buzsáki",
    doc="An interneuron that fires at any rate, with short spikes and hardly any adaptation.",
    source="Wang, Buzsáki, J. Neurosci. 16:6402, 1996",
)

wang_buzsaki_feed_forward_step = feed_forward(WangBuzsaki, x="input_current")
