"""Pages that stay alive: whatever is moved, however long a run takes, whatever fails, whoever else comes and goes."""

import random
import re

import pytest
from playwright.sync_api import expect

from snnlab.models import ENCODERS, PRESETS
from tests.apps.test_family_pages import changed
from tests.apps.test_pages import (
    DEEP,
    EXPLORER_PLOTS,
    PICTURES,
    choose,
    enter,
    field,
    numbers,
    painted,
    settled,
    slider,
)
from tests.conftest import ROOT, Server, free_port, launch

WIDE = {"viewport": {"width": 1280, "height": 800}}


@pytest.mark.parametrize("what", ["menu", "run", "drawing"])
def test_a_fault_is_told_and_logged_once_and_the_next_change_runs(serve, page, what):
    server = serve("tests/apps/faulty.py")
    tab = page(f"{server.url}/faulty", **WIDE)
    painted(tab, EXPLORER_PLOTS)
    before, log = settled(tab), len(server.log.read_text())
    if what == "menu":
        choose(tab, "stimulus", "ramp")
    else:
        enter(tab, *{"run": ("v_reset", "1"), "drawing": ("v_th", "2")}[what])
    tab.get_by_role("alert").filter(has_text=f"this {what} is broken").wait_for()
    assert len(server.tracebacks(log)) == 1
    if what != "menu":
        enter(tab, *{"run": ("v_reset", "0"), "drawing": ("v_th", "1")}[what])
    slider(tab, "τ_mem").press("ArrowRight")
    tab.wait_for_function(f"before => JSON.stringify(({PICTURES})()) !== JSON.stringify(before)", arg=before)
    expect(tab.get_by_role("alert").filter(has_text=re.compile("is broken"))).to_be_hidden()
    assert [trouble.kind for trouble in page.look()] == ["server"]
    page.trouble.clear()


def test_a_change_that_waits_when_a_button_is_pressed_has_the_lock(served, page):
    """A button's event handles at once the change of a field that has just been typed."""
    tab = page(f"{served.url}/apps", **WIDE)
    painted(tab, EXPLORER_PLOTS)
    settled(tab)
    box, button = field(tab, "τ_mem"), tab.get_by_role("button", name="Reset").element_handle()
    for text in ("12", "13", "abc", "14", "-5", "15"):
        box.focus()
        tab.keyboard.press("Control+a")
        tab.keyboard.insert_text(text)
        tab.keyboard.press("Enter")
        button.evaluate("button => button.click()")
        tab.wait_for_timeout(500)
    before = settled(tab)
    slider(tab, "τ_mem").press("ArrowRight")
    changed(tab, before)


# -- the address ------------------------------------------------------------------------------------------------------


def address(tab, *parts):
    """Wait until the address has all of these."""
    tab.wait_for_function("parts => parts.every(part => window.location.search.includes(part))", arg=list(parts))


def test_reload_and_back_lose_nothing(served, page):
    tab = page(f"{served.url}/apps", **WIDE)
    painted(tab, EXPLORER_PLOTS)
    choose(tab, "neuron", "Izhikevich")
    choose(tab, "stimulus", "ramp")
    slider(tab, "end").wait_for()
    enter(tab, "a", "0.03")
    tab.get_by_role("button", name="Initial state").click()
    tab.get_by_role("switch", name="begin at rest").uncheck()
    enter(tab, "v", "-72")
    address(tab, "neuron=Izhikevich", "a=0.03", "s=Ramp", "i.v=-72")
    settled(tab)
    before = numbers(tab)
    tab.reload()
    painted(tab, EXPLORER_PLOTS)
    pictures = settled(tab)
    assert numbers(tab) == before and field(tab, "a").input_value() == "0.03"
    tab.get_by_role("link", name="Izhikevich gallery").click()
    painted(tab, 20)
    tab.go_back()
    painted(tab, EXPLORER_PLOTS)
    assert settled(tab) == pictures and numbers(tab) == before


