"""A machine with no memory, a full disk, a GPU that is gone, a worker that ends: the page says so and goes on."""

import errno
import resource
import subprocess
import sys
import tempfile
from html import escape
from importlib.resources import files

import numpy as np
import pytest
import torch

from snnlab.models import LIF, Experiment
from snnlab.workbench import Explorer
from snnlab.workbench.drop import Drop
from snnlab.workbench.export import Export, items_of
from snnlab.workbench.machine import DISK, LARGE, ON_CPU, Device, gpu_failed, in_words
from snnlab.workbench.turns import SHORT
from tests.workbench.test_live import Bench, Document


def tensor():
    return torch.empty(2**60, dtype=torch.uint8)


def array():
    return np.empty(2**60, dtype=np.uint8)


@pytest.mark.parametrize("ask", [tensor, array])
def test_what_torch_and_numpy_say_of_no_memory_is_told_with_the_limits(ask):
    with pytest.raises((RuntimeError, MemoryError)) as raised:
        ask()
    found = in_words(raised.value)
    assert str(found) == LARGE and found.__cause__ is raised.value
    assert all(f"SNNLAB_MAX_{name}" in LARGE for name in ("VALUES", "SPIKES", "SYNAPSES"))


@pytest.mark.parametrize("error", [ValueError("dt"), RuntimeError("a fault of ours"), OSError(errno.ENOENT, "none")])
def test_all_else_is_told_as_it_is(error):
    assert in_words(error) is error


def test_a_run_without_memory_is_told_and_the_picture_stays(monkeypatch):
    explorer = Explorer(LIF())
    shown, seen = explorer.drawn, explorer.numbers.html
    sound = Experiment.job

    def job(self, *given):
        run = sound(self, *given)

        def perform(*asked):
            if self.model.tau_mem == 20:
                raise MemoryError
            return run(*asked)

        return perform

    monkeypatch.setattr(Experiment, "job", job)
    explorer.sidebar.experiment.model.tau_mem = 20
    assert LARGE in explorer.trouble.html and explorer.drawn is shown and explorer.numbers.html == seen
    explorer.sidebar.experiment.model.tau_mem = 30
    assert not explorer.trouble.html and explorer.numbers.html != seen


@pytest.mark.parametrize("end", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_a_worker_that_ends_is_told_and_the_next_change_runs(end):
    bench = Bench()
    bench.live.prepare = lambda: lambda cancelled: (_ for _ in ()).throw(end)
    bench.live.request()
    bench.live.document.turn()
    assert bench.failures == [f"its worker ended: {' '.join([type(end).__name__, *map(str, end.args)])}"]
    bench.live.prepare = bench.prepare
    bench.end.release()
    bench.ask(2)
    bench.live.document.turn()
    assert bench.shown == [(2, False)] and SHORT.length == 0


# -- a full disk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def full(monkeypatch):
    """No temporary file can be made."""

    def none(*given, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", none)


def exported(explorer, key):
    said = []
    export = Export(items_of(lambda: explorer.experiment, explorer.case, "neuron"), said.append)
    export.document = Document()
    export.asked = {"key": key, "link": "", "number": 1}
    export.document.turn()
    return export, said


def test_a_full_disk_is_told_by_what_needs_one_and_nothing_else_does(full):
    explorer = Explorer(LIF())
    export, said = exported(explorer, "netcdf")
    assert said[-1] == f"This cannot be saved as NetCDF: {DISK}." and not export.file and not export.busy
    for key in ("csv", "json", "snnlab", "report"):
        export, said = exported(explorer, key)
        assert said == [""] and export.file["data"]
    drop, before = Drop(explorer), explorer.experiment.to_json()
    drop.field.read("a.nc", b"CDF\x01")
    assert DISK in drop.refused.html and explorer.experiment.to_json() == before
    drop.field.read("ramp.abf", (files("snnlab.models") / "data/17o05027_ic_ramp.abf").read_bytes())
    assert DISK in drop.refused.html and explorer.experiment.to_json() == before


@pytest.mark.skipif(sys.platform == "win32", reason="has no such quota")
def test_a_disk_that_fills_while_a_file_is_written():
    """A process that may write 20 kB a file: runs need none, a file of theirs says why it cannot be had."""
    code = (
        "from snnlab.models import LIF, Experiment\n"
        "from snnlab.workbench.export import items_of\n"
        "from snnlab.workbench.machine import in_words\n"
        "experiment = Experiment.of(LIF(), None, {'duration': 1000})\n"
        "experiment.run()\n"
        "try: items_of(lambda: experiment, lambda: None, 'neuron')['netcdf'].begin('')()\n"
        "except Exception as error: print(in_words(error))\n"
    )
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))  # noqa: E731
    done = subprocess.run([sys.executable, "-c", code], preexec_fn=limit, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == DISK, done.stderr


# -- a GPU that is gone -----------------------------------------------------------------------------------------------


@pytest.fixture(params=["launch", "memory"])
def lost(request, monkeypatch):
    """A GPU that is there, and fails at every launch, or as soon as it is to hold something; how often it was asked."""
    asked = []
    monkeypatch.setattr(Device, "lost", False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    sound = Experiment.job

    def job(self, *given):
        if self.settings.device == "CPU":
            return sound(self, *given)

        def perform(*more):
            asked.append(self.settings.device)
            raise RuntimeError("CUDA error: unspecified launch failure")

        return perform if request.param == "launch" else perform()

    monkeypatch.setattr(Experiment, "job", job)
    return asked


def test_a_gpu_that_fails_is_replaced_by_the_cpu_which_is_said_once(lost):
    explorer, on_cpu = Explorer(LIF(), settings={"device": "CUDA"}), Explorer(LIF(), settings={"device": "CPU"})
    assert escape(ON_CPU) in explorer.trouble.html and explorer.drawn.result.device == "CPU"
    assert torch.equal(explorer.drawn.result.recording.spikes, on_cpu.drawn.result.recording.spikes)
    explorer.sidebar.experiment.model.tau_mem = 20
    assert not explorer.trouble.html and explorer.drawn.result.p.tau_mem_inv == 50
    assert lost == ["CUDA"] and explorer.experiment.settings.device == "CUDA", "what was asked for is left"


def test_what_is_no_fault_of_the_gpu_is_no_loss(monkeypatch):
    monkeypatch.setattr(Device, "lost", False)
    assert not gpu_failed(RuntimeError("ours")) and not gpu_failed(ValueError("device = 'CUDA' cannot be had"))
    assert not Device.lost
