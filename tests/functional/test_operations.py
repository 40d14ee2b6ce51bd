"""Surrogates, logic, resets, filters, regularization, lifting and receptive fields.

Agreement with Norse is held elsewhere, by recorded cases; here is what these functions mean, and how they are called.
"""

import inspect
import math
import pickle
from functools import partial
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from snnlab.core import SURROGATES, threshold
from snnlab.core.surrogate import NOISE
from snnlab.functional import (
    CircDist,
    HeaviCirc,
    HeaviErfc,
    HeaviTanh,
    Logistic,
    SuperSpike,
    Triangle,
    circ_dist_fn,
    covariance_matrix,
    derive_kernel,
    derive_spatial_receptive_field,
    exp_filter,
    exp_filter_step,
    gaussian_kernel,
    heavi_circ_fn,
    heavi_erfc_fn,
    heavi_tanh_fn,
    heaviside,
    lift,
    logical_and,
    logical_or,
    logical_xor,
    logistic_fn,
    muller_c,
    posedge_detector,
    regularize_step,
    reset_subtract,
    reset_value,
    sign,
    spatial_parameters,
    spatial_receptive_field,
    spatial_receptive_fields_with_derivatives,
    spatio_temporal_parameters,
    spike_accumulator,
    super_fn,
    superspike_fn,
    temporal_scale_distribution,
    triangle_fn,
    voltage_accumulator,
)
from snnlab.functional.neurons.lif import LIFFeedForwardState, LIFParameters, lif_feed_forward_step
from tests.binomial import bounds

X = torch.linspace(-2, 2, 41, dtype=torch.float64)
NAMES = {  # method: its function, and its Function
    "super": (super_fn, SuperSpike),
    "triangle": (triangle_fn, Triangle),
    "heavi_erfc": (heavi_erfc_fn, HeaviErfc),
    "tanh": (heavi_tanh_fn, HeaviTanh),
    "circ": (heavi_circ_fn, HeaviCirc),
    "logistic": (logistic_fn, Logistic),
    "circ_dist": (circ_dist_fn, CircDist),
}
PROBABILITY = {  # of a spike, of the thresholds that are random
    "logistic": lambda x, k: (1 + math.tanh(k * x)) / 2,
    "circ_dist": lambda x, k: (1 + x / math.hypot(x, k)) / 2,
}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def slope(function, x=X):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(function(x).sum(), x)[0]


def compiled(function):
    torch._dynamo.reset()
    return torch.compile(function, fullgraph=True, backend="aot_eager")


def test_all_thresholds_have_names():
    assert NAMES.keys() | {"heaviside"} == SURROGATES.keys() | NOISE.keys()
    assert PROBABILITY.keys() == NOISE.keys()


@pytest.mark.parametrize("method", NAMES)
def test_names_are_thresholds(method):
    expected = slope(partial(threshold, method=method, alpha=0.7))
    for function in (NAMES[method][0], NAMES[method][1].apply):
        k = "k" if "k" in inspect.signature(function).parameters else "alpha"
        torch.testing.assert_close(slope(partial(function, **{k: 0.7})), expected)
        if method in SURROGATES:
            assert torch.equal(function(X, 0.7), (X > 0).double())


def test_usual_sharpness():
    assert torch.equal(slope(triangle_fn), slope(lambda x: triangle_fn(x, 0.3)))
    assert torch.equal(slope(super_fn), slope(lambda x: super_fn(x, 100.0)))
    assert superspike_fn is super_fn


def test_heaviside_and_sign():
    x = torch.tensor([-math.inf, -1, 0, 1e-30, 2])
    assert heaviside(x).tolist() == [0, 0, 0, 1, 1]
    assert not heaviside(x.requires_grad_()).requires_grad
    assert heaviside(torch.tensor([-1, 0, 2])).tolist() == [0, 0, 1]
    assert sign(x, "tanh", 1.0).tolist() == [-1, -1, -1, 1, 1]
    torch.testing.assert_close(slope(lambda x: sign(x, "tanh", 3.0)), 2 * slope(lambda x: heavi_tanh_fn(x, 3.0)))


