"""Every operation that a kernel knows gives what torch's own gives, and one that it does not know runs in torch."""

import math
import subprocess
import sys
from collections import namedtuple

import pytest
import torch

from snnlab.engine import simulate
from snnlab.functional import LIF, LIFFeedForwardState, LIFParameters
from tests.engine.cases import CALLS, Elementary, error, outcomes, same

each_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
SPECIAL = [0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 0.5, -0.5, 2.5, -2.5, 1e-40, -1e-40, 1e30, -1e30]


def whole(x):
    return (3 * x).to(torch.int32)


# What IEEE 754 fixes, or torch does in so many operations.
EXACT = {
    "neg": lambda x: -x,
    "reciprocal": torch.reciprocal,
    "square": torch.square,
    "cube": lambda x: x**3,
    "to the power of 0": lambda x: x**0,
    "to the power of -1": lambda x: x**-1,
    "to the power of -2": lambda x: x**-2,
    "remainder": lambda x: torch.remainder(x, 0.75),
    "remainder by a negative number": lambda x: torch.remainder(x, -0.75),
    "abs": torch.abs,
    "floor": torch.floor,
    "ceil": torch.ceil,
    "relu": torch.relu,
    "sign": torch.sign,
    "clamp": lambda x: x.clamp(-1, 1),
    "clamp from below": lambda x: x.clamp(min=-0.5),
    "clamp from above": lambda x: x.clamp(max=0.5),
    "clamp that is empty": lambda x: x.clamp(2.0, 1.0),
    "number minus": lambda x: 1 - x,
    "number over": lambda x: 1 / x,
    "in place": lambda x: x.clone().mul_(2).add_(1),
    "where": lambda x: torch.where(x > 0, x, -x),
    "masked_fill": lambda x: x.masked_fill(x > 0, 0.5),
    "maximum": lambda x: torch.maximum(x, 1 - x),
    "minimum": lambda x: torch.minimum(1 - x, x),
    "not": lambda x: (~(x > 0)).to(x.dtype),
    "logical_not": lambda x: torch.logical_not(x).to(x.dtype),
    "logical_and": lambda x: torch.logical_and(x, x > 0).to(x.dtype),
    "logical_or": lambda x: torch.logical_or(x, x > 0).to(x.dtype),
    "and, or, xor": lambda x: (((x > 0) & (x < 1)) | ((x > -1) ^ (x < 2))).to(x.dtype),
    "eq": lambda x: (x == 1).to(x.dtype),
    "ne": lambda x: (x != 1).to(x.dtype),
    "le": lambda x: (x <= 1).to(x.dtype),
    "ge": lambda x: (x >= 1).to(x.dtype),
    "truth times input": lambda x: (x > 0) * x,
    "to float64 and back": lambda x: (x.double() * 1.1).to(x.dtype),
    "to float32 and back": lambda x: (x.float() * 1.1).to(x.dtype),
    "zeros_like": lambda x: x + torch.zeros_like(x),
    "full_like": lambda x: x * torch.full_like(x, 0.5),
}
# What a library computes, to the last digits.
CLOSE = {
    name: getattr(torch, name)
    for name in ("exp", "sigmoid", "tanh", "expm1", "sinh", "cosh", "sin", "cos", "tan", "atan", "asinh", "erf", "exp2")
}
CLOSE |= {
    "sqrt": lambda x: torch.sqrt(x.abs()),
    "log": lambda x: torch.log(x.abs() + 0.1),
    "log2": lambda x: torch.log2(x.abs() + 0.1),
    "log10": lambda x: torch.log10(x.abs() + 0.1),
    "log1p": lambda x: torch.log1p(x.abs()),
    "asin": lambda x: torch.asin(x.clamp(-0.9, 0.9)),
    "acos": lambda x: torch.acos(x.clamp(-0.9, 0.9)),
    "acosh": lambda x: torch.acosh(x.abs() + 1.1),
    "atanh": lambda x: torch.atanh(x.clamp(-0.9, 0.9)),
    "atan2": lambda x: torch.atan2(x, 1 - x),
    "to a power": lambda x: x.abs() ** 1.5,
    "root": lambda x: (x.abs() + 0.1) ** 0.5,
    "inverse root": lambda x: (x.abs() + 0.1) ** -0.5,
    "a number to a power": lambda x: 2.0**x,
    "to a power that varies": lambda x: x.abs() ** x,
}
WHOLE = {
    "add": lambda x: whole(x) + 1,
    "sub": lambda x: 1 - whole(x),
    "mul": lambda x: whole(x) * 2,
    "div": lambda x: whole(x) / 2,
    "times a float": lambda x: whole(x) * 0.5,
    "neg": lambda x: -whole(x),
    "square": lambda x: whole(x) ** 2,
    "cube": lambda x: whole(x) ** 3,
    "gt": lambda x: whole(x) > 1,
    "gt a float": lambda x: whole(x) > 0.5,
    "where": lambda x: torch.where(x > 0, whole(x), 7),
    "shift left": lambda x: whole(x).to(torch.int64) << 2,
    "shift right": lambda x: whole(x).to(torch.int64) >> 1,
    "and": lambda x: whole(x).to(torch.int64) & 5,
    "not": lambda x: ~whole(x),
    "maximum": lambda x: torch.maximum(whole(x), -whole(x)),
    "minimum": lambda x: torch.minimum(whole(x), -whole(x)),
    "clamp": lambda x: whole(x).clamp(-1, 1),
    "sign": lambda x: whole(x).sign(),
}


