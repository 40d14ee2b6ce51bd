"""Fixed points, nullclines and bifurcations of neurons without algebra, against papers and closed forms."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from snnlab.analysis import bifurcation_diagram, f_i_curve, fixed_points
from snnlab.analysis.arguments import parameters
from snnlab.analysis.bifurcation import bifurcations
from snnlab.analysis.equilibria import nullclines
from snnlab.analysis.portrait import planes, portrait
from snnlab.models import model_of
from snnlab.symbolic import equations
from tests.analysis.written_out import (
    FITZHUGH_NAGUMO,
    HODGKIN_HUXLEY,
    MORRIS_LECAR,
    TYPE_ONE,
    FitzHughNagumoState,
)

HodgkinHuxley, MorrisLecar, FitzHughNagumo = map(model_of, (HODGKIN_HUXLEY, MORRIS_LECAR, FITZHUGH_NAGUMO))
ALL = (HODGKIN_HUXLEY, MORRIS_LECAR, FITZHUGH_NAGUMO)
each_neuron = pytest.mark.parametrize("neuron", ALL, ids=lambda neuron: neuron.name)


def told(found):
    return [(one.kind, one.value) for one in found]


def flow_of(neuron, model, state, current):
    """Rates in 1/s from the running code."""
    s = neuron.state(**{name: torch.as_tensor(x, dtype=torch.float64) for name, x in state.items()})
    return torch.stack(
        torch.broadcast_tensors(*neuron.flow(s, torch.tensor(current, dtype=torch.float64), parameters(model)))
    ).numpy()


def test_hopf_currents_of_hodgkin_and_huxley():
    """9.78 and 154.5 uA/cm2: Rinzel, Miller, Math. Biosci. 49:27, 1980; Hassard, J. Theor. Biol. 71:401, 1978. To the
    digits that are printed there, for E_L = -54.4 mV, 10.6 mV above rest."""
    found = bifurcations(HodgkinHuxley(), high=200, samples=60)
    assert told(found) == [
        ("Andronov-Hopf", pytest.approx(9.78, abs=0.005)),
        ("Andronov-Hopf", pytest.approx(154.5, abs=0.05)),
    ]
    for one in found:
        assert flow_of(HODGKIN_HUXLEY, HodgkinHuxley(), one.state, one.value) == pytest.approx(np.zeros(4), abs=1e-8)
        assert abs(one.eigenvalues.real).min() < 1e-9
    diagram = bifurcation_diagram(HodgkinHuxley(), high=200, samples=41)
    assert told(diagram.points) == [(kind, pytest.approx(value, rel=1e-9)) for kind, value in told(found)]
    assert [branch.stable for branch in diagram.branches] == [True, False, True]


def test_rates_of_hodgkin_and_huxley():
    """Silent at 5 uA/cm2, and at 10 as fast as a run of scipy's; by exponential Euler at 0.1 ms, to 2 %."""
    begin = [float(x) for x in HODGKIN_HUXLEY.rest(parameters(HodgkinHuxley()))]
    names = HODGKIN_HUXLEY.state._fields

    def flow(t, x):
        return flow_of(HODGKIN_HUXLEY, HodgkinHuxley(), dict(zip(names, x)), 10.0) / 1000

    up = lambda t, x: x[0] + 20  # noqa: E731
    up.direction = 1
    (times,) = solve_ivp(flow, (0, 250), begin, "LSODA", events=up, rtol=1e-8).t_events
    rates = f_i_curve(HodgkinHuxley(), [5.0, 10.0], duration=500.0).rate
    assert rates[0] == 0 and rates[1] == pytest.approx(1000 / np.diff(times[-5:]).mean(), rel=0.02)


def test_rest_of_hodgkin_and_huxley():
    """-65 mV, where E_L is chosen such that the currents nearly cancel; its Jacobian is that of autograd."""
    (rest,) = fixed_points(HodgkinHuxley(), 0.0)
    assert rest.state["v"] == pytest.approx(-65, abs=1e-3) and rest.kind == "stable focus"
    p, state = parameters(HodgkinHuxley()), torch.tensor([*rest.state.values()], dtype=torch.float64)
    flow = lambda x: torch.stack([*HODGKIN_HUXLEY.flow(HODGKIN_HUXLEY.state(*x), torch.tensor(0.0), p)])  # noqa: E731
    wanted = np.linalg.eigvals(torch.autograd.functional.jacobian(flow, state).numpy() / 1000)
    assert np.sort_complex(rest.eigenvalues) == pytest.approx(np.sort_complex(wanted), rel=1e-9)


