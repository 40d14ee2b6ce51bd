"""Several processes behind one port, for a class: a browser's connections all go to one of them, as its cookie says.

The process that listens reads the head of a connection's first request, and hands the connection itself over; nothing
passes through it after that. For systems that can do so: Linux and macOS.
"""

import asyncio
import contextlib
import re
import signal
import socket
import subprocess
import sys

from tornado.netutil import bind_sockets

COOKIE = "snnlab-process"
WORKER = "snnlab.workbench.worker"
NAMED = re.compile(rb"\r\ncookie:[^\r]*\b" + COOKIE.encode() + rb"=(\d{1,3})\b", re.IGNORECASE)
PAGE = re.compile(rb"GET /apps[ ?/]")
HEAD = 16_384  # bytes of a request, in which its cookies are looked for
PATIENCE = 60.0  # s for which a connection may say nothing, as one that a browser opens ahead of time
PAUSE = 0.01  # s until more of a head is looked for


class Worker:
    """A process that serves; `link` leads to it."""

    def __init__(self, number: int, port: int, address: str) -> None:
        self.link, there = socket.socketpair()
        command = [sys.executable, "-m", WORKER, str(there.fileno()), str(number), str(port), address]
        self.process = subprocess.Popen(command, pass_fds=[there.fileno()])
        there.close()

    def take(self, connection: socket.socket) -> None:
        """Serve this connection. Raises OSError where the process is gone."""
        socket.send_fds(self.link, [b"."], [connection.fileno()])

    def end(self) -> None:
        self.link.close()
        self.process.terminate()


class Front:
    """What listens, for so many processes."""

    def __init__(self, port: int, address: str, processes: int) -> None:
        self.given = port, address
        self.sockets = bind_sockets(port, address)
        self.workers = [Worker(number, port, address) for number in range(processes)]
        self.turn = 0
        self.tasks: set[asyncio.Task] = set()

    async def run(self) -> None:
        """Hand connections over until the process is told to end; a worker that dies is replaced."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, ended.set)
        for listener in self.sockets:
            loop.add_reader(listener, self._accept, listener)
        while not ended.is_set():
            for number, worker in enumerate(self.workers):
                if worker.process.poll() is not None:
                    worker.link.close()
                    self.workers[number] = Worker(number, *self.given)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), 1.0)
        for worker in self.workers:
            worker.end()
        for worker in self.workers:
            worker.process.wait()

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:  # it is gone again, or there are too many
            return
        connection.setblocking(False)
        task = asyncio.get_running_loop().create_task(self._hand_over(connection))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _hand_over(self, connection: socket.socket) -> None:
        with connection:
            try:
                head = await asyncio.wait_for(head_of(connection), PATIENCE)
            except (OSError, TimeoutError):
                return
            named = NAMED.search(head)
            number = int(named[1]) if named else self.turn
            self.turn += named is None and PAGE.match(head) is not None  # what a page asks for comes with its cookie
            for k in range(len(self.workers)):  # one that is being replaced cannot take it
                with contextlib.suppress(OSError):
                    self.workers[(number + k) % len(self.workers)].take(connection)
                    return


async def head_of(connection: socket.socket) -> bytes:
    """The head of the first request of a connection, which stays to be read. Raises OSError where it ends before."""
    loop, seen = asyncio.get_running_loop(), b""
    while b"\r\n\r\n" not in seen and len(seen) < HEAD:
        there = asyncio.Event()
        loop.add_reader(connection, there.set)
        try:
            await there.wait()
        finally:
            loop.remove_reader(connection)
        before, seen = seen, connection.recv(HEAD, socket.MSG_PEEK)
        if not seen:
            raise ConnectionResetError
        if seen == before:
            await asyncio.sleep(PAUSE)
    return seen
