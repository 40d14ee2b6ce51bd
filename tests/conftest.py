"""A Panel server in a subprocess, one Chromium for all tests, and tabs that must stay quiet.

    def test_page_opens(served, page):
        tab = page(f"{served.url}/apps")
        tab.wait_for_selector("canvas")

At the end of such a test nothing may have gone wrong that nobody looked at: see ``page``.
"""

import functools
import gc
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import torch

ROOT = Path(__file__).parent.parent
collect_ignore = ["apps/faulty.py"]  # a page that changes the workbench in whatever process has it
WITHOUT_BROWSER = os.environ.get("BROWSER_TESTS") == "0"
LEFT_OUT = pytest.StashKey[int]()
LONG = 1800  # s: what an exhaustive test may take

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=LocalNetworkAccessChecks",  # a page whose headers a test changes may still ask its server
    # A page that needs another host fails here as it would without a network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


# First, so that -m sees the mark.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            if item.path.parent != ROOT / "tests" / "apps":
                raise pytest.UsageError(f"{item.nodeid} is in a browser: put it into tests/apps, where make looks")
    # Browser tests go last: Playwright's sync API keeps an event loop running in this thread,
    # and code under test behaves differently when it finds one.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    absent = {"browser"} if WITHOUT_BROWSER else set()
    absent |= set() if "nightly" in config.option.markexpr else {"nightly"}
    absent |= set() if torch.cuda.is_available() else {"gpu"}
    absent |= set() if importlib.util.find_spec("triton") else {"triton"}
    absent |= set() if shutil.which("firefox-esr") or shutil.which("firefox") else {"firefox"}
    for item in items:
        if item.get_closest_marker("nightly") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONG))
    left_out = {item for item in items if not absent.isdisjoint(mark.name for mark in item.iter_markers())}
    unseen = [item for item in left_out if item.get_closest_marker("browser")]
    config.stash[LEFT_OUT] = sum(not item.get_closest_marker("nightly") for item in unseen)
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish():
    """What is loaded by now stays: a test that collects garbage need not go over it, which takes most of a second."""
    set_aside()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """So does what the tests of a file leave in caches, of which there is more and more."""
    yield
    if nextitem is None or nextitem.path != item.path:
        set_aside()


def set_aside():
    gc.collect()
    gc.freeze()


def pytest_report_header():
    return "browser tests: left out (BROWSER_TESTS=0)" if WITHOUT_BROWSER else None


def pytest_terminal_summary(terminalreporter, config):
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.section("browser tests did NOT run", yellow=True)
        terminalreporter.line(f"{count} left out: BROWSER_TESTS=0, which make test sets where it finds no Chromium")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Where everything can be had, a test that is skipped has shown nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class Server(NamedTuple):
    """A running ``panel serve``: where it answers, and the file with what it printed."""

    url: str
    log: Path

    @property
    def explorer(self):
        """Where the page of neurons opens: without panes, which take as long as all else."""
        return f"{self.url}/apps?page=neuron&layout=numbers,equations"

    def tracebacks(self, since=0):
        """Exceptions printed after the first ``since`` characters; those about a tab that was closed are no error."""
        text = self.log.read_text()[since:]
        found = re.findall(r"^Traceback.*?^[\w.]*\w(?:: .*)?$", text, flags=re.DOTALL | re.MULTILINE)
        return [trace for trace in found if not re.search(r"(WebSocket|Stream)ClosedError", trace)]


@pytest.fixture(scope="session")
def servers():
    """All servers started so far."""
    return []


@pytest.fixture(scope="session")
def serve(tmp_path_factory, servers):
    """``serve("apps/*.py")`` serves these files (patterns from the project root) until the session ends."""
    processes = []

    @functools.cache
    def start(*patterns):
        files = [str(path) for pattern in patterns for path in sorted(ROOT.glob(pattern))]
        assert files, f"No file matches {', '.join(patterns)} in {ROOT}"
        server = Server(f"http://localhost:{free_port()}", tmp_path_factory.mktemp("server") / "log.txt")
        processes.append(launch(server, *files))
        servers.append(server)
        return server

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def launch(server, *files, lifetime=60_000, origins=()):
    """A process that answers as this server; sessions that nobody uses end after `lifetime` [ms].

    Beside its own, `origins` are those of pages that it takes websockets of.
    """
    options = ["--port", str(urlsplit(server.url).port), "--unused-session-lifetime", str(lifetime)]
    options += ["--check-unused-sessions", str(min(17_000, lifetime))]
    for one in (urlsplit(server.url).netloc, *origins) if origins else ():
        options += ["--allow-websocket-origin", one]
    command = [
        sys.executable,
        "-m",
        "panel",
        "serve",
        *files,
        "--setup",
        str(ROOT / "snnlab/workbench/start.py"),
        *options,
    ]
    with server.log.open("a") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    wait_for_answer(server, process)
    return process


