"""Experiments as files, opened from a disk without a network: what they show is what the server would have shown."""

from html import escape

import numpy as np
import pytest
from playwright.sync_api import expect

import snnlab
from snnlab.models import ENCODERS, PATTERNS, PRESETS
from snnlab.models.portable import movable, owners
from snnlab.views.stack import widened
from snnlab.workbench import EncoderBoard, Explorer
from snnlab.workbench.controls import Control
from snnlab.workbench.file import cell, save_html
from snnlab.workbench.scenes import scene_of
from tests.apps.tabs import FRAMES, WIDE, enter, export, numbers, opened, painted, pictures, slider
from tests.nights import first_of_each

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
VALUES = "() => document.querySelector('.snnlab-page').shown.shown.values"
PLOTS = """() => {
  const {document: doc} = document.querySelector(".snnlab-page").shown, found = {}
  for (const model of doc.roots()[0].children.filter(one => one.visible)) {
    found[model.name.split(".")[1]] = {
      data: model.renderers.filter(one => !one.name)
        .map(({data_source: {data}}) => ({t: Array.from(data.t ?? []), y: Array.from(data.image?.[0] ?? data.y)})),
      frame: [model.y_range.start, model.y_range.end], title: model.title.text, axis: model.below[0].visible,
      levels: model.tags[0],
    }
  }
  return found
}"""
SPEED = """async count => {
  const knob = document.querySelector(".snnlab-page").shadowRoot.querySelector("input[type=range]")
  const frame = () => new Promise(requestAnimationFrame), began = performance.now()
  for (let k = 0; k < count; k++) {
    knob.value = Number(knob.min) + (0.2 + 0.6 * k / count) * (knob.max - knob.min)
    knob.dispatchEvent(new Event("input"))
    await frame()
    await frame()
  }
  return 1000 * count / (performance.now() - began)
}"""
# preset, sliders
CASES = {
    "initial state": ("izhikevich-2004-A", ["a", "amplitude", "v", "dt"]),
    "constant": ("lif-constant", ["amplitude", "τ_mem", "dt"]),
    "step": ("lif-step", ["onset", "v_th"]),
    "exponential": ("adex-2008-a", ["a", "duration"]),
    "input spikes": ("li-pulsetrain", ["τ_mem"]),
    "noisy stimulus": ("lif-fluctuations", ["τ_mem"]),
    "plasticity": ("stdp-hebbian", ["rate", "onset"]),
    "spikes on two lines": ("coincidence-hand", ["τ_mem", "J"]),
    "compartments": ("fitzhughnagumocable-travels", ["g_c", "b"]),
    "surrogate": ("surrogate-tanh", ["α", "start"]),
    "drawn by chance": ("poisson-wave", ["f_max", "frequency"]),
    "driven encoder": ("lifencoder-wave", ["mean", "τ_mem"]),
    "network": ("lsnn-memory", ["weight", "spread", "duration"]),
    "neurons that differ": ("population-step", ["τ_mem", "spread"]),
}


def from_disk(page, path, count=3, **options):
    """A tab with a file, whose network is cut."""
    tab = page(path.as_uri(), **({"offline": True} | WIDE | options))
    tab.locator(".snnlab-page[data-ready]").first.wait_for()
    painted(tab, count)
    return tab


def moved(experiment, values):
    """The experiment with these values of knobs."""
    for name, value in values.items():
        prefix, _, own = name.rpartition(".")
        setattr(owners(experiment)[prefix], own, int(value) if own in ("seed", "pulses") else value)
    return experiment


def both_lines(data):
    return data.y if data.other is None else np.concatenate([data.y, data.other])


def same_as_the_server(tab, preset):
    values = tab.evaluate(VALUES)
    assert values.keys() == movable(preset.experiment()).keys()
    experiment = moved(preset.experiment(), values)
    scene = scene_of(experiment.model)
    rows = {row.key: row for row in scene.rows(experiment.model)}
    drawn = scene.prepare(experiment.model)(experiment.run())
    found = tab.evaluate(PLOTS)
    assert found.keys() == drawn.data.keys() & rows.keys()
    assert [plot["axis"] for plot in found.values()] == [False] * (len(found) - 1) + [True]
    for key, plot in found.items():
        new, row = drawn.data[key], rows[key]
        np.testing.assert_array_equal(np.float32(plot["data"][0]["y"]), new.y.reshape(-1), err_msg=key)
        if new.ends is None:  # else it is an image
            np.testing.assert_allclose(plot["data"][0]["t"], new.t, rtol=1e-6, err_msg=key)
        silent = row.spikes and not len(drawn.spikes)
        assert plot["frame"] == pytest.approx(
            new.frame or widened(row.low, row.high, both_lines(new), row.fit, silent), rel=1e-12
        )
        if new.other is not None:
            np.testing.assert_allclose(np.float32(plot["data"][1]["y"]), new.other, rtol=1e-5)
        assert plot["title"] == (new.title or row.title)
        if new.levels is not None:
            assert plot["levels"] == pytest.approx(new.levels, rel=1e-5, abs=1e-6)
    told = tab.evaluate("""() => Object.fromEntries([...document.querySelector(".snnlab-page").shadowRoot
      .querySelectorAll("table.numbers tr")].map(row => [row.cells[0].innerText, row.cells[1].innerText]))""")
    assert told == {number.name: number.value for number in drawn.numbers if number.measure}


