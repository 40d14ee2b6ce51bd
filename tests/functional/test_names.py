"""The names that `snnlab.functional` offers, and what Norse's users find behind them."""

import inspect
import pickle
from importlib import import_module
from pkgutil import walk_packages

import pytest
import torch

from snnlab import functional
from snnlab.core import Nest, Neuron
from snnlab.functional import NEURONS, neurons

STEPS = sorted(
    name for name, value in vars(functional).items() if inspect.isfunction(value) and hasattr(value, "neuron")
)
TUPLES = sorted(name for name, value in vars(functional).items() if inspect.isclass(value) and issubclass(value, tuple))
BEHAVIORS = sorted(
    name for name, value in vars(functional).items() if isinstance(value, functional.IzhikevichSpikingBehavior)
)

# How Norse 1.1.0 calls the arguments of its functions of neurons; code that gives them by name must run here as well.
ARGUMENTS = {
    "input_tensor state p dt": "coba_lif_feed_forward_step li_feed_forward_step li_box_feed_forward_step "
    "lif_feed_forward_integral lif_feed_forward_step_sparse lif_adex_refrac_feed_forward_step "
    "lif_box_feed_forward_step lif_refrac_feed_forward_step lsnn_feed_forward_step",
    "input_spikes state p dt": "iaf_feed_forward_step lif_feed_forward_step lif_adex_feed_forward_step "
    "lif_ex_feed_forward_step",
    "input_current s p dt": "izhikevich_feed_forward_step",
    "input s p dt": "lif_feed_forward_adjoint_step lif_feed_forward_adjoint_step_sparse "
    "lif_refrac_feed_forward_adjoint_step lsnn_feed_forward_adjoint_step",
    "input_spikes state input_weights p dt": "li_step li_box_step",
    "input_spikes state input_weights recurrent_weights p dt": "coba_lif_step iaf_step lif_step lif_step_sparse "
    "lif_adex_step",
    "input_tensor state input_weights recurrent_weights p dt": "lif_step_integral lif_adex_refrac_step lif_ex_step "
    "lif_refrac_step lif_refrac_step_sparse lsnn_step ada_lif_step",
    "input_current s input_weights recurrent_weights p dt": "izhikevich_recurrent_step",
    "input s input_weights recurrent_weights p dt": "lif_adjoint_step lif_adjoint_step_sparse lif_refrac_adjoint_step "
    "lif_refrac_adjoint_step_sparse lsnn_adjoint_step",
    "input_tensor state g_coupling p dt": "lif_mc_feed_forward_step lif_mc_refrac_feed_forward_step",
    "input_tensor state input_weights recurrent_weights g_coupling p dt": "lif_mc_step lif_mc_refrac_step",
    "input s input_weights recurrent_weights g_coupling p dt": "lif_mc_adjoint_step lif_mc_refrac_adjoint",
    "input_current voltage p dt": "lif_current_encoder lif_ex_current_encoder",
    "input_current voltage adaptation p dt": "lif_adex_current_encoder",
    "state z_new v_new p": "compute_refractory_update",
    "a b c d v_rest u_rest tau_inv": "create_izhikevich_spiking_behavior",
}
NORSE = {name: arguments.split() for arguments, names in ARGUMENTS.items() for name in names.split()}


def test_lists_are_not_empty():
    """The tests below run over these."""
    assert len(STEPS) >= 54
    assert len(TUPLES) >= 41
    assert len(BEHAVIORS) == 20
    assert len(NORSE) == 49


@pytest.mark.parametrize("name", STEPS)
def test_every_step_is_norses_or_called_after_its_neuron(name):
    """lif_box_step of LIFBox; modules are named by it."""
    assert name in NORSE or name.replace("_", "").startswith(getattr(functional, name).neuron.name.lower())


@pytest.mark.parametrize("name", NORSE)
def test_arguments_are_called_as_in_norse(name):
    assert list(inspect.signature(getattr(functional, name)).parameters) == NORSE[name]


@pytest.mark.parametrize("name", STEPS)
def test_dt_is_a_millisecond_unless_given(name):
    """Or the neuron's own, where a millisecond is far too long."""
    step = getattr(functional, name)
    arguments = inspect.signature(step).parameters
    assert arguments["dt"].default == step.neuron.step == (0.001 if step.neuron.dt >= 0.1 else step.neuron.dt / 1000)
    needs = {"input_weights", "recurrent_weights", "g_coupling"} & arguments.keys()
    assert all(arguments[key].default is inspect.Parameter.empty for key in needs)


def test_both_neurons_with_a_refractory_period_have_an_update():
    from snnlab.functional.neurons import lif_adex_refrac, lif_refrac

    assert functional.compute_refractory_update is lif_refrac.compute_refractory_update
    arguments = inspect.signature(lif_adex_refrac.compute_refractory_update).parameters
    assert list(arguments) == NORSE["compute_refractory_update"]


@pytest.mark.parametrize("name", STEPS)
def test_a_function_is_called_what_it_is_found_by(name):
    """What help() and tracebacks say must be a name that exists, and lead to the same function."""
    function = getattr(functional, name)
    assert getattr(functional, function.__name__) is function
    assert function.__module__.startswith("snnlab.functional.neurons.")


@pytest.mark.parametrize("name", STEPS)
def test_a_function_says_what_it_does(name):
    """In words: the neuron's own, its source, what comes back. Equations are printed from the definition, not typed."""
    function = getattr(functional, name)
    doc = function.__doc__
    assert function.neuron.doc in doc
    assert f"Source: {function.neuron.source}" in doc
    assert "dt in s" in doc
    assert doc.split("\n")[0].endswith(".")
    assert not any(sign in doc for sign in ("\\frac", "$", "dv/dt", ":math:"))


@pytest.mark.parametrize("name", STEPS)
def test_a_function_can_be_pickled(name):
    """By name, as workers need it; so it must be found where it says that it is."""
    function = getattr(functional, name)
    assert pickle.loads(pickle.dumps(function)) is function


def test_every_neuron_is_listed():
    """All that a file of neurons defines, once."""
    files = [import_module(info.name) for info in walk_packages(neurons.__path__, neurons.__name__ + ".")]
    found = {id(value): value for file in files for value in vars(file).values() if isinstance(value, Neuron)}
    assert len(files) >= 18
    assert {neuron.name for neuron in found.values()} == {neuron.name for neuron in NEURONS}
    assert len(found) == len(NEURONS)


def filled(cls):
    """A tuple with a number in every leaf."""
    nest = Nest(cls)
    parts = nest.inner if not nest.flat else [None] * len(cls._fields)
    return cls(*(filled(part.fields) if part else k + 1.0 for k, part in enumerate(parts)))


@pytest.mark.parametrize("name", TUPLES)
def test_tuples_can_be_pickled(name):
    """Workers and files need them."""
    value = filled(getattr(functional, name))
    again = pickle.loads(pickle.dumps(value))
    assert again == value
    assert type(again) is getattr(functional, name)


def test_tuples_of_tuples_are_filled_all_through():
    """The test above would say little about a nested tuple of numbers."""
    value = filled(functional.LIFAdExRefracState)
    assert type(value.lif_adex) is functional.LIFAdExState
    assert pickle.loads(pickle.dumps(value)).lif_adex.a == 4.0


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
@pytest.mark.parametrize("fields", ["parameters", "state"])
def test_tuples_of_a_definition_can_be_pickled(neuron, fields):
    """Those that nobody has imported by name as well: experiments take them to workers."""
    value = filled(getattr(neuron, fields))
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
