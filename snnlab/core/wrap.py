"""Wrappers: what turns a step into another step, for any neuron."""

from collections.abc import Callable

import torch
from torch.nn.functional import linear

from .neuron import Neuron
from .step import at_port, described, step


def recurrent(neuron: Neuron, state_class: type, *, detach_reset=False, suffix="step") -> Callable:
    """`(x, state, w_in, w_rec, p, dt) -> (z, state)`: a layer that also feeds its own last spikes back.

    `state_class` is the neuron's state with the last spikes `z` in front; x [..., in], w_in [n, in], w_rec [n, n].
    """

    def recurrent_step(x, state, w_in, w_rec, p=None, dt=0.001):
        p = neuron.parameters() if p is None else p
        total = weighted(x, w_in) + weighted(state.z, w_rec)
        z, s = step(neuron, neuron.state(*state[1:]), p, dt, **at_port(neuron, total), detach_reset=detach_reset)
        return z, state_class(z, *s)

    return described(recurrent_step, neuron, suffix, "One step of a recurrent layer.")


def weighted(x, w):
    """x @ w^T, for dense and sparse x."""
    return linear(x, w) if x.layout == torch.strided else torch.sparse.mm(x, w.t())


def sparse(step_function: Callable) -> Callable:
    """The same step with spikes as sparse tensors."""

    def sparse_step(x, state, *arguments, **keywords):
        z, s = step_function(x, state, *arguments, **keywords)
        z = z.to_sparse()
        return z, s._replace(z=z) if "z" in s._fields else s

    sparse_step.__name__ = sparse_step.__qualname__ = f"{step_function.__name__}_sparse"
    sparse_step.__doc__ = f"{step_function.__doc__}\n\nSpikes leave (and may come) as sparse tensors."
    return sparse_step


def scan(step_function: Callable, *, last_only=False) -> Callable:
    """The step over time: x [T, ...] -> (z [T, ...], last state), or (last z, last state)."""

    def integral(x, state, *arguments, **keywords):
        zs = []
        for x_t in x:
            z, state = step_function(x_t, state, *arguments, **keywords)
            zs.append(z)
        return (zs[-1] if last_only else torch.stack(zs)), state

    integral.__name__ = integral.__qualname__ = (
        step_function.__name__.replace("feed_forward_step", "feed_forward") + "_integral"
    )
    integral.__doc__ = f"{step_function.__doc__}\n\nOver all steps of x [T, ...]."
    return integral