@pytest.mark.parametrize("k", [0.5, 5.0])
@pytest.mark.parametrize("method", NOISE)
@pytest.mark.parametrize("grad", [False, True])
def test_random_thresholds_spike_with_their_probability(method, k, grad):
    """Exact binomial bounds: each comparison would fail by chance with a probability below 1e-6."""
    n, generator = 20_000, seeded()
    for x in (-1.0, -0.1, 0.0, 0.02, 0.3, 2.0):
        spikes = threshold(torch.full((n,), x, requires_grad=grad), method, k, generator=generator)
        assert set(spikes.unique().tolist()) <= {0.0, 1.0}
        p = PROBABILITY[method](x, k)
        least, most = bounds(n, p) if p < 1 else (n, n)
        assert least <= spikes.sum() <= most, x


@pytest.mark.parametrize("method", NOISE)
def test_random_thresholds_are_drawn_anew(method):
    x, alphas = torch.zeros(200), torch.full((200,), 2.0)
    generator = seeded()
    first, second = (threshold(x, method, alphas, generator=generator) for _ in range(2))
    least, most = bounds(200, 0.25)
    assert least <= (first * second).sum() <= most
    assert torch.equal(first, threshold(x, method, alphas, generator=seeded()))
    assert threshold(torch.tensor([-math.inf, math.inf, math.nan]), method).tolist() == [0, 1, 0]


@pytest.mark.parametrize("method", [*SURROGATES, *NOISE])
def test_thresholds_compile_and_map(method):
    """All ways to a gradient give the same one. torch.compile with torch.func inside is a way of its own: there torch
    forgets the backward of an autograd Function."""

    def spike(x):
        return threshold(x, method, 2.0)

    expected = slope(spike)
    gradient = torch.func.grad(lambda x: spike(x).sum())
    torch.testing.assert_close(slope(compiled(spike)), expected)
    torch.testing.assert_close(gradient(X), expected)
    torch.testing.assert_close(compiled(gradient)(X), expected)
    torch.testing.assert_close(torch.func.vmap(torch.func.grad(spike), randomness="different")(X), expected)
    if method in SURROGATES:
        assert torch.equal(compiled(spike)(X), spike(X))
        assert torch.equal(torch.func.vmap(spike)(X), spike(X))


def test_a_compiled_functional_gradient_of_an_infinite_potential_is_zero():
    x = torch.tensor([-math.inf, 0.0, math.inf])
    assert compiled(torch.func.grad(lambda x: super_fn(x).sum()))(x).tolist() == [0, 1, 0]


def test_sharpness_may_be_mapped():
    alphas = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
    mapped = torch.func.vmap(torch.func.grad(lambda x, k: threshold(x, "tanh", k)), (None, 0))(X[22], alphas)
    torch.testing.assert_close(mapped, 1 - torch.tanh(alphas * X[22]) ** 2)


BITS = torch.tensor([0.0, 1.0])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64])
def test_logic(dtype):
    x, y = torch.cartesian_prod(BITS, BITS).to(dtype).T
    assert logical_and(x, y).tolist() == [0, 0, 0, 1]
    assert logical_or(x, y).tolist() == [0, 1, 1, 1]
    assert logical_xor(x, y).tolist() == [0, 1, 1, 0]
    assert posedge_detector(x, y).tolist() == [0, 0, 1, 0]  # now x, before y
    assert logical_or(x, y).dtype == dtype


def test_muller_c_waits_for_both():
    before, x, y = torch.cartesian_prod(BITS, BITS, BITS).T
    assert muller_c(before, x, y).tolist() == [0, 0, 0, 1, 0, 1, 1, 1]


def test_resets():
    z, v = torch.tensor([0.0, 1.0]), torch.tensor([0.3, 1.2])
    assert reset_value(z, v, torch.tensor(-0.5), torch.tensor(1.0)).tolist() == pytest.approx([0.3, -0.5])
    assert reset_subtract(z, v, torch.tensor(-0.5), torch.tensor(1.0)).tolist() == pytest.approx([0.3, 0.2])


