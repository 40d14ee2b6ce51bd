"""Layers over time run in one kernel where nothing forbids it, and give what they give step by step."""

import copy

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from snnlab import functional, modules
from snnlab.core import SNNCell
from snnlab.modules import MODULES, SNN, kernel
from tests.engine.cases import operations
from tests.nights import first_of_each

from .cases import N_IN, WITH_WEIGHTS, N, leaves, made, strong

LAYERS = [name for name in MODULES if issubclass(MODULES[name], SNN)]
BY_STEP = [name for name in LAYERS if made(name).activation.layer.coupling]  # compartments
IN_KERNEL = [name for name in LAYERS if name not in BY_STEP]
CALLED = {"exp", "expm1", "log1p", "cos", "tanh", "cosh", "pow"}  # kernels have their own
EXPONENTIAL = [name for name in LAYERS if CALLED & set(operations(made(name).activation.neuron))]
T = 40


def kind(name):
    """With weights or without, and in which way its steps are run."""
    return name in WITH_WEIGHTS, name in EXPONENTIAL, name in IN_KERNEL


def of_each_kind(names):
    """By day a layer of each kind."""
    return first_of_each({n: n for n in names}, kind)


def of_each_neuron(names):
    """By day a layer of each neuron, and of each kind."""
    return first_of_each({n: n for n in names}, kind, lambda n: made(n).activation.neuron.name)


@pytest.fixture(autouse=True)
def runs(monkeypatch):
    """The runs that kernels made."""
    found, compiled = [], kernel.compiled

    def watched(asked):
        found.append(compiled(asked))
        return found[-1]

    monkeypatch.setattr(kernel, "compiled", watched)
    return found


def by_step(layer, *given):
    """What the layer gives without a kernel."""
    fast, SNN.at_once = SNN.at_once, lambda self, x, state: None
    try:
        return layer(*given)
    finally:
        SNN.at_once = fast


def case(name, dtype=torch.float64, **options):
    """A layer with parameters of its own for each neuron that are learnt, an input, and a state in which it fires."""
    layer = made(name, **options).to(dtype)
    generator = torch.Generator().manual_seed(2)
    more = 30 if name.startswith(("AdaLIF", "LIFBoxRecurrent", "LIFMCRefrac")) else 1  # which fire late, or not at all
    x = more * strong(name)[torch.randint(12, (T,), generator=generator)].to(dtype)
    x = x if by_step(layer, x)[0].any() else 30 * x
    _, state = by_step(layer, x)

    def parameter(leaf):
        if not isinstance(leaf, torch.Tensor | float):
            return leaf
        leaf = torch.as_tensor(leaf, dtype=dtype)
        return nn.Parameter(leaf * (1 + 0.1 * torch.rand(N, generator=generator).to(dtype)))

    layer.p = mapped(parameter, layer.p)
    return layer, x, mapped(lambda leaf: leaf.detach(), last(state, options.get("record_states", False)))


def mapped(function, value):
    return type(value)(*(mapped(function, part) for part in value)) if isinstance(value, tuple) else function(value)


def last(state, recorded):
    return mapped(lambda leaf: leaf[-1], state) if recorded else state


def functional_of(outputs):
    """A random linear functional of everything that a layer gives."""
    generator = torch.Generator().manual_seed(3)
    return sum((torch.randn(y.shape, generator=generator).to(y.dtype) * y).sum() for y in leaves(outputs))


def gradients(way, layer, x, state):
    x = x.clone().requires_grad_()
    state = mapped(lambda leaf: leaf.clone().requires_grad_(), state)
    wanted = [x, *leaves(state), *layer.parameters()]
    found = torch.autograd.grad(functional_of(way(layer, x, state)), wanted, allow_unused=True)
    return [torch.zeros_like(w) if g is None else g for w, g in zip(wanted, found)]


def error(found, expected):
    off, size = (found - expected).double().norm().item(), expected.double().norm().item()
    return off / size if size else off


