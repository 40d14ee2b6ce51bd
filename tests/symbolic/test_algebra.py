"""Recorded operations as sympy expressions: what is printed computes what runs."""

import inspect
import math
from collections import namedtuple

import numpy as np
import pytest
import sympy
import torch

from snnlab.core import example, received, record
from snnlab.functional import NEURONS
from snnlab.symbolic import expressions
from snnlab.symbolic.algebra import OPERATIONS

FUNCTIONS = ("flow", "excess", "reset", "receive", "hold", "within")
PAIRS = [
    pytest.param(neuron, name, id=f"{neuron.name}-{name}")
    for neuron in NEURONS
    for name in FUNCTIONS
    if getattr(neuron, name)
]


def function_of(neuron, name):
    """A neuron's function with tensors or tuples of tensors on both sides."""
    function = getattr(neuron, name)
    if name == "receive" and neuron.channels:
        return lambda s, x, p: received(neuron, s, x, p)
    if name == "hold":
        outcome = namedtuple("outcome", ("spikes", *neuron.state._fields))

        def hold(old, z, s, p):
            fired, after = function(old, z, s, p)
            return outcome(fired, *after)

        return hold
    return function


def inputs_of(neuron, name, seed=0):
    """Example arguments of a neuron's function, by name."""
    make = {
        "s": lambda: example(neuron.state, seed + 1),
        "p": lambda: example(neuron.parameters, seed + 2),
        "I": lambda: torch.rand(1, generator=torch.Generator().manual_seed(seed + 3), dtype=torch.float64),
        "x": lambda: torch.rand(1, generator=torch.Generator().manual_seed(seed + 4), dtype=torch.float64),
        "z": lambda: torch.rand(1, generator=torch.Generator().manual_seed(seed + 5), dtype=torch.float64),
        "old": lambda: example(neuron.state, seed + 6),
    }
    return {argument: make[argument]() for argument in inspect.signature(function_of(neuron, name)).parameters}


def flat(given):
    found = {}
    for name, value in given.items():
        found |= {name: value} if torch.is_tensor(value) else {f"{name}.{f}": t for f, t in value._asdict().items()}
    return {name: value for name, value in found.items() if torch.is_tensor(value)}


@pytest.mark.parametrize(("neuron", "name"), PAIRS)
def test_expressions_compute_what_the_function_computes(neuron, name):
    """Lambdified, on a thousand random points. sympy collects terms in its own order: rounding of sums only."""
    function = function_of(neuron, name)
    program = record(function, **inputs_of(neuron, name))
    symbols = {key: sympy.Symbol(key.replace(".", "_")) for key in program.inputs}
    found = expressions(program, symbols)

    generator = torch.Generator().manual_seed(7)
    given = inputs_of(neuron, name)

    def random(value):
        return torch.randn(1000, generator=generator, dtype=torch.float64)

    given = {
        key: random(value)
        if torch.is_tensor(value)
        else type(value)(*(random(v) if torch.is_tensor(v) else v for v in value))
        for key, value in given.items()
    }
    expected = function(**given)
    expected = {"": expected} if torch.is_tensor(expected) else expected._asdict()
    arrays = [flat(given)[key].numpy() for key in program.inputs]
    assert found.keys() == expected.keys()
    for key, expression in found.items():
        numbers = sympy.lambdify(list(symbols.values()), expression, "numpy")(*arrays)
        np.testing.assert_allclose(numbers, expected[key].numpy(), rtol=1e-12, atol=1e-12)


