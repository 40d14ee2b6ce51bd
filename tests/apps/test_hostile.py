"""Markup in every text that comes in: on the page it is text, and so it is in the page that is saved."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from snnlab.models import Experiment, model_of, neuron
from tests.apps.tabs import DEEP, WIDE, opened, painted, rested
from tests.apps.test_file import from_disk

IMAGE = "<img src=x onerror=window.hostile=1>"
SCRIPT = "<script>window.hostile=1</script>"
BOTH = f"{SCRIPT}{IMAGE}<!--<script>"
EQUATIONS = f"""name: Mine
title: {BOTH}
doc: {BOTH}
source: {BOTH}
I = 1 mV in 0 .. 40 "{BOTH}"
tau = 10 ms "{BOTH}"
dv/dt = (2 * I - v) / tau : mV "{BOTH}"
spike: v > 1 mV # {BOTH}
reset: v = 0 mV
"""
UNTOUCHED = f"""() => {{ {DEEP}
  const bad = [...deep(document)].filter(el => el.matches('img[onerror], svg[onload]') ||
    (el.tagName === 'SCRIPT' && el.textContent.startsWith('window.hostile')))
  return window.hostile === undefined && bad.length === 0
}}"""
SAID = f"""words => {{ {DEEP}
  return [...deep(document)].some(el => [...el.childNodes].some(one => one.nodeType === 3 && one.data.includes(words)))
}}"""


@pytest.fixture(scope="module")
def tab(shared_page, served):
    """A page whose address has markup in all that it may say."""
    experiment = Experiment.of(model_of(neuron(EQUATIONS))())
    told = "&".join(f"{name}={quote(BOTH)}" for name in ("file", "theme", "pin", "layout"))
    found = shared_page(f"{served.url}/apps?page=neuron&{experiment.to_query()}&{told}", **WIDE)
    found.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    opened(found, 3)
    return found


def untouched(tab):
    assert tab.evaluate(UNTOUCHED)


def test_an_address_with_markup_is_shown_as_text(tab):
    tab.wait_for_function(SAID, arg=SCRIPT)
    expect(tab.get_by_role("alert").filter(has_text="<script>").first).to_be_visible()
    untouched(tab)


def test_a_saved_page_with_markup_is_text_too(tab, page, tmp_path):
    tab.get_by_text("Export", exact=True).click()
    with tab.expect_download() as download:
        tab.get_by_role("button", name=re.compile("^HTML")).click()
    path = tmp_path / "saved.html"
    download.value.save_as(path)
    untouched(tab)
    saved = from_disk(page, path)
    painted(saved, 2)
    assert saved.evaluate(UNTOUCHED) and saved.evaluate(SAID, arg=SCRIPT)


def test_files_with_markup_in_names_and_content_are_told_as_text(tab):
    field = tab.get_by_label(re.compile("^Open an experiment"))
    for name, content in (
        (f"{IMAGE}.csv", f"time (ms),{IMAGE} (pA)\n0,1\n1,{SCRIPT}\n"),
        (f"{SCRIPT.replace('/', '')}.json", f'{{"schema": "{IMAGE}"}}'),
    ):
        field.set_input_files({"name": name, "mimeType": "text/plain", "buffer": content.encode()})
        tab.get_by_role("alert").filter(has_text="is not opened").filter(has_text=IMAGE).wait_for()
        untouched(tab)
    with_name = {"name": f"{IMAGE}.csv", "mimeType": "text/csv", "buffer": b"time (ms),current (pA)\n0,1\n50,1\n"}
    rests = int(tab.evaluate("document.documentElement.dataset.rests"))
    field.set_input_files(with_name)
    rested(tab, rests)
    tab.wait_for_function("() => location.search.includes('file=')")
    untouched(tab)