@pytest.mark.parametrize(
    ("dtype", "record_states"),
    [
        (torch.float64, True),
        pytest.param(torch.float32, True, marks=pytest.mark.nightly),
        pytest.param(torch.float64, False, marks=pytest.mark.nightly),
    ],
)
@pytest.mark.parametrize("name", of_each_neuron(LAYERS))
def test_a_layer_gives_what_it_gives_step_by_step(name, dtype, record_states, runs):
    """Bit for bit, but for functions like exp, and for sums over weights, whose order differs."""
    gives_what_it_gives_step_by_step(name, dtype, record_states, runs)


@pytest.mark.parametrize("name", of_each_kind(LAYERS))
def test_so_it_does_in_float32(name, runs):
    gives_what_it_gives_step_by_step(name, torch.float32, False, runs)


def gives_what_it_gives_step_by_step(name, dtype, record_states, runs):
    layer, x, state = case(name, dtype, record_states=record_states)
    for begin in (None, state):
        found, expected = layer(x, begin), by_step(layer, x, begin)
        fires = found[0].any() or layer.activation.neuron.crosses  # which takes more than so many short steps
        assert fires and [y.shape for y in leaves(found)] == [y.shape for y in leaves(expected)]
        assert type(found[1]) is type(expected[1])
        exact = name not in EXPONENTIAL and name not in WITH_WEIGHTS
        for a, b in zip(leaves(found), leaves(expected), strict=True):
            assert a.dtype == b.dtype == dtype and a.requires_grad and b.requires_grad
            tolerance = 0.0 if exact else 2e-5 if dtype == torch.float32 else 1e-12
            torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance * b.detach().abs().max().item())
    assert len(runs) == 2 * (name in IN_KERNEL)
    assert all(run.backend == "llvm" for run in runs)


@pytest.mark.parametrize("name", of_each_kind(IN_KERNEL))
def test_without_gradients_as_well(name, runs):
    layer, x, state = case(name)
    with torch.no_grad():
        found, expected = layer(x, state), by_step(layer, x, state)
    assert not any(y.requires_grad for y in leaves(found))
    for a, b in zip(leaves(found), leaves(expected), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12 * float(b.abs().max()))
    with torch.inference_mode():
        assert torch.equal(layer(x, state)[0], expected[0])
    assert len(runs) == 2


@pytest.mark.parametrize("dtype", [pytest.param(torch.float32, marks=pytest.mark.nightly), torch.float64])
@pytest.mark.parametrize("name", of_each_neuron(IN_KERNEL))
def test_gradients_are_those_of_the_steps(name, dtype, runs):
    """Of inputs, state, weights and parameters: 1e-11 of their norm in float64, 1e-5 in float32.

    Where float32 itself is further from float64 than that, twice as far is allowed.
    """
    layer, x, state = case(name, dtype)
    found, expected = gradients(SNN.__call__, layer, x, state), gradients(by_step, layer, x, state)
    assert len(runs) == 1
    double = copy.deepcopy(layer).double()
    exact = gradients(by_step, double, x.double(), mapped(lambda leaf: leaf.double(), state))
    for a, b, true in zip(found, expected, exact, strict=True):
        allowed = 1e-11 if dtype == torch.float64 else max(1e-5, 2 * error(b, true))
        assert error(a, b) <= allowed
    assert sum(bool(g.any()) for g in found) > len(found) / 2


@pytest.mark.parametrize("name", ["LIF", "LIFRecurrent", "LSNNRecurrent", "LI", "LIFRefrac"])
def test_a_state_that_is_handed_on_carries_the_gradient(name, runs):
    layer, x, state = case(name)

    def two(way):
        def halves(layer, x, state):
            first, between = way(layer, x[:20], state)
            second, end = way(layer, x[20:], between)
            return torch.cat([first, second]), end

        return halves

    found, expected = gradients(two(SNN.__call__), layer, x, state), gradients(by_step, layer, x, state)
    assert len(runs) == 2
    assert all(error(a, b) <= 1e-11 for a, b in zip(found, expected, strict=True))


def test_recurrent_weights_without_a_diagonal_in_the_kernel_too(runs):
    layer, x, _ = case("LIFRecurrent")
    expected, _ = layer(x)
    with torch.no_grad():
        layer.recurrent_weights.fill_diagonal_(5.0)
    assert torch.equal(layer(x)[0], expected) and len(runs) == 2
    free = copy.deepcopy(layer)
    free.autapses = True
    assert not torch.equal(free(x)[0], expected)


