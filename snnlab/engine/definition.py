"""Neurons with their parameters and state, as flat tuples, and whether their functions give what they are to give."""

from collections.abc import Callable, Mapping
from typing import Any

from snnlab.core import Nest, Neuron, Staggered, Unknown, derived, refused, short, sound, staggered, what_is

STEP = 0.001  # s: Norse's


@derived
def nest(fields: Any) -> Nest:
    return Nest(fields)


def leaves(neuron: Neuron | Callable, p, state) -> tuple[Any, Any, tuple, tuple]:
    """(parameter class, state class, parameters, state), flat also where people hold tuples of tuples."""
    if not isinstance(neuron, Neuron):
        if not callable(neuron):
            known = "a Neuron such as snnlab.functional.LIF, a step (x, s, p, dt) -> (z, s), or a model of a neuron"
            raise refused("neuron", neuron, known + _runs_itself(neuron))
        if isinstance(neuron, type):
            raise ValueError(f"neuron is {what_is(neuron)}: make one of it first, {neuron.__name__}()")
        if not isinstance(p, tuple | None) or not isinstance(state, tuple | None):
            raise ValueError("a plain step has tuples of parameters and of state")
        if p is None or state is None:
            raise ValueError("a plain step has no parameters and no rest of its own: give p and state")
        return type(p), type(state), tuple(p), tuple(state)
    sound(neuron)
    own = neuron.parameters
    if isinstance(p, Mapping):
        p = _changed(neuron, "p", own._field_defaults, own, p)
    p = own(*_flat(neuron, 0, own, p))
    if isinstance(state, Mapping):
        state = _changed(neuron, "state", neuron.rest(p)._asdict(), neuron.state, state)
    rest = neuron.rest(p) if state is None else _flat(neuron, 1, neuron.state, state)
    return own, neuron.state, tuple(p), tuple(rest)


def usual_step(neuron: Any) -> float:
    """The dt in s of a run that is told none: that of the neuron's functions, `Neuron.step`; of another step 1 ms."""
    definition = getattr(neuron, "definition", neuron)
    return definition.step if isinstance(definition, Neuron) else STEP


def _runs_itself(other: Any) -> str:
    """How something else is run, where it can be: other models, and experiments."""
    for name in ("simulate", "run", "experiment"):
        if not isinstance(other, type) and callable(getattr(other, name, None)):
            return f"; {type(other).__name__} has its own .{name}()" + ".run()" * (name == "experiment")
    return ""


def _changed(neuron: Neuron, argument: str, usual: Mapping[str, Any], fields: Any, changes: Mapping[str, Any]) -> Any:
    """A tuple of the usual values, but for the changes by name."""
    for name in changes:
        if name not in fields._fields:
            raise Unknown(f"{argument}: of {neuron.name}, the name", name, fields._fields)
    if missing := [name for name in fields._fields if name not in usual and name not in changes]:
        names_of = ", ".join(missing)
        raise ValueError(f"{argument} has no {names_of}: of {neuron.name} they have no usual value, give them")
    return fields(**{**usual, **changes})


def _flat(neuron: Neuron, which: int, own: Any, value) -> tuple:
    argument = ("p", "state")[which]
    if value is None:
        complete = len(own._field_defaults) == len(own._fields)
        if not complete:
            raise ValueError(f"{neuron.name} needs parameters: give p = {own.__name__}(...)")
        return own()
    if neuron.nested and getattr(value, "_fields", None) == neuron.nested[which]._fields:
        return nest(neuron.nested[which]).leaves(value, argument)
    return nest(own).leaves(value, argument)


def check_integrator(neuron: Any, advance: Any) -> None:
    """Raises ValueError for an `advance` that no integrator is, or none for this neuron."""
    if advance is None:
        return
    if not isinstance(neuron, Neuron):
        raise ValueError("advance is given, but a plain step integrates itself: leave it out, or give a Neuron")
    if not callable(advance) or advance is staggered or isinstance(advance, type):
        order = ", ".join(map(repr, neuron.state._fields))
        kind = "the function staggered itself" if advance is staggered else short(advance)
        raise ValueError(
            f"advance = {kind} is not allowed: give euler, staggered({order}), exponential_euler, heun or rk4 of "
            "snnlab.core, or a function (s, I, flow, p, dt) -> s"
        )
    for name in advance.order if isinstance(advance, Staggered) else ():
        if name not in neuron.state._fields:
            raise Unknown(f"advance = staggered(...): of {neuron.name}, the variable", name, neuron.state._fields)
