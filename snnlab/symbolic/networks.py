"""What equations of networks are made of: a definition in other symbols, and numbers of steps as times."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from inspect import signature
from typing import Annotated, Any, get_args, get_type_hints

import sympy
import torch

from snnlab.core import Annotation, Inverse, Steps, remembered

from .choice import Round, Where
from .encoders import SPACED
from .latex import DT

WITH_PARAMETERS = ("flow", "excess", "reset", "receive", "rest", "begin", "hold", "within", "pairs", "learn")


@remembered(64)
def renamed(definition: Any, symbols: tuple, numbers: tuple = ()) -> Any:
    """A neuron or a rule with other symbols of its parameters, (field, LaTeX), and with `numbers` for parameters,
    (field, value): to be written, not to be run.
    """
    settled = {field: torch.as_tensor(value, dtype=torch.float64) for field, value in numbers}

    def with_numbers(function: Callable) -> Callable:
        taken = signature(function)

        @wraps(function)
        def found(*given: Any, **named: Any) -> Any:
            arguments = taken.bind(*given, **named).arguments
            return function(**arguments | {"p": arguments["p"]._replace(**settled)})

        return found

    there = {name: one for name in WITH_PARAMETERS if (one := getattr(definition, name, None)) is not None}
    functions = {name: with_numbers(one) for name, one in there.items() if "p" in signature(one).parameters}
    return replace(definition, parameters=_with_symbols(definition.parameters, dict(symbols)), **functions)


def _with_symbols(given: Any, symbols: Mapping[str, str]) -> Any:
    """A tuple class whose fields have these symbols, with all that it can."""
    made = type(given.__name__, (given,), {"__slots__": (), "__module__": given.__module__})
    made.__annotations__ = get_type_hints(given, include_extras=True)
    for field, symbol in symbols.items():
        kind, *marks = get_args(made.__annotations__[field])
        new = (one.but(symbol=symbol) if isinstance(one, Annotation) else one for one in marks)
        made.__annotations__[field] = Annotated[(kind, *new)]
    return made


def seen_as(mark: Any, taken: sympy.Expr) -> sympy.Expr:
    """What people see of a parameter that functions take so: a time, of its inverse or of a number of steps."""
    if isinstance(mark, Inverse):
        found = sympy.simplify(sympy.nsimplify(mark.factor, rational=True) / taken)
        # a capacitance over a conductance is a time in s, which people have in ms
        return found * 1000 if found.as_coeff_Mul()[0] == sympy.Rational(1, 1000) else found
    return lasting(taken) if isinstance(mark, Steps) else taken


def lasting(count: sympy.Expr) -> sympy.Expr:
    """The time of a number of steps, which is rounded and may be at least one."""
    exact = unbounded(count).replace(Round, lambda a: a).replace(sympy.floor, lambda a: a - sympy.Rational(1, 2))
    return sympy.simplify(DT * exact)


def unbounded(expression: sympy.Expr) -> sympy.Expr:
    """Without the bounds within which a value is held: what has most symbols is the value."""

    def value(*terms: sympy.Expr) -> sympy.Expr:
        return max(terms, key=lambda one: len(one.free_symbols))

    return expression.replace(sympy.Min, value).replace(sympy.Max, value)


def written(expression: sympy.Expr) -> str:
    """As LaTeX, in a sum what is added first."""
    if isinstance(expression, Where):
        return _latex(expression)
    roots = any(e.exp.is_Rational and e.exp.q == 2 for e in expression.atoms(sympy.Pow))
    if roots and expression.is_Mul and all(symbol.is_positive for symbol in expression.free_symbols):
        return rf"\sqrt{{{_latex(sympy.factor(expression**2))}}}"  # one root of all
    terms = sorted(map(_latex, sympy.Add.make_args(expression)), key=lambda term: term.startswith("-"))
    return " ".join(term if k == 0 or term.startswith("-") else f"+ {term}" for k, term in enumerate(terms))


def _latex(expression: sympy.Expr) -> str:
    return sympy.latex(expression, mul_symbol=SPACED)
