"""The pane of connections: who sends whom how much."""

from collections.abc import Callable

from snnlab.analysis import weight_blocks
from snnlab.views.image import ImageView, Picture

from ..plain import Plain
from .pane import Pane, Shown


class ConnectionPane(Pane):
    """The matrix of weights, or means over blocks of it, when the hand rests."""

    key, title = "connections", "Connections"
    several = True
    slow = True

    def build(self) -> None:
        self.view = ImageView(200, 460, square=True)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment = shown.experiment().copy()

        def draw() -> tuple[Picture, str]:
            weights = experiment.model.connections(experiment)
            if weights is None:
                raise ValueError("no neuron sends another one anything")
            blocks, (to, sent) = weight_blocks(weights), weights.shape
            size = -(-max(to, sent) // max(blocks.shape))
            most = abs(blocks).max(initial=0.0)
            words = f"strongest {most:.3g}" if size == 1 else f"means of {size} × {size}, strongest {most:.3g}"
            ends = (0.5, sent + 0.5), (0.5, to + 0.5)
            return Picture(blocks / (most or 1.0), ("from neuron", "to neuron"), *ends), words + ": + red, − blue"

        return draw

    def feed(self, picture) -> None:
        shown, self.head.note = picture
        self.view.feed(shown)
