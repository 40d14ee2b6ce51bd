"""The way of `make gpu` where no GPU is; `make test-triton` goes all of it, in Triton's interpreter."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks import gpu, peers
from benchmarks.compare import INPUTS

ROOT = Path(__file__).parent.parent
TINY = gpu.Scale((5, 20), 40, 10**5, 2, 1.0)
CPU = torch.device("cpu")


@pytest.fixture
def on_the_cpu(monkeypatch):
    monkeypatch.setattr(gpu, "INPUTS", {"lif": INPUTS["lif"]})
    monkeypatch.setitem(gpu.PEERS, "snnlab", peers.snnlab)
    monkeypatch.setitem(gpu.PEERS, "flexsn", lambda model, x, backward: raising(peers.Missing("is not installed")))


def raising(error):
    raise error


def ran(*arguments, **environment):
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | environment)


def test_without_a_gpu_it_says_so_and_fails(tmp_path):
    done = ran("benchmarks.gpu", "--into", str(tmp_path), CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 2
    assert done.stdout.startswith("No GPU")
    assert not list(tmp_path.iterdir())


def test_runs_are_measured_and_held_against_torch(on_the_cpu, monkeypatch):
    monkeypatch.setattr(gpu, "INPUTS", INPUTS)
    runs = gpu.all_runs(TINY, CPU, gpu.Budget(1e9), 10.0)
    assert [(r["model"], r["N"]) for r in runs[::2]] == [(m, N) for N in (5, 20) for m in ("lif", "izhikevich", "adex")]
    assert not any(map(gpu.wrong, runs))
    assert all(len(r["peers"]["snnlab"]["rounds"]) == 2 and r["peers"]["eager"]["ratio"] > 0 for r in runs)
    assert all(r["spikes"] > 0 and r["GB/s"] > 0 for r in runs)
    assert gpu.left_out(runs) == ["- flexsn: is not installed (everywhere)"]
    assert gpu.left_out([*runs, {}])[0].startswith("- flexsn: is not installed (lif, forward, 5; lif, forward and ")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda z, g: (z.roll(1, 0), g), r"spikes are not where eager torch has them"),
        (lambda z, g: (torch.zeros_like(z), g), r"spikes are not where eager torch has them"),
        (lambda z, g: (z, g * 1.001), r"the gradient is 1.0e-03 off"),
        (lambda z, g: (z, g * torch.nan), r"the gradient is nan off"),
        (lambda z, g: raising(RuntimeError("no such\n kernel")), r"^RuntimeError: no such kernel$"),
    ],
)
def test_wrong_numbers_are_told(on_the_cpu, monkeypatch, broken, said):
    def peer(model, x, backward):
        run = peers.snnlab(model, x, backward)
        return lambda: broken(*run())

    monkeypatch.setattr(gpu, "PEERS", {"snnlab": peer})
    monkeypatch.setattr(gpu, "KINDS", {True: gpu.KINDS[True]})
    (row,) = gpu.all_runs(TINY._replace(neurons=(5,)), CPU, gpu.Budget(1e9), 10.0)
    assert re.search(said, gpu.wrong(row))


def test_what_does_not_fit_is_left_out(on_the_cpu, monkeypatch):
    monkeypatch.setattr(gpu.memory, "LARGE", 0)
    monkeypatch.setattr(gpu.memory, "available", lambda device: 10_000)
    (row, *_) = runs = gpu.all_runs(TINY._replace(neurons=(20,)), CPU, gpu.Budget(1e9), 10.0)
    assert row["peers"]["eager"]["left out"].startswith("Its run would need")
    assert "ms" in row["peers"]["snnlab"]
    monkeypatch.setattr(gpu.memory, "available", lambda device: 10)
    runs = gpu.all_runs(TINY._replace(neurons=(20,)), CPU, gpu.Budget(1e9), 10.0)
    assert all(row["left out"].startswith("Its input would need") for row in runs)


def test_when_the_time_is_over_nothing_more_begins(on_the_cpu):
    runs = gpu.all_runs(TINY, CPU, gpu.Budget(0), 10.0)
    assert all(row["left out"].startswith("the time is over") for row in runs)
    assert len(gpu.left_out(runs)) == 1


def test_tests_that_do_not_end_have_not_passed():
    told = gpu.tests(0.01)
    assert (told["good"], told["said"]) == (False, "NOT finished in 0 s")


@pytest.mark.parametrize("good", [True, False])
def test_both_files_say_what_was_run(on_the_cpu, monkeypatch, tmp_path, capsys, good):
    told = {"good": good, "said": "3 passed" if good else "1 failed, 2 passed", "seconds": 1.0, "by": "pytest"}
    monkeypatch.setattr(gpu, "tests", lambda seconds: told)
    monkeypatch.setattr(gpu, "interpreted", lambda: "")
    monkeypatch.setattr(gpu, "REHEARSED", TINY._replace(neurons=(5,)))
    monkeypatch.setattr(sys, "argv", ["gpu", "--rehearse", "--into", str(tmp_path)])
    assert gpu.main() == (0 if good else 1)
    found, text = json.loads((tmp_path / "rehearsal.json").read_text()), (tmp_path / "rehearsal.md").read_text()
    assert found["rehearsal"] and text.startswith("# REHEARSAL")
    assert text in capsys.readouterr().out
    assert f"**{told['said']}**" in text
    assert ("**WRONG**: tests: 1 failed" in text) == (not good)
    assert [len(row.split("|")) for row in text.splitlines() if row.startswith("|")] == [11] * 4


SAMPLE = """
import os
import pytest
pytestmark = MARK.triton
two = pytest.mark.parametrize("x", [1, pytest.param(2, id="two"), pytest.param(3, marks=pytest.mark.nightly)])

