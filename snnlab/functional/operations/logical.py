"""Logic on spikes: tensors of 0 and 1 whose shapes broadcast."""

import torch
from torch import Tensor

from .surrogates import super_fn


def logical_and(x: Tensor, y: Tensor) -> Tensor:
    """1 where both are: `x y`."""
    return x * y


def logical_xor(x: Tensor, y: Tensor) -> Tensor:
    """1 where one is and the other is not: `|x - y|`."""
    return torch.abs(x - y)


def logical_or(x: Tensor, y: Tensor) -> Tensor:
    """1 where at least one is: the step of `x + y`, with the surrogate gradient of `super_fn`."""
    return super_fn(x + y)


def muller_c(y_prev: Tensor, x_1: Tensor, x_2: Tensor) -> Tensor:
    """Muller's C-element: 1 once both inputs are, 0 once neither is, else the last output `y_prev`.

    The step of `x_1 x_2 + (x_1 + x_2) y_prev`, with the surrogate gradient of `super_fn`.
    Source: Muller, Bartky, A theory of asynchronous circuits, Harvard 1959.
    """
    return super_fn(x_1 * x_2 + (x_1 + x_2) * y_prev)


def posedge_detector(z: Tensor, z_prev: Tensor) -> Tensor:
    """1 where z is and z_prev was not: `(1 - z_prev) z`."""
    return (1 - z_prev) * z
