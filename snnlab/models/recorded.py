"""Currents that were recorded: CSV with two columns, Axon Binary Format, or Neurodata Without Borders."""

import re
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from .units import factor

MAX_BYTES = 20_000_000
MAX_SAMPLES = 1_000_000


@dataclass(frozen=True, eq=False)
class Sweep:
    """A recorded sweep: ascending times in ms, current in pA, and the measured voltage in mV where there is one."""

    name: str
    time: np.ndarray
    current: np.ndarray
    voltage: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for columns that are not of one length, not finite or too short, and unordered times."""
        columns = {name: x for name in ("time", "current", "voltage") if (x := getattr(self, name)) is not None}
        for name, given in columns.items():
            columns[name] = np.array(given, dtype=float)  # a copy that nobody can write to
            columns[name].flags.writeable = False
            object.__setattr__(self, name, columns[name])
        lengths = {name: x.shape for name, x in columns.items()}
        if len(set(lengths.values())) > 1 or columns["time"].ndim != 1 or len(columns["time"]) < 2:
            shown = ", ".join(f"{name} {list(shape)}" for name, shape in lengths.items())
            raise ValueError(f"{self.name or 'a sweep'} has columns {shown}: give two samples or more of each, as many")
        finite = [x for name, x in columns.items() if name == "current"]
        check_samples(self.name or "a sweep", columns["time"], *finite)

    @property
    def duration(self) -> float:
        """Length in ms, the last sample lasting as long as the one before."""
        return float(2 * self.time[-1] - self.time[-2] - self.time[0])

    def averaged(self, n: int, dt: float) -> np.ndarray:
        """Mean current in each of n steps of dt [ms]; samples hold until the next, and outside the sweep it is 0."""
        time = np.append(self.time - self.time[0], self.duration)
        charge = np.append(0.0, np.cumsum(self.current * np.diff(time)))
        return np.diff(np.interp(np.arange(n + 1) * dt, time, charge)) / dt


def read(data: bytes, name: str) -> tuple[Sweep, ...]:
    """The sweeps of a file, told apart by its name's ending (.csv, .abf or .nwb).

    Raises ValueError, in words for the person who chose the file, for what is not a recording.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"{name} has {len(data) / 1e6:.1f} MB: at most {MAX_BYTES / 1e6:.0f} MB are read")
    ending = Path(name).suffix.lower()
    if ending not in READERS:
        raise ValueError(f"{name} ends in {ending!r}: give a file that ends in {' or '.join(READERS)}")
    return READERS[ending](data, name)


def check_length(samples: int, name: str) -> None:
    if samples > MAX_SAMPLES:
        raise ValueError(f"{name} has {samples:,} samples a sweep: at most {MAX_SAMPLES:,} are read")


def check_samples(name: str, time: np.ndarray, *columns: np.ndarray) -> None:
    """Raises ValueError that names the sample for what is not finite, and for times that do not ascend."""
    rows = np.stack([time, *columns], axis=1)
    if bad := np.flatnonzero(~np.isfinite(rows).all(axis=1)).tolist():
        shown = ", ".join(map(str, rows[bad[0]].tolist()))
        raise ValueError(f"{name}, sample {bad[0] + 1}: {shown} is not finite: give numbers")
    if (back := np.flatnonzero(np.diff(time) <= 0)).size:
        raise ValueError(
            f"{name}, sample {back[0] + 2}: time {time[back[0] + 1]:g} ms does not follow {time[back[0]]:g} ms: "
            "times must ascend"
        )


def table(text: str) -> tuple[tuple[float, float], ...]:
    """Pairs (time in ms, value) of pasted text, the `source` of a Table: two columns, with a line of titles or none.

    Comma, semicolon, tab or spaces are between the columns. Raises ValueError that names the line.

    >>> table("0 0.5\\n10 1.5")
    ((0.0, 0.5), (10.0, 1.5))
    >>> from snnlab.models import Table
    >>> Table(source=table("time (ms), current\\n0, 0.5\\n10, 1.5"), between="hold").sample(4, dt=5.0).tolist()
    [0.5, 0.5, 1.5, 1.5]
    """
    return tuple(map(tuple, np.stack(_columns(text, "the table", "time in ms and a value"), axis=1).tolist()))


