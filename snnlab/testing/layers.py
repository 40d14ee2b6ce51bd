"""What a layer of every neuron keeps: weights in front of its input port, and its own spikes fed back."""

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Neuron, readout, recurrent, step
from snnlab.core.step import at_port

from .contract import Check, close, holds, same
from .inputs import DT, F64, near_threshold, nested_parameters, parameters, random_state, spiking

ROUNDING = {"rtol": 1e-12, "atol": 1e-12}  # sums over weights in another order


def weighted(neuron: Neuron, x: Tensor, w: Tensor) -> dict[str, Any]:
    """Keyword of `step` for x through the weights w: with channels, the sign of a weight says which it takes."""
    return at_port(neuron, tuple(x @ c(w).T for c in neuron.channels) if neuron.channels else x @ w.T)


def layer_of(neuron: Neuron) -> tuple[Callable, Any]:
    """A layer of neurons with weights, and its class of states: integrators have no feedback."""
    if not spiking(neuron):
        return readout(neuron), neuron.state
    state = namedtuple("LayerState", ("z", *neuron.state._fields))  # type: ignore[misc]
    return recurrent(neuron, state), state


@Check
def a_layer_is_the_neuron_with_weighted_input(neuron: Neuron) -> None:
    """Without spikes before; for any leading dimensions."""
    n_in, n = 3, 5
    layer, layer_state = layer_of(neuron)
    for batch in ((), (4,), (2, 4)):
        generator = torch.Generator().manual_seed(2)
        w_in, w_rec = (torch.rand(n, m, generator=generator, **F64) - 0.3 for m in (n_in, n))
        s = random_state(neuron, *batch, n)
        last = (torch.zeros(*batch, n, **F64),) if spiking(neuron) else ()
        x = torch.rand(*batch, n_in, generator=generator, **F64)
        weights = (w_in, w_rec) if spiking(neuron) else (w_in,)
        output, after = layer(x, layer_state(*last, *s), *weights, nested_parameters(neuron), DT)
        holds(type(after) is layer_state, f"the state of a layer is a {type(after).__name__}")
        same(output, after.z if spiking(neuron) else after.v, "the output of a layer")
        for name, value in after._asdict().items():
            holds(value.shape == (*batch, n), f"{name} of a layer has the shape {tuple(value.shape)}")
        z, plain = step(neuron, s, parameters(neuron), DT, **weighted(neuron, x, w_in))
        if spiking(neuron):
            same(output, z, "z of a layer")
        close(neuron.state(*after[-len(plain) :]), plain, "a layer", **ROUNDING)


@Check.where(spiking)
def recurrent_spikes_come_back_weighted(neuron: Neuron) -> None:
    """The last spikes enter where the input enters, through w_rec, from row to column."""
    n = 3
    layer, layer_state = layer_of(neuron)
    w_rec = torch.tensor([[0.0, 0.2, 0.0], [0.0, 0.0, -0.3], [0.5, 0.0, 0.0]], **F64)
    s, fired = near_threshold(neuron, n), torch.tensor([1.0, 0.0, 1.0], **F64)
    silence = torch.zeros(1, **F64), torch.zeros(n, 1, **F64)
    _, after = layer(silence[0], layer_state(fired, *s), silence[1], w_rec, nested_parameters(neuron), DT)
    _, plain = step(neuron, s, parameters(neuron), DT, **at_port(neuron, torch.tensor([0.0, -0.3, 0.5], **F64)))
    close(neuron.state(*after[-len(plain) :]), plain, "a layer after its own spikes", **ROUNDING)


CHECKS = tuple(value for value in globals().values() if isinstance(value, Check))
