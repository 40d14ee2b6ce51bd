"""The formula of a stimulus: recorded once, and printed from that as numpy, which samples it, and as LaTeX."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
import torch

from snnlab.core import Program, Quantity, Unrecordable, annotations, apart, example, record
from snnlab.symbolic import arrays, latex_symbol
from snnlab.symbolic.algebra import CASES, expressions
from snnlab.symbolic.cases import TIME, formula_lines, train_lines

from ..recordings.sweep import EDGE
from .compounds import leaves
from .quantities import CURRENT, Drive, Jump, of_input
from .waveforms import Kind

# units of frequency and angle, in 1/ms and rad
UNITS = {"Hz": sympy.Rational(1, 1000), "°": sympy.pi / 180}


@lru_cache(maxsize=128)
def program(kind: Kind, dtype: torch.dtype = torch.float64) -> Program:
    """The recorded operations of a kind that has a formula: of the time "t" and its parameters "p.onset"."""
    return apart(_recorded, kind, dtype)


def _recorded(kind: Kind, dtype: torch.dtype) -> Program:
    formula: Any = kind.formula
    try:
        return record(lambda t, p: formula(t, p), t=torch.rand(1, dtype=dtype), p=example(kind.fields, 1, dtype))
    except Unrecordable as error:
        raise Unrecordable(f"the formula of {kind.name} cannot be recorded: {error}") from error


# -- as numpy ---------------------------------------------------------------------------------------------------------


def used(kind: Kind) -> tuple[str, ...]:
    """The parameters on which the formula depends."""
    return tuple(name.removeprefix("p.") for name in program(kind).used if name != "t")


@lru_cache(maxsize=128)
def text(kind: Kind) -> str:
    """The formula as a function of numpy: of the time and of the parameters that it uses, by name.

    >>> from snnlab.models import Step
    >>> print(text(Step.kind))
    def step(time, amplitude, base, onset, length):
        return np.where((time > onset - 1e-06) & (time < onset + length - 1e-06), amplitude, base)
    """
    return arrays.source(function_name(kind), program(kind), {"t": "time"} | {f"p.{name}": name for name in used(kind)})


def function_name(kind: Kind) -> str:
    """The name of its function, which may have none."""
    name = getattr(kind.formula, "__name__", "")
    return name if name.isidentifier() else kind.name.lower()


def weight(kind: Kind) -> str:
    """The parameter that says what a spike adds; "" where there is none."""
    return next((field for field, mark in annotations(kind.fields).items() if isinstance(mark, Jump)), "")


@lru_cache(maxsize=128)
def _compiled(kind: Kind) -> tuple[Callable, tuple[str, ...], str]:
    """The function, the parameters that it takes, and its weight."""
    return arrays.function(text(kind)), used(kind), weight(kind)


def samples(kind: Kind, values: Any, steps: int, dt: float) -> np.ndarray:
    """The current in each step; of spikes, how many come in it, times what each adds: [steps], of pairs [steps, 2].

    Those of a step are those that come before the next one and not before it. A current may have values [points] for
    numbers: then it is [steps, points].
    """
    function, names, each = _compiled(kind)
    time = np.arange(steps + (kind.port != "current"), dtype=float)
    time *= dt
    given = [*map(values.__getattribute__, names)]
    if kind.port == "current":
        points = 0
        for one in given:  # a generator would be called for each slider's value
            points = len(one) if isinstance(one, np.ndarray) else points
        found = function(time[:, None] if points else time, *given)
        shape = (steps, points) if points else (steps,)
        return found if np.shape(found) == shape else np.broadcast_to(found, shape).copy()
    found = function(time, *given)
    if isinstance(found, tuple):
        spikes = np.empty((steps, len(found)))
        for side, counts in enumerate(found):
            np.subtract(counts[1:], counts[:-1], out=spikes[:, side])
    else:
        spikes = found[1:] - found[:-1]
    if each:
        spikes *= getattr(values, each)
    return spikes


def call(kind: Kind, values: Any) -> str:
    """As code: the same of an array `time`, which of spikes has the end of the last step as well."""
    _, names, each = _compiled(kind)
    found = f"{function_name(kind)}({', '.join(['time', *(f'{name}={getattr(values, name)!r}' for name in names)])})"
    if kind.port == "current":
        return found
    return f"{getattr(values, each)!r} * np.diff({found})" if each else f"np.diff({found})"


# -- as a textbook has it ---------------------------------------------------------------------------------------------


def equations(stimulus: Any) -> tuple[str, ...]:
    """Lines of LaTeX: what enters at each port over time. None for a stimulus of which no part has a formula.

    Parts are counted, and those of their symbols that several have.
    """
    formulas = [part.kind for part in leaves(stimulus) if part.kind.formula is not None]
    if not formulas:
        return ()
    current, jump = stimulus.drives.current, stimulus.drives.jump
    names = {"current": (current and current.symbol) or CURRENT, "spikes": (jump and jump.symbol) or "x", "pairs": "S"}
    counts = Counter(symbol for kind in formulas for symbol in _symbols(kind, names[kind.port or "current"]))
    shared = frozenset(symbol for symbol, count in counts.items() if count > 1)

    def at(port: str, one: Any, left: str, index: str) -> Iterator[str]:
        """What enters at a port and is called `left`."""
        source = one.kind.source
        if one.kind.port is not None:
            yield from _lines(one.kind, left, index, shared)[0]
            return
        counted = enumerate(zip(one.parts, source.spans(one.source)), start=1)
        parts = [(part, f"{index},{k}".lstrip(","), span) for k, (part, span) in counted if port in part.ports]
        if len(parts) == 1 and source.sign:
            yield from at(port, parts[0][0], left, parts[0][1])
            return
        yield f"{left}(t) = {source.equation([(indexed(names[port], k), span) for _, k, span in parts])}"
        for part, k, _ in parts:
            yield from at(port, part, indexed(names[port], k), k)

    return tuple(line for port in sorted(stimulus.ports) for line in at(port, stimulus, names[port], ""))


def _symbols(kind: Kind, left: str) -> frozenset[str]:
    return _lines(kind, left, "", frozenset())[1]


@lru_cache(maxsize=256)
def _lines(kind: Kind, left: str, index: str, shared: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The lines of one kind, and the symbols in them; those that are shared have an index."""
    if kind.formula is None:
        return (rf"{left}(t)\text{{: {kind.title}}}",), frozenset()
    seen: set[str] = set()

    def name(symbol: str) -> str:
        seen.add(symbol)
        return indexed(symbol, index) if symbol in shared else symbol

    names: dict[str, sympy.Expr] = {"t": TIME}
    for field, mark in annotations(kind.fields).items():
        unit = UNITS.get(mark.unit, 1) if isinstance(mark, Quantity) else 1
        symbol = latex_symbol(field, mark)
        symbol = of_input(symbol, left.partition("_")[0]) if isinstance(mark, Drive) else symbol
        names[f"p.{field}"] = sympy.Symbol(name(symbol)) / unit
    order = [symbol for e in names.values() for symbol in e.free_symbols - {TIME}]
    found, each = expressions(program(kind), names, CASES), weight(kind)
    lines: list[str] = []
    for side, formula in found.items():
        if kind.port == "current":
            lines += formula_lines(f"{left}(t)", formula, order, EDGE, name)
            continue
        side = side and rf"\mathrm{{{side}}}"
        written = sympy.latex(names[f"p.{each}"]) if each else ""
        own = lambda symbol, side=side: indexed(name(symbol), side)  # noqa: E731
        lines += train_lines(f"{indexed(left, side)}(t)", written, formula, order, EDGE, own)
    return tuple(lines), frozenset(seen)


def indexed(symbol: str, *index: str) -> str:
    """A symbol with further indices: t_0 of the second is t_{0,2}."""
    head, _, sub = symbol.partition("_")
    indices = [one for one in (sub.removeprefix("{").removesuffix("}"), *index) if one]
    return f"{head}_{{{','.join(indices)}}}" if indices else head
