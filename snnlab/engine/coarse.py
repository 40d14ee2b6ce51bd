"""Whether a step is short enough: judged before a run, from how fast the neuron's variables decay where it begins."""

import math
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from snnlab.core import (
    Advance,
    Neuron,
    Program,
    Quantity,
    Slot,
    annotations,
    example,
    exponential_euler,
    heun,
    own_slopes,
    record,
    rk4,
    slopes_and_rates,
)
from snnlab.core.exponential import decaying

from .definition import check_integrator, leaves
from .request import Request

# The longest step, in time constants. There, a step of Euler has 1/2 for e^-0.5, wrong by 0.11 of what decays, Heun's
# 1/2 for e^-1, wrong by 0.13, RK4's 0.27 for e^-1.5, wrong by 0.05. An exponential step is exact, but all to which it
# is coupled is held meanwhile.
LONGEST: dict[Any, float] = {heun: 1.0, rk4: 1.5, exponential_euler: 1.0}
EULER = 0.5
TOO_MUCH = 1 + 1e-6  # of the longest step: dt and time constants are rounded
_SHARES = {0.5: "half of ", 1.0: ""}


class CoarseStep(UserWarning):
    """A step too long for what it is to follow: spikes and voltages may be artefacts of it."""


_noted: ContextVar[tuple[list[str], int] | None] = ContextVar("noted", default=None)
_unjudged: ContextVar[bool] = ContextVar("unjudged", default=False)


@contextmanager
def noted(cuts: int = 1) -> Iterator[list[str]]:
    """Warnings of the runs inside, as words in a list, for whom no warning reaches, as at a page.

    `cuts` is into how many of their steps that cuts which a person has set.
    """
    words: list[str] = []
    token = _noted.set((words, cuts))
    try:
        yield words
    finally:
        _noted.reset(token)


@contextmanager
def unjudged() -> Iterator[None]:
    """Runs inside are not judged, which takes a millisecond each: of many at once, for whom nobody could say which."""
    token = _unjudged.set(True)
    try:
        yield
    finally:
        _unjudged.reset(token)


def warn(words: str) -> None:
    """Warn of a step that is too long whoever called snnlab."""
    warnings.warn(words, CoarseStep, stacklevel=_outside())


@dataclass(frozen=True, eq=False)
class Pace:
    """How fast a neuron decays, and how much of that a step may be.

    `share(s, p)` is the largest decay rate in 1/s of its variables, each over its longest step in time constants: dt
    times it is to be 1 or less. It takes numbers alone: the state as a list, parameters by name ("p.tau_mem_inv"). None
    where it takes an operation that is no arithmetic of Python's: then `decays` says it. A variable that nothing moves,
    and that does not move by itself, does not count.
    """

    neuron: Neuron
    program: Program  # of `slopes_and_rates`
    longest: dict[str, float]  # of each variable, in its time constants
    still: tuple[str, ...]  # variables that nothing moves while their rate is 0
    fields: Any  # the class of the parameters
    constants: tuple[tuple[str, Any], ...]
    share: Callable[[Sequence[float], Mapping[str, Any]], float] | None
    reads: frozenset[str]  # what of both it takes

    def decays(self, s: Sequence[Any], p: Mapping[str, Any]) -> dict[str, float]:
        """The largest decay rate of each variable, in 1/s, of numbers and tensors that broadcast."""
        fixed = dict(self.constants)
        values = (fixed[f] if f in fixed else p[f"p.{f}"] for f in self.fields._fields)
        numbers = self.fields(*(_wide(x) for x in values))
        fields = self.neuron.state._fields
        state = torch.broadcast_tensors(*map(_wide, s[: len(fields)]), *(x for x in numbers if isinstance(x, Tensor)))
        found = slopes_and_rates(self.neuron.flow, self.neuron.state(*state[: len(fields)]), _wide(0.0), numbers)
        rates = {}
        for name in self.longest:
            slope = _wide(found[f"slope.{name}"])
            if name in self.still:
                slope = torch.where(found[f"rate.{name}"] != 0, slope, 0.0)
            rates[name] = float((-slope).nan_to_num().max()) if slope.numel() else 0.0
        return rates

    def worst(self, s: Sequence[Any], p: Mapping[str, Any]) -> float:
        """The largest decay rate over its longest step."""
        if self.share is not None:
            fields = self.neuron.state._fields
            state: list[Any] = [_number(x) if f"s.{f}" in self.reads else 0.0 for f, x in zip(fields, s)]
            numbers = {name: _number(p[name]) for name in self.reads if name in p}
            if None not in state and None not in numbers.values():
                return self.share(state, numbers)
        return max((rate / self.longest[name] for name, rate in self.decays(s, p).items()), default=0.0)

    def warn(self, dt: float, s: Sequence[Any], p: Mapping[str, Any]) -> None:
        """Warn that a step of dt [s] is too long, or note it."""
        if (noted := _noted.get()) is None:
            warn(self.words(dt, s, p))
        else:
            found, cuts = noted
            found.append(self.words(dt, s, p, cuts))

    def words(self, dt: float, s: Sequence[Any], p: Mapping[str, Any], cuts: int = 1) -> str:
        """That a step of dt [s] is too long, of a step that a person has set and that is cut into so many of these."""
        rates = self.decays(s, p)
        name = max(rates, key=lambda x: rates[x] / self.longest[x])
        share, tau = self.longest[name], 1000 / rates[name]
        what = self._parameter(name, tau, p) or f"the {tau:.3g} ms in which {name} decays"
        part = _SHARES.get(share, f"{share:g} times ")
        shown = "spikes may be artefacts" if self.neuron.excess is not None else "what is shown may be an artefact"
        step = f"dt = {1000 * dt * cuts:.6g} ms" + (f", cut into {cuts} steps," if cuts > 1 else "")
        than = f"{cuts} times " * (cuts > 1) + part
        return f"{step} is longer than {than}{what}: {shown} of the step; take at most {_down(share * tau * cuts):g} ms"

    def _parameter(self, name: str, tau: float, p: Mapping[str, Any]) -> str:
        """The parameter that is this time constant, with its value; none where several make it together."""
        used = self.program.part(f"slope.{name}").used
        try:
            marks = annotations(self.fields)
        except (TypeError, NameError):  # a tuple of one's own may say nothing about its fields
            return ""
        for field, mark in marks.items():
            if f"p.{field}" in used and isinstance(mark, Quantity) and mark.unit == "ms":
                shown = mark.shown(_wide(p[f"p.{field}"]))
                if bool(((shown - tau).abs() <= 1e-5 * tau).any()):
                    return f"{mark.name or field} = {tau:.6g} ms"
        return ""


