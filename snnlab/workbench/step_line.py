"""One line on whether the time step is short enough, and a button that mends it."""

import time
from collections.abc import Callable
from html import escape

from snnlab.engine import Cancelled
from snnlab.models import Convergence, Experiment, Result
from snnlab.models.convergence import convergence

from .cards import capital
from .plain import Column
from .widgets import button
from .words import Words

CHEAP = 0.02  # s: what it may cost to ask what half of the step changes


class StepLine:
    """What half of the step would change: `finer(dt)` is called for another step in ms, `preset(id)` for another preset
    where this one is bound to its step. Faded while it speaks of a run that is over, so that nothing moves meanwhile.
    """

    def __init__(self, finer: Callable[[float], None], preset: Callable[[str], None]) -> None:
        self.finer, self.preset = finer, preset
        self.found: Convergence | None = None
        self.line, self.kind = "", "fine"
        self.words = Words(SHEET)
        self.button = button(visible=False, margin=(2, 10))
        self.button.on_click(lambda event: self._mend())
        self.box = Column(self.words, self.button, sizing_mode="stretch_width", margin=0)

    def show(self, found: Convergence | None, coarse: str) -> None:
        """What is known of a run: what half of its step changes, and that its step is too long."""
        self.found = found
        text, bad = ("", False) if found is None else (f"{capital(found.sentence)}.", not found.converged)
        if coarse and not bad:
            text, bad = f"{coarse}.", True
        self.line = text
        self.kind = "coarse" if bad else "fine"
        self.words.html = self._paragraph(self.kind)
        label = ""
        if found is not None and found.robust:
            label = "Show the robust variant"
        elif found is not None and found.suggested:
            label = f"Take dt = {found.suggested:g} ms"
        self.button.param.update(name=label, visible=bool(label), disabled=False)

    def fade(self, past: bool = True) -> None:
        """A newer run is on its way, or there is none."""
        self.words.html = self._paragraph("past" if past else self.kind)
        if self.button.visible:
            self.button.disabled = past

    def _paragraph(self, kind: str) -> str:
        return f'<p role="status" class="{kind}">{escape(self.line)}</p>' if self.line else ""

    def _mend(self) -> None:
        if self.found is not None and self.found.robust:
            self.preset(self.found.robust)
        elif self.found is not None and self.found.suggested:
            self.finer(self.found.suggested)


def convergence_job(experiment: Experiment, result: Result) -> Callable[[], Convergence | None]:
    """What asks what half of the step changes, and gives up where that is not known at once."""

    def in_time() -> Convergence:
        end = time.thread_time() + CHEAP  # its own time: a server that is busy says no less
        return convergence(experiment, result, cancelled=lambda: time.thread_time() > end)

    def job() -> Convergence | None:
        for _ in range(2):  # the first time a kernel may have to be compiled
            try:
                return in_time()
            except Cancelled:
                continue
            except ValueError:  # dt cannot be halved
                break
        return None

    return job


SHEET = """
:host { font-size: 12px; min-height: 22px; }
.coarse { border-left: 3px solid $WARNING; padding-left: 8px; }
.past { opacity: 0.45; }
"""
