"""Where a run ends before its end: a state that is not finite, a wish to stop, no memory; and many runs at once."""

import gc
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
import torch

from snnlab.engine import Cancelled, Diverged, memory, simulate
from snnlab.functional import (
    LIF,
    AdEx,
    CobaLIF,
    Izhikevich,
    LIFAdExRefrac,
    LIFFeedForwardState,
    LIFParameters,
    tonic_spiking,
)
from tests.engine.cases import case, error, gradients, same

each_backend = pytest.mark.parametrize("backend", ["llvm", "eager"])
NAN, INF = float("nan"), float("inf")


@pytest.fixture
def threads():
    """Sets how many threads torch may use, until the end of the test."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def drive(*shape, seed=0, dtype=torch.float64):
    return 3 * torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def failure(neuron, **given) -> Diverged:
    with pytest.raises(Diverged) as failed:
        simulate(neuron, **given)
    return failed.value


def same_failure(neuron, **given) -> Diverged:
    """The kernel's, which is eager's."""
    kernel, eager = (failure(neuron, **given, backend=backend) for backend in ("llvm", "eager"))
    assert str(kernel) == str(eager)
    assert (kernel.variable, kernel.neuron, kernel.time) == (eager.variable, eager.neuron, eager.time)
    assert torch.equal(kernel.recording.spikes, eager.recording.spikes)
    assert kernel.recording.variables.keys() == eager.recording.variables.keys()
    assert all(torch.equal(x, eager.recording.variables[name]) for name, x in kernel.recording.variables.items())
    return kernel


# ---------------------------------------------------------------- states that are not finite


@pytest.mark.parametrize("N", [1, 5, 9, 1500])
@pytest.mark.parametrize("bad", [NAN, -INF])
@pytest.mark.parametrize("step", [0, 17, 39])
def test_a_failure_names_variable_neuron_and_time(N, bad, step):
    """A current that is not finite, at one neuron and step; the first and the last step included."""
    current, one = drive(40, N), 2 * N // 3
    current[step, one] = bad
    failed = same_failure(LIF, current=current, dt=0.0005)
    assert (failed.variable, failed.neuron) == ("v", one)
    assert failed.time == pytest.approx((step + 1) * 0.5)  # ms, of the step's end as in every recording
    assert f"v of neuron {one} is not finite at" in str(failed)
    assert f"in step {step + 1}: give a smaller dt" in str(failed)


@pytest.mark.parametrize("N", [3, 9, 1500])
def test_a_recording_ends_before_the_failure(N):
    """What is left is the run as far as it was finite; it has no state to go on from."""
    current = drive(40, N)
    good = simulate(LIF, current=current[:17], record=("v", "i"))
    current[17, 2] = NAN
    failed = same_failure(LIF, current=current, record=("v", "i")).recording
    assert torch.equal(failed.spikes, good.spikes)
    assert all(torch.equal(failed.variables[name], good.variables[name]) for name in ("v", "i"))
    assert len(failed.time) == 17
    assert failed.state is None


@pytest.mark.parametrize(("every", "samples"), [(1, 17), (4, 4), (17, 1), (18, 0)])
def test_samples_end_before_the_failure(every, samples):
    current = drive(40, 9)
    good = simulate(LIF, current=current[:17], neurons=(5, 0), every=every).variables["v"]
    current[17, 2] = NAN
    failed = same_failure(LIF, current=current, neurons=(5, 0), every=every).recording
    assert failed.variables["v"].shape == (samples, 2)
    assert torch.equal(failed.variables["v"], good)
    assert len(failed.sample_time) == samples


def test_neurons_that_are_not_recorded_are_watched_too():
    current = drive(40, 9)
    current[17, 2] = NAN
    failed = same_failure(LIF, current=current, neurons=(5,), record=())
    assert failed.neuron == 2
    assert failed.recording.variables == {}


def test_the_first_variable_that_is_not_finite_is_named():
    """An infinite spike: the synaptic current cannot hold it, and the membrane follows."""
    spikes = drive(40, 9)
    spikes[5, 3] = -INF
    failed = same_failure(LIF, spikes=spikes, record=("v", "i"))
    assert (failed.variable, failed.neuron) == ("v", 3)
    spikes[5, 3] = INF  # here the membrane spikes and is reset; what is left is the current
    failed = same_failure(LIF, spikes=spikes, record=("v", "i"))
    assert (failed.variable, failed.neuron) == ("i", 3)


@each_backend
def test_an_infinite_drive_that_a_reset_takes_away_is_no_failure(backend):
    """The state at the end of a step is what counts: after the spike it is finite."""
    current = drive(40, 9)
    current[17, 2] = INF
    run = simulate(LIF, current=current, backend=backend)
    assert run.spikes[17, 2]
    assert run.variables["v"][17, 2] == 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("N", [1, 9])
def test_a_step_that_is_too_long_runs_away(N, dtype):
    """Izhikevich's quadratic membrane, thrown to and fro by steps of 1 s."""
    state = Izhikevich.state(-70.0, -14.0)
    given = {"current": drive(400, N, dtype=dtype), "p": tonic_spiking.p, "state": state, "record": ("v", "u")}
    failed = same_failure(Izhikevich, **given, dt=1.0)
    steps = len(failed.recording.spikes)
    assert steps > 0
    good = simulate(Izhikevich, **given | {"current": given["current"][:steps]}, dt=1.0)
    assert torch.equal(good.variables["v"], failed.recording.variables["v"])
    assert all(x.isfinite().all() for x in failed.recording.variables.values())


