"""When a class arrives at once, pages come first: what a page does not begin with is made when nobody waits for one."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any, NamedTuple

import panel as pn
from bokeh.document import Document
from panel.io.state import set_curdoc
from tornado.ioloop import IOLoop

QUIET = 0.15  # s for which no page was made
LOOK = 0.05  # s between two looks whether it is quiet
MOST = 15.0  # s that a page waits for what it does not begin with


class Waiting(NamedTuple):
    since: float
    document: Any
    do: Callable[[], None]


class Rush:
    """Pages that are made, and what waits until none is."""

    def __init__(self) -> None:
        self.last = -QUIET  # when a page was made
        self.made = 0  # pages, and what came later of them
        self.waiting: deque[Waiting] = deque()

    @contextmanager
    def page(self):
        """While a page is made, or put into words to be sent."""
        try:
            yield
        finally:
            self.last = time.monotonic()
            self.made += 1

    def watch(self) -> None:
        """Let pages of this process that are sent be among those that are made."""
        plain = Document.to_json

        def to_json(document: Document, **given: Any) -> Any:
            with self.page():
                return plain(document, **given)

        Document.to_json = to_json

    def after(self, do: Callable[[], None]) -> None:
        """Do it for the present page when no other is being made; not where the page is left by then."""
        self.waiting.append(Waiting(time.monotonic(), pn.state.curdoc, do))
        if len(self.waiting) == 1:  # else one looks already
            self._look()

    def _look(self) -> None:
        now = time.monotonic()
        if now - self.last > QUIET or now - self.waiting[0].since > MOST:
            one = self.waiting.popleft()
            if one.document.session_context is not None:
                one.document.add_next_tick_callback(lambda: self._do(one))
        if self.waiting:
            IOLoop.current().call_later(LOOK, self._look)

    def _do(self, one: Waiting) -> None:
        with set_curdoc(one.document), pn.io.hold():
            one.do()
        self.made += 1


RUSH = Rush()
