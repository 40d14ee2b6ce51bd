"""What a run gives: times, spike times, whether it ran away, and what a notebook shows of it."""

import json
import pickle
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from snnlab.engine import Diverged, Recording, simulate
from snnlab.engine.recording import cut
from snnlab.functional import LIF, AdEx


def recording(spikes, dt=0.5, **variables):
    return Recording(
        {name: torch.tensor(values) for name, values in variables.items()}, torch.tensor(spikes, dtype=torch.bool), dt
    )


def test_samples_are_at_the_end_of_their_step():
    assert recording([0, 0, 0, 0]).time.tolist() == [0.5, 1.0, 1.5, 2.0]  # ms


@pytest.mark.parametrize("dt", [1.0, 0.1, 0.25, 1e-3])
def test_times_do_not_drift(dt):
    """Multiples, not a running sum: the last of 100,000 times is exact to rounding."""
    time = recording(np.zeros(100_000), dt).time
    assert time[-1] == pytest.approx(1e5 * dt, rel=1e-15)
    assert (np.diff(time) > 0).all()


def test_spike_times_of_one_neuron():
    run = recording([[0, 1], [1, 0], [0, 0], [1, 1]])
    assert run.spike_times().tolist() == [1.0, 2.0]
    assert run.spike_times(1).tolist() == [0.5, 2.0]


def test_spike_times_without_population_and_without_spikes():
    assert recording([0, 1, 0]).spike_times().tolist() == [1.0]
    silent = recording([0, 0, 0]).spike_times()
    assert silent.shape == (0,)
    assert silent.dtype == np.float64


def test_neurons_are_counted_through_the_flattened_population():
    spikes = torch.zeros(3, 2, 4, dtype=torch.bool)
    spikes[1, 1, 2] = True
    run = Recording({}, spikes, 1.0)
    assert [len(run.spike_times(k)) for k in range(8)] == [0, 0, 0, 0, 0, 0, 1, 0]
    assert run.spike_times(-2).tolist() == run.spike_times(6).tolist()
    for wrong in (8, -9, 1.5, "a", None, True):
        with pytest.raises(ValueError, match=f"index = {wrong!r} is not allowed: give the number of a neuron, 0 to 7"):
            run.spike_times(wrong)


def test_spike_times_are_those_of_the_run():
    """A LIF neuron under 1.5 fires every eleventh step of 1 ms: 10 ms ln 3, rounded up."""
    run = simulate(LIF, current=torch.full((50,), 1.5), dt=0.001)
    assert run.spike_times().tolist() == [11.0, 22.0, 33.0, 44.0]
    assert run.variables["v"][[10, 21]].tolist() == [0.0, 0.0]  # already reset at the end of its step


def test_a_recording_cannot_be_changed():
    with pytest.raises(AttributeError):
        recording([0]).dt = 1.0


def test_events_are_all_spikes_in_the_order_of_time():
    """The same as neuron by neuron, of a population of two dimensions."""
    spikes = torch.rand(200, 3, 4, generator=torch.Generator().manual_seed(1)) < 0.1
    run = Recording({}, spikes, 0.5)
    time, neuron = run.events()
    assert len(time) == len(neuron) == spikes.sum()
    assert (np.diff(time) >= 0).all()
    for k in range(12):
        assert time[neuron == k].tolist() == run.spike_times(k).tolist()


def gradient(steps=60):
    """A run whose spikes are floats that want a gradient."""
    current = torch.full((steps, 2), 1.5, requires_grad=True)
    return simulate(LIF, current=current, dt=0.001, record=("v", "i"))


def test_spikes_with_a_gradient_are_read_as_others():
    run = gradient(50)
    assert run.spikes.requires_grad
    assert run.spike_times(1).tolist() == [11.0, 22.0, 33.0, 44.0]
    assert run.events()[1].tolist() == [0, 1] * 4


def test_a_recording_without_steps_has_no_spikes():
    """As that of a run which failed at once."""
    empty = Recording({"v": torch.zeros(0, 3)}, torch.zeros(0, 3, dtype=torch.bool), 1.0)
    assert len(empty.spike_times(2)) == 0
    assert [len(part) for part in empty.events()] == [0, 0]
    assert "0 ms" in repr(empty)
    assert "no numbers" in empty._repr_html_()


def test_the_number_of_neurons():
    assert [Recording({}, torch.zeros(5, *shape), 1.0).size for shape in ((), (3,), (2, 4), (0,))] == [1, 3, 8, 0]


