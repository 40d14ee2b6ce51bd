"""The phase portrait against formulas, and against the running code of every neuron."""

import numpy as np
import pytest
import torch

from snnlab.analysis import fixed_points, nullclines
from snnlab.analysis.arguments import parameters
from snnlab.analysis.portrait import moment, planes, portrait
from snnlab.models import EIF, LI, LIF, NEURONS, AdEx, CobaLIF, Izhikevich, LIFAdEx, LIFRefrac, Step
from snnlab.models.experiment import Experiment
from tests.nights import each_neuron

# beyond the peak their flow is what it is there: no equation's
BOUNDED = {"EIF", "AdEx", "AdExCondExp", "AdExNMDA", "EIFCurrExp"}


def of(model, y, current, **given):
    return portrait(model.neuron, parameters(model), y, current, **given)


def test_what_v_moves_is_first():
    assert planes(AdEx().neuron, parameters(AdEx())) == ("w", None)
    assert planes(Izhikevich().neuron, parameters(Izhikevich())) == ("u", None)
    assert planes(LIF().neuron, parameters(LIF())) == (None, "i")  # a synaptic current goes its own way
    assert planes(LIFAdEx().neuron, parameters(LIFAdEx())) == ("a", None, "i")
    assert planes(CobaLIF().neuron, parameters(CobaLIF())) == (None, "g_e", "g_i")
    assert planes(EIF().neuron, parameters(EIF())) == (None,)


@each_neuron([model.neuron for model in NEURONS.values()])
def test_field_and_lines_are_those_of_the_running_code(neuron):
    model = NEURONS[neuron.name]()
    neuron, p = model.neuron, parameters(model)
    current = neuron.current.default / 4
    for y in planes(neuron, p):
        found = of(model, y, current)
        (left, right), (low, high) = found.frame
        assert left < right and low < high
        rest = neuron.rest(p)

        def flow(v, w, rest=rest, y=y):
            at = {"v": torch.as_tensor(v)} | ({} if y is None else {y: torch.as_tensor(w)})
            s = rest._replace(**{field: torch.as_tensor(x, dtype=torch.float64) for field, x in rest._asdict().items()})
            rates = neuron.flow(s._replace(**at), torch.tensor(current, dtype=torch.float64), p)
            return [np.broadcast_to(np.asarray(getattr(rates, one)) / 1000, v.shape) for one in ("v", y) if one]

        v, w, dv, dw = found.field
        size = max(np.abs(dv).max(), np.abs(dw).max())
        if neuron.name not in BOUNDED:
            for computed, ran in zip((dv, dw), flow(v, w)):
                assert computed == pytest.approx(ran, abs=1e-9 * size)
        if y is None:
            v, line = found.nullclines["v"]
            assert neuron.name in BOUNDED or line == pytest.approx(flow(v, 0.0)[0])
            continue
        for k, line in enumerate(found.nullclines.values()):
            v, w = (x[np.isfinite(line[1])] for x in line)
            if neuron.name not in BOUNDED:
                assert flow(v, w)[k] == pytest.approx(np.zeros(len(v)), abs=1e-9 * size)


def test_fixed_points_of_variables_that_are_held():
    """LIF with a synaptic current that stands: v* = v_leak + i + I, and its rate is 1 / tau."""
    (point,) = fixed_points(LIF(tau_mem=20.0, v_leak=0.1), 0.2, held={"i": 0.3})
    assert point.state == {"v": pytest.approx(0.6)}
    assert point.eigenvalues == pytest.approx([-1 / 20])
    assert point.reached and point.stable


def test_nullclines_of_variables_that_are_held():
    """LIFAdEx has its synaptic current in the equation of v alone."""
    at_rest, driven = (nullclines(LIFAdEx(), 0.5, y="a", held={"i": i}) for i in (0.0, 0.25))
    assert driven["v"][1] - at_rest["v"][1] == pytest.approx(np.full(500, 0.25))
    assert np.array_equal(driven["a"][1], at_rest["a"][1])


@pytest.mark.parametrize("held", [{"v": 0.0}, {"x": 0.0}])
def test_what_cannot_be_held(held):
    with pytest.raises(ValueError, match="held"):
        fixed_points(LIF(), 0.0, held=held)


def test_the_slope_of_v_crosses_zero_at_the_fixed_points_of_v():
    found = of(Izhikevich(), None, 3.0, held={"u": -10.0})
    # 0.04 v² + 5 v + 140 + 10 + 3 = 0
    assert [point.state["v"] for point in found.points] == pytest.approx(sorted(np.roots([0.04, 5.0, 153.0]).tolist()))
    assert [point.stable for point in found.points] == [True, False]
    assert [point.eigenvalues[0].real for point in found.points] == pytest.approx(
        [0.08 * point.state["v"] + 5 for point in found.points]
    )


def test_threshold_and_reset():
    found = of(LIF(v_th=0.8, v_reset=-0.1), "i", 1.5)
    assert found.threshold[0] == pytest.approx([0.8, 0.8])
    assert found.reset[0] == pytest.approx([-0.1, -0.1])
    assert found.frame[0][0] < -0.1 and found.frame[0][1] > 0.8
    adex = of(AdEx(), "w", 500.0, run={"v": np.append(np.linspace(-70.0, -45.0, 99), 0.0), "w": np.zeros(100)})
    assert adex.reset[0] == pytest.approx([AdEx().V_r] * 2)
    assert adex.frame[0][1] < AdEx().V_peak  # an upstroke would fill the plane
    assert of(LI(), None, 1.0).threshold is None


def test_the_moment_of_a_plane():
    result = Experiment.of(LIFRefrac(), Step(amplitude=1.5, onset=20, length=60), {"duration": 100.0}).run()
    current, variables = moment(result)
    assert current == 1.5
    assert variables == {name: float(result.recording.variables[name][500, 0]) for name in ("v", "i")}
    assert moment(result, 10.0)[0] == 0.0
    assert moment(result, 1e9)[0] == 0.0