def test_a_preset_has_a_short_address(served, page):
    tab = page(f"{served.url}/apps", **WIDE)
    painted(tab, EXPLORER_PLOTS)
    address(tab, "?page=neuron&preset=lif-constant")
    slider(tab, "τ_mem").press("ArrowRight")
    address(tab, "neuron=LIF", "tau_mem=")
    tab.get_by_role("button", name="Reset").click()
    address(tab, "?page=neuron&preset=lif-constant")


def test_the_board_of_encoders_is_what_it_was_after_a_reload(served, page):
    tab = page(f"{served.url}/apps?page=encoders", **WIDE)
    painted(tab, len(ENCODERS))
    choose(tab, "signal", "ramp")
    enter(tab, "duration", "300")
    tab.get_by_role("button", name=ENCODERS["Poisson"].definition.title, exact=True).click()
    enter(tab, "f_max", "250")
    address(tab, "page=encoders", "s=Ramp", "r.duration=300", "Poisson.f_max=250")
    settled(tab)
    measured = tab.locator("p.small").all_inner_texts()  # rate and error of each
    tab.reload()
    painted(tab, len(ENCODERS))
    settled(tab)
    assert tab.locator("p.small").all_inner_texts() == measured and len(measured) == len(ENCODERS)
    assert field(tab, "duration").input_value() == "300"


# -- the step is judged -----------------------------------------------------------------------------------------------


def test_a_page_says_what_half_of_the_step_changes_and_mends_it(served, page):
    tab = page(f"{served.url}/apps?preset=izhikevich-2004-L", **WIDE)
    painted(tab, EXPLORER_PLOTS)
    tab.get_by_text("Halving dt changes 1 spike into 0: this pattern exists only with dt = 0.25 ms").wait_for()
    tab.get_by_role("button", name="Show the robust variant").click()
    address(tab, "preset=izhikevich-2004-L-robust")
    tab.get_by_text(re.compile("^Halving dt moves spikes by at most 0.* ms.$")).wait_for()
    expect(tab.get_by_role("button", name="Show the robust variant")).to_be_hidden()
    choose(tab, "neuron", "LIF")
    tab.get_by_role("button", name="Run: duration, dt").click()
    enter(tab, "dt", "2")
    tab.get_by_text(re.compile("^Halving dt .*: take a smaller dt, .* ms say.$")).wait_for()
    button = tab.get_by_role("button", name=re.compile("^Take dt = "))
    wanted = button.inner_text().split()[3]
    button.click()
    expect(field(tab, "dt")).to_have_value(wanted)
    tab.get_by_text(re.compile("^Halving dt moves .*at most|^Halving dt moves no spike")).wait_for()
    expect(button).to_be_hidden()


# -- a server that is gone --------------------------------------------------------------------------------------------

GONE = "The server does not answer"


@pytest.fixture
def mortal(tmp_path):
    """A server of one's own, and what starts and kills it."""
    server = Server(f"http://localhost:{free_port()}", tmp_path / "log.txt")
    server.log.touch()
    running = []

    def start():
        running.append(launch(server, "apps"))

    def kill():
        running[-1].kill()
        running[-1].wait()

    start()
    yield server, start, kill
    kill()


def test_a_page_outlives_its_server(mortal, page):
    server, start, kill = mortal
    tab = page(f"{server.url}/apps", **WIDE)
    painted(tab, EXPLORER_PLOTS)
    enter(tab, "τ_mem", "17")
    address(tab, "tau_mem=17")
    before, pictures = numbers(tab), settled(tab)
    kill()
    tab.get_by_text(GONE).wait_for(timeout=5000)
    expect(slider(tab, "τ_mem")).to_be_disabled()
    expect(field(tab, "τ_mem")).to_be_disabled()
    assert field(tab, "τ_mem").input_value() == "17" and settled(tab) == pictures
    start()
    tab.get_by_text(GONE).wait_for(state="hidden", timeout=30_000)
    painted(tab, EXPLORER_PLOTS)
    pictures = settled(tab)
    assert numbers(tab) == before and field(tab, "τ_mem").input_value() == "17"
    slider(tab, "τ_mem").press("ArrowRight")
    changed(tab, pictures)
    assert {one.kind for one in page.look()} <= {"console", "failed request"}  # what the browser says of a lost server
    page.trouble.clear()