def test_repr_is_one_short_line():
    run = simulate(LIF, current=torch.full((1000, 20), 1.5), dt=0.0001, record=("v", "i"))
    assert repr(run) == "Recording(100 ms in steps of 0.1 ms, 20 neurons, variables v, i, by llvm)"
    assert repr(recording([0])) == "Recording(0.5 ms in steps of 0.5 ms, 1 neuron, variables none, by eager)"


def table(run):
    """The rows of the notebook's table, and its picture as a tree."""
    page = ElementTree.fromstring(run._repr_html_().replace("<br>", ""))
    rows = {row[0].text: row[1].text for row in page.iter("tr")}
    return page.find("b").text, rows, page.find("svg")


def test_what_a_notebook_shows():
    about = json.dumps({"model": {"name": "LIF"}, "stimulus": {"name": "Constant"}})
    run = Recording(
        {"v": torch.tensor([[-65.0, 1.0], [30.0, 2.0], [torch.nan, 3.0], [-60.0, 4.0]]), "w": torch.arange(8.0)},
        torch.tensor([[0, 1], [1, 1], [0, 1], [1, 0]], dtype=torch.bool),
        1.0,
        "eager (of a < b)",
        units={"v": "mV", "w": "1"},
        experiment=about,
    )
    title, rows, picture = table(run)
    assert title == "Recording of LIF under Constant"
    assert rows == {
        "duration": "4 ms in steps of 1 ms",
        "neurons": "2",
        "spikes": "5, 625 Hz a neuron",  # 5 of 2 neurons in 4 ms
        "v": "-65 to 30 mV",
        "w": "0 to 7",
        "computed by": "eager (of a < b)",
    }
    texts = [text.text for text in picture.iter("text")]
    assert texts == ["30", "-65", "0", "4 ms", "v (mV)"]
    assert len(picture.find("polyline").get("points").split()) == 3  # all of the first neuron's but NaN
    assert picture.find("path").get("d").count("M") == 2  # its spikes


def test_the_picture_has_the_recorded_neurons_spikes():
    """Of the first that was recorded, wherever it is in the population."""
    spikes = torch.zeros(100, 10, dtype=torch.bool)
    spikes[::10, 7] = True
    run = Recording({"v": torch.rand(100, 2)}, spikes, 1.0, neurons=(7, 2))
    assert table(run)[2].find("path").get("d").count("M") == 10


def test_a_long_line_keeps_its_peaks():
    """A million samples become few points, and a peak of one sample is among them."""
    v = torch.zeros(1_000_000)
    v[123_456] = 30.0
    v[654_321] = -20.0
    run = Recording({"v": v}, torch.zeros(1_000_000, dtype=torch.bool), 0.1)
    picture = table(run)[2]
    heights = [float(point.split(",")[1]) for point in picture.find("polyline").get("points").split()]
    assert len(heights) <= 2002
    assert [min(heights), max(heights)] == [12.0, 88.0]  # the whole height of the picture
    assert picture.find("path") is None


@pytest.mark.parametrize("level", [0.0, 1e-12, -70.0, 1e17])
def test_a_constant_is_a_line_in_the_middle(level):
    run = Recording({"v": torch.full((5,), level, dtype=torch.float64)}, torch.zeros(5, dtype=torch.bool), 1.0)
    points = table(run)[2].find("polyline").get("points")
    assert {float(y) for y in re.findall(r",([\d.]+)", points)} == {50.0}


@pytest.mark.parametrize("run", [gradient(), Recording({}, torch.zeros(3, 0), 1.0)], ids=["gradient", "nobody"])
def test_every_recording_can_be_shown(run):
    assert "<table>" in run._repr_html_()


def test_a_part_knows_its_units_and_its_experiment():
    whole = Recording(
        {"v": torch.arange(10.0)[:, None]}, torch.ones(20, 3), 1.0, every=2, neurons=(1,),
        units={"v": "mV"}, experiment="{}",
    )  # fmt: skip
    part = cut(whole, 7)
    assert (part.every, part.neurons, part.units, part.experiment) == (2, (1,), {"v": "mV"}, "{}")
    assert part.variables["v"][:, 0].tolist() == [0.0, 1.0, 2.0]
    assert part.sample_time.tolist() == [2.0, 4.0, 6.0]


def test_pickling():
    """Of a run, with the state from which another goes on, and of one that failed."""
    run = simulate(LIF, current=torch.full((50, 2), 1.5), dt=0.001)
    again = pickle.loads(pickle.dumps(run))
    assert torch.equal(again.variables["v"], run.variables["v"])
    assert torch.equal(again.state.v, run.state.v)
    with pytest.raises(Diverged) as error:
        simulate(AdEx, current=torch.full((50, 1), -1e38), dt=0.1)
    failed = pickle.loads(pickle.dumps(error.value))
    assert repr(failed.recording) == repr(error.value.recording)
