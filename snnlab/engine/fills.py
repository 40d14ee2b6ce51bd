"""Kernels that give a run what it is given: numbers from the values of knobs, inputs step by step, states neuron by
neuron. Each is one recorded program, printed with a loop around it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from snnlab.core import Program

from . import wasm
from .ir import Function, Value, i64, module
from .llvm import converted, printed

Rows = Literal["once", "neurons", "steps", "cells"]
COUNTER = "k"  # the input that counts rows, in double precision


class Fill(NamedTuple):
    """A module that exports `fill(values, places, rows)`: for each row k, `outputs` from the values and k.

    `values` is an array of doubles; `places` has the address of the array of each output, 8 bytes each. `rows` says
    what is counted: "neurons", "steps", "cells" (neurons of one step after those of another), or "once" for numbers.
    """

    code: bytes
    rows: Rows
    outputs: tuple[str, ...]

    @property
    def about(self) -> dict[str, Any]:
        return {"rows": self.rows, "outputs": list(self.outputs)}


def fill(program: Program, values: Sequence[str], types: Mapping[str, str], rows: Rows) -> Fill:
    """The kernel of a program of `values` and the number of the row, its outputs in arrays of these types.

    Raises Unprintable.
    """
    return Fill(wasm.compiled(kernel_text(program, values, types), "fill"), rows, tuple(types))


def kernel_text(program: Program, values: Sequence[str], types: Mapping[str, str]) -> str:
    """Its text, for any machine. Raises Unprintable."""
    f = Function("fill", "ptr %values, ptr %places, i64 %rows")
    given, places = f.array(Value("%values", "ptr"), "double"), f.array(Value("%places", "ptr"), "i64")
    inputs = {name: f.get(given, i64(k)) for k, name in enumerate(values) if name in program.used}
    found = {}
    for k, (name, kind) in enumerate(types.items()):
        place = f.load(f.at(places, i64(k)), "ptr")
        found[name] = f.array(place, kind)
    with f.loop(i64(0), Value("%rows", "i64")) as row:
        outputs = printed(f, program, inputs | {COUNTER: converted(f, row, "double")})
        for name, array in found.items():
            f.put(array, row, converted(f, outputs[name], array.type))
    f.line("ret void")
    return module(f)
