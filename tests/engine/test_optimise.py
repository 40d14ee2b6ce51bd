"""Modules for browsers are made in a process of their own, whose memory goes with it; they are those made here."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from snnlab.engine import optimise
from snnlab.engine.optimise import Apart, emitted
from snnlab.engine.wasm import FEATURES, TRIPLE

TEXT = """define void @run(ptr %a) {{
  %x = load float, ptr %a
  %y = fadd float %x, {k}.0
  store float %y, ptr %a
  ret void
}}"""


def given(k=1):
    return TEXT.format(k=k), TRIPLE, FEATURES


@pytest.fixture
def apart():
    made = Apart()
    yield made
    made.end()


def process(apart):
    return next(one.process for one in [*apart.idle.queue] if one.process is not None)


def test_it_is_what_is_made_here(apart):
    assert apart(*given()) == emitted(*given()) != apart(*given(2))
    assert process(apart).pid != os.getpid()


def test_what_llvm_refuses_is_told_and_the_process_goes_on(apart):
    apart(*given())
    pid = process(apart).pid
    with pytest.raises(RuntimeError, match="expected top-level entity"):
        apart("nonsense", TRIPLE, FEATURES)
    assert apart(*given()) == emitted(*given()) and process(apart).pid == pid


def test_it_is_another_one_after_so_many_texts(apart, monkeypatch):
    monkeypatch.setattr(optimise, "MOST", 2)
    pids = [apart(*given(k)) and process(apart).pid for k in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_where_it_dies_the_module_is_made_here_and_another_one_begins(apart):
    apart(*given())
    pid = process(apart).pid
    os.kill(pid, signal.SIGKILL)
    assert apart(*given(3)) == emitted(*given(3)) and apart.works
    assert apart(*given(4)) == emitted(*given(4)) and process(apart).pid != pid


def test_where_none_can_be_started_the_modules_are_made_here(apart, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.executable", str(tmp_path / "none"))
    assert apart(*given()) == emitted(*given()) and not apart.works
    assert apart(*given(2)) == emitted(*given(2))


def test_several_threads_get_their_own(apart):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda k: apart(*given(k)), range(24)))
    assert found == [emitted(*given(k)) for k in range(24)]
