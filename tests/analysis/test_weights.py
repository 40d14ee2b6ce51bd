"""Distributions of weights, against NumPy's."""

import numpy as np
import pytest

from snnlab.analysis import shares_at_bounds, weight_histogram

WEIGHTS = 0.03 * np.random.default_rng(2).random((5, 400))


def test_a_histogram_is_that_of_numpy():
    """At each time; a weight on an edge lies above it, and the largest in the last part."""
    weights = np.append(WEIGHTS, [[0.0, 0.03, 0.015]] * 5, axis=1)
    counts, edges = weight_histogram(weights, 0.03, bins=8)
    for row, found in zip(weights, counts):
        np.testing.assert_array_equal(found, np.histogram(row / 0.03, 8, (0, 1))[0])
    np.testing.assert_allclose(edges, np.arange(9) / 8)


def test_uniform_weights_have_their_share_at_each_bound():
    low, high = shares_at_bounds(WEIGHTS, 0.03, edge=0.1)
    assert (low.mean(), high.mean()) == pytest.approx((0.1, 0.1), abs=5 * np.sqrt(0.09 / WEIGHTS.size))


def test_what_is_no_weight_is_refused():
    with pytest.raises(ValueError, match=r"weights / largest = 1\.5 is not allowed: give 0 to 1"):
        weight_histogram([[0.0, 3.0]], 2.0)
    with pytest.raises(ValueError, match=r"weights / largest = -0\.5 is not allowed: give 0 to 1"):
        shares_at_bounds([[-1.0, 1.0]], 2.0)
    with pytest.raises(ValueError, match=r"edge = 0\.6 is not allowed: give more than 0, at most 0\.5"):
        shares_at_bounds([[0.0]], 2.0, edge=0.6)
    with pytest.raises(ValueError, match="bins = 0 is not allowed: give a whole number from 1 to 10,000"):
        weight_histogram([[0.0]], 2.0, bins=0)
