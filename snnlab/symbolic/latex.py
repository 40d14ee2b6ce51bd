"""A neuron's equations as LaTeX, printed from its running code."""

import textwrap
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import sympy
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE

from snnlab.core import Inverse, Neuron, Steps, annotations, derived, flattened

from .channels import channel_lines
from .choice import Where, ordinary
from .expand import expanded
from .formulas import formulas
from .symbols import latex_symbol


class Equations(NamedTuple):
    """Lines of LaTeX for each part of a neuron; a part that it does not have is empty."""

    flow: tuple[str, ...]
    spike: tuple[str, ...]
    reset: tuple[str, ...]
    receive: tuple[str, ...]
    hold: tuple[str, ...] = ()


# functions that are to stay as they are written
WRITTEN = (sympy.tanh, sympy.sinh, sympy.cosh, sympy.erf, sympy.log, Where)
LONG = 60  # operations
COLUMN = 44  # letters of a line of words among equations
MANY = 10_000  # parts of a whole
WORDS = {"spike": "spike when", "reset": "then", "receive": "input spike", "hold": "while"}


@lru_cache(maxsize=256)
def lines(parts: Equations, leave_out: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Equations as lines one below the other, each part after its word."""
    found = list(parts.flow)
    for part, word in WORDS.items():
        if part not in leave_out:
            found += [rf"\text{{{'' if k else word}}}\ \ {line}" for k, line in enumerate(getattr(parts, part))]
    return tuple(found)


def no_equations(error: NotImplementedError) -> tuple[str, ...]:
    """In the place of equations why there are none, of what runs and has no algebra."""
    words = textwrap.wrap(f"no equations: {error}".replace("_", " "), COLUMN)
    return tuple(rf"\text{{{line}}}" for line in words)


def textbook_symbols(neuron: Neuron) -> dict[str, sympy.Expr]:
    """Input name of a recording -> symbol; an inverse is 1 / symbol (1 / tau), as in a textbook."""
    symbols: dict[str, sympy.Expr] = {"I": sympy.Symbol("I"), "x": sympy.Symbol("x")}
    return symbols | field_symbols("s", neuron.state) | field_symbols("p", neuron.parameters)


def field_symbols(owner: str, fields: Any) -> dict[str, sympy.Expr]:
    """Those of the fields of a tuple that the recording calls `owner`."""
    found: dict[str, sympy.Expr] = {}
    for field, mark in annotations(flattened(fields)).items():
        symbol = sympy.Symbol(latex_symbol(field, mark), positive=isinstance(mark, Inverse))
        found[f"{owner}.{field}"] = 1 / symbol if isinstance(mark, Inverse) else symbol
    return found


def _latex(expression: sympy.Expr, state: list[sympy.Symbol]) -> str:
    """An expression written as people do: in a sum, powers of the state first, then constants, the current last."""
    printer = _Printer(state)
    write = printer.doprint
    if expression.is_Mul and (fraction := printer.quotient(expression)):
        return fraction
    if expression.is_Mul and any(f.is_Add for f in expression.args):
        return " ".join(rf"\left({_latex(f, state)}\right)" if f.is_Add else write(f) for f in expression.args)

    def rank(term):
        degrees = [sympy.degree(term, v) if term.is_polynomial(v) else 0 for v in state]
        return (-sum(degrees), [-d for d in degrees], term.has(sympy.Symbol("I")), sympy.default_sort_key(term))

    terms = [write(t) for t in sorted(sympy.Add.make_args(expression), key=rank)]
    terms = [f"- {t[1:].lstrip()}" if k and t.startswith("-") else t for k, t in enumerate(terms)]
    return " ".join(t if k == 0 or t.startswith("-") else f"+ {t}" for k, t in enumerate(terms))


def decimal(number: sympy.Rational) -> str:
    """A fraction of tens as a number with a point, -0.07; "" for one that is written as a fraction: 1/18, 1/10, 3/4.

    >>> decimal(sympy.Rational(-7, 100)), decimal(sympy.Rational(2, 3)), decimal(sympy.Rational(1, 10))
    ('-0.07', '', '')
    """
    if number.q > MANY:  # nobody wrote that
        return f"{float(number):.5g}"
    if abs(number.p) == 1 or number.q <= 4 or set(sympy.factorint(number.q)) - {2, 5}:
        return ""
    return f"{float(number):.10g}"


class _Printer(LatexPrinter):
    """What functions are of is a difference from where it is 0: e^(-(v + 65) / 18), not e^(-v / 18 - 65 / 18)."""

    def __init__(self, state: list[sympy.Symbol]) -> None:
        super().__init__({"ln_notation": True})
        self.state = state

    def shifted(self, e: sympy.Expr) -> sympy.Expr:
        for x in self.state:
            if e.is_Add and (factor := e.coeff(x)).is_Rational and not (e - factor * x).has(*self.state):
                return sympy.Mul(factor, sympy.Add(*(t / factor for t in e.args)), evaluate=False)
        return e

    def _print_ExpBase(self, expr, exp=None):
        return self._do_exponent(rf"e^{{{self._print(self.shifted(expr.args[0]))}}}", exp)

    def _print_hyperbolic(self, expr, exp=None):
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\{expr.func.__name__}{power}{{\left({self._print(self.shifted(expr.args[0]))} \right)}}"

    def quotient(self, product: sympy.Expr) -> str:
        """0.1 (v + 40) over 1 - e^..., with one number in front; "" for what has no sum in it above a line."""
        number, factors = product.as_coeff_mul()
        above, below = [], []
        for one in factors:
            if one.is_Pow and one.exp.is_Rational and one.exp < 0:
                below.append(1 / one)
                continue
            shifted = self.shifted(one)
            if shifted is not one:
                number, one = number * shifted.args[0], shifted.args[1]
            above.append(one)
        if not below or not any(one.is_Add for one in above):
            return ""
        digits = "" if set(sympy.factorint(number.q)) - {2, 5} else f"{float(number):.10g}"
        text = [digits or self._print(number)] if number != 1 else []
        alone = len(above) == 1 and not text
        text += [self._print(one) if alone else self.parenthesize(one, PRECEDENCE["Mul"]) for one in above]
        return rf"\frac{{{' '.join(text)}}}{{{self._print(sympy.Mul(*below))}}}"

    def _print_Rational(self, expr):
        return decimal(expr) or super()._print_Rational(expr)

    def _print_Mul(self, expr):
        number, rest = expr.as_coeff_Mul()
        if not (text := decimal(number)) or not expr.args:
            return super()._print_Mul(expr)
        if rest.is_Pow and rest.exp.is_Rational and rest.exp < 0:  # one over something
            return rf"\frac{{{text}}}{{{self._print(1 / rest)}}}"
        return f"{text} {self.parenthesize(rest, PRECEDENCE['Mul'], strict=True)}"

    _print_tanh = _print_cosh = _print_sinh = _print_hyperbolic


@derived
def equations(neuron: Neuron, without: tuple[str, ...] = (), **chosen: Callable) -> Equations:
    """The equations of a neuron: its flow, when it spikes, its reset, what an input spike does, what holds it.

    `chosen` are parameters that are functions, where they are not the defaults; variables `without` which it is used
    are left out of its flow.
    """
    symbols = textbook_symbols(neuron)
    state = [symbols[f"s.{f}"] for f in neuron.state._fields]
    olds = {f"old.{f}": sympy.Symbol(f"{v}_0") for f, v in zip(neuron.state._fields, state)}
    found = formulas(neuron, symbols | olds | {"z": sympy.Symbol("z")}, **chosen)
    marks = annotations(neuron.parameters)
    inverses = [1 / symbols[f"p.{f}"] for f, a in marks.items() if isinstance(a, Inverse)]
    plain = [symbols[f"p.{f}"] for f, a in marks.items() if f"p.{f}" in symbols and not isinstance(a, Inverse)]

    absent = {symbols[f"s.{f}"]: 0 for f in without}
    rates = [ordinary(unclipped(rate, state)).subs(absent) for rate in found.flow.values()]
    flow = list(channel_lines(neuron, symbols, lambda e: _latex(e, state))) if neuron.parts else []
    sides = [] if neuron.parts else [_factored(one, inverses, plain) for one in rates]
    for variable, (before, right) in zip(state, _per_millisecond(sides)):
        if right != 0 and variable not in absent:
            flow.append(f"{before or ''} \\frac{{d{variable}}}{{dt}} = {_latex(right, state)}".strip())

    def jumps(outputs):
        return tuple(rf"{symbols[f's.{f}']} \leftarrow {_latex(e, state)}" for f, e in outputs.items())

    spike: tuple[str, ...] = ()
    reset: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    if (beyond := found.excess) is not None:
        above = [t for t in sympy.Add.make_args(beyond) if t.has(state[0])]
        sign = r"\text{ rises above }" if neuron.crosses else ">"
        spike = (f"{_latex(sympy.Add(*above), state)} {sign} {sympy.latex(sympy.Add(*above) - beyond)}",)
        over = {symbols[f"s.{f}"]: 0 for f, a in annotations(neuron.state).items() if isinstance(a, Steps)}
        reset = jumps({f: e.subs(over) for f, e in found.reset.items()})  # a spike only comes when it may
    if found.hold:
        kept = {f: found.hold.get(f, v) for f, v in zip(neuron.state._fields, state)}
        counters = [
            symbols[f"{owner}.{f}"]
            for owner, fields in (("s", neuron.state), ("p", neuron.parameters))
            for f, mark in annotations(fields).items()
            if isinstance(mark, Steps)
        ]
        after_spike, hold = _held(found.hold["z"], kept, state, [*olds.values()], counters)
        reset += after_spike
    return Equations(tuple(flow), spike, reset, jumps(found.receive), hold)


class _Side(NamedTuple):
    """What stands before d/dt, and the right side; `milli` where it is per ms, else it is per s or tells it itself."""

    before: sympy.Expr | None
    right: sympy.Expr
    milli: bool


def _factored(rate: sympy.Expr, inverses: list[sympy.Expr], plain: list[sympy.Expr]) -> _Side:
    """With what stands before d/dt: a time constant or capacitance; 1000 only makes 1/s of the papers' 1/ms."""

    def times(t: sympy.Expr, product: sympy.Expr) -> sympy.Expr | None:
        if not rate.has(*t.free_symbols) or expanded(product).has(t):
            return None
        many = len(product.atoms(sympy.exp)) > 2
        if (
            many or product.has(*WRITTEN) or product.count_ops() > LONG
        ):  # what simplify would write otherwise, or not end with
            return expanded(product) if product.has(t) else product
        return _simple(product)

    for t in inverses:
        if (right := times(t, rate * t)) is not None:
            return _Side(t, right, False)
    for t in plain:
        if (right := times(t, rate * t / 1000)) is not None and right.as_coeff_Mul()[0] == 1:
            return _Side(t, right, True)
    numbers = [t.as_coeff_Mul()[0] for t in sympy.Add.make_args(rate)]
    return _Side(None, rate, rate != 0 and all((number / 1000).is_Integer for number in numbers))


def _per_millisecond(sides: list[_Side]) -> list[tuple[sympy.Expr | None, sympy.Expr]]:
    """All of them in 1/ms, where one of them is, as a paper has them."""
    milli = any(side.milli for side in sides)
    return [(before, right / 1000 if milli and before is None else right) for before, right, _ in sides]


def unclipped(expression: sympy.Expr, state) -> sympy.Expr:
    """Without the bounds that keep numbers finite beyond a peak, where no equation holds any more."""

    def below(*terms):
        return next((t for t in terms if t.has(*state)), sympy.Min(*terms))

    return expression.replace(sympy.Min, below)


DT = sympy.Symbol(r"{\Delta t}", positive=True)  # in braces it comes behind a variable: rho - dt


def _timed(count: sympy.Expr, counters) -> sympy.Expr:
    """A number of steps as the time that they last, where those of `counters` are shown as times."""

    def lasting(e):
        return e.func(*map(lasting, e.args)) if isinstance(e, sympy.Add | sympy.Max) else sympy.expand(DT * e)

    return lasting(count.subs({one: one / DT for one in counters}))


def _held(z, kept: dict[str, sympy.Expr], state, before, counters) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a gate H(rho) does: what it adds to the reset, and how the neuron goes on while it is closed.

    `counters` are the symbols of what code counts in steps, and people see as a time.
    """

    def told(variable, e):
        return sympy.latex(_timed(e, counters) if variable in counters else e)

    fired = sympy.Symbol("z")
    (gate,) = {g for e in (z, *kept.values()) for g in e.atoms(sympy.Heaviside)}
    spiked = [_simpler(e.subs({gate: 0, fired: 1})) for e in kept.values()]
    after = tuple(rf"{v} \leftarrow {told(v, e)}" for v, e in zip(state, spiked) if e != v)

    same = dict(zip(before, state))
    lines = [r"\text{no spike}"] if z.subs(gate, 1) == 0 else []
    for variable, old, e in zip(state, before, kept.values()):
        closed = _simpler(e.subs(gate, 1).subs(fired, 0))
        if closed == old:
            lines.append(rf"{variable}\text{{ is held}}")
        elif closed != variable:
            lines.append(rf"{variable} \leftarrow {told(variable, closed.subs(same))}")
    (counter,) = gate.args[0].free_symbols
    return after, (rf"{same[counter]} > 0", *lines)


def _simpler(expression: sympy.Expr) -> sympy.Expr:
    return sympy.simplify(expression) if expression.count_ops() <= LONG else expression


def _simple(expression: sympy.Expr) -> sympy.Expr:
    """An expression in fewer words, but a sum of currents as it is, where that would be one fraction of all."""
    found = sympy.simplify(expression)
    return expression if expression.is_Add and found.is_Mul else found
