"""A run in one kernel gives what torch's own operations give, whatever is asked for and however the input lies."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import pytest
import torch

from snnlab.core import SURROGATES, Neuron, Quantity, threshold
from snnlab.engine import fused, simulate
from snnlab.functional import (
    LIF,
    CobaLIF,
    CobaLIFFeedForwardState,
    Izhikevich,
    IzhikevichParameters,
    LIFAdExRefrac,
    LIFBox,
    LIFBoxParameters,
    LIFFeedForwardState,
    LIFParameters,
    LIFRefrac,
    tonic_spiking,
)
from snnlab.functional.operations.reset import reset_subtract
from tests.engine.cases import case, error, same

BOTH = ("llvm", "eager")


def drive(*shape, seed=0, dtype=torch.float64):
    """A current that makes LIF fire every few steps."""
    return 3 * torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def assert_same(*arguments, **named):
    """One run in both backends has the same bits; returns the kernel's."""
    kernel, eager = (simulate(*arguments, **named, backend=backend) for backend in BOTH)
    assert (kernel.backend, eager.backend) == BOTH
    assert kernel.spikes.any()
    assert kernel.spikes.dtype == eager.spikes.dtype
    assert {k: x.dtype for k, x in kernel.variables.items()} == {k: x.dtype for k, x in eager.variables.items()}
    assert same(kernel, eager)
    return kernel


# ---------------------------------------------------------------- what is recorded


CHOICES = [None, (4,), (0, 8), (5, 0, 3), (2, 2, 7, 0, 2), slice(1, 8, 3), slice(None), slice(-2, None), ()]