def _columns(text: str, name: str, what: str, unit: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Two columns, times and values, after a line of titles or none; comma, semicolon, tab or spaces between.

    Titles may have units, as in time (s): columns are given in ms and, where it has one, in `unit`.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    check_length(len(lines) - 1, name)  # before the work of reading them
    separator = next((s for s in ",;\t" if lines and s in lines[0][1]), None)
    rows, scales = [], (1.0, 1.0)
    for number, line in lines:
        row = [cell.strip().strip('"') for cell in line.split(separator)]
        if len(row) != 2:
            raise ValueError(
                f"{name}, line {number}: {len(row)} column{'s' * (len(row) > 1)}, where two are needed: {what}"
            )
        values = [number_in(cell) for cell in row]
        if None not in values:
            rows.append(values)
        elif rows or values != [None, None]:  # the first line may hold titles
            raise ValueError(f"{name}, line {number}: {', '.join(row)!r} are not two numbers")
        else:
            scales = _scale(row[0], "ms", name), _scale(row[1], unit, name)
    check_length(len(rows), name)
    if len(rows) < 2:
        raise ValueError(f"{name} has fewer than two lines of numbers: at least two samples are needed")
    time, values = (column * scale for column, scale in zip(np.array(rows).T, scales))
    check_samples(name, time, values)
    return time, values


def _scale(title: str, unit: str, name: str) -> float:
    """By what a column is multiplied, from the unit in its title. Raises ValueError for one of another kind."""
    found = re.search(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]", title)
    if found is None or not unit:
        return 1.0
    try:
        return float(f"{factor(found[1], unit):.12g}")  # 1 nA is 1000 pA to the last digit
    except ValueError as error:
        raise ValueError(
            f"{name}, line 1: {title!r} has the unit {found[1]!r}: give one of the kind of {unit}"
        ) from error


def _read_csv(data: bytes, name: str) -> tuple[Sweep]:
    what = "time in ms and current in pA"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is not a text file: give two columns of numbers, {what}") from error
    return (Sweep(name, *_columns(text, name, what, "pA")),)


def number_in(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _read_abf(data: bytes, name: str) -> tuple[Sweep, ...]:
    import pyabf  # brings pandas: only when a recording is opened

    with tempfile.TemporaryDirectory() as folder:  # pyabf reads from a path only
        path = Path(folder) / "recording.abf"
        path.write_bytes(data)
        try:
            abf = pyabf.ABF(path, loadData=False)
            if abf.sweepPointCount < 2:
                raise ValueError(f"{abf.sweepCount:,} sweeps without samples")
            check_length(abf.sweepPointCount, name)
            abf = pyabf.ABF(path)
            if abf.sweepUnitsC not in PICOAMPERE:
                raise ValueError(f"its command is in {abf.sweepUnitsC!r}, not a current in {' or '.join(PICOAMPERE)}")
            sweeps = []
            for number in abf.sweepList:
                abf.setSweep(number)
                measured = np.asarray(abf.sweepY, dtype=float) if abf.sweepUnitsY == "mV" else None
                title = f"{name}, sweep {number + 1} of {abf.sweepCount}"
                current = np.asarray(abf.sweepC, dtype=float) * PICOAMPERE[abf.sweepUnitsC]
                sweeps.append(Sweep(title, abf.sweepX * 1000.0, current, measured))
        except Exception as error:  # pyabf raises whatever its parsing stumbles over
            raise ValueError(
                f"{name} cannot be read as Axon Binary Format ({error}): give an .abf file of version 1 or 2"
            ) from error
    if not all(np.isfinite(s.current).all() for s in sweeps):
        raise ValueError(f"{name} holds no command current that can be read: its protocol refers to another file")
    return tuple(sweeps)


def _read_nwb(data: bytes, name: str) -> tuple[Sweep, ...]:
    from .nwb import read_nwb  # it makes Sweeps

    return read_nwb(data, name)


PICOAMPERE = {"pA": 1.0, "nA": 1000.0}  # pA in each unit
READERS = {".csv": _read_csv, ".abf": _read_abf, ".nwb": _read_nwb}


@cache
def example() -> Sweep:
    """The recording that comes with snnlab: a cell under a current ramp (origin in data/README.md)."""
    data = files("snnlab.models") / "data" / "17o05027_ic_ramp.abf"
    return read(data.read_bytes(), data.name)[1]  # the first sweep has no current
