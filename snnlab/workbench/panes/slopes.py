"""The pane of all surrogates: their slopes, and the smooth thresholds that these stand for, beside the present one."""

from collections.abc import Callable

import numpy as np
import torch

from snnlab.analysis import smooth_threshold
from snnlab.core import Surrogate
from snnlab.core.palette import PINS, VOLTAGE
from snnlab.models import SURROGATES
from snnlab.models.families.surrogates import EXCESS
from snnlab.views.curves import Curve, Curves, CurvesView

from ..plain import Plain
from .pane import Pane, Shown

SLOPES, THRESHOLDS, SAME = "slopes", "thresholds", "slopes, equal sharpness"
LOOKS = [(color, "solid", 0.6) for color in PINS]
X = np.linspace(EXCESS.low, EXCESS.high, 401)


class SlopePane(Pane):
    """The present surrogate at its sharpness over all others."""

    key, title, menu = "slopes", "All surrogates", "what is shown"

    def build(self) -> None:
        self.view = CurvesView(height=190, most=320)
        self.head.param.update(options=[SLOPES, THRESHOLDS, SAME], value=self.head.value or SLOPES)
        self.box[:] = [self.head, Plain(self.view.figure)]

    def job(self, shown: Shown) -> Callable[[], object]:
        model, wanted = shown.experiment().model, self.head.value
        alpha = getattr(model, "alpha", None)
        return lambda: curves_of(model.definition, alpha, wanted)

    def feed(self, picture) -> None:
        curves, note = picture
        self.head.note = note
        self.view.feed(curves)


def curves_of(present: Surrogate, alpha: float | None, wanted: str) -> tuple[Curves, str]:
    """All surrogates as a picture, and what the others are at: each at its usual sharpness, or at that of the present
    one."""
    same = wanted == SAME and alpha is not None
    of = smooth_threshold if wanted == THRESHOLDS else slope
    kinds = {kind.definition.slope: kind.definition for kind in reversed(SURROGATES.values())}  # of two alike the first
    others = [one for one in reversed(kinds.values()) if one.slope is not present.slope]
    places = np.linspace(0.9 * EXCESS.low, 0.6 * EXCESS.high, len(others))  # of their names, side by side
    lines = [
        Curve(X, of(one, X, alpha if same else one.alpha.default if one.alpha else 1.0), *look, short(one), place)
        for one, look, place in zip(others, LOOKS, places)
    ]
    # without a name, which would lie over others': the menu has it
    mine = Curve(X, of(present, X, 1.0 if alpha is None else alpha), VOLTAGE)
    label = "smooth threshold" if wanted == THRESHOLDS else "slope"
    note = f"the chosen one in front; others at {alpha:.3g}" if same else "the chosen one in front; others as usual"
    return Curves(("distance from the threshold", label), [*lines, mine]), note


def slope(surrogate: Surrogate, x: np.ndarray, alpha: float) -> np.ndarray:
    return surrogate.slope(torch.from_numpy(x), alpha).numpy()


def short(surrogate: Surrogate) -> str:
    """Its name beside a line."""
    return surrogate.name.replace("_", " ")
