"""The functions of a typed neuron: closures over its trees, in operations of torch."""

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core.standing import standing

from .checks import depends
from .definition import Change, Definition
from .describe import Description
from .ranges import drawn
from .rest import BEGINS, NONE, NOTHING_MOVES, SAID, Plan, begin, degree, degrees, plan
from .trees import Node
from .values import Program, value

PER_MS = 1000.0  # a text has ms, functions have 1/s


class Functions:
    """Makes the functions of a text that has been checked, whose variables are in this order."""

    def __init__(self, definition: Definition, variables: tuple[str, ...]) -> None:
        self.definition, self.variables = definition, variables
        self.inner = {name: one.right for name, one in definition.inner.items()}

    def needs(self, name: str) -> set[str]:
        """The names on which the right side of a variable depends."""
        return depends(self.definition, [self.definition.rates[name].right])

    def values(self, program: Program, s: Any, p: Any, **more: Any) -> dict[str, Any]:
        """The values of all names, for functions of a state and parameters."""
        found = dict(zip(s._fields, s))
        found |= {name: _tensor(getattr(p, name), s[0]) for name in self.definition.parameters}
        return program.values(found | {name: _tensor(x, s[0]) for name, x in more.items()}, s[0])

    def flow(self, state: Any) -> Callable:
        rates = [self.definition.rates[name] for name in self.variables]
        trees = [tree for rate in rates for tree in (rate.right, rate.factor) if tree is not None]
        program = Program(trees, self.inner)
        alone = [not (self.needs(name) & {*self.variables}) for name in self.variables]

        def flow(s, I, p):
            found, like = self.values(program, s, p, I=I), s[0]
            slopes = []
            for rate, x, constant in zip(rates, s, alone):
                right = value(rate.right, found, like)
                before = PER_MS if rate.factor is None else PER_MS / value(rate.factor, found, like)
                slopes.append(before * right + 0.0 * x if constant else before * right)  # in the shape of the state
            return state(*slopes)

        return flow

    def excess(self) -> Callable | None:
        tree = self.definition.spike
        if tree is None:
            return None
        program = Program([tree], self.inner)

        def excess(s, p):
            return value(tree, self.values(program, s, p), s[0])

        return excess

    def reset(self) -> Callable | None:
        return self._changing("reset")

    def receive(self) -> Callable | None:
        changed = self._changing("receive")
        return changed and (lambda s, x, p: changed(s, p, x=x))

    def _changing(self, part: str) -> Callable | None:
        """The state after statements, one after the other; variables that are not set are passed through."""
        changes: list[Change] = self.definition.changes.get(part, [])
        if not changes:
            return None
        programs = [(change, Program([change.right], self.inner)) for change in changes]

        def changed(s, p, **more):
            for change, program in programs:
                found = value(change.right, self.values(program, s, p, **more), s[0])
                if not isinstance(found, Tensor):
                    found = torch.full_like(getattr(s, change.variable), found)
                s = s._replace(**{change.variable: found})
            return s

        return changed

    def peak(self) -> Node | None:
        """Where v is cut off, within a step as well: where its equation is no straight line, and a reset forgets it."""
        definition, tree = self.definition, self.definition.spike
        if tree is None or definition.crosses or tree.kind != "-" or tree.parts[0].name != "v":
            return None
        straight = degree(definition.rates["v"].right, "v", degrees(definition, "v")) < 2
        resets = [one.right for one in definition.changes["reset"] if one.variable == "v"]
        if "v" in depends(definition, resets):
            return None
        return None if straight or depends(definition, [tree.parts[1]]) & {*self.variables} else tree.parts[1]

    def within(self) -> Callable | None:
        peak = self.peak()
        if peak is None:
            return None
        program = Program([peak], self.inner)

        def below_peak(old, s, p):
            """The state within a step, its voltage not above where a spike is cut off."""
            top = as_tensor(value(peak, self.values(program, s, p), s[0]), dtype=s.v.dtype)
            return s._replace(v=torch.minimum(s.v, top))

        return below_peak

    def said(self, found: Plan) -> Callable[[Any], dict[str, Tensor]]:
        """What the text says of the state at rest, in the dtype of the parameters, of these."""
        program = Program([*found.said.values()], self.inner)

        def said(p):
            like = next((x for x in p if isinstance(x, Tensor) and x.is_floating_point()), torch.zeros(()))
            values = {name: _tensor(getattr(p, name), like) for name in self.definition.parameters}
            for name, tree in found.said.items():
                known = program.values(values, like) if program.inner else values
                values[name] = as_tensor(value(tree, known, like), dtype=like.dtype)
            return {name: values[name] for name in found.said}

        return said

    def resting(self, about: Description) -> "Resting":
        """How it rests, with the parameters of the text."""
        found = plan(self.definition, self.variables, self.needs)
        low, high = drawn("v", self.definition.rates["v"].about, about.current, float("nan"))
        jumps = [x for x in about.jumps() if x is not None]
        low, high = min(low, *jumps, high), max(high, *jumps, low)  # plain numbers may be millivolts
        own: Any = namedtuple("own", self.variables)  # type: ignore[misc]
        flow, said = self.flow(own), self.said(found)
        p = about.parameters(**{name: torch.tensor(x, dtype=torch.float64) for name, (_, x) in about.numbers.items()})
        reach = (high - low) / 2
        start, there = begin(flow, own, p, found, said(p), low - reach, high + reach)
        s = standing(flow, own, p, start, high - low, found.following, said(p))
        words = BEGINS if found.unknown else SAID if found.said else NOTHING_MOVES if there else NONE
        return Resting(self, found, start, high - low, words, {name: float(x) for name, x in zip(self.variables, s)})


class Resting(NamedTuple):
    """The search for the state at rest: where it begins, over which width, and what it gives for the text's values."""

    functions: Functions
    plan: Plan
    start: float
    width: float
    words: str
    values: Mapping[str, float]

    def function(self, state: Any) -> Callable:
        flow, said = self.functions.flow(state), self.functions.said(self.plan)

        def rest(p):
            return standing(flow, state, p, self.start, self.width, self.plan.following, said(p))

        rest.__doc__ = self.words
        return rest


def _tensor(x: Any, like: Tensor) -> Tensor:
    return x if isinstance(x, Tensor) else as_tensor(x, dtype=like.dtype, device=like.device)
