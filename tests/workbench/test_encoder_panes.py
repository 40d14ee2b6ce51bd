"""Panes of encoders without a browser: what their pictures are fed, and what a hand does to a picture."""

import math

import numpy as np
import pytest

from snnlab.analysis import tuning_theory
from snnlab.models import ENCODERS, PRESETS, STIMULI, Experiment, read
from snnlab.models.digits import digits
from snnlab.workbench import EncoderBoard, Explorer
from snnlab.workbench.history import History
from snnlab.workbench.panes import layout_of
from snnlab.workbench.panes.counts import POISSON, CountPane
from snnlab.workbench.panes.decoding import NEURONS, WINDOW, DecodingPane
from snnlab.workbench.panes.encoders import ENCODER_PANES
from snnlab.workbench.panes.layouts import layouts_of
from snnlab.workbench.panes.picture import OWN, PicturePane
from snnlab.workbench.panes.tuning import TuningPane
from tests.workbench.test_panes import rested, shown

STEPS = "time (ms),signal\n" + "\n".join(f"{t},{3 + 2 * (t // 50 % 2)}" for t in range(200))


@pytest.fixture(scope="module")
def explorer():
    return Explorer(preset=PRESETS["poisson-counts"])


@pytest.mark.parametrize("name", ENCODERS)
def test_every_encoder_has_its_panes(name):
    """Also of those that have no theory, and no chance."""
    explorer = Explorer(experiment=Experiment.of(ENCODERS[name](), None, {"duration": 50.0}))
    for kind in ENCODER_PANES:
        made = kind(lambda values: None)
        if made.suits(shown(explorer)):
            made.rest(shown(explorer))
            assert not made.head.failed, (kind.title, made.head.note)
        else:
            assert kind is CountPane and ENCODERS[name].definition.neuron is not None
    assert explorer.sidebar.model_words.html.endswith(ENCODERS[name].definition.lag)


def test_tuning_curves_have_theory_as_lines_and_runs_as_dots():
    explorer = Explorer(preset=PRESETS["populationcode-tuning"])
    made = rested(TuningPane, explorer)
    lines, dots = made.view.lines.data, made.view.dots.data
    assert len(lines["x"]) == 10
    wanted = tuning_theory(explorer.experiment.model, lines["x"][0])
    assert np.array(lines["y"]) == pytest.approx(wanted.T)
    near = [np.interp(x, lines["x"][0], wanted[:, k % 10]) for k, x in enumerate(dots["x"])]
    assert np.abs(dots["y"] - near).mean() < 3, "a mean of 19 neurons in 500 ms scatters by 3 Hz at 100 Hz"
    assert made.view.marks.data["x"] == pytest.approx([5.0], abs=0.02)
    made.fade()
    assert made.view.figure.styles["opacity"] == "0.4"


def test_counts_stand_beside_their_law(explorer):
    made = rested(CountPane, explorer)
    k, law = np.array(made.view.line.data["x"]), np.array(made.view.line.data["y"])
    assert law == pytest.approx([math.comb(50, int(one)) * 0.08**one * 0.92 ** (50 - one) for one in k])
    assert made.view.bars.data["top"].sum() == pytest.approx(1.0)
    told = {name: number for name, number, _ in made.head.numbers}
    assert float(told["Fano factor"]) == pytest.approx(0.92, abs=0.15) and told["binomial"] == "0.92"
    made.head.value = POISSON
    assert np.array(made.view.line.data["y"])[0] == pytest.approx(math.exp(-4))


def test_the_error_is_shown_over_time_and_over_neurons(explorer):
    made = rested(DecodingPane, explorer)
    assert made.head.options == [WINDOW, NEURONS] and made.view.marks.data["x"] == [50.0]
    bound, error = (np.array(one) for one in made.view.lines.data["y"])
    x = made.view.lines.data["x"][0]
    assert bound[0] / bound[-1] == pytest.approx(math.sqrt(x[-1] / x[0])) and error[-1] == pytest.approx(
        bound[-1], rel=0.1
    )
    made.head.value = NEURONS
    assert made.view.marks.data["x"] == [50.0] and made.view.lines.data["x"][0][0] == 1.0
    alone = rested(DecodingPane, Explorer(preset=PRESETS["lifencoder-wave"]))
    assert alone.head.options == [WINDOW] and not alone.view.marks.data["x"]


def test_a_picture_is_played_and_painted():
    made = rested(PicturePane, Explorer(preset=PRESETS["latency-picture"]))
    assert made.view.shown.data["value"] == pytest.approx(digits()[0].ravel())
    assert made.view.decoded.data["value"][digits()[0].ravel() > 0] == pytest.approx(
        digits()[0][digits()[0] > 0], abs=0.03
    )
    decoded, raster, _ = made.film.shown["tracks"]
    assert len(made.film.shown["words"]) == len(decoded["ends"]) == 50
    assert decoded["ends"][0] == 64 and raster["ends"][-1] == (digits()[0] > 0).sum(), "one spike of each that is lit"
    event = type("Event", (), {"x": 0.5, "y": 7.5})
    made._begun(event)
    assert made.head.value == OWN and made.view.shown.data["value"][0] == 1.0
    made._begun(event)
    assert made.view.shown.data["value"][0] == 0.0, "a second click puts it out"
    made._painted(type("Event", (), {"x": 12.0, "y": 3.0}))
    assert made.view.shown.data["value"] == pytest.approx(digits()[0].ravel()), "beside the picture nothing is painted"


