"""Bifurcations against formulas and papers (`data/`), along the current and along parameters."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pytest
import torch

from snnlab.analysis.bifurcation import bifurcations
from snnlab.analysis.equilibria import fixed_points
from snnlab.core import InverseTime, Quantity, annotations
from snnlab.functional import Izhikevich as IzhikevichNeuron
from snnlab.functional import IzhikevichState
from snnlab.functional.neurons.quantities import Alpha, Method
from snnlab.models import EIF, IAF, LIF, AdEx, Izhikevich, LIFAdEx, LIFEx
from tests.analysis.test_equilibria import FIXED_ADEX, FIXED_IZHIKEVICH, NAUD, adex, izhikevich, named

DATA = Path(__file__).parent.parent / "data"


def only(found, kind):
    """The one of this kind, or None."""
    some = [b for b in found if b.kind == kind]
    assert len(some) <= 1
    return some[0] if some else None


@pytest.mark.parametrize("case", FIXED_IZHIKEVICH, **named)
def test_izhikevich_along_the_current(case):
    """The file has ten digits."""
    values, found = case["values"], bifurcations(izhikevich(case), samples=100)
    assert found[0].value == pytest.approx(values["loses_stability_at_I"], rel=1e-9)
    fold, hopf = only(found, "saddle-node"), only(found, "Andronov-Hopf")
    assert fold.value == pytest.approx(values["saddle_node"]["I"], rel=1e-9)
    assert fold.state["v"] == pytest.approx(values["saddle_node"]["v"], rel=1e-9)
    assert abs(fold.eigenvalues).min() < 1e-8
    assert (hopf is None) == (values["andronov_hopf"] is None)
    if hopf:
        wanted = values["andronov_hopf"]
        assert hopf.value == pytest.approx(wanted["I"], rel=1e-9)
        assert hopf.state["v"] == pytest.approx(wanted["v"], rel=1e-9)
        assert hopf.eigenvalues[0].imag == pytest.approx(wanted["angular_frequency_per_ms"], rel=1e-8)
        assert 2 * math.pi / hopf.eigenvalues[0].imag == pytest.approx(wanted["period_ms"], rel=1e-8)
        assert abs(hopf.eigenvalues.real).max() < 1e-10


@pytest.mark.parametrize("case", FIXED_ADEX, **named)
def test_adex_along_the_current(case):
    found, values = bifurcations(adex(case["parameters"]), samples=100), case["values"]
    for kind, key in (("saddle-node", "saddle_node"), ("Andronov-Hopf", "andronov_hopf")):
        point, wanted = only(found, kind), values[key]
        assert (point is None) == (wanted is None)
        if wanted:
            assert point.value == pytest.approx(wanted["I_pA"], rel=1e-9)
            assert point.state["v"] == pytest.approx(wanted["v_mV"], rel=1e-9)
    assert found[0].kind == values["rheobase_type"]


@pytest.mark.parametrize("case", NAUD, **named)
def test_firing_patterns_of_adex(case):
    """Two of them come within 0.01 pA, far less than the samples are apart; the file has 8 digits after the point."""
    found, derived = bifurcations(adex(case["parameters"]), samples=50), case["derived"]
    for kind, key in (("saddle-node", "saddle_node_current_pA"), ("Andronov-Hopf", "andronov_hopf_current_pA")):
        point = only(found, kind)
        assert (point and point.value) == (derived[key] and pytest.approx(derived[key], abs=1e-8))


def test_formulas_of_adex_for_random_parameters():
    """Touboul and Brette (2008): saddle-node for a > -g_L, Andronov-Hopf for a / g_L > tau_m / tau_w."""
    rng, count = np.random.default_rng(0), {"saddle-node": 0, "Andronov-Hopf": 0}
    for _ in range(20):
        marks = {name: AdEx.marks[name] for name in ("C", "g_L", "E_L", "V_T", "Delta_T", "V_peak", "a", "tau_w")}
        q = {name: rng.uniform(mark.low, mark.high) for name, mark in marks.items()}
        C, g, E, V_T, delta, peak, a, tau_w = q.values()
        steep = {
            "saddle-node": a / g if a > -g else None,
            "Andronov-Hopf": C / g / tau_w if a / g > C / g / tau_w else None,
        }
        wanted = []
        for kind, share in steep.items():
            if share is not None:
                v = V_T + delta * math.log(1 + share)
                current = (g + a) * (v - E) - g * delta * (1 + share)
                if v < peak and -200 < current < 1000:
                    wanted.append((kind, pytest.approx(current, abs=1e-8)))
                    count[kind] += 1
        found = bifurcations(AdEx(**q), samples=40)
        assert sorted((b.kind, b.value) for b in found) == wanted[::-1]
    assert min(count.values()) >= 3


def test_exponential_membranes():
    """I = V_T - E_L - Delta_T, at v = V_T; of the dimensionless one that is the threshold itself, but for rounding."""
    assert [b[:2] for b in bifurcations(EIF())] == [(pytest.approx(13, rel=1e-9), "saddle-node")]
    # two of random numbers for which the point comes out above the threshold, by rounding
    rounded = ((0.526841427672439, -0.0008270228159227289, 1.5848416996029326),
               (2.6979194657797856, -0.7289566858992107, 0.2928816763788028))  # fmt: skip
    for v_th, leak, delta in ((1.1, -0.3, 0.35), *rounded):
        (found,) = bifurcations(LIFEx(v_leak=leak, v_th=v_th, delta_T=delta), samples=10)
        assert found.value == pytest.approx(v_th - leak - delta, abs=1e-9)
        assert found.state == pytest.approx({"v": v_th, "i": 0}, abs=1e-9)


def test_points_that_auto_finds():
    """The file has six digits of AUTO, which continues a branch of fixed points by arc length."""
    sets = json.loads((DATA / "third_party.json").read_text())["sets"]
    (expected,) = (one["expected"] for one in sets if one["id"] == "bifurcations-izhikevich")
    hopf, fold = bifurcations(Izhikevich(a=0.02, b=0.2), samples=50)
    assert hopf.value == pytest.approx(expected["Hopf_I"], abs=2e-5)
    assert fold.value == pytest.approx(expected["fold_I"], abs=1e-6)


def test_along_parameters():
    """The same formulas, solved for something else; values are those that people see."""
    hopf, fold = bifurcations(Izhikevich(a=0.2), "b", current=3.0, samples=50)
    assert (hopf.kind, fold.kind) == ("Andronov-Hopf", "saddle-node")
    assert fold.value == pytest.approx(5 - math.sqrt(0.16 * 143), rel=1e-9)  # I = (k1 - b)^2 / 0.16 - k0
    assert hopf.value == pytest.approx(13 / 60, rel=1e-9)  # v = (a - k1) / 0.08 = -60, where b v is -13
    v = fixed_points(Izhikevich(), 3.9)[0].state["v"]
    (hopf,) = bifurcations(Izhikevich(), "a", current=3.9, samples=50)
    assert hopf.value == pytest.approx(0.08 * v + 5, rel=1e-8)
    (fold,) = bifurcations(EIF(), "E_L", current=20, samples=50)
    assert fold.value == pytest.approx(-50 - 2 - 20, rel=1e-9)
    (fold,) = bifurcations(EIF(), "Delta_T", current=10, samples=50)
    assert fold.value == pytest.approx(5, rel=1e-9)


def test_along_a_time_constant():
    """The trace is zero at the tau_w for which exp((v - V_T) / Delta_T) = 1 + tau_m / tau_w."""
    model, current = AdEx(C=200, g_L=12, a=2, tau_w=300), 256.2
    v = fixed_points(model, current)[0].state["v"]
    (hopf,) = bifurcations(model, "tau_w", 50, 500, current=current, samples=50)
    assert hopf.value == pytest.approx(200 / 12 / (math.exp((v + 50) / 2) - 1), rel=1e-8)


def test_what_lies_beyond_the_threshold_does_not_count():
    assert bifurcations(LIF(), samples=20) == bifurcations(IAF(), samples=20) == ()
    # where the threshold is the foot of the upstroke, its points of bifurcation lie above: V_T + ... ln(1 + ...)
    assert bifurcations(LIFAdEx(tau_ada=100, delta_T=0.05), samples=50) == ()
    assert bifurcations(EIF(V_peak=-40, V_T=-30, E_L=-60), samples=50) == ()
    assert len(bifurcations(EIF(V_peak=-20, V_T=-30, E_L=-60), samples=50)) == 1


def test_what_has_no_part_in_the_flow_changes_nothing():
    assert bifurcations(AdEx(), "b", current=100, samples=20) == ()


class CubicParameters(NamedTuple):
    beta: Annotated[torch.Tensor, Quantity("1", low=0.1, high=3, doc="decay of the recovery")]
    tau_u_inv: Annotated[torch.Tensor, InverseTime("tau_u", low=5, high=100, doc="time constant of the recovery")]
    method: Method = "super"
    alpha: Alpha = 100.0


def cubic(s, I, p):
    return IzhikevichState(v=1000 * (s.v - s.v**3 / 3 - s.u + I), u=p.tau_u_inv * (s.v + 0.7 - p.beta * s.u))


class Cubic:
    """FitzHugh and Nagumo's neuron, which is none of ours, as a model, with a rate of recovery of 0.08 / ms."""

    marks = annotations(CubicParameters)
    shown = {field: mark.name or field for field, mark in marks.items()}
    current = Quantity("1", low=-3, high=3, doc="input current")
    neuron = replace(
        IzhikevichNeuron, name="Cubic", parameters=CubicParameters, flow=cubic, excess=None, current=current
    )

    def __init__(self, beta):
        self.beta = beta

    def p(self, dtype, dt):
        return CubicParameters(*(torch.tensor(x, dtype=dtype) for x in (self.beta, 80.0)))


