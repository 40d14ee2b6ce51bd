"""What firing looks like, on the page: one sentence, and its reasons behind "why"."""

import re

import pytest
from playwright.sync_api import expect

from tests.apps.tabs import DEEP, EXPLORER_PLOTS, changed, choose, opened, slider

OPEN = f"""() => {{ {DEEP}
  return [...deep(document)].filter(el => el.tagName === 'DETAILS' && el.innerText.startsWith('why')).map(el => el.open)
}}"""


@pytest.fixture
def explorer(served, page):
    tab = page(served.explorer, viewport={"width": 1280, "height": 900})
    opened(tab, EXPLORER_PLOTS)
    return tab


def test_reasons_stay_unfolded_while_a_slider_moves(explorer):
    """And folded once they are folded."""
    said = explorer.get_by_text(re.compile(r"Fires regularly: intervals of [\d.]+ ms"))
    reason = explorer.get_by_text("the current: a step of +1.5 from 0 to 100 ms")
    said.wait_for()
    before = said.inner_text()
    assert before == "Looks like tonic spiking. Fires regularly: intervals of 11 ms, all equal."
    assert not reason.is_visible()
    explorer.get_by_text("why", exact=True).click()
    reason.wait_for()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        with changed(explorer):
            slider(explorer, "τ_mem").press(key)
        expect(said).not_to_have_text(before)
        before = said.inner_text()
        assert explorer.evaluate(OPEN) == [True]
    explorer.get_by_text("why", exact=True).press("Enter")
    with changed(explorer):
        slider(explorer, "τ_mem").press("ArrowRight")
    expect(said).not_to_have_text(before)
    assert explorer.evaluate(OPEN) == [False]


def test_another_neuron_has_its_own_words(explorer):
    choose(explorer, "neuron", "AdEx")
    explorer.get_by_text("Looks like tonic spiking. Fires regularly: intervals of 9.89 ms, equal to 1 %.").wait_for()
    choose(explorer, "preset", "Regular bursting")
    explorer.get_by_text("Looks like tonic bursting, also called regular bursting.").wait_for()
    choose(explorer, "neuron", "Leaky integrator")
    explorer.get_by_text("Highest potential").wait_for()
    assert explorer.evaluate(OPEN) == []
