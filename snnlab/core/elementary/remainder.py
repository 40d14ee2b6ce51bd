"""The remainder of a division, exact: of the quotient, so few digits at once that their products are exact too."""

import math

import torch
from torch import Tensor

from .parts import signed, word


def remainder(a: Tensor, b: Tensor) -> Tensor:
    """The remainder of a / b with the sign of b, as torch gives it, to the last bit.

    Of float32s always; of float64s where |a / b| < 2^120, and NaN beyond, where the last place of a is worth many b.
    """
    x, y = torch.abs(a), torch.abs(b)
    rest = torch.where(x < y, x, _of_singles(x, y) if a.dtype == torch.float32 else _of_doubles(x, y))
    rest = signed(torch.where(y > 0.0, rest, math.nan), a)
    return torch.where((rest != 0.0) & ((rest < 0.0) != (b < 0.0)), rest + b, rest)


def _of_singles(x: Tensor, y: Tensor) -> Tensor:
    """In float64, where 28 digits of a quotient times 24 of y are exact: ten rounds for any two numbers."""
    y = y.to(torch.float64)
    return _rest(x.to(torch.float64), y, (y,), 1.0 / y, 28, 10).to(torch.float32)


def _of_doubles(x: Tensor, y: Tensor) -> Tensor:
    """With 25 digits of a quotient, and y in parts of 26 and 27."""
    # where an inverse would not be a normal number
    scale = torch.where(y < 2.0**-900, 2.0**200, torch.where(y > 2.0**900, 2.0**-200, torch.ones_like(y)))
    x, y = x * scale, y * scale
    inverse, first = 1.0 / y, (word(y) & -(2**27)).view(y.dtype)
    rest = _rest(x, y, (first, y - first), inverse, 25, 5)
    return torch.where(x * inverse < 2.0**120, rest * (1.0 / scale), math.nan)


def _rest(x: Tensor, y: Tensor, parts: tuple[Tensor, ...], inverse: Tensor, digits: int, rounds: int) -> Tensor:
    """x less a multiple of y, whose quotient is rounded to so many digits in each round, to the nearest."""
    low = 2 ** (53 - digits)
    for _ in range(rounds):
        quotient = torch.floor((word(x * inverse) + low // 2 & -low).view(x.dtype) + 0.5)
        for part in parts:
            x = x - quotient * part
    return torch.where(x < 0.0, x + y, x)
