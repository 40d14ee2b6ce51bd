"""Annotations of tuple fields: what a number means to a person, and how it is converted for the functions.

A parameter or state tuple says everything about a field once, in its annotation::

    tau_mem_inv: Annotated[Tensor, InverseTime("tau_mem", low=1, high=200, doc="membrane time constant")] = 100.0

Functions take the field as it is (here 1/s); people see what a textbook shows (here tau_mem in ms).
This file is the only place that knows both.
"""

import math
import numbers
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

from .names import remedy
from .refuse import refused


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """What all annotations have: a sentence; a LaTeX symbol and a name that people see, where not the field's own.

    `part` is what a parameter is for: the "run" itself, its "gradient" alone (a surrogate), the "shape" of tensors that
    only functions take, or nothing ("unused": it is there for its name). Of a run, some belong to its "stimulus".
    """

    doc: str
    symbol: str = ""
    name: str = ""
    part: Literal["run", "gradient", "shape", "unused", "stimulus"] = "run"

    def but(self, **changes):
        """The same of its class, but for these attributes."""
        other = copy(self)
        other.__dict__.update(changes)
        return other

    def with_name(self, name: str):
        """The same under another name, and without a symbol."""
        return self.but(name=name, symbol="")


@dataclass(frozen=True)
class Quantity(Annotation):
    """A number with a unit ("1" when it has none).

    `low` and `high` are the ends of its slider, `bounds` what is allowed at all (the slider's ends unless given),
    `default` the textbook's value where it differs from the default of the functional layer, `origin` where there is
    nothing of it, for an input that does not begin at 0: the potential of a membrane at rest.
    """

    unit: str
    low: float
    high: float
    bounds: tuple[float, float] | None = None
    default: float | None = None
    step: float | None = None
    origin: float = 0.0

    @property
    def allowed(self) -> tuple[float, float]:
        return self.bounds or (self.low, self.high)

    @property
    def log(self) -> bool:
        """Whether its slider is logarithmic: where the range spans two decades or more."""
        return self.low > 0 and self.high / self.low >= 100

    @property
    def slider_step(self) -> float:
        """A round step of which about 200 make the slider's range."""
        if self.step:
            return self.step
        rough = (self.high - self.low) / 200
        decade = 10.0 ** math.floor(math.log10(rough))
        return next(s for m in (1, 2, 5, 10) if (s := m * decade) >= rough * 0.999)

    def shown(self, value, dt: float | None = None):
        """The value a person sees, from the value a function takes; `dt` [ms] is asked for what is counted in steps."""
        return value

    def taken(self, value, dt: float | None = None):
        """The value a function takes, from the value a person sees; `dt` [ms] as in `shown`."""
        return value

    def check(self, name: str, value: float) -> None:
        """Raises ValueError with name, value and allowed range where `value` (as a person sees it) is not allowed."""
        least, most = self.allowed
        if not (isinstance(value, numbers.Real) and least <= value <= most):
            unit = "" if self.unit == "1" else f" {self.unit}"
            raise refused(name, value, f"a number from {least:g} to {most:g}{unit} ({self.doc})")


class Count(Quantity):
    """A whole number."""

    log = False  # its slider has a place for each

    def __init__(self, low: int, high: int, doc: str, **more) -> None:
        super().__init__("1", low, high, doc=doc, step=1, **more)

    def check(self, name: str, value: float) -> None:
        super().check(name, value)
        if value != int(value):
            raise refused(name, value, f"a whole number ({self.doc})")

    def taken(self, value, dt=None):
        return int(value)


class Steps(Quantity):
    """A time in ms that functions count in steps of dt: the nearest whole number of them."""

    def __init__(self, name: str, low: float, high: float, doc: str, **more) -> None:
        super().__init__("ms", low, high, doc=doc, name=name, **more)

    def shown(self, value, dt=None):
        return value * self._step(dt)

    def taken(self, value, dt=None):
        return (value / self._step(dt) + 0.5) // 1

    def _step(self, dt: float | None) -> float:
        if dt is None:
            raise ValueError(f"{self.name} is a time, which is counted in steps: give dt in ms as well, such as dt=0.1")
        return dt


class Inverse(Quantity):
    """A quantity that functions take as its inverse: a capacitance of which they use 1 / C."""

    factor = 1.0

    def shown(self, value, dt=None):
        return self.factor / value

    taken = shown


class InverseTime(Inverse):
    """A time constant, shown in ms, that functions take as its inverse in 1/s."""

    factor = 1000.0

    def __init__(self, name: str, low: float, high: float, doc: str, **more) -> None:
        super().__init__("ms", low, high, doc=doc, name=name, **more)


@dataclass(frozen=True)
class Plain(Annotation):
    """What people see as functions take it."""

    def shown(self, value, dt=None):
        return value

    def taken(self, value, dt=None):
        return value


@dataclass(frozen=True)
class Switch(Plain):
    """True or False."""

    def check(self, name: str, value: bool) -> None:
        if not isinstance(value, bool):
            raise refused(name, value, f"True or False ({self.doc})")


@dataclass(frozen=True)
class Choice(Plain):
    """One of several names."""

    options: Iterable[str]

    def check(self, name: str, value: str) -> None:
        if value not in self.options:
            raise ValueError(f"{name} = {value!r} is not known: {remedy(str(value), list(self.options))}")


@dataclass(frozen=True)
class Names(Plain):
    """Any of several names, () for all of them."""

    options: tuple[str, ...] = ()

    def check(self, name: str, value) -> None:
        if not isinstance(value, tuple | list):
            raise refused(name, value, f"a list of {', '.join(self.options)} ({self.doc})")
        for one in value:
            if one not in self.options:
                raise ValueError(f"{name} = {one!r} is not known: {remedy(str(one), list(self.options))}")


@dataclass(frozen=True)
class Function(Choice):
    """One of several functions, which people choose by name."""

    options: Mapping[str, Callable]

    def shown(self, value, dt=None):
        return next(name for name, function in self.options.items() if function is value)

    def taken(self, value, dt=None):
        return self.options[value]


def annotations(fields: Any) -> dict[str, Any]:
    """Field name -> its annotation, for every field of a tuple class; a field without one is an error of its author."""
    found = {}
    for field, hint in get_type_hints(fields, include_extras=True).items():
        marks = [m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Annotation)]
        if len(marks) != 1:
            raise TypeError(f"{fields.__name__}.{field} needs exactly one annotation, has {len(marks)}")
        found[field] = marks[0]
    return found
