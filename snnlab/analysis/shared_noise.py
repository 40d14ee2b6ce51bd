"""Two neurons with a part of their noise in common: how their spikes are correlated."""

from typing import NamedTuple

import numpy as np
import torch

from snnlab.core.check import check
from snnlab.engine import Noise
from snnlab.models import NeuronModel

from .arguments import neuron_model, positive, steps
from .constant import finite_run
from .mean_field import LIF, Membrane, irregularity, siegert_rate


class CorrelationTransfer(NamedTuple):
    """Over mean currents [K]: the rate of a neuron in Hz, and the correlation of spike counts of two of them."""

    current: np.ndarray
    rate: np.ndarray
    correlation: np.ndarray


def correlation_transfer(
    model: NeuronModel,
    currents: np.ndarray,
    sigma: float,
    tau: float = 1.0,
    shared: float = 0.3,
    window: float = 40.0,
    pairs: int = 60,
    duration: float = 2000.0,
    dt: float = 0.1,
    settle: float = 100.0,
    seed: int = 0,
) -> CorrelationTransfer:
    """How much of the correlation of what two neurons receive their spikes have, at each of these mean currents.

    Both get noise of a standard deviation `sigma`, in the unit of the current, and a correlation time `tau`; a part
    `shared` of its variance is common to both. Spikes are counted in windows; the correlation is the covariance of
    counts over their variance, of so many `pairs`. It grows with the rate, though `shared` stays. Times are in ms.

    Raises ValueError for a part that is not from 0 to 1, windows longer than half of the run, and no pairs.

    Source: de la Rocha, Doiron, Shea-Brown, Josić, Reyes, Nature 448:802, 2007.

    >>> from snnlab.models import LIF
    >>> found = correlation_transfer(LIF(), np.array([0.7, 1.0]), sigma=0.5, pairs=20, duration=500.0)
    >>> bool(found.rate[0] < found.rate[1]), bool(found.correlation[0] < found.correlation[1])
    (True, True)
    """
    neuron_model(model)
    check("shared", shared, lambda c: 0 <= c <= 1, "a part from 0 to 1")
    check("pairs", pairs, lambda n: n >= 1, "1 or more")
    positive("tau", tau)
    each, count = steps("window", window, dt), steps("duration", duration, dt)
    check("window", window, lambda w: 2 * each <= count, f"at most half of duration = {duration:g} ms")
    warm = round(settle / dt)
    common = _fluctuations(warm + count, pairs, tau, dt, seed) * (sigma * shared**0.5)
    mean = torch.as_tensor(np.asarray(currents), dtype=torch.float32)[:, None, None]
    run = finite_run(
        model.neuron,
        current=(mean + common[:, None, None]).expand(-1, -1, 2, -1),
        p=model.p(torch.float32, dt=dt),
        dt=dt / 1000,
        record=(),
        noise=Noise(sigma * (1 - shared) ** 0.5, tau / 1000, seed),
    )
    fired = run.spikes[warm:][: count // each * each] > 0
    counts = fired.reshape(-1, each, *fired.shape[1:]).sum(dim=1).double().numpy()
    apart = counts - counts.mean(axis=0)
    both, alone = (apart[:, :, 0] * apart[:, :, 1]).mean(axis=(0, 2)), (apart**2).mean(axis=(0, 2, 3))
    rate = 1000.0 * counts.mean(axis=(0, 2, 3)) / (each * dt)
    known = np.divide(both, alone, out=np.full(len(both), np.nan), where=alone > 0)
    return CorrelationTransfer(np.asarray(currents, float), rate, known)


def correlation_theory(mu, sigma, shared: float, membrane: Membrane = LIF) -> np.ndarray:
    """The correlation of spike counts in long windows of two LIF neurons that share a small part of their white noise.

    shared sigma^2 tau (dnu / dmu)^2 / (CV^2 nu), in the units of `siegert_rate`.

    Source: de la Rocha et al., Nature 448:802, 2007, equation 2.

    >>> low, high = correlation_theory([12.0, 18.0], 5.0, 0.1)
    >>> bool(0 < low < high < 0.1)
    True
    """
    mu = np.asarray(mu, float)
    step = 1e-3 * np.asarray(sigma, float)
    slope = (siegert_rate(mu + step, sigma, membrane) - siegert_rate(mu - step, sigma, membrane)) / (2 * step)
    rate, cv = siegert_rate(mu, sigma, membrane), irregularity(mu, sigma, membrane)
    return shared * np.asarray(sigma) ** 2 * membrane.tau / 1000.0 * slope**2 / (cv**2 * np.maximum(rate, 1e-12))


def _fluctuations(count: int, pairs: int, tau: float, dt: float, seed: int) -> torch.Tensor:
    """Ornstein-Uhlenbeck noise [T, pairs] of variance 1, stationary from the first step on."""
    from scipy.signal import lfilter  # slow to load: for shared noise alone

    white = np.random.default_rng(seed).standard_normal((count, pairs))
    kept = np.exp(-dt / tau)
    white[1:] *= np.sqrt(1 - kept**2)
    return torch.as_tensor(lfilter([1.0], [1.0, -kept], white, axis=0), dtype=torch.float32)
