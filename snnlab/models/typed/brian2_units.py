"""Units and values as Brian2 writes them, in units that fit together."""

import re
from fractions import Fraction
from typing import Any

from snnlab.core.refuse import short

from .dimensions import NUMBER, Unit, of_name, spelled, unit
from .words import NUMBER as NUMERAL
from .words import Fault, Token, tokens

FITTING = "1 mV pA ms nS pF GOhm 1/ms mV/ms uA/cm2 mS/cm2 uF/cm2 mM K pA/mV pA/ms".split()  # noqa: SIM905


def named(name: str) -> Unit | None:
    """The unit of a name of Brian2: volt, mV, uS, cm2, Mohm; a radian is a number."""
    return NUMBER if name in ("radian", "rad") else of_name(spelled(name) or name)


def product_of(words: list[Token], what: str) -> tuple[float, Unit]:
    """Number and unit of volt, amp/meter**2, 10*ms or 1*uF*cm**-2*20000*um**2."""
    amount, found, sign, k = 1.0, NUMBER, 1, 0
    while k < len(words):
        token, power, following = words[k], 1, [one.text for one in words[k + 1 : k + 4]]
        if following[:1] in (["**"], ["^"]):
            signed = "".join(following[1:]) if following[1:2] == ["-"] else "".join(following[1:2])
            power = int(signed) if re.fullmatch(r"-?\d", signed) else 0
            k += 3 if signed.startswith("-") else 2
        one = NUMBER if token.kind == "number" else named(token.text) if token.kind == "name" else None
        if one is None or power == 0 or (k + 1 < len(words) and words[k + 1].text not in "*/"):
            raise ValueError(f"{what} has a unit that is not known: give volt, amp, second, siemens/meter**2 or 1")
        amount *= float(token.text) ** (sign * power) if token.kind == "number" else 1.0
        found = found.times(one, sign * power)
        sign = -1 if k + 1 < len(words) and words[k + 1].text == "/" else 1
        k += 2
    return amount, found


def unit_text(text: str) -> str:
    amount, found = product_of(cut(text), f"{short(text)}")
    if amount != 1.0:
        raise ValueError(f"{short(text)} is no unit: give volt, amp, second, siemens/meter**2 or 1")
    return fitting_unit(found)


def fitting_unit(one: Unit) -> str:
    """The unit of this kind that fits the others."""
    for name in FITTING:
        if unit(name).same_kind(one):
            return name
    raise ValueError(f"the unit {one} has no counterpart: give units of {', '.join(FITTING[1:])}")


def quantity(name: str, value: Any) -> str:
    """A value as a text states it."""
    amount, one = measured(name, value)
    fitting = fitting_unit(one)
    number = written(amount * 10.0 ** float(one.ten - unit(fitting).ten))
    return number if fitting == "1" else f"{number} {fitting}"


def measured(name: str, value: Any) -> tuple[float, Unit]:
    """Number and unit of "10*ms", "1/ms", "-65 mV", a number, or a quantity of Brian2."""
    if isinstance(value, str):
        match = re.fullmatch(rf"\s*([-+]?)\s*({NUMERAL})\s*(\*(?!\*)|(?=/)|(?=[^\W\d])|$)\s*(.*)", value, re.DOTALL)
        if match is None:
            raise ValueError(f"{name} = {short(value)} is no value: give a number with a unit, '10*ms'")
        words = cut(f"{match[2]}{match[4]}" if match[4].startswith("/") else f"{match[2]} * {match[4] or 1}")
        amount, one = product_of(words, f"{name} = {short(value)}")
        return (-amount if match[1] == "-" else amount), one
    try:
        amount = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} = {short(value)} is no value: give a number with a unit, '10*ms'") from error
    dim = getattr(value, "dim", None)
    if dim is None:
        return amount, NUMBER
    length, mass, time, charge, temperature, substance = (
        Fraction(dim.get_dimension(one)).limit_denominator(12)
        for one in ("length", "mass", "time", "current", "temperature", "substance")
    )
    # V = kg m^2 / (s^3 A); mol is there as mol/m^3, a thousandth of M
    powers = (mass, charge + mass, time + 3 * mass, length - 2 * mass + 3 * substance, substance, temperature)
    return amount, Unit(powers, Fraction(-3 * substance))


def written(x: float) -> str:
    return f"{x:.12g}"


def cut(text: str) -> list[Token]:
    try:
        return tokens(text)
    except Fault as fault:
        raise ValueError(f"{short(text)}: {fault.message}") from None
