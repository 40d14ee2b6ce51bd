"""Every neuron in its kernel against the same run in torch's own operations: numbers and gradients.

Where a step consists of operations that IEEE 754 fixes, kernel and torch must agree to the last bit. torch.exp is not
fixed: it differs by a unit in the last place, from which no step may make more, and few spikes may move.
"""

import pytest
import torch

from snnlab.core import SURROGATES, elementary, euler, staggered
from snnlab.core.exponential import decaying
from snnlab.engine import simulate
from snnlab.functional import LIF, NEURONS
from tests.engine.cases import (
    KINDS,
    METHODS,
    Elementary,
    case,
    each_integrator,
    error,
    finer,
    gradients,
    inexact,
    operations,
    same,
)
from tests.nights import each_neuron, each_value, many_gates

STEPS = 70  # two segments between the states that a gradient begins from, and a part of one
SIZES = {
    "shared": [1, 7, 8, 1030],
    "own": [7, 9, 1030],
}  # the kernel for few neurons; vectors and rests; several blocks
EXACT = [neuron for neuron in NEURONS if not inexact(neuron)]
CLOSE = [neuron for neuron in NEURONS if neuron not in EXACT]
COUPLED = [neuron for neuron in NEURONS if len(neuron.state._fields) > 1]


def named(neurons):
    return {neuron.name: neuron for neuron in neurons}


def represented(neuron):
    """Whether another one of its kind is run by day."""
    return neuron.name not in KINDS


each_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
shared_or_own = pytest.mark.parametrize("own", [False, True], ids=["shared", "own"])
EACH_SIZE = {f"{k}-{N}": (k == "own", N) for k, sizes in SIZES.items() for N in sizes}


def test_both_kinds_of_neuron_are_there():
    assert len(EXACT) >= 10
    assert {neuron.name for neuron in NEURONS} == {neuron.name for neuron in EXACT + CLOSE}


@each_neuron([neuron for neuron in NEURONS if neuron.excess is not None])
@shared_or_own
def test_the_runs_compared_here_spike(neuron, own):
    """So that jumps are compared and not only drifts.

    A neuron that makes its spikes itself takes its own, shorter steps, in which those spike that begin on their way up.
    """
    least = 100 if neuron.crosses else 800
    assert case(neuron, STEPS, 1030, own=own).run(neuron, "eager").spikes.sum() >= least


@each_value(neuron=named(EXACT), size=EACH_SIZE)
@each_dtype
def test_a_run_has_the_bits_of_torch(neuron, size, dtype):
    """At no end of a step, in no variable, for any size of the population."""
    own, N = size
    given = case(neuron, STEPS, N, dtype, own)
    assert same(given.run(neuron, "llvm"), given.run(neuron, "eager"))


@each_value(neuron=named(CLOSE), size=EACH_SIZE)
@each_dtype
def test_each_step_is_that_of_torch(neuron, size, dtype):
    """From each state of torch's run, all steps side by side.

    1e-6 is 8 units in the last place of float32, of what is summed in a step and may cancel: hence that much of the
    variable's mean size too. In float64 the same is 2e-15; 1e-12 leaves room for an exp less exact than the usual.
    """
    tolerance = {torch.float32: 1e-6, torch.float64: 1e-12}[dtype]
    own, N = size
    given = case(neuron, STEPS, N, dtype, own)
    run = given.run(neuron, "eager")
    before = {k: torch.cat([getattr(given.state, k)[None], x[:-1]]) for k, x in run.variables.items()}
    inputs = {port: x[None] for port, x in given.inputs.items()}
    steps = given._replace(inputs=inputs, state=neuron.state(**before)).run(neuron, "llvm")
    assert torch.equal(steps.spikes[0], run.spikes)
    for name, expected in run.variables.items():
        distance = (steps.variables[name][0] - expected).abs()
        assert (distance <= tolerance * (expected.abs() + expected.abs().mean())).all(), name


@each_neuron(CLOSE)
@each_dtype
def test_a_run_has_the_bits_of_torch_with_its_own_exponentials(neuron, dtype):
    given = case(neuron, STEPS, 33, dtype, own=True)
    kernel = given.run(neuron, "llvm")
    with Elementary() as torch_by_kernels:
        assert same(kernel, given.run(neuron, "eager"))
    names = {function.overloadpacket.__name__ for function in torch_by_kernels.replaced}
    assert names & operations(neuron) & {*elementary.FUNCTIONS}  # exp, of most
    if dtype == torch.float32:  # in float64 the two may agree for a while
        assert not same(kernel, given.run(neuron, "eager"))


