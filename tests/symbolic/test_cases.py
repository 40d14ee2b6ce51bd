"""Formulas of time as a textbook has them, and as functions of arrays."""

import math

import numpy as np
import pytest
import sympy
import torch

from snnlab.core import record
from snnlab.symbolic import arrays
from snnlab.symbolic.algebra import CASES, expressions
from snnlab.symbolic.cases import formula_lines, train_lines

EDGE = 1e-6
NAMES = ["t", "a", "b", "c", "d"]
SYMBOLS = {name: sympy.Symbol(name) for name in NAMES}
FORMULAS = {
    "the same at all times": (lambda t, a, b, c, d: a, ["y = a"]),
    "two cases": (
        lambda t, a, b, c, d: torch.where((t > a - EDGE) & (t < a + b - EDGE), c, d),
        [r"y = \begin{cases} c & a \le t < a + b \\ d & \text{otherwise} \end{cases}"],
    ),
    "three cases": (
        lambda t, a, b, c, d: torch.where(t < a, b, torch.where(t > c, d, 0.0)),
        [r"y = \begin{cases} b & t < a \\ d & t > c \\ 0 & \text{otherwise} \end{cases}"],
    ),
    "cases in cases": (
        lambda t, a, b, c, d: torch.where(t >= a, torch.where(t <= b, c, d), 0.0),
        [r"y = \begin{cases} c & t \ge a,\ t \le b \\ d & t \ge a \\ 0 & \text{otherwise} \end{cases}"],
    ),
    "one of two conditions": (
        lambda t, a, b, c, d: torch.where((t < a) | (t > b), c, d),
        [r"y = \begin{cases} c & t < a\ \text{or}\ t > b \\ d & \text{otherwise} \end{cases}"],
    ),
    "a sum with cases": (
        lambda t, a, b, c, d: a + torch.where(t > b, c, 0.0),
        [r"y = \begin{cases} a + c & t > b \\ a & \text{otherwise} \end{cases}"],
    ),
    "pi is pi": (lambda t, a, b, c, d: torch.sin(2 * math.pi * a * t), [r"y = \sin {2 \pi a t}"]),
    "a long angle": (
        lambda t, a, b, c, d: a * torch.sin(b * (t - a) + c * (t - a) ** 2 + d),
        [r"y = a \sin {\theta}", r"\theta = d + b \left(t - a\right) + c \left(t - a\right)^{2}"],
    ),
    "a whole number": (
        lambda t, a, b, c, d: a * torch.floor((t - b + EDGE) / c),
        ["y = a k", r"k = \left\lfloor{\frac{t - b}{c}}\right\rfloor"],
    ),
    "a number of times": (
        lambda t, a, b, c, d: torch.minimum(torch.relu(torch.floor(t / a)), b),
        [r"y = \min\left(b, \max\left(0, \left\lfloor{\frac{t}{a}}\right\rfloor\right)\right)"],
    ),
}


def recorded(function):
    values = [torch.rand(1, dtype=torch.float64) for _ in NAMES]
    return record(function, **dict(zip(NAMES, values)))


@pytest.mark.parametrize(("function", "lines"), FORMULAS.values(), ids=FORMULAS)
def test_formulas(function, lines):
    (formula,) = expressions(recorded(function), SYMBOLS, CASES).values()
    assert formula_lines("y", formula, [SYMBOLS[name] for name in NAMES[1:]], EDGE) == lines


@pytest.mark.parametrize(("function", "lines"), FORMULAS.values(), ids=FORMULAS)
def test_arrays(function, lines):
    """The function that is printed does what is recorded, to the last bit but one of the sine."""
    program = recorded(function)
    made = arrays.function(arrays.source("made", program, {name: name for name in program.inputs}))
    generator = np.random.default_rng(1)
    values = [generator.uniform(-3, 3, 1000), *generator.uniform(0.5, 2, (4, 1000))]
    expected = function(*map(torch.as_tensor, values)).numpy()
    np.testing.assert_allclose(made(*values), expected, rtol=4e-16, atol=4e-16)
    assert "sin" in {o.name for o in program.operations} or np.array_equal(made(*values), expected)


def test_a_value_that_is_read_twice_has_a_name():
    def parabola(t, a):
        since = t - a
        return since * since + 1

    program = record(parabola, t=torch.rand(1), a=torch.rand(1))
    text = arrays.source("f", program, {"t": "t", "a": "a"})
    assert text == "def f(t, a):\n    x1 = t - a\n    return x1 * x1 + 1"


def test_several_outputs_are_a_tuple():
    program = record(lambda t: {"one": t + 1, "two": 2.0}, t=torch.rand(1))
    assert arrays.source("f", program, {"t": "t"}) == "def f(t):\n    return (t + 1, 2.0)"


def test_an_unknown_operation_is_named():
    program = record(lambda t: torch.erfc(t), t=torch.rand(1))
    with pytest.raises(NotImplementedError, match="'erfc' has no counterpart in numpy"):
        arrays.source("f", program, {"t": "t"})


def test_spikes_that_come_otherwise_are_told_by_their_number():
    t, a, b = sympy.symbols("t a b")
    count = sympy.floor(a * t**2)
    assert train_lines("x(t)", "", count, [a, b], EDGE) == [
        r"x(t) = \frac{dn}{dt}",
        r"n(t) = \left\lfloor{a t^{2}}\right\rfloor",
    ]
