"""Who may do what with a served page: the headers of every answer, what no address may choose, and a password where one
is asked for."""

import asyncio
import base64
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from hmac import compare_digest
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bokeh.server.auth_provider import AuthProvider
from bokeh.server.views.session_handler import SessionHandler
from bokeh.server.views.ws import WSHandler
from bokeh.settings import settings
from panel.auth import BasicAuthProvider, BasicLoginHandler
from panel.io.server import ComponentResourceHandler
from tornado.web import HTTPError, RequestHandler

from .words import UNFOLDED

PASSWORD = "SNNLAB_BASIC_AUTH"  # in the environment: a password, or the path of a JSON file of names and passwords
SECRET = "PANEL_COOKIE_SECRET"  # the same: with which cookies of who is signed in are signed
PAUSE = 0.5  # s from a wrong password until any other is looked at
SOMEBODY = "class"  # who is signed in by a password without a name
LOGIN = str(files(__package__) / "login.html")

CHOOSES = ("bokeh-session-id", "bokeh-token")  # a session, in an address; the first may be a header too

_CODE = unescape(UNFOLDED.partition('"')[2].removesuffix('"'))  # of the one handler in a tag that is ours
HANDLER = "sha256-" + base64.b64encode(hashlib.sha256(_CODE.encode()).digest()).decode()
# What a page may load and run. All is of the server itself; `blob:` are the sources of components, `unsafe-eval` is for
# callbacks that Bokeh makes of text, and for kernels. A script in the page runs where it has the number of this answer,
# a handler in a tag where it is the one of ours. Bokeh sets the style of each part.
POLICY = {
    "default-src": "'none'",
    "script-src": f"'self' 'nonce-{{nonce}}' 'unsafe-eval' blob: 'unsafe-hashes' '{HANDLER}'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' blob:",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
_POLICY = "; ".join(f"{name} {value}" for name, value in POLICY.items())
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "snnlab",
}
_nonce: ContextVar[str] = ContextVar("_nonce", default="")


def nonce() -> str:
    """The number of the answer that is being made: a script in it runs that has it."""
    return _nonce.get()


def numbered(html: str) -> str:
    """HTML of ours, whose scripts run in the answer that is being made."""
    return html.replace("<script", f'<script nonce="{nonce()}"')


def policy(number: str) -> str:
    """The content security policy of an answer with this number."""
    return _POLICY.format(nonce=number)


def own_session(get_session: Callable[[Any], Awaitable[Any]]) -> Callable[[Any], Awaitable[Any]]:
    """The library's own, which lets an address name a session: who makes a link would share that of who opens it."""

    async def get(self: RequestHandler) -> Any:
        if any(self.get_argument(name, None) is not None for name in CHOOSES) or CHOOSES[0] in self.request.headers:
            raise HTTPError(403, reason="A session is given by the server")
        return await get_session(self)

    return get


def loaded_only(parse_url_path: Callable[[Any, str], str]) -> Callable[[Any, str], str]:
    """The library's own, which imports the module that an address names, and so runs whichever is installed."""

    def parse(self: RequestHandler, path: str) -> str:
        if path.partition("/")[0] not in sys.modules:
            raise HTTPError(404)
        return parse_url_path(self, path)

    return parse


def guard() -> None:
    """Let all answers of this process have the headers of this file, its websockets be those of its own pages, and no
    address choose a session, or have a module loaded."""
    plain, check = RequestHandler.clear, WSHandler.check_origin

    def check_origin(self: WSHandler, origin: str) -> bool:
        """Where pages may be called by any name, a socket has the name of its page, unless names are given."""
        named = settings.allowed_ws_origin() or not any(
            one.startswith("*:") for one in self.application.websocket_origins
        )
        return check(self, origin) and (bool(named) or urlsplit(origin).netloc.lower() == self.request.host.lower())

    def clear(self: RequestHandler) -> None:
        plain(self)
        number = secrets.token_urlsafe(16)
        _nonce.set(number)
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", policy(number))

    RequestHandler.clear = clear  # type: ignore[method-assign]
    WSHandler.check_origin = check_origin
    SessionHandler.get_session = own_session(SessionHandler.get_session)
    ComponentResourceHandler.parse_url_path = loaded_only(ComponentResourceHandler.parse_url_path)


class Login(BasicLoginHandler):
    """Asks for a password. Two wrong ones a second are looked at, whoever sends them, and none from another site."""

    one = asyncio.Lock()  # looked at, at a time

    async def post(self) -> None:
        origin = self.request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != self.request.host:
            raise HTTPError(403, "the form is of another site")
        name, given = self.get_argument("username", ""), self.get_argument("password", "")
        async with self.one:
            known = self._validate(name, given)
            if not known:
                await asyncio.sleep(PAUSE)
        if known:
            self.set_current_user(name or SOMEBODY)
            self.redirect(_inside(self.get_cookie("next_url") or "/"))
        else:
            self.redirect("?error=1")

    def _validate(self, username: str, password: str) -> bool:
        users = users_of(os.environ[PASSWORD])
        wanted = users if isinstance(users, str) else users.get(username)
        return wanted is not None and compare_digest(wanted.encode(), password.encode())

    def set_current_user(self, user: str) -> None:
        secure = self.request.protocol == "https"
        self.set_signed_cookie("user", user, expires_days=1, httponly=True, samesite="Lax", secure=secure)


def _inside(path: str) -> str:
    """A place of this server, whatever it is asked to lead to."""
    there = urlsplit(path)
    return "/" if there.scheme or there.netloc or "\\" in path or not path.startswith("/") else path


class Password(BasicAuthProvider):
    """Panel's own, with our form."""

    def __init__(self) -> None:
        super().__init__(login_template=LOGIN, logout_template=LOGIN)

    @property
    def login_handler(self) -> type[Login]:
        Login._login_endpoint, Login._login_template = self._login_endpoint, self._login_template
        return Login


def users_of(given: str) -> str | dict[str, str]:
    """The password, or those of all names in a file. Raises ValueError for a file that is none."""
    if not given.endswith(".json"):
        return given
    try:
        found = json.loads(Path(given).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{given} is no JSON file of names and passwords ({error})") from error
    if not isinstance(found, dict) or not found or not all(isinstance(one, str) and one for one in found.values()):
        raise ValueError(f'{given} is no JSON file of names and passwords: give {{"name": "password", ...}}')
    return found


def ask_for(password: str) -> None:
    """Let all servers of this process, and of those that it starts, ask for a password, or for those in a file.

    Raises ValueError for a file that is none.
    """
    users_of(password)
    os.environ[PASSWORD] = password
    os.environ[SECRET] = os.environ.get(SECRET) or secrets.token_hex(32)  # the same in all processes


def asking() -> dict[str, Any]:
    """What a server has to be given so that it asks, where it is to."""
    if not os.environ.get(PASSWORD):
        return {}
    ask_for(os.environ[PASSWORD])
    provider: AuthProvider = Password()
    return {"auth_provider": provider, "cookie_secret": os.environ[SECRET]}
