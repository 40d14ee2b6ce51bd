"""Symbols in the equations know their knobs."""

import re

import pytest

from snnlab.models import LIF, NEURONS, STIMULI, Constant, Experiment, Knob, Sine, Step
from snnlab.workbench.cards import equations_html
from snnlab.workbench.symbols import symbols_of


def named(experiment):
    """The names of knobs in the equations, in order, with the text of their symbols."""
    lines = experiment.model.equations() + experiment.stimulus.equations()
    html = equations_html(lines, symbols_of(experiment))
    found = re.findall(r'<(\w+) data-knob="([^"]*)">(.*?)</\1>', html)
    return {name: re.sub("<[^>]*>", "", text) for _, name, text in found}


@pytest.mark.parametrize("kind", NEURONS.values(), ids=NEURONS)
def test_every_knob_of_a_neuron_is_found_in_its_equations(kind):
    found = named(Experiment.of(kind()))
    numbers = [name for name in kind.of_part("run") if isinstance(kind.param[name], Knob)]
    assert [name for name in numbers if f"model.{name}" not in found] == []


FORMULAS = {
    name: kind for name, kind in STIMULI.items() if kind.kind.formula is not None and LIF().port.offers(kind.kind)
}


@pytest.mark.parametrize("kind", FORMULAS.values(), ids=FORMULAS)
def test_every_knob_of_a_stimulus_is_found_in_its_formula(kind):
    found = named(Experiment.of(LIF(), kind()))
    numbers = [name for name in kind.names() if name != "source" and isinstance(kind.param[name], Knob)]
    assert [name for name in numbers if f"stimulus.{name}" not in found] == []


def test_of_several_stimuli_each_has_its_own():
    found = named(Experiment.of(LIF(), Constant() + Step() + Sine()))
    assert found["stimulus.0.amplitude"] == "A1" and found["stimulus.2.amplitude"] == "A3"
    assert found["stimulus.1.onset"] == "t0" and found["stimulus.2.mean"] == "I0,3"


def test_the_d_of_a_derivative_is_no_parameter():
    model = NEURONS["Izhikevich"]()
    html = equations_html(model.equations(), symbols_of(Experiment.of(model)))
    assert html.count('data-knob="model.d"') == 1, "in the reset alone"