def test_numbers_that_overflow():
    """Finite in, finite parameters: the sum is more than float32 holds, and as float64 it is not."""
    current = torch.full((20, 9), -3e38)
    assert same_failure(LIF, current=10 * current.double().clamp_max(1e30).float(), dt=0.02).variable == "v"
    assert simulate(LIF, current=current.double(), dt=0.02).variables["v"].isfinite().all()


def test_a_state_that_begins_without_being_finite():
    state = LIFFeedForwardState(torch.tensor([0.0, NAN, 0.0]), 0.0)
    failed = same_failure(LIF, current=drive(20, 3, dtype=torch.float32), state=state)
    assert failed.neuron == 1
    assert failed.recording.spikes.shape == (0, 3)


@pytest.mark.parametrize("N", [5, 9, 6000])
def test_the_earliest_failure_is_named(N):
    """Of several, in whatever blocks they are; at the same step, the neuron with the lowest number."""
    current = drive(40, N)
    last, middle = N - 1, N // 2
    current[30, 0] = current[12, middle] = current[12, last] = current[20, 1] = NAN
    failed = same_failure(LIF, current=current)
    assert failed.neuron == middle
    assert len(failed.recording.spikes) == 12


def test_neurons_are_counted_through_the_flattened_population():
    current = drive(40, 3, 4)
    current[17, 2, 1] = NAN
    failed = same_failure(LIF, current=current)
    assert failed.neuron == 9
    assert failed.recording.spikes.shape == (17, 3, 4)


@pytest.mark.parametrize("count", [1, 2])
def test_the_earliest_failure_of_a_run_in_threads(count, threads):
    """Large enough for two threads, and for several rests of a long run: the later half of neurons fails first."""
    threads(count)
    T, N = 100, 60_000
    assert T * N > 5e6
    current = torch.full((T, N), 1.5)
    current[70, 10] = current[31, 59_000] = current[31, 59_999] = current[60, 31_000] = NAN
    failed = failure(LIF, current=current, backend="llvm")
    assert (failed.variable, failed.neuron) == ("v", 59_000)
    good = simulate(LIF, current=current[:31], backend="llvm")
    assert torch.equal(failed.recording.spikes, good.spikes)
    assert torch.equal(failed.recording.variables["v"], good.variables["v"])


@each_backend
def test_a_run_with_a_gradient_fails_too(backend):
    """And what it has recorded can be differentiated as far as it went."""
    current = drive(60, 9)
    current[40, 3] = NAN
    current.requires_grad_()
    failed = failure(LIF, current=current, backend=backend)
    assert (failed.variable, failed.neuron) == ("v", 3)
    assert failed.recording.spikes.shape == (40, 9)


def test_a_failed_run_has_the_gradient_of_its_finite_part():
    """A loss of what came before the failure knows nothing of it."""
    found = []
    for backend in ("llvm", "eager"):
        current = drive(60, 9)
        current[40, 3] = NAN
        current.requires_grad_()
        run = failure(LIF, current=current, backend=backend).recording
        found.append(torch.autograd.grad(run.variables["v"].pow(2).sum(), current)[0])
    assert found[1].isfinite().all()
    assert error(*found) < 1e-11  # sums in another order


