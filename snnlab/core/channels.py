"""A neuron as the sum of its currents: each channel is a small definition, `channels` makes the neuron of them."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from keyword import iskeyword
from operator import add, mul
from typing import Annotated, Any

import torch
from torch import Tensor, as_tensor

from .advance import Advance
from .check import check_real, check_within
from .exponential import exponential_euler
from .names import what_is
from .neuron import Neuron
from .quantity import Quantity
from .refuse import refused
from .roots import root
from .surrogate import Alpha, Method
from .tuples import author, tuple_class

REVERSALS = (-300.0, 300.0)  # mV: what is allowed of a reversal potential
POTENTIALS = (-1000.0, 1000.0)  # mV: and of others
BEYOND = 1.0  # mV beyond the outermost reversal potentials, where all currents drive back


def power(x: Tensor, k: int) -> Tensor:
    """x^k as products, which are the same bits on every processor."""
    if k == 1:
        return x
    half = power(x, k // 2)
    return half * half if k % 2 == 0 else half * half * x


@dataclass(frozen=True, kw_only=True, eq=False)
class Gate:
    """Part of a channel that opens and shuts: the share x of those that are open follows the potential.

    Either `rates(v, p)` gives (alpha, beta) in 1/ms, dx/dt = alpha (1 - x) - beta x; or `steady(v, p)` gives where x
    comes to rest, and `tau(v, p)` how fast in ms, dx/dt = (steady - x) / tau. Without `tau` it is there at once, and is
    no variable. A channel needs `power` of them open.
    """

    rates: Callable[[Tensor, Any], tuple[Tensor, Tensor]] | None = None
    steady: Callable[[Tensor, Any], Tensor] | None = None
    tau: Callable[[Tensor, Any], Tensor] | None = None
    power: int = 1
    doc: str = "share of open gates"

    def __post_init__(self) -> None:
        if (self.rates is None) == (self.steady is None):
            raise ValueError("a gate has either rates, or a steady state: give one of them")

    @property
    def moves(self) -> bool:
        return self.rates is not None or self.tau is not None

    def at_rest(self, v: Tensor, p: Any) -> Tensor:
        """Where it comes to rest while the potential is v."""
        if self.steady is not None:
            return self.steady(v, p)
        alpha, beta = self.rates(v, p)  # type: ignore[misc]
        return alpha / (alpha + beta)

    def flow(self, x: Tensor, v: Tensor, p: Any) -> Tensor:
        """dx/dt in 1/ms."""
        if self.rates is not None:
            alpha, beta = self.rates(v, p)
            return alpha * (1 - x) - beta * x
        return (self.steady(v, p) - x) / self.tau(v, p)  # type: ignore[misc]


@dataclass(frozen=True, kw_only=True, eq=False)
class Channel:
    """The channels of one kind in a membrane: their current is g x^k y^l (v - E), outward positive.

    `name` ends the names of its parameters, g_Na and E_Na. `g` is the maximal conductance, with the ends `reach` of its
    slider, `E` the reversal potential in mV: None for that of another channel, `ion`. `gates` are by name, those that
    move are variables. `more` are further parameters that gates read: name -> (annotated type, default). `faster(p)`
    multiplies all rates, say of a warm membrane.
    """

    name: str
    doc: str
    g: float
    E: float | None = None
    ion: str = ""
    reach: tuple[float, float] | None = None
    gates: Mapping[str, Gate] = field(default_factory=dict)
    more: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    faster: Callable[[Any], Tensor] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not f"g_{self.name}".isidentifier() or not self.name:
            raise refused("name", self.name, "letters and digits, which end the names of parameters, g_Na of Na")
        if self.E is None and not self.ion:
            raise refused(f"{self.name}.E", self.E, "a reversal potential in mV, or the ion of another channel")
        if self.E is not None:
            check_within(f"{self.name}.E", self.E, *REVERSALS, "mV")
        check_real(f"{self.name}.g", self.g, lambda g: 0 <= g < math.inf, "a conductance from 0, and finite")

    def current(self, v: Tensor, x: Mapping[str, Tensor], p: Any) -> Tensor:
        """The current out of the cell through these channels, with the gates at x."""
        opened = [power(x[name], gate.power) for name, gate in self.gates.items()]
        g = reduce(mul, opened, getattr(p, f"g_{self.name}"))
        return g * (v - getattr(p, f"E_{self.ion or self.name}"))


class Membrane:
    """The functions of a membrane with these channels; `moving` are the gates that are variables, by name.

    Raises ValueError for none, and for two with a gate of the same name.
    """

    def __init__(self, name: str, parts: tuple[Channel, ...]) -> None:
        if not parts:
            raise ValueError(f"{name} has no channels: give at least a leak")
        for part in parts:
            if not isinstance(part, Channel):
                raise ValueError(f"{name} is given {what_is(part)} for a channel: give leak(), or a Channel")
        self.parts = parts
        self.gates = {gate: (part, one) for part in parts for gate, one in part.gates.items()}
        if len(self.gates) < sum(len(part.gates) for part in parts):
            raise ValueError(
                f"{name}: two channels have a gate of the same name, of {', '.join(self.gates)}: rename one"
            )
        self.moving = {gate: one for gate, one in self.gates.items() if one[1].moves}
        self.reversals = list(dict.fromkeys(f"E_{part.ion or part.name}" for part in parts))

    def total(self, v: Tensor, x: Mapping[str, Tensor], p: Any) -> Tensor:
        """The sum of all currents, with the gates at x."""
        return reduce(add, (part.current(v, x, p) for part in self.parts))

    def at_rest(self, v: Tensor, p: Any) -> dict[str, Tensor]:
        """All gates, where they come to rest while the potential is v."""
        return {gate: one.at_rest(v, p) for gate, (_, one) in self.gates.items()}

    def opened(self, s: Any, p: Any) -> dict[str, Tensor]:
        """All gates in a state."""
        return {g: getattr(s, g) if g in self.moving else one.at_rest(s.v, p) for g, (_, one) in self.gates.items()}

    def currents(self, s: Any, p: Any) -> dict[str, Tensor]:
        x = self.opened(s, p)
        return {part.name: part.current(s.v, x, p) for part in self.parts}

    def flow(self, s: Any, I: Tensor, p: Any) -> dict[str, Tensor]:
        rates = {"v": 1000.0 / p.C * (-self.total(s.v, self.opened(s, p), p) + I)}
        for gate, (part, one) in self.moving.items():
            moved = one.flow(getattr(s, gate), s.v, p)
            rates[gate] = 1000.0 * (part.faster(p) * moved if part.faster else moved)
        return rates

    def ends(self, p: Any) -> tuple[Tensor, Tensor]:
        """Between which the currents cancel: beyond the reversal potentials, all of them drive back."""
        found = [as_tensor(getattr(p, reversal)).double() for reversal in self.reversals]
        return reduce(torch.minimum, found) - BEYOND, reduce(torch.maximum, found) + BEYOND

    def lowest(self, p: Any) -> Tensor:
        """The lowest potential at which they cancel, but for the spacing of a grid."""
        grid = torch.linspace(*self.ends(p), 1000, dtype=torch.float64)
        outward = (self.total(grid, self.at_rest(grid, p), p) > 0).nonzero()
        if not len(outward):
            raise ValueError(
                f"the currents of {', '.join(part.name for part in self.parts)} cancel at no potential, so that there "
                "is no rest: give a channel with g > 0 that is open there, such as leak(0.3)"
            )
        return grid[outward[0, 0]]


def channels(
    name: str,
    *parts: Channel,
    C: float = 1.0,
    unit: tuple[str, str, str] = ("µF/cm²", "mS/cm²", "µA/cm²"),
    current: Quantity,
    title: str = "",
    doc: str = "",
    source: str = "",
    more: Mapping[str, tuple[Any, Any]] | None = None,
    low: float = -90.0,
    high: float = 50.0,
    spike: float = 0.0,
    dt: float = 0.025,
    advance: Advance = exponential_euler,
) -> Neuron:
    """A neuron whose membrane has these channels: C dv/dt = I - (the sum of their currents).

    Its variables are v [mV] and the gates that move; its parameters C, g and E of each channel, what these add, and
    v_spike, whose upward crossing is a spike (`spike` mV). `unit` are those of capacitance, conductance and current,
    which give mV per ms. It rests where all currents cancel, at the lowest potential that does so.
    `low` and `high` are the range in which v is drawn, `dt` [ms] is the usual step of a run. The integrator `advance`
    solves each gate exactly, and the membrane where no gate is there at once; else "rk4" is more precise. `more` are
    parameters that several channels read.

    Raises ValueError for numbers that are not allowed, for channels that share a name, of themselves, a gate or a
    parameter, for one whose ion no other has, and for a membrane without rest. Source: Hodgkin, Huxley,
    J. Physiol. 117:500, 1952.

    >>> from snnlab.functional import leak, potassium, sodium
    >>> squid = channels("Squid", leak(), sodium(), potassium(), current=Quantity("µA/cm²", 0, 50, doc="current"))
    >>> squid.state._fields
    ('v', 'm', 'h', 'n')
    """
    _check_numbers(name, C, unit, low, high, spike, dt)
    membrane = Membrane(name, parts)
    given = _parameters(membrane, C, unit, spike, more or {})
    Parameters = _named(tuple_class(f"{name}Parameters", *given), f"{name}.parameters")
    usual = membrane.lowest(Parameters())
    at, start = membrane.at_rest(usual, Parameters()), float(usual)
    potential = Quantity("mV", low, high, bounds=POTENTIALS, default=round(start, 1), doc="membrane potential")
    states = {"v": Annotated[Tensor, potential]} | {
        gate: Annotated[
            Tensor, Quantity("1", 0, 1, default=round(float(at[gate]), 4), doc=f"{one.doc} of the {part.doc}")
        ]
        for gate, (part, one) in membrane.moving.items()
    }
    State = _named(tuple_class(f"{name}State", states, {}), f"{name}.state")

    def flow(s, I, p):
        return State(**membrane.flow(s, I, p))

    def rest(p):
        """Where the currents cancel, next to where they do by default, with all gates where they come to rest."""
        v = root(lambda v: membrane.total(v, membrane.at_rest(v, p), p), start, *membrane.ends(p))
        x = membrane.at_rest(v, p)
        return State(v, *(x[gate] for gate in membrane.moving))

    return Neuron(
        name=name,
        title=title or name,
        doc=doc,
        source=source,
        parameters=Parameters,
        state=State,
        flow=flow,
        excess=lambda s, p: s.v - p.v_spike,
        crosses=True,
        rest=rest,
        currents=membrane.currents,
        parts=parts,
        port="current",
        current=current,
        advance=advance,
        dt=dt,
    )


def _check_numbers(name: Any, C: Any, unit: tuple[str, str, str], low: Any, high: Any, spike: Any, dt: Any) -> None:
    """Raises ValueError for what `channels` cannot take."""
    if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
        raise refused("name", name, "letters and digits, a letter first, as of a class in Python")
    for called, value, of in (("C", C, unit[0]), ("dt", dt, "ms")):
        check_real(called, value, lambda x: 0 < x < math.inf, f"a finite number > 0, in {of}")
    for called, value in (("low", low), ("high", high), ("spike", spike)):
        check_within(called, value, *POTENTIALS, "mV")
    if not low < high:
        raise refused("low", low, f"a potential in mV below high = {high:g}")


def _named(made: Any, place: str) -> Any:
    """A tuple class that pickle finds at a place of its author's module."""
    made.__module__, made.__qualname__ = author(), place
    return made


