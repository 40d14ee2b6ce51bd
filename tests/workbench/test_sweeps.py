"""A model over a recording, without a browser: the cell in its plot, their numbers, and all sweeps of the file."""

from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import pytest

from snnlab.analysis import agreement, spike_statistics
from snnlab.models import PRESETS, Experiment, Izhikevich, read
from snnlab.models.recordings.sweep import Columns, sweeps_of
from snnlab.views.curves import thinned
from snnlab.workbench import Explorer
from snnlab.workbench.panes import sweeps as pane_of_sweeps
from snnlab.workbench.panes.sweeps import RATES, TRACES

DATA = files("snnlab.models") / "data" / "17o05027_ic_ramp.abf"


def made(currents, length=100.0):
    """Sweeps of a cell that spikes once for each 10 pA."""
    t = np.arange(0, length, 0.1)
    parts = []
    for current in currents:
        v = np.full(len(t), -60.0)
        v[100 : 100 + 50 * int(current // 10) : 50] = 20.0
        parts.append(Columns(t, np.full(len(t), current), v, length))
    return sweeps_of("cell.abf", parts)


@pytest.fixture
def explorer():
    found = Explorer(preset=PRESETS["izhikevich-recorded"])
    found.panes.show(("sweeps", "numbers"))
    found.panes.rest()
    return found


def opened(explorer, sweeps):
    explorer.sidebar.chooser.open(sweeps)
    explorer.panes.rest()
    return explorer.panes.panes["sweeps"]


def test_the_cell_is_drawn_over_a_model_of_its_unit(explorer):
    plot = explorer.stack.plots["v"]
    sweep, run, measured = explorer.experiment.stimulus.source, *(one.data_source for one in plot.renderers[:2])
    at = np.searchsorted(sweep.time - sweep.time[0], measured.data["t"] - 0.01)  # samples are 0.05 ms apart
    assert np.array_equal(measured.data["y"], sweep.voltage[at].astype(np.float32))
    assert 9000 < len(measured.data["t"]) <= 10_002 and len(run.data["t"]) == 10_000
    assert measured.data["y"].max() == np.float32(sweep.voltage.max())
    assert plot.title.text == "Membrane potential, the cell's in violet"
    assert plot.y_range.start < sweep.voltage.min() and plot.y_range.end > sweep.voltage.max()
    before = measured.data["y"]
    explorer.experiment.model.a = 0.03
    assert measured.data["y"] is before  # a page has it already
    explorer.sidebar.kind_menu.value = "step"
    assert not len(measured.data["y"]) and plot.title.text == "Membrane potential"


def test_a_page_that_runs_the_model_leaves_room_for_the_cell(explorer):
    experiment, sweep = explorer.experiment, explorer.experiment.stimulus.source
    about = {"recorded": ["v", "u"], "neurons": 1}
    rows = {
        row["key"]: row
        for row in explorer.scene.drawing(experiment, about, explorer.scene.rows(experiment.model))["rows"]
    }
    assert rows["v"]["beside"] == pytest.approx([sweep.voltage.min(), sweep.voltage.max()])
    assert "beside" not in rows["u"]


def test_numbers_of_model_and_cell_stand_side_by_side(explorer):
    found, html = agreement(explorer.drawn.result), explorer.numbers.html
    assert f"<td>Spike count</td><td>{found.model_spikes}</td><td>{found.spikes}</td>" in html
    assert f"<td>Mean rate</td><td>{found.model_rate:.1f} Hz</td><td>{found.rate:.1f}</td>" in html
    assert f">Coincidence Γ, 4 ms</td><td>{found.gamma:.3f}</td><td></td>" in html
    assert f">RMS error of v</td><td>{found.rms:.2f} mV</td><td></td>" in html
    tiles = explorer.panes.panes["sweeps"].numbers
    told = f"<dt>van Rossum distance, τ 10 ms</dt><dd>{found.distance:.2f}</dd>"
    assert f"<dt>Coincidence Γ, 4 ms</dt><dd>{found.gamma:.3f}</dd>" in tiles.html and told in tiles.html
    explorer.experiment.model.a = 0.03
    assert f"<dd>{agreement(explorer.drawn.result).distance:.2f}</dd>" in tiles.html and told not in tiles.html
    explorer.load(PRESETS["lif-recorded"].experiment(), PRESETS["lif-recorded"])
    assert "RMS" not in explorer.numbers.html and "Coincidence Γ" in explorer.numbers.html
    plot = explorer.stack.plots["measured"]
    assert plot.title.text == "Measured membrane potential in mV: v of the model has no unit"


def test_the_sweeps_of_a_file_are_listed_with_their_spikes(explorer):
    """Rises through 0 mV as the recording's own README counts them, 6 and 9, in a second each."""
    pane = opened(explorer, read(DATA.read_bytes(), DATA.name))
    rows = pane.table.rows
    assert [row[:4] for row in rows] == [["1", "0 pA", "6", "6.0"], ["2", "10 pA", "9", "9.0"]]
    assert pane.table.chosen == 0 and pane.head.note == "17o05027_ic_ramp.abf, sweep 1 (0 pA), 2 sweeps"
    assert pane.view.lines.data["opacity"] == [0.25, 1.0] and pane.head.options == []
    first = pane.view.lines.data["y"][1]
    pane.table.picked = {"sweep": 1, "number": 1}
    explorer.panes.rest()
    assert explorer.sidebar.chooser.menu.value.endswith("sweep 2 (10 pA)")
    assert pane.table.chosen == 1 and pane.view.lines.data["y"][0] is first


def test_the_model_runs_under_all_sweeps(explorer):
    sweeps = made((20.0, 10.0, 40.0))
    pane = opened(explorer, sweeps)
    wanted = []
    for sweep in sweeps:
        driven = Experiment.of(Izhikevich()).under(sweep, **explorer.experiment.stimulus.values())
        wanted.append(spike_statistics(driven.run().recording.spike_times(0), 100.0).spikes)
    assert [int(pane.table.model[str(k)][0]) for k in range(3)] == wanted and len(set(wanted)) == 3
    assert pane.head.options == [TRACES, RATES] and pane.head.value == TRACES
    pane.head.value = RATES
    cell, model = (list(y) for y in pane.view.lines.data["y"])
    assert list(pane.view.lines.data["x"][0]) == [10.0, 20.0, 40.0]
    assert cell == [10.0, 20.0, 40.0] and model == [10.0 * wanted[k] for k in (1, 0, 2)]
    pane.fade()
    assert pane.table.old and pane.view.figure.styles["opacity"] == "0.4"


def test_a_click_near_a_line_chooses_its_sweep(explorer):
    pane = opened(explorer, made((20.0, 10.0, 40.0)))
    pane._tapped(SimpleNamespace(x=25.0, y=20.0))  # the fourth spike, which that sweep alone has
    assert explorer.experiment.stimulus.source is explorer.sidebar.chooser.sweeps[2]
    explorer.panes.rest()
    pane.head.value = RATES
    pane._tapped(SimpleNamespace(x=12.0, y=500.0))
    assert explorer.experiment.stimulus.source is explorer.sidebar.chooser.sweeps[1]


def test_of_many_sweeps_some_are_drawn(explorer, monkeypatch):
    monkeypatch.setattr(pane_of_sweeps, "STEPS", 5000)
    pane = opened(explorer, made(np.arange(100.0)))
    pane.table.picked = {"sweep": 98, "number": 1}
    explorer.panes.rest()
    drawn = pane.overlay.drawn
    assert 98 in drawn and 60 <= len(drawn) <= 61 and len(pane.view.lines.data["x"]) == len(drawn)
    assert pane.head.note == f"cell.abf, sweep 99 (98 pA), {len(drawn)} of 100 drawn"
    assert len(pane.table.rows) == 100 and list(pane.table.model) == ["98"]  # too long for the others


def test_the_pane_is_there_under_a_recording_alone(explorer):
    explorer.panes.show(("sweeps", "isi", "numbers"))
    explorer.panes.rest()
    pane, next_one = (explorer.panes.panes[key] for key in ("sweeps", "isi"))
    assert pane.box.visible and pane.head.first and not next_one.head.first
    explorer.sidebar.kind_menu.value = "step"
    assert not pane.box.visible
    explorer.panes.rest()
    assert not pane.box.visible and next_one.head.first
    explorer.sidebar.kind_menu.value = "recorded current (file)"
    explorer.panes.rest()
    assert pane.box.visible
    explorer.sidebar.chooser.open(read(b"time,current\n0,5\n50,10\n100,5\n", "bare.csv"))
    explorer.panes.rest()
    assert not pane.box.visible and "Γ" not in explorer.numbers.html


def test_a_line_is_thinned_to_what_is_seen():
    t = np.arange(10_000.0)
    y = np.random.default_rng(1).normal(size=len(t))
    x, thin = thinned(t, y, 600)
    assert len(x) <= 602 and (np.diff(x) > 0).all() and x[0] == 0 and x[-1] == t[-1]
    assert np.array_equal(thin, y[x.astype(int)])
    for begin in range(0, 9996, 34):  # each stretch as high and as low as it was
        inside = (x >= begin) & (x < begin + 34)
        assert (thin[inside].min(), thin[inside].max()) == (y[begin : begin + 34].min(), y[begin : begin + 34].max())
    assert thinned(t, y, 10_000)[1] is y
