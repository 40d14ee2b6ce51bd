"""A plasticity rule is a value: how its traces flow, the tuples they live in, and the functions made from them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, NamedTuple

import torch
from torch import Tensor, as_tensor

from .neuron import Neuron
from .quantity import Quantity, annotations
from .tuples import Nest, extended, flattened


class Spikes(NamedTuple):
    """The spikes on both sides of a synapse."""

    pre: Tensor
    post: Tensor


@dataclass(frozen=True, kw_only=True)
class Plasticity:
    """What a plasticity rule is.

    `flow(s, S, p)` is ds/dt of the traces `s` in 1/s, as the textbook has it: the spike trains `S` are sums of Dirac
    pulses, so in a step dt a spike z is z / dt, and adds as much at any dt. It is None for a rule that is composed of
    others. `learn(w, potentiation, depression, p)` are weights after a step, from the pairs of spikes and traces that
    make them grow and shrink. `functions` are what users call: steps first.

    `step(s, z, p, dt)` is the state of a single synapse after a step in which the spikes `z` came, all entry by entry:
    what a person watches. `synapse` is its tuple, the rule's state with what else a synapse has, such as its weight;
    the annotations' defaults are where it begins. `pairs` says whether postsynaptic spikes have a part in it.
    """

    name: str
    title: str
    doc: str
    source: str
    parameters: Any  # annotated NamedTuple classes, as in Neuron
    state: Any
    functions: tuple[Callable[..., Any], ...]
    flow: Callable[..., Any] | None = None
    learn: Callable[..., Tensor] | None = None
    synapse: Any
    step: Callable[..., Any]
    pairs: bool = True


def decayed(s, z, flow, p, dt):
    """The traces a step dt [s] later, exactly, where each decays by itself; the spikes z come at its end.

    Both are the flow's own: its rate at a trace of 1 without spikes, and what it adds at a spike.
    """
    fading = flow(type(s)(*(1.0 for _ in s)), type(z)(*(0.0 for _ in z)), p)
    added = flow(type(s)(*(0.0 for _ in s)), z, p)
    return type(s)(*(torch.exp(dt * rate) * x + jump for x, rate, jump in zip(s, fading, added, strict=True)))


_SPIKE = Quantity("1", low=0, high=1, bounds=(0, 1e6), default=0.0, doc="presynaptic spike")


@cache
def running(rule: Plasticity) -> Neuron:
    """The synapse as what a run takes: presynaptic spikes at its spike port, postsynaptic ones at its current port.

    It is a Neuron without threshold; `pre` holds the presynaptic spike of the step.
    """
    parameters, nest = flattened(rule.parameters), Nest(rule.parameters)
    state = extended(rule.synapse, rule.name, "synapse", pre=(Annotated[Tensor, _SPIKE],))

    def advance(s, post, flow, p, dt):
        return state(*rule.step(rule.synapse(*s[:-1]), Spikes(s.pre, post), nest.build(p), dt), 0.0 * s.pre)

    def flow(s, I, p):
        raise ValueError(f"{rule.name} is a rule with a step of its own: leave `advance` out")

    def rest(p):
        return state(*(as_tensor(beginning(mark)) for mark in annotations(state).values()))

    return Neuron(
        name=rule.name,
        title=rule.title,
        doc=rule.doc,
        source=rule.source,
        parameters=parameters,
        state=state,
        receive=lambda s, x, p: s._replace(pre=x + 0.0 * s.pre),
        flow=flow,
        advance=advance,
        rest=rest,
        current=Quantity("1", low=0, high=1, bounds=(0, 1e6), default=1.0, doc="postsynaptic spikes"),
    )


def beginning(mark: Any) -> float:
    """Where a variable begins unless something else says so."""
    return 0.0 if mark.default is None else mark.default


def shapes(**arguments: tuple[Any, str]) -> None:
    """Raises ValueError where shapes do not fit together.

    Every argument is (value, pattern): sizes of one letter are equal everywhere, "..." are leading dimensions that
    broadcast. The first argument with a letter says what it is; numbers have no dimension.

    >>> import torch
    >>> shapes(w=(torch.zeros(3, 4), "O I"), z_pre=(torch.zeros(2, 4), "... I"))
    >>> shapes(w=(torch.zeros(3, 4), "O I"), z_pre=(torch.zeros(2, 5), "... I"))
    Traceback (most recent call last):
    ValueError: z_pre has shape (2, 5), which does not fit: give [..., I] with I = 4
    """
    known: dict[Any, int] = {}
    for name, (value, pattern) in arguments.items():
        shape = tuple(getattr(value, "shape", ()))
        letters = pattern.removeprefix("...").split()
        leading = len(shape) - len(letters)
        fits = leading == 0 or (leading > 0 and pattern.startswith("..."))
        if fits:
            fits = all(size == known.setdefault(letter, size) for letter, size in zip(letters, shape[leading:]))
            for place, size in enumerate(reversed(shape[:leading])):
                fits = fits and (size == 1 or size == known.setdefault(place, size))
        if not fits:
            sizes = [f"{letter} = {known[letter]}" for letter in letters if letter in known]
            places = sorted((key for key in known if isinstance(key, int)), reverse=True)
            if places and pattern.startswith("..."):
                sizes.append(f"... = {', '.join(str(known[place]) for place in places)} or what broadcasts with it")
            raise ValueError(
                f"{name} has shape {shape}, which does not fit: give [{', '.join(pattern.split())}]"
                + (f" with {', '.join(sizes)}" if sizes else "")
            )


def kind(name: str, value: Any, expected: type) -> None:
    """Raises ValueError where an argument is no such class, and no tuple with the same fields."""
    if not isinstance(value, expected) and getattr(value, "_fields", ()) != getattr(expected, "_fields", None):
        raise ValueError(f"{name} is a {type(value).__name__}, which is not allowed: give a {expected.__name__}")
