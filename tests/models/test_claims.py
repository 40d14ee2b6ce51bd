"""What presets tell people to look for is what their runs show: every number in these sentences is measured again."""

import re

import numpy as np
import pytest

from snnlab.analysis import cv, fixed_points, pattern_of, released
from snnlab.models import PRESETS


def said(key):
    """The numbers in what a preset tells people to look for."""
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", PRESETS[key].look)]


def run(key, **settings):
    """A preset's run; of a neuron alone and without noise."""
    experiment = PRESETS[key].experiment()
    alone = {"neurons": 1, "noise": 0.0} if PRESETS[key].model.family == "neuron" else {}
    experiment.settings.param.update(**alone | settings)
    return experiment.run()


def intervals(key):
    return np.diff(run(key).recording.spike_times())


def voltage(key):
    recording = run(key).recording
    return recording.time, recording.variables["v"][:, 0].double().numpy()


# ---- neurons -------------------------------------------------------------------------------------------------------


def test_a_cv_of_fluctuations():
    """0.77 in the run that is shown; 0.80 to 0.95 in 20 s of other seeds."""
    claimed, chance = said("lif-fluctuations")
    assert cv(run("lif-fluctuations").recording) == pytest.approx(claimed, abs=0.05)
    assert chance == 1
    longer = [cv(run("lif-fluctuations", duration=20_000.0, seed=seed).recording) for seed in range(3)]
    assert longer == pytest.approx([0.87] * 3, abs=0.15)


def test_the_exponential_term_hastens_a_spike():
    here, of_lif = said("lifex-constant")
    assert intervals("lifex-constant") == pytest.approx(here, abs=0.05)
    assert 10 * np.log(1.2 / 0.2) == pytest.approx(of_lif, abs=0.05)
    assert PRESETS["lifex-constant"].stimulus.values["amplitude"] == 1.2


def test_there_is_no_upstroke_where_the_threshold_is_that_of_the_exponential():
    """v' falls all the way: -v + delta_T exp((v - v_th) / delta_T) does so below v_th. So no text may speak of one."""
    t, v = voltage("lifex-constant")
    slopes = np.diff(v[(t > 11) & (t < 21)])
    assert (np.diff(slopes) < 1e-6).all()
    assert not any("upstroke" in PRESETS[key].look for key in ("lifex-constant", "lifexencoder-constant"))


def test_adex_intervals():
    first, last = said("adex-2008-a")
    found = intervals("adex-2008-a")
    assert found[0] == pytest.approx(first, abs=0.05)
    assert found[6:] == pytest.approx(last, abs=0.05)
    assert (np.diff(intervals("adex-2008-b")) > 0).all(), "every one is longer than the one before"
    assert (np.diff(intervals("adex-2008-e")) <= 0.11).all(), "they shrink, but for a step of dt"
    assert intervals("adex-2008-e")[-1] < 0.6 * intervals("adex-2008-e")[0]
    shortest, longest = said("adex-2008-h")
    found = intervals("adex-2008-h")
    assert (found.min(), found.max()) == pytest.approx((shortest, longest), abs=0.6)
    assert found.std() > 0.3 * found.mean()


def test_adex_bursts():
    found = intervals("adex-2008-c")
    assert (found < 10).sum() == 2 == (found < 10)[:2].sum(), "three spikes, then single ones"
    assert np.flatnonzero(intervals("adex-2008-f") > 40).tolist() == [3, 7, 11, 15, 19, 23], "bursts of four"
    assert run("adex-2008-f").recording.spike_times()[0] > 50
    assert (intervals("adex-2008-d") > 100).sum() == 3
    model = PRESETS["adex-2008-d"].experiment().model
    assert model.V_r > model.V_T


def test_cells_of_2003():
    found = intervals("izhikevich-2003-RS")
    assert found[0] < found[1:].min() / 2 and np.ptp(found[1:]) <= 0.25
    found = intervals("izhikevich-2003-FS")
    (mean,) = said("izhikevich-2003-FS")
    assert (found[:3] < mean).all() and found[3:] == pytest.approx(mean, abs=0.3)
    first, last = said("izhikevich-2003-LTS")
    found = intervals("izhikevich-2003-LTS")
    assert (found[0], found[-1]) == pytest.approx((first, last), abs=0.1)
    first, longest = said("izhikevich-2003-TC")
    found = intervals("izhikevich-2003-TC")
    assert (found[0], found.max()) == pytest.approx((first, longest), abs=0.3)
    assert (np.diff(found[:5]) > 0).all()
    assert pattern_of(run("izhikevich-2003-TC")).pattern == "spike frequency adaptation"


def test_rebounds_come_long_after_the_pulse():
    for letter in "MN":
        (delay,) = said(f"izhikevich-2004-{letter}")
        result = run(f"izhikevich-2004-{letter}")
        assert result.recording.spike_times()[0] - result.end == pytest.approx(delay, abs=0.3)


