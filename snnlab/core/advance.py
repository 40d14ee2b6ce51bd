"""Integrators: how a state drifts along its flow for one step dt. Independent of models.

The current I is held over the step, whatever the method: it has one value a step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

Advance = Callable[..., Any]


def euler(s, I, flow, p, dt):
    """Forward Euler: every variable from the old state. Order 1."""
    return type(s)(*(x + dt * dx for x, dx in zip(s, flow(s, I, p), strict=True)))


@dataclass(frozen=True)  # the same order is the same integrator, so kernels made for it are found again
class Staggered:
    """Euler one variable after the other: see `staggered`."""

    order: tuple[str, ...]

    def __call__(self, s, I, flow, p, dt):
        for name in self.order:
            s = s._replace(**{name: getattr(s, name) + dt * getattr(flow(s, I, p), name)})
        return type(s)(*s)  # the compiler of torch 2.11 gives what _replace made back without its fields


def staggered(*order: str) -> Staggered:
    """Euler one variable after the other, in this order, each from the newest values of those before it. Order 1."""
    return Staggered(order)


@dataclass(frozen=True)
class RungeKutta:
    """An explicit Runge-Kutta method: its Butcher tableau.

    Stage k looks at the flow where the stages before it lead, each weighted as row k of `stages` says; `weights` are
    those of all stages in the step.
    """

    stages: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]

    def __call__(self, s, I, flow, p, dt):
        slopes: list = []
        for row in self.stages:
            slopes.append(flow(_moved(s, slopes, row, dt), I, p))
        return _moved(s, slopes, self.weights, dt)


def _moved(s, slopes, weights: tuple[float, ...], dt):
    """The state after dt along a weighted sum of slopes."""
    used = [(weight, slope) for weight, slope in zip(weights, slopes, strict=True) if weight]
    if not used:
        return s
    return type(s)(*(x + dt * reduce(add, (w * slope[k] for w, slope in used)) for k, x in enumerate(s)))


heun = RungeKutta(stages=((), (1.0,)), weights=(1 / 2, 1 / 2))  # order 2
rk4 = RungeKutta(stages=((), (1 / 2,), (0.0, 1 / 2), (0.0, 0.0, 1.0)), weights=(1 / 6, 1 / 3, 1 / 3, 1 / 6))  # order 4
