"""Choose a recorded current: the example that comes with snnlab, or a file."""

import re
from collections.abc import Callable
from typing import NamedTuple

import panel as pn

from snnlab.models import MAX_BYTES, Stimulus, Sweep, TooLong, example, gain_in_words, read

from .plain import Column, Row
from .widgets import SHEET as WIDGETS
from .widgets import FileField, Menu, button, field
from .words import SMALL, Notice, Words

WINDOW = 10_000.0  # ms that are run at once: in a longer run the step would be too coarse for most neurons
LETTERS = 36  # of an entry of the menu: it has 320 pixels at the least


class Opened(NamedTuple):
    """A file, and from where to where of each sweep it is open, in ms."""

    data: bytes
    name: str
    begin: float
    end: float


class RecordingChooser(pn.viewable.Viewer):
    """An upload field, a button for the example, a menu of sweeps; `chosen(sweep)` is called with each new choice.

    What it shows is what drives the model: a file that is no recording, and a sweep that `chosen` refuses, give a
    message here, and nothing else changes. A long recording is open in a window, which two fields move.
    """

    def __init__(self, chosen: Callable[[Sweep], None]) -> None:
        super().__init__()
        self.chosen = chosen
        self.sweeps: tuple[Sweep, ...] = ()
        self.current: Sweep | None = None
        self.stimulus: Stimulus | None = None
        self.opened: Opened | None = None  # where a window of it is open
        self.upload = FileField(
            self._uploaded,
            lambda words: self.message.say(words),
            label="A recording: choose a file, or drop it here",
            most=MAX_BYTES,
        )
        self.hint = Words(
            SMALL,
            margin=(0, 10),
            html="A table (.csv, .txt, .tsv) with time (ms), current (pA) and, where it was measured, voltage (mV); "
            f"other units in its titles. Or ABF, or NWB. Up to {MAX_BYTES // 1_000_000} MB.",
        )
        self.example = button("Example: current ramp")
        self.menu = Menu(
            label="sweep", visible=False, stylesheets=[WIDGETS, "select.bk-input { font-size: 13px !important; }"]
        )
        self.begin = field("from (ms)", margin=(6, 4, 4, 10))
        self.end = field("to (ms)", margin=(6, 4, 4, 4))
        self.move = button("Open", margin=(10, 10, 4, 4))
        self.window = Row(self.begin, self.end, self.move, sizing_mode="stretch_width", margin=0, visible=False)
        self.told = Words(":host { font-size: 12px; }")
        self.message = Notice(severity="error")
        self.example.on_click(lambda event: self.open((example(),)))
        self.menu.param.watch(self._picked, "value")
        self.move.on_click(lambda event: self._moved())

    def __panel__(self):
        shown = (self.example, self.upload, self.hint, self.message, self.menu, self.window, self.told)
        return Column(*shown, sizing_mode="stretch_width", margin=0)

    def hold(self, stimulus: Stimulus) -> None:
        """Show the recording of this stimulus, now and when it becomes another."""
        if stimulus is not self.stimulus:
            self.stimulus = stimulus
            stimulus.param.watch(lambda *events: self._follow(), ["source", "gain"])
        self.message.say("")
        self._follow()

    def _follow(self) -> None:
        self.current = self.stimulus.source
        if not any(self.current is one for one in self.sweeps):
            self.sweeps, self.opened = (self.current,), None
        self._show()

    def _show(self) -> None:
        """Menu, window and words are those of the sweep that drives the model."""
        names = [short_name(sweep.name) for sweep in self.sweeps]
        self.menu.param.update(options=names, value=names[self._at()], visible=True)
        self.window.visible = self.opened is not None
        words = gain_in_words(self.stimulus) if self.stimulus is not None else ""
        if self.opened is not None:
            self.begin.value, self.end.value = (f"{x:.10g}" for x in (self.opened.begin, self.opened.end))
            words = f"A window of {self.current.duration:,.10g} of {self.current.whole:,.10g} ms. {words}"
        self.told.html = words

    def _at(self) -> int:
        """Which of the sweeps it is."""
        return next(k for k, sweep in enumerate(self.sweeps) if sweep is self.current)

    # -- what a person does -------------------------------------------------------------------------------------------

    def _uploaded(self, name: str, data: bytes) -> None:
        self._read(beginning(data, name))

    def _read(self, wanted: Opened) -> None:
        try:
            found = sweeps_of(wanted)
        except ValueError as error:
            self.message.say(str(error))
        else:
            self.open(*found)

    def open(self, sweeps: tuple[Sweep, ...], opened: Opened | None = None) -> None:
        """Offer these sweeps, and choose the first that can be used; in a window of the same file, the same one."""
        before = self.sweeps, self.opened
        again = opened is not None and self.opened is not None and opened.data is self.opened.data
        at = self._at() if again else 0
        self.sweeps, self.opened = sweeps, opened
        refusals = []
        for sweep in (*sweeps[at:], *sweeps[:at]):
            try:
                self.chosen(sweep)
            except ValueError as error:
                refusals.append(str(error))
            else:
                self.current = sweep
                self.message.say("")
                self._show()
                return
        self.sweeps, self.opened = before
        self.message.say(refusals[0])

    def offer(self, sweeps: tuple[Sweep, ...], opened: Opened | None) -> None:
        """Offer these sweeps, of which one drives the model already."""
        self.sweeps, self.opened = sweeps, opened
        self._follow()

    def _picked(self, event) -> None:
        self.pick(next(one for one in self.sweeps if short_name(one.name) == event.new))

    def pick(self, sweep: Sweep) -> None:
        """Drive the model with another sweep of the same file."""
        if sweep is self.current:  # the menu was set, or picked in vain
            return
        try:
            self.chosen(sweep)
        except ValueError as error:
            self.message.say(str(error))
        else:
            self.current = sweep
            self.message.say("")
        self._show()

    def _moved(self) -> None:
        try:
            begin, end = (float(field.value.strip().replace(",", ".")) for field in (self.begin, self.end))
        except ValueError:
            self.message.say(f"{self.begin.value!r}, {self.end.value!r} are not two numbers: give times in ms")
            return
        if end - begin > WINDOW:
            many = f"{begin:,.10g} to {end:,.10g} ms are {end - begin:,.10g} ms"
            self.message.say(f"{many}: at most {WINDOW:,.10g} ms are run at once")
        else:
            self._read(self.opened._replace(begin=begin, end=end))


def beginning(data: bytes, name: str) -> Opened:
    """A file, open as far as can be run at once."""
    return Opened(data, name, 0.0, WINDOW)


def sweeps_of(wanted: Opened) -> tuple[tuple[Sweep, ...], Opened | None]:
    """The sweeps of a file, each as far as it is in the window that is wanted, or in one that can be read; and that
    window, None where it is all of them. Raises ValueError for what is no recording.
    """
    try:
        sweeps = read(*wanted)
    except TooLong as error:
        wanted = wanted._replace(end=wanted.begin + error.end)
        sweeps = read(*wanted)
    cut = wanted.begin > 0 or any(sweep.whole - sweep.duration > 1e-3 for sweep in sweeps)
    return sweeps, wanted if cut else None


def short_name(name: str) -> str:
    """The name of a sweep as a menu has room for it: the file's is shortened, not the sweep's number and current."""
    found = re.fullmatch(r"(.*?)(, sweep \d+ \([^()]*\))(.*)", name)
    file, sweep, more = found.groups() if found else (name, "", "")
    room = max(9, LETTERS - len(sweep))
    if len(file) > room:
        file = f"{file[: room // 2]}…{file[len(file) - (room - 1 - room // 2) :]}"
    return file + sweep + more