def wait_for_answer(server, process, seconds=240):
    """Return when the server answers; fail with its log when it ends or stays silent."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(server.url, timeout=seconds).close()
        except urllib.error.HTTPError:
            return  # it does answer; what is wrong with the page is for a test to say
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"The server at {server.url} did not answer:\n{server.log.read_text()}")


@pytest.fixture(scope="session")
def served(serve):
    """The workbench as ``make serve`` serves it: the folder ``apps/`` at ``/apps``."""
    return serve("apps")


def chromium_path():
    """Where Chromium is: the one named in CHROMIUM, or the first found in the PATH."""
    named = os.environ.get("CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.fail(f"None of {', '.join(names)} found: install Chromium, set CHROMIUM to its path, or BROWSER_TESTS=0")
    return path


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


class Trouble(NamedTuple):
    """Something that went wrong in a tab or behind it."""

    kind: str  # "console", "page error", "failed request", "other host" or "server"
    text: str


class Profiles:
    """Profiles of a browser, by options of a Playwright context, and their tabs.

    Tabs of one profile share caches, and one that is used again has its process: a page takes half the time.
    What stands behind another tab of its profile paints late: those that tests share have profiles of their own.
    """

    def __init__(self, browser):
        self.new, self._shared, self._idle = browser.new_context, {}, {}

    def tab(self, lasting, **options):
        key = lasting, repr(sorted(options.items()))
        if key not in self._shared:
            self._shared[key] = self.new(**options)
        context = self._shared[key]
        context.clear_cookies()
        idle = self._idle.setdefault(context, [])
        tab = idle.pop() if idle else context.new_page()
        tab.bring_to_front()
        return tab

    def take_back(self, tab):
        """An empty tab for another test; one whose page does not let go is closed."""
        from playwright.sync_api import Error

        try:
            if tab.url.startswith("http"):
                tab.evaluate("localStorage.clear(), sessionStorage.clear()")
            tab.goto("about:blank")
            self._idle[tab.context].append(tab)
        except Error:
            tab.close()


class Tabs:
    """Opens tabs, and collects the trouble of all of them in ``trouble``."""

    def __init__(self, profiles, servers, lasting=False):
        self.trouble: list[Trouble] = []
        self._profiles, self._lasting = profiles, lasting
        self._servers = servers
        self._log_start = {server.log: len(server.log.read_text()) for server in servers}
        self._tabs, self._shared, self._contexts = [], [], []
        self._ears = {
            "console": self._console,
            "pageerror": lambda error: self._note("page error", str(error)),
            "request": lambda request: self._host(request.url),
            "requestfailed": self._failed,
            "websocket": lambda socket: self._host(socket.url),
            "popup": self._hear,
        }

    def __call__(self, url, *, alone=False, **options):
        """Open a tab at this address. Options are Playwright's for a context: ``viewport``, ``color_scheme``, ...

        A tab that is to lose its network, or that a test changes for good as a user cannot, stands ``alone``.
        """
        if alone:
            context = self._profiles.new(**options)
            self._contexts.append(context)
            tab = context.new_page()
        else:
            tab = self._profiles.tab(self._lasting, **options)
            self._shared.append(tab)
        self._hear(tab)
        tab.goto(url)
        return tab

    def _hear(self, tab):
        self._tabs.append(tab)
        for event, ear in self._ears.items():
            tab.on(event, ear)

    def _note(self, kind, text):
        self.trouble.append(Trouble(kind, text))

    def _console(self, message):
        if message.type == "error":
            self._note("console", f"{message.text} ({message.location.get('url')})")

    def _host(self, url):
        address = urlsplit(url)
        if address.scheme not in ("data", "blob", "about", "file") and address.hostname not in (
            "localhost",
            "127.0.0.1",
        ):
            self._note("other host", url)

    def _failed(self, request):
        # Aborted: the page was left while it loaded, or the answer became a download.
        if request.failure != "net::ERR_ABORTED":
            self._note("failed request", f"{request.url}: {request.failure}")

    def look(self):
        """The trouble so far, with what is still on its way from the tabs and in the logs of the servers."""
        for tab in self._tabs:
            if not tab.is_closed():
                tab.evaluate("0")  # events arrive in order: after this answer, all earlier ones are in
        for server in self._servers:
            for trace in server.tracebacks(self._log_start.get(server.log, 0)):
                self._note("server", trace)
            self._log_start[server.log] = len(server.log.read_text())
        return self.trouble

    def close(self):
        for tab in self._tabs:
            if tab.is_closed():
                continue
            if tab in self._shared:
                for event, ear in self._ears.items():
                    tab.remove_listener(event, ear)
                self._profiles.take_back(tab)
            else:
                tab.close()
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="session")
def profiles(browser):
    return Profiles(browser)


@pytest.fixture
def page(profiles, servers):
    """``page(url)`` opens a tab (a Playwright ``Page``).

    The test fails at its end when a tab wrote an error to the console, threw, lost a request or asked another host,
    or when a server printed a traceback. A test that means trouble looks at it and clears it::

        assert [trouble.kind for trouble in page.look()] == ["console"]
        page.trouble.clear()
    """
    yield from quiet_tabs(profiles, servers)


@pytest.fixture(scope="module")
def shared_page(profiles, served):
    """``page`` for tabs that the tests of a module share: the last of them fails where something went wrong."""
    yield from quiet_tabs(profiles, [served], lasting=True)


def quiet_tabs(profiles, servers, lasting=False):
    """Tabs; an error at their end, when something went wrong that nobody looked at."""
    tabs = Tabs(profiles, servers, lasting)
    yield tabs
    try:
        trouble = tabs.look()
    finally:
        tabs.close()
    assert not trouble, "\n".join(["This went wrong behind the page:", *(f"{kind}: {text}" for kind, text in trouble)])
