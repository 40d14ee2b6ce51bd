"""A short walk in another browser: its engine has the same bits, and its pages take the short way."""

import shutil

import pytest

from tests.apps.firefox import Firefox
from tests.apps.tabs import DEEP, FRAMES, PAINTED, RESTS
from tests.apps.test_here import WAY, same_as_the_server

FOCUS = """() => {{ {deep}
  const found = [...deep(document)].find(one => one.type === 'range' && one.ariaLabel?.startsWith('{label}'))
  found?.focus()
  return Boolean(found)
}}"""
ARROW_RIGHT = "\ue014"  # as the protocol calls it
PAGES = {"page=neuron": 4, "page=izhikevich": 20, "page=encoders": 8, "page=plasticity": 3, "page=networks": 4}


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    browser = Firefox(shutil.which("firefox-esr") or shutil.which("firefox"), tmp_path_factory.mktemp("profile"))
    browser.resize(1280, 800)
    yield browser
    browser.close()


pytestmark = [pytest.mark.browser, pytest.mark.firefox, pytest.mark.nightly]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_painted(firefox, served, address):
    firefox.goto(f"{served.url}/apps?{address}")
    firefox.wait(f"() => ({PAINTED})({PAGES[address]})")
    assert firefox.errors == []


@pytest.mark.parametrize(
    "preset, label", [("lif-step", "amplitude"), ("adex-2008-a", "a ·"), ("izhikevich-2004-M", "period")]
)
def test_a_slider_takes_the_short_way(firefox, served, preset, label):
    firefox.goto(f"{served.url}/apps?preset={preset}")
    firefox.wait(f"() => ({PAINTED})(3)")
    firefox.wait(f"() => ({WAY})() === 'page'")
    before = firefox.wait(f"() => {RESTS}")
    assert firefox.evaluate(FOCUS.format(deep=DEEP, label=label))
    firefox.press(ARROW_RIGHT, times=4)
    firefox.wait(f"() => {RESTS} > {before}")
    firefox.evaluate(FRAMES)
    assert firefox.evaluate(f"({WAY})") == "page"
    same_as_the_server(firefox)
    assert firefox.errors == []
