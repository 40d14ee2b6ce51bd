"""What encoders make of signals and what is found again, against closed forms, laws of scipy, and runs of their own."""

import math

import numpy as np
import pytest
from scipy import stats

from snnlab.analysis import (
    count_distribution,
    decoding,
    encode_picture,
    mutual_information,
    signal_lag,
    tuning_curves,
)
from snnlab.analysis.transfer import first_spike_theory
from snnlab.models import ENCODERS, LIF, STIMULI, AdEx, Experiment
from snnlab.models.digits import digits

Poisson, SignedPoisson, Population = (ENCODERS[name] for name in ("Poisson", "SignedPoisson", "PopulationCode"))
LIFEncoder, LIFExEncoder, Adapting, Latency = (
    ENCODERS[name] for name in ("LIFEncoder", "LIFExEncoder", "LIFAdExEncoder", "Latency")
)


# ---- tuning curves --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "x", "wanted"),
    [
        (Poisson(f_max=80.0), [0.0, 0.5, 1.0], [[0.0], [40.0], [80.0]]),
        (SignedPoisson(f_max=80.0), [-1.0, 0.25], [[-80.0], [20.0]]),
        (
            Population(out_features=3, scale=4.0, sigma=0.7, f_max=90.0),
            [0.0, 1.7, 4.0],
            [[90 * math.exp(-4 * (x - c) ** 2 / (2 * 0.49)) for c in (0, 2, 4)] for x in (0.0, 1.7, 4.0)],
        ),
    ],
    ids=["proportional", "signed", "bells"],
)
def test_rates_by_chance_are_the_closed_form(model, x, wanted):
    """A mean over 200 neurons and 1 s: five standard errors of a Poisson count, and one spike."""
    found = tuning_curves(model, x, duration=1000.0, neurons=200)
    assert found.unit == "Hz" and found.theory == pytest.approx(np.array(wanted), rel=1e-6, abs=1e-9)
    assert (abs(found.measured - wanted) <= 5 * np.sqrt(np.abs(wanted) / 200) + 1 / 200).all()


def test_rates_of_a_driven_neuron_are_one_over_the_time_to_threshold():
    """1 / (tau ln((I - v_reset) / (I - v_th))); an Euler step of 0.01 ms in an interval is below 1 % of it."""
    values = {"tau_mem": 12.0, "v_th": 0.8, "v_reset": -0.2}
    x = np.array([0.5, 1.0, 2.0, 4.0])
    wanted = np.append(0.0, 1000 / (12 * np.log((x[1:] + 0.2) / (x[1:] - 0.8))))
    found = tuning_curves(LIFEncoder(**values), x, dt=0.01)
    assert found.theory[:, 0] == pytest.approx(wanted, rel=1e-6)
    assert found.measured[:, 0] == pytest.approx(wanted, rel=0.01)


def test_first_spikes_come_when_the_membrane_is_at_its_threshold():
    """-tau ln(1 - v_th / I); none below the threshold."""
    x = np.array([0.9, 1.1, 2.0, 4.0])
    wanted = np.append(np.nan, -10 * np.log(1 - 1 / x[1:]))
    found = tuning_curves(Latency(), x, dt=0.01)
    assert found.unit == "ms" and found.theory[:, 0] == pytest.approx(wanted, rel=1e-6, nan_ok=True)
    assert found.measured[:, 0] == pytest.approx(wanted, abs=0.03, nan_ok=True)
    assert first_spike_theory(LIF(), x, start=0.5)[1:] == pytest.approx(10 * np.log((x[1:] - 0.5) / (x[1:] - 1)))
    assert first_spike_theory(AdEx(), x) is None


def test_an_exponential_term_is_integrated_and_adaptation_has_no_theory():
    exponential = tuning_curves(LIFExEncoder(), [1.5, 3.0], dt=0.01)
    assert exponential.measured == pytest.approx(exponential.theory, rel=0.01)
    adapting = tuning_curves(Adapting(), [5.0], duration=1000.0)
    assert adapting.theory is None and 0 < adapting.measured[0, 0] < tuning_curves(LIFExEncoder(), [5.0]).measured[0, 0]


