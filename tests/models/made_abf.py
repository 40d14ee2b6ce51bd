"""Small files in Axon Binary Format, laid out as the format's documentation says, for tests of what is read of them."""

import struct
from typing import NamedTuple

import numpy as np

BLOCK = 512


class Adc(NamedTuple):
    """A measured channel: numbers [sweeps, samples], kept as 16-bit multiples of a digit."""

    unit: str
    values: np.ndarray
    name: str = "IN"
    digit: float = 0.001


class Dac(NamedTuple):
    """An output: epochs are (number, kind, level, more level, length, more length, period, width)."""

    unit: str = "pA"
    epochs: tuple = ()
    holding: float = 0.0
    enabled: int = 1
    source: int = 1
    keeps: int = 0
    conditioned: int = 0
    name: str = "Cmd"


class List(NamedTuple):
    """A list of values for the output of this number."""

    output: int
    varies: int
    text: str
    repeats: int = 0


def put(data, at, layout, *values):
    struct.pack_into("<" + layout, data, at, *values)


def sampled(adcs):
    """The samples of all channels, one after the other at each time."""
    columns = np.stack([np.round(np.asarray(one.values, float).ravel() / one.digit) for one in adcs], axis=1)
    assert np.abs(columns).max() < 2**15, "too large for its digit"
    return columns.astype("<i2").tobytes()


def abf2(adcs, dacs, lists=(), mode=5, creator=10, run=None, alternating=0, changes=(), lengths=(), rate=10_000):
    """A file of version 2 with these channels and outputs; `changes` are (time, what, value), as made by hand."""
    sweeps, points = np.shape(adcs[0].values)
    strings, numbers = ["Clampex", "protocol.pro"], {}

    def index(text):
        if text not in numbers:
            strings.append(text)
            numbers[text] = len(strings)
        return numbers[text]

    protocol = bytearray(BLOCK)
    put(protocol, 0, "hf", mode, 1e6 / rate)
    put(protocol, 30, "i", sweeps if run is None else run)
    put(protocol, 110, "f", 10.0)
    put(protocol, 118, "i", 32768)
    put(protocol, 132, "i", 1)
    put(protocol, 182, "h", alternating)
    adc, dac, epoch, user = bytearray(), bytearray(), bytearray(), bytearray()
    for k, one in enumerate(adcs):
        entry = bytearray(128)
        put(entry, 0, "h", k)
        put(entry, 28, "f", 1.0)
        put(entry, 40, "f", 10 / 32768 / one.digit)
        put(entry, 48, "f", 1.0)
        put(entry, 74, "ii", index(f"{one.name} {k}"), index(one.unit))
        adc += entry
    for k, one in enumerate(dacs):
        entry = bytearray(256)
        put(entry, 0, "h", k)
        put(entry, 12, "f", one.holding)
        put(entry, 24, "ii", index(f"{one.name} {k}"), index(one.unit))
        put(entry, 40, "hhh", one.enabled, one.source, one.keeps)
        put(entry, 60, "h", one.conditioned)
        dac += entry
        for number, *rest in one.epochs:
            row = bytearray(48)
            put(row, 0, "hhhffiiii", number, k, *rest)
            epoch += row
    for one in lists:
        entry = bytearray(64)
        put(entry, 0, "hhhhi", one.output, 0, one.varies, one.repeats, index(one.text))
        user += entry
    text = b"SSCH" + bytes(40) + b"\0\0" + b"\0".join(one.encode("cp1252") for one in strings) + b"\0"
    parts = {
        76: (protocol, BLOCK),
        92: (adc, 128),
        108: (dac, 256),
        156: (epoch, 48),
        172: (user, 64),
        220: (text, len(text)),
        236: (sampled(adcs), 2),
        284: (b"".join(struct.pack("<iif", *change) for change in changes), 12),
        316: (b"".join(struct.pack("<ii", 0, length * len(adcs)) for length in lengths or [points] * sweeps), 8),
    }
    head, body = bytearray(BLOCK), b""
    put(head, 0, "4s4B", b"ABF2", 0, 0, 6, 2)
    put(head, 12, "I", sweeps)
    put(head, 16, "I", 20200101)
    put(head, 56, "4B", 0, 0, 0, creator)
    put(head, 60, "I", 1)
    put(head, 72, "I", 2)
    for at, (content, size) in parts.items():
        put(head, at, "IIq", 1 + len(body) // BLOCK, size, len(content) // size)
        body += bytes(content) + bytes(-len(content) % BLOCK)
    return bytes(head) + body


def abf1(adcs, dacs, lists=(), version=1.83, rate=10_000):
    """A file of version 1 with these channels and two outputs."""
    sweeps, points = np.shape(adcs[0].values)
    head = bytearray(6144)
    put(head, 0, "4sfh", b"ABF ", version, 5)
    put(head, 10, "i", sweeps * points * len(adcs))
    put(head, 16, "ii", sweeps, 20200101)
    put(head, 40, "i", len(head) // BLOCK)
    put(head, 120, "hf", len(adcs), 1e6 / rate / len(adcs))
    put(head, 138, "i", points * len(adcs))
    put(head, 146, "i", sweeps)
    put(head, 244, "ffi", 10.0, 10.0, 32768)
    for k in range(16):
        put(head, 410 + 2 * k, "h", k if k < len(adcs) else -1)
        unit, name, digit = (adcs[k].unit, adcs[k].name, adcs[k].digit) if k < len(adcs) else ("", "", 1.0)
        put(head, 442 + 10 * k, "10s", name.encode())
        put(head, 602 + 8 * k, "8s", unit.encode())
        put(head, 730 + 4 * k, "f", 1.0)
        put(head, 922 + 4 * k, "f", 10 / 32768 / digit)
        put(head, 1050 + 4 * k, "f", 1.0)
    for k, one in enumerate(dacs):
        put(head, 1306 + 10 * k, "10s", one.name.encode())
        put(head, 1346 + 8 * k, "8s", one.unit.encode())
        put(head, 1394 + 4 * k, "f", one.holding)
        for at, value in ((2296, one.enabled), (2300, one.source), (2304, one.keeps), (3260, one.conditioned)):
            put(head, at + 2 * k, "h", value)
        for number, kind, level, more, length, longer, period, width in one.epochs:
            n = 10 * k + number
            put(head, 2308 + 2 * n, "h", kind)
            put(head, 2348 + 4 * n, "f", level)
            put(head, 2428 + 4 * n, "f", more)
            for at, value in ((2508, length), (2588, longer), (2136, period), (2216, width)):
                put(head, at + 4 * n, "i", value)
    for one in lists:
        put(head, 3360 + 2 * one.output, "h", 1)
        put(head, 3368 + 2 * one.output, "h", one.varies)
        put(head, 3376 + 256 * one.output, "256s", one.text.encode())
        put(head, 4400 + 2 * one.output, "h", one.repeats)
    return bytes(head) + sampled(adcs)
