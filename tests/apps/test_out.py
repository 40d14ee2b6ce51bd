"""Out of the tab, and back: undo and redo, the browser's history, exports, files that are dropped."""

import re

import pytest
from playwright.sync_api import expect

from tests.apps.tabs import (
    EXPLORER_PLOTS,
    WIDE,
    address,
    changed,
    choose,
    chosen,
    enter,
    field,
    numbers,
    opened,
    slider,
)


@pytest.fixture(scope="module")
def tab(shared_page, served):
    """One tab for all: each test says where it begins."""
    return shared_page("about:blank", **WIDE)


def begun(tab, served, query):
    tab.goto(f"{served.url}/apps?page=neuron&{query}")
    opened(tab, EXPLORER_PLOTS)
    return tab


def test_what_was_done_is_undone_and_redone(tab, served):
    begun(tab, served, "preset=lif-constant")
    stimulus = tab.get_by_role("combobox", name="stimulus")
    undo, redo = (tab.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
    expect(undo).to_be_disabled()
    before = numbers(tab)
    with changed(tab):
        enter(tab, "τ_mem", "20")
    address(tab, "tau_mem=20")
    with changed(tab):
        choose(tab, "stimulus", "ramp")
    address(tab, "s=Ramp")
    expect(redo).to_be_disabled()
    box = field(tab, "τ_mem")
    box.press("Control+z")  # of what is written there
    box.fill("20")
    assert chosen(tab, "stimulus") == "ramp"
    slider(tab, "τ_mem").focus()
    tab.keyboard.press("Control+z")
    expect(stimulus).to_have_value("constant")
    expect(field(tab, "τ_mem")).to_have_value("20")
    undo.click()
    address(tab, "?page=neuron&preset=lif-constant")
    expect(field(tab, "τ_mem")).to_have_value("10")
    assert numbers(tab) == before
    expect(undo).to_be_disabled()
    slider(tab, "τ_mem").focus()
    for _ in range(2):
        tab.keyboard.press("Control+y")
    expect(stimulus).to_have_value("ramp")
    expect(field(tab, "τ_mem")).to_have_value("20")
    expect(redo).to_be_disabled()


def test_one_knob_goes_back_to_what_its_preset_says(tab, served):
    begun(tab, served, "preset=lif-constant")
    reset = tab.get_by_role("button", name=re.compile("^Reset amplitude "))
    expect(reset).to_be_hidden()
    before = field(tab, "amplitude").input_value()
    for back in (reset.click, slider(tab, "amplitude").locator("xpath=..").locator("label").first.dblclick):
        with changed(tab):
            slider(tab, "amplitude").press("ArrowRight")
        reset.wait_for()
        with changed(tab):
            back()
        expect(reset).to_be_hidden()
        assert field(tab, "amplitude").input_value() == before
    address(tab, "?page=neuron&preset=lif-constant")


def test_back_and_forward_go_through_what_was_chosen(tab, served):
    begun(tab, served, "preset=lif-constant")
    tab.evaluate("window.same = true")
    with changed(tab):
        enter(tab, "τ_mem", "20")
    address(tab, "tau_mem=20")
    with changed(tab):
        choose(tab, "neuron", "Izhikevich")
    address(tab, "preset=izhikevich-2003-RS")
    with changed(tab):
        choose(tab, "stimulus", "ramp")
    address(tab, "s=Ramp")
    for wanted in ("preset=izhikevich-2003-RS", "tau_mem=20"):
        with changed(tab):
            tab.go_back()
        address(tab, wanted)
    assert (chosen(tab, "neuron"), field(tab, "τ_mem").input_value()) == ("LIF", "20")
    with changed(tab):
        tab.go_forward()
    assert chosen(tab, "neuron") == "Izhikevich" and tab.evaluate("window.same"), "nothing was loaded anew"