def currents(beta, *v):
    """Those that hold the neuron at these potentials."""
    return [-x + x**3 / 3 + (x + 0.7) / beta for x in v]


@pytest.mark.parametrize("beta", [0.8, 1.2, 2.0])
def test_any_other_neuron(beta):
    """It is only flow that is asked: trace 1 - v^2 - 0.08 beta, and two folds at 1 - v^2 = 1 / beta where beta > 1."""
    found = bifurcations(Cubic(beta))
    hopf = [b for b in found if b.kind == "Andronov-Hopf"]
    turn = math.sqrt(1 - 0.08 * beta)
    assert sorted(b.state["v"] for b in hopf) == pytest.approx([-turn, turn], rel=1e-9)
    assert [b.value for b in hopf] == pytest.approx(sorted(currents(beta, -turn, turn)), rel=1e-9)
    for point in hopf:
        assert point.eigenvalues[0].imag == pytest.approx(math.sqrt(0.08 * (1 - 0.08 * beta**2)), rel=1e-8)
    folds = [b for b in found if b.kind == "saddle-node"]
    turn = math.sqrt(1 - 1 / beta) if beta > 1 else None
    assert [b.value for b in folds] == (pytest.approx(sorted(currents(beta, turn, -turn)), rel=1e-9) if turn else [])
    assert len(fixed_points(Cubic(beta), 0.5 * sum(currents(beta, 1, -1)))) == (3 if turn else 1)


