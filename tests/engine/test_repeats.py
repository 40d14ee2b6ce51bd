"""Loops that are found in a recording: printed once, with the bits of what they were found in."""

import ctypes

import numpy as np
import pytest
import torch

from snnlab.core import record
from snnlab.core.roots import root
from snnlab.engine.fills import kernel_text
from snnlab.engine.ir import Function, Value, i64, module
from snnlab.engine.llvm import Compiled, printed
from snnlab.engine.repeats import repeats

TIMES = 30


def sums(x, y):
    """Each value is read one, two and three times after it was made; y is the same at all times."""
    a, b, c = x, y, 0.5 * x
    for _ in range(TIMES):
        a, b, c = 0.5 * a + 0.25 * torch.sin(b) - 0.125 * c * y, a, b
    return {"a": a, "b": b, "c": c}


def counted(x, y):
    """Something before, two loops, something between and after, and a truth that is carried."""
    begun, x = x > 10, x * y
    for _ in range(TIMES):
        x = torch.where(begun, x + 0.5, x * 1.25) + 0.5 * y
        begun = begun | (x > 2)
    between = x * x - y
    for _ in range(TIMES):
        between = torch.cos(between * y) + between / 3 + 0.25
    return {"x": x, "between": between + x, "begun": torch.where(begun, x, -x)}


def roots(x, y):
    return {"found": root(lambda v: torch.exp(v * y) - x, -3.0, -20.0 + 0 * x, 20.0 + 0 * x)}


def values(program, loops, x, y):
    """What the printed operations give, on this processor."""
    f = Function("run", "ptr %inputs, ptr %outputs")
    given, made = f.array(Value("%inputs", "ptr"), "double"), f.array(Value("%outputs", "ptr"), "double")
    inputs = {name: f.get(given, i64(k)) for k, name in enumerate(program.inputs)}
    for k, value in enumerate(printed(f, program, inputs, loops).values()):
        f.put(made, i64(k), value)
    f.line("ret void")
    compiled = Compiled(module(f))
    outputs = np.zeros(len(program.outputs))
    pointers = np.array([x, y]).ctypes.data, outputs.ctypes.data
    ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(compiled.address("run"))(*pointers)
    return outputs


@pytest.mark.parametrize(("function", "loops"), [(sums, 1), (counted, 2), (roots, 1)])
def test_a_loop_gives_the_bits_of_its_steps(function, loops):
    number = torch.tensor([0.3], dtype=torch.float64), torch.tensor([0.7], dtype=torch.float64)
    program = record(function, x=number[0], y=number[1])
    found = repeats(program)
    assert len(found) == loops
    assert sum(one.saved for one in found) > 0.7 * len(program.operations)
    for x, y in ((0.3, 0.7), (1.5, -0.2), (4.0, 1.1)):
        looped, unrolled = values(program, found, x, y), values(program, [], x, y)
        assert (looped == unrolled).all()
        eager = function(torch.tensor([x], dtype=torch.float64), torch.tensor([y], dtype=torch.float64))
        # sines and exponentials are other functions than torch's, of the same last digit but one
        assert looped == pytest.approx(torch.cat(list(eager.values())).numpy(), rel=1e-12, nan_ok=True)


def test_nothing_repeats_in_what_changes():
    """The same operations, of numbers that differ, or that read something else each time."""

    def other_numbers(x):
        for k in range(40):
            x = torch.sin(x * k) + 0.5 * x + x * x
        return x

    def other_values(x):
        made = [x]
        for k in range(40):
            y = torch.sin(made[k // 2]) + 0.5 * x
            made.append(y * y + made[k // 3])
        return made[-1]

    for function in (other_numbers, other_values):
        program = record(function, x=torch.tensor([0.3], dtype=torch.float64))
        assert repeats(program) == []


def test_a_search_is_a_short_kernel():
    """What a page has to compile for the rest of a membrane."""
    number = torch.tensor([0.3], dtype=torch.float64), torch.tensor([0.7], dtype=torch.float64)
    program = record(roots, x=number[0], y=number[1])
    f = Function("run", "")
    printed(f, program, {"x": Value("%x", "double"), "y": Value("%y", "double")})
    looped = kernel_text(program, ("x", "y"), {"found": "double"})
    assert len(looped.splitlines()) < len(f.lines) / 6
