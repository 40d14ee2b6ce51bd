"""The remainder of a division, exact: parts of the quotient so short that their products are, taken off one by one."""

import math

import torch
from torch import Tensor

from .parts import word

_ROUNDS = {torch.float32: 10, torch.float64: 5}


def remainder(a: Tensor, b: Tensor) -> Tensor:
    """The remainder of a / b with the sign of b, as torch gives it, to the last bit.

    Of float32s always; of float64s where |a / b| < 2^120, and NaN beyond, where the last place of a is worth many b.
    """
    x, y = torch.abs(a), torch.abs(b)
    rest = torch.where(x < y, x, (_of_singles if a.dtype == torch.float32 else _of_doubles)(x, y))
    rest = torch.where(y > 0.0, rest, math.nan)
    rest = torch.where(a < 0.0, -rest, rest)
    return torch.where((rest != 0.0) & ((rest < 0.0) != (b < 0.0)), rest + b, rest)


def _of_singles(x: Tensor, y: Tensor) -> Tensor:
    """In float64, where 28 digits of a quotient times 24 of y are exact."""
    rest, y = x.to(torch.float64), y.to(torch.float64)
    inverse = 1.0 / y
    for _ in range(_ROUNDS[x.dtype]):
        quotient = ((rest * inverse).view(torch.int64) & -(2**25)).view(torch.float64)
        rest = rest - torch.floor(quotient) * y
    return rest.to(torch.float32)


def _of_doubles(x: Tensor, y: Tensor) -> Tensor:
    """With quotients rounded to 25 digits, and y in parts of 26 and 27."""
    # where an inverse would not be a normal number
    scale = torch.where(y < 2.0**-900, 2.0**200, torch.where(y > 2.0**900, 2.0**-200, torch.ones_like(y)))
    rest, y = x * scale, y * scale
    inverse, first = 1.0 / y, (word(y) & -(2**27)).view(y.dtype)
    second = y - first
    far = rest * inverse >= 2.0**120
    for _ in range(_ROUNDS[x.dtype]):
        quotient = (word(rest * inverse) + 2**27 & -(2**28)).view(x.dtype)
        quotient = torch.floor(quotient + 0.5)
        rest = (rest - quotient * first) - quotient * second
    rest = torch.where(rest < 0.0, rest + y, rest)
    return torch.where(far, math.nan, rest * (1.0 / scale))
