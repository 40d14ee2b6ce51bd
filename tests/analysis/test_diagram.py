"""Bifurcation diagrams against closed forms: where fixed points meet, turn, and come to the threshold."""

import math
from typing import Annotated, NamedTuple

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from torch import Tensor, as_tensor

from snnlab.analysis import bifurcation_diagram, fixed_points
from snnlab.analysis.diagram import extremes
from snnlab.core import Neuron, Quantity
from snnlab.functional.neurons.quantities import Method
from snnlab.models import EIF, IAF, LIF, AdEx, Izhikevich, LIFEx, model_of


def points(found):
    return [(one.kind, one.value) for one in found.points]


def curve(found, value, stable):
    """v of all branches of this stability at a value."""
    there = [b for b in found.branches if b.stable == stable and b.values[0] <= value <= b.values[-1]]
    return sorted(float(np.interp(value, b.values, b.v)) for b in there)


class FitzHughNagumoParameters(NamedTuple):
    epsilon: Annotated[Tensor, Quantity("1", low=0.01, high=0.2, doc="ratio of times")] = as_tensor(0.08)
    a: Annotated[Tensor, Quantity("1", low=0, high=1, doc="offset")] = as_tensor(0.7)
    b: Annotated[Tensor, Quantity("1", low=0.1, high=1, doc="decay")] = as_tensor(0.8)
    method: Method = "super"


class FitzHughNagumoState(NamedTuple):
    v: Annotated[Tensor, Quantity("1", low=-3, high=3, doc="potential")]
    w: Annotated[Tensor, Quantity("1", low=-2, high=3, doc="recovery")]


FITZHUGH_NAGUMO = Neuron(
    name="FitzHughNagumo",
    title="FitzHugh-Nagumo",
    doc="A cubic and a line.",
    source="FitzHugh 1961",
    parameters=FitzHughNagumoParameters,
    state=FitzHughNagumoState,
    flow=lambda s, I, p: FitzHughNagumoState(
        v=1000 * (s.v - s.v * s.v * s.v / 3 - s.w + I), w=1000 * p.epsilon * (s.v + p.a - p.b * s.w)
    ),
    rest=lambda p: FitzHughNagumoState(v=as_tensor(-1.2), w=as_tensor(-0.6)),
    port="current",
    current=Quantity("1", low=-0.5, high=2, default=0.5, doc="input current"),
)


def test_a_leaky_neuron_ends_at_its_threshold():
    """v = I up to v_th, where the fixed point is beyond: for all currents in one line."""
    found = bifurcation_diagram(LIF(v_th=1.3), "I")
    assert [(p.kind, p.value) for p in found.points] == [("threshold", pytest.approx(1.3, abs=1e-6))]
    (branch,) = found.branches
    assert branch.stable and branch.v == pytest.approx(branch.values, abs=1e-9)
    assert branch.values[[0, -1]] == pytest.approx([LIF().neuron.current.low, 1.3])
    along = bifurcation_diagram(LIF(), "v_leak", current=0.25)
    assert [(p.kind, p.value) for p in along.points] == [("threshold", pytest.approx(0.75, abs=1e-6))]


def test_a_quadratic_neuron_has_a_saddle_node():
    """Izhikevich with b = 0.2: 0.04 v^2 + 4.8 v + 140 + I is zero at v = -60 -+ sqrt(100 - 25 I); u turns the lower one
    where the trace 0.08 v + 5 - a is zero."""
    model = Izhikevich(a=0.02, b=0.2)
    found = bifurcation_diagram(model, "I", -10.0, 10.0)
    hopf = (0.02 - 5) / 0.08
    assert [p.kind for p in found.points] == ["Andronov-Hopf", "saddle-node"]
    assert found.points[0].state["v"] == pytest.approx(hopf, abs=1e-9)
    assert found.points[1].value == pytest.approx(4.0, abs=1e-9)
    for current in (-9.0, 0.0, 3.0):
        root = math.sqrt(100 - 25 * current)
        assert curve(found, current, True) == pytest.approx([-60 - root], abs=0.01)
        assert curve(found, current, False) == pytest.approx([-60 + root], abs=0.01)
    turned = (found.points[0].value + 4.0) / 2
    assert len(curve(found, turned, False)) == 2 and not curve(found, turned, True)


