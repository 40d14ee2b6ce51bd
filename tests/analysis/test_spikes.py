"""Numbers from spike times, against what is worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from snnlab.analysis import peak, spike_statistics
from snnlab.core import annotations
from snnlab.functional import LIF, NEURONS, Izhikevich, IzhikevichParameters, LIFParameters
from snnlab.models import NEURONS as MODELS


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
    assert [type(x) for x in statistics(7, 17, 30)] == [int, float, float, float, float]


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_peak_is_the_threshold(neuron):
    """By whatever name it goes: v_th, V_peak, v_thresh."""
    fields = [f for f in neuron.parameters._fields if f in ("v_th", "v_thresh", "V_peak")]
    if neuron.excess is None:
        assert not fields
        assert peak(neuron, MODELS[neuron.name]().p()) is None
        return
    mark = annotations(neuron.parameters)[fields[0]]
    value = (mark.low + mark.high) / 2
    # float32, and a difference of potentials over 1 mV that is taken at 0
    assert peak(neuron, MODELS[neuron.name](**{fields[0]: value}).p()) == pytest.approx(value, rel=1e-5, abs=1e-4)


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
