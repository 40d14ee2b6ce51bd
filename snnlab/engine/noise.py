"""Noise that every neuron of a run has for itself, drawn inside of the loop."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from snnlab.core import refused
from snnlab.core.random import normal

from .values import numeric, whole


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

    def coefficients(self, dt: float, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """(d, sigma sqrt(1 - d^2))"""
        sigma, tau = (torch.as_tensor(x, dtype=dtype) for x in (self.sigma, self.tau))
        decay = torch.exp(-dt / tau.double()).to(dtype)
        return decay, sigma * torch.sqrt(-torch.expm1(-2 * dt / tau.double())).to(dtype)

    def begin(self, N: int, dtype: torch.dtype) -> Tensor:
        """Where it begins, [N], in units of sigma: drawn from its stationary distribution."""
        return normal(self.seed, 0, torch.arange(N), stream=1, dtype=dtype)
