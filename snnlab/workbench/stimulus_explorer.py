"""A stimulus under its controls, without a model."""

import numpy as np
import panel as pn

from snnlab.core import Quantity
from snnlab.core.palette import CURRENT, SPIKE
from snnlab.models import Stimulus
from snnlab.models.settings import PlainRun, page_steps, run_of, step_count
from snnlab.models.stimuli.compounds import leaves
from snnlab.views import Data, Row, Stack

from .controls import Group
from .layout import heading
from .plain import Plain
from .scenes import inputs_of_samples


class StimulusExplorer(pn.viewable.Viewer):
    """A stimulus under its knobs: what it gives over time. The stimulus given is the one that the sliders move."""

    def __init__(self, stimulus: Stimulus, **settings) -> None:
        super().__init__()
        self.stimulus, self.run = stimulus, run_of(PlainRun, stimulus.drives, ())(**settings)
        current = stimulus.drives.current
        unit = stimulus.unit or (current.unit if isinstance(current, Quantity) else "1")
        self.stack = Stack(
            [
                Row("I", "Current", f"I ({unit})", CURRENT, 0, 1, 4, fit=True),
                Row("input", "Spikes", "spikes", SPIKE, 0, 1, 2, raster=True),
            ]
        )
        parts = leaves(stimulus)
        self.groups = [Group(self._changed) for _ in [*parts, self.run]]
        boxes: list = []
        for group, knob in zip(self.groups, [*parts, self.run]):
            group.hold(knob)
            title = knob.kind.title if isinstance(knob, Stimulus) else "Time"
            boxes += [heading(title[0].upper() + title[1:]), group.box]
        self.side = pn.Column(*boxes, width=290, scroll="y-auto", sizing_mode="stretch_height")
        self._changed()

    def __panel__(self):
        plots = Plain(self.stack.figure)
        return pn.Row(self.side, plots, height=420, sizing_mode="stretch_width")

    def _changed(self, *events) -> None:
        try:
            steps = page_steps(step_count(self.run), self.run.duration)
        except ValueError as error:
            if not events:
                raise
            self.groups[-1].take_back(events, str(error))
            return
        samples = self.stimulus.sampler()(steps, self.run.dt, self.run.seed)
        duration = steps * self.run.dt
        data: dict[str, Data] = inputs_of_samples(samples, duration)
        with pn.io.hold():
            self.stack.feed(duration, data, np.zeros(0))
