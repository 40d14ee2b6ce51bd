"""What modules say about inputs that have no step, or no dimension."""

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
