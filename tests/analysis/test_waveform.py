"""Shapes of spikes: pulses whose answers are exact, and a recorded neuron."""

import numpy as np
import pytest

from snnlab.analysis.waveform import crossings, spike_waveforms
from snnlab.models.recordings.files import read
from tests.golden import SHIPPED

FILE = SHIPPED / "17o05027_ic_ramp.abf"
DT = 0.05
T = np.arange(0, 100, DT)


def pulses(*peaks):
    """Each from -60 mV in 2 ms to 20 mV, in 4 ms to -70 mV, in 10 ms back: slopes 40, -22.5 and 1 mV/ms."""
    corners = [(p + x, v) for p in peaks for x, v in ((-2, -60.0), (0, 20.0), (4, -70.0), (14, -60.0))]
    return np.interp(T, *zip(*corners))


def test_a_pulse_of_straight_lines():
    """The slope between two samples is half of 40 mV/ms at the corner, which is therefore where it is 20.

    At -20 mV, after 1 ms, the pulse is halfway up; down again at 40 / 22.5 ms.
    """
    (spike,) = spike_waveforms(pulses(30.0), T, crossings(pulses(30.0), T, 0.0))
    assert spike.time == pytest.approx(30.0)
    assert spike.peak == pytest.approx(20.0)
    assert spike.threshold_time == pytest.approx(28.0)
    assert spike.threshold == pytest.approx(-60.0)
    assert spike.half_width == pytest.approx(1 + 40 / 22.5)
    assert spike.ahp_time == pytest.approx(4.0)
    assert spike.ahp_depth == pytest.approx(10.0)


def test_every_pulse_of_a_train():
    """Found by a potential or by the slope."""
    v = pulses(10.0, 50.0, 70.0)
    rise = np.gradient(v, T)
    by_potential, by_slope = (
        spike_waveforms(v, T, spikes) for spikes in (crossings(v, T, -10.0), crossings(rise, T, 20.0))
    )
    assert by_potential == by_slope
    assert [spike.time for spike in by_potential] == pytest.approx([10.0, 50.0, 70.0])
    assert [spike.ahp_depth for spike in by_potential] == pytest.approx([10.0] * 3)
    assert by_potential[0].half_width == pytest.approx(1 + 40 / 22.5)


def test_threshold_of_an_exponential_upstroke():
    """v = exp(t / 0.5 ms) rises by 2 v per ms, 20 mV/ms at 10 mV; between samples by sinh(0.1) / 0.1 times as much."""
    v = np.where(T < 41.99, np.exp((T - 40.0) / 0.5), 0.0)
    (spike,) = spike_waveforms(v, T, crossings(v, T, 30.0))
    assert spike.threshold == pytest.approx(10.0 / (np.sinh(0.1) / 0.1), rel=2e-3)  # straight lines between samples
    assert spike.threshold_time == pytest.approx(40.0 + 0.5 * np.log(10.0), abs=2e-3)


def test_crossings_are_between_samples():
    v = np.cos(T / 3)
    expected = 3 * (np.arange(1, 6) * 2 * np.pi - np.arccos(0.5))
    found = crossings(v, T, 0.5)
    assert found == pytest.approx(expected[expected < T[-1]], abs=1e-3)  # straight lines: dt^2 / 8 v'' / v'
    assert crossings(v, T, 2.0).tolist() == []


def test_a_level_that_is_met_exactly_is_crossed_once():
    assert crossings([-1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 2.0, 3.0], 0.0).tolist() == [1.0]
    assert crossings([0.0, 1.0, 0.0, -1.0], [0.0, 1.0, 2.0, 3.0], 0.0).tolist() == []


def test_times_need_not_be_even_nor_begin_at_zero():
    v, t = pulses(30.0), T + 500.0
    uneven = np.delete(np.arange(len(t)), np.arange(700, 1500, 3))  # the tail is sampled elsewhere
    for chosen in (slice(None), uneven):
        (spike,) = spike_waveforms(v[chosen], t[chosen], crossings(v[chosen], t[chosen], 0.0))
        assert (spike.time, spike.threshold_time) == pytest.approx((530.0, 528.0))
        assert spike.half_width == pytest.approx(1 + 40 / 22.5)


def test_what_a_recording_does_not_show_is_none():
    v = pulses(30.0)
    cut = {
        name: round(end / DT) for name, end in (("rising", 29.5), ("falling", 31.0), ("half", 33.0), ("whole", 40.0))
    }
    found = {name: spike_waveforms(v[:n], T[:n], crossings(v[:n], T[:n], -30.0)) for name, n in cut.items()}
    assert found["rising"] == ()
    assert found["falling"][0].threshold == pytest.approx(-60.0)
    assert (found["falling"][0].half_width, found["falling"][0].ahp_depth) == (None, None)
    assert found["half"][0].half_width == pytest.approx(1 + 40 / 22.5)
    assert found["half"][0].ahp_time is None
    assert found["whole"][0].ahp_depth == pytest.approx(10.0)
    assert spike_waveforms(v, T, []) == ()


