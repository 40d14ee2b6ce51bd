"""Elementary functions in operations that every processor does alike: kernels record them instead of calling libm.

A loop with a call in it is not vectorised; one over these is, and gives the same bits wherever it runs. They are there
to be recorded: autograd cannot see through their bits.
"""

import inspect
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from ..record import Program, record
from .error import erf
from .exponential import exp, exp2, expm1, sigmoid
from .hyperbolic import acosh, asinh, atanh, cosh, sinh, tanh
from .inverse import acos, asin, atan, atan2
from .logarithm import log, log1p, log2, log10
from .power import pow
from .remainder import remainder
from .trigonometric import cos, sin, tan

FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    function.__name__: function
    for function in (
        *(exp, exp2, expm1, sigmoid, log, log1p, log2, log10, pow, erf, remainder, sin, cos, tan),
        *(asin, acos, atan, atan2, sinh, cosh, tanh, asinh, acosh, atanh),
    )
}


@cache
def recorded(name: str, dtype: torch.dtype) -> Program:
    """The operations of a function of FUNCTIONS, whose inputs are in the order of its arguments."""
    function = FUNCTIONS[name]
    return record(function, **{n: torch.rand(1, dtype=dtype) for n in inspect.signature(function).parameters})
