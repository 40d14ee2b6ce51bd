"""Expressions as text that a program can run: sums, powers, exp and comparisons as Brian2 has them."""

import math
from collections.abc import Mapping
from functools import reduce

import sympy
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from .choice import ordinary, sides

LONG = 10_000  # denominators beyond are written as numbers with a point


# what Brian2 has under sympy's names, and under others
KNOWN = {"exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "floor", "exprel"}
RENAMED = {"Abs": "abs", "ceiling": "ceil", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}
exprel = sympy.Function("exprel")  # (e^x - 1) / x, which is 1 at 0


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

    def _print_Equal(self, expression):
        return "int({} == {})".format(*map(self._print, expression.args))

    def _print_Where(self, expression):
        condition, a, b = expression.args
        return f"({self._print(condition * a + (1 - condition) * b)})"

    def _print_Round(self, expression):
        return f"floor({self._print(expression.args[0] + sympy.Rational(1, 2))})"

    def _print_Function(self, expression):
        name = type(expression).__name__
        if name in ("asinh", "acosh", "atanh"):
            return f"({self._print(expression.rewrite(sympy.log))})"
        if name not in KNOWN | RENAMED.keys():
            raise ValueError(f"{name} cannot be expressed in Brian2: it has {', '.join(sorted(KNOWN))}")
        return f"{RENAMED.get(name, name)}({', '.join(map(self._print, expression.args))})"

    _print_Abs = _print_ceiling = _print_Function

    def _print_Mod(self, expression):
        a, b = expression.args
        return f"({self.parenthesize(a, PRECEDENCE['Mul'], True)} % {self.parenthesize(b, PRECEDENCE['Pow'])})"

    def _print_Rational(self, expression):
        return repr(float(expression)) if expression.q > LONG else super()._print_Rational(expression)


def _bounds_last(expression: sympy.Expr) -> list[sympy.Expr]:
    return sorted(expression.args, key=lambda e: (e.is_Atom, e.is_number, sympy.default_sort_key(e)))


def text(expression: sympy.Expr) -> str:
    """An expression as code; of choices that fill a gap, x / (e^x - 1) at 0, the program has a function.

    Raises ValueError for a function that it does not have.

    >>> v, V = sympy.symbols("v V")
    >>> text(sympy.exp(sympy.Min(v**2 / 4, 20)) - sympy.Heaviside(v - V))
    'exp(clip(v**2/4, -inf, 20)) - int(v > V)'
    """
    return _Printer().doprint(_relative(ordinary(expression)))


def _relative(expression: sympy.Expr) -> sympy.Expr:
    """With 1 / exprel(x) for x / (e^x - 1)."""

    def written(product: sympy.Expr) -> sympy.Expr:
        for one in product.args:
            base, power = one.as_base_exp()
            if power == -1 and base.is_Add and len(base.args) == 2 and base.has(sympy.exp):
                for x in (e.args[0] for e in base.args if isinstance(e, sympy.exp)):
                    for sign, less in ((1, sympy.exp(x) - 1), (-1, 1 - sympy.exp(x))):
                        rest = sympy.cancel(product / one / x)
                        if base == less and not rest.has(*x.free_symbols):
                            return sign * rest / exprel(x)
        return product

    return expression.replace(lambda e: e.is_Mul, written)


def condition(excess: sympy.Expr) -> str:
    """Where it is greater than 0, as a comparison.

    >>> condition(sympy.Symbol("v") - sympy.Symbol("v_th"))
    'v > v_th'
    """
    left, right = sides(excess)
    return f"{text(left)} > {text(right)}"


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
