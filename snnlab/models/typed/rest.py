"""Where a typed neuron rests: as its text says, or at the fixed point that its equations have without input."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from snnlab.core.standing import standing

from .definition import Definition
from .trees import Node
from .values import Program, Value, value

GRID = 601  # potentials among which a fixed point is looked for
NOTHING_MOVES = "The fixed point without input."
SAID = "Where the text says: no fixed point need be there."
NONE = "There is no fixed point without input: where the membrane moves least."
BEGINS = "No formula gives the fixed point: what the text has as a beginning, which need be no fixed point."


class Plan(NamedTuple):
    """How the state at rest is found.

    `said` are variables that the text sets, `following` those that follow from v, each from its own equation, which is
    linear in it, in this order. Of the rest nothing is known: they begin at 0.
    """

    said: dict[str, Node]
    following: tuple[str, ...]
    unknown: tuple[str, ...]


def degree(node: Node, name: str, inner: Mapping[str, int]) -> int:
    """Of a tree as a polynomial in a name: 0, 1, or 2 for all that is no straight line. `inner` has sub-expressions'."""
    if node.kind == "name":
        return 1 if node.name == name else inner.get(node.name, 0)
    parts = [degree(part, name, inner) for part in node.parts]
    if not any(parts):
        return 0
    if node.kind in ("+", "-", "neg"):
        return max(parts)
    if node.kind == "*":
        return min(2, sum(parts))
    if node.kind == "/" and parts[1] == 0:
        return parts[0]
    if node.kind == "where" and parts[0] == 0:
        return max(parts)
    return 2


def degrees(definition: Definition, name: str) -> dict[str, int]:
    """That of each sub-expression in a name."""
    found: dict[str, int] = {}
    for inner, one in definition.inner.items():
        found[inner] = degree(one.right, name, found)
    return found


def plan(definition: Definition, variables: tuple[str, ...], needs: Callable[[str], set[str]]) -> Plan:
    """`needs` are the names on which the right side of a variable depends."""
    said = {change.variable: change.right for change in definition.changes.get("rest", [])}
    known, following = {"v", *said}, []
    waiting = [name for name in variables if name not in known]
    while waiting:
        solved = [
            name
            for name in waiting
            if degree(definition.rates[name].right, name, degrees(definition, name)) == 1
            and needs(name) & {*variables} <= known | {name}
        ]
        if not solved:
            break
        following += solved
        known |= {*solved}
        waiting = [name for name in waiting if name not in known]
    return Plan(said, tuple(following), tuple(waiting))


class Rest:
    """The state at rest of parameters, by a plan: a function that can be recorded."""

    def __init__(self, definition: Definition, variables: tuple[str, ...], plan: Plan, width: float) -> None:
        self.variables, self.plan, self.width = variables, plan, width
        inner = {name: one.right for name, one in definition.inner.items()}
        self.rates = {name: definition.rates[name].right for name in variables}
        self.programs = {name: Program([tree], inner) for name, tree in self.rates.items()}
        self.said = Program([*plan.said.values()], inner)
        self.start = 0.0

    def rate(self, name: str, values: Mapping[str, Value]) -> Tensor:
        found = self.programs[name].values(values)
        return value(self.rates[name], found, next(iter(values.values())))

    def others(self, values: dict[str, Value]) -> dict[str, Value]:
        """With the variables that follow from v: where straight lines are zero, from two of their points."""
        zero = 0.0 * values["v"]
        values = values | {name: zero for name in self.plan.unknown}
        for name in self.plan.following:
            if name in self.plan.said:
                continue
            at_0, at_1 = (self.rate(name, values | {name: zero + end}) for end in (0.0, 1.0))
            values[name] = at_0 / (at_0 - at_1) + zero
        return values

    def moves(self, v: Tensor, values: dict[str, Value]) -> Tensor:
        """dv/dt without input, of a membrane to which all others have come."""
        return self.rate("v", self.others(values | {"v": v})) + 0.0 * v

    def __call__(self, numbers: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The variables at rest, of the numbers of all parameters."""
        like = next(iter(numbers.values()))
        found: dict[str, Any] = {}
        for name, tree in self.plan.said.items():  # in the dtype of the parameters, as it is written
            known = self.said.values({**numbers, **found}) if self.plan.said else {}
            found[name] = torch.as_tensor(value(tree, known, like), dtype=like.dtype)
        exact = {name: x.double() for name, x in numbers.items()}
        exact |= {"I": 0.0 * next(iter(exact.values()))} | {name: x.double() for name, x in found.items()}
        if "v" not in found:
            begin = sum((0.0 * x for x in exact.values()), torch.tensor(self.start, dtype=torch.float64))
            exact["v"] = standing(lambda v: self.moves(v, exact), begin, self.width)
        exact = self.others(exact)
        return {name: found.get(name, exact[name].to(like.dtype)) for name in self.variables}

    def search(self, numbers: Mapping[str, float], low: float, high: float) -> bool:
        """Sets where the search for a root begins: at the lowest stable one of these numbers. Whether there is one."""
        exact = {name: torch.tensor(x, dtype=torch.float64) for name, x in numbers.items()}
        exact |= {"I": torch.zeros((), dtype=torch.float64)}
        said = self.said.values(exact) if self.plan.said else {}
        for name, tree in self.plan.said.items():
            if name != "v":
                exact[name] = torch.as_tensor(value(tree, {**said, **exact}, exact["I"]), dtype=torch.float64)
        grid = torch.linspace(low, high, GRID, dtype=torch.float64)
        moves = self.moves(grid, exact)
        falls = ((moves[:-1] > 0) & (moves[1:] <= 0)).nonzero()
        if len(falls):
            k = int(falls[0])
            a, b = float(moves[k]), float(moves[k + 1])
            self.start = float(grid[k]) + float(grid[1] - grid[0]) * a / (a - b)
            return True
        size = moves.abs().nan_to_num(nan=torch.inf)
        self.start = float(grid[int(size.argmin())])
        return False
