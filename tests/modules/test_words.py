"""What modules say about inputs that have no step, or no dimension."""

import math
import warnings

import numpy as np
import pytest
import torch

from snnlab import modules
from snnlab.modules import MODULES, SNN

from .cases import N_IN, WITH_WEIGHTS, N, made

LAYERS = [name for name in MODULES if issubclass(MODULES[name], SNN)]


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_over_no_step(name):
    with pytest.raises(ValueError, match=rf"{name} needs one step or more: .* \(0, 2, 3\)"):
        made(name)(torch.zeros(0, 2, N_IN))


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_over_a_number(name):
    with pytest.raises(ValueError, match=rf"{name} needs one step or more: give an input \[T, ...\], not .* \(\)"):
        made(name)(torch.tensor(1.0))


@pytest.mark.parametrize("x", [1.0, None, [1, 2], "a", np.ones(3)], ids=lambda x: type(x).__name__)
def test_an_input_that_is_no_tensor(x):
    weights = torch.ones(N, N_IN), torch.ones(N, N)
    calls = {name: made(name) for name in MODULES} | {
        "Lift": modules.Lift(modules.LIFCell()),
        "ExpFilter": modules.ExpFilter(3, 2),
        "LConv2d": modules.LConv2d(1, 2, 3),
        "PoissonEncoder": modules.PoissonEncoder(3),
        "SpikesToTimesDecoder": modules.SpikesToTimesDecoder(),
        "LIFCorrelation": lambda x: modules.LIFCorrelation(N_IN, N)(x, *weights),
    }
    for name, module in calls.items():
        with pytest.raises(ValueError, match=rf"{name} is given an? {type(x).__name__} as its input: give a tensor"):
            module(x)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((0, -1), "hidden_size = -1 is not allowed: give a whole number, 1 or more"),
        ((3, 0), "hidden_size = 0 is not allowed"),
        ((-1, 3), "input_size = -1 is not allowed: give a whole number, 0 or more"),
        ((2.5, 3), "input_size = 2.5 is not allowed"),
        (("a", 3), "input_size = 'a' is not allowed"),
        ((None, 3), "input_size = None is not allowed"),
        ((True, 3), "input_size = True is not allowed"),
        ((math.nan, 3), "input_size = nan is not allowed"),
    ],
    ids=str,
)
def test_sizes(given, words):
    for kind in (modules.LIFRecurrent, modules.LSNNRecurrentCell):
        with pytest.raises(ValueError, match=words):
            kind(*given)
    layer = modules.LIFRecurrent(np.int64(2), 3.0)
    assert (layer.input_size, layer.hidden_size) == (2, 3)


@pytest.mark.parametrize("dt", ["a", None, 0, -1, True, math.nan, math.inf, torch.ones(2), [0.1]], ids=str)
def test_time_steps(dt):
    for kind in (modules.LIF, modules.LICell):
        with pytest.raises(ValueError, match=r"dt = .* is not allowed: give a time step in s, greater than 0"):
            kind(dt=dt)
    assert modules.LIF(dt=torch.tensor(0.001))(torch.ones(6, 2))[0].shape == (6, 2)


def test_what_a_surrogate_cannot():
    """As docs/engine.md says."""
    x = torch.rand(8, 3) * 8
    torch.func.jvp(lambda x: modules.LI()(x)[0], (x,), (x,))
    with pytest.raises(NotImplementedError):
        torch.func.jvp(lambda x: modules.LIF()(x)[0], (x,), (x,))
    layer = modules.LIF()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a loop that is traced, tracing itself
        traced = torch.jit.trace(layer, (x,), check_trace=False)
        with torch.no_grad():
            also = torch.jit.trace(layer, (x,))
    assert torch.equal(traced(2 * x)[0], layer(2 * x)[0])
    assert torch.equal(also(2 * x)[0], layer(2 * x)[0])


@pytest.mark.parametrize("name", [name for name in MODULES if name not in LAYERS])
def test_a_cell_over_a_number(name):
    """One neuron without a dimension; where there are weights, these need one."""
    if name in WITH_WEIGHTS:
        with pytest.raises(ValueError, match=r"the input has no dimension: give \[\.\.\., n\]"):
            made(name)(torch.tensor(1.0))
    else:
        assert made(name)(torch.tensor(1.0))[0].shape == ()


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_of_one_neuron(name):
    """Time alone is enough where no weight wants a dimension."""
    if name in WITH_WEIGHTS:
        with pytest.raises(ValueError, match=r"the input has no dimension: give \[\.\.\., n\]"):
            made(name)(torch.ones(3))
    else:
        assert made(name)(torch.ones(3))[0].shape == (3,)


@pytest.mark.parametrize("shape", [(), (0, 2, 3)])
def test_all_other_modules(shape):
    x = torch.zeros(shape)
    for module, words in (
        (modules.Lift(modules.LIFCell()), "Lift needs one step or more"),
        (modules.Lift(torch.nn.Linear(3, 2)), "Lift needs one step or more"),
        (modules.ExpFilter(3, 2), "ExpFilter needs one step or more"),
        (modules.LConv2d(1, 2, 3), "LConv2d needs one step or more"),
        (modules.SpikeLatencyEncoder(), "one step or more"),
        (modules.SpikesToTimesDecoder(), "one step or more"),
    ):
        with pytest.raises(ValueError, match=words):
            module(x)


def test_fields_want_their_dimensions():
    with pytest.raises(ValueError, match=r"an input of shape \(\) does not fit: give 1 or more"):
        modules.TemporalReceptiveField(torch.Size([3]))(torch.tensor(1.0))


def test_sensors_want_a_dimension():
    weights = torch.ones(N, N_IN), torch.ones(N, N)
    with pytest.raises(ValueError, match=r"LIFCorrelation needs an input \[..., 3\], not one of shape \(\)"):
        modules.LIFCorrelation(N_IN, N)(torch.tensor(1.0), *weights)
    assert modules.LIFCorrelation(N_IN, N)(torch.ones(N_IN), *weights)[0].shape == (N,)
