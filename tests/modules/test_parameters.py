"""What a module keeps besides weights is torch's as well: moved, saved, loaded, learnt, copied."""

import copy
import io
import pickle

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from snnlab import modules
from snnlab.modules import MODULES, SNN
from tests.nights import each_value

from .cases import N_IN, WITH_WEIGHTS, N, leaves, made, strong


def learnt():
    p = modules.LIFParameters(tau_mem_inv=nn.Parameter(torch.full((N,), 90.0)), v_th=torch.tensor(0.8), alpha=50.0)
    return modules.LIF(p), p


def tensors(value):
    return [leaf for leaf in leaves(value) if isinstance(leaf, torch.Tensor)]


def test_a_parameter_is_a_parameter_and_a_tensor_a_buffer():
    layer, p = learnt()
    assert dict(layer.named_parameters()) == {"p_tau_mem_inv": p.tau_mem_inv}
    assert layer.p.tau_mem_inv is p.tau_mem_inv
    assert set(dict(layer.named_buffers())) == {"p_tau_syn_inv", "p_v_leak", "p_v_th", "p_v_reset"}
    assert type(layer.p) is modules.LIFParameters
    assert layer.p.method == "super" and layer.p.alpha == 50.0
    assert all(torch.equal(a, b) for a, b in zip(tensors(layer.p), tensors(p), strict=True))


def test_tuples_inside_have_both_names():
    layer = modules.LIFRefracRecurrentCell(N_IN, N)
    assert {"p_lif_v_th", "p_rho_reset"} <= set(layer.state_dict())
    assert type(layer.p) is modules.LIFRefracParameters and type(layer.p.lif) is modules.LIFParameters


def test_it_is_learnt():
    layer, p = learnt()
    optimizer = torch.optim.SGD(layer.parameters(), 1.0)
    layer(strong("LIF"))[1].v.sum().backward()
    before = p.tau_mem_inv.detach().clone()
    optimizer.step()
    assert not torch.equal(layer.p.tau_mem_inv, before)


@each_value(name={name: name for name in MODULES}, dtype={"float64": torch.float64, "bfloat16": torch.bfloat16})
def test_it_moves(name, dtype):
    layer = made(name).to(dtype)
    assert {t.dtype for t in tensors(layer.p) if t.is_floating_point()} <= {dtype}
    assert {t.device.type for t in tensors(made(name).to("meta").p)} <= {"meta"}
    x = strong(name).to(dtype)
    z, _ = layer(x if issubclass(MODULES[name], SNN) else x[0])
    assert z.dtype == dtype


@pytest.mark.parametrize("assign", [False, True])
def test_a_checkpoint_restores_it(assign):
    layer, _ = learnt()
    with torch.no_grad():
        layer.p.tau_mem_inv.mul_(0.7)
    file = io.BytesIO()
    torch.save(layer.state_dict(), file)
    file.seek(0)
    other, _ = learnt()
    other.p = other.p._replace(v_th=torch.tensor(5.0))
    other.load_state_dict(torch.load(file), assign=assign)
    assert all(torch.equal(a, b) for a, b in zip(tensors(layer.p), tensors(other.p), strict=True))
    assert torch.equal(layer(strong("LIF"))[0], other(strong("LIF"))[0])


def test_loading_leaves_other_modules_and_defaults_alone():
    layer, other = modules.LIFCell(), modules.LIFCell()
    layer.load_state_dict({name: value + 1 for name, value in layer.state_dict().items()})
    assert layer.p.v_th == 2.0 and other.p.v_th == 1.0
    assert modules.LIFParameters().v_th == 1.0 and modules.LIFCell().p.v_th == 1.0


@pytest.mark.parametrize("name", MODULES)
def test_checkpoints_of_norse_load(name):
    """They have the weights alone, and nothing of p; with several modules their names come after those of these."""
    ours = nn.Sequential(nn.Linear(2, 2), made(name))
    norses = {
        key: value
        for key, value in ours.state_dict().items()
        if key.endswith(("weight", "weights", "bias", "coupling"))
    }
    assert len(norses) == 2 + len(getattr(MODULES[name], "weights", ()))
    ours.load_state_dict(norses)
    if name in WITH_WEIGHTS:
        with pytest.raises(RuntimeError, match=r"Missing key.*input_weights"):
            ours.load_state_dict({key: value for key, value in norses.items() if not key.endswith("input_weights")})


def test_half_a_checkpoint_is_refused():
    layer = modules.LIFCell()
    some = {key: value for key, value in layer.state_dict().items() if key != "p_v_th"}
    with pytest.raises(RuntimeError, match=r'Missing key.*"p_v_th"'):
        layer.load_state_dict(some)
    with pytest.raises(RuntimeError, match=r"Unexpected key"):
        modules.LIFCell(modules.LIFParameters(*[1.0] * 5)).load_state_dict(layer.state_dict())


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))], ids=["copy", "file"])
def test_copies_have_their_own(twin):
    layer, p = learnt()
    other = twin(layer)
    with torch.no_grad():
        for t in tensors(other.p):
            t.mul_(0.5)
    assert type(other.p) is modules.LIFParameters and isinstance(other.p.tau_mem_inv, nn.Parameter)
    assert all(torch.equal(a, b) for a, b in zip(tensors(layer.p), tensors(p), strict=True))
    assert other.p.v_th == 0.4 and other.p.alpha == 50.0


def test_other_parameters_can_be_set():
    layer, _ = learnt()
    layer.p = modules.LIFParameters(v_th=nn.Parameter(torch.tensor(0.3)))
    assert [name for name, _ in layer.named_parameters()] == ["p_v_th"]
    assert layer(strong("LIF"))[0].any()


