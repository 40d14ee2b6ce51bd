"""What measures read: a recording gives what its arrays give, and no call is wrong by a thousand."""

import inspect
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from snnlab import analysis, simulate
from snnlab.analysis import (
    adaptation_index,
    bursts,
    classify,
    correlogram,
    count_correlation,
    cv,
    cv2,
    fano_factor,
    instantaneous_rate,
    interval_distribution,
    isi,
    latency,
    lv,
    pattern_of,
    population_rate,
    power_spectrum,
    pulse_packets,
    raster_image,
    rate,
    rate_penalty,
    read_out,
    readout_weights,
    released,
    return_map,
    spike_counts,
    spike_statistics,
    spike_triggered_average,
    synchrony_index,
    van_rossum,
    variability,
    victor_purpura,
)
from snnlab.engine import Recording
from snnlab.functional import LIF as LIF_NEURON
from snnlab.models import LIF, PRESETS, AdEx, Constant, Experiment, Step

STEP = Step(amplitude=1.5, onset=50.0, length=300.0)
RESULT = Experiment.of(LIF(), STEP, {"duration": 400.0, "neurons": 8}).run()
MANY = RESULT.recording
ONE = LIF().simulate(Constant(amplitude=1.5), duration=1000, neurons=1)
TIMES, SPIKES, DT = MANY.spike_times(3), MANY.spikes.numpy(), 0.1
CURRENT = RESULT.current

# a measure, of a recording and of arrays
PAIRS = {
    "rate": (lambda r: rate(r, neuron=3), lambda: rate(TIMES, 400.0)),
    "isi": (lambda r: isi(r, neuron=3), lambda: isi(TIMES)),
    "cv": (lambda r: cv(r, neuron=3), lambda: cv(TIMES)),
    "cv2": (lambda r: cv2(r, neuron=3), lambda: cv2(TIMES)),
    "lv": (lambda r: lv(r, neuron=3), lambda: lv(TIMES)),
    "latency": (lambda r: latency(r, 60.0, neuron=3), lambda: latency(TIMES, 60.0)),
    "adaptation_index": (lambda r: adaptation_index(r, neuron=3), lambda: adaptation_index(TIMES)),
    "bursts": (lambda r: bursts(r, 12.0, neuron=3), lambda: bursts(TIMES, 12.0)),
    "spike_statistics": (
        lambda r: spike_statistics(r, onset=50.0, end=350.0, neuron=3),
        lambda: spike_statistics(TIMES, 400.0, 50.0, 350.0),
    ),
    "instantaneous_rate": (
        lambda r: instantaneous_rate(r, sigma=5.0, neuron=3),
        lambda: instantaneous_rate(TIMES, 400.0, DT, 5.0),
    ),
    "spike_triggered_average": (
        lambda r: spike_triggered_average(CURRENT, r, before=20.0, neuron=3),
        lambda: spike_triggered_average(CURRENT.numpy(), TIMES, DT, 20.0),
    ),
    "read_out": (
        lambda r: read_out(r, np.linspace(0, 1, 8)).numpy(),
        lambda: read_out(SPIKES, np.linspace(0, 1, 8), dt=DT).numpy(),
    ),
    "readout_weights": (
        lambda r: readout_weights(r, np.linspace(0, 1, 4000), ridge=1.0),
        lambda: readout_weights(SPIKES, np.linspace(0, 1, 4000), dt=DT, ridge=1.0),
    ),
    "rate_penalty": (lambda r: float(rate_penalty(r, 50.0)), lambda: float(rate_penalty(SPIKES, 50.0, dt=DT))),
    "spike_counts": (lambda r: spike_counts(r, width=5.0), lambda: spike_counts(SPIKES, DT, 5.0)),
    "population_rate": (lambda r: population_rate(r, width=5.0), lambda: population_rate(SPIKES, DT, 5.0)),
    "power_spectrum": (power_spectrum, lambda: power_spectrum(SPIKES.mean(1) * 1e4, DT)),
    "synchrony_index": (
        lambda r: (synchrony_index(r), synchrony_index(r, width=5.0)),
        lambda: (
            synchrony_index(MANY.variables["v"].numpy()),
            synchrony_index(spike_counts(SPIKES, DT, 5.0)),
        ),
    ),
    "fano_factor": (lambda r: fano_factor(r, width=50.0), lambda: fano_factor(spike_counts(SPIKES, DT, 50.0))),
    "count_correlation": (
        lambda r: count_correlation(r, width=50.0),
        lambda: count_correlation(spike_counts(SPIKES, DT, 50.0)),
    ),
    "correlogram": (
        lambda r: correlogram(r, lag=20.0, width=1.0),
        lambda: correlogram(SPIKES, DT, 20.0, 1.0),
    ),
    "interval_distribution": (interval_distribution, lambda: interval_distribution(SPIKES, DT)),
    "return_map": (return_map, lambda: return_map(SPIKES, DT)),
    "variability": (variability, lambda: variability(SPIKES, DT)),
    "raster_image": (raster_image, lambda: raster_image(SPIKES, DT)),
    "pulse_packets": (lambda r: pulse_packets(r, width=4), lambda: pulse_packets(SPIKES, DT, width=4)),
    "pattern_of": (
        lambda r: pattern_of(r, None if r is RESULT else CURRENT, neuron=3).pattern,
        lambda: classify(TIMES, CURRENT, MANY.variables["v"][:, 3], DT).pattern,
    ),
}