@pytest.fixture(scope="module", autouse=True)
def around():
    os.environ["AROUND"] = "1"
    yield
    del os.environ["AROUND"]

@two
@pytest.mark.parametrize(("y", "z"), [(1, 2), (3, 4)], ids=["a", "b"])
def test_many(x, y, z):
    assert os.environ["AROUND"] == "1" and z == y + 1

@two
def test_one_of_them(x):
    assert x == 1

@pytest.mark.parametrize("match", ["no.*ber", "else"])
def test_raises(match):
    with pytest.raises(ValueError, match=match) as caught:
        raise ValueError("no number")
    assert caught.value.args == ("no number",)

def test_raises_nothing():
    with pytest.raises(ValueError):
        pass

def test_undone(monkeypatch, tmp_path):
    monkeypatch.delenv("AROUND")
    monkeypatch.delenv("NOT_THERE", raising=False)
    monkeypatch.setattr("os.sep", "!")
    monkeypatch.setattr(os, "linesep", "!")
    assert (tmp_path.is_dir(), os.sep, os.linesep, "AROUND" in os.environ) == (True, "!", "!", False)

def test_done():
    assert (os.sep, os.linesep, os.environ["AROUND"]) == ("/", "\\n", "1")

@MARK.gpu
def test_on_a_gpu():
    assert False
"""


def test_the_stand_in_says_what_pytest_says(tmp_path):
    """Which tests fail, how many pass, and the exit code; what wants a GPU it leaves out, as tests/conftest.py does."""
    file = tmp_path / "test_sample.py"
    file.write_text(SAMPLE.replace("MARK", "pytest.mark"))  # this file is none of those that want a GPU

    def said(*options, **environment):
        done = ran("pytest", *options, str(file), CUDA_VISIBLE_DEVICES="", **environment)
        failed = re.findall(r"^FAILED \S*::(\S+)", done.stdout, re.MULTILINE)
        return done.returncode, sorted(failed), re.findall(r"\d+ (?:failed|passed)", done.stdout.splitlines()[-1])

    failed = ["test_one_of_them[two]", "test_raises[else]", "test_raises_nothing"]
    expected = (1, failed, ["3 failed", "8 passed"])
    assert said("-c", "pyproject.toml", "-m", "triton and not gpu and not nightly") == expected
    assert said("-m", "gpu or triton", PYTHONPATH=str(ROOT / "tests" / "stand_in")) == expected
