"""Who sends whom how much, as a matrix that can be looked at."""

from typing import Any

import numpy as np

from snnlab.core.check import check


def weight_blocks(weights: Any, most: int = 200) -> np.ndarray:
    """Weights [to, from] as they are, or mean weights of square blocks, where there are more than `most` neurons.

    They are a dense array, or a sparse tensor; what is no synapse counts as 0. Blocks at the end may be smaller. Raises
    ValueError for what is no matrix, and `most` below 1.

    >>> weight_blocks(np.array([[1.0, 3.0, 0.0], [0.0, 0.0, 0.0], [2.0, 0.0, 5.0]]), most=2)
    array([[1., 0.],
           [1., 5.]])
    """
    check("most", most, lambda n: n >= 1, "1 or more")
    rows, columns, values, shape = _entries(weights)
    size = -(-max(shape) // most)
    count = tuple(-(-n // size) for n in shape)
    sums = np.bincount(rows // size * count[1] + columns // size, values, count[0] * count[1]).reshape(count)
    tall, wide = (np.minimum(np.arange(1, k + 1) * size, n) - np.arange(k) * size for k, n in zip(count, shape))
    return sums / np.outer(tall, wide)


def _entries(weights: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[int, int]]:
    """Rows, columns and values of what is there."""
    if getattr(weights, "is_sparse_csr", False):
        first, columns, values = (x.numpy() for x in (weights.crow_indices(), weights.col_indices(), weights.values()))
        return np.repeat(np.arange(len(first) - 1), np.diff(first)), columns, values, tuple(weights.shape)
    dense = np.asarray(weights, float)
    check("dimensions of weights", dense.ndim, lambda n: n == 2 and dense.size > 0, "2, of one neuron or more each")
    rows, columns = dense.nonzero()
    return rows, columns, dense[rows, columns], dense.shape
