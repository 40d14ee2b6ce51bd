"""Expressions as small trees: a grammar of sums, products, powers, functions and comparisons, and nothing else."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from snnlab.core.names import remedy

from .dimensions import Unit, of_name
from .words import Fault, Token

NESTED = 50  # brackets, signs and powers within one another
DEEP = 120  # operations whose results enter one another
LARGE = 3000  # operations of a text
FUNCTIONS: dict[str, tuple[int, int]] = {  # how many arguments they take
    **dict.fromkeys(("exp", "expm1", "exprel", "log", "log1p", "log10", "sqrt", "sigmoid", "erf"), (1, 1)),
    **dict.fromkeys(("abs", "sign"), (1, 1)),
    **dict.fromkeys(("sin", "cos", "tan", "sinh", "cosh", "tanh", "floor", "ceil"), (1, 1)),
    **dict.fromkeys(("min", "max"), (2, 8)),
    "vtrap": (2, 2),
    "clip": (3, 3),
    "where": (3, 3),
}
COMPARISONS = (">", ">=", "<", "<=", "==", "!=")
CONDITIONS = (*COMPARISONS, "and", "or", "not")
KEYWORDS = ("and", "or", "not", "in", "if", "else", "crosses", "rises", "above", "for")
INSTEAD = {"if": "write where(condition, this, that)", "else": "write where(condition, this, that)", "ln": "write log"}
_NOISE, _STEP = "noise is a setting of a run, leave it out", "write where(v > 0, 1, 0)"
CALLED_INSTEAD = {  # functions of other languages
    **dict.fromkeys(("pow", "power", "square"), "write x**2"),
    **dict.fromkeys(("heaviside", "Heaviside", "H", "Theta", "step", "int", "bool"), _STEP),
    **dict.fromkeys(("rand", "randn", "random", "normal", "xi", "poisson"), _NOISE),
    **dict.fromkeys(("minimum", "fmin"), "write min"),
    **dict.fromkeys(("maximum", "fmax", "relu"), "write max"),
    **dict.fromkeys(("logistic", "expit"), "write sigmoid"),
    **dict.fromkeys(("fabs", "Abs"), "write abs"),
    "clamp": "write clip",
    "log2": "write log(x)/log(2)",
}
_LEVELS = {"or": 1, "and": 2, **dict.fromkeys(COMPARISONS, 4), "+": 5, "-": 5, "*": 6, "/": 6, "**": 8, "^": 8}


@dataclass(frozen=True, eq=False)
class Node:
    """A number, a name, or an operation on others: its sign or the name of its function."""

    kind: str
    at: int
    parts: tuple["Node", ...] = ()
    name: str = ""
    value: float = 0.0
    unit: Unit | None = None  # of a number that has one

    @cached_property
    def depth(self) -> int:
        return 1 + max((part.depth for part in self.parts), default=0)

    @cached_property
    def names(self) -> frozenset[str]:
        own = frozenset([self.name]) if self.kind == "name" else frozenset[str]()
        return own.union(*(part.names for part in self.parts))

    def __iter__(self) -> Iterator["Node"]:
        """It, and all that it is made of."""
        yield self
        for part in self.parts:
            yield from part


class Reader:
    """Reads the tokens of one statement. `known` are the names that a text gives a meaning; raises Fault."""

    def __init__(self, tokens: tuple[Token, ...], known: Mapping[str, str], budget: list[int]) -> None:
        self.tokens, self.known, self.budget = tokens, known, budget
        self.place = self.nested = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def ahead(self, *kinds: str) -> bool:
        """Whether these come next: kinds of tokens, or their words."""
        coming = self.tokens[self.place : self.place + len(kinds)]
        return len(coming) == len(kinds) and all(k in (t.kind, t.text) for k, t in zip(kinds, coming))

    def take(self) -> Token:
        token = self.now
        self.place += token.kind != "end"
        return token

    def took(self, kind: str) -> bool:
        there = self.ahead(kind)
        self.place += there
        return there

    def expect(self, kind: str, wanted: str) -> Token:
        if not self.ahead(kind):
            self._is_no_part()
            product = kind in (")", "end") and self.now.kind in ("name", "number", "(")
            raise Fault(self.now.at, f"{self.what()} where {wanted} is expected" + ": write * for a product" * product)
        return self.take()

    def _is_no_part(self) -> None:
        """Raises Fault for a word of other languages."""
        if self.now.text in INSTEAD:
            raise Fault(self.now.at, f"{self.now.text!r} is no part of equations: {INSTEAD[self.now.text]}")

    def what(self) -> str:
        """What stands here, in an error."""
        return "the statement ends" if self.now.kind == "end" else f"{self.now.text!r:.50} stands"

    def end(self) -> None:
        if self.now.kind == "end":
            return
        self._is_no_part()
        missing = ": write * for a product" if self.now.kind in ("name", "number", "(") else ": leave it out"
        raise Fault(self.now.at, f"{self.now.text!r:.50} stands where the statement could end{missing}")

    # -- expressions -------------------------------------------------------------------------------------------------

    def expression(self, level: int = 0) -> Node:
        """What binds tighter than this level."""
        self.nested += 1
        if self.nested > NESTED:
            raise Fault(self.now.at, f"more than {NESTED} levels are within one another: give a part a name of its own")
        left = self._first()
        while (own := _LEVELS.get(self.now.text, 0)) > level and self.now.kind not in ("text", "end"):
            sign = self.take()
            if own == 4 and left.kind in COMPARISONS:
                raise Fault(sign.at, "two comparisons in a row: write a < b and b < c")
            kind = "**" if own == 8 else sign.text
            right = self.expression(6 if own == 8 else own)  # a power binds to the right, and takes a sign
            left = self.made(kind, sign.at, left, right)
        self.nested -= 1
        return left

    def _first(self) -> Node:
        token = self.take()
        match token.kind:
            case "number":
                return self._number(token)
            case "(":
                inner = self.expression()
                self.expect(")", "a )")
                return inner
            case "-":
                return self.made("neg", token.at, self.expression(6))
            case "+":
                return self.expression(6)
            case "name" if token.text == "not":
                return self.made("not", token.at, self.expression(3))
            case "name":
                return self._call(token) if self.ahead("(") else self._name(token)
        ends = {"end": "the statement ends", "text": "a text stands"}
        self.place -= token.kind != "end"
        raise Fault(token.at, f"{ends.get(token.kind, f'{token.text!r} stands')} where a number or a name is expected")

    def _number(self, token: Token) -> Node:
        value = finite(token.at, lambda: float(token.text))
        if self.now.kind == "name" and self.now.text not in KEYWORDS:
            name = self.take()
            if (one := of_name(name.text)) is None or name.text in self.known:
                raise Fault(name.at, f"{name.text!r} stands behind a number and is no unit: write * for a product")
            return self.made("number", token.at, value=value, unit=one)
        return self.made("number", token.at, value=value)

    def _name(self, token: Token) -> Node:
        name = token.text
        if name in INSTEAD or name in KEYWORDS:
            raise Fault(token.at, f"{name!r} is no part of equations{': ' + INSTEAD[name] if name in INSTEAD else ''}")
        if name in self.known:
            return self.made("name", token.at, name=name)
        if name == "pi":
            return self.made("number", token.at, value=math.pi)
        if (unit := of_name(name)) is not None:
            return self.made("number", token.at, value=1.0, unit=unit)
        if name in FUNCTIONS:
            raise Fault(token.at, f"{name} is a function: write {name}(...)")
        if name == "t":
            raise Fault(
                token.at, "t is no part of equations: a neuron has no time of its own, its current I may change"
            )
        raise Fault(token.at, f"{name!r} is not known: {remedy(name, [*self.known])}; or define it, {name} = 10 mV")

    def _call(self, token: Token) -> Node:
        name = token.text
        if name not in FUNCTIONS:
            if name in self.known or of_name(name) is not None:
                raise Fault(token.at + len(name), f"a bracket stands behind {name}: write * for a product")
            instead = INSTEAD.get(name) or CALLED_INSTEAD.get(name) or remedy(name, [*FUNCTIONS])
            raise Fault(token.at, f"the function {name!r} is not known: {instead}")
        self.take()
        parts = [self.expression()]
        while self.took(","):
            parts.append(self.expression())
        self.expect(")", "a , or a )")
        least, most = FUNCTIONS[name]
        if not least <= len(parts) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise Fault(token.at, f"{name} has {len(parts)} arguments: give {wanted}")
        return self.made(name, token.at, *parts)

    def made(self, kind: str, at: int, *parts: Node, **own) -> Node:
        """A node; where its parts are numbers without units, the number that it gives."""
        self.budget[0] += 1
        if self.budget[0] > LARGE:
            raise Fault(at, f"a text of more than {LARGE:,} operations is too large: leave something out")
        self._sorts(kind, parts)
        if kind == "/" and parts[1].kind == "number" and parts[1].value == 0:
            raise Fault(parts[1].at, "this is no finite number: divide by none that is 0")
        node = Node(kind, at, parts, **own)
        if node.depth > DEEP:
            raise Fault(at, f"more than {DEEP} operations enter one another: give a part a name of its own")
        if parts and kind in _FOLDED and all(p.kind == "number" and p.unit is None for p in parts):
            return folded(node, {})
        if kind == "neg" and parts[0].kind == "number":
            return Node("number", at, value=-parts[0].value, unit=parts[0].unit)
        return node

    def _sorts(self, kind: str, parts: tuple[Node, ...]) -> None:
        """Raises Fault where a condition stands for a number, or a number for a condition."""
        for k, part in enumerate(parts):
            wanted = kind in ("and", "or", "not") or (kind == "where" and k == 0)
            if wanted and part.kind not in CONDITIONS:
                raise Fault(part.at, "a number stands where a condition is expected: write a comparison, v > 0")
            if not wanted and part.kind in CONDITIONS:
                raise Fault(part.at, "a condition stands where a number is expected: write where(condition, 1, 0)")


_FOLDED: dict[str, Callable[..., float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": math.pow,
    "neg": lambda a: -a,
    **{name: getattr(math, name) for name in ("exp", "expm1", "log", "log1p", "log10", "sqrt", "erf", "floor", "ceil")},
    **{name: getattr(math, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "exprel": lambda a: math.expm1(a) / a if a else 1.0,
    "vtrap": lambda a, b: a / math.expm1(a / b) if a else b,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "abs": abs,
    "sign": lambda a: math.copysign(1.0, a) if a else 0.0,
    "min": min,
    "max": max,
    "clip": lambda a, low, high: min(max(a, low), high),
}


def folded(node: Node, numbers: Mapping[str, float]) -> Node:
    """A tree without units, in which what has one value is that number; `numbers` are names that have. Raises Fault."""
    if node.kind == "name" and node.name in numbers:
        return Node("number", node.at, value=numbers[node.name])
    if not node.parts:
        return Node(node.kind, node.at, name=node.name, value=node.value)
    parts = tuple(folded(part, numbers) for part in node.parts)
    if all(part.kind == "number" for part in parts):
        if node.kind not in _FOLDED:
            raise Fault(node.at, "numbers that never change are compared: write what follows in place of it")
        return Node("number", node.at, value=finite(node.at, lambda: _FOLDED[node.kind](*(p.value for p in parts))))
    if node.kind == "/" and parts[1].kind == "number" and parts[1].value == 0:
        raise Fault(node.at, "this is no finite number: divide by none that is 0")
    return Node(node.kind, node.at, parts)


def finite(at: int, function: Callable[[], float]) -> float:
    """A number that is computed while a text is read. Raises Fault for one that is none, or infinite."""
    try:
        value = function()
    except (OverflowError, ZeroDivisionError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise Fault(at, "this is no finite number: give numbers up to 1e300, and divide by none that is 0")
    return value
