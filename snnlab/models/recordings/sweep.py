"""A recorded sweep, and what its reader checks: samples that are finite, times that ascend, how much is read."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from snnlab.core.names import writable

MAX_SAMPLES = 1_000_000
MAX_SWEEPS = 2000
NAME = 300  # characters of a name: that of a file, the sweep's number, what else tells it apart
EDGE = 1e-6  # ms: rounding must not cost a sample


class Unfit(ValueError):
    """What is wrong with a file, in words for the person who chose it; libraries raise other errors."""


class TooLong(Unfit):
    """More samples than are read at once; a window up to `end` [ms] is not."""

    def __init__(self, samples: int, end: float) -> None:
        self.end = end
        super().__init__(
            f"{samples:,} samples a sweep: at most {MAX_SAMPLES:,} are read at once; "
            f"give a window of it, such as start=0, end={end:g} (ms)"
        )


class Window(NamedTuple):
    """The part of each sweep that is read, in ms from its beginning: from `start` until before `end`."""

    start: float = 0.0
    end: float = math.inf

    def of(self, time: np.ndarray) -> slice:
        """Which of these samples, of ascending times, are inside. Raises TooLong."""
        first, last = np.searchsorted(time, [time[0] + x - EDGE for x in self]) if len(time) else (0, 0)
        if last - first < 2 <= len(time):
            many = "one sample" if last > first else "no samples"
            raise Unfit(
                f"it has {many} from {self.start:,.10g} to {self.end:,.10g} ms of its {lasting(time):,.10g} ms: "
                "at least two are needed"
            )
        if last - first > MAX_SAMPLES:
            raise TooLong(last - first, round(float(time[first + MAX_SAMPLES] - time[0]), 6))
        return slice(int(first), int(last))


@dataclass(frozen=True, eq=False)
class Sweep:
    """A recorded sweep: ascending times in ms, current in pA, and the measured voltage in mV where there is one.

    `whole` is how long it lasts in ms where this is a window of it, `largest` the largest current of all sweeps that
    were recorded with it.
    """

    name: str
    time: np.ndarray
    current: np.ndarray
    voltage: np.ndarray | None = None
    whole: float = 0.0
    largest: float = 0.0

    def __post_init__(self) -> None:
        """Raises ValueError for columns that are not of one length, not finite or too short, and unordered times."""
        object.__setattr__(self, "name", writable(self.name)[:NAME])
        columns = {name: x for name in ("time", "current", "voltage") if (x := getattr(self, name)) is not None}
        for name, given in columns.items():
            columns[name] = np.array(given, dtype=float)  # a copy that nobody can write to
            columns[name].flags.writeable = False
            object.__setattr__(self, name, columns[name])
        lengths = {name: x.shape for name, x in columns.items()}
        if len(set(lengths.values())) > 1 or columns["time"].ndim != 1 or len(columns["time"]) < 2:
            shown = ", ".join(f"{name} {list(shape)}" for name, shape in lengths.items())
            raise Unfit(f"{self.name or 'a sweep'} has columns {shown}: give two samples or more of each, as many")
        finite = [x for name, x in columns.items() if name == "current"]
        check_samples(self.name or "a sweep", columns["time"], *finite)
        object.__setattr__(self, "whole", max(self.whole, self.duration))
        object.__setattr__(self, "largest", max(self.largest, float(np.abs(self.current).max())))

    @property
    def duration(self) -> float:
        """Length in ms, the last sample lasting as long as the one before."""
        return lasting(self.time)

    def averaged(self, n: int, dt: float) -> np.ndarray:
        """Mean current in each of n steps of dt [ms]; samples hold until the next, and outside the sweep it is 0."""
        time = np.append(self.time - self.time[0], self.duration)
        charge = np.append(0.0, np.cumsum(self.current * np.diff(time)))
        return np.diff(np.interp(np.arange(n + 1) * dt, time, charge)) / dt


def lasting(time: np.ndarray) -> float:
    """How long samples at these times last, the last one as long as the one before."""
    return float(2 * time[-1] - time[-2] - time[0]) if len(time) > 1 else 0.0


def check_samples(name: str, time: np.ndarray, *columns: np.ndarray) -> None:
    """Raises ValueError that names the sample for what is not finite, and for times that do not ascend."""
    rows = np.stack([time, *columns], axis=1)
    if bad := np.flatnonzero(~np.isfinite(rows).all(axis=1)).tolist():
        shown = ", ".join(map(str, rows[bad[0]].tolist()))
        raise Unfit(f"{name}, sample {bad[0] + 1}: {shown} is not finite: give numbers")
    if (back := np.flatnonzero(np.diff(time) <= 0)).size:
        raise Unfit(
            f"{name}, sample {back[0] + 2}: time {time[back[0] + 1]:g} ms does not follow {time[back[0]]:g} ms: "
            "times must ascend"
        )


def check_sweeps(number: int) -> None:
    if number > MAX_SWEEPS:
        raise Unfit(f"{number:,} sweeps, of which at most {MAX_SWEEPS:,} are read")


# -- sweeps of one file -----------------------------------------------------------------------------------------------


class Columns(NamedTuple):
    """A sweep before it has its name: its columns, how long it was, what else tells it apart from others."""

    time: np.ndarray
    current: np.ndarray
    voltage: np.ndarray | None
    whole: float
    called: str = ""


def sweeps_of(file: str, parts: list[Columns]) -> tuple[Sweep, ...]:
    """The sweeps of a file, each named by its number and its current."""
    largest = max((float(np.abs(one.current).max(initial=0)) for one in parts), default=0.0)
    names = [
        f"{file}, sweep {k} ({in_picoampere(level)}){one.called and f', {one.called}'}"
        for k, (one, level) in enumerate(zip(parts, levels([one.current for one in parts])), start=1)
    ]
    return tuple(Sweep(name, *one[:4], largest) for name, one in zip(names, parts))


def levels(currents: list[np.ndarray]) -> list[float]:
    """The current that tells each sweep from the others: that at the time at which they differ most. Of equal sweeps,
    and of those of different lengths, which are of different protocols, the current that is largest by amount.
    """
    if len({len(current) for current in currents}) == 1:
        low, high = np.array(currents[0]), np.array(currents[0])
        for current in currents[1:]:
            np.minimum(low, current, out=low)
            np.maximum(high, current, out=high)
        if (high > low).any():
            at = int(np.argmax(high - low))
            return [float(current[at]) for current in currents]
    return [float(current[np.argmax(np.abs(current))]) if len(current) else 0.0 for current in currents]


def in_picoampere(current: float) -> str:
    """A current as it is read in a menu: four digits of it.

    >>> in_picoampere(-0.0), in_picoampere(-100.00001), in_picoampere(12345.6)
    ('0 pA', '-100 pA', '12,350 pA')
    """
    rounded = float(f"{current:.4g}") + 0.0
    return f"{rounded:,.10g} pA" if abs(rounded) < 1e6 else f"{rounded:g} pA"
