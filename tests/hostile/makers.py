"""Files and texts that nobody means well by, made anew by each run from a seed: (door, what it is, data)."""

import gzip
import json
import random
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import h5py
import numpy as np

from snnlab.models import LIF, PRESETS, AdEx, Constant, Experiment

ROOT = Path(__file__).parents[2]
Made = tuple[str, str, Any]

MARKUP = [
    "<img src=x onerror=window.hostile=1>",
    "<script>window.hostile=1</script>",
    "</script><script>window.hostile=1</script>",
    "</textarea><svg onload=window.hostile=1>",
    "<!--<script>",
    "\"'><b onmouseover=window.hostile=1>",
    "javascript:window.hostile=1",
    "{{7*7}}${7*7}{% raw %}",
]
NAMES = [
    "../../etc/passwd", "/etc/passwd", "..\\..\\windows", "a\0.csv", "x" * 5000, "CON", "/dev/zero", "file:///etc/passwd",
    "http://localhost/", "~/.ssh/id_rsa", "$(id)", "`id`", "|id", ";id", "%2e%2e%2f", "\ud800", "\u202ecsv.exe",
]  # fmt: skip
CODE = [
    "9**9**9**9", "2**(10**9)", "__import__('os').system('id')", "exec('1')", "().__class__.__bases__", "(" * 20_000,
    "-" * 20_000, "1e999", "-0", "nan", "inf", "-inf", "1" * 6000, "0x10", "1_0", "١", "1e-400", "lambda: 0", "'" * 999,
]  # fmt: skip
NUMBERS = [np.nan, np.inf, -np.inf, -0.0, 1e308, -1e308, 5e-324, 10**400, -(10**30), 2**63, 0, -1, True]
WRONG = [None, True, [], {}, "", "x", [[]], {"a": 1}, [None], *NUMBERS, *MARKUP, *NAMES, *CODE]

TYPED = """name: Mine
title: a neuron
I = 1 mV in 0 .. 40 "input"
tau = 10 ms "time constant"
dv/dt = (I - v) / tau : mV "potential"
spike: v > 1 mV
reset: v = 0 mV
"""
TABLE = "time (ms),current (pA),voltage (mV)\n" + "".join(f"{k / 10},{k},{-70 + k}\n" for k in range(50))
LAYOUT = "phase!,rates:log,map:rate:x=0.5~2:y=1~3,currents,isi,numbers"


# -- what is well meant ------------------------------------------------------------------------------------------------


@cache
def experiments() -> list[str]:
    ids = ["lif-step", "adex-2008-a", "lif-fluctuations", "stdp-hebbian", "lsnn-memory", "poisson-wave"]
    return [PRESETS[one].experiment().to_json() for one in ids if one in PRESETS]


@cache
def links() -> list[str]:
    found = []
    for preset in [*PRESETS.values()][::7]:
        try:
            found.append(preset.experiment().to_query())
        except ValueError:  # a recording
            continue
    return found


@cache
def abf() -> bytes:
    return (ROOT / "snnlab/models/data/17o05027_ic_ramp.abf").read_bytes()


@cache
def nwb() -> bytes:
    return (ROOT / "tests/data/sweeps.nwb").read_bytes()


def netcdf(change: Callable[[h5py.File], None] = lambda file: None) -> bytes:
    """A recording as it is saved, and changed."""
    return _changed(_saved(), change)


@cache
def _saved() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.nc"
        LIF().simulate(Constant(amplitude=1.5), duration=20).save(path)
        return path.read_bytes()


def edited_nwb(change: Callable[[h5py.File], None]) -> bytes:
    return _changed(nwb(), change)


def _changed(data: bytes, change: Callable[[h5py.File], None]) -> bytes:
    """A file in HDF5 in which something is changed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.h5"
        path.write_bytes(data)
        with h5py.File(path, "r+") as file:
            change(file)
        return path.read_bytes()


# -- and what is not ---------------------------------------------------------------------------------------------------


def broken_bytes(data: bytes, chance: random.Random) -> bytes:
    """Cut off, with bytes changed, doubled, swapped, or something else before or behind."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 30))):
        at = chance.randrange(min(len(found), chance.choice((64, 4096, 10**9))) or 1)
        length = chance.choice((1, 4, 64))
        match chance.randrange(6):
            case 0:
                del found[at:]
            case 1:
                found[at : at + length] = bytes([chance.choice((0, 255, 127, chance.randrange(256)))]) * length
            case 2:
                found[at : at + length] = struct.pack("<q", chance.choice((-1, 2**31, 2**62, 0)))[:length]
            case 3:
                del found[at : at + length]
            case 4:
                found[at:at] = found[at : at + length]
            case 5:
                found[at:at] = chance.choice(MARKUP).encode()
    return bytes(found)


