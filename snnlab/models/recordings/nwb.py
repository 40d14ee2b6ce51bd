"""Current-clamp recordings of files in the format Neurodata Without Borders 2: HDF5 with named series.

What is read, of https://nwb-schema.readthedocs.io: a stimulus in /stimulus/presentation is data * conversion + offset
in A, a response in /acquisition likewise in V, each with timestamps in s, or with a starting time and a rate. The
`bias_current` of a response, in A, flowed besides the stimulus.
"""

import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from snnlab.engine.hdf5 import Unsafe, gone_through, outside, unfolded

from ..limits import MAX_BYTES
from . import sweep
from .sweep import EDGE, Columns, Sweep, Unfit, Window, check_samples, check_sweeps, lasting, sweeps_of

MAX_TOTAL = MAX_BYTES // 2  # samples of all sweeps: a small file may unfold into more than a large one holds
HDF5 = b"\x89HDF\r\n\x1a\n"  # how such a file begins
STIMULUS, RESPONSE = "CurrentClampStimulusSeries", "CurrentClampSeries"
TABLE = "general/intracellular_ephys/intracellular_recordings"
UNITS = {"amperes": 1e12, "volts": 1e3}  # pA and mV in the units of the format


class Piece(NamedTuple):
    """So many samples of a series; all of them unless a number is given."""

    series: Any
    start: int = 0
    samples: int | None = None


def read_nwb(data: bytes, name: str, window: Window) -> tuple[Sweep, ...]:
    """The sweeps of a file, each with the response that belongs to it where there is one.

    A sweep's time begins with 0, and it lasts as long as both were recorded: NaN at an end, with which some programs
    fill up, is left out. Raises ValueError, in words for the person who chose the file.
    """
    import h5py  # slow to load: when a file is opened

    try:
        with tempfile.NamedTemporaryFile(suffix=".nwb", delete=False) as copy:
            copy.write(data)
        try:
            gone_through(copy.name)
        finally:
            os.unlink(copy.name)
        with h5py.File(io.BytesIO(data), "r") as file:
            if not str(file.attrs.get("nwb_version", "")).startswith("2"):
                raise Unfit("it does not say that it is an .nwb file of version 2")
            if elsewhere := outside(file):
                raise Unfit(f"{elsewhere} is in another file")
            found: list[Columns] = []
            for k, (stimulus, response) in enumerate(paired(file), start=1):
                found.append(_columns(k, stimulus, response, window))
                if sum(len(one.time) for one in found) > MAX_TOTAL:
                    raise Unfit(f"more than {MAX_TOTAL:,} samples in all its sweeps")
            return sweeps_of(name, found)
    except Unfit:
        raise
    except Unsafe as error:
        raise Unfit(str(error)) from error
    except Exception as error:  # h5py raises whatever its reading stumbles over
        why = "it is damaged, or lacks what belongs to a series" if data[: len(HDF5)] == HDF5 else "it is no HDF5"
        raise Unfit(
            f"{name} cannot be read as Neurodata Without Borders ({why}): "
            "give an .nwb file of version 2 with current-clamp series"
        ) from error


# -- which response belongs to which stimulus -------------------------------------------------------------------------


def paired(file: Any) -> list[tuple[Piece, Piece | None]]:
    """Stimuli and their responses, as the file's table of recordings has them; without it, those of one sweep number
    and electrode; of names with the same numbers; in their order, where there are as many.
    """
    stimuli, responses = _series(file, "stimulus/presentation", STIMULUS), _series(file, "acquisition", RESPONSE)
    if rows := list(_rows(file)):
        return rows
    if not stimuli:
        raise Unfit(f"it has no {STIMULUS} in /stimulus/presentation: give a file with current-clamp series")
    check_sweeps(len(stimuli))
    found = _by(_sweep_number, stimuli, responses) or _by(_numbers_in_name, stimuli, responses)
    if found is None:
        found = list(zip(stimuli, responses if len(responses) == len(stimuli) else [None] * len(stimuli)))
    return [(Piece(stimulus), response and Piece(response)) for stimulus, response in found]


def _series(file: Any, folder: str, kind: str) -> list[Any]:
    """The series of this kind, in the order of their sweeps."""
    found = [one for one in file.get(folder, {}).values() if one.attrs.get("neurodata_type") == kind]
    return sorted(found, key=lambda one: (int(one.attrs.get("sweep_number", 0)), _numbers_in_name(one), one.name))


def _rows(file: Any) -> Iterator[tuple[Piece, Piece | None]]:
    """What the table of recordings says, as far as it is about currents."""
    if TABLE not in file:
        return
    stimuli, responses = (_own(file[f"{TABLE}/{column}"]) for column in ("stimuli/stimulus", "responses/response"))
    check_sweeps(len(stimuli))
    for given, measured in zip(stimuli[()].tolist(), responses[()].tolist(), strict=True):
        stimulus, response = (_piece(file, one, kind) for one, kind in ((given, STIMULUS), (measured, RESPONSE)))
        if stimulus is not None:
            yield stimulus, response


def _piece(file: Any, cell: tuple, kind: str) -> Piece | None:
    """What a cell of the table refers to: (first sample, number of samples, series); none where its number is -1."""
    start, samples, reference = cell
    if start < 0 or samples < 0 or not reference or file[reference].attrs.get("neurodata_type") != kind:
        return None
    return Piece(file[reference], start, samples)


