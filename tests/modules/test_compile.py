"""Modules in torch.compile: one graph, also without a state, and what eager gives."""

import pytest
import torch
from torch import nn

from snnlab import modules
from snnlab.modules import MODULES, SNN

from .cases import leaves, made, strong

USUAL = ["LIFCell", "LIFRecurrentCell", "LIFMCRecurrentCell", "LIF"]  # their functions are compiled in tests of these


def same_in_one_graph(layer, *inputs):
    """Outputs, states and gradients, compiled without a break, are those of eager: to what fusing may round."""
    torch._dynamo.reset()
    found = torch.compile(layer, fullgraph=True, backend="aot_eager")(*inputs)
    expected = layer(*inputs)
    pairs = [(a, b) for a, b in zip(leaves(found), leaves(expected), strict=True) if isinstance(b, torch.Tensor)]
    for a, b in pairs:
        torch.testing.assert_close(a, b)
    wanted = [p for p in layer.parameters() if p.requires_grad]
    if wanted:
        ways = (
            torch.autograd.grad(
                sum(v.sum() for v in leaves(way) if isinstance(v, torch.Tensor) and v.requires_grad),
                wanted,
                allow_unused=True,
            )
            for way in (found, expected)
        )
        for a, b in zip(*ways, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                torch.testing.assert_close(a, b)


def case(name):
    x = strong(name)
    return made(name), x[:3] if issubclass(MODULES[name], SNN) else x[0]


@pytest.mark.parametrize("name", USUAL)
def test_a_module_without_a_state_is_one_graph(name):
    same_in_one_graph(*case(name))


@pytest.mark.nightly
@pytest.mark.parametrize("name", [name for name in MODULES if name not in USUAL])
def test_every_module_without_a_state_is_one_graph(name):
    same_in_one_graph(*case(name))


def learnt():
    return modules.LIFCell(modules.LIFParameters(tau_mem_inv=nn.Parameter(torch.full((4,), 90.0))))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (modules.SequentialState(nn.Linear(4, 3), modules.LIFCell(), nn.Linear(3, 2), modules.LICell()), (2, 4)),
        (modules.RecurrentSequential(nn.Linear(4, 4), modules.LIFCell()), (2, 4)),
        (modules.Lift(modules.SequentialState(nn.Linear(4, 3), modules.LIFCell())), (3, 2, 4)),
        (modules.ExpFilter(4, 3), (3, 2, 4)),
        (modules.TemporalReceptiveField(torch.Size([4])), (4,)),
        (modules.ConstantCurrentLIFEncoder(5), (2, 4)),
        (learnt(), (2, 4)),
    ],
    ids=["sequential", "feedback", "lift", "filter", "fields", "encoder", "learnt"],
)
def test_what_holds_cells_is_one_graph(layer, shape):
    same_in_one_graph(layer, 2 * torch.rand(shape, generator=torch.Generator().manual_seed(0)))


def test_a_layer_that_gets_its_weights_is_one_graph():
    same_in_one_graph(modules.LIFCorrelation(3, 4), torch.ones(2, 3), torch.ones(4, 3), torch.ones(4, 4))


def test_half_precision_is_one_graph():
    same_in_one_graph(modules.LIFCell(), torch.rand(2, 4).to(torch.bfloat16))


@pytest.mark.xfail(torch.__version__ < "2.12", reason="torch 2.11 takes whatever it compiles for an export")
def test_what_has_no_parameter_has_a_gradient():
    """As in eager, where the state in which a layer begins requires one."""
    torch._dynamo.reset()
    x = torch.full((2, 4), 0.5)
    for layer in (modules.LIFBoxCell(), modules.LIFRefracCell()):
        z, _ = torch.compile(layer, fullgraph=True, backend="aot_eager")(x)
        assert z.requires_grad == layer(x)[0].requires_grad is True
        z.sum().backward()
