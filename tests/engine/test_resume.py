"""A run that goes on from a recording: the bits are those of the whole run, whatever was on its way."""

import pickle

import pytest
import torch

from snnlab.core import refractory
from snnlab.engine import Diverged, Noise, Projection, Recording, simulate
from snnlab.functional import (
    LIF,
    NEURONS,
    CobaLIF,
    Izhikevich,
    LIFParameters,
    LIFRefrac,
    STDPParameters,
    TsodyksMarkramParameters,
)
from tests.nights import each_value

from .cases import KINDS, case

BOTH = ("llvm", "eager")
each_backend = pytest.mark.parametrize("backend", BOTH)
RULE = STDPParameters(eta_plus=0.02, eta_minus=0.015)


def drive(steps, *shape, seed=0, dtype=torch.float32):
    return (torch.rand(steps, *shape, generator=torch.Generator().manual_seed(seed)) * 3).to(dtype)


def positive(n, seed=0, density=0.5):
    g = torch.Generator().manual_seed(seed)
    return torch.rand(n, n, generator=g) * (torch.rand(n, n, generator=g) < density)


def chunks(neuron, cuts, inputs, **given):
    """The runs of the parts of the inputs, each going on from the one before."""
    found, at = [], 0
    for cut in cuts:
        part = {name: x[at : at + cut] for name, x in inputs.items()}
        found.append(simulate(neuron, **part, **given, resume=found[-1] if found else None))
        at += cut
    return found


def same_as_whole(neuron, cuts, inputs, **given):
    """Asserts that parts are the whole bit for bit: spikes, variables, end, weights and times. Returns the whole."""
    whole = simulate(neuron, **inputs, **given)
    parts = chunks(neuron, cuts, inputs, **given)
    assert torch.equal(torch.cat([part.spikes for part in parts]), whole.spikes)
    for name, values in whole.variables.items():
        assert torch.equal(torch.cat([part.variables[name] for part in parts]), values), name
    assert [t for part in parts for t in part.time] == whole.time.tolist()
    last = parts[-1]
    assert all(map(torch.equal, last.state, whole.state))
    assert [w.layout for w in last.weights] == [w.layout for w in whole.weights]
    assert all(torch.equal(a.to_dense(), b.to_dense()) for a, b in zip(last.weights, whole.weights))
    assert whole.spikes.any() or neuron.excess is None
    return whole


# ---------------------------------------------------------------- what goes on


@pytest.mark.parametrize(
    ("neuron", "backend"),
    [
        pytest.param(
            neuron,
            backend,
            id=f"{neuron.name}-{backend}",
            marks=[pytest.mark.nightly] * (backend == "eager" and neuron.name not in KINDS),
        )
        for neuron in NEURONS
        for backend in BOTH
    ],
)
def test_every_neuron_goes_on_with_its_noise(neuron, backend):
    given = case(neuron, 90, 11, torch.float32)
    noise = Noise(0.2 * neuron.current.default, 0.004, seed=3)
    record = (*neuron.state._fields, "noise")
    begun = simulate(neuron, **given.inputs, p=given.p, state=given.state, dt=given.dt, noise=noise, record=record)
    more = {"p": given.p, "dt": given.dt, "noise": noise, "record": record, "backend": backend}
    whole = simulate(neuron, **given.inputs, **more)
    parts = chunks(neuron, (1, 32, 57), given.inputs, **more)
    assert torch.equal(torch.cat([part.spikes for part in parts]), whole.spikes)
    for name in record:
        assert torch.equal(torch.cat([part.variables[name] for part in parts]), whole.variables[name])
    assert not torch.equal(begun.variables["v"], whole.variables["v"])  # from another state


@each_backend
@pytest.mark.parametrize("tau", [0.0, 0.005])
@pytest.mark.parametrize("N", [1, 9, 1300])  # in registers, in a block, in two
def test_noise_goes_on_by_its_counter(N, tau, backend):
    """No jump at the seam, and no number twice."""
    noise = Noise(0.6, tau, seed=11)
    record = ("v", "noise")
    whole = same_as_whole(LIF, (40, 60), {"current": drive(100, N)}, noise=noise, record=record, backend=backend)
    eta = whole.variables["noise"]
    assert not torch.equal(eta[40:80], eta[:40])


