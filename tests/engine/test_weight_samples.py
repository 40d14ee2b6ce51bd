"""Weights that are kept while they learn: the kernel against torch, and against pairs of spikes counted one by one."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from snnlab.engine import Poisson, Projection, Recording, SpikeTrains, simulate, simulate_network
from snnlab.engine import Population as Cells
from snnlab.functional import LIF, STDP, CobaLIF, CobaLIFParameters, STDPParameters
from tests.engine.test_network import current, weights

RULE = replace(STDP, network=None)  # a spike adds 1 to its trace, at any dt
DT = 0.0005


def plastic(w, every=None, source=None, **more):
    p = {"eta_plus": 0.05, "eta_minus": 0.06, "tau_pre_inv": 1 / 0.017, "tau_post_inv": 1 / 0.034} | more
    return Projection(w, learning=(RULE, STDPParameters(**p)), source=source, every=every)


@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
def test_samples_are_those_of_torch_and_the_last_is_the_end(sparse):
    start = weights(21, torch.float64, sparse).to_dense().abs().clamp(max=1.0)
    start = start.to_sparse_csr() if sparse else start
    given = {"current": current(LIF, torch.float64, 300, 21), "network": plastic(start, 60)}
    fused, eager = (simulate(LIF, backend=backend, **given) for backend in ("llvm", "eager"))
    [found], [expected] = fused.weight_samples, eager.weight_samples
    np.testing.assert_array_equal(found.time, [60.0, 120.0, 180.0, 240.0, 300.0])
    assert found.weights.shape == ((5, start.values().numel()) if sparse else (5, 21, 21))
    torch.testing.assert_close(found.weights, expected.weights, rtol=1e-13, atol=1e-13)  # sums in another order
    end = fused.weights[0].values() if sparse else fused.weights[0]
    assert torch.equal(found.weights[-1], end)
    assert (found.weights[1:] != found.weights[:-1]).flatten(1).any(dim=1).all()


def neuron_by_hand(arriving, w, steps, plus, minus, taus):
    """A neuron with conductances that learns, step by step in double precision: its spikes, its weights after each."""
    v, g, pre, post, fired, learnt = -70.0, 0.0, np.zeros(len(w)), 0.0, [], []
    for k in range(steps):
        came = arriving[k - 1] if k else np.zeros(len(w), bool)  # a step later at the soonest
        g += w[came].sum()
        g *= 1 - DT / 0.005
        v += DT / 0.02 * (-70.0 - v - g * v)
        spike = v > -54.0
        pre = pre * np.exp(-DT / taus[0]) + came
        post = post * np.exp(-DT / taus[1]) + spike
        w = np.clip(w + plus * spike * pre - minus * came * post, 0.0, 1.0)
        v = -60.0 if spike else v
        fired.append(spike)
        learnt.append(w)
    return np.array(fired), np.array(learnt)


def test_a_neuron_under_poisson_input_learns_as_by_hand():
    """Each weight within rounding, 1e-12; there are pairs in one step, both orders, and weights at both bounds."""
    steps, inputs, rng = 4000, 40, np.random.default_rng(3)
    arriving = rng.random((steps, inputs)) < 0.02
    when, who = arriving.nonzero()
    w = rng.random(inputs)
    p = CobaLIFParameters(
        200.0, 200.0, c_m_inv=50.0, g_l=1.0, e_rev_I=-70.0, e_rev_E=0.0, v_rest=-70.0, v_reset=-60.0, v_thresh=-54.0
    )
    source = SpikeTrains(inputs, (when + 1) * DT, who)
    run = simulate(
        CobaLIF,
        current=torch.zeros(steps, 1, dtype=torch.float64),
        p=p,
        dt=DT,
        network=plastic(torch.tensor(w[None]), 50, source),
        backend="llvm",
    )
    fired, learnt = neuron_by_hand(arriving, w, steps, 0.05, 0.06, (0.017, 0.034))
    np.testing.assert_array_equal(run.spikes[:, 0], fired)
    assert fired.sum() > 50 and (learnt == 0).any() and (learnt == 1).any()
    [found] = run.weight_samples
    np.testing.assert_allclose(found.weights[:, 0], learnt[49::50], rtol=1e-12, atol=1e-12)


def test_samples_of_a_run_that_goes_on_and_of_a_file(tmp_path):
    given = {"dt": DT, "network": plastic(torch.full((2, 30), 0.5), 100, Poisson(30, 40.0, 2))}
    whole = simulate(LIF, current=torch.full((600, 2), 0.9), **given)
    first = simulate(LIF, current=torch.full((300, 2), 0.9), **given)
    path = tmp_path / "run.nc"
    first.save(path)
    kept = Recording.load(path)
    second = simulate(LIF, current=torch.full((300, 2), 0.9), **given, resume=kept)
    for k, part in enumerate((kept, second)):
        [found], [expected] = part.weight_samples, whole.weight_samples
        np.testing.assert_allclose(found.time, expected.time[3 * k : 3 * k + 3])
        assert torch.equal(found.weights, expected.weights[3 * k : 3 * k + 3])
    assert set(kept.variables) == {"v"}


def test_populations_keep_theirs():
    one = plastic(torch.full((3, 30), 0.5), 100)._replace(source=None)
    runs = simulate_network(
        {"in": Poisson(30, 40.0, 2), "out": Cells(LIF, 3, current=0.9)}, {("in", "out"): one}, dt=DT, steps=400
    )
    alone = simulate(LIF, current=torch.full((400, 3), 0.9), dt=DT, network=one._replace(source=Poisson(30, 40.0, 2)))
    assert torch.equal(runs["out"].weight_samples[0].weights, alone.weight_samples[0].weights)


def test_what_cannot_be_kept_is_refused():
    x = torch.ones(10, 3)
    with pytest.raises(ValueError, match=r"network\.every = 0 is not allowed: give a whole number of steps, 1 or more"):
        simulate(LIF, current=x, network=plastic(torch.ones(3, 3), 0))
    with pytest.raises(ValueError, match=r"network\.every = 5: its weights stay as they are, so leave it out"):
        simulate(LIF, current=x, network=Projection(torch.ones(3, 3), every=5))
