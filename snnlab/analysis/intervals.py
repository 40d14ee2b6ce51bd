"""What tells inter-spike intervals apart: bursts among them, a drift, none of both.

Only ratios count, but for the grid of dt on which spikes lie.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

EQUAL = 0.1  # of their mean: intervals whose standard deviation is no more are equal
GROWTH = 1.25  # last over first interval, from which firing adapts
DRIFT = 1.05  # mean of the last third over that of the first, from which intervals drift at all
STEADY = 0.6  # correlation of intervals with their number, from which they drift
CHANCE = 5.0  # times its scatter: a growth that is less may be one by chance
GAP = 3.0  # silences between bursts over the intervals within them
RARE = 5.0  # the same for n silences is 1 + RARE / n at least: of random spikes, few silences show a gap more often


# ---- bursts ------------------------------------------------------------------------------------------------------


def groups(times: np.ndarray) -> list[np.ndarray]:
    """Spikes in bursts, where silences stand apart from shorter intervals; else each spike is a group of its own.

    Of the ways to take the longest intervals (up to half of them) for silences, it is the one with the widest gap
    between the shortest silence and the longest interval within a burst, see `wanted`.

    >>> [len(group) for group in groups(np.array([0.0, 2, 5, 50, 52, 100]))]
    [3, 2, 1]
    >>> [len(group) for group in groups(np.array([0.0, 10, 21, 33]))]
    [1, 1, 1, 1]
    """
    isi = np.diff(times)
    if (between := silences(isi)) is None:
        return np.split(times, np.arange(1, len(times)))
    return np.split(times, np.flatnonzero(between) + 1)


def silences(isi: np.ndarray) -> np.ndarray | None:
    """Which intervals are silences between bursts; None where no gap parts them from the others."""
    if len(isi) < 2:
        return None
    ascending = np.sort(isi)
    least = len(isi) // 2  # of intervals within bursts
    gaps = ascending[least:] / ascending[least - 1 : -1]
    gaps[gaps < wanted(np.arange(len(gaps), 0, -1))] = 0.0
    return isi >= ascending[least + gaps.argmax()] if gaps.any() else None


def wanted(n: Any) -> Any:
    """How many times as long as the intervals within bursts n silences between them have to be.

    Of m random intervals, the n-th longest is r times the next one with a probability of about (n / m)^(n (r - 1)).
    """
    return np.maximum(GAP, 1 + RARE / n)


def in_bursts(sizes: Sequence[int]) -> bool:
    """Whether groups are bursts: two or more, and three for every single spike but the last, which may be cut off."""
    many, alone = sum(size > 1 for size in sizes), sum(size == 1 for size in sizes[:-1])
    return many >= 2 and many >= 3 * alone


# ---- drift -------------------------------------------------------------------------------------------------------


class Drift(NamedTuple):
    """How intervals grow or shrink, each as a factor: 1 where they do not."""

    growth: float = 1.0  # from first to last, on the monotonic curve nearest to them
    thirds: float = 1.0  # of their mean, from the first third to the last
    scatter: float = 0.0  # about that curve, as a part of it
    limit: float = GROWTH  # of a growth that is none by chance

    @property
    def strong(self) -> bool:
        return max(self.growth, 1 / self.growth) >= self.limit


def drift(isi: np.ndarray, dt: float) -> Drift:
    """The drift of intervals, which is more than their scatter, and than a step of dt."""
    if len(isi) < 2:
        return Drift()
    curves = [rising(isi), rising(isi[::-1])[::-1]]
    scatters = [float((isi / curve - 1).std()) for curve in curves]
    curve, scatter = min(zip(curves, scatters), key=lambda one: one[1])
    count = max(1, len(isi) // 3)
    first, last = isi[:count].mean(), isi[-count:].mean()
    found = Drift(float(curve[-1] / curve[0]), float(last / first), scatter, max(GROWTH, 1 + CHANCE * scatter))
    slow = abs(last - first) > dt and abs(correlation(isi)) >= STEADY and (found.thirds > 1) == (found.growth > 1)
    slow &= max(found.thirds, 1 / found.thirds) >= (DRIFT if len(isi) > 2 else 1 + EQUAL)
    fast = abs(curve[-1] - curve[0]) > 2 * dt and found.strong
    return found if scatter <= EQUAL and (slow or fast) else Drift()


def rising(values: np.ndarray) -> np.ndarray:
    """The curve that never falls and is nearest to values, by its largest distance."""
    return (np.maximum.accumulate(values) + np.minimum.accumulate(values[::-1])[::-1]) / 2


def correlation(isi: np.ndarray) -> float:
    """Of intervals with their number; 1 or -1 for two."""
    return float(np.corrcoef(np.arange(len(isi)), isi)[0, 1]) if np.ptp(isi) else 0.0


def flat(isi: np.ndarray, dt: float) -> bool:
    """Whether intervals are equal, but for a scatter, and for the grid of dt."""
    return isi.std() / isi.mean() <= limit(isi, dt) and drift(isi, dt).growth == 1.0


def limit(isi: np.ndarray, dt: float) -> float:
    """Up to which standard deviation over mean they are equal."""
    return EQUAL + dt / isi.mean() / 2
