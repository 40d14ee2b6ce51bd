"""What titles of columns say: which column is which, and in what unit."""

import re
from typing import NamedTuple

from snnlab.core import short

from ..units import factor
from .sweep import Unfit


class Kind(NamedTuple):
    """What a column holds: its unit here, how that unit is written without a prefix, words by which people call it."""

    name: str
    unit: str
    units: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


TIME = Kind("time", "ms", ("s", "sec", "secs", "second", "seconds"), ("t", "time", "zeit", "temps"))
CURRENT = Kind(
    "current", "pA", ("A", "amp", "amps", "ampere", "amperes"), ("i", "im", "current", "command", "cmd", "strom")
)
VOLTAGE = Kind("voltage", "mV", ("V", "volt", "volts"), ("v", "vm", "voltage", "potential", "spannung"))
VALUE = Kind("value", "")
PREFIXES = {"": "", "m": "m", "u": "µ", "µ": "µ", "μ": "µ", "n": "n", "p": "p", "f": "f"}  # both signs for micro
IN_WORDS = {"milli": "m", "micro": "µ", "nano": "n", "pico": "p", "femto": "f"}
# a unit as it may stand without brackets -> as it is known everywhere
UNITS = {
    before + unit: prefix + kind.units[0]
    for kind in (TIME, CURRENT, VOLTAGE)
    for prefixes, units in ((PREFIXES, kind.units), (IN_WORDS, kind.units[1:]))
    for before, prefix in prefixes.items()
    for unit in units
} | {"min": "min", "h": "h"}
IN_CAPITALS = {unit.upper(): unit for unit in reversed(UNITS) if len(unit) > 1}


def unit_in(title: str) -> str:
    """The unit that a title names, as it is written: in brackets, or its last word; "" for none.

    >>> [unit_in(title) for title in ("t (ms)", "t [s]", "time_s", "t/s", "Time s", "I / nA", "µA", "V", "Channel 1")]
    ['ms', 's', 's', 's', 's', 'nA', 'µA', '', '']
    """
    bracketed = re.findall(r"[(\[]\s*(?:in )?([^()\[\]]+?)\s*[)\]]", title)
    if bracketed := [one for one in bracketed if not one.isdigit()]:  # v[0] is the first v
        return next((one for one in bracketed if one in UNITS), bracketed[-1])
    first, *words = re.split(r"[\s_/,:-]+", title.strip())
    if not words:
        return first if first in UNITS and len(first) > 1 else ""  # V and A are names of columns
    return words[-1] if words[-1] in UNITS or words[-1] in IN_CAPITALS else ""


def kinds_of(titles: list[tuple[int, list[str]]], kinds: tuple[Kind, ...], name: str) -> tuple[list[str], list[int]]:
    """The unit of each column as it is written, "" for none, and which column is of which of these kinds.

    A column is known by its unit, else by what it is called, else by its place. Raises ValueError, which names the line
    of a title, for units that nobody knows, and for columns of other kinds.
    """
    width = len(kinds)
    rows = [(number, cells, _units(cells)) for number, cells in titles] or [(1, [""] * width, [""] * width)]
    units, told, sources = [], [], []
    for k, kind in enumerate(kinds):
        named = [(number, cells[k], found[k]) for number, cells, found in rows if found[k]]
        number, title, unit = named[0] if named else (rows[0][0], rows[0][1][k], "")
        if any(other != unit for _, _, other in named):
            raise Unfit(f"{name}, line {named[-1][0]}: {short(named[-1][1])} after {short(title)}: give the unit once")
        called = next(filter(None, (_kind_of(cells[k]) for _, cells, _ in rows)), None)
        told.append(_of_unit(unit) if unit else called or kind)
        if told[k] not in (TIME, None) and VALUE in kinds:
            told[k] = VALUE  # a current or a potential, as what it drives will have it
        units.append(unit)
        sources.append((number, title))
    for k in sorted(range(len(kinds)), key=lambda k: told[k] is kinds[k]):  # those in their place are in the right
        if told[k] not in kinds or told.count(told[k]) > 1:
            number, title = sources[k]
            why = (
                f"has the unit {short(units[k])}: {_remedy(units[k], kinds[k])}"
                if units[k]
                else f"is not {kinds[k].name}"
            )
            order = ", ".join(one.name + (one.unit and f" ({one.unit})") for one in kinds)
            raise Unfit(f"{name}, line {number}: {short(title)} {why} (columns are {order})")
    return units, [told.index(kind) for kind in kinds]


def scale(unit: str, kind: Kind) -> float:
    """By what numbers in this unit, as it is written, are multiplied to be in that of the kind."""
    if not unit:
        return 1.0
    wanted = kind.unit or next(one.unit for one in (CURRENT, VOLTAGE) if one is _of_unit(unit))
    return float(f"{factor(UNITS.get(unit, unit), wanted):.12g}")  # 1 nA is 1000 pA to the last digit


def _units(cells: list[str]) -> list[str]:
    """The units in a row of titles, or in a row of units alone."""
    bare = [cell.strip("()[] ") for cell in cells]
    if any(bare) and all(cell in UNITS or not cell for cell in bare):
        return bare
    return [unit_in(cell) for cell in cells]


def _kind_of(title: str) -> Kind | None:
    """The kind that the first word of a title names."""
    word = re.match(r"[^\W\d_]*", title.strip().lower())
    return next((kind for kind in (TIME, CURRENT, VOLTAGE) if word and word[0] in kind.words), None)


def _of_unit(unit: str) -> Kind | None:
    """The kind that has this unit; None for what is no unit of these, and for one in capitals, which may be another."""
    if unit not in UNITS and unit.upper() in IN_CAPITALS:
        return None
    for kind in (TIME, CURRENT, VOLTAGE):
        try:
            factor(UNITS.get(unit, unit), kind.unit)
        except ValueError:
            continue
        return kind
    return None


def _remedy(unit: str, kind: Kind) -> str:
    if unit not in UNITS and (meant := IN_CAPITALS.get(unit.upper())):
        return f"write {meant}"
    return f"give one of the kind of {kind.unit or 'pA or mV'}"
