"""What is dropped on a page, without a browser: recordings drive what is shown, and what is refused changes nothing."""

from dataclasses import replace

import numpy as np
import pytest

from snnlab.models import LIF, AdEx, Constant, Experiment, Poisson, Sweep
from snnlab.workbench import Explorer
from snnlab.workbench.drop import Drop


@pytest.fixture(scope="module")
def explorer():
    return Explorer()


def test_a_table_drives_the_neuron_that_is_shown(explorer):
    explorer.load(Experiment.of(AdEx(b=33)))
    drop = Drop(explorer)
    drop.field.read("step.csv", b"time (ms),current (pA)\n0,0\n50,300\n100,300\n")
    found = explorer.experiment
    assert isinstance(found.stimulus.source, Sweep) and found.model.b == 33
    assert np.array_equal(found.stimulus.source.current, [0, 300, 300])
    assert "step.csv" in explorer.sidebar.chooser.menu.value and not drop.refused.html


def test_a_recording_of_an_experiment_brings_it_back_and_another_one_its_current(explorer, tmp_path):
    drop, path = Drop(explorer), tmp_path / "a.nc"
    recording = AdEx(b=44).simulate(Constant(amplitude="400 pA"), duration=50)
    recording.save(path)
    drop.field.read("a.nc", path.read_bytes())
    assert explorer.experiment.model.b == 44 and explorer.experiment.settings.duration == 50
    replace(recording, experiment="").save(path)
    drop.field.read("a.nc", path.read_bytes())
    assert set(explorer.experiment.stimulus.source.current) == {400.0}


@pytest.mark.parametrize(
    "name, data, why",
    [
        ("a.json", b"\xff", "this is no JSON, as it is no text"),
        (
            "a.json",
            Experiment.of(Poisson()).to_json().encode(),
            "family 'encoder', and this page shows 'neuron'",
        ),
        ("a.nc", b"CDF", "this is no NetCDF"),
        ("a.exe", b"MZ", "ends in '.exe'"),
        ("a.json", Experiment.of(LIF(), None, {"duration": 1e5, "dt": 0.001}).to_json().encode(), "at most"),
    ],
)
def test_what_is_refused_changes_nothing(explorer, name, data, why):
    before, drop = explorer.sidebar.held().now, Drop(explorer)
    drop.field.read(name, data)
    assert f"{name} is not opened, and nothing is changed: " in drop.refused.html
    assert why in drop.refused.html.replace("&#x27;", "'")
    assert explorer.sidebar.held().now == before
