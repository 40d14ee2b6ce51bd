"""How far the spikes of each point of a map are from those of the cell whose recording drives it."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from snnlab.engine import Recording
from snnlab.models import Experiment, Sweep

from .agreement import TAU, WINDOW, cell_spikes
from .distances import coincidence_factor, van_rossum
from .grid import Batch, Grid
from .tally import LOST, Measure

BESIDE = {
    "gamma": Measure("1", f"coincidence factor of the spikes with those of the cell, within {WINDOW:g} ms"),
    "distance": Measure("1", f"distance of van Rossum from the spikes of the cell, with tau = {TAU:g} ms"),
}


def cell_of(experiment: Experiment) -> Sweep | None:
    """The recording that drives an experiment and has the voltage of a cell; None where there is none."""
    source = experiment.stimulus.source
    return source if isinstance(source, Sweep) and source.voltage is not None else None


def beside(
    grid: Grid, names: Iterable[str], cancelled: Callable[[], bool], progress: Callable[[float], Any]
) -> dict[str, np.ndarray]:
    """Those measures of `BESIDE`, [points], as `agreement` has them; nan where there is none.

    Raises ValueError where no recording with a measured voltage drives the experiment.
    """
    sweep = cell_of(grid.one)
    if sweep is None:
        raise ValueError("no recording with a measured voltage drives this: give Experiment.under(sweep)")
    end = min(grid.steps * grid.dt, sweep.duration)
    cell, found = cell_spikes(sweep), {name: np.full(grid.size, np.nan) for name in names}
    cell = cell[cell <= end]
    measures: dict[str, Callable[[np.ndarray], float | None]] = {
        "gamma": lambda times: coincidence_factor(cell, times, WINDOW, end),
        "distance": lambda times: van_rossum(cell, times, TAU),
    }

    def take(batch: Batch, recording: Recording) -> None:
        for k, point in enumerate(batch.points):
            if float(recording.state[LOST].reshape(-1)[k]):
                continue
            times = recording.spike_times(k)
            times = times[times <= end]
            for name, values in found.items():
                value = measures[name](times)
                values[point] = np.nan if value is None else value

    grid.run(grid.batches(), ("v",) if grid.neuron.crosses else (), take, cancelled, progress)
    return found
