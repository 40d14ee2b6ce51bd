"""What a visitor of a server may not: choose a session, or have a module loaded."""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bokeh.server.views.session_handler import SessionHandler
from panel.io.server import ComponentResourceHandler
from tornado.web import HTTPError, RequestHandler

CHOOSES = ("bokeh-session-id", "bokeh-token")  # in an address; the first may be a header too


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


def guard_sessions() -> None:
    """For all servers of this process, once."""
    if SessionHandler.get_session.__module__ != __name__:
        SessionHandler.get_session = own_session(SessionHandler.get_session)
        ComponentResourceHandler.parse_url_path = loaded_only(ComponentResourceHandler.parse_url_path)
