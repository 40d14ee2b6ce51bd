"""Choices in algebra: what depends on a condition, which is 0 or 1, and how it is written."""

from collections.abc import Callable
from typing import Any

import sympy

from .expand import MOST, terms

BREAK = r" \\ "
AT_MOST, AT_LEAST, OTHER = r"\le", r"\ge", r"\ne"
SMALL = sympy.Rational(1, 100)  # what |x| is compared with at most, where it is meant as x = 0


class _Step(sympy.Function):
    """What changes in steps: its slope is 0."""

    is_extended_real = True

    def _eval_derivative(self, s: sympy.Symbol) -> sympy.Expr:
        return sympy.Integer(0)


class Equal(_Step):
    """1 where two numbers are the same, else 0."""

    nargs = 2

    @classmethod
    def eval(cls, a: sympy.Expr, b: sympy.Expr) -> sympy.Expr | None:
        if a == b:
            return sympy.Integer(1)
        return sympy.Integer(0) if a.is_number and b.is_number else None

    def _numpycode(self, printer: Any) -> str:
        return "(1.0*({} == {}))".format(*map(printer._print, self.args))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return r"\left[{} = {}\right]".format(*map(printer._print, self.args))


class Size(sympy.Function):
    """The absolute value of a real number, whose slope is its sign: sympy's own may be of complex ones."""

    def _eval_derivative(self, s: sympy.Symbol) -> sympy.Expr:
        return sympy.sign(self.args[0]) * self.args[0].diff(s)


class Round(_Step):
    """The nearest whole number, of two the even one."""

    nargs = 1

    @classmethod
    def eval(cls, a: sympy.Expr) -> sympy.Expr | None:
        return sympy.Integer(round(a)) if a.is_Rational else None

    def _numpycode(self, printer: Any) -> str:
        return f"{printer._module_format('numpy.round')}({printer._print(self.args[0])})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"\left\lfloor{{{printer._print(self.args[0])}}}\right\rceil"


class Where(sympy.Function):
    """`a` where a condition is 1, `b` where it is 0; inside of both, the same condition is decided."""

    nargs = 3

    @classmethod
    def eval(cls, condition: sympy.Expr, a: sympy.Expr, b: sympy.Expr) -> sympy.Expr | None:
        if condition.is_number:
            return a if condition > sympy.Rational(1, 2) else b
        inner = {e for one in (a, b) for e in one.atoms(Where) if e.args[0] == condition}
        if inner:
            return cls(condition, a.xreplace({e: e.args[1] for e in inner}), b.xreplace({e: e.args[2] for e in inner}))
        return a if a == b else None

    def _eval_derivative(self, s: sympy.Symbol) -> sympy.Expr:
        condition, a, b = self.args
        return Where(condition, a.diff(s), b.diff(s))

    def _numpycode(self, printer: Any) -> str:
        condition, a, b = map(printer._print, self.args)
        return f"{printer._module_format('numpy.where')}({condition} > 0.5, {a}, {b})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        condition, a, b = self.args
        rows = [rf"{printer._print(a)} & {condition_latex(condition, printer._print)}"]
        while isinstance(b, Where):
            rows.append(rf"{printer._print(b.args[1])} & {condition_latex(b.args[0], printer._print)}")
            b = b.args[2]
        rows.append(rf"{printer._print(b)} & \text{{otherwise}}")
        text = rf"\begin{{cases}} {BREAK.join(rows)} \end{{cases}}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


def is_condition(e: sympy.Expr) -> bool:
    """Whether it is 0 or 1, from how it is made."""
    if isinstance(e, sympy.Heaviside | Equal) or e in (0, 1):
        return True
    return is_condition(1 - e) if e.is_Add else e.is_Mul and all(map(is_condition, e.args))


def truth(e: sympy.Expr) -> sympy.Expr:
    """Whether a number is not 0, as 0 or 1."""
    return e if is_condition(e) else 1 - Equal(e, sympy.Integer(0))


def either(a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
    """Whether one of two conditions holds."""
    return 1 - (1 - a) * (1 - b)


def condition_latex(e: sympy.Expr, write: Callable[[sympy.Expr], str], holds: bool = True) -> str:
    """A condition in words of LaTeX, or that it does not hold.

    >>> a, b = sympy.symbols("a b")
    >>> condition_latex(either(sympy.Heaviside(a - b), Equal(a, 0)), str)
    'a = 0\\\\ \\\\text{or}\\\\ a > b'
    """
    if isinstance(e, sympy.Heaviside):
        left, right = sides(e.args[0])
        if left.is_number:  # which people have on the right
            return f"{write(right)} {'<' if holds else AT_LEAST} {write(left)}"
        return f"{write(left)} {'>' if holds else AT_MOST} {write(right)}"
    if isinstance(e, Equal):
        return f"{write(e.args[0])} {'=' if holds else OTHER} {write(e.args[1])}"
    if e.is_Mul and is_condition(e):
        parts = sorted(condition_latex(one, write, holds) for one in e.args)
        return (r",\ " if holds else r"\ \text{or}\ ").join(parts)
    if e.is_Add and is_condition(1 - e):
        return condition_latex(1 - e, write, not holds)
    return f"{write(e)} {OTHER if holds else '='} 0"


def sides(difference: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """A difference that is compared with 0 as what is on the left of the sign, and on the right."""
    left = sympy.Add(*(t for t in sympy.Add.make_args(difference) if not t.could_extract_minus_sign()))
    return left, left - difference


def ordinary(expression: sympy.Expr) -> sympy.Expr:
    """Without choices that only fill a gap: what is said at one point, or near one at which the rest is 0 / 0.

    >>> x = sympy.Symbol("x")
    >>> ordinary(Where(sympy.Heaviside(1e-3 - abs(x)), 1 - x / 2, x / (sympy.exp(x) - 1)))
    x/(exp(x) - 1)
    """

    def kept(condition: sympy.Expr, a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
        for there, here in ((b, condition), (a, 1 - condition)):
            if isinstance(here, Equal) or (isinstance(at := _near(here), sympy.Expr) and _gap(there, at)):
                return there
        return Where(condition, a, b)

    return expression.replace(Where, kept)


def _near(condition: sympy.Expr) -> sympy.Expr | None:
    """x, of a condition that says |x| < a small number."""
    if isinstance(condition, sympy.Heaviside):
        inner = condition.args[0]
    elif isinstance(1 - condition, sympy.Heaviside):
        inner = -(1 - condition).args[0]
    else:
        return None
    edge, rest = inner.as_coeff_Add()
    size = -rest
    return size.args[0] if isinstance(size, sympy.Abs) and 0 < edge <= SMALL else None


def _gap(e: sympy.Expr, x: sympy.Expr) -> bool:
    """Whether it has no value where x is 0."""
    for symbol in sorted(x.free_symbols, key=str):
        slope = x.diff(symbol)
        if slope != 0 and not slope.has(symbol) and terms(x / slope) <= MOST:
            value = e.subs(symbol, symbol - sympy.expand(x / slope))
            return bool(value.has(sympy.nan, sympy.zoo, sympy.oo))
    return False
