"""How precise the numbers of a state must be."""

from typing import Any

import torch
from torch import Tensor

from .tuples import mapped

_HALF = (torch.float16, torch.bfloat16)


def precise(dtype: torch.dtype) -> torch.dtype:
    """The dtype of a state for inputs of this one: float32 for half precision, else the same.

    A step changes a state by dt / tau of what it is, a thousandth or less. bfloat16 tells numbers apart that differ by
    a 256th, float16 by a 2048th: in these a membrane potential stands still below its threshold.
    """
    return torch.float32 if dtype in _HALF else dtype


def state_dtype(x: Tensor) -> torch.dtype:
    """The dtype of a state that begins with an input x, whose spikes may be bool."""
    return precise(x.dtype if x.is_floating_point() else torch.get_default_dtype())


def cast_back(z: Tensor, x: Tensor) -> Tensor:
    """What a state gives, in the dtype of an input in half precision."""
    return z.to(x.dtype) if x.dtype in _HALF else z


def at_least(dtype: torch.dtype, value: Any) -> Any:
    """The same tuple with real numbers in this dtype, or one that is more precise."""

    def raised(leaf: Any) -> Any:
        if not isinstance(leaf, Tensor) or leaf.dtype is dtype or not leaf.is_floating_point():
            return leaf
        return leaf.to(torch.promote_types(leaf.dtype, dtype))

    return mapped(raised, value)
