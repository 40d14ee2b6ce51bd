"""Maps of two knobs: against closed forms, and against single runs of their points."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from snnlab.analysis import adaptation_index, agreement, map_patterns, pattern_of, spike_statistics, sweep
from snnlab.analysis.map import USUAL
from snnlab.analysis.tally import MEASURES, Tally, counting
from snnlab.engine import Cancelled, Diverged, simulate
from snnlab.models import (
    LIF,
    NEURONS,
    PRESETS,
    AdEx,
    Constant,
    Experiment,
    Izhikevich,
    LIFRefrac,
    PoissonSpikes,
    Step,
    example,
    stimuli_of,
)
from snnlab.models.portable import owners

SINE = stimuli_of(AdEx.port)["Sine"](amplitude=200.0)
SOME = ("LIF", "LIFRefrac", "AdEx", "Izhikevich", "CobaLIF", "HodgkinHuxley", "MAT")


def single(experiment, found, j, i):
    """The measures of one point, from a run of its own."""
    one = experiment.copy()
    one.settings.param.update(neurons=1, noise=0.0)
    for axis, k in ((found.x, i), (found.y, j)):
        owner, _, name = axis.knob.rpartition(".")
        setattr(owners(one)[owner], name, float(axis.values[k]))
    result = one.run()
    times = result.recording.spike_times()
    told = spike_statistics(times, one.settings.duration, result.onset, result.end)
    of = (told.rate_driven, told.latency, told.cv_isi, adaptation_index(times), told.spikes)
    return {name: np.nan if x is None else x for name, x in zip(MEASURES, of, strict=True)}


def test_a_leaky_neuron_fires_as_its_closed_form_says():
    run = {"duration": 1000, "dt": 0.1, "integrator": "exponential Euler"}
    found = sweep(
        Experiment(LIF(), Constant(), run), ("stimulus.amplitude", 0.5, 3, 11), ("model.tau_mem", 5, 40, 8), USUAL
    )
    current, tau = np.meshgrid(found.x.values, found.y.values)
    with np.errstate(invalid="ignore", divide="ignore"):
        interval = np.where(current > 1, tau * np.log(current / (current - 1)), np.inf)  # ms, from reset 0 to 1
    late = found.measures["latency"] - interval
    fires = interval < 1000
    # the step is exact while the current is constant: a spike comes at the end of the step in which it is due
    assert fires.any() and ((late[fires] > -1e-3) & (late[fires] < 0.1 + 1e-3)).all()
    assert np.isnan(found.measures["latency"][~fires]).all()
    # an interval is the next whole number of steps, and the last one is cut off
    assert np.allclose(
        found.measures["rate"], np.where(fires, 1000 // (0.1 * np.ceil(interval / 0.1 - 1e-3)), 0), atol=1
    )
    several = found.measures["rate"] > 3
    assert (found.measures["cv"][several] == 0).all()  # a clock, to the last bit
    assert (found.measures["adaptation"][several] == 0).all()


CASES = {
    "model": (AdEx(), Step(amplitude=600, onset=10.3), "model.a", (-5, 10), "model.b", (0, 200)),
    "stimulus and model": (
        Izhikevich(),
        Step(amplitude=10, onset=10),
        "stimulus.amplitude",
        (0, 20),
        "model.d",
        (1, 9),
    ),
    "stimulus alone": (LIF(), Step(amplitude=2, onset=10), "stimulus.amplitude", (0, 4), "stimulus.onset", (0, 90)),
    "stimulus of a finer step": (AdEx(), SINE, "stimulus.frequency", (2, 40), "stimulus.mean", (300, 900)),
    "two parts": (
        LIF(),
        Constant(amplitude=1) + Step(),
        "stimulus.1.amplitude",
        (0, 2),
        "stimulus.1.onset",
        (5, 60),
    ),
    "initial": (LIFRefrac(), Constant(amplitude=2), "initial.v", (0, 0.9), "model.t_ref", (0, 9)),
    "parts": (LIF(), Constant(amplitude=1) + Step(), "stimulus.1.amplitude", (0, 2), "model.v_th", (0.5, 2)),
    "spikes": (LIF(), PoissonSpikes(), "stimulus.weight", (0, 4), "model.tau_syn", (1, 9)),
    "crossings": (
        NEURONS["HodgkinHuxley"](),
        Constant(amplitude=10),
        "stimulus.amplitude",
        (4, 20),
        "model.g_Na",
        (90, 150),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_point_is_a_run_of_its_own(case):
    model, stimulus, x, along, y, across = CASES[case]
    experiment = Experiment(model, stimulus, {"duration": 120, "neurons": 3, "noise": 0.3})
    found = sweep(experiment, (x, *along, 5), (y, *across, 3), tuple(MEASURES))
    for j, i in ((0, 0), (1, 3), (2, 1), (2, 4)):
        for name, value in single(experiment, found, j, i).items():
            # single precision, in which spikes within a step are told to 1e-5 of it
            assert np.isclose(found.measures[name][j, i], value, rtol=1e-4, atol=2e-6, equal_nan=True), (name, j, i)
    assert np.nanmax(found.measures["spikes"]) > 1


@pytest.mark.parametrize("name", SOME)
def test_who_counts_spikes_as_before(name):
    model = NEURONS[name]()
    neuron, given = model.neuron, {"current": 2.0 * (model.neuron.current.default or 1.0), "duration": 0.1}
    given |= {"dt": neuron.dt / 1000, "record": None}
    p = model.p(torch.float32, dt=neuron.dt)
    plain = simulate(neuron, p=p, **given)
    counts = counting(neuron)
    told = simulate(counts, p=counts.parameters(*p, 0.0, 1e6), **given)
    assert torch.equal(plain.spikes, told.spikes) and plain.spikes.any()
    assert Tally(*told.state[-len(Tally._fields) :]).tally_spikes == plain.spikes.sum()
    assert all(torch.equal(a, b) for a, b in zip(plain.state, told.state))


@pytest.mark.filterwarnings("ignore::snnlab.engine.coarse.CoarseStep")
def test_a_point_that_diverges_stops_no_other():
    run = {"duration": 50, "dt": 0.1, "integrator": "Euler"}
    experiment = Experiment(NEURONS["HodgkinHuxley"](), Constant(amplitude=10), run)
    found = sweep(experiment, ("model.C", [0.1, 1.5]), ("model.g_Na", [100.0, 120.0]), ("spikes",))
    with pytest.raises(Diverged):
        NEURONS["HodgkinHuxley"](C=0.1).simulate(Constant(amplitude=10), **run)
    assert np.isnan(found.measures["spikes"][:, 0]).all() and (found.measures["spikes"][:, 1] >= 1).all()


def test_noise_is_drawn_for_each_point():
    experiment = Experiment(LIF(), Constant(amplitude=1.2), {"duration": 500})
    found = sweep(experiment, ("run.noise", [0.0, 1.0]), ("model.v_th", np.linspace(1, 1.01, 20)), ("cv", "rate"))
    assert (found.measures["cv"][:, 0] == 0).all()
    noisy = found.measures["cv"][:, 1]
    assert len(set(noisy)) == 20 and 0.2 < noisy.mean() < 1.5


def test_patterns_are_those_of_single_runs():
    preset = PRESETS["adex-2008-d"].experiment()
    found = sweep(preset, ("model.a", -20, 20, 17), ("model.b", 0, 300, 17), ("pattern", "spikes"))
    names = found.measures["pattern"]
    for j, i in ((0, 0), (3, 14), (7, 7), (8, 5), (16, 16), (11, 2)):
        one = preset.copy()
        one.settings.param.update(neurons=1, noise=0.0)
        one.model.param.update(a=float(found.x.values[i]), b=float(found.y.values[j]))
        assert names[j, i] == pattern_of(one.run()).pattern
    assert {"tonic spiking", "tonic bursting", "mixed mode"} <= set(names.ravel())


@pytest.mark.parametrize("name, knob, low, high", [("LIF", "v_th", 0.5, 0.9), ("HodgkinHuxley", "g_K", 20, 36)])
def test_spikes_are_compared_with_those_of_a_cell(name, knob, low, high):
    experiment = Experiment(NEURONS[name]()).under(example(), gain={"LIF": 0.15, "HodgkinHuxley": 2.0}[name])
    spans = ("stimulus.offset", [0.0, 0.1]), (f"model.{knob}", [low, high])
    found = sweep(experiment, *spans, ("gamma", "distance", "spikes"))
    for j, i in ((0, 1), (1, 0)):
        one = experiment.copy()
        one.stimulus.offset, one.settings.neurons = float(found.x.values[i]), 1
        one.model.param.update({knob: float(found.y.values[j])})
        told = agreement(one.run())
        assert found.measures["spikes"][j, i] == told.model_spikes > 0
        gamma = np.nan if told.gamma is None else told.gamma
        assert found.measures["gamma"][j, i] == pytest.approx(gamma, abs=1e-9, nan_ok=True)
        assert found.measures["distance"][j, i] == pytest.approx(told.distance, abs=1e-4)
    with pytest.raises(ValueError, match="no recording with a measured voltage drives this"):
        sweep(Experiment(AdEx()), ("model.a", 0, 1, 2), ("model.b", 0, 1, 2), ("gamma",))


def test_patterns_are_told_where_they_change(monkeypatch):
    """Two halves and a disc: all points are right, and few of them are looked at."""
    y, x = np.mgrid[:101, :90]
    truth = np.where(x > 37.5 + 0.2 * y, "a", np.where((x - 20) ** 2 + (y - 60) ** 2 < 200, "b", "c"))
    told = []

    def tell(grid, points, found, *asking):
        told.extend(points)
        found.flat[points] = truth.flat[points]

    monkeypatch.setattr(map_patterns, "_tell", tell)
    grid = SimpleNamespace(axes=(SimpleNamespace(values=range(90)), SimpleNamespace(values=range(101))))
    found = map_patterns.patterns(grid, lambda: False, lambda part: None)
    assert (found != truth).mean() < 0.002  # corners that a lattice of four does not see
    assert len(set(told)) == len(told) < 0.2 * truth.size


def test_it_goes_on_in_parts_says_how_far_and_stops(monkeypatch):
    monkeypatch.setattr("snnlab.analysis.grid.ROOM", 10_000)
    experiment = Experiment(LIF(), Constant(amplitude=2), {"duration": 100})
    spans, parts = (("model.tau_mem", 5, 20, 7), ("model.v_th", 0.5, 1.5, 5)), []
    whole = sweep(experiment, *spans, ("spikes",), progress=parts.append)
    assert parts == sorted(parts) and len(parts) > 2 and parts[-1] == 1.0
    monkeypatch.undo()
    assert np.array_equal(whole.measures["spikes"], sweep(experiment, *spans, ("spikes",)).measures["spikes"])
    with pytest.raises(Cancelled):
        sweep(experiment, *spans, cancelled=lambda: True)


def test_what_is_no_map_is_said_in_words():
    experiment = Experiment(LIF())
    fine = ("model.tau_mem", 5, 20, 3)
    for spans, words in (
        ((fine, fine), "x and y are both model.tau_mem"),
        ((fine, ("model.tau", 1, 2, 3)), "the knob 'model.tau' is not known"),
        ((fine, ("model.v_th", 1, 1e9, 3)), "model.v_th = 1000000000 is not allowed"),
        ((fine, ("model.v_th", 1, 0.5, 3)), "give a lower and a higher value"),
        ((fine, ("model.v_th", 1, 2, 1)), "the number of points = 1 is not allowed"),
        ((fine, ("model.v_th",)), "y = "),
    ):
        with pytest.raises(ValueError, match=words):
            sweep(experiment, *spans)
    with pytest.raises(ValueError, match="the measure 'speed' is not known"):
        sweep(experiment, fine, ("model.v_th", 1, 2, 3), ("speed",))
    with pytest.raises(ValueError, match="never spikes"):
        sweep(Experiment(NEURONS["LI"]()), ("stimulus.amplitude", 0, 1, 2), ("model.tau_mem", 5, 20, 3))


def test_others_read_it(tmp_path):
    import xarray as xr

    experiment = Experiment(LIF(), Constant(amplitude=2), {"duration": 100})
    found = sweep(experiment, ("model.tau_mem", 5, 20, 3), ("stimulus.amplitude", 1, 3, 2), ("rate", "cv"))
    found.save(tmp_path / "map.nc")
    read = xr.load_dataset(tmp_path / "map.nc", engine="h5netcdf")
    assert read["rate"].dims == ("amplitude", "tau_mem") and read["rate"].attrs["units"] == "Hz"
    assert np.array_equal(read["rate"], found.measures["rate"]) and read["tau_mem"].attrs["units"] == "ms"
    assert Experiment.from_json(read.attrs["experiment"]).diff(experiment) == {}
    lines = found.to_csv().splitlines()
    assert lines[0] == "tau_mem (ms),amplitude,rate (Hz),cv" and len(lines) == 7
    with pytest.raises(ValueError, match=r"ends in '\.txt'"):
        found.save(tmp_path / "map.txt")
