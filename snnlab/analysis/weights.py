"""Weights that learn: how they are distributed, and whether they are near their bounds."""

from typing import NamedTuple

import numpy as np

from snnlab.core.check import check, check_count

from .arguments import array, positive

MOST = 10_000  # bins
EDGE = 0.2  # of the range: nearer to a bound than that is at it


class Shares(NamedTuple):
    """At each time [S] the shares of weights near 0 and near the largest."""

    low: np.ndarray
    high: np.ndarray


def weight_histogram(weights: np.ndarray, largest: float, bins: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """How many of the weights [S, N] lie in each of so many equal parts of 0 to `largest`: counts [S, bins], and the
    edges of the parts [bins + 1], relative to `largest`.

    Raises ValueError for weights outside of it (but for rounding), for what is no table of finite numbers, and for
    fewer than one bin.

    >>> counts, edges = weight_histogram([[0.0, 0.1, 2.0], [1.1, 1.2, 1.3]], 2.0, bins=2)
    >>> counts
    array([[2, 1],
           [0, 3]])
    >>> edges
    array([0. , 0.5, 1. ])
    """
    share = _shares(weights, largest)
    check_count("bins", bins, MOST)
    places = np.minimum((share * bins).astype(int), bins - 1) + bins * np.arange(len(share))[:, None]
    return np.bincount(places.ravel(), minlength=len(share) * bins).reshape(-1, bins), np.linspace(0.0, 1.0, bins + 1)


def shares_at_bounds(weights: np.ndarray, largest: float, edge: float = EDGE) -> Shares:
    """Which shares of the weights [S, N] are below `edge` of the largest, and above 1 - `edge` of it: both are large
    where weights are bimodal, as additive STDP leaves them, and each is `edge` where they are uniform.

    Raises ValueError as `weight_histogram` does, and for an edge that is not between 0 and 0.5.

    Source: Song, Miller, Abbott, Nat. Neurosci. 3:919, 2000.

    >>> shares_at_bounds([[0.1, 0.2, 1.0, 1.9]], 2.0)
    Shares(low=array([0.5]), high=array([0.25]))
    """
    share = _shares(weights, largest)
    check("edge", edge, lambda x: 0 < x <= 0.5, "more than 0, at most 0.5")
    return Shares((share < edge).mean(axis=1), (share > 1 - edge).mean(axis=1))


def _shares(weights: np.ndarray, largest: float) -> np.ndarray:
    """Weights as parts of the largest."""
    positive("largest", largest)
    table = array("weights", weights, 2)
    check("size of a row of weights", table.shape[1], lambda n: n > 0, "one weight or more")
    share = table / largest
    least, most = share.min(initial=0.0), share.max(initial=1.0)
    check("weights / largest", least if least < 0 else most, lambda x: -1e-6 <= x <= 1 + 1e-6, "0 to 1")
    return share.clip(0.0, 1.0)