def broken_text(text: str, chance: random.Random) -> str:
    for _ in range(chance.choice((1, 1, 2, 5))):
        a = chance.randrange(len(text) + 1)
        b = min(len(text), a + chance.choice((0, 1, 5, 40)))
        put = chance.choice(
            ["", text[a:b] * 3, chance.choice(MARKUP), chance.choice(NAMES), chance.choice(CODE), ",", "="]
        )
        text = text[:a] + put + text[b:]
    return text


def broken_json(text: str, chance: random.Random) -> str:
    """With another value, name, or nesting in one place of it."""
    data = json.loads(text)
    places = [*_places(data)]
    holder, key = chance.choice(places)
    match chance.randrange(4):
        case 0 | 1:
            holder[key] = chance.choice(WRONG)
        case 2 if isinstance(holder, dict):
            holder[chance.choice([*MARKUP, *NAMES, "__class__", "model"])] = holder.pop(key)
        case _:
            other, name = chance.choice(places)
            holder[key] = json.loads(json.dumps(other[name])) if name in other or isinstance(other, list) else None
    found = json.dumps(data)
    if chance.random() < 0.15:
        name = json.dumps(key if isinstance(key, str) else "schema")
        found = found.replace(f"{name}:", f"{name}: 1, {name}:", 1)
    return found


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    for key in [*data] if isinstance(data, dict) else range(len(data)):
        yield data, key
        if isinstance(data[key], dict | list) and data[key]:
            yield from _places(data[key])


def broken_link(text: str, chance: random.Random) -> str:
    pairs = [one.partition("=")[::2] for one in text.split("&")]
    k = chance.randrange(len(pairs))
    name, value = pairs[k]
    put = str(chance.choice(WRONG)).encode("utf-8", "replace").decode()
    pairs[k] = chance.choice(
        [(name, quote(put)), (quote(put), value), (name, value + quote(put)), (f"s.{name}", value)]
    )
    if chance.random() < 0.2:
        pairs.append(chance.choice(pairs))
    return "&".join("=".join(pair) for pair in pairs)


# -- bombs, and what else must be made by a plan -----------------------------------------------------------------------


def huge(name: str, shape: tuple[int, ...]) -> Callable[[h5py.File], None]:
    """A dataset that says that it is huge, of which nothing is there."""

    def change(file: h5py.File) -> None:
        del file[name]
        file.create_dataset(name, shape=shape, dtype="f4", chunks=(1000,) * len(shape), compression="gzip")

    return change


def deflated(name: str, times: int, megabytes: int) -> Callable[[h5py.File], None]:
    """A dataset whose one piece is some bytes of its shape, and unfolds into many more."""

    def change(file: h5py.File) -> None:
        attributes = dict(file[name].attrs) if not name.endswith("v") else {}
        del file[name]
        create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        create.set_chunk((1000,))
        for _ in range(times):
            create.set_deflate(9)
        space = h5py.h5s.create_simple((1000,))
        found = h5py.h5d.create(file.id, name.encode(), h5py.h5t.IEEE_F64LE, space, create)
        packer, packed = zlib.compressobj(9), b""
        for _ in range(megabytes):
            packed += packer.compress(bytes(1_000_000))
        packed += packer.flush()
        for _ in range(times - 1):
            packed = zlib.compress(packed, 9)
        found.write_direct_chunk((0,), packed)
        for key, value in attributes.items():
            if key in ("unit", "conversion"):
                file[name].attrs[key] = value

    return change


def elsewhere(name: str) -> Callable[[h5py.File], None]:
    """A dataset whose numbers are those of a file of the machine."""

    def change(file: h5py.File) -> None:
        count = len(file[name])
        del file[name]
        file.create_dataset(name, (count,), "i1", external=[("/etc/passwd", 0, count)])

    return change


def linked(name: str, path: str = "/etc/passwd") -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[name]
        file[name] = h5py.ExternalLink(path, "/data")

    return change


def virtual(name: str) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((10,), "f8")
        layout[:] = h5py.VirtualSource("/etc/passwd", "data", (10,))
        del file[name]
        file.create_virtual_dataset(name, layout)

    return change


