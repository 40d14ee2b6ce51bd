"""A neuron's equations as a system: its numbers are those of the running code, and no root is missed."""

from dataclasses import replace

import numpy as np
import pytest
import sympy
import torch

from snnlab import models
from snnlab.core import annotations
from snnlab.functional import IAF, LIF, NEURONS, AdEx, CobaLIF, Izhikevich, LIFMCRefrac, LIFRefrac
from snnlab.symbolic.dynamics import system
from snnlab.symbolic.equilibria import condition, eliminate, equilibrium, nullclines
from snnlab.symbolic.search import Implicit

each_neuron = pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
V, I = system(IAF).symbols["v"], sympy.Symbol("I")


def parameters(neuron):
    return getattr(models, neuron.name)().p(torch.float64, dt=0.1)


def below_peak(neuron, n, seed):
    """States in the lower three quarters of the ranges in which they are drawn, where no bound acts on an upstroke."""
    generator = torch.Generator().manual_seed(seed)
    found = {}
    for field, mark in annotations(neuron.state).items():
        uniform = torch.rand(n, generator=generator, dtype=torch.float64)
        found[field] = 0 * uniform if field == "rho" else mark.low + 0.75 * (mark.high - mark.low) * uniform
    return neuron.state(**found)


@each_neuron
def test_numbers_are_those_of_the_flow(neuron):
    """To rounding: algebra may order sums differently."""
    p, s = parameters(neuron), below_peak(neuron, 20, seed=0)
    current = 0.7 * neuron.current.default
    whole = system(neuron)
    found = whole.rates([getattr(s, f).numpy() for f in whole.variables], whole.values(p), current)
    expected = neuron.flow(s, torch.full((20,), current, dtype=torch.float64), p)
    for field, rate in zip(whole.variables, found, strict=True):
        wanted = getattr(expected, field).numpy()
        assert rate.shape == (20,)
        np.testing.assert_allclose(rate, wanted, rtol=1e-12, atol=1e-12 * abs(wanted).max())
    for field in set(neuron.state._fields) - set(whole.variables):
        assert (getattr(expected, field) == 0).all()


@each_neuron
def test_slopes_are_those_of_autograd(neuron):
    p, s = parameters(neuron), below_peak(neuron, 1, seed=1)
    whole = system(neuron)
    state = [getattr(s, f).requires_grad_() for f in whole.variables]
    flow = neuron.flow(s, torch.zeros(1, dtype=torch.float64), p)
    found = whole.slopes([x.item() for x in state], whole.values(p), 0.0)
    for row, field in zip(found, whole.variables, strict=True):
        rate = getattr(flow, field)
        wanted = [0.0] * len(state)
        if rate.requires_grad:
            wanted = [float(g) for g in torch.autograd.grad(rate, state, retain_graph=True, materialize_grads=True)]
        np.testing.assert_allclose(row, wanted, rtol=1e-12, atol=1e-12 * max(map(abs, wanted)))


def test_what_does_not_flow_stands_at_its_rest():
    assert system(LIFRefrac).variables == system(LIFMCRefrac).variables == ("v", "i")
    assert system(CobaLIF).variables == ("v", "g_e", "g_i")
    held = system(LIFMCRefrac)
    assert "s.rho" in held.constants
    # at rho = 0 the leak is on: the gate is shut only above
    assert held.slopes([0.0, 0.0], held.values(parameters(LIFMCRefrac)), 0.0)[0, 0] == -100.0


def test_a_field_of_inverses_is_a_time_in_the_equations():
    whole = system(LIF)
    tau = sympy.Symbol(r"\tau_{\mathrm{mem}}", positive=True)
    assert whole.jacobian[0, 0] == -1 / tau
    assert dict(zip(whole.constants, whole.values(parameters(LIF))))["p.tau_mem_inv"] == pytest.approx(0.01)


def test_other_variables_follow_from_v():
    p = system(AdEx).constants
    assert equilibrium(AdEx).others == {"w": p["p.a"] * (V - p["p.E_L"])}
    assert equilibrium(Izhikevich).others == {"u": system(Izhikevich).constants["p.b"] * V}
    assert equilibrium(CobaLIF).others == {"g_e": 0, "g_i": 0}
    assert equilibrium(IAF).condition.expression == I
    assert equilibrium(IAF).condition.roots(equilibrium(IAF).system.values(parameters(IAF)), 0.0) == []