@pytest.mark.parametrize(("name", "low", "high"), [("beta", 0.2, 0.95), ("tau_u", 5, 100)])
def test_along_the_parameters_of_another_neuron(name, low, high):
    """The trace is zero where 1 - v^2 is beta / tau_u at the fixed point for this current; tau_u is shown in ms."""
    (hopf,) = bifurcations(Cubic(0.8), name, low, high, current=0.33, samples=50)
    beta, tau = (hopf.value, 12.5) if name == "beta" else (0.8, hopf.value)
    assert hopf.kind == "Andronov-Hopf"
    assert beta / tau == pytest.approx(1 - hopf.state["v"] ** 2, rel=1e-8)
    assert currents(beta, hopf.state["v"]) == pytest.approx([0.33], rel=1e-8)


def test_the_range_may_end_on_a_bifurcation():
    assert [b.value for b in bifurcations(Izhikevich(), low=0, high=4.0, samples=5)][:1] == [pytest.approx(3.7975)]
    beside = bifurcations(Izhikevich(), low=3.8, high=40)
    assert [(b.kind, b.value) for b in beside] == [("saddle-node", pytest.approx(4, rel=1e-9))]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"along": "x"}, "along = 'x' is not allowed: choose I or one of a, b, c, d, sq, mn, bias, v_th, tau, alpha"),
        ({"along": "method"}, "along = 'method' is not allowed"),
        ({"low": -2000}, "low = -2000 is not allowed: give a number from -1000 to 1000 mV"),
        ({"high": float("nan")}, "high = nan is not allowed"),
        ({"low": 4, "high": 4}, "low = 4 is not allowed: give a number below high = 4"),
        ({"samples": 1}, "samples = 1 is not allowed: give a whole number from 2 on"),
        ({"current": 1e6}, "current = 1000000 is not allowed"),
    ],
)
def test_what_is_not_allowed(given, message):
    with pytest.raises(ValueError, match=message):
        bifurcations(Izhikevich(), **given)
