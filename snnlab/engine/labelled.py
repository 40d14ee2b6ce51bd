"""A recording with names and units on its axes: as a dataset of xarray, a NetCDF file, a table, a segment of neo."""

import math
from collections.abc import Iterable
from functools import partial
from importlib.metadata import version
from io import BytesIO
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from .ends import End, packed, unpacked
from .hdf5 import Unsafe, check_file
from .memory import available
from .synapses import WeightSamples, learnt
from .values import chosen

if TYPE_CHECKING:
    import neo
    import xarray as xr

MAX_CELLS = 10_000_000
CHOSEN = "chosen_neuron"
END = "end"  # the group of a file in which a run's end is


def dataset(recording: Any) -> "xr.Dataset":
    """See `Recording.to_xarray`."""
    import xarray as xr  # takes a second

    for taken in ("spikes", "current", "command"):
        if taken in recording.variables:
            raise ValueError(f"a variable is called {taken!r}, as the {taken} of a run: give it another name")
    along = "time" if recording.every == 1 else "sample_time"
    axes: dict[str, Any] = {"time": recording.time, along: recording.sample_time}
    if (numbers := numbers_of(recording)) is not None:
        axes[CHOSEN] = list(numbers)
    found: dict[str, Any] = {}
    for name, values in recording.variables.items():
        population = _population(values.ndim - 1) if numbers is None else (CHOSEN,)
        units = {"units": recording.units[name]} if name in recording.units else {}
        found[name] = ((along, *population), _array(values), units)
    fired = _array(recording.spikes > 0)
    if recording.current is not None:  # no variable of the model
        axes["current"] = ("time", _array(recording.current), {"units": recording.current_unit})
    if recording.commands is not None:
        axes["command"] = (("time", "neuron"), _array(recording.commands), {"units": recording.current_unit})
    for k, (when, w) in enumerate(recording.weight_samples):
        name = f"weights_{k}"
        axes[f"time_of_{name}"] = when
        ends = ("to", "from") if w.ndim == 3 else ("synapse",)
        found[name] = ((f"time_of_{name}", *(f"{end}_of_{name}" for end in ends)), _array(w))
    found["spikes"] = (("time", *_population(fired.ndim - 1)), fired, {"units": "1"})
    whole = xr.Dataset(found, axes, _about(recording))
    for name in ("time", along):
        whole[name].attrs["units"] = "ms"
    return whole


def _about(recording: Any) -> dict[str, Any]:
    about = {
        "dt": recording.dt,
        "every": recording.every,
        "before": recording.before,
        "backend": recording.backend,
        "snnlab": version("snnlab"),
    }
    return about | ({"experiment": recording.experiment} if recording.experiment else {})


def _population(dimensions: int) -> tuple[str, ...]:
    return ("neuron",) if dimensions == 1 else tuple(f"neuron_{k}" for k in range(dimensions))


def numbers_of(recording: Any) -> tuple[int, ...] | None:
    """The neurons whose variables were recorded; None for all."""
    return None if recording.neurons is None else chosen(recording.neurons, recording.size)


def _array(values: Tensor) -> np.ndarray:
    values = values.detach().cpu()
    # neither files nor tables know half precision
    return (values.float() if values.dtype in (torch.float16, torch.bfloat16) else values).numpy()


def save(recording: Any, path: str | PathLike[str]) -> None:
    """See `Recording.save`."""
    if (ending := Path(path).suffix.lower()) != ".nc":
        raise ValueError(f"path = {fspath(path)!r} ends in {ending!r}: give one that ends in '.nc', or use to_csv")
    parts = {"/": dataset(recording)}
    if recording.end is not None:
        parts[END] = packed(recording.end)
    Path(path).write_bytes(netcdf(parts))


