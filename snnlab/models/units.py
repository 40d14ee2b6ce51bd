"""Numbers with units, as people write them: "10 mV" where a membrane potential is asked."""

import math
import re
from functools import cache, lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

# No digit, space or letter may be taken by two parts: text that does not match would be tried in all ways to share it.
NUMBER = r"[-+−]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
NAME = r"[A-Za-zµμΩ°%]{1,20}[²2]?"
UNIT = rf"(?:1/)?{NAME}(?:/{NAME}){{0,2}}"  # but for squares no powers: the library would compute any
ANGLES = {
    "rad",
    "radian",
    "radians",
    "deg",
    "degree",
    "degrees",
    "°",
    "turn",
    "turns",
    "rev",
    "revolution",
    "rpm",
    "cycle",
}
WRITTEN = re.compile(rf"({NUMBER})\s*({UNIT})?")


@cache
def _registry():
    import pint  # slow to load: when a unit is first converted

    return pint.UnitRegistry()


@lru_cache(maxsize=512)
def factor(given: str, wanted: str) -> float:
    """How many `wanted` are one `given`. Raises ValueError for units of different kinds, and those nobody knows."""
    import pint  # slow to load: when a unit is first converted

    if given == wanted:
        return 1.0
    if wanted != "°" and ANGLES & set(re.findall(r"[^\W\d_]+|°", given)):
        raise ValueError(f"{given!r} is no {wanted}")  # the library counts a radian, or a turn, as a plain number
    try:
        one, two = (_registry().Quantity(x, _written(given)).to(_written(wanted)).magnitude for x in (1.0, 2.0))
    except (pint.PintError, AssertionError) as error:
        raise ValueError(f"{given!r} is no {wanted}") from error
    if two != 2 * one:
        raise ValueError(f"{given!r} is no {wanted}")  # decibel: twice as many are not twice as much
    return float(one)


def known(unit: str) -> bool:
    """Whether a number can be given in this unit, "1" being none.

    >>> [known(unit) for unit in ("mV", "1/ms", "1", "mv/sec^2", "furlongs/ms", "parrots")]
    [True, True, True, False, True, False]
    """
    import pint  # slow to load: when a unit is first converted

    if unit != "1" and not re.fullmatch(UNIT, unit):
        return False
    try:
        return _registry().Quantity(1.0, _written(unit)) is not None
    except (pint.PintError, AssertionError):
        return False


def _written(unit: str) -> str:
    if unit == "1":
        return "dimensionless"
    return re.sub("[²2](?=/|$)", "**2", re.sub("^1/([^/]*)", r"\1^-1", unit))


def split(text: str) -> tuple[float, str]:
    """Number and unit of "10 mV"; the unit is "" where there is none. Raises ValueError for what is no number."""
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a number, or a number with a unit")
    return float(found[1].replace("−", "-")), found[2] or ""


def number(name: str, value: Any, unit: str) -> Any:
    """`value` as a number of `unit`: itself, or read from text such as "10 mV". Raises ValueError in words.

    >>> number("tau", "0.01 s", "ms")
    10.0
    >>> number("v", "10 mV", "ms")
    Traceback (most recent call last):
    ValueError: v = '10 mV' is not allowed: 'mV' is no ms; give a number, or one with a unit of the kind of ms
    """
    if isinstance(value, np.ndarray | Tensor) and math.prod(value.shape) == 1:
        if isinstance(value, Tensor) and value.requires_grad and torch.is_grad_enabled():
            raise ValueError(
                f"{name} = {value!r:.60} wants a gradient, and none passes through a model: detach it, or give it to "
                "snnlab.simulate in p"
            )
        return one if not isinstance(one := value.item(), bool) else value
    if not isinstance(value, str):
        return value
    why = ""
    try:
        amount, given = split(value)
        why = f"{given!r} is no {unit}; "
        scale = factor(given, unit) if given else 1.0
    except ValueError as error:
        wanted = "a number" if unit == "1" else f"a number, or one with a unit of the kind of {unit}"
        raise ValueError(f"{name} = {value[:40]!r} is not allowed: {why}give {wanted}") from error
    return float(f"{amount * scale:.15g}")  # 0.01 s are 10 ms, not 10.000000000000002
