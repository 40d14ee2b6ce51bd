"""The page of networks in a Chromium without a network: it runs by hand, and a click in the plane moves it."""

import re

import pytest

from tests.apps.tabs import DEEP, WIDE, address, changed, choose, chosen, enter, numbers, opened, pictures, slider
from tests.apps.test_here import page_way

# The plot of the plane: its box in the page, and where its point is.
PLANE = f"""() => {{ {DEEP}
  const label = "g, inhibition over excitation"
  const plot = [...Bokeh.documents[0].all_models].find(one => one.type == "Plot" && one.below?.[0]?.axis_label == label)
  const view = plot && Bokeh.index.find_one(plot)
  if (!view || !plot.renderers[0].data_source.data.image.length) return null
  const box = view.canvas_view.el.getBoundingClientRect()
  const at = (x, y) => [box.x + view.frame.x_scale.compute(x), box.y + view.frame.y_scale.compute(y)]
  const {{x, y}} = plot.renderers.at(-1).data_source.data
  return {{here: [x[0], y[0]], to: at(6, 3)}}
}}"""


LATEST = """() => {
  const raster = [...Bokeh.documents[0].all_models].find(one => one.type == "Plot" && one.name?.endsWith(".raster"))
  return Math.max(...raster.renderers[0].data_source.data.t)
}"""


@pytest.fixture(scope="module")
def tab(served, shared_page):
    found = shared_page(f"{served.url}/apps?page=networks", **WIDE)
    opened(found, 4)
    found.wait_for_function(f"() => ({PLANE})()")
    return found


def test_a_network_runs_in_the_page(tab):
    before, measured = pictures(tab), numbers(tab)
    assert measured["Mean rate of a neuron"] == pytest.approx(10, abs=2) and measured["Strongest rhythm"] < 40
    page_way(tab)
    with changed(tab):
        slider(tab, "η").press("ArrowRight")
    assert tab.get_by_text("in this page").count() == 1
    after = pictures(tab)
    assert sum(one != other for one, other in zip(before, after, strict=True)) >= 3, (before, after)
    address(tab, "eta=0.9")
    with changed(tab):
        tab.get_by_role("button", name="Undo").click()
    assert chosen(tab, "preset").startswith("Slow waves")


def test_a_click_in_the_plane_moves_the_network(tab):
    found = tab.evaluate(PLANE)
    assert found["here"] == [4.5, 0.9]
    with changed(tab):
        tab.mouse.click(*found["to"])
    g, eta = tab.evaluate(PLANE)["here"]
    assert g == pytest.approx(6, abs=0.05) and eta == pytest.approx(3, abs=0.05)
    address(tab, f"g={g:g}", f"eta={eta:g}")
    assert numbers(tab)["Mean rate of a neuron"] > 30
    assert tab.get_by_text(re.compile(r"Hz by mean field, [\d.]+ Hz here")).count() == 1


def test_a_long_run_says_how_far_it_is_and_can_be_stopped(tab):
    with changed(tab):
        tab.get_by_text("Run: duration").first.click()
        enter(tab, "duration", "10000")
        tab.get_by_text(re.compile(r"computing … \d+%")).wait_for()
        tab.wait_for_function(f"() => 200 < ({LATEST})()")  # in ms: the raster grows, and did not go so far before
        tab.get_by_role("button", name="Stop", exact=True).click()
        tab.get_by_text("stopped: what is shown is the run before").wait_for()
        enter(tab, "duration", "200")
    tab.get_by_role("button", name="Stop", exact=True).wait_for(state="hidden")
    assert tab.get_by_text("2,000 steps × 1,000 neurons").count() == 1


def test_weights_of_a_neuron_whose_inputs_learn(tab):
    with changed(tab):
        choose(tab, "network", "A neuron whose inputs learn (STDP)")
    address(tab, "song-2001-correlated")
    found = numbers(tab)
    assert found["Mean weight, correlated"] > found["Mean weight, others"] + 0.15
    assert tab.get_by_text("Power of the rate").locator("visible=true").count() == 0, "of a single neuron"
    assert tab.locator(".pane").locator("visible=true").first.bounding_box()["width"] > 300, "beside the plots is room"
    choose(tab, "whose weights", "correlated inputs")
    tab.get_by_text("40 inputs; dotted: at the beginning").wait_for()
    with changed(tab):
        slider(tab, "rate").press("ArrowRight")
    assert tab.get_by_text("40 inputs; dotted: at the beginning").count() == 1
