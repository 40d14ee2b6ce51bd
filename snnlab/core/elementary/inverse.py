"""Inverse trigonometric functions, to 2 units in the last place."""

import math

import torch
from torch import Tensor

from .parts import SIGN, Coefficients, apart, polynomial, signed, word

# (atan(t) / t - 1) / z of z = t² up to 0.4357, and (asin(t) / t - 1) / z up to a quarter, minimax
_ATAN: Coefficients = {
    torch.float32: (
        *(-0.020596592237100256, 0.05568785461669403, -0.08536177693187003, 0.11032281325717821),
        *(-0.14280213083404064, 0.19999853151980765, -0.33333332683011724),
    ),
    torch.float64: (
        *(-0.0022319891352206526, 0.009707111443534448, -0.021238750553036773, 0.03243682581339053),
        *(-0.04078179705754501, 0.0469055587314416, -0.052492302938732534, 0.058803712056046245),
        *(-0.06666465331501162, 0.07692293559129824, -0.09090908439563972, 0.11111111092947706),
        *(-0.14285714285447954, 0.19999999999998452, -0.3333333333333333),
    ),
}
_ASIN: Coefficients = {
    torch.float32: (
        *(0.038093962148042254, 0.026550662963657472, 0.0450018940882998, 0.07498852962262084),
        0.16666672427703408,
    ),
    torch.float64: (
        *(0.028187667142318098, -0.010773195325585556, 0.01604912458494932, 0.0077986264075622334),
        *(0.011876344296279416, 0.013929545950485803, 0.01735526856395352, 0.022372047201808885),
        *(0.030381947379559158, 0.04464285710323956, 0.07500000000020869, 0.1666666666666665),
    ),
}
# Half of pi: the number next to it, and the rest.
_HALF = {
    torch.float32: (1.5707963705062866, -4.3711390001862426e-08),
    torch.float64: (1.5707963267948966, 6.123233995736766e-17),
}
_STRAIGHT, _STEEP = 0.66, 2.414213562373095  # tangents between which an angle is told from an eighth of a turn


def asin(x: Tensor) -> Tensor:
    far, s, rest = _arc(torch.abs(x))
    half, least = _HALF[x.dtype]
    first, second = apart(half, -2.0 * s)
    return signed(torch.where(far, first + (second - (2.0 * rest - least)), s + rest), x)


def acos(x: Tensor) -> Tensor:
    far, s, rest = _arc(torch.abs(x))
    half, least = _HALF[x.dtype]
    near = half - (signed(s, x) - (least - signed(rest, x)))
    y = 2.0 * (s + rest)
    return torch.where(far, torch.where(x < 0.0, 2.0 * half - (y - 2.0 * least), y), near)


def atan(x: Tensor) -> Tensor:
    a = torch.abs(x)
    return signed(_angle(a, torch.where(a == a, 1.0, a)), x)


def atan2(y: Tensor, x: Tensor) -> Tensor:
    """The angle of the point (x, y), from -pi to pi."""
    a, b = torch.abs(y), torch.abs(x)
    large = torch.maximum(a, b)
    infinite = (a == b) & (a == math.inf)
    one = torch.ones_like(x)
    scale = torch.where(large > torch.finfo(x.dtype).max / 4, 0.25, torch.where(large < 1e-30, 2.0**60, one))
    angle = _angle(torch.where(infinite, 1.0, a * scale), torch.where(infinite, 1.0, b * scale))
    half, least = _HALF[x.dtype]
    behind = word(x) & SIGN[x.dtype] != 0
    return signed(torch.where(behind, 2.0 * half - (angle - 2.0 * least), angle), y)


def _arc(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Whether a is far from 0; and in two parts its arc sine, or if it is far, half of the arc cosine."""
    far = a > 0.5
    z = torch.where(far, (1.0 - a) * 0.5, a * a)
    s = torch.where(far, torch.sqrt(z), a)
    return far, s, s * (z * polynomial(z, _ASIN))


def _angle(y: Tensor, x: Tensor) -> Tensor:
    """That of a point (x, y) in the first quadrant, where neither is too large to be added."""
    straight, steep = y <= x * _STRAIGHT, y > x * _STEEP
    above = torch.where(steep, -x, torch.where(straight, y, y - x))
    below = torch.where(steep, y, torch.where(straight, x, y + x))
    t = above / torch.where(below == 0.0, 1.0, below)
    none = torch.zeros_like(x)
    half, least = (torch.where(steep, part, torch.where(straight, none, part / 2)) for part in _HALF[x.dtype])
    z = t * t
    return half + (t + (t * (z * polynomial(z, _ATAN)) + least))
