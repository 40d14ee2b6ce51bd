"""What people do besides: steps that read what is no argument, forks, interrupts, pickles, torch.func, odd values."""

import multiprocessing
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
import torch

from snnlab.engine import Diverged, Noise, Projection, delayed, fused, simulate, threads
from snnlab.functional import LIF, LIFEx, LIFParameters, STDPParameters

I = torch.rand(50, 4, generator=torch.Generator().manual_seed(0)) * 3
PLAIN = {"p": (), "state": (0.0,), "record": "0"}


def values(step, **given):
    return simulate(step, **{"current": I} | PLAIN | given).variables["0"]


def test_a_step_that_reads_what_is_no_argument_is_run_as_it_is_now():
    gain = [1.0]

    def step(x, s, p, dt):
        v = s[0] + dt * (gain[0] * x - s[0])
        return v > 1, (v,)

    first = values(step)
    gain[0] = 5.0
    assert torch.equal(values(step), values(step, backend="eager"))
    assert not torch.equal(values(step), first)


def test_a_tensor_that_is_no_parameter_gets_its_gradient():
    w = torch.tensor(2.0, requires_grad=True)
    run = simulate(lambda x, s, p, dt: (x > 2, (s[0] * 0.9 + x * w,)), current=I.clone().requires_grad_(), **PLAIN)
    assert "give it as a parameter" in run.backend
    run.variables["0"].sum().backward()
    assert w.grad > 0


@pytest.mark.parametrize("backend", ["auto", "eager"])
@pytest.mark.parametrize("state", [lambda s: s[0] * 0.9, lambda s: (s[0], s[0])], ids=["no tuple", "two"])
def test_a_state_of_another_kind_is_refused(state, backend):
    with pytest.raises(ValueError, match="give \\(z, state\\), the state a tuple of 1"):
        values(lambda x, s, p, dt: (x > 2, state(s)), backend=backend)


def test_a_reset_by_mask_and_a_look_at_shapes_run_eagerly():
    def masked(x, s, p, dt):
        v = (s[0] * 0.9 + x).clone()
        v[v > 5] = 0.0
        return v == 0, (v,)

    def choosy(x, s, p, dt):
        assert s[0].shape == (4,)
        return x > 2, (s[0] * 0.9 + x,)

    for step in (masked, choosy):
        run = simulate(step, current=I, **PLAIN)
        assert run.backend.startswith("eager (")
        assert torch.equal(run.variables["0"], values(step, backend="eager"))


def test_a_step_that_works_in_place_leaves_its_input():
    def step(x, s, p, dt):
        s[0].add_(x.mul_(2))
        return s[0] > 1, (s[0],)

    before = I.clone()
    assert torch.equal(values(step), values(step, backend="eager"))
    assert torch.equal(I, before)
    torch.testing.assert_close(values(step)[-1], (2 * I).sum(0))


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_a_spike_is_above_zero(backend):
    run = simulate(
        lambda x, s, p, dt: (x - 2, s), current=torch.tensor([[1.0], [2.0], [3.0]]), **PLAIN, backend=backend
    )
    assert run.spikes.flatten().tolist() == [False, False, True]


@pytest.mark.parametrize("more", [{"spikes": I}, {"noise": Noise(1.0)}], ids=["spikes", "noise"])
def test_a_plain_step_has_one_input(more):
    with pytest.raises(ValueError, match="a plain step has one input"):
        values(lambda x, s, p, dt: (x > 2, (x,)), **more)


def test_neurons_by_mask_and_by_any_whole_numbers():
    mask = torch.tensor([True, False, False, True])
    expected = simulate(LIF, current=I).variables["v"][:, ::3]
    for neurons in (mask, mask.numpy(), mask.tolist(), np.array([0, 3]), torch.tensor([0, 3]), slice(0, 4, 3)):
        assert torch.equal(simulate(LIF, current=I, neurons=neurons).variables["v"], expected)
    for neurons in ([1.7, 0.2], "12", [True, False], 2, [None]):
        with pytest.raises(ValueError, match=r"neurons = .* is not allowed: give numbers from 0 to 3"):
            simulate(LIF, current=I, neurons=neurons)


