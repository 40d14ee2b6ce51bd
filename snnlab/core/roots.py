"""Where a function of one number is zero, in operations on tensors that can be recorded."""

from collections.abc import Callable

import torch
from torch import Tensor

DOUBLINGS = 8  # of the first step, which then has grown to 128 times as much
SECANTS = 8


def root(function: Callable[[Tensor], Tensor], start: float, low: Tensor, high: Tensor, first: float = 1.0) -> Tensor:
    """The zero next to `start` of a smooth function that is below 0 at `low` and above it at `high`: [...] as these.

    From the start it goes the way that the sign says, in steps that double from `first`, until the sign changes; then
    follow steps of the secant method, each kept within what brackets the zero.

    >>> ends = torch.tensor([-9.0, 9.0]).double()
    >>> root(lambda x: x**3 - 2.0, 0.5, *ends).item() ** 3
    2.0
    """
    near = torch.clamp(0.0 * low + start, low, high)
    begin = function(near)
    way = torch.where(begin > 0, -first, first)
    far, found, at = near, begin == 0, near
    here = there = begin  # at `near` and at `far`
    for k in range(DOUBLINGS):
        at = torch.clamp(at + 2**k * way, low, high)
        y = function(at)
        beyond = (y > 0) != (begin > 0)
        far, there = torch.where(found, far, at), torch.where(found, there, y)
        found = found | beyond
        near, here = torch.where(found, near, at), torch.where(found, here, y)
    left, right = torch.minimum(near, far), torch.maximum(near, far)
    before, last, x, y = near, here, far, there
    for _ in range(SECANTS):
        across = y - last
        moved = x - y * (x - before) / torch.where(across == 0, 1.0, across)
        within = (moved >= left) & (moved <= right)
        before, last, x = x, y, torch.where(within, moved, 0.5 * (left + right))
        y = function(x)
        above = y > 0
        left, right = torch.where(above, left, x), torch.where(above, x, right)
    return x
