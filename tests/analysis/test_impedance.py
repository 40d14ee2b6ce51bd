"""Impedances against closed forms: of a leaky membrane, and of one that resonates."""

import math

import numpy as np
import pytest

from snnlab.analysis import impedance, measured_impedance
from snnlab.analysis.impedance import at_rest, band_of, whole_periods
from snnlab.models import EIF, LIF, AdEx, Izhikevich, LIBox

F = np.array([1.0, 5.0, 16.0, 50.0, 200.0])
OMEGA = 2j * np.pi * F / 1000


@pytest.mark.parametrize("tau", [5.0, 20.0])
def test_a_leaky_membrane_is_a_low_pass(tau):
    """R / (1 + i w tau), with R = 1."""
    wanted = 1 / (1 + OMEGA * tau)
    assert impedance(LIF(tau_mem=tau), F, current=0.3) == pytest.approx(wanted, rel=1e-12)
    found = measured_impedance(LIF(tau_mem=tau), F, current=0.3)
    assert found == pytest.approx(wanted, rel=0.02)  # Euler steps of 0.1 ms: dt / 2 of tau
    band = band_of(LIF(tau_mem=tau))
    assert band[:3] == (pytest.approx(1.0), 0.0, 1.0)
    assert band.cutoff == pytest.approx(1000 / (2 * math.pi * tau), rel=1e-5)  # it lies between two of the grid


def test_an_exponential_leak_lowers_it():
    """Near its rest an EIF has the slope -1 + exp((v - V_T) / D): resistance and tau grow by as much."""
    model, current = EIF(), 8.0
    more = 1 - math.exp((at_rest(model, current).state["v"] - model.V_T) / model.Delta_T)
    assert 0.5 < more < 1
    wanted = 1 / (more + OMEGA * model.tau_m)
    assert impedance(model, F, current) == pytest.approx(wanted, rel=1e-9)
    assert measured_impedance(model, F, current) == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize(("model", "current"), [(AdEx(a=40.0, tau_w=100.0), 100.0), (Izhikevich(b=0.25, a=0.1), -1.0)])
def test_two_variables_resonate(model, current):
    """Z = 1 / (C i w - dF + coupling / (i w + decay)): of AdEx the slope is -g_L + g_L e, the coupling a / tau_w; of
    Izhikevich the slope is 0.08 v + 5, the coupling a b and the decay a."""
    v = at_rest(model, current).state["v"]
    if isinstance(model, AdEx):
        slope = model.g_L * (math.exp((v - model.V_T) / model.Delta_T) - 1)
        wanted = 1 / (model.C * OMEGA - slope + model.a / (1 + OMEGA * model.tau_w))
    else:
        wanted = 1 / (OMEGA - (0.08 * v + 5) + model.a * model.b / (OMEGA + model.a))
    assert impedance(model, F, current) == pytest.approx(wanted, rel=1e-9)
    assert measured_impedance(model, F, current) == pytest.approx(wanted, rel=0.05)
    band, fine = band_of(model, current), np.arange(1.0, 100.0, 0.1)
    top = fine[abs(impedance(model, fine, current)).argmax()]
    assert band.resonance == pytest.approx(top, abs=0.2) and band.resonance > 2 and band.quality > 1.05


def test_what_fires_has_none():
    with pytest.raises(ValueError, match=r"LIF has no stable rest at I = 1\.5"):
        impedance(LIF(), F, current=1.5)
    with pytest.raises(ValueError, match="frequencies"):
        impedance(LIF(), [math.nan])
    assert np.isnan(measured_impedance(LIF(), [1.0], current=0.999)).all()


def test_frequencies_hold_whole_periods():
    assert whole_periods([0.2, 1.26, 3.0], 2000.0).tolist() == [0.5, 1.5, 3.0]
    assert impedance(LIBox(), [0.0]).tolist() == [1.0]
