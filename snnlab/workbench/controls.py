"""Controls made from definitions: a slider and a number field for every quantity, a menu for every choice."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import panel as pn
import param

from snnlab.core import Count, Quantity
from snnlab.core.palette import coloured
from snnlab.core.refuse import short
from snnlab.models import Knob, Knobs
from snnlab.models.units import factor, split

from .plain import Column, Component
from .widgets import Menu, Switch

# While what a hand did to a slider is looked at: the page shows it already.
BY_HAND: ContextVar[bool] = ContextVar("BY_HAND", default=False)
NUMBER = r"^[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|nan|inf)$"  # Python and JavaScript read it alike
SHEET = coloured(files(__package__).joinpath("knobs.css").read_text())


class Slide(Component):
    """A slider and a field for one number, as the page shows them; `value` is the place of the slider.

    `moved` is what a hand does, with a number that counts it: {"number", "place"} or {"number", "text"}; `told` what
    the slider is to show, with the number of what was heard last: a hand that is further on is not moved back.
    """

    knob = param.String(doc="what it moves")
    heading = param.String(doc="of the knobs that begin with this one")
    label = param.String(doc="name and doc of the number")
    unit = param.String(doc="unit beside the field")
    low = param.Number(doc="lower end of the usual range")
    high = param.Number(doc="upper end of the usual range")
    log = param.Boolean(doc="logarithmic slider")
    whole = param.Boolean(doc="whole number")
    step = param.Number(doc="step of the place")
    start = param.Number(doc="place of the lower end")
    end = param.Number(doc="place of the upper end")
    value = param.Number(doc="place of the slider")
    amount = param.Number(doc="value there, to every digit")
    usual = param.Number(doc="value to which a reset leads")
    text = param.String(doc="text of the field")
    message = param.String(doc="reason why a value was refused")
    moved = param.Dict({}, doc="last change by hand")
    told = param.Dict({}, doc="last answer")

    _bundle = "knobs.js"
    _by_hand = ("moved", "value")  # a program that visits sets the place itself


def definition(parameter: Knob) -> dict[str, Any]:
    """What a page is told of a knob, whatever its value: see `Knob` in knobs.js."""
    mark = parameter.annotation
    return {
        "label": f"{parameter.label} · {mark.doc}",
        "unit": "" if mark.unit == "1" else mark.unit,
        "low": mark.low,
        "high": mark.high,
        "log": mark.log,
        "whole": isinstance(mark, Count),
        "step": math.log10(mark.high / mark.low) / 200 if mark.log else mark.slider_step,  # of the slider's place
    }


def refusals(name: str, mark: Quantity) -> dict[str, str]:
    """What is said of a text that is no number, of a value out of range, and of one that is to be whole.

    {} stands for what was typed.
    """
    least, most = mark.allowed
    unit = "" if mark.unit == "1" else f" {mark.unit}"
    return {
        "number": f"{name} = '{{}}' is not a number: give one from {least:g} to {most:g}{unit} ({mark.doc})",
        "range": _refusal(mark, name, "{}"),
        "whole": _refusal(mark, name, least + 0.5) if isinstance(mark, Count) else "",
    }


def _refusal(mark: Quantity, name: str, value: Any) -> str:
    try:
        mark.check(name, value)
    except ValueError as error:
        return str(error).replace(short(value), "{}")
    raise AssertionError(f"{name} = {value!r} was to be refused")


def typed(parameter: Knob, text: str) -> float:
    """The value that was typed. Raises ValueError, in the words of `refusals`, as `read` of panel.js does in a file."""
    given, mark = text.strip().replace(",", ".").replace("−", "-"), parameter.annotation
    least, most = mark.allowed
    if not re.match(NUMBER, given):
        why, value = "number", math.nan
    elif not least <= (value := float(given)) <= most:
        why = "range"
    else:
        why = "whole" if isinstance(mark, Count) and not value.is_integer() else ""
    if why:
        raise ValueError(refusals(parameter.name, mark)[why].replace("{}", given))
    return int(value) if isinstance(mark, Count) else value


def in_unit(text: str, unit: str) -> str:
    """What was typed, as a number of this unit where it has another one of its kind.

    >>> in_unit("0,02 s", "ms"), in_unit("20", "ms"), in_unit("20 mV", "ms")
    ('20', '20', '20 mV')
    """
    try:
        value, given = split(text.replace(",", "."))
        return f"{value * factor(given, unit):.15g}" if given else text
    except ValueError:
        return text


class Control(pn.viewable.Viewer):
    """A slider and a number field for one parameter of `knobs`; a refused value changes nothing and says why."""

    def __init__(self, knobs: Knobs, name: str, owner: str = "", usual: float | None = None) -> None:
        super().__init__()
        parameter = knobs.param[name]
        self.knobs, self.parameter = knobs, name
        self.annotation: Quantity = parameter.annotation
        self.log = self.annotation.log
        self.ends = {round(self.place(end), 6): end for end in (self.annotation.low, self.annotation.high)}
        self.refusals: list[Control] = []  # of the page: those that say why a value was not taken
        self.number = 0  # of the last change by hand that was heard of
        value = getattr(knobs, name)
        self.slider = Slide(
            knob=f"{owner}.{name}" if owner else "",
            **definition(parameter),
            start=self.place(min(self.annotation.low, value)),
            end=self.place(max(self.annotation.high, value)),
            value=self.place(value),
            amount=value,
            usual=value if usual is None else usual,
            text=self._text(value),
            sizing_mode="stretch_width",
            margin=0,
            stylesheets=[SHEET],
        )
        self.slider.param.watch(self._moved, "moved")
        self.slider.param.watch(lambda event: self._slid(event.new), "value")
        knobs.param.watch(self._changed, name)

    def __panel__(self):
        return self.slider

    def place(self, value: float) -> float:
        """Where on the slider a value is: its logarithm, where decades matter."""
        return math.log10(max(value, 1e-3 * self.annotation.low)) if self.log else value

    def value_at(self, place: float) -> float:
        """The value at a place of the slider; the ends are those of its range, to the digit."""
        if not self.log:
            return int(place) if isinstance(self.annotation, Count) else round(float(place), 9)
        return self.ends.get(round(place, 6), float(f"{10.0**place:.3g}"))

    @staticmethod
    def _text(value: float) -> str:
        return f"{value:.6g}"

    def _moved(self, event) -> None:
        """What a hand did; where that has come to something else than the page shows, it is told."""
        given = event.new
        self.number = given["number"]
        if "text" in given:
            self.type(given["text"])
            self._tell()
            return
        before = BY_HAND.set(True)
        try:
            self.slider.value = given["place"]
        finally:
            BY_HAND.reset(before)
        if abs(self.place(getattr(self.knobs, self.parameter)) - given["place"]) > self._near:
            self._tell()

    @property
    def _near(self) -> float:
        """Two places that are one to the eye: a value that is rounded is not quite where it was taken from."""
        return (0.5 if self.log else 1e-6) * self.slider.step

    def _tell(self) -> None:
        slider, amount = self.slider, getattr(self.knobs, self.parameter)
        slider.told = {"number": self.number, "place": slider.value, "text": slider.text, "amount": amount}

    def _slid(self, place: float) -> None:
        # a value that was typed may lie between two places of a logarithmic slider
        if abs(place - self.place(getattr(self.knobs, self.parameter))) > 1e-9:
            self._set(self.value_at(place))

    def type(self, text: str) -> None:
        """Take what is written into the field; one that is refused gives way to what runs, with the reason."""
        given, text = text, text.strip().replace(",", ".").replace("−", "-")
        if text == self._text(getattr(self.knobs, self.parameter)):
            self.refuse("")
            return
        try:
            value = typed(self.knobs.param[self.parameter], in_unit(given, self.annotation.unit))
        except ValueError as error:
            self.refuse(str(error))
        else:
            self._set(value)

    def _set(self, value: float) -> None:
        try:
            setattr(self.knobs, self.parameter, value)
        except ValueError as error:
            self.refuse(str(error))
        else:
            self._accept(value)

    def _accept(self, value: float) -> None:
        """Clear the message, unless a watcher took the value back: it has said why."""
        if getattr(self.knobs, self.parameter) == value:
            self.refuse("")

    def _changed(self, event) -> None:
        value = getattr(self.knobs, self.parameter)
        low, high = (self.value_at(place) for place in (self.slider.start, self.slider.end))
        self._show(min(low, value), max(high, value), value)
        self._accept(event.new)

    def _show(self, start: float, end: float, value: float) -> None:
        place, slider = self.place(value), self.slider
        before = slider.value, slider.text
        at = slider.value if abs(slider.value - place) < self._near else place
        slider.param.update(start=self.place(start), end=self.place(end), value=at, text=self._text(value))
        if not BY_HAND.get() and before != (slider.value, slider.text):
            self._tell()

    def refresh(self, usual: float) -> None:
        """Show the parameter as if for the first time: the usual range, no message."""
        self.slider.usual = usual
        value = getattr(self.knobs, self.parameter)
        self._show(min(self.annotation.low, value), max(self.annotation.high, value), value)
        self.refuse("")

    def refuse(self, message: str) -> None:
        """Show why a value was not taken, beside the one that runs; "" clears it."""
        slider, text = self.slider, self._text(getattr(self.knobs, self.parameter))
        if (slider.message, slider.text) != (message, text):
            slider.param.update(message=message, text=text)
        if message and self not in self.refusals:
            self.refusals.append(self)
        elif not message and self in self.refusals:
            self.refusals.remove(self)


def controls(
    knobs: Knobs, names: Iterable[str], owner: str = "", usual: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, pn.viewable.Viewable]:
    """Name -> control for these parameters: slider with field, menu, or switch; what has none of these is left out.

    In the page, the knobs are those of `owner`; a reset leads to the values of `usual`.
    """
    made: dict[str, pn.viewable.Viewable] = {}
    for name in names:
        parameter = knobs.param[name]
        if isinstance(parameter, Knob):
            made[name] = Control(knobs, name, owner, usual.get(name))
        elif isinstance(parameter, param.Selector):
            made[name] = Menu.from_param(parameter, name=parameter.doc)
        elif isinstance(parameter, param.Boolean):
            made[name] = Switch.of(knobs, name, label=parameter.doc)
    return made


class Group:
    """The controls of one `Knobs` object at a time, in a box that stays; `changed(*events)` hears of every change.

    `part` picks parameters by what they are for (`Annotation.part`), where not all are to be here. `owner` is what
    their knobs belong to in the page; `groups(knobs)` has their names in groups, by the heading of each.
    """

    def __init__(
        self,
        changed: Callable[..., None],
        part: str = "",
        owner: str = "",
        groups: Callable[[Any], Mapping[str, list[str]]] = lambda knobs: {},
    ) -> None:
        self.changed, self.part, self.owner, self.groups = changed, part, owner, groups
        self.box = Column(sizing_mode="stretch_width", margin=0)
        self.controls: dict[str, pn.viewable.Viewable] = {}
        self.knobs: Knobs | None = None
        self.usual: dict[str, Any] = {}
        self.refusals: list[Control] = []

    def hold(self, knobs: Knobs, built: bool = True, usual: Knobs | None = None) -> None:
        """Show these values: copied into the present knobs where they are of the same class, else with new controls.

        A reset of one leads to its value in `usual`, to its default where that is of another class, to the present one
        where there is none.
        """
        kind = type(knobs)
        first = knobs if usual is None else usual if type(usual) is kind else kind
        self.usual = {name: getattr(first, name) for name in self._names(knobs)}
        if type(self.knobs) is type(knobs):
            self.knobs.param.update(**{name: getattr(knobs, name) for name in self._names(knobs)})
            for name, control in self.controls.items():
                if isinstance(control, Control):
                    control.refresh(self.usual[name])
            return
        self.knobs, self.controls = knobs, {}
        knobs.param.watch(self.changed, self._names(knobs))
        if built:
            self.build()
        else:
            self.box[:] = []

    def build(self) -> None:
        """Make the controls, unless they are there."""
        if not self.controls:
            names, groups = self._names(self.knobs), self.groups(self.knobs)
            ordered = [name for group in groups.values() for name in group if name in names]
            ordered += [name for name in names if name not in ordered]
            self.controls = controls(self.knobs, ordered, self.owner, self.usual)
            for control in self.controls.values():
                if isinstance(control, Control):
                    control.refusals = self.refusals
            for heading, group in groups.items() if len(groups) > 1 else ():
                self.controls[group[0]].slider.heading = heading
            self.box[:] = list(self.controls.values())

    @staticmethod
    def share(groups: Iterable["Group"]) -> list[Control]:
        """The controls of all these groups that say why a value was not taken, as a list that follows."""
        found: list[Control] = []
        for group in groups:
            group.refusals = found
        return found

    def take_back(self, events: Iterable, words: str) -> None:
        """Each value is allowed, not all together: those that changed are what they were, and say why."""
        for event in events:
            setattr(event.obj, event.name, event.old)
            if event.obj is self.knobs and isinstance(control := self.controls.get(event.name), Control):
                control.refuse(words)

    def _names(self, knobs: Knobs) -> list[str]:
        return knobs.of_part(self.part) if self.part else knobs.names()
