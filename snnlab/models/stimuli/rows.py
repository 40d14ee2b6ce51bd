"""Currents that a person has as numbers: a row with one value for each step, as a stimulus."""

from numbers import Real
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch

from snnlab.core import refused, what_is

from .port import Port
from .stimulus import Stimulus, stimuli_of


@runtime_checkable
class Array(Protocol):
    """What numpy takes as an array: its own, torch's, a Series of pandas, a DataArray of xarray."""

    def __array__(self) -> Any: ...


def is_row(value: Any) -> bool:
    """Whether it is numbers instead of a stimulus."""
    return isinstance(value, list | tuple) or (isinstance(value, Array) and not isinstance(value, Real))


def sampled(values: Any, dt: float, port: Port, what: str = "the model", before: int = 0) -> Stimulus:
    """A current with one value for each step of dt [ms] after so many before: a table in the port's unit, that holds.

    Raises ValueError for what is no row of finite numbers, and for a port without a current.

    >>> from snnlab.models import LIF
    >>> sampled([0.5, 1.5], dt=5.0, port=LIF().port).sample(4, dt=2.5).tolist()
    [0.5, 0.5, 1.5, 1.5]
    """
    if isinstance(values, torch.Tensor) and values.requires_grad and torch.is_grad_enabled():
        raise ValueError(
            "stimulus wants a gradient, and none passes through a model: detach it, or give it to "
            "snnlab.simulate(model, current=...), which can be differentiated"
        )
    try:
        row = np.asarray(values.detach().cpu() if isinstance(values, torch.Tensor) else values)
    except ValueError:  # rows of different length
        row = np.empty((0, 0))
    if row.ndim == 1 and row.dtype.kind == "f" and (bad := np.flatnonzero(~np.isfinite(row))).size:
        more = f", and {bad.size - 1:,} more are not finite" if bad.size > 1 else ""
        raise refused(f"stimulus[{bad[0]}]", row[bad[0]], f"finite numbers{more}")
    if row.ndim != 1 or not row.size or row.dtype.kind not in "fiub":
        shape = f" of shape {row.shape}" if row.ndim != 1 else ""
        raise ValueError(f"stimulus is {what_is(values)}{shape}: give a row of finite numbers, one for each step of dt")
    if port.current is None:
        raise ValueError(f"stimulus is {what_is(values)}, which would be a current: {what} takes none")
    times = np.arange(before, before + len(row)) * dt
    return stimuli_of(port)["Table"](source=tuple(zip(times.tolist(), row.astype(float).tolist())), between="hold")
