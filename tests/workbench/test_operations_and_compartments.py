"""Explorers of operations on spikes and of compartments, without a browser."""

import re

import numpy as np
import pytest

import snnlab
from snnlab.models import COMPARTMENTS, OPERATIONS, PRESETS
from snnlab.workbench.pencil import table_of
from snnlab.workbench.scenes.operation import diagram
from snnlab.workbench.scenes.tree import places, tree_svg

FAMILIES = ("operation", "compartments")
KEYS = [key for key, preset in PRESETS.items() if preset.model.family in FAMILIES]


def source(explorer, row):
    return explorer.stack.plots[row].renderers[0].data_source.data


@pytest.mark.parametrize("key", KEYS)
def test_every_preset_is_shown(key):
    explorer = snnlab.explore(PRESETS[key].experiment())
    assert explorer.trouble.html == ""
    assert explorer.numbers.html.count("<tr ") >= 1
    assert set(explorer.stack.shown) == set(explorer.stack.rows)


def test_a_diagram_has_the_edges_of_its_lines_and_gaps_between():
    """A line is 0.7 of a row high, its row counted from the top, and stands from step to step."""
    found = diagram([np.array([0.0, 0.0, 1.0, 1.0, 0.0]), np.array([1.0, 1.0, 1.0, 1.0, 1.0])], 0.5)
    first, second = found.y[:7], found.y[7:]
    np.testing.assert_allclose(first[:6], [1.35, 1.35, 0.65, 0.65, 1.35, 1.35], rtol=1e-6)
    np.testing.assert_allclose(found.t[:6], [0.5, 1.5, 1.5, 2.5, 2.5, 2.5])
    np.testing.assert_allclose(second[:2], [1.65, 1.65], rtol=1e-6)
    assert np.isnan([first[-1], second[-1]]).all()
    assert found.frame == (2.5, 0.5)


def test_spikes_are_set_typed_and_refused():
    explorer = snnlab.explore(PRESETS["logicgates-hand"].experiment())
    ticks = explorer.sidebar.ticks
    assert list(explorer.sidebar.drawing) == [ticks]
    assert ticks.plot == f"{explorer.stack.name}.raster"
    ticks.drawn = {"number": 1, "points": [[10.0, 0], [10.0, 1], [40.5, 1]]}
    assert explorer.experiment.stimulus.source == ((10.0, 0.0), (10.0, 1.0), (40.5, 1.0))
    np.testing.assert_allclose(sorted(source(explorer, "raster")["t"]), [10.2, 10.2, 40.6], atol=1e-4)
    ticks.drawn = {"number": 2, "points": ["5, 7.5", "3"]}
    assert explorer.experiment.stimulus.source == ((3.0, 1.0), (5.0, 0.0), (7.5, 0.0))
    ticks.drawn = {"number": 3, "points": ["5, -1", "3"]}
    assert "time = -1 is not allowed: give a number from 0" in ticks.message
    assert ticks.told == {"number": 3, "points": [[3.0, 1.0], [5.0, 0.0], [7.5, 0.0]]}


def test_a_page_is_told_how_to_sample_spikes_that_a_hand_sets():
    experiment = PRESETS["logicgates-hand"].experiment()
    assert table_of(experiment) == {"trains": ["spikes", "current"], "dt": 0.2}
    assert table_of(PRESETS["logicgates-clocks"].experiment()) is None


def test_another_stimulus_takes_the_fields_away():
    explorer = snnlab.explore(PRESETS["logicgates-hand"].experiment())
    explorer.sidebar.kind_menu.value = "two clocks"
    assert not explorer.sidebar.drawing.visible
    assert explorer.sidebar.ticks.plot == ""
    explorer.sidebar.kind_menu.value = "two trains, by clicks"
    assert explorer.sidebar.drawing.visible
    assert explorer.sidebar.ticks.told["points"] == []


def test_the_window_of_coincidence_stands_beside_that_of_theory():
    explorer = snnlab.explore(PRESETS["coincidence-hand"].experiment())
    assert "4.24 ms" in explorer.numbers.html
    x, y = (explorer.curve.source.data[name] for name in "xy")
    assert abs(x[y > 0]).max() == pytest.approx(4.24, abs=0.4)


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_without_a_line_have_no_curve(name):
    explorer = snnlab.explore(OPERATIONS[name]())
    assert explorer.curve_box.visible == bool(OPERATIONS[name].definition.lines)


def test_colours_and_lines_are_of_the_same_potentials():
    explorer = snnlab.explore(PRESETS["passivecable-steady"].experiment())
    run = explorer.experiment.run().recording
    v = np.stack([x.flatten().numpy() for x in run.variables.values()])
    image = source(explorer, "heat")["image"][0]
    np.testing.assert_array_equal(image, v[:, :: v.shape[1] // 400])
    y = source(explorer, "ladder")["y"].reshape(10, -1)[:, :-1]
    span = v.max() - v.min()
    np.testing.assert_allclose(np.arange(1, 11)[:, None] + 0.9 * (0.5 - (image - v.min()) / span), y, rtol=1e-5)
    assert explorer.stack.plots["heat"].title.text == f"Potential, dark to bright: 0 to {v.max():.3g}"


def test_theory_stands_beside_a_passive_cable_and_no_other():
    passive = snnlab.explore(PRESETS["passivecable-steady"].experiment())
    found, theory = passive.curve.source.data["y"], passive.curve.theory.data["y"]
    np.testing.assert_allclose(found, theory, rtol=2e-3, atol=1e-4)
    assert "2.02" in passive.numbers.html  # 1 / arccosh(1 + 1/8)
    axon = snnlab.explore(PRESETS["hodgkinhuxleycable-travels"].experiment())
    assert len(axon.curve.theory.data["x"]) == 0
    titles = [explorer.curve.figure.title.text for explorer in (passive, axon)]
    assert titles == ["Largest potential; dashed: theory", "Largest potential"]
    passive.load(PRESETS["fitzhughnagumocable-fails"].experiment())
    assert len(passive.curve.theory.data["x"]) == 0


def test_knobs_of_compartments_come_before_those_of_the_membrane():
    for kind in COMPARTMENTS.values():
        explorer = snnlab.explore(kind())
        groups = explorer.scene.groups(kind())
        assert list(groups) == ["Compartments", "Membrane"]
        assert {*groups["Compartments"], *groups["Membrane"]} == {*kind.shown.values()}


@pytest.mark.parametrize(("shape", "count"), [("chain", 20), ("fork", 15), ("star", 20), ("star", 2), ("chain", 1)])
def test_a_tree_is_drawn_within_its_frame_and_no_circle_over_another(shape, count):
    svg = tree_svg(shape, count, 3, np.linspace(0, 1, count))
    width, height = map(float, re.search(r"viewBox='0 0 (\d+) (\d+)'", svg).groups())
    circles = [tuple(map(float, one)) for one in re.findall(r"cx='([\d.]+)' cy='([\d.]+)' r='([\d.]+)'", svg)]
    assert len(circles) == count
    assert width <= 281
    for k, (x, y, r) in enumerate(circles):
        assert r <= x <= width - r
        assert r <= y <= height - r
        for u, v, _ in circles[:k]:
            assert np.hypot(x - u, y - v) > 2 * r - 0.5


def test_branches_lie_apart():
    assert places((-1, 0, 0)) == [(0.0, 0.0), (1.0, -1.0), (1.0, 1.0)]
    assert len(set(places((-1, 0, 0, 0, 0)))) == 5
