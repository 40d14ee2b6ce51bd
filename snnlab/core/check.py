"""What functions ask of numbers and tensors that they are given."""

from collections.abc import Callable
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from .refuse import refused
from .surrogate import transformed


def check(name: str, value: Any, fine: Callable[[Any], Any], allowed: str) -> None:
    """Raises ValueError with name, value and what is allowed unless `fine(value)`, for a tensor in every entry.

    Skipped by torch.compile, torch.func and the capture of a CUDA graph, which know no values.
    """
    if transformed() or (isinstance(value, Tensor) and value.is_cuda and torch.cuda.is_current_stream_capturing()):
        return
    try:
        good = fine(value)
        good = good if isinstance(good, Tensor) else bool(good)
    except (TypeError, ValueError):  # a text, None, an array: no number that could be compared
        good = False
    if isinstance(good, Tensor):
        if good.all():
            return
        value = torch.as_tensor(value).expand(good.shape)[~good][0].item()
    elif good:
        return
    raise refused(name, value, allowed)


def check_real(name: str, value: Any, fine: Callable[[Any], bool], allowed: str) -> None:
    """Raises ValueError unless `value` is a real number, not True or False, and fine."""
    check(name, value, lambda x: isinstance(x, Real) and not isinstance(x, bool) and fine(x), allowed)


def check_within(name: str, value: Any, low: float, high: float, unit: str) -> None:
    """Raises ValueError unless `value` is a number from `low` to `high`."""
    check_real(name, value, lambda x: low <= x <= high, f"a number from {low:g} to {high:g} {unit}")


def check_count(name: str, value: Any, most: float = float("inf")) -> None:
    """Raises ValueError unless `value` is a whole number of at least 1, and at most the most."""
    allowed = "a whole number of at least 1" if most == float("inf") else f"a whole number from 1 to {most:,}"
    check(name, value, lambda n: 1 <= n <= most and not isinstance(n, float | bool), allowed)


def check_seed(name: str, value: Any) -> None:
    """Raises ValueError unless `value` is a whole number of at least 0."""
    check(name, value, lambda n: n >= 0 and not isinstance(n, float | bool), "a whole number of at least 0")


def check_time(name: str, value: Tensor) -> None:
    """Raises ValueError unless `value` has time as its first dimension, and at least one step."""
    check(f"shape of {name}", tuple(value.shape), lambda shape: shape and shape[0], "(time, ...), one step or more")


def check_positive(name: str, value: Any) -> None:
    """Raises ValueError unless `value` is greater than zero, for a tensor in every entry."""
    check(name, value, lambda x: x > 0, "a number > 0")
