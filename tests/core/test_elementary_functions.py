"""Every elementary function against many digits, torch's special values, and what may be recorded of it."""

import math

import mpmath
import pytest
import torch

from snnlab.core import elementary

each_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
BOUND = {"exp": 1.1, "exp2": 1.1, "log": 1, "log2": 1, "log10": 1, "sigmoid": 2.5}  # units in the last place; else 2
PRECISE = {name: getattr(mpmath, name) for name in elementary.FUNCTIONS if hasattr(mpmath, name)} | {
    "exp2": lambda x: mpmath.power(2, x),
    "log2": lambda x: mpmath.log(x, 2),
    "pow": mpmath.power,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
}
del PRECISE["erf"]  # mpmath's own takes longer than all others together
PRECISE["erf"] = lambda x: mpmath.erf(x) if abs(x) < 6 else mpmath.sign(x)


class Numbers:
    """Random numbers of a dtype."""

    def __init__(self, dtype, count):
        self.dtype, self.count = dtype, count
        self.generator = torch.Generator().manual_seed(count)
        finfo = torch.finfo(dtype)
        self.eps, self.tiny, self.most = finfo.eps, 2.2 * finfo.tiny, finfo.max  # below, exp may be 0
        self.digits = 1 - round(math.log2(finfo.eps))

    def even(self, low, high):
        return (low + (high - low) * torch.rand(self.count, generator=self.generator, dtype=torch.float64)).to(
            self.dtype
        )

    def positive(self, low=None, high=None):
        """All orders of magnitude alike."""
        exponents = self.even(math.log2(low or self.tiny), math.log2(high or self.most)).double()
        return (2.0 ** exponents.floor() * 2 ** (exponents % 1)).to(self.dtype)

    def both(self, low=None, high=None):
        x = self.positive(low, high)
        return torch.where(self.even(-1, 1) < 0, -x, x)


def around_turns(r):
    """Numbers next to multiples of a quarter turn, where little is left of them."""
    n = r.positive(1, 2**19).double().floor()
    return torch.cat([r.even(-4, 4), r.both(1e-30, 2**20), (n * (math.pi / 2)).to(r.dtype), r.even(-(2**20), 2**20)])


def powers(r):
    """Bases of every size, and exponents with which the result has one too."""
    x = torch.cat([r.positive(), r.positive(0.1, 10), r.positive(0.9, 1.1)])
    most = math.log2(r.most) - 1
    y = torch.cat([r.even(-most, most) for _ in range(3)]).double() / torch.log2(x.double())
    return torch.cat([x, r.positive(0.01, 100)]), torch.cat([y.to(r.dtype), r.even(-5, 5)])


def growing(r, base=1.0):
    most = math.log(r.most) / base
    return torch.cat([r.even(1 - most, most), r.even(-3, 3), r.both(1e-30, most)])


ARGUMENTS = {
    "exp": growing,
    "exp2": lambda r: growing(r, math.log(2)),
    "expm1": growing,
    "sigmoid": lambda r: torch.cat([r.even(1 - math.log(r.most), 40), r.even(-3, 3)]),
    "log": lambda r: torch.cat([r.positive(), r.even(0.5, 2), 1 + r.both(r.eps, 0.1), r.positive(r.tiny * r.eps * 8)]),
    "log1p": lambda r: torch.cat([r.positive(), r.both(1e-30, 0.9), r.positive(r.eps, 0.1) - 1, r.even(-0.5, 2)]),
    "erf": lambda r: torch.cat([r.even(-6, 6), r.even(0.8, 1.3), r.both(1e-30, 6)]),
    "sin": around_turns,
    "asin": lambda r: torch.cat([r.even(-1, 1), r.even(0.45, 0.55), r.both(1e-30, 1), 1 - r.positive(r.eps, 0.5)]),
    "atan": lambda r: torch.cat([r.even(-1, 1), r.even(0.4, 3), r.both()]),
    "atan2": lambda r: (
        torch.cat([r.both(), r.both(1e-3, 1e3), r.even(-1, 1)]),
        torch.cat([r.both(), r.both(1e-3, 1e3), r.even(-1, 1)]),
    ),
    "sinh": growing,
    "tanh": lambda r: torch.cat([r.even(-20, 20), r.even(0.3, 1), r.both(1e-30, 9)]),
    "asinh": lambda r: torch.cat([r.even(-3, 3), r.both(), r.both(1e-4, 1e4)]),
    "acosh": lambda r: torch.cat([1 + r.positive(r.eps, 1), r.positive(1), r.even(1, 3)]),
    "atanh": lambda r: torch.cat([r.even(-1, 1), r.both(1e-30, 1), 1 - r.positive(r.eps, 0.5)]),
    "pow": powers,
}
ARGUMENTS |= {name: ARGUMENTS["log"] for name in ("log2", "log10")} | {"acos": ARGUMENTS["asin"]}
ARGUMENTS |= {"cos": around_turns, "tan": around_turns, "cosh": growing}


