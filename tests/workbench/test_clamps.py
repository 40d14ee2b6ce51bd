"""Neurons under clamp without a browser: the menu of clamps, what is measured, and what the pane shows."""

import numpy as np
import pytest

import snnlab
from snnlab.analysis import gates, voltage_clamp
from snnlab.models import LIF, PRESETS, AdEx, Experiment, HodgkinHuxley, Step, clamp
from snnlab.workbench import Explorer, sidebar
from snnlab.workbench.equations_field import EXAMPLE
from snnlab.workbench.panes.clamp import GATES, IV, OVER, PARTS, ClampPane
from snnlab.workbench.panes.rates import RatePane
from tests.workbench.test_panes import rested, shown

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
    made = rested(ClampPane, explorer)
    assert made.head.failed and "one command makes no curve" in made.head.note


@pytest.mark.parametrize("picture", [snnlab.phase_plane, snnlab.bifurcation_diagram])
def test_a_neuron_whose_v_is_held_has_no_plane(picture):
    with pytest.raises(NotImplementedError, match="HodgkinHuxleyVoltageClamp has no v, but I_clamp, m, h, n"):
        picture(clamp(HodgkinHuxley)())


def test_a_menu_that_is_told_too_late_is_told_again():
    """What the browser hears of one choice overtakes the next: of the last one it hears what has come of it."""
    menu = Explorer(LIF(), Step(amplitude=1.5)).sidebar.clamp_menu
    shown, heard = menu.get_root(), []
    shown.on_change("value", lambda name, old, new: heard.append(new))
    menu._events = {"value": ""}  # is there already while the first is looked at
    menu._process_events({"value": "voltage"})
    assert menu.value == "voltage" and not [one for one in heard if one == ""]
    menu._events = {}
    menu._process_events({"value": ""})
    assert menu.value == "" and len(heard) > 1 and heard[-1] == shown.value == ""


def test_a_clamp_that_fails_leaves_the_menu_as_it_was(monkeypatch):
    explorer = Explorer(LIF(), Step(amplitude=1.5))
    monkeypatch.setattr(sidebar, "clamp", lambda kind, how: LIF(tau_mem=-1.0))
    with pytest.raises(ValueError, match="tau_mem"):
        explorer.sidebar.clamp_menu.value = "voltage"
    assert explorer.sidebar.clamp_menu.value == "" and type(explorer.experiment.model) is LIF


def test_a_plane_does_not_follow_a_neuron_that_is_held(monkeypatch):
    """At the switch to voltage clamp it is hidden at once: the new run has no v to draw."""
    explorer = Explorer(LIF(), Step(amplitude=1.5))
    explorer.panes.show(("phase", "clamp"))
    explorer.panes.rest()
    phase = explorer.panes.panes["phase"]
    asked = []
    monkeypatch.setattr(phase, "follow", asked.append)
    explorer.sidebar.clamp_menu.value = "voltage"
    assert not asked and not phase.box.visible
    explorer.sidebar.clamp_menu.value = ""
    assert len(asked) == 1 and phase.box.visible


@pytest.mark.parametrize(
    "step, words",
    [
        ({"onset": 100.0, "length": 0.0}, "begins at 100 ms, after the run's end at 40 ms"),
        ({"onset": 100.0, "length": 20.0}, "begins at 100 ms, after the run's end at 40 ms"),
        ({"onset": 5.0, "length": 0.0}, "lasts 0 ms, too short"),
    ],
)
def test_a_step_that_is_not_there_is_missed_in_words(step, words):
    given = Step(amplitude=60.0, base=-65.0, **step)
    one = Experiment(clamp(HodgkinHuxley)(), given, {"duration": 40.0, "neurons": 3})
    explorer = Explorer(experiment=one)
    made = ClampPane(lambda values: None)
    for what in (IV, OVER, PARTS):
        made.head.value = what
        made.rest(shown(explorer))
        assert made.head.failed and words in made.head.note
    assert not explorer.drawn.numbers and explorer.drawn.result.failure is None


def test_no_preset_injects_less_than_no_conductance():
    """The background has the mean r w tau and the variance r w^2 tau / 2 of shot noise: Campbell's theorem."""
    for preset in (one for one in PRESETS.values() if one.id.endswith("dynamic-clamp")):
        assert preset.experiment().run().current.min() >= 0, preset.id
    background = PRESETS["adex-dynamic-clamp"].experiment()
    background.settings.duration = 20_000.0
    g, s = background.run().current, background.stimulus
    landed = s.rate / 1000 * s.tau
    assert float(g.mean()) == pytest.approx(s.weight * landed, rel=0.03)
    assert float(g.std()) == pytest.approx(s.weight * (landed / 2) ** 0.5, rel=0.05)


def test_excitation_blocks_as_its_preset_says():
    blocked = PRESETS["hodgkinhuxley-dynamic-clamp"]
    explorer = Explorer(preset=blocked)
    assert int(explorer.drawn.result.recording.spikes.sum()) == 1
    slider = explorer.sidebar.groups["stimulus"].controls["amplitude"].slider
    assert slider.value == slider.end == 2.0
    weak = blocked.experiment()
    weak.stimulus.amplitude = 0.3
    assert int(weak.run().recording.spikes.sum()) == 8


def test_a_layout_that_has_nothing_for_a_clamp_says_so(held):
    held.panes.show(("currents", "rates"))
    assert "nothing to show under voltage clamp" in held.panes.words.html and ClampPane.title in held.panes.words.html
    held.panes.show(("currents", "clamp"))
    assert held.panes.words.html == ""
    held.panes.show(())
    assert held.panes.words.html == ""
    free = Explorer(LIF(), Step(amplitude=1.5))
    free.panes.show(("clamp",))
    assert "nothing to show without this clamp" in free.panes.words.html
    free.panes.show(("rates",))
    assert free.panes.words.html == ""


def test_another_neuron_is_under_the_same_clamp():
    """Chosen, or typed."""
    explorer = Explorer(preset=FAMILY)
    sidebar = explorer.sidebar
    sidebar.model_menu.value = "AdEx"
    assert type(explorer.experiment.model) is clamp(AdEx) and sidebar.clamp_menu.value == "voltage"
    sidebar.clamp_menu.value = "dynamic"
    sidebar.typing.field.asked = {"text": EXAMPLE, "number": 1}
    assert sidebar.typing.field.message == ""
    mine = explorer.experiment.model
    assert mine.bare.__name__ == "Mine" and sidebar.clamp_menu.value == "dynamic"
    assert sidebar.model_menu.value == "Mine"


def test_a_refusal_is_over_when_another_knob_moves(held):
    held.load(FAMILY.experiment(), FAMILY)
    controls = held.sidebar.groups["commands"].controls
    controls["neurons"].type("2.5")
    assert "neurons = 2.5 is not allowed" in controls["neurons"].slider.message
    controls["lowest"].type("2000")
    assert controls["neurons"].slider.message  # nothing has moved
    controls["lowest"].type("-80")
    assert controls["neurons"].slider.message == controls["lowest"].slider.message == ""
    assert held.experiment.settings.neurons == 12
    controls["neurons"].type("2.5")
    assert "neurons = 2.5 is not allowed" in controls["neurons"].slider.message
