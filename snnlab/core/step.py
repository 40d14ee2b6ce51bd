"""The one story of a step: receive, drift, spike, jump."""

import torch
from torch import Tensor

from .advance import Advance, RungeKutta
from .neuron import Neuron
from .surrogate import spike, tracked


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


def received(neuron: Neuron, s, x, p):
    """The state after input spikes x landed: one tensor, or one for each of the neuron's channels."""
    if neuron.receive is None:
        raise ValueError(f"{neuron.name} has no spike port: give its input as a current")
    if neuron.channels and not isinstance(x, tuple):
        x = x.to(s[0].dtype) if x.dtype == torch.bool else x
        x = tuple(channel(x) for channel in neuron.channels)
    return neuron.receive(s, x, p)


def drifted(neuron: Neuron, s, I, p, dt, advance: Advance):
    """The state after dt along the flow, without spike or jump."""
    flow, within = neuron.flow, neuron.within
    if within is None or not isinstance(advance, RungeKutta):
        return advance(s, I, flow, p, dt)
    return advance(s, I, lambda stage, I, p: flow(within(s, stage, p), I, p), p, dt)


def step(
    neuron: Neuron,
    s,
    p,
    dt,
    *,
    spikes=None,
    current=0.0,
    advance: Advance | None = None,
    detach_reset=False,
    detach_hold=False,
):
    """(z, next state) of one step dt [s], with input at either port. The only place where a step is written.

    Gradients of the next state do not pass through z where it resets the state (`detach_reset`), or holds it back
    afterwards (`detach_hold`).
    """
    old = s
    if spikes is not None and neuron.lands == "before":
        s = received(neuron, s, spikes, p)
    if neuron.imposed is not None:
        s = neuron.imposed(s, current, p)
    s = drifted(neuron, s, current, p, dt, advance or neuron.advance)
    z, s = fired(neuron, old, s, p, detach_reset, detach_hold)
    if spikes is not None and neuron.lands == "after":
        s = received(neuron, s, spikes, p)
    return z, s


def fired(neuron: Neuron, old, s, p, detach_reset=False, detach_hold=False):
    """(z, state) of a state that was `old` a step before: a spike, and what it resets or holds back."""
    if neuron.excess is None:
        z = torch.zeros_like(s[0])
    elif neuron.reset is None:  # it crosses
        z = spike(neuron.excess(s, p), p)
        z = torch.where(neuron.excess(old, p) > 0, torch.zeros_like(z), z)
    else:
        z = spike(neuron.excess(s, p), p)
        s = jump(z.detach() if detach_reset else z, s, neuron.reset(s, p))
    if neuron.hold is not None:
        held, s = neuron.hold(old, z.detach() if detach_hold else z, s, p)
        z = neuron.hold(old, z, s, p)[0] if detach_hold else held
    return z, s


def at_port(neuron: Neuron, x) -> dict:
    """The keyword of `step` for a single input x."""
    return {"spikes": x} if neuron.port == "spikes" else {"current": x}
