"""Distances of spike trains, against their definitions, elephant and brute force."""

from functools import cache

import numpy as np
import pytest

from snnlab.analysis.distances import van_rossum, victor_purpura

A = [12.3, 19.8, 47.1, 60.4, 88.9, 91.2]
B = [10.0, 22.5, 49.0, 75.3, 90.1]
C = [5.0, 40.0, 41.5, 43.0, 80.0, 95.0]
PAIRS = [(A, B), (A, C), (B, C)]
DISTANCES = [lambda a, b: van_rossum(a, b, 10.0), lambda a, b: victor_purpura(a, b, 0.1)]


def trains(seed, most=12):
    random = np.random.default_rng(seed)
    return [np.sort(random.uniform(0, 100, random.integers(0, most))) for _ in range(3)]


@pytest.mark.parametrize(
    ("tau", "expected"),
    [
        (5.0, [2.2552813265550977, 3.6183850858704165, 3.359157898123196]),
        (20.0, [1.4584232995453728, 2.483475469803671, 2.3756969468078246]),
    ],
)
def test_van_rossum_as_elephant(tau, expected):
    """van_rossum_distance of elephant 1.2.1, whose one spike against none is 1: larger by the square root of 2."""
    assert [van_rossum(a, b, tau) * 2**0.5 for a, b in PAIRS] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("cost", "expected"), [(0.05, [2.08, 3.16, 2.905]), (0.5, [7.0, 11.9, 11.0])])
def test_victor_purpura_as_elephant(cost, expected):
    """victor_purpura_distance of elephant 1.2.1."""
    assert [victor_purpura(a, b, cost) for a, b in PAIRS] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_van_rossum_is_the_integral_that_defines_it(seed):
    """Exponentials summed in steps of 1 us: each spike's jump is off by up to half a step, 1e-4 of tau."""
    a, b, _ = (np.round(x, 2) for x in trains(seed))
    tau, dt = 8.0, 0.001
    t = np.arange(0, 100 + 20 * tau, dt)
    difference = np.zeros_like(t)
    for sign, train in ((1, a), (-1, b)):
        for spike in train:
            after = t >= spike - dt / 2
            difference[after] += sign * np.exp(-(t[after] - spike) / tau)
    assert van_rossum(a, b, tau) ** 2 == pytest.approx((difference**2).sum() * dt / tau, rel=1e-3, abs=1e-3)


def test_van_rossum_of_single_spikes():
    """1/2 for one against none, 1 - exp(-|t1 - t2| / tau) for two."""
    assert van_rossum([30.0], [], 5.0) ** 2 == pytest.approx(0.5)
    assert van_rossum([], [30.0], 5.0) ** 2 == pytest.approx(0.5)
    for apart in (0.0, 0.3, 5.0, 500.0):
        assert van_rossum([30.0], [30.0 + apart], 5.0) ** 2 == pytest.approx(1 - np.exp(-apart / 5.0))


def test_van_rossum_from_coincidences_to_counts():
    """A small tau tells all spikes apart, a large one only counts them."""
    a, b = [10.0, 20.0, 30.0, 40.0], [10.0, 25.0]
    assert van_rossum(a, b, 1e-3) ** 2 == pytest.approx((3 + 1) / 2)
    assert van_rossum(a, b, 1e9) ** 2 == pytest.approx((4 - 2) ** 2 / 2)


@pytest.mark.parametrize("seed", range(20))
def test_victor_purpura_is_the_cheapest_of_all_ways(seed):
    """Every order of removing, adding and moving, by recursion."""
    a, b, _ = (x.tolist() for x in trains(seed))
    cost = 0.07

    @cache
    def cheapest(i, j):
        if i == 0 or j == 0:
            return i + j
        return min(
            cheapest(i - 1, j) + 1, cheapest(i, j - 1) + 1, cheapest(i - 1, j - 1) + cost * abs(a[i - 1] - b[j - 1])
        )

    assert victor_purpura(a, b, cost) == pytest.approx(cheapest(len(a), len(b)), abs=1e-12)


def test_victor_purpura_of_single_spikes():
    """Moved up to 2 / cost, removed and added beyond."""
    for apart in (0.0, 3.0, 19.0, 21.0, 1000.0):
        assert victor_purpura([5.0], [5.0 + apart], 0.1) == pytest.approx(min(0.1 * apart, 2.0))


def test_victor_purpura_from_counts_to_coincidences():
    assert victor_purpura(A, B, 0.0) == len(A) - len(B)
    assert victor_purpura(A, C, 1e9) == len(A) + len(C)
    assert victor_purpura(A, A[1:4], 1e9) == len(A) - 3


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("seed", range(10))
def test_they_are_distances(distance, seed):
    a, b, c = trains(seed)
    assert distance(a, a) == 0
    assert distance(a, b) == pytest.approx(distance(b, a), abs=1e-12)
    assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-12
    assert distance(a + 1e4, b + 1e4) == pytest.approx(distance(a, b), abs=1e-6)
    assert distance(a - 1e4, b - 1e4) == pytest.approx(distance(a, b), abs=1e-6)
    assert distance([], []) == 0


@pytest.mark.parametrize("distance", DISTANCES)
def test_either_train_is_refused_by_its_name(distance):
    with pytest.raises(ValueError, match=r"a\[1\] = 1 ms does not follow 2 ms"):
        distance([2.0, 1.0], [1.0])
    with pytest.raises(ValueError, match=r"b\[0\] = nan is not finite"):
        distance([1.0], [np.nan])


def test_scales_are_refused():
    for tau in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match=r"tau = .* is not allowed: give a finite number > 0"):
            van_rossum(A, B, tau)
    for cost in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match=r"cost = .* is not allowed: give a finite number of at least 0 per ms"):
            victor_purpura(A, B, cost)
