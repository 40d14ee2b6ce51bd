"""The order of runs: the newest value wins, whatever a worker does meanwhile."""

import asyncio
import queue
import threading
from types import SimpleNamespace

import panel as pn
import panel.io.document as messages
import pytest
from bokeh.server.connection import ServerConnection
from tornado.websocket import WebSocketClosedError

from snnlab.engine import Cancelled, Progress
from snnlab.workbench import live
from snnlab.workbench.live import Live


class Document:
    """Stands for a served document: callbacks wait until the test lets its event loop turn."""

    session_context = object()
    callbacks = SimpleNamespace(hold_value="combine")  # whoever holds it lets go

    def __init__(self):
        self.waiting, self.later = queue.Queue(), []
        self.add_next_tick_callback = self.waiting.put
        pn.state._loaded[self] = True

    def add_timeout_callback(self, callback, ms):
        self.later.append(callback)

    def turn(self):
        """Run the next callback, waiting for it."""
        self.waiting.get(timeout=5)()


class Bench:
    """A value, and a job that waits until the test lets it end; what is `bad` raises."""

    def __init__(self):
        self.value, self.shown, self.failures, self.bad = 0, [], [], ""
        self.begun, self.end = queue.Queue(), threading.Semaphore(0)
        self.rests = []
        started, rested = (lambda: self.may_raise("started")), (lambda: self.rests.append(self.value))
        self.live = Live(self.prepare, self.show, started, self.failed, rested)
        self.live.document = Document()

    def may_raise(self, what):
        if what == self.bad:
            raise RuntimeError(f"{what} is bad")

    def show(self, result, waiting):
        self.may_raise("show")
        self.shown.append((result, waiting))

    def failed(self, error):
        self.failures.append(str(error))
        self.may_raise("failed")

    def prepare(self):
        value = self.value
        if value == "refused":
            raise ValueError("not this one")

        def job(cancelled):
            self.begun.put(value)
            while not self.end.acquire(timeout=0.01):
                if cancelled():
                    raise Cancelled
            if value == "broken":
                raise RuntimeError("broken")
            return value

        return job

    def ask(self, value):
        self.value = value
        self.live.request()


@pytest.fixture
def bench():
    made = Bench()
    yield made
    made.end.release(10)


def test_a_run_that_nothing_overtakes_is_shown(bench):
    bench.ask(1)
    bench.end.release()
    bench.live.document.turn()
    assert bench.shown == [(1, False)]


def test_values_between_are_skipped_and_the_newest_is_shown_last(bench):
    bench.ask(1)
    bench.begun.get(timeout=5)
    for value in (2, 3, 4):
        bench.ask(value)
    bench.end.release()
    bench.live.document.turn()
    assert bench.shown == [(1, True)]  # drawn, and said to be out of date
    bench.end.release()
    bench.live.document.turn()
    assert bench.shown == [(1, True), (4, False)]
    assert bench.begun.get(timeout=5) == 4 and bench.begun.empty()


def test_the_hand_rests_after_the_last_picture(bench):
    """Not while a newer value is computed, and not for a picture that another has followed."""
    bench.end.release(3)
    for value in (1, 2):
        bench.ask(value)
        bench.live.document.turn()
    bench.ask(3)
    for callback in bench.live.document.later:
        callback()
    assert bench.rests == []
    bench.live.document.turn()
    for callback in bench.live.document.later:
        callback()
    assert bench.rests == [3]


def test_a_hand_rests_when_the_page_is_there(bench):
    """What the page was told while a fast browser fetched it got lost: it never ran anything by itself."""
    document = bench.live.document
    bench.end.release()
    bench.ask(1)
    pn.state._loaded[document] = False
    document.turn()
    document.later.pop()()
    assert bench.rests == []
    pn.state._on_load(document)
    assert bench.rests == [1]


def test_what_is_said_of_a_picture_comes_unless_there_is_a_newer_one(bench):
    said = []

    def aside(answer):
        bench.live.aside(lambda: answer() if callable(answer) else answer, said.append)
        return bench.live.document.waiting.get(timeout=5)

    bench.end.release(2)
    bench.ask(1)
    bench.live.document.turn()
    aside("of 1")()
    late = aside("of 1, late")
    bench.ask(2)
    late()
    bench.live.document.turn()
    assert said == ["of 1"]

    def raised(error):
        raise error

    aside(lambda: raised(Cancelled()))()
    assert bench.failures == []
    aside(lambda: raised(ValueError("no")))()
    assert (said, bench.failures) == (["of 1"], ["no"])


def test_nothing_is_computed_for_who_no_longer_waits(bench, monkeypatch):
    """Jobs wait for their turn: what is asked for meanwhile, or a page that is left, makes them needless."""
    waiting, done = [], []
    monkeypatch.setattr(live.SHORT, "submit", lambda session, job: waiting.append(job))
    bench.live.aside(lambda: done.append("late"), done.append)
    bench.live.asked += 1
    bench.live.aside(lambda: done.append("wanted"), done.append)
    for job in waiting:
        job()
    assert done == ["wanted"]
    bench.live.aside(lambda: done.append("left"), done.append)
    bench.live.document.session_context = None
    waiting[-1]()
    assert done == ["wanted"]


def test_a_long_run_is_cancelled_by_a_newer_value(bench, monkeypatch):
    monkeypatch.setattr(live, "PATIENCE", 0.0)
    bench.ask(1)
    bench.begun.get(timeout=5)
    bench.ask(2)
    bench.live.document.turn()  # of the cancelled run: it shows nothing, and the next one has begun
    assert bench.shown == [] and bench.begun.get(timeout=5) == 2
    bench.end.release()
    bench.live.document.turn()
    assert bench.shown == [(2, False)]


