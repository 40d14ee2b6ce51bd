"""A model over a recording in the page: a file, its sweeps by a click, and numbers that are grey while they are old."""

import re
from importlib.resources import files

from playwright.sync_api import expect

from snnlab.analysis import agreement
from snnlab.models import Experiment, Izhikevich, read
from tests.apps.tabs import DEEP, EXPLORER_PLOTS, WIDE, changed, opened, slider
from tests.apps.test_here import page_way

DATA = files("snnlab.models") / "data" / "17o05027_ic_ramp.abf"
TILES = f"""() => {{ {DEEP}
  const dl = [...deep(document)].find(el => el.tagName == 'DL');
  return Object.fromEntries([...dl.children].map(one => [one.children[0].textContent, one.children[1].textContent]));
}}"""
# How often the numbers have become grey, and whether they are.
WATCHED = f"""() => {{ {DEEP}
  const {{host}} = [...deep(document)].find(el => el.tagName == 'DL').getRootNode();
  window.grey = {{host, times: 0}};
  const watch = new MutationObserver(() => {{ if (host.matches('.waiting')) window.grey.times += 1 }});
  watch.observe(host, {{attributes: true}});
}}"""
GREY = "() => window.grey.times > 0 && !window.grey.host.matches('.waiting')"
READOUT = f"""() => {{ {DEEP}
  return [...deep(document)].find(el => el.matches('.readout') && el.textContent.includes('cell'))?.textContent;
}}"""
LINES = """() => {
  const plot = [...Bokeh.documents[0].all_models].find(one => one.name?.endsWith('.v'))
  return plot.renderers.slice(0, 2).map(one => one.data_source.data.y.length)
}"""


def wanted(sweep, drive, **values):
    """What a page says of a model under a sweep."""
    found = agreement(Experiment.of(Izhikevich(**values)).under(sweep, **drive).run())
    return [f"{found.gamma:.3f}", f"{found.distance:.2f}", f"{found.rms:.2f} mV", f"{found.between:.2f} mV"]


def test_a_model_over_the_sweeps_of_a_file(page, served, tmp_path):
    tab = page(f"{served.url}/apps?page=neuron&preset=izhikevich-recorded&layout=sweeps,numbers", **WIDE)
    opened(tab, EXPLORER_PLOTS)
    _, second = read(DATA.read_bytes(), DATA.name)
    tab.get_by_role("button", name="Sweep 2, 10 pA").wait_for()
    assert list(tab.evaluate(TILES).values()) == wanted(second, {"gain": 0.15, "offset": 4.0})
    assert tab.evaluate(LINES)[0] == 10_000 and (beside := tab.evaluate(LINES)[1]) > 9000

    canvas = tab.locator("canvas").first.bounding_box()
    tab.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2, steps=3)
    said = tab.wait_for_function(READOUT).json_value()
    time, value = map(float, re.findall(r"^([\d.]+) ms .*, cell (-?[\d.]+)$", said.replace("−", "-"))[0])
    at = abs(second.time - second.time[0] - time) < 1  # whole ms are told
    assert second.voltage[at].min() - 0.1 < value < second.voltage[at].max() + 0.1

    path = tmp_path / DATA.name
    path.write_bytes(DATA.read_bytes())
    tab.locator("input[type=file]").first.set_input_files(path)
    tab.get_by_role("button", name="Sweep 1, 0 pA").wait_for()
    with changed(tab):
        tab.get_by_role("button", name="Sweep 2, 10 pA").click()
    expect(tab.get_by_role("button", name="Sweep 2, 10 pA")).to_have_attribute("aria-pressed", "true")
    expect(tab.get_by_role("row", name=re.compile(r"0 pA 6 6\.0 "))).to_be_visible()

    page_way(tab)
    before = tab.evaluate(TILES)
    tab.evaluate(WATCHED)
    with changed(tab):
        slider(tab, "a").press("ArrowRight")
    a = float(slider(tab, "a").get_attribute("aria-valuetext").split()[0])
    assert list(tab.evaluate(TILES).values()) == wanted(second, {}, a=a) != list(before.values())
    assert tab.evaluate(GREY) and tab.evaluate(LINES) == [10_000, beside]