def attribute(name: str, value: Any, *more: tuple[str, Any]) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        for key, one in ((name, value), *more):
            file.attrs[key] = one

    return change


def planned(megabytes: int = 20) -> Iterator[Made]:
    """One of each kind of attack that chance would not find; bombs unfold into so many megabytes."""
    for door in ("abf", "nwb", "nc", "json", "csv", "npz", "gz", "tsv"):
        yield door, "empty", b""
        yield door, "markup", MARKUP[0].encode()
        yield door, "gzip bomb", gzip.compress(bytes(3_000_000))
    deep = "[" * 100_000 + "]" * 100_000
    base = experiments()[0]
    for what, text in {
        "deep": deep,
        "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
        "deep in an experiment": base.replace('"stimulus": {', '"stimulus": {"parts": ' + deep + ", ", 1),
        "twice": base.replace('"model":', '"model": 1, "model":', 1),
        "1e999": base.replace("0.1", "1e999"),
        "digits": base.replace("0.1", "9" * 5000),
        "comment": "/* */" + base,
        "two": base + base,
        "a name of half a sign": base.replace("lif", "\\ud800"),
    }.items():
        yield "json", what, text.encode()
    parts = '{"name": "Sum", "parts": [' * 300 + "]}" * 300
    yield (
        "json",
        "stimuli within one another",
        json.dumps(json.loads(base) | {"stimulus": "?"}).replace('"?"', parts).encode(),
    )
    swept = Experiment.of(AdEx()).to_json()
    columns = '{"name": "%s", "time": [0, 1, %s], "current": [0, 1, 2]}'
    for name, time in [(json.dumps(one)[1:-1], "2") for one in (*MARKUP, *NAMES)] + [
        ("x", "1e400"),
        ("x", "NaN"),
        ("x", "1"),
    ]:
        stimulus = json.dumps({"name": "Recorded", "recording": "?"}).replace('"?"', columns % (name, time))
        yield (
            "json",
            f"a recording called {name[:20]}",
            json.dumps(json.loads(swept) | {"stimulus": "?"}).replace('"?"', stimulus).encode(),
        )
    yield from _tables()
    yield from _hdf5(megabytes)
    yield from _texts()


def _tables() -> Iterator[Made]:
    for what, text in {
        "wide": ("1," * 5000 + "1\n") * 3,
        "a long line": "x" * 1_000_000,
        "quotes": '"' * 100_000,
        "a cell without end": '"0,1\n1,2\n2,3',
        "nulls": "0,1\n\0,2\n",
        "one row often": "0,1\n" * 20_000,
        "brackets": "(" * 50_000 + " x\n0 1\n1 2",
        "nan": "0,nan\n1,2\n",
        "huge": "0,1e308\n1,-1e308\n2,1e308\n",
        "huge times": "0,1\n1e308,2\n",
        "half": "time (ms),current (pA)\n0,1\n1",
        "spaces": "1" + " " * 100_000 + "2\n" * 2,
        "a formula": '=cmd|"/c calc"!A1,1\n0,1\n1,2\n',
    }.items():
        yield "csv", what, text.encode()
    for markup in (*MARKUP, *NAMES):
        text = f"time (ms),{markup} (pA)\n0,1\n1,2\n"
        yield "csv", f"a title {markup[:20]}", text.encode("utf-8", "replace")
        yield "tsv", f"a unit {markup[:20]}", f"time (ms)\tcurrent ({markup})\n0\t1\n1\t2\n".encode("utf-8", "replace")


