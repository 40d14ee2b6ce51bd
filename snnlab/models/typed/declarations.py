"""What a text says of a name: its value, its unit, its range, and words."""

from typing import NamedTuple

from snnlab.core.names import remedy

from .dimensions import BASES, of_name, spelled
from .trees import KEYWORDS, Reader, finite
from .words import Fault, Token

_SIMPLE = "mV V pA nA uA A nS uS mS S ms s pF nF uF F MOhm Ohm Hz kHz"
UNITS = [*_SIMPLE.split(), "uA/cm2", "mS/cm2", "uF/cm2", "1/ms", "1"]


class About(NamedTuple):
    """What is said of a name: its unit ("" for none), range and words, where they are given."""

    unit: str = ""
    low: float | None = None
    high: float | None = None
    doc: str = ""


class Number(NamedTuple):
    """A parameter, or the current."""

    at: int
    value: float | None
    about: About


def _unit(reader: Reader) -> str:
    """A unit, "mV", "uA/cm2", "1/ms" or "/ms"; "" where none stands."""
    words: list[str] = []
    while True:
        token = reader.now
        if token.kind == "name" and token.text not in KEYWORDS:
            if of_name(token.text) is None:
                word = spelled(token.text)
                told = f"write {word}{f' or m{word}' * (word in BASES)}" if word else remedy(token.text, UNITS)
                raise Fault(token.at, f"{token.text!r} is no unit: {told}")
            words.append(reader.take().text)
        elif token.text == "1" and not words and not reader.ahead("number", ".."):
            words.append(reader.take().text)
        else:
            if words and words[-1] in "*/":
                raise Fault(token.at, f"{reader.what()} where a unit is expected: write mV, pA/mV or 1/ms")
            return "".join(words)
        if not (reader.ahead("/") or reader.ahead("*")):
            return "".join(words)
        words.append(reader.take().text)


def said_of(reader: Reader, unit: str = "") -> About:
    """[: unit] [in low .. high] ["words"], until the end."""
    if reader.took(":"):
        if unit:
            raise Fault(reader.now.at, f"a second unit: {unit} is given before")
        unit = _unit(reader)
        if not unit:
            raise Fault(reader.now.at, f"{reader.what()} where a unit is expected: write mV, pA/mV, 1/ms or 1")
    low = high = None
    if reader.took("in"):
        low, high = _range(reader, unit)
    doc = reader.take().text.strip() if reader.ahead("text") else ""
    reader.end()
    return About(unit, low, high, doc)


def _range(reader: Reader, unit: str) -> tuple[float, float]:
    at = reader.now.at
    low = _signed(reader)
    reader.expect("..", ".. between the ends of a range")
    high = _signed(reader)
    behind = _unit(reader)
    if behind and unit and behind != unit:
        raise Fault(reader.now.at, f"the range is in {behind}, and the value in {unit}: give both in {unit}")
    if not low < high:
        raise Fault(at, f"the range {low:g} .. {high:g} is empty: give the lower end first")
    return low, high


def _signed(reader: Reader) -> float:
    minus = reader.took("-")
    if not minus:
        reader.took("+")
    token = reader.expect("number", "a number")
    value = finite(token.at, lambda: float(token.text))
    if abs(value) > 1e30:
        raise Fault(token.at, f"{value:g} is too large: give numbers up to 1e30")
    return -value if minus else value


def stated(reader: Reader, name: Token) -> Number | None:
    """A value with its unit and range; None for an expression."""
    start = reader.place
    reader.took("-") or reader.took("+")
    if not reader.ahead("number"):
        return None
    reader.place = start
    value: float | None = _signed(reader)
    if reader.took(".."):  # I = 0 .. 10 pA
        reader.place = start
        at, (low, high) = name.at, _range_only(reader)
        unit = _unit(reader)
        about = said_of(reader, unit)
        return Number(at, None, about._replace(low=low, high=high))
    following = reader.tokens[min(reader.place + 1, len(reader.tokens) - 1)].text
    is_unit = of_name(following) is not None and following not in reader.known
    if reader.now.kind == "*" and is_unit:  # 10*ms
        reader.take()
    if reader.now.kind == "/" and is_unit:
        reader.take()
        unit = "1/" + _unit(reader)
    elif reader.now.kind == "name" or reader.ahead("1", "/"):
        unit = _unit(reader)
    elif reader.now.kind in (":", "in", "text", "end") or reader.ahead("in"):
        unit = ""
    else:
        return None
    if not (reader.now.kind in (":", "text", "end") or reader.ahead("in")):
        return None
    return Number(name.at, value, said_of(reader, unit))


def _range_only(reader: Reader) -> tuple[float, float]:
    at, low = reader.now.at, _signed(reader)
    reader.expect("..", "..")
    high = _signed(reader)
    if not low < high:
        raise Fault(at, f"the range {low:g} .. {high:g} is empty: give the lower end first")
    return low, high


def declared(reader: Reader, name: Token) -> Number:
    """I : pA in 0 .. 100"""
    reader.place = 1
    about = said_of(reader)
    if name.text != "I" or about.low is None:
        raise Fault(name.at, f"{name.text} has no value: write {name.text} = 10 {about.unit} in 0 .. 100")
    return Number(name.at, None, about)


def period(reader: Reader, part: str) -> float:
    """How long a part says, in ms."""
    number = stated(reader, reader.now)
    if number is None or number.value is None or number.about.unit != "ms" or not 0 <= number.value <= 1000:
        raise Fault(reader.tokens[2].at, f"{part} is followed by a time: write {part}: 2 ms, up to 1000 ms")
    return number.value
