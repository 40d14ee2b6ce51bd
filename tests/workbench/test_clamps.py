"""Neurons under clamp without a browser: the menu of clamps, what is measured, and what the pane shows."""

import numpy as np
import pytest

import snnlab
from snnlab.analysis import gates, voltage_clamp
from snnlab.models import LIF, PRESETS, Experiment, HodgkinHuxley, Step, clamp
from snnlab.workbench import Explorer
from snnlab.workbench.panes.clamp import GATES, IV, OVER, PARTS, ClampPane
from snnlab.workbench.panes.rates import RatePane
from tests.workbench.test_panes import shown

FAMILY = PRESETS["hodgkinhuxley-clamp"]


@pytest.fixture(scope="module")
def held():
    return Explorer(preset=FAMILY)


def lines(made):
    """The lines of a pane, by their names or their order."""
    data = made.view.lines.data
    return [(np.asarray(x), np.asarray(y)) for x, y in zip(data["x"], data["y"])]


def showing(made, explorer, what):
    made.rest(shown(explorer))
    made.head.value = what
    assert not made.head.failed, made.head.note
    return lines(made)


def test_the_curves_are_those_of_the_protocol(held):
    """Peak, steady and tail currents of twelve steps, as `voltage_clamp` finds them: to the precision of the run."""
    steps = np.linspace(-90.0, 60.0, 12)
    found = voltage_clamp(HodgkinHuxley(), steps, -65.0, before=5.0, length=20.0, after=15.0)
    _, *curves = showing(ClampPane(lambda values: None), held, IV)
    for (v, y), wanted in zip(curves, (found.peak(), found.steady(), found.tail()), strict=True):
        np.testing.assert_allclose(v, steps, atol=1e-4)
        np.testing.assert_allclose(y, wanted, rtol=1e-3, atol=0.1)
    told = {one.name: one.value for one in held.drawn.numbers}
    assert float(told["Most inward current"].split()[0]) == pytest.approx(found.peak().min(), rel=1e-3)
    assert float(told["at a command of"].split()[0]) == pytest.approx(steps[found.peak().argmin()], abs=0.01)


def test_a_second_step_shows_what_the_first_one_left():
    """Sodium that is ready at -10 mV, over the potential before: none at -30 mV, almost all at -110 mV; h at rest."""
    explorer = Explorer(preset=PRESETS["hodgkinhuxley-clamp-inactivation"])
    *_, (v, then) = showing(ClampPane(lambda values: None), explorer, IV)
    h = gates(HodgkinHuxley(), v).steady["h"]
    ready = then / then.min()
    assert len(v) == 12 and ready[v < -100].min() > 0.95 and abs(ready[v > -35]).max() < 0.1
    np.testing.assert_allclose(ready[v < -62], (h / h.max())[v < -62], atol=0.06)  # potassium flows as well


def test_currents_apart_add_up_to_the_one_that_holds(held):
    """Leak, sodium and potassium at the last command; and a ramp's current lies over its potential."""
    made = ClampPane(lambda values: None)
    showing(made, held, PARTS)
    recorded = held.drawn.result.recording
    total = sum(np.interp(recorded.sample_time, x, y) for x, y in lines(made))
    ends = recorded.variables["I_clamp"][:, -1].numpy()
    near = abs(recorded.sample_time - 15.0) < 5.0  # where nothing is fast, and lines are thinned
    np.testing.assert_allclose(total[near], ends[near], rtol=1e-3)
    assert len(showing(made, held, OVER)) == 13 and len(showing(made, held, GATES)) == 3


def test_other_panes_are_not_of_a_neuron_that_is_held(held):
    assert [pane.key for pane in held.panes.seen if held.panes._suits(pane)] == []
    held.panes.show(("clamp", "phase", "rates"))
    assert [pane.key for pane in held.panes.seen if held.panes._suits(pane)] == ["clamp"]
    made = RatePane(lambda values: None)
    assert not held.panes._suits(made)


def test_a_neuron_keeps_its_numbers_under_another_clamp():
    explorer = Explorer(LIF(tau_mem=20.0), Step(amplitude=1.5))
    menu = explorer.sidebar.clamp_menu
    assert menu.visible and menu.value == ""
    menu.value = "voltage"
    experiment = explorer.experiment
    assert type(experiment.model) is clamp(LIF) and experiment.model.tau_mem == 20.0
    assert explorer.sidebar.model_menu.value == "LIF" and menu.value == "voltage"
    assert list(explorer.sidebar.groups["commands"].controls) == ["neurons", "lowest"]
    assert set(explorer.stack.shown) == {"I_clamp", "I", "i"}
    menu.value = "dynamic"
    assert explorer.experiment.model.E_clamp == 4.0 and "v" in explorer.stack.shown
    menu.value = ""
    assert type(explorer.experiment.model) is LIF and explorer.experiment.model.tau_mem == 20.0


def test_a_command_that_is_out_of_range_is_refused_in_words(held):
    held.load(FAMILY.experiment(), FAMILY)
    control = held.sidebar.groups["commands"].controls["lowest"]
    control.type("2000")
    assert "lowest = 2000 is not allowed" in control.slider.message and "1000 mV" in control.slider.message
    assert held.experiment.settings.lowest == -90.0


def test_a_command_alone_is_one_line():
    one = Experiment(clamp(HodgkinHuxley)(), FAMILY.experiment().stimulus, {"duration": 40.0})
    explorer = Explorer(experiment=one)
    assert not np.isnan(explorer.drawn.data["I"].y[:-1]).any()
    made = ClampPane(lambda values: None)
    made.rest(shown(explorer))
    assert made.head.failed and "one command makes no curve" in made.head.note


@pytest.mark.parametrize("picture", [snnlab.phase_plane, snnlab.bifurcation_diagram])
def test_a_neuron_whose_v_is_held_has_no_plane(picture):
    with pytest.raises(NotImplementedError, match="HodgkinHuxleyVoltageClamp has no v, but I_clamp, m, h, n"):
        picture(clamp(HodgkinHuxley)())
