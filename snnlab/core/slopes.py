"""How the flow of each variable depends on that variable itself: found from the recorded operations."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from .record import Program, apart, example, record


def slopes_and_rates(flow: Callable, s: Any, I, p: Any) -> dict[str, Any]:
    """For each variable x of s, "slope.x" is d(dx/dt)/dx and "rate.x" is dx/dt, both in 1/s; a slope of nothing is 0.0.

    What p holds must have the shape of s, or broadcast to it.
    """
    x = {name: getattr(s, name).detach().requires_grad_() for name in s._fields}
    with torch.enable_grad():
        rates = flow(s._replace(**x), I, p)
    found: dict[str, Any] = {}
    for name, rate in zip(s._fields, rates, strict=True):
        depends = isinstance(rate, Tensor) and rate.requires_grad  # on any of them
        slope = None
        if depends:
            (slope,) = torch.autograd.grad(rate, x[name], torch.ones_like(rate), retain_graph=True, allow_unused=True)
        found |= {f"slope.{name}": 0.0 if slope is None else slope}
        found |= {f"rate.{name}": rate.detach() if depends else rate}
    return found


@lru_cache(maxsize=128)
def own_slopes(flow: Callable, state: Any, fields: Any, constants: tuple[tuple[str, Any], ...] = ()) -> Program:
    """The program of `slopes_and_rates` for a state class, of s.*, p.* and I.

    `fields` is the class of the parameters, `constants` are those of them that are no numbers.
    """
    return apart(_recorded, flow, state, fields, constants)


def _recorded(flow: Callable, state: Any, fields: Any, constants: tuple[tuple[str, Any], ...]) -> Program:
    p = example(fields, 2)._replace(**dict(constants))
    I = torch.rand(1, dtype=torch.float64)
    return record(lambda s, p, I: slopes_and_rates(flow, s, I, p), s=example(state, 1), p=p, I=I)
