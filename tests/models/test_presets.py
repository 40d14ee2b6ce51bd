"""Presets: whole experiments as data, and each is what it says it is."""

import math

import numpy as np
import pytest
import torch

from snnlab.analysis import cv, spike_statistics
from snnlab.core import HELD, Quantity
from snnlab.functional import LIF
from snnlab.models import FAMILIES, PRESETS, STIMULI, Experiment
from snnlab.models.presets.neurons import _first

# The twenty patterns and their variants are held, and run, in test_izhikevich_patterns; what is no neuron, in
# test_presets_of_families.
OTHERS = {
    key: preset
    for key, preset in PRESETS.items()
    if preset.model.family == "neuron" and not key.startswith("izhikevich-2004")
}

every_preset = pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
every_other = pytest.mark.parametrize("preset", OTHERS.values(), ids=OTHERS)


def measured(preset, **settings):
    """Statistics of the neuron without noise, and spikes of all."""
    experiment = PRESETS[preset].experiment()
    experiment.settings.param.update(**settings)
    result = experiment.run()
    recording = result.recording
    duration = len(recording.spikes) * recording.dt
    begin = result.onset
    return spike_statistics(recording.spike_times(), duration, begin), recording


def test_there_are_presets_for_every_model():
    shown = {preset.model for preset in PRESETS.values()}
    without = [cls for kinds in FAMILIES.values() for cls in kinds.values() if cls not in shown]
    assert not without, "\n".join(
        f"{cls.__name__} of the family {cls.family!r} has no preset: add one to a list in snnlab/models/presets, "
        f"beside {next(p.id for p in PRESETS.values() if p.model.family == cls.family)!r}, and the list to `_ALL`"
        for cls in without
    )


def test_a_model_has_its_presets_by_their_names():
    for kinds in FAMILIES.values():
        for cls in kinds.values():
            assert list(cls.presets.values()) == [preset for preset in PRESETS.values() if preset.model is cls]
            assert all(name == preset.name for name, preset in cls.presets.items())


def test_ids_can_stand_in_an_address():
    for key, preset in PRESETS.items():
        assert key == preset.id
        assert all(c.isalnum() or c in "-_" for c in key)


@every_preset
def test_a_preset_says_what_to_look_for_and_where_it_is_from(preset):
    assert preset.name
    assert preset.look
    assert not preset.look.endswith(".")  # it is set into a sentence
    assert any(char.isdigit() for char in preset.source), "a source has a year or a number"


@every_preset
def test_a_preset_is_an_experiment(preset):
    """All its values are knobs, within their bounds, and are those of the experiment it makes."""
    experiment = preset.experiment()
    assert type(experiment) is Experiment
    assert type(experiment.model) is preset.model
    assert preset.values.items() <= experiment.model.values().items()
    for name, values in preset.inner.items():
        assert values.items() <= getattr(experiment.model, name).values().items()
    assert preset.settings.items() <= experiment.settings.values().items()
    assert experiment.initial.at_rest == (not preset.initial)
    assert preset.initial.items() <= experiment.initial.values().items()
    most = 200_000 if getattr(preset.model.definition, "learns", False) else 20_000  # weights take minutes, in a second
    assert 1 <= experiment.steps <= most, "a preset answers at once"


@every_preset
def test_a_preset_is_not_changed_by_its_experiments(preset):
    one, other = preset.experiment(), preset.experiment()
    one.settings.seed = 77
    assert other.settings.seed == preset.settings.get("seed", 0)
    for field, mark in one.model.marks.items():
        if isinstance(mark, Quantity):
            name = one.model.shown[field]
            before = getattr(other.model, name)
            setattr(one.model, name, mark.allowed[1])
            assert getattr(other.model, name) == getattr(preset.experiment().model, name) == before


@every_other
def test_a_preset_runs_and_fires(preset):
    experiment = preset.experiment()
    experiment.settings.neurons = min(experiment.settings.neurons, 5)
    result = experiment.run()
    recording = result.recording
    assert result.failure is None
    if preset.model.neuron.imposed is not None:  # under voltage clamp it never spikes: its current must move
        assert np.ptp(recording.variables[HELD][:, -1].numpy()) > 100
    elif preset.model.neuron.excess is None:  # an integrator never spikes: its membrane must move
        assert np.ptp(recording.variables["v"][:, 0].numpy()) > 0.3
        assert not recording.spikes.any()
    else:
        assert recording.spikes.any(), "something is to be seen"


def test_lif_constant_current():
    """Equal intervals of tau ln(I / (I - v_th)), up to the step in which a spike is noticed."""
    numbers, _ = measured("lif-constant")
    assert numbers.mean_isi == pytest.approx(10 * math.log(3), abs=0.1)
    assert numbers.cv_isi <= 1e-3
    assert numbers.latency == pytest.approx(numbers.mean_isi, abs=0.1)


