"""Integrators: Euler, and Euler one variable after the other."""

import math
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from snnlab.core import euler, staggered


class Point(NamedTuple):
    x: Tensor
    y: Tensor


def rotation(s, I, p):
    """x' = y + I, y' = -x: a circle, where the order of the variables shows."""
    return Point(x=s.y + I, y=-s.x)


def point(x, y):
    return Point(torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64))


@pytest.mark.parametrize(
    ("advance", "expected"),
    [
        (euler, (1 + 0.5 * 2, 2 - 0.5 * 1)),
        (staggered("x", "y"), (1 + 0.5 * 2, 2 - 0.5 * 2.0)),  # y sees the new x = 2
        (staggered("y", "x"), (1 + 0.5 * 1.5, 2 - 0.5 * 1)),  # x sees the new y = 1.5
    ],
)
def test_one_step_by_hand(advance, expected):
    after = advance(point(1.0, 2.0), 0.0, rotation, None, 0.5)
    assert type(after) is Point
    assert (after.x.item(), after.y.item()) == expected


def test_staggered_leaves_out_what_it_is_not_told():
    after = staggered("y")(point(1.0, 2.0), 0.0, rotation, None, 0.5)
    assert (after.x.item(), after.y.item()) == (1.0, 1.5)


@pytest.mark.parametrize("advance", [euler, staggered("x", "y"), staggered("y", "x")])
def test_current_reaches_the_flow(advance):
    with_current = advance(point(0.0, 0.0), 3.0, rotation, None, 0.5)
    assert with_current.x.item() == 1.5


@pytest.mark.parametrize("advance", [euler, staggered("x", "y"), staggered("y", "x")])
def test_all_are_of_first_order(advance):
    """Halving dt halves the error at t = 1, to within 5 % at these steps, where the next order is that small."""

    def error(steps):
        s = point(1.0, 0.0)
        for _ in range(steps):
            s = advance(s, 0.0, rotation, None, 1 / steps)
        return math.hypot(s.x.item() - math.cos(1.0), s.y.item() + math.sin(1.0))

    assert error(400) / error(200) == pytest.approx(0.5, rel=0.05)


def test_only_staggered_keeps_a_circle():
    """Ten turns: Euler's radius grows by sqrt(1 + dt^2) a step; staggered Euler stays near, as it conserves area."""
    dt, steps = 0.1, 628
    ends = {}
    for name, advance in (("euler", euler), ("staggered", staggered("x", "y"))):
        s = point(1.0, 0.0)
        for _ in range(steps):
            s = advance(s, 0.0, rotation, None, dt)
        ends[name] = math.hypot(s.x.item(), s.y.item())
    assert ends["euler"] == pytest.approx((1 + dt**2) ** (steps / 2), rel=1e-9)
    assert ends["staggered"] == pytest.approx(1.0, abs=dt)  # its ellipse has axes within dt/2 of the circle's
