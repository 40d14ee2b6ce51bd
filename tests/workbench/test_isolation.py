"""Sessions of one process see nothing of one another, whatever is asked of the server, and in whatever order they run.

What protects a session: its id of 44 random signs, which is in its own page alone. An address can name no session, and
its socket answers pages of the server's own origin.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from snnlab.models import AdEx, Constant, Experiment, model_of, neuron
from snnlab.workbench import Explorer
from snnlab.workbench.drop import Drop
from snnlab.workbench.pins import LETTERS
from tests.hostile.makers import MARKUP

ROOT = Path(__file__).parents[2]
KNOWN = {
    "/?$": "leads to /apps",
    "/apps/?$": "a page, of a session of its own",
    "/apps/autoload.js$": "a script that embeds a page, of a session of its own",
    "/apps/metadata$": "where the page is",
    "/apps/static/(.*)$": "files of Bokeh",
    "/apps/ws$": "the socket of a session, for who has its token and comes from here",
    "/components/(.*)$": "scripts of components, of modules that are loaded",
    "/favicon.ico$": "Bokeh's",
    "/health$": "how the server is",
    "/static/(.*)$": "files of Bokeh",
    "/static/extensions/(.*)$": "files of Panel",
}


@pytest.fixture(scope="module")
def found():
    command = [sys.executable, "-W", "ignore", "-m", "tests.workbench.strangers"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout.splitlines()[-1])


def test_every_route_is_known(found):
    assert {*found["rules"]} == KNOWN.keys(), "say what it answers, and let strangers.py ask it"


def test_each_visitor_sees_his_own_alone(found):
    assert found["own"] == {"a": ["a"], "b": ["b"]}


def test_no_route_tells_of_anybody(found):
    assert len(found["routes"]) > 15
    for route, (status, whose) in found["routes"].items():
        assert whose == [], route
        assert status in (200, 403, 404) and (status == 200) == (
            not any(x in route for x in ("..", "%2e", "components"))
        )


def test_an_address_names_no_session(found):
    """Neither another's, even where its id is known, nor one for who opens a link: its maker would be there too."""
    assert found["chosen"] == [[403, []]] * 5
    assert min(found["ids"]) >= 44


def test_a_socket_is_for_who_has_the_token_and_comes_from_here(found):
    assert found["origin"] == "refused 403" and found["no token"] in ("closed", "silent")
    assert found["guessed"] == []


def test_nobody_has_a_module_loaded(found):
    assert found["module"] == [404] * 4 and found["loaded"] == []


def test_what_an_address_and_cookies_say_is_not_reflected(found):
    assert found["usual"] == 200
    assert found["marked"] == {markup: [200, False, False] for markup in MARKUP}


def test_nothing_that_is_shared_holds_anything_of_a_session(found):
    assert found["planted"], "it would be found"
    assert found["held before"] == found["held"] == {} and found["left"] == 0


# -- interleaved -------------------------------------------------------------------------------------------------------

TEXT = """name: Same
I = 1 mV in 0 .. 40
tau = {tau} ms
dv/dt = ({gain} * I - v) / tau : mV
spike: v > 1 mV
reset: v = 0 mV
"""


def steps(k):
    """What a person of the number k does, one by one, to an explorer and its `Drop`."""
    typed = model_of(neuron(TEXT.format(tau=5 + k, gain=k + 2)))
    table = "time (ms),current (pA)\n" + "".join(f"{t},{(k + 1) * 100 + t}\n" for t in range(40))
    yield lambda page, drop: page.load(Experiment(typed(), Constant(amplitude=2.0 + k)))
    yield lambda page, drop: page.pins.pin()
    yield lambda page, drop: setattr(page.experiment.model, "tau", 6.5 + k)
    yield lambda page, drop: page.load(Experiment.of(AdEx(b=10 + k)))
    yield lambda page, drop: drop.field.read("same.csv", table.encode())
    yield lambda page, drop: page.pins.pin()
    yield lambda page, drop: setattr(page.experiment.model, "b", 20.0 + k)
    yield lambda page, drop: drop.field.read("same.csv", b"<script>")
    yield lambda page, drop: page.panes.show(("phase", "rates", "numbers") if k else ("isi", "equations"))
    yield lambda page, drop: page.panes.rest()


def seen(page, drop):
    """All that a page shows: values, curves, numbers, words, pins, panes."""
    curves = {
        name: (np.asarray(data.t).tolist(), np.asarray(data.y).tolist()) for name, data in page.drawn.data.items()
    }
    pins = [(LETTERS[one.place], one.query, one.experiment.to_json(), one.values) for one in page.pins.kept]
    words = page.numbers.html, page.equations.html, drop.refused.html, page.trouble.html
    return page.experiment.to_json(), curves, words, pins, page.panes.shown, page.sidebar.chooser.menu.value


def alone(k):
    page = Explorer()
    drop = Drop(page)
    shown = []
    for step in steps(k):
        step(page, drop)
        shown.append(seen(page, drop))
    return shown


def test_sessions_in_turn_show_what_each_shows_alone():
    """Values, files and neurons of the same name, pins and panes, at each step."""
    people = 3
    pages = [Explorer() for _ in range(people)]
    drops = [Drop(page) for page in pages]
    shown = [[] for _ in range(people)]
    for moves in zip(*(steps(k) for k in range(people)), strict=True):
        for k, move in enumerate(moves):
            move(pages[k], drops[k])
        for k in range(people):
            shown[k].append(seen(pages[k], drops[k]))
    for k in range(people):
        for number, (together, by_itself) in enumerate(zip(shown[k], alone(k), strict=True)):
            assert together == by_itself, f"person {k}, step {number}"
    last = [one[-1] for one in shown]
    assert last[0][:2] != last[1][:2] != last[2][:2]
