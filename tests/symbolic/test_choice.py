"""Choices: what fills a gap is left out, what is meant is written as cases."""

import numpy as np
import pytest
import sympy
import torch

from snnlab.core import record
from snnlab.symbolic import expressions
from snnlab.symbolic.choice import Where, condition_latex, ordinary
from snnlab.symbolic.code import text
from snnlab.symbolic.dynamics import slope

X, Y = sympy.symbols("x y")


def algebra(function):
    program = record(function, a=torch.rand(1, dtype=torch.float64), b=torch.rand(1, dtype=torch.float64))
    return expressions(program, {"a": X, "b": Y})[""]


def doubly(a, b):
    """As gradients want it: the other branch never divides by 0."""
    other = torch.where(a == 0, 1.0, a)
    return torch.where(a == 0, 1 - a / 2, other / torch.expm1(other))


GAPS = {
    "near": lambda a, b: torch.where(a.abs() < 1e-4, 1 - a / 2, a / (torch.exp(a) - 1)),
    "near, the other way round": lambda a, b: torch.where(torch.abs(a) >= 1e-3, a / torch.expm1(a), 1 - a / 2),
    "at": lambda a, b: torch.where(a == 0, 1.0, a / torch.expm1(a)),
    "not at": lambda a, b: torch.where(a != 0, a / torch.expm1(a), 1.0),
    "twice": doubly,
}


@pytest.mark.parametrize("function", GAPS.values(), ids=GAPS)
def test_a_gap_is_not_told(function):
    """Numbers are those of the code at the gap as well, as are slopes: -1/2 there."""
    found = algebra(function)
    assert ordinary(found) == X / (sympy.exp(X) - 1)
    assert text(found) == "1/exprel(x)"
    x = np.array([-1.0, 0.0, 2.0])
    with np.errstate(all="ignore"):
        values = sympy.lambdify(X, found, "numpy")(x)
    assert values == pytest.approx(function(torch.tensor(x), None).numpy(), rel=1e-12)


def test_the_slope_in_a_gap_is_that_of_what_fills_it():
    with np.errstate(all="ignore"):
        found = sympy.lambdify(X, slope(algebra(GAPS["near"]), X), "numpy")(np.array([0.0, 1.0]))
    e = np.e
    assert found == pytest.approx([-0.5, 1 / (e - 1) - e / (e - 1) ** 2], rel=1e-12)


@pytest.mark.parametrize(
    ("function", "latex"),
    [
        (
            lambda a, b: torch.where(a > b, a, 2 * b),
            r"\begin{cases} x & x > y \\ 2 y & \text{otherwise} \end{cases}",
        ),
        (
            lambda a, b: torch.where(a.abs() < 0.5, a, b),
            r"\begin{cases} x & \left|{x}\right| < \frac{1}{2} \\ y & \text{otherwise} \end{cases}",
        ),
        (
            lambda a, b: torch.where((a <= b) & (a > 0), a, torch.where(b < 0, b, 0.0)),
            r"\begin{cases} x & x > 0,\ x \le y \\ y & y < 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
        (lambda a, b: torch.where(a.abs() < 1e-3, 0.0 * a, b), None),
    ],
)
def test_what_is_meant_is_written_as_cases(function, latex):
    """Also near a value, where nothing else has a gap there."""
    found = ordinary(algebra(function))
    assert found.has(Where)
    assert latex is None or sympy.latex(found) == latex


def test_conditions_that_do_not_hold_turn_around():
    a, b = sympy.Heaviside(X - Y), sympy.Heaviside(X)
    assert condition_latex(1 - a * b, sympy.latex) == r"x \le 0\ \text{or}\ x \le y"
