"""What two knobs of an experiment do: its measures on a grid of their values, in one run of many neurons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from snnlab.core import Unknown, what_is
from snnlab.engine.coarse import unjudged
from snnlab.engine.labelled import netcdf
from snnlab.models import Experiment, NeuronModel

from .grid import Axis, Grid, axis_of
from .map_agreement import BESIDE, beside
from .map_patterns import patterns
from .tally import MEASURES, Measure, measured

if TYPE_CHECKING:
    import xarray as xr

PATTERN = "pattern"
ALL = MEASURES | {PATTERN: Measure("1", "firing pattern, by its name (Izhikevich 2004), or rhythm")} | BESIDE
USUAL = ("rate", "latency", "cv", "adaptation")
Span = tuple[str, float, float, int] | tuple[str, Sequence[float]]


@dataclass(frozen=True, eq=False)
class Map:
    """Measures over two knobs, each [len(y), len(x)]; nan where there is none, or where the run diverged."""

    x: Axis
    y: Axis
    measures: dict[str, np.ndarray]
    experiment: str = field(default="", repr=False)  # as JSON

    def to_xarray(self) -> "xr.Dataset":
        """A dataset of the measures along both knobs, with units, and the experiment as JSON.

        From there, NetCDF (`save`) and, where zarr is installed, `to_xarray().to_zarr(...)`.
        """
        import xarray as xr  # takes a second

        names = self._names()
        of = {name: ((names[1], names[0]), x, _about(name)) for name, x in self.measures.items()}
        about = {"experiment": self.experiment, "snnlab": version("snnlab")}
        found = xr.Dataset(of, dict(zip(names, (self.x.values, self.y.values))), about)
        for name, axis in zip(names, (self.x, self.y)):
            found[name].attrs |= {"units": axis.unit, "long_name": axis.label, "knob": axis.knob}
        return found

    def save(self, path: str | PathLike[str]) -> None:
        """Write `to_xarray()` to a NetCDF file (.nc). Raises ValueError for another ending."""
        if (ending := Path(path).suffix.lower()) != ".nc":
            raise ValueError(f"path = {fspath(path)!r} ends in {ending!r}: give one that ends in '.nc', or use to_csv")
        Path(path).write_bytes(netcdf({"/": self.to_xarray()}))

    def to_csv(self, path: str | PathLike[str] | None = None) -> str | None:
        """A table with one row a point: both knobs and the measures; the text where no path is given."""
        import pandas as pd  # takes half a second

        y, x = np.meshgrid(self.y.values, self.x.values, indexing="ij")
        marks = [(name, axis.unit) for name, axis in zip(self._names(), (self.x, self.y))]
        marks += [(name, _about(name)["units"]) for name in self.measures]
        columns = (x, y, *self.measures.values())
        named = [name if unit == "1" else f"{name} ({unit})" for name, unit in marks]
        return pd.DataFrame({n: c.ravel() for n, c in zip(named, columns)}).to_csv(
            path, index=False, lineterminator="\n"
        )

    def _names(self) -> tuple[str, str]:
        same = self.x.short == self.y.short
        return (self.x.knob, self.y.knob) if same else (self.x.short, self.y.short)


def _about(name: str) -> dict[str, str]:
    return {"units": ALL[name].unit, "long_name": ALL[name].doc}


def sweep(
    experiment: Experiment,
    x: Span,
    y: Span,
    measures: Sequence[str] = USUAL,
    *,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[float], Any] | None = None,
) -> Map:
    """Measures of a neuron over two knobs of its experiment: one run of as many neurons as there are points.

    `x` and `y` are (knob, low, high, number of points), evenly apart, by factors where the knob's slider is
    logarithmic; or (knob, values). Knobs are called by `knobs_of`: "model.tau_mem", "stimulus.amplitude", "initial.v".
    What is summed up in the kernel gives "rate" (Hz, while the stimulus lasts), "latency" (ms after its onset), "cv"
    and "adaptation" of inter-spike intervals, and the number of "spikes". No spikes are kept, so memory does not grow
    with the number of points but for the map itself. "pattern" is the name of the firing pattern as `classify` tells
    it, which takes half a millisecond for each point; those that lie between others of one pattern get its name.
    Under a recording with the voltage of a cell, "gamma" and "distance" compare the spikes with the cell's, as
    `agreement` does.

    Each point is the first neuron of a population, which is without noise; that of a single neuron is drawn anew in
    each point.

    `cancelled` and `progress`, which gets the part that is done, are called now and then. Raises ValueError for what is
    no such knob and for values that are not allowed, Cancelled when asked to stop.

    >>> from snnlab.models import LIF, Constant
    >>> found = sweep(
    ...     Experiment(LIF(), Constant(), {"duration": 200}),
    ...     ("stimulus.amplitude", [0.5, 1.5]), ("model.tau_mem", [10.0, 20.0]), ("rate", "latency"),
    ... )
    >>> found.measures["rate"]  # 1 / (10 ms ln 3) is 91 Hz
    array([[ 0., 90.],
           [ 0., 45.]])
    """
    if not isinstance(experiment, Experiment):
        raise ValueError(f"experiment is {what_is(experiment)}: give an Experiment, Experiment(AdEx()) for one")
    if not isinstance(experiment.model, NeuronModel):
        raise ValueError(f"experiment has {what_is(experiment.model)}: maps are made of neurons")
    for name in measures:
        if name not in ALL:
            raise Unknown("the measure", name, ALL)
    axes = axis_of("x", experiment, x), axis_of("y", experiment, y)
    if axes[0].knob == axes[1].knob:
        raise ValueError(f"x and y are both {axes[0].knob}: give two knobs")
    grid = Grid(experiment, *axes)
    asking = cancelled or (lambda: False), progress or (lambda part: None)
    found: dict[str, np.ndarray] = {}
    with unjudged():
        if set(measures) & set(MEASURES):
            found = measured(*grid.counts(*asking), grid.dt)
        if PATTERN in measures:
            found[PATTERN] = patterns(grid, *asking)
        if others := [name for name in measures if name in BESIDE]:
            found |= beside(grid, others, *asking)
    shape = len(axes[1].values), len(axes[0].values)
    return Map(*axes, {name: found[name].reshape(shape) for name in measures}, experiment.to_json())
