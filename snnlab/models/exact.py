"""Numbers as tensors that convert as Python's own: one way for what a page computes and for what is computed here."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Count, Quantity

from .knobs import Knobs


class Exact:
    """A number in double precision on which Python's operators round once, as they do on Python's own numbers.

    Torch makes a / x of a number and a tensor a product.
    """

    def __init__(self, value: Tensor) -> None:
        self.value = value

    def _of(self, other: Any) -> Tensor:
        return other.value if isinstance(other, Exact) else torch.full_like(self.value, other)

    def __add__(self, other: Any) -> "Exact":
        return Exact(self.value + self._of(other))

    def __sub__(self, other: Any) -> "Exact":
        return Exact(self.value - self._of(other))

    def __mul__(self, other: Any) -> "Exact":
        return Exact(self.value * self._of(other))

    def __truediv__(self, other: Any) -> "Exact":
        return Exact(self.value / self._of(other))

    def __rtruediv__(self, other: Any) -> "Exact":
        return Exact(self._of(other) / self.value)

    def __floordiv__(self, other: Any) -> "Exact":
        if other != 1:
            raise TypeError(f"a quotient by {other} is not rounded down here")
        return Exact(torch.floor(self.value))

    __radd__, __rmul__ = __add__, __mul__


def taken(knobs: Knobs, values: Mapping[str, Tensor], dt: Any) -> dict[str, Any]:
    """The values that functions take, by field: tensors of those whose `values` are given, by the names people see.

    `dt` is in ms, a number or Exact.
    """
    found = {}
    for field, shown in knobs.shown.items():
        mark, given = knobs.marks[field], values.get(shown)
        if given is None:
            found[field] = mark.taken(getattr(knobs, shown), dt)
            continue
        value = mark.taken(Exact(given), dt)
        found[field] = value.value if isinstance(value, Exact) else value
    return found


def parameters(knobs: Knobs, values: Mapping[str, Tensor], dt: Any, dtype: torch.dtype) -> Any:
    """The parameter tuple, its numbers as tensors of this dtype: see `taken`."""

    def tensor(field: str, value: Any) -> Any:
        mark = knobs.marks[field]
        if isinstance(value, Tensor):
            return value.to(dtype)
        return torch.tensor(value, dtype=dtype) if isinstance(mark, Quantity) and not isinstance(mark, Count) else value

    return knobs.fields(**{field: tensor(field, value) for field, value in taken(knobs, values, dt).items()})


def numbers(knobs: Knobs, whole: bool = True) -> dict[str, float]:
    """Its numbers that have a part in a run, by the names that people see; `whole` ones where these are wanted."""
    marks = {shown: knobs.marks[field] for field, shown in knobs.shown.items()}
    free = {k: mark for k, mark in marks.items() if isinstance(mark, Quantity) and mark.part in ("run", "stimulus")}
    return {k: float(getattr(knobs, k)) for k, mark in free.items() if whole or not isinstance(mark, Count)}
