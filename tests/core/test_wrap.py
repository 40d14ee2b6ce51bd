"""Wrappers: what turns a step into another step."""

import inspect
from typing import NamedTuple

import pytest
import torch
from torch import Tensor
from torch.nn.functional import linear

from snnlab.core import current_encoder, feed_forward, readout, recurrent, scan, sparse, step
from snnlab.functional import (
    LI,
    LIF,
    LIFAdEx,
    LIFAdExFeedForwardState,
    LIFEx,
    LIFFeedForwardState,
    LIFMCRefrac,
    LIFParameters,
    LIFRefracFeedForwardState,
    LIFRefracParameters,
    LIFRefracState,
    LIFState,
    LIState,
    lif_adex_current_encoder,
    lif_current_encoder,
    lif_ex_feed_forward_step,
    lif_feed_forward_integral,
    lif_feed_forward_step,
    lif_feed_forward_step_sparse,
    lif_mc_feed_forward_step,
    lif_mc_refrac_feed_forward_step,
    lif_mc_step,
    lif_refrac_feed_forward_step,
    lif_refrac_step,
    lif_refrac_step_sparse,
    lif_step,
    lif_step_integral,
    lif_step_sparse,
)


def spikes(*shape, seed=0):
    return (torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < 0.4).to(torch.float64)


def weights(*shape, seed=1):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def still(*shape):
    return LIFFeedForwardState(torch.zeros(shape, dtype=torch.float64), torch.zeros(shape, dtype=torch.float64))


def layer(*shape):
    return LIFState(torch.zeros(shape, dtype=torch.float64), *still(*shape))


def test_scan_is_the_step_over_time():
    x = 3 * spikes(40, 6)
    z, last = lif_feed_forward_integral(x, still(6))
    state, expected = still(6), []
    for x_t in x:
        z_t, state = lif_feed_forward_step(x_t, state)
        expected.append(z_t)
    assert torch.equal(z, torch.stack(expected))
    assert 0 < z.sum() < z.numel()
    assert all(map(torch.equal, last, state))


def test_scan_may_give_the_last_spikes_only():
    x, w_in, w_rec = 3 * spikes(40, 2, 4), weights(5, 4), weights(5, 5, seed=2)
    z, last = lif_step_integral(x, layer(2, 5), w_in, w_rec)
    z_all, last_all = scan(lif_step)(x, layer(2, 5), w_in, w_rec)
    assert torch.equal(z, z_all[-1])
    assert all(map(torch.equal, last, last_all))


def test_scan_passes_parameters_and_dt_on():
    x = 3 * spikes(40, 6)
    p = LIF.parameters(v_th=torch.tensor(0.2))
    assert lif_feed_forward_integral(x, still(6), p, 0.0001)[0].sum() != lif_feed_forward_integral(x, still(6))[0].sum()
    by_name = lif_feed_forward_integral(x, still(6), p=p, dt=0.0001)[0]
    assert torch.equal(by_name, lif_feed_forward_integral(x, still(6), p, 0.0001)[0])


def test_recurrent_layer_by_hand():
    """x = (1, 2), w_in = [[3, 4]], last spike 1 with w_rec = [[5]]: 3 + 8 + 5 lands on the synapse."""
    one = torch.ones(1, dtype=torch.float64)
    z, after = lif_step(
        torch.tensor([1.0, 2.0]).double(),
        LIFState(one, 0 * one, 0 * one),
        torch.tensor([[3.0, 4.0]]).double(),
        torch.tensor([[5.0]]).double(),
    )
    assert after.i.item() == pytest.approx(0.8 * 16)
    assert z.item() == 1.0  # 0.1 * 16 is above the threshold


def test_detached_reset_changes_gradients_only():
    class State(NamedTuple):
        z: Tensor
        v: Tensor
        i: Tensor

    x, w_in, w_rec = 3 * spikes(2, 4), weights(5, 4).requires_grad_(), weights(5, 5, seed=2)
    found = []
    for detach in (False, True):
        state = State(*layer(2, 5))
        for _ in range(6):
            _, state = recurrent(LIF, State, detach_reset=detach)(x, state, w_in, w_rec)
        found.append((state, torch.autograd.grad(state.v.sum(), w_in)[0]))
    (kept, g_kept), (detached, g_detached) = found
    assert all(map(torch.equal, kept, detached))
    assert not torch.allclose(g_kept, g_detached)


