"""Equations of a network from its running code: its neuron in the symbols of its knobs, and how neurons are joined."""

import math
import re
from collections import namedtuple
from collections.abc import Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, NamedTuple

import sympy
import torch
from torch import Tensor

from snnlab.core import Count, Inverse, Neuron, annotations, derived, flattened, record
from snnlab.symbolic import equations, latex_symbol, lines, no_equations, rule_equations
from snnlab.symbolic.algebra import expressions
from snnlab.symbolic.latex import DT, MANY
from snnlab.symbolic.networks import lasting, renamed, seen_as, unbounded, written

from ...exact import numbers

NORMAL, UNIFORM = r"\mathcal{N}\left(0, 1\right)", r"\mathcal{U}\left(0, 1\right)"
PRIMES = (1009, 2003, 3001, 4001, 5003, 6007, 7001, 8009, 9001)  # stand for whole numbers while code runs
STIMULUS, ANY = sympy.Symbol(r"I\left(t\right)"), sympy.Symbol("p")


class Drawing(NamedTuple):
    """A random number in equations: its symbol and its law; without a law it is there or not, as its symbol says."""

    symbol: str
    law: str = ""


class _Counted:
    """A model whose whole numbers are primes, by which they are known again in what its code makes of them."""

    def __init__(self, model: Any, counts: dict[str, int]) -> None:
        self.__dict__.update(counts, _model=model)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def network_equations(model: Any) -> tuple[str, ...]:
    """Lines of LaTeX; in their place why there are none, of a network whose code has no algebra."""
    cell, on = getattr(model, "cell", None), tuple(k for k in model.definition.switches if getattr(model, k))
    chosen = () if cell is None else tuple(cell.functions().items())
    try:
        found = _equations(
            model.neuron, type(model), cell and type(cell), chosen, on, tuple(getattr(model, "only", ()))
        )
    except NotImplementedError as error:
        return no_equations(error)
    return found if "encoder" not in model.inner else (*model.encoder.equations(), *found)


@derived
def _equations(neuron: Neuron, kind: Any, cell: Any, chosen: tuple, on: tuple, only: tuple) -> tuple[str, ...]:
    """Those of a kind of network of this neuron, where these of its switches are on."""
    model = kind(**({} if cell is None else {"cell": cell()}), **({"only": only} if only else {}))
    model.param.update(**{k: model.annotation(k).high if k in on else 0.0 for k in model.definition.switches})
    network, symbols = model.definition, _symbols(model)
    drawn = {one: how for how in network.drawn(model).values() for one in [sympy.Symbol(how.symbol)]}
    given, names, constants, differing = _given(model, symbols), {}, {}, []
    for field, mark in annotations(flattened(neuron.parameters)).items():
        if (taken := given.get(f"p.{field}")) is None:
            continue
        seen = seen_as(mark, taken)
        if seen.is_number and isinstance(mark, Inverse):
            names[field] = rf"{float(seen):g}\,\text{{{mark.unit}}}"
        elif seen.is_number:
            constants[field] = float(taken)
        elif seen.free_symbols.isdisjoint(drawn):
            names[field] = written(seen)
        else:
            differing.append((sympy.Symbol(latex_symbol(field, mark)), unbounded(seen)))
    shown = renamed(neuron, tuple(names.items()), tuple(constants.items()))
    law = [*_differences(differing), *_joined(given), *(_filled(line, model) for line in network.law)]
    law = [re.sub(r"(\\text\{[^{}]*\}) > 0", r"\1", line) for line in law]
    told = [rf"{how.symbol} \sim {how.law}" for how in drawn.values() if how.law and any(how.symbol in x for x in law)]
    return (*lines(equations(shown, **dict(chosen))), *law, *told, *_learnt(model))


def _symbols(model: Any) -> dict[str, sympy.Symbol]:
    """Of the numbers of a network and of its cell, of what is drawn, of the input and of the step."""

    def of(owner: str, knobs: Any) -> Iterator[tuple[str, sympy.Symbol]]:
        for name in numbers(knobs):
            yield f"{owner}.{name}", _symbol(knobs, name)

    found = dict(of("v", model)) | (dict(of("cell", model.cell)) if "cell" in model.inner else {})
    found |= {f"x.{name}": sympy.Symbol(how.symbol) for name, how in model.definition.drawn(model).items()}
    return found | {"I": STIMULUS, "dt": DT}


def _symbol(knobs: Any, name: str) -> sympy.Symbol:
    latex = knobs.param[name].latex
    sign = "positive" if knobs.annotation(name).allowed[0] >= 0 else "real"
    plain = "{" in latex or latex.removeprefix("\\").isalpha()  # else it would be read as several
    return sympy.Symbol(latex if plain else f"{{{latex}}}", **{sign: True})


