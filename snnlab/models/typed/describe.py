"""What people see of a typed neuron: its name, and its numbers with unit, range and words."""

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from torch import Tensor, as_tensor

from snnlab.core import Quantity
from snnlab.core.clamp import ADDED as CLAMPED
from snnlab.core.tuples import tuple_class
from snnlab.functional.neurons.quantities import Alpha, Method

from ..families.neurons import NeuronModel
from ..reserved import INPUTS, RENAMED, in_script
from ..settings import Initial
from . import ranges
from .declarations import About, Number
from .definition import Definition
from .dimensions import shown
from .trees import Node
from .words import Fault

FINE = 0.025  # ms: steps of a neuron that makes its spikes itself, in volts
SURROGATE = {"method": "the surrogate gradient", "alpha": "the sharpness of the surrogate gradient"}
ADDED = INPUTS | SURROGATE | CLAMPED  # what a neuron has beside what is typed


@dataclass(frozen=True)
class Description:
    """All of a neuron but its functions. `numbers` are the annotations of its parameters, with their defaults."""

    definition: Definition
    name: str
    title: str
    variables: tuple[str, ...]
    numbers: dict[str, tuple[Quantity, float]]
    current: Quantity

    @property
    def doc(self) -> str:
        text = self._heading("doc") or "A neuron whose equations are typed."
        return text if text.endswith(".") else f"{text}."

    @property
    def source(self) -> str:
        lines = len([line for line in self.definition.text.split("\n") if line.strip()])
        return self._heading("source") or f"equations that are typed, in {lines} lines"

    def _heading(self, name: str) -> str:
        token = self.definition.headings.get(name)
        return token.text if token else ""

    @property
    def fine(self) -> bool:
        """Whether it makes its spikes itself, from currents: then gates come first, in small steps."""
        return self.definition.crosses and ranges.is_voltage(ranges.unit_of(self.definition.rates["v"].about))

    @property
    def dt(self) -> float:
        """The usual step of a run, in ms."""
        return FINE if self.fine else 0.1

    @property
    def parameters(self) -> Any:
        hints: dict[str, Any] = {name: Annotated[Tensor, mark] for name, (mark, _) in self.numbers.items()}
        defaults: dict[str, Any] = {name: as_tensor(value) for name, (_, value) in self.numbers.items()}
        hints |= {"method": Method, "alpha": Alpha}
        return tuple_class(f"{self.name}Parameters", hints, defaults | {"method": "super", "alpha": 100.0})

    def marks(self, at_rest: Mapping[str, float]) -> dict[str, Quantity]:
        """The annotations of its variables."""
        found = {}
        for name in self.variables:
            about = self.definition.rates[name].about
            low, high = ranges.drawn(name, about, self.current, at_rest[name])
            if name == "v" and about.low is None and (ends := self._between(at_rest["v"])):
                low, high = ends
            usual = min(max(float(f"{at_rest[name]:.6g}"), low), high)
            words = "membrane potential" if name == "v" else f"variable {name}"
            found[name] = quantity(about, words, low, high, ranges.allowed(low, high, False), usual)
        return found

    def jumps(self) -> list[float | None]:
        """Threshold and reset of v, each None where it is no number; none of them where v does not jump from one."""
        spike, changes = self.definition.spike, self.definition.changes.get("reset", [])
        if self.definition.crosses or spike is None or spike.kind != "-" or spike.parts[0].name != "v":
            return []
        return [self._value(one) for one in (spike.parts[1], *(x.right for x in changes if x.variable == "v"))]

    def _between(self, at_rest: float) -> tuple[float, float] | None:
        """The range in which v moves, and a fifth beyond: from rest or reset to the threshold, if these are numbers."""
        jumps = self.jumps()
        known = [x for x in (at_rest, *jumps) if x is not None and math.isfinite(x)]
        if len(jumps) < 2 or len(known) < 1 + len(jumps) or min(known) == max(known):
            return None
        beyond = 0.2 * (max(known) - min(known))
        return ranges.rounded(min(known) - beyond), ranges.rounded(max(known) + beyond)

    def _value(self, node: Node) -> float | None:
        """A number of the text, or the usual value of a parameter."""
        return (
            node.value if node.kind == "number" else self.numbers[node.name][1] if node.name in self.numbers else None
        )

    def state(self, at_rest: Mapping[str, float]) -> Any:
        hints = {name: Annotated[Tensor, mark] for name, mark in self.marks(at_rest).items()}
        return tuple_class(f"{self.name}State", hints, {})


