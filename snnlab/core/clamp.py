"""A neuron whose potential is commanded: what else is in it goes on, and a current holds the membrane."""

from dataclasses import replace
from typing import Any, get_type_hints

import torch
from torch import Tensor

from .derived import derived
from .exponential import exponential_euler
from .neuron import Neuron
from .quantity import annotations
from .tuples import tuple_class


@derived
def clamped(neuron: Neuron) -> Neuron:
    """The neuron under voltage clamp: its current port takes the command V, and v is no variable any more.

    It never spikes. Raises ValueError for a neuron without v, and for one that has no other variable.

    >>> from snnlab.functional import HodgkinHuxley
    >>> clamped(HodgkinHuxley).state._fields
    ('m', 'h', 'n')
    """
    others = [name for name in neuron.state._fields if name != "v"]
    if "v" not in neuron.state._fields or not others:
        lack = "has no v" if "v" not in neuron.state._fields else "has nothing beside v that a clamp could show"
        raise ValueError(f"{neuron.name} {lack}: clamp a neuron with other variables")
    hints = get_type_hints(neuron.state, include_extras=True)
    State = tuple_class(f"{neuron.name}ClampedState", {name: hints[name] for name in others}, {})

    def whole(s: Any, v: Any) -> Any:
        return neuron.state(**s._asdict(), v=v)

    def flow(s, V, p):
        moved = neuron.flow(whole(s, V), 0.0 * V, p)
        return State(*(getattr(moved, name) for name in others))

    def rest(p):
        at = neuron.rest(p)
        return State(*(getattr(at, name) for name in others))

    return replace(
        neuron,
        name=f"{neuron.name}Clamped",
        title=f"{neuron.title}, clamped",
        state=State,
        flow=flow,
        rest=rest,
        excess=None,
        reset=None,
        crosses=False,
        receive=None,
        channels=(),
        nested=None,
        begin=None,
        hold=None,
        within=None,
        currents=None,
        parts=(),
        port="current",
        advance=exponential_euler,
        current=annotations(neuron.state)["v"].but(doc="command potential"),
    )


def holding(neuron: Neuron, s: Any, p: Any) -> Tensor:
    """The current that keeps v where it is: I with dv/dt = 0, in the unit of the neuron's current.

    dv/dt is linear in I, as in every membrane.
    """
    zero = torch.zeros_like(s.v)
    without = neuron.flow(s, zero, p).v
    return -without / (neuron.flow(s, zero + 1.0, p).v - without)