def netcdf(parts: "dict[str, xr.Dataset]") -> bytes:
    """Datasets as a NetCDF file, by their groups, "/" first.

    It is made in memory: of a disk that is full, HDF5 says nothing, and leaves a file that breaks off.
    """
    file = BytesIO()
    for group, part in parts.items():
        file.seek(0)
        part.to_netcdf(file, mode="w" if group == "/" else "a", group=group, engine="h5netcdf")
    return file.getvalue()


def load(path: str | PathLike[str]) -> dict[str, Any]:
    """The fields of the recording that was saved: see `Recording.load`."""
    import h5py  # takes a second, as does what reads it

    with h5py.File(path) as file:
        try:
            check_file(file, available("cpu"))
        except Unsafe as error:
            raise ValueError(f"{fspath(path)!r} is not a recording that snnlab saved: {error}") from error
        except Exception as error:  # the library raises whatever its reading stumbles over
            raise _damaged(path) from error
        resumable = END in file
    try:
        found = _opened(path)
        end = unpacked(_opened(path, group=END)) if resumable else None
        missing = [name for name in ("dt", "every", "backend") if name not in found.attrs]
        missing += [name for name in ("spikes",) if name not in found]
        fields = {} if missing else _fields(found, end)
    except Exception as error:
        raise _damaged(path) from error
    if missing:
        raise ValueError(f"{fspath(path)!r} is not a recording that snnlab saved: it has no {', '.join(missing)}")
    return fields


def _damaged(path: str | PathLike[str]) -> ValueError:
    return ValueError(f"{fspath(path)!r} is not a recording that snnlab saved, or it is damaged")


def _opened(path: str | PathLike[str], **given: Any) -> "xr.Dataset":
    """All of a file, whose numbers are as they stand there: neither dates, nor scaled."""
    import xarray as xr  # takes a second

    as_it_is = {"decode_times": False, "mask_and_scale": False}
    return xr.load_dataset(path, engine="h5netcdf", phony_dims="access", **as_it_is, **given)


def _fields(found: "xr.Dataset", end: End | None) -> dict[str, Any]:
    """Of a dataset that has all. Raises whatever reading stumbles over, for one that is damaged."""
    kept = [str(name) for name in found.data_vars if f"time_of_{name}" in found.coords]
    states = {str(name): one for name, one in found.data_vars.items() if name not in ("spikes", *kept)}
    driven, commanded = found.coords.get("current"), found.coords.get("command")
    fields = dict(
        variables={name: torch.from_numpy(one.values) for name, one in states.items()},
        spikes=torch.from_numpy(found["spikes"].values),
        dt=float(found.attrs["dt"]),
        backend=str(found.attrs["backend"]),
        last=None if end is None else partial(End, *end),
        every=int(found.attrs["every"]),
        neurons=tuple(found[CHOSEN].values.tolist()) if CHOSEN in found.coords else None,
        weight_samples=tuple(
            WeightSamples(found[f"time_of_{name}"].values, torch.from_numpy(found[name].values)) for name in kept
        ),
        weights=() if end is None else learnt(end.synapses),
        units={name: str(one.units) for name, one in states.items() if "units" in one.attrs},
        experiment=found.attrs.get("experiment", ""),
        current=None if driven is None else torch.from_numpy(driven.values),
        current_unit="1" if driven is None else str(driven.units),
        commands=None if commanded is None else torch.from_numpy(commanded.values),
        before=int(found.attrs.get("before", 0)),
    )
    _check(fields)
    return fields


