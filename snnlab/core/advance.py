"""Integrators: how a state drifts along its flow for one step dt. Independent of models."""

from collections.abc import Callable
from functools import cache
from typing import Any

Advance = Callable[..., Any]


def euler(s, I, flow, p, dt):
    """Forward Euler: every variable from the old state."""
    return type(s)(*(x + dt * dx for x, dx in zip(s, flow(s, I, p), strict=True)))


@cache  # the same order is the same integrator, so kernels made for it are found again
def staggered(*order: str) -> Advance:
    """Euler one variable after the other, in this order, each from the newest values of those before it."""

    def advance(s, I, flow, p, dt):
        for name in order:
            s = s._replace(**{name: getattr(s, name) + dt * getattr(flow(s, I, p), name)})
        return s

    return advance
