"""The names that `snnlab.functional` offers, and what Norse's users find behind them."""

import inspect
import pickle

import pytest
import torch

from snnlab import functional
from snnlab.core import Neuron
from snnlab.functional import NEURONS

STEPS = sorted(
    name
    for name, value in vars(functional).items()
    if inspect.isfunction(value) and name.endswith(("_step", "_sparse", "_integral"))
)
TUPLES = sorted(name for name, value in vars(functional).items() if inspect.isclass(value) and issubclass(value, tuple))
BEHAVIORS = sorted(
    name for name, value in vars(functional).items() if isinstance(value, functional.IzhikevichSpikingBehavior)
)


def test_lists_are_not_empty():
    """The tests below run over these."""
    assert len(STEPS) == 8
    assert len(TUPLES) == 7
    assert len(BEHAVIORS) == 20


@pytest.mark.parametrize("name", STEPS)
def test_a_function_is_called_what_it_is_found_by(name):
    """What help() and tracebacks say must be a name that exists."""
    assert getattr(functional, name).__name__ == name


@pytest.mark.parametrize("name", STEPS)
def test_a_function_says_what_it_does(name):
    doc = getattr(functional, name).__doc__
    assert any(neuron.doc in doc and neuron.source in doc for neuron in NEURONS)


def test_every_neuron_is_listed():
    assert {value.name for value in vars(functional).values() if isinstance(value, Neuron)} == {n.name for n in NEURONS}


@pytest.mark.parametrize("name", TUPLES)
def test_tuples_can_be_pickled(name):
    """Workers and files need them."""
    cls = getattr(functional, name)
    value = cls(*(k + 1.0 for k in range(len(cls._fields))))
    assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize("name", BEHAVIORS)
def test_behaviors_run(name):
    """As Norse's users run them: parameters and state are in one tuple."""
    behavior = getattr(functional, name)
    assert behavior.s.v.requires_grad
    _, state = functional.izhikevich_feed_forward_step(torch.tensor(10.0), behavior.s, behavior.p, 0.001)
    assert state.v.isfinite()
    assert state.v.item() != behavior.s.v.item()


def test_integrals_and_steps_take_the_same_arguments():
    """(input, state, [weights,] p, dt), and p and dt by name as well."""
    zero = torch.zeros(2)
    state = functional.LIFFeedForwardState(zero, zero)
    by_place = functional.lif_feed_forward_step(zero + 1, state, functional.LIFParameters(), 0.002)
    by_name = functional.lif_feed_forward_step(zero + 1, state, p=functional.LIFParameters(), dt=0.002)
    assert all(map(torch.equal, by_place[1], by_name[1]))
    usual = functional.lif_feed_forward_step(zero + 1, state)
    assert torch.equal(usual[1].v, functional.lif_feed_forward_step(zero + 1, state, dt=0.001)[1].v)
