"""What a server tells of itself."""

import logging

from snnlab.workbench.health import LAST, Faults, caches
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
