"""Two visitors of one process, and a third who is curious: `python -m tests.workbench.strangers` prints what is found.

A process of its own, so that what is looked for in all that it holds is theirs alone.
"""

import asyncio
import base64
import json
import sys
import warnings
from html import unescape
from re import search
from types import ModuleType
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

from snnlab.workbench.server import make_ready, server_of
from tests.conftest import free_port
from tests.hostile.makers import MARKUP
from tests.visitor import Visitor

EQUATIONS = """name: Shared
title: {secret} neuron
doc: {secret} words
I = {value} mV in 0 .. 40 "{secret} input"
tau = {value} ms "{secret} time"
dv/dt = ({value} * I - v) / tau : mV
spike: v > 1 mV
reset: v = 0 mV
"""
SECRETS = {"a": ("Quetzal", 13.3771), "b": ("Ocelot", 17.7713)}
ROUTES = [
    "favicon.ico",
    "apps",
    "apps/",
    "apps/metadata",
    "apps/autoload.js?bokeh-autoload-element=1&bokeh-app-path=/apps",
]
ROUTES += [
    "apps/static/js/bokeh.min.js",
    "static/js/bokeh.min.js",
    "static/extensions/panel/panel.min.js",
    "health",
    "",
]
ROUTES += [
    "apps?page=entrance",
    "apps?page=encoders",
    "apps/static/../../../../etc/passwd",
    "static/%2e%2e/%2e%2e/secret",
]
ROUTES += [
    "static/extensions/panel/%2e%2e/config.py",
    "components/",
    "components/snnlab.workbench.widgets/FileField/_js/x",
]


def address(secret: str, value: float) -> str:
    """Of a page that has all that a person may give: a neuron, its values, pins, a file's name, a layout."""
    pin = f"v=2&neuron=LIF&tau_mem={value}&s=Step&s.amplitude=2"
    told = {
        "page": "neuron", "v": "2", "neuron": "Shared",
        "neuron.equations": EQUATIONS.format(secret=secret, value=value),
        "tau": str(value + 1), "file": f"{secret}.csv", "layout": "phase,numbers,equations",
    }  # fmt: skip
    query = "&".join(f"{name}={quote(one)}" for name, one in told.items())
    return f"{query}&pin={quote(pin)}"


def fetched(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urlopen(Request(url, headers=headers), timeout=60) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except HTTPError as error:
        return error.code, error.read().decode(errors="replace")


async def asked(url: str, **headers: str) -> tuple[int, str]:
    return await asyncio.to_thread(fetched, url, **headers)


def names_in(text: str) -> list[str]:
    """Of whom there is anything in a text."""
    return [who for who, (secret, value) in SECRETS.items() if secret in text or str(value) in text]


def token_of(page: str) -> str:
    return search(r'"token"\s*:\s*"([^"]+)"', unescape(page)).group(1)


def session_of(token: str) -> str:
    payload = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["session_id"]


def forged(token: str, session: str) -> str:
    """A token for another session."""
    parts = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4))) | {"session_id": session}
    return ".".join([base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("="), *parts[1:]])


async def connected(url: str, token: str, origin: str = "") -> str:
    """What a socket with this token answers: the document, or why there is none."""
    headers = {"Origin": origin} if origin else {}
    request = HTTPRequest(f"ws{url.removeprefix('http')}/ws", headers=headers)
    try:
        socket = await websocket_connect(request, subprotocols=["bokeh", token], max_message_size=100_000_000)
    except HTTPClientError as error:
        return f"refused {error.code}"
    try:
        first = await asyncio.wait_for(socket.read_message(), 3)
    except TimeoutError:
        socket.close()
        return "silent"
    if first is None:
        return "closed"
    for _ in range(2):
        await socket.read_message()
    visitor = Visitor()
    visitor.socket = socket
    await visitor._send("PULL-DOC-REQ", {})
    document = json.dumps(await visitor._receive())
    socket.close()
    return document


