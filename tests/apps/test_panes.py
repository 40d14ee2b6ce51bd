"""The phase plane and the f-I curve in the page: they follow a hand, the cursor and a click; layouts stay."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from snnlab.analysis import trace
from snnlab.models import Experiment
from snnlab.workbench.panes.plane import broken
from tests.apps.tabs import DEEP, WIDE, address, changed, choose, enter, opened, slider
from tests.apps.test_here import page_way

# What the plane holds in the page: it is the plot whose axis below says v, and whose lines are several.
PLANE = """() => {
  const plots = [...Bokeh.documents[0].all_models].filter(one => one.type == "Plot")
  const plane = plots.find(one => one.renderers[1]?.glyph.type == "MultiLine" && !one.renderers[1].name)
  if (!plane) return null
  const [arrows, lines, words, run, points, here] = plane.renderers.map(one => one.data_source)
  const list = data => Object.fromEntries(Object.entries(data).map(([name, column]) => [name, Array.from(column)]))
  return {
    run: list(run.data), words: list(words.data).words, here: list(here.data),
  }
}"""

# How bright each plot of a pane is that is to be seen.
SEEN = f"""() => {{ {DEEP}
  const seen = el => el.matches('canvas') && el.clientWidth > 60 && pane(el) && drawn(el);
  return [...deep(document)].filter(seen).map(el => {{
    let least = 1
    for (let one = el; one; one = one.parentElement ?? one.getRootNode().host) {{
      least = Math.min(least, Number(getComputedStyle(one).opacity))
    }}
    return least
  }})
}}"""


@pytest.fixture
def tab(page, served):
    found = page(f"{served.url}/apps?page=neuron&preset=adex-2008-d", **WIDE)
    opened(found, 4)
    found.wait_for_function(f"() => ({PLANE})()?.words.length > 2")
    return found


def test_the_plane_follows_a_hand_the_cursor_and_a_click(tab):
    page_way(tab)
    before = tab.evaluate(PLANE)
    with changed(tab):
        slider(tab, "b").press("ArrowRight")
    tab.wait_for_function("() => location.search.includes('b=')")
    found = tab.evaluate(PLANE)
    experiment = Experiment.from_query(tab.evaluate("location.search.slice(1)").replace("page=neuron&", ""))
    result = experiment.run()
    recording = result.recording
    w = recording.variables["w"][:, 0].numpy()
    wanted = broken(trace(recording, result.definition, result.p), w, recording.sample_time, recording.spike_times())
    for name, line in zip("xy", wanted):
        assert np.array([np.nan if x is None else x for x in found["run"][name]], np.float32) == pytest.approx(
            np.asarray(line, np.float32), nan_ok=True
        )
    assert found["run"] != before["run"]

    canvas = tab.locator("canvas").first.bounding_box()
    tab.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    tab.wait_for_function(f"() => ({PLANE})().here.x.length == 1")
    point = tab.evaluate(PLANE)["here"]
    at = np.abs(recording.variables["w"][:, 0].numpy() - point["y"][0]).argmin()
    assert w[at] == pytest.approx(point["y"][0]) and 0.4 < at / len(w) < 0.6

    plane = tab.get_by_role("heading", name="Phase plane").bounding_box()
    tab.mouse.click(plane["x"] + 200, plane["y"] + 120)
    address(tab, "i.v=", "i.w=")
    tab.wait_for_function(
        f"() => {{ const {{x}} = ({PLANE})().run; return x.length && x[0] != {found['run']['x'][0]} }}"
    )


def test_a_layout_stays(tab):
    tab.locator("summary", has_text="Layout: plane").click()
    tab.get_by_role("radio", name=re.compile("^Lecture")).click()
    address(tab, "layout=lecture")
    expect(tab.get_by_role("heading", name="Phase plane")).to_be_hidden()
    tab.reload()
    opened(tab, 4)
    expect(tab.locator("summary", has_text="Layout: lecture")).to_be_visible()
    expect(tab.get_by_role("heading", name="Phase plane")).to_be_hidden()
    tab.locator("summary", has_text="Layout: lecture").click()
    tab.get_by_role("checkbox", name="f-I curve").click()
    address(tab, "layout=rates")
    expect(tab.get_by_role("heading", name="f-I curve")).to_be_visible()
    tab.get_by_role("combobox", name="axis of rates").select_option("log")
    tab.get_by_role("button", name="Make f-I curve large").click()
    address(tab, "layout=rates:log!")
    tab.reload()
    opened(tab, 4)
    expect(tab.get_by_role("button", name="Make f-I curve large")).to_have_attribute("aria-pressed", "true")
    expect(tab.get_by_role("combobox", name="axis of rates")).to_have_value("log")
    tab.keyboard.press("Escape")
    tab.wait_for_function("() => location.search.endsWith('layout=rates:log')")
    tab.locator("summary", has_text="Layout: own").click()
    tab.get_by_role("checkbox", name="Phase plane").click()
    tab.get_by_role("button", name="Move f-I curve to the front").click()
    address(tab, "layout=rates:log,phase")
    tab.get_by_role("button", name="Hide Phase plane").click()
    tab.get_by_role("button", name="Hide f-I curve").click()
    address(tab, "layout=lecture")


def test_panes_are_bright_again_and_of_the_neuron_that_is_shown(page, served):
    """What is grey while it is out of date is not so for good; a pane without a picture has no empty frame."""
    tab = page(f"{served.url}/apps?page=neuron&preset=lif-constant", **WIDE)
    opened(tab, 4)
    tab.get_by_text("first interval pale, theory dotted").wait_for()
    with changed(tab):
        enter(tab, "amplitude", "1.2")
    tab.wait_for_function(f"() => ({SEEN})().length == 2 && ({SEEN})().every(one => one == 1)")
    with changed(tab):
        enter(tab, "amplitude", "0.5")
    tab.locator("summary", has_text="Layout").click()
    tab.get_by_role("checkbox", name="Intervals").click()
    tab.get_by_text("no neuron spikes twice").wait_for()
    tab.wait_for_function(f"() => ({SEEN})().length == 2")
    choose(tab, "neuron", "Izhikevich")
    tab.wait_for_function(f"() => ({PLANE})()?.words.some(one => one.trim() == 'du/dt = 0')")


def test_a_page_opens_with_its_panes(page, served):
    """A short run is done while the page is made: its panes come when the page is there."""
    tab = page(f"{served.url}/apps?page=neuron", **WIDE)
    tab.get_by_text("I = 1.5 · no fixed point").wait_for()
    tab.get_by_text("first interval pale, theory dotted").wait_for()
    opened(tab, 4)


def test_a_drag_in_the_bifurcations_moves_the_knob(page, served):
    """The line is where the knob is, whoever moves which; intervals follow; a pane is made large and small again."""
    tab = page(f"{served.url}/apps?page=neuron&preset=adex-2008-d&layout=bifurcation,isi", **WIDE)
    opened(tab, 4)
    tab.get_by_text("unstable dashed").wait_for()
    current = slider(tab, "amplitude")
    line = "() => Bokeh.documents[0].get_model_by_name('present value').data_source.data.x[0]"
    assert tab.evaluate(line) == 210
    page_way(tab)
    with changed(tab):
        current.press("ArrowRight")
    assert tab.evaluate(line) == float(current.get_attribute("aria-valuetext").split()[0]) > 210
    intervals = tab.get_by_text(re.compile(r"^\d+, Poisson dotted")).inner_text()

    tab.get_by_role("button", name="Make Bifurcations large").click()
    whole = tab.locator("main").bounding_box()
    plot = tab.evaluate(
        f"() => {{ {DEEP} return [...deep(document)].filter(one => one.matches('.large'))"
        ".map(one => { const {width, height} = one.getBoundingClientRect(); return [width, height] }) }"
    )
    assert plot == [[pytest.approx(whole["width"]), pytest.approx(whole["height"])]]
    x, y = whole["x"] + 0.8 * whole["width"], whole["y"] + 0.5 * whole["height"]
    with changed(tab):
        tab.mouse.move(x - 60, y)
        tab.mouse.down()
        tab.mouse.move(x, y, steps=4)
        tab.mouse.up()
    there = float(current.get_attribute("aria-valuetext").split()[0])
    assert there > 500 and tab.evaluate(line) == there
    address(tab, f"s.amplitude={there:g}")
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("button", name="Make Bifurcations large")).to_have_attribute("aria-pressed", "false")
    assert tab.get_by_text(re.compile(r"^\d+, Poisson dotted")).inner_text() != intervals


ROOM = f"""() => {{ {DEEP}
  const room = el => {{ const {{width, right}} = el.getBoundingClientRect(); return [width, right] }}
  const plots = [...deep(document)].filter(el => el.matches('canvas') && el.clientWidth && pane(el))
  const table = [...deep(document)].find(el => el.matches('table.numbers'))
  return table && plots.length ? [...plots.map(room), room(table)] : null
}}"""


@pytest.mark.parametrize(
    "name", ["neuron", *(pytest.param(one, marks=pytest.mark.nightly) for one in ("networks", "surrogates"))]
)
def test_panes_and_numbers_stand_side_by_side_on_a_wide_screen(page, served, name):
    tab = page(f"{served.url}/apps?page={name}", viewport={"width": 1920, "height": 1080})
    opened(tab, 3)
    tab.wait_for_function(f"() => ({ROOM})()")
    for width, right in tab.evaluate(ROOM):
        assert width > 250
        assert right <= 1920
