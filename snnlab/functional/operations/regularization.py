"""What a loss may want to know about the activity of a layer, gathered step by step."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import Count, InverseTime, Quantity, SpikeOperation, precise

from ..encoders.decoders import sum_decode

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


class ReadoutParameters(NamedTuple):
    tau_mem_inv: Annotated[Tensor, InverseTime("tau_mem", low=1, high=200, doc="membrane time constant")] = as_tensor(
        50.0
    )
    target: Annotated[
        Tensor, Count(low=0, high=50, bounds=(0, 100_000), symbol="n^*", doc="number of spikes that is wanted")
    ] = as_tensor(10.0)


class ReadoutOutputs(NamedTuple):
    v: Annotated[Tensor, Quantity("1", low=0, high=3, bounds=(-1e6, 1e6), doc="potential of a leaky integrator")]
    n: Annotated[Tensor, Quantity("1", low=0, high=20, bounds=(0, 1e9), doc="number of spikes so far")]
    total: Annotated[
        Tensor, Quantity("ms", low=0, high=200, bounds=(-1e9, 1e9), symbol="V", doc="integral of v so far")
    ]
    penalty: Annotated[
        Tensor, Quantity("1", low=0, high=100, bounds=(0, 1e12), symbol="L", doc="penalty on what is off the target")
    ]


class _Membrane(NamedTuple):
    v: Tensor


def _gathered(x, z, s, p, dt):
    """`spike_accumulator` adds the spikes of all neurons in a sum, which lines A and B are here; v is summed in ms."""
    v = torch.exp(-dt * p.tau_mem_inv) * s.v + z.a + z.b
    n = s.n + (z.a + z.b)
    _, total = regularize_step(z, _Membrane(1000 * dt * v), voltage_accumulator, s.total)
    return ReadoutOutputs(v, n, total, (n - p.target) ** 2)


Readout = SpikeOperation(
    name="Readout",
    title="Readout and regularisation",
    doc="What a loss gathers: a leaky integrator's potential, its integral, the number of spikes, and a penalty on it.",
    source="Zenke, Vogels, Neural Comput. 33:899, 2021",
    parameters=ReadoutParameters,
    outputs=ReadoutOutputs,
    apply=_gathered,
    functions=(regularize_step, spike_accumulator, voltage_accumulator, sum_decode),
)
