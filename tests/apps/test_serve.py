"""The commands that serve the workbench, as README has them."""

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import panel
import psutil
import pytest

from snnlab.__main__ import main
from snnlab.workbench import server as workbench
from tests.apps.tabs import EXPLORER_PLOTS, address, changed, numbers, opened, painted, pictures, slider
from tests.conftest import ROOT, Server, free_port, wait_for_answer

INSTALLED = Path(sys.executable).parent
SCRIPT = Path(panel.__file__).parent / "dist" / "panel.min.js"
LOADED = "/static/extensions/panel/panel.min.js"
BY_PANEL = (sys.executable, "-m", "panel", "serve", "apps/", "--setup", "snnlab/workbench/start.py", "--port", "{port}")
LIVES = "Unused sessions last for 60000 milliseconds"


def start(folder, *command, **environment):
    """A server in a process group of its own, with what Bokeh logs; {port} in the command stands for a free one."""
    port = free_port()
    server = Server(f"http://localhost:{port}", folder / "log.txt")
    given = os.environ | {"BOKEH_PY_LOG_LEVEL": "info"} | environment
    command = [part.replace("{port}", str(port)) for part in command]
    with server.log.open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=given, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    return server, process


def executable(file, line):
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)
    return str(file)


def stop(process):
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=30)


@pytest.fixture(scope="module")
def served_by_make(tmp_path_factory, servers):
    """`make serve` with what is installed here, and a browser that writes down what it is to open."""
    folder = tmp_path_factory.mktemp("make")
    (folder / ".installed").touch()
    browser = executable(folder / "browser", f'echo "$1" > {folder}/opened')
    make = ("make", "serve", f"VENV={folder}", f"BIN={INSTALLED}", "PORT={port}")
    server, process = start(folder, *make, BROWSER=browser)
    try:
        wait_for_answer(server, process)
        servers.append(server)
        yield server
    finally:
        stop(process)
    assert "Traceback" not in server.log.read_text()


def test_make_serve_serves_the_workbench(served_by_make):
    page = urllib.request.urlopen(served_by_make.url)
    assert page.url == f"{served_by_make.url}/apps", "the root leads to the entrance"
    assert b"<title>snnlab</title>" in page.read()
    assert f"{served_by_make.url}/apps" in served_by_make.log.read_text(), "the address is told"
    assert LIVES in served_by_make.log.read_text()


def test_make_serve_is_for_this_machine_alone(served_by_make):
    port = int(served_by_make.url.rpartition(":")[2])
    mine = {one.laddr.ip for one in psutil.net_connections("tcp") if one.laddr.port == port and one.status == "LISTEN"}
    assert mine and all(ip_address(one).is_loopback for one in mine), mine


def test_the_page_is_opened_in_a_browser(served_by_make):
    opened, deadline = served_by_make.log.parent / "opened", time.monotonic() + 30
    while not opened.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert opened.read_text().strip() == f"{served_by_make.url}/apps"


def test_a_page_served_by_the_command_is_live(served_by_make, page):
    tab = page(f"{served_by_make.url}/apps?page=neuron".replace("localhost", "127.0.0.1"))
    before, measured = opened(tab, EXPLORER_PLOTS), numbers(tab)
    with changed(tab):
        slider(tab, "τ_mem").press("ArrowRight")
    assert pictures(tab) != before
    assert numbers(tab)["Mean ISI"] > measured["Mean ISI"]
    tab.get_by_role("link", name="Izhikevich", exact=True).click()
    painted(tab, 25)


def test_panel_serve_has_the_same_settings(tmp_path):
    server, process = start(tmp_path, *BY_PANEL)
    try:
        wait_for_answer(server, process)
        page = urllib.request.urlopen(server.url)
        assert page.url == f"{server.url}/apps"
        assert b"<title>snnlab</title>" in page.read()
        assert LIVES in server.log.read_text()
        assert not server.tracebacks()
    finally:
        stop(process)


def test_ctrl_c_ends_it_while_the_browser_is_open(tmp_path):
    browser = executable(tmp_path / "browser", "exec sleep 120")
    server, process = start(tmp_path, sys.executable, "-m", "snnlab", "--port", "{port}", BROWSER=browser)
    try:
        wait_for_answer(server, process)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert "Traceback" not in server.log.read_text()
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # the browser, which is in the same group


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "65536"], "argument --port: '65536' is not allowed: give a whole number from 1 to 65535"),
        (["--port", "0"], "argument --port: '0' is not allowed: give a whole number from 1 to 65535"),
        (["--port", "x"], "argument --port: 'x' is not allowed: give a whole number from 1 to 65535"),
        (["--prot", "80"], "unrecognized arguments: --prot 80"),
    ],
)
def test_what_is_typed_wrong_is_told(capsys, arguments, words):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("address", ["192.0.2.1", "no.such.name.invalid", "::1", "a..b"])
def test_an_address_of_another_machine_is_told(unready, address):
    with pytest.raises(SystemExit, match=f"served at {re.escape(address)}, port .*: give --address localhost, or"):
        unready(free_port(), address, browser=False)


