"""Products of sums as sums, as far as these are no longer than what a person reads or a computer waits for."""

from math import comb, prod

import sympy

MOST = 1000  # terms
ENDLESS = 10**9


def expanded(expression: sympy.Expr, deep: bool = True) -> sympy.Expr:
    """With products multiplied out; as it is where that were more than `MOST` terms."""
    return sympy.expand_mul(expression, deep=deep) if terms(expression, powers=False) <= MOST else expression


def terms(expression: sympy.Expr, powers: bool = True) -> int:
    """How many terms multiplying out makes, in any of its parts; of powers of sums too, or not.

    >>> a, b = sympy.symbols("a b")
    >>> terms((a + b) * (a - b)), terms((a + b) ** 9), terms(sympy.exp((a + b) ** 99 * a), powers=False)
    (4, 10, 2)
    """
    most = 1

    def count(e: sympy.Basic) -> int:
        nonlocal most
        inner = [count(one) for one in e.args]
        found = 1
        if isinstance(e, sympy.Add):
            found = sum(inner)
        elif isinstance(e, sympy.Mul):
            found = prod(inner)
        elif powers and isinstance(e, sympy.Pow) and e.exp.is_Integer and e.exp > 1 and inner[0] > 1:
            found = comb(int(e.exp) + inner[0] - 1, inner[0] - 1) if e.exp < MOST > inner[0] else ENDLESS
        most = max(most, found := min(found, ENDLESS))
        return found

    count(expression)
    return most