@each_backend
def test_noise_that_did_not_go_on_would_be_seen(backend):
    """From the state alone, the same numbers come again."""
    noise, x = Noise(0.6, 0.005), drive(100, 5)
    first = simulate(LIF, current=x[:50], noise=noise, record=("v", "noise"), backend=backend)
    again = simulate(LIF, current=x[50:], noise=noise, record=("v", "noise"), state=first.state, backend=backend)
    assert torch.equal(again.variables["noise"], first.variables["noise"])


@each_backend
@each_value(
    cuts={str(cuts): cuts for cuts in ((100, 100), (3, 1, 4, 92, 100))}, sparse={"dense": False, "sparse": True}
)
def test_a_network_goes_on_with_all_that_changes_in_it(cuts, sparse, backend):
    """STDP, short-term plasticity and plain synapses at once, delays longer than a part, and noise."""
    n = 23
    w = positive(n)
    network = [
        Projection(w.to_sparse_csr() if sparse else w, 3, learning=RULE),
        Projection((0.4 * positive(n, 1)).to_sparse_csr(), 8, release=TsodyksMarkramParameters()),
        Projection(-0.2 * positive(n, 2), 1),
        Projection(positive(n, 3), 2, release=TsodyksMarkramParameters(), learning=RULE),
    ]
    noise = Noise(0.3, 0.004)
    whole = same_as_whole(LIF, cuts, {"current": drive(200, n)}, network=network, noise=noise, backend=backend)
    assert whole.spikes.sum() > 100
    assert (whole.weights[0].to_dense() - w).abs().max() > 0.01


@each_backend
@pytest.mark.parametrize("neuron", [LIFRefrac, CobaLIF, Izhikevich, refractory(CobaLIF)], ids=lambda n: n.name)
def test_networks_of_other_neurons_go_on(neuron, backend):
    """A refractory period that is running, two channels, a current port; a batch of networks."""
    scale = neuron.current.default
    p = Izhikevich.parameters(0.02, 0.2, -65.0, 8.0) if neuron is Izhikevich else neuron.parameters()
    network = Projection(0.3 * scale * (positive(13) - 0.3), 5)
    x = scale * drive(160, 3, 13)
    same_as_whole(neuron, (70, 90), {"current": x}, p=p, network=network, record="all", backend=backend)


@pytest.mark.parametrize("pair", [("llvm", "eager"), ("eager", "llvm")], ids=str)
@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
def test_what_one_backend_left_another_takes(pair, sparse):
    """Float64; sums of learnt weights are in another order, so to rounding."""
    n, x = 19, drive(160, 19, dtype=torch.float64)
    w = positive(n).double()
    network = Projection(w.to_sparse_csr() if sparse else w, 2, TsodyksMarkramParameters(), RULE)
    whole = simulate(LIF, current=x, network=network)
    first = simulate(LIF, current=x[:80], network=network, backend=pair[0])
    second = simulate(LIF, current=x[80:], network=network, backend=pair[1], resume=first)
    assert torch.equal(second.spikes, whole.spikes[80:])
    torch.testing.assert_close(second.weights[0].to_dense(), whole.weights[0].to_dense(), rtol=1e-12, atol=1e-12)


def test_a_synapse_that_learning_drove_to_zero_can_grow_again():
    """It is a synapse still: where the run goes on, the places of the first one count, not the weights."""
    w = torch.zeros(2, 2)
    w[1, 0] = 0.01
    p = STDPParameters(eta_plus=0.5, eta_minus=0.5, tau_pre_inv=torch.tensor(50.0), tau_post_inv=torch.tensor(50.0))
    x = torch.zeros(120, 2)
    x[5, 1] = x[20, 0] = 50.0  # post before pre: the weight falls to its bound
    x[60, 0] = x[66, 1] = 50.0  # pre before post: it grows
    fast = LIFParameters(tau_mem_inv=torch.tensor(1000.0))
    for backend in BOTH:
        given = {"p": fast, "network": Projection(w, learning=p), "backend": backend}
        first = simulate(LIF, current=x[:40], **given)
        assert first.spikes.sum() == 2
        assert first.weights[0].tolist() == [[0.0, 0.0], [0.0, 0.0]]
        second = simulate(LIF, current=x[40:], **given, resume=first)
        assert second.weights[0][1, 0] > 0
        assert torch.equal(second.weights[0], simulate(LIF, current=x, **given).weights[0])