def test_a_page_without_network_says_so_and_goes_on(served, page):
    tab = page(f"{served.url}/apps", **WIDE)
    painted(tab, EXPLORER_PLOTS)
    before = settled(tab)
    tab.context.set_offline(True)
    tab.get_by_text(GONE).wait_for(timeout=5000)
    expect(slider(tab, "τ_mem")).to_be_disabled()
    tab.context.set_offline(False)
    tab.get_by_text(GONE).wait_for(state="hidden", timeout=10_000)
    slider(tab, "τ_mem").press("ArrowRight")
    changed(tab, before)
    assert {one.kind for one in page.look()} <= {"console", "failed request"}
    page.trouble.clear()


# -- narrow windows ---------------------------------------------------------------------------------------------------

BOXES = f"""() => {{ {DEEP}
  return canvases().map(el => {{ const r = el.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom] }});
}}"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ZOOMED = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}


@pytest.mark.parametrize("query", ["", "?page=plasticity"])
@pytest.mark.parametrize("window", [PHONE, ZOOMED], ids=["phone", "zoomed"])
def test_a_narrow_window_shows_plots_and_knobs(served, page, window, query):
    tab = page(f"{served.url}/apps{query}", **window)
    painted(tab, 3)
    before, width = settled(tab), window["viewport"]["width"]
    assert tab.evaluate("document.documentElement.scrollWidth") == width, "nothing beyond the right edge"
    plots = tab.evaluate(BOXES)
    assert max(right - left for left, _, right, _ in plots) > 0.9 * width, plots
    toggle = tab.get_by_role("button", name="Toggle theme").bounding_box()
    assert toggle["x"] + toggle["width"] <= width
    table = tab.locator("table.numbers")
    table.scroll_into_view_if_needed()
    assert table.bounding_box()["y"] >= max(bottom for *_, bottom in tab.evaluate(BOXES)[:1]), "below the plots"
    tab.get_by_role("button", name="Open drawer").click()
    knob = slider(tab, "Δ" if query else "τ_mem")
    knob.press("ArrowRight")
    changed(tab, before)
    tab.get_by_role("button", name="Close drawer").click()
    knob.wait_for(state="hidden")


# -- walks ------------------------------------------------------------------------------------------------------------

RANGES = "input[type=range]"


def moves(tab, knob, patience=8):
    """Whether three keys on a slider change a picture."""
    before = tab.evaluate(PICTURES)
    knob.scroll_into_view_if_needed()
    at_the_end = float(knob.input_value()) >= float(knob.get_attribute("max"))
    for _ in range(3):
        knob.press("ArrowLeft" if at_the_end else "ArrowRight")
    for _ in range(5 * patience):
        if tab.evaluate(PICTURES) != before:
            return True
        tab.wait_for_timeout(200)
    return False


def walk(tab, sliders):
    """Move the first sliders of a page; what moved a picture first moves it at the end as well."""
    painted(tab, 1)
    settled(tab)
    knobs = tab.locator(RANGES)
    answers = [moves(tab, knobs.nth(k), 4) for k in range(min(sliders, knobs.count()))]
    assert any(answers), "no slider changes a picture"
    assert moves(tab, knobs.nth(answers.index(True))), "what moved a picture first moves none any more"


@pytest.mark.parametrize("query", ["", "page=encoders", "page=plasticity", "page=encoders&encoder=Poisson",
                                   "preset=adex-2008-a", "preset=lif-recorded"])  # fmt: skip
def test_every_page_answers_to_the_end(served, page, query):
    walk(page(f"{served.url}/apps?{query}", **WIDE), sliders=4)


# family -> page, as the pages themselves say it
EXPLORERS = re.findall(r'explorer_page\("(\w+)", "(\w+)"', (ROOT / "snnlab/workbench/pages.py").read_text())
HAVE_PAGES = {family: name for name, family in EXPLORERS}


@pytest.mark.nightly
@pytest.mark.parametrize("preset", [p for p in PRESETS.values() if p.model.family in HAVE_PAGES], ids=lambda p: p.id)
def test_every_preset_answers_to_the_end(served, page, preset):
    walk(page(f"{served.url}/apps?page={HAVE_PAGES[preset.model.family]}&preset={preset.id}", **WIDE), sliders=8)


@pytest.fixture(scope="module", params=["short lives", pytest.param("real lives", marks=pytest.mark.nightly)])
def passing(request, tmp_path_factory, servers):
    """A server on which sessions end soon after they are left (or when they really do), and the ms that this takes."""
    lifetime, wait = (3000, 8000) if request.param == "short lives" else (60_000, 120_000)
    server = Server(f"http://localhost:{free_port()}", tmp_path_factory.mktemp("passing") / "log.txt")
    process = launch(server, "apps", lifetime=lifetime)
    servers.append(server)
    yield server, wait
    process.terminate()
    process.wait()


@pytest.mark.parametrize("steps", [5000, 50_000, pytest.param(200_000, marks=pytest.mark.nightly)])
def test_long_runs_answer_while_others_come_and_go(passing, page, steps):
    """Runs of over 4000 steps are announced while they are computed: once that killed the page, then the server."""
    server, wait = passing
    query = f"page=neuron&neuron=LIF&s=Step&s.length=300&r.duration={steps // 10}&r.neurons=1&r.noise=0"
    tab = page(f"{server.url}/apps?{query}", **WIDE)
    painted(tab, EXPLORER_PLOTS - 1)
    settled(tab)
    assert moves(tab, slider(tab, "τ_mem"), 20)
    other = page(f"{server.url}/apps?page=plasticity", **WIDE)
    painted(other, 4)
    assert moves(other, slider(other, "Δ"))
    other.context.close()
    assert moves(tab, slider(tab, "τ_mem"), 20)
    tab.wait_for_timeout(wait)
    assert moves(tab, slider(tab, "amplitude"), 20)
    new = page(f"{server.url}/apps", **WIDE)
    painted(new, EXPLORER_PLOTS)
    choose(new, "neuron", "Izhikevich")
    slider(new, "b").wait_for()
    settled(new)
    assert numbers(new)["Spike count"] == 5 and moves(new, slider(new, "b"))


def test_a_random_walk_ends_with_what_the_controls_show(served, page):
    """Fifty moves at random, seeded; a page that is opened with the address at the end has the same numbers."""
    tab, chance = page(f"{served.url}/apps", **WIDE), random.Random(5)
    painted(tab, EXPLORER_PLOTS)
    for _ in range(50):
        kind = chance.choice(["slide"] * 6 + ["neuron", "preset", "stimulus", "Reset"])
        if kind == "slide":
            knobs = tab.locator(RANGES)
            knobs.first.wait_for()  # while controls are made anew, there are none
            knobs.nth(chance.randrange(max(1, knobs.count()))).focus()
            for _ in range(chance.randrange(1, 6)):
                tab.keyboard.press(chance.choice(["ArrowLeft", "ArrowRight", "PageUp"]))
        elif kind == "Reset":
            tab.get_by_role("button", name="Reset").click()
        else:
            tab.get_by_role("combobox", name=kind).click()
            options = tab.get_by_role("menuitem")
            options.nth(chance.randrange(options.count())).click()
        tab.wait_for_timeout(chance.choice([0, 50, 400]))
    settled(tab)
    tab.wait_for_timeout(1000)
    shown, twin = numbers(tab), page(tab.url, **WIDE)
    painted(twin, 2)
    settled(twin)
    twin.locator("table.numbers").wait_for()
    assert repr(numbers(twin)) == repr(shown)  # there may be nan in them
