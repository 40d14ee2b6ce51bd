"""Where something stands still: a root, found by a fixed number of steps, so that it can be recorded."""

from collections.abc import Callable

import torch
from torch import Tensor

STEPS = 14  # of Newton's: from nearby, each doubles the digits
_NEAR = 1e-7  # of the width: over so much a slope is taken
_FAR = 1 / 8  # of the width: no step is longer


def standing(rate: Callable[[Tensor], Tensor], start: Tensor, width: float) -> Tensor:
    """A root of rate(v), from `start` on by Newton's method, in float64; a finite number also where there is none.

    `width` is over how much v is drawn. Operations are the same for all numbers, so that a kernel can be made of it.

    >>> standing(lambda v: 2 - v * v, torch.tensor(1.0, dtype=torch.float64), 4.0)
    tensor(1.4142, dtype=torch.float64)
    """
    v, near, far = start, _NEAR * width, _FAR * width
    for _ in range(STEPS):
        here = rate(v)
        slope = (rate(v + near) - here) / near
        move = torch.clamp(here / slope, -far, far)
        v = torch.where(move == move, v - move, v)  # not where the slope is 0, or a number has overflown
    return v
