"""The pages of operations on spikes and of compartments: clicks on lines, values under the pointer, runs in a page."""

import pytest

from tests.apps.tabs import DEEP, WIDE, address, changed, choose, enter, numbers, opened, slider
from tests.apps.test_access import faults
from tests.apps.test_drawn import FRAME
from tests.apps.test_here import page_way, same_as_the_server

LINES = FRAME.replace(".I", ".raster")
FIELDS = f"""() => {{ {DEEP}
  const named = name => [...deep(document)].find(el => el.ariaLabel == name)
  return ["A", "B"].map(line => named(`Spikes on ${{line}}, times in ms`).value)
}}"""
READOUT = f"""() => {{ {DEEP}
  return [...deep(document)].filter(el => el.matches(".readout")).map(el => el.textContent).join(" ")
}}"""
OF = """key => {
  const plot = [...Bokeh.documents[0].all_models].find(one => one.name?.endsWith(`.${key}`))
  return [plot.title.text, plot.y_range.start, plot.y_range.end]
}"""
SET = [["20, 63, 100, 150, 153", "24, 60, 120, 150"], 5, 4]


@pytest.fixture(scope="module")
def logic(served, shared_page):
    tab = shared_page(f"{served.url}/apps?page=logic", **WIDE)
    opened(tab, 3)
    page_way(tab)
    return tab


def place(tab, time, line):
    """Where a time of 200 ms and a line are in the page."""
    left, top, width, height = tab.evaluate(LINES)
    return left + width * time / 200, top + height * (line + 0.5) / 2


def test_a_press_sets_a_spike_and_a_press_on_it_takes_it_away(logic):
    assert logic.evaluate(FIELDS) == SET[0]
    x, y = place(logic, 180, 0)
    with changed(logic):
        logic.mouse.move(x, y)
        logic.mouse.down()
        live = logic.evaluate(FIELDS)
        logic.mouse.up()
    (*old, new), same = live[0].split(", "), live[1]
    assert (old, same) == (SET[0][0].split(", "), SET[0][1])
    assert float(new) == pytest.approx(180, abs=0.3)
    assert numbers(logic)["Spikes on A"] == 6
    address(logic, f"{new},0")
    with changed(logic):
        logic.mouse.click(x, y)
    assert logic.evaluate(FIELDS) == SET[0]
    assert (numbers(logic)["Spikes on A"], numbers(logic)["Spikes on B"]) == (5, 4)


def test_a_drag_moves_a_spike_while_all_lines_answer(logic):
    page_way(logic)
    before = numbers(logic)["Pulses of and"]
    with changed(logic):
        logic.mouse.move(*place(logic, 120, 1))
        logic.mouse.down()
        logic.mouse.move(*place(logic, 110, 1))
        logic.mouse.move(*place(logic, 101, 1))
        logic.mouse.up()
    assert numbers(logic)["Pulses of and"] == before + 1
    same_as_the_server(logic)
    with changed(logic):
        logic.get_by_role("button", name="Undo").click()
    assert logic.evaluate(FIELDS) == SET[0]


def test_times_may_be_typed_and_what_is_none_says_so(logic):
    box = logic.get_by_role("textbox", name="Spikes on B, times in ms")
    with changed(logic):
        box.fill("30; 31.5 90")
        box.press("Enter")
    assert logic.evaluate(FIELDS)[1] == "30, 31.5, 90"
    box.fill("30, soon")
    box.press("Enter")
    logic.get_by_text("times are numbers with commas between: 'soon' is none").wait_for()
    assert numbers(logic)["Spikes on B"] == 3
    assert faults(logic) == []


def test_what_is_under_the_pointer_is_read_on_every_line(logic):
    with changed(logic):
        choose(logic, "preset", "Two clocks")
    left, top, width, height = logic.evaluate(LINES.replace(".raster", ".lines"))
    logic.mouse.move(left + width * 112 / 200, top + height / 2)
    logic.wait_for_function(f"() => ({READOUT})().includes('A 1, B 1, and 1, or 1, xor 0, C 1, rise 0')")


def test_a_knob_moves_the_lines_in_the_page(logic):
    page_way(logic)
    with changed(logic):
        slider(logic, "w").press("ArrowRight")
    same_as_the_server(logic)


def test_compartments_answer_in_the_page_and_the_server_agrees(served, page):
    tab = page(f"{served.url}/apps?page=compartments", **WIDE)
    opened(tab, 4)
    assert numbers(tab)["Compartments that spiked"] == 20
    page_way(tab)
    with changed(tab):
        enter(tab, "g_c", "0.1")
    assert numbers(tab)["Compartments that spiked"] == 3
    same_as_the_server(tab)
    title, first, last = tab.evaluate(OF, "heat")
    assert title.startswith("Potential, dark to bright: −")
    assert (first, last) == (20.5, 0.5), "the first compartment is on top, as the lines below have it"
    tab.get_by_text("20 compartments in a chain; the current enters compartment 1").wait_for()
    with changed(tab):
        choose(tab, "shape of the tree", "fork")
    tab.get_by_text("20 compartments in a fork").wait_for()
    with changed(tab):
        tab.locator("circle[data-value='4']").click()
    tab.get_by_text("20 compartments in a fork; the current enters compartment 4").wait_for()
    same_as_the_server(tab)
    assert faults(tab) == []
