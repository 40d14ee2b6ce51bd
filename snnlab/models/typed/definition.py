"""A text as its statements: what it defines, in which unit, over which range."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from snnlab.core.names import remedy

from .declarations import About, Number, declared, period, said_of, stated
from .trees import Node, Reader
from .words import Fault, Statement, Token, checked, statements

VARIABLES = 32  # of a neuron: more are neither drawn nor compiled while one waits
WAITS = ("refractory", "silent")  # after a spike: v is held, or all goes on but spikes
PARTS = ("spike", "reset", "rest", "receive", *WAITS)
ASSIGNING = ("=", "+=", "-=", "*=", "/=")


class Rate(NamedTuple):
    """factor * dx/dt = right."""

    at: int
    factor: Node | None
    right: Node
    about: About


class Inner(NamedTuple):
    """A sub-expression."""

    at: int
    right: Node
    about: About


class Change(NamedTuple):
    """x = right."""

    at: int
    variable: str
    right: Node


@dataclass
class Definition:
    """All that a text says, by name and in its order."""

    text: str
    headings: dict[str, Token]
    rates: dict[str, Rate] = field(default_factory=dict)
    parameters: dict[str, Number] = field(default_factory=dict)
    inner: dict[str, Inner] = field(default_factory=dict)
    current: Number | None = None
    spike: Node | None = None  # above 0 at a spike
    crosses: bool = False
    changes: dict[str, list[Change]] = field(default_factory=dict)  # of reset, rest, receive
    places: dict[str, int] = field(default_factory=dict)  # of these parts
    wait: tuple[str, float] | None = None  # which of `WAITS`, and how long in ms


def read(text: str) -> Definition:
    """A text, read. Raises Fault."""
    text = checked(text)
    lines, headings = statements(text)
    heads = {}
    for line in lines:
        head = _head(line)
        if head is None:
            raise Fault(*_unreadable(line))
        for name, (kind, at) in head.items():
            if name in heads:
                raise Fault(at, f"{name} is defined twice: leave one of them out")
            heads[name] = kind, at
    known = {name: kind for name, (kind, at) in heads.items()}
    start = lines[0].tokens[0].at if lines else 0
    _membrane({name: at for name, (kind, at) in heads.items() if kind == "variable"}, start)
    known.setdefault("I", "the input current")
    found, budget = Definition(text, headings), [0]
    for line in lines:
        _statement(line, known, budget, found)
    return found


def _membrane(variables: Mapping[str, int], start: int) -> None:
    if not variables:
        raise Fault(start, "there is no equation: write dv/dt = (E_L - v + R*I) / tau : mV")
    if len(variables) > VARIABLES:
        raise Fault([*variables.values()][VARIABLES], f"a neuron has at most {VARIABLES} variables: leave some out")
    if "v" not in variables:
        first = next(
            (name for name in variables if name in ("V", "Vm", "V_m", "vm", "v_m", "u")), next(iter(variables))
        )
        why = "no variable is called v, as the membrane potential is"
        raise Fault(variables[first], f"{why}: write dv/dt, in place of d{first}/dt perhaps, and v in all lines")


def _head(line: Statement) -> dict[str, tuple[str, int]] | None:
    """The name that a statement defines, what it is, and where; nothing for a part, None for what is no statement."""
    first = line.tokens[0]
    if (rate := _rate(line)) is not None:
        return {rate[0].text: ("variable", rate[0].at)}
    if first.kind == "name" and line.tokens[1].kind in ("=", ":"):
        if first.text in PARTS:
            return {}
        return {first.text: ("number", first.at)}
    return None


def _rate(line: Statement) -> tuple[Token, int] | None:
    """The variable of dx/dt = or x' =, and the place of the token that d, or x, is."""
    tokens = line.tokens
    for k, token in enumerate(tokens):
        if token.kind == "=":
            break
        if token.kind == "'" and k and tokens[k - 1].kind == "name":
            return tokens[k - 1], k - 1
        over = [one.text for one in tokens[k + 1 : k + 3]] == ["/", "dt"]
        if token.kind == "name" and token.text.startswith("d") and len(token.text) > 1 and over:
            return Token("name", token.text[1:], token.at + 1), k
    return None


