"""What a pane shows of a map: how it is made, coarse and fine, its picture, and its file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from snnlab.analysis import sweep
from snnlab.analysis.map import ALL, Map
from snnlab.analysis.tally import MEASURES
from snnlab.core import Quantity, annotations
from snnlab.models import Experiment
from snnlab.symbolic import plain_symbol
from snnlab.views.map import Field
from snnlab.views.style import axis_label

from .map_knobs import label_of, value_of

COARSE, FINE = 25, 100  # points of a side
MOST = 150_000_000  # neuron-steps of a map: a second or two


@dataclass(frozen=True, eq=False)
class Found:
    """A map, and of what it is."""

    of: str
    map: Map
    chosen: tuple[str, str, str]
    experiment: Experiment
    knobs: dict[str, Quantity]

    @property
    def spans(self) -> list[tuple[float, float]]:
        return [(axis.values[0], axis.values[-1]) for axis in (self.map.x, self.map.y)]

    @property
    def fine(self) -> bool:
        """Whether it has as many points as there is time for."""
        return len(self.map.x.values) >= self._side

    @property
    def _side(self) -> int:
        return min(FINE, max(COARSE, int((MOST / self.experiment.steps) ** 0.5)))

    def finer(self, side: int = 0, *asking: Callable) -> "Found":
        """The same with so many points a side, as many as there is time for unless given; itself where it has them.

        `asking` are `cancelled` and `progress` of `sweep`. Raises Cancelled.
        """
        if len(self.map.x.values) >= (side or self._side):
            return self
        return replace(self, map=map_of(self.experiment, self.chosen, self.spans, side or self._side, *asking))

    @property
    def values(self) -> np.ndarray:
        return self.map.measures[self.chosen[0]]

    @property
    def here(self) -> tuple[float, float]:
        x, y = (value_of(self.experiment, knob) for knob in self.chosen[1:])
        return x, y


def map_of(
    experiment: Experiment,
    chosen: tuple[str, str, str],
    spans: list[tuple[float, float]],
    side: int,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[float], Any] | None = None,
) -> Map:
    """A map of so many points a side, of all that costs nothing beside the run, and of the measure that is chosen."""
    x, y = ((knob, *span, side) for knob, span in zip(chosen[1:], spans))
    return sweep(experiment, x, y, tuple(dict.fromkeys((*MEASURES, chosen[0]))), cancelled=cancelled, progress=progress)


def field_of(found: Found, names: list[list[str]]) -> Field:
    """The picture of a map; of patterns, with these names and colours."""
    axes, measure = (found.map.x, found.map.y), found.chosen[0]
    labels = [axis_label(label_of(found.experiment, axis.knob), axis.unit) for axis in axes]
    unit, places = ALL[measure].unit, {name: k for k, (name, _) in enumerate(names)}
    values = np.vectorize(places.get, otypes=[float])(found.values) if names else found.values
    return Field(
        (labels[0], labels[1]),
        found.map.x.values,
        found.map.y.values,
        (found.map.x.log, found.map.y.log),
        values,
        found.here,
        measure if unit == "1" else unit,
        [colour for _, colour in names],
    )


def potential_of(experiment: Experiment) -> str:
    """How the axis of the trace is called."""
    mark = annotations(experiment.model.neuron.state)["v"]
    return axis_label(plain_symbol("v", mark), mark.unit)


def file_of(found: Map, kind: str) -> dict[str, Any]:
    """A map as a file, as `file` of the hand takes it."""
    name = f"map-{found.x.short}-{found.y.short}"
    if kind == "csv":
        return {"name": f"{name}.csv", "type": "text/csv", "data": found.to_csv()}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "map.nc"
        found.save(path)
        return {"name": f"{name}.nc", "type": "application/x-netcdf", "data": path.read_bytes()}
