"""The explorer of encoders in a Chromium without a network: panes, a picture by hand, a drawn and a recorded signal."""

import re

import pytest

from snnlab.models import ENCODERS
from tests.apps.tabs import WIDE, address, changed, choose, numbers, opened

PICTURE = """() => {
  const all = [...Bokeh.documents[0].all_models]
  const plot = all.find(one => one.type == "Plot" && one.sizing_mode == "scale_width")
  const view = plot && Bokeh.index.find_one(plot)
  if (!view) return null
  const [shown, decoded] = plot.renderers.map(one => [...(one.data_source.data.value ?? [])])
  if (!decoded.length) return null
  const {left, top} = view.canvas_view.events_el.getBoundingClientRect(), {bbox} = view.frame
  return {shown, decoded, at: [left + bbox.left, top + bbox.top, bbox.width, bbox.height]}
}"""
SPIKES = """() => Math.max(...[...Bokeh.documents[0].all_models]
  .filter(one => one.type == "Plot" && one.below?.[0]?.axis_label == "time (ms)")
  .map(one => one.renderers.map(two => two.data_source.data.x?.length ?? 0)).flat())"""


FRAME = """name => {
  const plot = [...Bokeh.documents[0].all_models].find(one => one.name?.endsWith(name))
  const {canvas_view: {events_el}, frame: {bbox}} = Bokeh.index.find_one(plot)
  const {left, top} = events_el.getBoundingClientRect()
  return [left + bbox.left, top + bbox.top, bbox.width, bbox.height]
}"""


def stroke(tab, name):
    """Draw up and down in the plot whose name ends so."""
    left, top, width, height = tab.evaluate(FRAME, name)
    for k, (x, y) in enumerate(((0.1, 0.2), (0.4, 0.8), (0.8, 0.4))):
        tab.mouse.move(left + x * width, top + (1 - y) * height, steps=4)
        if not k:
            tab.mouse.down()
    tab.mouse.up()


@pytest.fixture(scope="module")
def tab(served, shared_page):
    found = shared_page(f"{served.url}/apps?page=encoders&preset=poisson-counts", **WIDE)
    opened(found, 2)
    return found


def test_panes_show_law_and_theory_and_the_lag(tab):
    tab.get_by_text(re.compile(r"^dots: 20 neurons; lines: theory; dashed: here: 0\.8$")).wait_for()
    tab.get_by_text(re.compile(r"^in 50 ms, here: 0\.8; binomial dotted$")).wait_for()
    assert tab.get_by_text("Its lag is half of the window").count() == 1
    with changed(tab):
        choose(tab, "preset", "A wave")
    assert numbers(tab)["Lag of the decoded value"] == pytest.approx(25, abs=8), "half of 50 ms"


def test_a_picture_is_encoded_and_a_click_changes_it(tab, served):
    tab.goto(f"{served.url}/apps?page=encoders&preset=latency-picture&layout=picture")
    opened(tab, 2)
    tab.wait_for_function(f"() => ({PICTURE})()")
    slider = tab.get_by_role("slider", name="Step of A picture as spikes")
    slider.focus()
    slider.press("Home")
    first = tab.evaluate(PICTURE)
    assert all(value is None or value != value for value in first["decoded"]), "before any spike"
    slider.press("End")
    last, (left, top, width, height) = tab.evaluate(PICTURE), first["at"]
    bright = [k for k, value in enumerate(last["shown"]) if value > 0.3]
    assert max(abs(last["decoded"][k] - last["shown"][k]) for k in bright) < 0.05
    assert tab.evaluate(SPIKES) >= len(bright)
    tab.mouse.click(left + 0.5 / 17 * width, top + (1.2 + 0.5) / 9.2 * height)
    tab.wait_for_function(f"() => ({PICTURE})().shown[0] == 1")
    address(tab, "layout=picture:drawn+by+hand:pixels=3")
    assert last["shown"][0] == 0
    tab.get_by_role("button", name="Undo").click()
    tab.wait_for_function(f"() => ({PICTURE})().shown[0] == 0")
    tab.get_by_role("button", name="Redo").click()
    tab.wait_for_function(f"() => ({PICTURE})().shown[0] == 1")
    address(tab, "pixels=3")
    tab.reload()
    opened(tab, 2)
    tab.wait_for_function(f"() => ({PICTURE})()?.shown?.[0] == 1")


def test_a_signal_is_drawn_in_its_plot(tab, served):
    tab.goto(f"{served.url}/apps?page=encoders&encoder=PopulationCode&layout=lecture")
    opened(tab, 2)
    with changed(tab):
        choose(tab, "stimulus", "drawn by hand (points)")
    with changed(tab):
        stroke(tab, ".x")
    address(tab, "s=Table", "s.points=")
    assert numbers(tab)["Spike count"] > 100


def test_a_file_drives_an_encoder_over_its_range(tab, served):
    tab.goto(f"{served.url}/apps?page=encoders&encoder=Poisson&layout=lecture")
    opened(tab, 2)
    rows = "\n".join(f"{t},{3 + 2 * (t // 50 % 2)}" for t in range(200))
    file = {"name": "steps.csv", "mimeType": "text/csv", "buffer": f"time (ms),signal\n{rows}".encode()}
    tab.get_by_label(re.compile("^Open an experiment")).set_input_files(file)
    tab.get_by_text(re.compile(r"goes from 3 to 5, which is 0\.02 to 0\.98 here")).wait_for()
    tab.get_by_text(re.compile("^2,000 steps")).wait_for()
    assert numbers(tab)["Spike count"] > 50


def test_all_encoders_hear_what_is_drawn_on_the_board(tab, served):
    tab.goto(f"{served.url}/apps?page=encoders")
    opened(tab, 2 * len(ENCODERS))
    with changed(tab):
        choose(tab, "signal", "drawn by hand (points)")
    with changed(tab):
        stroke(tab, ".sheet")
    address(tab, "page=encoders", "s=Table", "s.points=")
    assert tab.get_by_text(re.compile(r"\d+ Hz a neuron · error 0\.\d+")).count() == len(ENCODERS)
    assert tab.get_by_text(re.compile("Its lag is half of the window")).count() == 3