def test_filter_is_an_exponential():
    """The answer to one spike is exp(-k dt / tau), and to steady spikes it tends to 1 / (1 - parameter)."""
    parameter = math.exp(-0.1)
    spike = torch.zeros(50, 2, dtype=torch.float64)
    spike[0] = torch.tensor([1.0, 2.0])
    expected = torch.exp(-0.1 * torch.arange(50, dtype=torch.float64))[:, None] * spike[0]
    torch.testing.assert_close(exp_filter(spike, parameter), expected)
    steady = exp_filter(torch.ones(400, dtype=torch.float64), parameter)[-1]
    assert steady.item() == pytest.approx(1 / (1 - parameter), rel=1e-12)


def test_filter_goes_on_from_a_state():
    x = torch.rand(10, 3, generator=seeded())
    whole, first = exp_filter(x, 0.8), exp_filter(x[:4], 0.8)
    assert torch.equal(torch.cat([first, exp_filter(x[4:], 0.8, first[-1])]), whole)
    assert torch.equal(exp_filter_step(whole[3], x[4], 0.8), whole[4])
    assert exp_filter_step(torch.tensor([1]), torch.tensor([0]), 1).dtype == torch.float32


class State(NamedTuple):
    v: Tensor


def test_regularization_gathers():
    z, v = (torch.rand(2, 5, 3, generator=seeded()) < 0.5).float(), torch.rand(5, 3, generator=seeded())
    spikes = voltages = None
    for t in range(5):
        same, spikes = regularize_step(z[:, t], State(v[t]), state=spikes)
        assert same is not None and torch.equal(same, z[:, t])
        _, voltages = regularize_step(z[:, t], State(v[t]), voltage_accumulator, voltages)
    assert spikes.shape == () and spikes == z.sum()
    torch.testing.assert_close(voltages, v.sum(0))
    assert spike_accumulator(z, None, torch.tensor(3.0)) == z.sum() + 3


def test_lift_runs_over_time():
    x = torch.rand(30, 4, generator=seeded()) * 5
    start = LIFFeedForwardState(torch.zeros(4), torch.zeros(4))
    other = LIFParameters(v_th=torch.tensor(0.2))
    for given, called, used in ((None, {}, LIFParameters()), (other, {}, other), (None, {"p": other}, other)):
        state, zs = start, []
        for x_t in x:
            z, state = lif_feed_forward_step(x_t, state, used, 0.002)
            zs.append(z)
        out, last = lift(lif_feed_forward_step, given)(x, state=start, dt=0.002, **called)
        assert torch.equal(out, torch.stack(zs))
        assert all(map(torch.equal, last, state))
    once, _ = lift(lif_feed_forward_step, p=other)(x, state=start, p=LIFParameters(v_th=torch.tensor(1e9)))
    assert once.sum() == 0  # parameters of the call win


def counted(x, state=None, p=1.0):
    state = p * x if state is None else state + p * x
    return state, state


def test_lift_without_state_and_pickled():
    for lifted in (lift(counted), pickle.loads(pickle.dumps(lift(counted)))):
        out, last = lifted(torch.tensor([1.0, 2.0, 3.0]))
        assert (out.tolist(), last.item()) == ([1, 3, 6], 6)
    assert lift(counted, 2.0)(torch.tensor([1.0]))[0].tolist() == [2]
    with pytest.raises(TypeError):
        lift(counted)(torch.tensor([1.0]), torch.tensor(0.0))  # state goes by name


@pytest.mark.parametrize("call", [exp_filter, lambda x, _: lift(counted)(x)])
@pytest.mark.parametrize("shape", [(), (0, 3)])
def test_time_needs_a_step(call, shape):
    with pytest.raises(ValueError, match=r"is not allowed: give \(time, ...\)") as error:
        call(torch.zeros(shape), 0.5)
    assert str(shape) in str(error.value)


