"""Equations that are typed into the page: what is wrong stands there, what is right runs in the page."""

import pytest

from tests.apps.tabs import WIDE, changed, opened, slider
from tests.apps.test_here import page_way, same_as_the_server


@pytest.fixture(scope="module")
def tab(shared_page, served):
    found = shared_page(served.explorer, **WIDE)
    opened(found, 4)
    found.get_by_text("Type your own equations").click()
    return found


def test_typed_equations_run_in_the_page(tab):
    field = tab.get_by_label("equations of a neuron")
    right = field.input_value()
    field.fill(right.replace("- w + I", "- q + I"))
    tab.get_by_role("button", name="Run these equations").click()
    tab.get_by_role("alert").filter(has_text="line 2: 'q' is not known").wait_for()
    assert field.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)") == "q"
    field.fill(right)
    with changed(tab):
        field.press("Control+Enter")
    tab.wait_for_function("() => location.search.includes('neuron=Mine')")
    page_way(tab)
    with changed(tab):
        slider(tab, "b").press("ArrowRight")
    same_as_the_server(tab)
    tab.reload()
    opened(tab, 4)
    assert tab.get_by_label("equations of a neuron").input_value() == right
