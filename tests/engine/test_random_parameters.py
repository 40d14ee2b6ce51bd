"""Kernels against torch for whatever parameters are allowed, also where the numbers run away."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from snnlab.core import Choice, Quantity, RungeKutta, annotations
from snnlab.engine import Diverged, Recording, simulate
from snnlab.functional import NEURONS
from tests.engine.cases import inexact, operations, textbook
from tests.nights import each_neuron

EXACT = [neuron for neuron in NEURONS if not inexact(neuron)]
CLOSE = [neuron for neuron in NEURONS if neuron not in EXACT]
FAR = 2.0**20

each_number = pytest.mark.parametrize("examples", [10, pytest.param(100, marks=pytest.mark.nightly)])


def often(examples):
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None)


def numbers(mark: Quantity):
    """What a person may give: where its slider ends, or as far as it is allowed."""
    return st.floats(mark.low, mark.high) | st.floats(*mark.allowed)


@st.composite
def runs(draw, neuron):
    """What `simulate` takes. Surrogates say nothing about a run without gradient, and stay as they are."""
    marks = {f: mark for f, mark in annotations(neuron.parameters).items() if isinstance(mark, Quantity)}
    p = {f: mark.taken(draw(numbers(mark)), dt=1.0) for f, mark in marks.items()}
    choices = {f: mark for f, mark in annotations(neuron.parameters).items() if isinstance(mark, Choice)}
    p |= {f: mark.taken(draw(st.sampled_from([*mark.options]))) for f, mark in choices.items() if f != "method"}
    state = neuron.state(*(draw(numbers(mark)) for mark in annotations(neuron.state).values()))
    T, N = draw(st.sampled_from([1, 20, 60, 90])), draw(st.sampled_from([1, 5, 8, 19]))
    dtype = draw(st.sampled_from([torch.float32, torch.float64]))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    size = draw(numbers(neuron.current))
    inputs = {"current": size * torch.rand(T, N, generator=generator).to(dtype)}
    if neuron.receive is not None and draw(st.booleans()):
        inputs["spikes"] = draw(st.floats(-100, 100)) * (torch.rand(T, N, generator=generator) < 0.3).to(dtype)
    return inputs | {
        "p": neuron.parameters(**textbook(neuron) | p),
        "state": draw(st.sampled_from([state, None])),  # None: the rest that belongs to these parameters
        "dt": draw(st.sampled_from([1e-5, 1e-4, 1e-3, 0.1, 1.0])),
        "record": neuron.state._fields,
    }


def outcome(neuron, backend, **given) -> tuple[Recording, tuple | None]:
    """What a run recorded, and where it failed, if it did."""
    try:
        return simulate(neuron, backend=backend, **given), None
    except Diverged as failed:
        return failed.recording, (failed.variable, failed.neuron, failed.time)


@each_neuron(EXACT)
@each_number
def test_numbers_are_those_of_torch(neuron, examples):
    """To the last bit, as far as they are finite; and where they are not, both say so of the same."""

    @often(examples)
    @given(runs(neuron))
    def check(run):
        kernel, failure = outcome(neuron, "llvm", **run)
        eager, expected = outcome(neuron, "eager", **run)
        assert failure == expected
        assert torch.equal(kernel.spikes, eager.spikes)
        assert all(torch.equal(kernel.variables[name], x) for name, x in eager.variables.items())

    check()


# Stages multiply the last digits of the one before by dt times a slope, which parameters as wild as these make huge.
ONE_STAGE = [neuron for neuron in CLOSE if not isinstance(neuron.advance, RungeKutta)]


@each_neuron(ONE_STAGE)
@each_number
def test_each_step_is_that_of_torch(neuron, examples):
    """From every state of torch's run, to the last digits of exp; and the step that fails there, fails here.

    Not over whole runs: with parameters as wild as these a neuron makes 1e-16 into another spike within a few steps,
    and then into another place where it runs away.
    """
    angles = not operations(neuron).isdisjoint({"sin", "cos"})

    @often(examples)
    @given(runs(neuron))
    def check(run):
        eager, expected = outcome(neuron, "eager", **run)
        ports = {port: run[port] for port in ("current", "spikes") if port in run}
        N, dtype = ports["current"].shape[1], ports["current"].dtype
        start = run["state"] or neuron.rest(neuron.parameters(*run["p"]))
        before = {
            name: torch.cat([torch.as_tensor(getattr(start, name), dtype=dtype).expand(1, N), x])
            for name, x in eager.variables.items()
        }
        steps = len(eager.spikes)

        def from_(part, rows):
            """The run's input at some steps, begun at the states before them; `rows` makes [T, N] of them."""
            state = neuron.state(**{name: x[part] for name, x in before.items()})
            return run | {"state": state} | {port: rows(x[part]) for port, x in ports.items()}

        if steps:
            found = simulate(neuron, **from_(slice(0, steps), lambda x: x[None]), backend="llvm")
            states = {name: x[:steps] for name, x in before.items()}
            compare(found, eager, states, added(neuron, before, run), dtype, angles)
        if expected:
            _, failure = outcome(neuron, "llvm", **from_(steps, lambda x: x[None]))
            assert failure is not None
            assert failure[:2] == expected[:2]

    check()


def added(neuron, before: dict, run: dict) -> dict:
    """What a step adds to each variable by itself, while all others and the input are 0 and cancel nothing of it."""
    steps = len(run["current"])
    p = neuron.parameters(*run["p"])
    found = {}
    for name, x in before.items():
        alone = neuron.state(**{other: x if other == name else torch.zeros_like(x) for other in before})
        change = torch.as_tensor(getattr(neuron.flow(alone, torch.zeros_like(x), p), name))
        found[name] = (run["dt"] * change).expand_as(x)[:steps].abs().nan_to_num(0.0, 0.0, 0.0)
    return found


def compare(found: Recording, eager: Recording, before: dict, alone: dict, dtype: torch.dtype, angles: bool) -> None:
    """A unit in the last place of exp is one of what a step adds, and where that cancels, more of what is left.

    So 80 units, 1e-5 and 2e-14, of the greatest number at hand; and spikes are the same. What a step adds is at hand
    too: a synaptic current may cancel an upstroke of a thousand times the membrane's potential. Of an angle beyond
    FAR, sines are those of a number next to it.
    """
    tolerance = 80 * torch.finfo(dtype).eps
    assert torch.equal(found.spikes[0], eager.spikes)
    for name, x in eager.variables.items():
        size = torch.maximum(torch.maximum(x.abs(), before[name].abs()), alone[name][: len(x)])
        near = before[name].abs() < FAR if angles else torch.ones_like(x, dtype=torch.bool)
        assert ((found.variables[name][0] - x).abs() <= tolerance * size)[near].all(), name
