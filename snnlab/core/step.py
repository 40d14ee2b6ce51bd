"""The one story of a step: receive, drift, spike, jump."""

from collections.abc import Callable

import torch
from torch import Tensor

from .advance import Advance
from .neuron import Neuron
from .surrogate import threshold, tracked


class Jump(torch.autograd.Function):
    """reset where z, else s; backwards the gradient of (1 - z) s + z reset.

    Written out, that product would be NaN as soon as a state overflows (0 * inf), which exponential and quadratic
    models do at the far ends of their sliders.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(z, s, reset):
        return torch.where(z > 0, reset, s)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad):
        z, s, reset = ctx.saved_tensors
        gradients = grad * (reset - s), grad * (1 - z), grad * z
        return tuple(g.sum_to_size(i.shape) for g, i in zip(gradients, (z, s, reset), strict=True))


def jump(z: Tensor, s, reset):
    """The state after the spikes z: `reset` where z, else `s`; fields that reset leaves alone are passed through."""
    fields = []
    for old, new in zip(s, reset, strict=True):
        if new is old:
            fields.append(old)
            continue
        new = torch.as_tensor(new, dtype=old.dtype, device=old.device)
        fields.append(Jump.apply(z, old, new) if tracked(z, old, new) else torch.where(z > 0, new, old))
    return type(s)(*fields)


def step(neuron: Neuron, s, p, dt, *, spikes=None, current=0.0, advance: Advance | None = None, detach_reset=False):
    """(z, next state) of one step dt [s], with input at either port. The only place where a step is written."""
    if spikes is not None:
        if neuron.receive is None:
            raise ValueError(f"{neuron.name} has no spike port: give its input as a current")
        s = neuron.receive(s, spikes, p)
    s = (advance or neuron.advance)(s, current, neuron.flow, p, dt)
    z = threshold(neuron.excess(s, p), p.method, p.alpha)
    return z, jump(z.detach() if detach_reset else z, s, neuron.reset(s, p))


def at_port(neuron: Neuron, x) -> dict:
    """The keyword of `step` for a single input x."""
    return {"spikes": x} if neuron.port == "spikes" else {"current": x}


def feed_forward(neuron: Neuron) -> Callable:
    """`(x, state, p, dt) -> (z, state)`: one step with a single input, at the neuron's port."""

    def feed_forward_step(x, state, p=None, dt=0.001):
        p = neuron.parameters() if p is None else p
        return step(neuron, state, p, dt, **at_port(neuron, x))

    return described(feed_forward_step, neuron, "feed_forward_step", "One step, input x entering at the neuron's port.")


def described(function: Callable, neuron: Neuron, suffix: str, first: str) -> Callable:
    """The function with the name and docstring that its neuron gives it."""
    function.__name__ = function.__qualname__ = f"{neuron.name.lower()}_{suffix}"
    function.__doc__ = f"{first}\n\n{neuron.doc}\n\nShapes broadcast; dt in s.\n\nSource: {neuron.source}"
    return function