@each_backend
def test_a_plain_step_goes_on(backend):
    def step(x, s, p, dt):
        v = s[0] + dt * p[0] * (x - s[0])
        return v > 1.0, (torch.where(v > 1.0, 0.0, v), s[1] + 1)

    x = drive(60, 4)
    given = {"p": (60.0,), "record": "all", "backend": backend}
    whole = simulate(step, current=x, state=(0.0, 0.0), **given)
    first = simulate(step, current=x[:25], state=(0.0, 0.0), **given)
    second = simulate(step, current=x[25:], **given, resume=first)
    assert torch.equal(second.variables["1"], whole.variables["1"][25:])
    assert torch.equal(second.spikes, whole.spikes[25:])


def test_recordings_are_left_as_they_were():
    """Another run may go on from the same end, again and again."""
    n, x = 12, drive(80, 12)
    given = {"network": Projection(positive(n), 4, TsodyksMarkramParameters(), RULE), "noise": Noise(0.2, 0.003)}
    first = simulate(LIF, current=x[:40], **given)
    kept = pickle.loads(pickle.dumps(first))
    runs = [simulate(LIF, current=x[40:], **given, resume=one, backend=b) for b in BOTH for one in (first, first, kept)]
    for a, b in zip(runs[:3], runs[:3][1:]):
        assert torch.equal(a.variables["v"], b.variables["v"])
        assert torch.equal(a.weights[0], b.weights[0])
    for k, values in enumerate(kept.end.synapses[0].values()):
        assert torch.equal(values, [*first.end.synapses[0].values()][k])


def test_every_so_many_steps_and_chosen_neurons():
    """Samples are counted anew in each part."""
    x = drive(90, 6)
    given = {"neurons": (4, 1), "every": 5, "record": ("v", "i")}
    same_as_whole(LIF, (30, 60), {"current": x}, **given)


def test_what_differs_from_run_to_run_may():
    """Numbers of neuron and noise: what is asked for now holds from now on."""
    first = simulate(LIF, current=1.5, steps=30, noise=Noise(0.5, 0.005, seed=1))
    second = simulate(LIF, current=0.0, steps=30, p={"v_th": 0.5}, noise=Noise(0.0, 0.005, seed=2), resume=first)
    assert second.variables["v"][0] == pytest.approx(0.9 * first.state.v.item() + 0.1 * first.end.noise.item())
    assert second.end.noise.item() == pytest.approx(first.end.noise.item() * 0.8187307531**30, rel=1e-5)


def test_a_failure_is_told_at_its_time_in_the_whole():
    first = simulate(LIF, current=drive(30, 3))
    bad = drive(30, 3)
    bad[12, 1] = float("nan")
    for backend in BOTH:
        with pytest.raises(Diverged, match=r"at 43 ms, in step 43") as error:
            simulate(LIF, current=bad, resume=first, backend=backend)
        assert error.value.recording.before == 30
        with pytest.raises(ValueError, match="no end to go on from: its run failed"):
            simulate(LIF, current=bad, resume=error.value.recording)


# ---------------------------------------------------------------- gradients


@each_backend
def test_the_gradient_goes_through_the_seam_by_the_state(backend):
    """Of what comes after with respect to what was before: that of the whole run, in float64, noise included."""
    found = []
    for cuts in ((80,), (30, 50)):
        x = drive(80, 7, dtype=torch.float64).requires_grad_()
        tau, sigma = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (120.0, 0.3))
        given = {"p": LIFParameters(tau_mem_inv=tau), "noise": Noise(sigma, 0.004), "backend": backend}
        run = chunks(LIF, cuts, {"current": x}, **given)[-1]
        loss = run.variables["v"][-50:].pow(2).sum() + run.spikes[-50:].sum()
        found.append(torch.autograd.grad(loss, (x, tau, sigma)))
    for whole, parts in zip(*found):
        assert whole.abs().max() > 0
        torch.testing.assert_close(parts, whole, rtol=1e-11, atol=1e-12)
    assert found[0][0][:30].any()