def test_covariance_turns():
    """Eigenvalues are the squared deviations, and the first axis points along phi."""
    for phi in (0.0, 0.4, 2.0):
        c = covariance_matrix(torch.tensor(3.0, dtype=torch.float64), 0.5, torch.tensor(phi, dtype=torch.float64))
        axis = torch.tensor([math.cos(phi), math.sin(phi)], dtype=torch.float64)
        torch.testing.assert_close(c @ axis, 9 * axis)
        torch.testing.assert_close(torch.linalg.eigvalsh(c), torch.tensor([0.25, 9], dtype=torch.float64))


def test_kernel_is_the_density():
    c = covariance_matrix(1.5, 0.8, torch.tensor(0.6, dtype=torch.float64))
    kernel = gaussian_kernel(81, c, 8)
    assert kernel.dtype == torch.float64
    assert kernel.sum().item() * 0.2**2 == pytest.approx(1, abs=1e-6)
    normal = torch.distributions.MultivariateNormal(torch.zeros(2, dtype=torch.float64), c)
    line = torch.linspace(-8, 8, 81, dtype=torch.float64)
    points = torch.stack(torch.meshgrid(line, line, indexing="xy"), -1)
    torch.testing.assert_close(kernel, normal.log_prob(points).exp())


def test_derivatives_are_those_of_the_gaussian():
    """In the middle of a fine grid, differences are derivatives: along the first dimension at angle 0, the second
    across it. The error of a central difference of step h is h^2 / 6 times the third derivative, here below 1 %."""
    kernel = gaussian_kernel(201, torch.eye(2, dtype=torch.float64), 5)
    y, x = torch.meshgrid(*[torch.linspace(-5, 5, 201, dtype=torch.float64)] * 2, indexing="ij")
    h = 10 / 200
    inside = (slice(1, -1), slice(1, -1))
    for angle, expected in ((0.0, -y), (math.pi / 2, -x), (math.pi / 4, -(x + y) / math.sqrt(2))):
        found = derive_kernel(kernel, torch.tensor(angle, dtype=torch.float64))[inside] / h
        torch.testing.assert_close(found, (expected * kernel)[inside], rtol=0, atol=0.01 * kernel.max().item())


def test_receptive_fields_of_a_list():
    field = spatial_receptive_field(2.0, 0.3, 1.5, 15)
    assert field.sum().item() == pytest.approx(1, abs=1e-6)
    derived = derive_spatial_receptive_field(field, 2.0, 0.3, [(0, 0), (1, 0), (0, 2)])
    assert torch.equal(derived[0], field)
    torch.testing.assert_close(derived[1], 2 * derive_kernel(field, 0.3))
    torch.testing.assert_close(derived[2], spatial_receptive_field(2.0, 0.3, 1.5, 15, dy=2))
    rows = torch.tensor([[2.0, 0.3, 1.5, 0, 0], [2.0, 0.3, 1.5, 0, 2]])
    torch.testing.assert_close(spatial_receptive_fields_with_derivatives(rows, 15, domain=10), derived[[0, 2]])


def test_every_combination_once():
    scales, angles, ratios = torch.tensor([1.0, 2.0]), torch.tensor([0.1, 0.2, 0.3]), torch.tensor([1.0, 0.5])
    rows = spatial_parameters(scales, angles, ratios, [(0, 1), (2, 0)])
    assert rows.shape == (2 * 3 * 2 * 2, 5) and len(rows.unique(dim=0)) == len(rows)
    assert rows[:12, 2].unique() == 0.5 and rows[12:, 2].unique() == 1  # symmetric fields last
    given = spatial_parameters(scales, angles, ratios, [(0, 1), (2, 0)], include_replicas=True)
    assert torch.equal(given[:, 2].view(-1, 4)[:, [0, 2]], ratios.expand(6, 2))
    assert torch.equal(given.unique(dim=0), rows.unique(dim=0))
    assert spatial_parameters(scales, angles, ratios, 2).shape == (12 * 9, 5)
    assert torch.equal(spatial_parameters(scales, angles, ratios, 0)[:, 3:], torch.zeros(12, 2))


