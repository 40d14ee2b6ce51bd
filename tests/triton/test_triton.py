"""Triton's kernels against torch's own operations on the CPU, and through the compiler of two GPUs.

They run on the GPU where there is one. Elsewhere numbers come from Triton's interpreter, which runs a kernel on the
CPU, and only where it was asked to before Triton was imported; the compiler wants the opposite, so it works in a
process of its own.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from snnlab.core import SURROGATES
from snnlab.engine import Cancelled, Diverged, simulate
from snnlab.engine.noise import Noise
from snnlab.functional import LIF, NEURONS, AdEx, Izhikevich, LIFFeedForwardState
from tests.engine.cases import (
    CALLS,
    DEVICE,
    KINDS,
    METHODS,
    Elementary,
    case,
    error,
    gradients,
    outcomes,
    recording,
    same,
)
from tests.nights import each_value

pytestmark = [pytest.mark.triton, pytest.mark.filterwarnings("ignore::RuntimeWarning")]
# Float32 gradients by another order of sums: eager torch's, and the one that is as in the CPU's kernel, if it is there.
ORDERS = {"eager": 1e-5} | ({"llvm": 1e-6} if importlib.util.find_spec("llvmlite") else {})
STEPS = 40  # one segment between the states that a gradient begins from, and a part of another


@pytest.fixture(scope="module", autouse=True)
def interpreter():
    if DEVICE == "cuda":
        yield
        return
    assert "triton" not in sys.modules, "these tests want a process of their own: make test-triton"
    os.environ["TRITON_INTERPRET"] = "1"
    yield
    del os.environ["TRITON_INTERPRET"]


def over(neurons):
    return pytest.mark.parametrize("neuron", neurons, ids=lambda neuron: neuron.name)


def over_all(neurons=NEURONS, **axis):
    """Neurons by every value of an axis: by night, where the interpreter takes a second for what a GPU has at once."""
    return each_value(always=DEVICE == "cuda", neuron={neuron.name: neuron for neuron in neurons}, **axis)


OWN = {"shared": False, "own": True}

each_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def expected_of(neuron, given, **more):
    """The run in torch, by the kernels' exp: IEEE 754 fixes every other operation to the last bit."""
    with Elementary():
        return given.run(neuron, "eager", **more)


@over_all(own=OWN)
def test_numbers_are_those_of_torch(neuron, own):
    given = case(neuron, STEPS, 5, torch.float32, own)
    found = given.run(neuron, "triton")
    assert found.backend == "triton"
    assert found.spikes.device.type == DEVICE
    assert same(found, expected_of(neuron, given))


@over([LIF, AdEx])
def test_numbers_of_float64(neuron):
    given = case(neuron, STEPS, 5, torch.float64, own=True)
    assert same(given.run(neuron, "triton"), expected_of(neuron, given))


@over_all(own=OWN)
def test_gradients_in_float64(neuron, own):
    """Of a random functional of spikes, all variables and the last state, with respect to every number that goes in."""
    given = case(neuron, STEPS, 5, own=own)
    found, expected = (gradients(neuron, given, backend) for backend in ("triton", "eager"))
    assert {k: e for k in expected if (e := error(found[k], expected[k])) > 1e-11} == {}


@over_all([n for n in NEURONS if n.name in KINDS], method={m: m for m in ("exponential", "Heun", "RK4")})
def test_every_integrator(neuron, method):
    given, advance = case(neuron, STEPS, 5, torch.float32), METHODS[method](neuron)
    assert same(given.run(neuron, "triton", advance=advance), expected_of(neuron, given, advance=advance))
    given = given.to(torch.float64)
    found, expected = (gradients(neuron, given, backend, advance=advance) for backend in ("triton", "eager"))
    assert {k: e for k in expected if (e := error(found[k], expected[k])) > 1e-11} == {}


