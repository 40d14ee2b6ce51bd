"""A formula of time as LaTeX, in cases where it has some, as a textbook writes it."""

from collections.abc import Callable, Iterator, Sequence

import sympy
from sympy.printing.latex import LatexPrinter

from .algebra import AND, GE, GT, LE, LT, OR, REMAINDER, WHERE

TIME = sympy.Symbol("t")
WHOLE = (sympy.floor, sympy.ceiling, sympy.Min, sympy.Max)
LONG = 4  # symbols: an angle of more has a line of its own
BREAK = r" \\ "
SIGNS = {GT: ">", GE: r"\ge", LT: "<", LE: r"\le"}


def formula_lines(
    left: str, formula: sympy.Expr, order: Sequence[sympy.Symbol], edge: float, name: Callable[[str], str] = str
) -> list[str]:
    """Lines of LaTeX: `left` = formula, and what it calls k (a whole number) and theta (a long angle).

    `formula` is made with `CASES` and the symbols of `order`. A difference of `edge`, which keeps rounding from moving
    an edge, is left out: where code has t > a - edge, a <= t is meant. `name` gives the symbols of k and theta.

    >>> t, a = sympy.symbols("t a")
    >>> print(*formula_lines("I(t)", WHERE(GT(t, a - sympy.Rational("1e-6")), 2 * t, 0), [a], 1e-6))
    I(t) = \\begin{cases} 2 t & t \\ge a \\\\ 0 & \\text{otherwise} \\end{cases}
    """
    write = _Printer(order).doprint
    named: dict[sympy.Expr, sympy.Symbol] = {}

    def short(e: sympy.Expr, whole: bool = False) -> sympy.Expr:
        """It with symbols for what takes room, but for a whole number that it is itself (`whole`)."""
        if isinstance(e, WHOLE) and e.has(sympy.floor, sympy.ceiling) and not whole:
            return named.setdefault(e, sympy.Symbol(name("k")))
        if isinstance(e, sympy.sin | sympy.cos) and len(e.free_symbols) > LONG:
            return e.func(named.setdefault(_since(e.args[0]), sympy.Symbol(name(r"\theta"))))
        return e.func(*(short(x, whole and isinstance(e, WHOLE)) for x in e.args)) if e.args else e

    meant = _meant(formula, edge)
    rows = list(_rows(short(meant, whole=isinstance(meant, WHOLE))))
    text = write(rows[0][0])
    if len(rows) > 1:
        when = [r",\ ".join(_condition(one, write) for one in conditions) for _, conditions in rows[:-1]]
        lines = [f"{write(value)} & {words}" for (value, _), words in zip(rows, [*when, r"\text{otherwise}"])]
        text = rf"\begin{{cases}} {BREAK.join(lines)} \end{{cases}}"
    return [f"{left} = {text}", *(f"{symbol} = {write(e)}" for e, symbol in named.items())]


def _meant(formula: sympy.Expr, edge: float) -> sympy.Expr:
    """Without the differences of `edge`."""
    small = sympy.Rational(str(edge))
    found = formula.replace(GT, lambda a, b: (GE if (a - b).as_coeff_Add()[0] == small else GT)(a, b))
    return found.xreplace({small: sympy.Integer(0), -small: sympy.Integer(0)})


def _since(angle: sympy.Expr) -> sympy.Expr:
    """As a sum of powers of the time since something, t - a, where it depends on that alone."""
    angle, since = sympy.factor_terms(angle), sympy.Dummy()
    starts = {e for e in angle.atoms(sympy.Add) if e.coeff(TIME) == 1 and not (e - TIME).has(TIME)}
    if len(starts) != 1 or (found := angle.xreplace({(start := starts.pop()): since})).has(TIME):
        return angle
    terms = sympy.Add.make_args(sympy.collect(sympy.expand(found), since, sympy.factor))
    return sympy.Add(*map(_added, terms)).xreplace({since: start})


