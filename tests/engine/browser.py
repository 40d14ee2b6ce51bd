"""A browser's part, played by wasmtime: lays a run's arrays and table into memory, and calls its module."""

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
    """A module with its memory, where arrays lie one after the other."""

    def __init__(self, run: Portable) -> None:
        self.about, self.store = run.about, wasmtime.Store(_engine())
        about, self.starts, top = run.about, {}, 1024
        table, top = top, top + 8 * len(about["table"])
        for name, one in about["arrays"].items():
            self.starts[name] = top = (top + 63) // 64 * 64
            top += (one.get("before", 0) + self.rows(one)) * one["columns"] * np.dtype(NUMPY[one["type"]]).itemsize
        self.table, self.scratch = table, (top + 63) // 64 * 64
        pages = (self.scratch + about["scratch"]) // PAGE + 1
        self.memory = wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(pages, None)))
        module = wasmtime.Module(_engine(), run.code)
        self.run = wasmtime.Instance(self.store, module, [self.memory]).exports(self.store)["run"]
        for name, x in run.arrays.items():
            self.whole(name)[: len(x)] = x
        self.whole("status")[:] = about["steps"], 0
        for k, entry in enumerate(about["table"]):
            name, kind = entry["name"], entry["type"]
            if kind == "ptr":
                one = about["arrays"][name]
                itemsize = np.dtype(NUMPY[one["type"]]).itemsize
                value = self.starts[name] + one.get("before", 0) * one["columns"] * itemsize
            else:
                value = float(about["numbers"][name]) if kind in ("float", "double") else int(about["numbers"][name])
            if kind == "float":
                with np.errstate(over="ignore"):
                    value = np.float32(value)
            self.bytes(table + 8 * k, 8)[: struct.calcsize(CODES[kind])] = struct.pack(CODES[kind], value)

    def rows(self, one) -> int:
        return self.about[one["rows"]] if isinstance(one["rows"], str) else one["rows"]

    def bytes(self, start: int, size: int):
        """Memory as it is now: it moves when it grows."""
        base = ctypes.addressof(self.memory.data_ptr(self.store).contents)
        return (ctypes.c_char * size).from_address(base + start)

    def whole(self, name: str) -> np.ndarray:
        """An array with the rows in front of it."""
        one = self.about["arrays"][name]
        shape, kind = (one.get("before", 0) + self.rows(one), one["columns"]), np.dtype(NUMPY[one["type"]])
        size = shape[0] * shape[1] * kind.itemsize
        return np.frombuffer(self.bytes(self.starts[name], size), kind).reshape(shape)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.whole(name)[self.about["arrays"][name].get("before", 0) :]

    def go(self, slices: int = 1) -> "Memory":
        """Run it all, in so many parts."""
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
