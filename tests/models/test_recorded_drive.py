"""Experiments under a recorded sweep: gain, length and step; and runs that are written and read back."""

import numpy as np
import pytest

from snnlab.models import (
    ENCODERS,
    LIF,
    NEURONS,
    PLASTICITY,
    STIMULI,
    AdEx,
    Experiment,
    Izhikevich,
    Step,
    Sweep,
    example,
    gain_in_words,
    read,
)
from snnlab.models.recorded_drive import STEPS


def constant(current=300.0, length=100.0, **more):
    t = np.arange(0, length, length / 200)
    return Sweep("cell.abf, sweep 1", t, np.full(200, current), **more)


def test_a_recorded_picoampere_is_one():
    driven = Experiment.of(AdEx()).under(constant())
    assert (driven.stimulus.gain, driven.stimulus.offset) == (1.0, 0.0)
    np.testing.assert_allclose(driven.run().current, 300.0, rtol=1e-12)  # differences of sums: rounding
    # in a script too: a recording that is given no gain
    assert Experiment.of(AdEx(), STIMULI["Recorded"](source=constant())).stimulus.gain == 1.0


@pytest.mark.parametrize("name", NEURONS)
def test_the_largest_current_is_a_pA_or_the_usual_drive(name):
    model = NEURONS[name]()
    largest = float(Experiment.of(model).under(constant(-300.0)).run().current.abs().max())
    wanted = 300.0 if model.port.current.unit == "pA" else model.port.current.default
    assert largest == pytest.approx(wanted, rel=0.005)  # a gain has three digits


def test_sweeps_of_one_recording_can_be_compared():
    gains = {Experiment.of(LIF()).under(constant(x, largest=300.0)).stimulus.gain for x in (-50.0, 20.0, 300.0)}
    assert gains == {0.005}  # 1.5 for 300 pA


def test_what_is_given_is_taken():
    driven = Experiment.of(LIF()).under(constant(), gain=0.02, offset=0.5)
    assert (driven.stimulus.gain, driven.stimulus.offset) == (0.02, 0.5)


def test_model_settings_and_initial_state_stay():
    experiment = Experiment.of(LIF(tau_mem=20), Step(), {"neurons": 3, "noise": 0.1, "seed": 4}, {"v": 0.5})
    driven = experiment.under(constant())
    assert driven.model is experiment.model and driven.initial.v == 0.5
    assert (driven.settings.neurons, driven.settings.noise, driven.settings.seed) == (3, 0.1, 4)
    assert driven.settings.duration == 100.0


@pytest.mark.parametrize(
    ("length", "before", "dt"),
    [(100, 0.1, 0.1), (100, 0.5, 0.1), (100, 0.02, 0.02), (5000, 0.1, 0.1), (20_000, 0.1, 0.4)],
)
def test_the_step_is_fine_and_the_run_follows_the_hand(length, before, dt):
    driven = Experiment.of(LIF(), settings={"dt": before}).under(constant(length=float(length)))
    assert driven.settings.dt == pytest.approx(dt)
    assert driven.steps <= STEPS


def test_a_large_population_gets_a_run_that_fits():
    driven = Experiment.of(LIF(), settings={"neurons": 1000}).under(constant(length=1000.0))
    assert driven.settings.dt == 0.2 and driven.steps == 5000


def test_an_integrator_that_makes_too_many_steps_is_left():
    experiment = Experiment.of(LIF(), settings={"integrator": "Euler, dt / 10", "neurons": 1})
    assert experiment.under(constant(length=500.0)).settings.integrator == "Euler, dt / 10"
    assert experiment.under(constant(length=4000.0)).settings.integrator == "Euler"


@pytest.mark.parametrize(
    ("model", "sweep", "words"),
    [
        (
            LIF(),
            constant(length=0.5),
            "lasts 0.5 ms, and a run at least 1 ms: give a longer one. Where its time is in another unit",
        ),
        (
            LIF(),
            constant(length=4e5),
            "lasts 400,000 ms, and a run under a recording at most 100,000 ms: give a window of it",
        ),
        (
            LIF(),
            constant(1e-4),
            "is 0.0001 pA, which would have to be multiplied by 15,000 to be the usual drive",
        ),
        (PLASTICITY["STDP"](), constant(), "Recorded gives a current: STDP takes spikes"),
    ],
)
def test_what_cannot_be_is_said_in_terms_of_the_recording(model, sweep, words):
    with pytest.raises(ValueError) as error:
        Experiment.of(model).under(sweep)
    assert words in str(error.value) and "gain" not in str(error.value)


def test_a_silent_recording_drives_anything():
    assert Experiment.of(Izhikevich()).under(constant(0.0)).stimulus.gain == 1.0


