"""Powers of any exponent, to 2 units in the last place: 2 to the exponent times the logarithm, in two parts."""

import math

import torch
from torch import Tensor

from .exponential import exp2_of_sum
from .logarithm import SERIES, scaled
from .parts import SIGN, head, polynomial, word

# 2 / (3 log 2): a `head`, and the rest
_FACTOR = {
    torch.float32: (0.961669921875, 0.0001267720509756049),
    torch.float64: (0.9617962837219238, 4.102040517767816e-07),
}


def pow(x: Tensor, y: Tensor) -> Tensor:
    """x^y: of a negative x NaN, unless y is whole. Results below twice the smallest normal number are 0."""
    a = torch.abs(x)
    whole = torch.floor(y) == y
    odd = whole & (torch.floor(y * 0.5) * 2.0 != y)
    end = torch.where((a == 0.0) == (y < 0.0), math.inf, torch.zeros_like(y))
    end = torch.where(y == y, end, y)
    result = torch.where((a > 0.0) & (a < math.inf), _positive(a, y), torch.where(a == a, end, a))
    result = (word(result) ^ torch.where(odd, word(x) & SIGN[x.dtype], 0)).view(x.dtype)
    result = torch.where((x < 0.0) & (a < math.inf) & ~whole, math.nan, result)
    return torch.where((y == 0.0) | (x == 1.0), 1.0, result)


def _positive(x: Tensor, y: Tensor) -> Tensor:
    """x^y of a positive and finite x."""
    most = 2.0**40 if x.dtype == torch.float32 else 2.0**80  # any power above, but that of 1, is 0 or infinite
    y = torch.clamp(y, -most, most)
    first, second = _log2(x)
    short = head(y)
    return exp2_of_sum(short * first, (y - short) * first + y * second)


def _log2(x: Tensor) -> tuple[Tensor, Tensor]:
    """The logarithm of base 2 in two parts, the first a `head`: half as many digits again as x has."""
    _, k, m = scaled(x)
    f, below = m - 1.0, m + 1.0
    inverse, short = 1.0 / below, head(below)
    s = f * inverse
    first = head(s)
    second = ((f - first * short) - first * (m - (short - 1.0))) * inverse
    z, square = s * s, first * first
    # log m is 2/3 s (3 + z + more), and z is the square and what is more
    more = z * z * (polynomial(z, SERIES) * 1.5) + second * (first + s)
    three = head(square + 3.0 + more)
    rest = more - ((three - 3.0) - square)
    product, rest = first * three, second * three + rest * s
    first = head(product + rest)
    rest = rest - (first - product)
    factor, least = _FACTOR[x.dtype]
    product, rest = factor * first, least * first + rest * (factor + least)
    first = head(product + rest + k)
    return first, rest - ((first - k) - product)
