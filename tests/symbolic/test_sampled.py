"""A flow without algebra, by its running code: the same numbers as algebra has, where there is one."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from snnlab.analysis import bifurcation_diagram, fixed_points
from snnlab.analysis.arguments import parameters
from snnlab.analysis.portrait import planes, portrait
from snnlab.functional import CobaLIF, Izhikevich, LIFMCRefrac
from snnlab.models import model_of
from snnlab.symbolic.dynamics import system
from snnlab.symbolic.equilibria import nullclines
from snnlab.symbolic.sampled import Sampled, dynamics, sampled
from tests.analysis.written_out import FITZHUGH_NAGUMO, HODGKIN_HUXLEY, MORRIS_LECAR, PHASE

NEURONS = (CobaLIF, Izhikevich, LIFMCRefrac, FITZHUGH_NAGUMO, HODGKIN_HUXLEY, MORRIS_LECAR)


def hidden(s, I, p):
    """FitzHugh and Nagumo's flow, with a function in it that algebra does not have, which changes nothing."""
    found = FITZHUGH_NAGUMO.flow(s, I, p)
    return found._replace(w=found.w + torch.special.i1(0.0 * s.w))


HIDDEN = replace(FITZHUGH_NAGUMO, name="Hidden", flow=hidden)


@pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
def test_numbers_are_those_of_algebra(neuron):
    p = parameters(model_of(neuron)())
    known, found = system(neuron), sampled(neuron)
    assert found.variables == known.variables
    assert all(
        found.moves(one, other) == known.moves(one, other)
        for one in found.variables
        for other in found.variables
        if neuron in (FITZHUGH_NAGUMO, HODGKIN_HUXLEY)
    )
    random = np.random.default_rng(0)
    state = [random.uniform(0.1, 0.9, (3, 1)) for _ in found.variables]
    current = random.uniform(0, 1, 5)
    given = [(state, one.values(p), current) for one in (known, found)]
    for name in ("rates", "slopes"):
        wanted, here = (np.array(getattr(one, name)(*these)) for one, these in zip((known, found), given))
        assert here == pytest.approx(np.broadcast_to(wanted, here.shape), rel=1e-10, abs=1e-10 * abs(wanted).max())
    one = ([0.3] * len(state), current[0])
    wanted, here = (each.pushes(one[0], each.values(p), one[1]) for each in (known, found))
    assert here == pytest.approx(wanted, rel=1e-12)


def test_a_neuron_without_algebra_has_the_same_points_and_lines():
    """In closed form: the real root of v^3 / 3 - v + (v + a) / b = I."""
    assert isinstance(dynamics(HIDDEN), Sampled)
    model, plain = model_of(HIDDEN)(), model_of(FITZHUGH_NAGUMO)()
    for current in (0.0, 0.5, 1.0):
        (point,) = fixed_points(model, current)
        (wanted,) = fixed_points(plain, current)
        roots = np.roots([1 / 3, 0, 1 / 0.8 - 1, 0.7 / 0.8 - current])
        assert point.state["v"] == pytest.approx(roots[abs(roots.imag) < 1e-9].real[0], abs=1e-7)
        assert point.kind == wanted.kind and point.eigenvalues == pytest.approx(wanted.eigenvalues, abs=1e-6)
    p = parameters(model)
    assert planes(HIDDEN, p) == planes(FITZHUGH_NAGUMO, p)
    for name, (v, w) in portrait(HIDDEN, p, "w", 0.5).nullclines.items():
        line = v - v**3 / 3 + 0.5 if name == "v" else (v + 0.7) / 0.8
        there = np.isfinite(w)
        assert there.sum() > 100 and w[there] == pytest.approx(line[there], abs=1e-6)


def test_its_diagram_is_that_of_algebra():
    found = bifurcation_diagram(model_of(HIDDEN)(), low=0.0, high=1.0, samples=21)
    turn = np.sqrt(1 - 0.8 * 0.08)
    assert [one.kind for one in found.points] == ["Andronov-Hopf"]
    assert found.points[0].value == pytest.approx(-(turn**3) / 3 + turn + (0.7 - turn) / 0.8, abs=1e-6)
    assert [branch.stable for branch in found.branches] == [True, False]


def test_a_plane_of_more_variables_says_what_is_missing():
    flow = lambda s, I, p: HODGKIN_HUXLEY.flow(s, I + torch.special.i1(0.0 * s.v), p)  # noqa: E731
    neuron = replace(HODGKIN_HUXLEY, name="HiddenHodgkinHuxley", flow=flow)
    p = parameters(model_of(neuron)())
    there = portrait(neuron, p, "n", 0.0)  # which holds all others
    assert {*there.nullclines} == {"v", "n"}
    with pytest.raises(NotImplementedError, match="a plane of v and n needs h, m held"):
        nullclines(neuron, "n")
    assert fixed_points(model_of(neuron)(), 0.0)[0].state["v"] == pytest.approx(-65, abs=1e-3)


def test_a_neuron_without_v_says_so():
    with pytest.raises(NotImplementedError, match="Phase has no v, but phase"):
        dynamics(PHASE)