def test_a_gap_in_the_rates_is_none_of_the_fixed_points():
    """At v = -40 mV, where a rate of Hodgkin and Huxley is 0 / 0: the current that holds it there gives it back."""
    v = torch.tensor(-40.0, dtype=torch.float64)
    p, rest = parameters(HodgkinHuxley()), HODGKIN_HUXLEY.rest(parameters(HodgkinHuxley()))
    am, bm = 1.0, 4 * math.exp(-25 / 18)
    ah, bh = 0.07 * math.exp(-25 / 20), 1 / (1 + math.exp(0.5))
    an, bn = 0.15 / (1 - math.exp(-1.5)), 0.125 * math.exp(-25 / 80)
    gates = [torch.tensor(a / (a + b), dtype=torch.float64) for a, b in ((am, bm), (ah, bh), (an, bn))]
    state = rest._replace(v=v, **dict(zip("mhn", gates)))
    current = -float(HODGKIN_HUXLEY.flow(state, torch.tensor(0.0), p).v) / 1000
    (point,) = fixed_points(HodgkinHuxley(), current)
    assert point.state == pytest.approx({name: float(x) for name, x in state._asdict().items()}, abs=1e-9)


def test_morris_and_lecar_of_the_second_type():
    """I = 93.86 and 212 uA/cm2: Rinzel, Ermentrout, Analysis of Neural Excitability, 1998, figure 7.3 and text."""
    assert told(bifurcations(MorrisLecar(), samples=60)) == [
        ("Andronov-Hopf", pytest.approx(93.86, abs=0.005)),
        ("Andronov-Hopf", pytest.approx(212.0, abs=0.05)),
    ]


def test_morris_and_lecar_of_the_first_type():
    """A saddle-node on a circle at 39.96 (39.9 there), from which rates begin at 0, and a Hopf point at 97.8."""
    model = MorrisLecar(**TYPE_ONE)
    fold, hopf = bifurcations(model, samples=60)
    assert (fold.kind, hopf.kind) == ("saddle-node", "Andronov-Hopf")
    assert fold.value == pytest.approx(39.96, abs=0.005) and hopf.value == pytest.approx(97.8, abs=0.05)
    assert len(fixed_points(model, 39.0)) == 3 and len(fixed_points(model, 41.0)) == 1
    rates = f_i_curve(model, [39.5, 40.2, 45.0], duration=2000.0).rate
    assert rates[0] == 0 and 0 < rates[1] < rates[2] / 2


@pytest.mark.parametrize(("b", "epsilon"), [(0.8, 0.08), (0.5, 0.15)])
def test_fitzhugh_and_nagumo_in_closed_form(b, epsilon):
    """The trace 1 - v^2 - b epsilon is 0 at v = -+sqrt(1 - b epsilon), which a current of its own holds."""
    found = bifurcations(FitzHughNagumo(b=b, epsilon=epsilon), low=0.0, samples=40)
    v = np.array([-1, 1]) * math.sqrt(1 - b * epsilon)
    wanted = v**3 / 3 - v + (v + 0.7) / b
    assert told(found) == [("Andronov-Hopf", pytest.approx(x, rel=1e-9)) for x in wanted if 0 <= x <= 2]


@each_neuron
def test_runs_settle_in_the_stable_fixed_points(neuron):
    """By scipy's integrator, from the neuron's rest, at a current at which there is one that is stable."""
    model, current = model_of(neuron)(), {"mV": 5.0, "1": 0.1}[neuron.state.__annotations__["v"].__metadata__[0].unit]
    (point,) = fixed_points(model, current)
    names = neuron.state._fields
    begin = [float(x) for x in neuron.rest(parameters(model))]
    run = solve_ivp(
        lambda t, x: flow_of(neuron, model, dict(zip(names, x)), current) / 1000, (0, 600), begin, "LSODA", rtol=1e-9
    )
    assert point.stable
    assert run.y[:, -1] == pytest.approx([*point.state.values()], abs=1e-4)