def some(dtype, special=True):
    numbers = 2 * torch.randn(49, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return torch.cat([torch.tensor(SPECIAL * special, dtype=torch.float64), numbers]).to(dtype)[None]


@each_dtype
def test_operations_that_are_fixed(dtype):
    """Equal on NaN, infinities, both zeros and subnormal numbers too."""
    found, expected = (outcomes(EXACT, some(dtype), backend) for backend in ("llvm", "eager"))
    assert [name for name in EXACT if not torch.equal(found[name], expected[name])] == []


@each_dtype
def test_operations_of_a_library(dtype):
    """To two units in the last place, where torch's own and the kernel's may each be off by one."""
    found, expected = (outcomes(CLOSE, some(dtype, special=False), backend) for backend in ("llvm", "eager"))
    tolerance = 2 * torch.finfo(dtype).eps
    off = {name: ((found[name] - y).abs() / y.abs().clamp_min(1e-30)).max().item() for name, y in expected.items()}
    assert {name: e for name, e in off.items() if not e <= tolerance} == {}


@each_dtype
def test_kernels_have_the_functions_of_the_core(dtype):
    """The same operations, so the same bits."""
    wide = torch.cat([torch.tensor(SPECIAL), torch.linspace(-90, 90, 1201), torch.linspace(-1.2, 1.2, 801)])
    x = torch.cat([wide.double(), torch.logspace(-40, 38, 400, dtype=torch.float64)]).to(dtype)[None]

    found = outcomes(CALLS, x, "llvm")
    with Elementary():
        expected = outcomes(CALLS, x, "eager")
    assert [name for name in found if not torch.equal(found[name], expected[name])] == []


def gradients(operations, backend):
    """Of each operation alone, through one run."""
    State = namedtuple("State", [f"of_{k}" for k in range(len(operations))])

    def step(x, s, p, dt):
        return x > 0, State(*(operation(x) for operation in operations.values()))

    x, zero = some(torch.float64, special=False).requires_grad_(), State(*[0.0] * len(operations))
    run = simulate(step, current=x, p=(1.0,), state=zero, record=State._fields, backend=backend)
    found = {}
    for name, y in zip(operations, run.variables.values()):
        g = torch.autograd.grad(y.sum(), x, retain_graph=True, allow_unused=True)[0] if y.requires_grad else None
        found[name] = torch.zeros_like(x) if g is None else g
    return found


BY_RSQRT = {"asin", "acos", "asinh", "acosh"}  # whose gradients no kernel knows
SMOOTH = {name: operation for name, operation in CLOSE.items() if name not in BY_RSQRT}


@pytest.mark.parametrize("group", [EXACT, SMOOTH], ids=["exact", "close"])
def test_gradients_of_operations(group):
    """1e-12 leaves room for the last digits of functions."""
    found, expected = (gradients(group, backend) for backend in ("llvm", "eager"))
    assert {name: e for name in group if (e := error(found[name], expected[name])) > 1e-12} == {}


@pytest.mark.parametrize("name", sorted(BY_RSQRT))
def test_a_gradient_that_no_kernel_knows_is_torch_s(name):
    """Known before the run, and not when it is too late to run otherwise."""
    found, expected = (gradients({name: CLOSE[name]}, backend)[name] for backend in ("auto", "eager"))
    assert error(found, expected) < 1e-12


@each_dtype
@pytest.mark.parametrize("name", WHOLE)
def test_operations_of_whole_numbers(name, dtype):
    """In a kernel or in torch, whichever knows them."""
    x = some(dtype, special=False)
    found, expected = (outcomes({name: lambda x: WHOLE[name](x).to(dtype)}, x, b)[name] for b in ("auto", "eager"))
    assert torch.equal(found, expected)


def test_the_absolute_value_of_whole_numbers():
    """In a process of its own: text that LLVM does not understand may end the one it is in."""
    program = """
import torch
from snnlab.engine import simulate
def step(x, s, p, dt):
    return x > 0, ((3 * x).int().abs().to(x.dtype),)
x = torch.linspace(-3, 3, 20)[None]
runs = [simulate(step, current=x, p=(1.0,), state=(0.0,), record="0", backend=b) for b in ("auto", "eager")]
assert torch.equal(*(run.variables["0"] for run in runs))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


COUNTS = {
    "whole number": lambda z: z.int(),
    "default dtype": lambda z: torch.where(z, 1.0, 0.0),
    "float64": lambda z: z.double(),
    "truth": lambda z: z,
}


@pytest.mark.parametrize("name", COUNTS)
@each_dtype
def test_a_state_of_another_dtype_than_the_run(name, dtype):
    """What a step counts in another dtype are the numbers of torch."""
    count = COUNTS[name]
    State = namedtuple("State", ["v", "n"])

    def step(x, s, p, dt):
        v = s.v + dt * p[0] * (x - s.v)
        z = v > 1.0
        return z, State(torch.where(z, 0.0 * v, v), count(z))

    x = 3 * torch.rand(60, 9, generator=torch.Generator().manual_seed(0)).to(dtype)
    given = {"current": x, "p": (50.0,), "state": State(0.0, 0.0), "record": ("v", "n")}
    auto, eager = (simulate(step, **given, backend=b) for b in ("auto", "eager"))
    assert eager.spikes.any()
    assert torch.equal(auto.spikes, eager.spikes)
    assert torch.equal(auto.variables["v"], eager.variables["v"])
    assert torch.equal(auto.variables["n"].double(), eager.variables["n"].double())


@pytest.mark.parametrize("v_th", [math.inf, 1e300, 1e39, 10**50, -1e39, 1e-50])
def test_parameters_that_a_float32_does_not_hold(v_th):
    """A threshold out of reach is infinite then, as torch rounds it, and no error."""
    current = torch.full((30, 9), 1.5)
    found, expected = (simulate(LIF, current=current, p=LIFParameters(v_th=v_th), backend=b) for b in ("auto", "eager"))
    assert same(found, expected)
    assert found.spikes.any() == (v_th < 1)


@each_dtype
def test_numbers_below_the_normal_ones(dtype):
    """A synaptic current that decays through the subnormal numbers: not flushed to 0, and not otherwise rounded."""
    state = LIFFeedForwardState(0.0, 8 * torch.finfo(dtype).tiny)
    given = {"current": torch.zeros(300, 9, dtype=dtype), "state": state, "record": ("v", "i")}
    found, expected = (simulate(LIF, **given, backend=backend) for backend in ("llvm", "eager"))
    assert 0 < found.variables["i"][30, 0] < torch.finfo(dtype).tiny
    assert same(found, expected)
