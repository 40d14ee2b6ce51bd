"""Wrappers: what turns a step into another step."""

from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from snnlab.core import recurrent, scan, sparse
from snnlab.functional import (
    LIF,
    LIFFeedForwardState,
    LIFState,
    lif_feed_forward_integral,
    lif_feed_forward_step,
    lif_feed_forward_step_sparse,
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
