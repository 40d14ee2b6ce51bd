"""Controls made from definitions: a slider and a number field for every quantity, a menu for every choice."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable

import panel as pn
import panel_material_ui as pmui
import param

from snnlab.core import Count, Quantity
from snnlab.models import Knob, Knobs

# A slow browser may write back a text that it was sent. So short a time after the last one, in s, nobody typed any of
# those that it was sent one after another.
ECHO = 1.0


class KnobSlider(pmui.FloatSlider):
    # Panel waits 50 ms before it looks at a change, to gather the values of a drag; here a newer run supersedes an
    # older one anyway. (Its `_priority_changes` do not wait either, but run without the document's lock.)
    _debounce = 0


class Menu(pmui.Select):
    """A menu whose options may change: what a browser that is behind still offers is not taken.

    The options that are on their way to it bring the value that the menu has.
    """

    def _process_property_change(self, msg):
        if (chosen := msg.get("value")) is not None and chosen not in ("", *self.labels, *self.unicode_values):
            msg = {name: value for name, value in msg.items() if name != "value"}
        return super()._process_property_change(msg)


class Control(pn.viewable.Viewer):
    """A slider and a number field for one parameter of `knobs`; a refused value changes nothing and says why."""

    def __init__(self, knobs: Knobs, name: str) -> None:
        super().__init__()
        parameter = knobs.param[name]
        self.knobs, self.parameter = knobs, name
        self.annotation: Quantity = parameter.annotation
        self.log = self.annotation.log
        self.ends = {round(self.place(end), 6): end for end in (self.annotation.low, self.annotation.high)}
        value = getattr(knobs, name)
        self.slider = KnobSlider(
            label=f"{parameter.label} · {self.annotation.doc}",
            value=self.place(value),
            start=self.place(min(self.annotation.low, value)),
            end=self.place(max(self.annotation.high, value)),
            step=self.step,
            show_value=False,
            tooltips=False,
            size="small",
            sizing_mode="stretch_width",
            margin=(2, 4, 0, 10),
            sx=SLIDER,
        )
        unit = "" if self.annotation.unit == "1" else self.annotation.unit
        self.field = pmui.TextInput(
            label=unit, value=self._text(value), size="small", width=82, margin=(6, 10, 0, 4), sx=FIELD
        )
        self.sent: deque[str] = deque(maxlen=200)
        self.when = -math.inf  # the last of them was sent
        self.slider.param.watch(self._slid, "value")
        self.field.param.watch(self._typed, "value")
        knobs.param.watch(self._changed, name)

    def __panel__(self):
        return pn.Row(self.slider, self.field, sizing_mode="stretch_width", margin=0)

    @property
    def step(self) -> float:
        """Of the slider's place."""
        mark = self.annotation
        return math.log10(mark.high / mark.low) / 200 if self.log else mark.slider_step

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

    def _slid(self, event) -> None:
        # a value that was typed may lie between two places of a logarithmic slider
        if abs(event.new - self.place(getattr(self.knobs, self.parameter))) > 1e-9:
            self._set(self.value_at(event.new))

    def _typed(self, event) -> None:
        text = event.new.strip().replace(",", ".").replace("−", "-")
        if text == self._text(getattr(self.knobs, self.parameter)):
            self.refuse("")
            self._write(text)
            return
        if time.monotonic() - self.when < ECHO and event.new in self.sent:
            # nobody typed this: a browser that is behind writes back what it was sent
            self._write(self._text(getattr(self.knobs, self.parameter)))
            return
        try:
            value = float(text)
        except ValueError:
            least, most = self.annotation.allowed
            self.refuse(f"{text!r} is not a number: give one from {least:g} to {most:g}")
            return
        self._set(int(value) if isinstance(self.annotation, Count) and value.is_integer() else value)

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
        text = self._text(value)
        # a slider must never be sent its own value back, rounded: the hand may be further on by then
        place = self.place(value)
        same = abs(self.slider.value - place) < (0.5 if self.log else 1e-6) * self.step
        at = self.slider.value if same else place
        self.slider.param.update(start=self.place(start), end=self.place(end), value=at)
        self._write(text)

    def _write(self, text: str) -> None:
        if self.field.value != text:
            now = time.monotonic()
            if now - self.when >= ECHO:
                self.sent.clear()
            self.sent.append(text)
            self.when = now
        self.field.param.update(value=text, value_input=text)

    def refresh(self) -> None:
        """Show the parameter as if for the first time: the usual range, no message."""
        value = getattr(self.knobs, self.parameter)
        self._show(min(self.annotation.low, value), max(self.annotation.high, value), value)
        self.refuse("")

    def refuse(self, message: str) -> None:
        """Show why a value was not taken; "" clears it."""
        if self.field.helper_text != message:
            self.field.param.update(helper_text=message, error_state=bool(message))


