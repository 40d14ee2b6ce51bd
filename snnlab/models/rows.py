"""Currents that a person has as numbers: a row with one value for each step, as a stimulus."""

from typing import Any

import numpy as np
import torch

from snnlab.core import what_is

from .stimulus import Port, Stimulus, stimuli


def is_row(value: Any) -> bool:
    """Whether it is numbers instead of a stimulus."""
    return isinstance(value, np.ndarray | torch.Tensor | list | tuple)


def sampled(values: Any, dt: float, port: Port, what: str = "the model", before: int = 0) -> Stimulus:
    """A current with one value for each step of dt [ms] after so many before: a table in the port's unit, that holds.

    Raises ValueError for what is no row of finite numbers, and for a port without a current.

    >>> from snnlab.models import LIF
    >>> sampled([0.5, 1.5], dt=5.0, port=LIF().port).sample(4, dt=2.5).tolist()
    [0.5, 0.5, 1.5, 1.5]
    """
    try:
        row = np.asarray(values.detach().cpu() if isinstance(values, torch.Tensor) else values)
    except ValueError:  # rows of different length
        row = np.empty((0, 0))
    if row.ndim != 1 or not row.size or row.dtype.kind not in "fiub" or not np.isfinite(row).all():
        shape = f" of shape {row.shape}" if row.ndim != 1 else ""
        raise ValueError(f"stimulus is {what_is(values)}{shape}: give a row of finite numbers, one for each step of dt")
    if port.current is None:
        raise ValueError(f"stimulus is {what_is(values)}, which would be a current: {what} takes none")
    times = np.arange(before, before + len(row)) * dt
    return stimuli(port)["Table"](source=tuple(zip(times.tolist(), row.astype(float).tolist())), between="hold")
