"""How spike counts of a constant signal scatter, where spikes come by chance."""

from typing import NamedTuple

import numpy as np
import torch

from snnlab.core.check import check, check_count
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
    from scipy.stats import binom, poisson  # slow to load: for these laws alone

    at, dt = signals(by_its_chance(model), [x], 1), usual_step(model, dt)
    check_count("windows", windows)
    each = steps("window", window, dt)
    check("window", window, lambda t: each > 0, f"a time in ms of at least one step, {dt:g}")
    spikes = constant_spikes(model, at, each, dt, windows, seed)[:, 0].abs().sum(0).int().numpy()
    rates = np.abs(model.definition.rates(torch.tensor(x, dtype=torch.float64), model.p(torch.float64)).numpy())
    k = int(rates.argmax()) if neuron is None else neuron
    check("neuron", k, lambda k: 0 <= k < len(rates), f"a whole number from 0 to {len(rates) - 1}")
    found, chance = spikes[k], rates[k] * dt / 1000
    top = max(int(found.max()), int(binom.ppf(0.9999, each, chance)))
    counts = np.arange(top + 1)
    return CountDistribution(
        counts,
        np.bincount(found, minlength=top + 1) / windows,
        binom.pmf(counts, each, chance),
        poisson.pmf(counts, each * chance),
        (float(fano_factor(found[:, None])[0]), float(1 - chance)),
        k,
    )
