"""Noise that every neuron of a run has for itself, drawn inside of the loop."""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from snnlab.core import refused
from snnlab.core.elementary import exp, expm1
from snnlab.core.random import normal

from .values import numeric, whole

SMALL = 100_000  # neurons whose first numbers are kept


class Noise(NamedTuple):
    """A stationary Ornstein-Uhlenbeck current: mean 0, standard deviation `sigma` (in the current's unit), correlation
    time `tau` in s. With tau = 0 it is white: independent numbers in each step, so that its effect depends on dt. For
    the same at every dt give a sigma proportional to 1 / sqrt(dt).

    eta_(k+1) = d eta_k + sigma sqrt(1 - d^2) xi_k with d = exp(-dt / tau), exact at any dt. xi depends on seed, step
    and number of the neuron only, so it is the same for any backend, number of threads, and size of the population.
    """

    sigma: Tensor | float
    tau: Tensor | float = 0.0
    seed: int = 0

    def check(self) -> None:
        """Raises ValueError for a sigma or tau that is negative or no number, and for a seed of more than 64 bits."""
        for name, value in (("sigma", self.sigma), ("tau", self.tau)):
            given = numeric(f"noise.{name}", value, torch.float64, torch.device("cpu"))
            least = given.min().item() if isinstance(given, Tensor) else given
            if not 0 <= least < math.inf:
                raise refused(f"noise.{name}", least, "0 or more")
        whole("noise.seed", self.seed, -(2**63), "a whole number of 64 bits")

    def coefficients(self, dt: Any, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """(d, sigma sqrt(1 - d^2)), by functions that are the same to the bit on every machine."""
        numbers = isinstance(self.tau, float) and isinstance(dt, float)
        decay, root = (_kept_decay if numbers else _decay)(self.tau, dt, dtype)
        return decay, torch.as_tensor(self.sigma, dtype=dtype) * root

    def begin(self, N: int, dtype: torch.dtype) -> Tensor:
        """Where it begins, [N], in units of sigma: drawn from its stationary distribution."""
        return _first(self.seed, N, dtype) if N <= SMALL else normal(self.seed, 0, torch.arange(N), 1, dtype)


@lru_cache(maxsize=8)  # a slider of something else draws nothing anew
def _first(seed: int, N: int, dtype: torch.dtype) -> Tensor:
    with torch.inference_mode(False):  # who comes later may want a gradient
        return normal(seed, 0, torch.arange(N), 1, dtype)


def _decay(tau: Any, dt: Any, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """d and sqrt(1 - d^2)"""
    rate = torch.as_tensor(dt, dtype=torch.float64) / torch.as_tensor(tau, dtype=dtype).double()
    # of the former two no gradient is known
    power, less_one = (torch.exp, torch.expm1) if rate.requires_grad else (exp, expm1)
    return power(rate * -1).to(dtype), torch.sqrt(less_one(rate * -2) * -1).to(dtype)


_kept_decay = lru_cache(maxsize=8)(_decay)
