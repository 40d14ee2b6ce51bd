"""Correlations of two neurons with noise in common, against the closed form of linear response."""

import numpy as np
import pytest

from snnlab.analysis import Membrane, correlation_theory, correlation_transfer
from snnlab.models import LIFBox

CELL = Membrane(tau=10.0, theta=1.0, reset=0.0, refractory=0.0)  # what LIFBox is, whose potential has no unit


@pytest.fixture(scope="module")
def found():
    return correlation_transfer(
        LIFBox(), np.array([0.6, 0.8, 1.0, 1.2]), 0.6, 0.5, shared=0.2, window=200.0, pairs=100, duration=6000.0
    )


def test_correlations_are_those_of_linear_response(found):
    """Noise of 0.5 ms is white for a membrane of 10 ms but for a seventh of the rate; 3000 windows leave 0.02."""
    white = 0.6 * np.sqrt(2 * 0.5 / 10)
    wanted = correlation_theory(found.current, white, 0.2, CELL)
    assert found.correlation == pytest.approx(wanted, rel=0.15, abs=0.04)


def test_correlations_grow_with_the_rate(found):
    """Though the shared part stays: figure 1 of the paper."""
    assert (np.diff(found.rate) > 0).all() and found.correlation[-1] > 2 * found.correlation[0] > 0
    assert (found.correlation < 0.2).all()


def test_who_shares_nothing_has_no_correlation_and_who_shares_all_has_all():
    given = {"sigma": 0.6, "pairs": 50, "duration": 1000.0}
    none = correlation_transfer(LIFBox(), np.array([1.0]), shared=0.0, **given)
    assert abs(none.correlation[0]) < 0.1, "4 / sqrt(50 x 25) windows"
    alike = correlation_transfer(LIFBox(), np.array([1.0]), shared=1.0, **given)
    assert alike.correlation[0] == pytest.approx(1.0)


@pytest.mark.parametrize(("name", "value"), [("shared", 1.5), ("pairs", 0), ("window", 900.0), ("tau", 0.0)])
def test_what_cannot_be_is_told(name, value):
    with pytest.raises(ValueError, match=name):
        correlation_transfer(LIFBox(), np.array([1.0]), **({"sigma": 0.5, "duration": 1000.0} | {name: value}))
