"""Surrogates and gradients in a Chromium: slopes follow a hand, a neuron learns while one looks."""

import pytest
from playwright.sync_api import expect

from tests.apps.tabs import WIDE, address, changed, choose, opened, slider

# The potential of the neuron that learns, its spikes so far over the steps, and the path over the landscape.
LEARNING = """() => {
  const all = [...Bokeh.documents[0].all_models]
  const labels = one => [one.below[0].axis_label, one.left[0].axis_label].join()
  const plot = axis => all.find(one => one.type == "Plot" && labels(one) == axis.join())
  const data = (axis, k) => plot(axis)?.renderers[k]?.data_source.data ?? {}
  return {
    v: Array.from(data(["time (ms)", "v"], 1).y ?? []),
    raster: (data(["time (ms)", "step"], 2).x ?? []).length,
    path: Array.from(data(["weight 1", "weight 2"], 1).x ?? []),
  }
}"""


@pytest.fixture(scope="module")
def shared(served, shared_page):
    return shared_page(f"{served.url}/apps?page=surrogates&layout=slopes,learning,landscape", **WIDE)


@pytest.fixture
def tab(shared):
    opened(shared, 3)
    return shared


def step_of(tab, name):
    return tab.get_by_role("slider", name=f"Step of {name}")


def test_a_neuron_learns_while_one_looks(tab):
    """It begins by itself; a button stops it, and a hand goes through its steps."""
    tab.wait_for_function(f"() => ({LEARNING})().path.length > 3")
    tab.get_by_role("button", name="Stop Loss landscape").click()
    tab.get_by_role("button", name="Back to the first step of Learning").click()
    first = tab.evaluate(LEARNING)
    assert len(first["v"]) == 200
    step_of(tab, "Learning to fire at given times").press("End")
    last = tab.evaluate(LEARNING)
    assert last["v"] != first["v"] and last["raster"] > first["raster"] + 100
    tab.get_by_text("step 100: loss").first.wait_for()
    step_of(tab, "Loss landscape").press("End")
    assert len(tab.evaluate(LEARNING)["path"]) == 101


def test_an_optimiser_and_its_rate_change_the_path(tab):
    step_of(tab, "Loss landscape").press("End")
    before = tab.evaluate(LEARNING)["path"]
    tab.get_by_role("combobox", name="optimiser").nth(1).select_option("Adam")
    address(tab, "landscape:Adam")
    tab.wait_for_function(f"before => ({LEARNING})().path.at(-1) != before", arg=before[-1])
    adam = tab.evaluate(LEARNING)["path"]
    assert adam[1] - adam[0] == pytest.approx(0.05, rel=0.01), "its first step is its rate"


def test_a_surrogate_is_chosen_and_sharpened(tab):
    with changed(tab):
        choose(tab, "surrogate", "Triangle")
    address(tab, "preset=surrogate-triangle")
    with changed(tab):
        slider(tab, "α").press("ArrowRight")
    address(tab, "alpha=")
    with changed(tab):
        choose(tab, "surrogate", "Logistic, random")
    expect(tab.get_by_role("heading", name="Loss landscape")).to_be_hidden()
    expect(tab.get_by_role("heading", name="All surrogates")).to_be_visible()
