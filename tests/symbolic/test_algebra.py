"""Recorded operations as sympy expressions: what is printed computes what runs."""

import inspect

import numpy as np
import pytest
import sympy
import torch

from snnlab.core import example, record
from snnlab.functional import NEURONS
from snnlab.symbolic import expressions
from snnlab.symbolic.algebra import OPERATIONS

each_neuron = pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)


def inputs_of(neuron, name, seed=0):
    """Example arguments of a neuron's function, by name."""
    make = {
        "s": lambda: example(neuron.state, seed + 1),
        "p": lambda: example(neuron.parameters, seed + 2),
        "I": lambda: torch.rand(1, generator=torch.Generator().manual_seed(seed + 3), dtype=torch.float64),
        "x": lambda: torch.rand(1, generator=torch.Generator().manual_seed(seed + 4), dtype=torch.float64),
    }
    return {argument: make[argument]() for argument in inspect.signature(getattr(neuron, name)).parameters}


def flat(given):
    found = {}
    for name, value in given.items():
        found |= {name: value} if torch.is_tensor(value) else {f"{name}.{f}": t for f, t in value._asdict().items()}
    return {name: value for name, value in found.items() if torch.is_tensor(value)}


@each_neuron
@pytest.mark.parametrize("name", ["flow", "excess", "reset", "receive"])
def test_expressions_compute_what_the_function_computes(neuron, name):
    """Lambdified, on a thousand random points. sympy collects terms in its own order: rounding of sums only."""
    function = getattr(neuron, name)
    if function is None:
        assert neuron.port == "current"
        return
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
        else type(value)(*(v if isinstance(v, str) else random(v) for v in value))
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
}


@pytest.mark.parametrize("function", EVERY_OPERATION.values(), ids=EVERY_OPERATION)
def test_every_operation(function):
    a, b = (torch.rand(50, generator=torch.Generator().manual_seed(k), dtype=torch.float64) + 0.5 for k in (1, 2))
    x, y = sympy.symbols("x y", real=True)
    expression = expressions(record(function, a=a[:1], b=b[:1]), {"a": x, "b": y})[""]
    found = sympy.lambdify([x, y], expression, "numpy")(a.numpy(), b.numpy())
    np.testing.assert_allclose(found, function(a, b).numpy(), rtol=1e-13)


def test_numbers_are_exact():
    """0.04 is printed as 1/25, not as 0.040000000000000001."""
    x = sympy.Symbol("x")
    expression = expressions(record(lambda a: 0.04 * a, a=torch.rand(1)), {"a": x})[""]
    assert expression == sympy.Rational(1, 25) * x


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (torch.sin, "sin"),
        (lambda a: torch.clamp(a, min=0.0), "clamp"),
        (torch.sigmoid, "sigmoid"),
        (lambda a: torch.where(a > 0, a, -a), "gt|where"),
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
