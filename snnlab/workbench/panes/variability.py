"""The pane of variability: how irregular the neurons of a network are, and at which rates they fire."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import Variability, variability
from snnlab.views.bars import Bars, BarsView

from ..plain import Plain
from ..scenes.network import WIDTH, synchrony
from .pane import Pane, Shown

CV, RATES = "CV of each", "rate of each"
BARS = 30
WORDS = (
    ("CV", "mean over neurons of deviation over mean of their intervals: 0 for a clock, 1 for a Poisson process"),
    ("Hz", "mean rate of a neuron"),
    ("χ", f"synchrony of spikes in {WIDTH:g} ms: 1 where all do the same, near 0 where each is on its own"),
)


class VariabilityPane(Pane):
    """Histograms over the neurons of a run, and their synchrony."""

    key, title, menu = "variability", "Neurons", "what of neurons"
    several = True

    def build(self) -> None:
        self.view = BarsView()
        self.head.param.update(options=[CV, RATES], value=self.head.value or CV, numbers=measures(None, None))
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        recording, what = shown.drawn.result.recording, self.head.value

        def draw() -> tuple[Bars, list[list[str]], str]:
            found = variability(recording)
            known = found.rate if what == RATES else found.cv[np.isfinite(found.cv)]
            if not len(known):
                raise ValueError("no neuron has two intervals: there is no CV")
            label = "rate (Hz)" if what == RATES else "CV of intervals"
            return bars_of(known, label), measures(found, synchrony(recording)), f"{len(known):,} of {recording.size:,}"

        return draw

    def feed(self, picture) -> None:
        bars, numbers, note = picture
        self.head.param.update(numbers=numbers, note=note)
        self.view.feed(bars)


def bars_of(values: np.ndarray, label: str) -> Bars:
    """A histogram from 0 on."""
    top = float(values.max(initial=0.0)) or 1.0
    counts, edges = np.histogram(values, BARS, (0.0, top))
    return Bars(edges, counts, (label, "neurons"))


def measures(found: Variability | None, chi: float | None) -> list[list[str]]:
    """Name, number and explanation of each measure; without a number where there is none."""
    known = np.array([]) if found is None else found.cv[np.isfinite(found.cv)]
    numbers = known.mean() if len(known) else None, None if found is None else found.rate.mean(), chi
    told = [
        "–" if one is None else f"{one:.3g}" if name == "Hz" else f"{one:.2f}" for one, (name, _) in zip(numbers, WORDS)
    ]
    return [[name, number, words] for (name, words), number in zip(WORDS, told)]