@each_backend
def test_a_long_run_is_trained_part_by_part(backend):
    """Each with the gradient of its own inputs: that of a run from the same state, which nobody asks for one."""
    tau = torch.tensor(120.0, dtype=torch.float64, requires_grad=True)
    given = {"p": LIFParameters(tau_mem_inv=tau), "noise": Noise(0.2, 0.004), "backend": backend}
    x, run, found = drive(90, 5, dtype=torch.float64), None, []
    for at in range(0, 90, 30):
        run = simulate(LIF, current=x[at : at + 30], **given, resume=run and run.detach())
        found.append(torch.autograd.grad(run.variables["v"].pow(2).sum(), tau)[0])  # frees the graph of this part
    whole = simulate(LIF, current=x, **given)
    assert torch.equal(run.detach().state.v, whole.state.v.detach())
    assert not run.detach().state.v.requires_grad
    with torch.no_grad():
        first = simulate(LIF, current=x[:30], **given)
    second = simulate(LIF, current=x[30:60], **given, resume=first)
    expected = torch.autograd.grad(second.variables["v"].pow(2).sum(), tau)[0]
    assert found[1] == expected != found[2]


def test_spikes_on_their_way_have_no_gradient():
    """So the docstring says: of a network, the gradient of what comes after is that of the state."""
    w = positive(9).double()
    x = drive(60, 9, dtype=torch.float64).requires_grad_()
    for backend in BOTH:
        first = simulate(LIF, current=x[:30], network=Projection(w, 4), backend=backend)
        assert not first.end.spikes.requires_grad
        second = simulate(LIF, current=x[30:], network=Projection(w, 4), resume=first, backend=backend)
        assert torch.autograd.grad(second.variables["v"].sum(), x)[0][:30].any()


# ---------------------------------------------------------------- what does not fit