def test_lif_step():
    numbers, recording = measured("lif-step")
    times = recording.spike_times()
    assert times.min() > 20.0
    assert times.max() <= 80.0
    assert numbers.latency == pytest.approx(10 * math.log(1.2 / 0.2), abs=0.2)
    assert abs(recording.variables["v"][-1, 0].item()) < 0.2  # on its way back to rest


def test_lif_below_threshold():
    """Silent without noise; the noisier, the more it fires."""
    numbers, recording = measured("lif-below", duration=500.0)
    assert numbers.spikes == 0
    counts = recording.spikes.sum(dim=0)
    assert counts[0] == counts[1] == 0
    assert counts[-5:].min() > 0
    assert counts[-5:].sum() > counts[5:10].sum()


def test_lif_driven_by_fluctuations():
    """The mean is below threshold, and intervals scatter nearly as much as they last."""
    preset = PRESETS["lif-fluctuations"]
    assert preset.experiment().stimulus.mean < preset.experiment().model.v_th
    numbers, _ = measured("lif-fluctuations", duration=8000.0, neurons=1, noise=0.0)
    assert numbers.spikes > 50
    # Regular is 0 and Poisson 1. The standard error of a CV near 1 from some eighty intervals is about 0.1.
    assert 0.7 < numbers.cv_isi < 1.3


def test_lif_summation_of_pulses():
    """One pulse takes v to A (1 - exp(-width / tau)) < 1 only; what is left of it carries the next ones further."""
    q = PRESETS["lif-pulses"].experiment().stimulus
    alone = q.amplitude * (1 - math.exp(-q.width / 10))
    left = alone * math.exp(-(q.period - q.width) / 10)
    second = q.amplitude - (q.amplitude - left) * math.exp(-q.width / 10)
    assert alone < 0.9
    _, recording = measured("lif-pulses", neurons=1, noise=0.0)
    assert recording.spike_times()[0] > q.onset + q.period, "the first pulse is too weak"
    v = recording.variables["v"][:, 0]
    first, again = (
        v[(recording.time > start) & (recording.time < start + q.period)].max().item()
        for start in (q.onset, q.onset + q.period)
    )
    # Euler at 0.1 ms is off by less than dt / tau = 1 %
    assert first == pytest.approx(alone, rel=0.01)
    assert again == pytest.approx(min(second, 1.0), rel=0.01)


def test_cells_of_2003_differ_as_their_names_say():
    numbers, intervals = {}, {}
    for cell in ("RS", "IB", "CH", "FS", "LTS"):
        numbers[cell], recording = measured(f"izhikevich-2003-{cell}", neurons=1, noise=0.0)
        intervals[cell] = torch.from_numpy(recording.spike_times()).diff()
    assert (intervals["RS"].diff() > -1).all(), "intervals grow"
    assert intervals["RS"][-1] > 1.2 * intervals["RS"][0]
    assert intervals["IB"][0] < 5 < 10 < intervals["IB"][-1], "a burst, then single spikes"
    assert (intervals["CH"] < 5).sum() > 2 * (intervals["CH"] > 10).sum() > 2, "bursts, again and again"
    assert numbers["FS"].cv_isi < 0.1, "no adaptation"
    assert numbers["FS"].rate > 2 * numbers["RS"].rate
    assert numbers["LTS"].rate > 2 * numbers["RS"].rate
    assert intervals["LTS"][-1] > 1.2 * intervals["LTS"][0], "it adapts"


@pytest.mark.parametrize("key", ["lif-recorded", "izhikevich-recorded"])
def test_recorded_current_drives_both_neurons(key):
    """Faster as the ramp climbs, as in the measured cell: more spikes in the second half than in the first."""
    numbers, recording = measured(key, neurons=1, noise=0.0)
    times = recording.spike_times()
    assert numbers.spikes >= 5
    assert (times > 500).sum() > (times <= 500).sum()


# -- stimuli ----------------------------------------------------------------------------------------------------------


def swing(recording, begin, end):
    """Half of how far the voltage goes within a stretch of time, in ms."""
    v = recording.variables["v"][:, 0].double().numpy()
    return np.ptp(v[(recording.time >= begin) & (recording.time < end)]) / 2


