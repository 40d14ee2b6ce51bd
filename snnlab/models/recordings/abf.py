"""Current-clamp recordings in Axon Binary Format, version 1 and 2: header and samples, read by pyABF.

What was commanded is in `protocol`: pyABF's own waveforms leave parts of a protocol out. Where the file measured that
current as well, both are compared.
"""

import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..limits import DISK_FULL
from ..units import factor
from .protocol import Output, commanded, outputs, plain
from .sweep import Columns, Sweep, Unfit, Window, check_sweeps, lasting, sweeps_of

# where a header of version 2 has the block, the size and the number of the entries of: samples, protocol, channels,
# outputs, epochs, epochs of outputs, lists, texts, tags, sweeps
SECTIONS = (236, 76, 92, 108, 124, 156, 172, 220, 252, 316)
WAVEFORMS = 5  # the mode of acquisition in which a protocol's waveforms are played
OFFSET = 10.0  # pA by which a measured current may lie beside its command: an amplifier's zero
SLOPE = 0.05  # of the largest command: how far its scale may be off
STEADY = 64  # samples whose median is compared: noise and the corners of steps are no difference


class Channel(NamedTuple):
    """A measured channel: what one unit of it is in mV and in pA, None where it is no such thing."""

    number: int
    name: str
    millivolt: float | None
    picoampere: float | None


def read_abf(data: bytes, name: str, window: Window) -> tuple[Sweep, ...]:
    """The sweeps of a file, each with the potential that was measured where a channel has it.

    Raises ValueError, in words for the person who chose the file; OSError where the disk is full.
    """
    try:
        return tuple(sweep for found in _by_output(data, window) for sweep in sweeps_of(name, found))
    except Unfit:
        raise
    except Exception as error:  # pyABF raises whatever its parsing stumbles over
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise  # no room for the file from which pyABF reads
        why = "its header breaks off" if isinstance(error, struct.error) else "its header is damaged"
        raise Unfit(
            f"{name} cannot be read as Axon Binary Format ({why}): give an .abf file of version 1 or 2"
        ) from error


def _by_output(data: bytes, window: Window) -> list[list[Columns]]:
    """The sweeps of each output that drove a cell."""
    abf = _parsed(data)
    bounds = _bounds(abf, data)
    check_sweeps(len(bounds))
    every = outputs(abf, data)
    channels = [_channel(k, name, unit) for k, (name, unit) in enumerate(zip(abf.adcNames, abf.adcUnits))]
    samples = np.frombuffer(data, abf._dtype, abf.dataPointCount, abf.dataByteStart).reshape(-1, len(channels))
    microseconds, playing = _interval(abf, data), abf.nOperationMode == WAVEFORMS
    driving = _driving(every, playing)

    def measured(channel: Channel, first: int, last: int) -> np.ndarray:
        values = samples[first:last, channel.number].astype(float)
        raw = abf._dtype == np.int16
        return values * abf._dataGain[channel.number] + abf._dataOffset[channel.number] if raw else values

    def columns(output: Output) -> Iterator[Columns]:
        voltage = _voltage(channels, output)
        monitors = [one for one in channels if one.picoampere and not _clamped(every, one)]
        called = f"output {output.number}" if len(driving) > 1 else ""
        currents = commanded(output, [last - first for first, last in bounds], playing)
        for k, ((first, last), current) in enumerate(zip(bounds, currents), start=1):
            time, current = np.arange(last - first) * microseconds / 1000, current * output.picoampere
            check_command(k, current, [measured(one, first, last) * one.picoampere for one in monitors])
            part = window.of(time)
            v = None if voltage is None else (measured(voltage, first, last) * voltage.millivolt)[part]
            yield Columns(time[part], current[part], v, lasting(time), called)

    return [list(columns(output)) for output in driving]


def _parsed(data: bytes) -> Any:
    """The file's header, as pyABF gives it. Raises Unfit for a file of another kind, and for one that breaks off."""
    import pyabf  # brings pandas: only when a recording is opened

    if data[:4] not in (b"ABF ", b"ABF2"):
        raise Unfit("it cannot be read as Axon Binary Format: give an .abf file of version 1 or 2")
    _check_counts(data)
    with tempfile.TemporaryDirectory() as folder:  # pyABF reads from a path only
        path = Path(folder) / "recording.abf"
        path.write_bytes(data)
        return pyabf.ABF(path, loadData=False)


