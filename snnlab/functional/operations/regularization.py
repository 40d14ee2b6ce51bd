"""What a loss may want to know about the activity of a layer, gathered step by step."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from snnlab.core import precise

# (spikes, state of the neurons, what was gathered so far or None) -> what is gathered now
Accumulator = Callable[[Tensor, Any, Any], Any]


def spike_accumulator(z: Tensor, _: Any, state: Tensor | None = None) -> Tensor:
    """The number of spikes of all neurons so far: `state + sum(z)`, a tensor without dimension, at least float32."""
    return (0 if state is None else state) + z.to(precise(z.dtype)).sum()


def voltage_accumulator(z: Tensor, s: Any, state: Tensor | None = None) -> Tensor:
    """The sum over time of every neuron's potential: `state + s.v`, at least float32."""
    return (torch.zeros_like(s.v, dtype=precise(s.v.dtype)) if state is None else state) + s.v


def regularize_step(
    z: Tensor, s: Any, accumulator: Accumulator = spike_accumulator, state: Any = None
) -> tuple[Tensor, Any]:
    """(z, accumulator(z, s, state)): the spikes of a step as they are, and what is gathered with them.

    `s` is the neurons' state after the step, `state` what this function gave in the step before (None in the first).
    """
    return z, accumulator(z, s, state)
