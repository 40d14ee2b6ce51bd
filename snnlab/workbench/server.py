"""The server of the workbench: `snnlab`, `make serve`, and `panel serve --setup` by way of start.py."""

import asyncio
import errno
import gc
import os
import sys
import webbrowser
from functools import partial
from threading import Thread
from typing import Any

import panel as pn
from bokeh.resources import Resources
from bokeh.server.server import Server
from bokeh.server.tornado import BokehTornado
from bokeh.settings import settings
from panel.io import document

from snnlab.engine import prepare

from .access import PASSWORD, ask_for, asking, guard
from .bokeh_models import find_defaults_once
from .health import tell_health
from .messages import tell_briefly
from .pages import page
from .processes import Front
from .rush import RUSH
from .static import serve_compressed

ROUTE = "apps"  # as `panel serve apps/` calls it
EVERYWHERE = "0.0.0.0"
# Objects of pages live long: to look for what can go as often as usual took a fifth of the time in which a page is
# made, and a third of a second at once with thirty pages.
COLLECT = (50_000, 20, 100)
LEFT = 10.0  # s after which pages that were left are cleared away, all at once
SWITCH = 0.001  # s that the thread of all pages waits for one that computes, each time that it has sent something


def make_ready() -> None:
    """Give servers of this process their settings, and do what the first visitor would wait for else.

    A page may open its websocket long after it was sent, when many arrive at once: where a command line says nothing
    else, sessions that nobody uses live for a minute.
    """
    BokehTornado.__init__.__kwdefaults__["unused_session_lifetime_milliseconds"] = 60_000
    Resources._default_components = [one for one in Resources._default_components if one != "bokeh-gl"]  # none is used
    settings.perform_document_validation.set_value(False)  # of each page anew: tests do it (test_bokeh_models.py)
    settings.perform_error_diagnostics.set_value(False)  # of each callback anew, and names like one that there is not
    find_defaults_once()
    tell_briefly()
    RUSH.watch()
    serve_compressed()
    guard()
    tell_health()
    prepare()
    gc.collect()
    gc.freeze()  # the libraries stay: each collection would go over them
    gc.set_threshold(*COLLECT)
    document.GC_DEBOUNCE = LEFT
    sys.setswitchinterval(SWITCH)


def serve(port: int, address: str, browser: bool, processes: int = 1, password: str = "") -> None:
    """Serve the pages at /apps until Ctrl-C or SIGTERM; open them in a `browser`, where there is one with a window.

    With a `password`, or a JSON file of names and theirs, pages ask for it. With several `processes`, browsers are
    spread over them. Raises SystemExit, with a sentence, where nothing can be served at this address and port.
    """
    name = "localhost" if address == EVERYWHERE else address
    url = f"http://{name}:{port}/{ROUTE}"
    try:
        if password:
            ask_for(password)
    except ValueError as error:
        sys.exit(f"Nothing is served: {error}.")
    try:
        if processes > 1:
            front = Front(port, address, processes)
            run = partial(asyncio.run, front.run())
        else:
            make_ready()
            run = server_of(port, address).run_until_shutdown
    except (OSError, ValueError) as error:  # ValueError: what is no address
        sys.exit(f"Nothing can be served at {address}, port {port}: {_reason(error)}.")
    whom = " for all who reach this machine" if address == EVERYWHERE else ""
    whom += ", with a password" if os.environ.get(PASSWORD) else ", without a password" * bool(whom)
    many = f", in {processes} processes" if processes > 1 else ""
    print(f"The workbench opens at {url}{whom}{many} (stop it with Ctrl-C)", flush=True)
    if browser and _has_window():
        Thread(target=webbrowser.open, args=(url,), daemon=True).start()  # it may wait until the browser ends
    run()


def server_of(port: int, address: str, seen: tuple[int, str] | None = None, **more: Any) -> Server:
    """A server of the pages; `seen` are port and address as browsers have them, where these are others; `more` is for
    Panel.

    Raises OSError, and ValueError for what is no address.
    """
    outer, host = seen or (port, address)
    hosts = ["*"] if host == EVERYWHERE else ["localhost", "127.0.0.1", host]  # as a browser may call this server
    return pn.serve(
        {ROUTE: page},
        port=port,
        address=address,
        websocket_origin=[f"{one}:{outer}" for one in hosts],
        title="snnlab",
        start=False,
        show=False,
        verbose=False,
        **asking(),
        **more,
    )


def _reason(error: Exception) -> str:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            return "it is in use, so give another --port"
        case errno.EACCES:
            return "ports below 1024 need an administrator's rights, so give a greater --port"
        case _:
            return f"give --address localhost, or a name or IPv4 address of this machine ({error})"


def _has_window() -> bool:
    """Whether a browser would open in a window: in a terminal alone, a text browser would cover the address."""
    if not {"BROWSER", "DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys() and sys.platform not in ("darwin", "win32"):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
