"""What a session leaves behind when it ends: nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def sessions(*counts):
    """What is left at the start, and after so many sessions."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.workbench.sessions", *map(str, counts)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def test_nothing_is_left_of_sessions_that_have_ended():
    begin, end = sessions(5)
    assert end["alive"] == begin["alive"]


@pytest.mark.nightly
def test_nothing_is_left_of_many_sessions():
    """Memory settles: what the first fifty need (kernels, caches, fonts) is all."""
    begin, fifty, many = sessions(50, 200)
    assert fifty["alive"] == many["alive"] == begin["alive"]
    assert many["memory"] < 1.05 * fifty["memory"]