def test_tonic_spiking_begins_with_two_shorter_intervals():
    found = intervals("izhikevich-2004-A")
    assert (found[:2] < 0.6 * found[2]).all() and np.ptp(found[2:]) <= 0.25


def test_class_2_begins_at_twice_the_rate_of_class_1():
    assert intervals("izhikevich-2004-G")[0] == pytest.approx(2 * intervals("izhikevich-2004-H")[0], rel=0.05)


def test_the_resonator_of_2003_answers_its_own_frequency():
    """24.4 Hz, by the eigenvalues at its rest: it fires from 18 to 27 Hz, when a chirp of 25 Hz a second comes by."""
    low, high, own = said("izhikevich-2003-RZ-zap")
    model = PRESETS["izhikevich-2003-RZ-zap"].experiment().model
    rest = next(point for point in fixed_points(model) if point.stable)
    assert 1000 * abs(rest.eigenvalues[0].imag) / (2 * np.pi) == pytest.approx(own, abs=0.5)
    at = run("izhikevich-2003-RZ-zap").recording.spike_times() / 40
    assert (at.min(), at.max()) == pytest.approx((low, high), abs=0.5)


def test_a_membrane_leaves_a_third_of_the_end_of_a_chirp():
    t, v = voltage("li-zap")
    assert np.ptp(v[t > 1900]) / 2 == pytest.approx(1 / 3, abs=0.03)
    assert v[t < 400].max() > 0.95


def test_an_eif_neuron_is_slow_below_v_t_and_needs_no_threshold():
    _, v = voltage("eif-constant")
    model = PRESETS["eif-constant"].experiment().model
    assert (np.abs(v - model.V_T) < 2 * model.Delta_T).mean() > 0.5, "half of the time is near V_T"
    assert (v > model.V_T + 5).any(), "beyond V_T it goes on by itself"


# ---- codes and surrogates ------------------------------------------------------------------------------------------


def test_an_encoder_with_an_exponential_term_needs_less():
    claimed, of_lif = said("lifexencoder-constant")
    for key, least in (("lifexencoder-constant", claimed), ("lifencoder-constant", of_lif)):
        experiment = PRESETS[key].experiment()
        for amplitude, fires in ((0.98 * least, False), (1.02 * least, True)):
            experiment.stimulus.amplitude = amplitude
            assert experiment.run().recording.spikes.any() == fires


def test_what_is_decoded_of_signed_spikes_goes_below_zero():
    variables = run("signedpoisson-wave").recording.variables
    x, decoded = variables["x"].ravel(), variables["decoded"].ravel()
    assert decoded.min() < -0.4 and decoded.max() > 0.4
    assert np.corrcoef(x[100:-25], decoded[125:])[0, 1] > 0.7


def test_nothing_below_the_threshold_of_an_encoder_leaves_a_spike():
    recording = run("lifencoder-wave").recording
    assert recording.variables["x"].ravel()[recording.spikes[:, 0]].min() > 1


@pytest.mark.parametrize("name", ["logistic", "circ_dist"])
def test_random_surrogates_draw_their_spikes(name):
    recording = run(f"surrogate-{name}").recording
    x, z = recording.variables["x"].numpy(), recording.spikes[:, 0].numpy()
    shares = [z[(x >= low) & (x < low + 1)].mean() for low in (-2, -1, 0, 1)]
    assert (np.diff(shares) > 0).all() and shares[1] > 0 and shares[2] < 1
    assert "drawn" in PRESETS[f"surrogate-{name}"].look


@pytest.mark.parametrize("name", ["super", "triangle", "tanh", "circ", "heavi_erfc", "heaviside"])
def test_other_surrogates_step(name):
    variables = run(f"surrogate-{name}").recording
    x, slope, z = variables.variables["x"], variables.variables["slope"], variables.spikes[:, 0]
    assert (z == (x > 0)).all()
    if name == "heaviside":
        assert (slope == 0).all() and "its slope is zero" in PRESETS["surrogate-heaviside"].look
    else:
        assert abs(x[slope.argmax()]) < 0.02 and slope.max() > 0
        assert "largest at the threshold" in PRESETS[f"surrogate-{name}"].look


# ---- synapses; networks are in test_presets_of_families ------------------------------------------------------------


def test_pseudo_linear_responses_fall_by_a_third():
    change = {}
    for key in ("stp-depressing", "stp-facilitating", "stp-pseudo-linear"):
        sizes = released(run(key))
        change[key] = abs(np.log(sizes[-1] / sizes[0]))
    assert np.exp(-change["stp-pseudo-linear"]) == pytest.approx(2 / 3, abs=0.05)
    assert change["stp-pseudo-linear"] < change["stp-facilitating"] < change["stp-depressing"]