@pytest.mark.parametrize("sparse_input", [False, True])
def test_sparse_steps_are_the_dense_ones(sparse_input):
    x, w_in, w_rec = 5 * spikes(3, 4), weights(5, 4), weights(5, 5, seed=2)
    state, dense = layer(3, 5), layer(3, 5)
    for _ in range(5):
        z, state = lif_step_sparse(x.to_sparse() if sparse_input else x, state, w_in, w_rec)
        z_dense, dense = lif_step(x, dense, w_in, w_rec)
        assert z.is_sparse
        assert state.z.is_sparse
        assert torch.equal(z.to_dense(), z_dense)
        # sums in another order: rounding only
        torch.testing.assert_close(state.v, dense.v, rtol=1e-12, atol=1e-12)
    assert z_dense.sum() > 0


def test_sparse_feed_forward_step():
    x = 20 * spikes(3, 4)
    z, state = lif_feed_forward_step_sparse(x.to_sparse(), still(3, 4))
    expected, after = lif_feed_forward_step(x, still(3, 4))
    assert z.is_sparse
    assert torch.equal(z.to_dense(), expected)
    assert expected.sum() > 0
    assert torch.equal(state.v, after.v)


def test_wrapping_does_not_touch_what_is_wrapped():
    before = lif_feed_forward_step.__name__, lif_feed_forward_step.__doc__
    sparse(lif_feed_forward_step)
    scan(lif_feed_forward_step)
    assert (lif_feed_forward_step.__name__, lif_feed_forward_step.__doc__) == before


# ---- feed_forward, recurrent, readout -----------------------------------------------------------------------------


def test_names_come_from_the_neuron_unless_given():
    assert feed_forward(LIFEx).__name__ == "lifex_feed_forward_step"
    assert feed_forward(LIF, name="my_step").__name__ == "my_step"
    assert recurrent(LIF, LIFState, suffix="layer").__name__ == "lif_layer"
    assert readout(LI).__name__ == "li_step"
    assert feed_forward(LIF).__module__ == __name__, "pickle looks where it was made"


def test_arguments_are_called_what_the_author_says():
    def names(function):
        return list(inspect.signature(function).parameters)

    assert names(feed_forward(LIF)) == ["input_tensor", "state", "p", "dt"]
    assert names(feed_forward(LIF, x="a", s="b")) == ["a", "b", "p", "dt"]
    weights = ["input_weights", "recurrent_weights"]
    assert names(recurrent(LIF, LIFState, x="a")) == ["a", "state", *weights, "p", "dt"]
    assert names(recurrent(LIF, LIFState, coupling="after")) == [
        "input_tensor",
        "state",
        *weights,
        "g_coupling",
        "p",
        "dt",
    ]
    assert names(readout(LI)) == ["input_tensor", "state", "input_weights", "p", "dt"]
    assert names(sparse(feed_forward(LIF, x="a"))) == ["a", "state", "p", "dt"]
    assert names(scan(feed_forward(LIF, x="a"))) == ["input_tensor", "state", "p", "dt"]


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        ((1, 2, 3, 4, 5), {}, "takes input_spikes, state, p, dt, each once"),
        ((1,), {"input_spikes": 1}, "each once"),
        ((1, 2), {"time": 1}, "each once"),
        ((1,), {}, "misses state"),
        ((), {"p": None}, "misses input_spikes, state"),
    ],
)
def test_wrong_calls_are_refused_as_python_does(arguments, keywords, message):
    with pytest.raises(TypeError, match=rf"lif_feed_forward_step\(\).*{message}"):
        lif_feed_forward_step(*arguments, **keywords)