def refused(words, **changes):
    x = drive(20, 5)
    network = Projection(positive(5), 2, learning=RULE)
    given = {"current": x, "network": network, "noise": Noise(0.1, 0.01)}
    first = simulate(LIF, **given)
    with pytest.raises(ValueError, match=words):
        simulate(**{"neuron": LIF, **given, "resume": first} | changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"neuron": LIFRefrac}, "the recording is LIF's, and this run LIFRefrac's: give state for another neuron"),
        ({"current": drive(20, 4)}, r"resume.state.v of shape \(5,\) does not broadcast with \(4,\)"),
        (
            {"current": drive(20, 3, 5), "network": positive(5)},
            r"the population was of shape \(5,\) and is now \(3, 5\): give the same",
        ),
        ({"current": drive(20, 5).double()}, "the run was in torch.float32, and its input is in torch.float64"),
        ({"dt": 0.0005}, "the run had dt = 0.001 s: give the same, not 0.0005"),
        ({"noise": None}, r"the run had noise, and none is given: give it again, or Noise\(0.0\) for none"),
        ({"network": None}, "a network of 1 projections, and 0 are given: give the same"),
        ({"network": Projection(positive(5), 2)}, r"network\[0\] had learning: give it as it was"),
        (
            {"network": Projection(positive(5), 2, TsodyksMarkramParameters(), RULE)},
            r"network\[0\] had no release: give it as it was",
        ),
        ({"network": Projection(positive(5), 3, learning=RULE)}, "the last 2 steps are known: a delay of 3 needs more"),
        ({"state": LIF.rest(LIFParameters())}, "state and resume are both given"),
        ({"history": torch.zeros(2, 5)}, "history and resume are both given"),
        ({"resume": 3}, "resume is an int: give the Recording of the run that is to go on"),
        (
            {"resume": Recording({}, torch.zeros(3, 5), 1.0)},
            "no end to go on from: its run failed, it is none of a run, or an earlier",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_does_not_fit_is_refused_in_words(changes, words):
    refused(words, **changes)


# ---------------------------------------------------------------- through a file


@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
@each_backend
def test_a_run_goes_on_from_a_file(tmp_path, sparse, backend):
    """With noise, plasticity of both kinds, and spikes on their way: bit for bit as without the file."""
    n, x = 17, drive(140, 17)
    w = positive(n)
    network = [
        Projection(w.to_sparse_csr() if sparse else w, 6, learning=RULE),
        Projection(0.5 * positive(n, 1), 3, release=TsodyksMarkramParameters()),
    ]
    given = {"network": network, "noise": Noise(0.3, 0.004), "record": "all", "backend": backend}
    whole = simulate(LIF, current=x, **given)
    first = simulate(LIF, current=x[:70], **given)
    first.save(tmp_path / "first.nc")
    loaded = Recording.load(tmp_path / "first.nc")
    assert type(loaded.state) is type(first.state)
    assert torch.equal(loaded.weights[0].to_dense(), first.weights[0].to_dense())
    second = simulate(LIF, current=x[70:], **given, resume=loaded)
    assert torch.equal(second.spikes, whole.spikes[70:])
    assert all(torch.equal(values, whole.variables[name][70:]) for name, values in second.variables.items())
    assert torch.equal(second.weights[0].to_dense(), whole.weights[0].to_dense())
    second.save(tmp_path / "second.nc")
    again = Recording.load(tmp_path / "second.nc")
    assert (again.before, again.begin) == (70, 70.0)
    assert again.time.tolist() == whole.time[70:].tolist()
    assert pickle.loads(pickle.dumps(again)).state.v.tolist() == whole.state.v.tolist()


@pytest.mark.parametrize("shape", [(), (3,), (2, 4)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
def test_a_saved_state_is_the_state(tmp_path, shape, dtype):
    run = simulate(Izhikevich, current=drive(20, *shape).to(dtype), p=Izhikevich.parameters(0.02, 0.2, -65.0, 8.0))
    run.save(tmp_path / "run.nc")
    found = Recording.load(tmp_path / "run.nc").state
    assert type(found) is Izhikevich.state
    for a, b in zip(found, run.state):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        assert torch.equal(a, b)


def test_states_of_ones_own_come_back_by_name(tmp_path):
    """Of a plain step as a tuple, of a neuron that snnlab does not have with its fields."""
    run = simulate(lambda x, s, p, dt: (x > 2, (s[0] + x, x)), current=drive(5, 2), p=(), state=(0.0, 0.0), record=None)
    run.save(tmp_path / "plain.nc")
    found = Recording.load(tmp_path / "plain.nc").state
    assert type(found) is tuple
    assert all(map(torch.equal, found, run.state))
    neuron = refractory(CobaLIF, name="Mine")
    run = simulate(neuron, current=drive(5, 2))
    run.save(tmp_path / "own.nc")
    found = Recording.load(tmp_path / "own.nc")
    assert found.state._fields == ("v", "g_e", "g_i", "rho")
    assert torch.equal(simulate(neuron, current=drive(5, 2), resume=found).state.v, simulate(
        neuron, current=drive(5, 2), resume=run).state.v)  # fmt: skip


def test_a_run_that_failed_is_saved_without_an_end(tmp_path):
    with pytest.raises(Diverged) as error:
        simulate(LIF, current=torch.tensor([1.0, 2.0, float("nan")]))
    error.value.recording.save(tmp_path / "run.nc")
    found = Recording.load(tmp_path / "run.nc")
    assert found.state is None
    assert len(found.spikes) == 2


def test_a_number_has_no_precision_of_its_own():
    """So the run that goes on keeps that of the recording."""
    for dtype in (torch.float32, torch.float64):
        whole = simulate(LIF, current=torch.full((60,), 1.2, dtype=dtype))
        first = simulate(LIF, current=torch.full((50,), 1.2, dtype=dtype))
        for given in ({"current": 1.2, "steps": 10}, {"current": 1.2, "spikes": torch.zeros(10, dtype=torch.bool)}):
            assert torch.equal(simulate(LIF, **given, resume=first).variables["v"], whole.variables["v"][50:])
    assert simulate(LIF, steps=10, resume=first).variables["v"].dtype == torch.float64