MENU = {"size": "small", "sizing_mode": "stretch_width", "margin": (8, 10, 4, 10)}
WIDE = {"size": "small", "sizing_mode": "stretch_width", "margin": (6, 10, 4, 10)}
SLIDER = {"& .MuiFormLabel-root": {"fontSize": "13px", "lineHeight": 1.3}, "paddingTop": "6px", "paddingBottom": "6px"}
SWITCH = {"& .MuiTypography-root": {"fontSize": "13px"}}
# the message runs under the slider, at full width
FIELD = {
    "& .MuiFormHelperText-root": {"width": "270px", "marginLeft": "-198px", "textAlign": "right", "lineHeight": 1.25},
    "& .MuiInputBase-input": {"fontSize": "13px", "padding": "5px 8px"},
    "& .MuiInputLabel-root": {"fontSize": "12px"},
}


def controls(knobs: Knobs, names: Iterable[str]) -> dict[str, pn.viewable.Viewable]:
    """Name -> control for these parameters: slider with field, menu, or switch; what has none of these is left out."""
    made: dict[str, pn.viewable.Viewable] = {}
    for name in names:
        parameter = knobs.param[name]
        if isinstance(parameter, Knob):
            made[name] = Control(knobs, name)
        elif isinstance(parameter, param.Selector):
            made[name] = Menu.from_param(parameter, label=parameter.doc, **WIDE)
        elif isinstance(parameter, param.Boolean):
            made[name] = pmui.Switch.from_param(parameter, label=parameter.doc, sx=SWITCH, **WIDE)
    return made


class Group:
    """The controls of one `Knobs` object at a time, in a box that stays; `changed(*events)` hears of every change.

    `part` picks parameters by what they are for (`Annotation.part`), where not all are to be here.
    """

    def __init__(self, changed: Callable[..., None], part: str = "") -> None:
        self.changed, self.part = changed, part
        self.box = pn.Column(sizing_mode="stretch_width", margin=0)
        self.controls: dict[str, pn.viewable.Viewable] = {}
        self.knobs: Knobs | None = None

    def hold(self, knobs: Knobs, built: bool = True) -> None:
        """Show these values: copied into the present knobs where they are of the same class, else with new controls."""
        if type(self.knobs) is type(knobs):
            self.knobs.param.update(**{name: getattr(knobs, name) for name in self._names(knobs)})
            for control in self.controls.values():
                if isinstance(control, Control):
                    control.refresh()
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
            self.controls = controls(self.knobs, self._names(self.knobs))
            self.box[:] = list(self.controls.values())

    def take_back(self, events: Iterable, words: str) -> None:
        """Each value is allowed, not all together: those that changed are what they were, and say why."""
        for event in events:
            setattr(event.obj, event.name, event.old)
            if event.obj is self.knobs and isinstance(control := self.controls.get(event.name), Control):
                control.refuse(words)

    def _names(self, knobs: Knobs) -> list[str]:
        return knobs.of_part(self.part) if self.part else knobs.names()
