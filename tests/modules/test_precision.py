"""States in half precision stand still; modules keep theirs in float32, and give spikes in the input's dtype."""

import pytest
import torch
from torch import nn

from snnlab import functional, modules
from snnlab.modules import MODULES, SNN
from tests.nights import each_value

from .cases import N_IN, N, leaves, made, strong

HALF = [torch.bfloat16, torch.float16]
# a LIF without synapse, tau 100 ms, under 1.1 for 2 s: Euler's steps reach 1 after about tau ln 11 = 240 ms, 8 times
SLOW = modules.LIFBoxParameters(tau_mem_inv=torch.tensor(10.0))
DRIVE = torch.full((2000, 1), 1.1)


def dtypes(state):
    return {leaf.dtype for leaf in leaves(state) if isinstance(leaf, torch.Tensor)}


@pytest.mark.parametrize("dtype", HALF)
def test_a_slow_neuron_fires_as_often_as_in_float32(dtype):
    layer = modules.LIFBox(SLOW)
    z, state = layer(DRIVE.to(dtype))
    assert z.dtype == dtype and dtypes(state) == {torch.float32}
    assert z.sum() == layer(DRIVE)[0].sum() == 8
    exact, end = layer(DRIVE.to(dtype).float())
    assert torch.equal(z.float(), exact) and torch.equal(state.v, end.v)


@each_value(name={name: name for name in MODULES}, dtype={str(dtype): dtype for dtype in HALF})
def test_every_module_gives_what_it_gives_in_float32(name, dtype):
    """Without weights; with them, their sums are rounded as those of any linear layer. exp has its own last digits."""
    layer, x = made(name), strong(name).to(dtype)
    x = x if issubclass(MODULES[name], SNN) else x[0]
    z, state = layer(x)
    assert z.dtype == dtype and dtypes(state) == {torch.float32}
    if not getattr(MODULES[name], "weights", ()):
        exact, end = layer(x.float())
        assert torch.equal(z, exact.to(dtype))
        for a, b in zip(leaves(state), leaves(end), strict=True):
            torch.testing.assert_close(a, b)


def test_a_state_that_is_given_in_half_precision_is_raised():
    start = modules.LIFBoxFeedForwardState(torch.zeros(1, dtype=torch.bfloat16))
    cell = modules.LIFBoxCell(SLOW)
    _, state = cell(DRIVE[0].bfloat16(), start)
    assert dtypes(state) == {torch.float32}
    z, _ = modules.LIFBox(SLOW)(DRIVE.bfloat16(), start)
    assert z.sum() == 8


def test_autocast_does_not_reach_the_state():
    """What comes from a linear layer is in bfloat16 then, without a word."""
    linear = nn.Linear(1, 1, bias=False)
    nn.init.ones_(linear.weight)
    model = modules.SequentialState(linear, modules.LIFBox(SLOW))
    with torch.autocast("cpu", torch.bfloat16):
        z, (_, state) = model(DRIVE)
        recurrent, end = modules.LIFRecurrent(N_IN, N)(strong("LIFRecurrent"))
        seen = modules.ExpFilter(1, 1)(DRIVE)
    assert z.dtype == torch.bfloat16 and z.sum() == 8
    assert dtypes(state) == dtypes(end) == {torch.float32} and recurrent.dtype == torch.float32
    assert seen.dtype == torch.bfloat16


@pytest.mark.parametrize("dtype", HALF)
def test_a_model_in_half_precision_learns(dtype):
    """Weights and parameters too: what a layer gives is what the next one takes."""
    model = modules.SequentialState(
        nn.Linear(3, 4),
        modules.LIF(),
        nn.Linear(4, 4),
        modules.LIFRecurrent(4, 4),
        nn.Linear(4, 2),
        modules.LI(),
        nn.Linear(2, 1),
    ).to(dtype)
    y, state = model(strong("LIFRecurrent").to(dtype))
    assert y.dtype == dtype and dtypes([s for s in state if s is not None]) == {torch.float32}
    y.sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("dtype", HALF)
def test_parameters_in_half_precision_are_what_they_are(dtype):
    """What is computed from two of them is not rounded again: AdEx's rest comes from five."""
    coarse = modules.AdExCell().to(dtype)
    p = coarse.p._replace(**{f: v.float() for f, v in coarse.p._asdict().items() if isinstance(v, torch.Tensor)})
    fine = modules.AdExCell(p)
    x = strong("AdExCell")[0].to(dtype)
    assert all(torch.equal(a, b) for a, b in zip(leaves(coarse(x)), leaves(fine(x)), strict=True))


@pytest.mark.parametrize("dtype", HALF)
def test_layers_that_are_no_neurons(dtype):
    encoder = modules.ConstantCurrentLIFEncoder(2000, functional.LIFParameters(tau_mem_inv=torch.tensor(10.0)))
    assert encoder(DRIVE[0].to(dtype)).dtype == dtype
    assert encoder(DRIVE[0].to(dtype)).sum() == encoder(DRIVE[0]).sum() == 8

    smooth = modules.ExpFilter(1, 1, tau_filter_inv=1.0, bias=False, input_weights=torch.ones(1, 1)).to(dtype)
    sums = smooth(torch.full((2000, 1), 0.5, dtype=dtype))  # to 0.5 / (1 - exp(-0.001)) (1 - exp(-2))
    assert sums.dtype == dtype and sums[-1].item() == pytest.approx(432.5, rel=2**-8)

    count = modules.RegularizationCell()
    for _ in range(1000):
        _, total = count(torch.ones(1, dtype=dtype), None)
    assert total == 1000 and total.dtype == torch.float32

    sensors = modules.LIFCorrelation(N_IN, N).to(dtype)
    x = strong("LIFRecurrent")[0].to(dtype)
    z, state = sensors(x, torch.ones(N, N_IN, dtype=dtype), torch.ones(N, N, dtype=dtype))
    assert z.dtype == dtype
    assert {leaf.dtype for part in state for leaf in leaves(part)} == {torch.float32}


def test_the_functional_layer_leaves_the_dtype_to_its_caller():
    start = functional.LIFBoxFeedForwardState(torch.zeros(1, dtype=torch.bfloat16))
    z, state = functional.lif_box_feed_forward_step(DRIVE[0].bfloat16(), start, SLOW)
    assert z.dtype == state.v.dtype == torch.bfloat16
    z, state = functional.lif_box_feed_forward_step(
        DRIVE[0].bfloat16(), functional.LIFBoxFeedForwardState(torch.zeros(1)), SLOW
    )
    assert z.dtype == state.v.dtype == torch.float32


@pytest.mark.parametrize("name", MODULES)
def test_other_dtypes_are_as_they_were(name):
    layer, x = made(name), strong(name)
    x = x if issubclass(MODULES[name], SNN) else x[0]
    assert layer(x > 1)[0].dtype == torch.float32
    z, state = layer.double()(x.double())
    assert z.dtype == torch.float64 and dtypes(state) == {torch.float64}
