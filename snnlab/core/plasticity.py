"""A plasticity rule is a value: how its traces flow, what pairs of spikes and traces do to a weight, and its tuples."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, NamedTuple

import torch
from torch import Tensor, as_tensor

from .advance import euler
from .derived import derived
from .names import what_is
from .neuron import Neuron, without_flow
from .quantity import Quantity, annotations
from .record import example, record
from .sound import gives, tried
from .tuples import Nest, extended, flattened


class Spikes(NamedTuple):
    """The spikes on both sides of a synapse."""

    pre: Tensor
    post: Tensor


class Changes(NamedTuple):
    """What pairs of spikes make of the traces."""

    potentiation: Tensor
    depression: Tensor


def exact_decay(s, z, flow, p, dt):
    """The traces a step dt [s] later, exactly, where each decays by itself; the spikes z come at its end.

    Both are the flow's own: its rate at a trace of 1 without spikes, and what it adds at a spike.
    """
    fading = flow(type(s)(*(1.0 for _ in s)), type(z)(*(0.0 for _ in z)), p)
    added = flow(type(s)(*(0.0 for _ in s)), z, p)
    return type(s)(*(torch.exp(dt * rate) * x + jump for x, rate, jump in zip(s, fading, added, strict=True)))


def pulse_euler(s, z, flow, p, dt):
    """The traces an Euler step dt [s] later, whatever their flow: a spike z is a train of z / dt for one step."""
    return euler(s, Spikes(z.pre / dt, z.post / dt), flow, p, dt)


_SPIKE = Quantity("1", low=0, high=1, bounds=(0, 1e6), default=0.0, doc="presynaptic spike")


@dataclass(frozen=True, kw_only=True, eq=False)
class Plasticity:
    """What a plasticity rule is; everything else is derived from it.

    With traces `s`, spikes `z` of a step (`Spikes`), parameters `p` and a weight `w`, all tensors of shapes that
    broadcast:

    - `flow(s, S, p)`: ds/dt in 1/s, as the textbook has it: the spike trains `S` are sums of Dirac pulses, so a spike
      adds as much at any dt;
    - `pairs(s, z, p)`: (potentiation, depression), what spikes make of the traces after the step; where a spike adds 1
      to a trace r, `s.r - z.pre` is what was there before it;
    - `learn(w, potentiation, depression, p)`: the weight after them, which stays as it is where both are 0.

    `weight` describes the weight, its `default` is where one begins. `bounds(p)` are the least and the greatest weight
    that it learns, by name; {} where there are none. `advance(s, z, flow, p, dt)` are the traces a step later.
    `functions` are what users call: steps first.

    What not every rule has:

    - without `pairs` and `learn` it changes no weight: a sensor;
    - `network`: (advance, learn) inside of a network, where those are others;
    - `single`: the tuple and the step (s, z, p, dt) of a single synapse that has more than traces and a weight;
    - not `two_sided`: postsynaptic spikes have no part in it, and its `flow` gets the presynaptic train alone.

    Derived: `synapse`, the tuple of a single synapse, and `step`, its state after a step: what a person watches. In a
    network a trace is one number of each neuron, presynaptic or postsynaptic, as its flow says (`sides`).
    """

    name: str
    title: str = ""  # as people say it, where that is not the name
    doc: str = ""
    source: str = ""
    parameters: Any  # annotated NamedTuple classes, as in Neuron
    state: Any
    functions: tuple[Callable[..., Any], ...] = ()
    flow: Callable[..., Any] | None = None
    pairs: Callable[..., tuple[Any, Any]] | None = None
    learn: Callable[..., Tensor] | None = None
    weight: Quantity | None = None
    bounds: Callable[[Any], Mapping[str, Any]] = lambda p: {}
    advance: Callable[..., Any] = exact_decay
    network: tuple[Callable[..., Any], Callable[..., Tensor]] | None = None
    single: tuple[Any, Callable[..., Any]] | None = None
    two_sided: bool = True
    synapse: Any = field(init=False)
    run_state: Any = field(init=False)  # with the presynaptic spike of the step

    def __post_init__(self) -> None:
        """Raises ValueError for what is not whole, and for traces that would decay otherwise than their flow says."""
        for taken, what in (("w", "its weight"), ("pre", "the spike that comes in")):
            if taken in self.state._fields:
                raise ValueError(f"{self.name}.state has a trace {taken}, as a synapse calls {what}: give another name")
        for needed in ("flow", "pairs", "weight"):
            if self.learn is not None and getattr(self, needed) is None:
                raise ValueError(f"{self.name} has a function learn, but no {needed}: give it")
        synapse = self.state
        if self.single is not None:
            synapse, _ = self.single
        elif self.learn is not None:
            synapse = extended(self.state, self.name, "synapse", w=(Annotated[Tensor, self.weight],))
        if self.single is None:
            _check_functions(self)
        if self.flow is not None and self.single is None and self.advance is exact_decay:
            _check_decay(self, self.flow)
        run_state = extended(synapse, self.name, "run_state", pre=(Annotated[Tensor, _SPIKE],))
        for name, value in (("synapse", synapse), ("run_state", run_state)):
            object.__setattr__(self, name, value)

    def next_traces(self, s, z, p, dt):
        """The traces a step dt [s] later, in which the spikes z came."""
        return self.advance(s, z, self.flow, p, dt)

    def next_weight(self, w, s, z, p):
        """The weight after the spikes z, from the traces s after them."""
        assert self.pairs is not None and self.learn is not None
        return self.learn(w, *self.pairs(s, z, p), p)

    def step(self, s, z, p, dt):
        """The state of a single synapse a step dt [s] later, in which the spikes z came, all entry by entry."""
        if self.single is not None:
            return self.single[1](s, z, p, dt)
        after = self.next_traces(self.state(*s[: len(self.state._fields)]), z, p, dt)
        return after if self.learn is None else self.synapse(*after, self.next_weight(s.w, after, z, p))


def _check_functions(rule: Plasticity) -> None:
    """Raises ValueError for a function that does not take its arguments, or gives something else than is asked."""
    s, p, w = example(rule.state, 1), example(rule.parameters, 2), torch.ones(1, dtype=torch.float64)
    z = Spikes(w, 0 * w)
    if rule.flow is not None:
        gives(f"{rule.name}.flow", rule.flow, {"s": s, "S": z if rule.two_sided else z.pre, "p": p}, rule.state)
    if rule.pairs is not None:
        gives(f"{rule.name}.pairs", rule.pairs, {"s": s, "z": z, "p": p}, Changes)
    if rule.learn is not None:
        changes = {"w": w, **Changes(w, w)._asdict(), "p": p}
        found = tried(f"{rule.name}.learn", rule.learn, changes, "the weight")
        if found is not None and not isinstance(found, Tensor):
            raise ValueError(f"{rule.name}.learn gives {what_is(found)}: give the weight, a tensor")


def _check_decay(rule: Plasticity, flow: Callable[..., Any]) -> None:
    """Raises ValueError where a trace does not decay by itself, or a spike adds another number as the trace is."""
    s, p = example(rule.state, 1), example(rule.parameters, 2)
    whole, none = (type(s)(*(torch.full((1,), x, dtype=torch.float64) for _ in s)) for x in (1.0, 0.0))
    z, silent = (Spikes(*(torch.full((1,), x, dtype=torch.float64) for x in pair)) for pair in ((0.7, 0.4), (0.0, 0.0)))
    parts = zip(rule.state._fields, s, flow(s, z, p), flow(whole, silent, p), flow(none, z, p), strict=True)
    for name, x, rate, fading, added in parts:
        if not math.isclose(rate, fading * x + added, rel_tol=1e-9, abs_tol=1e-9):
            raise ValueError(
                f"{rule.name}.flow: {name} does not decay by itself and jump by the same at every spike, so that a "
                "step is not known: give advance=pulse_euler, or a function (s, z, flow, p, dt) -> s"
            )


@derived
def sides(rule: Plasticity) -> dict[str, str]:
    """Trace -> "pre" or "post": the side whose spikes drive it, directly or by other traces, as its flow says.

    Raises ValueError for a trace of both sides or of none: in a network a trace is a number of each neuron.
    """
    flow, spikes = rule.flow, Spikes(*torch.rand(2, 1, dtype=torch.float64))
    assert flow is not None
    s, p = example(rule.state, 1), example(rule.parameters, 2)
    program = record(lambda s, S, p: flow(s, S, p), s=s, S=spikes, p=p)
    reads = {name: set(program.part(name).used) for name in rule.state._fields}
    found = {}
    for name in reads:
        reached: set[str] = set()
        waiting = {f"s.{name}"}
        while waiting:
            reached |= waiting
            waiting = {x for one in waiting for x in reads.get(one.removeprefix("s."), ())} - reached
        driving = [side for side in Spikes._fields if f"S.{side}" in reached]
        if len(driving) != 1:
            raise ValueError(
                f"{rule.name}.flow drives {name} by the spikes of {'both sides' if driving else 'no side'}: in a "
                "network a trace is a number of each neuron, and belongs to one side"
            )
        found[name] = driving[0]
    return found


@derived
def network_form(rule: Plasticity) -> Plasticity:
    """The rule as a network steps it."""
    if rule.network is None:
        return rule
    advance, learn = rule.network
    return replace(rule, advance=advance, learn=learn, network=None)


@derived
def running(rule: Plasticity) -> Neuron:
    """The synapse as what a run takes: presynaptic spikes at its spike port, postsynaptic ones at its current port.

    It is a Neuron without threshold; `pre` holds the presynaptic spike of the step.
    """
    parameters, nest, state = flattened(rule.parameters), Nest(rule.parameters), rule.run_state

    def advance(s, post, flow, p, dt):
        return state(*rule.step(rule.synapse(*s[:-1]), Spikes(s.pre, post), nest.build(p), dt), 0.0 * s.pre)

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
        flow=without_flow(f"{rule.name} is a rule"),
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
        raise ValueError(f"{name} is {what_is(value)}, which is not allowed: give a {expected.__name__}")
