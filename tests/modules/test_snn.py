"""Modules made from steps: cells, layers over time, recurrent ones, and what they keep."""

import copy
import inspect

import pytest
import torch

from snnlab import functional, modules
from snnlab.core import SNNRecurrentCell, module
from snnlab.modules import MODULES, SNN, SNNCell, SNNRecurrent

from .cases import BATCH, CELLS, N_IN, WITH_WEIGHTS, N, T, leaves, made, strong


def test_every_family_has_its_shapes():
    assert len(CELLS) >= 14
    assert len(WITH_WEIGHTS) >= 34
    layers = [f.layer for f in vars(functional).values() if hasattr(f, "layer") and not f.layer.adjoint]
    assert len(layers) >= 31
    for name, weights, coupling in {(one.neuron.name, one.feeds_back, one.coupling) for one in layers}:
        kind = "Recurrent" * weights
        assert coupling or MODULES[f"{name}{kind}"].__doc__.startswith(f"A {'recurrent ' * weights}layer")
        assert coupling or f"{name}{kind}Cell" in MODULES or name == "CobaLIF"
    assert all(MODULES[name].__name__ == name for name in MODULES)
    assert all(MODULES[name] is getattr(modules, name) for name in MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_layer_is_its_cell_over_time(name):
    """And a state that is handed on continues the run."""
    layer, x = made(name), strong(name)
    if not issubclass(MODULES[name], SNN):
        outputs, state = [], None
        for x_t in x:
            z, state = layer(x_t, state)
            outputs.append(z)
        assert z.shape == (BATCH, N)
        assert all(leaf.isfinite().all() for leaf in leaves(state))
        return
    z, last = layer(x)
    assert z.shape == (T, BATCH, N)
    first, between = layer(x[:5])
    second, end = layer(x[5:], between)

    def close(a, b):
        """A product with weights over all steps is summed in another order than over some; else bit for bit."""
        tolerance = 1e-5 if name in WITH_WEIGHTS else 0.0
        torch.testing.assert_close(a, b, rtol=0.0, atol=tolerance * b.detach().abs().max().item())

    close(torch.cat([first, second]), z)
    for a, b in zip(leaves(end), leaves(last), strict=True):
        close(a, b)
    cell = dict(zip(("", "Recurrent", "Linear"), ("Cell", "RecurrentCell", "LinearCell")))
    base = next((name.removesuffix(s) + c for s, c in cell.items() if s and name.endswith(s)), name + "Cell")
    if name == "CobaLIF":  # Norse gave the name of its cell to the recurrent one
        return
    alone = made("CobaLIFCell" if base == "CobaLIFRecurrentCell" else base)
    if name in WITH_WEIGHTS:
        alone.load_state_dict(layer.state_dict())
    state = None
    for x_t, z_t in zip(x, z, strict=True):
        found, state = alone(x_t, state)
        close(found, z_t)


@pytest.mark.parametrize("name", [name for name in MODULES if issubclass(MODULES[name], SNN)])
def test_states_are_recorded(name):
    layer, x = made(name, record_states=True), strong(name)
    _, states = layer(x)
    _, last = made(name)(x)
    assert all(torch.equal(a[-1], b) and len(a) == T for a, b in zip(leaves(states), leaves(last), strict=True))


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_states_have_the_dtype_of_the_input(name, dtype):
    layer = made(name).to(dtype)
    z, state = layer(strong(name).to(dtype) if issubclass(MODULES[name], SNN) else strong(name)[0].to(dtype))
    assert z.dtype == dtype
    assert {leaf.dtype for leaf in leaves(state)} == {dtype}


@pytest.mark.parametrize("name", [n for n in WITH_WEIGHTS if "recurrent_weights" in MODULES[n].weights])
def test_without_autapses_the_diagonal_stays_zero(name):
    layer = made(name)
    assert not layer.recurrent_weights.diagonal().any()
    x = strong(name) if issubclass(MODULES[name], SNN) else strong(name)[0]
    first = 3 if issubclass(MODULES[name], SNN) else 1
    state = layer.initial_state(x)
    for _ in range(first):
        _, state = layer(x, state)
    sum(leaf.sum() for leaf in leaves(state)).backward()
    assert layer.recurrent_weights.grad is not None
    assert not layer.recurrent_weights.grad.diagonal().any()
    assert made(name, autapses=True).recurrent_weights.diagonal().any()


def test_given_weights_are_used():
    w_in, w_rec = torch.ones(N, N_IN), torch.full((N, N), 0.5)
    layer = modules.LIFRecurrentCell(N_IN, N, input_weights=w_in, recurrent_weights=w_rec)
    assert layer.input_weights is w_in
    assert layer.recurrent_weights is w_rec  # and its diagonal is cut in place, as in Norse
    assert torch.equal(w_rec, 0.5 * (1 - torch.eye(N)))


@pytest.mark.parametrize("base", [SNNCell, SNN, SNNRecurrentCell, SNNRecurrent])
def test_bases_take_any_step(base):
    """As Norse's: an activation and a function that makes the state; extra_repr tells p and dt."""
    weights = issubclass(base, SNNRecurrentCell)

    def activation(x, state, *rest):
        assert rest[-2:] == ("parameters", 0.5)
        assert len(rest) == (4 if weights else 2)
        return x + state, state + 1

    sizes = {"input_size": 2, "hidden_size": 2} if weights else {}
    layer = base(activation, lambda x: torch.zeros(2), p="parameters", dt=0.5, **sizes)
    assert "p=parameters" in repr(layer) and "dt=0.5" in repr(layer)
    x = torch.zeros(3, 2) if issubclass(base, SNN) else torch.zeros(2)
    _, state = layer(x)
    assert state.tolist() == ([3.0, 3.0] if issubclass(base, SNN) else [1.0, 1.0])


def test_parameters_are_needed_where_there_are_no_defaults():
    with pytest.raises(ValueError, match="Izhikevich needs parameters: give p"):
        modules.Izhikevich()


@pytest.mark.parametrize("name", MODULES)
def test_modules_can_be_copied(name):
    layer, x = made(name), strong(name) if issubclass(MODULES[name], SNN) else strong(name)[0]
    twin = copy.deepcopy(layer)
    assert twin is not layer
    assert torch.equal(twin(x)[0], layer(x)[0])


def test_adjoint_gradients_by_method():
    """The same spikes, other gradients."""
    x = (3 * torch.rand(T, N, generator=torch.Generator().manual_seed(3))).requires_grad_()
    found = []
    for p in (functional.LIFParameters(), functional.LIFParameters(method="adjoint")):
        z, _ = modules.LIF(p)(x)
        found.append((z.detach(), torch.autograd.grad(z.sum(), x)[0]))
    assert torch.equal(found[0][0], found[1][0]) and found[0][0].any()
    assert not torch.allclose(found[0][1], found[1][1])
    assert found[1][1].isfinite().all() and found[1][1].any()


def test_arguments_are_norses():
    assert list(inspect.signature(modules.LIFRecurrentCell).parameters)[:3] == ["input_size", "hidden_size", "p"]
    assert list(inspect.signature(modules.LIFCell).parameters)[:1] == ["p"]
    assert list(inspect.signature(modules.PoissonEncoder).parameters)[:3] == ["seq_length", "f_max", "dt"]


def test_an_authors_own_step_becomes_a_module():
    made = module("Own", SNN, functional.iaf_feed_forward_step, doc="Mine.")
    z, _ = made()(torch.full((3, 1), 0.4))
    assert z.flatten().tolist() == [0.0, 0.0, 1.0]
    assert made.__doc__.startswith("Mine.")


def test_dt_follows_the_parameters():
    """As in Norse; the adjoint is asked for by name, so that no number is taken for it."""
    assert modules.LIFBoxCell(modules.LIFBoxParameters(), 0.01).dt == 0.01
    assert modules.CobaLIFCell(3, 4, modules.CobaLIFParameters(), 0.01).dt == 0.01
    coupling = torch.eye(4)
    assert modules.LIFMCRecurrentCell(3, 4, modules.LIFParameters(), coupling).g_coupling is coupling
    with pytest.raises(ValueError, match="dt = True is not allowed"):
        modules.LIFCell(modules.LIFParameters(), True)
    with pytest.raises(ValueError, match=r"LIFCell needs parameters: give p = LIFParameters"):
        modules.LIFCell(torch.ones(3))


@pytest.mark.parametrize("name", [n for n in MODULES if made(n).activation.neuron.excess])
def test_every_spiking_module_has_an_adjoint(name):
    plain, adjoint = made(name), made(name, adjoint=True)
    x = strong(name) if issubclass(MODULES[name], SNN) else strong(name)[0]
    assert torch.equal(plain(x)[0], adjoint(x)[0])
    with pytest.raises(ValueError, match="never spikes"):
        modules.LICell(adjoint=True)


def test_a_copy_keeps_its_diagonal_at_zero():
    layer = copy.deepcopy(modules.LIFRecurrent(3, 4))
    optimizer = torch.optim.SGD(layer.parameters(), 1.0)
    layer(5 * torch.rand(5, 2, 3))[1].v.sum().backward()
    optimizer.step()
    assert layer.recurrent_weights.grad.any()
    assert not layer.recurrent_weights.diagonal().any()


def test_gradients_of_each_sample():
    """A cell without a state, under vmap of grad."""
    model = modules.SequentialState(torch.nn.Linear(4, 3), modules.LIFCell())
    parameters, x = dict(model.named_parameters()), torch.rand(5, 4)

    def loss(p, x):
        return torch.func.functional_call(model, p, (x,))[1][1].v.sum()

    each = torch.func.vmap(torch.func.grad(loss), (None, 0))(parameters, x)["0.weight"]
    together = torch.func.grad(loss)(parameters, x)["0.weight"]
    torch.testing.assert_close(each.sum(0), together)


FIELDS = torch.tensor([[1.0, 0.3, 1.5, 0.0, 0.0], [2.0, 0.1, 1.0, 1.0, 0.0]])


def sampled():
    scales, angles, ratios = torch.tensor([1.0, 2.0]), torch.tensor([0.0, 1.0]), torch.tensor([0.5, 2.0])
    return modules.SampledSpatialReceptiveField2d(1, 9, scales, angles, ratios, 1)


@pytest.mark.parametrize("make", [lambda: modules.SpatialReceptiveField2d(1, 9, FIELDS.clone()), sampled])
def test_kernels_follow_their_parameters(make):
    """Loaded, copied, of another dtype."""
    fields, other, x = make(), make(), torch.rand(2, 1, 16, 16)
    expected = fields(x)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.mul_(1.3)
    assert not torch.allclose(other(x), expected)
    other.load_state_dict(fields.state_dict())
    assert torch.equal(other(x), expected)
    assert torch.equal(copy.deepcopy(fields)(x), expected)
    torch.testing.assert_close(make().double()(x.double()).float(), expected, rtol=1e-4, atol=1e-5)
    expected.sum().backward()
    assert all(p.grad is not None for p in fields.parameters())


def test_norses_paths_below_its_package():
    from snnlab.modules.functional.lif import lif_step
    from snnlab.modules.module.lif import LIFCell

    assert lif_step is functional.lif_step and LIFCell is modules.LIFCell
    assert modules.functional.lif.lif_step is lif_step


@pytest.mark.parametrize("keyword", ["x", "input_tensor", "input_values"])
def test_an_encoder_takes_its_input_by_any_name(keyword):
    assert modules.PoissonEncoder(4)(**{keyword: torch.rand(3)}).shape == (4, 3)
    with pytest.raises(TypeError, match="PoissonEncoder takes one input, not 2"):
        modules.PoissonEncoder(4)(torch.rand(3), x=torch.rand(3))
