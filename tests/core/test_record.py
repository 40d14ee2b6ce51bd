"""Recording keeps what a function did: walking the list gives the numbers that the function gives."""

import inspect
from collections import namedtuple

import pytest
import torch

from snnlab.core import Slot, example, received, record
from snnlab.functional import LIF, NEURONS, Izhikevich

each_neuron = pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
FUNCTIONS = ("flow", "excess", "reset", "receive", "hold")


def function_of(neuron, name):
    """A neuron's function with tensors or tuples of tensors on both sides; None where it has none."""
    function = getattr(neuron, name)
    if name == "receive" and neuron.channels:
        return lambda s, x, p: received(neuron, s, x, p)
    if name == "hold" and function:
        outcome = namedtuple("outcome", ("spikes", *neuron.state._fields))

        def hold(old, z, s, p):
            fired, after = function(old, z, s, p)
            return outcome(fired, *after)

        return hold
    return function


PAIRS = [
    pytest.param(neuron, name, id=f"{neuron.name}-{name}")
    for neuron in NEURONS
    for name in FUNCTIONS
    if getattr(neuron, name)
]


def evaluate(program, inputs):
    """The outputs of a program on other tensors than it was recorded with, by torch's own operations."""
    values = [inputs[name] for name in program.inputs]

    def value(argument):
        return values[argument[0]] if isinstance(argument, Slot) else argument

    for operation in program.operations:
        keywords = dict(getattr(operation, "keywords", ()))
        # a change of dtype is recorded without its dtype, which is the reader's own
        keywords |= {"dtype": torch.float64} if operation.name == "_to_copy" else {}
        values.append(getattr(torch.ops.aten, operation.name)(*map(value, operation.arguments), **keywords))
    return {name: value(slot) for name, slot in program.outputs.items()}


def arguments(neuron, name, make):
    """Keyword arguments of a neuron's function, each tuple or tensor made by `make(fields or None)`."""
    whole = {
        "s": lambda: make(neuron.state),
        "p": lambda: make(neuron.parameters),
        "old": lambda: make(neuron.state),
        "I": lambda: make(None),
        "x": lambda: make(None),
        "z": lambda: make(None),
    }
    return {argument: whole[argument]() for argument in inspect.signature(function_of(neuron, name)).parameters}


def recorded(neuron, name):
    seeds = iter(range(1, 10))

    def make(fields):
        return torch.rand(1, dtype=torch.float64) if fields is None else example(fields, next(seeds))

    return record(function_of(neuron, name), **arguments(neuron, name, make))


def named(given):
    """Tensors by the names that a program gives to its inputs."""
    flat = {}
    for name, value in given.items():
        flat |= {name: value} if torch.is_tensor(value) else {f"{name}.{f}": t for f, t in value._asdict().items()}
    return {name: value for name, value in flat.items() if torch.is_tensor(value)}


def test_every_function_is_recorded():
    assert len(PAIRS) >= 60
    assert {pair.values[1] for pair in PAIRS} == set(FUNCTIONS)


@pytest.mark.parametrize(("neuron", "name"), PAIRS)
def test_program_gives_what_the_function_gives(neuron, name):
    """Bit for bit, on tensors of another shape than those of the recording."""
    generator = torch.Generator().manual_seed(3)

    def random(fields):
        def number():
            return torch.randn(2, 7, generator=generator, dtype=torch.float64)

        if fields is None:
            return number()
        return fields(*(number() if torch.is_tensor(v) else v for v in example(fields, 0)))

    given = arguments(neuron, name, random)
    expected = function_of(neuron, name)(**given)
    found = evaluate(recorded(neuron, name), named(given))
    expected = {"": expected} if torch.is_tensor(expected) else expected._asdict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[key], expected[key]) for key in expected)


def test_inputs_and_outputs_have_names():
    program = recorded(LIF, "flow")
    numbers = [f"p.{f}" for f in LIF.parameters._fields if f != "method"]
    assert program.inputs == ("s.v", "s.i", "I", *numbers)
    assert list(program.outputs) == ["v", "i"]
    assert all(isinstance(slot, Slot) for slot in program.outputs.values())
    assert {operation.name for operation in program.operations} == {"sub", "add", "mul", "neg"}


def test_a_single_output_has_no_name():
    assert list(recorded(Izhikevich, "excess").outputs) == [""]


def test_fields_that_pass_through_are_their_inputs():
    """LIF's reset leaves the synaptic current alone and takes the new potential from a parameter: no operation."""
    program = recorded(LIF, "reset")
    assert program.operations == ()
    assert program.inputs[program.outputs["v"][0]] == "p.v_reset"
    assert program.inputs[program.outputs["i"][0]] == "s.i"


