"""Whether functions give what they are to give, tried before anything runs: what Python says does not name them."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from .derived import derived
from .names import what_is
from .neuron import Neuron
from .record import example
from .step import received


def tried(what: str, function: Callable, given: dict[str, Any], wanted: str) -> Any:
    """What a function gives of these arguments. Raises ValueError for one that does not take them as they are.

    None for one that cannot be called with examples: the run says why.
    """
    try:
        return function(*given.values())
    except (TypeError, AttributeError) as error:  # of arguments, of fields: those of all calls
        raise ValueError(f"{what}({', '.join(given)}) fails: {error}: it is to give {wanted}") from error
    except Exception:  # whatever its author did
        return None


def gives(what: str, function: Callable, given: dict[str, Any], fields: Any) -> None:
    """Raises ValueError for a function that does not take these arguments, or gives no such tuple."""
    wanted = f"{fields.__name__}({', '.join(fields._fields)})"
    found = tried(what, function, given, wanted)
    if found is not None and (not isinstance(found, tuple) or len(found) != len(fields._fields)):
        kind = f"{len(found)} values" if isinstance(found, tuple) else what_is(found)
        raise ValueError(f"{what} gives {kind}: give {wanted}")


@derived
def sound(neuron: Neuron) -> None:
    """Raises ValueError for a function that gives no state, or no number where one is asked."""
    s, p = example(neuron.state, 1), example(neuron.parameters, 2)
    x = s[0]

    def state(name: str, function: Callable, **given: Any) -> None:
        gives(f"{neuron.name}.{name}", function, given, neuron.state)

    state("rest", neuron.rest, p=p)
    state("flow", neuron.flow, s=s, I=x, p=p)
    if neuron.excess is not None and neuron.reset is not None:
        found = tried(f"{neuron.name}.excess", neuron.excess, {"s": s, "p": p}, "a tensor, > 0 at a spike")
        if found is not None and not isinstance(found, Tensor):
            raise ValueError(f"{neuron.name}.excess gives {what_is(found)}: give a tensor, > 0 at a spike")
        state("reset", neuron.reset, s=s, p=p)
    if neuron.receive is not None:
        state("receive", lambda s, x, p: received(neuron, s, x, p), s=s, x=x, p=p)
