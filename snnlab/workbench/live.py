"""From a changed value to a picture: only the newest request runs, in a worker thread when there is a server."""

import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import panel as pn
import panel.io.document as messages
from bokeh.server.connection import ServerConnection
from panel.io.state import set_curdoc
from panel.reactive import Syncable
from tornado.websocket import WebSocketClosedError

from snnlab.engine import Cancelled, Diverged, Progress

from .machine import in_words
from .turns import LONG, SHORT

# A run shorter than this is finished and drawn although a newer value waits: a drag that
# cancelled every run before its end would show nothing until the hand rests.
PATIENCE = 0.3
TOLD = 0.25  # s between two words of how far a run is
LITTLE = 0.02  # of a run, of which there is no picture yet
RARELY = 4  # times as long as a picture takes, a run goes on until the next
REST = 300  # ms after the last picture, from which on the hand rests

log = logging.getLogger(__name__)

# An event of a widget first handles all changes that wait, and all of this would come without the document's lock: then
# whatever changes the page raises.
Syncable._event_coroutine = pn.io.with_lock(Syncable._event_coroutine)


def write_all(write: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """The library's writer of messages, of which none is left: what is scheduled while it waits for a socket would stay
    until the next message, as it takes its mark away and each of its tasks looks for that first."""

    async def write_messages(document: Any) -> None:
        if document in messages._WRITE_MSGS:
            messages._WRITE_BLOCK[document] = True
        await write(document)

    return write_messages


messages._dispatch_msgs = write_all(messages._dispatch_msgs)


def forgiving(ping: Callable[[ServerConnection], None]) -> Callable[[ServerConnection], None]:
    """A ping that finds its socket closed is no news: Bokeh would let go of the session, and look for it once more when
    the socket tells that it was closed."""

    def send_ping(connection: ServerConnection) -> None:
        with suppress(WebSocketClosedError):
            ping(connection)

    return send_ping


ServerConnection.send_ping = forgiving(ServerConnection.send_ping)


def served_document():
    """The document of the page that is being served; None in a notebook or a script."""
    document = pn.state.curdoc
    return document if document is not None and document.session_context else None


def after_loading(then: Callable[[], None]) -> None:
    """Do it for the present page when it is there: what changes while a browser fetches it may get lost on its way."""
    if pn.state.loaded:
        then()
    else:
        pn.state.onload(then)


class Live:
    """Runs what `prepare` gives and hands the result to `show`, in the order of the requests.

    `prepare(*asked)` gives a job, `job(cancelled)` a result; `show(result, waiting)` draws it, `waiting` meaning that a
    newer one is already being computed, and the page is told in one go: else a change may overtake another that waits
    for a busy socket; `started(*asked)` is called before each run, `failed(error)` when any of these
    raised, and `rested()` on a page when its last picture has been there for a moment. Whatever was raised, the next
    request runs.
    """

    def __init__(
        self,
        prepare: Callable[..., Callable[..., Any]],
        show: Callable[[Any, bool], None],
        started: Callable[..., None],
        failed: Callable[[Exception], None],
        rested: Callable[[], None] = lambda: None,
    ) -> None:
        self.prepare, self.show, self.started, self.failed, self.rested = prepare, show, started, failed, rested
        self.asked = 0
        self.running = self.deferred = False
        self.job: tuple[Callable[..., Any], tuple, bool] | None = (
            None  # with what was asked for, and whether it is long
        )
        self.document = served_document()
        if self.document:
            pn.state.on_session_destroyed(lambda context: self.cancel())

    def request(self, *asked: Any, short: bool = False, long: bool = False) -> None:
        """Run with the values as they are now. Raises ValueError where they cannot be run; nothing changes then.

        `asked` is what `prepare` and `started` are told.

        What is drawn while a browser is still fetching the page gets lost on its way: a `short` run that is asked for
        while the page is made is done at once, so that the page comes with its picture; a longer one, and any that
        follows, begins when the page is there. A `long` one waits for its turn among those of all sessions.
        """
        self.job = self.prepare(*asked), asked, long
        self.asked += 1
        if self.running:
            return
        if self.document is None or pn.state.loaded:
            self._start()
        elif short and self.asked == 1:
            self._start(in_thread=False)
        elif not self.deferred:
            self.deferred = True
            pn.state.onload(self._start)

    def progress(self, show: Callable[[float, Any], None], draw: Callable[[Any], Any]) -> Callable[[Progress], None]:
        """What a worker calls with the part that is done of a run: the page shows it from time to time, and `draw` of
        what there is of it. For the job that is being prepared."""
        number, last, pause = self.asked + 1, time.perf_counter(), TOLD

        def shown(part: float, picture: Any) -> None:
            if self.running and number == self.asked and self.document.session_context is not None:
                with set_curdoc(self.document), pn.io.hold():
                    show(part, picture)

        def tell(part: Progress) -> None:
            nonlocal last, pause
            began = time.perf_counter()
            if self.document is None or began - last < pause:
                return
            so_far = None if part < LITTLE else part.so_far()
            picture = None if so_far is None else draw(so_far)
            last = time.perf_counter()
            pause = max(TOLD, RARELY * (last - began))
            self.document.add_next_tick_callback(partial(shown, float(part), picture))

        return tell

    def cancel(self) -> None:
        """Stop what runs and forget what waits."""
        self.job = None
        self.asked += 1

    def aside(self, job: Callable[[], Any], show: Callable[[Any], None], *, long: bool = False) -> None:
        """Run what is to be said of the last picture; `show` gets it unless a newer one has been asked for.

        A job that gives up, as it raises Cancelled, says nothing.
        """
        number = self.asked

        def tell(result: Any, error: Exception | None) -> None:
            if number == self.asked:
                with set_curdoc(self.document), pn.io.hold():
                    if error is None:
                        _, error = outcome(show, result)
                    if error is not None and not isinstance(error, Cancelled):
                        self._tell(error)

        def unless_late() -> Any:
            if number != self.asked:  # while it waited for its turn
                raise Cancelled
            return job()

        if self.document is None:
            tell(*outcome(job))
        else:
            work(self.document, unless_late, tell, long=long)

    def _start(self, in_thread: bool = True) -> None:
        if self.job is None:
            return
        (job, asked, long), self.job, number, began = self.job, None, self.asked, time.perf_counter()
        self.running = True
        _, error = outcome(self.started, *asked)

        def cancelled() -> bool:
            return self.asked != number and time.perf_counter() - began > PATIENCE

        if error is not None:
            self._finish(None, error)
        elif in_thread and self.document is not None:
            work(self.document, partial(job, cancelled), self._finish, long=long)
        else:
            self._finish(*outcome(job, cancelled))

    def _finish(self, result: Any, error: Exception | None) -> None:
        with set_curdoc(self.document), pn.io.hold():
            self.running = False
            waiting = self.job is not None
            if waiting:
                self._start()  # before drawing: it computes while this one is drawn
            if error is None:
                _, error = outcome(self.show, result, waiting)
            if error is not None and not isinstance(error, Cancelled):
                self._tell(error)
            elif not waiting and self.document is not None:
                number = self.asked
                self.document.add_timeout_callback(lambda: self._after_loading(lambda: self._rest(number)), REST)

    def _after_loading(self, then: Callable[[], None]) -> None:
        with set_curdoc(self.document), pn.io.hold():
            after_loading(then)

    def _rest(self, number: int) -> None:
        if number == self.asked and not self.running:
            _, error = outcome(self.rested)
            if error is not None:
                self._tell(error)

    def _tell(self, error: Exception) -> None:
        """Show an error; one that is no answer to what a person asked is a fault of ours, and is logged."""
        if not isinstance(error, ValueError | Diverged):
            log.error("A run or its drawing failed", exc_info=error)
        with pn.io.hold():
            _, silent = outcome(self.failed, error)
        if silent is not None:
            log.error("An error could not be shown", exc_info=silent)


def work(
    document: Any, job: Callable[[], Any], tell: Callable[[Any, Exception | None], None], *, long: bool = False
) -> None:
    """Do a job in a worker, and `tell(result, error)` the page, unless it is left by then; a `long` one in a worker of
    those."""

    def done() -> None:
        if document.session_context is None:
            return
        found: tuple[Any, Exception | None]
        try:
            found = outcome(job)
        except BaseException as error:  # it ends a worker, or the page would wait for ever
            found = None, in_words(error)
        if document.session_context is not None:
            document.add_next_tick_callback(lambda: tell(*found))

    (LONG if long else SHORT).submit(id(document), done)


def outcome(job: Callable[..., Any], *given: Any) -> tuple[Any, Exception | None]:
    """What a job gives, or what it raised."""
    try:
        return job(*given), None
    except Exception as error:  # every error is handed on, or the page would wait for ever
        return None, in_words(error)
