"""The spikes of many neurons as a picture of few numbers."""

import numpy as np

from snnlab.core.check import check

from .reading import Given, spike_table


def raster_image(spikes: Given, dt: float | None = None, columns: int = 300, rows: int = 120) -> np.ndarray:
    """How many spikes each part of a raster has: counts [rows, columns], neurons upwards and time to the right.

    Of a recording, or of spikes [T, N], True or 1 at a spike, and their dt [ms]. There are as many rows and columns as
    asked for, or as many as neurons and steps, where these are fewer. Raises ValueError as `spike_counts` does, and for
    fewer than one row or column.

    >>> raster_image([[1, 0], [1, 1], [0, 0], [0, 1]], dt=1.0, columns=2)
    array([[2, 0],
           [1, 1]])
    """
    fired, _ = spike_table(spikes, dt)
    for name, value in (("columns", columns), ("rows", rows)):
        check(name, value, lambda n: n >= 1, "1 or more")
    steps, neurons = fired.shape
    columns, rows = min(columns, steps), min(rows, neurons)
    when, who = np.divmod(np.flatnonzero(fired), neurons)
    place = who * rows // neurons * columns + when * columns // steps
    return np.bincount(place, minlength=rows * columns).reshape(rows, columns)