@over_all(order={order: order for order in ORDERS})
def test_gradients_in_float32(neuron, order):
    """Of the same operations, so a sum over all steps is off by no more than a few units; by more in another order."""
    given = case(neuron, STEPS, 5, torch.float32, own=True)
    found = gradients(neuron, given, "triton")
    with Elementary():
        expected = gradients(neuron, given, order)
    assert {k: e for k in expected if (e := error(found[k], expected[k])) > ORDERS[order]} == {}


@pytest.mark.parametrize("method", SURROGATES)
def test_gradients_through_surrogates(method):
    given = case(LIF, STEPS, 5, own=True, alpha=2.0, method=method)
    found, expected = (gradients(LIF, given, backend) for backend in ("triton", "eager"))
    assert {k: e for k in expected if (e := error(found[k], expected[k])) > 1e-11} == {}


def test_the_gradient_of_a_sum():
    """It is one number, shown T times N: one row of it is read."""
    given = case(LIF, STEPS, 5)
    found = []
    for backend in ("triton", "eager"):
        x = given.inputs["spikes"].clone().requires_grad_()
        recording(LIF, backend, spikes=x).spikes.sum().backward()
        found.append(x.grad)
    torch.testing.assert_close(*found, rtol=1e-12, atol=0)


@each_dtype
def test_noise(dtype):
    """Random numbers are functions of seed, step and neuron: the same bits on every device."""
    given = case(LIF, STEPS, 5, dtype)
    noise = Noise(sigma=torch.linspace(0.1, 0.5, 5), tau=0.005, seed=2**40 + 3)
    found, expected = (given.run(LIF, backend, noise=noise) for backend in ("triton", "eager"))
    assert same(found, expected)
    assert not same(found, given.run(LIF, "triton"))


@each_dtype
def test_a_run_goes_on_from_another(dtype):
    """With its noise by the counter: the second part of the whole, from a first part by any backend."""
    given = case(LIF, STEPS, 5, dtype)
    more = {"p": given.p, "dt": given.dt, "record": ("v", "noise"), "noise": Noise(0.5, tau=0.005, seed=3)}
    first, second = ({n: x[part] for n, x in given.inputs.items()} for part in (slice(0, 17), slice(17, None)))
    whole = recording(LIF, "eager", **given.inputs, **more)
    for backend in ("triton", "eager"):
        begun = recording(LIF, backend, **first, **more)
        found = recording(LIF, "triton", **second, **more, resume=begun)
        assert torch.equal(found.spikes.cpu(), whole.spikes[17:])
        assert all(torch.equal(values.cpu(), whole.variables[name][17:]) for name, values in found.variables.items())


