"""What elementary functions are made of: the bits of a number, sums and products without a rounding, polynomials."""

from collections.abc import Mapping

import torch
from torch import Tensor

Coefficients = Mapping[torch.dtype, tuple[float, ...]]
WORDS = {torch.float32: torch.int32, torch.float64: torch.int64}
DIGITS = {torch.float32: 23, torch.float64: 52}  # of a significand, after its first
SIGN = {torch.float32: -(2**31), torch.float64: -(2**63)}
_UNIT = {torch.float32: 0x4B400000, torch.float64: 0x4338000000000000}  # the bits of `rounder`
_LOW = {torch.float32: 2**12 - 1, torch.float64: 2**32 - 1}  # the digits that `head` leaves out


def word(x: Tensor) -> Tensor:
    """The bits of a number, as a whole one."""
    return x.view(WORDS[x.dtype])


def rounder(x: Tensor) -> float:
    """So large that its last digits are units: a sum with it is rounded to a whole number, which its lowest bits are."""
    return 1.5 * 2.0 ** DIGITS[x.dtype]


def as_float(whole: Tensor) -> Tensor:
    """A small whole number as a float, without the instruction for that, which not every processor has for vectors."""
    dtype = next(dtype for dtype, kind in WORDS.items() if kind == whole.dtype)
    unit = 1.5 * 2.0 ** DIGITS[dtype]
    return (whole + _UNIT[dtype]).view(dtype) - unit


def power_of_two(shifted: Tensor, less: int = 0) -> Tensor:
    """2**(n - less), of a `rounder` plus n."""
    digits = DIGITS[shifted.dtype]
    middle = 127 if shifted.dtype == torch.float32 else 1023
    return ((word(shifted) << digits) + (middle - less << digits)).view(shifted.dtype)


def head(x: Tensor) -> Tensor:
    """The first half of the digits: the product of two heads is exact."""
    return (word(x) & ~_LOW[x.dtype]).view(x.dtype)


def total(a: Tensor | float, b: Tensor) -> tuple[Tensor, Tensor]:
    """a + b, and what the rounding left out (Knuth's sum)."""
    s = a + b
    other = s - a
    return s, (a - (s - other)) + (b - other)


def signed(y: Tensor, x: Tensor) -> Tensor:
    """y, or -y where x has the sign bit, as -0 has."""
    return (word(y) ^ (word(x) & SIGN[x.dtype])).view(x.dtype)


def polynomial(x: Tensor, coefficients: Coefficients) -> Tensor:
    """Highest power first; by pairs, whose results are ready sooner than a sum that waits for each before (Estrin)."""
    terms: list = list(coefficients[x.dtype])
    while len(terms) > 1:
        if len(terms) % 2:
            first, terms = terms[:1], terms[1:]
        else:
            first = []
        terms = [*first, *(x * a + b for a, b in zip(terms[::2], terms[1::2]))]
        x = x * x
    return terms[0]