def _added(term: sympy.Expr) -> sympy.Expr:
    """What is taken away, as what is added where it has a difference: - (a - b) is + (b - a)."""
    difference = next((e for e in sympy.Mul.make_args(term) if e.is_Add), None)
    if difference is None or not term.could_extract_minus_sign():
        return term
    return (-term / difference) * -difference


def _rows(formula: sympy.Expr, conditions: tuple = ()) -> Iterator[tuple[sympy.Expr, tuple]]:
    """What it is under which conditions, each row where none before it holds."""
    choice = next((e for e in sympy.preorder_traversal(formula) if e.func == WHERE), None)
    if choice is None:
        yield formula, conditions
        return
    condition, here, there = choice.args
    yield from _rows(formula.xreplace({choice: here}), (*conditions, condition))
    yield from _rows(formula.xreplace({choice: there}), conditions)


def _condition(e: sympy.Expr, write: Callable[[sympy.Expr], str]) -> str:
    a, b = e.args
    if e.func == OR:
        return rf"{_condition(a, write)}\ \text{{or}}\ {_condition(b, write)}"
    if e.func == AND:
        if a.func in (GT, GE) and b.func in (LT, LE) and a.args[0] == b.args[0]:
            above = {GT: "<", GE: r"\le"}[a.func]
            return f"{write(a.args[1])} {above} {write(b.args[0])} {SIGNS[b.func]} {write(b.args[1])}"
        return rf"{_condition(a, write)},\ {_condition(b, write)}"
    return f"{write(a)} {SIGNS[e.func]} {write(b)}"


def train_lines(
    left: str,
    weight: str,
    count: sympy.Expr,
    order: Sequence[sympy.Symbol],
    edge: float,
    name: Callable[[str], str] = str,
) -> list[str]:
    """Lines of LaTeX of spikes of which `count` came before t: a sum of delta functions, where they come regularly.

    >>> t, N, r, a = sympy.symbols("t N r a")
    >>> print(*train_lines("x(t)", "w", sympy.Min(N, sympy.Max(0, sympy.ceiling(r * (t - a)))), [N, a, r], 1e-6))
    x(t) = w \\sum_{k=0}^{N - 1} \\delta\\left(t - t_{k}\\right) t_{k} = a + \\frac{k}{r}
    """
    write, times = _Printer(order).doprint, f"{weight} " if weight else ""
    number, staircase, k, at = sympy.Wild("N"), sympy.Wild("u"), sympy.Symbol("k"), name("t_{k}")
    found = _meant(count, edge).match(sympy.Min(number, sympy.Max(0, sympy.ceiling(staircase))))
    rate = found[staircase].diff(TIME) if found else TIME
    if rate.has(TIME) or rate == 0:
        return [rf"{left} = {times}\frac{{dn}}{{dt}}", *formula_lines("n(t)", count, order, edge, name)]
    when = sympy.expand(TIME - (found[staircase] - k) / rate)  # the k-th comes where its place is k
    total = rf"\sum_{{k=0}}^{{{write(found[number] - 1)}}} \delta\left(t - {at}\right)"
    return [f"{left} = {times}{total}", f"{at} = {write(when)}"]


class _Printer(LatexPrinter):
    """Sums begin with what is added, time first, then in the order of their symbols; functions come last."""

    def __init__(self, order: Sequence[sympy.Symbol]) -> None:
        super().__init__({"fold_func_brackets": True})
        self.places = {symbol: k for k, symbol in enumerate(order)}

    def _print_Function(self, expr, exp=None):
        if expr.func != REMAINDER:
            return super()._print_Function(expr, exp)
        return r"\left({} \bmod {}\right)".format(*map(self._print, expr.args))

    def _as_ordered_terms(self, expr, order=None):
        def rank(term):
            return (
                term.could_extract_minus_sign(),
                TIME not in sympy.Mul.make_args(term),
                term.has(sympy.Function, sympy.Max, sympy.Min),
                max((self.places.get(symbol, len(self.places)) for symbol in term.free_symbols), default=0),
                sympy.default_sort_key(term),
            )

        return sorted(sympy.Add.make_args(expr), key=rank)