def test_what_there_is_of_a_run_is_drawn_now_and_then(bench, monkeypatch):
    monkeypatch.setattr(live, "TOLD", 0.0)
    monkeypatch.setattr(live, "RARELY", 0)
    told = []
    tell = bench.live.progress(lambda *shown: told.append(shown), lambda found: f"drawn {found}")
    bench.ask(1)
    bench.begun.get(timeout=5)
    for part in (Progress(0.25), Progress(0.5, lambda: "half")):
        tell(part)
        bench.live.document.turn()
    assert told == [(0.25, None), (0.5, "drawn half")]
    tell(Progress(0.75))
    bench.live.cancel()
    bench.live.document.turn()
    assert len(told) == 2, "what comes after a stop is not shown"


def test_values_that_cannot_be_run_change_nothing(bench):
    bench.ask(1)
    with pytest.raises(ValueError, match="not this one"):
        bench.ask("refused")
    bench.end.release()
    bench.live.document.turn()
    assert bench.shown == [(1, False)]


def test_a_run_that_fails_is_told_and_the_next_one_runs(bench):
    bench.ask("broken")
    bench.end.release()
    bench.live.document.turn()
    assert bench.failures == ["broken"] and bench.shown == []
    bench.ask(2)
    bench.end.release()
    bench.live.document.turn()
    assert bench.shown == [(2, False)]


@pytest.mark.parametrize("bad", ["started", "show", "failed"])
def test_whatever_raises_is_told_and_logged_once_and_the_next_one_runs(bench, bad, caplog):
    bench.bad = bad
    bench.ask("broken" if bad == "failed" else 1)
    bench.end.release()
    if bad != "started":  # else nothing was begun
        bench.live.document.turn()
    assert bench.failures == [f"{bad} is bad" if bad != "failed" else "broken"] and bench.shown == []
    assert [record.exc_info[0] for record in caplog.records].count(RuntimeError) == (2 if bad == "failed" else 1)
    assert not bench.live.running
    bench.bad = ""
    bench.end = threading.Semaphore(1)
    bench.ask(2)
    bench.live.document.turn()
    assert bench.shown == [(2, False)]


def test_an_answer_to_what_a_person_asked_is_not_logged(bench, caplog, monkeypatch):
    monkeypatch.setattr(bench, "prepare", lambda: lambda cancelled: int("no number"))
    bench.live.prepare = bench.prepare
    bench.live.request()
    bench.live.document.turn()
    assert bench.failures == ["invalid literal for int() with base 10: 'no number'"]
    assert not caplog.records


def test_a_closed_page_stops_its_run(bench, monkeypatch):
    monkeypatch.setattr(live, "PATIENCE", 0.0)
    bench.ask(1)
    bench.begun.get(timeout=5)
    bench.live.cancel()
    bench.live.document.turn()
    assert bench.shown == []
    assert not bench.live.running


def test_without_a_server_a_request_is_answered_at_once(bench):
    bench.live.document = None
    bench.end.release()
    bench.ask(7)
    assert bench.shown == [(7, False)]


def test_what_is_asked_while_a_page_is_on_its_way_is_drawn_when_it_is_there(bench, monkeypatch):
    arrived = []
    monkeypatch.setattr(live.pn, "state", SimpleNamespace(loaded=False, onload=arrived.append))
    bench.end.release()
    bench.value = 1
    bench.live.request(short=True)
    assert bench.shown == [(1, False)], "the page comes with its picture"
    for bench.value in (2, 3):
        bench.live.request(short=True)
    assert bench.shown == [(1, False)] and len(arrived) == 1, "a picture drawn now would be lost"
    bench.end.release()
    arrived[0]()
    bench.live.document.turn()
    assert bench.shown == [(1, False), (3, False)]


class Told:
    """A document, or a connection to one whose socket may be busy."""

    def __init__(self, socket=None):
        self._socket = socket


class Socket:
    def __init__(self):
        self.write_lock = SimpleNamespace(_block=SimpleNamespace(_value=1))  # 0: busy


def test_a_message_that_waits_for_another_is_sent(monkeypatch):
    """While the socket of a page is busy, a later message waits; the library forgot it when the first was through."""
    sent = []

    async def main():
        through, document, connection = asyncio.Event(), Told(), Told(Socket())

        def write(connection, msg):
            sent.append(msg)
            return [asyncio.ensure_future(through.wait())]

        def schedule(message):  # as `schedule_write_events` does
            messages._WRITE_BLOCK[document] = True
            messages._WRITE_MSGS[document] = {connection: [message]}
            messages._dispatch_write_task(document, messages._dispatch_msgs, document)

        monkeypatch.setitem(messages.extra_socket_handlers, Socket, write)
        schedule("first")
        await asyncio.sleep(0.002)
        connection._socket.write_lock._block._value = 0
        schedule("second")
        await asyncio.sleep(0.002)
        connection._socket.write_lock._block._value = 1
        through.set()
        await asyncio.sleep(0.1)

    asyncio.run(main())
    assert sent == ["first", "second"]


def test_a_ping_to_a_closed_socket_is_no_fault():
    """The session is let go when the socket tells that it was closed, and only then."""

    def ping(number):
        raise WebSocketClosedError

    left = SimpleNamespace(_socket=SimpleNamespace(ping=ping), _ping_count=0)
    ServerConnection.send_ping(left)
    assert left._ping_count == 0