@each_neuron
def test_lines_of_every_plane_are_where_the_flow_is_zero(neuron):
    """A nullcline that a formula gives, or that is traced; both cross at the fixed points, and nothing resets v."""
    model = model_of(neuron)()
    p, current = parameters(model), 0.3 * neuron.current.default
    for y in planes(neuron, p)[:-1]:
        found = portrait(neuron, p, y, current)
        rest = {name: float(x) for name, x in neuron.rest(p)._asdict().items()}
        for name, (v, line) in found.nullclines.items():
            inside = np.isfinite(line) & (abs(line) < 5)
            assert inside.sum() > 50
            state = rest | {"v": v[inside], y: line[inside]}
            rates = flow_of(neuron, model, state, current)[neuron.state._fields.index(name)]
            assert abs(rates).max() < 1e-7 * 1000
        for point in found.points:
            rates = flow_of(neuron, model, rest | point.state, current)
            assert [rates[neuron.state._fields.index(name)] for name in ("v", y)] == pytest.approx([0, 0], abs=1e-7)
        assert found.reset is None


def test_the_threshold_of_a_plane_is_where_a_spike_is_told():
    for model, level in ((HodgkinHuxley(), -20.0), (MorrisLecar(), 0.0), (FitzHughNagumo(), 1.0)):
        found = portrait(model.neuron, parameters(model), planes(model.neuron, parameters(model))[0], 0.0)
        assert found.threshold[0] == pytest.approx([level, level])


def test_equations_are_those_of_the_papers():
    assert equations(HODGKIN_HUXLEY).flow == (
        r"C \frac{dv}{dt} = g_{\mathrm{Na}} h m^{3} \left(E_{\mathrm{Na}} - v\right) "
        r"+ g_{\mathrm{K}} n^{4} \left(E_{\mathrm{K}} - v\right) + g_{\mathrm{L}} \left(E_{\mathrm{L}} - v\right) + I",
        r"\frac{dm}{dt} = - 4 m e^{- \frac{v + 65}{18}} "
        r"+ \frac{\left(1 - m\right) \left(v + 40\right)}{10 \left(1 - e^{- \frac{v + 40}{10}}\right)}",
        r"\frac{dh}{dt} = - \frac{h}{e^{- \frac{v + 35}{10}} + 1} "
        r"+ 0.07 \left(1 - h\right) e^{- \frac{v + 65}{20}}",
        r"\frac{dn}{dt} = - \frac{n e^{- \frac{v + 65}{80}}}{8} "
        r"+ \frac{\left(1 - n\right) \left(v + 55\right)}{100 \left(1 - e^{- \frac{v + 55}{10}}\right)}",
    )
    assert r"\cosh{\left(\frac{v - v_{\mathrm{3}}}{2 v_{\mathrm{4}}} \right)}" in equations(MORRIS_LECAR).flow[1]


def stiff_recovery(s, I, p):
    """w + w^3 / 3 in place of w: no equation is linear in it, but one equation in v alone can be solved for it."""
    v = 1000 * (s.v - s.v**3 / 3 - torch.tanh(s.w) + I)
    return FitzHughNagumoState(v, 80 * (s.v + 0.7 - 0.8 * (s.w + s.w**3 / 3)))


TWO_NONLINEAR = replace(FITZHUGH_NAGUMO, name="TwoNonlinear", flow=stiff_recovery)


def one_equation(current):
    """All w between -3 and 3 where both rates are 0, by eliminating v with a formula, ascending in v."""
    w = np.linspace(-3, 3, 200_001)
    v = -0.7 + 0.8 * (w + w**3 / 3)
    rate = v - v**3 / 3 - np.tanh(w) + current
    at = np.flatnonzero(np.sign(rate[1:]) != np.sign(rate[:-1]))
    share = rate[at] / (rate[at] - rate[at + 1])
    return np.interp(at + share, np.arange(len(w)), v)


@pytest.mark.parametrize("current", [0.0, 0.2, 0.5])
def test_two_variables_that_are_both_nonlinear(current):
    found = fixed_points(model_of(TWO_NONLINEAR)(), current)
    assert [one.state["v"] for one in found] == pytest.approx(one_equation(current), abs=1e-6)
    lines = nullclines(model_of(TWO_NONLINEAR)(), current)
    for name, (v, w) in lines.items():
        there = np.isfinite(w)
        rates = stiff_recovery(FitzHughNagumoState(*map(torch.as_tensor, (v[there], w[there]))), current, None)
        assert there.sum() > 100 and abs(getattr(rates, name).numpy()).max() < 1e-7


def test_folds_of_two_variables_are_where_the_number_of_points_changes():
    folds = [one for one in bifurcations(model_of(TWO_NONLINEAR)(), samples=60) if one.kind == "saddle-node"]
    assert folds
    for one in folds:
        beside = [len(one_equation(one.value + side * 1e-3)) for side in (-1, 1)]
        assert abs(beside[0] - beside[1]) == 2
        assert abs(one.eigenvalues).min() < 1e-6
