"""A signal of one's own for the board of encoders: drawn by hand in a plot above the cards, or from a file."""

from collections.abc import Callable, Mapping
from typing import Any

from bokeh.models import Range1d

from snnlab.models import Stimulus, Sweep
from snnlab.models.families.encoders import SIGNAL, fitted
from snnlab.models.recorded_drive import recorded_drive
from snnlab.models.stimuli.stimulus import stimuli_of
from snnlab.views.style import Frames

from .chooser import RecordingChooser
from .pencil import Pencil, is_drawn
from .plain import Column, Plain

FRAME = (-0.05, 1.05)  # of a signal, which goes from 0 to 1
HEIGHT = 130  # px


class GivenSignal:
    """`box` are the controls of a signal that is drawn or read, `sheet` is where a hand draws it; each is there when it
    is wanted. `replaced(signal, **settings)` is called with what a file gives, `run()` are the settings of the run.
    """

    def __init__(self, owner: str, replaced: Callable[..., None], run: Callable[[], Any]) -> None:
        self.name, self.replaced, self.run = f"{owner}.sheet", replaced, run
        self.chooser, self.pencil = RecordingChooser(self._opened), Pencil(owner)
        self.box = Column(sizing_mode="stretch_width", margin=0)
        self.sheet = Column(sizing_mode="stretch_width", margin=(8, 12, 0, 12), visible=False)
        self.time: Range1d | None = None

    def beginning(self, kind: type[Stimulus], values: Mapping[str, float]) -> Stimulus:
        """A signal of this kind as it is first shown: of a file it is the example, over the whole range."""
        found = kind(**values)
        return self._fitted(found.source) if isinstance(found.source, Sweep) else found

    def hold(self, signal: Stimulus) -> None:
        """Have what this signal wants."""
        self.sheet.visible = is_drawn(signal)
        wanted = [self.pencil] if is_drawn(signal) else [self.chooser] if isinstance(signal.source, Sweep) else []
        if list(self.box) != wanted:  # made anew, it would forget a file on its way
            self.box[:] = wanted
        if is_drawn(signal):
            self.pencil.hold(signal)
            self._build()
            self.pencil.plot = self.name
        elif isinstance(signal.source, Sweep):
            self.chooser.hold(signal)

    def last(self, duration: float) -> None:
        """So long a run is shown."""
        if self.time is not None and self.time.end != duration:
            self.time.update(end=duration, reset_end=duration)

    def _build(self) -> None:
        """The plot in which a hand draws, once: the pencil adds the points."""
        if self.time is None:
            end = self.run().duration
            self.time = Range1d(start=0.0, end=end, reset_end=end)
            ranges = self.time, Range1d(start=FRAME[0], end=FRAME[1])
            figure = Frames().plot("Signal", ("time (ms)", "part of range"), ranges, height=HEIGHT, name=self.name)
            self.sheet[:] = [Plain(figure)]

    def _opened(self, sweep: Sweep) -> None:
        drive = recorded_drive(sweep, stimuli_of(SIGNAL)["Recorded"], self.run())
        self.replaced(self._fitted(sweep), duration=drive.duration, dt=drive.dt)

    def _fitted(self, sweep: Sweep) -> Stimulus:
        return stimuli_of(SIGNAL)["Recorded"](source=sweep, **fitted(sweep, 0.0, 1.0))
