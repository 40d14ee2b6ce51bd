"""Gradients from the adjoint equations: for the times of spikes, where a surrogate is a guess.

The adjoint of each variable is scaled by its own time constant, as in Norse. What comes through a synapse is the
derivative times tau_mem / tau_syn: the direction of learning is the same, its rate is not.
"""

from typing import Any

import torch
from torch import func

from .advance import Advance
from .neuron import Neuron
from .step import received, step


class Adjoint(torch.autograd.Function):
    """One step forwards; backwards the adjoint state lambda, one variable for each of the neuron's.

    Between spikes it follows the transposed Jacobian of the flow, each variable measured in units of its own decay at
    rest, D (for LIF: d lambda_i = dt / tau_syn (lambda_v - lambda_i)). At a spike every variable that the reset changes
    is scaled by how much the jump changed its velocity, and the spike's own gradient dz enters through that velocity:
    lambda <- (1 - z) lambda + z (f+ / f- lambda + dz / f-). The input's gradient is lambda where the input lands.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(neuron, p, dt, advance, inputs, *tensors):
        x, I, s = _apart(neuron, inputs, tensors)
        z, s = step(neuron, s, p, dt, spikes=x, current=I, advance=advance)
        return z, *s

    @staticmethod
    def setup_context(ctx, arguments, output):
        ctx.neuron, ctx.p, ctx.dt, ctx.advance, ctx.inputs, *tensors = arguments
        ctx.save_for_backward(*tensors, *output)

    @staticmethod
    def backward(ctx, dz, *cotangents):
        neuron, p, dt, count = ctx.neuron, ctx.p, ctx.dt, len(ctx.neuron.state._fields)
        tensors, (z, *new) = ctx.saved_tensors[: -count - 1], ctx.saved_tensors[-count - 1 :]
        x, I, old = _apart(neuron, ctx.inputs, tensors)
        new, adjoint = neuron.state(*new), neuron.state(*cotangents)

        passed = None
        if neuron.hold is not None:  # what was held comes from the state before
            _, back = _pull(lambda o, s: neuron.hold(o, z, s, p)[1], old, new)
            passed, adjoint = back(adjoint)

        landed = received(neuron, old, x, p) if x is not None and neuron.lands == "before" else old
        _, back = _pull(lambda s, I: neuron.flow(s, I, p), landed, I)
        scales = _decay(neuron, p, dz.dtype)
        by_state, _ = back(neuron.state(*(a / d for a, d in zip(adjoint, scales))))
        _, by_current = back(adjoint)
        adjoint = [a + dt * d * b for a, d, b in zip(adjoint, scales, by_state)]

        jumping = [r is not s for r, s in zip(neuron.reset(new, p), new)] if neuron.reset else [False] * count
        after = neuron.state(*(n if j else o for n, o, j in zip(new, old, jumping)))
        speeds = zip(neuron.flow(old, I, p), neuron.flow(after, I, p), jumping)
        adjoint = [_jumped(a, z, dz, *speed) for a, speed in zip(adjoint, speeds)]
        if passed is not None:
            adjoint = [a + b for a, b in zip(adjoint, passed)]

        by_input: tuple = ()
        if x is not None:
            _, back = _pull(lambda *x: received(neuron, old, x if len(x) > 1 else x[0], p), *_tuple(x))
            by_input = back(neuron.state(*adjoint))
        full = (*by_input, dt * by_current, *adjoint)
        found = [g.sum_to_size(t.shape) for g, t in zip(full, tensors, strict=True)]
        return None, None, None, None, None, *found


def adjoint_step(neuron: Neuron, s, p, dt, *, spikes=None, current=0.0, advance: Advance | None = None, **options):
    """As `step`, with gradients of inputs and state from the adjoint equations (none of parameters, nor of dt).

    Source: Wunderlich, Pehle, Sci. Rep. 11:12829, 2021.
    """
    if neuron.excess is not None and "method" in p._fields:
        p = p._replace(method="heaviside")
    inputs = () if spikes is None else _tuple(spikes)
    inputs = tuple(x.to_dense() if x.layout != torch.strided else x for x in inputs)
    like = torch.broadcast_tensors(*inputs, *map(torch.as_tensor, s))
    dtype = like[0].dtype
    for t in like:
        dtype = torch.promote_types(dtype, t.dtype)
    s = [t.to(dtype) for t in like[len(inputs) :]]
    current = torch.as_tensor(current, dtype=dtype, device=s[0].device)
    z, *s = Adjoint.apply(neuron, p, dt, advance, len(inputs), *inputs, current, *s)
    return z, neuron.state(*s)


def _tuple(x) -> tuple:
    return x if isinstance(x, tuple) else (x,)


def _apart(neuron: Neuron, inputs: int, tensors):
    x = tensors[:inputs]
    return (x if inputs > 1 else x[0] if inputs else None), tensors[inputs], neuron.state(*tensors[inputs + 1 :])


def _decay(neuron: Neuron, p, dtype):
    """How fast each variable alone returns to rest, 1/s; 1 for one that does not."""
    rest = neuron.state(*(torch.as_tensor(x, dtype=dtype) for x in neuron.rest(p)))
    rates = []
    for field in neuron.state._fields:

        def own(x, field=field):
            return getattr(neuron.flow(rest._replace(**{field: x}), 0.0, p), field)

        value, back = _pull(own, getattr(rest, field))
        (slope,) = back(torch.ones_like(value))
        rates.append(torch.where(slope < 0, -slope, 1.0))
    return rates


def _jumped(adjoint, z, dz, before, after, jumping: bool):
    if not jumping:
        return adjoint
    moving = before != 0
    speed = torch.where(moving, before, 1.0)
    return torch.where(z > 0, torch.where(moving, (after * adjoint + dz) / speed, 0.0), adjoint)


def _pull(function, *inputs) -> tuple[Any, Any]:
    """Value of a function, and what takes a cotangent of it back to the inputs."""
    value, back = func.vjp(function, *inputs)  # type: ignore[misc]
    return value, back
