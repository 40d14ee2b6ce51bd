"""Random numbers of many neurons in many steps at once, by counter."""

import ctypes
from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from torch import Tensor

from snnlab.core import apart, record
from snnlab.core.random import uniform

from .fills import COUNTER, kernel_text
from .llvm import Compiled, Unprintable

PART = 2**16  # of the numbers that torch draws: what they are made of lies close by then


def draws(seed: int, steps: int, neurons: int) -> Tensor:
    """The `uniform` numbers of neurons in steps, float32 [steps, neurons]; the seed is below 2**53."""
    try:
        return _by_kernel(seed, steps, neurons)
    except Unprintable:  # without llvmlite
        step, neuron = torch.arange(steps)[:, None], torch.arange(neurons)
        return torch.cat([uniform(seed, part, neuron) for part in step.split(max(1, PART // max(1, neurons)))])


def _by_kernel(seed: int, steps: int, neurons: int) -> Tensor:
    _, call = _kernel()
    found = torch.empty(steps, neurons)
    values, places = np.array([seed, neurons], dtype=np.float64), np.array([found.data_ptr()], dtype=np.int64)
    call(values.ctypes.data, places.ctypes.data, found.numel())
    return found


@cache
def _kernel() -> tuple[Compiled, Callable[..., None]]:
    """A kernel of seed and number of neurons, and the call of it."""
    names = (COUNTER, "seed", "n")
    examples = {name: torch.full((1,), x, dtype=torch.float64) for name, x in zip(names, (5.0, 2.0, 3.0))}
    program = apart(lambda: record(_numbers, **examples))
    compiled = Compiled(kernel_text(program, ("seed", "n"), {"u": "float"}))
    return compiled, ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(compiled.address("fill"))


def _numbers(k: Tensor, seed: Tensor, n: Tensor) -> dict[str, Tensor]:
    step = torch.floor(k / n)
    return {"u": uniform(seed.long(), step.long(), (k - step * n).long())}