def test_a_step_may_begin_by_itself():
    """With `begin`, a state that is not given."""
    x = spikes(3)
    begun = lif_ex_feed_forward_step(x)
    given = lif_ex_feed_forward_step(x, LIFEx.state(torch.zeros(3), torch.zeros(3)))
    assert torch.equal(begun[0], given[0])
    assert all(map(torch.equal, begun[1], given[1]))


def test_a_layer_begins_at_rest_and_silent():
    p = LIFRefracParameters(LIFParameters(v_leak=torch.tensor(0.25)))
    begun = lif_refrac_step.initial(p, (2, 3), torch.float64)
    assert type(begun) is LIFRefracState
    assert (begun.lif.v == 0.25).all()
    assert not any(f.any() for f in (begun.lif.z, begun.lif.i, begun.rho))
    assert {f.dtype for f in (*begun.lif, begun.rho)} == {torch.float64}
    assert begun.rho.shape == begun.lif.z.shape == (2, 3)


def test_nested_tuples_are_those_of_the_definition():
    """The refractory step with tuples of tuples is the step of the flat neuron."""
    v, i, x = weights(5), weights(5, seed=3), 3 * spikes(5)
    rho = torch.tensor([0.0, 0.0, 2.0, 1.0, 0.0], dtype=torch.float64)
    p = LIFRefracParameters(LIFParameters(v_th=torch.tensor(0.1)), torch.tensor(3.0))
    z, after = lif_refrac_feed_forward_step(x, LIFRefracFeedForwardState(LIFFeedForwardState(v, i), rho), p)
    assert type(after) is LIFRefracFeedForwardState
    assert type(after.lif) is LIFFeedForwardState
    neuron = lif_refrac_feed_forward_step.neuron
    expected, flat = step(neuron, neuron.state(v, i, rho), neuron.parameters(*p.lif, p.rho_reset), 0.001, spikes=x)
    assert torch.equal(z, expected)
    assert all(map(torch.equal, (*after.lif, after.rho), flat))


def test_readout_gives_the_membrane_potential():
    x, w = spikes(2, 4), weights(3, 4)
    state = LIState(weights(2, 3), weights(2, 3, seed=5))
    v, after = readout(LI)(x, state, w)
    _, plain = step(LI, state, LI.parameters(), 0.001, spikes=x @ w.T)
    assert v is after.v
    torch.testing.assert_close(v, plain.v, rtol=1e-13, atol=0)
    assert v.shape == (2, 3)


# ---- coupling -----------------------------------------------------------------------------------------------------


def test_coupling_before_a_step():
    v, i, g = weights(2, 3), weights(2, 3, seed=4), weights(3, 3, seed=5)
    z, after = lif_mc_feed_forward_step(spikes(2, 3), LIFFeedForwardState(v, i), g)
    expected = lif_feed_forward_step(spikes(2, 3), LIFFeedForwardState(v + 0.001 * linear(v, g), i))
    assert torch.equal(z, expected[0])
    assert all(map(torch.equal, after, expected[1]))


def test_coupling_after_a_step():
    x, w_in, w_rec, g = spikes(2, 4), weights(3, 4), weights(3, 3, seed=2), weights(3, 3, seed=5)
    state = layer(2, 3)._replace(v=weights(2, 3, seed=6))
    z, after = lif_mc_step(x, state, w_in, w_rec, g)
    expected, plain = lif_step(x, state, w_in, w_rec)
    assert torch.equal(z, expected)
    assert torch.equal(after.v, plain.v + 0.001 * linear(plain.v, g))
    assert torch.equal(after.i, plain.i)


def test_coupling_as_a_current():
    """Without dt, as g v / dt stands in the flow; not gated by the refractory period."""
    v, g = weights(2, 3), weights(3, 3, seed=5)
    rho = torch.tensor([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0]], dtype=torch.float64)
    state = LIFRefracFeedForwardState(LIFFeedForwardState(v, 0 * v), rho)
    z, after = lif_mc_refrac_feed_forward_step(0 * v, state, g)
    drifted = v + (rho == 0) * 0.1 * (0 - v) + linear(v, g)
    fired = drifted > 1
    assert torch.equal(z, fired.double())
    torch.testing.assert_close(after.lif.v, torch.where(fired, 0.0, drifted), rtol=1e-6, atol=1e-6)  # float32 defaults
    assert lif_mc_refrac_feed_forward_step.neuron is LIFMCRefrac