def test_numbers_of_numpy_and_torch_are_numbers():
    expected = simulate(LIF, current=I, p=LIFParameters(v_th=0.5), dt=0.002, every=5)
    kernels = fused.forward_program.cache_info().misses
    for number in (np.float32(0.5), np.float64(0.5), torch.tensor(0.5), np.array(0.5)):
        p = LIFParameters(v_th=number)
        found = simulate(LIF, current=I, p=p, dt=torch.tensor(0.002, dtype=torch.float64), every=np.int64(5))
        assert torch.equal(found.variables["v"], expected.variables["v"])
    assert fused.forward_program.cache_info().misses == kernels


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"p": LIFParameters(v_th=None)}, "p.v_th = None is not allowed: give a number"),
        ({"p": LIFParameters(v_th="1")}, "p.v_th = '1' is not allowed"),
        ({"p": LIFParameters(v_th=torch.tensor(1j))}, "p.v_th = torch.complex64"),
        ({"current": I.to_sparse()}, "current is a torch.float32 torch.sparse_coo tensor"),
        ({"current": I + 1j}, "current is a torch.complex64"),
        ({"record": 5}, 'record = 5 is not allowed: give names of variables, "all", or None'),
        ({"every": 10**30}, "every = 10{30} is not allowed"),
        ({"dt": True}, "dt = True is not allowed"),
        (
            {"history": torch.zeros(3, 4)},
            "history of shape .3, 4. does not fit: give the spikes before a network's run",
        ),
        ({"network": 5}, "network = 5 is not allowed"),
        ({"network": torch.full((4, 4), float("nan"))}, "network.weights are not finite"),
        ({"network": Projection(torch.ones(4, 4), release=STDPParameters())}, "network.release is a STDPParameters"),
        ({"network": Projection(torch.ones(4, 4), learning=True)}, "network.learning is a bool: give STDPParameters"),
        ({"noise": Noise("a")}, "noise.sigma = 'a' is not allowed"),
        ({"noise": Noise(float("nan"))}, "noise.sigma = nan is not allowed"),
        ({"network": torch.ones(4, 4), "history": torch.zeros(3, 5)}, "give the spikes before a network's run, .k, 4"),
    ],
)
def test_odd_values_are_refused_by_name(given, words):
    with pytest.raises(ValueError, match=words):
        simulate(LIF, **{"current": I} | given)


@pytest.mark.parametrize("neuron", ["LIF", None])
def test_what_is_no_neuron_is_refused(neuron):
    with pytest.raises(
        ValueError, match=r"neuron = .* is not allowed: give a Neuron such as snnlab.functional.LIF, a step"
    ):
        simulate(neuron, current=I)


def test_several_weights_are_several_projections():
    w = torch.ones(4, 4)
    two = simulate(LIF, current=I, network=[w, Projection(w, 2)])
    assert torch.equal(two.spikes, simulate(LIF, current=I, network=[Projection(w), Projection(w, np.int64(2))]).spikes)
    with pytest.raises(ValueError, match="give dense tensors"):
        delayed(w.to_sparse(), torch.ones(4, 4, dtype=torch.int64))


def test_a_second_derivative_is_refused():
    x = torch.full((30, 2), 0.5, dtype=torch.float64, requires_grad=True)
    with pytest.raises(RuntimeError, match="first order: backend='eager' has others"):
        torch.autograd.grad(simulate(LIFEx, current=x).variables["v"].sum(), x, create_graph=True)


def test_torch_func_sees_through_eager_torch():
    def loss(x, backend):
        return simulate(LIF, current=x, backend=backend).variables["v"].sum()

    expected = torch.autograd.grad(loss(x := I.clone().requires_grad_(), "eager"), x)[0]
    torch.testing.assert_close(torch.func.grad(loss)(I, "auto"), expected)
    batch = torch.stack([I, 2 * I])
    found = torch.func.vmap(lambda x: simulate(LIF, current=x).variables["v"])(batch)
    torch.testing.assert_close(found[1], simulate(LIF, current=2 * I).variables["v"])


def test_inference_mode_is_no_hindrance():
    def step(x, s, p, dt):
        return x > 2, (s[0] * 0.81 + x,)

    with torch.inference_mode():
        assert simulate(step, current=I, **PLAIN).backend == "llvm"


def test_recordings_and_failures_are_pickled():
    run = simulate(LIF, current=I)
    again = pickle.loads(pickle.dumps(run))
    assert torch.equal(again.variables["v"], run.variables["v"])
    assert torch.equal(again.state.v, run.state.v)
    bad = I.clone()
    bad[10, 2] = float("inf")
    with pytest.raises(Diverged) as error:
        simulate(LIF, spikes=bad)
    found = pickle.loads(pickle.dumps(error.value))
    assert (found.variable, found.neuron, found.time) == (error.value.variable, 2, 11.0)
    assert str(found) == str(error.value)
    assert len(found.recording.spikes) == 10


def large(k):
    torch.set_num_threads(2)
    run = simulate(LIF, current=torch.full((1, 4000), 1.5).expand(3000, 4000), record=())
    return int(run.spikes.numpy().sum())  # numpy's, since torch's own threads do not outlive a fork


def test_a_fork_has_threads_of_its_own():
    """Where a platform can fork; a child that waits for its parent's threads would wait for ever."""
    expected = large(0)
    if "fork" in multiprocessing.get_all_start_methods():
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.apply_async(large, (1,)).get(timeout=60) == expected


def test_an_interrupt_waits_until_nobody_uses_the_memory():
    """A second one too: it is raised when all are done."""
    stop, begun, released = Event(), Event(), Event()

    def work():
        begun.set()
        released.wait(10)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        job = pool.submit(work)
        begun.wait(10)
        threading.Timer(0.2, released.set).start()
        threads._done([job], stop)
        assert job.done()


def test_delays_that_do_not_fit_are_refused_with_the_figures():
    for delay in (10**9, 10**13):
        with pytest.raises(MemoryError, match=r"network.delay = .* would need .* give at most 125,000,000 steps"):
            simulate(LIF, current=I, network=Projection(torch.ones(4, 4), delay))
