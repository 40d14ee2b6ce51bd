"""Ranges that a text does not state: over which a slider goes, what is allowed at all, what a plot shows."""

import math

from snnlab.core import Quantity

from .declarations import About
from .dimensions import BASES, Unit, shown, unit

VOLT = BASES["V"]


def rounded(x: float) -> float:
    """To two digits."""
    return float(f"{x:.2g}")


def unit_of(about: About) -> Unit | None:
    return unit(about.unit) if about.unit else None


def is_voltage(one: Unit | None) -> bool:
    return one is not None and tuple(map(int, one.powers)) == VOLT


def slider(value: float, about: About, positive: bool) -> tuple[float, float]:
    """The ends of a parameter's slider: those that are stated, or such that say something of it.

    A time, and what is divided by, is greater than 0.
    """
    if about.low is not None and about.high is not None:
        return min(about.low, value), max(about.high, value)
    own = unit_of(about)
    if positive and value > 0:
        return rounded(value / 5), rounded(value * 5)
    if is_voltage(own):
        assert own is not None
        reach = max(20 * 10.0 ** float(-3 - own.ten), 0.1 * abs(value))  # 20 mV
        return value - reach, value + reach
    if value == 0:
        return -1.0, 1.0
    return min(0.0, rounded(2 * value)), max(0.0, rounded(2 * value))


def allowed(low: float, high: float, positive: bool) -> tuple[float, float]:
    """What is allowed, far beyond a slider's ends; what is positive stays so."""
    if positive and low > 0:
        return low / 1000, high * 1000
    reach = 100 * max(abs(low), abs(high))
    return -reach, reach


def drawn(name: str, about: About, current: Quantity, at_rest: float) -> tuple[float, float]:
    """Over which range a variable is drawn."""
    if about.low is not None and about.high is not None:
        return about.low, about.high
    own = unit_of(about)
    if is_voltage(own):
        assert own is not None
        scale = 10.0 ** float(-3 - own.ten)
        low, high = -100 * scale, 60 * scale
    elif name == "v":
        low, high = -2.5, 2.5
    elif own is None or own.powers == unit("1").powers:
        low, high = 0.0, 1.0
    else:
        reach = max(abs(current.low), abs(current.high)) if shown(about.unit) == current.unit else 10.0
        low, high = -reach, reach
    if math.isfinite(at_rest):
        low, high = min(low, rounded(at_rest - 0.2 * abs(at_rest))), max(high, rounded(at_rest + 0.2 * abs(at_rest)))
    return low, high
