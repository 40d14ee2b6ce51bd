"""Who gets in: headers of every answer, scripts that are not ours, origins, and a password."""

import asyncio
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from snnlab.workbench.pages import PAGES
from tests.apps.tabs import EXPLORER_PLOTS, changed, opened, slider
from tests.apps.test_serve import start, stop
from tests.conftest import wait_for_answer

USERS = {"ada": "lovelace", "grace": "hopper √2"}


def answer(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as found:
            return found
    except urllib.error.HTTPError as found:
        return found


def rules(found):
    return dict(one.strip().split(" ", 1) for one in found.headers["Content-Security-Policy"].split(";"))


# -- headers ----------------------------------------------------------------------------------------------------------

ROUTES = [
    "/apps?page=entrance",
    *(pytest.param(f"/apps?page={key}", marks=pytest.mark.nightly) for key in PAGES if key != "entrance"),
    "/health",
    "/static/js/bokeh.min.js",
    "/static/extensions/panel/panel.min.js",
    "/apps/ws",
    "/apps/autoload.js?bokeh-autoload-element=x",
    "/no-such-page",
]


@pytest.mark.parametrize("route", ROUTES)
def test_every_answer_has_the_headers(served, route):
    found = answer(served.url + route)
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Referrer-Policy"] == "same-origin" and found.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert found.headers["Server"] == "snnlab", "of which version of what is nobody's business"
    given = rules(found)
    assert given["default-src"] == given["base-uri"] == "'none'" and given["frame-ancestors"] == "'self'"
    assert "unsafe-inline" not in given["script-src"] and not re.search(r"https?:|\*", " ".join(given.values()))


def test_scripts_of_an_answer_have_its_number_alone(served):
    numbers = set()
    for _ in range(2):
        request = urllib.request.urlopen(f"{served.url}/apps?page=entrance")
        (number,) = re.findall(r"'nonce-([\w-]{20,})'", request.headers["Content-Security-Policy"])
        begun = re.findall(r"<script\b[^>]*", request.read().decode())
        assert len(begun) > 4 and all(f'nonce="{number}"' in one for one in begun)
        numbers.add(number)
    assert len(numbers) == 2


INJECT = """() => {
  window.ran = []
  const part = document.createElement('div')
  const image = '<img src="data:," onerror="window.ran.push(1)">'
  part.innerHTML = image + '<iframe srcdoc="<script>parent.ran.push(2)</script>">'
  document.body.append(part)
  const script = document.createElement('script')
  script.textContent = 'window.ran.push(3)'
  document.body.append(script)
  const far = document.createElement('script')
  far.src = 'http://127.0.0.1:1/x.js'
  document.body.append(far)
}"""


def test_a_script_that_is_not_ours_does_not_run(served, page):
    tab = page(served.explorer, alone=True)
    opened(tab, EXPLORER_PLOTS)
    tab.evaluate(INJECT)
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.ran") == []
    told = [one.text for one in page.look() if "Content Security Policy" in one.text]
    assert len(told) >= 3 and "http://127.0.0.1:1/x.js" in " ".join(told)
    page.trouble.clear()
    with changed(tab):
        slider(tab, "τ_mem").press("ArrowRight")


def test_websockets_of_other_sites_are_refused(served):
    address = served.url.replace("http", "ws") + "/apps/ws"

    async def ask(origin):
        request = HTTPRequest(address, headers={"Origin": origin})
        (await websocket_connect(request, subprotocols=["bokeh", "x"])).close()

    for origin in ("http://elsewhere.example", "http://localhost:1", "null"):
        with pytest.raises(HTTPClientError, match="403"):
            asyncio.run(ask(origin))
    asyncio.run(ask(served.url))


# -- a password -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def closed(tmp_path_factory, servers):
    """Two processes that ask for a name and a password."""
    folder = tmp_path_factory.mktemp("closed")
    (folder / "users.json").write_text(json.dumps(USERS), encoding="utf-8")
    command = (sys.executable, "-m", "snnlab", "--processes", "2", "--address", "0.0.0.0", "--no-browser")
    server, process = start(folder, *command, "--port", "{port}", SNNLAB_BASIC_AUTH=str(folder / "users.json"))
    wait_for_answer(server, process)
    yield server
    stop(process)


def sign_in(server, name, password, opener=None, **headers):
    """Where it leads."""
    opener = opener or urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    data = urllib.parse.urlencode({"username": name, "password": password}).encode()
    return opener.open(urllib.request.Request(f"{server.url}/login", data, headers))


def test_it_says_what_it_opens(closed):
    told = closed.log.read_text()
    assert "for all who reach this machine, with a password, in 2 processes" in told and "lovelace" not in told


@pytest.mark.parametrize("name", ["elsewhere.example", "localhost.elsewhere.example"])
def test_a_page_of_another_name_opens_no_websocket_at_the_same_port(closed, name):
    port = closed.url.rpartition(":")[2]
    address = closed.url.replace("http", "ws") + "/apps/ws"

    async def ask():
        request = HTTPRequest(address, headers={"Origin": f"http://{name}:{port}"})
        await websocket_connect(request, subprotocols=["bokeh", "x"])

    with pytest.raises(HTTPClientError, match="403"):
        asyncio.run(ask())


def test_without_the_password_there_is_a_form_and_no_page(closed):
    found = urllib.request.urlopen(f"{closed.url}/apps?page=neuron")
    assert urllib.parse.urlsplit(found.url).path == "/login"
    text = found.read().decode()
    assert 'type="password"' in text and "data-root-id" not in text and "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize("cookie", ["", "user=ada", 'user="2|1:0|10:1700000000|4:user|4:YWRh|' + 64 * "0" + '"'])
def test_without_the_password_a_websocket_is_closed(closed, cookie):
    async def listen():
        headers = {"Cookie": cookie, "Origin": closed.url}
        address = closed.url.replace("http", "ws") + "/apps/ws"
        socket = await websocket_connect(HTTPRequest(address, headers=headers), subprotocols=["bokeh", "x"])
        return await asyncio.wait_for(socket.read_message(), 20)

    try:
        assert asyncio.run(listen()) is None
    except HTTPClientError as error:
        assert error.code in (302, 401, 403)


def test_a_wrong_password_is_refused_and_takes_its_time(closed):
    began = time.monotonic()
    for name, password in [("ada", "hopper √2"), ("ada", ""), ("nobody", "lovelace"), ("", "lovelace")]:
        found = sign_in(closed, name, password)
        assert urllib.parse.urlsplit(found.url).path == "/login" and "not known" in found.read().decode()
    assert time.monotonic() - began > 4 * 0.5


def test_a_form_of_another_site_is_refused(closed):
    with pytest.raises(urllib.error.HTTPError, match="403"):
        sign_in(closed, "ada", "lovelace", Origin="http://elsewhere.example")


@pytest.mark.parametrize("there", ["//elsewhere.example/", "http://elsewhere.example/", "\\\\elsewhere.example"])
def test_a_form_leads_nowhere_else(closed, there):
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    data = urllib.parse.urlencode({"username": "ada", "password": "lovelace"}).encode()
    request = urllib.request.Request(f"{closed.url}/login", data, {"Cookie": f'next_url="{there}"'})
    assert opener.open(request).url.startswith(closed.url + "/")


def test_who_signs_in_comes_to_the_experiment_in_every_process(closed, page):
    tab = page(f"{closed.url}/apps?page=neuron&layout=numbers,equations&preset=lif-below", alone=True)
    tab.get_by_label("Name").fill("grace")
    tab.get_by_label("Password").fill(USERS["grace"])
    tab.get_by_role("button", name="Sign in").click()
    opened(tab, EXPLORER_PLOTS)
    assert "preset=lif-below" in tab.url
    cookies = {one["name"]: one for one in tab.context.cookies()}
    for name in ("user", "snnlab-process"):
        assert cookies[name]["httpOnly"] and cookies[name]["sameSite"] == "Lax"
    other = str(1 - int(cookies["snnlab-process"]["value"]))
    tab.context.add_cookies([cookies["snnlab-process"] | {"value": other}])
    tab.reload()
    opened(tab, EXPLORER_PLOTS)
    with changed(tab):
        slider(tab, "amplitude").press("ArrowRight")


def test_a_file_that_holds_no_passwords_is_told(tmp_path, capsys):
    from snnlab.workbench.access import users_of

    for text in ("", "[]", "{}", '{"ada": 1}', '{"ada": ""}'):
        path = tmp_path / "users.json"
        path.write_text(text)
        with pytest.raises(ValueError, match="is no JSON file of names and passwords"):
            users_of(str(path))
    with pytest.raises(ValueError, match="is no JSON file"):
        users_of(str(tmp_path / "none.json"))
    assert users_of("a word") == "a word"
