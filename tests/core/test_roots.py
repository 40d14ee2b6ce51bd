"""Zeros of functions that are steep, flat and bent, and the rest of every neuron that is found so."""

import math

import pytest
import torch

from snnlab.core import Quantity, annotations
from snnlab.core.roots import root
from snnlab.functional import NEURONS

LOW, HIGH = torch.tensor([-100.0, 60.0], dtype=torch.float64)


@pytest.mark.parametrize(
    ("function", "zero", "tolerance"),
    [
        (lambda x: x - 3.25, 3.25, 1e-12),
        (lambda x: torch.exp(x / 2) - 1e6, 2 * math.log(1e6), 1e-9),
        (lambda x: 1e-9 - torch.exp(-x), -math.log(1e-9), 1e-9),
        (lambda x: torch.atan(x + 90.0) + 1e-3 * (x + 90.0), -90.0, 1e-9),
        (lambda x: x**3, 0.0, 1e-2),  # where its slope is 0
        (lambda x: torch.tanh(50 * (x - 1.0)), 1.0, 1e-4),  # and where it is nearly a step: what halving leaves
        (lambda x: torch.where(x > 20.0, 1e6, -1e-6 * (20.0 - x)), 20.0, 1e-2),
    ],
)
@pytest.mark.parametrize("start", [-99.0, -65.0, 0.0, 59.0])
def test_zeros_in_closed_form(function, zero, tolerance, start):
    assert root(function, start, LOW, HIGH).item() == pytest.approx(zero, abs=tolerance)


def test_the_next_of_several_zeros():
    """Of x (x - 10) (x + 10), which falls through 0 at 0: the one that the sign leads to."""

    def cubic(x):
        return x * (x - 10.0) * (x + 10.0)

    starts = {-12.0: -10.0, -9.0: -10.0, -0.5: -10.0, 0.5: 10.0, 12.0: 10.0}
    for start, zero in starts.items():
        assert root(cubic, start, LOW, HIGH).item() == pytest.approx(zero, abs=1e-9)


@pytest.mark.parametrize("neuron", [n for n in NEURONS if n.currents or n.crosses], ids=lambda n: n.name)
def test_every_value_of_a_knob_has_its_rest(neuron):
    """Nothing moves there: dv/dt below 1e-6 in units of v per second, at 40 values between the ends of each slider."""
    usual = neuron.parameters()
    usual = usual._replace(**{k: x.double() for k, x in usual._asdict().items() if isinstance(x, torch.Tensor)})
    for name, mark in annotations(neuron.parameters).items():
        if isinstance(mark, Quantity) and isinstance(getattr(usual, name), torch.Tensor):
            values = mark.taken(torch.linspace(mark.low or 1e-9, mark.high, 40, dtype=torch.float64))
            p = usual._replace(**{name: values})
            moves = neuron.flow(neuron.rest(p), torch.zeros((), dtype=torch.float64), p).v
            worst = int(moves.abs().expand(40).argmax())
            assert moves.abs().max() < 1e-6, f"{name} = {values[worst]}: dv/dt = {moves.expand(40)[worst]}"
