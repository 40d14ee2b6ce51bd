"""Whether the functions of a neuron give what they are to give: said before a run, in the words of its author."""

from functools import cache
from typing import Any

from torch import Tensor

from snnlab.core import Neuron, example, received


@cache
def sound(neuron: Neuron) -> None:
    """Raises ValueError for a function that gives no state, or no number where one is asked.

    One that cannot be called with examples is left to the run, which says why.
    """
    s, p = example(neuron.state, 1), example(neuron.parameters, 2)
    x = s[0]
    _state(neuron, "rest", _tried(neuron.rest, p))
    _state(neuron, "flow", _tried(neuron.flow, s, x, p))
    if neuron.excess is not None and neuron.reset is not None:
        found = _tried(neuron.excess, s, p)
        if found is not None and not isinstance(found, Tensor):
            raise ValueError(f"{neuron.name}.excess gives a {type(found).__name__}: give a tensor, > 0 at a spike")
        _state(neuron, "reset", _tried(neuron.reset, s, p))
    if neuron.receive is not None:
        _state(neuron, "receive", _tried(received, neuron, s, x, p))


def _tried(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Exception:  # whatever its author did; the run will say it
        return None


def _state(neuron: Neuron, name: str, found: Any) -> None:
    fields = neuron.state._fields
    if found is not None and (not isinstance(found, tuple) or len(found) != len(fields)):
        kind = f"{len(found)} values" if isinstance(found, tuple) else f"a {type(found).__name__}"
        raise ValueError(f"{neuron.name}.{name} gives {kind}: give {neuron.state.__name__}({', '.join(fields)})")