def test_a_failure_does_not_spoil_the_next_run():
    """The short way to a kernel that ran before, there and back."""
    given = {"p": LIFParameters(), "state": LIFFeedForwardState(0.0, 0.0)}
    current = drive(40, 9)
    good = simulate(LIF, current=current, **given)
    wrong = current.clone()
    wrong[17, 2] = NAN
    for _ in range(2):
        assert failure(LIF, current=wrong, **given).neuron == 2
        assert same(simulate(LIF, current=current, **given), good)


@each_backend
def test_a_plain_step_fails_in_the_same_words(backend):
    class State(NamedTuple):
        x: Any
        y: Any

    def growing(x, s, p, dt):
        return s.x > 1e6, State(s.x, s.y * s.y + x)

    failed = failure(
        growing, current=torch.ones(50, 2), p=(1.0,), state=State(0.0, 0.0), record=("y",), backend=backend
    )
    assert failed.variable == "y"
    assert failed.neuron == 0


# ---------------------------------------------------------------- stopping


def long_run(**more):
    """500 million steps of the neuron with the longest step, which take more than a second; only spikes are kept."""
    current = torch.full((1, 1), 3.0, dtype=torch.float64).expand(50_000, 10_000)
    return simulate(LIFAdExRefrac, current=current, record=(), backend="llvm", **more)


@pytest.mark.parametrize("count", [1, 2])
def test_a_long_run_stops_soon_after_it_is_asked(count, threads):
    """It asks every few milliseconds, so long before it would have ended, however busy the machine is."""
    threads(count)
    wanted, parts = [], []

    def cancelled():
        wanted.append(time.monotonic())
        return wanted[-1] > wanted[0] + 0.02

    with pytest.raises(Cancelled):
        long_run(cancelled=cancelled, progress=parts.append)
    assert parts[-1] < 0.5  # there was much to be done


@each_backend
def test_progress_is_a_part_that_grows(backend):
    parts = []
    simulate(LIF, current=torch.full((3000, 3000), 1.5), record=(), progress=parts.append, backend=backend)
    assert parts[0] == 0
    assert len(parts) > 2
    assert all(a < b for a, b in pairwise(parts))
    assert parts[-1] < 1


