"""A layer without autapses has none, however its weights came to be."""

import copy
import pickle

import pytest
import torch
from torch import nn

from snnlab import modules
from snnlab.core import SNNRecurrentCell
from snnlab.modules import MODULES, SNN
from tests.nights import each_value

from .cases import N, leaves, made, strong

RECURRENT = [name for name in MODULES if "recurrent_weights" in getattr(MODULES[name], "weights", ())]


def with_a_diagonal(layer):
    return layer.recurrent_weights.detach() + 3 * torch.eye(N)


def by_setting(layer):
    layer.recurrent_weights = nn.Parameter(with_a_diagonal(layer))


def by_data(layer):
    layer.recurrent_weights.data += 3 * torch.eye(N)


def by_emptying(layer):
    """Memory that nobody has set, as in a model that is made on "meta" and filled later."""
    weights = with_a_diagonal(layer)
    layer.to("meta").to_empty(device="cpu")
    with torch.no_grad():
        layer.recurrent_weights.copy_(weights)


def by_a_checkpoint(layer):
    layer.load_state_dict(layer.state_dict() | {"recurrent_weights": with_a_diagonal(layer)})


def by_assigning_a_checkpoint(layer):
    layer.load_state_dict(layer.state_dict() | {"recurrent_weights": with_a_diagonal(layer)}, assign=True)


@each_value(
    name={name: name for name in RECURRENT},
    change={way.__name__: way for way in (by_setting, by_data, by_a_checkpoint, by_assigning_a_checkpoint)},
)
def test_steps_see_no_autapse(name, change):
    layer, x = made(name), strong(name)
    x = x if issubclass(MODULES[name], SNN) else x[0]
    state = layer.initial_state(x[0] if issubclass(MODULES[name], SNN) else x)
    if not issubclass(MODULES[name], SNN):  # all of them have just fired
        fired = torch.ones(x.shape[0], N)
        inner = None if "z" in state._fields else state._fields[0]  # of a tuple of tuples, its first
        state = state._replace(**({inner: state[0]._replace(z=fired)} if inner else {"z": fired}))
    else:
        state = None
    expected, _ = layer(x, state)
    change(layer)
    found, last = layer(x, state)
    assert torch.equal(found, expected)
    sum(leaf.sum() for leaf in leaves(last)).backward()
    assert layer.recurrent_weights.grad is not None and not layer.recurrent_weights.grad.diagonal().any()


def test_a_layer_filled_after_it_was_made_sees_none():
    layer, x = modules.LIFRecurrent(3, N), 5 * torch.rand(20, 2, 3)
    w_in, w_rec = layer.input_weights.detach().clone(), layer.recurrent_weights.detach().clone()
    expected, _ = layer(x)
    state_dict = copy.deepcopy(layer.state_dict())
    by_emptying(layer)
    for name, value in layer.state_dict(keep_vars=True).items():
        if name != "recurrent_weights":
            value.data.copy_(state_dict[name])
    assert torch.equal(layer.input_weights, w_in) and not torch.equal(layer.recurrent_weights, w_rec)
    assert torch.equal(layer(x)[0], expected) and expected.any()


@pytest.mark.parametrize("assign", [False, True])
def test_what_is_loaded_has_no_diagonal_and_the_file_keeps_its_own(assign):
    layer = modules.LIFRecurrent(3, N)
    checkpoint = layer.state_dict() | {"recurrent_weights": torch.ones(N, N)}
    layer.load_state_dict(checkpoint, assign=assign)
    assert torch.equal(layer.recurrent_weights, 1 - torch.eye(N))
    assert torch.equal(checkpoint["recurrent_weights"], torch.ones(N, N))
    free = modules.LIFRecurrent(3, N, autapses=True)
    free.load_state_dict(checkpoint, assign=assign)
    assert torch.equal(free.recurrent_weights, torch.ones(N, N))


def test_a_gradient_of_a_function_has_no_diagonal():
    """As torch.func takes it, one step of descent included, after which the weights are other tensors."""
    layer, x = modules.LIFRecurrent(3, N), 5 * torch.rand(20, 2, 3)
    parameters = {name: p.detach() for name, p in layer.named_parameters()}

    def loss(parameters):
        return torch.func.functional_call(layer, parameters, (x,))[1].v.sum()

    gradients = torch.func.grad(loss)(parameters)
    assert gradients["recurrent_weights"].any() and not gradients["recurrent_weights"].diagonal().any()
    stepped = {name: p - gradients[name] for name, p in parameters.items()}
    assert not stepped["recurrent_weights"].diagonal().any()


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))], ids=["copy", "file"])
def test_copies_learn_without_autapses(twin):
    layer = twin(modules.LIFRecurrent(3, N))
    optimizer = torch.optim.AdamW(layer.parameters(), 0.1)
    for _ in range(3):
        optimizer.zero_grad()
        layer(5 * torch.rand(9, 2, 3))[1].v.sum().backward()
        optimizer.step()
    assert layer.recurrent_weights.any() and not layer.recurrent_weights.diagonal().any()


def test_a_copy_of_frozen_weights_is_frozen():
    layer = modules.LIFRecurrentCell(3, N).requires_grad_(False)
    assert not any(p.requires_grad for p in copy.deepcopy(layer).parameters())


def test_autapses_that_are_wanted_stay():
    layer = modules.LIFRecurrentCell(3, N, autapses=True)
    by_setting(layer)
    assert isinstance(layer, SNNRecurrentCell) and layer.weight("recurrent_weights").diagonal().all()
