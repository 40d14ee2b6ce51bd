"""What stands beside a run in its plots: levels, the run before, pinned runs, marks, values under the pointer."""

import math

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.apps.tabs import DEEP, WIDE, address, changed, enter, opened, slider
from tests.apps.test_here import PLOTS, page_way

SPIKE = "neuron=LIF&v=2&s=SpikeTrain&s.rate=5&s.weight=0.3&r.duration=120"
# What is drawn beside the run: columns of the renderers that have a name, by plot and name.
BESIDE = """() => {
  const found = {}, plots = [...Bokeh.documents[0].all_models].filter(one => /^explorer\\d+-\\d+\\./.test(one.name))
  const list = one => one?.map || ArrayBuffer.isView(one) ? Array.from(one, list) : one
  for (const {name, renderers} of plots) {
    found[name.split(".")[1]] = Object.fromEntries(renderers.filter(one => one.name).map(one => [
      one.name, Object.fromEntries(Object.entries(one.data_source.data).map(([key, column]) => [key, list(column)]))]))
  }
  return found
}"""
READOUTS = f"""() => {{ {DEEP}
  return [...deep(document)].filter(el => el.matches('.readout')).map(el => el.textContent).filter(Boolean)
}}"""
# A key at a slider, and what is drawn then in the very same task: no server has been asked.
AT_ONCE = """async slider => {
  slider.focus()
  slider.value = Number(slider.value) + Number(slider.step)
  slider.dispatchEvent(new Event("input", {bubbles: true, composed: true}))
  await Promise.resolve()
  return [BESIDE(), PLOTS()]
}""".replace("BESIDE", f"({BESIDE})").replace("PLOTS", f"({PLOTS})")


@pytest.fixture(scope="module")
def tab(shared_page, served):
    found = shared_page(f"{served.url}/apps?page=neuron&preset=lif-constant", **WIDE)
    opened(found, 4)
    page_way(found)
    return found


def test_levels_follow_a_slider_at_once(tab):
    words = tab.evaluate(BESIDE)["v"]["words"]
    assert dict(zip(words["words"], words["y"])) == {"threshold": 1, "reset": 0, "rest": 0}
    beside, plots = slider(tab, "v_th").evaluate(AT_ONCE)
    words, (threshold, *_) = beside["v"]["words"], beside["v"]["levels"]["ys"]
    assert threshold[0] == threshold[-1] == words["y"][0] > 1
    assert max(plots["v"]["data"][0]["y"]) == pytest.approx(threshold[0], rel=0.02), "where it spikes"
    assert len(set(words["dx"][1:])) == 2, "words at one height stand side by side"


def test_the_run_before_a_gesture_stays_pale(tab):
    before = tab.evaluate(PLOTS)["v"]["data"][0]
    knob = slider(tab, "τ_mem")
    box = knob.bounding_box()
    across = [box["x"] + share * box["width"] for share in (0.5, 0.55, 0.6)]
    tab.mouse.move(across[0], box["y"] + box["height"] / 2)
    tab.mouse.down()
    for x in across[1:]:
        tab.mouse.move(x, box["y"] + box["height"] / 2)
    ghost = tab.evaluate(BESIDE)["v"]["others"]
    assert ghost["ys"] == [before["y"]] and ghost["alpha"][0] < 0.5
    with changed(tab):
        tab.mouse.up()
    assert tab.evaluate(BESIDE)["v"]["others"]["ys"] == [before["y"]], "until the next one"
    between = tab.evaluate(PLOTS)["v"]["data"][0]
    with changed(tab):
        enter(tab, "τ_mem", "25")
    assert tab.evaluate(BESIDE)["v"]["others"]["ys"] == [between["y"]]
    tab.get_by_label("run before").uncheck()
    tab.wait_for_function(f"() => ({BESIDE})().v.others.ys.length == 0")
    tab.get_by_label("run before").check()


