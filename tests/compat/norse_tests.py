"""A pytest plugin that runs Norse's own unit tests, which its package brings, against snnlab.

`make compat` runs it. The tests import `norse`; here that is snnlab, and of Norse's files only those in its test
folders can be imported. Norse must be in the path, for its files to be found, but is never loaded itself.
"""

import re
import sys
from collections import Counter
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

import pytest

import snnlab.modules  # whole: torch's own import asks every module for names, and would begin ours within it

# Cases of Norse 1.1.0, and of these how many must run: all that are not left out.
EXPECTED = {"functional": 127, "module": 448 - 11 - 4}
LEFT_OUT_FILES = {"module/test/test_snn.py": "its 11 cases are made with Norse's private norse.torch.utils.pytree"}
LEFT_OUT_CASES = {
    "module/test/test_leaky_integrator.py::test_li_linear_compile_gpu": "needs CUDA",
    "module/test/test_lif_box.py::test_lif_box_compile_gpu": "needs CUDA",
    "module/test/test_lift.py::test_compile_lift": "needs CUDA (it hides a case of the same name that does not)",
    "module/test/test_sequential.py::test_lif_box_compile_gpu": "needs CUDA",
}

PACKAGES = ("norse", "norse.torch", "norse.torch.functional", "norse.torch.functional.adjoint", "norse.torch.module")
TESTS = re.compile(r"norse\.torch\.(functional|functional\.adjoint|module)\.test(\.\w+)?")


def home(name):
    """The module of ours that stands for a module of Norse's, or None."""
    kind, _, rest = name.removeprefix("norse.torch.").partition(".")
    package = {"functional": "snnlab.functional", "module": "snnlab.modules"}.get(kind)
    return package and import_module(f"{package}.aliases").MODULES.get(rest)


class Norse(MetaPathFinder, Loader):
    """Finds every module below `norse`, or says that there is none: no other finder is asked, except for tests."""

    def __init__(self, folder):
        self.folder = folder

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] != "norse" or TESTS.fullmatch(name):
            return None
        if name not in PACKAGES and home(name) is None:
            raise ModuleNotFoundError(f"snnlab has no counterpart of {name}", name=name)
        spec = ModuleSpec(name, self, is_package=name in PACKAGES)
        if name in PACKAGES:  # here lie the test folders
            spec.submodule_search_locations.append(str(self.folder.joinpath(*name.split(".")[1:])))
        return spec

    def exec_module(self, module):
        if module.__name__ not in PACKAGES:
            sys.modules[module.__name__] = import_module(home(module.__name__))
        elif module.__name__ == "norse.torch":
            module.__getattr__ = lambda name: getattr(import_module("snnlab.modules"), name)

    def leaks(self):
        """Modules of Norse's implementation that are loaded."""
        # Not getattr: some modules import others when asked for a name that they do not have.
        files = {name: getattr(module, "__dict__", {}).get("__file__") for name, module in sys.modules.items()}
        files = {name: Path(file).resolve() for name, file in files.items() if file}
        ours = Path(snnlab.__file__).resolve().parent
        return [
            name
            for name, file in files.items()
            if name.split(".")[0] == "norse" or file.is_relative_to(self.folder)
            if file.parent.name != "test" and not file.is_relative_to(ours)
        ]


def inside(path):
    return path.as_posix().rpartition("/norse/torch/")[2]


class Session:
    """Leaves out what is listed, and holds that everything else ran, on snnlab alone."""

    def __init__(self, norse):
        self.norse = norse
        self.ran = Counter()
        self.missing = set(LEFT_OUT_CASES)
        self.faults = []

    def pytest_ignore_collect(self, collection_path):
        return inside(collection_path) in LEFT_OUT_FILES or None

    def pytest_collection_modifyitems(self, config, items):
        ids = {item: f"{inside(item.path)}::{item.name}" for item in items}
        self.missing -= {*ids.values()}
        config.hook.pytest_deselected(items=[item for item in items if ids[item] in LEFT_OUT_CASES])
        items[:] = [item for item in items if ids[item] not in LEFT_OUT_CASES]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        self.ran[inside(item.path).split("/")[0]] += report.when == "call" and not report.skipped
        return report

    def pytest_sessionfinish(self, session):
        self.faults += [f"{name} is not snnlab's but Norse's own" for name in self.norse.leaks()]
        self.faults += [f"{case} is left out, but was not there" for case in sorted(self.missing)]
        self.faults += [
            f"{self.ran[kind]} cases of {kind} ran instead of {number}"
            for kind, number in EXPECTED.items()
            if self.ran[kind] != number
        ]
        if self.faults:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.section("Norse's tests on snnlab")
        for kind, number in EXPECTED.items():
            terminalreporter.line(f"{kind}: {self.ran[kind]} of {number} cases ran")
        for name, reason in (LEFT_OUT_FILES | LEFT_OUT_CASES).items():
            terminalreporter.line(f"left out: {name}: {reason}")
        for fault in self.faults:
            terminalreporter.line(f"ERROR: {fault}", red=True)


def pytest_configure(config):
    spec = PathFinder.find_spec("norse")
    if spec is None or spec.origin is None:
        raise pytest.UsageError("Norse's tests are not in the path: run make compat")
    norse = Norse(Path(spec.origin).resolve().parent)
    sys.meta_path.insert(0, norse)
    config.pluginmanager.register(Session(norse))


def pytest_runtest_setup(item):
    """One of Norse's tests leaves anomaly detection on, and a later one backpropagates memory that nobody set."""
    import torch

    torch.autograd.set_detect_anomaly(False)
