"""How far two spike trains are apart, and how many of their spikes coincide."""

import math

import numpy as np

from snnlab.core.check import check

from .arguments import positive
from .reading import Given, lasting, train


def van_rossum(a: Given, b: Given, tau: float) -> float:
    """Distance D of two trains of spikes that each leave an exponential of time constant `tau` (all in ms).

    D^2 = 1/tau ∫ (f - g)^2 dt, f(t) = sum over spikes before t of exp(-(t - t_k) / tau). Normalised as in its source:
    D^2 = 1/2 for one spike against none, and 1 for two single spikes far apart. For large tau, D^2 goes to half the
    square of the difference of counts.

    Times, or recordings of one neuron. Raises ValueError for times that do not ascend and tau <= 0.

    Source: van Rossum, Neural Computation 13:751, 2001; the sum in one pass over all spikes: Houghton and Kreuz,
    Network 23:48, 2012.

    >>> van_rossum([5.0], [], tau=10.0) ** 2
    0.5000000000000001
    """
    positive("tau", tau)
    first, second = train(a, name="a").times.tolist(), train(b, name="b").times.tolist()
    trains = [(t, 1.0) for t in first] + [(t, -1.0) for t in second]
    square, difference, last = 0.0, 0.0, -math.inf
    for t, sign in sorted(trains):
        difference *= math.exp((last - t) / tau)  # f - g
        square += sign * (difference + sign / 2)
        difference += sign
        last = t
    return math.sqrt(max(square, 0.0))  # of equal trains, rounding may leave less than 0


def victor_purpura(a: Given, b: Given, cost: float) -> float:
    """The least that it costs to make one train into the other: 1 to add or remove a spike, `cost` per ms to move one.

    Times in ms, or recordings of one neuron. At cost 0 it is the difference of counts; a spike is moved by at most
    2 / cost. O(spikes of a x spikes of b).

    Raises ValueError for times that do not ascend, and a cost that is negative or not finite.

    Source: Victor and Purpura, Journal of Neurophysiology 76:1310, 1996.

    >>> victor_purpura([10.0, 20.0], [12.0], cost=0.1)  # move by 2 ms, remove one
    1.2
    """
    check("cost", cost, lambda x: 0 <= x < math.inf, "a finite number of at least 0 per ms")
    first, second = train(a, name="a").times, train(b, name="b").times
    columns = np.arange(len(second) + 1.0)
    least = columns  # from no spike of a to the first k of b: add them
    for row, t in enumerate(first, start=1):
        moved = least[:-1] + cost * np.abs(second - t)
        best = np.append(row, np.minimum(least[1:] + 1, moved))
        # adding spikes of b after the best so far: least[k] = min over j <= k of best[j] + k - j
        least = columns + np.minimum.accumulate(best - columns)
    return float(least[-1])


def coincidence_factor(data: Given, model: Given, window: float = 4.0, duration: float | None = None) -> float | None:
    """Coincidence factor Γ of a model's spikes with those of a cell: 1 for the same train, about 0 for a Poisson train.

    Γ = (n - ⟨n⟩) / ((N_data + N_model) / 2) / (1 - 2 f Δ), with n spikes of the cell that have one of the model's at
    most Δ = `window` [ms] away, each of which counts once, and ⟨n⟩ = 2 f Δ N_data, as many as a Poisson train of the
    model's rate f would have by chance. Negative where there are fewer than that; None where neither spikes, and
    where 2 f Δ >= 1: at such a rate every train coincides.

    Times, or recordings of one neuron, and the `duration` in ms for which both were recorded; a Recording has its own.
    Raises ValueError for times that do not ascend or are outside, window <= 0 and duration <= 0.

    Source: Kistler, Gerstner, van Hemmen, Neural Computation 9:1015, 1997; Jolivet et al., Journal of
    Neuroscience Methods 169:417, 2008, where Δ = 4 ms.

    >>> coincidence_factor([10.0, 50.0, 90.0], [11.0, 70.0], window=4.0, duration=1000.0)
    0.386...
    """
    positive("window", window)
    first, second = train(data, name="data"), train(model, name="model")
    duration = lasting(first if second.duration is None else second, duration)
    cell, other = first.inside(duration, "data"), second.inside(duration, "model")
    chance = 2 * window * len(other) / duration  # 2 f Δ
    if len(cell) + len(other) == 0 or chance >= 1:
        return None
    surplus = coincidences(cell, other, window) - chance * len(cell)
    return float(surplus / ((len(cell) + len(other)) / 2) / (1 - chance))


def coincidences(a: np.ndarray, b: np.ndarray, window: float) -> int:
    """How many pairs there are of a spike of each train at most `window` [ms] apart, no spike being in two of them."""
    found = i = j = 0
    first, second = a.tolist(), b.tolist()
    while i < len(first) and j < len(second):
        apart = first[i] - second[j]
        if abs(apart) <= window:  # of the earliest two: whatever else they were paired with would leave no more
            found, i, j = found + 1, i + 1, j + 1
        elif apart < 0:
            i += 1
        else:
            j += 1
    return found
