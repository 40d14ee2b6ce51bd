"""Recorded operations as sympy expressions: what is printed computes what runs."""

import inspect
import math
from collections import namedtuple

import numpy as np
import pytest
import sympy
import torch

from snnlab.core import Operation, Program, Slot, example, received, record
from snnlab.engine import llvm
from snnlab.functional import NEURONS
from snnlab.symbolic import arrays, expressions
from snnlab.symbolic.algebra import OPERATIONS
from snnlab.symbolic.code import text
from snnlab.symbolic.dynamics import slope

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
    "sqrt": lambda a, b: torch.sqrt(a) + torch.rsqrt(b),
    "exp2": lambda a, b: torch.exp2(a - b),
    "expm1": lambda a, b: torch.expm1(a - b),
    "sigmoid": lambda a, b: torch.sigmoid(a - b),
    "log": lambda a, b: torch.log(a) - torch.log2(b) + torch.log10(a + b) * torch.log1p(a),
    "erf": lambda a, b: torch.erf(a - b),
    "tan": lambda a, b: torch.tan(a) + torch.atan(b),
    "asin": lambda a, b: torch.asin(a / 2) + torch.acos(b / 2),
    "atan2": lambda a, b: torch.atan2(a - 1, b),
    "sinh": lambda a, b: torch.sinh(a) - torch.cosh(b),
    "asinh": lambda a, b: torch.asinh(a) + torch.acosh(1 + b) + torch.atanh(a / 2),
    "sign": lambda a, b: a * torch.sign(a - b) + b * torch.sgn(b - 1),
    "round": lambda a, b: torch.round(7 * a * b),
    "sigmoid_backward": lambda a, b: torch.ops.aten.sigmoid_backward(a, b),
    "tanh_backward": lambda a, b: torch.ops.aten.tanh_backward(a, b),
    "threshold_backward": lambda a, b: torch.ops.aten.threshold_backward(a, b, 1.0),
    "eq": lambda a, b: (torch.round(a) == 1).to(a.dtype) * b + (torch.round(b) != 1).to(a.dtype) * a,
    "xor": lambda a, b: ((a > 0.7) ^ (b > 0.9)).to(a.dtype) * a,
    "and of numbers": lambda a, b: torch.logical_and(torch.relu(a - 1), b > 0.8).to(a.dtype) * b,
    "or of numbers": lambda a, b: torch.logical_or(torch.relu(a - 1), b > 1.2).to(a.dtype) * b,
    "not of a number": lambda a, b: torch.logical_not(torch.relu(a - 1)).to(a.dtype) * b,
    "masked_fill": lambda a, b: a.masked_fill(a > b, 0.5),
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
    "not": lambda a, b: (~(a > b)).to(a.dtype) * a,
    "gt": lambda a, b: (a > b).to(a.dtype) * b,
    "gt a number": lambda a, b: (a > 0.8).to(a.dtype) + b,
    "where": lambda a, b: torch.where(a > b, a, 2 * b),
}


# of the words of a computer, from which random numbers are made: no mathematics of a neuron
BITS = {"__lshift__", "__rshift__", "bitwise_left_shift", "bitwise_right_shift"}
# what torch writes otherwise before it can be recorded
OTHERWISE = {"square", "__and__", "__or__", "__xor__"}
A, B = (torch.rand(50, generator=torch.Generator().manual_seed(k), dtype=torch.float64) + 0.5 for k in (1, 2))
X, Y = sympy.symbols("x y")
each_operation = pytest.mark.parametrize("function", EVERY_OPERATION.values(), ids=EVERY_OPERATION)


def recorded(function):
    return record(function, a=A[:1], b=B[:1])


def test_what_a_kernel_computes_is_in_all_tables():
    """An operation that kernels learn, and no equation, script or sample does, would leave a neuron half derived."""
    assert OPERATIONS.keys() == (llvm.OPERATIONS.keys() | {"_to_copy"}) - BITS
    assert arrays.SIGNS.keys() == OPERATIONS.keys()


def test_every_operation_is_tried():
    """Each by a program that has it."""
    tried = {o.name for function in EVERY_OPERATION.values() for o in recorded(function).operations}
    assert tried | OTHERWISE == OPERATIONS.keys() and not tried & OTHERWISE


