"""How spike counts of a constant signal scatter, where spikes come by chance."""

import math
from typing import NamedTuple

import numpy as np
import torch

from snnlab.core.check import check, check_count, check_seed
from snnlab.models import EncoderModel

from .arguments import steps
from .encoded import by_its_chance, constant_spikes, signals, usual_step
from .population import fano_factor


class CountDistribution(NamedTuple):
    """Of each spike count [C] from 0 on the share of windows that have it, measured and by two laws; `fano` is variance
    over mean, measured (NaN without a spike) and of the binomial law."""

    counts: np.ndarray
    measured: np.ndarray
    binomial: np.ndarray
    poisson: np.ndarray
    fano: tuple[float, float]
    neuron: int


def count_distribution(
    model: EncoderModel,
    x: float,
    window: float = 50.0,
    neuron: int | None = None,
    windows: int = 2000,
    dt: float | None = None,
    seed: int = 0,
) -> CountDistribution:
    """The distribution of spike counts in windows of a constant signal x, of an encoder whose spikes come by chance.

    A spike comes with probability q = |rate| dt in each of the n steps of a `window` [ms], so counts are binomial:
    C(n, k) q^k (1 - q)^(n - k), with variance over mean 1 - q. While q is small that is close to Poisson's law,
    (n q)^k exp(-n q) / k!, with variance over mean 1. It is the `neuron` with the highest rate unless another is given.

    `dt` in ms, 1 unless given. Raises ValueError for an encoder without chance, a signal that it does not take, and a
    window that is not a whole number of dt.
    Source: Dayan, Abbott, Theoretical Neuroscience, MIT Press 2001, section 1.4.

    >>> from snnlab.models import Poisson
    >>> found = count_distribution(Poisson(f_max=100.0), x=1.0, window=2.0, dt=1.0)
    >>> found.counts, found.binomial.round(2), round(found.fano[1], 2)  # of two steps, each with 0.1 spikes
    (array([0, 1, 2]), array([0.81, 0.18, 0.01]), 0.9)
    """
    at, dt = signals(by_its_chance(model), [x], 1), usual_step(model, dt)
    check_count("windows", windows)
    check_seed("seed", seed)
    each = steps("window", window, dt)
    check("window", window, lambda t: each > 0, f"a time in ms of at least one step, {dt:g}")
    spikes = constant_spikes(model, at, each, dt, windows, seed)[:, 0].abs().sum(0).int().numpy()
    rates = np.abs(model.definition.rates(torch.tensor(x, dtype=torch.float64), model.p(torch.float64)).numpy())
    k = int(rates.argmax()) if neuron is None else neuron
    whole = f"a whole number from 0 to {len(rates) - 1}"
    check("neuron", k, lambda k: 0 <= k < len(rates) and not isinstance(k, float | bool), whole)
    found, chance = spikes[k], rates[k] * dt / 1000
    top = max(int(found.max()), most(each, chance, 4.0))
    counts = np.arange(top + 1)
    return CountDistribution(
        counts,
        np.bincount(found, minlength=top + 1) / windows,
        binomial(counts, each, chance),
        poisson(counts, each * chance),
        (float(fano_factor(found[:, None])[0]), float(1 - chance)),
        k,
    )


def binomial(k: np.ndarray, n: int, q: np.ndarray | float) -> np.ndarray:
    """C(n, k) q^k (1 - q)^(n - k), of shapes that broadcast.

    >>> binomial(np.arange(3), 2, 0.5)
    array([0.25, 0.5 , 0.25])
    """
    from scipy.special import gammaln, xlog1py, xlogy  # slow to load: for laws of counts alone

    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.exp(ways + xlogy(k, q) + xlog1py(n - k, -np.asarray(q, float)))


def poisson(k: np.ndarray, mean: float) -> np.ndarray:
    """mean^k exp(-mean) / k!.

    >>> poisson(np.arange(2), 0.0)
    array([1., 0.])
    """
    from scipy.special import gammaln, xlogy  # slow to load: for laws of counts alone

    return np.exp(xlogy(k, mean) - mean - gammaln(k + 1))


def most(n: int, q: float, deviations: float) -> int:
    """The greatest of n events of probability q, but for what lies about so many standard deviations above the mean.

    >>> most(100, 0.5, 2.0), most(3, 0.9, 8.0)
    (65, 3)
    """
    return min(n, math.ceil(n * q + deviations * math.sqrt(n * q) + deviations / 4))