def test_values_under_the_pointer_are_read_in_all_plots(tab):
    with changed(tab):
        slider(tab, "τ_mem").press("ArrowRight")  # so that there is a run before
    canvas = tab.locator("canvas").first.bounding_box()
    tab.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    tab.wait_for_function(f"() => ({READOUTS})().length == 3")
    v, i, current = tab.evaluate(READOUTS)
    time, _, value = v.partition(" ms · v = ")
    data = tab.evaluate(PLOTS)["v"]["data"][0]
    at = np.abs(np.array(data["t"]) - float(time)).argmin()
    assert float(value) == pytest.approx(data["y"][at], abs=0.02) and 40 < float(time) < 60
    assert (i, current) == ("i = 0.000", "I = 1.500")
    tab.mouse.move(5, 5)
    tab.wait_for_function(f"() => ({READOUTS})().join() == 'pale: the run before'")


def test_pinned_runs_come_back_by_their_link(tab):
    tab.get_by_role("button", name="Pin this run").click()
    rows = tab.get_by_role("list", name="Pinned runs").get_by_role("listitem")
    expect(rows).to_have_count(2)
    pinned = tab.evaluate(PLOTS)["v"]["data"][0]["y"]
    tab.wait_for_function(f"() => ({BESIDE})().v.others?.color.includes('#0072b2')")
    with changed(tab):
        enter(tab, "amplitude", "2")
    address(tab, "pin=", "amplitude=2")
    expect(rows).to_contain_text(["amplitude A 2", "amplitude A 1.5"])
    tab.reload()
    opened(tab, 4)
    expect(rows).to_contain_text(["amplitude A 2", "amplitude A 1.5"])
    tab.wait_for_function(f"() => ({BESIDE})().v.others?.color.includes('#0072b2')")
    others = tab.evaluate(BESIDE)["v"]["others"]
    assert others["ys"] == [pytest.approx(pinned)], "to the digits of the address"
    expect(tab.get_by_role("columnheader", name="A", exact=True)).to_be_visible()
    tab.get_by_role("button", name="Remove pinned run A").click()
    expect(rows).to_have_count(0)
    tab.wait_for_function("() => !location.search.includes('pin=')")


def marks(tab, url):
    tab.goto(url)
    opened(tab, 3)
    tab.wait_for_function(f"() => ({BESIDE})().v.marks")
    found = tab.evaluate(BESIDE)["v"]
    return found["marks"], found["words"]["words"][-1], tab.evaluate(PLOTS)["v"]


def test_a_response_is_marked_where_closed_forms_have_it(tab, served):
    """A spike of weight w gives w tau_s / (tau_m - tau_s) (exp(-t / tau_m) - exp(-t / tau_s)), whose peak is at tau_m
    tau_s / (tau_m - tau_s) ln(tau_m / tau_s); here with tau_m = 10 and tau_s = 5 ms."""
    found, words, plot = marks(tab, f"{served.url}/apps?page=neuron&{SPIKE}")
    after = 10 * math.log(2)
    peak = 0.3 * (math.exp(-after / 10) - math.exp(-after / 5))
    assert found["x"][0] - after == pytest.approx(10, abs=0.3), "steps of 0.1 ms, the spike at 10 ms"
    assert found["y"][0] == pytest.approx(peak, rel=0.02) and words.startswith(f"peak {found['y'][0]:.4f} at 6.")
    assert np.ptp(plot["data"][0]["y"]) > 0.5 * np.ptp(plot["frame"])
    step = "neuron=LIF&v=2&tau_mem=12&s=Step&s.amplitude=0.5&s.onset=20&s.length=150&r.duration=220"
    found, words, _ = marks(tab, f"{served.url}/apps?page=neuron&{step}")
    assert found["x"][0] == pytest.approx(20 + 12, abs=0.1), "of a step"
    assert found["y"][0] == pytest.approx(0.5 * (1 - math.exp(-1)), rel=1e-4)
    assert words == f"63 % at {found['x'][0] - 20:.1f} ms"