# ---- counts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("x", "window"), [(0.3, 20.0), (1.0, 50.0)])
def test_counts_are_binomial(x, window):
    """By a chi-square test over counts that are expected five times or more; a right one fails once in 10,000."""
    found = count_distribution(Poisson(f_max=400.0), x, window, windows=4000, dt=1.0)
    n, q = int(window), 0.4 * x
    assert found.binomial == pytest.approx([math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in found.counts])
    assert found.poisson == pytest.approx([(n * q) ** k * math.exp(-n * q) / math.factorial(k) for k in found.counts])
    assert found.measured.sum() == pytest.approx(1.0) and found.fano[1] == pytest.approx(1 - q)
    assert found.binomial == pytest.approx(stats.binom.pmf(found.counts, n, q), abs=1e-12)
    expected = 4000 * found.binomial
    common = expected >= 5
    seen, hoped = (np.append(one[common], 4000 - one[common].sum()) for one in (4000 * found.measured, expected))
    assert stats.chisquare(seen, hoped * seen.sum() / hoped.sum()).pvalue > 1e-4
    assert found.fano[0] == pytest.approx(1 - q, abs=5 * (1 - q) * math.sqrt(2 / 4000))


def test_the_neuron_that_fires_most_is_counted():
    model = Population(out_features=6, scale=5.0)
    assert count_distribution(model, 3.1).neuron == 3
    assert count_distribution(model, 3.1, neuron=0).measured[0] == 1.0
    assert math.isnan(count_distribution(Poisson(), 0.0).fano[0])


# ---- what is found again --------------------------------------------------------------------------------------------


def test_information_is_that_of_channels_with_a_closed_form():
    """Of a binary channel with errors 1 - H(e); with as many answers as signals log2 of their number."""
    e = 0.11
    wrong = [[1 - e, e], [e, 1 - e]]
    assert mutual_information(wrong, corrected=False) == pytest.approx(1 - stats.entropy([e, 1 - e], base=2))
    assert mutual_information(7 * np.eye(8)) == pytest.approx(3.0 + 7 / (2 * 56 * math.log(2)))
    assert mutual_information([[3, 1, 4], [6, 2, 8]], corrected=False) == pytest.approx(0.0, abs=1e-12)


def test_the_correction_takes_away_what_few_trials_add():
    """Answers that know nothing: 0 bits, where the shares alone say a tenth of a bit; 40 tables are good to 0.01."""
    random = np.random.default_rng(1)
    tables = random.multinomial(50, np.full(6, 1 / 6), (40, 5))
    plain, corrected = (np.mean([mutual_information(one, corrected=c) for one in tables]) for c in (False, True))
    assert plain > 0.05 and corrected == pytest.approx(0.0, abs=0.01)


def test_the_error_of_a_poisson_code_is_its_bound():
    """The count is all that there is to know: x (1 - f x dt) / (f n N dt) is reached where nothing is cut off."""
    x = np.linspace(0.3, 0.7, 9)
    found = decoding(Poisson(f_max=100.0), [100.0, 400.0], [20, 20], x, trials=2000)
    wanted = [math.sqrt((x * (1 - 0.1 * x)).mean() / (0.1 * T * 20)) for T in (100, 400)]
    assert found.bound == pytest.approx(wanted) and found.bound[0] == pytest.approx(2 * found.bound[1])
    assert found.error == pytest.approx(wanted, rel=0.03)


def test_the_error_is_that_of_runs():
    """Of 60 whole runs with seeds of their own, decoded at their end."""
    model, x = Poisson(f_max=200.0), 0.6
    constant = STIMULI["Constant"](amplitude=x)
    settings = {"duration": 50.0, "window": 50.0, "neurons": 4, "dt": 1.0}
    ends = [
        Experiment.of(model, constant, settings | {"seed": seed}).run().recording.variables["decoded"][-1].item()
        for seed in range(60)
    ]
    wanted = math.sqrt(np.mean((np.array(ends) - x) ** 2))
    assert decoding(model, 50.0, 4, [x], trials=4000).error == pytest.approx(wanted, rel=5 / math.sqrt(2 * 60))


