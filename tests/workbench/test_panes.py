"""Panes without a browser: what their pictures are fed, and which of them a layout shows."""

import math
import re

import numpy as np
import pytest

from snnlab.analysis import correlogram, cv, fixed_points, pattern_of, return_map, rheobase
from snnlab.analysis.portrait import middle
from snnlab.models import (
    EIF,
    IAF,
    LI,
    LIF,
    NEURONS,
    PRESETS,
    AdEx,
    HodgkinHuxley,
    Izhikevich,
    Noise,
    PoissonSpikes,
    Sine,
    Step,
    Table,
    clamp,
)
from snnlab.models.experiment import Experiment
from snnlab.views.curves import Curve, Curves, CurvesView
from snnlab.views.f_i import FIView, Rates
from snnlab.workbench import Explorer, notebook, picture
from snnlab.workbench.panes import LAYOUTS, Shown, layout_of, rates
from snnlab.workbench.panes.average import AveragePane
from snnlab.workbench.panes.bifurcation import BifurcationPane, lever
from snnlab.workbench.panes.correlations import AUTO, CROSS, SPECTRUM, CorrelationPane
from snnlab.workbench.panes.error import ErrorPane
from snnlab.workbench.panes.histogram import HistogramPane
from snnlab.workbench.panes.impedance import ImpedancePane
from snnlab.workbench.panes.intervals import FIRST, IntervalPane
from snnlab.workbench.panes.layouts import PANES, Look
from snnlab.workbench.panes.plane import PhasePane, broken
from snnlab.workbench.panes.rates import RatePane
from snnlab.workbench.panes.returns import ReturnPane
from snnlab.workbench.panes.shared_noise import SharedNoisePane


def shown(explorer):
    return Shown(lambda: explorer.experiment, explorer.scene, explorer.drawn, explorer.stack)


def rested(kind, explorer, begin=lambda values: None):
    """A pane of an explorer, at rest."""
    made = kind(begin)
    made.rest(shown(explorer))
    return made


def pane(kind, experiment, **given):
    """A pane of an experiment, at rest."""
    return rested(kind, Explorer(experiment=experiment), **given)


def test_the_plane_shows_fixed_points_with_their_eigenvalues():
    model = Izhikevich()
    data = pane(PhasePane, Experiment.of(model, Step(amplitude=3.0), {"duration": 50.0})).view.points.data
    wanted = fixed_points(model, 3.0)
    assert list(zip(data["x"], data["y"])) == [pytest.approx((p.state["v"], p.state["u"])) for p in wanted]
    assert [fill is not None for fill in data["fill"]] == [True, False]
    # the Jacobian is ((0.08 v + 5, -1), (a b, -a)): of trace -0.22 and determinant 0.008 at v = -65
    assert data["words"][0] == "stable node: v = -65, u = -13; λ = -0.046, -0.174 /ms"
    assert data["words"][1].startswith("saddle: v = -55, u = -11; λ = ")
    turning = pane(PhasePane, Experiment.of(AdEx(), Step(amplitude=100.0), {"duration": 50.0})).view.points.data[
        "words"
    ]
    assert "stable focus" in turning[0] and " + " in turning[0] and " − " in turning[0]


def test_the_plane_follows_the_run():
    explorer = Explorer(preset=PRESETS["adex-2008-d"])
    made = rested(PhasePane, explorer)
    recording = explorer.drawn.result.recording
    v, w = (recording.variables[name][:, 0].numpy() for name in ("v", "w"))
    fired = recording.spikes[:, 0].numpy() > 0
    x, y = (made.view.run.data[name] for name in "xy")
    assert np.isnan(x).sum() == fired.sum() == np.isnan(y).sum() > 0
    assert np.array_equal(y[~np.isnan(y)][~fired], w[~fired])
    assert np.array_equal(x[~np.isnan(x)][~fired], v[~fired])
    assert (x[~np.isnan(x)][fired] == AdEx().V_peak).all()
    assert np.array_equal(y[~np.isnan(y)][fired], np.roll(w, 1)[fired])  # the jump of w is in the gap
    assert made.head.options == ["w", "dv/dt"]
    made.head.value = "dv/dt"
    assert made.y is None and not len(made.view.run.data["x"])
    assert made.view.points.data["y"] == []