def off(precise, found, arguments, r):
    """By how many units in the last place, at most; and where."""
    worst = (0.0, ())
    for y, *x in zip(found.tolist(), *(a.tolist() for a in arguments)):
        exact = precise(*map(mpmath.mpf, x))
        if abs(exact) < r.tiny and exact:
            continue  # of subnormal results, nothing is promised
        unit = mpmath.ldexp(1, mpmath.mag(exact) - r.digits) if exact else mpmath.mpf(r.tiny)
        worst = max(worst, (float(abs(y - exact) / unit), tuple(x)))
    return worst


@each_dtype
@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("name", ARGUMENTS)
def test_units_in_the_last_place(name, count, dtype):
    r = Numbers(dtype, count)
    arguments = ARGUMENTS[name](r)
    arguments = arguments if isinstance(arguments, tuple) else (arguments,)
    found = elementary.FUNCTIONS[name](*arguments)
    assert found.dtype == dtype
    with mpmath.workprec(180):
        error, where = off(PRECISE[name], found, arguments, r)
    assert error <= BOUND.get(name, 2), where


def test_all_functions_are_tested():
    assert {*ARGUMENTS, "remainder"} == set(elementary.FUNCTIONS)


FINITE = [0.0, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 1e-30, 1e-40, 1e5, 12345.678]
SPECIAL = [math.nan, *(sign * x for x in (*FINITE, math.inf) for sign in (1, -1))]


@each_dtype
@pytest.mark.parametrize("name", elementary.FUNCTIONS)
def test_special_values_are_torch_s(name, dtype):
    """Zeros with their signs, infinities, NaN, poles, and what is outside of where a function is defined."""
    x = torch.tensor(SPECIAL, dtype=dtype)
    arguments = (x,)
    if name in ("pow", "atan2", "remainder"):
        x, y = (z.flatten() for z in torch.meshgrid(x, x, indexing="ij"))
        if name == "remainder":  # torch's own is no number where a float32 has few digits, and wrong
            x, y = (z[(x.abs() < 1e6 * y.abs()) | (x - x != 0)] for z in (x, y))
        arguments = x, y
    found, expected = elementary.FUNCTIONS[name](*arguments), getattr(torch, name)(*arguments)
    if name == "pow":  # whose results are never subnormal
        expected = torch.where(expected.abs() < 2 * torch.finfo(dtype).tiny, 0 * expected, expected)
    torch.testing.assert_close(found, expected, rtol=3 * torch.finfo(dtype).eps, atol=0, equal_nan=True)
    told = ~expected.isnan()
    assert torch.equal(found.signbit()[told], expected.signbit()[told])


@each_dtype
def test_large_numbers_have_the_sine_of_a_number_beside_them(dtype):
    """Up to 2**50, in float64; there a unit in the last place is a quarter. Beyond, nothing is pretended."""
    x = torch.tensor([3e6, 1e9, 2.0**40 + 2.0**20, 1e14], dtype=dtype)
    allowed = x.double() * 2**-52
    for name in ("sin", "cos"):
        found = elementary.FUNCTIONS[name](x).double()
        assert ((found - getattr(torch, name)(x.double())).abs() <= allowed + torch.finfo(dtype).eps).all()
    for name in ("sin", "cos", "tan"):
        assert elementary.FUNCTIONS[name](torch.tensor([2.0**50, -1e30], dtype=dtype)).isnan().all()


@each_dtype
@pytest.mark.parametrize("count", [1000, pytest.param(300_000, marks=pytest.mark.nightly)])
def test_remainders_are_exact(count, dtype):
    """Of any float32s; of float64s with quotients below 2**120. Beyond, nothing is pretended."""
    r = Numbers(dtype, count)
    a = torch.cat([r.both(), r.both(0.1, 1e6), r.both(1e-3, 1e3), r.both(1, 1e30), r.both(r.tiny * r.eps * 8)])
    b = torch.cat([r.both(), r.both(0.1, 10), r.both(1e-3, 1e3), r.both(0.1, 10), r.both(r.tiny * r.eps * 8)])
    quotients = torch.log2(a.abs().double()) - torch.log2(b.abs().double())
    rest = torch.tensor([math.fmod(x, y) for x, y in zip(a.tolist(), b.tolist())], dtype=torch.float64).to(dtype)
    expected = torch.where((rest != 0) & ((rest < 0) != (b < 0)), rest + b, rest)
    found = elementary.remainder(a, b)
    exact = (quotients < 119.99) | torch.tensor(dtype == torch.float32)
    assert torch.equal(found[exact], expected[exact])
    assert found[~exact & (quotients > 120.01)].isnan().all()


@each_dtype
@pytest.mark.parametrize("name", elementary.FUNCTIONS)
def test_no_operation_is_a_call(name, dtype):
    """Sums, products, quotients, bits, choices, and what is one instruction everywhere."""
    known = {
        "add",
        "sub",
        "rsub",
        "mul",
        "div",
        "reciprocal",
        "neg",
        "abs",
        "sqrt",
        "floor",
        "clamp",
        "maximum",
        "where",
    }
    known |= {"view", "_to_copy", "__lshift__", "__rshift__", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not"}
    known |= {"__and__", "__or__", "__xor__", "lt", "le", "gt", "ge", "eq", "ne"}
    assert {operation.name for operation in elementary.recorded(name, dtype).operations} <= known
