"""Elementary functions in operations that every processor does alike: kernels record them instead of calling libm.

A loop with a call in it is not vectorised; one over these is, and gives the same bits wherever it runs.
"""

import torch
from torch import Tensor

_SINGLE = (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
_NUMERATOR = (1.26177193074810590878e-4, 3.02994407707441961300e-2, 9.99999999999999999910e-1)
_DENOMINATOR = (3.00198505138664455042e-6, 2.52448340349684104192e-3, 2.27265548208155028766e-1, 2.0)


def exp(x: Tensor) -> Tensor:
    """e^x of a float32 or float64, to 1 and 2 units in the last place: a polynomial times a power of two.

    Where the result is below twice the smallest normal number it is 0. It is there to be recorded: autograd cannot see
    through its rounding. Source: S. Moshier, Methods and Programs for
    Mathematical Functions, 1989 (the Cephes library).
    """
    part, shifted = _reduced(x)
    e = part + 1.0
    half = _half(shifted)
    e = (e + e) * half
    return torch.where(x < _range(x)[0], 0.0, e)


def expm1(x: Tensor) -> Tensor:
    """e^x - 1, to 3 units in the last place, also where it is near 0; else as `exp`."""
    part, shifted = _reduced(x)
    half = _half(shifted)
    e = half * part + (half - 0.5)
    return e + e


def _range(x: Tensor) -> tuple[float, float]:
    """Below, e^x is 0 or subnormal; above, it is infinite."""
    return (-86.6, 89.0) if x.dtype == torch.float32 else (-707.7, 710.0)


def _reduced(x: Tensor) -> tuple[Tensor, Tensor]:
    """e^r - 1, and a number with n in its lowest bits, where x = r + n log 2 with a whole n and a small r."""
    single = x.dtype == torch.float32
    y = torch.clamp(x, *_range(x))
    # it is so large that its last digits are units: the sum rounds
    unit = 1.5 * 2.0 ** (23 if single else 52)
    shifted = y * 1.4426950408889634 + unit
    n = shifted - unit
    if single:
        r = (y - n * 0.693359375) - n * -2.12194440e-4
        return _polynomial(r, _SINGLE) * (r * r) + r, shifted
    r = (y - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6
    odd = r * _polynomial(r * r, _NUMERATOR)
    return 2.0 * (odd / (_polynomial(r * r, _DENOMINATOR) - odd)), shifted


def _half(shifted: Tensor) -> Tensor:
    """Half of 2^n: 2^n itself may be too large."""
    if shifted.dtype == torch.float32:
        return ((shifted.view(torch.int32) << 23) + (126 << 23)).view(shifted.dtype)
    return ((shifted.view(torch.int64) << 52) + (1022 << 52)).view(shifted.dtype)


def _polynomial(x: Tensor, coefficients: tuple[float, ...]) -> Tensor:
    """By pairs, whose results are ready sooner than a sum that waits for each before (Estrin)."""
    terms: list = list(coefficients)
    while len(terms) > 1:
        if len(terms) % 2:
            first, terms = terms[:1], terms[1:]
        else:
            first = []
        terms = [*first, *(x * a + b for a, b in zip(terms[::2], terms[1::2]))]
        x = x * x
    return terms[0]
