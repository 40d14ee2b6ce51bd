"""Explorers and networks of neurons that are typed: as any other, also from a link."""

from snnlab.models import NETWORKS, Experiment, Step, model_of
from snnlab.models.typed import neuron
from snnlab.workbench import Explorer
from tests.models.typed.texts import FITZHUGH_NAGUMO, LIF

SHORT = {"duration": 20.0, "neurons": 1, "noise": 0.0}


def test_an_explorer_opens_from_a_link_that_holds_the_text():
    made = Experiment.of(model_of(neuron(FITZHUGH_NAGUMO))(tau=15), Step(amplitude=0.5), SHORT)
    explorer = Explorer(experiment=Experiment.from_query(made.to_query()))
    assert explorer.drawn is not None and explorer.experiment.diff(made) == {}
    assert explorer.equations.html and explorer.experiment.model.tau == 15.0


def test_a_network_of_typed_cells_comes_back_from_its_link():
    kind = next(kind for kind in NETWORKS.values() if kind.inner)
    slot = next(iter(kind.inner))
    made = Experiment(kind(**{slot: model_of(neuron(LIF))(tau_mem=15)}))
    again = Experiment.from_query(made.to_query())
    assert again.diff(made) == {} and getattr(again.model, slot).text == LIF
    assert Experiment.from_json(made.to_json()).diff(made) == {}