def test_equations_that_are_kept_are_not_used():
    left, solved = eliminate(system(CobaLIF), ["g_i"], kept=("v", "g_e"))
    assert left.keys() == {"v", "g_e"}
    assert solved == {"g_i": 0}
    with pytest.raises(NotImplementedError, match="no equation of CobaLIF is linear in v"):
        eliminate(system(CobaLIF), ["v"], kept=("v", "g_e", "g_i"))


def roots(expression, current=0.0):
    """Roots in v of an expression in v and I, whatever neuron it belongs to."""
    return condition(system(IAF), expression).roots(system(IAF).values(parameters(IAF)), current)


@pytest.mark.parametrize("degree", range(1, 5))
def test_all_roots_of_polynomials(degree):
    """Roots that are known, down to 0.01 apart: of a product, each is as exact as a number."""
    rng = np.random.default_rng(degree)
    for _ in range(5):
        wanted = np.cumsum(rng.choice([0.01, 0.3, 20.0], degree)) - 30
        expression = sympy.prod([V - sympy.Float(r, 17) for r in wanted])
        found = roots(expression)
        assert [r.double for r in found] == [False] * degree
        assert [r.v for r in found] == pytest.approx(wanted, abs=1e-9)


def test_roots_far_away_and_none():
    assert [r.v for r in roots(V - I, 1e6)] == [pytest.approx(1e6, rel=1e-15)]
    assert roots(V**2 + I, 1e-9) == []
    assert roots(sympy.exp(V)) == []
    assert roots(sympy.exp(V) + I, 1e-9) == []
    assert [r.v for r in roots(sympy.exp(5 * V) + I, -1e-9)] == [pytest.approx(np.log(1e-9) / 5, rel=1e-14)]


def test_roots_with_exponentials():
    """e^v = 3 v^2 has three; v e^v = -0.1 the two branches of Lambert's function; and two kinds of exponentials."""
    from scipy.special import lambertw

    branches = [-2 * lambertw(s / (2 * 3**0.5), k).real for s, k in ((1, 0), (-1, 0), (-1, -1))]
    assert [r.v for r in roots(sympy.exp(V) - 3 * V**2)] == pytest.approx(sorted(branches), rel=1e-13)
    both = sorted(lambertw(-0.1, k).real for k in (0, -1))
    assert [r.v for r in roots(V * sympy.exp(V) + I, 0.1)] == pytest.approx(both, rel=1e-13)
    assert [r.v for r in roots(sympy.exp(V) + sympy.exp(-V) - 4)] == pytest.approx([-np.arccosh(2), np.arccosh(2)])


@pytest.mark.parametrize("beyond", [1e-6, 1e-9, 1e-12])
def test_a_pair_near_a_double_root(beyond):
    """exp(v) - v - 1 is about v^2 / 2 near 0: lowered by d there are two roots at +-sqrt(2 d), raised there is none."""
    touching = sympy.exp(V + 3) - V - 4 + I
    pair = roots(touching, -beyond)
    assert len(pair) == 2
    assert pair[1].v - pair[0].v == pytest.approx(2 * (2 * beyond) ** 0.5, rel=1e-3)
    assert roots(touching, beyond) == []
    (root,) = roots(touching, 0.0)
    assert root.double
    assert root.v == pytest.approx(-3, rel=1e-14)


def test_what_has_no_such_form_says_so():
    flow = lambda s, I, p: s._replace(v=torch.relu(s.v) * s.v**2 - s.u, u=s.v - s.u)  # noqa: E731
    kinked = replace(Izhikevich, name="Kinked", flow=flow)
    with pytest.raises(NotImplementedError, match="the flow of Kinked is no sum of polynomials"):
        condition(system(kinked), equilibrium(kinked).condition.expression)
    flow = lambda s, I, p: s._replace(v=s.v - s.u**2, u=s.v - s.u**3)  # noqa: E731
    crooked = replace(Izhikevich, name="Crooked", flow=flow)
    with pytest.raises(NotImplementedError, match="Crooked is linear in u"):
        eliminate(system(crooked), ["u"])
    assert equilibrium(crooked).unknowns == ("v", "u")
    assert all(isinstance(line, Implicit) for line in nullclines(crooked, "u").values())
