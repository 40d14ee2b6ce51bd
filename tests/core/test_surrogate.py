"""A step forwards, a smooth slope backwards."""

import math

import pytest
import torch

from snnlab.core import SURROGATES, threshold

ALPHAS = (0.3, 1.0, 5.0, 100.0)

# x and sharpness k to slope, one number at a time
SLOPES = {
    "heaviside": lambda x, k: 0.0,
    "super": lambda x, k: 1 / (abs(x) + 1) ** 2,  # its sharpness is fixed
    "triangle": lambda x, k: k * max(0.0, 1 - abs(x)),
    "tanh": lambda x, k: 1 - math.tanh(k * x) ** 2,
    "circ": lambda x, k: 2 * k * (1 / (2 * math.hypot(x, k)) - x**2 / (2 * math.hypot(x, k) ** 3)),
    "heavi_erfc": lambda x, k: 2 * math.exp(-((k * x) ** 2)) / math.sqrt(math.pi),
}

# the smooth functions that have these slopes, up to a constant
SMOOTH = {
    "super": lambda x, k: x / (1 + x.abs()),
    "triangle": lambda x, k: k * (x.clamp(-1, 1) - x.clamp(-1, 1) * x.clamp(-1, 1).abs() / 2),
    "tanh": lambda x, k: torch.tanh(k * x) / k,
    "circ": lambda x, k: k * x / (x**2 + k**2).sqrt(),
    "heavi_erfc": lambda x, k: torch.erf(k * x) / k,
}

X = torch.linspace(-3, 3, 61, dtype=torch.float64)


def slope(method, alpha, x=X):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(threshold(x, method, alpha).sum(), x)[0]


def test_all_surrogates_are_covered():
    assert SLOPES.keys() == SURROGATES.keys()


@pytest.mark.parametrize("method", SURROGATES)
def test_forward_is_a_strict_step(method):
    x = torch.tensor([-math.inf, -1.0, -1e-300, -0.0, 0.0, 1e-300, 1.0, math.inf, math.nan], dtype=torch.float64)
    expected = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0]
    assert threshold(x, method).tolist() == expected
    assert threshold(x.requires_grad_(), method).tolist() == expected


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("method", SURROGATES)
def test_slope_is_its_formula(method, alpha):
    expected = torch.tensor([SLOPES[method](x, alpha) for x in X.tolist()], dtype=torch.float64)
    # heavi_erfc takes sqrt(pi) with the seven digits of float32, as Norse does; far out, circ is a difference of two
    # nearly equal terms, so what remains is compared on the scale of the slope
    torch.testing.assert_close(slope(method, alpha), expected, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("method", SMOOTH)
def test_slope_is_the_derivative_of_a_smooth_step(method, alpha):
    x = (X + 0.013).requires_grad_()  # beside the kinks at -1, 0 and 1
    (expected,) = torch.autograd.grad(SMOOTH[method](x, alpha).sum(), x)
    torch.testing.assert_close(slope(method, alpha, x.detach()), expected, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("method", SURROGATES)
def test_slope_is_even_finite_and_greatest_at_the_threshold(method):
    found = slope(method, 2.0)
    assert found.isfinite().all()
    assert (found >= 0).all()
    torch.testing.assert_close(found, found.flip(0), rtol=1e-12, atol=1e-15)
    assert found.argmax().item() == (0 if method == "heaviside" else len(X) // 2)


@pytest.mark.parametrize("method", SURROGATES)
def test_slope_far_from_the_threshold_is_small(method):
    """A potential that overflowed has no slope, and above all no slope that is not a number."""
    far = torch.tensor([-1e30, 1e30, -math.inf, math.inf], dtype=torch.float64)
    assert slope(method, 1.0, far).abs().max() <= 1e-29


def test_outer_gradient_is_multiplied():
    x = X.clone().requires_grad_()
    weights = torch.arange(len(X), dtype=torch.float64)
    (found,) = torch.autograd.grad((threshold(x, "super") * weights).sum(), x)
    assert torch.equal(found, slope("super", 1.0) * weights)


def test_alpha_may_be_a_tensor_with_one_value_per_neuron():
    alphas = torch.linspace(1, 5, len(X), dtype=torch.float64)
    expected = torch.tensor([SLOPES["tanh"](x, k) for x, k in zip(X.tolist(), alphas.tolist(), strict=True)])
    torch.testing.assert_close(slope("tanh", alphas), expected.double(), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_spikes_have_the_dtype_of_the_potential(dtype):
    assert threshold(torch.ones(2, dtype=dtype)).dtype == dtype
    assert threshold(torch.ones(2, dtype=dtype, requires_grad=True)).dtype == dtype


def test_no_graph_is_kept_where_none_is_wanted():
    x = X.clone().requires_grad_()
    with torch.no_grad():
        assert not threshold(x).requires_grad
    assert not threshold(X).requires_grad
    assert threshold(x).requires_grad


@pytest.mark.parametrize("gradient", [False, True])
def test_unknown_method_names_method_and_options(gradient):
    with pytest.raises(ValueError) as error:
        threshold(torch.zeros(1, requires_grad=gradient), "supper")
    assert "method = 'supper'" in str(error.value)
    assert all(name in str(error.value) for name in SURROGATES)
