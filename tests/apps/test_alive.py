"""Pages that stay alive: whatever is moved, however long a run takes, whatever fails, whoever else comes and goes."""

import random
import re

import pytest
from playwright.sync_api import TimeoutError, expect

from snnlab.models import ENCODERS, PRESETS
from tests.apps.tabs import (
    DEEP,
    EXPLORER_PLOTS,
    WIDE,
    address,
    changed,
    choose,
    enter,
    field,
    numbers,
    opened,
    painted,
    pictures,
    slider,
)
from tests.conftest import ROOT, Server, Tabs, free_port, launch
from tests.nights import first_of_each


def moved(tab, knob, steps=1):
    """Move a slider of a page at rest; whether a picture changes."""
    before = pictures(tab)
    at_the_end = float(knob.input_value()) >= float(knob.get_attribute("max"))
    try:
        with changed(tab):
            for _ in range(steps):
                knob.press("ArrowLeft" if at_the_end else "ArrowRight")
    except TimeoutError:  # nothing was run, as for a value that is refused
        return False
    return pictures(tab) != before


@pytest.fixture(scope="module")
def faulty(serve, profiles):
    """A page with faults: its server, and its tab among others."""
    server = serve("tests/apps/faulty.py")
    tabs = Tabs(profiles, [server])
    tab = tabs(f"{server.url}/faulty", **WIDE)
    opened(tab, EXPLORER_PLOTS)
    yield server, tab, tabs
    tabs.close()


@pytest.mark.parametrize("what", ["menu", "run", "drawing"])
def test_a_fault_is_told_and_logged_once_and_the_next_change_runs(faulty, what):
    server, tab, tabs = faulty
    log = len(server.log.read_text())
    if what == "menu":
        choose(tab, "stimulus", "ramp")
    else:
        enter(tab, *{"run": ("v_reset", "1"), "drawing": ("v_th", "2")}[what])
    tab.get_by_role("alert").filter(has_text=f"this {what} is broken").wait_for()
    assert len(server.tracebacks(log)) == 1
    if what != "menu":
        with changed(tab):
            enter(tab, *{"run": ("v_reset", "0"), "drawing": ("v_th", "1")}[what])
    assert moved(tab, slider(tab, "τ_mem"))
    expect(tab.get_by_role("alert").filter(has_text=re.compile("is broken"))).to_be_hidden()
    assert [trouble.kind for trouble in tabs.look()] == ["server"]
    tabs.trouble.clear()


def test_a_change_that_waits_when_a_button_is_pressed_has_the_lock(served, page):
    """A button's event handles at once the change of a field that has just been typed."""
    tab = page(served.explorer, **WIDE)
    opened(tab, EXPLORER_PLOTS)
    box, button = field(tab, "τ_mem"), tab.get_by_role("button", name="Reset", exact=True).element_handle()
    for text in ("12", "13", "abc", "14", "-5", "15"):
        box.focus()
        tab.keyboard.press("Control+a")
        tab.keyboard.insert_text(text)
        tab.keyboard.press("Enter")
        with changed(tab):
            button.evaluate("button => button.click()")
    assert moved(tab, slider(tab, "τ_mem"))


# -- the address ------------------------------------------------------------------------------------------------------


@pytest.mark.nightly
def test_reload_and_back_lose_nothing(served, page):
    tab = page(served.explorer, **WIDE)
    painted(tab, EXPLORER_PLOTS)
    choose(tab, "neuron", "Izhikevich")
    choose(tab, "stimulus", "ramp")
    slider(tab, "end").wait_for()
    enter(tab, "a", "0.03")
    tab.get_by_role("button", name="Initial state").click()
    tab.get_by_role("switch", name="begin at rest").uncheck()
    enter(tab, "v", "-72")
    address(tab, "neuron=Izhikevich", "a=0.03", "s=Ramp", "i.v=-72")
    before = numbers(tab)
    tab.reload()
    shown = opened(tab, EXPLORER_PLOTS)
    assert numbers(tab) == before and field(tab, "a").input_value() == "0.03"
    tab.get_by_role("link", name="Izhikevich", exact=True).click()
    painted(tab, 20)
    tab.go_back()
    assert opened(tab, EXPLORER_PLOTS) == shown and numbers(tab) == before