@pytest.mark.parametrize("name", ENCODERS)
def test_signals_can_be_recorded(name):
    """Those of an encoder have no unit of current: the largest is as its usual signal."""
    driven = Experiment.of(ENCODERS[name]()).under(constant())
    assert driven.stimulus.gain == pytest.approx(driven.stimulus.drives.current.default / 300, rel=0.005)


def test_a_gain_is_told_in_words():
    told = gain_in_words(Experiment.of(Izhikevich()).under(constant()).stimulus)
    assert told == (
        "A recorded pA is 0.0333 mV here: the largest current of the recording, 300 pA, gives 9.99 mV, "
        "and the usual drive is 10 mV."
    )
    weak = gain_in_words(Experiment.of(AdEx()).under(constant(0.2)).stimulus)
    assert weak.startswith("A recorded pA is 1 pA here. No current was larger than 0.2 pA: if they are in nA, name")


def test_sliders_contain_the_gains_in_use():
    for model in (AdEx(), LIF(), Izhikevich()):
        mark = type(Experiment.of(model).under(constant()).stimulus).annotation("gain")
        for current in (5.0, 300.0, 3000.0):
            gain = Experiment.of(model).under(constant(current)).stimulus.gain
            assert mark.low <= gain <= mark.high
            # and not at an end of it
            assert mark.log or 0.1 * mark.high < gain < 0.9 * mark.high


# ---- runs, written and read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("neurons", [1, 3])
def test_a_run_is_written_and_read_as_a_recording(neurons):
    recording = AdEx().simulate(Step(amplitude=600, onset=20, length=50), duration=100, neurons=neurons)
    (sweep,) = read(recording.to_csv().encode(), "run.csv")
    np.testing.assert_allclose(sweep.time, recording.time, rtol=1e-12)
    assert np.array_equal(sweep.current, recording.current.numpy())
    first = recording.variables["v"].reshape(len(recording.time), -1)[:, 0].numpy()
    np.testing.assert_allclose(sweep.voltage, first, rtol=1e-6)  # a table has the digits of float32
    # and drives the same neuron to the same spikes
    again = Experiment.of(AdEx(), settings={"neurons": 1}).under(sweep).run().recording
    assert again.spike_times().tolist() == pytest.approx(recording.spike_times().tolist())


@pytest.mark.parametrize("neurons", [1, 2])
@pytest.mark.parametrize("every", [7, 500, 1000])
def test_a_run_that_kept_every_so_many_steps_is_read_too(every, neurons):
    given = {"duration": 50, "neurons": neurons}
    recording = AdEx().simulate(Step(amplitude=600, onset=20), every=every, **given)
    (sweep,) = read(recording.to_csv().encode(), "run.csv")
    assert np.array_equal(sweep.current, recording.current.numpy())
    np.testing.assert_allclose(sweep.time, recording.time, rtol=1e-12)
    if every > 500:
        assert sweep.voltage is None
        return
    first = recording.variables["v"].reshape(-1, neurons)[:, 0].numpy()
    np.testing.assert_allclose(sweep.voltage[every - 1 :: every], first, rtol=1e-6)
    assert np.isfinite(sweep.voltage).all()


def test_a_run_with_a_damaged_cell_is_refused_with_its_line():
    lines = AdEx().simulate(Step(), every=5, duration=2).to_csv().splitlines()
    for damaged, words in ((lines[6] + "x", "line 7"), ("0.6,pA,,,0", "line 7"), ("0.6,0.0,,0", "line 7")):
        with pytest.raises(ValueError, match=f"run.csv, {words}"):
            read("\n".join([*lines[:6], damaged, *lines[7:]]).encode(), "run.csv")


def test_a_run_without_a_current_is_refused_by_what_it_lacks():
    table = "time (ms),v (mV),spike\n0.1,-65.0,0\n0.2,30.0,1\n"
    with pytest.raises(ValueError, match=r"line 1: time \(ms\), v \(mV\), spike have no current"):
        read(table.encode(), "run.csv")
    with pytest.raises(ValueError, match=r"'current \(mV\)' has the unit 'mV': give one of the kind of pA"):
        read(Izhikevich().simulate(duration=5).to_csv().encode(), "run.csv")


def test_the_current_of_a_run_is_kept(tmp_path):
    recording = AdEx().simulate(Step(), duration=20)
    recording.save(tmp_path / "run.nc")
    again = type(recording).load(tmp_path / "run.nc")
    assert again.current.equal(recording.current) and again.current_unit == "pA"
    assert again.to_csv() == recording.to_csv()
    assert recording.to_xarray()["current"].attrs == {"units": "pA"}
    assert Experiment.of(LIF(), STIMULI["PoissonSpikes"]()).run().recording.current is None


def test_the_example_is_driven_as_recorded():
    driven = Experiment.of(AdEx()).under(example())
    assert float(driven.run().current.max()) == pytest.approx(10.0)
