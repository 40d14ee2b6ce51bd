"""Distances of spike trains, against their definitions, elephant and brute force."""

from functools import cache

import numpy as np
import pytest

from snnlab.analysis.distances import coincidence_factor, coincidences, van_rossum, victor_purpura

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


@pytest.mark.parametrize(
    "data, model, window, expected",
    [
        # one of three coincides: n = 1, ⟨n⟩ = 2 · 2 Hz · 4 ms · 3 = 0.048, over (3 + 2) / 2, over 1 - 0.016
        ([10.0, 50.0, 90.0], [11.0, 70.0], 4.0, (1 - 0.048) / 2.5 / 0.984),
        # none does: as many below chance as there would be
        ([10.0, 50.0], [100.0, 200.0, 300.0, 400.0], 2.0, -0.032 / 3 / 0.984),
        # both of the model are near the one of the cell, which counts once: n = 1, ⟨n⟩ = 0.016
        ([10.0], [9.0, 11.0], 4.0, (1 - 0.016) / 1.5 / 0.984),
        # at the window's edge is inside
        ([10.0], [14.0], 4.0, (1 - 0.008) / 1 / 0.992),
        ([10.0, 20.0], [], 4.0, 0.0),
        ([], [10.0, 20.0], 4.0, 0.0),
    ],
)
def test_the_coincidence_factor_by_hand(data, model, window, expected):
    """Kistler et al. 1997, of trains of one second."""
    assert coincidence_factor(data, model, window, duration=1000.0) == pytest.approx(expected, rel=1e-12)


def test_the_coincidence_factor_of_a_train_with_itself_is_one():
    for many in (1, 7, 90):
        train = np.linspace(3.0, 990.0, many)
        assert coincidence_factor(train, train, 4.0, 1000.0) == pytest.approx(1.0)
        assert coincidence_factor(train, train + 3.9, 4.0, 1000.0) == pytest.approx(1.0)


def test_the_coincidence_factor_of_independent_poisson_trains_is_zero():
    """In the mean; a spike counts once, which takes away chance coincidences to the second order of 2 f Δ = 0.02."""
    random = np.random.default_rng(4)
    trains = [np.sort(random.uniform(0, 20_000, random.poisson(100))) for _ in range(400)]
    found = [coincidence_factor(a, b, 2.0, 20_000.0) for a, b in zip(trains[::2], trains[1::2])]
    # of each, n scatters by about sqrt(100 · 0.02), over 100 spikes
    assert abs(np.mean(found)) < 4 * np.sqrt(2) / 100 / np.sqrt(len(found)) + 0.02**2


@pytest.mark.parametrize("seed", range(5))
def test_coincidences_are_the_most_pairs_that_there_can_be(seed):
    @cache
    def most(i, j):
        if i == len(a) or j == len(b):
            return 0
        pair = 1 + most(i + 1, j + 1) if abs(a[i] - b[j]) <= 4.0 else 0
        return max(pair, most(i + 1, j), most(i, j + 1))

    a, b, _ = trains(seed)
    assert coincidences(a, b, 4.0) == coincidences(b, a, 4.0) == most(0, 0)


def test_a_coincidence_factor_that_says_nothing_is_none():
    assert coincidence_factor([], [], 4.0, 100.0) is None
    assert coincidence_factor([10.0], np.arange(1.0, 101.0, 4.0), 2.0, 100.0) is None  # 2 f Δ = 1


@pytest.mark.parametrize(
    "given, why",
    [
        (([1.0], [2.0], 0.0, 10.0), "window = 0"),
        (([1.0], [2.0], 4.0), "duration is missing"),
        (([1.0], [12.0], 4.0, 10.0), "model has 12 ms: give times from 0 to 10 ms"),
        (([2.0, 1.0], [2.0], 4.0, 10.0), r"data\[1\] = 1 ms does not follow 2 ms"),
    ],
)
def test_what_a_coincidence_factor_cannot_be_of(given, why):
    with pytest.raises(ValueError, match=why):
        coincidence_factor(*given)
