"""Synapses in a Chromium: the window follows a hand at once, protocols when it rests."""

import pytest
from playwright.sync_api import expect

from tests.apps.tabs import WIDE, address, choose, opened, rested, slider

DOTS = """() => {
  const [plot] = [...Bokeh.documents[0].all_models].filter(one => /^curve\\./.test(one.name ?? ""))
  return Array.from(plot.renderers.find(one => one.name == "marks").data_source.data.x)
}"""


@pytest.fixture(scope="module")
def tab(served, shared_page):
    page = shared_page(f"{served.url}/apps?page=plasticity&preset=stdp-hebbian", **WIDE)
    opened(page, 4)
    return page


def test_dots_of_the_window_follow_a_hand_before_the_server_has_heard_of_it(tab):
    assert tab.evaluate(DOTS) == [10]
    slider(tab, "Δ").press("ArrowRight")
    assert tab.evaluate(DOTS) == [11]
    address(tab, "s.delta=11")
    rested(tab)
    assert tab.evaluate(DOTS) == [11]


def test_a_protocol_is_chosen_and_stays_in_the_address(tab):
    expect(tab.get_by_text("60 pairs at 10 Hz")).to_be_visible()
    choose(tab, "protocol", "post-pre-post")
    expect(tab.get_by_text("Δw by 60 triplets at 1 Hz")).to_be_visible()
    address(tab, "layout=protocols:post-pre-post")


def test_a_synapse_that_tires_has_its_steady_state_instead(tab):
    choose(tab, "plasticity rule", "Short-term plasticity")
    expect(tab.get_by_role("heading", name="Steady state")).to_be_visible()
    expect(tab.get_by_role("heading", name="Pairing protocols")).to_be_hidden()


def test_in_a_wide_window_panes_stand_beside_the_numbers(tab):
    """All of both within it."""
    tab.set_viewport_size({"width": 1920, "height": 1080})
    pane, table = tab.get_by_role("heading", name="Steady state"), tab.locator("table.numbers")
    tab.wait_for_function("() => innerWidth == 1920")
    left, right = pane.bounding_box(), table.bounding_box()
    assert left["x"] > 1000 and left["x"] + 300 < right["x"]
    assert right["x"] + right["width"] <= 1920
    tab.set_viewport_size(WIDE["viewport"])
