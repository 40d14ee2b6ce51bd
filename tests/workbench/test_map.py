"""The pane of the map of two knobs, without a browser."""

import inspect
import re
from types import SimpleNamespace

import numpy as np
import pytest

from snnlab.analysis import rhythm, sweep, trace
from snnlab.analysis.map_patterns import PATTERNS
from snnlab.analysis.patterns import SIGNATURES
from snnlab.models import LI, LIF, PRESETS, Constant, Experiment, Izhikevich, Step
from snnlab.workbench import Explorer
from snnlab.workbench.panes import found_map
from snnlab.workbench.panes import map as panes
from snnlab.workbench.panes.found_map import COARSE
from snnlab.workbench.panes.layouts import layout_of
from snnlab.workbench.panes.map import COLOURS, MapPane
from snnlab.workbench.panes.ready_maps import READY
from tests.workbench.test_panes import shown

RUN, FINE = {"duration": 50.0}, 40
LATENCY = "latency~stimulus.amplitude~model.tau_mem"


def opened(experiment, value=""):
    """The explorer of an experiment, and the pane at rest."""
    explorer, made = Explorer(experiment=experiment), MapPane(lambda values: None)
    made.head.value = value
    made.rest(shown(explorer))
    return explorer, made


def image(made):
    return made.view.image.data["image"][0]


def do(made, **what):
    made.hand.done = {**what, "number": made.hand.done.get("number", 0) + 1}


@pytest.fixture
def sides(monkeypatch):
    """How many points each map had that was made; fine ones have few."""
    monkeypatch.setattr(found_map, "FINE", FINE)
    found, map_of = [], found_map.map_of
    for module in (found_map, panes):
        monkeypatch.setattr(module, "map_of", lambda *given: found.append(given[3]) or map_of(*given))
    return found


def test_a_fine_map_follows_a_coarse_one_and_stays_while_its_own_knobs_move(sides):
    experiment = Experiment(LIF(), Constant(amplitude=1.5), RUN)
    explorer, made = opened(experiment, LATENCY)
    assert sides == [COARSE, FINE]
    tau = LIF.annotation("tau_mem")
    spans = ("stimulus.amplitude", -2, 4, FINE), ("model.tau_mem", tau.low, tau.high, FINE)
    wanted = sweep(experiment, *spans, ("latency",))
    assert np.allclose(image(made), wanted.measures["latency"], equal_nan=True)
    do(made, at=[2.5, 30.0])
    assert explorer.experiment.stimulus.amplitude == 2.5 and explorer.experiment.model.tau_mem == 30.0
    made.rest(shown(explorer))
    assert sides == [COARSE, FINE]
    assert made.view.here.data == {"x": [2.5], "y": [30.0]}
    explorer.experiment.model.v_th = 0.8
    made.fade()
    assert made.view.figure.styles["opacity"] == "0.4"
    made.rest(shown(explorer))
    assert sides == [COARSE, FINE] * 2 and made.view.figure.styles["opacity"] == "1"
    assert np.isfinite(image(made)).sum() > np.isfinite(wanted.measures["latency"]).sum()  # fires from 0.8 on


def test_a_box_computes_anew_and_menus_choose(sides):
    experiment = Experiment(Izhikevich(), Step(amplitude=10), RUN)
    _, made = opened(experiment, "rate~model.a~model.d")
    made._zoomed(SimpleNamespace(x0=0.05, x1=0.07, y0=-1e9, y1=5.0))
    x, y = made.known.map.x.values, made.known.map.y.values
    assert (x[0], x[-1], y[-1]) == pytest.approx((0.05, 0.07, 5.0)) and y[0] == Izhikevich.annotation("d").allowed[0]
    assert made.hand.zoomed and len(sides) == 4
    do(made, chosen=["cv", "model.a", "model.d"])
    assert len(sides) == 4 and made.hand.zoomed  # all measures are there
    do(made, whole=True)
    assert len(sides) == 6 and not made.hand.zoomed
    do(made, chosen=["cv", "stimulus.amplitude", "model.c"])
    assert len(sides) == 8 and made.head.value == "cv~stimulus.amplitude~model.c"
    assert layout_of(f"map:{made.head.value}")["map"].choice == made.head.value
    assert made.view.figure.xaxis.axis_label.startswith("amplitude A")


def test_patterns_have_colours_of_their_own(sides):
    preset = PRESETS["adex-2008-d"].experiment()
    _, made = opened(preset, "pattern~model.a~model.b")
    names, colours = zip(*made.hand.names)
    assert sides == [COARSE, FINE] and {"tonic bursting", "tonic spiking", "mixed mode"} <= set(names[:4])
    assert len(set(colours[:6])) == 6 and made.view.colours.palette == list(colours) and not made.view.bar.visible
    values = made.known.map.measures["pattern"]
    assert (np.array(names)[image(made).astype(int)] == values).all()
    kept = dict(made.hand.names)
    do(made, chosen=["rate", "model.a", "model.b"])
    assert made.hand.names == [] and made.view.bar.visible
    preset.stimulus.amplitude = 300.0
    do(made, chosen=["pattern", "model.a", "model.b"])
    assert all(kept.get(name, colour) == colour for name, colour in made.hand.names)  # whatever is frequent now