@pytest.mark.parametrize("neurons", [None, [4], [3, 0, 3]])
@pytest.mark.parametrize("every", [1, 7])
def test_chosen_neurons_and_steps(neurons, every):
    given = case(LIF, STEPS, 5)
    chosen = {"neurons": neurons, "every": every}
    found, expected = (given.run(LIF, backend, **chosen) for backend in ("triton", "eager"))
    assert found.variables["v"].shape == (STEPS // every, 5 if neurons is None else len(neurons))
    assert same(found, expected)
    found, expected = (gradients(LIF, given, backend, **chosen) for backend in ("triton", "eager"))
    assert {k: e for k in expected if (e := error(found[k], expected[k])) > 1e-11} == {}


def test_many_blocks_of_neurons():
    given = case(LIF, 40, 300)
    assert same(given.run(LIF, "triton"), given.run(LIF, "eager"))
    assert same(given.run(LIF, "triton", neurons=[299, 130]), given.run(LIF, "eager", neurons=[299, 130]))


def test_one_input_for_all_neurons():
    current, v = torch.linspace(0, 3, 50), torch.tensor([0.0, 0.5, 0.9])
    state = LIFFeedForwardState(v, torch.zeros(3))
    for x in (current, current[:, None].expand(50, 3), current > 1):
        found, expected = (recording(LIF, backend, current=x, state=state) for backend in ("triton", "eager"))
        assert same(found, expected)
    found = []
    for backend in ("triton", "eager"):
        x = current.double().requires_grad_()
        recording(LIF, backend, current=x, state=state).variables["v"].square().sum().backward()
        found.append(x.grad)
    torch.testing.assert_close(*found, rtol=1e-12, atol=0)


@pytest.mark.parametrize("differentiable", [False, True])
def test_a_run_that_diverges(differentiable):
    """The earliest step; of that, the first neuron; of that, the first variable. Later failures do not tell."""
    current = torch.full((50, 200), 14.0).requires_grad_(differentiable)
    with torch.no_grad():
        current[30, 20] = float("nan")
        current[20, 190] = float("nan")
        current[20, 150] = float("nan")
    given = case(Izhikevich, 50, 200, torch.float32)
    caught = []
    for backend in ("triton", "eager"):
        with pytest.raises(Diverged) as error:
            recording(Izhikevich, backend, current=current, p=given.p, record=("v", "u"))
        caught.append(error.value)
    found, expected = caught
    assert (found.variable, found.neuron) == (expected.variable, expected.neuron) == ("v", 150)
    assert found.time == expected.time
    assert torch.equal(found.recording.spikes.cpu(), expected.recording.spikes)
    assert all(torch.equal(found.recording.variables[k].cpu(), expected.recording.variables[k]) for k in ("v", "u"))


def test_long_runs_ask_whether_to_go_on(monkeypatch):
    """And are the same in parts as in one."""
    monkeypatch.setattr("snnlab.engine.triton_run.CHUNK", 5 * 10)
    given, parts = case(LIF, STEPS, 5), []
    run = given.run(LIF, "triton", progress=parts.append)
    assert parts == [0, 1 / 4, 2 / 4, 3 / 4]
    assert same(run, given.run(LIF, "triton"))
    with pytest.raises(Cancelled):
        given.run(LIF, "triton", cancelled=lambda: True)


def test_gradients_in_parts(monkeypatch):
    monkeypatch.setattr("snnlab.engine.triton_run.CHUNK", 5 * 10)
    given = case(LIF, STEPS, 5)
    found = gradients(LIF, given, "triton", progress=lambda part: None)
    assert all(torch.equal(found[k], g) for k, g in gradients(LIF, given, "triton").items())


def test_an_operation_that_triton_lacks_is_refused():
    def step(x, s, p, dt):
        v = torch.special.bessel_j0(s[0] + x)
        return v > p[0], (v,)

    given = {"current": torch.ones(3), "state": (0.0,), "p": (1.0,), "record": ()}
    with pytest.raises(ValueError, match=r"'special_bessel_j0' of torch\.float32 is not written in Triton"):
        recording(step, "triton", **given)


def test_without_cuda_triton_is_refused(monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    with pytest.raises(ValueError, match="Triton runs on CUDA, and the input is on cpu"):
        simulate(LIF, current=torch.ones(3), backend="triton")


def test_operations_of_plain_steps():
    """Those that few neurons have: each against torch, for numbers of both signs, zeros, and not a number."""
    x = torch.tensor([0.0, -0.0, 1.5, -2.5, 1e-30, float("nan"), 3.0])

    def step(x, s, p, dt):
        y = [torch.clamp(x, -1, 2), torch.maximum(x, s[0]), torch.minimum(x, s[0]), x.sign(), torch.floor(x), x.ceil()]
        y += [torch.sqrt(x.abs()), x**-2, x.abs() ** 0.5, x.abs() ** -0.5, x**3, x**0, torch.sigmoid(x), x.reciprocal()]
        y += [
            torch.logical_not(x) + 0.0,
            torch.where((x > 0) ^ (x < 2), x, s[0]),
            torch.relu(x),
            torch.clamp_max(x, 1.0),
        ]
        y += [((x > 0).to(torch.int64) << 3).to(x.dtype), torch.where(~(x > 0) & (x != 1.5), -x, 5 - x)]
        y = [torch.where(v - v == 0, v, 7.0) for v in y]  # a run ends where a state is not finite
        return y[0] > 0, tuple(y)

    given = {
        "current": x[None],
        "state": (torch.ones(7),) + (0.0,) * 19,
        "p": (),
        "record": [str(k) for k in range(20)],
    }
    runs = [recording(step, backend, **given) for backend in ("triton", "eager")]
    assert runs[0].backend == "triton"
    rounded = {"6", "8", "9", "12"}  # roots, which MKL rounds otherwise, and exp
    for k, value in runs[1].variables.items():
        torch.testing.assert_close(runs[0].variables[k].cpu(), value, rtol=2e-7 if k in rounded else 0, atol=0, msg=k)


@each_dtype
def test_functions_have_the_bits_of_the_core(dtype):
    """As on a CPU, for infinities and NaN too: no function of CUDA's library is called."""
    special = torch.tensor([0.0, -0.0, 1.0, -1.0, 1e30, -1e30, 1e-40, float("inf"), -float("inf"), float("nan")])
    x = torch.cat([special, torch.linspace(-90, 90, 301), torch.linspace(-1.2, 1.2, 301)]).to(dtype)[None]
    found = outcomes(CALLS, x, "triton")
    with Elementary():
        expected = outcomes(CALLS, x, "eager")
    assert [name for name in CALLS if not torch.equal(found[name], expected[name])] == []


@pytest.mark.parametrize("name", ["LIF", "LIFRefrac", "LSNN", "LI", "LIBoxLinear", "AdEx", "CobaLIF"])
def test_layers_of_modules(name, monkeypatch):
    """As they run on CUDA: forwards, gradients of first and second order, and with saved tensors packed away."""
    from torch.utils.checkpoint import checkpoint

    from snnlab import modules
    from snnlab.engine.eager import from_rows
    from snnlab.engine.triton_run import Unprintable, run_triton
    from snnlab.modules import kernel

    sizes, scale = ((4, 4) if name.endswith("Linear") else ()), 2000.0 if name in ("AdEx", "CobaLIF") else 3.0
    layer = getattr(modules, name)(*sizes).to(DEVICE, torch.float64)
    x = scale * torch.rand(STEPS, 2, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).to(DEVICE)

    def outcome(run):
        monkeypatch.setattr(kernel, "compiled", run)
        given = x.clone().requires_grad_()
        z, state = layer(given)
        end = state.lif if name == "LIFRefrac" else state
        (first,) = torch.autograd.grad((z.mean() + end.v.mean()) ** 2, given, create_graph=True)
        (second,) = torch.autograd.grad(first.pow(2).sum(), given)
        z, _ = checkpoint(lambda x: layer(1.0 * x), given, use_reentrant=False)
        (again,) = torch.autograd.grad(z.mean() ** 2, given)
        return z, *end, first, second, again

    def on_triton(asked):
        ran.append(asked)
        return run_triton(asked, from_rows(asked))

    def refused(asked):
        raise Unprintable("step by step")

    ran: list = []
    found, expected = outcome(on_triton), outcome(refused)
    kernel._refused.clear()
    assert len(ran) >= 2
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-11 * b.detach().abs().max().item())


@pytest.mark.parametrize("capabilities", [(80, 90), *(pytest.param((k,), marks=pytest.mark.nightly) for k in (80, 90))])
def test_kernels_compile_for_gpus(capabilities, tmp_path):
    """To machine code, by the compiler and the assembler that Triton brings; no product is fused with a sum."""
    environment = {k: v for k, v in os.environ.items() if k != "TRITON_INTERPRET"} | {"TRITON_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "tests.triton.compile_kernels", *map(str, capabilities)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) >= 2 * len(NEURONS)
