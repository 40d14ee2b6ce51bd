"""Logarithms of any base, of subnormal numbers too, to 1 unit in the last place, log1p to 2.

The power of two is taken out, and log(1 + f) is f less what a series of f / (2 + f) gives. Source of the ways: fdlibm,
Sun Microsystems, 1993.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from .parts import DIGITS, Coefficients, as_float, head, polynomial, total, word

# (log((1 + s) / (1 - s)) / s - 2 - 2/3 z) / z² of z = s² up to 0.02945, minimax
SERIES: Coefficients = {
    torch.float32: (0.23048521099041205, 0.2856222986193456, 0.4000001507099428),
    torch.float64: (
        *(0.11723603622905411, 0.11706195689881364, 0.13334806212100603, 0.15384594934597917),
        *(0.1818181833565416, 0.22222222221654733, 0.2857142857142937, 0.4),
    ),
}
_ROOT = {torch.float32: 0x3F3504F3, torch.float64: 0x3FE6A09E667F3BCD}  # the bits of sqrt(1/2)
_ONE = {torch.float32: 0x3F800000, torch.float64: 0x3FF0000000000000}  # those of 1


class _Base(NamedTuple):
    """1 / log(base) and the logarithm of 2, each in two parts: the first so short that products with it are exact."""

    inverse: tuple[float, float]
    two: tuple[float, float]


_E = {
    torch.float32: _Base((1.0, 0.0), (0.693115234375, 3.1946184945309415e-05)),
    torch.float64: _Base((1.0, 0.0), (0.6931471803691238, 1.9082149292705877e-10)),
}
_TWO = {
    torch.float32: _Base((1.4423828125, 0.00031222838896340733), (1.0, 0.0)),
    torch.float64: _Base((1.4426950407214463, 1.6751713164886512e-10), (1.0, 0.0)),
}
_TEN = {
    torch.float32: _Base((0.4342041015625, 9.038034075182765e-05), (0.301025390625, 4.605038981195214e-06)),
    torch.float64: _Base((0.4342944818781689, 2.5082946711645275e-11), (0.3010299955494702, 1.1451100898021838e-10)),
}


def log(x: Tensor) -> Tensor:
    return _logarithm(x, _E[x.dtype])


def log2(x: Tensor) -> Tensor:
    return _logarithm(x, _TWO[x.dtype])


def log10(x: Tensor) -> Tensor:
    return _logarithm(x, _TEN[x.dtype])


def log1p(x: Tensor) -> Tensor:
    u, rest = total(1.0, x)
    return torch.where(x == 0.0, x, _of_sum(u, rest))


def log1p_of_sum(a: Tensor, b: Tensor, doublings: Tensor | float = 0.0) -> Tensor:
    """log(1 + a + b), plus `doublings` times log 2."""
    s, rest = total(a, b)
    u, more = total(1.0, s)
    return _of_sum(u, more + rest, doublings)


def scaled(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """k as a whole number and as a float, and m from sqrt(1/2) to sqrt(2), of a positive x = 2^k m."""
    small = x < torch.finfo(x.dtype).tiny
    digits = DIGITS[x.dtype]
    bits = word(torch.where(small, x * 2.0**digits, x)) - _ROOT[x.dtype]
    whole = bits >> digits
    m = ((bits & 2**digits - 1) + _ROOT[x.dtype]).view(x.dtype)
    k = as_float(whole, x.dtype)
    return whole, torch.where(small, k - float(digits), k), m


def _logarithm(x: Tensor, base: _Base) -> Tensor:
    _, k, m = scaled(x)
    return _ends(x, _sum(k, *_near_one(m - 1.0), base))


def _of_sum(u: Tensor, rest: Tensor, doublings: Tensor | float = 0.0) -> Tensor:
    """log(u + rest), of a rest below the last place of u, plus `doublings` times log 2."""
    whole, k, m = scaled(u)
    # of a larger u, the rest says nothing
    least = torch.where(u < 1e16, (_ONE[u.dtype] - (whole << DIGITS[u.dtype])).view(u.dtype) * rest, 0.0)
    return _ends(u, _sum(k + doublings, *_near_one((m - 1.0) + least), _E[u.dtype]))


def _near_one(f: Tensor) -> tuple[Tensor, Tensor]:
    """log(1 + f) in two parts, the first a `head`."""
    s = f / (f + 2.0)
    z = s * s
    half = f * f * 0.5
    first = head(f - half)
    return first, ((f - first) - half) + s * (half + z * (z * polynomial(z, SERIES) + 2 / 3))


def _sum(k: Tensor, first: Tensor, second: Tensor, base: _Base) -> Tensor:
    """k times the logarithm of 2, plus that of a number whose natural one is given in two parts."""
    if base.inverse[1]:
        second = (first + second) * base.inverse[1] + second * base.inverse[0]
        first = first * base.inverse[0]
    twos = k * base.two[0]
    y = twos + first
    return y + (((twos - y) + first) + (second + k * base.two[1]))


def _ends(x: Tensor, y: Tensor) -> Tensor:
    """The logarithm y of x where x is positive and finite, and what it is elsewhere."""
    y = torch.where(x < 0.0, math.nan, torch.where(x == 0.0, -math.inf, y))
    return torch.where(x < math.inf, y, x)