@each_value(late=many_gates, neuron=named(CLOSE), dtype={"float32": torch.float32, "float64": torch.float64})
def test_few_spikes_move_over_a_long_run(neuron, dtype):
    """A threshold can lie between two results of exp, whose last digits differ: for one in 100,000 spikes at most."""
    given = case(neuron, 1000, 1000, dtype)
    kernel, eager = (given.run(neuron, backend, record=()).spikes for backend in ("llvm", "eager"))
    assert eager.sum() > (500 if neuron.crosses else 10_000)  # of 10 to 100 ms and of a second
    assert (kernel != eager).sum() <= 1e-5 * eager.sum()


def off(found, expected, tolerance, sizes=None):
    """The gradients that are further from the expected than `tolerance`, and how far they are."""
    sizes = sizes or expected
    return {k: e for k in expected if (e := error(found[k], expected[k], sizes[k])) > tolerance}


@each_value(
    late=many_gates,
    neuron=named(NEURONS),
    size={
        f"{'own' if own else 'shared'}-{N}": (own, N) for own, N in ((False, 1), (False, 9), (False, 1030), (True, 9))
    },
)
def test_gradients_in_float64(neuron, size):
    """Of a random functional of spikes, all variables and the last state, with respect to every number that goes in.

    Sums are in another order than torch's, which costs the units of the last place that cancel: 1e-11 leaves room for
    five digits of them.
    """
    own, N = size
    given = case(neuron, STEPS, N, own=own)
    found, expected = (gradients(neuron, given, backend) for backend in ("llvm", "eager"))
    assert found.keys() >= {"current", *(f"s.{k}" for k in neuron.state._fields)}
    assert all(g.isfinite().all() for g in expected.values())
    assert expected["current"].any()
    assert off(found, expected, 1e-11) == {}


@each_neuron(NEURONS, late=represented)
@pytest.mark.parametrize(("own", "N"), [(False, 1030), (True, 9)], ids=["shared-1030", "own-9"])
def test_gradients_in_float32(neuron, own, N):
    """As close to the gradient in float64 as eager float32 is: to 1e-5, or three times what eager is off by.

    Where a neuron is unstable, gradients multiply the rounding of each step, in whatever order it happens; so what
    eager is off by is that of its worst gradient, and not of each, which may be right by luck. The gradient of a shared
    parameter is a sum over neurons, which may cancel: the norm of its summands tells its size.
    """
    wide = case(neuron, STEPS, N, own=own)
    sizes = gradients(neuron, wide._replace(p=spread(wide.p, N)), "eager")
    exact = {k: sizes[k].sum_to_size(leaf.shape) for k, leaf in wide.leaves.items()}
    given = case(neuron, STEPS, N, torch.float32, own)
    found, eager = (gradients(neuron, given, backend) for backend in ("llvm", "eager"))
    allowed = max(1e-5, 3 * max(error(eager[k], exact[k], sizes[k]) for k in exact))
    assert off(found, exact, allowed, sizes) == {}


def spread(p, N):
    """Shared parameters as one number for each neuron."""
    return type(p)(*(x.expand(N).clone() if isinstance(x, torch.Tensor) else x for x in p))


@pytest.mark.parametrize("method", SURROGATES)
@each_dtype
def test_gradients_through_every_surrogate(method, dtype):
    """tanh and exp in slopes may differ in the last place; 1e-11 and 1e-5 as above."""
    given = case(LIF, STEPS, 33, dtype, own=True, alpha=2.0, method=method)
    found, expected = (gradients(LIF, given, backend) for backend in ("llvm", "eager"))
    assert off(found, expected, 1e-5 if dtype == torch.float32 else 1e-11) == {}


def test_surrogates_differ():
    """So that the test above compares six gradients and not one."""
    found = [gradients(LIF, case(LIF, STEPS, 33, alpha=2.0, method=m), "llvm")["current"] for m in SURROGATES]
    assert all(error(b, a) > 1e-3 for k, a in enumerate(found[:-1]) for b in found[k + 1 :])


