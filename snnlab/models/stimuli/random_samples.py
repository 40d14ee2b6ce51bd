"""Random numbers of stimuli that are drawn by chance: correlated noise, and Poisson spikes."""

import numpy as np
import torch

from ..recordings.sweep import EDGE

MANY = 1_000_000  # spikes whose times are drawn at once


def ornstein_uhlenbeck(shape, dt, sigma, tau, generator) -> torch.Tensor:
    """Stationary Ornstein-Uhlenbeck noise along the first axis, exact at any dt.

    x_(k+1) = d x_k + sigma sqrt(1 - d^2) xi with d = exp(-dt / tau).
    """
    decay = np.exp(-dt / tau)
    x = normal(shape, generator)
    x[1:] *= np.sqrt(1 - decay**2)
    return sigma * torch.as_tensor(decaying(x.numpy(), decay))


def normal(shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
    """Standard normal numbers, of which a longer row begins with the same: so that a run can go on as it began.

    torch draws sixteen at once, and the last sixteen anew where that leaves a rest.
    """
    count = torch.Size(shape).numel()
    drawn = torch.randn(-(-count // 16) * 16, generator=generator, dtype=torch.float64)
    return drawn[:count].reshape(shape)


def decaying(x: np.ndarray, decay: float) -> np.ndarray:
    """y_k = decay y_(k-1) + x_k along the first axis, summed by doubling: log2(T) passes instead of T."""
    y, reach, factor = x.copy(), 1, decay
    while reach < len(y):
        y[reach:] += factor * y[:-reach]  # numpy reads all of the right side before it writes
        reach, factor = 2 * reach, factor * factor
    return y


def faded(counts: np.ndarray, rate: float, generator: torch.Generator) -> np.ndarray:
    """What is left, in each step, of so many spikes of size 1 that came anywhere in it and decay at `rate` a step."""
    found = np.zeros(len(counts))
    # a stream of its own, so that a longer run begins with the same numbers
    generator = torch.Generator().manual_seed(generator.initial_seed() + 2_000_003)
    for part in np.array_split(np.arange(len(counts)), 1 + int(counts.sum()) // MANY):
        number = counts[part].astype(int)
        since = torch.rand(int(number.sum()), generator=generator, dtype=torch.float64).numpy()
        found[part] = np.bincount(np.repeat(np.arange(len(part)), number), np.exp(-rate * since), len(part))
    return found


def arrivals(t, rate, onset, run) -> np.ndarray:
    """How many spikes of a Poisson process come in each step."""
    mean = torch.as_tensor(np.where(t > onset - EDGE, rate * run.dt / 1000, 0.0))
    return torch.poisson(mean, generator=run.generator).numpy()