def test_an_exponential_neuron_has_a_saddle_node():
    """-(v - E_L) + D exp((v - V_T) / D) + I has its fold at v = V_T, for I = V_T - E_L - D, along any of them."""
    m = EIF()
    found = bifurcation_diagram(m, "I", 0.0, 30.0)
    assert points(found) == [("saddle-node", pytest.approx(m.V_T - m.E_L - m.Delta_T, abs=1e-9))]
    assert [len(curve(found, 10.0, stable)) for stable in (True, False)] == [1, 1]
    for branch in found.branches:
        assert branch.v[-1] == pytest.approx(m.V_T, abs=1e-6)
        left = -(branch.v - m.E_L) + m.Delta_T * np.exp((branch.v - m.V_T) / m.Delta_T) + branch.values
        assert left == pytest.approx(0, abs=1e-9)
    along = bifurcation_diagram(m, "V_T", current=10.0)
    assert points(along) == [("saddle-node", pytest.approx(10.0 + m.E_L + m.Delta_T, abs=1e-6))]


def test_adex_loses_stability_by_its_trace():
    """At the Hopf point exp((v - V_T) / D) = 1 + C / (g_L tau_w), at the saddle-node 1 + a / g_L."""
    m = AdEx(a=40.0, tau_w=30.0)
    found = bifurcation_diagram(m, "I", 0.0, 1500.0)

    def current(rise):
        v = m.V_T + m.Delta_T * math.log(rise)
        return (m.g_L + m.a) * (v - m.E_L) - m.g_L * m.Delta_T * rise

    hopf, fold = current(1 + m.C / m.g_L / m.tau_w), current(1 + m.a / m.g_L)
    assert points(found) == [("Andronov-Hopf", pytest.approx(hopf)), ("saddle-node", pytest.approx(fold))]
    assert curve(found, hopf - 5, True) and not curve(found, hopf + 5, True)


def test_fitzhugh_nagumo_oscillates_between_two_hopf_points():
    """The trace 1 - v^2 - epsilon b is zero at two v; between them the run is the limit cycle that scipy finds."""
    model = model_of(FITZHUGH_NAGUMO)()
    found = bifurcation_diagram(model, "I", -0.5, 2.0)
    v = math.sqrt(1 - model.epsilon * model.b)
    hopf = [(x + model.a) / model.b - x + x**3 / 3 for x in (-v, v)]
    assert [(p.kind, p.value) for p in found.points] == [("Andronov-Hopf", pytest.approx(one)) for one in hopf]
    values = np.array([0.1, 0.8, 1.9])
    least, most = extremes(model, "I", values, dt=0.02)

    def flow(t, s):
        return s[0] - s[0] ** 3 / 3 - s[1] + 0.8, model.epsilon * (s[0] + model.a - model.b * s[1])

    cycle = solve_ivp(flow, (0, 600), (-1.2, -0.6), rtol=1e-8, max_step=0.1).y[0][-3000:]
    assert (least[1], most[1]) == pytest.approx((cycle.min(), cycle.max()), abs=0.01)
    for k in (0, 2):
        assert least[k] == pytest.approx(most[k], abs=1e-3)
        assert curve(found, values[k], True) == pytest.approx([least[k]], abs=0.01)


def test_branches_are_the_fixed_points():
    """Values, stability and number are those of `fixed_points` wherever neither has just changed."""
    for model, along in ((AdEx(a=40.0), "I"), (LIFEx(), "delta_T"), (Izhikevich(), "b"), (AdEx(), "E_L")):
        found = bifurcation_diagram(model, along, current=0.3)
        low, high = found.branches[0].values[0], max(b.values[-1] for b in found.branches)
        for value in np.linspace(low, high, 7)[1:-1]:
            other = type(model)(**model.values() | ({} if along == "I" else {along: value}))
            wanted = [p for p in fixed_points(other, value if along == "I" else 0.3) if p.reached]
            for stable in (True, False):
                assert curve(found, value, stable) == pytest.approx(
                    [p.state["v"] for p in wanted if p.stable == stable], abs=0.05
                )


def test_runs_reach_the_peak_where_they_spike():
    least, most = extremes(AdEx(), "I", np.array([0.0, 500.0]))
    assert least[0] == pytest.approx(-70.0, abs=0.01) and most[0] == pytest.approx(-70.0, abs=0.01)
    assert most[1] == AdEx().V_peak and least[1] < -55
    _, peaks = extremes(AdEx(), "V_peak", np.array([-10.0, 10.0]), current=500.0)
    assert peaks.tolist() == [-10.0, 10.0]


def test_what_has_no_fixed_point_has_no_branch():
    assert bifurcation_diagram(IAF()) == ((), ())


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(ValueError, match=r"along = 'x'.*choose I or one of"):
        bifurcation_diagram(LIF(), "x")
    with pytest.raises(ValueError, match="low = 2"):
        bifurcation_diagram(LIF(), "I", 2.0, 1.0)