@each_neuron([LIF, *(neuron for neuron in NEURONS if neuron.name in ("LIFRefrac", "Izhikevich"))])
def test_a_reset_with_gradient(neuron):
    """Spikes move the state; their gradient goes that way too where it is asked for, in both backends."""
    given = case(neuron, STEPS, 9, own=True)
    found, expected = (gradients(neuron, given, b, detach_reset=False) for b in ("llvm", "eager"))
    assert off(found, expected, 1e-11) == {}
    assert error(found["current"], gradients(neuron, given, "eager")["current"]) > 1e-3


@each_value(neuron=named(COUPLED), order={"as they stand": 1, "in reverse": -1})
def test_variables_one_after_the_other(neuron, order):
    """Another integrator is another kernel, with the bits of torch where exp allows it."""
    advance = staggered(*neuron.state._fields[::order])
    given = case(neuron, STEPS, 9)
    kernel, eager = (given.run(neuron, backend, advance=advance) for backend in ("llvm", "eager"))
    assert same(kernel, eager) if neuron in EXACT else torch.equal(kernel.spikes, eager.spikes)


LATER = ["exponential", "Heun", "RK4"]  # those not looked at above


@each_integrator(LATER)
@each_dtype
def test_every_integrator_in_a_kernel(neuron, method, dtype):
    """With the bits of torch, where no exponential has a part in it; else step by step, as closely as above."""
    tolerance = {torch.float32: 1e-6, torch.float64: 1e-12}[dtype]
    given = case(neuron, STEPS, 33, dtype)
    given = given._replace(dt=given.dt / finer(neuron, method))
    advance = METHODS[method](neuron)
    run = given.run(neuron, "eager", advance=advance)
    if neuron in EXACT and not (method == "exponential" and decaying(neuron.flow, neuron.state, given.p)):
        assert same(given.run(neuron, "llvm", advance=advance), run)
        return
    before = {k: torch.cat([getattr(given.state, k)[None], x[:-1]]) for k, x in run.variables.items()}
    inputs = {port: x[None] for port, x in given.inputs.items()}
    steps = given._replace(inputs=inputs, state=neuron.state(**before)).run(neuron, "llvm", advance=advance)
    assert torch.equal(steps.spikes[0], run.spikes)
    for name, expected in run.variables.items():
        distance = (steps.variables[name][0] - expected).abs()
        assert (distance <= tolerance * (expected.abs() + expected.abs().mean())).all(), name


@each_integrator(LATER)
def test_gradients_of_every_integrator(neuron, method):
    """Of a random functional, through spikes, stages and exponentials; tolerance as above."""
    given = case(neuron, STEPS, 9)
    given = given._replace(dt=given.dt / finer(neuron, method))
    advance = METHODS[method](neuron)
    found, expected = (gradients(neuron, given, backend, advance=advance) for backend in ("llvm", "eager"))
    assert expected["current"].any()
    assert off(found, expected, 1e-11) == {}


@each_neuron(COUPLED, late=represented)
def test_gradients_of_another_integrator(neuron):
    """Euler where the neuron has another one, else its variables one after the other; tolerance as above."""
    advance = staggered(*neuron.state._fields[::-1]) if neuron.advance is euler else euler
    given = case(neuron, STEPS, 9)
    given = given._replace(dt=given.dt / finer(neuron, "Euler"))
    found, expected = (gradients(neuron, given, backend, advance=advance) for backend in ("llvm", "eager"))
    assert off(found, expected, 1e-11) == {}


def test_integrators_differ():
    """The order tells: so that the test above cannot pass with the neuron's own integrator."""
    neuron = next(n for n in COUPLED if n.name == "Izhikevich")
    given = case(neuron, STEPS, 9)
    runs = [
        given.run(neuron, "llvm", advance=a).variables["v"] for a in (euler, staggered("v", "u"), staggered("u", "v"))
    ]
    assert not any(torch.equal(a, b) for k, a in enumerate(runs) for b in runs[k + 1 :])


@each_neuron(NEURONS, late=represented)
def test_current_alone_and_spikes_alone(neuron):
    """A port that is not there is not one with zeros: a kernel of its own."""
    given = case(neuron, STEPS, 9)
    for port, x in given.inputs.items():
        runs = [
            simulate(
                neuron, **{port: x}, state=given.state, p=given.p, dt=given.dt, record=neuron.state._fields, backend=b
            )
            for b in ("llvm", "eager")
        ]
        assert same(*runs) if neuron in EXACT else torch.equal(runs[0].spikes, runs[1].spikes)
