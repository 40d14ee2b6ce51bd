"""An operation on spikes is a value: what it makes of two trains in a step, what comes out, and its parameters."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

import torch
from torch import Tensor, as_tensor

from .derived import derived
from .neuron import Neuron, without_flow
from .quantity import Count, Quantity, Steps, annotations
from .record import example
from .sound import gives
from .tuples import extended, tuple_class


class Lines(NamedTuple):
    """What is on both lines that come in."""

    a: Tensor
    b: Tensor


_LINES = {side: Count(low=0, high=1, doc=f"line {side.upper()}", symbol=side.upper()) for side in Lines._fields}
_LEFT = Steps("left", low=0, high=20, bounds=(0, 1000), doc="time left of a pulse")
_CAME = Count(low=0, high=1, doc="spike on line A")


@dataclass(frozen=True, kw_only=True, eq=False)
class SpikeOperation:
    """What an operation on two trains of spikes is; everything else is derived from it.

    A spike on a line is 1 for one step, or holds it at 1 for as many steps as `pulse(p)` says; a spike in a pulse
    begins it anew. In each step

    - `apply(x, z, s, p, dt)` gives the outputs, `x` (`Lines`) being the lines as they are held, `z` (`Lines`) the
      spikes alone, `s` the outputs and the held lines `a` and `b` of the step before, all 0 at the start; dt is in s.

    All are tensors of shapes that broadcast. `outputs` is an annotated tuple; a `Count` from 0 to 1 is a line, which is
    drawn as such, any other quantity a signal. `functions` are what users call. Not `two_sided`: line B has no part.
    `window(p)` is the greatest delay in s between a spike on each line to which a line that comes out answers, where
    that is known.

    Derived: `state`, the lines and the outputs, and `step`.
    """

    name: str
    title: str
    doc: str
    source: str
    parameters: Any  # annotated NamedTuple classes, as in Neuron
    outputs: Any
    apply: Callable[..., Any]
    functions: tuple[Callable[..., Any], ...]
    pulse: Callable[[Any], Tensor] | None = None
    two_sided: bool = True
    window: Callable[[Any], Tensor] | None = None
    state: Any = field(init=False)

    def __post_init__(self) -> None:
        """Raises ValueError for a function that does not take its arguments, or gives something else than is asked."""
        for name in self.outputs._fields:
            if name in Lines._fields:
                raise ValueError(f"{self.name}.outputs has {name}, as a line that comes in is called: give another")
        hints = {side: Annotated[Tensor, mark] for side, mark in _LINES.items()}
        hints |= {name: Annotated[Tensor, mark] for name, mark in annotations(self.outputs).items()}
        object.__setattr__(self, "state", tuple_class(f"{self.name}State", hints, {}))
        x, dt = Lines(*torch.rand(2, 1, dtype=torch.float64)), torch.full((1,), 0.001, dtype=torch.float64)
        given = {"x": x, "z": x, "s": example(self.state, 1), "p": example(self.parameters, 2), "dt": dt}
        gives(f"{self.name}.apply", self.apply, given, self.outputs)

    @property
    def lines(self) -> tuple[str, ...]:
        """The outputs that are lines."""
        return tuple(name for name, mark in annotations(self.outputs).items() if isinstance(mark, Count))

    def step(self, left: Lines, z: Lines, s: Any, p: Any, dt: Any) -> tuple[Lines, Any]:
        """(steps left of the pulses, state) after a step dt [s] in which the spikes z came."""
        if self.pulse is None:
            x = Lines(*(spiked(one) for one in z))
        else:
            steps = torch.clamp_min(as_tensor(self.pulse(p)), 1.0)
            left = Lines(*(torch.where(one > 0, steps, torch.relu(old - 1)) for one, old in zip(z, left)))
            x = Lines(*map(spiked, left))
        return left, self.state(*x, *self.apply(x, z, s, p, dt))


def spiked(x: Tensor) -> Tensor:
    """1 where x > 0, else 0."""
    return torch.where(x > 0, 1.0, 0.0)


@derived
def operating(operation: SpikeOperation) -> Neuron:
    """The operation as what a run takes: line A at its spike port, line B at its current port.

    It is a Neuron without threshold; `left_a` and `left_b` are steps left of pulses, `came` the spike on A.
    """
    more = dict.fromkeys(("left_a", "left_b"), _LEFT) | {"came": _CAME}
    hidden = {name: (Annotated[Tensor, mark],) for name, mark in more.items()}
    state = extended(operation.state, f"{operation.name}Run", "state", **hidden)

    def advance(s, b, flow, p, dt):
        left, new = operation.step(Lines(s.left_a, s.left_b), Lines(s.came, b), operation.state(*s[:-3]), p, dt)
        return state(*new, *left, 0.0 * s.came)

    return Neuron(
        name=operation.name,
        title=operation.title,
        doc=operation.doc,
        source=operation.source,
        parameters=operation.parameters,
        state=state,
        receive=lambda s, x, p: s._replace(came=x + 0.0 * s.came),
        flow=without_flow(f"{operation.name} is an operation"),
        advance=advance,
        rest=lambda p: state(*(as_tensor(0.0) for _ in state._fields)),
        current=Quantity("1", low=0, high=1, bounds=(0, 1e6), default=1.0, doc="spikes on line B"),
    )
