"""Whatever order workers finish in, and however fast a hand is: the last picture is that of the last values."""

import random
from collections import deque

import numpy as np
import panel as pn
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snnlab.workbench import Explorer, live
from snnlab.workbench.live import Live
from tests.workbench.test_live import Document

CHANGES = 1000
KNOBS = ("tau_mem", "v_th", "tau_syn", "v_reset")


class Workers:
    """Stand for all workers of a process: `end` lets any job finish, in no order, and tells its page later."""

    def __init__(self, chance, monkeypatch):
        self.chance, self.jobs, self.told, self.most = chance, [], deque(), 0
        monkeypatch.setattr(live, "work", self.work)
        monkeypatch.setattr(live, "PATIENCE", chance.choice((0.0, 1e9)))  # whether a run that is overtaken gives up

    def work(self, document, job, tell, *, long=False):
        self.jobs.append((job, tell))
        self.most = max(self.most, len(self.jobs))

    def end(self):
        """One job, any, is done; its answer waits for its page."""
        if self.jobs:
            job, tell = self.jobs.pop(self.chance.randrange(len(self.jobs)))
            found = live.outcome(job)
            self.told.append(lambda: tell(*found))

    def turn(self):
        """The page hears the next answer."""
        if self.told:
            self.told.popleft()()

    def finish(self, documents):
        """All that waits is done, and what comes of it, with the rests of the hand."""
        for _ in range(100_000):
            if self.jobs:
                self.end()
            elif self.told:
                self.turn()
            elif any(one.later for one in documents):
                for one in documents:
                    while one.later:
                        one.later.pop(0)()
            else:
                return
        pytest.fail("it never ends")


def moved(moves, workers, values, act):
    """Changes and workers in turn as chance has it."""
    for value in values:
        act(value)
        for _ in range(moves.choice((0, 0, 0, 1, 2))):
            workers.end()
        for _ in range(moves.choice((0, 0, 1, 1, 3))):
            workers.turn()


@pytest.mark.parametrize("seed", range(20))
def test_a_thousand_changes_end_with_the_last_value(seed, monkeypatch):
    """With values that are refused, that fail, and words that are said aside of a picture."""
    chance = random.Random(seed)
    workers, shown, said, failed = Workers(chance, monkeypatch), [], [], []

    def job_of(value):
        if value % 13 == 0:
            raise ValueError(f"{value} is refused")

        def job(cancelled):
            if cancelled():
                raise live.Cancelled
            if value % 5 == 0:
                raise ValueError(f"{value} fails")
            return value

        return job

    def show(value, waiting):
        shown.append(value)
        if not waiting:
            one.aside(lambda: value, said.append)

    one = Live(job_of, show, lambda value: None, lambda error: failed.append(str(error)))
    one.document = Document()
    accepted = []

    def ask(value):
        try:
            one.request(value)
            accepted.append(value)
        except ValueError:
            pass

    values = [*range(CHANGES), CHANGES + 2]
    moved(chance, workers, values, ask)
    workers.finish([one.document])
    assert accepted[-1] == CHANGES + 2 == shown[-1] == said[-1]
    assert shown == sorted(shown) and len({*shown}) == len(shown), "no picture comes after a newer one"
    assert said == sorted(said) and {*said} <= {*shown}
    assert len(shown) > 1 and failed and not one.running and one.job is None
    assert all(words.endswith("fails") for words in failed)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["ask", "end", "turn", "cancel"]), max_size=60), st.randoms(use_true_random=False))
def test_any_order_of_changes_and_workers(moves, chance):
    with pytest.MonkeyPatch.context() as patch:
        workers, shown = Workers(chance, patch), []
        one = Live(lambda v: lambda cancelled: v, lambda v, waiting: shown.append(v), lambda v: None, shown.append)
        one.document, asked, number = Document(), None, 0
        for move in moves:
            if move == "ask":
                number += 1
                asked = number
                one.request(number)
            elif move == "cancel":
                one.cancel()
                asked = None
            else:
                getattr(workers, move)()
        workers.finish([one.document])
        assert shown == sorted(shown) and not one.running
        if asked is not None:
            assert shown[-1] == asked


@pytest.fixture
def page(monkeypatch):
    """An explorer with a pane, as if it were served: all its runs are those of `Workers`."""
    chance = random.Random(7)
    workers, explorer, document = Workers(chance, monkeypatch), Explorer(), Document()
    explorer.panes.show(("isi", "rates", "numbers"))
    explorer.panes.rest()
    for one in (explorer, explorer.pins, *explorer.panes.panes.values()):
        one.live.document = document
    yield explorer, workers, document, chance
    pn.state._loaded.pop(document, None)


def picture(explorer):
    drawn = explorer.drawn
    curves = {name: np.asarray(data.y) for name, data in drawn.data.items()}
    sent = {
        name: np.asarray(row.source.data["y"]) for name, row in explorer.stack.rows.items() if hasattr(row, "source")
    }
    return curves, drawn.numbers, sent


def test_a_thousand_changes_of_an_explorer_end_with_the_picture_of_the_last(page):
    """Several knobs, and pins on the way: all that is seen is of the experiment at the end."""
    explorer, workers, document, chance = page

    def turn(k):
        model = explorer.experiment.model
        name = chance.choice(KNOBS)
        low, high = {"tau_mem": (5, 40), "v_th": (0.5, 1.4), "tau_syn": (2, 20), "v_reset": (-0.4, 0.3)}[name]
        setattr(model, name, round(chance.uniform(low, high), 3))
        if k % 100 == 50:
            explorer.pins.pin()
        if k % 90 == 0:
            explorer.experiment.settings.duration = chance.choice((60.0, 100.0, 150.0))

    moved(chance, workers, range(CHANGES), turn)
    workers.finish([document])
    alone = Explorer(experiment=explorer.experiment.copy())
    now, then = picture(explorer), picture(alone)
    assert now[0].keys() == then[0].keys() and now[1] == then[1]
    for name in then[0]:
        assert np.array_equal(now[0][name], then[0][name]), name
    assert not explorer.old and not explorer.partial and not explorer.live.running
    assert explorer.panes.panes["isi"].shown.drawn is explorer.drawn
    for one in explorer.pins.kept:
        assert one.lines is not None and not one.trouble
    assert len(explorer.pins.kept) > 3 and workers.most > 1
