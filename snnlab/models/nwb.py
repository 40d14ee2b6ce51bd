"""Current-clamp recordings of files in the format Neurodata Without Borders 2: HDF5 with named series.

What is read, of https://nwb-schema.readthedocs.io: a stimulus in /stimulus/presentation is data * conversion + offset
in A, a response in /acquisition likewise in V, each with timestamps in s, or with a starting time and a rate.
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .recorded import MAX_BYTES, MAX_SAMPLES, Sweep, check_length, check_samples

MAX_SWEEPS = 2000
EDGE = 1e-6  # ms: rounding must not cost a sample
MAX_TOTAL = MAX_BYTES // 2  # samples of all sweeps: a small file may unfold into more than a large one holds
STIMULUS, RESPONSE = "CurrentClampStimulusSeries", "CurrentClampSeries"
TABLE = "general/intracellular_ephys/intracellular_recordings"
UNITS = {"amperes": 1e12, "volts": 1e3}  # pA and mV in the units of the format


class Piece(NamedTuple):
    """So many samples of a series; all of them unless a number is given."""

    series: Any
    start: int = 0
    samples: int | None = None


class Signal(NamedTuple):
    """Samples: the time of the first in s, times from there in ms, values."""

    begin: float
    time: np.ndarray
    values: np.ndarray


def read_nwb(data: bytes, name: str) -> tuple[Sweep, ...]:
    """The sweeps of a file, each with the response that belongs to it where there is one.

    A sweep's time begins with 0, and it lasts as long as both were recorded: NaN at an end, with which some programs
    fill up, is left out. Raises ValueError, in words for the person who chose the file.
    """
    import h5py  # when a file is opened

    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            if not str(file.attrs.get("nwb_version", "")).startswith("2"):
                raise ValueError("it does not say that it is one")
            if outside := file.visititems_links(_outside):
                raise ValueError(f"{outside} is in another file")
            found = paired(file)
            sweeps, total = [], 0
            for k, (stimulus, response) in enumerate(found, start=1):
                called = f"sweep {k} of {len(found)} ({_short(stimulus.series)})"
                sweeps.append(Sweep(f"{name}, {called}", *_columns(called, stimulus, response)))
                total += len(sweeps[-1].time)
                if total > MAX_TOTAL:
                    raise ValueError(f"more than {MAX_TOTAL:,} samples in all its sweeps")
    except Exception as error:  # h5py raises whatever its reading stumbles over
        raise ValueError(
            f"{name} cannot be read as Neurodata Without Borders ({error}): "
            "give an .nwb file of version 2 with current-clamp series"
        ) from error
    return tuple(sweeps)


# -- which response belongs to which stimulus -------------------------------------------------------------------------


def paired(file: Any) -> list[tuple[Piece, Piece | None]]:
    """Stimuli and their responses, as the file's table of recordings has them; without it, those of one sweep number
    and electrode; of names with the same numbers; in their order, where there are as many.
    """
    stimuli, responses = _series(file, "stimulus/presentation", STIMULUS), _series(file, "acquisition", RESPONSE)
    if rows := list(_rows(file)):
        return rows
    if not stimuli:
        raise ValueError(f"it has no {STIMULUS} in /stimulus/presentation")
    _check_sweeps(len(stimuli))
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
    _check_sweeps(len(stimuli))
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


def _check_sweeps(number: int) -> None:
    if number > MAX_SWEEPS:
        raise ValueError(f"{number:,} sweeps, of which at most {MAX_SWEEPS:,} are read")


# -- samples ----------------------------------------------------------------------------------------------------------


def _columns(called: str, stimulus: Piece, response: Piece | None) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Time in ms, current in pA, and voltage in mV at the same times, where there is a response."""
    current = _signal(stimulus, "amperes")
    time, values, voltage = current.time, current.values, None
    if response is not None and len(time):
        measured = _signal(response, "volts")
        at = measured.time + (measured.begin - current.begin) * 1000
        both = (time > at.min(initial=np.inf) - EDGE) & (time < at.max(initial=-np.inf) + EDGE)
        time, values = time[both], values[both]
        voltage = np.interp(time, at, measured.values) if len(time) else None
    if len(time) < 2:
        raise ValueError(f"{called} has fewer than two samples at which current and response were recorded")
    return time - time[0], values, voltage


def _signal(piece: Piece, unit: str) -> Signal:
    series = piece.series
    data = series["data"]
    count = len(data) - piece.start if piece.samples is None else piece.samples
    check_length(count, series.name)
    if data.attrs["unit"] != unit:
        raise ValueError(f"{series.name} is in {data.attrs['unit']!r}, not in {unit!r}")
    scale, offset = (float(data.attrs.get(name, usual)) for name, usual in (("conversion", 1.0), ("offset", 0.0)))
    values = _numbers(data, piece.start, count) * (scale * UNITS[unit]) + offset * UNITS[unit]
    if "timestamps" in series:
        stamps = _numbers(series["timestamps"], piece.start, count)
        begin = float(stamps[0]) if count else 0.0
        time = (stamps - begin) * 1000
    else:
        start = _own(series["starting_time"])
        rate = float(start.attrs["rate"])
        if not 0 < rate < np.inf:
            raise ValueError(f"{series.name} has a rate of {rate:g} Hz")
        begin, time = float(start[()]) + piece.start / rate, np.arange(count) * 1000 / rate
    recorded = np.flatnonzero(np.isfinite(values))
    end = recorded[-1] + 1 if len(recorded) else 0
    check_samples(series.name, time[:end], values[:end])
    return Signal(begin, time[:end], values[:end])


def _numbers(dataset: Any, start: int, count: int) -> np.ndarray:
    if _own(dataset).ndim != 1 or dataset.dtype.kind not in "iuf":
        raise ValueError(f"{dataset.name} is not one row of numbers")
    if start + count > len(dataset):
        raise ValueError(f"{dataset.name} has {len(dataset):,} samples, where {start + count:,} are needed")
    return dataset[start : start + count].astype(float)


# -- a file from anywhere ---------------------------------------------------------------------------------------------


def _outside(name: str, link: Any) -> str | None:
    """The name of a link to another file, which would be one of this machine."""
    import h5py

    return name if isinstance(link, h5py.ExternalLink) else None


def _own(dataset: Any) -> Any:
    """A dataset whose numbers are in this file, and unfold to no more than is read."""
    if dataset.external or dataset.is_virtual:
        raise ValueError(f"{dataset.name} is in another file")
    if max(dataset.chunks or (0,)) > MAX_SAMPLES:
        raise ValueError(f"{dataset.name} is packed in pieces of {max(dataset.chunks):,} samples")
    return dataset
