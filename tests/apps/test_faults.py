"""Pages whose server or network fails: they say so, go on by themselves, and come back as what they were."""

import asyncio
import re
import time

import pytest
from playwright.sync_api import expect

from tests.apps.tabs import EXPLORER_PLOTS, WIDE, address, changed, field, numbers, opened, slider
from tests.apps.test_here import PLOTS, page_way, same_as_the_server
from tests.conftest import Server, free_port, launch
from tests.visitor import Visitor
from tests.way import Way

GONE = "The server does not answer"
LIFE = 1000  # ms that a session lives which nobody uses
CONNECTED = "() => !document.documentElement.dataset.server && Number(document.documentElement.dataset.rests) > 0"


@pytest.fixture(scope="module")
def mortal(tmp_path_factory):
    """A server of one's own behind a way of one's own: the way, where the page is, and what starts and kills it."""
    outer = free_port()
    server = Server(f"http://localhost:{free_port()}", tmp_path_factory.mktemp("mortal") / "log.txt")
    server.log.touch()
    running = []

    def start():
        running.append(launch(server, "apps", lifetime=LIFE, origins=[f"localhost:{outer}"]))

    def kill():
        running[-1].kill()
        running[-1].wait()

    start()
    way = Way(outer, int(server.url.rpartition(":")[2]))
    yield way, server._replace(url=f"http://localhost:{outer}").explorer + "&preset=lif-constant", start, kill
    way.close()
    kill()


@pytest.fixture
def lossy(page):
    """`page`, of which a browser says that requests are lost."""
    yield page
    assert {one.kind for one in page.look()} <= {"console", "failed request"}
    assert all("Failed to load" in one.text or "WebSocket" in one.text for one in page.trouble if one.kind == "console")
    page.trouble.clear()


def shown(tab, query):
    """Open an explorer that draws by itself."""
    tab.goto(query)
    opened(tab, EXPLORER_PLOTS)
    page_way(tab)
    tab.evaluate("window.before = true")
    return tab


def built_anew(tab):
    """Wait until the page is another one, which has its server."""
    tab.wait_for_function(f"() => !window.before && ({CONNECTED})()", polling=100)
    opened(tab, EXPLORER_PLOTS)


def drag(tab, knob, parts, between=lambda k: None):
    """Take the thumb at the first of these parts of a slider to the last, with the button held all the time."""
    box = knob.bounding_box()
    for k, part in enumerate(parts):
        tab.mouse.move(box["x"] + 8 + part * (box["width"] - 16), box["y"] + box["height"] / 2)
        if k == 0:
            tab.mouse.down()
        between(k)


def test_a_websocket_is_cut_in_a_drag(mortal, lossy):
    """The hand goes on, and its last value is that of the page that is built anew once it lets go."""
    way, query, *_ = mortal
    tab = shown(lossy("about:blank", alone=True, **WIDE), query)
    knob = slider(tab, "amplitude")

    def cut(k):
        if k == 10:
            way.cut()

    drag(tab, knob, [0.5 + 0.01 * k for k in range(30)], cut)
    value = field(tab, "amplitude").input_value()
    assert float(value) > 1.9
    tab.wait_for_function("() => document.documentElement.dataset.server == 'lost'")
    tab.wait_for_timeout(1000)
    assert tab.evaluate("window.before"), "not under the hand"
    tab.mouse.up()
    built_anew(tab)
    address(tab, f"s.amplitude={value}")
    assert field(tab, "amplitude").input_value() == value
    same_as_the_server(tab)


@pytest.mark.nightly
def test_a_browser_that_slept_comes_back(mortal, lossy):
    """Its session is forgotten meanwhile, and what its socket takes comes nowhere."""
    way, query, *_ = mortal
    tab = lossy("about:blank", alone=True, **WIDE)

    def soon(route):
        found = route.fetch()
        route.fulfill(response=found, body=re.sub(r"STALE = \d+", "STALE = 1000", found.text()))

    tab.route("**/apps?*", soon)
    shown(tab, query)
    with changed(tab):
        slider(tab, "τ_mem").press("ArrowRight")
    there = field(tab, "τ_mem").input_value()
    state = tab.context.new_cdp_session(tab)
    state.send("Page.setWebLifecycleState", {"state": "frozen"})
    way.forget()
    time.sleep(3 * LIFE / 1000)
    state.send("Page.setWebLifecycleState", {"state": "active"})
    slider(tab, "amplitude").press("ArrowRight")
    here = field(tab, "amplitude").input_value()
    built_anew(tab)
    address(tab, f"s.amplitude={here}", f"tau_mem={there}")
    same_as_the_server(tab)


