"""One of several processes that serve behind a port: `python -m snnlab.workbench.worker`, as processes.py starts it."""

import signal
import socket
import sys
from collections.abc import Sequence

from tornado.web import RequestHandler

from .processes import COOKIE
from .server import make_ready, server_of


def mark(number: int) -> None:
    """Let every answer of this process name it in a cookie, unless the browser names it already."""
    plain = RequestHandler.set_default_headers

    def set_default_headers(self: RequestHandler) -> None:
        plain(self)
        cookie = self.request.cookies.get(COOKIE)
        if cookie is None or cookie.value != str(number):
            self.set_cookie(COOKIE, str(number), httponly=True, samesite="Lax")

    RequestHandler.set_default_headers = set_default_headers  # type: ignore[method-assign]


def work(link: socket.socket, number: int, port: int, address: str) -> None:
    """Serve the connections that come by a link, until it is closed."""
    make_ready()
    mark(number)
    server = server_of(0, "127.0.0.1", seen=(port, address))
    loop = server.io_loop

    def take() -> None:
        message, fds, _, _ = socket.recv_fds(link, 1, 1)
        if not message:
            loop.remove_handler(link)
            loop.stop()
        for fd in fds:
            connection = socket.socket(fileno=fd)
            connection.setblocking(False)
            server._http._handle_connection(connection, connection.getpeername())

    loop.add_handler(link, lambda *event: take(), loop.READ)
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *told: loop.add_callback_from_signal(loop.stop))
    server.start()
    loop.start()


def main(given: Sequence[str]) -> None:
    fd, number, port, address = given
    work(socket.socket(fileno=int(fd)), int(number), int(port), address)


if __name__ == "__main__":
    main(sys.argv[1:])
