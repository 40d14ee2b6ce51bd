"""The pages as a person meets them: served by `panel serve`, in a Chromium without a network."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from snnlab.models import PATTERNS, PRESETS
from snnlab.workbench.entrance import QUESTIONS
from snnlab.workbench.pages import PAGES
from tests.apps.tabs import (
    DEEP,
    EXPLORER_PLOTS,
    RESTS,
    WIDE,
    address,
    changed,
    choose,
    chosen,
    enter,
    field,
    numbers,
    opened,
    painted,
    pictures,
    rested,
    slider,
)
from tests.models.made_abf import Adc, Dac, abf2

GROUND = f"""() => {{ {DEEP}
  return getComputedStyle([...deep(document)].find(el => el.tagName === 'MAIN')).backgroundColor;
}}"""
# Whether what a menu shows has room in it.
FITS = """menu => {
  const style = getComputedStyle(menu), pen = document.createElement('canvas').getContext('2d');
  pen.font = style.font;
  const room = menu.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(menu.selectedOptions[0].label).width <= room;
}"""
# What a click in the upper half of a card meets, and whether a picture is drawn there.
UNDER = f"""href => {{ {DEEP}
  const link = [...deep(document)].find(el => el.tagName === 'A' && el.getAttribute('href') === href);
  link.scrollIntoView({{block: 'center'}});
  const box = link.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 4;
  let top = document.elementFromPoint(x, y), next;
  while (top.shadowRoot && (next = top.shadowRoot.elementFromPoint(x, y)) && next !== top) top = next;
  const holds = el => {{
    const r = el.getBoundingClientRect(); return r.left < x && x < r.right && r.top < y && y < r.bottom;
  }};
  return {{reached: top === link, painted: canvases().filter(holds).some(drawn)}};
}}"""


@pytest.fixture(scope="module")
def explorer_tab(served, shared_page):
    tab = shared_page(served.explorer, **WIDE)
    opened(tab, EXPLORER_PLOTS)
    return tab


@pytest.fixture
def explorer(explorer_tab):
    """An explorer that shows its first preset."""
    with changed(explorer_tab):
        explorer_tab.get_by_role("button", name="Reset", exact=True).click()
    address(explorer_tab, "preset=lif-constant")
    return explorer_tab


@pytest.fixture
def own_explorer(served, page):
    """One that may be left with another neuron, or with a file."""
    tab = page(served.explorer, **WIDE)
    opened(tab, EXPLORER_PLOTS)
    return tab


@pytest.fixture(scope="module")
def recording_tab(served, shared_page):
    tab = shared_page(served.explorer, **WIDE)
    opened(tab, EXPLORER_PLOTS)
    with changed(tab):
        choose(tab, "stimulus", "recorded current (file)")
    return tab


@pytest.fixture
def recording(recording_tab):
    """An explorer with the recording that comes with snnlab."""
    yield recording_tab
    with changed(recording_tab):
        recording_tab.get_by_role("button", name="Example: current ramp").click()


# Published counts of figure 1 (staggered Euler at the step of each pattern), in tests/data/izhikevich_2004.json.
REFERENCE = json.loads((Path(__file__).parents[1] / "data" / "izhikevich_2004.json").read_text())
SPIKES = {case["letter"]: case["reference_staggered_euler"]["spike_count"] for case in REFERENCE["cases"]}


@pytest.fixture(scope="module")
def blank_tab(shared_page):
    return shared_page("about:blank", **WIDE)


@pytest.fixture(scope="module")
def gallery(served, shared_page):
    tab = shared_page(f"{served.url}/apps?page=izhikevich", **WIDE)
    painted(tab, 25)
    return tab


def test_the_explorer_opens_with_its_first_preset(served, page):
    tab = page(served.explorer)
    painted(tab, EXPLORER_PLOTS)
    assert tab.get_by_role("link", name="Izhikevich", exact=True).is_visible()
    assert numbers(tab)["Mean ISI"] == pytest.approx(11.0, abs=0.2)  # closed form 10.99 ms, one step is 0.2 ms


@pytest.mark.parametrize("name, plots", [("main", len(QUESTIONS)), ("neuron", EXPLORER_PLOTS)])
def test_every_file_is_a_page_of_its_own(serve, page, name, plots):
    tab = page(f"{serve('apps/*.py').url}/{name}")
    painted(tab, plots)


@pytest.mark.nightly
def test_a_page_served_alone_opens_the_other_in_place(serve, page):
    tab = page(f"{serve('apps/izhikevich.py').url}/izhikevich")
    painted(tab, 25)
    tab.get_by_role("link", name="Neurons", exact=True).click()
    painted(tab, EXPLORER_PLOTS)
    assert numbers(tab)["Spike count"] > 0


def test_a_slider_changes_pictures_field_and_numbers(explorer):
    before, knob = pictures(explorer), slider(explorer, "amplitude")
    knob.focus()
    for _ in range(20):
        explorer.keyboard.press("ArrowRight")
        explorer.wait_for_timeout(20)  # a drag, in which newer values supersede older runs
    explorer.wait_for_function(
        "knob => window.location.search.includes(`amplitude=${Number(Number(knob.value).toFixed(6))}`)",
        arg=knob.element_handle(),
    )
    assert pictures(explorer) != before
    value = float(knob.input_value())
    assert value > 2  # quick keys may overtake each other in the browser
    assert float(field(explorer, "amplitude").input_value()) == pytest.approx(value)
    # what is drawn belongs to the last value: the closed form, within one step of 0.2 ms
    assert numbers(explorer)["Mean ISI"] == pytest.approx(10 * math.log(value / (value - 1)), abs=0.2)


@pytest.mark.parametrize(
    "text, words",
    [("abc", "'abc' is not a number: give one from"), ("-5", "tau_mem = -5 is not allowed: give a number from")],
)
def test_a_refused_value_says_why_and_the_picture_stays(explorer, text, words):
    before, measured, rests = pictures(explorer), numbers(explorer), explorer.evaluate(RESTS)
    enter(explorer, "τ_mem", text)
    explorer.get_by_text(words).wait_for()
    assert field(explorer, "τ_mem").input_value() == "10", "what runs"
    assert pictures(explorer) == before
    assert numbers(explorer) == measured
    with changed(explorer):
        slider(explorer, "τ_mem").press("ArrowRight")
    explorer.get_by_text(words).wait_for(state="detached")
    assert pictures(explorer) != before
    assert numbers(explorer)["Mean ISI"] > measured["Mean ISI"]
    assert explorer.evaluate(RESTS) == rests + 1, "a refused value runs nothing"


def test_a_run_that_would_be_too_long_is_refused(explorer):
    measured = numbers(explorer)
    explorer.get_by_role("button", name="Run:").click()
    slider(explorer, "duration").wait_for()
    enter(explorer, "duration", "90000")
    explorer.get_by_text("450,000 steps: at most 200,000").first.wait_for()
    assert field(explorer, "duration").input_value() == "100"
    assert numbers(explorer) == measured


def test_reset_brings_the_preset_back(explorer):
    measured = numbers(explorer)
    with changed(explorer):
        enter(explorer, "τ_mem", "20")
    assert numbers(explorer)["Mean ISI"] > 1.9 * measured["Mean ISI"]
    with changed(explorer):
        explorer.get_by_role("button", name="Reset", exact=True).click()
    assert numbers(explorer) == measured


def test_another_neuron_brings_its_own_knobs_and_equations(own_explorer):
    with changed(own_explorer):
        choose(own_explorer, "neuron", "Izhikevich")
    slider(own_explorer, "a").wait_for()
    assert numbers(own_explorer)["Spike count"] == 5
    assert own_explorer.locator("msup", has_text="v2").first.is_visible()


@pytest.mark.parametrize("kind", ["step", "ramp", "pulse train", "Ornstein-Uhlenbeck noise"])
def test_every_stimulus_drives_the_neuron(explorer, kind):
    before = pictures(explorer)
    with changed(explorer):
        choose(explorer, "stimulus", kind)
    assert pictures(explorer) != before
    assert numbers(explorer)["Spike count"] > 0


def test_the_recording_opens_with_one_click(recording):
    painted(recording, EXPLORER_PLOTS + 1)  # the measured voltage
    assert field(recording, "gain").input_value() == "0.15"  # 10 pA at the ramp's end give the usual drive of 1.5


@pytest.mark.nightly
def test_a_slow_browser_ends_where_the_slider_does(explorer):
    """Updates come faster than it draws them; none that is late may come back as if typed, or shown as it is coded."""
    chrome = explorer.context.new_cdp_session(explorer)
    chrome.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    for _ in range(12):
        slider(explorer, "amplitude").press("ArrowRight")
    chrome.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    address(explorer, "amplitude=2.1")
    assert float(slider(explorer, "amplitude").input_value()) == pytest.approx(2.1)
    assert float(field(explorer, "amplitude").input_value()) == pytest.approx(2.1)
    assert numbers(explorer)["Mean ISI"] == pytest.approx(10 * math.log(2.1 / 1.1), abs=0.21)  # a step of dt
    chrome.detach()
    assert "<" not in explorer.get_by_text("500 steps").inner_text()


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("text.csv", b"time,current\n0,1\n1,high\n", "line 3: '1, high' are not two numbers"),
        ("nan.csv", b"0,1\n1,nan\n", "is not finite"),
        ("one.csv", b"1\n2\n", "1 column, where two are needed"),
        ("false.abf", b"not a recording", "cannot be read as Axon Binary Format"),
    ],
)
def test_a_file_that_is_no_recording_says_why(recording, name, content, words):
    status = recording.get_by_text("10,000 steps").inner_text()
    measured = numbers(recording)
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    recording.get_by_label("A recording: choose a file, or drop it here").set_input_files(file)
    recording.get_by_text(words).wait_for()
    painted(recording, EXPLORER_PLOTS + 1)
    assert numbers(recording) == measured
    assert recording.get_by_text("10,000 steps").inner_text() == status


def test_a_file_drives_the_neuron(recording):
    lines = "".join(f"{t},{100 * (t >= 50)}\n" for t in range(200))
    file = {"name": "step.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    recording.get_by_label("A recording: choose a file, or drop it here").set_input_files(file)
    recording.get_by_text("2,000 steps").wait_for()
    measured = numbers(recording)
    assert field(recording, "gain").input_value() == "0.015"
    assert chosen(recording, "sweep") == "step.csv"
    # from the step at 50 ms on, the closed form of a constant current 1.5, within one step of 0.1 ms
    assert measured["First-spike latency"] == pytest.approx(50 + 10 * math.log(3), abs=0.11)
    assert measured["Mean ISI"] == pytest.approx(10 * math.log(3), abs=0.11)


def test_sweeps_are_named_so_that_they_can_be_told_apart(own_explorer):
    """In the closed menu too: number and current are not cut off."""
    choose(own_explorer, "stimulus", "recorded current (file)")
    own_explorer.get_by_text("10,000 steps").wait_for()
    step = (0, 1, -100.0, 25.0, 400, 0, 0, 0)
    data = abf2([Adc("mV", np.full((17, 640), -7.0))], [Dac(epochs=(step,))])
    file = {"name": "2019_07_24_0055_fsi.abf", "mimeType": "application/octet-stream", "buffer": data}
    own_explorer.get_by_label("A recording: choose a file, or drop it here").set_input_files(file)
    own_explorer.get_by_text("640 steps").wait_for()
    menu = own_explorer.get_by_role("combobox", name="sweep")
    assert chosen(own_explorer, "sweep") == "2019_07_…_fsi.abf, sweep 1 (-100 pA)"
    choose(own_explorer, "sweep", "2019_07_…_fsi.abf, sweep 17 (300 pA)")
    own_explorer.get_by_text("gives 1.5").wait_for()
    assert chosen(own_explorer, "sweep") == "2019_07_…_fsi.abf, sweep 17 (300 pA)"
    assert menu.evaluate(FITS)
    choose(own_explorer, "neuron", "Izhikevich")
    own_explorer.get_by_text("300 pA, gives 9.99 mV").wait_for()
    assert chosen(own_explorer, "sweep") == "2019_07_…_fsi.abf, sweep 17 (300 pA)"


def test_a_click_moves_the_window_of_a_long_recording(recording):
    """Clicks come without the document's lock, and these runs are long enough to be announced."""
    lines = "t (ms),I (pA)\n" + "".join(f"{10 * k},{100 * (k > 2050)}\n" for k in range(3000))
    file = {"name": "long.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    recording.get_by_label("A recording: choose a file, or drop it here").set_input_files(file)
    recording.get_by_text("A window of 10,000 of 30,000 ms.").wait_for()
    recording.get_by_text("50,000 steps").wait_for()
    assert numbers(recording)["Spike count"] == 0
    ends = [recording.get_by_label(label) for label in ("from (ms)", "to (ms)")]
    moved = recording.get_by_role("button", name="Open", exact=True)
    for end, text in zip(ends, ("20000", "21000")):
        end.fill(text)
    with changed(recording):
        moved.click()
    recording.get_by_text("A window of 1,000 of 30,000 ms.").wait_for()
    recording.get_by_text("10,000 steps").wait_for()
    assert numbers(recording)["First-spike latency"] == pytest.approx(510 + 10 * math.log(3), abs=0.11)
    ends[1].fill("31000")
    moved.click()
    recording.get_by_text("20,000 to 31,000 ms are 11,000 ms: at most 10,000 ms are run at once").wait_for()
    recording.get_by_role("button", name="Example: current ramp").click()
    expect(recording.get_by_role("combobox", name="sweep")).to_have_value("17o05027_…_ramp.abf, sweep 2 (10 pA)")


@pytest.mark.parametrize("preset", [p for q in PATTERNS for p in (q, q.robust) if p], ids=lambda p: p.id)
def test_each_picture_is_a_link_to_its_pattern(gallery, preset):
    assert gallery.evaluate(UNDER, f"?page=neuron&preset={preset.id}") == {"reached": True, "painted": True}


# All are run in tests/models; here are a plain one and the wild one, by night a burst and both forms of own equations.
@pytest.mark.parametrize("letter", ["A", "R", *(pytest.param(one, marks=pytest.mark.nightly) for one in "CGT")])
def test_a_pattern_opens_in_the_explorer(served, blank_tab, letter):
    preset = next(p for p in PATTERNS if p.letter == letter)
    blank_tab.goto(f"{served.url}/apps?page=neuron&preset={preset.id}")
    painted(blank_tab, EXPLORER_PLOTS)
    blank_tab.get_by_text(preset.look).wait_for()
    assert numbers(blank_tab)["Spike count"] == SPIKES[letter]


def test_factors_of_the_gallery_are_in_the_address(served, blank_tab):
    """A picture under twice the current is one that was not there before."""
    blank_tab.goto(f"{served.url}/apps?page=izhikevich&stimulus=2&model.d=0.5")
    current = slider(blank_tab, "I")
    expect(current).to_have_attribute("aria-valuetext", re.compile("^2 "))
    blank_tab.get_by_role("img", name=re.compile("The run of Tonic spiking: 1[0-9] spikes")).wait_for()
    current.press("PageDown")
    address(blank_tab, "stimulus=1.8", "model.d=0.5")
    blank_tab.get_by_role("button", name="Reset").click()
    blank_tab.wait_for_function("() => location.search == '?page=izhikevich'")
    blank_tab.goto(f"{served.url}/apps?page=izhikevich&stimulus=77")
    blank_tab.get_by_text("the factor on stimulus = 77 is not allowed: give a number from -10 to 10").wait_for()


def test_a_click_on_a_picture_opens_the_explorer(gallery):
    for name in ("izhikevich-2004-R", "izhikevich-2004-Q-robust"):
        preset = PRESETS[name]
        gallery.get_by_role("link", name=f"Open {preset.name} in the explorer").last.click()
        painted(gallery, EXPLORER_PLOTS)
        gallery.get_by_text(preset.look).wait_for()
        assert gallery.url.endswith(preset.id)
        assert numbers(gallery)["Spike count"] == 1
        gallery.go_back()
        painted(gallery, 25)


@pytest.mark.parametrize(
    "query, plots", [("?page=neuron", EXPLORER_PLOTS), pytest.param("?page=izhikevich", 25, marks=pytest.mark.nightly)]
)
def test_light_and_dark(served, page, query, plots):
    tab = page(f"{served.url}/apps{query}")
    painted(tab, plots)
    assert tab.evaluate(GROUND) == "rgb(255, 255, 255)"
    tab.get_by_role("button", name="Toggle theme").click()
    tab.wait_for_function(f"() => ({GROUND})() === 'rgb(18, 18, 18)'")
    painted(tab, plots)
    tab.reload()  # kept for the next page
    painted(tab, plots)
    assert tab.evaluate(GROUND) == "rgb(18, 18, 18)"


@pytest.mark.parametrize(
    "name, remedy, plots",
    [
        ("page", f"choose one of {', '.join(PAGES)}.", len(QUESTIONS)),
        ("preset", "choose one from its menu.", EXPLORER_PLOTS),
    ],
)
def test_an_unknown_page_or_preset_is_named_as_text(served, page, name, remedy, plots):
    tab = page("about:blank", alone=True)
    tab.on("dialog", lambda dialog: pytest.fail(f"the address ran a script: {dialog.message}"))
    tab.goto(f"{served.url}/apps?{name}=%3Cimg src=x onerror=alert(1)%3E&theme=light&theme=dark")
    painted(tab, plots)
    tab.get_by_text("The address has theme twice: the first of each is shown.").wait_for()
    notice = tab.get_by_text(f"There is no {name} '<img src=x onerror=alert(1)>': {remedy}")
    notice.wait_for()
    if name == "preset":  # until another is chosen
        rested(tab)
        choose(tab, "preset", "Step of current")
        expect(notice).to_be_hidden()
