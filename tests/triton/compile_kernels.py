"""Compiles the kernels of every neuron for a GPU that need not be there: `python -m tests.triton.compile_kernels 90`.
With several of these numbers, the capabilities of GPUs, the two kernels of a run are for one of them, in turn.

Prints a line for each. A fused multiply-add, which rounds once where torch rounds twice, is an error.
"""

import sys
from itertools import cycle

import torch

from snnlab.core import exponential_euler, rk4
from snnlab.engine import trace, triton, triton_loops
from snnlab.engine.loops import Port, Shape
from snnlab.functional import LIF, NEURONS, AdEx, CobaLIF
from tests.engine.cases import textbook

OPTIONS = {"num_warps": 4, "enable_fp_fusion": False, "enable_reflect_ftz": False}


def kernels(
    neuron,
    dtype,
    gradient=True,
    noise=False,
    picked=False,
    wide=False,
    kind=None,
    shared=False,
    advance=None,
    **changes,
):
    """The kernels of a run."""
    p = textbook(neuron) | changes
    numbers = tuple(name for name, value in p.items() if isinstance(value, torch.Tensor | int | float))
    constants = tuple((name, value) for name, value in p.items() if name not in numbers)
    ports = ("current", "spikes") if neuron.receive is not None else ("current",)
    cell = trace.Cell(
        neuron=neuron,
        fields=neuron.parameters,
        state=neuron.state,
        numbers=numbers,
        constants=constants,
        ports=ports,
        noise=noise,
        advance=advance,
    )
    state = (*neuron.state._fields, *(("noise",) if noise else ()))
    kind = kind or {torch.float32: "float", torch.float64: "double"}[dtype]
    shape = Shape(
        dtype=dtype,
        state=state,
        ports=tuple(Port(name, kind, shared) for name in ports),
        wide=tuple(f"p.{name}" for name in numbers) if wide else (),
        kept=() if picked else neuron.state._fields,
        picked=neuron.state._fields if picked else (),
        gradient=gradient,
    )
    forward = trace.forward(cell, state, dtype)
    yield triton_loops.forward(shape, forward)
    if gradient:
        wanted = (*ports, *(f"p.{name}" for name in numbers))
        yield triton_loops.backward(shape, forward, trace.backward(cell, state, dtype, wanted), wanted)


def machine_code(kernel, capability: int) -> tuple[str, bytes]:
    """(PTX, what the assembler makes of it)."""
    from triton.backends.compiler import GPUTarget  # not at the top: pytest looks for doctests in this file
    from triton.compiler import ASTSource, compile

    function = triton.compiled(kernel.name, kernel.text)
    source = ASTSource(function, kernel.arguments | {"BLOCK": "constexpr"}, {"BLOCK": 128})
    done = compile(source, GPUTarget("cuda", capability, 32), OPTIONS)
    return done.asm["ptx"], done.asm["cubin"]


def all_kernels():
    for neuron in NEURONS:
        yield from ((f"{neuron.name}", k) for k in kernels(neuron, torch.float32))
    yield from (("LIF in float64", k) for k in kernels(LIF, torch.float64, wide=True))
    yield from (("LIF with noise", k) for k in kernels(LIF, torch.float32, noise=True, picked=True))
    yield from (("LIF, bool input", k) for k in kernels(LIF, torch.float32, False, kind="i8", shared=True))
    yield from (("CobaLIF, exponential", k) for k in kernels(CobaLIF, torch.float32, advance=exponential_euler))
    yield from (("AdEx, RK4", k) for k in kernels(AdEx, torch.float64, advance=rk4))
    yield from (("LIF, tanh", k) for k in kernels(LIF, torch.float32, method="tanh"))
    yield from (("LIF, circ", k) for k in kernels(LIF, torch.float64, method="circ"))


if __name__ == "__main__":
    capabilities = cycle(number for number in map(int, sys.argv[1:]) for _ in ("forward", "backward"))
    for (name, kernel), capability in zip(all_kernels(), capabilities):
        ptx, binary = machine_code(kernel, capability)
        assert binary.startswith(b"\x7fELF")
        assert "fma.rn" not in ptx, f"{name}: a product is fused with a sum"
        print(f"{name}: {kernel.name}, {len(ptx.splitlines())} lines, {len(binary)} bytes", flush=True)
