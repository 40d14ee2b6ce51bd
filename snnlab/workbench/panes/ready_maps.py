"""Maps to begin with: a preset, what is shown of it over which knobs, and what to look for."""

from typing import NamedTuple
from urllib.parse import urlencode

from .map_knobs import APART


class ReadyMap(NamedTuple):
    """A map that shows something; `preset` is the id of one of a neuron."""

    title: str
    preset: str
    measure: str
    x: str
    y: str
    look: str

    @property
    def layout(self) -> str:
        """As it stands in an address: large."""
        return f"map:{APART.join((self.measure, self.x, self.y))}!"

    @property
    def address(self) -> str:
        return "?" + urlencode({"page": "map", "preset": self.preset, "layout": self.layout}, safe=":!~")


READY = (
    ReadyMap(
        "AdEx: b over a",
        "adex-2008-d",
        "pattern",
        "model.a",
        "model.b",
        "bursts begin where the jump b no longer holds the next spike back (Naud et al., Biol. Cybern. 99:335, 2008)",
    ),
    ReadyMap(
        "Izhikevich: d over c",
        "izhikevich-2003-RS",
        "pattern",
        "model.c",
        "model.d",
        "regular spiking, chattering and fast spiking are places in one plane (Izhikevich, IEEE TNN 14:1569, 2003)",
    ),
    ReadyMap(
        "LIF: τ_mem over current",
        "lif-constant",
        "rate",
        "stimulus.amplitude",
        "model.tau_mem",
        "silent up to the threshold 1, whatever τ_mem; above it, the rate grows as 1 / τ_mem",
    ),
)
