"""Random numbers by counter: functions of seed, step and neuron, the same for any blocks, threads and backend.

Printers read this code operation by operation. So it keeps to those that are alike everywhere to the last bit: no log,
no square root, and no division by a number, which CUDA makes a product. Printers must not fuse a product with a sum.
"""

import math
from typing import Any

import torch
from torch import Tensor

MASK = 0xFFFFFFFF  # of a 32-bit word, kept in an int64
MULTIPLIER, WEYL = 0xD256D193, 0x9E3779B9  # of Philox 2x32
HIGH, STREAM = 0x85EBCA6B, 0xC2B2AE35  # odd and other than WEYL, so that no key is another's of a later round


def philox(c0: Any, c1: Any, key: Any) -> tuple[Any, Any]:
    """Two words from a counter of two words and a key of one (Philox2x32-10; Salmon et al. 2011, SC'11, section 3)."""
    for k in range(10):
        product = c0 * MULTIPLIER  # may wrap around to a negative number: its 64 bits are right
        c0, c1 = ((product >> 32) ^ (key + k * WEYL) ^ c1) & MASK, product & MASK
    return c0, c1


def bits(seed: Tensor | int, step: Tensor | int, neuron: Tensor | int, stream: int = 0) -> tuple[Tensor, Tensor]:
    """Two random 32-bit words, each in an int64, of neurons in steps; `stream` tells several draws of a step apart.

    `seed`, `step` and `neuron` are ints or int64 tensors that broadcast, at least one a tensor. A seed's 64 bits are
    folded to 32; steps and neurons repeat after 2**32.
    """
    given = [x for x in (seed, step, neuron) if isinstance(x, Tensor)]
    if not given or any(x.dtype != torch.int64 for x in given):
        kinds = ", ".join(str(getattr(x, "dtype", type(x).__name__)) for x in (seed, step, neuron))
        raise TypeError(f"seed, step, neuron are {kinds}: give int64 tensors or ints, at least one tensor")
    key = ((seed + (seed >> 32) * HIGH) ^ (stream * STREAM & MASK)) & MASK
    return philox(neuron & MASK, step & MASK, key)


def uniform(
    seed: Tensor | int, step: Tensor | int, neuron: Tensor | int, stream: int = 0, dtype: torch.dtype = torch.float32
) -> Tensor:
    """Uniform in the open interval (0, 1): odd multiples of 2**-24, the same numbers in float32 and float64."""
    return ((bits(seed, step, neuron, stream)[0] >> 9).to(dtype) + 0.5) * 2.0**-23


def normal(
    seed: Tensor | int, step: Tensor | int, neuron: Tensor | int, stream: int = 0, dtype: torch.dtype = torch.float32
) -> Tensor:
    """Standard normal: the quantile of the `uniform` with these arguments, so at most 5.3 away from 0."""
    return quantile(uniform(seed, step, neuron, stream), dtype)


def quantile(u: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """The inverse of the normal distribution function, to 1e-7 (Wichura 1988, Appl. Statist. 37:477, PPND7).

    `u` is float32 and a multiple of 2**-24, as `uniform` draws it: 1 - u is exact, and the far tail is never reached.
    """
    q = (u - 0.5).to(dtype)
    r = q * q * -1.0 + 0.180625  # 0.425**2 - q**2
    centre = q * (((r * 59.109374720 + 159.29113202) * r + 50.434271938) * r + 3.3871327179)
    centre = centre / (((r * 67.187563600 + 78.757757664) * r + 17.895169469) * r + 1.0)
    t = _root(_minus_log(torch.minimum(u, u * -1.0 + 1.0), dtype)) - 1.6
    tail = ((t * 0.17023821103 + 1.3067284816) * t + 2.7568153900) * t + 1.4234372777
    tail = tail / ((t * 0.12021132975 + 0.73700164250) * t + 1.0)
    return torch.where(r < 0.0, torch.where(q < 0.0, tail * -1.0, tail), centre)


def _root(x: Tensor) -> Tensor:
    """The square root of a number from 0.6 to 17, to 1e-11, by Heron's rule: torch's own depends on the processor."""
    y = x * 0.22 + 1.0
    for _ in range(4):
        y = (y + x / y) * 0.5
    return y


def _minus_log(x: Tensor, dtype: torch.dtype) -> Tensor:
    """-log x of a normal float32 x, in `dtype`: x = 2**e m with m in [sqrt(1/2), sqrt(2)), log m as 2 atanh s."""
    root = 0x3F3504F3  # the bits of sqrt(1/2): a whole step of 2**23 away from them, the number is twice as large
    word = x.view(torch.int32).to(torch.int64) + -root
    e = (word >> 23).to(dtype)
    m = ((word & 0x7FFFFF) + root).to(torch.int32).view(torch.float32).to(dtype)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    series = (((z * (2 / 9) + 2 / 7) * z + 2 / 5) * z + 2 / 3) * z + 2.0  # |s| < 0.172: what is left out is below 1e-9
    return e * -math.log(2.0) - s * series
