"""What waits while pages are made, and in which order it is done then."""

import asyncio
from types import SimpleNamespace

import panel as pn
from panel.io.state import set_curdoc

from snnlab.workbench import rush
from snnlab.workbench.rush import Rush


class Document:
    """As much of a page's document as a rush knows."""

    def __init__(self):
        self.session_context = SimpleNamespace()
        self.callbacks = SimpleNamespace(hold_value=None)
        self.add_next_tick_callback = lambda do: asyncio.get_running_loop().call_soon(do)


def after_a_rush(monkeypatch, pages, leave=(), most=15.0, quiet=0.05):
    """What was done, in its order, of three pages of which each waits; `pages` are made in the meantime."""
    monkeypatch.setattr(rush, "QUIET", quiet)
    monkeypatch.setattr(rush, "LOOK", 0.01)
    monkeypatch.setattr(rush, "MOST", most)
    monkeypatch.setattr(pn.io, "hold", set_curdoc_free)
    done, documents, one = [], [Document() for _ in range(3)], Rush()

    async def come():
        with one.page():
            pass
        for k, document in enumerate(documents):
            with set_curdoc(document):
                one.after(lambda k=k: done.append((k, pn.state.curdoc is documents[k])))
        for k in leave:
            documents[k].session_context = None
        for _ in range(pages):
            await asyncio.sleep(0.02)
            done.append("page")
            with one.page():
                pass
        await asyncio.sleep(0.4)

    asyncio.run(come())
    return done


class set_curdoc_free:
    """No changes are held of documents that are none."""

    __enter__ = __exit__ = lambda self, *error: None


def test_pages_are_made_first_and_what_waits_comes_in_its_order(monkeypatch):
    assert after_a_rush(monkeypatch, 5) == ["page"] * 5 + [(0, True), (1, True), (2, True)]


def test_nothing_is_done_for_a_page_that_is_left(monkeypatch):
    assert after_a_rush(monkeypatch, 0, leave=[1]) == [(0, True), (2, True)]


def test_nobody_waits_for_ever(monkeypatch):
    assert after_a_rush(monkeypatch, 8, most=0.06)[-1] == "page"
