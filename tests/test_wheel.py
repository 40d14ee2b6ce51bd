"""What pip installs: the wheel has all that the tree has, and serves the pages where the tree is not."""

import os
import re
import subprocess
import sys
import tomllib
import urllib.request
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import snnlab
from tests.conftest import ROOT, Server, free_port, wait_for_answer

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NEEDED = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {name: list(map(Requirement, lines)) for name, lines in PROJECT["optional-dependencies"].items()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of commands of an environment with the wheel, beside the packages that are here."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    python = folder / "bin" / "python"
    install = ["install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *install], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # A .pth in a folder that is named in another .pth is not read, so an editable install of the tree stays away.
    here = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (packages / "tested.pth").write_text("\n".join(here))
    return python.parent


@pytest.fixture
def run(installed, tmp_path):
    """Run a command of that environment in an empty folder, and give what it prints."""

    def command(*arguments):
        whole = [installed / arguments[0], *arguments[1:]]
        done = subprocess.run(whole, cwd=tmp_path, env=clean(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return command


def clean():
    """The environment without what would lead Python to the tree."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def test_the_wheel_has_all_that_the_tree_has(wheel):
    files = {path for path in (ROOT / "snnlab").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("snnlab-")}
    assert shipped == {path.relative_to(ROOT).as_posix() for path in files}


def test_no_link_of_its_description_is_dead(wheel):
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"snnlab-{PROJECT['version']}.dist-info/METADATA").decode()
    assert "so what you see is what runs" in text
    assert not re.findall(r"\]\((?!https://)", text)


def test_what_is_imported_is_the_wheel(run, installed):
    print_it = "import snnlab, torch; print(snnlab.__file__, snnlab.__version__, torch.__file__, sep='\\n')"
    file, number, torch = run("python", "-c", print_it).splitlines()
    assert Path(file).is_relative_to(installed.parent)
    assert not Path(torch).is_relative_to(installed.parent)
    assert number == PROJECT["version"]
    assert run("snnlab", "--version") == run("python", "-m", "snnlab", "--version") == f"snnlab {number}"


def test_the_wheel_serves_its_pages(installed, tmp_path):
    port = free_port()
    server = Server(f"http://localhost:{port}", tmp_path / "log.txt")
    command = [installed / "snnlab", "--no-browser", "--port", str(port)]
    with server.log.open("w") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=clean(), stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for_answer(server, process, seconds=180)
        for name in snnlab.workbench.PAGES:
            with urllib.request.urlopen(f"{server.url}/apps?page={name}") as page:
                assert page.status == 200
                assert b"<title>snnlab</title>" in page.read()
        assert not server.tracebacks()
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_the_version_stands_once():
    """And where it must be written again it is the same."""
    number = PROJECT["version"]
    assert snnlab.__version__ == version("snnlab") == number
    assert re.findall(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0] == number
    assert re.findall(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE) == [number]


def test_nothing_keeps_snnlab_from_standing_beside_newer_packages():
    bounds = {spec.operator for needs in (NEEDED, *EXTRAS.values()) for need in needs for spec in need.specifier}
    assert bounds == {">="}


@pytest.mark.parametrize("need", [*NEEDED, *EXTRAS["test"], *EXTRAS["triton"]], ids=lambda need: need.name)
def test_what_is_tested_is_pinned_and_allowed(need):
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    (pin,) = [pin for pin in map(Requirement, lines) if canonicalize_name(pin.name) == canonicalize_name(need.name)]
    (exactly,) = pin.specifier
    assert exactly.operator == "=="
    assert exactly.version in need.specifier
