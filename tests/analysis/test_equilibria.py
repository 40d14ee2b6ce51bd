"""Fixed points against papers and formulas (`data/`), and against the running code of every neuron."""

import json
from functools import cache

import numpy as np
import pytest
import torch

from snnlab import models
from snnlab.analysis.equilibria import fixed_points, nullclines
from snnlab.core import Quantity, annotations
from snnlab.functional import NEURONS
from snnlab.models import EIF, IAF, LI, LIF, AdEx, CobaLIF, Izhikevich, IzhikevichAccommodation, LIFAdEx, LIFBox, LIFEx
from snnlab.symbolic.equilibria import Condition, equilibrium
from snnlab.symbolic.search import box
from tests.golden import DATA

CASES = {case["id"]: case for case in json.loads((DATA / "analytic.json").read_text())["cases"]}
FIXED_IZHIKEVICH = [case for name, case in CASES.items() if name.startswith("izh-fixed-")]
FIXED_ADEX = [case for name, case in CASES.items() if name.startswith("adex-rheobase-")]
NAUD = json.loads((DATA / "adex_naud_2008.json").read_text())["cases"]

# beyond the peak their flow is what it is there: no equation's
BOUNDED = {"EIF", "AdEx", "AdExCondExp", "AdExNMDA", "EIFCurrExp"}
each_neuron = pytest.mark.parametrize("neuron", NEURONS, ids=lambda neuron: neuron.name)
named = {"ids": lambda case: case["id"]}


def izhikevich(case):
    q = case["parameters"]
    return Izhikevich(a=q["a"], b=q["b"], mn=q["k1"], bias=q["k0"])


def adex(q):
    names = {"C": "C_pF", "g_L": "gL_nS", "E_L": "EL_mV", "V_T": "VT_mV", "Delta_T": "DeltaT_mV"}
    return AdEx(**{ours: q[name] for ours, name in names.items()}, a=q["a_nS"], tau_w=q["tau_w_ms"])


def eigenvalues(point):
    """As the files have them, [[real, imaginary], ...], in one order."""
    return sorted([x.real, x.imag] for x in point.eigenvalues)


@pytest.mark.parametrize("case", FIXED_IZHIKEVICH, **named)
def test_izhikevich(case):
    """The file has ten digits. It is in 1/ms, as tau is 1 ms."""
    assert len(FIXED_IZHIKEVICH) == 7
    for row in case["values"]["fixed_points"]:
        found = fixed_points(izhikevich(case), row["I"])
        assert [p.kind for p in found] == [point["kind"] for point in row["points"]]
        for point, wanted in zip(found, row["points"], strict=True):
            assert point.state == pytest.approx({"v": wanted["v"], "u": wanted["u"]}, rel=1e-9)
            for one, other in zip(eigenvalues(point), sorted(wanted["eigenvalues"]), strict=True):
                # a small one is the difference of large ones
                assert one == pytest.approx(other, rel=1e-8, abs=1e-10)
            assert point.stable == wanted["kind"].startswith("stable")
            assert point.reached


