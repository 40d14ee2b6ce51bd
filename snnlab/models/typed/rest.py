"""Where a typed neuron rests: as its text says, or at the fixed point that its equations have without input."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch

from snnlab.core.standing import standing

from .definition import Definition
from .trees import Node

GRID = 601  # potentials among which a fixed point is looked for
NOTHING_MOVES = "The fixed point without input."
SAID = "Where the text says, which need be no fixed point: there may be no fixed point."
NONE = "There is no fixed point without input: where the membrane moves least."
BEGINS = "No fixed point is known: what does not follow from v by itself begins at 0."


class Plan(NamedTuple):
    """How the state at rest is found.

    `said` are variables that the text sets, `following` groups of those that follow from v, each from its own equation,
    which is a straight line in it. Of the rest nothing is known: they begin at 0.
    """

    said: dict[str, Node]
    following: tuple[tuple[str, ...], ...]
    unknown: tuple[str, ...]


def degree(node: Node, name: str, inner: Mapping[str, int]) -> int:
    """That of a tree as a polynomial in a name, 2 for all that is no straight line; `inner` has sub-expressions'."""
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
    straight = [n for n in variables if degree(definition.rates[n].right, n, degrees(definition, n)) == 1]
    known, following = {"v", *said}, []
    while True:
        group = tuple(n for n in straight if n not in known and needs(n) & {*variables} <= known | {n})
        if not group:
            break
        following.append(group)
        known |= {*group}
    return Plan(said, tuple(following), tuple(name for name in variables if name not in known))


def begin(
    flow: Callable, state: Any, p: Any, plan: Plan, said: Mapping[str, Any], low: float, high: float
) -> tuple[float, bool]:
    """Where the search for a root begins, the lowest stable one of these parameters, and whether there is one."""
    grid = torch.linspace(low, high, GRID, dtype=torch.float64)
    fixed = {**said, "v": grid}
    s = standing(flow, state, p, 0.0, 1.0, plan.following, fixed)
    moves = flow(state(*(x.double() for x in s)), 0.0 * grid, p).v
    falls = ((moves[:-1] > 0) & (moves[1:] <= 0)).nonzero()
    if len(falls):
        k = int(falls[0])
        a, b = float(moves[k]), float(moves[k + 1])
        return float(grid[k]) + float(grid[1] - grid[0]) * a / (a - b), True
    return float(grid[int(moves.abs().nan_to_num(nan=torch.inf).argmin())]), False