def test_a_preset_has_a_short_address(served, page):
    tab = page(served.explorer, **WIDE)
    painted(tab, EXPLORER_PLOTS)
    address(tab, "?page=neuron&preset=lif-constant")
    slider(tab, "τ_mem").press("ArrowRight")
    address(tab, "neuron=LIF", "tau_mem=")
    tab.get_by_role("button", name="Reset", exact=True).click()
    address(tab, "?page=neuron&preset=lif-constant")


def test_the_board_of_encoders_is_what_it_was_after_a_reload(served, page):
    tab = page(f"{served.url}/apps?page=encoders", **WIDE)
    painted(tab, len(ENCODERS))
    choose(tab, "signal", "ramp")
    enter(tab, "duration", "300")
    tab.get_by_role("button", name=ENCODERS["Poisson"].definition.title, exact=True).click()
    enter(tab, "f_max", "250")
    address(tab, "page=encoders", "s=Ramp", "r.duration=300", "Poisson.f_max=250")
    measured = tab.locator("p.small").all_inner_texts()  # rate and error of each
    tab.reload()
    opened(tab, len(ENCODERS))
    assert tab.locator("p.small").all_inner_texts() == measured and len(measured) == len(ENCODERS)
    assert field(tab, "duration").input_value() == "300"


# -- the step is judged -----------------------------------------------------------------------------------------------


def test_a_page_says_what_half_of_the_step_changes_and_mends_it(served, page):
    tab = page(f"{served.explorer}&preset=izhikevich-2004-L", **WIDE)
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


# -- a network that is gone; of a server: test_faults.py --------------------------------------------------------------

GONE = "The server does not answer"


def test_a_page_without_network_says_so_and_goes_on(served, page):
    tab = page(served.explorer, alone=True, **WIDE)
    opened(tab, EXPLORER_PLOTS)
    tab.context.set_offline(True)
    tab.get_by_text(GONE).wait_for()
    expect(tab.get_by_role("button", name="Reset", exact=True)).to_be_disabled()
    tab.context.set_offline(False)
    tab.get_by_text(GONE).wait_for(state="hidden")
    assert moved(tab, slider(tab, "τ_mem"))
    assert {one.kind for one in page.look()} <= {"console", "failed request"}
    page.trouble.clear()


# -- narrow windows ---------------------------------------------------------------------------------------------------