def test_a_slope_that_is_not_reached_gives_no_threshold():
    (spike,) = spike_waveforms(pulses(30.0), T, [29.0], slope=50.0)
    assert (spike.threshold_time, spike.threshold, spike.half_width, spike.ahp_depth) == (None,) * 4
    assert spike.peak == pytest.approx(20.0)
    assert spike.ahp_time == pytest.approx(4.0)


def test_the_ahp_is_looked_for_near_the_spike():
    """A slow fall after the stimulus is no AHP."""
    v = pulses(30.0) - np.clip(T - 60.0, 0, None)
    spikes = crossings(v, T, 0.0)
    assert spike_waveforms(v, T, spikes, after=25.0)[0].ahp_time == pytest.approx(4.0)
    assert spike_waveforms(v, T, spikes, after=65.0)[0].ahp_time is None  # lowest at the end, and falling


@pytest.fixture(scope="module")
def sweeps():
    return read(FILE.read_bytes(), FILE.name)


def test_recorded_spikes_as_elephant(sweeps):
    """peak_detection of elephant 1.2.1, above 0 mV: the same samples."""
    expected = (
        [127.35, 281.25, 426.35, 573.65, 738.55, 883.0],
        [43.8, 192.85, 342.4, 452.3, 560.0, 659.35, 759.65, 857.25, 949.05],
    )
    for sweep, times in zip(sweeps, expected):
        spikes = spike_waveforms(sweep.voltage, sweep.time, crossings(sweep.voltage, sweep.time, 0.0))
        assert [spike.time for spike in spikes] == pytest.approx(times)


def test_recorded_shapes_as_scipy(sweeps):
    """scipy's peak_widths at half of the height over the threshold, and the lowest sample in 50 ms."""
    from scipy.signal import find_peaks, peak_widths

    for sweep in sweeps:
        v, t = sweep.voltage, sweep.time
        spikes = spike_waveforms(v, t, crossings(v, t, 0.0))
        peaks, _ = find_peaks(v, height=0.0, distance=200)
        assert [spike.peak for spike in spikes] == v[peaks].tolist()
        heights = np.array([spike.peak - spike.threshold for spike in spikes])
        near = peaks - 200, np.minimum(peaks + 200, len(v) - 1)
        widths = peak_widths(v, peaks, 0.5, (heights, *near))[0] * DT
        assert [spike.half_width for spike in spikes] == pytest.approx(widths, rel=1e-9)
        lowest = np.array([v[peak : peak + 1001].min() for peak in peaks])
        assert [spike.threshold - spike.ahp_depth for spike in spikes] == pytest.approx(lowest)


def test_recorded_thresholds(sweeps):
    """There the slope is 20 mV/ms, measured by another rule: a cubic through the samples around.

    A level of the digitiser is 0.03 mV, which is 0.3 mV/ms over two samples, and the cubic smooths a bend of 0.6 ms.
    """
    from scipy.interpolate import CubicSpline

    for sweep in sweeps:
        v, t = sweep.voltage, sweep.time
        spikes, smooth = spike_waveforms(v, t, crossings(v, t, 0.0)), CubicSpline(t, v)
        for spike in spikes:
            near = np.abs(t - spike.threshold_time) < 0.3
            rising = np.polynomial.Polynomial.fit(t[near], v[near], 3).deriv()
            assert rising(spike.threshold_time) == pytest.approx(20.0, abs=2.0)
            assert smooth(spike.threshold_time) == pytest.approx(spike.threshold, abs=0.05)
            assert spike.threshold < 0 < spike.peak
        by_slope = spike_waveforms(v, t, crossings(np.gradient(v, t), t, 20.0))
        assert by_slope == spikes


@pytest.mark.parametrize(
    ("v", "t", "spikes", "words"),
    [
        ([1.0, 2.0], [0.0, 1.0, 2.0], [1.0], "v has 2 samples and t 3 times"),
        ([1.0], [0.0], [0.0], "at least two"),
        ([1.0, 2.0], [1.0, 0.0], [1.0], r"t\[1\] = 0 ms does not follow 1 ms"),
        ([1.0, np.nan], [0.0, 1.0], [1.0], r"v\[1\] = nan is not finite"),
        ([1.0, 2.0], [0.0, 1.0], [3.0], "spikes has 3 ms: give times from 0 to 1 ms"),
    ],
)
def test_refused(v, t, spikes, words):
    with pytest.raises(ValueError, match=words):
        spike_waveforms(v, t, spikes)


@pytest.mark.parametrize("option", ["slope", "after"])
def test_refused_options(option):
    with pytest.raises(ValueError, match=f"{option} = 0 is not allowed"):
        spike_waveforms([0.0, 1.0], [0.0, 1.0], [], **{option: 0.0})