def test_space_and_time():
    scales, angles, ratios = torch.tensor([1.0, 2.0]), torch.tensor([0.1]), torch.tensor([1.0, 0.5])
    times = temporal_scale_distribution(3)
    rows = spatio_temporal_parameters(scales, angles, ratios, 1, times)
    space = spatial_parameters(scales, angles, ratios, 1)
    assert rows.shape == (len(space) * 3, 6)
    for row, expected in zip(rows.view(-1, 3, 6), space, strict=True):
        assert torch.equal(row[:, :5], expected.expand(3, 5))
        assert torch.equal(row[:, 5], times)


def test_parameters_have_gradients():
    scales, times = torch.tensor([1.0, 2.0], requires_grad=True), torch.ones(3, requires_grad=True)
    spatio_temporal_parameters(scales, torch.ones(2), torch.ones(1), 0, times).sum().backward()
    assert scales.grad.tolist() == [6, 6]
    assert times.grad.tolist() == [4, 4, 4]


def test_temporal_scales():
    torch.testing.assert_close(temporal_scale_distribution(4, 9.0, c=2.0), torch.tensor([3.0, 6.0, 12.0, 24.0]))
    torch.testing.assert_close(temporal_scale_distribution(3, 1.0, 16.0), torch.tensor([16.0, 8.0, 4.0]))
    assert temporal_scale_distribution(1, 4, 9).tolist() == [2]
    assert temporal_scale_distribution(1, 4).tolist() == [2]


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("method", "'supper'", lambda: threshold(X, "supper")),
        ("method", "'supper'", lambda: sign(X, "supper", 1.0)),
        ("size", "0", lambda: gaussian_kernel(0, torch.eye(2))),
        ("size", "2.5", lambda: spatial_receptive_field(1.0, 0.0, 1.0, 2.5)),
        ("shape of c", "(3, 3)", lambda: gaussian_kernel(5, torch.eye(3))),
        ("det(c)", "-1", lambda: gaussian_kernel(5, torch.diag(torch.tensor([1.0, -1.0])))),
        ("shape of sigma1, sigma2 and phi", "(2,)", lambda: covariance_matrix(1.0, 1.0, torch.zeros(2))),
        ("shape of kernel", "(1, 4)", lambda: derive_kernel(torch.ones(1, 4), 0.0)),
        ("dy", "-1", lambda: spatial_receptive_field(1.0, 0.0, 1.0, 5, 0, -1)),
        ("scale", "-1", lambda: spatial_receptive_field(-1.0, 0.0, 1.0, 5)),
        ("ratio", "0", lambda: spatial_receptive_field(1.0, 0.0, torch.tensor(0.0), 5)),
        ("derivatives", "-1", lambda: spatial_parameters(X, X, X, -1)),
        ("derivatives", "'x'", lambda: spatial_parameters(X, X, X, "x")),
        ("n_scales", "0", lambda: temporal_scale_distribution(0)),
        ("min_scale", "0", lambda: temporal_scale_distribution(2, 0)),
        ("max_scale", "-2", lambda: temporal_scale_distribution(2, 1, -2)),
        ("c", "0", lambda: temporal_scale_distribution(2, c=None)),
    ],
)
def test_what_is_wrong_is_said(name, value, call):
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value).startswith(f"{name} = {value} is not ")
    assert ": " in str(error.value)  # and what is allowed