@each_operation
def test_every_operation(function):
    """In algebra, and its text in numpy."""
    program = recorded(function)
    expression = expressions(program, {"a": X, "b": Y})[""]
    found = sympy.lambdify([X, Y], expression, ["scipy", "numpy"])(A.numpy(), B.numpy())
    np.testing.assert_allclose(found, function(A, B).numpy(), rtol=1e-13, atol=1e-14)
    assert len(set(function(A, B).tolist())) > 2, "both sides of a bend are tried"
    made = arrays.function(arrays.source("made", program, {"a": "a", "b": "b"}))
    np.testing.assert_allclose(made(A.numpy(), B.numpy()), function(A, B).numpy(), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("name", sorted(OTHERWISE))
def test_what_torch_writes_otherwise(name):
    truths = name != "square"
    given = [A > 1, B > 1][: 1 + truths] if truths else [A]
    inputs = ("a", "b")[: len(given)]
    operation = Operation(name, tuple(map(Slot, range(len(given)))), given[0].dtype)
    program = Program(inputs, (given[0].dtype,) * len(given), (operation,), {"": Slot(len(given))})
    expected = getattr(torch.ops.aten, name)(*given).numpy()
    values = [1.0 * one.numpy() for one in given]
    expression = expressions(program, {"a": X, "b": Y})[""]
    np.testing.assert_allclose(sympy.lambdify([X, Y][: len(given)], expression)(*values), expected)
    made = arrays.function(arrays.source("made", program, dict(zip(inputs, inputs))))
    np.testing.assert_array_equal(made(*(one.numpy() for one in given)), expected)


ABSENT = {"erf", "atan2"}  # of Brian2
BRIAN2 = {name: getattr(np, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "arcsin", "arccos", "arctan")}
BRIAN2 |= {name: getattr(np, name) for name in ("sinh", "cosh", "tanh", "sign", "floor", "ceil", "clip", "abs", "inf")}
BRIAN2 |= {"int": lambda condition: np.asarray(condition, dtype=float), "exprel": lambda x: np.expm1(x) / x}


@each_operation
def test_every_operation_as_brian2_has_it(function):
    program = recorded(function)
    expression = expressions(program, {"a": X, "b": Y})[""]
    if absent := ABSENT & {operation.name for operation in program.operations}:
        with pytest.raises(ValueError, match=f"{absent.pop()} cannot be expressed in Brian2"):
            text(expression)
        return
    found = eval(text(expression), {"__builtins__": {}, "pi": np.pi} | BRIAN2, {"x": A.numpy(), "y": B.numpy()})
    np.testing.assert_allclose(found, function(A, B).numpy(), rtol=1e-12, atol=1e-13)


@each_operation
def test_every_operation_has_the_slope_of_autograd(function):
    """Where torch has one."""
    given = [x.clone().requires_grad_() for x in (A, B)]
    try:
        result = function(*given)
        wanted = torch.autograd.grad(result.sum(), given, materialize_grads=True) if result.requires_grad else None
    except (RuntimeError, NotImplementedError):
        return
    expression = expressions(recorded(function), {"a": X, "b": Y})[""]
    for x, expected in zip((X, Y), wanted or (torch.zeros_like(A), torch.zeros_like(B)), strict=True):
        found = sympy.lambdify([X, Y], slope(expression, x), ["scipy", "numpy"])(A.numpy(), B.numpy())
        np.testing.assert_allclose(np.broadcast_to(found, A.shape), expected.numpy(), rtol=1e-11, atol=1e-12)


@each_operation
def test_every_operation_is_written_as_a_textbook_does(function):
    """In LaTeX: no name of ours, and no function that sympy only spells."""
    written = sympy.latex(expressions(recorded(function), {"a": X, "b": Y})[""])
    for name in ("Where", "Equal", "Round", "Size", "Heaviside", "Piecewise"):
        assert name not in written


def test_numbers_are_exact():
    """0.04 is printed as 1/25, not as 0.040000000000000001."""
    x = sympy.Symbol("x")
    expression = expressions(record(lambda a: 0.04 * a, a=torch.rand(1)), {"a": x})[""]
    assert expression == sympy.Rational(1, 25) * x


@pytest.mark.parametrize(
    ("function", "name"), [(torch.erfc, "erfc"), (lambda a: torch.fmod(a, 2.0), "fmod"), (torch.lgamma, "lgamma")]
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
