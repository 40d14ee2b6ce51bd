"""A neuron under voltage clamp, whose potential is commanded and a current holds it; one under dynamic clamp, whose
input is a conductance."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, get_type_hints

import torch
from torch import Tensor

from .derived import derived
from .exponential import decaying, exponential_euler
from .neuron import Neuron
from .quantity import Quantity, annotations
from .receptors import Receptor, excitation, level_of, potential_of
from .record import example
from .step import received
from .synapse import given_fields
from .tuples import extended, tuple_class

HELD = "I_clamp"  # the variable of the current that holds the membrane
REVERSAL = "E_clamp"  # the parameter of a dynamic clamp
ADDED = {HELD: "the current of a voltage clamp", REVERSAL: "the reversal potential of a dynamic clamp"}
DYNAMIC = Receptor("g", "clamp", "the dynamic clamp", excitation, decay=1.0, reversal=0.0)  # it does not decay
_BARE: dict[str, Any] = {  # what a neuron without a membrane potential of its own does not have
    "excess": None,
    "reset": None,
    "crosses": False,
    "receive": None,
    "channels": (),
    "nested": None,
    "begin": None,
    "hold": None,
    "within": None,
    "currents": None,
    "parts": (),
    "port": "current",
    "advance": exponential_euler,
}


def command_of(neuron: Neuron) -> Quantity:
    """What is commanded: its v. Raises ValueError for a neuron that has none."""
    _others(neuron)
    return annotations(neuron.state)["v"].but(doc="command potential", symbol="V")


@derived
def clamped(neuron: Neuron) -> Neuron:
    """The variables beside v while that is held: its current port takes the command V, and v is no variable any more.

    It never spikes. Raises ValueError for a neuron without v, and for one that has no other variable.

    >>> from snnlab.functional import HodgkinHuxley
    >>> clamped(HodgkinHuxley).state._fields
    ('m', 'h', 'n')
    """
    if not (others := _others(neuron)):
        raise ValueError(
            f"{neuron.name} has nothing beside v that a clamp could show: clamp a neuron with other variables"
        )
    hints = get_type_hints(neuron.state, include_extras=True)
    State = tuple_class(f"{neuron.name}ClampedState", {name: hints[name] for name in others}, {})
    return replace(
        neuron,
        name=f"{neuron.name}Clamped",
        title=f"{neuron.title}, clamped",
        state=State,
        flow=_beside(neuron, State),
        rest=lambda p: State(*(getattr(neuron.rest(p), name) for name in others)),
        current=command_of(neuron),
        **_BARE,
    )


@derived
def under_voltage_clamp(neuron: Neuron) -> Neuron:
    """The neuron under an ideal voltage clamp: its current port takes the command V, at which v is held from the
    beginning of a step to its end.

    Its first variable, `I_clamp`, is the current that holds the membrane: I with dv/dt = 0, without the capacitive
    current of an instant. The others go on as they do; input spikes move them. It never spikes. Raises ValueError for a
    neuron without v, and for one with an `I_clamp` of its own.

    >>> from snnlab.functional import LIF
    >>> under_voltage_clamp(LIF).state._fields
    ('I_clamp', 'i')
    """
    others, own = _others(neuron), annotations(neuron.state)["v"]
    _free(neuron, HELD)
    hints, name = get_type_hints(neuron.state, include_extras=True), f"{neuron.name}VoltageClamp"
    reach = neuron.current
    held = Quantity(reach.unit, reach.low, reach.high, (-1e9, 1e9), 0.0, doc="current that holds the membrane")
    held = held.but(symbol=r"I_{\mathrm{clamp}}")
    State = tuple_class(f"{name}State", {HELD: Annotated[Tensor, held], **{one: hints[one] for one in others}}, {})
    beside = _beside(neuron, State, 0.0)

    def imposed(s, I, p):
        return s._replace(**{HELD: holding(neuron, _whole(neuron, s, I + 0.0 * getattr(s, HELD)), p)})

    def rest(p):
        at = neuron.rest(p)
        return State(holding(neuron, at, p), *(getattr(at, one) for one in others))

    def receive(s, x, p):
        landed = neuron.receive(_whole(neuron, s, neuron.rest(p).v), x, p)  # type: ignore[misc]
        return State(getattr(s, HELD), *(getattr(landed, one) for one in others))

    spikes = {"receive": receive, "channels": neuron.channels} if _moved_by_spikes(neuron, others) else {}
    start = own.default or 0.0
    # below the threshold of a neuron that is reset, as its upstroke has no end
    usual = (own.low + 2 * own.high) / 3 if neuron.crosses else start + (own.high - own.low) / 4
    about = {"doc": "command potential", "symbol": "V", "default": _round_to(own, usual)}
    return replace(
        neuron,
        name=name,
        title=f"{neuron.title or neuron.name}, voltage clamp",
        doc="Its potential is commanded, and what is seen is the current that holds it there.",
        state=State,
        flow=beside,
        imposed=imposed,
        rest=rest,
        current=own.but(origin=_round_to(own, start), **about),
        **_BARE | spikes,
    )


@derived
def under_dynamic_clamp(neuron: Neuron) -> Neuron:
    """The neuron under dynamic clamp: its current port takes a conductance g, which lets a current g (E_clamp - v) in.

    g is in nS where the current is in pA and v in mV. Raises ValueError for a neuron without v, and for one with an
    `E_clamp`, which it has from a dynamic clamp or of its own. Source: Sharp, O'Neil, Abbott, Marder, J. Neurophysiol.
    69:992, 1993.

    >>> from snnlab.functional import AdEx
    >>> under_dynamic_clamp(AdEx).current.unit
    'nS'
    """
    _others(neuron)
    _free(neuron, REVERSAL)
    name = f"{neuron.name}DynamicClamp"
    opened, reversal = level_of(DYNAMIC, neuron), potential_of(DYNAMIC, neuron).but(symbol=r"E_{\mathrm{clamp}}")
    marks = {REVERSAL: reversal}

    def flow(s, I, p):  # of which I is the conductance g
        return neuron.flow(s, injected(s, I, p), p)

    return replace(
        neuron,
        name=name,
        title=f"{neuron.title or neuron.name}, dynamic clamp",
        doc=f"{neuron.doc} What is injected is a conductance with its reversal potential.".strip(),
        parameters=extended(neuron.parameters, name, "parameters", **given_fields(neuron, marks, {})),
        flow=flow,
        nested=None,
        current=opened.but(doc="injected conductance", symbol="g", default=opened.high / 2),
    )


def injected(s: Any, I: Any, p: Any) -> Tensor:
    """The current of a dynamic clamp, of which I is the conductance."""
    return I * (p.E_clamp - s.v)


def relaxing(neuron: Neuron, V: Tensor, p: Any) -> dict[str, tuple[Tensor, Tensor]]:
    """Of each variable beside v whose own flow is linear, while v is held at V: where it comes to rest, and its slope
    in 1/s there, in double precision; all others are as they are at rest. Raises ValueError as `clamped` does."""
    held = clamped(neuron)
    s, found = held.state(*(torch.as_tensor(x).double() + 0.0 * V for x in held.rest(p))), {}
    for name in decaying(held.flow, held.state, p):
        low, high = (getattr(held.flow(s._replace(**{name: 0.0 * V + x}), V, p), name) for x in (0.0, 1.0))
        found[name] = -low / (high - low) + 0.0, high - low
    return found


def settled(neuron: Neuron, V: Tensor, p: Any) -> dict[str, Tensor]:
    """The variables beside v where they come to rest while it is held at V, in double precision: those whose own flow
    is linear, others as they are at rest."""
    if not (others := _others(neuron)):
        return {}
    at = neuron.rest(p)
    return {one: torch.as_tensor(getattr(at, one)).double() + 0.0 * V for one in others} | {
        name: steady for name, (steady, _) in relaxing(neuron, V, p).items()
    }


def _others(neuron: Neuron) -> list[str]:
    """Its variables beside v. Raises ValueError for a neuron that has no v."""
    if "v" not in neuron.state._fields:
        raise ValueError(f"{neuron.name} has no v, but {', '.join(neuron.state._fields)}: clamp a neuron with v")
    return [name for name in neuron.state._fields if name != "v"]


def _free(neuron: Neuron, name: str) -> None:
    """Raises ValueError for a neuron that has what a clamp would add to it."""
    if name in (*neuron.state._fields, *neuron.parameters._fields):
        raise ValueError(
            f"{neuron.name} has {name}, which is what {ADDED[name]} is called: give a neuron without this clamp, or "
            "its own another name"
        )


def _whole(neuron: Neuron, s: Any, v: Any) -> Any:
    """The state of a neuron whose other variables are in s."""
    return neuron.state(**{name: v if name == "v" else getattr(s, name) for name in neuron.state._fields})


def _beside(neuron: Neuron, State: Any, held: float | None = None) -> Callable:
    """The flow of the variables beside v, while that is V."""

    def flow(s, I, p):  # of which I is the command V
        moved = neuron.flow(_whole(neuron, s, I), 0.0 * I, p)
        still = {} if held is None else {HELD: held * getattr(s, HELD)}
        return State(**still, **{name: getattr(moved, name) for name in State._fields if name != HELD})

    return flow


def _moved_by_spikes(neuron: Neuron, others: list[str]) -> bool:
    """Whether input spikes move anything beside v."""
    if neuron.receive is None:
        return False
    before, p = example(neuron.state, 1), example(neuron.parameters, 2)
    after = received(neuron, before, torch.ones(1), p)
    return any(not torch.equal(getattr(before, one), getattr(after, one)) for one in others)


def _round_to(mark: Quantity, value: float) -> float:
    """A value as a slider has it."""
    step = mark.slider_step
    return round(round(value / step) * step, 6)


def holding(neuron: Neuron, s: Any, p: Any) -> Tensor:
    """The current that keeps v where it is: I with dv/dt = 0, in the unit of the neuron's current.

    dv/dt is linear in I, as in every membrane.
    """
    zero = torch.zeros_like(s.v)
    without = neuron.flow(s, zero, p).v
    return -without / (neuron.flow(s, zero + 1.0, p).v - without)
