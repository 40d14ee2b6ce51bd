"""What a server tells of itself."""

import asyncio
import logging
import time

from snnlab.workbench.health import LAST, Busy, Faults, caches
from snnlab.workbench.rush import RUSH
from snnlab.workbench.turns import Turns


def test_faults_are_told_without_words_that_people_typed():
    faults, log = Faults(), logging.getLogger("test_health")
    log.addHandler(faults)
    log.warning("nothing")
    for k in range(LAST + 5):
        try:
            raise ValueError(f"secret {k}")
        except ValueError:
            log.exception("of %s", "secret")
    log.removeHandler(faults)
    assert faults.count == LAST + 5 and len(faults.last) == LAST
    assert "secret" not in str(faults.last)
    assert faults.last[-1]["kind"] == "ValueError" and faults.last[-1]["place"].startswith("test_health.py:")


def test_caches_tell_what_they_hold():
    assert len(caches()) > 10 and all(held > 0 for held, _ in caches().values())
    assert Turns(1, "test").length == 0


def test_the_thread_of_pages_tells_how_long_it_computed_at_a_time(monkeypatch):
    monkeypatch.setattr(asyncio.Handle, "_run", asyncio.Handle._run)  # which is put back after this test
    busy = Busy()
    busy.watch()

    def compute(seconds, page=False):
        begin = time.thread_time()
        while time.thread_time() - begin < seconds:
            pass
        RUSH.made += page

    async def work():
        loop = asyncio.get_running_loop()
        loop.call_soon(compute, 0.03)
        loop.call_soon(compute, 0.09, True)
        await asyncio.sleep(0.05)  # which is no work

    assert busy.told() == {}
    asyncio.run(work())
    told = busy.told()
    assert 30 <= told["others"]["most"] < 60 and 90 <= told["pages"]["most"] < 180