@lru_cache(maxsize=128)
def pace_of(
    neuron: Neuron, fields: Any, constants: tuple[tuple[str, Any], ...], moved: bool, advance: Advance | None
) -> Pace | None:
    """The pace of a neuron with an integrator; `moved` says whether input spikes come. None where it cannot be had."""
    method = advance or neuron.advance
    try:
        program = own_slopes(neuron.flow, neuron.state, fields, constants)
        p = example(fields, 1)._replace(**dict(constants))
        exact = decaying(neuron.flow, neuron.state, p) if method is exponential_euler else ()
        still = () if moved else tuple(x for x in neuron.state._fields if _is_alone(neuron, program, x, p))
    except Exception:  # what cannot be recorded is not judged, and what is wrong with it is said by the run
        return None
    usual = EULER if method is exponential_euler else LONGEST.get(method, EULER)
    names = [x for x in neuron.state._fields if program.outputs[f"slope.{x}"] != 0.0]
    longest = {x: LONGEST[exponential_euler] if x in exact else usual for x in names}
    part = program.part(*(f"slope.{x}" for x in longest), *(f"rate.{x}" for x in longest if x in still))
    share = _compiled(neuron, part, longest, still)
    return Pace(neuron, program, longest, still, fields, constants, share, frozenset(part.used))


def _is_alone(neuron: Neuron, program: Program, name: str, p: Any) -> bool:
    """Whether no other variable, no current and no spike of its own moves a variable."""
    others = {f"s.{x}" for x in neuron.state._fields if x != name} | {"I"}
    if others & set(program.part(f"rate.{name}").used):
        return False
    if neuron.reset is None:
        return True
    after = record(neuron.reset, s=example(neuron.state, 1), p=p)
    return after.outputs[name] == Slot(after.inputs.index(f"s.{name}"))


def judged(asked: Request) -> Pace | None:
    """Warn where the step of a run is too long; the pace of its neuron, by which further runs can be judged."""
    cell = asked.cell
    if _unjudged.get() or not isinstance(cell.neuron, Neuron) or torch._C._are_functorch_transforms_active():
        return None
    moved = "spikes" in cell.ports or bool(cell.arrivals)
    try:
        pace = pace_of(cell.neuron, cell.fields, cell.constants, moved, cell.advance)
    except TypeError:  # a parameter that cannot be compared
        return None
    if pace is not None and asked.dt * pace.worst(asked.state, asked.numbers) > TOO_MUCH:
        pace.warn(asked.dt, asked.state, asked.numbers)
    return pace