@pytest.mark.parametrize("name", first_of_each(CASES, lambda case: PRESETS[case[0]].model.family))
def test_a_file_shows_what_the_server_would(page, tmp_path, name):
    preset, sliders = PRESETS[CASES[name][0]], CASES[name][1]
    plots = 2 if preset.model.family == "encoder" else 3
    tab = from_disk(page, save_html(preset, tmp_path / "one.html"), plots)
    same_as_the_server(tab, preset)
    folded = tab.locator(".panel details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    for label in sliders:
        before = pictures(tab)
        knob = slider(tab, label).first
        for _ in range(3):
            knob.press("ArrowLeft" if knob.evaluate("one => one.value == one.max") else "ArrowRight")
        assert pictures(tab) != before
        same_as_the_server(tab, preset)


@pytest.fixture
def lif(tmp_path):
    return save_html(PRESETS["lif-constant"], tmp_path / "lif.html")


def test_a_value_that_is_refused_says_why(page, lif):
    tab = from_disk(page, lif)
    before = tab.evaluate(VALUES)
    enter(tab, "τ_mem", "50000")
    words = tab.get_by_text(
        "tau_mem = 50000 is not allowed: give a number from 0.01 to 10000 ms (membrane time constant)"
    )
    expect(words).to_be_visible()
    enter(tab, "τ_mem", "fast")
    expect(tab.get_by_text("'fast' is not a number: give one from 0.01 to 10000")).to_be_visible()
    control = Control(snnlab.LIF(), "tau_mem")
    for text in ("nan", "1e999", "", "0x10", "10 mV"):
        enter(tab, "τ_mem", text)
        control.type(text)  # as on a page
        expect(tab.get_by_text(control.slider.message, exact=True)).to_be_visible()
    assert tab.evaluate(VALUES) == before
    enter(tab, "τ_mem", "12,5")
    tab.evaluate(FRAMES)
    assert tab.evaluate(VALUES)["model.tau_mem"] == 12.5
    same_as_the_server(tab, PRESETS["lif-constant"])
    tab.get_by_text("Run", exact=True).click()
    enter(tab, "duration", "100000")
    expect(tab.get_by_text("500,000 steps × 20 neurons are too many here: at most 2,000,000 together")).to_be_visible()
    assert tab.evaluate(VALUES)["run.duration"] == before["run.duration"]


def test_presets_and_reset(page, lif):
    tab = from_disk(page, lif)
    before, drawn = numbers(tab), tab.evaluate(PLOTS)
    changed, look = tab.get_by_text("changed", exact=True), tab.locator(".words .look")
    expect(changed).to_be_hidden()
    assert "Mean rate" in before and float(look.evaluate("one => getComputedStyle(one).opacity")) == 1
    enter(tab, "amplitude", "2.5")
    tab.evaluate(FRAMES)
    assert numbers(tab) != before
    expect(changed).to_be_visible()
    assert float(look.evaluate("one => getComputedStyle(one).opacity")) < 1
    tab.get_by_role("button", name="Reset", exact=True).click()
    tab.evaluate(FRAMES)
    expect(changed).to_be_hidden()
    assert numbers(tab) == before and tab.evaluate(PLOTS) == drawn
    for name, label in (("lif-step", "onset"), ("lif-fluctuations", "τ_mem"), ("lif-constant", "amplitude")):
        tab.get_by_role("combobox", name="preset").select_option(PRESETS[name].name)
        slider(tab, label).first.wait_for()
        expect(tab.get_by_text(PRESETS[name].look.split("<")[0][:20]).last).to_be_visible()
        tab.evaluate(FRAMES)
        same_as_the_server(tab, PRESETS[name])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_all_of_it(page, lif, scheme):
    """The plots stay in sight while the knobs pass by; nothing is wider than the screen."""
    tab = from_disk(page, lif, color_scheme=scheme, **PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 18, 18)"}[scheme]
    knob = slider(tab, "v_reset")
    knob.scroll_into_view_if_needed()
    plots = tab.locator(".plots").bounding_box()
    assert plots["y"] >= 0 and plots["y"] + plots["height"] <= knob.bounding_box()["y"] + 20
    before = pictures(tab)
    knob.tap(position={"x": 40, "y": 10})
    assert pictures(tab) != before


def test_light_and_dark(page, lif):
    tab = from_disk(page, lif, color_scheme="light")
    ink = "() => document.querySelector('.snnlab-page').shown.all()[0].left[0].major_label_text_color"
    assert tab.evaluate(ink) == "rgb(0, 0, 0)"
    tab.get_by_role("button", name="light or dark").click()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 18, 18)"
    assert tab.evaluate(ink) == "rgb(255, 255, 255)"
    tab.get_by_role("button", name="light or dark").click()
    assert tab.evaluate(ink) == "rgb(0, 0, 0)"


