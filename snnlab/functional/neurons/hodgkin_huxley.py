"""The squid axon: the first neuron that was explained by its currents."""

from typing import Annotated

from torch import Tensor

from snnlab.core import Quantity, channels, feed_forward

from .kinetics import Q10, leak, potassium, sodium

MEASURED = 6.3  # °C, at which the rates were
TEMPERATURE = Annotated[Tensor, Quantity("°C", low=0, high=25, bounds=(-10, 50), doc="temperature")]


def warmth(p):
    """How many times faster the gates are than where they were measured."""
    return Q10 ** ((p.T - MEASURED) / 10)


HodgkinHuxley = channels(
    "HodgkinHuxley",
    leak(),
    sodium(faster=warmth),
    potassium(faster=warmth),
    more={"T": (TEMPERATURE, MEASURED)},
    current=Quantity("µA/cm²", low=-10, high=60, bounds=(-1e4, 1e4), default=10, doc="input current"),
    title="Hodgkin-Huxley",
    doc="Sodium channels drive the spike, potassium channels end it: the squid axon, from its measured currents.",
    source="Hodgkin, Huxley, J. Physiol. 117:500, 1952",
)

hodgkin_huxley_feed_forward_step = feed_forward(HodgkinHuxley, x="input_current")
