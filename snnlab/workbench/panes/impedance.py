"""The pane of the impedance: how strongly, and how late, v follows a small current of each frequency."""

from collections.abc import Callable

import numpy as np

from snnlab.analysis import impedance, measured_impedance
from snnlab.analysis.impedance import Band, at_rest, band_of, whole_periods
from snnlab.analysis.portrait import moment
from snnlab.core import annotations
from snnlab.core.palette import LINE
from snnlab.models import NeuronModel
from snnlab.views.curves import Curve, Curves, CurvesView

from ..plain import Plain
from .pane import Pane, Shown

LOWEST, HIGHEST = 1.0, 500.0  # Hz
SINES, FINE = 32, 161  # frequencies that are run, and of the line
WINDOW, SETTLE = 1000.0, 500.0  # ms


class ImpedancePane(Pane):
    """Gain and phase at the present current, or without one where the neuron fires, when the hand rests."""

    key, title = "impedance", "Impedance"
    slow = True

    def build(self) -> None:
        self.gain, self.phase = CurvesView((True, True), 140, 240), CurvesView((True, False), 130, 200)
        self.gain.figure.xaxis.visible = False  # the phase has it
        self.known: tuple[str, object] | None = None
        self.head.numbers = measures(None, "")
        self.box[:] = [self.head, Plain(self.gain.figure), Plain(self.phase.figure)]

    def suits(self, shown: Shown) -> bool:
        return not shown.drawn.result.definition.current.symbol  # it is of a current, and no conductance

    def fade(self) -> None:
        if len(self.box) and self.shown is not None:
            past = self.known is None or self._of(self.shown)[0] != self.known[0]
            for view in (self.gain, self.phase):
                view.fade(past)

    def _of(self, shown: Shown) -> tuple[str, NeuronModel, float]:
        """What it is of, in words, and the model with the present current."""
        model, (current, _) = shown.experiment().model, moment(shown.drawn.result)
        return repr((type(model), model.values(), current)), model, current

    def job(self, shown: Shown) -> Callable[[], object]:
        of, model, current = self._of(shown)
        model, known = model.copy(), self.known
        return lambda: known if known is not None and known[0] == of else (of, response(model, current))

    def feed(self, picture) -> None:
        self.known = picture
        gain, phase, note, numbers = picture[1]
        self.gain.feed(gain)
        self.phase.feed(phase)
        self.head.param.update(note=note, numbers=numbers)


def response(model: NeuronModel, current: float) -> tuple[Curves, Curves, str, list[list[str]]]:
    """Gain and phase by small sines and by the linear response, what they are of in words, and numbers."""
    fires = False
    try:
        at_rest(model, current)
    except ValueError:
        fires, current = True, 0.0
    f = whole_periods(np.unique(np.round(np.geomspace(LOWEST, HIGHEST, SINES))), WINDOW)
    fine = np.geomspace(LOWEST, HIGHEST, FINE)
    theory, band = impedance(model, fine, current), band_of(model, current)
    measured = measured_impedance(model, f, current, duration=WINDOW, settle=SETTLE)
    v, unit = annotations(model.neuron.state)["v"].unit, model.neuron.current.unit
    unit = "" if v == unit else f"{v}/{unit}"
    marks = [(band.resonance, f"resonance {band.resonance:.3g} Hz")] if band.resonance else []
    marks += [(band.cutoff, f"cut-off {band.cutoff:.3g} Hz")] if band.cutoff and not marks else []
    gain = Curves(
        ("frequency (Hz)", f"|Z| ({unit})" if unit else "|Z|"),
        [Curve(fine, abs(theory), LINE, "dotted")],
        (f, abs(measured)),
        marks,
    )
    degrees = np.angle(theory, deg=True), np.angle(measured, deg=True)
    phase = Curves(("frequency (Hz)", "phase (°)"), [Curve(fine, degrees[0], LINE, "dotted")], (f, degrees[1]))
    note = ("at I = 0, as it fires now; " if fires else "by small sines; ") + "linear response dotted"
    return gain, phase, note, measures(band, unit)


def measures(band: Band | None, unit: str) -> list[list[str]]:
    """Name, number and explanation of each measure; without a number where there is none."""
    steady = "–" if band is None else f"{band.steady:.3g} {unit}".strip()
    top = "–" if band is None or not band.resonance else f"{band.resonance:.3g} Hz"
    higher = "" if band is None or not band.resonance else f": {band.quality:.3g} times that at 0 Hz"
    cutoff = "–" if band is None or band.cutoff is None else f"{band.cutoff:.3g} Hz"
    return [
        ["Z(0)", steady, "the input resistance: v over a constant current"],
        ["resonance", top, f"where the impedance is greatest{higher}"],
        ["cut-off", cutoff, "above it the impedance is less than 1 / √2 of the greatest"],
    ]
