"""Jobs of many sessions: each has its turn."""

import threading

from snnlab.workbench.turns import LONG, SHORT, Turns


def test_who_asks_for_much_lets_others_take_their_turn():
    turns, done, begin, end = Turns(1, "test"), [], threading.Event(), threading.Event()

    def job(name):
        def do():
            begin.wait(5)
            done.append(name)
            if len(done) == 7:
                end.set()

        return do

    for name in ("a1", "a2", "a3", "a4", "b1", "b2", "c1"):
        turns.submit(name[0], job(name))
    begin.set()
    assert end.wait(5)
    assert done == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"] or done == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]
    assert not turns.waiting


def test_a_job_that_fails_leaves_the_turns_to_others():
    turns, end = Turns(1, "test"), threading.Event()
    turns.submit(1, lambda: 1 / 0)
    turns.submit(2, end.set)
    assert end.wait(5)


def test_what_is_short_does_not_wait_for_what_is_long():
    going, end = threading.Event(), threading.Event()
    for session in range(20):
        LONG.submit(session, lambda: going.wait(10))
    SHORT.submit(0, end.set)
    assert end.wait(5)
    going.set()
