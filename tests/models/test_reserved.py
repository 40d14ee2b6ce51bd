"""Names that mean something already: no class is made with them, and scripts have no words besides."""

import ast
from dataclasses import replace
from typing import Annotated

import pytest
from torch import Tensor

from snnlab import functional as F
from snnlab.core import Quantity
from snnlab.core.tuples import extended
from snnlab.models import INTEGRATORS, NEURONS, Experiment, model_of, stimuli_of
from snnlab.models.reserved import in_script


def with_parameter(name):
    mark = Quantity("1", low=0, high=1, doc="something")
    return replace(F.LIF, name="Mine", parameters=extended(F.LIFParameters, "Mine", "parameters", **{name: (
        Annotated[Tensor, mark], 0.5)}))  # fmt: skip


@pytest.mark.parametrize(
    ("name", "meaning"),
    {
        "v": "a variable of its state",
        "I": "the input current",
        "values": "an attribute of what is made of it",
        "mvolt": "a word of Brian2",
        "crossed": "a word of scripts",
        "encoder": "a family in links",
    }.items(),
)
def test_no_model_is_made_with_a_name_that_means_something_else(name, meaning):
    with pytest.raises(ValueError) as error:
        model_of(with_parameter(name))
    assert str(error.value) == f"MineParameters.{name} is called {name!r}, which is {meaning}: give it another name"


def bound(script):
    """The names that a script gives a meaning."""
    for node in ast.walk(ast.parse(script)):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.alias(name=name, asname=None) | ast.alias(asname=name):
                yield name
            case ast.FunctionDef(name=name):
                yield name


@pytest.mark.parametrize("integrator", INTEGRATORS)
@pytest.mark.parametrize("kind", NEURONS.values(), ids=NEURONS)
def test_scripts_have_no_words_besides(kind, integrator):
    """But for numbers of the stimulus, which are refused when a script is made."""
    constant = stimuli_of(kind().port)["Constant"]()
    script = Experiment.of(kind(), constant, {"noise": 0, "integrator": integrator}).script("brian2")
    state = kind.neuron.state._fields
    own = {*state, *kind.shown, *kind.shown.values()}
    others = {name for name in bound(script) if name not in own and not in_script(name, state)}
    assert others <= {"I", "numpy", "matplotlib.pyplot"}


def test_a_parameter_and_a_number_of_the_input_have_two_names():
    neuron = with_parameter("I_amplitude")
    neuron = replace(neuron, flow=lambda s, I, p: F.LIF.flow(s, I * p.I_amplitude, p))
    model = model_of(neuron)()
    assert Experiment.of(model, stimuli_of(model.port)["Constant"](), {"noise": 0}).script("brian2")
    with pytest.raises(ValueError, match="the parameter I_amplitude cannot be expressed in Brian2"):
        Experiment.of(model, stimuli_of(model.port)["Sine"](), {"noise": 0}).script("brian2")