def _check_counts(data: bytes) -> None:
    """Raises Unfit where a header tells of more than there is: pyABF would make room for it first."""
    if data[3:4] == b"2":
        tables = [struct.unpack_from("<IIq", data, at) for at in SECTIONS]
        block, size, count = tables[0]
        (sweeps,) = struct.unpack_from("<I", data, 12)
    else:
        count, sweeps, block, tags, tag_count = (struct.unpack_from("<i", data, at)[0] for at in (10, 16, 40, 44, 48))
        size = 4 if struct.unpack_from("<h", data, 100)[0] else 2
        tables = [(tags, 64, tag_count)]
    there = max(0, len(data) - 512 * block) // size
    if count > there:
        raise Unfit(
            f"the file breaks off: its header of Axon Binary Format tells of {count:,} samples, and {there:,} are there"
        )
    if sweeps > count:
        raise Unfit(f"{sweeps:,} sweeps without samples")
    if any(entries and not 0 < entries * each <= len(data) - 512 * begin for begin, each, entries in tables):
        raise Unfit("the file breaks off: its header of Axon Binary Format tells of more than is there")


def _bounds(abf: Any, data: bytes) -> list[tuple[int, int]]:
    """Where each sweep begins and ends in the samples of a channel."""
    count, points = abf.sweepCount, abf.sweepPointCount
    if points < 2:
        raise Unfit(f"{count:,} sweeps without samples")
    if abf.nOperationMode != 1:
        return [(k * points, (k + 1) * points) for k in range(count)]
    at, entries = _synch(abf)
    lengths = np.frombuffer(data, "<i4", 2 * entries, at)[1::2] // abf.channelCount
    ends = np.cumsum(lengths).tolist()
    if entries != count or ends[-1] * abf.channelCount > abf.dataPointCount or (lengths < 0).any():
        raise Unfit("its sweeps are of different lengths, and the list of these is damaged")
    return list(zip([0, *ends], ends))


def _synch(abf: Any) -> tuple[int, int]:
    """Where the list of starts and lengths of sweeps is, and how many it has."""
    if abf.abfVersion["major"] == 1:
        return abf._headerV1.lSynchArrayPtr * 512, abf._headerV1.lSynchArraySize
    return abf._synchArraySection._byteStart, abf._synchArraySection._entryCount


def _interval(abf: Any, data: bytes) -> float:
    """µs from sample to sample of a channel; pyABF rounds their rate to whole Hz."""
    if abf.abfVersion["major"] == 1:
        first, second = struct.unpack_from("<2f", data, 122)  # fADCSampleInterval, fADCSecondSampleInterval
        if second not in (0.0, first):
            raise Unfit("its samples are at two rates")
        microseconds = first * abf.channelCount
    else:
        microseconds = abf._protocolSection.fADCSequenceInterval
    return float(f"{microseconds:.7g}")  # it is kept in float32


def _in(unit: str, wanted: str) -> float | None:
    try:
        return factor(unit, wanted)
    except ValueError:
        return None


def _channel(number: int, name: str, unit: str) -> Channel:
    unit = plain(unit)
    return Channel(number, plain(name), _in(unit, "mV"), _in(unit, "pA"))


def _driving(every: list[Output], playing: bool) -> list[Output]:
    """The outputs whose current drove a cell: those that played a waveform, or else the first. Raises Unfit."""
    used = [one for one in every if one.source and playing] or every[:1]
    found = [one for one in used if one.picoampere]
    if not found:
        units = " and ".join(dict.fromkeys(repr(one.unit) for one in used)) or "no unit"
        raise Unfit(f"its command is in {units}, not a current in pA or nA")
    return found


def _voltage(channels: list[Channel], output: Output) -> Channel | None:
    """The channel of the potential: in mV before V, the one with the number of this output before others."""
    found = [one for one in channels if one.millivolt]
    return min(found, key=lambda one: (one.millivolt != 1, one.number != output.number), default=None)


def _clamped(every: list[Output], channel: Channel) -> bool:
    """Whether what this channel measured is the current of a cell whose potential was commanded."""
    return any(one.number == channel.number and not one.picoampere and (one.source or one.holding) for one in every)


def check_command(sweep: int, told: np.ndarray, measured: list[np.ndarray]) -> None:
    """Raises Unfit where currents were measured, and none was what the protocol commanded."""
    allowed = OFFSET + SLOPE * float(np.abs(told).max())
    worst: list[tuple[int, float, float]] = []
    for current in measured:
        blocks = len(current) // STEADY
        apart = np.median((current - told)[: blocks * STEADY].reshape(blocks, STEADY), axis=1)
        # a hundredth of them may be where a waveform is faster than an amplifier
        if blocks < 2 or np.quantile(np.abs(apart), 0.99) <= allowed:
            return
        at = int(np.argmax(np.abs(apart))) * STEADY
        here = slice(at, at + STEADY)
        worst.append((at, float(np.median(told[here])), float(np.median(current[here]))))
    if worst:
        at, wanted, found = worst[0]
        raise Unfit(
            f"in sweep {sweep} its protocol commands {wanted:.4g} pA at sample {at:,}, and {found:.4g} pA were "
            "measured there: what drove the cell is not known; export time, current and voltage as a table (.csv)"
        )