def test_inputs_may_lie_anywhere(runs):
    x = 3 * torch.rand(2, N, T)
    for y in (x.permute(2, 0, 1), x[..., ::2].permute(2, 1, 0), x[:, :1].permute(2, 0, 1).expand(T, 2, N)):
        (z, state), (expected, end) = modules.LIF()(y), by_step(modules.LIF(), y)
        assert torch.equal(z, expected) and torch.equal(state.v, end.v)
    assert len(runs) == 3


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (2, 1, 3)])
def test_populations_of_any_shape(shape, runs):
    x = 2 * torch.rand(9, *shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    (z, state), (expected, end) = modules.LIF()(x), by_step(modules.LIF(), x)
    assert torch.equal(z, expected) and torch.equal(state.v, end.v) and len(runs) == 1
    if shape:
        layer = made("LIFRecurrent").double()
        x = 2 * torch.rand(9, *shape[:-1], N_IN, dtype=torch.float64)
        torch.testing.assert_close(layer(x), by_step(layer, x))
        assert len(runs) == 2


def test_spikes_may_be_bool(runs):
    x = torch.rand(T, 2, N_IN) < 0.5
    for layer in (modules.LIF(), made("LIFRecurrent")):
        torch.testing.assert_close(layer(x), by_step(layer, x))
    assert len(runs) == 2
    start = modules.LIFFeedForwardState(*torch.zeros(2, 2, N_IN, dtype=torch.float64))
    z, state = modules.LIF()(x, start)
    assert z.dtype == state.v.dtype == torch.float64 and len(runs) == 3


def test_a_base_class_runs_there_too(runs):
    x = 3 * torch.rand(T, 2)
    modules.SNN(functional.lif_feed_forward_step, modules.LIF().initial_state, functional.LIFParameters())(x)
    assert len(runs) == 1


# -- what forbids it -----------------------------------------------------------------------------------------------


class Twice(modules.LIF):
    def step(self, input_tensor, state, arguments):
        return super().step(2 * input_tensor, state, arguments)


class Own(torch.Tensor):
    pass


class Counting(torch.utils._python_dispatch.TorchDispatchMode):
    seen = 0

    def __torch_dispatch__(self, function, types, given=(), named=None):
        self.seen += 1
        return function(*given, **(named or {}))


def with_method(method):
    return modules.LIF(modules.LIFParameters(method=method))


def plus(a, b):
    """A step of somebody's own."""
    return a + b, b


X = 3 * torch.rand(T, 2, N, generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize(
    ("layer", "x"),
    [
        (modules.LIF(), X.to(torch.bfloat16)),
        (modules.LIF(), X.int()),
        (modules.LIF(), X.as_subclass(Own)),
        (modules.LIF(modules.LIFParameters(v_th=torch.tensor(1.0, dtype=torch.float64))), X),
        (modules.LIF(modules.LIFParameters(v_th=torch.ones(3, 1, 1))), X),
        (modules.LIF(), X[:, :0]),
        (modules.LIF(), X[: kernel.FEW]),
        (modules.LIF(dt=torch.tensor(0.001)), X),
        (modules.LIF(adjoint=True), X),
        (with_method("logistic"), X),
        (modules.LIFRecurrent(N, N).bfloat16(), X.bfloat16()),
        (modules.LIFRecurrent(N, N, recurrent_weights=torch.full((N, N), torch.inf)), X),
        (Twice(), X),
        (modules.SNN(lambda x, s, p, dt: plus(x, s), lambda x: torch.zeros(2), ()), X[..., 0]),
    ],
    ids=[
        "half", "whole numbers", "subclass", "mixed", "more neurons", "nobody", "few", "dt", "adjoint", "random",
        "half weights", "infinite", "own step", "own function",
    ],
)  # fmt: skip
def test_step_by_step_where_there_is_no_kernel(layer, x, runs):
    torch.manual_seed(5)
    found = layer(x)
    torch.manual_seed(5)
    for a, b in zip(leaves(found), leaves(by_step(layer, x)), strict=True):
        assert torch.equal(a, b) or (a.isnan() == b.isnan()).all()
    assert not runs


def test_sparse_spikes_go_step_by_step(runs):
    x = (torch.rand(T, 2, N_IN) < 0.3).float()
    layer = made("LIFRecurrent")
    z, _ = layer(x.to_sparse())
    assert not runs
    torch.testing.assert_close(torch.stack([part.to_dense() for part in z]), layer(x)[0])


def test_what_looks_into_steps_sees_them(runs):
    layer, cell = modules.LIF(), modules.LIFCell()
    expected = layer(X)[0]
    assert len(runs) == 1
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(layer(X)[0], expected)
    with Counting() as mode:
        assert torch.equal(layer(X)[0], expected)
    assert mode.seen > T
    assert torch.equal(torch.func.vmap(lambda x: layer(x)[0], 1, 1)(X), expected)
    assert torch.equal(torch.compile(layer, backend="eager", fullgraph=True)(X[:6])[0], expected[:6])
    with torch.device("cpu"):
        assert torch.equal(layer(X)[0], expected)
    assert len(runs) == 1
    seen = []
    cell.register_forward_hook(lambda *given: seen.append(given))
    assert torch.equal(modules.Lift(cell)(X)[0], expected)
    assert len(seen) == T and len(runs) == 1


def test_a_lifted_cell_is_a_layer(runs):
    lifted, x = modules.Lift(modules.LIFRecurrentCell(N_IN, N)), 3 * torch.rand(T, 2, N_IN)
    found = lifted(x)
    assert len(runs) == 1
    layer = modules.LIFRecurrent(N_IN, N)
    layer.load_state_dict(lifted.lifted_module.state_dict())
    torch.testing.assert_close(found, by_step(layer, x))
    torch.testing.assert_close(lifted((x, found[1])), by_step(layer, x, found[1]))
    assert len(runs) == 2


def test_a_hook_on_a_layer_is_called_once(runs):
    layer, seen = modules.LIF(), []
    layer.register_forward_hook(lambda module, given, found: seen.append(found))
    z, _ = layer(X)
    assert len(seen) == len(runs) == 1 and seen[0][0] is z


def test_a_state_that_diverges_goes_on_as_it_did(runs):
    layer = modules.LIFBox(modules.LIFBoxParameters(tau_mem_inv=torch.tensor(1e9), v_th=torch.tensor(torch.inf)))
    found, expected = layer(X), by_step(layer, X)
    assert not found[1].v.isfinite().all()
    assert all(
        torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(leaves(found), leaves(expected), strict=True)
    )


def test_what_no_kernel_runs_is_tried_once(monkeypatch):
    """A reset that looks at its values."""
    tried, compiled = [], kernel.compiled

    def reset(z, v, v_reset, v_th):
        return v_reset if bool((v > 1e9).any()) else 0.5 * v

    monkeypatch.setattr(kernel, "compiled", lambda asked: tried.append(asked) or compiled(asked))
    layer = modules.LIFBox(modules.LIFBoxParameters(reset_method=reset))
    for _ in range(3):
        torch.testing.assert_close(layer(X), by_step(layer, X))
    assert len(tried) == 1


def test_errors_are_the_layers():
    with pytest.raises(ValueError, match=r"p.v_th of shape \(3,\) does not broadcast with"):
        modules.LIF(modules.LIFParameters(v_th=torch.ones(3)))(X)
    with pytest.raises(ValueError, match=r"state is a LIBoxState: give LIFFeedForwardState"):
        modules.LIF()(X, modules.LIBoxState(torch.zeros(2, N)))
    with pytest.raises(ValueError, match=r"input_weights of shape \(4, 3\) do not fit"):
        modules.LIFRecurrent(3, 4)(X)
    with pytest.raises(ValueError, match="method = 'none' is not known"):
        with_method("none")(X)


# -- gradients of other kinds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["LIF", "LIFRefrac", "LIFRecurrent", "LILinear", "AdEx"])
def test_second_derivatives(name, runs):
    """The gradient of the norm of a gradient, as a penalty on it has."""
    layer, x, state = case(name)

    def penalty(way):
        def norm(layer, x, state):
            found = torch.autograd.grad(functional_of(way(layer, x, state)) ** 2, x, create_graph=True)
            return found[0].pow(2).sum().reshape(1), ()

        return norm

    found, expected = gradients(penalty(SNN.__call__), layer, x, state), gradients(penalty(by_step), layer, x, state)
    assert len(runs) == 1
    assert any(g.any() for g in expected)
    assert all(error(a, b) <= 1e-11 for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("name", ["LIF", "LIFRecurrent"])
def test_a_jacobian_at_once(name, runs):
    layer, x, _ = case(name)
    x = x[:6]
    ways = [
        torch.autograd.functional.jacobian(lambda x, way=way: way(layer, x)[1].v, x, vectorize=True)
        for way in (SNN.__call__, by_step)
    ]
    assert len(runs) == 1 and ways[1].any()
    assert error(*ways) <= 1e-11


@pytest.mark.parametrize("name", ["LIF", "LIFRecurrent", "LI"])
@pytest.mark.parametrize("kind", ["recomputed", "offloaded"])
def test_saved_tensors_may_be_packed_away(name, kind, runs):
    """By activation checkpointing, or moved elsewhere in the meantime: kernels read what they get back."""
    layer, x, state = case(name, torch.float32)

    def packed(layer, x, state):
        if kind == "recomputed":
            found = checkpoint(lambda *given: layer(1.0 * given[0], given[1]), x, state, use_reentrant=False)
        else:
            with torch.autograd.graph.save_on_cpu():
                found = layer(1.0 * x, state)
        junk.extend(torch.full((T, 2, N), 9.0) for _ in range(50))
        return found

    junk: list = []
    found, expected = gradients(packed, layer, x, state), gradients(SNN.__call__, layer, x, state)
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("size", [N, 40_000])  # a few bytes, and more than the engine takes from the system for itself
def test_outputs_and_inputs_may_be_changed_in_place(size, runs):
    layer = modules.LIF()
    x = 3 * torch.rand(20, size)
    ways = []
    for way in (SNN.__call__, by_step):
        leaf = x.clone().requires_grad_()
        given = 1.0 * leaf
        z, state = way(layer, given)
        given.zero_()
        z.mul_(2.0)
        z[3:5] = 0.0
        state.v.add_(1.0)
        state.i.detach_()
        functional_of((z, state)).backward()
        ways.append((z.detach(), state.v.detach(), leaf.grad))
    assert len(runs) == 1
    assert torch.equal(ways[0][0], ways[1][0]) and torch.equal(ways[0][1], ways[1][1])
    assert error(ways[0][2], ways[1][2]) <= 1e-5


def test_what_is_recorded_shares_no_memory(runs):
    for layer in (made("LIFRecurrent", record_states=True), made("LI", record_states=True), made("LIFRecurrent")):
        x = strong("LIFRecurrent" if isinstance(layer, modules.LIFRecurrent) else "LI")
        with torch.no_grad():
            z, states = layer(x)
            before = [leaf.clone() for leaf in leaves(states)]
            z.fill_(7.0)
        assert all(torch.equal(a, b) for a, b in zip(leaves(states), before, strict=True))
    assert len(runs) == 3


def test_training_is_the_same(runs):
    """Some steps of descent with and without the kernel, in float64."""
    torch.manual_seed(0)
    parts = nn.Linear(6, 8), modules.LIF(), modules.LIFRecurrent(8, 8), nn.Linear(8, 3), modules.LI()
    models = [modules.SequentialState(*copy.deepcopy(parts)).double() for _ in range(2)]
    x, aim = 4 * torch.rand(T, 5, 6, dtype=torch.float64), torch.randn(5, 3, dtype=torch.float64)
    losses = []
    for model, way in zip(models, (nn.Module.__call__, by_step)):
        optimizer = torch.optim.Adam(model.parameters(), 0.01)
        for _ in range(5):
            optimizer.zero_grad()
            loss = (way(model, x)[0].mean(0) - aim).pow(2).mean()
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-9)
    assert len(runs) == 15
    assert isinstance(models[0][1], SNNCell)