async def look_around(url: str, server: Any) -> dict[str, Any]:
    base = url.removesuffix("/apps")
    found: dict[str, Any] = {}
    found["rules"] = sorted({rule.matcher.regex.pattern for rule in server._tornado.wildcard_router.rules})
    pages = {who: await asked(f"{url}?{address(*secret)}") for who, secret in SECRETS.items()}
    tokens = {who: token_of(page) for who, (_, page) in pages.items()}
    sessions = {who: session_of(token) for who, token in tokens.items()}
    visitors = {who: await Visitor.arrive(f"{url}?{address(*secret)}") for who, secret in SECRETS.items()}
    found["own"] = {who: names_in(json.dumps(one.document)) for who, one in visitors.items()}
    for who in SECRETS:  # both at once, and in turn
        await visitors[who].pick("τ", SECRETS[who][1] + 2)
    await asyncio.sleep(1.5)

    found["routes"] = {}
    for route in ROUTES:
        status, text = await asked(f"{base}/{route}")
        found["routes"][route] = [status, names_in(text)]
    session, token = sessions["a"], tokens["a"]
    ways = [f"{url}?bokeh-session-id={session}", f"{url}?bokeh-token={token}", f"{url}?bokeh-session-id=guessed"]
    ways += [f"{url}/autoload.js?bokeh-autoload-element=1&bokeh-session-id={session}"]
    found["chosen"] = [[(answer := await asked(way))[0], names_in(answer[1])] for way in ways]
    by_header = await asked(url, **{"Bokeh-Session-Id": session})
    found["chosen"].append([by_header[0], names_in(by_header[1])])
    found["ids"] = [len(one) for one in sessions.values()]

    plain = token_of((await asked(f"{url}?page=neuron"))[1])
    found["guessed"] = names_in(await connected(url, forged(plain, session[:-1] + "x")))
    found["origin"] = await connected(url, plain, "http://elsewhere.example")
    found["no token"] = await connected(url, "x")
    found["module"] = [
        (await asked(f"{base}/components/{name}/x/css/y"))[0] for name in ("this", "antigravity", "..x", "os/..")
    ]
    found["loaded"] = [name for name in ("this", "antigravity") if name in sys.modules]

    marked = {}
    usual = await asked(f"{url}?page=neuron")
    for markup in MARKUP:
        query = "&".join(
            f"{name}={quote(markup)}" for name in ("page", "theme", "preset", "layout", "file", "pin", quote(markup))
        )
        cookies = {"Cookie": f"theme={quote(markup)}; projector={quote(markup)}; snnlab-process={quote(markup)}"}
        status, text = await asked(f"{url}?{query}", **cookies)
        marked[markup] = [status, markup in text, "hostile" in text.replace(token_of(text), "")]
    found["marked"] = marked
    found["usual"] = usual[0]
    found["held before"] = held()
    planted = sys.modules["snnlab.workbench.words"]
    planted.PLANTED = {"x": [SECRETS["a"]]}
    found["planted"] = held()
    del planted.PLANTED
    for visitor in visitors.values():
        visitor.leave()
    for _ in range(50):
        if not server.get_sessions("/apps"):
            break
        await asyncio.sleep(0.2)
    found["left"] = len(server.get_sessions("/apps"))
    found["held"] = held()
    return found


def held() -> dict[str, list[str]]:
    """Where what is shared by the process, globals and attributes of classes, has anything of a person."""
    found = {}
    for name, module in [*sys.modules.items()]:
        if not name.startswith(("snnlab", "panel.", "bokeh.")) or not isinstance(module, ModuleType):
            continue
        owners = [module, *(one for one in vars(module).values() if isinstance(one, type) and one.__module__ == name)]
        for owner in owners:
            for key, one in [*vars(owner).items()]:
                if key in ("__doc__", "__builtins__"):
                    continue
                if whose := names_in(" ".join(texts(one, 0, set()))):
                    found[f"{name}:{getattr(owner, '__qualname__', '')}.{key}"] = whose
    return found


def texts(one: Any, depth: int, seen: set[int]) -> list[str]:
    """Texts and numbers in containers of any kind."""
    if isinstance(one, str | bytes | int | float):
        return [str(one)[:100_000]]
    if depth > 6 or id(one) in seen or isinstance(one, type | ModuleType):
        return []
    seen.add(id(one))
    if isinstance(one, dict):
        parts = [part for pair in [*one.items()][:2000] for part in pair]
    elif isinstance(one, list | tuple | set | frozenset) or type(one).__name__ == "deque":
        parts = [*one][:2000]
    elif hasattr(one, "__dict__") and type(one).__module__.startswith("snnlab"):
        parts = [*vars(one).values()]
    else:
        return []
    return [text for part in parts for text in texts(part, depth + 1, seen)]


async def main() -> None:
    warnings.simplefilter("ignore")
    make_ready()
    port = free_port()
    lifetime = {"unused_session_lifetime_milliseconds": 500, "check_unused_sessions_milliseconds": 100}
    server = server_of(port, "localhost", loop=IOLoop.current(), **lifetime)
    server.start()
    print(json.dumps(await look_around(f"http://localhost:{port}/apps", server)))


if __name__ == "__main__":
    asyncio.run(main())