def _given(model: Any, symbols: dict[str, sympy.Symbol]) -> dict[str, sympy.Expr]:
    """What a network gives to a run, by its names in `Wired`, parameters with "p." before theirs."""
    marks = {k: model.annotation(k) for k in numbers(model)}
    counts = dict(zip((k for k, mark in marks.items() if isinstance(mark, Count)), PRIMES))
    counted = _Counted(model, counts)

    def examples(names: list[str]) -> Any:
        return namedtuple("examples", names)(*torch.rand(len(names), 1, dtype=torch.float64))

    def wire(v: Any, cell: Any, x: Any, I: Tensor, dt: Tensor) -> dict[str, Any]:
        inner = {"cell": cell._asdict()} if "cell" in model.inner else {}
        own = SimpleNamespace(**v._asdict(), **inner)
        wired = model.definition.wire(counted, own, x._asdict(), {"current": I}, dt, torch.float64)
        found = {f"p.{k}": one for k, one in wired.p._asdict().items() if isinstance(one, Tensor | float)}
        found |= {k: one for k, one in wired._asdict().items() if k in ("current", "weights", "delay")}
        found |= dict(zip(("noise.size", "noise.time"), wired.noise or ()))
        return {k: one for k, one in found.items() if one is not None}

    own = [k for k in marks if k not in counts]
    cells = [k.partition(".")[2] for k in symbols if k.startswith("cell.")]
    given = {"v": examples(own), "cell": examples(cells), "x": examples(list(model.definition.drawn(model)))}
    program = record(wire, **given, **dict(zip(("I", "dt"), torch.rand(2, 1, dtype=torch.float64))))
    whole = {prime: symbols[f"v.{k}"] for k, prime in counts.items()}
    return {k: _with_counts(sympy.sympify(e), whole) for k, e in expressions(program, symbols).items()}


def _with_counts(e: sympy.Expr, whole: dict[int, sympy.Symbol]) -> sympy.Expr:
    """With symbols for the primes, and for their roots."""
    found = {}
    for number in e.atoms(sympy.Rational):
        for prime, symbol in whole.items():
            for power in (sympy.Rational(1, 2), -sympy.Rational(1, 2)):
                rest = float(number) / prime ** float(power)
                plain = Fraction(rest).limit_denominator(1000)
                if number.q > MANY and math.isclose(rest, plain, rel_tol=1e-9):
                    found[number] = sympy.Rational(plain) * symbol**power
            if number.p % prime == 0 or number.q % prime == 0:
                power = 1 if number.p % prime == 0 else -1
                found[number] = number / sympy.Integer(prime) ** power * symbol**power
    return e.xreplace(found)


def _differences(differing: list[tuple[sympy.Symbol, sympy.Expr]]) -> list[str]:
    """Parameters that differ from neuron to neuron: one line for all that do so in the same way."""
    ways: dict[sympy.Expr, list[tuple[sympy.Symbol, sympy.Expr]]] = {}
    for symbol, e in differing:
        alike = e.xreplace({one: ANY for one in e.free_symbols if one.name == symbol.name})
        ways.setdefault(sympy.simplify(alike), []).append((symbol, e))
    found = []
    for way, same in ways.items():
        left, right = (ANY, way) if len(same) > 1 else same[0]
        name = f"{{{left}}}" if "_" in str(left) else left
        found.append(rf"{name}_{{i}} = {written(right)}")
    return found


def _joined(given: dict[str, sympy.Expr]) -> list[str]:
    """The current of neuron i, and what arrives there."""
    found, current, noise = [], given.get("current", STIMULUS), ""
    if "noise.size" in given:
        white = given["noise.time"] == 0
        size = sympy.simplify(given["noise.size"] * (sympy.sqrt(DT) if white else 1))
        noise = rf" + {written(size)}\, \xi_{{i}}\left(t\right)"
        lasts = written(given["noise.time"] * 1000)  # in ms
        fades = r"\delta\left(t - t'\right)" if white else rf"e^{{-\left|t - t'\right| / {lasts}}}"
        found.append(rf"\left\langle \xi_{{i}}\left(t\right) \xi_{{i}}\left(t'\right) \right\rangle = {fades}")
    if current != STIMULUS or noise:
        found.insert(0, rf"I_{{i}} = {written(current)}{noise}")
    if "weights" in given:
        delay = written(lasting(given.get("delay", sympy.Integer(1))))
        found.append(rf"x_{{i}} = \sum_{{j}} w_{{ij}} z_{{j}}\left(t - {delay}\right)")
        found.append(rf"w_{{ij}} = {written(given['weights'])}")
    return found


def _filled(line: str, model: Any) -> str:
    """A line of a definition with the symbols of the knobs that it names: <C_E>."""
    return re.sub(r"<(\w+)>", lambda found: model.param[found[1]].latex, line)


def _learnt(model: Any) -> tuple[str, ...]:
    """How its weights learn."""
    if model.definition.rule is None:
        return ()
    own = {k: _symbol(model, k) for k in numbers(model)}
    rule, p = model.definition.rule(SimpleNamespace(**own))
    names, constants = {}, {}
    for field, mark in annotations(rule.parameters).items():
        value = getattr(p, field)
        if isinstance(value, sympy.Expr):
            names[field] = written(seen_as(mark, value))
        elif isinstance(value, float | Tensor) and mark.part == "run":
            constants[field] = float(value)
    return rule_equations(renamed(rule, tuple(names.items()), tuple(constants.items())))
