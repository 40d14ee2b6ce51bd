"""A stimulus that a hand draws, without a browser: what the page is told, what of it is taken, and what is refused."""

import numpy as np
import pytest

from snnlab.models import PRESETS, Experiment
from snnlab.workbench import Explorer
from snnlab.workbench.here import Part

STROKE = [[9.9, 0], [10, 1.5], [60, 1.5], [60.1, 0]]


@pytest.fixture
def explorer():
    found = Explorer(preset=PRESETS["lif-constant"])
    found.sidebar.kind_menu.value = "drawn by hand (points)"
    return found


def draw(explorer, points):
    """As the page tells it, whose numbers count what a hand does."""
    pencil = explorer.sidebar.pencil
    pencil.drawn = {"number": pencil.number + 1, "points": points}


def test_what_is_drawn_drives_the_neuron(explorer):
    pencil = explorer.sidebar.pencil
    assert pencil.plot == explorer.stack.plots["I"].name
    current = explorer.experiment.stimulus.drives.current
    assert (pencil.low, pencil.high) == (current.low, current.high)
    assert explorer.drawn.data["I"].y.max() == 0 and len(explorer.drawn.spikes) == 0
    draw(explorer, STROKE)
    experiment = explorer.experiment
    assert experiment.stimulus.source == tuple(map(tuple, STROKE))
    # the interval is tau ln(I / (I - v_th)) = 10.99 ms, of which 50 ms have four
    assert len(explorer.drawn.spikes) == 4 and 20 < explorer.drawn.spikes[0] < 21.5
    assert Experiment.from_query(experiment.to_query()).diff(experiment) == {}
    draw(explorer, [])
    assert len(explorer.drawn.spikes) == 0


def test_its_plot_keeps_its_frame_where_little_is_drawn(explorer):
    frame = explorer.stack.plots["I"].y_range
    before = frame.start, frame.end
    draw(explorer, [[0, 0.5], [100, 0.6]])
    assert (frame.start, frame.end) == before
    explorer.sidebar.load_preset("lif-step")
    assert explorer.sidebar.pencil.plot == "" and not explorer.sidebar.drawing.visible
    assert explorer.stack.rows["I"].fit


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([["ten", "1"]], "time = 'ten' is not a number: give one from 0 to 1e+06 ms (time of a point)"),
        ([["-5", "1"]], "time = -5 is not allowed: give a number from 0 to 1e+06 ms (time of a point)"),
        ([["5", "1e9"]], "value = 1e9 is not allowed: give a number from -1000 to 1000 (current at a point)"),
        ([["5", "nan"]], "value = nan is not allowed: give a number from -1000 to 1000 (current at a point)"),
        ([["5", "1"], ["5", "2"]], "two points are at 5 ms: give each a time of its own"),
    ],
)
def test_points_that_are_refused_say_why_and_nothing_is_lost(explorer, points, words):
    draw(explorer, STROKE)
    draw(explorer, points)
    pencil = explorer.sidebar.pencil
    assert pencil.message == words
    assert explorer.experiment.stimulus.source == tuple(map(tuple, STROKE))
    assert pencil.told == {"number": pencil.number, "points": STROKE}
    draw(explorer, [["0,01 s", "1,5"], ["5", "0"]])  # typed in another unit, in whatever order
    assert pencil.message == "" and explorer.experiment.stimulus.source == ((5, 0), (10, 1.5))


def test_an_undo_is_shown_where_it_was_drawn(explorer):
    draw(explorer, STROKE)
    held = explorer.sidebar.held()
    draw(explorer, [])
    explorer.sidebar.restore(held)
    assert explorer.sidebar.pencil.told["points"] == STROKE
    assert explorer.experiment.stimulus.source == tuple(map(tuple, STROKE))


def test_the_page_is_told_how_points_give_a_current(explorer):
    stimulus = explorer.experiment.stimulus
    stimulus.param.update(gain=2.0, offset=0.25, between="hold")
    explorer.experiment.settings.integrator = "Euler, dt / 10"
    _, (recipe,) = explorer.here.offer({"model": Part(explorer.experiment, explorer.scene, [])})
    assert recipe["drawing"]["table"] == {"gain": 2.0, "offset": 0.25, "hold": True, "dt": 0.2, "cuts": 10}
    pencil = explorer.sidebar.pencil
    assert (pencil.gain, pencil.offset, pencil.lasting) == (2.0, 0.25, True)


def test_a_part_is_drawn_over_what_there_is():
    explorer = Explorer(preset=PRESETS["lif-constant"])
    explorer.sidebar.parts.adder.chosen = {"number": 1, "name": "Table"}
    explorer.sidebar.parts.adder.chosen = {"number": 2, "name": "Table"}
    first, second = explorer.sidebar.parts.pencils
    assert (first.plot, second.plot, explorer.sidebar.pencil.plot) == (explorer.stack.plots["I"].name, "", "")
    first.drawn = {"number": 1, "points": [[0, 2]]}
    second.drawn = {"number": 1, "points": [["0", "-1"]]}
    np.testing.assert_array_equal(explorer.drawn.data["I"].y, np.float32(1.5 + 2 - 1))
    explorer.sidebar.parts._remove(explorer.experiment.stimulus.parts[1])
    (left,) = explorer.sidebar.parts.pencils
    assert left.plot == explorer.stack.plots["I"].name and left.told["points"] == [[0, -1]]
