"""The current that a protocol of Axon Binary Format commands, from its table of epochs and its list of values.

Source: the format's documentation and header file (Axon Instruments / Molecular Devices): a sweep begins with a 64th of
its samples at the holding level, then come the epochs, and the holding level again. What is not built here is refused.
"""

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..units import factor
from .sweep import Unfit

FROM_TABLE, FROM_FILE = 1, 2  # sources of a waveform
STEP, RAMP, PULSES, TRIANGLES, COSINES, BIPHASIC = 1, 2, 3, 4, 5, 7
HEADER = 6144  # bytes of a header of version 1 that has the fields of version 1.6
HOLDING = 8  # parameters that a list may vary, by number
DIGITAL = 11


class Epoch(NamedTuple):
    """A column of the table; lengths in samples. `more` is what each sweep adds."""

    number: int
    kind: int
    level: float
    more_level: float
    length: int
    more_length: int
    period: int
    width: int

    @property
    def letter(self) -> str:
        return chr(ord("A") + self.number % 26)


class Values(NamedTuple):
    """A list with one value a sweep for the parameter of this number."""

    varies: int
    repeats: bool
    text: str


class Output(NamedTuple):
    """An output of the digitizer: `source` is 0 where it plays no waveform, `keeps` its last level between sweeps."""

    number: int
    name: str
    unit: str
    holding: float
    source: int
    keeps: bool
    conditioned: bool
    epochs: tuple[Epoch, ...]
    values: Values | None
    most_epochs: int  # that a table may have: numbers of parameters follow from it
    run: int  # sweeps of a run; 0 where that is not known
    alternating: bool
    changed: bool  # by hand, while it was recorded

    @property
    def picoampere(self) -> float | None:
        """What one unit of it is in pA; None where it is no current."""
        try:
            return factor(self.unit, "pA")
        except ValueError:
            return None


# -- what a header has ------------------------------------------------------------------------------------------------


def outputs(abf: Any, data: bytes) -> list[Output]:
    """The outputs of a file that pyABF has parsed."""
    return _outputs_1(abf, data) if abf.abfVersion["major"] == 1 else _outputs_2(abf, data)


def _outputs_2(abf: Any, data: bytes) -> list[Output]:
    dac, table, strings = abf._dacSection, abf._epochPerDacSection, abf._stringsSection._indexedStrings
    block, size, count = struct.unpack_from("<IIq", data, 284)  # the section of changes
    changes = _changed(data, block, size, count)
    lists: dict[int, Values] = {}
    for k in range(abf._userListSection._entryCount):
        at = abf._userListSection._byteStart + k * abf._userListSection._entrySize
        owner, _, varies, repeats, text = struct.unpack_from("<4hi", data, at)  # a list that is off is not there
        lists[owner] = Values(varies, bool(repeats), strings[text])
    columns = zip(
        table.nEpochNum,
        table.nEpochType,
        table.fEpochInitLevel,
        table.fEpochLevelInc,
        table.lEpochInitDuration,
        table.lEpochDurationInc,
        table.lEpochPulsePeriod,
        table.lEpochPulseWidth,
    )
    epochs = list(zip(table.nDACNum, map(Epoch._make, columns)))
    return [
        Output(
            number,
            plain(strings[dac.lDACChannelNameIndex[k]]),
            plain(strings[dac.lDACChannelUnitsIndex[k]]),
            dac.fDACHoldingLevel[k],
            dac.nWaveformSource[k] if dac.nWaveformEnable[k] else 0,
            bool(dac.nInterEpisodeLevel[k]),
            bool(dac.nConditEnable[k]),
            tuple(sorted(epoch for owner, epoch in epochs if owner == number)),
            lists.get(number),
            # Clampex 11 knows fifty epochs, those before it ten
            50 if abf.creatorVersion["major"] >= 11 else 10,
            abf._protocolSection.lEpisodesPerRun,
            bool(abf._protocolSection.nAlternateDACOutputState),
            number in changes,
        )
        for k, number in enumerate(dac.nDACNum)
    ]


def _outputs_1(abf: Any, data: bytes) -> list[Output]:
    """Those two of version 1 that play waveforms. pyABF reads some fields elsewhere than the format has them."""
    header = abf._headerV1
    if abf.dataByteStart < HEADER:
        raise Unfit(
            f"the format's version {abf.abfVersionString} has the protocol where it is not read: give 1.6 or newer"
        )
    block, count = struct.unpack_from("<2i", data, 72)
    changes = _changed(data, block, 12, count)
    holding = struct.unpack_from("<4f", data, 1394)
    periods, widths = (struct.unpack_from("<20i", data, at) for at in (2136, 2216))
    conditioned = struct.unpack_from("<2h", data, 3260)
    on, varies, repeats = (struct.unpack_from("<4h", data, at) for at in (3360, 3368, 4400))
    (alternating,) = struct.unpack_from("<h", data, 5876)
    made = []
    for k in range(2):
        columns = zip(
            range(10),
            header.nEpochType[10 * k :],
            header.fEpochInitLevel[10 * k :],
            header.fEpochLevelInc[10 * k :],
            header.lEpochInitDuration[10 * k :],
            header.lEpochDurationInc[10 * k :],
            periods[10 * k :],
            widths[10 * k :],
        )
        text = data[3376 + 256 * k : 3632 + 256 * k].decode("ascii", "replace").partition("\0")[0]
        made.append(
            Output(
                k,
                plain(header.sDACChannelName[k]),
                plain(header.sDACChannelUnit[k]),
                holding[k],
                header.nWaveformSource[k] if header.nWaveformEnable[k] else 0,
                bool(header.nInterEpisodeLevel[k]),
                bool(conditioned[k]),
                tuple(map(Epoch._make, columns)),
                Values(varies[k], bool(repeats[k]), text) if on[k] else None,
                10,
                header.lEpisodesPerRun,
                bool(alternating),
                k in changes,
            )
        )
    return made


