"""Powers of e and of 2: a polynomial times a power of two."""

import math

import torch
from torch import Tensor

from .parts import ROUNDER, Coefficients, polynomial, power_of_two

# (e^r - 1 - r) / r² of an r of up to half of log 2: of float32 as S. Moshier has it (the Cephes library, 1989), of
# float64 minimax
_SERIES: Coefficients = {
    torch.float32: (
        *(1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3),
        *(4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1),
    ),
    torch.float64: (
        *(2.0914689542549555e-09, 2.5105220609870554e-08, 2.7557273636924405e-07, 2.755725539154403e-06),
        *(2.4801587325552618e-05, 0.00019841269874827454, 0.0013888888888883746, 0.008333333333326132),
        *(0.04166666666666667, 0.1666666666666667, 0.5),
    ),
}


def exp(x: Tensor) -> Tensor:
    """e^x of a float32 or float64, to 1.1 units in the last place.

    Where the result is below about twice the smallest normal number it is 0. Multiples of log 2 are taken off in two
    parts (Cody & Waite, Software Manual for the Elementary Functions, 1980).
    """
    least, most = _range(x)
    part, shifted = _reduced(torch.clamp(x, least, most))
    return torch.where(x < least, 0.0, _scaled(part, shifted))


def exp2(x: Tensor) -> Tensor:
    """2^x, as `exp`."""
    return exp2_of_sum(x, 0.0)


def exp2_of_sum(a: Tensor, b: Tensor | float) -> Tensor:
    """2^(a + b) of a much smaller b."""
    least, most = (-125.0, 129.0) if a.dtype == torch.float32 else (-1021.0, 1025.0)
    x = a + b
    shifted = torch.clamp(x, least, most) + ROUNDER[a.dtype]
    r = torch.where((x < least) | (x > most), 0.0, (a - (shifted - ROUNDER[a.dtype])) + b)
    return torch.where(x < least, 0.0, _scaled(_less_one(r * math.log(2)), shifted))


def expm1(x: Tensor) -> Tensor:
    """e^x - 1, to 2 units in the last place, also where it is near 0."""
    part, shifted = _reduced(torch.clamp(x, *_range(x)))
    half = power_of_two(shifted, 1)
    e = half * part + (half - 0.5)
    return torch.where(x * x == 0.0, x, e + e)


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + e^-x), to 2.4 units in the last place: where a unit of exp is two of the result, as torch's own."""
    return 1.0 / (exp(-x) + 1.0)


def quarter(x: Tensor) -> Tensor:
    """e^x / 4 of an x that is not negative: it is finite where e^x is a few times too large."""
    part, shifted = _reduced(torch.clamp(x, max=_range(x)[1] + 0.7))
    return (part + 1.0) * power_of_two(shifted, 2)


def _scaled(part: Tensor, shifted: Tensor) -> Tensor:
    """(part + 1) 2^n: 2^n itself may be too large."""
    return (part + 1.0) * 2.0 * power_of_two(shifted, 1)


def _range(x: Tensor) -> tuple[float, float]:
    """Below, e^x is 0 or subnormal; above, it is infinite."""
    return (-86.6, 89.0) if x.dtype == torch.float32 else (-707.7, 710.0)


def _reduced(x: Tensor) -> tuple[Tensor, Tensor]:
    """e^r - 1, and a ROUNDER plus n, where x = r + n log 2 with a whole n and a small r."""
    shifted = x * 1.4426950408889634 + ROUNDER[x.dtype]
    n = shifted - ROUNDER[x.dtype]
    if x.dtype == torch.float32:
        r = (x - n * 0.693359375) - n * -2.12194440e-4
    else:
        r = (x - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6
    return _less_one(r), shifted


def _less_one(r: Tensor) -> Tensor:
    """e^r - 1 of an r of up to half of log 2."""
    return polynomial(r, _SERIES) * (r * r) + r