def _statement(line: Statement, known: Mapping[str, str], budget: list[int], found: Definition) -> None:
    tokens, first = line.tokens, line.tokens[0]
    if (rate := _rate(line)) is not None:
        found.rates[rate[0].text] = _equation(line, rate, known, budget)
        return
    if first.kind == "name" and first.text in PARTS and tokens[1].kind in (":", "="):
        if first.text in found.places:
            raise Fault(first.at, f"{first.text} is there twice: leave one of them out")
        found.places[first.text] = first.at
        reader = Reader(tokens, known, budget)
        reader.place = 2
        if first.text == "spike":
            _spike(reader, found)
        elif first.text in WAITS:
            if found.wait is not None:
                raise Fault(first.at, f"{found.wait[0]} is there already: leave one of {' and '.join(WAITS)} out")
            found.wait = first.text, period(reader, first.text)
        else:
            more = {"x": "the weight of an input spike"} if first.text == "receive" else {}
            reader.known = {**known, **more}
            found.changes[first.text] = _changes(reader, first.text, known)
        return
    reader = Reader(tokens, known, budget)
    reader.place = 2
    number = stated(reader, first) if tokens[1].kind == "=" else declared(reader, first)
    if first.text == "I":
        if number is None:
            raise Fault(first.at, "I is the input current: give its unit and range, I = 10 pA in 0 .. 100")
        found.current = number
    elif number is not None and number.value is not None:
        found.parameters[first.text] = number
    elif number is not None:
        raise Fault(first.at, f"{first.text} has a range and no value: write {first.text} = 10 mV in 0 .. 20")
    else:
        reader.place = 2
        right = reader.expression()
        found.inner[first.text] = Inner(first.at, right, said_of(reader))


def _unreadable(line: Statement) -> tuple[int, str]:
    """The place of what is wrong with a line that is no statement, and what is."""
    first, second = line.tokens[0], line.tokens[1] if len(line.tokens) > 1 else line.tokens[0]
    if first.kind == "name" and second.kind in ("end", "number", "name"):
        if first.text in PARTS:
            return second.at, f"a : is missing behind {first.text}: write {first.text}: ..."
        near = remedy(first.text, [*PARTS, "dv/dt"])
        return first.at, f"{first.text!r} begins no statement: {near}; or give it a value, {first.text} = 10 mV"
    return (second if first.kind == "name" else first).at, (
        "this is no statement: write dv/dt = ..., a name = ..., spike: ..., reset: ..., rest: ... or receive: ..."
    )


def _equation(line: Statement, rate: tuple[Token, int], known: Mapping[str, str], budget: list[int]) -> Rate:
    """dv/dt = ..., v' = ..., C*dv/dt = ... or C dv/dt = ..."""
    variable, place = rate
    factor = None
    if place:
        sign = line.tokens[place - 1]
        before = line.tokens[: place - 1] if sign.kind == "*" else line.tokens[:place]
        left = Reader((*before, Token("end", "", sign.at)), known, budget)
        factor = left.expression()
        left.end()
    width = 2 if line.tokens[place + 1].kind == "'" else 3
    reader = Reader(line.tokens, known, budget)
    reader.place = place + width
    reader.expect("=", "a =")
    right = reader.expression()
    return Rate(variable.at, factor, right, said_of(reader))


def _spike(reader: Reader, found: Definition) -> None:
    """v > V_th, or v crosses V_th."""
    start = reader.now.at
    left = reader.expression(4)
    if reader.ahead("crosses") or reader.ahead("rises"):
        reader.take()
        reader.took("above")
        at = reader.now.at
        right = reader.expression(4)
        found.spike, found.crosses = reader.made("-", at, left, right), True
        reader.end()
        return
    reader.place = 2
    found.spike = _excess(reader, reader.expression())
    if found.spike is None:
        raise Fault(start, "a spike is a comparison: write v > V_th, or v crosses V_th where nothing is reset")
    reader.end()


def _excess(reader: Reader, node: Node) -> Node | None:
    """What is above 0 where a condition holds."""
    if node.kind in (">", ">=", "<", "<="):
        left, right = node.parts if node.kind[0] == ">" else node.parts[::-1]
        return reader.made("-", node.at, left, right)
    if node.kind == "not":
        inner = _excess(reader, node.parts[0])
        return inner and reader.made("neg", node.at, inner)
    if node.kind in ("and", "or"):
        parts = [_excess(reader, part) for part in node.parts]
        if None not in parts:
            return reader.made("min" if node.kind == "and" else "max", node.at, *parts)  # type: ignore[arg-type]
    return None


def _changes(reader: Reader, part: str, known: Mapping[str, str]) -> list[Change]:
    """v = V_r; w += b"""
    found = []
    while True:
        variable = reader.expect("name", "a variable")
        if known.get(variable.text) != "variable":
            there = [name for name, kind in known.items() if kind == "variable"]
            raise Fault(
                variable.at, f"{variable.text!r} is no variable, which {part} could set: {remedy(variable.text, there)}"
            )
        sign = reader.take()
        if sign.kind not in ASSIGNING or (part == "rest" and sign.kind != "="):
            wanted = "=" if part == "rest" else "=, +=, -=, *= or /="
            raise Fault(sign.at, f"{sign.text!r:.50} stands where {wanted} is expected")
        right = reader.expression()
        if sign.kind != "=":
            right = reader.made(sign.kind[0], sign.at, Node("name", variable.at, name=variable.text), right)
        found.append(Change(variable.at, variable.text, right))
        if not (reader.took(";") or reader.took(",")):
            reader.end()
            return found
        if reader.now.kind == "end":
            return found
