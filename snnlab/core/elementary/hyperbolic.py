"""Hyperbolic functions and their inverses, to 2 units in the last place."""

import math

import torch
from torch import Tensor

from .exponential import exp, quarter
from .logarithm import log1p_of_sum
from .parts import Coefficients, polynomial, signed

# (sinh(x) / x - 1) / z of z = x² up to 1, and (tanh(x) / x - 1) / z up to 0.3907, minimax
_SINH: Coefficients = {
    torch.float32: (2.8062802582276946e-06, 0.00019838101968683888, 0.00833333967591706, 0.16666666646842135),
    torch.float64: (
        *(7.746178593018827e-13, 1.6057679623801638e-10, 2.5052117695907823e-08, 2.7557319191381816e-06),
        *(0.00019841269841324198, 0.008333333333333299, 0.16666666666666666),
    ),
}
_TANH: Coefficients = {
    torch.float32: (
        *(-0.0060962995228861, 0.020996894037127373, -0.05385084952031017, 0.1333276934202809),
        -0.33333328940217805,
    ),
    torch.float64: (
        *(6.484104982405479e-06, -3.119892666773487e-05, 9.256923588512033e-05, -0.0002375896885211701),
        *(0.0005896603606552671, -0.0014557753532096296, 0.0035921217436959856, -0.008863235102653483),
        *(0.02186948851898143, -0.05396825396789636, 0.13333333333333042, -0.3333333333333333),
    ),
}
# (acosh(1 + t) / sqrt(2 t) - 1) / t of a t up to a quarter, minimax
_ACOSH: Coefficients = {
    torch.float32: (
        *(0.0015908238066590296, -0.005534114668728338, 0.018747723972185746),
        -0.08333331559813706,
    ),
    torch.float64: (
        *(4.860721143212847e-06, -1.7470989583703054e-05, 4.467882445551885e-05, -0.00010902350304166169),
        *(0.00027112864822617, -0.0006991294227822654, 0.001898871506836198, -0.005580357142450103),
        *(0.018749999999996925, -0.08333333333333333),
    ),
}
_LARGE = 2.0**28  # of whose square, 1 is no part


def sinh(x: Tensor) -> Tensor:
    a = torch.abs(x)
    z, q = a * a, quarter(a)
    far = (q - 0.0625 / q) * 2.0
    return signed(torch.where(a < 1.0, a + a * (z * polynomial(z, _SINH)), far), x)


def cosh(x: Tensor) -> Tensor:
    q = quarter(torch.abs(x))
    return (q + 0.0625 / q) * 2.0


def tanh(x: Tensor) -> Tensor:
    a = torch.abs(x)
    z = a * a
    far = 1.0 - 2.0 / (exp(a + a) + 1.0)
    return signed(torch.where(a < 0.625, a + a * (z * polynomial(z, _TANH)), far), x)


def asinh(x: Tensor) -> Tensor:
    a = torch.abs(x)
    z = a * a
    rest = torch.where(a < _LARGE, z / (torch.sqrt(z + 1.0) + 1.0), -1.0)
    return signed(log1p_of_sum(a, rest, _doublings(a)), x)


def acosh(x: Tensor) -> Tensor:
    less = x - 1.0
    first = torch.sqrt(less + less)
    near = first + first * (less * polynomial(less, _ACOSH))
    root = torch.where(x < _LARGE, torch.sqrt(less * (x + 1.0)), 0.0)
    y = torch.where(x < 1.25, near, log1p_of_sum(less, root, _doublings(x)))
    return torch.where(x < 1.0, math.nan, y)


def atanh(x: Tensor) -> Tensor:
    a = torch.abs(x)
    twice = a + a
    y = log1p_of_sum(twice, twice * a / (1.0 - a)) * 0.5
    return signed(torch.where(a > 1.0, math.nan, y), x)


def _doublings(a: Tensor) -> Tensor:
    """Of a large a, what is sought is the logarithm of 2a, which may be too large itself."""
    return (a >= _LARGE).to(a.dtype)