def test_the_information_of_counts_is_an_upper_limit_and_comes_near():
    """What is decoded is a function of the count."""
    found = decoding(Poisson(), [5.0, 50.0, 500.0], 20, trials=1000)
    assert (found.information <= found.limit + 0.03).all() and (np.diff(found.information) > 0.3).all()
    assert found.information[0] == pytest.approx(found.limit[0], abs=0.1)
    assert found.limit[-1] < found.most == 5.0
    signed = decoding(SignedPoisson(), 500.0, 20, [-1.0, -0.5, 0.5, 1.0])
    assert signed.limit == pytest.approx(2.0, abs=0.01) and signed.information == pytest.approx(2.0, abs=0.05)


def test_a_row_of_neurons_is_decoded_above_its_bound():
    """In the middle of the row, where the mean of what is preferred has no bias."""
    x = np.linspace(2.0, 3.0, 5)
    found = decoding(Population(out_features=11, scale=5.0, sigma=1.0), 200.0, [5, 20, 80], x, trials=1000)
    assert (found.error > 0.97 * found.bound).all() and (found.error < 1.5 * found.bound).all()
    assert found.limit is None


def test_a_neuron_that_is_driven_says_more_the_longer_one_waits():
    found = decoding(LIFEncoder(), [1.0, 10.0, 30.0, 100.0])
    assert found.information[0] == 0.0 and (np.diff(found.information) >= 0).all()
    x = np.linspace(0, 4, 32)
    assert found.error[0] == pytest.approx(x.std()), "the guess is the mean"
    silent = x[x <= 1]
    least = math.sqrt(((silent - silent.mean()) ** 2).sum() / 32)
    assert found.error[-1] == pytest.approx(least, abs=0.02), "what is below the threshold stays unknown"
    with pytest.raises(ValueError, match="neurons = 2 is not allowed: nothing in LIFEncoder comes by chance"):
        decoding(LIFEncoder(), 10.0, 2)


# ---- the lag --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0, 7, 60])
def test_a_signal_that_was_shifted_comes_that_late(late):
    random = np.random.default_rng(0)
    x = np.convolve(random.standard_normal(500), np.ones(9), "same")
    decoded = np.append(np.full(late, np.nan), 3 * x[: len(x) - late] + 2)
    decoded[200:230] = np.nan
    assert signal_lag(x, decoded, dt=0.5) == late * 0.5


def test_a_wave_is_late_by_less_than_a_period_and_a_mean_by_half_its_window():
    t = np.arange(1000.0)
    x = np.sin(2 * np.pi * t / 100)
    shares = np.convolve(x, np.ones(31) / 31)[: len(x)]  # of the last 31 ms: on average 15 ms ago
    assert signal_lag(x, shares, dt=1.0) == pytest.approx(15.0, abs=3.0)
    assert signal_lag(t, t - 15, dt=1.0) is None, "a ramp is like itself at any delay"
    assert signal_lag(np.ones(50), shares[:50], 1.0) is None and signal_lag(x, np.full(1000, np.nan), 1.0) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda: tuning_curves(LIF()), "model is .*LIF.*: give a model of an encoder"),
        (lambda: tuning_curves(Poisson(), [1.5]), r"signal = 1\.5 is not allowed: give numbers from 0 to 1"),
        (lambda: count_distribution(LIFEncoder(), 1.0), "LIFEncoder: its spikes are those of a neuron"),
        (lambda: count_distribution(Poisson(), 0.5, window=0.0), "window = 0 is not allowed: give a time in ms"),
        (lambda: decoding(Poisson(f_max=2000.0)), r"f_max = 2000 Hz is not allowed: it is 2 spikes a step"),
        (lambda: decoding(Poisson(), neurons=1.5), r"neurons = 1\.5 is not allowed: give whole numbers from 1 to"),
        (lambda: decoding(Poisson(), window=[]), "size of window and neurons = 0 is not allowed"),
        (lambda: decoding(Poisson(), neurons=10**9), "neurons = 1000000000 is not allowed"),
        (lambda: decoding(Poisson(), seed=-5), "seed = -5 is not allowed: give a whole number of at least 0"),
        (lambda: tuning_curves(Poisson(), duration=0), "duration = 0 is not allowed"),
        (lambda: tuning_curves(Poisson(), neurons=True), "neurons = True is not allowed"),
        (lambda: count_distribution(Population(), 2.5, neuron=0.0), "neuron = 0 is not allowed"),
        (lambda: signal_lag([0, 1, 0], [0, 0, 1], 0.5, most=-5), "most = -5 is not allowed"),
        (lambda: signal_lag(["a"], ["b"], 0.5), "kind of signal = .* is not allowed: give real numbers"),
        (lambda: signal_lag([0, 1], [0, 1], dt="abc"), "dt = 'abc' is not allowed"),
        (lambda: signal_lag([1, 2], [1, 2, 3], 1.0), r"shape of decoded = \(3,\) is not allowed"),
        (lambda: mutual_information([[0, 0]]), "sum of counts = 0 is not allowed: give a number above 0"),
    ],
)
def test_what_cannot_be_is_told(given, words):
    with pytest.raises(ValueError, match=words):
        given()


