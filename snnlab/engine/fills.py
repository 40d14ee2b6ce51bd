"""Kernels that give a run what it is given: numbers from the values of knobs, inputs step by step, states neuron by
neuron. Each is one recorded program, printed with a loop around it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from snnlab.core import Program

from . import wasm
from .ir import Function, Value, i64, module
from .llvm import converted, printed
from .repeats import repeats

Rows = Literal["once", "neurons", "steps", "cells"] | int
COUNTER = "k"  # the input that counts rows, in double precision


class Fill(NamedTuple):
    """A module that exports `fill(values, places, rows)`: for each row k, `outputs` from the values, k, and `inputs`.

    `values` is an array of doubles; `places` has the address of the array of each output, and then of each input, 8
    bytes each. An array of inputs is read again from its beginning after its end. `rows` says what is counted:
    "neurons", "steps", "cells" (neurons of one step after those of another), "once" for numbers, or is itself so many.
    """

    code: bytes
    rows: Rows
    outputs: tuple[str, ...]
    inputs: tuple[str, ...] = ()

    @property
    def about(self) -> dict[str, Any]:
        return {"rows": self.rows, "outputs": list(self.outputs), "inputs": list(self.inputs)}


def fill(
    program: Program,
    values: Sequence[str],
    types: Mapping[str, str],
    rows: Rows,
    arrays: Mapping[str, Mapping[str, Any]] | None = None,
) -> Fill:
    """The kernel of a program of `values`, the number of the row and `arrays`, its outputs in arrays of these types.

    Of each of `arrays`, its "type" and number of "columns". Raises Unprintable.
    """
    text = kernel_text(program, values, types, arrays or {})
    return Fill(wasm.compiled(text, "fill"), rows, tuple(types), tuple(arrays or {}))


def kernel_text(
    program: Program,
    values: Sequence[str],
    types: Mapping[str, str],
    arrays: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> str:
    """Its text, for any machine. Raises Unprintable."""
    f = Function("fill", "ptr %values, ptr %places, i64 %rows")
    given, places = f.array(Value("%values", "ptr"), "double"), f.array(Value("%places", "ptr"), "i64")
    used = set(program.used)
    inputs = {name: f.get(given, i64(k)) for k, name in enumerate(values) if name in used}
    known = {name: one["type"] for name, one in arrays.items()}
    found = {}
    for k, (name, kind) in enumerate([*types.items(), *known.items()]):
        place = f.load(f.at(places, i64(k)), "ptr")
        found[name] = f.array(place, kind)
    with f.loop(i64(0), Value("%rows", "i64")) as row:
        for name, kind in known.items():
            value = f.get(found[name], f.binary("urem", row, i64(arrays[name]["columns"])))
            inputs[name] = converted(f, value, "float") if kind == "i8" else value
        outputs = printed(f, program, inputs | {COUNTER: converted(f, row, "double")}, repeats(program))
        for name in types:
            f.put(found[name], row, converted(f, outputs[name], found[name].type))
    f.line("ret void")
    return module(f)
