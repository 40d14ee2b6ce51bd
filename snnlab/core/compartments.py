"""Compartments for any neuron: several of them, coupled by conductances into a chain or a tree."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import torch
from torch import Tensor, as_tensor

from .advance import Advance, RungeKutta
from .derived import derived
from .neuron import Neuron
from .quantity import Choice, Count, Quantity, annotations
from .receptors import conductance_unit
from .step import fired
from .tuples import extended, tuple_class

MOST = 20  # compartments
ROOT = -1  # what the first one hangs on

_FIRED = Count(low=0, high=1, doc="spike of a compartment")


def chain(n: int) -> tuple[int, ...]:
    """Each compartment hangs on the one before: the place of that for each, -1 for the first.

    >>> chain(4)
    (-1, 0, 1, 2)
    """
    return tuple(range(ROOT, n - 1))


def fork(n: int) -> tuple[int, ...]:
    """A trunk of a third, and two branches of the rest, as long as each other or one longer.

    >>> fork(6)
    (-1, 0, 1, 1, 2, 3)
    """
    trunk = max(1, n // 3)
    return tuple(k - 1 if k < trunk else trunk - 1 if k < trunk + 2 else k - 2 for k in range(n))


def star(n: int) -> tuple[int, ...]:
    """All others hang on the first: a soma with dendrites of one compartment.

    >>> star(4)
    (-1, 0, 0, 0)
    """
    return (ROOT, *(0 for _ in range(n - 1)))


SHAPES: dict[str, Callable[[int], tuple[int, ...]]] = {"chain": chain, "fork": fork, "star": star}


def neighbours(parents: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The places of those that each compartment is coupled to.

    >>> neighbours((-1, 0, 1, 1))
    ((1,), (0, 2, 3), (1,), (1,))
    """
    found: list[list[int]] = [[] for _ in parents]
    for k, parent in enumerate(parents):
        if parent != ROOT:
            found[k].append(parent)
            found[parent].append(k)
    return tuple(tuple(sorted(one)) for one in found)


def coupling(neuron: Neuron, usual: float) -> Quantity:
    """What couples two compartments: a conductance in the unit in which a potential makes a current."""
    unit = conductance_unit(neuron.current.unit, annotations(neuron.state)["v"].unit)
    return Quantity(unit, low=0, high=10, bounds=(0, 1e4), default=usual, symbol="g_c", doc="coupling of neighbours")


def parameters_of_compartments(neuron: Neuron, g_c: float = 2.0) -> Any:
    """The neuron's parameters, the coupling, usually `g_c`, and the compartment that the current enters, from 1."""
    site = Count(low=1, high=MOST, bounds=(1, MOST), doc="compartment that the current enters")
    more = {
        "g_c": (Annotated[Tensor, coupling(neuron, g_c)], as_tensor(g_c)),
        "site": (Annotated[Tensor, site], as_tensor(1.0)),
    }
    return extended(neuron.parameters, f"{neuron.name}Compartments", "parameters", **more)


def axial(v: Tensor, other: Tensor, g: Tensor) -> Tensor:
    """The current into a compartment at v from a neighbour."""
    return g * (other - v)


@derived
def compartments(neuron: Neuron, parents: tuple[int, ...]) -> Neuron:
    """The neuron in as many compartments as `parents` has, which says on which each hangs, as one Neuron.

    A compartment gets the current I_k = g_c sum over its neighbours j of (v_j - v_k), and the input as well where it is
    the `site`. Each spikes for itself: `z_1`, `z_2`, ... are their spikes, beside `v_1` and all else of a neuron. The
    whole has no threshold. Raises ValueError for a neuron without v.

    >>> from snnlab.functional import LIBox
    >>> compartments(LIBox, chain(2)).state._fields
    ('v_1', 'z_1', 'v_2', 'z_2')
    """
    if "v" not in neuron.state._fields:
        raise ValueError(
            f"{neuron.name} has no v, but {', '.join(neuron.state._fields)}: compartments exchange that of v"
        )
    made = _Compartments(neuron, neighbours(parents), _state(neuron, len(parents)))
    return Neuron(
        name=f"{neuron.name}Compartments",
        title=f"{neuron.title or neuron.name}, {len(parents)} compartments",
        doc=neuron.doc,
        source=neuron.source,
        parameters=parameters_of_compartments(neuron),
        state=made.state,
        flow=_no_flow,
        rest=made.rest,
        hold=made.hold if neuron.excess is not None else None,
        current=neuron.current,
        port="current",
        advance=advanced(neuron, parents, neuron.advance),
        dt=neuron.dt,
    )


