"""Pages that everybody can use: by keys, by ear, in their own light, large at a wall."""

import re
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from snnlab.workbench.pages import PAGES
from tests.apps.tabs import DEEP, EXPLORER_PLOTS, FRAMES, WIDE, changed, choose, enter, field, opened, painted, slider

# Unfold all that can be, and say whether it is: what unfolds may bring more.
UNFOLDED = f"""() => {{ {DEEP}
  const kinds = '.folds button[aria-expanded=false], details:not([open])';
  const folded = [...deep(document)].filter(el => el.matches(kinds));
  for (const el of folded) if (el.tagName === 'DETAILS') el.open = true; else el.click();
  return !folded.length;
}}"""
HEADINGS = f"""() => {{ {DEEP}
  return [...deep(document)].filter(el => el.matches('h1, h2, h3, h4')).map(el => Number(el.tagName[1]));
}}"""
PLOTS = (
    f"""() => {{ {DEEP} return [...deep(document)].filter(el => el.matches('.bk-events')).map(el => el.ariaLabel) }}"""
)
DARK = "document.documentElement.classList.contains('dark')"
LARGE = """() => {
  const plot = [...Bokeh.documents[0].all_models].find(one => one.name?.endsWith('.v') && 'toolbar' in one.properties);
  return [plot.left[0].major_label_text_font_size, plot.renderers[0].glyph.line_width.value];
}"""
SHOWN = {
    "entrance": 8,
    "neuron": EXPLORER_PLOTS,
    "izhikevich": 25,
    "encoders": 8,
    "plasticity": 3,
    "map": EXPLORER_PLOTS,
    "networks": 4,
    "logic": 3,
    "compartments": 4,
    "surrogates": 3,
    "readout": 5,
}
BY_DAY = {"entrance", "neuron"}  # all others are made of what these have


def faults(tab):
    """What axe-core finds that keeps people out."""
    found = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (one["id"], node["html"]) for one in found if one["impact"] in ("critical", "serious") for node in one["nodes"]
    ]


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[] if one in BY_DAY else [pytest.mark.nightly]) for one in PAGES]
)
def test_nothing_keeps_people_out(served, page, name):
    tab = page(f"{served.url}/apps?page={name}", **WIDE)
    painted(tab, SHOWN[name])
    tab.wait_for_function(UNFOLDED, polling=300)
    assert faults(tab) == []
    tab.get_by_role("button", name="Toggle theme").click()
    assert faults(tab) == []
    levels = tab.evaluate(HEADINGS)
    assert levels.count(1) == 1
    assert all(later - one <= 1 for one, later in pairwise(levels)), levels


@pytest.fixture(scope="module")
def explorer(served, shared_page):
    tab = shared_page(f"{served.url}/apps?page=neuron", alone=True, **WIDE, color_scheme="dark")
    opened(tab, EXPLORER_PLOTS)
    return tab


def test_plots_say_what_they_show_now(explorer):
    label = "Membrane potential: v (1) over time (ms) from 0 to 100, between 0.03 and 1, {} marks."
    explorer.wait_for_function(f"label => ({PLOTS})().includes(label)", arg=label.format(9))
    start = "f-I curve: rate (Hz) over I from 0 to 4"
    explorer.wait_for_function(f"start => ({PLOTS})().some(one => one?.startsWith(start))", arg=start)
    explorer.wait_for_function(f"() => ({PLOTS})().every(Boolean)")
    with changed(explorer):
        enter(explorer, "τ_mem", "20")
    explorer.wait_for_function(
        f"label => ({PLOTS})().some(one => label.test(one))".replace("label.test", "/, 4 marks.$/.test")
    )


def test_sliders_speak_values_with_units(explorer):
    expect(slider(explorer, "τ_syn")).to_have_attribute("aria-valuetext", "5 ms")
    assert re.search("number", field(explorer, "τ_syn").get_attribute("aria-label"))


def test_light_follows_the_system_until_it_is_chosen(explorer):
    assert explorer.evaluate(DARK)
    explorer.emulate_media(color_scheme="light")
    explorer.wait_for_function(f"!{DARK}")
    explorer.emulate_media(color_scheme="dark")
    explorer.wait_for_function(DARK)
    explorer.get_by_role("button", name="Toggle theme").click()
    for scheme in ("light", "dark"):
        explorer.emulate_media(color_scheme=scheme)
        explorer.evaluate(FRAMES)  # in which a page hears of it
        assert not explorer.evaluate(DARK), "what is chosen stays"


def test_at_a_wall_type_and_lines_are_larger_and_the_drawer_is_closed(explorer):
    size, width = explorer.evaluate(LARGE)
    button = explorer.get_by_role("button", name="Projector")
    button.click()
    expect(explorer.get_by_role("complementary", name="Controls")).to_be_hidden()
    assert explorer.evaluate(LARGE) == [f"{1.3 * float(size[:-2])}px", 1.8 * width]
    explorer.get_by_role("button", name="Open drawer").click()
    with changed(explorer):  # plots that come later are as large
        choose(explorer, "neuron", "AdEx")
    assert explorer.evaluate(LARGE) == [f"{1.3 * float(size[:-2])}px", 1.8 * width]
    button.click()
    assert explorer.evaluate(LARGE) == [size, width]
