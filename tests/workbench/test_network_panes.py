"""Panes of networks without a browser: what their pictures are fed, and what a click does."""

import numpy as np
import pytest

from snnlab.analysis import pulse_packets, states, variability
from snnlab.models import PRESETS, Brunel, Experiment, FeedForward, LSNNetwork, Population
from snnlab.workbench import Explorer
from snnlab.workbench.panes import layout_of
from snnlab.workbench.panes.connections import ConnectionPane
from snnlab.workbench.panes.layouts import layouts_of
from snnlab.workbench.panes.packets import PacketPane
from snnlab.workbench.panes.raster import RasterPane
from snnlab.workbench.panes.regimes import STORED, RegimePane
from snnlab.workbench.panes.variability import RATES, VariabilityPane
from tests.workbench.test_panes import rested, shown

SMALL = {"N_E": 160, "N_I": 40, "C_E": 40, "C_I": 10, "J": 0.5, "g": 5.0, "eta": 2.0}


@pytest.fixture(scope="module")
def explorer():
    return Explorer(experiment=Experiment.of(Brunel(**SMALL), None, {"duration": 200.0}))


def test_inhibitory_neurons_are_below_in_both_rasters(explorer):
    spikes = explorer.drawn.result.recording.spikes.numpy()
    data = explorer.drawn.data["raster"]
    assert sorted(data.y) == sorted(((np.argwhere(spikes)[:, 1] + 40) % 200 + 1).tolist())
    (image,) = rested(RasterPane, explorer).view.source.data["image"]
    assert len(image) == 120 and (image[:24] <= 0).all() and (image[24:] >= 0).all()
    assert (image[:24] < 0).any() and (image[24:] > 0).any()


def test_variability_over_neurons(explorer):
    made = rested(VariabilityPane, explorer)
    found = variability(explorer.drawn.result.recording)
    assert made.view.bars.data["top"].sum() == np.isfinite(found.cv).sum()
    told = dict((name, number) for name, number, _ in made.head.numbers)
    assert float(told["CV"]) == pytest.approx(np.nanmean(found.cv), abs=0.006)
    measured = {one.name: one.value for one in explorer.drawn.numbers}
    assert measured["Synchrony χ of 200"].startswith(told["χ"]), "the same number has the same name"
    made.head.value = RATES
    assert made.view.bars.data["top"].sum() == 200


def test_the_plane_follows_the_network_and_a_click_moves_it():
    explorer = Explorer(experiment=Experiment.of(Brunel(**SMALL), None, {"duration": 50.0}))
    made = rested(RegimePane, explorer)
    assert made.view.here.data == {"x": [5.0], "y": [2.0]}
    assert f"{float(states(5.0, 2.0, (40, 0.25, 0.5, 1.5)).rate):.3g} Hz by mean field" in made.head.note
    made._tapped(type("Event", (), {"x": 6.0049, "y": 9999.0}))
    model = explorer.experiment.model
    assert model.g == 6.0 and model.eta == 100.0, "within bounds"
    made.follow(shown(explorer))
    assert made.view.here.data == {"x": [6.0], "y": [100.0]}
    made.fade()
    assert made.view.figure.styles["opacity"] == "1"
    model.J = 0.4
    made.fade()
    assert made.view.figure.styles["opacity"] == "0.4", "the map is of another network"
    assert made.view.dots.data["x"] == []
    made.head.value = STORED
    assert len(made.view.dots.data["x"]) == 72


def test_connections_are_those_of_the_run():
    explorer = Explorer(experiment=Experiment.of(LSNNetwork(size=20), None, {"duration": 20.0}))
    made = rested(ConnectionPane, explorer)
    weights = explorer.experiment.model.connections(explorer.experiment).numpy()
    (image,) = made.view.source.data["image"]
    assert image / 127 == pytest.approx(weights / abs(weights).max(), abs=0.5 / 127 + 1e-6)
    assert made.head.note.startswith(f"strongest {abs(weights).max():.3g}")


@pytest.mark.parametrize("model", [Population(size=5), FeedForward(inputs=5, outputs=4)])
def test_a_network_without_synapses_between_its_neurons_has_none(model):
    explorer = Explorer(experiment=Experiment.of(model, None, {"duration": 20.0}))
    made = rested(ConnectionPane, explorer)
    assert made.head.note == "no neuron sends another one anything" and not made.view.figure.visible
    assert not rested(RegimePane, explorer).suits(shown(explorer))


@pytest.mark.parametrize("name", layouts_of("network"))
def test_layouts_of_networks(name):
    explorer = Explorer(preset=PRESETS["lsnn-memory"])
    explorer.panes.open(layout_of(name, "network"))
    assert explorer.panes.layout == name
    assert explorer.panes.query == ("" if name == "plane" else name)


def test_a_volley_is_followed_from_pool_to_pool():
    explorer = Explorer(preset=PRESETS["synfire-survives"])
    made = rested(PacketPane, explorer)
    found = pulse_packets(explorer.drawn.result.recording)
    assert made.suits(shown(explorer))
    assert made.view.dots.data["y"].tolist() == found.spikes.tolist()
    assert made.head.note.startswith(f"first {found.spikes[0]} in ")