def _parameters(
    membrane: Membrane, C: float, unit: tuple[str, str, str], spike: float, more: Mapping[str, tuple[Any, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Annotated types and defaults of the parameters. Raises ValueError for a name that is taken."""
    found = {"C": (Quantity(unit[0], C / 5, 5 * C, bounds=(C / 1e3, 1e3 * C), doc="membrane capacitance"), C)}
    parts = membrane.parts
    ions = [part.ion or part.name for part in parts]

    def give(name: str, mark: Any, value: float) -> None:
        if name in found:
            raise ValueError(f"two channels have a parameter {name}: give one of them another name")
        found[name] = mark, value

    for part in parts:
        low, high = part.reach or (0.0, 2 * part.g or 1.0)
        mark = Quantity(unit[1], low, high, bounds=(0, 1e3 * high), doc=f"conductance of the {part.doc}")
        give(f"g_{part.name}", mark, part.g)
        if part.E is None:
            if part.ion not in (other.name for other in parts if other.E is not None):
                raise ValueError(f"{part.name} has the reversal potential of {part.ion}, which no other channel has")
            continue
        whose = "of " + ", ".join(other.doc for other, ion in zip(parts, ions, strict=True) if ion == part.name)
        mark = Quantity("mV", part.E - 40, part.E + 40, bounds=REVERSALS, doc=f"reversal potential {whose}")
        give(f"E_{part.name}", mark, part.E)
    hints: dict[str, Any] = {name: Annotated[Tensor, mark] for name, (mark, _) in found.items()}
    defaults: dict[str, Any] = {name: as_tensor(float(value)) for name, (_, value) in found.items()}
    for name, (hint, value) in {k: x for one in (*(part.more for part in parts), more) for k, x in one.items()}.items():
        if name in hints:
            raise ValueError(f"two channels have a parameter {name}: give one of them another name")
        hints[name], defaults[name] = hint, as_tensor(float(value))
    crossing = Quantity("mV", -60, 40, bounds=POTENTIALS, doc="potential whose upward crossing is a spike")
    hints |= {"v_spike": Annotated[Tensor, crossing], "method": Method, "alpha": Alpha}
    defaults |= {"v_spike": as_tensor(float(spike)), "method": "super", "alpha": 100.0}
    return hints, defaults
