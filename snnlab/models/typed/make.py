"""A neuron from its text."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, get_type_hints
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, as_tensor

from snnlab.core import Neuron, Quantity, Steps, refractory, short
from snnlab.core.names import what_is
from snnlab.core.tuples import tuple_class
from snnlab.functional.neurons.quantities import Alpha, Method

from ..families.neurons import NeuronModel, model_of
from ..reserved import INPUTS, RENAMED, in_script
from ..settings import Initial
from . import ranges
from .checks import check, depends
from .definition import Change, Definition, Number, read
from .dimensions import shown
from .rest import BEGINS, NONE, NOTHING_MOVES, SAID, Rest, degree, degrees, plan
from .trees import Node
from .values import Program, value
from .words import EquationError, Fault

PER_MS = 1000.0  # a text has ms, functions have 1/s
SURROGATE = {"method": "the surrogate gradient", "alpha": "the sharpness of the surrogate gradient"}
_texts: "WeakKeyDictionary[Neuron, str]" = WeakKeyDictionary()


def neuron(text: str) -> Neuron:
    """The neuron of typed equations: see docs/typed-neurons.md for what can be written.

    The same text gives the same neuron. Nothing of it is run as code: it is read by a grammar of sums, products, powers
    and functions, and units are checked. Raises EquationError, a ValueError with line and column, for what cannot be
    read, or does not fit together.

    >>> lif = neuron('''
    ...     name: My LIF
    ...     dv/dt = (E_L - v + R*I) / tau : mV
    ...     spike: v > V_th
    ...     reset: v = V_r
    ...     E_L = -65 mV
    ...     V_th = -50 mV
    ...     V_r = -65 mV
    ...     R = 100 MOhm
    ...     tau = 10 ms in 1 .. 100 "membrane time constant"
    ...     I = 0.2 nA in 0 .. 1
    ... ''')
    >>> from snnlab import f_i_curve
    >>> from snnlab.models import model_of
    >>> f_i_curve(model_of(lif)(tau=20), currents=[0.1, 0.2]).rate.round(1)
    array([ 0. , 36.1])
    """
    if not isinstance(text, str):
        raise ValueError(f"the equations are {what_is(text)}: give a text, dv/dt = (E_L - v) / tau : mV and so on")
    return _made(text)


def text_of(neuron: Neuron) -> str | None:
    """The text from which a neuron was made; None for one that is not typed."""
    return _texts.get(neuron)


@lru_cache(maxsize=512)
def _made(text: str) -> Neuron:
    try:
        definition = read(text)
        check(definition)
        made = _Maker(definition).neuron()
    except Fault as fault:
        raise EquationError(fault.message, text, fault.at) from None
    _texts[made] = text
    kind = model_of(made)
    kind.origin, kind.text = (_model_again, (text,)), text
    return made


def typed_model(path: str, text: Any, name: Any) -> type[NeuronModel]:
    """The class of the model of a text that data holds at a place, beside this name.

    Raises ValueError that names the place, also for a name that is not the text's.
    """
    try:
        kind = model_of(neuron(text))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    if name not in (None, kind.definition.name):
        raise ValueError(f"the model is called {short(name)}, and {path} say {kind.definition.name!r}: give either")
    return kind


def _model_again(text: str) -> type[NeuronModel]:
    """The class of the model of a text, for pickle."""
    return model_of(neuron(text))


class _Maker:
    """Makes the parts of a neuron from a text that has been checked."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.variables = ("v", *(name for name in definition.rates if name != "v"))
        self.inner = {name: one.right for name, one in definition.inner.items()}
        self.name, self.title = self._called()
        self._names()

    def _called(self) -> tuple[str, str]:
        heading = self.definition.headings.get("name")
        if heading is None:
            return "Typed", "Typed neuron"
        name = "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", heading.text))
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,39}", name):
            raise Fault(
                heading.at, f"{heading.text!r:.60} is no name: give letters and digits, at most 40, letters first"
            )
        if taken(name):
            raise Fault(heading.at, f"{name} is there already: give another name, such as My {heading.text}")
        return name, heading.text

    def _names(self) -> None:
        """Raises Fault for names that mean something elsewhere."""
        places = {name: rate.at for name, rate in self.definition.rates.items()}
        numbers = {name: number.at for name, number in self.definition.parameters.items()}
        for name, at in (places | numbers).items():
            variable = name in places
            used = INPUTS.get(name, "") or SURROGATE.get(name, "")
            if variable:
                used = used or ("" if name in RENAMED else Initial.meaning(name) or in_script(name))
                used = used or NeuronModel.meaning(name) * (name != "v")
            else:
                used = used or NeuronModel.meaning(name) or in_script(name, self.variables)
            if used or not name.isascii():
                raise Fault(at, f"{name!r} is {used or 'no name in code'}: give it another name, such as {name}_1")

    def needs(self, name: str) -> set[str]:
        return depends(self.definition, [self.definition.rates[name].right])

    # -- numbers -----------------------------------------------------------------------------------------------------

    def _divisors(self) -> set[str]:
        """What is divided by."""
        definition = self.definition
        trees = [*(rate.right for rate in definition.rates.values()), *self.inner.values()]
        found = [node.parts[1] for tree in trees for node in tree if node.kind == "/"]
        found += [rate.factor for rate in definition.rates.values() if rate.factor]
        return {name for tree in found for name in tree.names if tree.kind in ("name", "*")}

    def parameters(self) -> Any:
        hints: dict[str, Any] = {}
        defaults: dict[str, Any] = {}
        divisors = self._divisors()
        for name, number in self.definition.parameters.items():
            assert number.value is not None
            hints[name] = Annotated[Tensor, _quantity(name, number, name in divisors)]
            defaults[name] = as_tensor(number.value)
        hints |= {"method": Method, "alpha": Alpha}
        defaults |= {"method": "super", "alpha": 100.0}
        return tuple_class(f"{self.name}Parameters", hints, defaults)

    def current(self) -> Quantity:
        number = self.definition.current
        assert number is not None
        about = number.about
        if about.low is not None and about.high is not None:
            low, high = about.low, about.high
        else:
            reach = abs(number.value or 1.0)
            low, high = -reach, 4 * reach
        usual = number.value if number.value is not None else low + 0.75 * (high - low)
        if not low < usual <= high:
            raise Fault(
                number.at, f"I = {usual:g} is not in its range {low:g} .. {high:g}, above the lower end: give one"
            )
        doc = about.doc or "input current"
        return Quantity(
            shown(about.unit) or "1", low, high, bounds=ranges.allowed(low, high, False), default=usual, doc=doc
        )

    def state(self, at_rest: dict[str, float], current: Quantity) -> Any:
        hints = {}
        for name in self.variables:
            about = self.definition.rates[name].about
            low, high = ranges.drawn(name, about, (current.unit, current.low, current.high), at_rest[name])
            usual = min(max(float(f"{at_rest[name]:.6g}"), low), high)
            doc = about.doc or ("membrane potential" if name == "v" else f"variable {name}")
            mark = Quantity(
                shown(about.unit) or "1", low, high, bounds=ranges.allowed(low, high, False), default=usual, doc=doc
            )
            hints[name] = Annotated[Tensor, mark]
        return tuple_class(f"{self.name}State", hints, {})

    # -- functions ---------------------------------------------------------------------------------------------------

    def rest(self) -> tuple[Rest, str, dict[str, float]]:
        """What gives the state at rest, a sentence about it, and the state of the default parameters."""
        definition = self.definition
        found = plan(definition, self.variables, self.needs)
        about = definition.rates["v"].about
        low, high = ranges.drawn("v", about, ("", 0.0, 0.0), float("nan"))
        rest = Rest(definition, self.variables, found, high - low)
        numbers = {name: float(number.value or 0.0) for name, number in definition.parameters.items()}
        there = rest.search(numbers or {"alpha": 100.0}, low - (high - low) / 2, high + (high - low) / 2)
        begun = rest({name: torch.tensor(x, dtype=torch.float64) for name, x in (numbers or {"alpha": 100.0}).items()})
        at_rest = {name: float(x) for name, x in begun.items()}
        sentence = BEGINS if found.unknown else SAID if found.said else NOTHING_MOVES if there else NONE
        return rest, sentence, at_rest

    def neuron(self) -> Neuron:
        definition = self.definition
        current, parameters = self.current(), self.parameters()
        numbers = tuple(definition.parameters)
        rest, sentence, at_rest = self.rest()
        state = self.state(at_rest, current)
        given = _Given(self.inner, numbers)
        receive = self._changing("receive", given)

        def resting(p):
            return state(**rest(given.numbers(p)))

        resting.__doc__ = sentence
        lines = len([line for line in definition.text.split("\n") if line.strip()])
        doc = self._heading("doc") or "A neuron whose equations are typed."
        made = Neuron(
            name=self.name,
            title=self._heading("title") or self.title,
            doc=doc if doc.endswith(".") else f"{doc}.",
            source=self._heading("source") or f"equations that are typed, in {lines} lines",
            parameters=parameters,
            state=state,
            flow=self._flow(given, state),
            excess=self._excess(given),
            crosses=definition.crosses,
            reset=self._changing("reset", given),
            rest=resting,
            receive=receive and (lambda s, x, p: receive(s, p, x)),
            within=self._within(given),
            port="spikes" if receive else "current",
            current=current,
        )
        return made if definition.refractory is None else self._held(made)

    def _held(self, made: Neuron) -> Neuron:
        """With a refractory period, which is what the text says unless it is set."""
        held, period = refractory(made, name=made.name, title=made.title), self.definition.refractory or 0.0
        hints = get_type_hints(held.parameters, include_extras=True)
        usual = hints["rho_reset"].__metadata__[0]
        high = max(usual.high, 2 * period)
        hints["rho_reset"] = Annotated[
            Tensor, Steps(usual.name, usual.low, high, usual.doc, bounds=usual.bounds, default=period)
        ]
        defaults = held.parameters._field_defaults
        return replace(held, parameters=tuple_class(held.parameters.__name__, hints, defaults))

    def _heading(self, name: str) -> str:
        token = self.definition.headings.get(name)
        return token.text if token else ""

    def _flow(self, given: "_Given", state: Any) -> Callable:
        rates = [self.definition.rates[name] for name in self.variables]
        trees = [tree for rate in rates for tree in (rate.right, rate.factor) if tree is not None]
        program = Program(trees, self.inner)
        still = [not (self.needs(name) & {*self.variables}) for name in self.variables]

        def flow(s, I, p):
            values = given.values(s, p, I=I)
            found, like = program.values(values), s[0]
            slopes = []
            for rate, x, alone in zip(rates, s, still):
                right = value(rate.right, found, like)
                before = PER_MS if rate.factor is None else PER_MS / value(rate.factor, found, like)
                slope = before * right
                slopes.append(slope + 0.0 * x if alone else slope)
            return state(*slopes)

        return flow

    def _excess(self, given: "_Given") -> Callable | None:
        tree = self.definition.spike
        if tree is None:
            return None
        program = Program([tree], self.inner)

        def excess(s, p):
            return value(tree, program.values(given.values(s, p)), s[0])

        return excess

    def _changing(self, part: str, given: "_Given") -> Callable | None:
        """The state after statements, one after the other; variables that are not set are passed through."""
        changes: list[Change] = self.definition.changes.get(part, [])
        if not changes:
            return None
        programs = [(change, Program([change.right], self.inner)) for change in changes]

        def changed(s, p, x=None):
            more = {} if x is None else {"x": x}
            for change, program in programs:
                found = value(change.right, program.values(given.values(s, p, **more)), s[0])
                if not isinstance(found, Tensor):
                    found = torch.full_like(getattr(s, change.variable), found)
                s = s._replace(**{change.variable: found})
            return s

        return changed

    def _within(self, given: "_Given") -> Callable | None:
        """v cut off where the spike is, for a method with stages, where an equation of v is no straight line in it."""
        definition, tree = self.definition, self.definition.spike
        if tree is None or definition.crosses or tree.kind != "-" or tree.parts[0].kind != "name":
            return None
        peak = tree.parts[1]
        if tree.parts[0].name != "v" or depends(definition, [peak]) & {*self.variables}:
            return None
        if degree(definition.rates["v"].right, "v", degrees(definition, "v")) < 2:
            return None
        program = Program([peak], self.inner)

        def below_peak(old, s, p):
            """The state within a step, its voltage not above where a spike is cut off."""
            top = as_tensor(value(peak, program.values(given.values(s, p)), s[0]), dtype=s.v.dtype)
            return s._replace(v=torch.minimum(s.v, top))

        return below_peak


