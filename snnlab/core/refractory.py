"""A refractory period for any neuron: after a spike it is held for a number of steps."""

from dataclasses import replace
from functools import wraps
from typing import Annotated

import torch
from torch import Tensor, as_tensor

from .neuron import Neuron
from .quantity import Steps
from .refuse import refused
from .surrogate import spike
from .tuples import extended

# up to 1 s: in the smallest steps as well, a float32 can count it down
_PERIOD = Steps("t_ref", low=0, high=20, bounds=(0, 1000), default=2.0, doc="refractory period")
_LEFT = Steps("rho", low=0, high=20, bounds=(0, 1000), default=0.0, doc="time left of the refractory period")


def countdown(rho, mask, z, period):
    """The counter after a step: set by a spike, else one less while it runs."""
    return (1 - z) * torch.relu(rho - mask) + z * period


def hold_potential(old_v, rho, z, v, p, period):
    """(v, z, rho) after a step: while rho > 0 the membrane stays where it was, and there is no spike."""
    mask = spike(rho, p)
    z = (1 - mask) * z
    return (1 - mask) * v + mask * old_v, z, countdown(rho, mask, z, period)


def _lasting(period: float | None) -> Steps:
    """The annotation of a refractory period that is usually so long, in ms."""
    if period is None:
        return _PERIOD
    least, most = _PERIOD.allowed
    if not least <= period <= most:
        raise refused("period", period, f"a time from {least:g} to {most:g} ms")
    return _PERIOD.but(high=max(_PERIOD.high, 2 * period), default=period)


def with_counter(neuron: Neuron, period: float | None = None, **changes) -> Neuron:
    """The neuron with a parameter rho_reset and a state variable rho, which nothing changes yet.

    `period` is how long in ms it usually is refractory (2). `changes` are those of its fields; it is called after the
    neuron, CobaLIFRefrac, unless they name it.
    """
    changes = {"name": f"{neuron.name}Refrac", "title": f"{neuron.title or neuron.name}, refractory"} | changes
    name = changes["name"]
    lasting = Annotated[Tensor, _lasting(period)]
    parameters = extended(neuron.parameters, name, "parameters", rho_reset=(lasting, as_tensor(5.0)))
    state = extended(neuron.state, name, "state", rho=(Annotated[Tensor, _LEFT],))

    def inner(s):
        return neuron.state(*s[:-1])

    def starting(function):
        return function and (lambda p: state(*function(p), 0.0 * p.rho_reset))

    def extending(function):
        """The same change of the inner state, rho left alone; what a neuron does not have stays away."""
        return function and wraps(function)(
            lambda s, *given, **named: state(*function(inner(s), *given, **named), s.rho)
        )

    derived = {
        "parameters": parameters,
        "state": state,
        "flow": wraps(neuron.flow)(lambda s, I, p: state(*neuron.flow(inner(s), I, p), 0.0 * s.rho)),
        "excess": neuron.excess and wraps(neuron.excess)(lambda s, p, excess=neuron.excess: excess(inner(s), p)),
        "reset": extending(neuron.reset),
        "receive": extending(neuron.receive),
        "rest": starting(neuron.rest),
        "begin": starting(neuron.begin),
        "within": neuron.within
        and (lambda old, s, p, within=neuron.within: state(*within(inner(old), inner(s), p), s.rho)),
    }
    return replace(neuron, **derived | changes)


def refractory(neuron: Neuron, period: float | None = None, **changes) -> Neuron:
    """The neuron with an absolute refractory period of rho_reset steps; all variables but v go on meanwhile.

    `period` [ms] and `changes` are as of `with_counter`. Raises ValueError for a neuron without v, or that never
    spikes.

    >>> from snnlab.functional import CobaLIF
    >>> refractory(CobaLIF).name
    'CobaLIFRefrac'
    """
    _can_wait(neuron)

    def hold(old, z, s, p):
        z, s = _held_inside(neuron, old, z, s, p)
        v, z, rho = hold_potential(old.v, old.rho, z, s.v, p, p.rho_reset)
        return z, s._replace(v=v, rho=rho)

    made = with_counter(neuron, period, hold=hold, **changes)
    free = made.within or (lambda old, s, p: s)

    def within(old, s, p):
        return free(old, s._replace(v=torch.where(old.rho > 0, old.v, s.v)), p)

    return replace(made, within=within)


def silent(neuron: Neuron, period: float | None = None, **changes) -> Neuron:
    """The neuron with no spike, and no reset, for rho_reset steps after one; all its variables go on meanwhile.

    `period` [ms], `changes` and errors are as of `refractory`.

    >>> from snnlab.functional import CobaLIF
    >>> silent(CobaLIF, name="Silent").parameters._fields[-1]
    'rho_reset'
    """
    _can_wait(neuron)

    def hold(old, z, s, p):
        z, s = _held_inside(neuron, old, z, s, p)
        mask = spike(old.rho, p)
        z = (1 - mask) * z
        return z, s._replace(rho=countdown(old.rho, mask, z, p.rho_reset))

    made = with_counter(neuron, period, hold=hold, **changes)
    jumped = made.reset
    if jumped is None:
        return made

    def reset(s, p):
        """Where the period is over; else the state that the flow gave."""
        new = zip(s, jumped(s, p), strict=True)
        return type(s)(*(x if y is x else torch.where(s.rho > 0, x, as_tensor(y, dtype=x.dtype)) for x, y in new))

    return replace(made, reset=wraps(jumped)(reset))


def _can_wait(neuron: Neuron) -> None:
    """Raises ValueError for a neuron that cannot be refractory."""
    fields = neuron.state._fields
    if "rho" in fields:
        raise ValueError(f"{neuron.name} has a refractory period already: set its rho_reset")
    if "v" not in fields or neuron.excess is None:
        lack = "never spikes" if neuron.excess is None else f"has no v, but {', '.join(fields)}"
        raise ValueError(f"{neuron.name} {lack}: a refractory period holds the v of a neuron that has spiked")


def _held_inside(neuron: Neuron, old, z, s, p):
    """(z, s) of the state with a counter, after the neuron's own hold, where it has one."""
    if neuron.hold is None:
        return z, s
    z, own = neuron.hold(neuron.state(*old[:-1]), z, neuron.state(*s[:-1]), p)
    return z, type(s)(*own, s.rho)