@pytest.mark.parametrize("every", [1, 3, 7, 50, 60])
@pytest.mark.parametrize("neurons", CHOICES, ids=str)
def test_chosen_neurons_at_every_so_many_steps(neurons, every):
    """Unsorted, repeated, none; at steps that do not divide 50, and of which 50 have not one."""
    run = assert_same(LIF, current=drive(50, 9), record=("i", "v"), neurons=neurons, every=every)
    count = 9 if neurons is None else len(torch.arange(9)[neurons] if isinstance(neurons, slice) else neurons)
    assert run.variables["v"].shape == (50 // every, count)
    assert run.spikes.shape == (50, 9)
    assert len(run.sample_time) == 50 // every


def test_chosen_neurons_are_those_of_the_whole():
    """Neurons in the order they are asked for, samples at the end of each third step."""
    whole = simulate(LIF, current=drive(50, 9))
    some = simulate(LIF, current=drive(50, 9), neurons=(5, 0, 5), every=3)
    assert torch.equal(some.variables["v"], whole.variables["v"][2::3][:, [5, 0, 5]])
    assert some.sample_time.tolist() == whole.time[2::3].tolist()


def test_chosen_neurons_of_several_blocks():
    """Edges of blocks, and blocks of which nobody is chosen."""
    assert_same(LIF, current=drive(20, 5000), neurons=(4999, 1023, 1024, 0, 4096, 2047), every=2)


def test_neurons_are_numbered_through_all_dimensions():
    run = assert_same(LIF, current=drive(40, 2, 3, 4), neurons=(23, 0, 13))
    whole = simulate(LIF, current=drive(40, 2, 3, 4)).variables["v"]
    assert torch.equal(run.variables["v"][:, 2], whole[:, 1, 0, 1])


def test_neurons_may_be_numbers_of_numpy_and_torch():
    runs = [
        simulate(LIF, current=drive(20, 9), neurons=chosen)
        for chosen in ([3, 1], np.array([3, 1]), torch.tensor([3, 1]), range(3, 0, -2))
    ]
    assert all(same(run, runs[0]) for run in runs)


def test_a_sample_of_a_population_in_several_dimensions_at_every_step_so_many():
    """Without a choice of neurons the population keeps its shape."""
    run = assert_same(LIF, current=drive(50, 2, 5), every=4)
    assert run.variables["v"].shape == (12, 2, 5)


@pytest.mark.parametrize("record", [(), ("v",), ("i", "v"), ("v", "v"), ["i"], "i"], ids=str)
def test_variables_in_the_order_asked_for(record):
    run = assert_same(LIF, current=drive(30, 9), record=record)
    assert list(run.variables) == list(dict.fromkeys([record] if isinstance(record, str) else record))


# ---------------------------------------------------------------- shapes and memory of inputs


@pytest.mark.parametrize("shape", [(), (1,), (7,), (8,), (1, 1), (2, 3), (3, 1, 5), (1, 1025), (2, 2, 2, 2)], ids=str)
def test_populations_of_any_shape(shape):
    run = assert_same(LIF, current=drive(40, *shape), record=("v", "i"))
    assert run.spikes.shape == run.variables["v"].shape == (40, *shape)
    assert run.state.v.shape == shape


@pytest.mark.parametrize("T", [1, 2, 31, 32, 33])
def test_runs_of_any_length(T):
    assert_same(LIF, current=10 + drive(T, 9))


def test_a_population_of_nobody():
    """Shapes are kept where there is nothing in them."""
    kernel, eager = (simulate(LIF, current=torch.zeros(5, 0, 3), backend=backend) for backend in BOTH)
    assert kernel.spikes.shape == eager.spikes.shape == (5, 0, 3)
    assert kernel.variables["v"].shape == (5, 0, 3)


@pytest.mark.parametrize(
    ("current", "spikes"),
    [((40,), (40, 4, 3)), ((40, 1, 3), (40, 4, 1)), ((40, 4, 1), (40, 3)), ((40, 3), (40,)), ((40, 1), (40, 9))],
    ids=str,
)
def test_ports_that_broadcast(current, spikes):
    run = assert_same(LIF, current=drive(*current), spikes=drive(*spikes, seed=1), record=("v", "i"))
    assert run.spikes.shape[1:] == torch.broadcast_shapes(current[1:], spikes[1:])


def test_parameters_and_states_that_broadcast():
    """A row of thresholds times a column of states is a table of neurons."""
    p = LIFParameters(v_th=torch.tensor([0.5, 1.0, 1.5]))
    state = LIFFeedForwardState(torch.linspace(-1, 0.4, 4)[:, None], 0.1)
    run = assert_same(LIF, current=drive(40, 1, 1, dtype=torch.float32), p=p, state=state)
    assert run.spikes.shape == (40, 4, 3)


def strided(x):
    """The same numbers in memory that lies otherwise, by what it is called."""
    T, N = x.shape
    wide, deep = torch.zeros(T, 2 * N + 1, dtype=x.dtype), torch.zeros(3 * T, N, dtype=x.dtype)
    wide[:, 1::2], deep[::3] = x, x
    reverse = x.flip(1)
    return {
        "transposed": x.T.contiguous().T,
        "every second column": wide[:, 1::2],
        "every third row": deep[::3],
        "part of a row": torch.cat([x, x], 1)[:, N:],
        "an odd address": torch.cat([x.flatten()[:1], x.flatten()])[1:].view(T, N),
        "flipped": reverse.flip(1),
        "a view of bytes": x.clone().view(torch.uint8).view(x.dtype),
    }


@pytest.mark.parametrize("N", [3, 9, 1100])
@pytest.mark.parametrize("how", strided(drive(2, 2)))
def test_memory_that_lies_otherwise(how, N):
    x = drive(40, N)
    assert same(assert_same(LIF, current=strided(x)[how]), simulate(LIF, current=x))


@pytest.mark.parametrize("N", [1, 3, 9, 1100])
def test_an_input_that_is_the_same_at_all_times(N):
    """Expanded over time, over neurons, over both: no copy is asked for, and none is needed."""
    row, column = 1 + drive(1, N), drive(40, 1)
    assert same(assert_same(LIF, current=row.expand(40, N)), simulate(LIF, current=row.repeat(40, 1)))
    assert same(assert_same(LIF, current=column.expand(40, N)), simulate(LIF, current=column.repeat(1, N)))
    one = torch.tensor([[1.5]])
    assert same(assert_same(LIF, current=one.expand(40, N)), simulate(LIF, current=one.repeat(40, N)))


@pytest.mark.parametrize(
    "dtype", [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16]
)
def test_spikes_of_any_dtype(dtype):
    """Integers and booleans become floats of the default dtype; half precision is a float of its own."""
    x = (drive(60, 9) > 2).to(dtype)
    kernel, eager = (simulate(LIF, spikes=x, record=("v", "i"), backend=b) for b in ("auto", "eager"))
    assert kernel.spikes.any()
    assert kernel.variables["v"].dtype == eager.variables["v"].dtype
    assert same(kernel, eager)


def test_dtypes_of_two_ports_are_promoted():
    run = assert_same(LIF, current=drive(40, 9, dtype=torch.float32), spikes=drive(40, 9, seed=1))
    assert run.variables["v"].dtype == torch.float64
    mixed = assert_same(LIF, current=drive(40, 9, dtype=torch.float32), spikes=drive(40, 9, seed=1) > 2)
    assert mixed.variables["v"].dtype == torch.float32


def test_a_signed_input_for_two_channels():
    """CobaLIF takes positive spikes as excitation and negative ones as inhibition; booleans excite."""
    p = CobaLIF.parameters(v_thresh=torch.tensor(-19.0))
    x = torch.randn(60, 9, generator=torch.Generator().manual_seed(0))
    for spikes in (x, x > 0):
        assert_same(CobaLIF, spikes=spikes, p=p, record=CobaLIFFeedForwardState._fields)


def test_inputs_for_each_channel():
    """Excitation and inhibition at the same time, as a sum of weighted spikes has them; with a network as well."""
    p = CobaLIF.parameters(v_thresh=torch.tensor(-19.0))
    generator = torch.Generator().manual_seed(0)
    excitation, inhibition = torch.rand(2, 60, 9, generator=generator, dtype=torch.float64)
    given = {"p": p, "record": CobaLIFFeedForwardState._fields}
    weights = 0.25 * (torch.rand(9, 9, generator=generator, dtype=torch.float64) > 0.5)  # exact sums, in any order
    for network in (None, weights):
        assert_same(CobaLIF, spikes=(excitation, inhibition), network=network, **given)
    alone = assert_same(CobaLIF, spikes=(excitation, 0.0 * inhibition), **given)
    assert same(alone, simulate(CobaLIF, spikes=excitation, **given))
    with pytest.raises(ValueError, match="spikes of 1 channels do not fit: give one tensor, or one for each of the 2"):
        simulate(CobaLIF, spikes=(excitation,))
    with pytest.raises(ValueError, match=r"spikes of 2 channels do not fit: give one tensor$"):
        simulate(LIF, spikes=(excitation, inhibition))
    with pytest.raises(ValueError, match=r"spikes\.0 has 60 steps, spikes\.1 has 50 steps: give as many of each"):
        simulate(CobaLIF, spikes=(excitation, inhibition[:50]))


def test_nested_tuples_are_parameters_and_states_too():
    """Where people hold tuples of tuples, LIFRefrac takes them; the state comes back flat."""
    parameters, states = LIFRefrac.nested
    inner = LIFFeedForwardState(torch.rand(9), torch.zeros(9))
    run = assert_same(
        LIFRefrac, current=drive(60, 9, dtype=torch.float32), p=parameters(), state=states(inner, torch.tensor(2.0))
    )
    assert run.state._fields == LIFRefrac.state._fields


# ---------------------------------------------------------------- one run after the other


@pytest.mark.parametrize("first", BOTH)
@pytest.mark.parametrize("second", BOTH)
def test_a_run_goes_on_from_its_state(first, second):
    """Two halves are the whole, whichever backend runs them."""
    x = drive(80, 9)
    whole = simulate(LIF, current=x, record=("v", "i"))
    one = simulate(LIF, current=x[:40], record=("v", "i"), backend=first)
    two = simulate(LIF, current=x[40:], record=("v", "i"), state=one.state, backend=second)
    assert torch.equal(torch.cat([one.spikes, two.spikes]), whole.spikes)
    assert torch.equal(torch.cat([one.variables["v"], two.variables["v"]]), whole.variables["v"])
    assert all(map(torch.equal, two.state, whole.state))


def test_a_refractory_run_goes_on_from_its_state():
    given = case(LIFRefrac, 60, 9)
    halves = [{port: x[part] for port, x in given.inputs.items()} for part in (slice(0, 30), slice(30, 60))]
    one = given._replace(inputs=halves[0]).run(LIFRefrac, "llvm")
    two = given._replace(inputs=halves[1], state=one.state).run(LIFRefrac, "llvm")
    assert torch.equal(torch.cat([one.spikes, two.spikes]), given.run(LIFRefrac, "llvm").spikes)


def test_the_last_state_is_there_where_nothing_is_recorded():
    x = drive(40, 3, 4)
    assert torch.equal(simulate(LIF, current=x, record=()).state.v, simulate(LIF, current=x).variables["v"][-1])


def test_gradients_go_through_a_state():
    """From the second run, through the state that the first one left, to its input."""
    found = []
    for backend in BOTH:
        x = drive(40, 9).requires_grad_()
        one = simulate(LIF, current=x, backend=backend)
        two = simulate(LIF, current=drive(40, 9, seed=1), state=one.state, backend=backend)
        found.append(torch.autograd.grad(two.variables["v"].pow(2).sum(), x)[0])
    assert found[0].any()
    assert error(*found) < 1e-11  # sums in another order


def test_a_result_is_left_alone_by_later_runs():
    """Every run has memory of its own, the short way to a kernel that ran before included."""
    x = drive(50, 9)
    state = LIFFeedForwardState(0.0, 0.0)
    runs = [simulate(LIF, current=k * x, p=LIFParameters(), state=state, record=("v", "i")) for k in range(5)]
    for k, run in enumerate(runs):
        assert same(
            run, simulate(LIF, current=k * x, p=LIFParameters(), state=state, record=("v", "i"), backend="eager")
        )


def changes(N):
    """Of a run with a current [50, N]: what another one may have otherwise."""
    x, each = drive(50, N), torch.linspace(0.5, 1, N)
    return {
        "parameters": {"p": LIFParameters(v_th=0.7, tau_mem_inv=torch.tensor(150.0))},
        "a parameter for each neuron": {"p": LIFParameters(v_th=each)},
        "a parameter in float64": {"p": LIFParameters(v_th=torch.tensor(0.7, dtype=torch.float64))},
        "a whole number": {"p": LIFParameters(v_th=1)},
        "another surrogate": {"p": LIFParameters(method="tanh")},
        "dt": {"dt": 0.0003},
        "dt as a whole number": {"dt": 1},
        "a state of numbers": {"state": LIFFeedForwardState(0.5, torch.tensor(0.2))},
        "a state for each neuron": {"state": LIFFeedForwardState(each, torch.zeros(N))},
        "no state": {"state": None},
        "no parameters": {"p": None},
        "input": {"current": drive(50, N, seed=5)},
        "input in float32": {"current": x.float()},
        "input of integers": {"current": (3 * x).long()},
        "longer input": {"current": drive(70, N)},
        "more neurons": {"current": drive(50, 2, N)},
        "transposed input": {"current": drive(N, 50).T},
        "input for all": {"current": drive(50, 1)},
        "input at the other port": {"current": None, "spikes": x},
        "input at both ports": {"spikes": drive(50, N, seed=3)},
        "record": {"record": ("i",)},
        "record as a list": {"record": ["v", "i"]},
        "neurons": {"neurons": (2, 1)},
        "neurons by slice": {"neurons": slice(1, 3)},
        "every": {"every": 7},
        "not detached": {"detach_reset": False},
    }


@pytest.mark.parametrize("N", [9, 3])
@pytest.mark.parametrize("change", changes(1))
def test_a_run_after_one_with_something_else(change, N):
    """There and back: what is remembered of a run must not be taken for another one."""
    base = {"current": drive(50, N), "p": LIFParameters(), "state": LIFFeedForwardState(0.0, 0.0), "record": ("v",)}
    for other in ({}, changes(N)[change], {}, changes(N)[change]):
        kernel, eager = (simulate(LIF, **base | other, backend=backend) for backend in BOTH)
        assert same(kernel, eager)
        assert kernel.dt == eager.dt
        assert kernel.state.v.dtype == eager.state.v.dtype


def test_a_function_among_the_parameters_is_looked_at():
    """What is part of the kernel and no number: where a spike leaves the membrane."""
    state = LIFBox.state(0.0)
    runs = []
    for p in (LIFBoxParameters(), LIFBoxParameters(reset_method=reset_subtract), LIFBoxParameters()):
        runs.append(assert_same(LIFBox, current=drive(60, 9), p=p, state=state))
    assert same(runs[0], runs[2])
    assert not same(runs[0], runs[1])


def test_whether_a_gradient_is_wanted_is_looked_at():
    """The same numbers, once with and once without: the remembered kernel has no gradient."""
    given = {"p": LIFParameters(), "state": LIFFeedForwardState(0.0, 0.0)}
    assert not simulate(LIF, current=drive(50, 9), **given).variables["v"].requires_grad
    assert simulate(LIF, current=drive(50, 9).requires_grad_(), **given).variables["v"].requires_grad
    p = LIFParameters(v_th=torch.tensor(1.0, requires_grad=True))
    assert simulate(LIF, current=drive(50, 9), **given | {"p": p}).variables["v"].requires_grad
    state = LIFFeedForwardState(torch.tensor(0.0, requires_grad=True), 0.0)
    assert simulate(LIF, current=drive(50, 9), **given | {"state": state}).variables["v"].requires_grad
    assert not simulate(LIF, current=drive(50, 9), **given).variables["v"].requires_grad


def compiled():
    return fused.forward_program.cache_info().misses


def test_numbers_compile_nothing():
    """What a slider moves: dt, parameters, input, length and size of the population, chosen neurons."""
    p = tonic_spiking.p
    izhikevich = {"p": p, "state": Izhikevich.state(-70.0, -14.0), "neurons": (1,)}
    simulate(Izhikevich, current=drive(50, 9), **izhikevich)
    before = compiled()
    for dt in (0.001, 0.0005, 1e-5):
        simulate(Izhikevich, current=drive(50, 9), **izhikevich, dt=dt)
    simulate(Izhikevich, current=drive(70, 20), **izhikevich | {"neurons": (7, 3)}, every=5)
    simulate(Izhikevich, current=drive(50, 9), **izhikevich | {"p": p._replace(a=0.1, d=torch.tensor(2.0))})
    simulate(Izhikevich, current=drive(50, 4, 3), **izhikevich | {"state": Izhikevich.state(torch.zeros(3), -14.0)})
    assert compiled() == before


def test_another_kernel_is_compiled_once():
    """A step that nobody ran before: one kernel, for all runs of it."""

    def leak(x, s, p, dt):
        v = s.v + dt * p.rate * (x - s.v)
        return v > 1.0, State(v)

    before = compiled()
    for _ in range(3):
        simulate(leak, current=drive(20, 9), p=Rate(30.0), state=State(0.0))
    assert compiled() == before + 1


# ---------------------------------------------------------------- steps that are no Neuron


class State(NamedTuple):
    v: Any


class Rate(NamedTuple):
    rate: Any = 50.0


def leaky(x, s, p, dt):
    v = s.v + dt * p.rate * (x - s.v)
    z = threshold(v - 1.0, "tanh", 2.0)
    return z, State(v * (1.0 - z))


def leaky_in_tuples(x, s, p, dt):
    v, count = s
    v = v + dt * p[0] * (x - v)
    z = threshold(v - 1.0, "tanh", 2.0)
    return z, (v * (1.0 - z), count + z)


def test_a_plain_step_over_named_tuples():
    run = assert_same(leaky, current=drive(60, 9), p=Rate(), state=State(0.0))
    assert isinstance(run.state, State)


def test_a_plain_step_over_plain_tuples():
    """Variables are called by their place."""
    run = assert_same(leaky_in_tuples, current=drive(60, 9), p=(50.0,), state=(0.0, 0.0), record=("0", "1"))
    assert type(run.state) is tuple
    assert torch.equal(run.variables["1"][-1], run.spikes.double().sum(0))


def test_plain_steps_and_neurons_agree():
    """LIFBox written down again by hand, in the order of its operations."""
    p, x = LIFBoxParameters(), drive(60, 9, dtype=torch.float32)

    def box(x, s, p, dt):
        v = s.v + dt * (p.tau_mem_inv * (p.v_leak - s.v + x))
        z = threshold(v - p.v_th)
        return z, State(torch.where(z > 0, p.v_reset, v))

    run = assert_same(box, current=x, p=p, state=State(0.0))
    assert torch.equal(run.variables["v"], simulate(LIFBox, current=x, p=p).variables["v"])


@pytest.mark.parametrize(
    ("step", "p", "state"), [(leaky, Rate, State(0.0)), (leaky_in_tuples, lambda rate: (rate,), (0.0, 0.0))]
)
def test_a_plain_step_has_a_gradient(step, p, state):
    found = []
    for backend in BOTH:
        rate = torch.tensor(50.0, dtype=torch.float64, requires_grad=True)
        run = simulate(step, current=drive(60, 9), p=p(rate), state=state, record=(), backend=backend)
        found.append(torch.autograd.grad(run.spikes.sum(), rate)[0])
    assert found[0] != 0
    assert error(*found) < 1e-11  # sums in another order


def unknown(operation):
    def step(x, s, p, dt):
        v = s.v + dt * p.rate * (x - s.v) + 0.01 * operation(s.v)
        return v > 1.0, State(v)

    return step


# Two that a later torch might bring: one of a new name, and one of a known name that is not torch's own.
LATER = torch.library.Library("later", "DEF")
for later, factor in (("gain", 0.5), ("exp", 0.25)):
    LATER.define(f"{later}(Tensor v) -> Tensor")
    LATER.impl(later, lambda v, factor=factor: factor * v, "CompositeExplicitAutograd")
UNKNOWN = {
    "cumsum": lambda v: torch.cumsum(v, -1),
    "i0": torch.special.i0,
    "roll": lambda v: torch.roll(v, 1, -1),
    "later::gain": torch.ops.later.gain,
    "later::exp": torch.ops.later.exp,
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_operation_that_no_kernel_knows_runs_eagerly(name):
    """And the recording says so, by the operation's name."""
    given = {"current": drive(60, 9), "p": Rate(), "state": State(0.0)}
    auto, eager = (simulate(unknown(UNKNOWN[name]), **given, backend=b) for b in ("auto", "eager"))
    assert auto.backend.startswith("eager (")
    assert repr(name) in auto.backend
    assert eager.backend == "eager"
    assert same(auto, eager)


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_kernel_that_cannot_be_is_refused(name):
    with pytest.raises(ValueError, match=rf"backend = 'llvm' cannot run this: .*'{name}'"):
        simulate(unknown(UNKNOWN[name]), current=drive(60, 9), p=Rate(), state=State(0.0), backend="llvm")


@pytest.mark.parametrize(
    "coupling",
    [lambda v: v.sum(-1, keepdim=True), lambda v: v[..., :1], lambda v: v[..., 0:1] - v, torch.mean, torch.amax],
    ids=["sum", "first", "from first", "mean", "greatest"],
)
def test_a_step_in_which_neurons_see_each_other(coupling):
    """A kernel's neurons run apart: this one must not be taken for a step of one neuron."""
    given = {"current": drive(60, 9), "p": Rate(), "state": State(0.0)}
    auto, eager = (simulate(unknown(lambda v: -coupling(v)), **given, backend=b) for b in ("auto", "eager"))
    assert same(auto, eager)


def test_a_step_that_looks_at_numbers_runs_eagerly():
    def branching(x, s, p, dt):
        v = s.v + dt * p.rate * (x - s.v)
        return (v > 1.0, State(v)) if bool((v < 1.0).all()) else (v > 1.0, State(0.0 * v))

    given = {"current": drive(60, 9), "p": Rate(), "state": State(0.0)}
    auto, eager = (simulate(branching, **given, backend=b) for b in ("auto", "eager"))
    assert auto.backend.startswith("eager (")
    assert same(auto, eager)
    assert eager.spikes.any()


def test_a_step_that_fails_fails():
    """An error of a step's author is not taken for an operation that is unknown."""

    def wrong(x, s, p, dt):
        return x > s.w, s

    for backend in ("auto", "llvm", "eager"):
        with pytest.raises(AttributeError, match="'w'"):
            simulate(wrong, current=drive(5), p=Rate(), state=State(0.0), backend=backend)


class ThetaParameters(NamedTuple):
    rate: Annotated[Any, Quantity("1/s", low=1, high=100, doc="speed")] = 40.0
    method: Annotated[str, SURROGATES] = "super"
    alpha: Annotated[Any, Quantity("1", low=0, high=500, doc="sharpness")] = 10.0


class ThetaState(NamedTuple):
    theta: Annotated[Any, Quantity("1", low=-4, high=4, doc="phase")]


THETA = Neuron(
    name="Theta",
    parameters=ThetaParameters,
    state=ThetaState,
    flow=lambda s, I, p: ThetaState(p.rate * ((1 - torch.cos(s.theta)) + (1 + torch.cos(s.theta)) * I)),
    excess=lambda s, p: s.theta - torch.pi,
    reset=lambda s, p: ThetaState(s.theta - 2 * torch.pi),
    rest=lambda p: ThetaState(-1.0),
    port="current",
    current=Quantity("1", low=-1, high=3, default=1.0, doc="input current"),
)


def test_a_neuron_of_ones_own():
    """Defined here, with a function of which a kernel asks the C library: to its last digits (float64)."""
    kernel, eager = (simulate(THETA, current=drive(300, 9), record=("theta",), backend=b) for b in BOTH)
    assert kernel.backend == "llvm"
    assert eager.spikes.sum() > 9
    assert torch.equal(kernel.spikes, eager.spikes)
    torch.testing.assert_close(kernel.variables["theta"], eager.variables["theta"], rtol=0, atol=1e-12)


# ---------------------------------------------------------------- gradients


def gradient(backend, loss, *, current=None, p=None, **more):
    """That of a loss of a recording with respect to the current."""
    current = drive(70, 9) if current is None else current
    current = current.detach().clone().requires_grad_()
    run = simulate(LIF, current=current, p=p, record=("v", "i"), backend=backend, **more)
    return torch.autograd.grad(loss(run), current)[0]


LOSSES = {
    "sum": lambda run: run.spikes.sum(),
    "mean of a variable": lambda run: run.variables["v"].mean(),
    "slice": lambda run: run.spikes[30:40, 2].sum(),
    "last step": lambda run: run.spikes[-1].sum(),
    "first step": lambda run: run.variables["v"][0].sum(),
    "mean over time": lambda run: run.spikes.mean(0).pow(2).sum(),
    "mean over neurons": lambda run: run.variables["v"].mean(1).pow(2).sum(),
    "square": lambda run: run.variables["v"].pow(2).sum(),
    "product": lambda run: (run.spikes * run.variables["v"]).sum(),
    "last state": lambda run: run.state.v.sum(),
    "one number of the last state": lambda run: run.state.v[3],
}


@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_of_parts_and_sums(loss):
    """Gradients that reach the kernel expanded, sparse, or not at all; 1e-11 for sums in another order."""
    found, expected = (gradient(backend, LOSSES[loss]) for backend in BOTH)
    assert expected.any()
    assert error(found, expected) < 1e-11


@pytest.mark.parametrize("every", [1, 3, 80])
@pytest.mark.parametrize("neurons", [None, (5, 0, 3), (2, 2, 7), slice(1, None, 3)], ids=str)
def test_gradients_of_chosen_samples(neurons, every):
    """Repeated neurons count twice; where there is no sample, only spikes have a gradient."""

    def loss(run):
        values = run.variables["v"]
        weights = torch.arange(1.0, 1 + values.numel(), dtype=values.dtype).reshape(values.shape)
        return (weights * values).sum() + run.spikes.sum()

    found, expected = (gradient(backend, loss, neurons=neurons, every=every) for backend in BOTH)
    assert expected.any()
    assert error(found, expected) < 1e-11


@pytest.mark.parametrize("shape", [(), (1,), (4, 1), (1, 3), (4, 3)], ids=str)
def test_gradients_of_an_input_that_broadcasts(shape):
    """Summed over the neurons that share it."""
    p = LIFParameters(v_th=torch.linspace(0.5, 1.5, 12, dtype=torch.float64).reshape(4, 3))
    found, expected = (
        gradient(backend, lambda run: run.spikes.sum(), current=drive(70, *shape), p=p) for backend in BOTH
    )
    assert found.shape == (70, *shape)
    assert error(found, expected) < 1e-11


def test_gradients_of_an_expanded_input_reach_what_was_expanded():
    found = []
    for backend in BOTH:
        one = torch.tensor([[1.5]], dtype=torch.float64, requires_grad=True)
        run = simulate(LIF, current=one.expand(70, 9), backend=backend)
        found.append(torch.autograd.grad(run.variables["v"].sum(), one)[0])
    assert error(*found) < 1e-11


def test_gradients_of_parameters_that_broadcast():
    found = []
    for backend in BOTH:
        p = LIFParameters(
            v_th=torch.linspace(0.5, 1.5, 3, dtype=torch.float64, requires_grad=True),
            tau_mem_inv=torch.linspace(50, 150, 4, dtype=torch.float64).reshape(4, 1).requires_grad_(),
            v_reset=torch.zeros(1, 1, dtype=torch.float64, requires_grad=True),
        )
        run = simulate(LIF, current=drive(70), p=p, backend=backend)
        loss = run.variables["v"].sum() + run.spikes.sum()
        found.append(torch.autograd.grad(loss, [p.v_th, p.tau_mem_inv, p.v_reset]))
    for kernel, eager in zip(*found):
        assert kernel.shape == eager.shape
        assert error(kernel, eager) < 1e-11


def test_gradients_of_a_parameter_in_another_dtype():
    """A float32 parameter of a float64 run has a gradient in float32."""
    found = []
    for backend in BOTH:
        p = LIFParameters(v_th=torch.tensor(1.0, requires_grad=True))
        run = simulate(LIF, current=drive(70, 9), p=p, backend=backend)
        found.append(torch.autograd.grad(run.spikes.sum(), p.v_th)[0])
    assert found[0].dtype == torch.float32
    assert error(*found) < 1e-6  # float32


def test_a_gradient_may_be_taken_twice():
    x = drive(70, 9).requires_grad_()
    run = simulate(LIF, current=x)
    loss = run.spikes.sum() + run.variables["v"].pow(2).sum()
    first = torch.autograd.grad(loss, x, retain_graph=True)[0]
    assert torch.equal(torch.autograd.grad(loss, x)[0], first)


def test_gradients_of_two_losses_add_up():
    """A graph is walked once for each loss, and what it keeps is left as it is."""
    x = drive(70, 9).requires_grad_()
    run = simulate(LIF, current=x, record=("v", "i"))
    spikes, v = (torch.autograd.grad(y.sum(), x, retain_graph=True)[0] for y in (run.spikes, run.variables["v"]))
    both = torch.autograd.grad(run.spikes.sum() + run.variables["v"].sum(), x)[0]
    torch.testing.assert_close(both, spikes + v, rtol=1e-11, atol=1e-11)  # sums in another order


def test_backward_fills_grad():
    x = drive(70, 9).requires_grad_()
    simulate(LIF, current=x).spikes.sum().backward()
    assert x.grad is not None
    assert x.grad.any()


@pytest.mark.parametrize("backend", BOTH)
def test_spikes_are_bytes_where_nothing_is_trained(backend):
    """With a gradient they are floats, and so they are where the same script is evaluated."""
    x = drive(70, 9)
    given = {"p": LIFParameters(), "state": LIFFeedForwardState(0.0, 0.0), "backend": backend}
    plain = simulate(LIF, current=x, **given)
    assert plain.spikes.dtype == torch.bool
    assert plain.spikes.element_size() == 1
    tracked = simulate(LIF, current=x.clone().requires_grad_(), **given)
    assert tracked.spikes.requires_grad
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            for _ in range(3):  # by the long way and by the short one
                run = simulate(LIF, current=x, **given)
                assert run.spikes.dtype == tracked.spikes.dtype == torch.float64
                assert not run.variables["v"].requires_grad
                assert torch.equal(run.spikes, tracked.spikes.detach())
                assert torch.equal(run.spikes > 0, plain.spikes)
    assert torch.equal(tracked.variables["v"], plain.variables["v"])
    assert simulate(LIF, current=x, **given).spikes.dtype == torch.bool


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_a_network_that_is_trained_is_evaluated_by_the_same_lines(backend):
    """Two layers and a readout by mean rate: every product and mean works in both modes, on the same numbers."""
    g = torch.Generator().manual_seed(3)
    first, second, out = (torch.randn(*s, generator=g).mul_(0.8).requires_grad_() for s in ((20, 8), (8, 8), (8, 3)))
    x = (torch.rand(60, 5, 20, generator=g) < 0.3).float()

    def scores():
        one = simulate(LIF, spikes=x @ first, record=(), backend=backend)
        two = simulate(LIF, spikes=torch.nn.functional.linear(one.spikes, second), record=(), backend=backend)
        return two.spikes.mean(0) @ out

    trained = scores()
    trained.sum().backward()
    assert all(w.grad is not None and w.grad.any() for w in (first, second, out))
    with torch.no_grad():
        evaluated = scores()
    assert evaluated.any()
    assert torch.equal(evaluated, trained.detach())


def lif_with_gradient(**given):
    """A run in which only the time constant wants a gradient, and that."""
    p = LIFParameters(tau_mem_inv=torch.tensor(100.0, dtype=torch.float64, requires_grad=True))
    return simulate(LIF, p=p, backend="llvm", **given), p.tau_mem_inv


@pytest.mark.parametrize("which", ["current", "state"])
def test_what_was_changed_in_place_is_refused(which):
    """The kernel would read other numbers than those of the run: torch's own words."""
    x, v = drive(70, 9).requires_grad_(), torch.zeros(9, dtype=torch.float64).requires_grad_()
    run = simulate(LIF, current=x, state=LIFFeedForwardState(v, 0.0))
    with torch.no_grad():
        {"current": x, "state": v}[which].zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        run.variables["v"].sum().backward()


def test_an_input_without_gradient_may_be_changed_after_a_run():
    """Or else it is refused: a wrong gradient, without a word, is neither."""
    x = drive(70, 9)
    run, tau = lif_with_gradient(current=x)
    expected = torch.autograd.grad(run.variables["v"].sum(), tau)[0]
    run, tau = lif_with_gradient(current=x)
    x.zero_()
    try:
        found = torch.autograd.grad(run.variables["v"].sum(), tau)[0]
    except RuntimeError as error:
        assert "modified by an inplace operation" in str(error)
    else:
        assert torch.equal(found, expected)


@pytest.mark.parametrize("kind", ["transposed", "whole numbers", "parameter", "float32"])
def test_a_gradient_does_not_need_its_caller_to_keep_anything(kind):
    """An input that nobody holds any more, and the copy that the kernel read, are there when the gradient is taken."""
    T, N = 70, 100

    def found(backend):
        x, tau = drive(T, N), torch.tensor(100.0, dtype=torch.float64, requires_grad=True)
        p = LIFParameters(tau_mem_inv=tau)
        if kind == "parameter":
            p = p._replace(v_th=torch.linspace(0.5, 1, 10, dtype=torch.float64)[:, None])
            x = x.reshape(T, 10, 10)
        given = {"transposed": x.mT.contiguous().mT, "whole numbers": (3 * x).long(), "float32": x.float()}
        spikes = drive(T, N, seed=1) > 2 if kind == "float32" else None
        run = simulate(LIF, current=given.pop(kind, x), spikes=spikes, p=p, backend=backend)
        del x, given, spikes
        for size in (T * N, N):  # torch gives memory that is free to whoever asks next
            for dtype in (torch.uint8, torch.float32, torch.float64):
                keep.extend(torch.full((size,), 7, dtype=dtype) for _ in range(20))
        return torch.autograd.grad(run.variables["v"].sum(), tau)[0]

    keep: list[torch.Tensor] = []
    tolerance = 1e-11 if kind in ("transposed", "parameter") else 1e-5  # float32; sums in another order
    assert error(*map(found, BOTH)) < tolerance


# ---------------------------------------------------------------- errors in words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"backend": "fortran"}, "backend = 'fortran' is not known: choose one of auto, llvm, triton, eager"),
        ({"record": ("v", "w")}, "record = ['w'] is not known: LIF has v, i"),
        ({"record": "voltage"}, "record = ['voltage'] is not known: LIF has v, i"),
        ({"neurons": (0, 12)}, "neurons = [12] is not allowed: give numbers from 0 to 11, a slice, or a mask of 12"),
        ({"neurons": (-1,)}, "neurons = -1 is not allowed: give numbers from 0 to 11, a slice, or a mask of 12"),
        ({"every": 0}, "every = 0 is not allowed"),
        ({"every": -3}, "every = -3 is not allowed"),
        ({"every": 1.5}, "every = 1.5 is not allowed"),
        ({"dt": 0}, "dt = 0 is not allowed: give a time in s, greater than 0"),
        ({"dt": -0.001}, "dt = -0.001 is not allowed"),
        ({"dt": float("nan")}, "dt = nan is not allowed"),
        ({"dt": float("inf")}, "dt = inf is not allowed"),
        ({"dt": "fast"}, "dt = 'fast' is not allowed"),
        ({"current": None}, "give a current [T, ...], spikes [T, ...], or both"),
        ({"current": 1.5}, "current = 1.5 is one number: say for how long by steps, or by a duration in s"),
        ({"current": torch.tensor(1.5)}, "current = 1.5 is one number: say for how long by steps"),
        ({"current": "1.5"}, "current is a str, which is not allowed: give a dense tensor of real numbers [T, ...]"),
        ({"current": torch.zeros(0, 3)}, "the input has no steps: give at least one"),
        ({"spikes": torch.zeros(7, 3)}, "current has 20 steps, spikes have 7 steps: give as many of each"),
        ({"spikes": torch.zeros(20, 5)}, "spikes of shape (5,) does not broadcast with (4, 3)"),
        ({"state": LIFFeedForwardState(torch.zeros(5), 0.0)}, "state.v of shape (5,) does not broadcast with (4, 3)"),
        ({"p": LIFParameters(v_th=torch.ones(7))}, "p.v_th of shape (7,) does not broadcast with (4, 3)"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_what_cannot_be_is_refused(changes, words, backend):
    """By the argument's name, with its value and what is allowed."""
    with pytest.raises(ValueError) as refused:
        simulate(LIF, **{"current": drive(20, 4, 3), "backend": backend} | changes)
    assert words in str(refused.value)


def test_a_bad_dt_is_refused_after_a_good_run():
    """The short way to a kernel that ran before looks at it too."""
    given = {"current": drive(20, 9), "p": LIFParameters(), "state": LIFFeedForwardState(0.0, 0.0)}
    simulate(LIF, **given)
    for dt in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=r"dt = .* is not allowed"):
            simulate(LIF, **given, dt=dt)


def test_a_neuron_without_default_parameters_asks_for_them():
    with pytest.raises(ValueError, match=r"Izhikevich needs parameters: give p = IzhikevichParameters\(\.\.\.\)"):
        simulate(Izhikevich, current=drive(20))


def test_parameters_of_another_neuron_are_refused():
    with pytest.raises((TypeError, ValueError), match="LIFParameters"):
        simulate(LIF, current=drive(20), p=IzhikevichParameters(0.02, 0.2, -65.0, 8.0))


def test_a_plain_step_asks_for_its_tuples():
    for given in ({}, {"p": Rate()}, {"state": State(0.0)}):
        with pytest.raises(ValueError, match="give p and state"):
            simulate(leaky, current=drive(20), **given)


def test_spikes_without_port_are_refused():
    with pytest.raises(ValueError, match="Izhikevich has no spike port: give its input as a current"):
        simulate(Izhikevich, spikes=drive(20) > 1, p=tonic_spiking.p)


def test_lif_adex_refrac_runs_without_recording():
    """The neuron with the most variables; nothing kept but spikes and the last state."""
    given = case(LIFAdExRefrac, 60, 9)
    kernel, eager = (given.run(LIFAdExRefrac, b, record=()) for b in BOTH)
    assert kernel.variables == {}
    assert torch.equal(kernel.spikes, eager.spikes)
