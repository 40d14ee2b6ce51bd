"""The cell whose recording drives a model: its measured potential in the plots, and how the model agrees with it."""

from typing import Any

import numpy as np

from snnlab.analysis import agreement, cell_spikes
from snnlab.analysis.agreement import TAU, WINDOW
from snnlab.core import Quantity
from snnlab.core.palette import MEASURED
from snnlab.models import Result, Sweep
from snnlab.views import Data, Row
from snnlab.views.curves import thinned

from ..cards import Beside, Number, cell, statistics

MOST = 10_000  # points of what is painted anew with every run
OVER = "{}, the cell's in violet"
APART = "Measured membrane potential in mV: v of the model {}"
GAMMA = (
    f"spikes of the cell that have one of the model's within {WINDOW:g} ms, beyond chance: 1 for the same train, 0 as "
    f"by chance (Jolivet et al. 2008); none where neither spikes, or the model at {500 / WINDOW:g} Hz or more"
)
DISTANCE = (
    f"of trains whose spikes each leave an exponential of {TAU:g} ms: 0 for the same train; its square grows by 1/2 "
    "with each spike that the other has nothing near (van Rossum 2001)"
)
RMS = "root of the mean squared difference of the two potentials, spikes included"
BETWEEN = f"without what is less than {WINDOW:g} ms from a spike of either: a model that resets has no shape of spikes"


class Cell:
    """Draws a cell's potential over the model's v, or apart where that is in another unit, as `mark` says."""

    def __init__(self, mark: Quantity | None) -> None:
        self.unit = mark.unit if mark is not None else "1"
        self.over = self.unit == "mV"
        self.title = ""
        self.kept: tuple[Sweep | None, Data] = None, Data(np.array([]), np.array([]))  # what a page has, it has

    def rows(self, rows: list[Row]) -> list[Row]:
        """The rows of a model, with room for what was measured below the first, or in it."""
        first, *others = rows
        self.title = first.title
        if self.over:
            return [first._replace(other=MEASURED), *others]
        why = "has no unit" if self.unit == "1" else f"is in {self.unit}"
        return [first, Row("measured", APART.format(why), "v (mV)", MEASURED, -80, 40, 3), *others]

    def draw(self, sweep: Sweep, data: dict[str, Data]) -> None:
        """What was measured in a sweep, among the data of a run."""
        if self.kept[0] is not sweep:
            t, v = thinned((sweep.time - sweep.time[0]).astype(np.float32), voltage(sweep), MOST)
            self.kept = sweep, Data(t, v)
        measured = self.kept[1]
        if not self.over:
            data["measured"] = measured
        elif "v" in data:
            data["v"] = data["v"]._replace(other=measured.y, other_t=measured.t, title=OVER.format(self.title))

    def frame(self, source: Any, rows: list[dict[str, Any]]) -> None:
        """In rows that a page draws by itself, leave room for what is beside its run."""
        if self.over and isinstance(source, Sweep) and source.voltage is not None:
            v = voltage(source)
            for row in rows:
                if row["key"] == "v":
                    row["beside"] = [float(v.min()), float(v.max())]

    def numbers(self, result: Result, duration: float) -> tuple[list[Number], Beside]:
        """How the model agrees with the cell, as long as both were recorded, and the numbers of the cell's spikes."""
        found = agreement(result)
        told = [
            Number(f"Coincidence Γ, {WINDOW:g} ms", cell(found.gamma, digits=3), doc=GAMMA),
            Number(f"van Rossum distance, τ {TAU:g} ms", cell(found.distance, digits=2), doc=DISTANCE),
        ]
        if self.over:
            told += [
                Number("RMS error of v", cell(found.rms, "mV", 2), doc=RMS),
                Number("RMS error between spikes", cell(found.between, "mV", 2), doc=BETWEEN),
            ]
        spikes = cell_spikes(result.source)
        times, driven = spikes[spikes <= duration], (min(result.onset, duration), min(result.end, duration))
        own = statistics(times, duration, driven, result.recording.dt)
        values = {one.measure or one.name: one.value for one in own} | {one.name: "" for one in told}
        return told, Beside("cell", MEASURED, values)


def voltage(sweep: Sweep) -> np.ndarray:
    """As it is drawn."""
    return np.array([]) if sweep.voltage is None else sweep.voltage.astype(np.float32)