def test_a_spike_breaks_the_line():
    t = np.arange(1, 5, dtype=np.float32)
    x, y = broken(np.array([0.0, 9.0, 1.0, 2.0]), np.array([0.0, 5.0, 4.0, 3.0]), t, np.array([2.0]))
    assert x.tolist()[:2] == [0.0, 9.0] and np.isnan(x[2]) and x.tolist()[3:] == [1.0, 2.0]
    assert y.tolist()[:2] == [0.0, 0.0] and np.isnan(y[2]) and y.tolist()[3:] == [4.0, 3.0]


def test_a_click_begins_there():
    begun = []
    made = pane(PhasePane, Experiment.of(AdEx(), None, {"duration": 50.0}), begin=begun.append)
    made._tapped(type("Event", (), {"x": -60.0, "y": 20.0}))
    made.head.value = "dv/dt"
    made._tapped(type("Event", (), {"x": -60.0, "y": 0.1}))
    assert begun == [{"v": -60.0, "w": 20.0}, {"v": -60.0}]


def test_the_explorer_begins_within_bounds():
    explorer = Explorer(LIF())
    explorer._begin({"v": 0.5, "i": -1e99})
    initial = explorer.experiment.initial
    assert initial.v == 0.5 and initial.i == initial.param["i"].annotation.allowed[0] and not initial.at_rest


def test_the_rates_are_those_of_the_formula():
    """Euler steps of 0.1 ms lose up to one in each interval: 1.8 % at 180 Hz."""
    made = pane(RatePane, Experiment.of(LIF(tau_mem=20.0), Step(amplitude=1.5, length=100), {"duration": 50.0}))
    data, view = made.view.steady.data, made.view
    above = data["x"] > 1.05
    theory = 1000 / (20.0 * np.log(data["x"][above] / (data["x"][above] - 1)))
    assert data["y"][above] == pytest.approx(theory, rel=0.02)
    assert view.theory.data["y"][above] == pytest.approx(theory, rel=1e-9)
    assert not data["y"][data["x"] < 1].any()
    assert view.here.data["x"] == [1.5] and view.here.data["y"][0] == pytest.approx(1000 / (20 * np.log(3)), rel=0.01)
    assert f" rheobase {rheobase(LIF(tau_mem=20.0)):.4g} " in view.words.data["words"]
    assert "alone" not in made.head.note
    made.fade()
    assert made.view.figure.styles["opacity"] == "0.4"
    made.head.value = "log"
    assert made.view is not view and made.view.log and made.view.figure.styles.get("opacity", "1") == "1"
    assert np.nanmin(made.view.steady.data["y"]) >= 1.0


def test_rates_are_computed_anew_for_another_model_alone(monkeypatch):
    """Under another current the curve is what it was, and the present rate lies on it."""
    asked = []
    monkeypatch.setattr(rates, "rheobase", lambda model, **given: asked.append(model.tau_mem) or 1.0)
    explorer = Explorer(LIF(tau_mem=20.0), Step(amplitude=1.5, length=100))
    explorer.panes.show(("rates",))
    explorer.panes.rest()
    for move in ({"amplitude": 1.7}, {"amplitude": 1.9}):
        explorer.experiment.stimulus.param.update(**move)
        explorer.panes.rest()
    (found,) = [pane.known[1] for pane in explorer.panes.seen]
    assert asked == [20.0] and found.here[0] == pytest.approx(1.9)
    assert found.here[1] == pytest.approx(1000 / (20 * math.log(1.9 / 0.9)), rel=0.01)
    explorer.experiment.model.tau_mem = 10.0
    explorer.panes.rest()
    assert asked == [20.0, 10.0]


