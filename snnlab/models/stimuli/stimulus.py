"""Stimuli: what drives a model over time, as `param` objects that add and follow one another."""

import numbers
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

import param
import torch

from snnlab.core import Catalogue, Quantity, annotations, refused, remembered, what_is
from snnlab.engine.values import whole
from snnlab.symbolic import plain_symbol

from ..knobs import Knob, Knobs, knobs, parameter
from ..picture import picture
from ..reserved import INPUTS, SAMPLED
from ..units import factor, split
from . import formula
from .compounds import LASTING, PARTS, Parts, Sampler, descendants
from .port import ANY, INHIBITION, ONE, Port, net
from .quantities import Drive, Gain, Jump
from .samples import samples
from .waveforms import KINDS, Kind


class Amount(Knob):
    """A current of a stimulus that does not yet know what it drives: "500 pA" gives the stimulus its unit."""

    __slots__ = []

    def read(self, value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = split(value)[0]
            except ValueError as error:
                raise refused(self.name, value, "a number, or one with a unit such as 500 pA") from error
        return super().read(value)

    def accepted(self, obj: Any, value: Any) -> Any:
        found, unit = super().accepted(obj, value), split(value)[1] if isinstance(value, str) else ""
        if unit and obj.unit:
            return _scaled(found, _factor(self.name, unit, obj.unit))
        if unit:
            obj.unit = unit
        return found


def _factor(name: str, given: str, wanted: str) -> float:
    try:
        return factor(given, wanted)
    except ValueError as error:
        it, asked = ("without unit" if unit == "1" else f"in {unit}" for unit in (given, wanted))
        raise ValueError(f"{name} {it} does not fit: a value {asked} is asked") from error


def _scaled(value: float, scale: float) -> float:
    return float(f"{value * scale:.15g}")  # 0.3 nA are 300 pA, not 299.99999999999994


class Stimulus(Knobs):
    """An input over time; abstract: the final classes come from `KINDS`, with the units of what they drive.

    `a + b` is their sum, and `a.then(b, after)` is b once a has lasted `after` ms; `a.then(b, 10).then(c, 20)` has c
    after 30 ms. `2 * a` and `-a` have other amplitudes, `a + 2` and `a + "2 pA"` a constant current more.
    """

    kind: ClassVar[Kind]
    drives: ClassVar[Port]
    presets: ClassVar[Catalogue]  # hung on it by the package
    __array_ufunc__ = None  # numpy's numbers leave arithmetic to this class
    unit = param.String("", doc="unit of its currents; none: that of whatever it drives")
    source = param.Parameter(doc="what is no number: a recorded Sweep, Segments, points of a table, stimuli")

    def __init__(self, *given, **values) -> None:
        if values.get("source") is None and self.kind.source is not None:
            values["source"] = self.kind.source.start()
        super().__init__(*given, **values)

    @classmethod
    def names(cls) -> list[str]:
        return [*cls.shown.values()] + ["source"] * (cls.kind.source is not None)

    @classmethod
    def meaning(cls, name: str) -> str:
        sampled = "a word of the function that samples it" if SAMPLED.fullmatch(name) else ""
        return super().meaning(name) or INPUTS.get(name, "") or sampled

    @classmethod
    def check(cls, values: dict[str, Any]) -> dict[str, Any]:
        found = super().check(values)
        if (source := values.get("source")) is not None:
            cls.checked(source)
        return found

    @classmethod
    def checked(cls, source: Any) -> Any:
        """A source as it is kept. Raises ValueError."""

        def fitting(one: Any) -> Any:
            if not isinstance(one, Stimulus):
                return None
            return one if cls.drives == ANY else suited(one, cls.drives)

        if cls.kind.source is None:
            raise ValueError(f"source is not allowed: {cls.kind.name} has none")
        return cls.kind.source.checked(source, cls.kind.name, fitting)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "source" and value is not None:
            value, source = self.checked(value), self.kind.source
            if source is not None and any(one is self for one in descendants(source.parts(value))):
                raise ValueError(
                    f"the source of a {self.kind.name} is not allowed: a stimulus cannot be part of itself"
                )
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        source, given = self.kind.source, self.changed() | ({"unit": self.unit} if self.unit else {})
        if source is not None:
            if source.sign and self.parts:
                return source.sign.join(map(repr, self.parts))
            given["source"] = self.source
        text = ", ".join(f"{name}={value!r}" for name, value in given.items())
        return f"{self.kind.name}({text if len(text) < 400 else text[:397] + '...'})"

    __str__ = __repr__

    @property
    def parts(self) -> tuple["Stimulus", ...]:
        """The stimuli that it is made of."""
        return () if self.kind.source is None else self.kind.source.parts(self.source)

    @property
    def ports(self) -> set[str]:
        """Where it enters: "current", "spikes", "pairs"."""
        own = set() if self.kind.port is None else {self.kind.port}
        return own.union(*(part.ports for part in self.parts))

    def __add__(self, other: "Stimulus | float | str") -> "Stimulus":
        if _is_number(other) or isinstance(other, str):
            other = self._constant(other)
        if not isinstance(other, Stimulus):
            return NotImplemented
        return self._with(other, "Sum", lambda a, b: (*PARTS.entries(a), *PARTS.entries(b)))

    def __radd__(self, other: Any) -> "Stimulus":
        return self if _is_number(other) and other == 0 else self + other  # sum() begins with 0

    def __sub__(self, other: "Stimulus | float | str") -> "Stimulus":
        if _is_number(other) or isinstance(other, str):
            other = self._constant(other)
        return self + -other if isinstance(other, Stimulus) else NotImplemented

    def __rsub__(self, other: Any) -> "Stimulus":
        return -self + other

    def __mul__(self, factor: float) -> "Stimulus":
        """So many times the amplitudes. Noise has no sign: it keeps its own, and a sum of parts may have several."""
        if not _is_number(factor):
            return NotImplemented
        if self.ports and self.ports <= {"pairs"}:
            raise TypeError(f"{self.kind.name} gives pairs of spikes, which have no amplitude to multiply")
        factor = float(factor)  # of numpy's numbers, some would make less precise ones
        scales = {
            name: abs(factor) if isinstance(mark, Drive) and mark.least == 0 else factor
            for name, mark in annotations(self.kind.fields).items()
            if isinstance(mark, Drive | Jump | Gain)
        }
        return _like(type(self), self, lambda part: part * factor, scales, unit=self.unit)

    def __rmul__(self, factor: float) -> "Stimulus":
        return self * factor

    def __truediv__(self, divisor: float) -> "Stimulus":
        if not _is_number(divisor):
            return NotImplemented
        if divisor == 0:
            raise ZeroDivisionError(f"{self.kind.name} / 0 is no stimulus")
        return self * (1 / divisor)

    def __neg__(self) -> "Stimulus":
        return self * -1

    def _constant(self, amplitude: Any) -> "Stimulus":
        """A constant current in the unit of this one."""
        currents = [one for one in (self, *descendants(self.parts)) if one.kind.port == "current"]
        units = {one.unit for one in currents}
        if len(units) != 1:
            why = "has currents in several units" if units else "gives no current"
            raise TypeError(f"{amplitude!r} cannot be added: {self.kind.name} {why}; add Constant(amplitude=...)")
        found = stimuli_of(self.drives)["Constant"](unit=units.pop())
        found.amplitude = amplitude  # text is converted to the unit that is there
        return found

    def then(self, other: "Stimulus", after: float) -> "Stimulus":
        """This stimulus (of a sequence: its last part) for `after` ms, then the other from its own beginning."""
        lasts = AFTER.read(after)
        if not isinstance(other, Stimulus):
            raise ValueError(f"other is {what_is(other)}: give a stimulus")
        return self._with(other, "Sequence", lambda a, b: (*LASTING.entries(a, lasts), *LASTING.entries(b)))

    def _with(self, other: "Stimulus", kind: str, joined: Callable) -> "Stimulus":
        port = next((one.drives for one in (self, other) if one.drives != ANY), ANY)
        a, b = (one if port == ANY else suited(one, port) for one in (self, other))
        return stimuli_of(port)[kind](source=joined(a, b))

    def sample(self, steps: int, dt: float, seed: int = 0) -> torch.Tensor:
        """The current, or spikes where there is none, in each of `steps` steps of dt [ms], float64 [steps].

        Spikes that inhibit are taken from those that excite.

        Random ones repeat for equal seeds; pairs of spikes are [steps, 2]. Raises ValueError for what is no number of
        steps, no time and no seed.
        """
        steps = whole("steps", steps, 0, "a whole number of steps, 0 or more")
        seed = whole("seed", seed, -(2**63), "a whole number")
        step = DT.read(dt)
        found = net(self.sampler()(steps, step, seed))
        return found["current"] if "current" in found else next(iter(found.values()))

    @property
    def begins(self) -> float:
        """Time in ms at which the stimulus sets in; 0 for one that is there from the start."""
        return self.kind.onset(self.taken(), self.source)

    @property
    def ends(self) -> float:
        """Time in ms at which the stimulus is over; infinite for one that goes on.

        Of several, what is there from the start and goes on, as noise under a step, has no part in it.
        """
        return self.kind.end(self.taken(), self.source)

    @property
    def first_ends(self) -> float:
        """Time in ms at which its first step is over; where no other follows, at which all of it is."""
        return self.ends if self.kind.first is None else self.kind.first(self.taken(), self.source)

    def sampler(self, values: Any = None) -> Sampler:
        """Gives the input at every port, with the values as they are now, whatever becomes of them later.

        With other `values` it is what they make of it: of a current that has a formula some may be arrays [points],
        which give inputs [steps, points].
        """
        kind, source, made_of = self.kind, self.source, self.kind.source
        values = self.taken() if values is None else values
        apart = self.drives.sides
        if (port := kind.port) is None:
            assert isinstance(made_of, Parts)
            return made_of.sampler(source)

        def sample(steps: int, dt: float, seed: int = 0) -> dict[str, torch.Tensor]:
            if kind.formula is not None:
                return {port: torch.as_tensor(formula.samples(kind, values, steps, dt))}
            found = samples(kind, values, source, steps, dt, seed)
            if not kind.sides:
                return {port: found}
            excitation, inhibition = found[:, 0], found[:, 1]
            return {port: excitation, INHIBITION: inhibition} if apart else {port: excitation - inhibition}

        return sample

    def equations(self) -> tuple[str, ...]:
        """Its formula as lines of LaTeX; none for what is drawn by chance or read from data.

        >>> from snnlab.models import Ramp
        >>> print(*Ramp().equations())
        I(t) = I_{0} + \\left(I_{1} - I_{0}\\right) \\min\\left(1, \\max\\left(0, \\frac{t - t_{0}}{T}\\right)\\right)
        """
        return formula.equations(self)

    def copy(self) -> "Stimulus":
        """Another of the same, which does not change with it."""
        return _like(type(self), self, lambda part: part.copy(), unit=self.unit)

    def __copy__(self) -> "Stimulus":
        return self.copy()

    def _repr_html_(self) -> str:
        """A picture of what it is over 200 ms, with its formula and its values."""
        found = net(self.sampler()(1000, 0.2, 0))
        unit = self.unit or (self.drives.current or ONE).unit
        return picture(self, {port: (x.numpy(), 0.2) for port, x in found.items()}, unit if unit != "1" else "")


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


AFTER = Knob(Quantity("ms", low=0, high=1000, bounds=(0, 1e6), doc="duration of a part"), 0.0)
AFTER.name = "after"
DT = Knob(Quantity("ms", low=0.01, high=1, bounds=(1e-9, 1e6), doc="time step"), 0.1)
DT.name = "dt"


def stimulus_of(kind: Kind, port: Port = ANY) -> type[Stimulus]:
    """The `param` class of a kind of input, of `KINDS` or of your own, with unit, range and usual drive of a port."""
    return _class_of(kind, port)


@remembered(512)
def _class_of(kind: Kind, port: Port) -> type[Stimulus]:
    body = knobs(kind.fields, port.resolve)
    if port == ANY:
        for field, mark in body["marks"].items():
            if field in _marked(kind, Drive):
                usual = parameter(field, mark, None)
                body[field] = Amount(mark, usual.default, usual.latex, label=usual.label, doc=usual.doc)
    for field, mark in body["marks"].items():
        if mark.symbol:  # of words, equations have only that
            body[field].label = f"{field} {plain_symbol(field, mark)}"
    body |= {"kind": kind, "drives": port, "__doc__": f"Stimulus: {kind.title}.", "__module__": "snnlab.models"}
    if port != ANY or kind not in KINDS:  # the others are found by their name
        body["origin"] = stimulus_of, (kind, port)
    return type(kind.name, (Stimulus,), body)


@remembered(64)
def stimuli_of(port: Port) -> Catalogue:
    """Name -> class of every stimulus that fits, with unit, range and usual drive of this port."""
    fitting = {kind.name: stimulus_of(kind, port) for kind in KINDS if port.offers(kind)}
    return Catalogue("the stimulus", fitting)


@lru_cache(maxsize=256)
def _marked(kind: Kind, mark: type) -> tuple[str, ...]:
    """Its fields with such an annotation."""
    return tuple(field for field, found in annotations(kind.fields).items() if isinstance(found, mark))


STIMULI = stimuli_of(ANY)


def suited(stimulus: Stimulus, port: Port, what: str = "the model") -> Stimulus:
    """The same stimulus with the unit and range of another port. Raises ValueError where it does not fit."""
    if not isinstance(stimulus, Stimulus):
        raise ValueError(f"stimulus is {what_is(stimulus)}: give a stimulus, snnlab.models.Step(amplitude=1.5) for one")
    for name in sorted(stimulus.ports):
        if not port.takes(name):
            takes = [k for k, there in zip(("a current", "spikes", "pairs of spikes"), port) if there]
            given = {"current": "a current", "spikes": "spikes", "pairs": "pairs of spikes"}[name]
            raise ValueError(f"stimulus = {stimulus.kind.name} gives {given}: {what} takes {' or '.join(takes)}")
    if not port.offers(stimulus.kind):
        raise ValueError(f"stimulus = {stimulus.kind.name} excites and inhibits: {what} takes spikes without a sign")
    if stimulus.drives == port:
        return stimulus
    kind = stimulus_of(stimulus.kind, port)
    return _like(kind, stimulus, lambda part: suited(part, port, what), _scales(stimulus, port))


def _scales(stimulus: Stimulus, port: Port) -> dict[str, float]:
    """Factors for those of its values that have the unit of a port. Raises ValueError for units of different kinds."""
    kind, given = stimulus.kind, Port() if stimulus.drives == ANY else stimulus.drives
    unit = stimulus.unit or (given.current.unit if given.current else "")
    found = {}
    if unit and port.current and (drives := _marked(kind, Drive)):
        scale = _factor(f"the current of {kind.name}", unit, port.current.unit)
        # a gain is in this unit, per what the source has
        found = dict.fromkeys([*drives, *_marked(kind, Gain)], scale)
    if given.jump and port.jump:
        for field in _marked(kind, Jump):
            found[field] = _factor(f"the {field} of {kind.name}", given.jump.unit, port.jump.unit)
    return found


def _like(kind: type[Stimulus], stimulus: Stimulus, part: Callable, scales=None, **more) -> Stimulus:
    """A stimulus of class `kind` with these values, some of them scaled, its parts each passed through `part`."""
    values, source = stimulus.values(), stimulus.source
    values |= {name: _scaled(values[name], scale) for name, scale in (scales or {}).items() if scale != 1.0}
    if kind.kind.source is not None:
        source = kind.kind.source.with_parts(source, part)
    return kind(**values, source=source, **more)
