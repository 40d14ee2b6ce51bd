"""A browser's part, played by wasmtime: lays a run's arrays and table into memory, and calls its modules."""

import ctypes
import struct
from functools import cache
from itertools import pairwise

import numpy as np
import torch
import wasmtime

from snnlab.engine.portable import NUMPY, Portable

CODES = {"float": "<f", "double": "<d", "i64": "<q", "ptr": "<i"}
PAGE = 65_536


@cache
def _engine() -> wasmtime.Engine:
    return wasmtime.Engine()


class Memory:
    """Modules with their memory, where arrays lie one after the other."""

    def __init__(self, run: Portable) -> None:
        self.about, self.given, self.store = dict(run.about), run.arrays, wasmtime.Store(_engine())
        self.numbers = dict(run.about["numbers"])
        self.memory = wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(1, None)))
        self.run = self.function(run.code, "run")
        self.fills = [self.function(one.code, "fill") for one in run.fills]
        self.lay()
        if self.fills:
            self.turn({})

    def function(self, code: bytes, name: str):
        module = wasmtime.Module(_engine(), code)
        return wasmtime.Instance(self.store, module, [self.memory]).exports(self.store)[name]

    def lay(self) -> None:
        """Places for all arrays, and what is known of them."""
        about, self.starts, top = self.about, {}, 1024
        self.table, top = top, top + 8 * len(about["table"])
        for name, one in about["arrays"].items():
            self.starts[name] = top = (top + 63) // 64 * 64
            top += (self.before(one) + self.rows(one)) * one["columns"] * np.dtype(NUMPY[one["type"]]).itemsize
        self.scratch = (top + 63) // 64 * 64
        more = (self.scratch + about["scratch"]) // PAGE + 1 - self.memory.size(self.store)
        if more > 0:
            self.memory.grow(self.store, more)
        for name, x in self.given.items():
            self.whole(name)[: len(x)] = x
        self.whole("status")[:] = about["steps"], 0
        self.write_table()

    def write_table(self) -> None:
        for k, entry in enumerate(self.about["table"]):
            name, kind = entry["name"], entry["type"]
            if kind == "ptr":
                value = self.place(name)
            else:
                value = float(self.numbers[name]) if kind in ("float", "double") else int(self.numbers[name])
            if kind == "float":
                with np.errstate(over="ignore"):
                    value = np.float32(value)
            self.bytes(self.table + 8 * k, 8)[: struct.calcsize(CODES[kind])] = struct.pack(CODES[kind], value)

    def turn(self, values: dict[str, float]) -> "Memory":
        """Knobs have these values: numbers, then the length of the run, then arrays follow from them."""
        about = self.about
        assert values.keys() <= about["values"].keys()
        about["values"] = about["values"] | values
        for wanted in (True, False):  # numbers first
            self["values"][:] = list(about["values"].values())
            for k, (call, one) in enumerate(zip(self.fills, about["fills"])):
                if (one["rows"] == "once") == wanted:
                    self[f"places.{k}"][:] = [self.place_of_output(name) for name in one["outputs"] + one["inputs"]]
                    rows = about["steps"] * about["neurons"] if one["rows"] == "cells" else about.get(one["rows"], 1)
                    rows = one["rows"] if isinstance(one["rows"], int) else rows
                    call(self.store, self.starts["values"], self.starts[f"places.{k}"], rows)
            if wanted:
                self.numbers |= dict(zip(about["results"], self["numbers"][0].tolist()))
                steps = int(self.numbers.get("steps", about["steps"]))
                about |= {"steps": steps, "samples": steps // about["every"]}
                self.lay()
        return self

    def place(self, name: str) -> int:
        one = self.about["arrays"][name]
        return self.starts[name] + self.before(one) * one["columns"] * np.dtype(NUMPY[one["type"]]).itemsize

    def place_of_output(self, name: str) -> int:
        if name in self.about["arrays"]:
            return self.place(name)
        return self.starts["numbers"] + 8 * self.about["results"].index(name)

    def rows(self, one) -> int:
        return self.about[one["rows"]] if isinstance(one["rows"], str) else one["rows"]

    def before(self, one) -> int:
        """Rows in front of an array."""
        found = one.get("before", 0)
        return int(self.numbers[found]) if isinstance(found, str) else found

    def bytes(self, start: int, size: int):
        """Memory as it is now: it moves when it grows."""
        base = ctypes.addressof(self.memory.data_ptr(self.store).contents)
        return (ctypes.c_char * size).from_address(base + start)

    def whole(self, name: str) -> np.ndarray:
        """An array with the rows in front of it."""
        one = self.about["arrays"][name]
        shape, kind = (self.before(one) + self.rows(one), one["columns"]), np.dtype(NUMPY[one["type"]])
        size = shape[0] * shape[1] * kind.itemsize
        return np.frombuffer(self.bytes(self.starts[name], size), kind).reshape(shape)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.whole(name)[self.before(self.about["arrays"][name]) :]

    def go(self, slices: int = 1) -> "Memory":
        """Run it all, in so many parts."""
        if "z" not in self.given and (before := self.before(self.about["arrays"]["z"])):
            self.whole("z")[:before] = 0
        about, cuts = self.about, np.linspace(0, self.about["steps"], slices + 1).astype(int)
        for t0, t1 in pairwise(cuts):
            self.run(self.store, self.table, self.scratch, 0, about["neurons"], int(t0), int(t1))
        return self


def ran(run: Portable, slices: int = 1) -> Memory:
    return Memory(run).go(slices)


def same(memory: Memory, recording) -> bool:
    """Whether every spike and every recorded number has the bits of the recording."""
    about = memory.about
    kept = "picked" if about["chosen"] is not None else "kept"
    pairs = [(memory["z"], recording.spikes.to(torch.uint8))]
    pairs += [(memory[f"{kept}.{name}"], recording.variables[name]) for name in about["recorded"]]
    return all(np.array_equal(a.view(np.uint8), b.numpy().reshape(a.shape).view(np.uint8)) for a, b in pairs)
