"""Numbers from spike times, against closed forms, other programs, and what is worked out by hand."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from snnlab.analysis import peak, spike_statistics
from snnlab.analysis.spikes import adaptation_index, cv, isi, latency, lv, rate
from snnlab.core import annotations
from snnlab.functional import LIF, NEURONS, Izhikevich, IzhikevichParameters, LIFParameters
from snnlab.models import NEURONS as MODELS
from tests.golden import DATA

NAUD = json.loads((DATA / "adex_naud_2008.json").read_text())["cases"]
MEASURES = [isi, cv, lv, latency, adaptation_index, lambda times: rate(times, 100.0)]


def statistics(*times, duration=100.0, **more):
    return spike_statistics(np.array(times, dtype=float), duration, **more)


def test_statistics_by_hand():
    """Intervals 10, 20, 30: mean 20, deviation sqrt(200 / 3), so CV = 0.408..."""
    found = statistics(5, 15, 35, 65, duration=200.0)
    assert found[0] == 4
    assert found.rate == pytest.approx(20.0)  # 4 in 0.2 s
    assert found.latency == 5.0
    assert found.mean_isi == pytest.approx(20.0)
    assert found.cv_isi == pytest.approx((200 / 3) ** 0.5 / 20)


def test_regular_spikes_have_no_variation():
    assert statistics(*range(10, 100, 10)).cv_isi == 0.0


def test_bursts_vary_more_than_chance():
    assert statistics(1, 2, 3, 50, 51, 52, 98, 99).cv_isi > 1


def test_random_spikes_have_a_variation_of_one():
    """A Poisson process; the standard error of the CV of n exponential intervals is 1 / sqrt(n)."""
    times = np.cumsum(np.random.default_rng(1).exponential(10.0, 10_000))
    assert statistics(*times, duration=times[-1]).cv_isi == pytest.approx(1.0, abs=5 / 100)


@pytest.mark.parametrize(
    ("times", "latency", "mean", "cv"),
    [((), None, None, None), ((7,), 7.0, None, None), ((7, 17), 7.0, 10.0, None), ((7, 17, 27), 7.0, 10.0, 0.0)],
)
def test_what_too_few_spikes_cannot_tell_is_none(times, latency, mean, cv):
    found = statistics(*times)
    assert found[0] == len(times)
    assert found.rate == pytest.approx(10.0 * len(times))
    assert (found.latency, found.mean_isi, found.cv_isi) == (latency, mean, cv)


@pytest.mark.parametrize(("begin", "latency"), [(0.0, 10.0), (4.0, 6.0), (10.0, 0.0), (10.5, 19.5), (31.0, None)])
def test_latency_is_from_the_onset_to_the_next_spike(begin, latency):
    assert statistics(10, 30, onset=begin).latency == latency


def test_numbers_are_plain():
    """They are written to pages and files."""
    assert [type(x) for x in statistics(7, 17, 30)] == [int, float, float, float, float, float]


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_peak_is_the_threshold(neuron):
    """By whatever name it goes: the one parameter that the excess at rest falls by."""
    p = MODELS[neuron.name]().p(dt=0.1)
    rest = neuron.rest(p)
    if neuron.excess is None:
        assert peak(neuron, p) is None
        return
    if neuron.name == "Theta":
        assert peak(neuron, p) == pytest.approx(math.pi)  # a turn of a circle is no parameter
        return
    numbers = {field: value.requires_grad_() for field, value in p._asdict().items() if isinstance(value, torch.Tensor)}
    slopes = torch.autograd.grad(neuron.excess(rest, p), list(numbers.values()), materialize_grads=True)
    (field,) = (field for field, slope in zip(numbers, slopes) if slope == -1)
    mark = annotations(neuron.parameters)[field]
    value = (mark.low + mark.high) / 2
    # float32, and a difference of potentials over 1 mV that is taken at 0
    assert peak(neuron, MODELS[neuron.name](**{field: value}).p(dt=0.1)) == pytest.approx(value, rel=1e-5, abs=1e-4)


def test_peak_is_where_a_spike_begins():
    """A little below there is none, a little above there is one."""
    for neuron, p in (
        (LIF, LIFParameters(v_th=torch.tensor(1.3))),
        (Izhikevich, IzhikevichParameters(0.02, 0.2, -65.0, 8.0)),
    ):
        v = peak(neuron, p)
        below, above = (neuron.excess(neuron.rest(p)._replace(v=torch.tensor(v + x)), p) for x in (-1e-3, 1e-3))
        assert below < 0 < above


def test_peak_of_any_linear_excess():
    shifted = replace(LIF, excess=lambda s, p: 2 * (s.v - p.v_th) - 1)
    assert peak(shifted, LIFParameters()) == 1.5


@pytest.mark.parametrize(
    ("times", "hertz", "variation", "local"),
    [
        ([12.3, 19.8, 47.1, 60.4, 88.9, 91.2], 60.0, 0.6652048723302793, 0.9738476600533988),
        ([10.0, 22.5, 49.0, 75.3, 90.1], 50.0, 0.3209509351765083, 0.20716797388120683),
        ([5.0, 40.0, 41.5, 43.0, 80.0, 95.0], 60.0, 0.8619171854464333, 1.4036952783109633),
    ],
)
def test_rate_and_variation_as_elephant(times, hertz, variation, local):
    """mean_firing_rate, cv and lv of elephant 1.2.1; the same formulas, so that only rounding is left."""
    assert rate(times, 100.0) == pytest.approx(hertz, rel=1e-12)
    assert cv(times) == pytest.approx(variation, rel=1e-12)
    assert lv(times) == pytest.approx(local, rel=1e-12)


@pytest.mark.parametrize("case", NAUD, ids=lambda case: case["name"])
def test_reference_spike_trains(case):
    """The reference rounds to 5 digits after the point."""
    times = case["spike_times_ms"]
    assert latency(times, case["input"]["t0_ms"]) == pytest.approx(case["latency_ms"], abs=1e-5)
    if case["isi_cv"] is None:
        assert cv(times) is None
        return
    assert cv(times) == pytest.approx(case["isi_cv"], abs=1e-5)
    assert isi(times)[[0, -1]] == pytest.approx([case["first_isi_ms"], case["last_isi_ms"]], abs=2e-5)


def test_adaptation_of_reference_spike_trains():
    """What adapts has a larger index than what is tonic, what accelerates has a negative one."""
    found = {case["name"]: adaptation_index(case["spike_times_ms"]) for case in NAUD}
    assert abs(found["tonic spiking"]) < 0.001
    assert found["adaptation"] > 0.1  # as Naud et al. call it from 0.01 on
    assert found["delayed accelerating"] < -0.001
    assert found["transient spiking"] is None


@pytest.mark.parametrize("ratio", [0.8, 1.0, 1.5])
def test_intervals_in_geometric_progression(ratio):
    """(r - 1) / (r + 1) at every step."""
    times = np.cumsum(10.0 * ratio ** np.arange(8))
    assert adaptation_index(times) == pytest.approx((ratio - 1) / (ratio + 1), abs=1e-12)
    assert lv(times) == pytest.approx(3 * ((ratio - 1) / (ratio + 1)) ** 2, abs=1e-12)


@pytest.mark.parametrize("order", [1, 3, 10])
def test_gamma_intervals(order):
    """CV = 1 / sqrt(order), LV = 3 / (2 order + 1); standard errors at 20,000 intervals are below 0.01."""
    times = np.cumsum(np.random.default_rng(order).gamma(order, 10.0, 20_000))
    assert cv(times) == pytest.approx(order**-0.5, abs=0.04)
    assert lv(times) == pytest.approx(3 / (2 * order + 1), abs=0.04)


def test_a_rate_that_drifts_changes_cv_but_not_lv():
    """Intervals of order 3 that grow from 1 to 9 times as long."""
    intervals = np.random.default_rng(2).gamma(3, 10.0, 20_000) * np.linspace(1, 9, 20_000)
    times = np.cumsum(intervals)
    assert lv(times) == pytest.approx(3 / 7, abs=0.04)
    assert cv(times) > 3**-0.5 + 0.1


@pytest.mark.parametrize("times", [[], [5.0], [5.0, 15.0]])
def test_too_few_intervals_have_no_variation(times):
    assert (cv(times), lv(times), adaptation_index(times)) == (None, None, None)
    assert len(isi(times)) == max(0, len(times) - 1)


@pytest.mark.parametrize("times", [[1, 2, 4], (1, 2, 4), np.array([1, 2, 4], np.uint8), torch.tensor([1.0, 2.0, 4.0])])
def test_any_row_of_numbers(times):
    assert isi(times).tolist() == [1.0, 2.0]
    assert adaptation_index(times) == pytest.approx(1 / 3)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([5.0, 3.0], r"times\[1\] = 3 ms does not follow 5 ms: times must ascend"),
        ([3.0, 3.0], "must ascend"),
        ([1.0, np.nan, 3.0], r"times\[1\] = nan is not finite"),
        ([1.0, np.inf], "not finite"),
        ([[1.0, 2.0]], r"times has shape \(1, 2\): give a row of numbers"),
        ([False, True], "True and False: give times in ms"),
        (["1", "2"], "give real numbers"),
        ([1j], "give real numbers"),
    ],
)
def test_what_is_no_spike_train(measure, times, words):
    with pytest.raises(ValueError, match=words):
        measure(times)


@pytest.mark.parametrize("duration", [0.0, -5.0, np.inf, np.nan])
def test_duration_is_greater_than_zero(duration):
    with pytest.raises(ValueError, match=r"duration = .* is not allowed: give a finite number > 0"):
        rate([1.0], duration)
