"""Ports: what a model takes, which gives the stimuli that drive it their units and ranges."""

from typing import Any, NamedTuple

from torch import Tensor

from snnlab.core import Quantity

from .quantities import Drive, Gain, Jump
from .waveforms import Kind


class Port(NamedTuple):
    """What a model takes: the current that stands in its equations, what a spike adds, whether spikes come in pairs,
    and whether those that inhibit are received apart from those that excite, as by conductances."""

    current: Quantity | None = None
    jump: Quantity | None = None
    pairs: bool = False
    sides: bool = False

    def takes(self, port: str) -> bool:
        """Whether what enters at "current", "spikes" or "pairs" fits."""
        return {"current": self.current is not None, "spikes": self.jump is not None, "pairs": self.pairs}[port]

    def offers(self, kind: Kind) -> bool:
        """Whether such an input fits; what is made of parts may.

        A plastic synapse, which takes no current, is not inhibited.
        """
        return kind.port is None or (self.takes(kind.port) and not (kind.sides and self.current is None))

    def resolve(self, mark: Any) -> Any:
        """An annotation with this port's unit and range."""
        if isinstance(mark, Drive | Gain):
            return mark.of(self.current or OPEN)
        return mark.of(self.jump or ONE) if isinstance(mark, Jump) else mark


INHIBITION = "inhibition"  # what inhibits, among the inputs at the ports of a run, where it is received apart
OPEN = Quantity("1", -2, 4, bounds=(-1e6, 1e6), default=1.0, doc="current")  # of whatever is driven
ONE = Quantity("1", low=0, high=5, bounds=(-1e6, 1e6), default=1.0, doc="amplitude of a spike")
ANY = Port(OPEN, ONE, pairs=True)


def net(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Inputs in which spikes that inhibit are taken from those that excite."""
    found = dict(inputs)
    if (inhibition := found.pop(INHIBITION, None)) is not None:
        found["spikes"] = found["spikes"] - inhibition
    return found
