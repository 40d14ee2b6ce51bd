"""The pane of inter-spike intervals: their histogram, and how irregular they are."""

from collections.abc import Callable

from snnlab.analysis import Intervals, interval_distribution
from snnlab.views.bars import Bars, BarsView

from ..plain import Plain
from .pane import Pane, Shown

ALL, FIRST = "all neurons", "first neuron"


class IntervalPane(Pane):
    """The intervals of a run, beside those of a Poisson process with the same mean."""

    key, title, menu = "isi", "Intervals", "neurons"

    def build(self) -> None:
        self.view = BarsView()
        self.head.numbers = measures(None)  # the line is there before what stands in it: nothing moves
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        recording, first = shown.drawn.result.recording, self.head.value == FIRST

        def draw() -> tuple[Intervals, bool]:
            fired = recording.spikes.reshape(len(recording.spikes), recording.size).cpu().numpy() > 0
            return interval_distribution(fired[:, :1] if first else fired, recording.dt), recording.size > 1

        return draw

    def feed(self, picture) -> None:
        found, several = picture
        options = [ALL, FIRST] if several else []
        self.head.param.update(
            note=f"{len(found.intervals):,}, Poisson dotted",
            numbers=measures(found),
            options=options,
            value=self.head.value if self.head.value in options else ALL if several else "",
        )
        self.view.feed(bars_of(found))


def bars_of(found: Intervals) -> Bars:
    """A distribution of intervals as a picture."""
    middle = (found.edges[1:] + found.edges[:-1]) / 2
    return Bars(found.edges, found.counts, ("interval (ms)", "number"), (middle, found.poisson))


def measures(found: Intervals | None) -> list[list[str]]:
    """Name, number and explanation of each measure; without a number where there is none."""
    numbers = (None,) * 3 if found is None else (found.cv, found.cv2, found.fano)
    windows = "" if found is None else f" of {found.window:.4g} ms"
    words = (
        "standard deviation over mean of intervals: 0 for a clock, 1 for a Poisson process",
        "of intervals that follow each other, which a slow drift leaves as it is: 1 for a Poisson process",
        f"Fano's factor, variance over mean of the spikes in windows{windows}: 1 for a Poisson process",
    )
    told = ["–" if one is None else f"{one:.2f}" for one in numbers]
    return [list(one) for one in zip(("CV", "CV2", "Fano"), told, words, strict=True)]