@derived
def advanced(neuron: Neuron, parents: tuple[int, ...], method: Advance) -> Advance:
    """An integrator of the neuron as one of its compartments.

    Methods with stages see the coupling in each of them; of others each compartment takes its step by itself, with the
    potentials of its neighbours at the beginning, so that exponential Euler has the coupling in its slope, and costs as
    much for each compartment however many there are.
    """
    made = _Compartments(neuron, neighbours(parents), _state(neuron, len(parents)))
    if isinstance(method, RungeKutta):
        return lambda s, I, flow, p, dt: method(s, I, made.flow, p, dt)

    def advance(s, I, flow, p, dt):
        cells, after = made.cells(s), []
        for cell, near, into in zip(cells, made.near, made.entering(I, p)):
            into = into + p.g_c * sum((cells[j].v for j in near), 0.0 * cell.v)
            after.append(method(cell, into, _drained(neuron, len(near)), p, dt))
        return made.whole(after, made.fired(s))

    return advance


def _no_flow(s: Any, I: Any, p: Any) -> Any:
    """What reads the flow of a neuron reads each variable's by itself, which costs the square of how many there are."""
    raise ValueError("compartments have a step of their own: leave `advance` out, or give one of `advanced`")


@derived
def _drained(neuron: Neuron, degree: int) -> Callable:
    """The flow of a compartment with so many neighbours, whose own currents to it stand in I."""

    def flow(s, I, p):
        return neuron.flow(s, I - degree * p.g_c * s.v, neuron.parameters(*p[: len(neuron.parameters._fields)]))

    return flow


def _state(neuron: Neuron, n: int) -> Any:
    """All variables of all compartments, and their spikes, one compartment after the other."""
    marks = annotations(neuron.state) | {"z": _FIRED}
    hints = {
        f"{name}_{k}": Annotated[Tensor, mark.but(doc=f"{mark.doc}, compartment {k}", symbol=rf"{name}_{{{k}}}")]
        for k in range(1, n + 1)
        for name, mark in marks.items()
    }
    return tuple_class(f"{neuron.name}{n}State", hints, {})


@dataclass(frozen=True)
class _Compartments:
    """What the functions of the whole are made from."""

    neuron: Neuron
    near: tuple[tuple[int, ...], ...]
    state: Any

    def own(self, p: Any) -> Any:
        """The neuron's parameters."""
        return self.neuron.parameters(*p[: len(self.neuron.parameters._fields)])

    def cells(self, s: Any) -> list[Any]:
        """The state of each compartment."""
        width = len(self.neuron.state._fields)
        return [self.neuron.state(*s[k : k + width]) for k in range(0, len(s), width + 1)]

    def fired(self, s: Any) -> list[Tensor]:
        """The spikes of each."""
        width = len(self.neuron.state._fields) + 1
        return list(s[width - 1 :: width])

    def whole(self, cells: list[Any], fired: list[Any]) -> Any:
        return self.state(*(x for cell, z in zip(cells, fired, strict=True) for x in (*cell, z)))

    def entering(self, I: Any, p: Any) -> list[Any]:
        """The input of each: all of it at the site."""
        return [torch.where(as_tensor(p.site) == k, I, 0.0) for k in range(1, len(self.near) + 1)]

    def flow(self, s: Any, I: Any, p: Any) -> Any:
        own, cells = self.own(p), self.cells(s)
        rates = []
        for cell, near, into in zip(cells, self.near, self.entering(I, p)):
            rates.append(self.neuron.flow(cell, sum((axial(cell.v, cells[j].v, p.g_c) for j in near), into), own))
        return self.whole(rates, [0.0 * z for z in self.fired(s)])

    def rest(self, p: Any) -> Any:
        one = self.neuron.rest(self.own(p))
        return self.whole([one] * len(self.near), [as_tensor(0.0)] * len(self.near))

    def hold(self, old: Any, z: Any, s: Any, p: Any) -> tuple[Any, Any]:
        """Each spikes, and is reset, by itself."""
        found = [fired(self.neuron, *pair, self.own(p)) for pair in zip(self.cells(old), self.cells(s))]
        return z, self.whole([cell for _, cell in found], [one for one, _ in found])


@dataclass(frozen=True, kw_only=True, eq=False)
class Cable:
    """A neuron in compartments as people choose it: of what it is made, and what users call.

    Its parameters are the neuron's, the coupling, usually `g_c`, and the site, the number of compartments, usually `n`,
    and their shape.
    """

    name: str
    title: str
    doc: str
    source: str
    neuron: Neuron
    g_c: float = 2.0
    n: int = 10
    advance: Advance | None = None  # the neuron's own, unless given
    dt: float | None = None  # ms
    functions: tuple[Callable[..., Any], ...] = ()

    @cached_property
    def parameters(self) -> Any:
        """The annotated tuple of all of them, as in Neuron."""
        number = Count(low=1, high=MOST, bounds=(1, MOST), doc="number of compartments")
        more = {
            "count": (Annotated[int, number], self.n),
            "shape": (Annotated[str, Choice(SHAPES, doc="shape of the tree")], "chain"),
        }
        return extended(parameters_of_compartments(self.neuron, self.g_c), self.name, "parameters", **more)