def test_a_slow_network_that_loses_packets(mortal, page):
    """150 ms each way and 2 % loss: pictures come from the server, and the last is that of the last value."""
    way, query, *_ = mortal
    tab = page("about:blank", alone=True, **WIDE)
    tab.add_init_script("delete globalThis.WebAssembly")
    tab.goto(query)
    opened(tab, EXPLORER_PLOTS)
    way.delay, way.loss = 0.15, 0.02
    knob, seen = slider(tab, "amplitude"), []
    try:
        drag(tab, knob, [0.3 + 0.01 * k for k in range(40)], lambda k: seen.append(float(knob.input_value())))
        tab.mouse.up()
        assert seen == sorted(seen) and seen[-1] > seen[0], "what is late moves no hand back"
        value = field(tab, "amplitude").input_value()
        address(tab, f"s.amplitude={value}")
        tab.wait_for_timeout(1000)
        assert field(tab, "amplitude").input_value() == value
        same_as_the_server(tab)
    finally:
        way.delay = way.loss = 0.0


def test_a_socket_that_comes_too_late_gets_the_same_page(mortal):
    """A session is over that nobody used: another is made for the socket, which asks no other host for style sheets."""
    _, query, *_ = mortal
    soon, late = (asyncio.run(Visitor.arrive(query, late=seconds)) for seconds in (0, 4 * LIFE / 1000))
    sheets = [sorted(m["attributes"]["url"] for m in one.models() if "Import" in m["name"]) for one in (soon, late)]
    assert sheets[0] and sheets[0] == sheets[1]
    assert all(one.startswith("static/extensions/panel/") for one in sheets[1])


@pytest.mark.nightly
def test_two_tabs_of_one_link_are_two(mortal, page):
    _, query, *_ = mortal
    one, other = (page(query, **WIDE) for _ in range(2))
    for tab in (one, other):
        opened(tab, EXPLORER_PLOTS)
        page_way(tab)
    before = numbers(other)
    with changed(one):
        slider(one, "amplitude").press("ArrowRight")
    one.get_by_role("button", name="Pin this run").click()
    address(one, "s.amplitude=", "pin=")
    assert numbers(other) == before and "pin=" not in other.url and "amplitude" not in other.url
    assert other.get_by_role("button", name="Undo").is_disabled()
    with changed(other):
        slider(other, "τ_mem").press("ArrowRight")
    with changed(one):
        one.get_by_role("button", name="Undo").click()
    assert field(one, "τ_mem").input_value() == "10" and field(one, "amplitude").input_value() == "1.5"
    assert field(other, "τ_mem").input_value() != "10" and "pin=" not in other.url
    assert numbers(one).items() >= before.items(), "beside those of the run that is pinned"
    same_as_the_server(other)


def test_a_server_is_killed_and_started_again(mortal, lossy):
    """Meanwhile knobs go on in the page, and what they set is there when it comes back, once."""
    _, query, start, kill = mortal
    tab = shown(lossy("about:blank", alone=True, **WIDE), query)
    loads = []
    kill()
    tab.on("domcontentloaded", lambda: loads.append(tab.url))
    notice = tab.get_by_role("alert").filter(has_text=GONE)
    notice.wait_for()
    assert "Sliders work on" in notice.inner_text()
    expect(tab.get_by_role("button", name="Reset", exact=True)).to_be_disabled()
    knob, count = slider(tab, "amplitude"), len(tab.evaluate(PLOTS)["v"]["data"][1]["t"])
    for _ in range(6):
        knob.press("ArrowRight")
    box = field(tab, "τ_mem")
    for text, words in [("7.125", ""), ("-3", "until then, give a number from")]:
        box.fill(text)
        box.press("Enter")
        tab.wait_for_function(f"() => ({PLOTS})().v.data[1].t.length > {count}")
        if words:
            tab.get_by_text(words).wait_for()
    value = field(tab, "amplitude").input_value()
    assert box.input_value() == "7.125"
    start()
    built_anew(tab)
    expect(notice).to_be_hidden()
    address(tab, f"s.amplitude={value}", "tau_mem=7.125")
    assert field(tab, "τ_mem").input_value() == "7.125" and len(loads) == 1
    same_as_the_server(tab)
    with changed(tab):
        knob.press("ArrowLeft")


@pytest.mark.nightly
def test_a_page_whose_socket_never_opens_says_so_and_tries_ever_more_seldom(mortal, lossy):
    """As behind a proxy that passes no websockets on."""
    _, query, *_ = mortal
    tab = lossy("about:blank", alone=True, **WIDE)
    loads = []
    tab.on("domcontentloaded", lambda: loads.append(tab.url))
    tab.route_web_socket(re.compile("/ws"), lambda socket: socket.close())
    tab.goto(query)
    tab.get_by_text("its connection to this page ends each time").wait_for()
    assert 2 <= len(loads) <= 3