def plain(text: Any) -> str:
    """What can be printed of a text; the rest, with which fields of a header are filled up, is left out."""
    return "".join(char for char in str(text) if char.isprintable()).strip()


def _changed(data: bytes, block: int, size: int, count: int) -> set[int]:
    """The outputs whose holding level was changed while it was recorded; numbers up to 3 are known to mean these."""
    if not count or size < 12:
        return set()
    found = {struct.unpack_from("<i", data, block * 512 + k * size + 4)[0] for k in range(count)}
    if gains := {number for number in found if number >= 100}:
        raise Unfit(f"the gain of a channel was changed while it was recorded (change {min(gains)})")
    return found


# -- what follows from it ---------------------------------------------------------------------------------------------


def commanded(output: Output, lengths: list[int], playing: bool) -> Iterator[np.ndarray]:
    """The command in each sweep of so many samples, in the unit of its output. Raises Unfit for what is not known."""
    holding = 0.0 if abs(output.holding) < 1e-6 else output.holding  # fields that nobody filled
    if not abs(holding) < 1e6:
        raise Unfit(f"the holding level of {output.name} is no number")
    if output.changed:
        raise Unfit(f"the holding level of {output.name} was changed by hand while it was recorded")
    if not (playing and output.source):
        yield from (np.full(length, holding) for length in lengths)
        return
    varied = _checked(output, len(lengths))
    last = holding
    for k, length in enumerate(lengths):
        current = np.full(length, holding)
        at = max(1, length // 64)
        level = last if output.keeps else holding
        current[:at] = level
        for epoch in output.epochs:
            samples = epoch.length + k * epoch.more_length
            if epoch.kind == 0 or samples <= 0:
                continue
            if at + samples > length:
                raise Unfit(f"in sweep {k + 1} epoch {epoch.letter} of its protocol ends after the sweep")
            given = epoch.level + k * epoch.more_level if epoch.number != varied else _value(output.values, k)
            current[at : at + samples] = shape(epoch, level, given, samples)
            level, at = given, at + samples
        if output.keeps:
            current[at:] = level
        last = level
        yield current


def shape(epoch: Epoch, before: float, level: float, samples: int) -> np.ndarray:
    """An epoch of so many samples, after a level. Trains have whole periods; pulses end one with a whole pulse."""
    k = np.arange(samples)
    if epoch.kind == STEP:
        return np.full(samples, level)
    if epoch.kind == RAMP:
        return before + (level - before) * (k + 1) / samples
    period, width = epoch.period, epoch.width
    if period < 1 or not 0 <= width <= period or epoch.kind not in (PULSES, TRIANGLES, COSINES, BIPHASIC):
        raise Unfit(f"epoch {epoch.letter} of its protocol is of a kind that is not known ({epoch.kind})")
    phase, rest = k % period, samples % period
    pulsed = epoch.kind in (PULSES, BIPHASIC)
    on = (k < samples - rest) | (pulsed and rest >= width)
    if epoch.kind == COSINES:
        part = (1 - np.cos(2 * np.pi * phase / period)) / 2
    elif epoch.kind == TRIANGLES:
        part = np.where(phase < width, phase / max(width, 1), (period - phase) / max(period - width, 1))
    elif epoch.kind == PULSES:
        part = (phase < width).astype(float)
    else:
        part = np.where(phase < width // 2, 1.0, np.where(phase < width, -1.0, 0.0))
    return before + (level - before) * np.where(on, part, 0.0)


def _checked(output: Output, sweeps: int) -> int | None:
    """The number of the epoch whose level a list gives, if one does. Raises Unfit for what is not built here."""
    if output.source == FROM_FILE:
        raise Unfit("its protocol refers to another file, which has the current")
    if output.source != FROM_TABLE:
        raise Unfit(f"its protocol has a waveform from a source that is not known ({output.source})")
    if output.conditioned:
        raise Unfit("its protocol has a train of pulses before each sweep, which is not read")
    if output.alternating:
        raise Unfit("its protocol alternates between two outputs, which is not read")
    if 0 < output.run < sweeps:
        raise Unfit(f"it has {sweeps:,} sweeps, and its protocol {output.run:,}")
    return _varied(output)


def _varied(output: Output) -> int | None:
    if output.values is None:
        return None
    number, count = output.values.varies, output.most_epochs
    if number == HOLDING:
        raise Unfit("a list of values varies its holding level, which is not read")
    first = DIGITAL + count  # after as many digital outputs
    if number < first:  # intervals and digital outputs: none of them is read
        return None
    what, epoch = divmod(number - first, count)
    if what:
        raise Unfit(
            f"a list of values varies {('', 'the length', 'the period', 'the width')[min(what, 3)]} of epoch "
            f"{chr(ord('A') + epoch % 26)} in its protocol, which is not read"
        )
    if not any(one.number == epoch and one.kind for one in output.epochs):
        raise Unfit(f"a list of values varies epoch {chr(ord('A') + epoch % 26)} of its protocol, which is not there")
    return epoch


def _value(values: Values | None, sweep: int) -> float:
    """The value of a sweep; after the last of them the list begins again, or the last one stays."""
    assert values is not None
    items = [item.strip() for item in values.text.split(",") if item.strip()]
    try:
        found = [float(item) for item in items]
    except ValueError as error:
        raise Unfit(f"its list of values is {values.text[:40]!r}, which is not understood") from error
    if not found:
        raise Unfit("its list of values is empty")
    return found[sweep % len(found)] if values.repeats else found[min(sweep, len(found) - 1)]