def test_a_painted_picture_is_brought_back_by_the_address():
    explorer, again = Explorer(preset=PRESETS["latency-picture"]), Explorer(preset=PRESETS["latency-picture"])
    explorer.panes.open(layout_of("picture", "encoder"))
    told = []
    explorer.panes.changed = lambda: told.append(explorer.panes.query)
    pane = explorer.panes.panes["picture"]
    pane.rest(shown(explorer))
    for x in (0.5, 1.5):  # the second while it is one's own already
        pane._begun(type("Event", (), {"x": x, "y": 7.5}))
    assert len(set(told)) == 2, "each stroke is told"
    again.panes.open(layout_of(told[-1], "encoder"))
    found = again.panes.panes["picture"]
    assert found.picture() == pytest.approx(pane.own) and found.picture()[0, :2].tolist() == [1.0, 1.0]
    found.rest(shown(again))
    assert found.view.shown.data["value"] == pytest.approx(pane.own.ravel()) and again.panes.query == told[-1]
    with pytest.raises(ValueError, match="pixels = '01x' is not allowed: give 64 digits from 0, dark, to 3"):
        again.panes.open(layout_of("picture:drawn by hand:pixels=01x", "encoder"))
    assert found.picture() == pytest.approx(pane.own), "what is refused changes nothing"


def test_strokes_are_undone_and_redone():
    explorer = Explorer(preset=PRESETS["latency-picture"])
    explorer.panes.open(layout_of("picture", "encoder"))
    pane, history = explorer.panes.panes["picture"], History(explorer, lambda query: (None, None))
    pane.rest(shown(explorer))
    history.rest()
    explorer.panes.changed = history.rest
    for x in (0.5, 1.5):
        pane._begun(type("Event", (), {"x": x, "y": 7.5}))
    explorer.experiment.settings.seed = 3
    history.rest()
    seen = []
    for by in (-1, -1, -1, 1, 1):
        history._go(by)
        seen.append((explorer.experiment.settings.seed, pane.head.value, *pane.picture()[0, :2].tolist()))
        assert pane.view.shown.data["value"][:2] == pytest.approx(pane.picture()[0, :2])
    first, one, both = (0, "digit 0", 0.0, 0.0), (0, OWN, 1.0, 0.0), (0, OWN, 1.0, 1.0)
    assert seen == [both, one, first, one, both] and history.future


@pytest.mark.parametrize("name", layouts_of("encoder"))
def test_layouts_of_encoders(name):
    explorer = Explorer(preset=PRESETS["poisson-constant"])
    explorer.panes.open(layout_of(name, "encoder"))
    assert explorer.panes.layout == name
    assert explorer.panes.query == ("" if name == "plane" else name)


# ---- signals of one's own -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENCODERS)
def test_a_recording_goes_over_the_range_of_an_encoder(name):
    """From 3 to 5 there, so within 2 % of both ends here."""
    driven = Experiment.of(ENCODERS[name]()).under(read(STEPS.encode(), "steps.csv", 0.0, 1e4)[0])
    low, high = (
        (0.0 if ENCODERS[name].definition.neuron else driven.model.definition.input.low),
        driven.model.port.current.high,
    )
    x = driven.run().recording.variables["x"]
    margin = 0.02 * (high - low)
    assert (x.min().item(), x.max().item()) == pytest.approx((low + margin, high - margin), abs=1e-3 * (high - low))


def test_the_board_has_a_drawn_signal():
    board = EncoderBoard()
    board.kind_menu.value = STIMULI["Table"].kind.title
    assert board.given.sheet.visible and board.given.pencil.plot == board.given.name
    board.signal.knobs.source = ((0.0, 0.1), (200.0, 0.9), (400.0, 0.3))
    for shown_ in board.here.pictures.values():
        assert shown_["rows"][0]["y"][[0, 400, -1]] == pytest.approx([0.1, 0.9, 0.3], abs=1e-3)
    board.run.knobs.duration = 300.0
    assert board.given.time.end == board.given.time.reset_end == 300.0
    again = EncoderBoard(board.query())
    assert again.query() == board.query() and "s.points" in again.query() and again.given.sheet.visible
    assert "open</a>" in again.here.captions["LIFEncoder"]
    board.kind_menu.value = STIMULI["Sine"].kind.title
    assert not board.given.sheet.visible and not len(board.given.box)


def test_the_board_has_a_signal_from_a_file():
    board = EncoderBoard()
    board.kind_menu.value = STIMULI["Recorded"].kind.title
    assert board.query()["s"] == "Recorded", "of the example"
    board.given.chooser.open(read(STEPS.encode(), "steps.csv", 0.0, 1e4))
    assert board.run.knobs.duration == 200.0
    for shown_ in board.here.pictures.values():
        y = shown_["rows"][0]["y"]
        assert (y.min(), y.max()) == pytest.approx((0.02, 0.98), abs=1e-3)
    assert "s" not in board.query(), "no address holds a file"
    assert board.given.chooser.told.html.startswith("The recording goes from 3 to 5, which is 0.02 to 0.98 here.")


def test_a_reset_on_the_board_leads_to_what_it_began_with():
    first = EncoderBoard({}).signal.knobs
    given = {"v": "2", "s": first.kind.name, "r.duration": "300", "Poisson.f_max": "150"}
    board = EncoderBoard(given | {f"s.{first.names()[0]}": "0.25"})
    board.more.active = [0]
    signal, run = (
        group.controls[name].slider for group, name in ((board.signal, first.names()[0]), (board.run, "duration"))
    )
    assert (signal.amount, signal.usual) == (0.25, getattr(first, first.names()[0]))
    assert (run.amount, run.usual) == (300.0, 500.0)
    rate = board.groups["Poisson"].controls["f_max"].slider
    assert (rate.amount, rate.usual) == (150.0, 100.0)