# ---- current_encoder ----------------------------------------------------------------------------------------------


def test_current_encoder_has_no_synapse():
    """The current stands in the flow, and v is all that there is."""
    current, v = torch.full((3,), 2.0).double(), torch.tensor([0.0, 0.5, 0.95]).double()
    z, after = lif_current_encoder(current, v)
    assert z.tolist() == [0.0, 0.0, 1.0]
    assert after.tolist() == pytest.approx([0.2, 0.65, 0.0], rel=1e-12)


def test_current_encoder_of_more_variables():
    current, v, a = (
        torch.tensor([1.0, 5.0]).double(),
        torch.tensor([0.2, 0.9]).double(),
        torch.tensor([0.3, 0.1]).double(),
    )
    z, *after = lif_adex_current_encoder(current, v, a)
    expected, s = step(LIFAdEx, LIFAdExFeedForwardState(v, 0 * v, a), LIFAdEx.parameters(), 0.001, current=current)
    assert torch.equal(z, expected)
    assert torch.equal(after[0], s.v)
    assert torch.equal(after[1], s.a)


def test_current_encoder_of_any_neuron():
    encoder = current_encoder(LIFRefracNeuron, "paused_encoder", voltage="v", left="rho")
    assert list(inspect.signature(encoder).parameters) == ["input_current", "voltage", "left", "p", "dt"]
    v, rho = torch.tensor([0.96875, 0.96875]).double(), torch.tensor([0.0, 2.0]).double()
    z, after, left = encoder(torch.tensor(9.0).double(), v, rho)
    assert z.tolist() == [1.0, 0.0]
    assert after.tolist() == [0.0, 0.96875]
    assert left.tolist() == [5.0, 1.0]


LIFRefracNeuron = lif_refrac_step.neuron


# ---- sparse and scan ----------------------------------------------------------------------------------------------


def test_sparse_spikes_of_a_nested_state():
    x, w_in, w_rec = 9 * spikes(3, 4), weights(5, 4), weights(5, 5, seed=2)
    zero = torch.zeros(3, dtype=torch.float64)[:, None].expand(3, 5)
    state = dense = LIFRefracState(LIFState(zero, zero, zero), zero)
    for _ in range(4):
        z, state = lif_refrac_step_sparse(x, state, w_in, w_rec)
        z_dense, dense = lif_refrac_step(x, dense, w_in, w_rec)
        assert z.is_sparse
        assert state.lif.z.is_sparse
        assert torch.equal(z.to_dense(), z_dense)
        torch.testing.assert_close(state.lif.v, dense.lif.v, rtol=1e-12, atol=1e-12)
    assert dense.rho.any()


def test_wrapped_steps_say_what_they_are():
    assert scan(lif_step).__name__ == "lif_step_integral"
    assert scan(lif_feed_forward_step).__name__ == "lif_feed_forward_integral"
    assert sparse(lif_step).__name__ == "lif_step_sparse"
    for function in (scan(lif_step), sparse(lif_step)):
        assert function.neuron is LIF
        assert function.__doc__.endswith(lif_step.__doc__)
        assert function.__doc__ != lif_step.__doc__


def test_scan_of_any_state():
    x = 3 * spikes(20, 6)
    zero = torch.zeros(6, dtype=torch.float64)
    z, last = scan(lif_refrac_feed_forward_step)(x, LIFRefracFeedForwardState(still(6), zero), dt=0.002)
    state = LIFRefracFeedForwardState(still(6), zero)
    for k in range(20):
        z_k, state = lif_refrac_feed_forward_step(x[k], state, dt=0.002)
        assert torch.equal(z[k], z_k)
    assert torch.equal(last.rho, state.rho)
    assert z.any()
