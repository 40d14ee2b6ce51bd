"""Quantities of stimuli: currents and jumps in the unit of whatever they drive, times and frequencies."""

import math
from dataclasses import dataclass, replace

from snnlab.core import Annotation, Quantity

WORDS = ("signal", "potential", "conductance")  # for what is no current


CURRENT = "I"
FAR = 1e3  # up to which anything may be added, at least


def of_input(symbol: str, called: str) -> str:
    """The symbol of a level of a current, where that is called otherwise: V_0 for I_0."""
    return called + symbol.removeprefix(CURRENT) if symbol.startswith(CURRENT) else symbol


@dataclass(frozen=True)
class Drive(Annotation):
    """A current, in unit and range of the neuron that receives it; its default is a share of that neuron's drive."""

    share: float
    least: float = -math.inf
    level: bool = True  # a current itself, and no difference of currents
    free: bool = False  # whatever it is added to, only the sum has to be allowed

    def of(self, current: Quantity) -> Quantity:
        bounds = max(self.least, current.allowed[0]), current.allowed[1]
        if self.free:
            bounds = min(-FAR, bounds[0]), max(FAR, bounds[1])
        low, high, origin = max(self.least, current.low), current.high, current.origin
        word = current.doc.rpartition(" ")[2]
        doc = self.doc.replace("current", word) if word in WORDS else self.doc
        symbol = of_input(self.symbol, current.symbol or CURRENT)
        default = self.share * ((current.default or 1.0) - origin)
        if origin and self.level:  # a potential, from rest on
            default = min(max(origin + default, low), high)
        elif origin:  # a difference of potentials
            high = current.high - current.low
            low = max(self.least, -high)
        found = replace(current, doc=doc, symbol=symbol, part=self.part, origin=0.0)
        return replace(found, default=default, low=low, high=high, bounds=bounds)


@dataclass(frozen=True)
class Gain(Annotation):
    """The factor on what a source has, which is in the unit of the neuron that receives it, or in a unit of its own."""

    unit: str = ""

    def of(self, current: Quantity) -> Quantity:
        if self.unit in ("", current.unit):
            return Quantity("1", low=0, high=3, bounds=(-1e3, 1e3), doc=self.doc)
        # recorded currents are from some pA to some nA
        doc = f"model current per recorded {self.unit}"
        return Quantity(f"{current.unit}/{self.unit}", low=1e-4, high=10, bounds=(-1e3, 1e3), doc=doc)


@dataclass(frozen=True)
class Jump(Annotation):
    """What one spike adds, in unit and range of what receives it; or how much, whichever its sign (`size`)."""

    size: bool = False

    def of(self, jump: Quantity) -> Quantity:
        if self.size:
            return replace(jump, symbol=self.symbol, doc=self.doc, low=0.0)
        return replace(jump, symbol=self.symbol)


class Time(Quantity):
    """A time in ms that a slider takes up to `high`."""

    def __init__(self, doc: str, high: float = 200, least: float = 0.0, symbol: str = "") -> None:
        super().__init__("ms", least, high, bounds=(least, 1e6), doc=doc, symbol=symbol)


def hertz(doc: str, high: float = 200, low: float = 0.0, symbol: str = "") -> Quantity:
    return Quantity("Hz", low=low, high=high, bounds=(0, 1e5), symbol=symbol, doc=doc)
