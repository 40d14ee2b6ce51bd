"""Units of typed equations: what can be added, and in which unit a right side is.

A text is computed in the units that it states, as plain numbers, and in ms: so units are checked, never converted.
A number without a unit takes the one that is wanted where it is added, and may have any where it is multiplied.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache

BASES = {  # volt, ampere, second, metre, mol per litre, kelvin
    "V": (1, 0, 0, 0, 0, 0),
    "A": (0, 1, 0, 0, 0, 0),
    "s": (0, 0, 1, 0, 0, 0),
    "S": (-1, 1, 0, 0, 0, 0),
    "F": (-1, 1, 1, 0, 0, 0),
    "Ohm": (1, -1, 0, 0, 0, 0),
    "ohm": (1, -1, 0, 0, 0, 0),
    "Ω": (1, -1, 0, 0, 0, 0),
    "Hz": (0, 0, -1, 0, 0, 0),
    "m": (0, 0, 0, 1, 0, 0),
    "m2": (0, 0, 0, 2, 0, 0),
    "M": (0, 0, 0, 0, 1, 0),
    "K": (0, 0, 0, 0, 0, 1),
    "degC": (0, 0, 0, 0, 0, 1),
    "°C": (0, 0, 0, 0, 0, 1),
}
PREFIXES = {"G": 9, "M": 6, "k": 3, "": 0, "c": -2, "m": -3, "u": -6, "µ": -6, "μ": -6, "n": -9, "p": -12, "f": -15}
SYMBOLS = ["V", "A", "s", "S", "F", "Ohm", "Hz", "m", "m2", "M", "K"]


WORDS = {  # as people spell them, and Brian2
    "volt": "V", "amp": "A", "ampere": "A", "second": "s", "sec": "s", "siemens": "S", "farad": "F", "ohm": "Ohm",
    "hertz": "Hz", "meter": "m", "metre": "m", "meter2": "m2", "metre2": "m2", "molar": "M", "kelvin": "K",
}  # fmt: skip
LONG = {"giga": "G", "mega": "M", "kilo": "k", "centi": "c", "milli": "m", "micro": "u", "nano": "n", "pico": "p"}


@dataclass(frozen=True)
class Unit:
    """Powers of the bases, and a power of ten; `sure` unless a number of unknown unit stands beside it in a sum."""

    powers: tuple[Fraction, ...]
    ten: Fraction
    sure: bool = True

    def times(self, other: "Unit", power: int | Fraction = 1) -> "Unit":
        powers = tuple(a + power * b for a, b in zip(self.powers, other.powers))
        return Unit(powers, self.ten + power * other.ten, self.sure and other.sure)

    def to(self, power: Fraction) -> "Unit":
        return Unit(tuple(power * a for a in self.powers), power * self.ten, self.sure)

    def same_kind(self, other: "Unit") -> bool:
        return self.powers == other.powers

    def same(self, other: "Unit") -> bool:
        return self.powers == other.powers and self.ten == other.ten

    def __str__(self) -> str:
        """As it is written: "mV", "pA/pF"."""
        return shown(_written(self.powers, self.ten))


NUMBER = Unit((Fraction(0),) * 6, Fraction(0))


@cache
def named() -> dict[str, Unit]:
    """All units that have a name of their own."""
    found = {}
    for base, powers in BASES.items():
        for prefix, ten in PREFIXES.items():
            if (prefix == "c" and base not in ("m", "m2")) or (prefix and base in ("degC", "°C")):
                continue
            times = 2 if base == "m2" else 1
            found[prefix + base] = Unit(tuple(map(Fraction, powers)), Fraction(times * ten))
    return found


def of_name(name: str) -> Unit | None:
    """The unit of this name; None for a name that is none."""
    return named().get(name.replace("²", "2"))


def spelled(name: str) -> str | None:
    """The unit that a word says: mV for millivolt, mvolt and millivolts; None for one that says none."""
    for word in sorted(WORDS, key=len, reverse=True):
        for plural in (word, f"{word}s"):
            if name.lower().endswith(plural):
                before = name[: -len(plural)]
                found = LONG.get(before.lower(), before) + WORDS[word]
                if found in named():
                    return found
    return None


MS = named()["ms"]
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SHOWN = {"Ohm": "Ω", "ohm": "Ω", "degC": "°C", "μ": "µ", "m2": "m²"}


def shown(text: str) -> str:
    """A unit as people see it: "uA/cm2" is µA/cm²."""
    for typed, said in SHOWN.items():
        text = text.replace(typed, said)
    return re.sub(r"\bu(?=[A-Z])", "µ", text)


def unit(text: str) -> Unit:
    """The unit that a text names, "mV/ms" or "1". Raises KeyError for a name that is none."""
    found, sign = NUMBER, 1
    for part in re.split(r"([*/])", text):
        if part in "*/":
            sign = -1 if part == "/" else 1
        elif part != "1":
            found = found.times(named()[part.replace("²", "2")], sign)
    return found


@lru_cache(maxsize=256)
def _written(powers: tuple[Fraction, ...], ten: Fraction) -> str:
    wanted = Unit(powers, ten)
    if wanted.same(NUMBER):
        return "1"
    for name in (p + b for b in SYMBOLS for p in PREFIXES):
        one = named().get(name)
        if one is not None and one.same(wanted):
            return name
        if one is not None and one.times(MS, -1).same(wanted):
            return f"{name}/ms"
    if wanted.times(MS).same(NUMBER):
        return "1/ms"
    for over in (p + b for b in ("V", "A", "S", "F", "s") for p in ("", "m", "u", "n", "p")):
        for under in (p + b for b in ("V", "A", "m2") for p in ("", "c", "m", "n", "p")):
            if under in named() and named()[over].times(named()[under], -1).same(wanted):
                return f"{over}/{under}"
    bases = zip(("V", "A", "s", "m", "M", "K"), powers)
    parts = [base + _raised(power) for base, power in bases if power]
    return " ".join([f"1e{ten}"] * bool(ten) + parts)


def _raised(power: Fraction) -> str:
    if power == 1:
        return ""
    return f"{power}".translate(RAISED) if power.denominator == 1 else f"^({power})"


def together(a: Unit | None, b: Unit | None) -> Unit | None:
    """The unit of a sum of two that are alike; None: of unknown unit."""
    if a is None or b is None:
        one = a or b
        return one and replace(one, sure=False)
    return replace(a, sure=a.sure and b.sure)