@pytest.fixture
def gallery(tmp_path):
    shown = [one for pattern in PATTERNS for one in (pattern, pattern.robust) if one is not None]
    return save_html(shown[:24], tmp_path / "gallery.html", knobs=["tau"])


def test_a_gallery_is_alive_under_one_knob(page, gallery):
    tab = from_disk(page, gallery, 24)
    before = pictures(tab)
    assert len(before) == 24
    slider(tab, "τ").press("ArrowRight")
    after = pictures(tab)
    assert all(one != other for one, other in zip(before, after))
    tab.get_by_role("button", name="Reset", exact=True).click()
    assert pictures(tab) == before


@pytest.mark.nightly
def test_a_gallery_keeps_up_with_a_hand(page, gallery):
    """24 pictures, each at least ten times a second."""
    assert from_disk(page, gallery, 24).evaluate(SPEED, 40) >= 10


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """What a web site shows of a notebook with two views."""
    monkeypatch.setattr(cell, "begins", cell.Once())
    cells = iter("ab")
    monkeypatch.setattr(cell, "running_cell", lambda: next(cells))
    widget = {"text/html": "<p>a widget</p>"}
    views = [cell.with_page(widget, Explorer(model).case())["text/html"] for model in (snnlab.LIF(), snnlab.AdEx())]
    path = tmp_path / "notebook.html"
    path.write_text("<!DOCTYPE html><meta charset=utf-8><main>" + "<hr>".join(views) + "</main>")
    return path


def test_a_notebook_lives_without_a_kernel(page, notebook):
    tab = from_disk(page, notebook, 6)
    expect(tab.locator(".snnlab-page[data-ready]")).to_have_count(2)
    for knob in (slider(tab, "τ_mem").first, slider(tab, "C").first):
        before = pictures(tab)
        for _ in range(5):
            knob.press("ArrowRight")
        assert pictures(tab) != before
    assert tab.get_by_text("a widget").count() == 0


def test_a_notebook_is_a_picture_where_no_script_runs(page, notebook):
    tab = page(notebook.as_uri(), java_script_enabled=False, **WIDE)
    for picture in tab.get_by_role("img").all():
        picture.scroll_into_view_if_needed()
        assert picture.bounding_box()["width"] > 200
    assert tab.get_by_role("img").count() == 2


def test_views_in_frames_of_their_own(page, notebook):
    """As some notebooks have them: the second looks for the script of the first."""
    views = notebook.read_text().partition("<main>")[2].removesuffix("</main>").split("<hr>")
    cells = [escape(f"<!DOCTYPE html><meta charset=utf-8>{view}") for view in reversed(views)]
    notebook.write_text("".join(f'<iframe width=1200 height=700 srcdoc="{one}"></iframe>' for one in cells))
    tab = page(notebook.as_uri(), offline=True, **WIDE)
    for frame in tab.locator("iframe").all():
        frame.content_frame.locator(".snnlab-page[data-ready]").wait_for()


def test_a_page_is_saved(page, served, tmp_path):
    """What is shown, as it is; it is opened without the server."""
    tab = page(f"{served.explorer}&preset=lif-step")
    opened(tab, 4)
    export(tab, "HTML", tmp_path / "saved.html", "snnlab-lif-step.html")
    same_as_the_server(from_disk(page, tmp_path / "saved.html"), PRESETS["lif-step"])


def test_a_page_that_no_file_shows_says_so(page, served):
    tab = page(f"{served.explorer}&neuron=LIF&r.neurons=100&r.duration=1000&r.dt=0.04")
    opened(tab, 2)
    tab.get_by_text("Export", exact=True).click()
    html = tab.get_by_role("button", name="HTML")
    expect(html).to_be_disabled()
    expect(html).to_contain_text("is too long for a file")


def test_a_file_of_the_board(page, tmp_path):
    """All encoders under one signal, which its knobs move; what an encoder does not take is said."""
    board = EncoderBoard()
    tab = from_disk(page, save_html(board.cases(), tmp_path / "board.html"), len(ENCODERS))
    before = pictures(tab)
    slider(tab, "amplitude").press("ArrowLeft")
    assert all(one != other for one, other in zip(before, pictures(tab)))
    alone = from_disk(page, save_html(snnlab.Poisson(), tmp_path / "one.html"), 2)
    enter(alone, "f_max", "5000")
    expect(alone.get_by_text("The encoder does not take this")).to_be_visible()
