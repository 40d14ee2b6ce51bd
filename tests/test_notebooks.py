"""Every notebook runs from top to bottom, and its cells show what they promise."""

import os
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from ipykernel.kernelspec import write_kernel_spec
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
VISIBLE = {"text/html", "application/vnd.jupyter.widget-view+json"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """``run(path)`` is the executed notebook: in this interpreter, without anybody's Jupyter settings."""
    folder = tmp_path_factory.mktemp("jupyter")
    write_kernel_spec(str(folder / "python3"))
    specs = KernelSpecManager(kernel_dirs=[str(folder)], ensure_native_kernel=False)

    @cache
    def execute(path):
        notebook = nbformat.read(path, as_version=4)
        manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=120,
            allow_errors=True,  # a test shows which
            resources={"metadata": {"path": str(FOLDER)}},
        )
        return client.execute(env=os.environ | {"IPYTHONDIR": str(folder / "ipython")})

    return execute


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def printed(cell, name="stdout"):
    return "".join(out.text for out in cell.outputs if out.output_type == "stream" and out.name == name)


def test_there_are_notebooks():
    assert NOTEBOOKS, f"no notebook in {FOLDER}"


each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@each
def test_stored_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert [cell.id for cell in code(notebook) if cell.outputs or cell.execution_count] == []


@each
def test_runs_without_error(path, run):
    for cell in code(run(path)):
        errors = ["\n".join(out.traceback) for out in cell.outputs if out.output_type == "error"]
        assert not errors, f"cell {cell.id}: {errors[0]}"
        assert printed(cell, "stderr") == "", f"cell {cell.id} warns"


@each
def test_explorers_are_shown(path, run):
    for cell in code(run(path)):
        if "explore(" not in cell.source:
            continue
        results = [out.data for out in cell.outputs if out.output_type == "execute_result"]
        assert len(results) == 1, f"cell {cell.id} does not end in an explorer"
        assert VISIBLE & results[0].keys(), f"cell {cell.id} shows only {list(results[0])}"


def test_first_neuron_agrees_with_the_formula(run):
    (cell,) = [cell for cell in code(run(FOLDER / "01_first_neuron.ipynb")) if "math.log" in cell.source]
    measured, expected = map(float, re.findall(r"([\d.]+) ms", printed(cell)))
    assert expected == pytest.approx(10.986, abs=0.001)  # 10 ms ln 3
    assert abs(measured - expected) <= 0.1  # one time step