def longest_step(
    neuron: Neuron, p: Any = None, state: Any = None, advance: Advance | None = None, spikes: bool = True
) -> float:
    """The longest step in s that `simulate` takes without a warning, infinite for a neuron in which nothing decays.

    It is judged where a run begins; with `spikes`, input spikes may move every variable.

    >>> from snnlab.functional import LIF
    >>> longest_step(LIF)  # half of the synaptic 5 ms
    0.0025
    """
    fields, _, values, begin = leaves(neuron, p, state)
    check_integrator(neuron, advance)
    named = dict(zip(fields._fields, values))
    constants = tuple((f, x) for f, x in named.items() if not isinstance(x, Tensor | int | float))
    pace = pace_of(neuron, fields, constants, spikes, advance)
    numbers = {f"p.{f}": x for f, x in named.items() if isinstance(x, Tensor | int | float)}
    share = 0.0 if pace is None else pace.worst(begin, numbers)
    return 1 / share if share > 0 else math.inf


def _number(value: Any) -> float | None:
    """A number as such; None for a tensor of several."""
    if not isinstance(value, Tensor):
        return value
    return value.detach().item() if value.numel() == 1 else None


def _wide(value: Any) -> Any:
    """A number as a float64 on the CPU; what is none as it is."""
    if isinstance(value, Tensor):
        return value.detach().to("cpu", torch.float64)
    return torch.tensor(value, dtype=torch.float64) if isinstance(value, int | float) else value


def _down(ms: float) -> float:
    """A time with three digits, rounded down."""
    digit = 10.0 ** (math.floor(math.log10(ms)) - 2)
    return float(f"{math.floor(ms / digit * (1 + 1e-9)) * digit:.3g}")


def _outside() -> int:
    """How many frames up the first is that is none of ours: whom a warning concerns."""
    level, frame = 2, sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "snnlab":
        level, frame = level + 1, frame.f_back
    return level


# -- in Python's own arithmetic, a hundred times faster than tensors of one number -------------------------------------

_FUNCTIONS = ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh")
_SIGNS = {
    "add": "{} + {}", "sub": "{} - {}", "rsub": "{1} - {0}", "mul": "{} * {}", "div": "{} / {}", "neg": "-{}",
    "reciprocal": "1 / {}", "pow": "{} ** {}", "_to_copy": "float({})",
    "gt": "{} > {}", "ge": "{} >= {}", "lt": "{} < {}", "le": "{} <= {}", "eq": "{} == {}", "ne": "{} != {}",
    "square": "{0} * {0}", "sigmoid": "1 / (1 + exp(-{}))", "tanh_backward": "{0} * (1 - {1} * {1})",
    "sigmoid_backward": "{0} * {1} * (1 - {1})", "logical_and": "{} and {}", "logical_or": "{} or {}",
    "logical_not": "not {}", **{name: name + "({})" for name in _FUNCTIONS}, "minimum": "min({}, {})",
    "maximum": "max({}, {})", "clamp_max": "min({}, {})", "clamp_min": "max({}, {})", "relu": "max({}, 0.0)",
    "abs": "abs({})", "where": "{1} if {0} else {2}", "masked_fill": "{2} if {1} else {0}",
}  # fmt: skip


def _compiled(neuron: Neuron, part: Program, longest: dict[str, float], still: tuple[str, ...]) -> Callable | None:
    """`Pace.share`; None where an operation has no sign."""
    if not longest:
        return lambda s, p: 0.0
    if any(operation.name not in _SIGNS for operation in part.operations):
        return None
    fields = neuron.state._fields
    names = [
        f"s[{fields.index(n[2:])}]" if n.startswith("s.") else f"p[{n!r}]" if n != "I" else "0.0" for n in part.inputs
    ]
    names += [f"x{k}" for k in range(len(part.operations))]

    def text(value: Any) -> str:
        return names[value.number] if isinstance(value, Slot) else f"({value!r})"

    lines = [
        f"        x{k} = {_SIGNS[operation.name].format(*map(text, operation.arguments))}"
        for k, operation in enumerate(part.operations)
    ]
    shares = [
        f"-{text(part.outputs[f'slope.{x}'])} * {1 / bound!r}"
        + (f" if {text(part.outputs[f'rate.{x}'])} else 0.0" if x in still else "")
        for x, bound in longest.items()
    ]
    source = "\n".join(
        [
            "def share(s, p):",
            "    try:",
            *lines,
            f"        return max({', '.join(shares)}, 0.0)",
            "    except (ArithmeticError, ValueError):  # no number: the run says so",
            "        return 0.0",
        ]
    )
    space: dict[str, Any] = {name: getattr(math, name) for name in (*_FUNCTIONS, "inf", "nan")}
    exec(source, space)  # noqa: S102 - printed from a recorded flow
    return space["share"]
