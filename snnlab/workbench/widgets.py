"""Widgets of pages and cells that are no sliders: menus, buttons, fields, switches, sections that unfold, files."""

from collections.abc import Callable, Iterable
from importlib.resources import files

import panel as pn
import param
from panel.custom import Children

from snnlab.core.palette import coloured

from .plain import Component

SHEET = coloured(files(__package__).joinpath("widgets.css").read_text())
WIDE = {"sizing_mode": "stretch_width", "margin": (6, 10)}
LONGEST = 255  # characters of a file's name
NONE = " "  # the value of no option: "" is that of some


class Menu(pn.widgets.Select):
    """A menu whose options may change: what a browser that is behind still offers is not taken.

    The options that are on their way to it bring the value that the menu has. Of a value that is set while a choice is
    on its way, and the choice, the choice is newer, though it is looked at later. After the last choice the browser is
    told what has come of it: what it was told before may have overtaken that.
    """

    def __init__(self, **given) -> None:
        super().__init__(**(WIDE | {"stylesheets": [SHEET]} | given))

    def _process_property_change(self, msg):
        if (chosen := msg.get("value")) is not None and chosen not in ("", *self.labels, *self.unicode_values):
            msg = {name: value for name, value in msg.items() if name != "value"}
        return super()._process_property_change(msg)

    def _update_model(self, events, msg, root, model, doc, comm):
        chosen = dict(self._events)
        super()._update_model(events, msg, root, model, doc, comm)
        self._events = chosen | self._events

    def _process_events(self, events):
        try:
            super()._process_events(events)
        finally:
            if "value" not in self._events:  # a newer choice, which is still to be looked at
                self._tell()

    def _tell(self) -> None:
        """Say the value once more."""
        said = self._process_param_change({"value": self.value})
        for ref, (model, _) in list(self._models.items()):
            for msg in ({"value": NONE}, said):  # what the model here has already would not be sent
                self._apply_update({}, dict(msg), model, ref)


def button(label: str = "", **given) -> pn.widgets.Button:
    return pn.widgets.Button(label=label, **({"margin": (4, 10), "stylesheets": [SHEET]} | given))


def field(label: str, **given) -> pn.widgets.TextInput:
    """A field for text."""
    return pn.widgets.TextInput(label=label, **(WIDE | {"stylesheets": [SHEET]} | given))


class Switch(Component):
    """On or off."""

    label = param.String(doc="words beside it")
    value = param.Boolean(doc="whether it is on")

    _bundle = "switch.js"
    _by_hand = ("value",)

    @classmethod
    def of(cls, owner: param.Parameterized, name: str, **given) -> "Switch":
        """A switch for a parameter, which follows it."""
        made = cls(value=getattr(owner, name), **(WIDE | {"stylesheets": [SHEET]} | given))
        made.param.watch(lambda event: setattr(owner, name, event.new), "value")
        owner.param.watch(lambda event: setattr(made, "value", event.new), name)
        return made


class Sections(Component):
    """Sections that a click unfolds, `active` being the places of those that are; all are folded at first."""

    titles = param.List([], item_type=str, doc="of the sections")
    active = param.List([], item_type=int, doc="places of the unfolded sections")
    objects = Children()

    _bundle = "sections.js"
    _by_hand = ("active",)

    def __init__(self, sections: Iterable[tuple[str, pn.viewable.Viewable]]) -> None:
        titles, objects = zip(*sections)
        super().__init__(titles=list(titles), objects=list(objects), stylesheets=[SHEET], **WIDE)


class FileField(Component):
    """A field for a file, to choose or to drop; `read(name, data)` is called with each, `refuse(words)` where it has
    more than `most` bytes. With `everywhere`, it takes what is dropped anywhere on the page.

    The last file is kept in the browser, which sends it again where `wanted` begins with its name.
    """

    label = param.String(doc="words in it")
    most = param.Integer(doc="bytes of a file")
    everywhere = param.Boolean(doc="files may be dropped anywhere on the page")
    wanted = param.String(doc="name of a file, or of something in it")

    _bundle = "file.js"

    def __init__(self, read: Callable[[str, bytes], None], refuse: Callable[[str], None], **given) -> None:
        super().__init__(**(WIDE | {"stylesheets": [SHEET]} | given))
        self.read, self.refuse = read, refuse
        self.pieces = bytearray()  # of the file that is on its way

    def _handle_msg(self, data: dict) -> None:
        """A piece of a file, {"name", "size", "begin", "piece"}, or the size alone of one that is too large."""
        name, size = str(data["name"])[:LONGEST], int(data["size"])
        if size > self.most:
            self.refuse(f"{name} has {size / 1e6:.1f} MB: at most {self.most / 1e6:.0f} MB are read")
            return
        if data["begin"] == 0:
            self.pieces = bytearray()
        self.pieces += memoryview(data["piece"])  # of a number, bytes would make as many zeros
        if len(self.pieces) >= size:
            whole, self.pieces = bytes(self.pieces), bytearray()
            self.read(name, whole)