# ---- a picture ------------------------------------------------------------------------------------------------------


def test_pixels_spike_in_the_order_of_their_brightness():
    """At -tau ln(1 - 1 / (4 x)) of a pixel x: 4 is the highest current; those of 1/4 and less never spike."""
    picture = np.array([[1.0, 0.9, 0.2], [0.3, 0.6, 0.0]])
    found = encode_picture(Latency(), picture, duration=50.0, frames=10, dt=0.01)
    assert found.pixels.tolist() == [0, 1, 4, 3]
    seen = picture.ravel()[found.pixels]
    assert found.times == pytest.approx(-10 * np.log(1 - 1 / (4 * seen)), abs=0.03)
    assert np.isnan(found.decoded[-1].ravel()[[2, 5]]).all()
    assert found.decoded[-1].ravel()[found.pixels] == pytest.approx(seen, abs=0.01)
    assert found.error[-1] == pytest.approx(0.2 / math.sqrt(12), abs=0.005), "two unknown, 0.1 from their mean"
    assert (np.diff(found.error) < 1e-9).all() and found.window[-1] == 50.0


def test_a_picture_by_chance_grows_clearer_with_the_root_of_time():
    """x (1 - f x dt) / (f N T) on average over pixels, of 400 of them: 5 / sqrt(800) of the error."""
    picture = np.full((20, 20), 0.5)
    found = encode_picture(Poisson(f_max=200.0), picture, duration=400.0, frames=4, neurons=5)
    wanted = np.sqrt(0.5 * (1 - 0.1) / (0.2 * 5 * found.window))
    assert found.window.tolist() == [100.0, 200.0, 300.0, 400.0]
    assert found.error == pytest.approx(wanted, rel=5 / math.sqrt(800))
    assert len(found.times) == pytest.approx(400 * 0.1 * 400, rel=0.05)


def test_ten_digits_are_told_apart_by_all_codes():
    """The decoded picture is nearer to the one that was shown than to all others, whatever the code."""
    shown = digits()
    assert shown.min() == 0.0 and shown.max() == 1.0 and not shown.flags.writeable
    for kind, more in ((Poisson, {"neurons": 20}), (Population, {"neurons": 5}), (LIFEncoder, {}), (Latency, {})):
        for k in (3, 8):
            again = np.nan_to_num(encode_picture(kind(), shown[k], 100.0, 1, **more).decoded[0])
            assert ((again - shown) ** 2).sum((1, 2)).argmin() == k


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        ([[0.5, 1.2]], r"picture = 1\.2 is not allowed: give numbers from 0 to 1"),
        ([0.5], "picture has shape"),
        (np.ones((500, 500)), "random numbers: at most 20,000,000 are drawn"),
    ],
)
def test_what_is_no_picture_is_refused(picture, words):
    with pytest.raises(ValueError, match=words):
        encode_picture(Poisson(), picture)