def equal(a, b):
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, np.ndarray):
        return np.allclose(a, b, rtol=1e-6, equal_nan=True)  # dt is a float32 in a run: 1.5e-8 off
    return a == pytest.approx(b, rel=1e-6) if isinstance(a, float) else a == b


@pytest.mark.parametrize("given", [MANY, RESULT], ids=["recording", "result"])
@pytest.mark.parametrize("name", PAIRS)
def test_a_recording_is_measured_as_its_arrays_are(name, given):
    of_recording, of_arrays = PAIRS[name]
    assert equal(of_recording(given), of_arrays())


def test_distances_take_recordings_of_one_neuron():
    other = LIF().simulate(Constant(amplitude=1.6), duration=1000, neurons=1)
    assert van_rossum(ONE, other, 10.0) == van_rossum(ONE.spike_times(), other.spike_times(), 10.0) > 0
    assert victor_purpura(ONE, other, 0.1) == victor_purpura(ONE.spike_times(), other.spike_times(), 0.1) > 0
    with pytest.raises(
        ValueError, match=r"b is a recording of 8 neurons: give those of one, recording.spike_times\(0\)"
    ):
        van_rossum(ONE, MANY, 10.0)


def test_every_measure_of_spikes_takes_a_recording():
    """Whatever has a parameter for spikes, or for the dt of a signal, is above: but what is of measured voltages."""
    takes = {
        name
        for name, function in vars(analysis).items()
        if inspect.isfunction(function)
        and {"times", "spikes", "dt", "counts"} & set(inspect.signature(function).parameters)
    }
    others = {
        "classify",
        "pieces",
        "f_i_curve",
        "rheobase",
        "spike_waveforms",
        "measured_impedance",
        "voltage_clamp",
        "clamp_to",
        "correlation_transfer",
        "input_gradient",
        "input_difference",
        "poisson_trains",
        "conduction_speed",
        "count_distribution",
        "decoding",
        "encode_picture",
        "mutual_information",
        "pairing",
        "settled_release",
        "signal_lag",
        "triplets",
        "tuning_curves",
    }  # arrays of many kinds, or models
    assert takes - others <= PAIRS.keys()