class _Given(NamedTuple):
    """Makes values by name of what functions are given."""

    inner: dict[str, Node]
    parameters: tuple[str, ...]

    def values(self, s: Any, p: Any, **more: Any) -> dict[str, Any]:
        like = s[0]
        found = dict(zip(s._fields, s))
        found |= {name: _number(getattr(p, name), like) for name in self.parameters}
        return found | {name: _number(x, like) for name, x in more.items()}

    def numbers(self, p: Any) -> dict[str, Tensor]:
        names = self.parameters or ("alpha",)
        found = {name: as_tensor(getattr(p, name)) for name in names}
        return {name: x if x.is_floating_point() else x.float() for name, x in found.items()}


def _number(x: Any, like: Tensor) -> Tensor:
    return x if isinstance(x, Tensor) else as_tensor(x, dtype=like.dtype, device=like.device)


def _quantity(name: str, number: Number, divides: bool) -> Quantity:
    about, given = number.about, number.value
    assert given is not None
    positive = divides or (about.unit in ("ms", "s") and given > 0)
    if positive and divides and given == 0:
        raise Fault(number.at, f"{name} = 0, and is divided by: give another number")
    low, high = ranges.slider(given, about, positive)
    doc = about.doc or f"parameter {name}"
    bounds = ranges.allowed(low, high, positive)
    return Quantity(shown(about.unit) or "1", low, high, bounds=bounds, default=given, doc=doc)


def taken(name: str) -> bool:
    """Whether snnlab has something of this name."""
    from snnlab import models  # when first asked: it is being imported while this is

    return hasattr(models, name)
