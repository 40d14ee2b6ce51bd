"""What variables and parameters do, as the papers of these neurons say it."""

import pytest

from snnlab import functional as F
from snnlab.models import NEURONS
from snnlab.symbolic.roles import parameter_roles, variable_roles
from snnlab.workbench.scenes.neuron import NeuronScene

GROUPS = {
    "AdEx": {  # Brette, Gerstner 2005
        "Membrane": ["C", "g_L", "E_L", "V_T", "Delta_T"],
        "Threshold and reset": ["V_peak", "V_r"],
        "Adaptation current": ["a", "tau_w", "b"],
    },
    "Izhikevich": {  # Izhikevich 2004
        "Membrane": ["sq", "mn", "bias", "tau"],
        "Threshold and reset": ["c", "v_th"],
        "Recovery variable": ["a", "b", "d"],
    },
    "AdExCondExp": {
        "Membrane": ["C", "g_L", "E_L", "V_T", "Delta_T"],
        "Threshold and reset": ["V_peak", "V_r"],
        "Adaptation current": ["a", "tau_w", "b"],
        "Synapse": ["tau_e", "E_e", "tau_i", "E_i"],
    },
    "LIFRefrac": {
        "Membrane": ["tau_mem", "v_leak"],
        "Threshold and reset": ["v_th", "v_reset"],
        "Refractory period": ["t_ref"],
        "Synapse": ["tau_syn"],
    },
}


@pytest.mark.parametrize("name", GROUPS)
def test_knobs_stand_with_what_they_move(name):
    found = NeuronScene.groups(NEURONS[name]())
    assert found == GROUPS[name] and list(found) == list(GROUPS[name])


@pytest.mark.parametrize("kind", NEURONS.values(), ids=NEURONS)
def test_every_knob_has_a_group_and_every_neuron_a_family(kind):
    neuron, shown = kind.definition, NeuronScene.groups(kind())
    names = [name for group in shown.values() for name in group]
    assert len(names) == len(set(names)) == len(parameter_roles(neuron))
    assert next(iter(variable_roles(neuron).values())).part == "membrane"
    assert sum(neuron.name in names for names in NeuronScene.families().values()) == 1


def test_neurons_stand_in_their_families():
    one, two, currents, silent = NeuronScene.families().values()
    assert two[:5] == ["LIFAdEx", "LIFAdExRefrac", "LSNN", "AdaLIF", "AdEx"] and "FitzHughNagumo" in two
    assert {"LIF", "QIF", "Theta"} < set(one) and silent == ["LI", "LIBox"]
    assert set(currents) == {neuron.name for neuron in F.NEURONS if neuron.parts} and "HodgkinHuxley" in currents


def test_a_temperature_is_the_membranes():
    assert parameter_roles(F.HodgkinHuxley)["T"].part == "membrane"
    assert parameter_roles(F.MorrisLecar)["V_3"].part == "slow"
