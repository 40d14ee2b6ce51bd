"""Where a function of one number is zero, in operations on tensors that can be recorded."""

from collections.abc import Callable

import torch
from torch import Tensor

STEPS = 22  # values of the function; zeros of all shipped neurons are found by 18


def root(function: Callable[[Tensor], Tensor], start: float, low: Tensor, high: Tensor, first: float = 1.0) -> Tensor:
    """The zero next to `start` of a smooth function that is below 0 at `low` and above it at `high`: [...] as these.

    From the start it goes the way that the sign says, in steps that double from `first`, until the sign changes. What
    then brackets the zero is divided by inverse quadratic interpolation where three points promise that it is one
    side's, else halved. Every step does the same operations, so that a kernel of it is a loop.
    Source: Chandrupatla, Adv. Eng. Software 28:145, 1997.

    >>> ends = torch.tensor([-9.0, 9.0]).double()
    >>> root(lambda x: x**3 - 2.0, 0.5, *ends).item() ** 3
    2.0
    """
    nothing = 0.0 * (low + high)
    step = nothing  # before the first value
    found = step > 0
    x = torch.clamp(nothing + start, low, high)
    last, other, before = x, x, x  # the zero is between the first two, once found
    at_last, at_other = nothing, nothing + torch.inf
    at_before = at_other
    for _ in range(STEPS):
        y = function(x)
        same = ((y > 0) == (at_last > 0)) | (step == 0)
        before, at_before = torch.where(same, last, other), torch.where(same, at_last, at_other)
        other, at_other = torch.where(same, other, last), torch.where(same, at_other, at_last)
        last, at_last = x, y
        found = found | ~same
        step = torch.where(step == 0, first, 2 * step)
        away = torch.clamp(x + torch.where(y > 0, -step, step), low, high)
        within = last + _share(last, other, before, at_last, at_other, at_before) * (other - last)
        x = torch.where(y == 0, x, torch.where(found, within, away))
    return torch.where(torch.abs(at_last) < torch.abs(at_other), last, other)


def _share(a: Tensor, b: Tensor, c: Tensor, at_a: Tensor, at_b: Tensor, at_c: Tensor) -> Tensor:
    """How far from a to b the zero is, as a share of that."""
    place, height = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
    smooth = (height * height < place) & ((1 - height) * (1 - height) < 1 - place)
    to_b, to_c = at_b - at_a, at_c - at_a
    share = at_a / to_b * (at_c / (at_b - at_c)) + (c - a) / (b - a) * (at_a / to_c) * (at_b / (at_c - at_b))
    return torch.where(smooth & (share == share), share, 0.5)