def test_a_network_under_way_is_the_beginning_of_what_it_gives():
    weights = torch.randn(300, 300, generator=torch.Generator().manual_seed(1)) / 10
    given = {"current": drive(3000, 300, dtype=torch.float32), "network": weights, "neurons": (3, 140), "every": 7}
    seen = []
    whole = simulate(LIF, **given, progress=lambda part: seen.append((float(part), part.so_far())))
    assert seen[0][0] == 0 < seen[-1][0] < 1 and whole.spikes.any()
    for part, found in seen:
        steps = round(3000 * part)
        assert len(found.spikes) == steps
        assert torch.equal(found.spikes, whole.spikes[:steps])
        assert torch.equal(found.variables["v"], whole.variables["v"][: steps // 7])


@pytest.mark.parametrize("count", [1, 2])
def test_only_the_thread_that_began_a_run_asks(count, threads):
    """What a page gives to be called need not bear other threads."""
    threads(count)
    asked, parts = set(), []

    def progress(part):
        asked.add(threading.get_ident())
        parts.append(part)

    simulate(LIF, current=torch.full((1, 1), 1.5).expand(1000, 12_000), record=(), progress=progress, backend="llvm")
    assert asked == {threading.get_ident()}
    assert all(a < b for a, b in pairwise(parts))
    assert len(parts) > 2


def test_asking_changes_no_number():
    """A run in parts is the run."""
    given = {"current": drive(3000, 1500, dtype=torch.float32), "neurons": (3, 1400), "every": 7}
    assert same(simulate(LIF, **given), simulate(LIF, **given, progress=lambda part: None))


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_of_who_is_asked_ends_the_run(count, threads):
    """It comes through as it is, and the next run is none the worse."""
    threads(count)

    def progress(part):
        if part > 0:
            raise KeyError("closed")

    current = torch.full((1, 1), 1.5).expand(1000, 12_000)
    with pytest.raises(KeyError, match="closed"):
        simulate(LIF, current=current, record=(), progress=progress)
    assert simulate(LIF, current=current, record=()).spikes.any()


@each_backend
def test_a_run_with_a_gradient_stops_when_asked(backend):
    asked = []

    def cancelled():
        asked.append(None)
        return len(asked) > 2

    with pytest.raises(Cancelled):
        current = torch.full((3000, 1), 1.5).expand(3000, 1500).requires_grad_()
        simulate(LIF, current=current, record=(), cancelled=cancelled, backend=backend)
    assert len(asked) == 3


# ---------------------------------------------------------------- memory


@pytest.fixture
def little(monkeypatch):
    """A machine with 20 MiB left, on which nothing may be asked for that is not there."""
    given = []
    empty = memory.empty

    def watched(shape, *arguments, **named):
        given.append(shape)
        return empty(shape, *arguments, **named)

    monkeypatch.setattr(memory, "available", lambda device: 20 * 2**20)
    monkeypatch.setattr(memory, "empty", watched)
    return given


def test_a_run_that_does_not_fit_is_refused_before_it_begins(little):
    """With what it needs, what there is, and what to do: 5 bytes for each of 10 million neuron-steps are 48 MB."""
    with pytest.raises(MemoryError) as refused:
        simulate(LIF, current=torch.full((1, 1), 1.5).expand(10_000, 1000))
    assert str(refused.value).startswith(
        "A run of 10,000 steps of 1,000 neurons would need 47.7 MiB, and 18 MiB are free:"
    )
    assert "record fewer variables or neurons (record, neurons, every)" in str(refused.value)
    assert little == []


@pytest.mark.parametrize("fewer", [{"record": ()}, {"neurons": range(10)}, {"every": 100}], ids=str)
def test_what_the_words_advise_helps(little, fewer):
    """Spikes alone are 10 MB."""
    assert simulate(LIF, current=torch.full((1, 1), 1.5).expand(10_000, 1000), **fewer).spikes.any()
    assert little


@pytest.mark.parametrize("fewer", [{"record": ()}, {"neurons": range(10)}, {"every": 100}], ids=str)
def test_what_a_run_asks_for_is_what_it_takes(monkeypatch, fewer):
    """The figure is the sum of what is made: a run that needs 30 MB is refused where 29 are left, and not with 34."""
    T, N = 5000, 6000
    current = torch.full((1, 1), 1.5).expand(T, N)
    run = simulate(LIF, current=current, **fewer)
    size = sum(x.nbytes for x in (run.spikes, *run.variables.values()))
    monkeypatch.setattr(memory, "available", lambda device: 0.99 * size)
    with pytest.raises(MemoryError):
        simulate(LIF, current=current, **fewer)
    monkeypatch.setattr(memory, "available", lambda device: 1.15 * size)  # a tenth is left to others
    simulate(LIF, current=current, **fewer)


def test_a_gradient_needs_more(little):
    """Spikes as floats, states to begin from, and the gradient itself: all or nothing, before the run."""
    current = torch.full((1, 1), 1.5).expand(5000, 1000)
    simulate(LIF, current=current, record=())
    made = len(little)
    with pytest.raises(MemoryError, match=r"would need .* MiB, and 18 MiB are free"):
        simulate(LIF, current=current.clone().requires_grad_(), record=())
    assert len(little) == made


HUGE = {
    "a number for all": {"current": torch.zeros(1, 1).expand(10**6, 10**6)},
    "a row for all times": {"current": torch.zeros(1, 10**6).expand(10**6, 10**6)},
    "two ports": {"current": torch.zeros(10**6, 1), "spikes": torch.zeros(1, 10**6).expand(10**6, 10**6)},
    "parameters": {"current": torch.zeros(10**6), "p": LIFParameters(v_th=torch.ones(10**6))},
    "a state": {"current": torch.zeros(10**6), "state": LIFFeedForwardState(torch.zeros(10**6), 0.0)},
    "several dimensions": {"current": torch.zeros(10**6, 1, 3), "p": LIFParameters(v_th=torch.ones(10**6, 1))},
    "whole numbers": {"current": torch.zeros(1, 1, dtype=torch.int32).expand(10**6, 10**6)},
    "a gradient": {"current": torch.zeros(1, 1).requires_grad_().expand(10**6, 10**6)},
}


@pytest.mark.parametrize("kind", HUGE)
@pytest.mark.parametrize("record", [("v",), ()], ids=["v", "nothing"])
def test_a_run_that_no_machine_holds(kind, record):
    """A million steps of a million neurons, by an input of a few numbers: refused in a moment, with the figure."""
    begun = time.monotonic()
    with pytest.raises(MemoryError, match=r"would need [\d.e+]+ GiB"):
        simulate(LIF, **HUGE[kind], record=record)
    assert time.monotonic() - begun < 10


# ---------------------------------------------------------------- many at once


def stepped(k):
    """A step that no other test has run, so that threads compile it together."""

    class State(NamedTuple):
        v: Any

    def step(x, s, p, dt):
        v = s.v + dt * p[0] * (x - s.v) * (1.0 + k / 7)
        return v > 1.0, State(v * (v <= 1.0))

    return lambda: simulate(step, current=drive(200, 30 + k), p=(50.0,), state=State(0.0), record=("v",))


def test_threads_do_not_disturb_each_other():
    """Eight at once, models and dtypes and gradients mixed, kernels old and new: each gives what it gives alone."""
    runs = [(LIF, torch.float32), (AdEx, torch.float64), (CobaLIF, torch.float32), (Izhikevich, torch.float64)]
    jobs = {(n, d): lambda n=n, d=d: case(n, 300, 50, d).run(n, "llvm") for n, d in runs}
    jobs |= {(n, "gradient"): lambda n=n: gradients(n, case(n, 100, 20), "llvm") for n in (LIF, AdEx)}
    jobs |= {("step", k): stepped(k) for k in range(2)}
    start = threading.Barrier(8)

    def work(k):
        start.wait()
        order = [*jobs][k:] + [*jobs][:k]  # each begins with another one
        return {name: jobs[name]() for name in order}

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(work, range(8)))
    for name, job in jobs.items():
        alone = job()
        for found in together:
            if name[1] == "gradient":
                assert all(torch.equal(found[name][k], g) for k, g in alone.items())
            else:
                assert same(found[name], alone)


def test_large_runs_in_several_threads_at_once(threads):
    """They share the kernels' own threads."""
    threads(2)
    current = torch.full((1, 1), 1.5).expand(200, 60_000)

    def work(v_th):
        return simulate(LIF, current=current, p=LIFParameters(v_th=v_th), neurons=(0, 59_999), backend="llvm")

    levels = [0.5 + 0.1 * k for k in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(work, levels))
    assert all(same(run, work(level)) for run, level in zip(together, levels))


@pytest.mark.parametrize("shape", [(100, 60_000), (6000, 1030), (3_000_000, 2)], ids=str)
def test_numbers_do_not_depend_on_how_many_threads_there_are(shape, threads):
    """Many neurons, two blocks, and two neurons only, which one thread runs."""
    current = drive(*shape, dtype=torch.float32)
    runs = []
    for count in (1, 2):
        threads(count)
        runs.append(simulate(LIF, current=current, neurons=(0, shape[1] - 1), every=3, backend="llvm"))
    assert same(*runs)
    assert runs[0].spikes.any()


def test_gradients_do_not_depend_on_how_many_threads_there_are(threads):
    """Those of a shared parameter are summed over neurons by torch, in an order that its threads decide."""
    found = []
    for count in (1, 2):
        threads(count)
        current = drive(100, 60_000, dtype=torch.float32).requires_grad_()
        p = LIFParameters(v_th=torch.tensor(1.0, requires_grad=True))
        run = simulate(LIF, current=current, p=p, record=(), backend="llvm")
        found.append(torch.autograd.grad(run.spikes.sum(), [current, p.v_th]))
    assert torch.equal(found[0][0], found[1][0])
    assert error(found[0][1], found[1][1]) < 1e-5  # float32, 60,000 summands


def test_memory_is_given_back_without_a_garbage_collection():
    """Nothing of a differentiable run keeps itself alive; large results wait for the next run instead of the system."""
    gc.collect()
    gc.disable()
    memory._waiting.clear()
    try:
        current = torch.ones(1000, 1000, requires_grad=True)
        run = simulate(LIF, current=current)
        gone = weakref.ref(run.spikes)
        run.spikes.sum().backward()
        before = memory.waiting_bytes()
        del run
        assert gone() is None
        assert memory.waiting_bytes() >= before + 4_000_000
    finally:
        gc.enable()


def test_results_outlive_the_runs_that_made_them():
    """Memory that waits is used again only when nobody holds it."""
    runs = [simulate(LIF, current=torch.full((1000, 1100), 1.0 + k / 10)) for k in range(6)]
    kept = [run.variables["v"].clone() for run in runs]
    del runs[::2]
    for k in range(4):
        simulate(LIF, current=torch.full((1000, 1100), 3.0 + k))
    for run, values in zip(runs, kept[1::2]):
        assert torch.equal(run.variables["v"], values)


def test_a_recording_holds_no_inputs():
    """Who keeps a recording keeps its results alone."""
    current = torch.ones(1000, 20)
    gone = weakref.ref(current)
    runs = [simulate(LIF, current=current, backend=backend) for backend in ("llvm", "llvm", "eager")]
    del current
    assert gone() is None
    assert all(run.state.v.shape == (20,) for run in runs)
