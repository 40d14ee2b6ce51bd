"""Two neurons under one stimulus: that of the neuron before is a click away, or it is said why it cannot be."""

from collections.abc import Callable
from html import escape

from snnlab.models import Experiment, Stimulus
from snnlab.models.stimuli.stimulus import suited

from .plain import Column
from .widgets import button
from .words import SMALL, Words

SAME = "Same stimulus as {} had"
OTHER = "The stimulus of {} cannot stay: {}."


class SameStimulus:
    """In `box`, once another model was chosen, a button; `show(stimulus, duration)` is called when it is pressed."""

    def __init__(self, show: Callable[[Stimulus, float], None]) -> None:
        self.show = show
        self.box = Column(sizing_mode="stretch_width", margin=0)

    def offer(self, before: Experiment, now: Experiment) -> None:
        """The stimulus of an experiment, where it fits the model of another one, for as long as it was run."""
        about, duration = before.model.definition, before.settings.duration
        name = about.title or about.name
        try:
            stimulus = suited(before.stimulus.copy(), now.model.port, "this one")
        except ValueError as error:
            kind = before.stimulus.kind
            why = str(error).replace(f"of {kind.name}", f"of the stimulus “{kind.title}”")
            self.box[:] = [Words(SMALL, margin=(0, 10), html=escape(OTHER.format(name, why)))]
            return
        there = now.stimulus
        if (there.kind, there.values(), there.source) == (stimulus.kind, stimulus.values(), stimulus.source):
            self.clear()
            return
        same = button(SAME.format(name))
        same.on_click(lambda event: self.show(stimulus, duration))
        self.box[:] = [same]

    def clear(self) -> None:
        """Offer nothing."""
        if len(self.box):
            self.box[:] = []