def test_a_neuron_without_threshold_has_no_rates():
    assert "never spikes" in pane(RatePane, Experiment.of(LI(), None, {"duration": 50.0})).head.note


def test_a_picture_of_another_neuron_is_put_away():
    made = pane(RatePane, Experiment.of(LIF(), None, {"duration": 50.0}))
    made.rest(shown(Explorer(experiment=Experiment.of(LI(), None, {"duration": 50.0}))))
    assert not made.view.figure.visible
    made.rest(shown(Explorer(experiment=Experiment.of(LIF(), None, {"duration": 50.0}))))
    assert made.view.figure.visible


def test_labels_of_rates_stand_inside():
    view, grid = FIView(), np.linspace(0.0, 4.0, 5)
    view.feed(Rates(grid, 10 * grid, grid, "pA", (9.0, 90.0), -1.0))
    assert view.words.data["words"] == []
    view.feed(Rates(grid, 10 * grid, grid, "pA", (3.0, 30.0), 1.0))
    assert view.words.data["align"] == ["left", "right"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_are_named_in_the_address(name):
    explorer = Explorer(LIF())
    explorer.panes.open(layout_of(name))
    assert explorer.panes.layout == name
    assert explorer.panes.query == ("" if name == "plane" else name)
    assert [key for key, part in explorer.panes.parts.items() if part.visible] == [
        key for key in ("numbers", "equations") if key in LAYOUTS[name].shown
    ]


def test_a_choice_of_panes_is_in_the_address():
    explorer = Explorer(LIF())
    menu = explorer.panes.choice()
    menu.chosen = {"number": 1, "show": "phase"}
    menu.chosen = {"number": 2, "hide": "equations"}
    assert explorer.panes.query == "phase,numbers" and explorer.panes.layout == "own"
    assert layout_of("phase,numbers") == {"phase": Look(), "numbers": Look()}
    phase = explorer.panes.panes["phase"]
    assert phase.box.visible and len(phase.box)
    phase.head.hidden += 1
    assert explorer.panes.query == "numbers" and menu.shown == ["numbers"]
    with pytest.raises(ValueError, match=r"no layout 'nonsense'.*phase \(Phase plane\).*equations \(Equations\)"):
        layout_of("nonsense")


def test_what_panes_show_and_their_order_are_in_the_address():
    explorer = Explorer(AdEx())
    panes, told = explorer.panes, []
    panes.open(layout_of("correlations:spectrum,phase!,rates:log"))
    panes.changed = lambda: told.append(panes.query)
    panes.rest()
    query = "correlations:spectrum,phase!,rates:log"
    assert panes.query == query and not told
    assert [pane.head.value for pane in panes.seen] == ["spectrum", "w", "log"]
    assert [pane.head.first for pane in panes.seen] == [True, False, False]
    panes.panes["rates"].head.moved += 1
    panes.panes["rates"].head.value = "linear"
    panes.panes["phase"].head.large = False
    assert told == [
        "rates:log,correlations:spectrum,phase!",
        "rates,correlations:spectrum,phase!",
        "rates,correlations:spectrum,phase",
    ]
    assert [box for box in panes.box if box.visible] == [pane.box for pane in panes.seen]
    menu = panes.choice()
    menu.chosen = {"number": 1, "show": "bifurcation"}
    assert panes.query == "rates,bifurcation,correlations:spectrum,phase"


def test_a_moment_is_named_where_the_current_changes():
    """In the middle of the drive: of a ramp it is one of many; of a step all are alike; spikes are no current."""
    ramp = Experiment.of(LIF(), Table(source=[(0, 0), (100, 4)]), {"duration": 100.0})
    shown = pane(RatePane, ramp).view
    assert [one.strip() for one in shown.words.data["words"]][-1].startswith("at 50 ms: ")
    assert pane(PhasePane, ramp).head.note.startswith("I = 2 at 50 ms · ")
    step = Experiment.of(LIF(), Step(amplitude=2.0, onset=10.0, length=50.0), {"duration": 100.0})
    assert any("here" in one for one in pane(RatePane, step).view.words.data["words"])
    assert pane(PhasePane, step).head.note.startswith("I = 2 · ")
    spikes = Experiment.of(LIF(), PoissonSpikes(), {"duration": 100.0})
    assert not any("Hz" in one for one in pane(RatePane, spikes).view.words.data["words"])


@pytest.mark.parametrize("choice", ["τ_mem · one, two: three!", "50 % of it"])
def test_any_choice_can_be_in_an_address(choice):
    explorer = Explorer(LIF())
    explorer.panes.open({"phase": Look(choice), "rates": Look()})
    assert layout_of(explorer.panes.query)["phase"] == Look(choice)


def test_other_families_have_no_panes():
    explorer = Explorer(family="operation")
    assert not explorer.panes.kinds and explorer.panes.query == ""


def test_the_plane_of_a_notebook():
    plane = notebook.phase_plane(AdEx(), Step(amplitude=500.0), current=100.0, duration=50.0)
    assert plane.portrait.current == 100.0
    assert plane.view.figure.title.text == "I = 100 pA · stable focus, saddle"
    assert len(plane.view.run.data["x"]) > 500
    assert not len(notebook.phase_plane(AdEx(), y="dv/dt", duration=50.0).view.run.data["x"])
    with pytest.raises(ValueError, match=r"y.*w, dv/dt"):
        notebook.phase_plane(AdEx(), y="u", duration=50.0)


def test_noise_is_a_band():
    experiment = Experiment.of(LIF(), Step(amplitude=1.5, length=100), {"duration": 50.0, "neurons": 2, "noise": 0.3})
    made = pane(RatePane, experiment)
    band, rate = made.view.band.data, dict(zip(made.view.steady.data["x"], made.view.steady.data["y"]))
    assert (band["low"] <= band["high"]).all() and set(band["x"]) <= set(rate)
    below = (band["x"] > 0.8) & (band["x"] < 1.0)
    assert below.any() and (band["high"][below] > 0).all() and not any(rate[x] for x in band["x"][below])
    assert "noise shaded" in made.head.note


def test_intervals_are_those_of_the_run_at_once():
    explorer = Explorer(
        LIF(), Step(amplitude=1.5, length=500), settings={"duration": 500.0, "neurons": 5, "noise": 0.4}
    )
    explorer.panes.show(layout_of("isi,numbers"))
    explorer.panes.rest()
    made = explorer.panes.panes["isi"]
    (cv_shown,) = [value for name, value, _ in made.head.numbers if name == "CV"]
    recording = explorer.drawn.result.recording
    assert float(cv_shown) == pytest.approx(np.mean([cv(recording, k) for k in range(5)]), abs=0.005)
    assert made.view.bars.data["top"].sum() == int(recording.spikes.sum()) - 5
    made.head.value = FIRST  # without noise all intervals are one
    assert [value for _, value, _ in made.head.numbers][:2] == ["0.00", "0.00"]
    (bar,) = made.view.bars.data["top"].nonzero()[0]
    interval = 10 * math.log(1.5 / 0.5)
    assert made.view.bars.data["left"][bar] < math.ceil(interval / 0.2) * 0.2 < made.view.bars.data["right"][bar]
    before = made.view.bars.data["right"][-1]
    explorer.experiment.model.tau_mem = 20.0  # the hand does not rest
    assert made.view.bars.data["right"][-1] > 1.8 * before


def test_a_silent_neuron_has_no_intervals():
    made = pane(IntervalPane, Experiment.of(LIF(), Step(amplitude=0.5), {"duration": 50.0}))
    assert "no neuron spikes twice" in made.head.note and not made.view.figure.visible
    assert [value for _, value, _ in made.head.numbers] == ["–"] * 3


def test_bifurcations_are_marked_and_the_runs_around_them():
    """Of an EIF in mV the saddle-node is at I = V_T - E_L - Delta_T; above it runs reach the peak."""
    explorer = Explorer(EIF(), Step(amplitude=20.0, length=100), settings={"duration": 50.0})
    explorer.panes.show(layout_of("bifurcation"))
    explorer.panes.rest()
    (made,) = explorer.panes.seen
    view, m = made.view, EIF()
    fold = m.V_T - m.E_L - m.Delta_T
    assert view.points.data == {"x": [pytest.approx(fold)], "y": [pytest.approx(m.V_T)]}
    assert view.words.data["words"] == [f" saddle-node {fold:.4g} "] and view.here.data["x"] == [20.0]
    assert view.lines.data["dash"] == ["solid", "dashed"]
    x, high = view.band.data["x"], view.band.data["high"]
    assert (high[x > fold + 2] == m.V_peak).all() and (high[x < fold] < m.V_T).all()
    assert made.ruler.args["knob"].endswith(".stimulus.amplitude") and made.ruler.args["offset"] == 0.0

    known = made.known[1]
    explorer.experiment.stimulus.amplitude = 25.0  # along the number itself the diagram stays
    assert view.figure.styles.get("opacity", "1") == "1"
    explorer.panes.rest()
    assert made.known[1].branches is known.branches and view.here.data["x"] == [25.0]
    explorer.experiment.model.V_T = -45.0
    assert view.figure.styles["opacity"] == "0.4"
    explorer.panes.rest()
    assert view.figure.styles.get("opacity", "1") == "1" and view.points.data["x"] == [pytest.approx(fold + 5)]

    made.head.value = "E_L"
    assert view.here.data["x"] == [m.E_L] and made.ruler.args["knob"].endswith(".model.E_L")
    assert view.points.data["x"] == [pytest.approx(-45.0 - m.Delta_T - 25.0)]
    made.head.value = "τ_m"
    assert made.view.log and made.view.figure.xaxis.ticker.ticks


def test_the_current_moves_with_a_knob_of_its_stimulus():
    def of(stimulus):
        experiment = Experiment.of(LIF(), stimulus, {"duration": 100.0})
        return lever(experiment, experiment.run())

    assert of(Step(amplitude=1.0, base=0.5)) == "stimulus.amplitude"
    assert of(Sine(mean=1.0, frequency=10.0)) == "stimulus.mean"
    assert of(Step(amplitude=1.0, onset=20.0) + Step(amplitude=0.5)) == "stimulus.0.amplitude"
    assert of(None) is not None


def test_a_neuron_without_fixed_points_has_a_diagram_of_its_runs():
    made = pane(BifurcationPane, Experiment.of(IAF(), None, {"duration": 50.0}))
    assert "no fixed point" in made.head.note and not made.view.lines.data["x"]
    assert np.isfinite(made.view.band.data["high"]).all()


def test_the_impedance_is_that_of_the_membrane():
    """R / (1 + i w tau) at the present current, below the threshold."""
    made = pane(ImpedancePane, Experiment.of(LIF(tau_mem=20.0), Step(amplitude=0.5, length=100), {"duration": 100.0}))
    f, size = (made.gain.dots.data[name] for name in "xy")
    wanted = 1 / (1 + 2j * np.pi * f * 0.02)
    assert size == pytest.approx(abs(wanted), rel=0.02) and f[0] == 1 and f[-1] == 500
    assert made.phase.dots.data["y"] == pytest.approx(np.angle(wanted, deg=True), abs=1.0)
    (line,) = made.gain.lines.data["y"]
    assert line[0] == pytest.approx(abs(1 / (1 + 2j * np.pi * 0.02)), rel=1e-9)
    told = {name: value for name, value, _ in made.head.numbers}
    assert told == {"Z(0)": "1", "resonance": "–", "cut-off": "7.96 Hz"}
    assert "fires" not in made.head.note
    made.fade()
    assert made.gain.figure.styles.get("opacity", "1") == "1"  # it is of the same
    made.rest(shown(Explorer(experiment=Experiment.of(LIF(), Step(amplitude=1.5, length=100), {"duration": 50.0}))))
    assert made.head.note.startswith("at I = 0, as it fires now")


def test_curves_stand_in_a_frame_around_all():
    view, x = CurvesView((True, False)), np.array([1.0, 10.0, 100.0])
    view.feed(Curves(("f", "y"), [Curve(x, x)], (x, -x), [(20.0, "here"), (1000.0, "beyond")]))
    assert (view.ranges[0].start, view.ranges[0].end) == (1.0, 100.0)
    assert view.ranges[1].start < -100 and view.ranges[1].end > 100
    assert view.words.data["words"] == [" here "] and view.words.data["align"] == ["right"]
    assert view.figure.xaxis.ticker.ticks == [1, 2, 5, 10, 20, 50, 100]
    view.feed(Curves(("f", "y"), [], (x, x), low=0.0))
    assert view.ranges[1].start == 0.0


def test_correlations_are_those_of_the_run():
    """Neurons with little noise fire together: the cross-correlogram and the spectrum have peaks at the rate."""
    drive = Step(amplitude=1.5, length=1000)
    experiment = Experiment.of(LIF(), drive, {"duration": 1000.0, "neurons": 4, "noise": 0.02})
    made = pane(CorrelationPane, experiment)
    recording, rate = made.shown.drawn.result.recording, 1000 / (10 * math.log(3))
    bars = made.bars.bars.data
    middle = (bars["left"] + bars["right"]) / 2
    assert bars["top"] == pytest.approx(correlogram(recording, lag=100.0, width=2.0).auto)
    assert not bars["top"][abs(middle) < 9].any()
    after = (middle > 9) & (middle < 13)
    assert bars["top"][after].sum() * 2 / 1000 == pytest.approx(
        1.0, abs=0.02
    )  # one spike after each, in 2 bins of 2 ms
    assert made.bars.line.data["y"] == pytest.approx(np.full(2, 1000 * int(recording.spikes.sum()) / 4 / 1000))
    made.head.value = CROSS
    assert made.bars.bars.data["top"] == pytest.approx(correlogram(recording, lag=100.0, width=2.0).cross)
    made.head.value = SPECTRUM
    assert made.curves.figure.visible and not made.bars.figure.visible
    f, power = (made.curves.lines.data[name][0] for name in "xy")
    assert f[power.argmax()] == pytest.approx(rate, abs=5.0)
    (poisson,) = set(made.curves.lines.data["y"][1])
    assert poisson == pytest.approx(2 * rate / 4, rel=0.02)
    alone = pane(CorrelationPane, Experiment.of(LIF(), drive, {"duration": 100.0, "neurons": 1}))
    assert alone.head.options == [AUTO, SPECTRUM]
    silent = pane(CorrelationPane, Experiment.of(LIF(), Step(amplitude=0.5), {"duration": 100.0}))
    assert "no neuron spikes" in silent.head.note and not silent.bars.figure.visible


def test_the_error_is_that_of_euler():
    """At t = tau, to first order, Euler is ahead by I dt / (2 tau e); half the step has half of it."""
    explorer = Explorer(LIF(tau_mem=10.0), Step(amplitude=0.8, length=100), settings={"duration": 50.0, "dt": 0.4})
    explorer.panes.show(layout_of("error"))
    explorer.panes.rest()
    (made,) = explorer.panes.seen
    largest = np.nanmax(made.view.lines.data["y"][1])
    assert largest == pytest.approx(0.8 * 0.4 / 20 / math.e, rel=0.05)
    assert made.head.numbers[0][1] == f"{largest:.2g}" and "dt = 0.4 ms, Euler" in made.head.note
    explorer.experiment.settings.dt = 0.2
    assert made.view.figure.styles["opacity"] == "0.4"
    explorer.panes.rest()
    assert np.nanmax(made.view.lines.data["y"][1]) == pytest.approx(largest / 2, rel=0.03)
    noisy = Experiment.of(LIF(), None, {"duration": 50.0, "noise": 0.3, "neurons": 1})
    assert "set noise = 0" in pane(ErrorPane, noisy).head.note


def test_pictures_of_a_notebook_are_those_of_the_panes():
    diagram = picture.bifurcation_diagram(EIF(), "E_L", current=10.0)
    m = EIF()
    assert [one.x for one in diagram.shown.points] == [pytest.approx(m.V_T - m.Delta_T - 10.0)]
    assert diagram.shown.here == m.E_L and len(diagram.figures) == 1
    gain, _ = picture.impedance_curve(LIF(tau_mem=20.0)).shown
    assert gain.dots[1][0] == pytest.approx(abs(1 / (1 + 2j * math.pi * 0.02)), rel=0.01)
    result = Experiment.of(LIF(), Step(amplitude=1.5), {"duration": 200.0, "neurons": 3}).run()
    shown = picture.interval_histogram(result)
    assert shown.shown.cv == 0.0 and shown.__panel__() is not None
    with pytest.raises(ValueError, match=r"along = 'x'.*I, tau_m"):
        picture.bifurcation_diagram(EIF(), "x")


def test_the_return_map_of_a_burst_has_steps():
    """Two spikes 5 ms apart every 50 ms: 5 ms is followed by 45, and 45 by 5."""
    before, after = return_map(
        np.isin(np.arange(500), [k + d for k in range(0, 500, 50) for d in (0, 5)])[:, None], 1.0
    )
    assert set(zip(before.tolist(), after.tolist())) == {(5.0, 45.0), (45.0, 5.0)}
    made = pane(ReturnPane, Experiment.of(LIF(), Step(amplitude=1.5), {"duration": 100.0, "neurons": 3}))
    (interval,) = {*made.view.dots.data["x"], *made.view.dots.data["y"]}
    assert interval == pytest.approx(10 * math.log(3), abs=0.3)
    assert "two intervals" in pane(ReturnPane, Experiment.of(LIF(), Step(amplitude=0.5))).head.note


def test_the_histogram_counts_all_spikes():
    experiment = Experiment.of(LIF(), Step(amplitude=1.5, onset=50.0), {"duration": 200.0, "neurons": 20, "noise": 0.5})
    made = pane(HistogramPane, experiment)
    bars = made.view.bars.data
    wide = bars["right"] - bars["left"]
    recording = made.shown.drawn.result.recording
    assert (bars["top"] * wide).sum() * 20 / 1000 == pytest.approx(int(recording.spikes.sum()))
    assert bars["top"][bars["right"] < 50].mean() < 0.2 * bars["top"][bars["left"] > 60].mean()
    assert made.head.note == "PSTH of 20 trials, in bins of 4 ms"


def test_a_spike_is_preceded_by_what_drives_it():
    """A leaky neuron near its threshold spikes where the noise has been high for about its time constant."""
    drive = Noise(mean=0.8, sigma=0.5, tau=2.0)
    made = pane(AveragePane, Experiment.of(LIF(), drive, {"duration": 2000.0, "neurons": 2, "noise": 0.1}))
    lags, mean = (made.view.lines.data[name][1] for name in "xy")
    usual = made.view.lines.data["y"][0][0]
    assert mean[(lags > -10) & (lags <= 0)].mean() > usual + 0.2
    assert abs(mean[lags < -30].mean() - usual) < 0.1 and abs(mean[lags > 5].mean() - usual) < 0.15
    constant = pane(AveragePane, Experiment.of(LIF(), Step(amplitude=1.5, onset=0.0, length=100)))
    assert "does not vary" in constant.head.note


def every_pane(name):
    """Each pane of a neuron in its first preset shows a picture, or says in a sentence why it has none."""
    explorer = Explorer(preset=next(one for one in PRESETS.values() if one.model is NEURONS[name]))
    pictures = 0
    for kind in PANES["neuron"]:
        if not kind(lambda values: None).suits(shown(explorer)):
            continue
        made = rested(kind, explorer)
        for option in [*made.head.options] or [""]:
            made.head.value = option
            assert made.head.note, kind.key
            if made.head.failed:
                with pytest.raises(ValueError, match=re.escape(made.head.note)):
                    made.job(shown(explorer))()
        pictures += not made.head.failed
    assert pictures >= 4


def test_panes_are_there_for_neurons_of_all_kinds():
    every_pane("CobaLIF")
    every_pane("LI")


@pytest.mark.nightly
@pytest.mark.parametrize("name", NEURONS)
def test_panes_are_there_for_every_neuron(name):
    every_pane(name)


def test_a_picture_that_ends_after_a_newer_change_is_grey():
    """It is of what was shown when it began."""
    made = pane(RatePane, Experiment.of(LIF(), Step(amplitude=1.5), {"duration": 20.0}))
    assert made.view.figure.styles.get("opacity", "1") == "1"
    made.late = True  # as an explorer says of a change
    made._show(made.known, waiting=False)
    assert made.view.figure.styles["opacity"] == "0.4"
    made.rest(shown(Explorer(experiment=Experiment.of(LIF(tau_mem=20.0), Step(amplitude=1.5), {"duration": 20.0}))))
    assert made.view.figure.styles.get("opacity", "1") == "1"


def test_correlations_stay_below_what_noise_has_in_common():
    made = pane(SharedNoisePane, Experiment.of(LIF(), Step(amplitude=1.5), {"duration": 50.0}))
    x, y = (np.asarray(made.view.dots.data[name]) for name in "xy")
    assert (x > 0).all() and (y < 0.3 + 0.05).all() and y[x.argmax()] > 0.05
    assert made.head.value == "30 % shared" and made.head.note.startswith("noise ")
    assert "never spikes" in pane(SharedNoisePane, Experiment.of(LI(), None, {"duration": 50.0})).head.note


def test_spikes_that_are_first_ones_alone_are_told_from_firing():
    """Hodgkin and Huxley's neuron fires once from 2.2 µA/cm² on, and again and again from about 6.3 on."""
    made = pane(RatePane, Experiment.of(HodgkinHuxley(), settings={"duration": 50.0}))
    last = float(re.search(r"first spikes alone up to ([\d.]+)", made.head.note)[1])
    assert 5.0 < last < 6.3


def test_the_plane_says_what_is_held_in_it():
    """Of four variables it shows two: the others stand where the run has them, and what crosses is of the plane."""
    explorer = Explorer(experiment=Experiment.of(HodgkinHuxley(), Step(amplitude=10.0), {"duration": 50.0}))
    made = rested(PhasePane, explorer)
    found = explorer.drawn.result.recording
    step = int(middle(explorer.drawn.result) / found.dt)
    held = [float(found.variables[name][step, 0]) for name in "hn"]
    assert f" · h, n held at {held[0]:.2g}, {held[1]:.2g} · in this plane " in made.head.note
    assert all(" of the plane: v = " in words for words in made.view.points.data["words"])
    assert not any(point.stable for point in fixed_points(HodgkinHuxley(), 10.0))  # though the plane has a stable one
    for whole in (AdEx(), Izhikevich(), LIF(tau_mem=20.0)):  # the current of LIF's synapse stands at 0
        made = pane(PhasePane, Experiment.of(whole, None, {"duration": 20.0}))
        assert "held" not in made.head.note and "plane" not in made.head.note


def test_the_plane_of_a_dynamic_clamp_says_its_conductance():
    model = clamp(HodgkinHuxley, "dynamic")()
    assert pane(PhasePane, Experiment.of(model, Step(amplitude=0.3))).head.note.startswith("g = 0.3 mS/cm²")
    verdict = pattern_of(Experiment.of(model, Step(amplitude=0.3, onset=10, length=100), {"duration": 130}).run())
    assert verdict.reasons[0].startswith("g: a step of +0.3") and "before g changes" in verdict.reasons[1]
