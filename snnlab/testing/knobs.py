"""What the parameters of every class of knobs keep: sliders, words, units, and the way to the functions and back."""

import math
from typing import Any

from snnlab.core import Choice, Function, Inverse, InverseTime, Quantity, Steps, annotations
from snnlab.models import Knobs, Model
from snnlab.models.units import number
from snnlab.symbolic import latex_symbol

from .contract import Check, described, holds, measured

Kind = type[Knobs]
DT = 0.1  # ms


def marks(kind: Kind, of: type) -> dict[str, Any]:
    """Names and annotations of its parameters of one sort."""
    found = {name: kind.annotation(name) for name in kind.shown.values()}
    return {name: mark for name, mark in found.items() if isinstance(mark, of)}


@Check
def no_name_or_symbol_means_two_things(kind: Kind) -> None:
    """No class is made where a name does; a symbol would be one number in equations."""
    variables = annotations(kind.state) if issubclass(kind, Model) else {}
    seen: dict[str, str] = {}
    for field, mark in (kind.marks | variables).items():
        if isinstance(mark, Quantity):
            symbol = latex_symbol(field, mark)
            holds(symbol not in seen, f"{field} has the symbol {symbol} of {seen.get(symbol)}: give it another one")
            seen[symbol] = field


@Check
def defaults_lie_on_their_sliders(kind: Kind) -> None:
    made = kind()
    for name, mark in marks(kind, Quantity).items():
        value, (least, most) = getattr(made, name), mark.allowed
        holds(
            least <= mark.low <= value <= mark.high <= most,
            f"{name} = {value:g}: give low and high around the default, and bounds around these",
        )
        holds(math.isfinite(least) and math.isfinite(most), f"{name} has no finite bounds")
        holds(0 < mark.slider_step <= mark.high - mark.low, f"{name} has steps of {mark.slider_step:g} on its slider")
    for name, mark in marks(kind, Choice).items():
        holds(getattr(made, name) in mark.options, f"{name} = {getattr(made, name)!r} is none of its options")


@Check
def every_parameter_says_what_it_is(kind: Kind) -> None:
    for name in kind.shown.values():
        knob, mark = kind.param[name], kind.annotation(name)
        holds(knob.label, f"{name} has no label")
        described(mark.doc, name)
        holds(knob.doc == mark.doc, f"{name} has another doc than its annotation")
    for name, mark in marks(kind, Quantity).items():
        measured(mark, name)
        holds(kind.param[name].bounds == mark.allowed, f"{name} has other bounds than its annotation")
        holds(kind.param[name].get_soft_bounds() == (mark.low, mark.high), f"{name} has another range on its slider")


@Check
def units_can_be_written(kind: Kind) -> None:
    """ "2 mV" where millivolts are asked."""
    for name, mark in marks(kind, Quantity).items():
        text = f"{mark.allowed[1]:g}" + (f" {mark.unit}" if mark.unit != "1" else "")
        holds(number(name, text, mark.unit) == float(f"{mark.allowed[1]:g}"), f"{name} = {text!r} is read as another")


@Check
def the_ends_of_what_is_allowed_are_allowed(kind: Kind) -> None:
    for end in (0, 1):
        wanted = {name: mark.allowed[end] for name, mark in marks(kind, Quantity).items()}
        found = kind(**wanted).values()
        for name, value in wanted.items():
            holds(found[name] == value, f"{name} = {value:g} becomes {found[name]:g}")


@Check
def values_reach_the_functions_and_come_back(kind: Kind) -> None:
    """The tuple that functions take has each value in its own unit."""
    made = kind()
    taken = made.taken(dt=DT)
    holds(type(taken) is kind.fields, f"functions are given a {type(taken).__name__}")
    for field, mark in kind.marks.items():
        name = kind.shown[field]
        value = given = getattr(made, name)
        if isinstance(mark, Steps):
            value = round(value / DT)
        if isinstance(mark, Inverse):
            value = (1000.0 if isinstance(mark, InverseTime) else 1.0) / value
        if isinstance(mark, Function):
            value = mark.options[value]
        found = getattr(taken, field)
        holds(found == value, f"{name} = {given!r} reaches the functions as {field} = {found!r}")
        back = mark.shown(found, DT)
        close = math.isclose(back, given, rel_tol=1e-12) if isinstance(mark, Quantity) else back == given
        holds(close or isinstance(mark, Steps), f"{field} = {found!r} comes back as {name} = {back!r}")


@Check
def reset_brings_every_default_back(kind: Kind) -> None:
    made, defaults = kind(), kind().values()
    made.param.update(**{name: mark.allowed[0] for name, mark in marks(kind, Quantity).items()})
    made.param.update(**{name: list(mark.options)[-1] for name, mark in marks(kind, Choice).items()})
    made.reset()
    holds(made.values() == defaults, "a reset does not bring all defaults back")


CHECKS = tuple(value for value in globals().values() if isinstance(value, Check))