def _check(fields: dict[str, Any]) -> None:
    """Raises ValueError for fields that do not fit one another."""
    steps, every, dt = len(fields["spikes"]), fields["every"], fields["dt"]
    told = isinstance(fields["experiment"], str) and 0 < dt < math.inf and every > 0 and fields["before"] >= 0
    lengths = {len(x) == steps // every for x in fields["variables"].values()}
    lengths |= {len(x) == steps for name in ("current", "commands") if (x := fields[name]) is not None}
    if not told or False in lengths:
        raise ValueError("fields do not fit one another")
    if fields["neurons"] is not None:
        chosen(fields["neurons"], fields["spikes"].shape[1:].numel())


def segment(recording: Any) -> "neo.Segment":
    """See `Recording.to_neo`."""
    try:
        import neo  # nothing else needs it
        import quantities
    except ImportError as error:
        raise ImportError("to_neo gives objects of neo, which is not installed: pip install neo") from error
    began, steps = recording.before * recording.dt, len(recording.spikes)
    about = {name: value for name, value in _about(recording).items() if name != "experiment"}
    found = neo.Segment(**about)
    lasts = {"t_start": began, "t_stop": began + steps * recording.dt, "units": "ms"}
    for k in range(recording.size):
        found.spiketrains.append(neo.SpikeTrain(recording.spike_times(k), **lasts, neuron=k))
    signals = {name: (values, recording.units.get(name, "1")) for name, values in recording.variables.items()}
    if recording.current is not None:
        signals["current"] = recording.current, recording.current_unit
    for name, (values, unit) in signals.items():
        if not len(values):
            continue
        every = 1 if name == "current" else recording.every
        sampled = {
            "sampling_period": every * recording.dt * quantities.ms,
            "t_start": (began + every * recording.dt) * quantities.ms,
        }
        array, unit = _array(values).reshape(len(values), -1), "dimensionless" if unit == "1" else unit
        of = {} if name == "current" or (numbers := numbers_of(recording)) is None else {"neurons": list(numbers)}
        found.analogsignals.append(neo.AnalogSignal(array, units=unit, name=name, **sampled, **of))
    return found


def csv(recording: Any, path: str | PathLike[str] | None) -> str | None:
    """See `Recording.to_csv`."""
    import pandas as pd  # takes half a second

    steps, every = len(recording.spikes), recording.every
    columns = 1 + recording.size + sum(values.shape[1:].numel() for values in recording.variables.values())
    columns += 0 if recording.commands is None else recording.size
    if steps * columns > MAX_CELLS:
        raise ValueError(
            f"{steps:,} steps of {columns:,} columns are {steps * columns:,} cells: at most {MAX_CELLS:,} are written; "
            "record fewer neurons or variables, or save it as .nc"
        )
    blocks = [pd.DataFrame({"time (ms)": _rounded(recording.time)})]
    if recording.commands is not None:
        titles = _headings("command", recording.current_unit, _counted(recording.size))
        blocks.append(pd.DataFrame(_array(recording.commands), columns=titles))
    elif recording.current is not None:
        [title] = _headings("current", recording.current_unit, None)
        blocks.append(pd.DataFrame({title: _array(recording.current)}))
    for name, values in recording.variables.items():
        unit, width = recording.units.get(name, "1"), values.shape[1:].numel()
        numbers = numbers_of(recording) if recording.neurons is not None else _counted(width)
        block = pd.DataFrame(_array(values).reshape(len(values), width), columns=_headings(name, unit, numbers))
        blocks.append(block.set_index(np.arange(len(values)) * every + every - 1))
    fired = _array(recording.spikes > 0).reshape(steps, recording.size).astype(np.int8)
    blocks.append(pd.DataFrame(fired, columns=_headings("spike", "1", _counted(recording.size))))
    return pd.concat(blocks, axis=1).to_csv(path, index=False, lineterminator="\n")


def _counted(width: int) -> range | None:
    """Numbers of that many neurons; None where there is one alone."""
    return None if width == 1 else range(width)


def _headings(name: str, unit: str, numbers: Iterable[int] | None) -> list[str]:
    words = "" if unit == "1" else f" ({unit})"
    return [f"{name}{words}"] if numbers is None else [f"{name}[{k}]{words}" for k in numbers]


def _rounded(time: np.ndarray) -> np.ndarray:
    """To 14 digits of the last time: 0.3 ms, not 0.30000000000000004."""
    return time.round(14 - math.ceil(math.log10(time[-1]))) if len(time) else time
