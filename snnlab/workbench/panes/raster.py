"""The pane of the raster: the spikes of all neurons, however many, as a picture."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import raster_image
from snnlab.views.image import ImageView, Picture

from ..plain import Plain
from .pane import Pane, Shown

FULL = 99.0  # per cent of the parts of the picture with spikes that are not fully coloured


class RasterPane(Pane):
    """All spikes of a run, where the plot over time has room for those of some neurons; inhibitory neurons are blue."""

    key, title = "raster", "Raster of all neurons"
    several = True

    def build(self) -> None:
        self.view = ImageView()
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        recording, model = shown.drawn.result.recording, shown.experiment().model
        inhibitory = model.definition.inhibitory(model)
        return lambda: (picture_of(recording, inhibitory), int(recording.spikes.sum()))

    def feed(self, picture) -> None:
        shown, spikes = picture
        self.head.note = f"{spikes:,} spikes"
        self.view.feed(shown)


def picture_of(recording, inhibitory: int) -> Picture:
    """A raster as a picture, excitatory neurons above the last ones, which inhibit."""
    neurons, run = recording.size, len(recording.spikes) * recording.dt
    counts = raster_image(recording)
    rows = len(counts)
    below = round(rows * min(inhibitory, neurons) / neurons)
    some = counts[counts > 0]
    share = counts / (np.percentile(some, FULL) if len(some) else 1.0)
    values = np.concatenate([-share[rows - below :], share[: rows - below]])
    label = "I below, E above" if below else "neuron"
    return Picture(values, ("time (ms)", label), (recording.begin, recording.begin + run), (0.5, neurons + 0.5))
