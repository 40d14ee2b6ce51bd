"""Values that people give, as a run takes them; errors name the argument, the value and what is allowed."""

import math
import operator
from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from snnlab.core import refused


def whole(name: str, value: Any, least: int, what: str) -> int:
    """A whole number from `least` on, of Python, numpy or torch."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not least <= number < 2**62:
        raise refused(name, value, what)
    return number


def seconds(name: str, value: Any) -> float:
    """A time that is greater than 0."""
    number = value.item() if isinstance(value, Tensor) and value.numel() == 1 else value
    if isinstance(number, bool) or not isinstance(number, Real) or not 0 < float(number) < math.inf:
        raise refused(name, value, "a time in s, greater than 0")
    return float(number)


def device(value: Any) -> torch.device:
    """A device by any spelling, "CPU" and "cuda" too. Raises ValueError where torch cannot compute on it here."""
    try:
        found = torch.device(value.lower() if isinstance(value, str) else value)
        if found.type == "meta":
            raise RuntimeError("it has no numbers")
        torch.zeros(1, device=found)
    except (RuntimeError, AssertionError, NotImplementedError, TypeError) as error:
        here = "cpu or cuda" if torch.cuda.is_available() else "cpu, for torch can use no GPU of this machine"
        why = str(error).splitlines()[0]
        raise ValueError(f"device = {str(value)!r:.40} cannot be had ({why:.80}): give {here}") from None
    return found


def milliseconds(seconds: float) -> float:
    """A time in ms, as people write it: 0.0003 s are 0.3 ms, not 0.29999999999999993."""
    return float(f"{seconds * 1000:.15g}")


def numeric(name: str, value: Any, dtype: torch.dtype, device: torch.device) -> Tensor | float:
    """A number, or a tensor of real numbers in the dtype of the run; lists and arrays become tensors."""
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, list | np.ndarray) and np.asarray(value).dtype.kind in "fiub":
        value = torch.as_tensor(np.asarray(value))
    if not isinstance(value, Tensor) or value.is_complex() or value.layout != torch.strided:
        kind = f"{value.dtype} {value.layout}" if isinstance(value, Tensor) else repr(value)
        raise ValueError(f"{name} = {kind:.60} is not allowed: give a number, or a dense tensor of real numbers")
    return value.to(device, dtype)


def sequence(name: str, value: Any, what: str) -> tuple:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise refused(name, value, what)
    return tuple(value)


def chosen(neurons: Any, N: int) -> tuple[int, ...]:
    """Numbers of neurons, from numbers, a slice, or a mask of all N."""
    what = f"numbers from 0 to {N - 1}, a slice, or a mask of {N}"
    if isinstance(neurons, slice):
        return tuple(range(N)[neurons])
    if isinstance(neurons, Tensor | np.ndarray):
        neurons = neurons.tolist()
    given = sequence("neurons", neurons, what)
    if given and all(isinstance(k, bool | np.bool_) for k in given) and len(given) == N:
        return tuple(k for k, one in enumerate(given) if one)
    found = tuple(whole("neurons", k, 0, what) for k in given)
    if wrong := [k for k in found if k >= N]:
        raise refused("neurons", wrong, what)
    return found


def broadcast(named: dict[str, Any]) -> tuple[int, ...]:
    """The shape of all together. Raises ValueError that names the first that does not fit."""
    shape: tuple[int, ...] = ()
    for name, value in named.items():
        if value == shape or not value:
            continue
        # by hand: torch's function for this takes longer than a short run
        whole = tuple(b if a == 1 else a if b in (1, a) else -1 for a, b in _beside(shape, tuple(value)))
        if -1 in whole:
            raise ValueError(f"{name} of shape {tuple(value)} does not broadcast with {shape}")
        shape = whole
    return shape


def _beside(a: tuple[int, ...], b: tuple[int, ...]):
    """Sizes of two shapes side by side, the shorter filled up with ones."""
    most = max(len(a), len(b))
    return zip((1,) * (most - len(a)) + a, (1,) * (most - len(b)) + b)