Z = torch.tensor([[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
ANGLE = torch.tensor(0.3)
ROW = torch.tensor([0.5, 1.0])
STEPS = {
    "heaviside": (heaviside, X),
    "sign": (lambda x: sign(x, "tanh", 2.0), X),
    "and": (lambda z: logical_and(z, Z), Z.flip(0)),
    "or": (lambda z: logical_or(z, Z), Z.flip(0)),
    "xor": (lambda z: logical_xor(z, Z), Z.flip(0)),
    "muller_c": (lambda z: muller_c(z, Z, z), Z.flip(0)),
    "posedge": (lambda z: posedge_detector(z, Z), Z.flip(0)),
    "reset_value": (lambda z: reset_value(z, Z, torch.tensor(0.2), torch.tensor(1.0)), Z),
    "reset_subtract": (lambda z: reset_subtract(z, Z, torch.tensor(0.2), torch.tensor(1.0)), Z),
    "filter step": (lambda x: exp_filter_step(Z, x, 0.5), Z.flip(0)),
    "filter": (lambda x: exp_filter(x, 0.5), Z),
    "spikes": (lambda z: regularize_step(z, State(z))[1], Z),
    "voltages": (lambda z: regularize_step(z, State(z), voltage_accumulator)[1], Z),
    "lift": (lambda x: lift(counted, 2.0)(x)[0], Z),
    "covariance": (lambda phi: covariance_matrix(2.0, 1.0, phi), ANGLE),
    "kernel": (lambda phi: gaussian_kernel(5, covariance_matrix(2.0, 1.0, phi)), ANGLE),
    "derive": (lambda phi: derive_kernel(Z, phi), ANGLE),
    "field": (lambda phi: spatial_receptive_field(2.0, phi, 1.5, 7, 1, 1), ANGLE),
    "parameters": (lambda row: spatial_parameters(row, row, row, 1), ROW),
    "parameters in time": (lambda row: spatio_temporal_parameters(row, row, row, 1, row), ROW),
    "scales": (lambda row: row[0] * temporal_scale_distribution(3), ROW),
    "Functions": (lambda x: sum(f.apply(x, 2.0) for m, (_, f) in NAMES.items() if m in SURROGATES), X),
}
all_steps = pytest.mark.parametrize(("function", "x"), STEPS.values(), ids=STEPS)
BY_DAY = {"sign", "filter", "kernel"}  # functional gradients that are compiled


def gradient(function, x):
    x = x.clone().requires_grad_()
    y = function(x)
    return torch.autograd.grad(y.sum(), x)[0] if y.requires_grad else torch.zeros_like(x)


@all_steps
def test_compiles_to_one_graph(function, x):
    """Values and gradients of one compilation."""
    given = x.clone().requires_grad_()
    found, expected = compiled(function)(given), function(x)
    torch.testing.assert_close(found, expected)
    slopes = torch.autograd.grad(found.sum(), given)[0] if found.requires_grad else torch.zeros_like(x)
    torch.testing.assert_close(slopes, gradient(function, x))


@pytest.mark.nightly
@all_steps
def test_compiles_without_gradients(function, x):
    torch.testing.assert_close(compiled(function)(x), function(x))


@all_steps
def test_maps_over_a_batch(function, x):
    found = torch.func.vmap(function)(torch.stack([x, x.flip(0) if x.dim() else 2 * x]))
    torch.testing.assert_close(found[0], function(x))
    torch.testing.assert_close(found[1], function(x.flip(0) if x.dim() else 2 * x))


@pytest.mark.parametrize(
    ("name", "compile"),
    [pytest.param(n, c, marks=[pytest.mark.nightly] * (c and n not in BY_DAY)) for n in STEPS for c in (False, True)],
)
def test_functional_gradient(name, compile):
    function, x = STEPS[name]

    def loss(x):
        return function(x).sum()

    torch.testing.assert_close(torch.func.grad(loss)(x), gradient(function, x))
    if compile:
        torch.testing.assert_close(compiled(torch.func.grad(loss))(x), gradient(function, x))


@pytest.mark.gpu
@pytest.mark.parametrize("method", [*SURROGATES, *NOISE])
def test_thresholds_run_where_their_input_is(method):
    x = X.cuda().requires_grad_()
    spikes = threshold(x, method, 2.0)
    assert spikes.is_cuda
    (found,) = torch.autograd.grad(spikes.sum(), x)
    torch.testing.assert_close(found.cpu(), slope(lambda x: threshold(x, method, 2.0)))
