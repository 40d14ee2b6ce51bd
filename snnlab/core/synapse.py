"""Synapses for any neuron: variables that input spikes move, and the current that they let flow into the membrane."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Annotated, Any

from torch import Tensor, as_tensor

from .advance import Staggered
from .names import Catalogue, what_is
from .neuron import Neuron
from .quantity import Quantity, annotations
from .receptors import COURSES, EFFECTS, Receptor, Synapse, fitted, whole
from .tuples import extended

KINDS = Catalogue("the kind of synapse", {f"{c} {e}": (c, e) for e in EFFECTS for c in COURSES})
SHORT = {"current": "Curr", "conductance": "Cond", "NMDA": "NMDA"}
SHORT |= {"exponential": "Exp", "alpha": "Alpha", "bi-exponential": "BiExp"}
DOCS = {
    "current": "Input spikes add a current that fades",
    "conductance": "Input spikes open conductances, of excitation and of inhibition, each with its reversal potential",
    "NMDA": "Spikes that excite open NMDA receptors, which magnesium blocks at low potentials",
}


def synapse(
    neuron: Neuron, kind: str = "exponential current", defaults: Mapping[str, float] | None = None, **changes
) -> Neuron:
    """The neuron with synapses, which input spikes open; a current still enters it beside them.

    `kind` is a course in time, "exponential", "alpha" or "bi-exponential", of a "current", a "conductance" (of
    excitation, for positive weights, and of inhibition, for negative ones) or "NMDA", as in "alpha conductance". A
    spike of weight w adds what has its peak at w at every dt, to the order of the integrator (Euler at 0.1 ms: 2 %
    more for a rise in 1 ms): a current in the unit of the neuron's I, or a conductance g that adds g (E - v) to it (nS
    where I is in pA and v in mV). Kinds that differ may be given to one neuron after another:
    synapse(synapse(AdEx, "exponential conductance"), "bi-exponential NMDA"); all get the same spikes, and so does a
    spike port that the neuron had before.

    `defaults` are other values of new parameters, by the names and in the units that people see; `changes` are fields
    of the neuron, which is called AdExCondExp unless they name it.

    Raises ValueError for a kind or a default that is not known or not allowed, a neuron that has such a synapse
    already, and a conductance on a neuron without v, or NMDA where v is not in mV. Sources: Destexhe, Mainen,
    Sejnowski, in Methods in Neuronal Modeling, MIT Press 1998; `magnesium_block`.

    >>> from snnlab.functional import AdEx
    >>> synapse(AdEx, "exponential conductance").state._fields
    ('v', 'w', 'g_e', 'g_i')
    """
    if not isinstance(neuron, Neuron):
        raise ValueError(
            f"neuron is {what_is(neuron)}: give a definition, snnlab.functional.AdEx, or .neuron of a model"
        )
    course, effect = KINDS[kind]
    _drivable(neuron, kind, EFFECTS[effect])
    made = [fitted(one, course, neuron) for one in EFFECTS[effect]]
    variables = {field: mark for _, marks, _ in made for field, mark in marks.items()}
    marks = {field: mark for _, _, marks in made for field, mark in marks.items()}
    _free(neuron, kind, variables, marks)
    name = changes.get("name", f"{neuron.name}{SHORT[effect]}{SHORT[course]}")
    state = extended(neuron.state, name, "state", **{field: (Annotated[Tensor, m],) for field, m in variables.items()})
    derived = {
        "name": name,
        "title": f"{neuron.title or neuron.name}, {kind}",
        "doc": f"{neuron.doc} {DOCS[effect]}.".strip(),
        "parameters": extended(neuron.parameters, name, "parameters", **given_fields(neuron, marks, defaults or {})),
        "state": state,
        "port": "spikes",
        "nested": None,
    }
    return replace(neuron, **derived | _functions(neuron, [one for one, _, _ in made], state) | changes)


def _functions(neuron: Neuron, synapses: list[Synapse], state: Any) -> dict[str, Any]:
    """The functions of a neuron with synapses, of which `state` has the variables behind its own."""
    own = len(neuron.state._fields)

    def inner(s):
        return neuron.state(*s[:own])

    def behind(s, new):
        return state(*new, *s[own:])

    def extending(function):
        """The same change of the inner state, synapses left alone; what a neuron does not have stays away."""
        return function and wraps(function)(lambda s, p: behind(s, function(inner(s), p)))

    def starting(function):
        shut = {field: one.decay for one in synapses for field in one.variables}

        def start(p):
            return state(*function(p), *(0.0 * getattr(p, shut[field]) for field in state._fields[own:]))

        return function and wraps(function)(start)

    def flow(s, I, p):
        total = I
        for one in synapses:
            total = total + one.current(s, p)
        rates = {field: rate for one in synapses for field, rate in one.rates(s, p).items()}
        return state(*neuron.flow(inner(s), total, p), *(rates[field] for field in state._fields[own:]))

    def excess(s, p):
        return neuron.excess(inner(s), p)  # type: ignore[misc]

    def currents(s, p):
        return neuron.currents(inner(s), p) | {one.level: -one.current(s, p) for one in synapses}  # type: ignore[misc]

    def within(old, s, p):
        return behind(s, neuron.within(inner(old), inner(s), p))  # type: ignore[misc]

    def hold(old, z, s, p):
        z, new = neuron.hold(inner(old), z, inner(s), p)  # type: ignore[misc]
        return z, behind(s, new)

    found: dict[str, Any] = {
        "flow": wraps(neuron.flow)(flow),
        "excess": neuron.excess and wraps(neuron.excess)(excess),
        "reset": extending(neuron.reset),
        "rest": starting(neuron.rest),
        "begin": starting(neuron.begin),
        "hold": neuron.hold and wraps(neuron.hold)(hold),
        "within": neuron.within and within,
        "currents": neuron.currents and currents,
        "parts": (),
    }
    found |= _port(neuron, synapses, inner, behind)
    if isinstance(neuron.advance, Staggered):  # as those that it has: a synapse before the membrane
        moved = [field for one in synapses for field in reversed(one.variables)]
        found["advance"] = Staggered((*moved, *neuron.advance.order))
    return found


def _port(neuron: Neuron, synapses: list[Synapse], inner: Callable, behind: Callable) -> dict[str, Any]:
    """Where spikes land: at its own synapses, if it has some, and at these. One channel for each sort of them."""
    own = (neuron.channels or (whole,)) if neuron.receive else ()
    channels = tuple(dict.fromkeys([*own, *(one.channel for one in synapses)]))
    signed = channels == (whole,)

    def receive(s, x, p):
        arrived = dict(zip(channels, (x,) if signed else x, strict=True))
        if neuron.receive is not None:
            parts = tuple(arrived[channel] for channel in own)
            s = behind(s, neuron.receive(inner(s), parts if neuron.channels else parts[0], p))
        for one in synapses:
            s = s._replace(**one.landed(s, arrived[one.channel], p))
        return type(s)(*s)  # see Staggered

    return {"channels": () if signed else channels, "receive": receive}


def _drivable(neuron: Neuron, kind: str, receptors: tuple[Receptor, ...]) -> None:
    """Raises ValueError for a neuron that has no potential which drives the current of a conductance."""
    fields = neuron.state._fields
    if receptors[0].reversal is not None and "v" not in fields:
        raise ValueError(f"{neuron.name} has no v, but {', '.join(fields)}: give a current, as {kind} is driven by v")
    if receptors[0].blocked and (unit := annotations(neuron.state)["v"].unit) != "mV":
        raise ValueError(f"v of {neuron.name} has the unit {unit!r}: magnesium blocks {kind} at a v in mV")


def _free(neuron: Neuron, kind: str, variables: dict[str, Quantity], marks: dict[str, Quantity]) -> None:
    """Raises ValueError where the neuron has what the synapse would add."""
    taken = {*neuron.state._fields, *neuron.parameters._fields}
    taken |= {mark.name for mark in annotations(neuron.parameters).values()}
    if there := [name for name in [*variables, *(m.name or f for f, m in marks.items())] if name in taken]:
        raise ValueError(f"{neuron.name} has {', '.join(there)} already: it cannot be given {kind} as well")


def given_fields(neuron: Neuron, marks: dict[str, Quantity], values: Mapping[str, float]) -> dict[str, tuple]:
    """Annotated fields of new parameters, with these values by the names that people see, else their own defaults.

    A parameter of the neuron that has no default gets that of the textbook, for what stands behind it has one.
    """
    shown = Catalogue("the parameter of the synapse", {mark.name or field: field for field, mark in marks.items()})
    given = {shown[name]: value for name, value in values.items()}
    for field, value in given.items():
        marks[field].check(marks[field].name or field, value)
    all_marks = {field: mark.but(default=given.get(field, mark.default)) for field, mark in marks.items()}
    own, usual = annotations(neuron.parameters), neuron.parameters._field_defaults
    all_marks |= {field: mark for field, mark in own.items() if field not in usual}
    return {f: (Annotated[Tensor, mark], as_tensor(float(mark.taken(mark.default)))) for f, mark in all_marks.items()}
