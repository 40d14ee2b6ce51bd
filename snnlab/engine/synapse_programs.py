"""What happens at synapses, recorded: release, traces, learning, and what of a weight each channel gets."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import torch
from torch import Tensor

from snnlab.core import Plasticity, Program, record
from snnlab.core.plasticity import Spikes
from snnlab.functional import TsodyksMakramParameters, TsodyksMakramState, stp_step


def examples(fields: Any, generator: torch.Generator, dtype: torch.dtype, fixed: dict[str, Any]):
    values = torch.rand(len(fields._fields), generator=generator, dtype=dtype).split(1)
    return fields(*(fixed.get(f, value.clone()) for f, value in zip(fields._fields, values)))


@cache
def release_program(dtype: torch.dtype) -> Program:
    """released, u, x of z, s.*, p.*, dt"""
    g = torch.Generator().manual_seed(2)

    def run(z, s, p, dt):
        released, new = stp_step(z, s, p, dt)
        return {"released": released, "u": new.u, "x": new.x}

    s, p = (examples(c, g, dtype, {}) for c in (TsodyksMakramState, TsodyksMakramParameters))
    return record(run, z=torch.rand(1, generator=g, dtype=dtype), s=s, p=p, dt=torch.rand(1, generator=g, dtype=dtype))


@lru_cache(maxsize=64)
def traces_program(dtype: torch.dtype, rule: Plasticity, fixed: tuple) -> Program:
    """The rule's traces after a step, of s.*, z.pre, z.post, p.*, dt"""
    g = torch.Generator().manual_seed(3)
    s, z = (examples(c, g, dtype, {}) for c in (rule.state, Spikes))
    p = examples(rule.parameters, g, dtype, dict(fixed))
    return record(rule.next_traces, s=s, z=z, p=p, dt=torch.rand(1, generator=g, dtype=dtype))


@lru_cache(maxsize=64)
def learning_program(dtype: torch.dtype, rule: Plasticity, fixed: tuple) -> Program:
    """The weight after a step, of w, s.*, z.pre, z.post, p.*"""
    g = torch.Generator().manual_seed(4)
    s, z = (examples(c, g, dtype, {}) for c in (rule.state, Spikes))
    p = examples(rule.parameters, g, dtype, dict(fixed))
    return record(rule.next_weight, w=torch.rand(1, generator=g, dtype=dtype), s=s, z=z, p=p)


@lru_cache(maxsize=64)
def channel_program(channel: Callable[[Tensor], Tensor], dtype: torch.dtype) -> Program:
    """What of a weight a channel gets, of w."""
    return record(lambda w: channel(w), w=torch.full((1,), 0.5, dtype=dtype))


@lru_cache(maxsize=64)
def channel_gradient(channel: Callable[[Tensor], Tensor], dtype: torch.dtype) -> Program:
    """The gradient of a weight, of w and that of what the channel gets, g."""

    def pull(w, g):
        with torch.enable_grad():
            leaf = w.detach().requires_grad_()
            return torch.autograd.grad(channel(leaf), leaf, g)[0]

    return record(pull, w=torch.full((1,), 0.5, dtype=dtype), g=torch.full((1,), 0.25, dtype=dtype))
