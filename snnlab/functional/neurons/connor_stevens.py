"""A neuron that fires as slowly as one likes, thanks to a transient potassium current."""

import torch

from snnlab.core import Channel, Gate, Quantity, channels, feed_forward
from snnlab.core.channels import power

from .kinetics import leak, linear_exponential, potassium_of, sigmoid, sodium_of

ROOT = 0.42376806  # the cube root of 0.0761


def activation(v, p):
    return 0.38 * linear_exponential(v + 29.7, 10.0), 15.2 * torch.exp(-0.0556 * (v + 54.7))


def inactivation(v, p):
    return 0.266 * torch.exp(-0.05 * (v + 48)), 3.8 * sigmoid((v + 18) / 10)


def rectifier(v, p):
    return 0.02 * linear_exponential(v + 45.7, 10.0), 0.25 * torch.exp(-0.0125 * (v + 55.7))


def a_current(g: float = 47.7, E: float = -75.0) -> Channel:
    """A potassium current that inhibition makes ready and depolarisation shuts: it delays the spike.

    Source: Connor, Stevens, J. Physiol. 213:31, 1971; Connor, Walter, McKown, Biophys. J. 18:81, 1977.
    """

    def opened(v, p):  # the cube root of 0.0761 e^(0.0314 (v + 94.22)) / (1 + e^(0.0346 (v + 1.17)))
        return ROOT * torch.exp((0.0314 * (v + 94.22) - torch.log1p(torch.exp(0.0346 * (v + 1.17)))) / 3)

    def opening(v, p):
        return 0.3632 + 1.158 * sigmoid(-0.0497 * (v + 55.96))

    def ready(v, p):
        return power(sigmoid(-0.0688 * (v + 53.3)), 4)

    def readying(v, p):
        return 1.24 + 2.678 * sigmoid(-0.0624 * (v + 50))

    gates = {
        "a": Gate(steady=opened, tau=opening, power=3, doc="activation"),
        "b": Gate(steady=ready, tau=readying, doc="inactivation"),
    }
    return Channel(name="A", doc="A-current", g=g, E=E, gates=gates)


ConnorStevens = channels(
    "ConnorStevens",
    leak(g=0.3, E=-17.0),
    sodium_of(activation, inactivation, g=120.0, E=55.0),
    potassium_of(rectifier, g=20.0, E=-72.0),
    a_current(),
    dt=0.01,
    current=Quantity("µA/cm²", low=-10, high=50, bounds=(-1e4, 1e4), default=12, doc="input current"),
    title="Connor-Stevens",
    doc="The A-current holds the membrane down between spikes: the rate begins at 0, where the squid axon jumps.",
    source="Connor, Stevens, J. Physiol. 213:31, 1971; Dayan, Abbott, Theoretical Neuroscience, 2001, section 6.1",
)

connor_stevens_feed_forward_step = feed_forward(ConnorStevens, x="input_current")
