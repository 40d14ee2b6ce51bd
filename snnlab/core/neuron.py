"""A neuron is a value: four small functions and the tuples they work on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor

from .advance import Advance, euler
from .names import what_is
from .quantity import Quantity
from .refuse import refused


def without_flow(what: str) -> Callable[..., Any]:
    """A flow for what has a step of its own instead: raises ValueError. `what` says what it is: "STDP is a rule"."""

    def flow(s: Any, I: Any, p: Any) -> Any:
        raise ValueError(f"{what} with a step of its own: leave `advance` out")

    return flow


@dataclass(frozen=True, kw_only=True, eq=False)
class Neuron:
    """What a neuron is; everything else is derived from it.

    With state `s`, parameters `p`, input spikes `x` and current `I`, all tensors of shapes that broadcast:

    - `receive(s, x, p)`: the state after weighted spikes landed (None: no spike port);
    - `flow(s, I, p)`: ds/dt in 1/s, as the textbook has it: no dt, no threshold, no reset;
    - `excess(s, p)`: a spike where it is > 0;
    - `reset(s, p)`: the state after a spike.

    `rest(p)` is the state in which a run begins, `current` describes I (its `default` is a drive that makes the neuron
    fire), `port` says where the single input of a step goes, `advance` is the integrator, `dt` the usual step of a run
    in ms, for that integrator.

    What not every neuron has:

    - without `excess` and `reset` it never spikes: an integrator, whose output is its membrane potential;
    - `crosses`: a spike is a step in which `excess` comes above 0, of a neuron that makes its spikes itself and has no
      reset: from the end of the step before to the drift of this one;
    - `lands` says whether input spikes land before or after drift and jump;
    - `channels` take a signed input apart, say into excitation and inhibition: `receive` gets a tuple, one of each;
    - `nested`: parameter and state class that people hold, where they are tuples of tuples; definitions have flat ones;
    - `begin(p)`: where a layer begins, if not at rest;
    - `hold(old, z, s, p)`: spikes and state of a step, corrected by what the neuron was before it (refractory period);
    - `currents(s, p)`: the currents through its membrane by name, outward positive, in the unit of I; `parts` are the
      channels that it is made of;
    - `imposed(s, I, p)`: the state in which a step begins, where the input sets some of it at once (a voltage clamp);
    - `within(old, s, p)`: the state for which a method with stages takes s, inside of a step that began at `old`: one
      whose voltage stays below the peak where the upstroke is explosive, and does not move while it is held.
    """

    name: str
    parameters: Any  # annotated NamedTuple classes, for which typing has no name
    state: Any
    flow: Callable[..., Any]
    excess: Callable[..., Any] | None = None
    reset: Callable[..., Any] | None = None
    crosses: bool = False
    rest: Callable[..., Any]
    current: Quantity
    receive: Callable[..., Any] | None = None
    port: Literal["spikes", "current"] = "spikes"
    lands: Literal["before", "after"] = "before"
    channels: tuple[Callable[[Tensor], Tensor], ...] = ()
    nested: tuple[Any, Any] | None = None
    begin: Callable[..., Any] | None = None
    hold: Callable[..., Any] | None = None
    imposed: Callable[..., Any] | None = None
    within: Callable[..., Any] | None = None
    currents: Callable[..., dict[str, Tensor]] | None = None
    parts: tuple[Any, ...] = ()
    advance: Advance = euler
    dt: float = 0.1
    title: str = ""  # as people say it, where that is not the name
    doc: str = ""
    source: str = ""

    @property
    def step(self) -> float:
        """The time step in s of its functions and layers, unless told: Norse's 1 ms, or its own if below 0.1 ms."""
        return self.dt / 1000 if self.dt < 0.1 else 0.001

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be run, and for a neuron that would be silent without a word."""
        for field in ("parameters", "state"):
            if not getattr(kind := getattr(self, field), "_fields", None):
                raise ValueError(f"{self.name}.{field} is {what_is(kind)}: give a NamedTuple class with fields")
        for field in ("flow", "rest", "excess", "reset", "receive", "begin", "hold", "imposed", "advance"):
            value = getattr(self, field)
            if not callable(value) and (value is not None or field in ("flow", "rest", "advance")):
                raise refused(f"{self.name}.{field}", value, "a function")
        if not isinstance(self.current, Quantity):
            raise ValueError(f"{self.name}.current is {what_is(self.current)}: give a Quantity, its unit and range")
        if self.crosses and (self.excess is None or self.reset is not None):
            has = "no excess" if self.excess is None else "a reset"
            raise ValueError(f"{self.name} crosses and has {has}: give it an excess and no reset")
        if self.excess is not None and self.reset is None and not self.crosses:
            raise ValueError(
                f"{self.name} has an excess but no reset, and would never spike: give crosses=True for one whose "
                "spikes are upward crossings, or reset=lambda s, p: s for one that spikes in each step above"
            )
