"""Sine, cosine and tangent, to 2 units in the last place of |x| < 2^20.

Beyond, they are those of a number next to x; from 2^50 on, NaN: there a number and the next are as far apart as the
functions are long. Multiples of half of pi are taken off in parts (Cody & Waite, Software Manual for the Elementary
Functions, 1980), and a polynomial is of the rest; of a float32 they are taken off in float64, as with fewer digits it
takes several times as many operations.
"""

import math

import torch
from torch import Tensor

from .parts import ROUNDER, Coefficients, apart, polynomial, signed, total

# (sin(r) / r - 1) / z and ((cos(r) - 1) / z + 1/2) / z of z = r² up to (pi / 4)², minimax
_SIN: Coefficients = {
    torch.float32: (-0.00019587870583916142, 0.00833274817668276, -0.1666666466183098),
    torch.float64: (
        *(1.5918117983848815e-10, -2.5051131688000297e-08, 2.755731610179909e-06, -0.0001984126983675712),
        *(0.008333333333330948, -0.16666666666666666),
    ),
}
_COS: Coefficients = {
    torch.float32: (2.4547921745795434e-05, -0.0013888302941757222, 0.0416666646590179),
    torch.float64: (
        *(-1.1382625349447592e-11, 2.0876146170183976e-09, -2.7557317271258515e-07, 2.4801587298764778e-05),
        *(-0.0013888888888887398, 0.041666666666666664),
    ),
}
# Half of pi: three times 33 digits, so that products with numbers of up to 20 are exact, and those that follow.
_PARTS = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32)
_MOST = 2.0**50


def sin(x: Tensor) -> Tensor:
    n, r, rest = _reduced(x)
    return signed(_of_quadrant(n, r, rest), x)


def cos(x: Tensor) -> Tensor:
    n, r, rest = _reduced(x)
    return _of_quadrant(n + 1, r, rest)


def tan(x: Tensor) -> Tensor:
    n, r, rest = _reduced(x)
    s, c = _sine(r, rest), _cosine(r, rest)
    odd = (n & 1) == 1
    (above, over), (below, under) = (
        (torch.where(odd, a, b), torch.where(odd, a_rest, b_rest)) for (a, a_rest), (b, b_rest) in ((c, s), (s, c))
    )
    q = above / below
    y = q + (over - q * under) / below
    return signed(torch.where(odd, -y, y), x)


def _of_quadrant(n: Tensor, r: Tensor, rest: Tensor) -> Tensor:
    """The sine of n quarters of a turn and r + rest."""
    s, c = (a + b for a, b in (_sine(r, rest), _cosine(r, rest)))
    y = torch.where((n & 1) == 1, c, s)
    return torch.where((n & 2) == 2, -y, y)


def _sine(r: Tensor, rest: Tensor) -> tuple[Tensor, Tensor]:
    """Of r + rest within an eighth of a turn, in two parts."""
    z = r * r
    return apart(r, r * (z * polynomial(z, _SIN)) + rest * (1.0 - z * 0.5))


def _cosine(r: Tensor, rest: Tensor) -> tuple[Tensor, Tensor]:
    z = r * r
    half = z * 0.5
    first = 1.0 - half
    return apart(first, ((1.0 - first) - half) + (z * (z * polynomial(z, _COS)) - r * rest))


def _reduced(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """n with right lowest bits, and r in two parts, where |x| = n pi/2 + r."""
    y = torch.abs(x).to(torch.float64)
    shifted = y * (2 / math.pi) + ROUNDER[y.dtype]
    n = shifted - ROUNDER[y.dtype]
    r = torch.where(y < _MOST, y, math.nan) - n * _PARTS[0]
    if x.dtype == torch.float32:
        r = r - n * _PARTS[1]
        single = r.to(torch.float32)
        return shifted.view(torch.int64), single, (r - single.to(torch.float64)).to(torch.float32)
    r, rest = total(r, n * -_PARTS[1])
    r, more = total(r, n * -_PARTS[2])
    return shifted.view(torch.int64), *apart(r, rest + more - n * _PARTS[3])