@pytest.mark.parametrize("case", FIXED_ADEX, **named)
def test_adex(case):
    assert len(FIXED_ADEX) == 5
    for row in case["values"]["fixed_points"]:
        found = fixed_points(adex(case["parameters"]), row["I_pA"])
        assert [p.kind for p in found] == [point["kind"] for point in row["points"]]
        for point, wanted in zip(found, row["points"], strict=True):
            # w is a (v - E_L), where v has ten digits
            assert point.state["v"] == pytest.approx(wanted["v_mV"], rel=1e-9)
            assert point.state["w"] == pytest.approx(wanted["w_pA"], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", NAUD, **named)
def test_firing_patterns_of_adex(case):
    """The file has 8 digits after the point."""
    for name, current in (("fixed_points_at_I0", 0.0), ("fixed_points_at_I", case["input"]["I_pA"])):
        found = fixed_points(adex(case["parameters"]), current)
        for point, wanted in zip(found, case["derived"][name], strict=True):
            assert point.state == pytest.approx({"v": wanted["v"], "w": wanted["w"]}, abs=1e-8)
            for one, other in zip(eigenvalues(point), sorted(wanted["eigenvalues_per_ms"]), strict=True):
                assert one == pytest.approx(other, abs=1e-8)
            assert point.stable == wanted["stable"]


def test_membranes_without_a_threshold_of_their_own():
    """Linear ones rest at v_leak + I, whatever the threshold is; that is beyond it from the rheobase on."""
    (point,) = fixed_points(LIF(tau_mem=20, tau_syn=5, v_leak=0.3), 0.7)
    assert point.state == pytest.approx({"v": 1.0, "i": 0.0}, abs=1e-15)
    assert point.eigenvalues.tolist() == pytest.approx([-1 / 20, -1 / 5])
    assert (point.kind, point.stable, point.reached) == ("stable node", True, True)
    assert [p.reached for p in fixed_points(LIF(v_leak=0.3), 0.71)] == [False]
    assert [p.reached for p in fixed_points(LI(), 4.0)] == [True]
    q = CASES["coba-lif"]["parameters"]
    (point,) = fixed_points(CobaLIF(c_m=q["C_pF"] / 1000, g_l=q["gL_nS"], v_rest=q["EL_mV"]), 100.0)
    assert point.state == pytest.approx({"v": q["EL_mV"] + 100 / q["gL_nS"], "g_e": 0, "g_i": 0})
    slow = CASES["coba-lif"]["values"]["constant_conductance"][0]["tau_eff_ms"]
    assert -1 / point.eigenvalues[0].real == pytest.approx(slow)


def test_no_leak_no_fixed_point():
    assert fixed_points(IAF(), 10.0) == ()
    assert fixed_points(IAF(), 0.0) == ()  # it stands still anywhere: no point is isolated


@pytest.mark.parametrize("model", [EIF(), LIFEx()], ids=lambda model: type(model).__name__)
def test_a_pair_is_seen_until_it_meets(model):
    """At I = V_T - E_L - Delta_T two points meet at V_T; just below, they are sqrt(2 Delta_T dI) to each side."""
    q = model.values()
    threshold, leak, delta = (
        q.get(a, q.get(b)) for a, b in (("V_T", "v_th"), ("E_L", "v_leak"), ("Delta_T", "delta_T"))
    )
    meeting = threshold - leak - delta
    (touching,) = fixed_points(model, meeting)
    assert touching.kind == "saddle-node" and touching.reached
    assert touching.state["v"] == pytest.approx(threshold, abs=1e-7)
    assert abs(touching.eigenvalues[0]) < 1e-8
    for beyond in (1e-6, 1e-9, 1e-12):
        assert fixed_points(model, meeting + beyond) == ()
        pair = [p.state["v"] for p in fixed_points(model, meeting - beyond)]
        # to first order; the sizes of the terms, some 50, leave 1e-14 of the distance of 1e-12
        assert np.subtract(pair, threshold) == pytest.approx((2 * delta * beyond) ** 0.5 * np.array([-1, 1]), rel=0.03)


def test_kinds_beyond_the_plane():
    """A synaptic current that decays makes a node of one that the plane calls unstable a saddle."""
    assert [p.kind for p in fixed_points(LIFEx(delta_T=0.2))] == ["stable node", "saddle"]
    oscillating = LIFAdEx(tau_ada=100, adaptation_current=10, v_th=0.5, delta_T=0.05)
    assert [p.kind for p in fixed_points(oscillating, 5.5)] == ["saddle-focus", "saddle"]
    assert "saddle" not in [p.kind for p in fixed_points(oscillating, 0.0)][:1]
    assert [p.kind for p in fixed_points(Izhikevich(a=0))] == ["degenerate", "degenerate"]


def test_center():
    """Trace 2 k2 v + k1 - a = 0 at v = -60 for a = 0.2: the eigenvalues are +-i sqrt(a b - a^2)."""
    first, _ = fixed_points(Izhikevich(a=0.2, b=0.26), 0.4)
    assert first.kind == "center" and not first.stable
    assert first.eigenvalues == pytest.approx([0.0120**0.5 * 1j, -(0.0120**0.5) * 1j], abs=1e-12)


def drawn(neuron, rng):
    """A model whose parameters lie anywhere on their sliders, and a current."""
    kind = getattr(models, neuron.name)
    marks = {kind.shown[f]: mark for f, mark in kind.marks.items() if isinstance(mark, Quantity)}
    values = {n: mark.low + (mark.high - mark.low) * rng.random() for n, mark in marks.items()}
    return kind(**values), neuron.current.low + (neuron.current.high - neuron.current.low) * rng.random()


@cache
def sets(neuron, n=50):
    """(model, current, fixed points) for n draws."""
    rng = np.random.default_rng(7)
    pairs = [drawn(neuron, rng) for _ in range(n)]
    return [(model, current, fixed_points(model, current)) for model, current in pairs]


def stacked(neuron, ps):
    """One parameter tuple of many."""
    return neuron.parameters(
        *(torch.stack(x) if torch.is_tensor(x[0]) else torch.tensor(x).double() if isinstance(x[0], int) else x[0]
          for x in zip(*ps))
    )  # fmt: skip


def flow_and_jacobian(neuron, fields, x, current, p):
    """Flow [N, n] of the variables `fields` at x [N, n], and its Jacobian [N, n, n], by torch alone."""
    columns = [column.clone().requires_grad_() for column in x.T]
    state = neuron.state(**{f: torch.zeros(len(x), dtype=torch.float64) for f in neuron.state._fields})
    flow = neuron.flow(state._replace(**dict(zip(fields, columns))), current, p)
    rates = [getattr(flow, f) + 0 * sum(columns) for f in fields]
    rows = [torch.autograd.grad(r.sum(), columns, retain_graph=True) for r in rates]
    return torch.stack(rates, 1).detach(), torch.stack([torch.stack(row, 1) for row in rows], 1)


def flowing(neuron):
    return [f for f in neuron.state._fields if f != "rho"]


@each_neuron
def test_the_flow_is_zero_there_and_turns_as_it_says(neuron):
    """The running code at every point, for 50 draws of all parameters and the current.

    Zero is 1e-12 of what its terms come to, as the slopes tell. Eigenvalues are compared to 1e-8 of the largest: where
    two are nearly equal, rounding moves them by its root.
    """
    fields = flowing(neuron)
    found = [(m, I, point) for m, I, points in sets(neuron) for point in points]
    found = [(*given, point) for *given, point in found if point.reached or neuron.name not in BOUNDED]
    if neuron.name == "IAF":
        assert not any(points for _, _, points in sets(neuron))
        return
    assert len(found) >= 10
    x = torch.tensor([[point.state[f] for f in fields] for *_, point in found], dtype=torch.float64)
    current = torch.tensor([I for _, I, _ in found], dtype=torch.float64)
    p = stacked(neuron, [m.p(torch.float64, dt=0.1) for m, *_ in found])
    flow, jacobian = flow_and_jacobian(neuron, fields, x, current, p)
    spans = torch.tensor([annotations(neuron.state)[f].high - annotations(neuron.state)[f].low for f in fields])
    terms = (jacobian.abs() * (spans + x.abs())[:, None]).sum(2)
    assert (flow.abs() <= 1e-12 * terms).all()
    for (*_, point), matrix in zip(found, jacobian.numpy()):
        wanted = np.linalg.eigvals(matrix / 1000).astype(complex)
        wanted = wanted[np.lexsort((-wanted.imag, -wanted.real))]
        np.testing.assert_allclose(point.eigenvalues, wanted, rtol=0, atol=1e-8 * abs(wanted).max())
        assert point.stable == bool((wanted.real < 0).all())


@each_neuron
def test_no_point_is_missed(neuron):
    """Newton's method on the running flow, from 40 starts for each of 10 draws, comes to no point but those found.

    Where algebra ends, points are sought within a box alone: those beyond it are not missed.
    """
    fields, starts = flowing(neuron), 40
    some = sets(neuron)[:10]
    rng = np.random.default_rng(3)
    marks = annotations(neuron.state)
    low, high = (np.array([getattr(marks[f], end) for f in fields]) for end in ("low", "high"))
    x = torch.tensor(rng.uniform(low - (high - low), high + (high - low), (10 * starts, len(fields))))
    current = torch.tensor([I for _, I, _ in some], dtype=torch.float64).repeat_interleave(starts)
    p = stacked(neuron, [m.p(torch.float64, dt=0.1) for m, _, _ in some for _ in range(starts)])
    for _ in range(60):
        flow, jacobian = flow_and_jacobian(neuron, fields, x, current, p)
        # a step is at most a quarter of the range: an exponential would throw it far away
        change = torch.linalg.pinv(jacobian) @ flow[..., None]
        x = x - change[..., 0].clamp(*(torch.tensor(s * (high - low) / 4) for s in (-1, 1)))
    settled = (change[..., 0].abs() <= torch.tensor(1e-9 * (high - low))).all(1)
    settled &= flow.abs().sum(1) <= 1e-6
    if neuron.name in BOUNDED:
        settled &= neuron.excess(neuron.state(*x.T), p) < 0
    if not isinstance(equilibrium(neuron).condition, Condition):
        ends = torch.tensor([box(neuron, f) for f in fields])
        settled &= ((ends[:, 0] <= x) & (x <= ends[:, 1])).all(1)
    reached = 0
    for k in settled.nonzero().flatten().tolist():
        points = np.array([[point.state[f] for f in fields] for point in some[k // starts][2]])
        assert len(points), f"missed {x[k].tolist()}"
        # where two points are close, Newton's steps end early
        assert (abs(points - x[k].numpy()) <= 1e-5 * (high - low)).all(1).any(), f"missed {x[k].tolist()}"
        reached += 1
    assert reached >= 20 or neuron.name == "IAF"


@pytest.mark.parametrize("case", FIXED_IZHIKEVICH, **named)
def test_nullclines_of_izhikevich(case):
    rows = case["values"].get("nullcline_samples", [])
    v = np.array([row["v"] for row in rows])
    found = nullclines(izhikevich(case), 0.0, v)
    for name, key in (("v", "u_of_v_nullcline_I0"), ("u", "u_of_u_nullcline")):
        assert found[name][0] == pytest.approx(v)
        assert found[name][1] == pytest.approx([row[key] for row in rows], rel=1e-9, abs=1e-12)
    higher = nullclines(izhikevich(case), 5.0, v)
    assert higher["v"][1] - found["v"][1] == pytest.approx(5.0)  # the current lifts the parabola
    assert (higher["u"][1] == found["u"][1]).all()


@pytest.mark.parametrize("model", [AdEx(a=4), Izhikevich(), LIF(), LIFEx(), LIFAdEx()], ids=lambda m: type(m).__name__)
def test_nullclines_cross_in_the_fixed_points(model):
    names = [f for f in model.neuron.state._fields if f != "v"]
    y = names[-1]
    for point in fixed_points(model, 0.4):
        lines = nullclines(model, 0.4, np.array([point.state["v"]]), y=y)
        assert lines.keys() == {"v", y}
        for _, across in lines.values():
            assert across == pytest.approx(point.state[y], rel=1e-9, abs=1e-9)


def test_nullclines_over_the_whole_range():
    lines = nullclines(AdEx(), 100.0)
    v, w = lines["v"]
    assert (v[0], v[-1]) == (-80.0, 0.0) and len(v) == len(w) == 500
    assert w == pytest.approx(10 * (-70 - v + 2 * np.exp((v + 50) / 2)) + 100, rel=1e-12)


def test_a_nullcline_may_be_vertical():
    """The recovery of the accommodation pattern does not see itself: it stands still at v = -65."""
    v, u = nullclines(IzhikevichAccommodation())["u"]
    assert (v == -65).all()
    assert (np.nanmin(u), np.nanmax(u)) == (-20, 10)
    assert nullclines(IzhikevichAccommodation(), 2.0)["v"][1].min() == pytest.approx(142 - 25 / 0.16, abs=1e-3)


def test_a_nullcline_has_a_gap_where_nothing_holds():
    """g_e cannot hold the membrane at its own reversal potential."""
    v = np.array([-60.0, 0.0])
    _, g = nullclines(CobaLIF(g_l=10, v_rest=-70, e_rev_E=0), 40.0, v, y="g_e")["v"]
    assert g[0] == pytest.approx((10 * 10 - 40) / 60)
    assert np.isnan(g[1])


def test_what_is_not_planar_says_which_variables_there_are():
    with pytest.raises(
        ValueError, match="y is missing: the variables of LIFAdEx that flow are v, i, a; choose one of i, a"
    ):
        nullclines(LIFAdEx())
    with pytest.raises(
        ValueError, match="y = 'rho' is not allowed: the variables of LIFRefrac that flow are v, i; choose"
    ):
        nullclines(models.LIFRefrac(), y="rho")
    with pytest.raises(ValueError, match="LIFBox that flow are v; a phase plane needs two"):
        nullclines(LIFBox())


@pytest.mark.parametrize("function", [fixed_points, nullclines])
def test_a_current_that_is_not_allowed(function):
    for current in (1e4, float("nan")):
        with pytest.raises(ValueError, match=r"current = .* is not allowed: give a number from -1000 to 1000 mV"):
            function(Izhikevich(), current)
