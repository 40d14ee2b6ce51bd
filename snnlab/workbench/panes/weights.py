"""The pane of weights that learn: how they are distributed at the end of a run."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import shares_at_bounds, weight_histogram
from snnlab.views.bars import Bars, BarsView

from ..plain import Plain
from ..scenes.learning import BINS, SHARE, Groups, groups_of
from .pane import Pane, Shown

ALL, CORRELATED, OTHERS = "all inputs", "correlated inputs", "other inputs"
WORDS = (
    ("near 0", "weights below 0.2 of the largest: 20 % where they are uniform"),
    ("near w_max", "weights above 0.8 of the largest: both are large where weights are bimodal"),
    ("mean", "mean weight, of the largest"),
)


class WeightPane(Pane):
    """A histogram of weights, and dotted that of the first that were kept."""

    key, title, menu = "weights", "Weights at the end", "whose weights"

    def suits(self, shown: Shown) -> bool:
        return shown.experiment().model.definition.learns

    def build(self) -> None:
        self.view = BarsView()
        options = [ALL, CORRELATED, OTHERS]
        self.head.param.update(options=options, value=self.head.value or ALL, numbers=measures(None))
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        model, recording, what = shown.experiment().model.copy(), shown.drawn.result.recording, self.head.value

        def draw() -> tuple[Bars, list[list[str]], str]:
            weights = chosen(groups_of(model, recording), what)
            counts, edges = weight_histogram(weights[[0, -1]], 1.0, BINS)
            before = np.repeat(counts[0], 2).astype(float)
            bars = Bars(edges, counts[1], (SHARE, "inputs"), (np.repeat(edges, 2)[1:-1], before))
            return bars, measures(weights[-1:]), f"{weights.shape[1]:,} inputs; dotted: at the beginning"

        return draw

    def feed(self, picture) -> None:
        bars, numbers, note = picture
        self.head.param.update(numbers=numbers, note=note)
        self.view.feed(bars)


def chosen(groups: Groups, what: str) -> np.ndarray:
    """Weights of those inputs. Raises ValueError where there are none."""
    parts = {CORRELATED: slice(groups.common), OTHERS: slice(groups.common, None)}
    found = groups.weights[:, parts.get(what, slice(None))]
    if not found.shape[1]:
        raise ValueError(f"there are no {what}")
    return found


def measures(weights: np.ndarray | None) -> list[list[str]]:
    """Name, number and explanation of each measure; without a number where there is none."""
    if weights is None:
        return [[name, "–", words] for name, words in WORDS]
    low, high = (float(x[0]) for x in shares_at_bounds(weights, 1.0))
    told = f"{100 * low:.0f} %", f"{100 * high:.0f} %", f"{weights.mean():.2f}"
    return [[name, number, words] for (name, words), number in zip(WORDS, told)]
