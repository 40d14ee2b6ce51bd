"""The map of two knobs in the page: the trace under the pointer, a click, a box, files."""

import numpy as np
import pytest
from playwright.sync_api import expect

from snnlab.analysis import trace
from snnlab.models import LIF, Constant, Experiment
from tests.apps.tabs import FRAMES, WIDE, address, changed, choose, opened
from tests.apps.test_here import page_way

# What the map and the trace below it hold in the page, and where the frame of the map is.
MAP = """() => {
  const plots = [...Bokeh.documents[0].all_models].filter(one => one.type == "Plot")
  const plot = plots.find(one => one.renderers[0]?.glyph.type == "Image")
  const image = plot?.renderers[0].data_source.data.image[0]
  if (!image) return null
  const {left, top} = Bokeh.index.find_one(plot).el.getBoundingClientRect()
  const {bbox} = Bokeh.index.find_one(plot).frame
  const [below] = plots.filter(one => one.below[0].axis_label == "time (ms)" && one != plot && one.title == null)
  const list = column => Array.from(column)
  const here = plot.renderers[1].data_source.data
  return {
    shape: image.shape, image: list(image), opacity: getComputedStyle(Bokeh.index.find_one(plot).el).opacity,
    frame: [left + bbox.left, top + bbox.top, bbox.width, bbox.height], here: [here.x[0], here.y[0]],
    t: list(below.renderers[0].data_source.data.t), v: list(below.renderers[0].data_source.data.y),
    x: [plot.x_range.start, plot.x_range.end], up: plot.left[0].axis_label,
  }
}"""
FINE = f"() => {{ const found = ({MAP})(); return found?.shape[0] == 100 && found.opacity == '1' }}"


@pytest.fixture
def tab(page, served):
    found = page(f"{served.url}/apps?page=neuron&preset=lif-constant&layout=map:latency", **WIDE)
    opened(found, 4)
    found.wait_for_function(FINE)
    return found


def at(tab, across, up):
    """A place in the map, as parts of its frame from the left and from below."""
    left, top, width, height = tab.evaluate(MAP)["frame"]
    return left + across * width, top + (1 - up) * height


def words(tab):
    return tab.locator("output").inner_text()


def point_and_click(tab):
    """The pointer shows the trace of a point, and a click goes there."""
    before = tab.evaluate(MAP)
    tab.mouse.move(*at(tab, 0.7576, 0.505))
    tab.wait_for_function(f"before => String(({MAP})().v) != before", arg=",".join(map(str, before["v"])))
    found, (current, tau) = tab.evaluate(MAP), (2.55, 10.2)  # -2 + 75 * 6 / 99, 100 ** (50 / 99)
    shape, image = found["shape"], np.array([np.nan if x is None else x for x in found["image"]])
    value = image.reshape(shape)[50, 75]
    assert words(tab) == f"amplitude A = {current:g}, τ_mem = {tau:g} ms: latency {value:.4g} ms"
    result = Experiment(LIF(tau_mem=tau), Constant(amplitude=current), {"dt": 0.2}).run()
    assert found["v"] == pytest.approx(trace(result.recording, result.definition, result.p), abs=1e-6)
    assert abs(value - result.recording.spike_times()[0]) < 0.5  # of the middle of its cell
    with changed(tab):
        tab.mouse.click(*at(tab, 0.7576, 0.505))
    address(tab, f"amplitude={current:g}", "layout=map:latency~stimulus.amplitude~model.tau_mem")
    assert tab.evaluate(MAP)["here"] == [current, tau]


def draw_a_box(tab):
    """What is in a box is computed anew."""
    begin, end = at(tab, 0.5, 0.3), at(tab, 0.7, 0.7)
    tab.mouse.move(*begin)
    tab.mouse.down()
    tab.mouse.move(*end, steps=10)
    tab.evaluate(FRAMES)  # the page has seen the moves before the button comes up
    tab.mouse.up()
    tab.wait_for_function(f"() => {{ const [low, high] = ({MAP})().x; return low > 0.5 && high < 3 && ({FINE})() }}")
    narrow = tab.evaluate(MAP)
    assert len(set(narrow["image"])) > 50
    tab.get_by_role("button", name="whole range").click()
    tab.wait_for_function(f"() => ({MAP})().x[0] < -1.9 && ({FINE})()")
    expect(tab.get_by_role("button", name="whole range")).to_be_hidden()


def choose_and_save(tab, tmp_path):
    """Menus choose what is shown, and a file holds it."""
    choose(tab, "colour", "rate (Hz)")
    choose(tab, "up", "v_th")
    address(tab, "layout=map:rate~stimulus.amplitude~model.v_th")
    tab.wait_for_function(f"() => ({MAP})().up == 'v_th'")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "map-amplitude-v_th.csv"
    download.value.save_as(tmp_path / "map.csv")
    lines = (tmp_path / "map.csv").read_text().splitlines()
    assert lines[0].startswith("amplitude,v_th,rate (Hz),latency (ms)") and len(lines) == 10_001


def test_a_hand_in_a_map(tab, tmp_path):
    page_way(tab)
    point_and_click(tab)
    draw_a_box(tab)
    choose_and_save(tab, tmp_path)
