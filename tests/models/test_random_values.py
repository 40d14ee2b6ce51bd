"""Whatever values are allowed, a run gives numbers or says what went wrong; how, is in benchmarks/random_values.

A thousand sets of values of every class: of neurons, rules and surrogates side by side, of encoders and networks whole
experiments, one after the other, a hundred of these by day; a few whole experiments of the first as well. The program
runs 100,000 and 1,000.
"""

import numpy as np
import pytest
import torch

from benchmarks.random_values import Outcome, batches, drawn, numbers, one_by_one, side_by_side
from snnlab.core import Quantity, rk4
from snnlab.models import FAMILIES, NEURONS

BATCHED = [kind for family in ("neuron", "plasticity", "surrogate") for kind in FAMILIES[family].values()]
SINGLE = [kind for family in ("encoder", "network") for kind in FAMILIES[family].values()]
FEW = {"neuron": 10, "plasticity": 20, "surrogate": 20}


@pytest.mark.parametrize("kind", BATCHED, ids=lambda kind: kind.__name__)
def test_a_thousand_side_by_side(kind):
    found = batches(kind, 1000)
    assert found.finite + found.diverged == 1000
    # RK4 diverges where the step is some times longer than a time constant, as of a membrane with a thousandth of its
    # capacitance, or from far out on the cubic of HindmarshRose; these bounds are wider than the sliders
    explicit = kind.neuron is not None and kind.neuron.advance is rk4
    assert found.finite > (200 if explicit else 500)


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("kind", SINGLE, ids=lambda kind: kind.__name__)
def test_many_one_by_one(kind, count):
    """Where a network sends spikes, cells that take none are refused, of which there may be many."""
    found = one_by_one(kind, count)
    fitting = count - sum(number for text, number in found.said.items() if "no spike port" in text)
    assert found.finite > (0.5 if fitting == count else 0.7) * fitting


@pytest.mark.parametrize("family", FEW)
def test_experiments_one_by_one(family):
    total = sum((one_by_one(kind, FEW[family]) for kind in FAMILIES[family].values()), Outcome(0))
    assert total.finite + total.diverged + total.refused == FEW[family] * len(FAMILIES[family])
    assert total.finite > total.refused


def test_values_are_within_their_bounds():
    rng = np.random.default_rng(1)
    for mark in (
        Quantity("1", low=-2, high=3, bounds=(-10, 100), doc=""),
        Quantity("1", low=2, high=3, bounds=(1e-3, 1e6), doc=""),
        Quantity("1", low=-1, high=0, bounds=(-5, 0), doc=""),
    ):
        found = numbers(mark, 3000, rng)
        assert mark.allowed[0] <= found.min() < mark.low
        assert found.max() <= mark.allowed[1]
        assert ((found >= mark.low) & (found <= mark.high)).mean() > 0.3
    for kinds in FAMILIES.values():
        for kind in kinds.values():
            assert kind(**drawn(kind, rng)).changed() or not kind.shown


def test_one_that_diverges_is_left_out_and_the_others_are_not():
    """Two of five membranes have a time constant far below dt; the run goes on with the other three."""
    neuron, calm = NEURONS["LI"].neuron, NEURONS["LI"]().p()
    p = calm._replace(tau_mem_inv=torch.tensor([100.0, 1e5, 100.0, 3e4, 50.0]))
    found = side_by_side(neuron, p, calm, None, {"current": torch.ones(500, 5)}, 0.1)
    assert (found.finite, found.diverged) == (3, 2)
