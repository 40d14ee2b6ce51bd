"""The words of typed equations: what a text is cut into, and how an error points into it.

Nothing here or in what follows runs what is typed: texts become tokens, tokens become small trees.
"""

import re
import unicodedata
from typing import NamedTuple

from snnlab.core.names import unwritable

from .dimensions import of_name

LONGEST, LINES = 20_000, 200  # characters and lines of a text
WORD = 40  # characters of a name or a number


class EquationError(ValueError):
    """What is wrong with typed equations, and where: `at` counts characters from 0, `line` and `column` from 1."""

    def __init__(self, message: str, text: str, at: int) -> None:
        before, self.at = text[:at], at
        self.line, self.column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
        shown = (text.split("\n")[self.line - 1] if text else "").rstrip().replace("\t", " ")
        first = max(0, min(self.column - 50, len(shown) - 100))  # of a long line, what is around the place
        cut = shown[first : first + 100]
        super().__init__(f"line {self.line}: {message}\n    {cut}\n    {' ' * (self.column - 1 - first)}^")


class Fault(Exception):
    """What is wrong at a place of the text that is being read; who has the text makes an `EquationError` of it."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at, self.message = at, message


class Token(NamedTuple):
    kind: str  # "number", "name", "text" (in quotes), "end", or the sign itself
    text: str
    at: int


NUMBER = r"(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
NAME = r"[A-Za-zµ\u0370-\u03ff°][A-Za-z0-9_µ\u0370-\u03ff²]*"  # of what can be calculated with, or of a unit
SIGN = r"\*\*|\.\.|\+=|-=|\*=|/=|<=|>=|==|!=|[-+*/^()<>=,:;'≤≥≠²³]"
TOKEN = re.compile(
    rf'(?P<space>[ \t]+|\#.*)|(?P<number>{NUMBER})|(?P<name>{NAME})|(?P<sign>{SIGN})|"(?P<text>[^"\n]*)"'
)
# signs as papers, word processors and other keyboards have them, each of one character
SAME = str.maketrans(
    "−–—‐‑·×⋅∙•÷“”„«»′’‘←\r\xa0\u2007\u2009\u202f\u200b\u2060\ufeff", '-----*****/"""""\'\'\'=        '
)
SPELLED = {"≤": "<=", "≥": ">=", "≠": "!="}
RAISED = {"²": "2", "³": "3"}
HEADINGS = ("name", "title", "doc", "source")
HEADING = re.compile(rf"[ \t]*({'|'.join(HEADINGS)})[ \t]*:(.*)")
PLAIN = {"[": "round brackets", "{": "round brackets", "&": "and", "|": "or", "@": "*", "%": "floor"}


class Statement(NamedTuple):
    """The tokens of one statement, with an "end" after them."""

    tokens: tuple[Token, ...]


def checked(text: str) -> str:
    """A text as it is read: signs as papers have them are those of code. Raises Fault for one that is too long."""
    if len(text) > LONGEST:
        raise Fault(0, f"{len(text):,} characters are too many: give at most {LONGEST:,}")
    if text.count("\n") >= LINES:
        raise Fault(0, f"{text.count(chr(10)) + 1:,} lines are too many: give at most {LINES}")
    text = text.translate(SAME)
    if (at := unwritable(text)) is not None:
        raise Fault(at, f"the sign {text[at]!r} means nothing here, leave it out")
    return text


def statements(text: str) -> tuple[list[Statement], dict[str, Token]]:
    """The statements of a text, and its headings ("name: My neuron") with what stands behind them.

    A line ends a statement, but for one that is within brackets. Raises Fault.
    """
    found: list[Statement] = []
    headings: dict[str, Token] = {}
    open_at: list[int] = []
    tokens: list[Token] = []
    start = 0
    for line in text.split("\n"):
        heading = HEADING.fullmatch(line)
        if heading and not open_at:
            at = start + heading.start(2)
            if heading[1] in headings:
                raise Fault(at, f"{heading[1]} is there twice: leave one of them")
            headings[heading[1]] = Token("text", heading[2].strip()[:300], at)
        else:
            tokens += _tokens(line, start, open_at)
            if tokens and not open_at:
                found.append(Statement((*tokens, Token("end", "", start + len(line.rstrip())))))
                tokens = []
        start += len(line) + 1
    if open_at:
        raise Fault(open_at[-1], "this bracket is not closed: add a )")
    return found, headings


def tokens(line: str) -> list[Token]:
    """Those of one line. Raises Fault."""
    return _tokens(checked(line), 0, [])


def _tokens(line: str, start: int, open_at: list[int]) -> list[Token]:
    """Those of a line; `open_at` are the places of the brackets that are open, and changes."""
    found, place = [], 0
    while place < len(line):
        match = TOKEN.match(line, place)
        if match is None:
            raise Fault(start + place, _no_sign(line[place]))
        kind, text, at = match.lastgroup, match[0], start + place
        place = match.end()
        if kind == "space":
            continue
        if kind in ("number", "name") and len(text) > WORD:
            raise Fault(at, f"this {kind} has {len(text)} characters: give at most {WORD}")
        if text == "(":
            open_at.append(at)
        elif text == ")":
            if not open_at:
                raise Fault(at, "this bracket was never opened: leave it out, or add a ( before")
            open_at.pop()
        if kind == "name":
            text = _alone(text)
            place = match.start() + len(text)
        if text in RAISED:
            found += [Token("**", "**", at), Token("number", RAISED[text], at)]
        else:
            text = _spelled(text) if kind == "name" else SPELLED.get(text, text)
            found.append(Token(text if kind == "sign" else str(kind), match["text"] if kind == "text" else text, at))
    return found


def _alone(name: str) -> str:
    """A name without the power behind it: that of a unit, cm², is part of its name."""
    return name if of_name(name) is not None else name.partition("²")[0]


def _spelled(name: str) -> str:
    """A name in the letters A to Z: tau_m for τ_m; units keep theirs."""
    if name.isascii() or of_name(name) is not None:
        return name
    return "".join(map(_letter, name))


def _letter(letter: str) -> str:
    if not "\u0370" <= letter <= "\u03ff":
        return letter
    word = unicodedata.name(letter, letter).removesuffix(" SYMBOL").split()[-1].lower().replace("lamda", "lambda")
    return word.capitalize() if letter.isupper() else word


def _no_sign(character: str) -> str:
    if character == '"':
        return "this text has no end: add a second quote in this line"
    if character.isalpha() or character == "_":
        return f"{character!r} cannot begin a name: names are of the letters A to Z, with digits and _ behind them"
    instead = f": use {PLAIN[character]}" if character in PLAIN else ", leave it out"
    return f"the sign {character!r:.12} means nothing here{instead}"
