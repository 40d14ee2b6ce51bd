"""The pane of spike counts: how those of one neuron scatter while the signal stays."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import CountDistribution, count_distribution
from snnlab.views.bars import Bars, BarsView

from ..plain import Plain
from .pane import Pane, Shown
from .tuning import DRAWN, present, steady

BINOMIAL, POISSON = "binomial", "Poisson"
WINDOWS = 2000


class CountPane(Pane):
    """A histogram of counts in the run's window beside the law that they follow, and beside Poisson's."""

    key, title, menu = "counts", "Spike counts", "law, dotted"
    slow = True

    def suits(self, shown: Shown) -> bool:
        return shown.experiment().model.neuron is None

    def build(self) -> None:
        self.view = BarsView()
        self.head.param.update(options=[BINOMIAL, POISSON], value=self.head.value or BINOMIAL, numbers=measures(None))
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment, result, law = shown.experiment(), shown.drawn.result, self.head.value
        model, settings = experiment.model.copy(), experiment.settings
        window, dt, seed = steady(settings.window, settings.dt), settings.dt, settings.seed

        def draw() -> tuple[Bars, str, list[list[str]]]:
            x, where = present(result)
            each = round(window / dt) * model.definition.width(model.p())
            found = count_distribution(
                model, x, window, windows=max(100, min(WINDOWS, DRAWN // each)), dt=dt, seed=seed
            )
            which = f", neuron {found.neuron + 1}" * (model.definition.width(model.p()) > 1)
            return bars_of(found, law), f"in {window:.4g} ms{which}, {where}; {law} dotted", measures(found)

        return draw

    def feed(self, picture) -> None:
        bars, note, numbers = picture
        self.head.param.update(note=note, numbers=numbers)
        self.view.feed(bars)


def bars_of(found: CountDistribution, law: str) -> Bars:
    """Shares of windows, and those of a law as a line over the same bars."""
    share = found.binomial if law == BINOMIAL else found.poisson
    edges = np.append(found.counts - 0.5, found.counts[-1] + 0.5)
    return Bars(edges, found.measured, ("spikes in a window", "share of windows"), (found.counts.astype(float), share))


def measures(found: CountDistribution | None) -> list[list[str]]:
    """Name, number and explanation of each measure; without a number where there is none."""
    mean = None if found is None else float((found.counts * found.measured).sum())
    fano = (None, None) if found is None else found.fano
    told = ["–" if one is None or not np.isfinite(one) else f"{one:.3g}" for one in (mean, *fano)]
    words = (
        ("mean", "spikes in a window"),
        ("Fano factor", "variance over mean of the counts: 1 for a Poisson process, 0 for a clock"),
        ("binomial", "1 - rate dt: a step has one spike at most, which makes counts more regular than Poisson's"),
    )
    return [[name, number, doc] for (name, doc), number in zip(words, told)]