def test_a_function_of_a_parameter_replaces_it():
    """torch's parametrizations: a time constant that stays positive."""
    layer, _ = learnt()
    parametrize.register_parametrization(layer, "p_tau_mem_inv", nn.Softplus())
    assert torch.equal(layer.p.tau_mem_inv, nn.functional.softplus(layer.parametrizations.p_tau_mem_inv.original))


def test_torch_func_sees_it():
    layer, p = learnt()
    x = strong("LIF")

    def end(tau):
        return torch.func.functional_call(layer, {"p_tau_mem_inv": tau}, (x,))[1].v.sum()

    found = torch.func.grad(end)(p.tau_mem_inv.detach())
    layer(x)[1].v.sum().backward()
    torch.testing.assert_close(found, p.tau_mem_inv.grad)


def test_a_tensor_that_requires_a_gradient_gets_it():
    tau = torch.tensor(90.0, requires_grad=True)
    layer = modules.LIF(modules.LIFParameters(tau_mem_inv=tau, v_leak=2 * tau / 180))
    layer(strong("LIF"))[1].v.sum().backward()
    assert tau.grad.isfinite() and tau.grad != 0
    assert copy.deepcopy(layer).p.v_leak == 1.0


def test_given_weights_are_registered():
    w_in, w_rec = torch.ones(N, N_IN), torch.ones(N, N)
    layer = modules.LIFRecurrentCell(N_IN, N, input_weights=w_in, recurrent_weights=w_rec)
    assert {"input_weights", "recurrent_weights"} <= set(dict(layer.named_buffers()))
    assert not list(layer.parameters())
    moved = copy.deepcopy(layer).double()
    assert moved.input_weights.dtype == moved.recurrent_weights.dtype == torch.float64
    coupled = modules.LIFMCRecurrentCell(N_IN, N, modules.LIFParameters(), torch.eye(N)).double()
    assert coupled.g_coupling.dtype == torch.float64 and "g_coupling" in coupled.state_dict()
    modules.LIFRecurrentCell(N_IN, N, input_weights=w_in, recurrent_weights=w_rec).load_state_dict({})


def test_layers_that_are_no_neurons_register_as_well():
    sensors = modules.LIFCorrelation(N_IN, N).double()
    assert {t.dtype for t in tensors(sensors.p)} == {torch.float64} and len(sensors.state_dict()) == len(
        tensors(sensors.p)
    )
    sensors.load_state_dict({})
    encoder = modules.ConstantCurrentLIFEncoder(9, modules.LIFParameters(v_th=nn.Parameter(torch.tensor(0.5))))
    assert [name for name, _ in encoder.named_parameters()] == ["p_v_th"]
    assert encoder.double().p.tau_mem_inv.dtype == torch.float64 and encoder.seq_length == 9
    assert encoder.settings["p"].v_th is encoder.p.v_th and "seq_length=9" in repr(encoder)
    scales = modules.PopulationEncoder(5, torch.tensor([1.0, 2.0]))
    assert torch.equal(scales.state_dict()["scale"], scales.scale) and scales.double().scale.dtype == torch.float64
    scales.load_state_dict({})
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        scales.nothing  # noqa: B018


def test_fields_that_are_not_learnt_move_and_are_saved():
    given = torch.tensor([1.0, 2.0]), torch.tensor([0.0, 1.0]), torch.tensor([0.5, 2.0])
    for kind in (modules.SampledSpatialReceptiveField2d, modules.ParameterizedSpatialReceptiveField2d):
        fields = kind(1, 9, *given, 1, optimize_angles=False, optimize_scales=False)
        assert {"scales", "angles", "ratios"} <= set(fields.state_dict())
        assert fields.double()(torch.rand(2, 1, 16, 16).double()).dtype == torch.float64
        fields.load_state_dict({"ratios": fields.ratios.detach()})


@pytest.mark.parametrize("assign", [False, True])
def test_time_constants_of_fields_are_one_parameter(assign):
    fields, other = (modules.TemporalReceptiveField(torch.Size([3]), 2) for _ in range(2))
    assert [name for name, _ in fields.named_parameters()] == ["ps"]
    with torch.no_grad():
        fields.ps.mul_(0.5)
    x, before = torch.rand(3), other(torch.rand(3))
    other.load_state_dict({"ps": fields.ps.detach().clone()}, assign=assign)  # as Norse saves it
    assert torch.equal(other(x)[0], fields(x)[0]) and before is not None
    other(x)[0].sum().backward()
    assert other.ps.grad.any()
    twin = copy.deepcopy(fields)
    assert torch.equal(twin(x)[0], fields(x)[0]) and twin.neurons.p.tau_mem_inv is twin.ps


def test_anything_can_be_kept():
    """The base classes take any p: a tensor, a module, a plain tuple, a name."""

    def step(x, state, p, dt):
        return x, state

    for p, names in ((torch.ones(2), ["p_value"]), (nn.Linear(2, 2), ["p_value.weight", "p_value.bias"])):
        cell = modules.SNNCell(step, torch.zeros_like, p)
        assert list(cell.state_dict()) == names
        assert type(cell.p) is type(p)
    cell = modules.SNNCell(step, torch.zeros_like, (torch.ones(2), "name", torch.Size([3])))
    assert list(cell.state_dict()) == ["p_0"] and cell.p[1:] == ("name", torch.Size([3]))
    assert modules.LIF().p.method == "super"