EVERY_OPERATION = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a, b: -a + b,
    "pow": lambda a, b: a**b,
    "constant powers": lambda a, b: a**3 + b**-0.5,
    "power of a constant": lambda a, b: 2.0**a + b,
    "number minus tensor": lambda a, b: 2 - a * b,
    "number over tensor": lambda a, b: 2 / a + b,
    "reciprocal": lambda a, b: a.reciprocal() + b,
    "exp": lambda a, b: a.exp() * b,
    "abs": lambda a, b: (a - b).abs(),
    "relu": lambda a, b: torch.relu(a - b),
    "minimum": lambda a, b: torch.minimum(a, b),
    "maximum": lambda a, b: torch.maximum(a, b),
    "clamp": lambda a, b: torch.clamp(a, 0.7, 1.2) + b.clamp(min=a) + b.clamp(max=1.0),
    "clamp_min": lambda a, b: torch.clamp_min(a * b, 0.9),
    "clamp_max": lambda a, b: torch.clamp_max(a * b, 0.9),
    "tanh": lambda a, b: torch.tanh(a) * b,
    "remainder": lambda a, b: torch.remainder(5 * a, b) - torch.remainder(-5 * a, b),
    "sin": lambda a, b: torch.sin(a) * b,
    "cos": lambda a, b: torch.cos(a) * b,
    "floor": lambda a, b: torch.floor(7 * a * b),
    "ceil": lambda a, b: torch.ceil(7 * a * b),
    "pi": lambda a, b: torch.sin(2 * math.pi * a) + b * (math.pi / 180),
    "lt": lambda a, b: (a < b).to(a.dtype) * b,
    "ge": lambda a, b: (a >= b).to(a.dtype) * b,
    "le": lambda a, b: (a <= b).to(a.dtype) * b,
    "and": lambda a, b: ((a > 0.7) & (b > 0.9)).to(a.dtype) * a,
    "or": lambda a, b: ((a > 0.7) | (b > 0.9)).to(a.dtype) * a,
    "ln": lambda a, b: torch.log(a) * b,
    "not": lambda a, b: (~(a > b)).to(a.dtype) * a,
    "gt": lambda a, b: (a > b).to(a.dtype) * b,
    "gt a number": lambda a, b: (a > 0.8).to(a.dtype) + b,
    "where": lambda a, b: torch.where(a > b, a, 2 * b),
}


def test_every_operation_is_tried():
    """Each by a program that has it."""
    a, b = torch.rand(1), torch.rand(1)
    tried = {o.name for function in EVERY_OPERATION.values() for o in record(function, a=a, b=b).operations}
    assert tried == OPERATIONS.keys()


@pytest.mark.parametrize("function", EVERY_OPERATION.values(), ids=EVERY_OPERATION)
def test_every_operation(function):
    a, b = (torch.rand(50, generator=torch.Generator().manual_seed(k), dtype=torch.float64) + 0.5 for k in (1, 2))
    x, y = sympy.symbols("x y", real=True)
    expression = expressions(record(function, a=a[:1], b=b[:1]), {"a": x, "b": y})[""]
    found = sympy.lambdify([x, y], expression, "numpy")(a.numpy(), b.numpy())
    np.testing.assert_allclose(found, function(a, b).numpy(), rtol=1e-13)
    assert len(set(function(a, b).tolist())) > 2, "both sides of a bend are tried"


def test_numbers_are_exact():
    """0.04 is printed as 1/25, not as 0.040000000000000001."""
    x = sympy.Symbol("x")
    expression = expressions(record(lambda a: 0.04 * a, a=torch.rand(1)), {"a": x})[""]
    assert expression == sympy.Rational(1, 25) * x


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (torch.erf, "erf"),
        (lambda a: torch.logical_not(a), "logical_not"),
        (torch.sigmoid, "sigmoid"),
        (lambda a: a.masked_fill(a > 0, 0.5), "masked_fill"),
        (lambda a: a != 0.5, "ne"),
        (lambda a: torch.atan2(a, 2 * a), "atan2"),
    ],
)
def test_an_unknown_operation_is_named(function, name):
    with pytest.raises(NotImplementedError, match=f"'({name})'"):
        expressions(record(function, a=torch.rand(1)), {"a": sympy.Symbol("a")})


@pytest.mark.parametrize(
    "function",
    [lambda a, b: torch.add(a, b, alpha=3.0), lambda a, b: torch.div(a, b, rounding_mode="floor")],
    ids=["alpha", "rounding_mode"],
)
def test_a_keyword_is_never_lost_in_print(function):
    """Either the expression has it, or it is refused: an equation that differs from the code must not be shown."""
    x, y = sympy.symbols("x y")
    a, b = torch.tensor([7.0], dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64)
    try:
        expression = expressions(record(function, a=torch.rand(1), b=torch.rand(1)), {"a": x, "b": y})[""]
    except (NotImplementedError, TypeError, ValueError):
        return
    assert float(expression.subs({x: 7, y: 2})) == function(a, b).item()


def test_operations_are_named_as_torch_names_them():
    assert all(hasattr(torch.ops.aten, name) for name in OPERATIONS)
