"""exp in operations that every processor does alike: as exact as a library's, and no call to one."""

import math

import mpmath
import pytest
import torch

from snnlab.core import elementary, record

each_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
LEAST = {torch.float32: -86.6, torch.float64: -707.7}  # below, results are 0
MOST = {torch.float32: 88.722, torch.float64: 709.78}  # above, they are infinite


def grid(dtype, count=1_000_001):
    """Numbers all over the range in which results are neither 0 nor infinite."""
    return torch.linspace(LEAST[dtype], MOST[dtype], count, dtype=torch.float64).to(dtype)[1:]


def test_float32_against_float64():
    """1.2e-7 is a unit in the last place at most, wherever between two powers of two the result is."""
    x = grid(torch.float32)
    exact = torch.exp(x.double())
    found = elementary.exp(x)
    assert found.dtype == torch.float32
    assert ((found.double() - exact).abs() <= 1.2e-7 * exact).all()


def test_float32_is_mostly_rounded_right():
    x = grid(torch.float32)
    assert (elementary.exp(x) == torch.exp(x.double()).float()).float().mean() > 0.85


def test_float64_against_torch():
    """Both are off by units in the last place, of 2.2e-16 at most."""
    x = grid(torch.float64)
    torch.testing.assert_close(elementary.exp(x), torch.exp(x), rtol=1e-15, atol=0)


def test_float64_against_many_digits():
    """4.4e-16 is two units in the last place at most."""
    x = torch.cat([grid(torch.float64, 4000), torch.linspace(-3, 3, 4000, dtype=torch.float64)])
    with mpmath.workprec(120):
        for found, number in zip(elementary.exp(x).tolist(), x.tolist()):
            exact = mpmath.exp(number)
            assert abs(found - exact) <= 4.4e-16 * exact


@each_dtype
def test_expm1_keeps_its_digits_near_0(dtype):
    """To three units in the last place (2.2e-16 and 1.2e-7 at most), from the smallest numbers to the largest."""
    near = 10.0 ** torch.linspace(-30, 0, 4001, dtype=torch.float64)
    x = torch.cat([grid(dtype, 4000).double(), near, -near]).to(dtype)
    with mpmath.workprec(160):
        for found, number in zip(elementary.expm1(x).tolist(), x.tolist()):
            exact = mpmath.expm1(number)
            assert abs(found - exact) <= 3 * torch.finfo(dtype).eps * abs(exact), number


@each_dtype
def test_expm1_at_the_ends(dtype):
    x = torch.tensor([0.0, -0.0, 1e-40, -750.0, -math.inf, math.inf, math.nan], dtype=dtype)
    found = elementary.expm1(x)
    assert found[:-1].tolist() == [0.0, 0.0, x[2].item(), -1.0, -1.0, math.inf]
    assert found[-1].isnan()


@each_dtype
def test_it_is_1_at_0_exactly(dtype):
    x = torch.tensor([0.0, -0.0, 1e-30, -1e-30, 5e-324], dtype=dtype)
    assert elementary.exp(x).tolist() == [1.0] * 5


@each_dtype
def test_it_is_0_below_the_range(dtype):
    """Without subnormal numbers, which some processors have and others have not."""
    x = torch.tensor([LEAST[dtype] - 0.01, -750.0, -1e30, -math.inf], dtype=dtype)
    assert elementary.exp(x).tolist() == [0.0] * 4
    assert elementary.exp(torch.tensor(LEAST[dtype] + 0.01, dtype=dtype)) > torch.finfo(dtype).tiny


@each_dtype
def test_it_is_infinite_above_the_range(dtype):
    """From where the result is more than the greatest number, and not before."""
    above = torch.tensor([MOST[dtype] + 0.01, MOST[dtype] + 1, 1e30, math.inf], dtype=dtype)
    assert elementary.exp(above).tolist() == [math.inf] * 4
    assert elementary.exp(torch.tensor(MOST[dtype], dtype=dtype)).isfinite()


@each_dtype
def test_nan_stays_nan(dtype):
    assert elementary.exp(torch.tensor(math.nan, dtype=dtype)).isnan()


@each_dtype
def test_results_of_opposite_numbers_are_inverse(dtype):
    """Their product is 1 to the units of two results and a product."""
    x = torch.linspace(0, 86, 100_001, dtype=dtype)
    product = elementary.exp(x) * elementary.exp(-x)
    assert (product - 1).abs().max() <= 3 * torch.finfo(dtype).eps


@each_dtype
def test_it_grows(dtype):
    """As exp does: over whole numbers of log 2, where the power of two changes, results never step back."""
    centre = torch.arange(-100, 101, dtype=dtype)[:, None] * math.log(2)
    x = centre + torch.arange(-50, 51, dtype=dtype) * torch.finfo(dtype).eps * 64
    assert (elementary.exp(x).diff(dim=1) >= 0).all()


@each_dtype
def test_any_shape(dtype):
    x = torch.linspace(-5, 5, 24, dtype=dtype)
    found = elementary.exp(x.reshape(2, 3, 4))
    assert torch.equal(found, elementary.exp(x).reshape(2, 3, 4))
    assert elementary.exp(x[3]) == elementary.exp(x)[3]
    assert elementary.exp(x[:0]).shape == (0,)


@each_dtype
def test_a_number_alone_has_the_bits_of_one_among_many(dtype):
    """Vectors and rests of vectors are computed alike, which torch's own exp does not promise."""
    x = torch.linspace(-20, 20, 101, dtype=dtype)
    assert torch.equal(elementary.exp(x), torch.stack([elementary.exp(one) for one in x]))


@each_dtype
def test_no_operation_is_a_call(dtype):
    """What a kernel records of it: sums, products, quotients, shifts of bits, and choices."""
    operations = {o.name for o in record(elementary.exp, x=torch.rand(1, dtype=dtype)).operations}
    assert operations <= {"clamp", "mul", "add", "sub", "div", "view", "__lshift__", "lt", "where"}
    assert "exp" not in operations
