"""CONTRIBUTING.md is true, word for word: what it adds is added to a copy of the tree, where it says, and is tested.

A block of code begins with the file it is, or with the file and the line that it stands before.
"""

import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from snnlab import testing
from snnlab.models import Experiment, model_of, stimuli_of
from snnlab.symbolic import equations

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
BLOCKS = re.findall(r"^```python\n# (\S+?)(?:, before (.+?))?\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
# What the text adds, by the names of its tests, and whatever goes over all things of a kind.
ADDED = "Quadratic or quadratic or Triangle or triangle or NakaRushton or nakarushton or VanRossum or vanrossum"
OF_EACH = (
    "tests/functional/test_neuron_contract.py",
    "tests/functional/test_plasticity.py",
    "tests/models/test_stimulus.py",
    "tests/models/test_formula.py",
    "tests/models/test_encoders.py",
    "tests/models/test_presets.py",
    "tests/modules/test_snn.py",
)
OF_ALL = (
    "tests/functional/test_names.py",
    "tests/models/test_stubs.py",
    "tests/models/test_schema.py::test_the_file_is_what_the_module_prints",
    "tests/models/test_presets.py::test_there_are_presets_for_every_model",
    "tests/models/test_presets.py::test_every_stimulus_has_presets_by_their_names",
    "tests/models/test_stimulus.py::test_kinds_have_names_and_titles",
    "tests/models/test_stimulus.py::test_a_port_has_the_stimuli_that_fit",
    "tests/models/test_encoders.py::test_there_are_steps_for_all",
    "tests/test_readme.py::test_the_table_is_the_one_made_from_the_functions",
    "tests/test_readme.py::test_the_table_has_every_function_beside_its_source",
    "tests/test_floors.py::test_a_file_is_one_concept",
    "tests/test_floors.py::test_no_function_is_longer_than_a_page",
)
# Modules, and the page: one more test of the tree.
USED = """
import torch
from snnlab import modules
from snnlab.workbench.pages import PAGES

def test_used():
    z, state = modules.Quadratic()(torch.full((400, 3), 10.0))
    assert z.any() and state.v.shape == (3,)
    assert modules.QuadraticCell()(torch.ones(3))[0].shape == (3,)
    assert PAGES["axon"].build({}).main.objects
"""


def added(text: str, before: str, block: str) -> str:
    """A text with a block in front of the first line that begins so."""
    lines = text.splitlines(keepends=True)
    place = next(k for k, line in enumerate(lines) if line.strip().startswith(before))
    apart = "\n\n" if re.match("class |def ", block) else ""
    return "".join([*lines[:place], block + apart, *lines[place:]])


@pytest.fixture
def tree(tmp_path):
    """A copy of the tree with all that the text adds."""
    left = shutil.ignore_patterns(".*", "build", "dist")
    shutil.copytree(ROOT, tmp_path, ignore=left, dirs_exist_ok=True)
    for name, before, block in BLOCKS:
        file = tmp_path / name
        assert file.exists() == bool(before), f"{name}: say where, or it is a file of its own"
        file.write_text(added(file.read_text(), before, block) if before else block)
    python = tmp_path / "bin" / "python"  # whichever this is, without an installation
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return tmp_path


def renew(tree):
    """Its one command."""
    made = f"BIN={tree}/bin", f"VENV={tree}", "--assume-old", f"{tree}/.installed"
    return subprocess.run(["make", "renew", *made], cwd=tree, capture_output=True, text=True)


def run(tree, *command):
    done = subprocess.run([sys.executable, *command], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def passed(tree, *options):
    """The tests that pass, where all do."""
    quiet = "-q", "-rp", "-p", "no:cacheprovider", "-m", "not browser and not triton"
    said = run(tree, "-m", "pytest", *quiet, *options)
    return re.findall(r"^PASSED (.*)$", said, re.MULTILINE)


@pytest.mark.timeout(1200)  # s: runs of pytest within
def test_what_it_adds_is_whole(tree):
    """With the tests that concern it most, all in one process; the tree is made once, as it takes its time."""
    done = renew(tree)
    assert done.returncode == 0, done.stderr
    files = sorted({name for name, *_ in BLOCKS})
    run(tree, "-m", "ruff", "check", *files)
    run(tree, "-m", "ruff", "format", "--check", *files)
    (tree / "tests" / "test_used.py").write_text(USED)
    whole = [Path(name.rpartition("::")[2]).stem for name in (*OF_ALL, "test_used")]
    found = passed(tree, "-k", " or ".join([ADDED, *whole]), *OF_EACH, *OF_ALL, "tests/test_used.py")
    assert sum(name.startswith(OF_ALL) for name in found) > 400
    assert sum(name.startswith(OF_EACH) and any(word in name for word in ADDED.split(" or ")) for name in found) > 100
    assert "tests/test_used.py::test_used" in found


@pytest.mark.nightly
def test_it_passes_every_test(tree):
    """Of all folders without a browser, what is of these by name; and whole files that go over everything."""
    assert renew(tree).returncode == 0
    assert "no issues found" in run(tree, "-m", "mypy")
    assert len(passed(tree, "-k", ADDED, "tests", "--ignore=tests/test_contributing.py")) > 350
    whole = "tests/models/test_completeness.py", "tests/test_readme.py", "tests/test_floors.py"
    assert len(passed(tree, *whole)) > 400


def test_what_cannot_be_renewed_stays_as_it_was(tree):
    """A file is there as a whole, or the old one is."""
    printed = [tree / name for name in ("snnlab/models/__init__.pyi", "snnlab/__init__.pyi", "README.md")]
    before = [file.read_text() for file in printed]
    for name in ("models/stubs.py", "functional/table.py"):
        with (tree / "snnlab" / name).open("a") as file:
            file.write("raise RuntimeError('in the middle of it')\n")
    done = renew(tree)
    assert done.returncode != 0 and "in the middle of it" in done.stderr
    assert [file.read_text() for file in printed] == before
    assert not list(tree.rglob("*.new"))


def test_files_are_named():
    assert len(BLOCKS) == TEXT.count("```python") >= 11


# ---- the neuron, without a tree of its own ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quadratic():
    name, _, code = BLOCKS[0]
    module = name.removesuffix(".py").replace("/", ".")
    names = {"__name__": module, "__package__": module.rpartition(".")[0]}
    exec(code, names)
    return names["Quadratic"]


def test_it_keeps_the_contract_of_neurons_from_elsewhere(quadratic):
    testing.check(quadratic)


def test_its_time_constant_and_rheobase_are_those_of_the_text(quadratic):
    """tau near rest; the current of -a_0 (v - v_rest) (v - v_c) at the middle, 1 / 15 7.5^2 mV = 3.75 mV."""
    model = model_of(quadratic)()
    p, v = model.p(torch.float64), torch.tensor(-65.0, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(quadratic.flow(quadratic.state(v=v), 0.0, p).v, v)
    assert -1000 / slope.item() == pytest.approx(model.tau_mem, rel=1e-6) == 10.0
    constant = stimuli_of(model.port)["Constant"]
    for amplitude, fires in ((3.74, False), (3.76, True)):
        # near the saddle it waits for pi tau / sqrt(a_0 (I - 3.75 mV))
        duration = 2 * math.pi * 10 / math.sqrt(0.01 / 15)
        run = Experiment.of(model, constant(amplitude=amplitude), {"duration": duration}).run(torch.float64)
        assert run.recording.spikes.any() == fires


def test_it_prints_its_equation(quadratic):
    assert equations(quadratic).flow[0].startswith(r"\tau_{\mathrm{mem}} \frac{dv}{dt} = ")
    assert equations(quadratic).spike == (r"v > v_{\mathrm{peak}}",)
