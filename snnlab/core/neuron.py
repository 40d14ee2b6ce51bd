"""A neuron is a value: four small functions and the tuples they work on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .advance import Advance, euler
from .quantity import Quantity


@dataclass(frozen=True, kw_only=True)
class Neuron:
    """What a neuron is; everything else is derived from it.

    With state `s`, parameters `p`, input spikes `x` and current `I`, all tensors of shapes that broadcast:

    - `receive(s, x, p)`: the state after weighted spikes landed (None: no spike port);
    - `flow(s, I, p)`: ds/dt in 1/s, as the textbook has it: no dt, no threshold, no reset;
    - `excess(s, p)`: a spike where it is > 0;
    - `reset(s, p)`: the state after a spike.

    `rest(p)` is the state in which a run begins, `current` describes I (its `default` is a drive that makes the neuron
    fire), `port` says where the single input of a step goes, `advance` is the integrator.
    """

    name: str
    parameters: Any  # annotated NamedTuple classes, for which typing has no name
    state: Any
    flow: Callable[..., Any]
    excess: Callable[..., Any]
    reset: Callable[..., Any]
    rest: Callable[..., Any]
    current: Quantity
    receive: Callable[..., Any] | None = None
    port: Literal["spikes", "current"] = "spikes"
    advance: Advance = euler
    title: str = ""  # as people say it, where that is not the name
    doc: str = ""
    source: str = ""