def test_each_pattern_has_a_colour_by_its_definition():
    """All that a rhythm may be called, as its code says, and all of the twenty."""
    assert len(set(COLOURS.values())) == len(COLOURS) == len(PATTERNS)
    said = re.findall(r'Rhythm\(f?"([^"]+)"', inspect.getsource(rhythm))
    assert len(said) > 10
    for name in said:
        assert any(re.fullmatch(re.sub(r"\{[^}]*\}", ".*", name), one) for one in rhythm.NAMES), name
    assert {one.pattern for one in SIGNATURES} <= set(PATTERNS)


def test_colours_of_patterns_are_the_same_in_another_session(sides):
    """Whatever was looked at before."""
    experiment = PRESETS["adex-2008-d"].experiment()
    _, first = opened(experiment, "pattern~model.a~model.b")
    experiment.stimulus.amplitude = 300.0
    _, second = opened(experiment, "pattern~model.a~model.tau_w")
    for name, colour in [*first.hand.names, *second.hand.names]:
        assert colour == COLOURS[name]


def test_a_cell_is_a_measure_where_it_was_recorded(sides):
    driven = PRESETS["lif-recorded"].experiment()
    _, made = opened(driven, "gamma~stimulus.gain~model.tau_mem")
    assert made.head.value.startswith("gamma~") and sides == [COARSE, FINE]
    assert {"gamma", "distance"} <= {name for name, _ in made.hand.measures}
    assert np.nanmax(image(made)) > 0.25  # somewhere it has more spikes of the cell than by chance
    made.rest(shown(Explorer(experiment=driven)))
    assert len(sides) == 2
    _, other = opened(Experiment(LIF(), Constant(amplitude=1.5), RUN), "gamma~stimulus.amplitude~model.tau_mem")
    assert other.head.value.startswith("rate~") and len(other.hand.measures) == len(made.hand.measures) - 2


def test_the_server_shows_a_trace_and_makes_files():
    experiment = Experiment(LIF(), Constant(amplitude=1.5), RUN)
    _, made = opened(experiment, LATENCY)
    do(made, look=[2.0, 8.0])
    result = Experiment(LIF(tau_mem=8.0), Constant(amplitude=2.0), RUN).run()
    assert np.array_equal(made.view.line.data["y"], trace(result.recording, result.definition, result.p))
    do(made, save="csv")
    assert made.hand.file["data"].splitlines()[0].startswith("amplitude,tau_mem (ms),rate (Hz)")
    do(made, save="nc")
    assert made.hand.file["name"] == "map-amplitude-tau_mem.nc" and made.hand.file["data"][:4] == b"\x89HDF"


def test_what_another_model_does_not_have_is_the_usual():
    experiment = Experiment(LIF(), Constant() + Step(), RUN)
    _, made = opened(experiment, "speed~model.a~model.d")
    assert made.head.value == "rate~stimulus.0.amplitude~model.tau_mem"
    assert ["stimulus.1.amplitude", "amplitude A, stimulus 2"] in made.hand.knobs
    assert not [name for name, _ in made.hand.knobs if name.startswith("initial.")]
    experiment.initial.v = 0.5
    _, made = opened(experiment, "latency~initial.v~run.noise")
    assert made.head.value == "latency~initial.v~run.noise"
    _, made = opened(Experiment(LI(), None, RUN))
    assert made.head.failed and made.head.note == "LI has no threshold: it never spikes"


def test_more_points_are_made_on_request(sides):
    _, made = opened(Experiment(LIF(), Constant(amplitude=1.5), RUN), LATENCY)
    assert made.hand.most == 1000
    told = []
    made.hand.param.watch(lambda event: told.append(event.new), "part")
    do(made, more=150)
    assert sides == [COARSE, FINE, 150] and image(made).shape == (150, 150)
    assert told[0] == "0%" and "100%" in told and told[-1] == ""


@pytest.mark.parametrize("ready", READY, ids=lambda one: one.title)
def test_ready_maps_show_what_they_say(ready, sides):
    look = layout_of(ready.layout)["map"]
    assert look.large and look.choice == f"{ready.measure}~{ready.x}~{ready.y}"
    _, made = opened(PRESETS[ready.preset].experiment(), look.choice)
    assert made.known.chosen == (ready.measure, ready.x, ready.y)
    assert len(np.unique(made.known.values)) >= 4
    made.head.large = True
    assert ready.address in [address for _, address, _ in made.hand.ready]