def _hdf5(megabytes: int) -> Iterator[Made]:
    series = "stimulus/presentation"
    with h5py.File(ROOT / "tests/data/sweeps.nwb") as file:
        name = f"{series}/{next(iter(file[series]))}/data"
    plain = attribute("experiment", "")
    for what, change in {
        "huge": huge("v", (3 * 10**9,)),
        "wider than any machine": huge("v", (10**7, 10**7)),
        "deflated": deflated("v", 1, megabytes),
        "deflated twice": deflated("v", 2, megabytes),
        "in another file": elsewhere("v"),
        "the current in another file": lambda file: (elsewhere("current")(file), plain(file)),
        "linked": linked("v"),
        "linked to itself": lambda file: file.__setitem__("loop", h5py.SoftLink("/loop")),
        "within itself": lambda file: file.__setitem__("again", file["/"]),
        "virtual": virtual("v"),
        "texts": lambda file: file.create_dataset("texts", data=MARKUP),
        "no end": lambda file: (file.__delitem__("end"), file.create_group("end")),
        "an end of something else": lambda file: file["end"].attrs.__setitem__(
            "about", '{"dtype": "os", "state": ["v"]}'
        ),
        "no spikes": lambda file: file.__delitem__("spikes"),
        "one spike": lambda file: (file.__delitem__("spikes"), file.__setitem__("spikes", 1)),
        "a date": lambda file: file["time"].attrs.__setitem__("units", "days since 0000-00-00"),
    }.items():
        yield "nc", what, netcdf(change)
    for field in ("dt", "every", "before", "experiment", "backend"):
        for value in (MARKUP[0], np.nan, np.inf, 0, -3, 2**60, np.zeros(3)):
            yield "nc", f"{field} = {str(value)[:20]}", netcdf(attribute(field, value))
            if field != "experiment":
                yield (
                    "nc",
                    f"{field} = {str(value)[:20]}, no experiment",
                    netcdf(attribute(field, value, ("experiment", ""))),
                )
    for what, change in {
        "huge": huge(name, (3 * 10**9,)),
        "deflated": deflated(name, 1, megabytes),
        "deflated twice": deflated(name, 2, megabytes),
        "in another file": elsewhere(name),
        "linked": linked(name),
        "linked elsewhere": linked("acquisition", "/proc/self/mem"),
        "virtual": virtual(name),
        "no series": lambda file: file.__delitem__("stimulus"),
        "a version": attribute("nwb_version", MARKUP[1]),
    }.items():
        yield "nwb", what, edited_nwb(change)


def _texts() -> Iterator[Made]:
    for text in [str(one) for one in WRONG]:
        legible = text.encode("utf-8", "replace").decode()
        for door in (
            "link",
            "named",
            "pin",
            "factors",
            "layout",
            "typed",
            "Brian2",
            "table",
            "number",
            "JSON",
            "typed model",
        ):
            yield door, f"{text[:20]!r} alone", text
        for key in (
            "neuron",
            "tau_mem",
            "s",
            "s.points",
            "r.dt",
            "r.neurons",
            "i.v",
            "v",
            "preset",
            "neuron.equations",
        ):
            yield "named", f"{key} = {text[:20]!r}", f"neuron=LIF&{key}={quote(legible)}"
        yield "number", f"{text[:20]!r} ms", f"{text} ms"
        for key in ("phase", "map:rate", "landscape:Adam:rate"):
            yield "layout", f"{key}:{text[:20]!r}", f"{key}:x={quote(legible, safe='')}"
    for key in ("phase", "map", "rates", "landscape", "bifurcation", "isi", "currents"):
        for value in ("x", "x=nan~inf", "x=1e999~2", "rate=nan", "<b>", MARKUP[0], "", "::::"):
            yield "laid out", f"{key}:{value}", f"{key}!:{value},{key}"
    for key in ("signal", "encoder", "s", "f_max", "x", "duration"):
        for value in (MARKUP[0], "nan", "1e999", NAMES[0], "x" * 5000):
            yield "board", f"{key} = {value[:20]}", f"{key}={quote(value)}"


BROKEN = {
    "abf": lambda c: broken_bytes(abf(), c),
    "nwb": lambda c: broken_bytes(nwb(), c),
    "nc": lambda c: broken_bytes(_saved(), c),
    "csv": lambda c: broken_bytes(TABLE.encode(), c),
    "json": lambda c: broken_json(c.choice(experiments()), c).encode(),
    "JSON": lambda c: broken_text(c.choice(experiments()), c),
    "link": lambda c: broken_link(c.choice(links()), c),
    "pin": lambda c: broken_link(c.choice(links()), c),
    "layout": lambda c: broken_text(LAYOUT, c),
    "typed": lambda c: broken_text(TYPED, c),
    "Brian2": lambda c: broken_text("dv/dt = (I - v + 2*mV) / (10*ms) : volt (unless refractory)\nI = 3*mV : volt", c),
}


def by_chance(count: int, seed: int) -> Iterator[Made]:
    """So many of each kind, which begin as what is well meant."""
    chance = random.Random(seed)
    for door, make in BROKEN.items():
        for k in range(count):
            yield door, f"by chance {seed}.{k}", make(chance)
