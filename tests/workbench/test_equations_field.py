"""Equations that are typed on a page."""

from snnlab.models import Experiment, model_of, neuron
from snnlab.workbench.equations_field import EXAMPLE, Typing
from snnlab.workbench.explorer import Explorer


def ask(field, text):
    field.asked = {"number": field.asked.get("number", 0) + 1, "text": text}


def test_the_example_runs_and_fires():
    model = model_of(neuron(EXAMPLE))()
    assert Experiment.of(model).run().recording.spikes.any()


def test_typed_equations_are_loaded_and_shown_again():
    loaded = []
    typing = Typing(loaded.append)
    ask(typing.field, EXAMPLE)
    (experiment,) = loaded
    assert experiment.model.text == EXAMPLE and experiment.settings.neurons == 20
    typing.hold(experiment.model)
    assert typing.field.text == EXAMPLE and typing.field.open and not typing.field.message


def test_a_fault_is_said_at_its_place_and_nothing_is_lost():
    loaded = []
    typing = Typing(loaded.append)
    wrong = EXAMPLE.replace("- w + I", "- q + I")
    ask(typing.field, wrong)
    assert not loaded
    assert typing.field.message.startswith("line 2: 'q' is not known") and "\n" not in typing.field.message
    assert wrong[typing.field.place] == "q"
    ask(typing.field, EXAMPLE)
    assert loaded


def test_an_explorer_takes_typed_equations_and_another_neuron_after_them():
    explorer = Explorer()
    sidebar = explorer.sidebar
    ask(sidebar.typing.field, EXAMPLE)
    assert explorer.experiment.model.definition.name == "Mine" == sidebar.model_menu.value
    assert "Mine" in sidebar.model_menu.labels
    sidebar.model_menu.value = "AdEx"
    assert explorer.experiment.model.definition.name == "AdEx" and not sidebar.typing.field.open
    sidebar.model_menu.value = "Mine"
    assert explorer.experiment.model.text == EXAMPLE


def test_only_neurons_are_typed():
    assert Explorer(family="plasticity").sidebar.typing is None