def test_a_port_in_use_is_told(unready):
    with socket.socket() as other:
        other.bind(("localhost", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SystemExit, match=f"^Nothing can be served at localhost, port {port}: it is in use"):
            unready(port, "localhost", browser=False)


def test_a_browser_is_one_with_a_window(monkeypatch):
    """In a terminal alone webbrowser would take a text browser."""
    monkeypatch.setattr(workbench.sys, "platform", "linux")
    monkeypatch.setattr(workbench.webbrowser, "get", object)
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not workbench._has_window()
    monkeypatch.setenv("DISPLAY", ":0")
    assert workbench._has_window()

    def none():
        raise workbench.webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(workbench.webbrowser, "get", none)
    assert not workbench._has_window()


@pytest.fixture
def unready(monkeypatch):
    """`serve` without its settings, which would be those of the whole process."""
    monkeypatch.setattr(workbench, "make_ready", lambda: None)
    return workbench.serve


# -- what pages load ---------------------------------------------------------------------------------------------------


def answer(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
        return response.headers, response.read()


def test_a_file_is_sent_compressed_to_whom_takes_it(served_by_make):
    headers, data = answer(served_by_make.url + LOADED, **{"Accept-Encoding": "gzip, br"})
    assert headers["Content-Encoding"] == "gzip" and int(headers["Content-Length"]) == len(data)
    assert gzip.decompress(data) == SCRIPT.read_bytes() and len(data) < 0.4 * SCRIPT.stat().st_size
    plain, whole = answer(served_by_make.url + LOADED)
    assert plain["Content-Encoding"] is None and whole == SCRIPT.read_bytes()
    assert headers["Vary"] == plain["Vary"] == "Accept-Encoding", "no cache may mix them"


def test_what_has_a_version_is_kept(served_by_make):
    headers, _ = answer(f"{served_by_make.url}{LOADED}?v=1", **{"Accept-Encoding": "gzip"})
    assert int(headers["Cache-Control"].removeprefix("max-age=")) > 300 * 24 * 3600


def test_a_page_paints_its_header_before_any_library(served_by_make):
    page = answer(f"{served_by_make.url}/apps")[1].decode()
    assert 0 < page.index("</header>") < re.search(r"<script [^>]*\bsrc=", page).start()
    assert "bokeh-gl" not in page and "katex" not in page


def test_a_server_tells_how_it_is(served_by_make, page):
    headers, data = answer(f"{served_by_make.url}/health")
    told = json.loads(data)
    assert headers["Content-Type"].startswith("application/json")
    assert told["memory_mb"] > 50 and told["kernels"] > 0 and told["limits"]["SNNLAB_MAX_STEPS"] == 200_000
    assert all(held <= most for held, most in told["caches"].values() if most is not None)
    opened(page(f"{served_by_make.url}/apps?page=neuron"), EXPLORER_PLOTS)
    assert json.loads(answer(f"{served_by_make.url}/health")[1])["sessions"] > 0


@pytest.fixture(scope="module")
def served_by_processes(tmp_path_factory, servers):
    """Two processes behind one port."""
    command = (sys.executable, "-m", "snnlab", "--processes", "2", "--no-browser", "--port", "{port}")
    server, process = start(tmp_path_factory.mktemp("processes"), *command)
    wait_for_answer(server, process)
    yield server
    stop(process)


def process_of(tab):
    """Which process a browser has."""
    return next(one["value"] for one in tab.context.cookies() if one["name"] == "snnlab-process")


def test_browsers_are_spread_over_processes_and_stay_there(served_by_processes, page):
    tab = page(f"{served_by_processes.url}/apps?page=neuron")
    before = opened(tab, EXPLORER_PLOTS)
    number = process_of(tab)
    with changed(tab):
        slider(tab, "τ_mem").press("ArrowRight")
    assert pictures(tab) != before
    tab.reload()
    opened(tab, EXPLORER_PLOTS)
    assert process_of(tab) == number
    others = [answer(f"{served_by_processes.url}/apps")[0]["Set-Cookie"][:16] for _ in range(4)]
    assert others[0] != others[1] and others[:2] == others[2:]


def test_a_process_that_dies_is_replaced(served_by_processes, page):
    """Meanwhile the others answer for it, and its pages come back there as what they were."""

    def process(number):
        asked = f"{served_by_processes.url}/health"
        for _ in range(20):
            with suppress(OSError):  # it has just died
                return json.loads(answer(asked, Cookie=f"snnlab-process={number}")[1])["process"]
        raise AssertionError("nothing answers")

    tab = page(f"{served_by_processes.url}/apps?page=neuron&layout=numbers,equations&preset=lif-constant", alone=True)
    opened(tab, EXPLORER_PLOTS)
    with changed(tab):
        slider(tab, "amplitude").press("ArrowRight")
    address(tab, "s.amplitude=")
    there, number = tab.url, int(process_of(tab))
    known = {process(0), process(1)}
    assert len(known) == 2
    tab.evaluate("window.before = true")
    os.kill(process(number), signal.SIGKILL)
    tab.wait_for_function("() => !window.before && Number(document.documentElement.dataset.rests) > 0", polling=100)
    opened(tab, EXPLORER_PLOTS)
    assert tab.url == there and "s.amplitude=" in there
    page.look()
    page.trouble.clear()  # a socket and requests were lost
    end = time.monotonic() + 60
    while process(number) in known:
        assert time.monotonic() < end
        time.sleep(0.5)
