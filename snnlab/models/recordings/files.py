"""Currents that were recorded: tables of text, Axon Binary Format, or Neurodata Without Borders."""

import math
from functools import cache
from importlib.resources import files
from numbers import Real
from os import PathLike, fspath
from pathlib import Path

from snnlab.core import refused, what_is

from ..limits import MAX_BYTES
from ..units import number
from .abf import read_abf
from .nwb import read_nwb
from .sweep import Sweep, Unfit, Window
from .tables import read_table


def read(
    data: bytes | str | PathLike[str], name: str = "", start: float = 0.0, end: float = math.inf
) -> tuple[Sweep, ...]:
    """The sweeps of a file: `data` is its path, or its content, of a file called `name`, whose ending says what it is
    (.csv, .tsv, .txt, .abf or .nwb).

    Of each, what lies from `start` until before `end`, in ms from its beginning. Raises ValueError, in words for the
    person who chose the file, for what is not a recording; OSError where there is no such file.

    >>> [sweep] = read(b"time_s;I (nA);Vm (mV)\\n0;0,1;-70\\n0,001;0,2;-69,5\\n", "cell.csv")
    >>> sweep.time, sweep.current, sweep.voltage
    (array([0., 1.]), array([100., 200.]), array([-70. , -69.5]))
    """
    start, end = number("start", start, "ms"), number("end", end, "ms")
    if not (isinstance(start, Real) and isinstance(end, Real) and 0 <= start < end):
        raise ValueError(f"start = {start!r}, end = {end!r} is not allowed: give 0 <= start < end, in ms")
    if isinstance(data, str | PathLike):
        data, name = _content(data, name)
    if not isinstance(data, bytes | bytearray | memoryview):
        raise ValueError(f"data is {what_is(data)}: give the path of a file, or its content in bytes and its name")
    if not isinstance(name, str) or not name:
        raise refused("name", name, "the name of the file that these bytes are of")
    data = bytes(data)
    if len(data) > MAX_BYTES:
        size, most = len(data) / 1e6, MAX_BYTES / 1e6
        raise Unfit(f"{name} has {size:.1f} MB: at most {most:.4g} MB ({MAX_BYTES.variable}) are read")
    ending = Path(name).suffix.lower()
    if ending not in READERS:
        raise Unfit(f"{name} ends in {ending!r}: give a file that ends in {' or '.join(READERS)}")
    try:
        return READERS[ending](data, name, Window(float(start), float(end)))
    except Unfit as error:
        if not str(error).startswith(name):
            error.args = (f"{name}: {error}",)
        raise


def _content(path: str | PathLike[str], name: str) -> tuple[bytes, str]:
    """What a file holds, as far as it is read, and its name."""
    if "\n" in (text := fspath(path)):
        raise ValueError(f"data = {text!r:.40} is text: give the path of a file, or text.encode() and a name")
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1), name or Path(path).name


TABLES = dict.fromkeys((".csv", ".tsv", ".txt"), read_table)
READERS = TABLES | {".abf": read_abf, ".nwb": read_nwb}


@cache
def example() -> Sweep:
    """The recording that comes with snnlab: a cell under a current ramp (origin in data/README.md)."""
    data = files("snnlab.models") / "data" / "17o05027_ic_ramp.abf"
    return read(data.read_bytes(), data.name)[1]  # the first sweep has no current
