"""The entrance: where a visitor arrives, and finds the way from."""

from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

from snnlab.workbench.entrance import QUESTIONS
from tests.apps.tabs import (
    DEEP,
    EXPLORER_PLOTS,
    WIDE,
    address,
    changed,
    enter,
    field,
    numbers,
    opened,
    painted,
    pictures,
    slider,
)

CARDS = f"() => {{ {DEEP} return [...document.querySelectorAll('article canvas')].map(hash) }}"


@pytest.fixture(scope="module")
def tab(served, shared_page):
    """The root leads there."""
    tab = shared_page(served.url, **WIDE)
    painted(tab, len(QUESTIONS))
    assert tab.url.partition("?")[0] == f"{served.url}/apps"
    return tab


def test_a_knob_moves_its_picture_alone(tab):
    before = tab.evaluate(CARDS)
    slider(tab, "τ_mem").press("PageUp")
    pictures(tab)
    after = tab.evaluate(CARDS)
    assert [one != other for one, other in zip(before, after, strict=True)] == [k == 1 for k in range(len(QUESTIONS))]
    number = tab.get_by_role("textbox", name="τ_mem · membrane time constant")
    number.fill("-1")
    number.press("Enter")
    tab.get_by_text("tau_mem = -1 is not allowed: give a number from").wait_for()
    assert tab.evaluate(CARDS) == after


def test_a_search_finds_by_every_word_and_opens_by_keys(tab):
    box = tab.get_by_role("searchbox")
    box.fill("xyzzy")
    tab.get_by_text("Nothing found").wait_for()
    box.fill("synapse learn")
    expect(tab.locator("#found a").first).to_contain_text("How does a synapse learn?")
    box.fill("resonator 2003-no")
    expect(tab.locator("#found a")).to_have_count(0)
    box.fill("AdEx bursting")
    expect(tab.locator("#found a").first).to_contain_text("Regular bursting, AdEx")
    box.press("ArrowDown")
    expect(tab.locator("#found a").first).to_be_focused()
    tab.keyboard.press("Escape")
    expect(box).to_be_focused()
    expect(tab.locator("#found a")).to_have_count(0)


def test_hints_are_put_away_for_good(tab):
    hints = tab.get_by_role("region", name="The way around")
    expect(hints.get_by_role("listitem")).to_have_count(3)
    hints.get_by_role("button", name="Put away").click()
    expect(hints).to_be_hidden()
    tab.reload()
    painted(tab, len(QUESTIONS))
    expect(hints).to_be_hidden()


def test_a_question_opens_with_its_knob_where_a_hand_left_it(tab):
    painted(tab, len(QUESTIONS))
    entered = tab.get_by_role("textbox", name="V_r · reset potential")
    entered.fill("-52")
    entered.press("Enter")
    tab.get_by_role("link", name="Why do neurons burst?").click()
    opened(tab, EXPLORER_PLOTS)
    assert field(tab, "V_r").input_value() == "-52"
    assert "V_r=-52" in tab.url
    assert numbers(tab)["Spike count"] > 0
    tab.get_by_role("link", name="Start", exact=True).click()
    painted(tab, len(QUESTIONS))


def test_work_is_kept_in_the_browser_until_it_is_cleared(tab, served):
    work = tab.get_by_role("region", name="Your work in this browser")
    tab.evaluate("localStorage.removeItem('snnlab-work')")
    tab.goto(f"{served.explorer}&preset=adex-2008-d")
    opened(tab, EXPLORER_PLOTS)
    tab.goto(served.url)
    expect(work).to_be_hidden()
    tab.goto(f"{served.explorer}&preset=adex-2008-d")
    opened(tab, EXPLORER_PLOTS)
    for value in ("50", "40"):
        with changed(tab):
            enter(tab, "b", value)
    address(tab, "b=40")
    shown = tab.url.partition("?")[2]
    tab.goto(served.url)
    expect(work.get_by_role("listitem")).to_have_count(1)
    link = work.get_by_role("link", name="AdEx: Regular bursting, changed")
    assert sorted(parse_qsl(link.get_attribute("href")[1:])) == sorted(parse_qsl(shown))
    link.click()
    opened(tab, EXPLORER_PLOTS)
    assert field(tab, "b").input_value() == "40"
    tab.go_back()
    work.get_by_role("button", name="Clear").click()
    expect(work).to_be_hidden()
    tab.reload()
    expect(work).to_be_hidden()
