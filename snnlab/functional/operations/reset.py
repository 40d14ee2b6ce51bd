"""Where a spike leaves the membrane potential."""

from collections.abc import Callable

from torch import Tensor

ResetMethod = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def reset_value(z: Tensor, v: Tensor, reset: Tensor, th: Tensor) -> Tensor:
    """v where z = 0, `reset` where z = 1; shapes broadcast."""
    return (1 - z) * v + z * reset


def reset_subtract(z: Tensor, v: Tensor, reset: Tensor, th: Tensor) -> Tensor:
    """v where z = 0, v - th where z = 1; shapes broadcast."""
    return v - z * th
