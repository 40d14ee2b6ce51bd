"""Firing patterns over a map, told where they change: between points that have the same, there is one pattern."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from snnlab.engine import Recording
from snnlab.models.result import current_of

from .grid import Batch, Grid
from .patterns import SIGNATURES, STEP, classify
from .rhythm import NAMES
from .tally import LOST

WIDEST = 4  # points from one that is told for certain to the next
BYTES = 8  # a step: of voltages, and of their copy
NONE, GONE = "too few spikes", "diverged"  # for a rhythm; there are no numbers
_OF_STEPS, _OTHERS = ([one.pattern for one in SIGNATURES if (one.forms == STEP) == step] for step in (True, False))
PATTERNS = (*_OF_STEPS, *NAMES, NONE, GONE, *_OTHERS)  # all that there are; first those that meet on a map most


def patterns(grid: Grid, cancelled: Callable[[], bool], progress: Callable[[float], Any]) -> np.ndarray:
    """The name of the firing pattern of each point, [y, x]: of the twenty, or of a rhythm, as `classify` tells it.

    Every fourth point of each row and column is told; of all others, those that do not lie between four of the same
    pattern: what is smaller than that may be missed.
    """
    shape = len(grid.axes[1].values), len(grid.axes[0].values)
    found = np.full(shape, "", dtype="<U32")
    width = WIDEST
    while width >= 1:
        wanted = _between(found, width)
        if len(wanted):
            _tell(grid, wanted, found, cancelled)
        progress(1 / width)
        width //= 2
    return found


def _between(found: np.ndarray, width: int) -> np.ndarray:
    """The points of a lattice of this width that are to be told; others get the pattern of those around them."""
    first = width == WIDEST
    lines = [np.unique([*range(0, n, width), n - 1]) for n in found.shape]
    coarse = [np.unique([*range(0, n, 2 * width), n - 1]) for n in found.shape]
    row, column = (one.ravel() for one in np.meshgrid(*lines, indexing="ij"))
    new = found[row, column] == ""
    row, column = row[new], column[new]
    if first:
        return row * found.shape[1] + column
    low = [lattice[np.searchsorted(lattice, at, "right") - 1] for lattice, at in zip(coarse, (row, column))]
    high = [lattice[np.searchsorted(lattice, at, "left")] for lattice, at in zip(coarse, (row, column))]
    corners = np.stack([found[j, i] for j in (low[0], high[0]) for i in (low[1], high[1])])
    same = (corners == corners[0]).all(0)
    found[row[same], column[same]] = corners[0][same]
    return row[~same] * found.shape[1] + column[~same]


def _tell(grid: Grid, points: np.ndarray, found: np.ndarray, cancelled: Callable[[], bool]) -> None:
    """Run these points, and write down their patterns."""

    def take(batch: Batch, recording: Recording) -> None:
        currents = [current_of(inputs()) for inputs in batch.inputs]
        voltages = recording.variables["v"].T.contiguous().numpy()
        onset, end = (grid.dt * np.broadcast_to(one.numpy(), len(voltages)) for one in (batch.onset, batch.end))
        lost = torch.as_tensor(recording.state[LOST]).expand(len(voltages)) > 0
        for k, v in enumerate(voltages):
            name = GONE
            if not lost[k]:
                current = currents[k if len(currents) > 1 else 0].numpy()
                window = float(onset[k]), float(end[k])
                name = classify(recording.spike_times(k), current, v, recording.dt, window).pattern or NONE
            found.flat[batch.points[k]] = name

    grid.run(grid.batches(points, BYTES), ("v",), take, cancelled, lambda part: None)