BOXES = f"""() => {{ {DEEP}
  return canvases().map(el => {{ const r = el.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom] }});
}}"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ZOOMED = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}


NARROW = {
    "phone": (PHONE, "?page=neuron&layout=measure"),  # the widest
    "zoomed plasticity": (ZOOMED, "?page=plasticity"),
    "phone plasticity": (PHONE, "?page=plasticity"),
    "zoomed": (ZOOMED, "?page=neuron"),
}


@pytest.mark.parametrize("case", first_of_each(NARROW, lambda case: case[0]["viewport"]["width"]))
def test_a_narrow_window_shows_plots_and_knobs(served, page, case):
    window, query = NARROW[case]
    tab = page(f"{served.url}/apps{query}", **window)
    opened(tab, 3)
    width = window["viewport"]["width"]
    assert tab.evaluate("document.documentElement.scrollWidth") == width, "nothing beyond the right edge"
    plots = tab.evaluate(BOXES)
    assert max(right - left for left, _, right, _ in plots) > 0.9 * width, plots
    assert max(right for *_, right, _ in plots) <= width, plots
    assert tab.locator("header").first.bounding_box()["height"] < 80, "two lines"
    toggle = tab.get_by_role("button", name="Toggle theme").bounding_box()
    assert toggle["x"] + toggle["width"] <= width
    table = tab.locator("table.numbers")
    table.scroll_into_view_if_needed()
    assert table.bounding_box()["y"] >= max(bottom for *_, bottom in tab.evaluate(BOXES)[:1]), "below the plots"
    tab.get_by_role("button", name="Open drawer").click()
    drawer, plots = (tab.get_by_role(role).bounding_box() for role in ("complementary", "main"))
    beside = drawer["x"] + drawer["width"] <= plots["x"] or plots["y"] + plots["height"] <= drawer["y"]
    assert beside and plots["width"] >= 350 and plots["height"] >= 300, "plots stay in sight"
    knob = slider(tab, "Δ" if "plasticity" in query else "τ_mem")
    assert moved(tab, knob)
    tab.get_by_role("button", name="Close drawer").click()
    knob.wait_for(state="hidden")


# -- walks ------------------------------------------------------------------------------------------------------------

RANGES = "input[type=range]"


def walk(tab, sliders):
    """Move the first sliders of a page; what moved a picture first moves it at the end as well."""
    opened(tab, 1)
    knobs = tab.locator(RANGES)
    far = 5  # steps, of which one may be less than a pixel
    answers = [moved(tab, knobs.nth(k), far) for k in range(min(sliders, knobs.count()))]
    assert any(answers), "no slider changes a picture"
    assert moved(tab, knobs.nth(answers.index(True)), far), "what moved a picture first moves none any more"


OTHERS = (
    "page=plasticity",
    "preset=lif-recorded",
    "page=encoders",
    "page=encoders&encoder=Poisson",
    "preset=adex-2008-a",
)
BY_NIGHT = [pytest.param(query, marks=pytest.mark.nightly) for query in OTHERS]


@pytest.mark.parametrize("query", ["page=neuron", *BY_NIGHT])
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


@pytest.mark.nightly
@pytest.mark.parametrize("steps", [50_000, *(pytest.param(n, marks=pytest.mark.nightly) for n in (5000, 200_000))])
def test_long_runs_answer_while_others_come_and_go(passing, page, steps):
    """Runs of over 4000 steps are announced while they are computed: once that killed the page, then the server."""
    server, wait = passing
    query = f"neuron=LIF&s=Step&s.length=300&r.duration={steps // 10}&r.neurons=1&r.noise=0"
    tab = page(f"{server.explorer}&{query}", **WIDE)
    opened(tab, EXPLORER_PLOTS - 1)
    assert moved(tab, slider(tab, "τ_mem"), 3)
    other = page(f"{server.url}/apps?page=plasticity", **WIDE)
    opened(other, 4)
    assert moved(other, slider(other, "Δ"), 3)
    other.close()
    assert moved(tab, slider(tab, "τ_mem"), 3)
    tab.wait_for_timeout(wait)
    assert moved(tab, slider(tab, "amplitude"), 3)
    new = page(server.explorer, **WIDE)
    opened(new, EXPLORER_PLOTS)
    with changed(new):
        choose(new, "neuron", "Izhikevich")
    slider(new, "b").wait_for()
    assert numbers(new)["Spike count"] == 5 and moved(new, slider(new, "b"), 3)


@pytest.mark.nightly  # by day without a browser (tests/workbench/test_walks.py)
@pytest.mark.parametrize("moves", [20, 50])
def test_a_random_walk_ends_with_what_the_controls_show(served, page, moves):
    """Moves at random, seeded; a page that is opened with the address at the end has the same numbers."""
    tab, chance = page(served.explorer, **WIDE), random.Random(5)
    opened(tab, EXPLORER_PLOTS)
    for _ in range(moves):
        kind = chance.choice(["slide"] * 6 + ["neuron", "preset", "stimulus", "Reset"])
        if kind == "slide":
            knobs = tab.locator(RANGES)
            knobs.first.wait_for()  # while controls are made anew, there are none
            knobs.nth(chance.randrange(max(1, knobs.count()))).focus()
            for _ in range(chance.randrange(1, 6)):
                tab.keyboard.press(chance.choice(["ArrowLeft", "ArrowRight", "PageUp"]))
        elif kind == "Reset":
            tab.get_by_role("button", name="Reset", exact=True).click()
        else:
            menu = tab.get_by_role("combobox", name=kind)
            menu.select_option(index=chance.randrange(menu.locator("option").count()))
        tab.wait_for_timeout(chance.choice([0, 50, 400]))
    tab.get_by_role("button", name="Run: duration, dt").click()
    slider(tab, "seed").wait_for()
    enter(tab, "seed", "4711")
    address(tab, "seed=4711")
    shown, twin = numbers(tab), page(tab.url, **WIDE)
    opened(twin, 2)
    twin.locator("table.numbers").wait_for()
    assert repr(numbers(twin)) == repr(shown)  # there may be nan in them
