"""Integrators: Euler, Euler one variable after the other, Runge-Kutta methods as tableaus."""

import math
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from snnlab.core import RungeKutta, euler, heun, rk4, staggered


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
        (heun, (1 + 0.5 * (2 + 1.5) / 2, 2 - 0.5 * (1 + 2.0) / 2)),  # its second stage is at (2, 1.5)
        (rk4, (1 + 1 - 1 / 8 - 2 / 48 + 1 / 384, 2 - 1 / 2 - 2 / 8 + 1 / 48 + 2 / 384)),  # the turn's series up to dt^4
    ],
)
def test_one_step_by_hand(advance, expected):
    after = advance(point(1.0, 2.0), 0.0, rotation, None, 0.5)
    assert type(after) is Point
    assert (after.x.item(), after.y.item()) == pytest.approx(expected, rel=1e-15)


def test_staggered_leaves_out_what_it_is_not_told():
    after = staggered("y")(point(1.0, 2.0), 0.0, rotation, None, 0.5)
    assert (after.x.item(), after.y.item()) == (1.0, 1.5)


@pytest.mark.parametrize("advance", [euler, staggered("x", "y"), staggered("y", "x")])
def test_current_reaches_the_flow(advance):
    with_current = advance(point(0.0, 0.0), 3.0, rotation, None, 0.5)
    assert with_current.x.item() == 1.5


@pytest.mark.parametrize(("method", "order"), [(heun, 2), (rk4, 4)])
def test_a_tableau_meets_the_conditions_of_its_order(method, order):
    """Sums over its entries for each tree of up to four nodes (Butcher, J. Austral. Math. Soc. 3:185, 1963)."""
    b, n = torch.tensor(method.weights, dtype=torch.float64), len(method.weights)
    a = torch.zeros(n, n, dtype=torch.float64)
    for k, row in enumerate(method.stages):
        assert len(row) == k  # explicit: a stage sees those before it
        a[k, :k] = torch.tensor(row, dtype=torch.float64)
    c = a.sum(1)
    trees = {
        1: [(b.sum(), 1)],
        2: [(b @ c, 2)],
        3: [(b @ c**2, 3), (b @ a @ c, 6)],
        4: [(b @ c**3, 4), (b @ (c * (a @ c)), 8), (b @ a @ c**2, 12), (b @ a @ a @ c, 24)],
    }
    for size, conditions in trees.items():
        met = [found.item() == pytest.approx(1 / wanted, rel=1e-15) for found, wanted in conditions]
        assert all(met) == (size <= order), size


def test_equal_tableaus_are_the_same_integrator():
    """So kernels made for one are found again."""
    assert RungeKutta(stages=((), (1.0,)), weights=(0.5, 0.5)) == heun != rk4
    assert hash(RungeKutta(stages=((), (1.0,)), weights=(0.5, 0.5))) == hash(heun)


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