def test_a_rate_is_never_wrong_by_a_thousand():
    """90 Hz, by every natural call."""
    assert rate(ONE) == pytest.approx(90.0)
    assert population_rate(ONE, width=1000.0)[1] == pytest.approx(90.0)
    assert population_rate(ONE.spikes, ONE.dt, 1000.0)[1] == pytest.approx(90.0)
    assert population_rate(ONE.spikes, 0.1, 1000.0)[1] == pytest.approx(90.0)
    assert instantaneous_rate(ONE, sigma=50.0)[1].mean() == pytest.approx(90.0)
    f, power = power_spectrum(ONE)
    assert f[-1] == pytest.approx(5000.0)  # half of 1 / 0.1 ms
    assert f[power[: len(f) // 40].argmax()] == pytest.approx(90.9, abs=f[1])  # 1 / 11 ms, below its first multiple


@pytest.mark.parametrize("dt", [1e-4, 1e-3])
def test_a_dt_in_s_is_noticed(dt):
    """simulate takes s; a run's own dt is in ms."""
    run = simulate(LIF_NEURON, current=torch.full((1000, 1), 1.5), dt=dt)
    with pytest.warns(UserWarning, match=rf"dt = {dt:.7g} is taken for ms: where it is in s, give {1000 * dt:g}"):
        population_rate(run.spikes, dt, 10 * dt)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        population_rate(run.spikes, run.dt, 10 * run.dt)
        population_rate(run, width=10 * run.dt)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: population_rate(MANY, 1.0), "dt = 1 is not allowed: a recording has its own; give other numbers by"),
        (lambda: population_rate(MANY), "width is missing: give it in ms"),
        (lambda: population_rate(SPIKES), "dt is missing: give it in ms, or a Recording"),
        (
            lambda: cv(MANY),
            r"times is a recording of 8 neurons: give those of one, recording.spike_times\(0\), or neuron=0",
        ),
        (lambda: cv(MANY, neuron=8), "neuron = 8 is not allowed: give a whole number from 0 to 7"),
        (lambda: cv(MANY, neuron=-1), "neuron = -1 is not allowed"),
        (lambda: cv(TIMES, neuron=2), "neuron = 2 is not allowed with times of one: give a Recording"),
        (lambda: cv(MANY.spikes[:, 0]), "times holds True and False: give times in ms, or the Recording itself"),
        (lambda: rate(MANY, 400.0, neuron=1), "duration = 400 is not allowed: a recording has its own, 400 ms"),
        (lambda: rate([1.0]), "duration is missing: give it in ms"),
        (lambda: rate([200.0], duration=100.0), "times has 200 ms: give times from 0 to 100 ms"),
        (lambda: spike_statistics([5.0, 200.0], 100.0), "times has 200 ms: give times from 0 to 100 ms"),
        (lambda: instantaneous_rate(ONE), "sigma is missing: give it in ms"),
        (lambda: spike_triggered_average(CURRENT, MANY, neuron=1), "before is missing: give it in ms"),
        (lambda: spike_triggered_average(CURRENT[:9], ONE, before=1.0), "signal has 9 samples and the recording 10000"),
        (lambda: fano_factor(MANY), "width is missing"),
        (lambda: fano_factor([[1, 2]], width=5.0), "width = 5 is not allowed with counts: give a Recording"),
        (lambda: synchrony_index(np.ones((5, 2)), width=5.0), "width = 5 is not allowed with counts"),
        (lambda: synchrony_index(simulate(LIF_NEURON, current=torch.ones(9, 2), dt=1e-4, record=())), "v is not among"),
        (lambda: pattern_of(replace(ONE, current=None)), "current is missing: this Recording has none, give current="),
        (lambda: pattern_of(RESULT, CURRENT), "current is not allowed with a result: it knows its own"),
        (lambda: pattern_of(3), "result is an int: give that of Experiment.run"),
        (lambda: released(3), "recording is an int: give the Recording of a synapse"),
    ],
)
def test_what_is_missing_or_too_much_is_said(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_voltage_that_is_not_there_in_every_step_is_missed():
    p, current = AdEx().p(), torch.full((1000, 3), 500.0)
    thin = simulate(AdEx.neuron, current=current, p=p, dt=1e-4, every=10)
    with pytest.raises(ValueError, match="v was recorded every 10 steps: record it in all of them"):
        pattern_of(thin, current[:, 0], neuron=0)
    some = simulate(AdEx.neuron, current=current, p=p, dt=1e-4, neurons=[1])
    assert pattern_of(some, current[:, 1], neuron=1).sentence
    with pytest.raises(ValueError, match="v of neuron 0 was not recorded"):
        pattern_of(some, current[:, 0], neuron=0)


def test_any_shape_of_population():
    grid = Recording({}, MANY.spikes.reshape(-1, 2, 4), MANY.dt)
    assert (spike_counts(grid, width=5.0) == spike_counts(MANY, width=5.0)).all()
    alone = Recording({}, MANY.spikes[:, 0], MANY.dt)
    assert cv(alone) == cv(MANY, neuron=0)
    assert spike_counts(alone, width=5.0).shape == (80, 1)


def test_tensors_that_need_a_gradient_are_measured():
    """By their values: detached."""
    current = torch.full((2000, 3), 1.5, requires_grad=True)
    run = simulate(LIF_NEURON, current=current, dt=1e-4)
    assert run.variables["v"].requires_grad
    assert cv(run, neuron=0) == pytest.approx(0.0, abs=1e-9)
    assert population_rate(run, width=100.0)[1].mean() > 50
    assert synchrony_index(run) == pytest.approx(1.0)
    assert pattern_of(run, current[:, 0], neuron=0).pattern == "tonic spiking"
    times = torch.tensor([10.0, 20.0, 35.0], requires_grad=True)
    assert isi(times).tolist() == [10.0, 15.0]
    assert fano_factor(torch.ones(4, 2, requires_grad=True)).tolist() == [0.0, 0.0]
    assert power_spectrum(torch.rand(64, requires_grad=True), 1.0)[1].shape == (8,)
    assert spike_triggered_average(torch.rand(50, requires_grad=True), [20.0], 1.0, 5.0)[1] is not None
    assert rate(torch.tensor([10.0], dtype=torch.bfloat16), 100.0) == 10.0


def test_what_a_synapse_releases_may_have_a_gradient():
    recording = PRESETS["stp-depressing"].experiment().run().recording
    needing = Recording(
        {name: values.clone().requires_grad_() for name, values in recording.variables.items()},
        recording.spikes.float().requires_grad_(),
        recording.dt,
    )
    assert released(needing) == released(recording)


def test_the_rate_while_the_stimulus_lasts():
    """27 spikes in 300 of 400 ms."""
    found = spike_statistics(MANY, onset=RESULT.onset, end=RESULT.end, neuron=0)
    assert (RESULT.onset, RESULT.end) == (50.0, 350.0)
    assert found.spikes == 27
    assert found.rate == pytest.approx(67.5)
    assert found.rate_driven == pytest.approx(90.0)
    assert spike_statistics([10.0], 100.0, onset=200.0).rate_driven is None, "the stimulus never comes"
    assert spike_statistics([10.0, 50.0], 100.0, onset=10.0, end=50.0).rate_driven == 25.0  # (10, 50] ms


GOING = Experiment(AdEx(), Step(amplitude=500, onset=150, length=200), {"duration": 200})
WHOLE = Experiment(AdEx(), Step(amplitude=500, onset=150, length=200), {"duration": 400}).run()
SECOND = GOING.run(resume=GOING.run())


def test_a_recording_that_goes_on_is_measured_in_its_own_time():
    """As the second half of the whole: rates over 200 ms, times from 200 ms on."""
    times = WHOLE.recording.spike_times()
    late = times[times > 200]
    assert rate(SECOND) == 1000 * len(late) / 200 > 0
    assert latency(SECOND) == late[0] - 200
    assert latency(SECOND, onset=200.0) == latency(late, onset=200.0)
    told = spike_statistics(SECOND, end=350.0)
    assert (told.spikes, told.rate, told.latency) == (len(late), rate(SECOND), latency(SECOND))
    assert told.rate_driven == pytest.approx(1000 * len(late[late <= 350]) / 150)
    for measure, given in ((instantaneous_rate, {"sigma": 2.0}), (population_rate, {"width": 10.0})):
        (t, found), (all_t, all_found) = measure(SECOND, **given), measure(WHOLE, **given)
        half = all_t > 200
        np.testing.assert_allclose(t, all_t[half])
        inner = slice(len(t) // 10, None)  # what is mirrored at the border is not the past
        np.testing.assert_allclose(found[inner], all_found[half][inner])
    _, mean = spike_triggered_average(SECOND.current, SECOND, before=5.0)
    at = np.rint(late / 0.1).astype(int) - 1
    at = at[at - 50 >= 2000]
    np.testing.assert_allclose(mean, [WHOLE.current.numpy()[at + k].mean() for k in range(-50, 1)], rtol=1e-6)
    assert pattern_of(SECOND).pattern == pattern_of(SECOND.recording).pattern


def test_what_a_synapse_released_is_known_from_its_beginning_alone():
    experiment = PRESETS["stp-depressing"].experiment()
    with pytest.raises(ValueError, match=r"recording begins at .* ms, going on from another"):
        released(experiment.run(resume=experiment.run()))