def _by(key: Callable, stimuli: list, responses: list) -> list[tuple[Any, Any]] | None:
    """Each stimulus with the response of the same key; None where keys are missing or the same, or none fits."""
    known = {key(one): one for one in responses}
    keys = [key(one) for one in stimuli]
    if None in keys or len(set(keys)) < len(keys) or len(known) < len(responses) or not known.keys() & set(keys):
        return None
    return [(one, known.get(k)) for one, k in zip(stimuli, keys)]


def _sweep_number(series: Any) -> tuple | None:
    number = series.attrs.get("sweep_number")
    return None if number is None else (int(number), series.get("electrode"))


def _numbers_in_name(series: Any) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", _short(series))))


def _short(series: Any) -> str:
    return series.name.rpartition("/")[2]


# -- samples ----------------------------------------------------------------------------------------------------------


def _columns(number: int, stimulus: Piece, response: Piece | None, window: Window) -> Columns:
    """Time in ms, current in pA, and voltage in mV at the same times, where there is a response."""
    name = _short(stimulus.series)
    called = f"sweep {number} ({name})"
    begin, time = _clock(stimulus)
    at, inside = time, slice(0, len(time))
    if response is not None:
        other, at = _clock(response)
        at = at + (other - begin) * 1000
        ends = (at[0] - EDGE, at[-1] + EDGE) if len(at) else (np.inf, np.inf)
        inside = slice(*np.searchsorted(time, ends))
    read = window.of(time[inside])
    time, whole = time[inside][read], lasting(time[inside])
    current = _values(stimulus, slice(inside.start + read.start, inside.start + read.stop), "amperes")
    voltage = None
    if response is not None and len(time):
        # a sample before and one after: what is between is on the line from one to the other
        first, last = np.searchsorted(at, time[[0, -1]]).tolist()
        near = slice(max(0, first - 1), min(len(at), last + 1))
        measured = _values(response, near, "volts")
        at = at[near][: _recorded(measured)]
        measured = measured[: len(at)]
        check_samples(response.series.name, at, measured)
        time = time[: np.searchsorted(time, at[-1] + EDGE)] if len(at) else time[:0]
        voltage = np.interp(time, at, measured) if len(time) else None
        current = current + _bias(response)
    time = time[: _recorded(current[: len(time)])]
    if len(time) < 2:
        raise Unfit(f"{called} has fewer than two samples at which current and response were recorded")
    current = current[: len(time)]
    check_samples(stimulus.series.name, time, current)
    return Columns(time - time[0], current, None if voltage is None else voltage[: len(time)], whole, name)


def _clock(piece: Piece) -> tuple[float, np.ndarray]:
    """The time of the first sample in s, and the times of all of them from there in ms."""
    series = piece.series
    count = len(series["data"]) - piece.start if piece.samples is None else piece.samples
    if count > MAX_TOTAL:
        raise Unfit(f"{series.name} has {count:,} samples: at most {MAX_TOTAL:,} are read")
    if "timestamps" in series:
        stamps = _numbers(series["timestamps"], piece.start, count)
        stamps = stamps[: _recorded(stamps)]
        begin = float(stamps[0]) if len(stamps) else 0.0
        time = (stamps - begin) * 1000
        check_samples(series.name, time)
        return begin, time
    start = _own(series["starting_time"])
    rate = float(start.attrs["rate"])
    if not 0 < rate < np.inf:
        raise Unfit(f"{series.name} has a rate of {rate:g} Hz")
    return float(start[()]) + piece.start / rate, np.arange(count) * 1000 / rate


def _values(piece: Piece, part: slice, unit: str) -> np.ndarray:
    """These samples of a piece, in pA or mV."""
    data = piece.series["data"]
    if data.attrs["unit"] != unit:
        raise Unfit(f"{piece.series.name} is in {data.attrs['unit']!r}, not in {unit!r}")
    scale, offset = (float(data.attrs.get(name, usual)) for name, usual in (("conversion", 1.0), ("offset", 0.0)))
    numbers = _numbers(data, piece.start + part.start, max(0, part.stop - part.start))
    return numbers * (scale * UNITS[unit]) + offset * UNITS[unit]


def _bias(response: Piece) -> float:
    """The current in pA that an amplifier passed besides the stimulus; 0 where none is told, or it is not known."""
    if "bias_current" not in response.series:
        return 0.0
    found = response.series["bias_current"]
    unit = found.attrs.get("unit", "amperes")
    if unit != "amperes":
        raise Unfit(f"{found.name} is in {unit!r}, not in 'amperes'")
    current = float(_own(found)[()]) * UNITS["amperes"]
    if np.isinf(current):
        raise Unfit(f"{found.name} is not finite")
    return 0.0 if np.isnan(current) else current


def _recorded(values: np.ndarray) -> int:
    """How many samples there are up to the last that is a number."""
    there = np.flatnonzero(np.isfinite(values))
    return int(there[-1]) + 1 if len(there) else 0


def _numbers(dataset: Any, start: int, count: int) -> np.ndarray:
    if _own(dataset).ndim != 1 or dataset.dtype.kind not in "iuf":
        raise Unfit(f"{dataset.name} is not one row of numbers")
    if start + count > len(dataset):
        raise Unfit(f"{dataset.name} has {len(dataset):,} samples, where {start + count:,} are needed")
    return dataset[start : start + count].astype(float)


# -- a file from anywhere ---------------------------------------------------------------------------------------------


def _own(dataset: Any) -> Any:
    """A dataset whose numbers are in this file, and unfold to no more than is read."""
    unfolded(dataset)
    if max(dataset.chunks or (0,)) > sweep.MAX_SAMPLES:
        raise Unfit(f"{dataset.name} is packed in pieces of {max(dataset.chunks):,} samples")
    return dataset
