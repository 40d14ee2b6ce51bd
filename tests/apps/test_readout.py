"""The page of the readout in a Chromium: a hand turns the gain, and it learns while one looks."""

import pytest

from tests.apps.tabs import WIDE, address, changed, choose, numbers, opened, slider
from tests.apps.test_here import page_way, same_as_the_server

# The readout while it learns, at the step that is shown.
LEARNING = """() => {
  const label = "readout"
  const plot = [...Bokeh.documents[0].all_models].find(one => one.type == "Plot" && one.left?.[0]?.axis_label == label)
  return Array.from(plot?.renderers[1].data_source.data.y ?? [])
}"""


@pytest.fixture(scope="module")
def tab(served, shared_page):
    found = shared_page(f"{served.url}/apps?page=readout&layout=tuning,numbers", **WIDE)
    opened(found, 5)
    return found


def test_it_learns_while_one_looks(tab):
    tab.wait_for_function(f"() => ({LEARNING})().length")
    step = tab.get_by_role("slider", name="Step of Learning the rate and the readout")
    step.press("Home")
    first = tab.evaluate(LEARNING)
    step.press("End")
    tab.get_by_text("step 40: ").first.wait_for()
    assert tab.evaluate(LEARNING) != first and len(first) == 2000


def test_the_page_counts_and_reads_as_the_server_does(tab):
    page_way(tab)
    before = numbers(tab)["Mean rate of a neuron"]
    for label in ("gain", "r_0"):
        with changed(tab):
            slider(tab, label).first.press("ArrowRight")
        same_as_the_server(tab)
    assert numbers(tab)["Mean rate of a neuron"] > before
    address(tab, "gain=", "target=")


def test_another_preset_is_another_signal(tab):
    with changed(tab):
        choose(tab, "preset", "Too quiet: neurons are silent")
    address(tab, "preset=readout-quiet")
    assert numbers(tab)["Silent neurons"] > 20
