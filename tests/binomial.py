"""Exact bounds for counts of random events."""

import math

import torch


def distribution(n: int, p: float) -> torch.Tensor:
    """P(count = k) of a binomial count, k = 0 ... n."""
    k = torch.arange(n + 1, dtype=torch.float64)
    ways = math.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1)
    return (ways + k * math.log(p) + (n - k) * math.log1p(-p)).exp()


def bounds(n: int, p: float, false_alarm: float = 1e-6) -> tuple[int, int]:
    """Least and greatest count of n events of probability p that are not too rare: at most half of `false_alarm` lies
    below, and half of it above."""
    mass = distribution(n, p)
    least = int((mass.cumsum(0) <= false_alarm / 2).sum())
    return least, n - int((mass.flip(0).cumsum(0) <= false_alarm / 2).sum())
