"""Expressions as text that a program can run: sums, powers, exp and comparisons as Brian2 has them."""

import math
from collections.abc import Mapping
from functools import reduce

import sympy
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

LONG = 10_000  # denominators beyond are written as numbers with a point


class _Printer(StrPrinter):
    """Python's syntax; what Brian2 writes in its own way: clip(x, low, high), int(condition)."""

    def _print_Min(self, expression):
        inner = next((e for e in expression.args if isinstance(e, sympy.Max) and len(e.args) == 2), None)
        if inner is not None and len(expression.args) == 2:
            (high,) = set(expression.args) - {inner}
            return "clip({}, {}, {})".format(*map(self._print, (*_bounds_last(inner), high)))
        return reduce("clip({}, -inf, {})".format, map(self._print, _bounds_last(expression)))

    def _print_Max(self, expression):
        return reduce("clip({}, {}, inf)".format, map(self._print, _bounds_last(expression)))

    def _print_Exp1(self, expression):
        return repr(math.e)

    def _print_Heaviside(self, expression):
        return f"int({condition(expression.args[0])})"

    def _print_Abs(self, expression):
        return f"abs({self._print(expression.args[0])})"

    def _print_ceiling(self, expression):
        return f"ceil({self._print(expression.args[0])})"

    def _print_Mod(self, expression):
        a, b = expression.args
        return f"({self.parenthesize(a, PRECEDENCE['Mul'], True)} % {self.parenthesize(b, PRECEDENCE['Pow'])})"

    def _print_Rational(self, expression):
        return repr(float(expression)) if expression.q > LONG else super()._print_Rational(expression)


def _bounds_last(expression: sympy.Expr) -> list[sympy.Expr]:
    return sorted(expression.args, key=lambda e: (e.is_Atom, e.is_number, sympy.default_sort_key(e)))


def text(expression: sympy.Expr) -> str:
    """An expression as code.

    >>> v, V = sympy.symbols("v V")
    >>> text(sympy.exp(sympy.Min(v**2 / 4, 20)) - sympy.Heaviside(v - V))
    'exp(clip(v**2/4, -inf, 20)) - int(v > V)'
    """
    return _Printer().doprint(expression)


def condition(excess: sympy.Expr) -> str:
    """Where it is greater than 0, as a comparison.

    >>> condition(sympy.Symbol("v") - sympy.Symbol("v_th"))
    'v > v_th'
    """
    left = sympy.Add(*(t for t in sympy.Add.make_args(excess) if not t.could_extract_minus_sign()))
    return f"{text(left)} > {text(left - excess)}"


def assignments(new: Mapping[sympy.Symbol, sympy.Expr]) -> list[str]:
    """Lines after which each symbol has its new value, all computed from the old ones.

    >>> v, u = sympy.symbols("v u")
    >>> assignments({v: v + u, u: 2 * u})
    ['v = u + v', 'u = 2*u']
    >>> assignments({v: u, u: v})
    ['v_new = u', 'u_new = v', 'v = v_new', 'u = u_new']
    """
    names = list(new)
    if not any(new[later].has(*names[:k]) for k, later in enumerate(names) if k):
        return [f"{name} = {text(e)}" for name, e in new.items()]
    return [f"{name}_new = {text(e)}" for name, e in new.items()] + [f"{name} = {name}_new" for name in names]
