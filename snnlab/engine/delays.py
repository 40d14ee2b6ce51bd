"""Delays that synapses have for themselves: read beside the weights, and kept in the order of sparse ones."""

import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor

from snnlab.core import what_is

WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def are_several(delay: Any) -> bool:
    """Whether it is more than the one number of a projection."""
    return isinstance(delay, Tensor | np.ndarray) and bool(delay.ndim)


def placed(name: str, weights: Tensor, delays: Any) -> tuple[Tensor, Tensor | int]:
    """Sparse weights (CSR), and the delay of each of their entries; where all have one, that number.

    Dense weights that are 0 are no synapses, unless they want a gradient. Raises ValueError for delays that are no
    whole numbers from 1 on, or do not fit: dense ones have the shape of the weights, or [entries] of CSR.
    """
    given = torch.as_tensor(delays) if isinstance(delays, np.ndarray) and delays.dtype.kind in "iu" else delays
    shape = tuple(weights.shape)
    if weights.layout == torch.strided:
        fits, shapes = isinstance(given, Tensor) and tuple(given.shape) == shape, str(list(shape))
    else:
        weights = weights.to_sparse_csr()
        entries = len(weights.col_indices())
        fits = isinstance(given, Tensor) and tuple(given.shape) in (shape, (entries,))
        shapes = f"{list(shape)}, or [{entries}] in the order of CSR"
    if not fits or given.layout != torch.strided or given.dtype not in WHOLE:
        kind = f"of shape {tuple(given.shape)} and {given.dtype}" if isinstance(given, Tensor) else what_is(given)
        raise ValueError(f"{name}.delay {kind} does not fit: give whole numbers from 1 on, {shapes}")
    weights, given = _entries(weights, given.to(weights.device, torch.int64))
    least, most = map(int, given.aminmax()) if len(given) else (1, 1)
    if least < 1:
        raise ValueError(f"{name}.delay has {least}: give whole numbers from 1 on, {shapes}")
    return weights, given if least < most else least


def _entries(weights: Tensor, delays: Tensor) -> tuple[Tensor, Tensor]:
    """Weights as CSR, and the delays of its entries."""
    if weights.layout != torch.strided:
        if delays.ndim == 1:
            return weights, delays
        return weights, delays[rows_of(weights), weights.col_indices()]
    there = torch.ones_like(weights, dtype=torch.bool) if weights.requires_grad else weights != 0
    rows, columns = there.nonzero().unbind(1)
    first = torch.nn.functional.pad(there.sum(1).cumsum(0), (1, 0))
    values = weights[rows, columns]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says once that its CSR is young
        sparse = torch.sparse_csr_tensor(first, columns, values, weights.shape, check_invariants=False)
    return sparse, delays[rows, columns]


def rows_of(weights: Tensor) -> Tensor:
    """The row of each entry of CSR."""
    return torch.repeat_interleave(torch.arange(len(weights), device=weights.device), weights.crow_indices().diff())