def test_every_stimulus_has_presets_by_their_names():
    for kind in STIMULI.values():
        assert kind.presets, f"{kind.__name__} has no preset: add one to SHOWN in snnlab/models/presets/stimuli.py"
        for name, preset in kind.presets.items():
            assert preset.experiment().stimulus.kind is kind.kind
            assert name in (preset.name, f"{preset.name}, {preset.model.__name__}")
    assert sum(len(kind.presets) for kind in STIMULI.values()) == len(PRESETS)
    with pytest.raises(ValueError, match="the preset of Chirp 'ZAP' is not known: choose one of Chirp"):
        STIMULI["Chirp"].presets["ZAP"]


def test_a_membrane_is_a_low_pass_filter():
    """The gain at f is 1 / sqrt(1 + (2 pi f tau)^2); within 100 ms, the chirp's f moves by 2.5 Hz."""
    recording = PRESETS["li-zap"].experiment().run().recording
    for begin in (800.0, 1200.0, 1800.0):
        f = 50 * (begin + 50) / 2000 / 1000
        assert swing(recording, begin, begin + 100) == pytest.approx(1 / math.hypot(1, 2 * math.pi * f * 10), rel=0.1)


def test_a_resonator_answers_its_own_frequency():
    """1000 / 49.7 Hz at its bifurcation (tests/data/analytic.json, izh-fixed-rz); the answer comes a little later."""
    experiment = PRESETS["izhikevich-2003-RZ-zap"].experiment()
    when = experiment.run().recording.spike_times()
    assert len(when) > 5 and when.min() > 40 * 15 and when.max() < 40 * 30
    experiment.stimulus.amplitude = 0.02
    recording = experiment.run().recording
    swings = {f: swing(recording, 40 * f, 40 * f + 100) for f in range(2, 48)}  # the chirp has f at 40 f ms
    assert 20 <= max(swings, key=swings.get) <= 26
    assert max(swings.values()) > 2 * max(swings[5], swings[46])


def test_background_spikes_make_irregular_ones():
    _, recording = measured("lif-background", duration=10_000.0)
    stimulus = PRESETS["lif-background"].experiment().stimulus
    assert stimulus.rate / 1000 * stimulus.weight * stimulus.tau == pytest.approx(0.7)
    assert cv(recording.spike_times()) > 0.7


def test_spikes_while_a_table_is_above_threshold():
    _, recording = measured("lif-table", noise=0.0)
    experiment = PRESETS["lif-table"].experiment()
    current = experiment.stimulus.sample(len(recording.spikes), recording.dt).numpy()
    steps = np.flatnonzero(recording.spikes[:, 0].numpy())
    assert len(steps) > 8
    assert (current[steps] > 1).all()
    rising, late = np.diff(steps[current[steps] < 2.4])[:3], np.diff(steps[-3:])
    assert (np.diff(rising) < 0).all() and np.ptp(late) <= 1, "faster as the current grows; equal where it stays"


def test_noise_brings_a_weak_sine_to_light():
    """Spikes gather where the sine is high; neither the sine alone nor at another phase has that."""
    experiment = PRESETS["lif-hidden-sine"].experiment()
    experiment.settings.duration = 5000.0
    when = experiment.run().recording.spikes.nonzero()[:, 0].numpy() * experiment.settings.dt
    phases = np.exp(2j * np.pi * when * experiment.stimulus.parts[0].frequency / 1000)
    assert len(when) > 200
    assert abs(phases.mean()) > 0.25
    assert np.angle(phases.mean()) / (2 * np.pi) == pytest.approx(0.25, abs=0.08), "a sine is highest at a quarter"
    experiment.stimulus.parts[1].sigma = 0.0
    experiment.settings.noise = 0.0
    assert not experiment.run().recording.spikes.any()


def test_adaptation_outlasts_a_strong_current():
    _, recording = measured("adex-levels", noise=0.0)
    spikes = recording.spike_times()
    strong, weak = spikes[spikes <= 500], spikes[spikes > 500]
    assert (np.diff(strong)[1:6] > np.diff(strong)[:5]).all()
    pause, after = weak[0] - strong[-1], np.diff(weak)
    assert len(after) >= 3 and np.ptp(after) < 1
    assert pause > 2 * after[0]


# -- the first of a neuron --------------------------------------------------------------------------------------------


def test_a_first_preset_may_have_any_stimulus_and_step():
    preset = _first(LIF, "it fires ever faster", "Ramp", 300.0, dt=0.05, end=3.0)
    assert preset.name == "Ramp" and preset.id == "lif-ramp"
    experiment = preset.experiment()
    assert (experiment.stimulus.end, experiment.settings.dt) == (3.0, 0.05)
    assert _first(LIF, "it fires", duration=300.0).settings["dt"] == 0.2
    with pytest.raises(ValueError, match=r"the stimulus .Rmap. is not known: did you mean Ramp"):
        _first(LIF, "it fires", "Rmap")
