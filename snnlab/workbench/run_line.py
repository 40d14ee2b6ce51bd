"""One line on the run: how far it is, or what it was; and a button that stops a long one."""

from collections.abc import Callable

from .widgets import button
from .words import Words

COMPUTING = "computing …"
STOPPED = "stopped: what is shown is the run before"


class RunLine:
    """`parts` are what is seen of it; with `stop`, what a hand does that stops a run, there is a button for it."""

    def __init__(self, stop: Callable[[], None] | None = None) -> None:
        self.words = Words(":host { font-size: 12px; }")
        self.button = None if stop is None else button("Stop", visible=False)
        self.stop = stop
        self.parts: list = [self.words]
        if self.button is not None:
            self.parts.append(self.button)
            self.button.on_click(lambda event: self._stopped())

    def begin(self, long: bool) -> None:
        """A run begins, of which there is something to say where it is long."""
        if long:
            self.words.html = COMPUTING
        if self.button is not None:
            self.button.visible = long

    def progress(self, part: float) -> None:
        """So much of it is done."""
        self.words.html = f"{COMPUTING} {part:.0%}"

    def end(self, words: str = "") -> None:
        """It is over, and was this."""
        self.words.html = words
        if self.button is not None:
            self.button.visible = False

    def _stopped(self) -> None:
        if self.stop is not None:
            self.stop()
        self.end(STOPPED)
