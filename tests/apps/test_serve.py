"""The README's first command, as typed."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(shutil.which("make") is None, reason="the README's commands need make")
def test_make_serve_serves_the_workbench(tmp_path):
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log.txt"
    with log.open("w") as out:
        make = subprocess.Popen(
            ["make", "serve", f"PORT={port}"], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        page = answer(f"http://localhost:{port}/", make, log, seconds=300)
        assert page.url.endswith("/apps"), "the root leads to the entrance"
        assert b"snnlab" in page.read()
        assert f"http://localhost:{port}/apps" in log.read_text(), "the address is told"
        assert "Traceback" not in log.read_text()
    finally:
        os.killpg(make.pid, signal.SIGTERM)
        make.wait(timeout=30)


def answer(url, process, log, seconds):
    """What the server says once it is there; the environment may have to be made first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return urllib.request.urlopen(url, timeout=60)
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"{url} did not answer:\n{log.read_text()}")
