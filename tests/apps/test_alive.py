"""Pages that stay alive: whatever is moved, however long a run takes, whatever fails, whoever else comes and goes."""

import re

import pytest

from tests.apps.test_pages import EXPLORER_PLOTS, PICTURES, choose, enter, painted, settled, slider

WIDE = {"viewport": {"width": 1280, "height": 800}}


@pytest.mark.parametrize("what", ["menu", "run", "drawing"])
def test_a_fault_is_told_and_logged_once_and_the_next_change_runs(serve, page, what):
    server = serve("tests/apps/faulty.py")
    tab = page(f"{server.url}/faulty", **WIDE)
    painted(tab, EXPLORER_PLOTS)
    before, log = settled(tab), len(server.log.read_text())
    if what == "menu":
        choose(tab, "stimulus", "ramp")
    else:
        enter(tab, *{"run": ("v_reset", "1"), "drawing": ("v_th", "2")}[what])
    tab.get_by_role("alert").filter(has_text=f"this {what} is broken").wait_for()
    assert len(server.tracebacks(log)) == 1
    if what != "menu":
        enter(tab, *{"run": ("v_reset", "0"), "drawing": ("v_th", "1")}[what])
    slider(tab, "τ_mem").press("ArrowRight")
    tab.wait_for_function(f"before => JSON.stringify(({PICTURES})()) !== JSON.stringify(before)", arg=before)
    assert not tab.get_by_role("alert").filter(has_text=re.compile("is broken")).is_visible()
    assert [trouble.kind for trouble in page.look()] == ["server"]
    page.trouble.clear()