@each_neuron
def test_programs_are_short(neuron):
    """A few dozen operations at most, and as many of each gate: a recording that grew hidden ones would show here.

    A gate has two rates with an exponential each, and a limit where one is 0 / 0: some 25 operations.
    """
    gates = sum(len(part.gates) for part in neuron.parts)
    most = 60 if not gates else 25 + 25 * gates
    assert sum(len(recorded(neuron, name).operations) for name in FUNCTIONS if getattr(neuron, name)) <= most


def rand(*shape):
    return torch.rand(shape, dtype=torch.float64) + 0.5


def test_every_slot_stands_for_an_earlier_value():
    program = record(lambda a, b: (a * b + a).exp() / b, a=rand(1), b=rand(1))
    for k, operation in enumerate(program.operations):
        for argument in operation.arguments:
            assert not isinstance(argument, Slot) or argument[0] < len(program.inputs) + k
    a, b = rand(5), rand(5)
    assert torch.equal(evaluate(program, {"a": a, "b": b})[""], (a * b + a).exp() / b)


def test_numbers_are_kept_as_numbers():
    program = record(lambda a: 2.5 * a - 1, a=rand(1))
    constants = [x for operation in program.operations for x in operation.arguments if not isinstance(x, Slot)]
    assert set(constants) >= {2.5, 1}


def test_constant_tensors_of_one_element_are_numbers():
    half = torch.tensor(0.5, dtype=torch.float64)
    program = record(lambda a: a * half, a=rand(1))
    assert program.operations[0].arguments == (Slot(0), 0.5)


def test_a_constant_output_is_a_number():
    seven = torch.tensor(7.0)
    assert record(lambda a: seven, a=rand(1)).outputs == {"": 7.0}


def test_recording_leaves_no_graph_and_no_trace():
    """Parameters that want a gradient are recorded like any other, and torch is as it was afterwards."""
    a = rand(1).requires_grad_()
    program = record(lambda a: a * a, a=a)
    assert len(program.operations) == 1
    assert (a * a).requires_grad


def test_constant_of_several_elements_is_refused_in_words():
    pair = torch.tensor([1.0, 2.0])
    with pytest.raises(
        (TypeError, ValueError), match=r"a constant of shape \(2,\) cannot be recorded: use parameters or numbers"
    ):
        record(lambda a: torch.mul(a, pair), a=rand(1))
    # the operator * turns a TypeError from inside into its own "unsupported operand"
    with pytest.raises((TypeError, ValueError), match=r"a constant of shape \(2,\) cannot be recorded"):
        record(lambda a: a * pair, a=rand(1))


def test_what_depends_on_values_is_refused():
    """A branch taken once says nothing about other numbers."""
    with pytest.raises((TypeError, ValueError), match="cannot be recorded"):
        record(lambda a: a if a > 0 else -a, a=rand(1))


def test_operations_with_several_results_are_refused_by_name():
    with pytest.raises((TypeError, ValueError), match="'max'"):
        record(lambda a: torch.max(a, dim=0)[0], a=rand(1))


@pytest.mark.parametrize(
    ("function", "keyword"),
    [
        (lambda a, b: torch.add(a, b, alpha=3.0), "alpha"),
        (lambda a, b: torch.sub(a, b, alpha=0.5), "alpha"),
        (lambda a, b: torch.div(a, b, rounding_mode="floor"), "rounding_mode"),
    ],
    ids=["add", "sub", "div"],
)
def test_keywords_of_operations_are_kept_or_refused(function, keyword):
    """a + 3 b must not be recorded as a + b."""
    a, b = rand(5), rand(5)
    try:
        program = record(function, a=rand(1), b=rand(1))
    except (TypeError, ValueError, NotImplementedError) as error:
        assert keyword in str(error)
    else:
        assert torch.equal(evaluate(program, {"a": a, "b": b})[""], function(a, b))


def test_example_has_distinct_numbers_and_keeps_names():
    p = example(LIF.parameters, 1)
    values = [v.item() for v in p if torch.is_tensor(v)]
    assert len(set(values)) == len(values) == 6
    assert all(v.dtype == torch.float64 and v.shape == (1,) for v in p if torch.is_tensor(v))
    assert p.method == "super"
    assert values == [v.item() for v in example(LIF.parameters, 1) if torch.is_tensor(v)]
    assert values != [v.item() for v in example(LIF.parameters, 2) if torch.is_tensor(v)]
