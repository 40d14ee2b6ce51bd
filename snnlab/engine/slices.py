"""Kernels that go on together, a slice of steps at a time, called one after the other by a kernel of their own."""

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch

from .fused import Plan, Status
from .ir import Function, Value, i64, module
from .llvm import Compiled

FIELDS = 5  # of a kernel in the table: its address, those of its table, scratch and status, and its neurons


class Slices(NamedTuple):
    """Kernels under way; each `status` has the step at which it failed, or the number of all steps."""

    status: tuple[Any, ...]
    table: np.ndarray
    held: tuple[Any, ...]  # memory that the table points to

    def advance(self, t0: int, t1: int, together: int) -> None:
        """Steps from t0 to t1, `together` of each kernel before the next one's turn, as far as the first that fails."""
        _turns()[1](self.table.ctypes.data, len(self.table), t0, t1, together)


def slices(plans: Sequence[Plan], tables: Sequence[list]) -> Slices:
    """Kernels with their tables, ready to go on together."""
    status, rows, held = [], [], []
    for plan, table in zip(plans, tables):
        call: Any = plan.program.call
        mine = table.copy()
        status.append(Status(plan.setting.T, 0))
        mine[plan.program.places["status"]] = ctypes.addressof(status[-1])
        packed = np.frombuffer(plan.program.pack(mine), np.uint8)
        scratch = torch.empty(max(1, plan.program.scratch * plan.setting.block), dtype=torch.int64)
        address = ctypes.cast(call, ctypes.c_void_p).value
        places = packed.ctypes.data, scratch.data_ptr(), ctypes.addressof(status[-1])
        rows.append((address, *places, plan.setting.N))
        held += [call, packed, scratch]
    return Slices(tuple(status), np.array(rows, np.int64), tuple(held))


@cache
def _turns() -> tuple[Compiled, Any]:
    """A kernel that calls kernels."""
    f = Function("turns", "ptr %kernels, i64 %count, i64 %t0, i64 %t1, i64 %together")
    kernels = f.array(Value("%kernels", "ptr"), "i64")
    count, t0, t1, together = (Value(f"%{name}", "i64") for name in ("count", "t0", "t1", "together"))
    failed = f.local("i64")
    with f.loop(t0, t1, together) as t:
        stop = f.add(t, together)
        stop = f.select(f.compare("slt", stop, t1), stop, t1)
        f.store(i64(0), failed)
        with f.loop(i64(0), count) as k:
            row = f.mul(k, FIELDS)
            fields = [f.get(kernels, f.add(row, place)) for place in range(FIELDS)]
            run, table, scratch, status = (f.new("ptr", f"inttoptr {one} to ptr") for one in fields[:4])
            f.line(f"call void {run.text}({table}, {scratch}, i64 0, {fields[4]}, {t}, {stop})")
            short = f.compare("slt", f.load(status, "i64"), stop)
            f.store(f.select(short, i64(1), f.load(failed, "i64")), failed)
        with f.when(f.compare("ne", f.load(failed, "i64"), i64(0))):
            f.leave_loop()  # what follows in its memory are no spikes
    f.line("ret void")
    compiled = Compiled(module(f))
    arguments = ctypes.c_void_p, *[ctypes.c_int64] * 4
    return compiled, ctypes.CFUNCTYPE(None, *arguments)(compiled.address("turns"))
