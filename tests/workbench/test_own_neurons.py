"""Explorers of neurons that run and of which not all can be derived: what cannot be had says so in its place."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from snnlab.models import Experiment, Step, model_of
from snnlab.workbench import Explorer
from snnlab.workbench.panes.plane import PhasePane
from tests.analysis.written_out import FITZHUGH_NAGUMO, HODGKIN_HUXLEY, PHASE, FitzHughNagumoState
from tests.workbench.test_panes import rested

TABLE = torch.linspace(-1, 1, 61, dtype=torch.float64) ** 3


def bell(s, I, p):
    return FitzHughNagumoState(1000 * (3 * torch.erf(s.v) - s.v - s.w + I), 80 * (s.v + 0.7 - 0.8 * s.w))


def both(s, I, p):
    return FitzHughNagumoState(1000 * (s.v - s.v**3 / 3 - s.w + I), 80 * (s.v + 0.7 - torch.sinh(s.w)))


def look_up(s, I, p):
    cubic = 9 * TABLE[((s.v + 3) * 10).clamp(0, 60).long()]
    return FitzHughNagumoState(1000 * (s.v - cubic - s.w + I), 80 * (s.v + 0.7 - 0.8 * s.w))


def gamma(s, I, p):
    return FITZHUGH_NAGUMO.flow(s, I + 0.0 * torch.lgamma(s.v * s.v + 1), p)


def named(name, flow):
    return replace(FITZHUGH_NAGUMO, name=name, flow=flow)


NEURONS = {
    HODGKIN_HUXLEY: (r"\frac{dn}{dt}", ""),
    named("Bell", bell): (r"\operatorname{erf}", ""),
    named("Both", both): (r"\sinh", ""),
    named("LookUp", look_up): ("the operation 'index' takes a list of tensors", ""),
    named("Gamma", gamma): ("the operation 'lgamma' has no counterpart in algebra", ""),
    PHASE: (r"\frac{d\mathrm{phase}}{dt}", "Phase has no v, but phase"),
}


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_what_runs_opens(neuron):
    """Also where nothing spikes; the plane is there unless a sentence says what it lacks."""
    equation, lack = NEURONS[neuron]
    settings = {"duration": 20.0, "neurons": 1, "noise": 0.0}
    experiment = Experiment.of(model_of(neuron)(), Step(amplitude=0.0), settings)
    explorer = Explorer(experiment=experiment)
    assert explorer.drawn is not None and not len(explorer.drawn.spikes)
    told = " ".join(experiment.model.equations()).replace(r"} \text{", " ")
    assert equation in told and explorer.equations.html
    pane = rested(PhasePane, explorer)
    assert pane.head.failed == bool(lack) and pane.head.note.startswith(lack or "I = 0")
    if not lack:
        assert len(pane.view.points.data["x"]) > 0


def test_a_line_without_reset_is_not_broken():
    settings = {"duration": 60.0, "neurons": 1, "noise": 0.0, "integrator": "exponential Euler"}
    experiment = Experiment.of(model_of(HODGKIN_HUXLEY)(), Step(amplitude=15.0, onset=0.0, length=60.0), settings)
    explorer = Explorer(experiment=experiment)
    pane = rested(PhasePane, explorer)
    assert len(explorer.drawn.spikes) > 2 and len(pane.view.run.data["x"]) > 100
    assert not np.isnan(np.asarray(pane.view.run.data["x"])).any()


def test_the_menu_offers_what_is_shown():
    """A browser picks the first model of a menu that does not have the present one."""
    explorer = Explorer(experiment=Experiment.of(model_of(HODGKIN_HUXLEY)(), None, {"duration": 10.0}))
    menu = explorer.sidebar.model_menu
    assert menu.value == "WrittenHodgkinHuxley" in menu.values
    assert menu.groups["Your own"] == {"Hodgkin-Huxley": "WrittenHodgkinHuxley"}
    menu.value = "LIF"
    assert type(explorer.experiment.model).__name__ == "LIF"
    menu.value = "WrittenHodgkinHuxley"
    assert explorer.experiment.model.neuron is HODGKIN_HUXLEY


def test_a_word_on_equations_is_in_their_place():
    neuron = next(one for one in NEURONS if one.name == "Gamma")
    explorer = Explorer(experiment=Experiment.of(model_of(neuron)(), Step(), {"duration": 10.0}))
    told = explorer.equations.html.replace("\xa0", " ")
    assert "no equations: the operation 'lgamma'" in told and explorer.equations_title.object.visible
