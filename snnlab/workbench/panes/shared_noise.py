"""The pane of shared noise: how correlated two neurons spike that have a part of their noise in common."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import CorrelationTransfer, correlation_transfer
from snnlab.core.palette import LINE
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.style import axis_label

from ..plain import Plain
from .pane import Pane, Shown
from .rates import step_of

PARTS = {"10 % shared": 0.1, "30 % shared": 0.3, "60 % shared": 0.6}
USUAL = "30 % shared"
CURRENTS = 15
NOISE = 0.15  # of the usual range of currents, where the run has none


class SharedNoisePane(Pane):
    """Correlation over rate, when the hand rests: it grows though the shared part stays."""

    key, title, menu = "shared", "Shared noise", "shared part of the noise"
    slow = True

    def build(self) -> None:
        self.view = CurvesView()
        self.head.param.update(options=[*PARTS], value=self.head.value or USUAL)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        experiment, part = shown.experiment(), PARTS[self.head.value]
        model, settings = experiment.model.copy(), experiment.settings
        mark = model.neuron.current
        noise = settings.noise or NOISE * (mark.high - mark.low)
        tau = settings.noise_tau

        def draw() -> tuple[Curves, str]:
            if model.neuron.excess is None:
                raise ValueError("a neuron without threshold never spikes")
            currents = np.linspace(mark.low, (mark.low + mark.high) / 2, CURRENTS)  # from where it hardly fires
            found = correlation_transfer(model, currents, noise, tau, part, pairs=40, dt=step_of(model))
            return picture_of(found, part), f"{axis_label(f'noise {noise:.3g}', mark.unit)}, counts in 40 ms"

        return draw

    def feed(self, picture) -> None:
        curves, self.head.note = picture
        self.view.feed(curves)


def picture_of(found: CorrelationTransfer, part: float) -> Curves:
    """Correlations over rates, below the shared part."""
    there = np.isfinite(found.correlation) & (found.rate > 0)
    if not there.any():
        raise ValueError("no neuron spikes: there is no correlation")
    x, y = found.rate[there], found.correlation[there]
    order = x.argsort()
    limit = Curve(np.array([0.0, x.max()]), np.full(2, part), LINE, "dotted", name="of the noise")
    return Curves(("rate (Hz)", "correlation"), [limit, Curve(x[order], y[order])], (x, y), low=min(0.0, y.min()))