def described(definition: Definition) -> Description:
    """Raises Fault for a name that means something elsewhere, and for a value beyond its range."""
    name, title = _called(definition)
    variables = ("v", *(one for one in definition.rates if one != "v"))
    _check_names(definition, variables)
    divisors = _divisors(definition)
    numbers = {one: _parameter(one, number, one in divisors) for one, number in definition.parameters.items()}
    title = definition.headings["title"].text if "title" in definition.headings else title
    return Description(definition, name, title, variables, numbers, _current(definition))


def _called(definition: Definition) -> tuple[str, str]:
    """Name and title."""
    heading = definition.headings.get("name")
    if heading is None:
        return "Typed", "Typed neuron"
    name = "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", heading.text))
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,39}", name):
        raise Fault(heading.at, f"{heading.text!r:.60} is no name: give letters and digits, at most 40, letters first")
    if hasattr(sys.modules["snnlab.models"], name):  # which imports this file, so that it cannot be imported here
        raise Fault(heading.at, f"{name} is there already: give another name, such as My {heading.text}")
    return name, heading.text


def _check_names(definition: Definition, variables: tuple[str, ...]) -> None:
    for name, rate in definition.rates.items():
        used = ADDED.get(name) or (name != "v" and NeuronModel.meaning(name))
        _free(name, rate.at, used or (name not in RENAMED and (Initial.meaning(name) or in_script(name))))
    for name, number in definition.parameters.items():
        used = ADDED.get(name) or NeuronModel.meaning(name)
        _free(name, number.at, used or in_script(name, variables))
    for name, inner in definition.inner.items():
        _free(name, inner.at, INPUTS.get(name))


def _free(name: str, at: int, used: Any) -> None:
    if used or not name.isascii():
        other = re.sub("[^A-Za-z0-9_]", "", name)[:30] + "_1"
        raise Fault(at, f"{name!r} is {used or 'not of the letters A to Z'}: give it another name, such as {other}")


def _divisors(definition: Definition) -> set[str]:
    """The names of what is divided by."""
    trees = [*(rate.right for rate in definition.rates.values()), *(one.right for one in definition.inner.values())]
    found = [node.parts[1] for tree in trees for node in tree if node.kind == "/"]
    found += [rate.factor for rate in definition.rates.values() if rate.factor]
    return {name for tree in found if tree.kind in ("name", "*") for name in tree.names}


def _parameter(name: str, number: Number, divides: bool) -> tuple[Quantity, float]:
    about, given = number.about, number.value
    assert given is not None
    if divides and given == 0:
        raise Fault(number.at, f"{name} = 0, and is divided by: give another number")
    positive = given > 0 and (divides or about.unit in ("ms", "s"))
    low, high = ranges.slider(given, about, positive)
    return quantity(about, f"parameter {name}", low, high, ranges.allowed(low, high, positive), given), given


def _current(definition: Definition) -> Quantity:
    number = definition.current
    assert number is not None
    about = number.about
    if about.low is not None and about.high is not None:
        low, high = about.low, about.high
    else:
        low, high = -abs(number.value or 1.0), 4 * abs(number.value or 1.0)
    usual = number.value if number.value is not None else low + 0.75 * (high - low)
    if not low < usual <= high:
        raise Fault(number.at, f"I = {usual:g} is not in its range: give a value above {low:g}, up to {high:g}")
    return quantity(about, "input current", low, high, ranges.allowed(low, high, False), usual)


def quantity(about: About, words: str, low: float, high: float, bounds: tuple[float, float], usual: float) -> Quantity:
    """An annotation with the words of the text, else with these."""
    return Quantity(shown(about.unit) or "1", low, high, bounds=bounds, default=usual, doc=about.doc or words)
