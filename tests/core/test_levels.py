"""Threshold, reset and rest of neurons, against what stands in their papers."""

import pytest
import torch

from snnlab.core import levels, moving, rises
from snnlab.models import NEURONS

KNOWN = {  # threshold, reset, rest, of parameters by name
    "LIF": ({"v_th": 0.8, "v_reset": -0.1, "v_leak": 0.2}, (0.8, -0.1, 0.2)),
    "CobaLIF": ({"v_thresh": -48.0, "v_reset": -61.0, "v_rest": -72.0}, (-48.0, -61.0, -72.0)),
    "AdEx": ({"V_peak": 10.0, "V_r": -47.0}, (10.0, -47.0, None)),
    # 0.04 v^2 + 5 v + 140 = b v at rest: with b = 0.2, v = -70
    "Izhikevich": ({"c": -55.0, "b": 0.2}, (30.0, -55.0, -70.0)),
    "LI": ({"v_leak": 0.3}, (None, None, 0.3)),
}


def given(name, **values):
    """A neuron and its parameters."""
    model = NEURONS[name](**values)
    return model.definition, model.p(torch.float64, dt=0.1)


@pytest.mark.parametrize("name", KNOWN)
def test_levels_are_those_of_the_parameters(name):
    values, wanted = KNOWN[name]
    found = levels(*given(name, **values))
    for one, value in zip(found, wanted):
        assert (one is None) == (value is None) or value is None
        if value is not None:
            assert float(one) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("name", NEURONS)
def test_a_spike_begins_at_the_threshold_and_ends_at_the_reset(name):
    neuron, p = given(name)
    s = neuron.rest(p)
    threshold, after, rest = levels(neuron, p)
    assert float(rest) == float(s.v)
    if neuron.excess is not None:
        above, below = (s._replace(v=threshold + step) for step in (1e-3, -1e-3))
        assert float(neuron.excess(above, p)) > 0 > float(neuron.excess(below, p))
        assert (after is None) == neuron.crosses == (neuron.reset is None), "nothing is reset after a crossing"
    if neuron.reset is not None:
        assert float(after) == pytest.approx(float(neuron.reset(above, p).v), abs=2e-3), "one may subtract"


def test_an_adaptive_threshold_moves_with_its_variable():
    """LSNN spikes where v > b."""
    neuron, p = given("LSNN")
    assert moving(neuron, p) == ("b",) and float(rises(neuron, p, ("b",))["b"]) == pytest.approx(1.0)
    s = neuron.rest(p)
    assert float(levels(neuron, p, s._replace(b=torch.tensor(3.5))).threshold) == pytest.approx(3.5)
    assert moving(*given("AdEx")) == ()
