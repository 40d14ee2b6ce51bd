"""Exponential smoothing of spikes and signals."""

from functools import partial
from itertools import accumulate
from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import InverseTime, Quantity, SpikeOperation, precise
from snnlab.core.check import check_time


def exp_filter_step(old_value: Tensor, new_value: Tensor, parameter: float | Tensor) -> Tensor:
    """One step: `parameter old_value + new_value`; shapes broadcast.

    `parameter` is exp(-dt / tau) for a filter with time constant tau.
    """
    return 1.0 * parameter * old_value + new_value


def exp_filter(values: Tensor, parameter: float, state: Tensor | None = None) -> Tensor:
    """The filter over time: `y_t = parameter y_(t-1) + x_t` for x [time, ...], from y = `state` (0 unless given).

    Returns y [time, ...]; the last is the `state` with which a next piece goes on. Without a state the sum is kept in
    float32 at least, also for half precision, and y has the dtype of the values.
    Raises ValueError for values without steps.

    >>> exp_filter(torch.tensor([1.0, 0.0, 0.0]), 0.5)
    tensor([1.0000, 0.5000, 0.2500])
    """
    check_time("values", values)
    start = torch.zeros_like(values[0], dtype=precise(values.dtype)) if state is None else state
    sums = torch.stack([*accumulate(values, partial(exp_filter_step, parameter=parameter), initial=start)][1:])
    return sums.to(values.dtype) if state is None and values.is_floating_point() else sums


class FilterParameters(NamedTuple):
    tau_inv: Annotated[
        Tensor, InverseTime("tau", low=1, high=100, bounds=(0.001, 1e5), doc="time constant of the filter")
    ] = as_tensor(50.0)


class FilterOutputs(NamedTuple):
    y_a: Annotated[Tensor, Quantity("1", low=0, high=3, bounds=(0, 1e6), symbol="y_A", doc="filtered spikes of A")]
    y_b: Annotated[Tensor, Quantity("1", low=0, high=3, bounds=(0, 1e6), symbol="y_B", doc="filtered spikes of B")]


def _filtered(x, z, s, p, dt):
    kept = torch.exp(-dt * p.tau_inv)
    return FilterOutputs(exp_filter_step(s.y_a, z.a, kept), exp_filter_step(s.y_b, z.b, kept))


ExponentialFilter = SpikeOperation(
    name="ExponentialFilter",
    title="Exponential filter",
    doc="Each spike adds 1 to a trace that decays: what a synapse makes of a train.",
    source="Dayan, Abbott, Theoretical Neuroscience, MIT Press 2001, section 1.2",
    parameters=FilterParameters,
    outputs=FilterOutputs,
    apply=_filtered,
    functions=(exp_filter, exp_filter_step),
)
