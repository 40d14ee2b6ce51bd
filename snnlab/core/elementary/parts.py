"""What elementary functions are made of: the bits of a number, sums and what their rounding leaves out, polynomials."""

from collections.abc import Mapping

import torch
from torch import Tensor

Coefficients = Mapping[torch.dtype, tuple[float, ...]]
WORDS = {torch.float32: torch.int32, torch.float64: torch.int64}
DIGITS = {torch.float32: 23, torch.float64: 52}  # of a significand, after its first
SIGN = {torch.float32: -(2**31), torch.float64: -(2**63)}
# So large that their last digits are units: a sum with one is rounded to a whole number, which its lowest bits are.
ROUNDER = {torch.float32: 1.5 * 2.0**23, torch.float64: 1.5 * 2.0**52}
_ROUNDER = {torch.float32: 0x4B400000, torch.float64: 0x4338000000000000}  # their bits
_LOW = {torch.float32: 2**12 - 1, torch.float64: 2**32 - 1}  # the digits that `head` leaves out


def word(x: Tensor) -> Tensor:
    """The bits of a number, as a whole one."""
    return x.view(WORDS[x.dtype])


def as_float(whole: Tensor, dtype: torch.dtype) -> Tensor:
    """A small whole number, without the instruction for that, which not every processor has for vectors."""
    return (whole + _ROUNDER[dtype]).view(dtype) - ROUNDER[dtype]


def power_of_two(shifted: Tensor, less: int = 0) -> Tensor:
    """2**(n - less), of a ROUNDER plus n."""
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


def apart(a: Tensor | float, b: Tensor) -> tuple[Tensor, Tensor]:
    """a + b of a b that is not larger, and what the rounding left out (Dekker's sum)."""
    s = a + b
    return s, b - (s - a)


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
