"""Imports go down: who may import whom, held for every file of the package and every page.

Read from the syntax tree, so an import inside a function or behind ``TYPE_CHECKING`` counts as well.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FLOORS = {
    "core": 0,
    "functional": 1,
    "engine": 2,
    "symbolic": 2,
    "modules": 3,
    "models": 3,
    "analysis": 4,
    "testing": 4,
    "views": 5,
    "workbench": 6,
    "apps": 7,
    "__main__": 7,  # the command, which is one more page as far as imports go
}

GUI = {"panel", "holoviews", "bokeh", "ipywidgets", "jupyter_bokeh"}
STDLIB = set(sys.stdlib_module_names)

FILES = sorted(str(path.relative_to(ROOT)) for folder in ("snnlab", "apps") for path in (ROOT / folder).rglob("*.py"))
PACKAGE = "snnlab/__init__.py"


def room(module):
    """The folder a file or a module of ours lies in: ``snnlab.core.step`` and ``snnlab/core/step.py`` give ``core``."""
    parts = module.removesuffix(".py").replace("/", ".").removesuffix(".__init__").split(".")
    if parts[0] == "apps":
        return "apps"
    return parts[1] if len(parts) > 1 else "snnlab"


def targets(node, file):
    """The modules that one statement or call of a file imports, by full name."""
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            # The package of a file is its folder; each dot after the first goes one folder up.
            package = file.split("/")[:-1]
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            # "from snnlab import models" imports snnlab.models, "from snnlab import explore" the package itself.
            if base == "snnlab":
                return [f"snnlab.{alias.name}" if alias.name in FLOORS else base for alias in node.names]
            return [base]
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(module)), *_]):
            return [module] if name in ("import_module", "__import__") else []
    return []


def imports(source, file):
    """All modules that a file imports anywhere."""
    return [module for node in ast.walk(ast.parse(source)) for module in targets(node, file)]


def imports_when_loaded(source, file):
    """Only those that run when the module is loaded: not in functions, and not for type checkers."""
    waiting, found = list(ast.parse(source).body), []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting += node.orelse
            continue
        found += targets(node, file)
        waiting += ast.iter_child_nodes(node)
    return found


def inner_imports(source):
    """(line, module) of what is imported inside a function."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {node for function in functions for node in ast.walk(function)}
    return [
        (node.lineno, module)
        for node in inside
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in targets(node, "snnlab/core/any.py")
    ]


def graph(files):
    """Module -> the modules of these files that it imports anywhere; {module: source} given."""
    found = {}
    for file, source in files.items():
        module, package = file.removesuffix(".py").replace("/", "."), file.split("/")[:-1]
        found[module.removesuffix(".__init__")] = needs = set()
        for node in ast.walk(ast.parse(source)):
            names = targets(node, file)
            if isinstance(node, ast.ImportFrom):
                # "from .run import Run" is the file, and so is "from . import run"
                start = package[: len(package) - node.level + 1] if node.level else []
                base = ".".join([*start, *([node.module] if node.module else [])])
                names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
            needs.update(names)
    return {module: needs & found.keys() - {module} for module, needs in found.items()}


def circles(needs):
    """The sets of modules that reach one another."""
    reach = {module: set(others) for module, others in needs.items()}
    for middle in reach:
        for others in reach.values():
            if middle in others:
                others |= reach[middle]
    return {frozenset(other for other in reach[one] if one in reach[other]) for one in reach if one in reach[one]}


def complaint(file, module):
    """A sentence about this import, or None where it is allowed."""
    here, library = room(file), module.split(".")[0]
    if library != "snnlab":
        if here == "core" and library not in STDLIB | {"torch"}:
            return f"{file} imports {module}: core is torch and the standard library"
        if here == "apps" and library not in {"panel", "__future__"}:
            return f"{file} imports {module}: a page takes what it shows from snnlab.workbench"
        if FLOORS[here] <= 4 and library in GUI:
            return f"{file} imports {module}: floors 0-4 know no GUI"
        return None
    there = room(module)
    if FLOORS[here] == 7:
        allowed = there in ("snnlab", "workbench")
    elif there not in FLOORS:
        allowed = False  # the package itself offers what stands on the upper floors
    else:
        allowed = there == here or FLOORS[there] < FLOORS[here]
    return None if allowed else f"{file} imports {module}: imports go down"


def test_files_were_found():
    """Without files, the tests below would hold nothing."""
    assert {"snnlab", "core", "functional", "apps"} <= {room(file) for file in FILES}


@pytest.mark.parametrize("file", [file for file in FILES if file != PACKAGE])
def test_imports_go_down(file):
    assert room(file) in FLOORS, f"{file} stands on no floor: move it, or give its folder one in FLOORS"
    complaints = [complaint(file, module) for module in imports((ROOT / file).read_text(), file)]
    assert not any(complaints), "\n".join(filter(None, complaints))


def test_there_is_no_circle():
    """What a lower file shows of an upper one is hung on it from above, in the `__init__` of a package.

    A package and its files may need each other: its `__init__` is its face, and what the files see of it is no more
    than each other.
    """
    needs = graph({file: (ROOT / file).read_text() for file in FILES})
    packages = {file.removesuffix("/__init__.py").replace("/", ".") for file in FILES if file.endswith("__init__.py")}
    inner = {
        module: {o for o in others if o not in packages or not module.startswith(f"{o}.")}
        for module, others in needs.items()
    }
    assert sum(map(len, needs.values())) > 500
    assert not circles(inner), "\n".join(", ".join(sorted(circle)) for circle in circles(inner))


@pytest.mark.parametrize("file", [file for file in FILES if file != PACKAGE])
def test_only_what_is_slow_to_load_is_imported_inside_a_function(file):
    """Nothing of our own is, and its reason stands beside the first of a block."""
    lines = (ROOT / file).read_text().splitlines()
    for number, module in inner_imports("\n".join(lines)):
        assert module.split(".")[0] not in ("snnlab", *STDLIB), f"{file}:{number} imports {module} inside a function"
        block = number - 1
        while block and lines[block - 1].lstrip().startswith(("import ", "from ")):
            block -= 1
        assert "  # " in lines[block], f"{file}:{number} imports {module} inside a function, without a reason"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"snnlab/a/x.py": "from .y import f", "snnlab/a/y.py": "def f():\n    from . import x"}, 1),
        ({"snnlab/a/x.py": "from . import y", "snnlab/a/y.py": "import torch"}, 0),
        ({"snnlab/a/x.py": "import snnlab.a.y", "snnlab/a/y.py": "from ..a.x import g"}, 1),
        ({f"snnlab/a/x{k}.py": f"from .x{(k + 1) % 3} import f" for k in range(3)}, 1),
    ],
)
def test_circles_are_found(files, found):
    assert len(circles(graph(files))) == found


def test_the_package_loads_nothing_heavy():
    """``snnlab/__init__.py`` reaches the upper floors on first use only."""
    for module in imports_when_loaded((ROOT / PACKAGE).read_text(), PACKAGE):
        assert room(module) in ("core", "functional") or module.split(".")[0] in STDLIB, f"{PACKAGE} imports {module}"


@pytest.mark.parametrize("file", [file for file in FILES if room(file) == "apps"])
def test_a_page_is_a_table_of_contents(file):
    lines = len((ROOT / file).read_text().splitlines())
    assert lines <= 60, f"{file} has {lines} lines: what it builds belongs into snnlab.workbench"


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_one_concept(file):
    """At 36f61ab five files of more than 350 lines held two."""
    lines = len((ROOT / file).read_text().splitlines())
    assert lines <= 400, f"{file} has {lines} lines: it is two concepts, or more"


def test_import_costs_what_torch_costs():
    """Of the functions, and so of the package, in which they are."""
    heavy = {*GUI, "sympy", "pyabf", "pandas"}
    code = "import sys, torch; before = set(sys.modules); import snnlab.functional; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert {"snnlab", "snnlab.functional"} <= loaded
    assert not loaded & heavy, f"importing it loads {', '.join(sorted(loaded & heavy))}"


ALONE = """
import importlib, pkgutil, sys
import torch, numpy
allowed = {*sys.stdlib_module_names, "torch", "numpy", "triton", "snnlab"}

class Refused:
    def find_spec(self, name, path=None, target=None):
        if (top := name.partition(".")[0]) not in allowed and not top.startswith("_"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

def load(floor):
    package = importlib.import_module(f"snnlab.{floor}")
    for module in pkgutil.walk_packages(package.__path__, f"snnlab.{floor}."):
        importlib.import_module(module.name)

sys.meta_path.insert(0, Refused())
for floor in FLOORS:
    load(floor)
try:
    load("symbolic")
except ModuleNotFoundError as error:
    print(error)
import snnlab
allowed |= {"sympy", "mpmath"}  # which torch itself requires, and takes when it needs them
load("symbolic")
current = torch.full((20, 2), 2.0, requires_grad=True)
run = snnlab.simulate(snnlab.functional.LIF, current=current)
run.spikes.sum().backward()
print(run.backend)
snnlab.engine.memory.check(2**60, "cpu", "A run")  # nobody knows how much is free, and nothing is refused
"""


def test_the_engine_needs_torch_and_numpy_alone():
    """Nothing can be installed on a machine that is lent for its GPU; where there is no LLVM, a run says so.

    Equations need sympy besides, which is wherever torch is. One process imports every file of these floors.
    """
    floors = [floor for floor, level in FLOORS.items() if level <= 2 and floor != "symbolic"]
    command = [sys.executable, "-c", ALONE.replace("FLOORS", repr(floors))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    refused, ran = done.stdout.splitlines()
    assert refused == "No module named 'sympy'"
    assert ran.startswith("eager (llvmlite is not installed")


@pytest.mark.parametrize(
    ("file", "line", "allowed"),
    [
        ("snnlab/core/step.py", "import torch", True),
        ("snnlab/core/step.py", "import numpy", False),
        ("snnlab/core/step.py", "from . import neuron", True),
        ("snnlab/core/step.py", "from .. import functional", False),
        ("snnlab/core/__init__.py", "from .step import feed_forward", True),
        ("snnlab/functional/neurons/lif.py", "from ...core import Neuron", True),
        ("snnlab/functional/neurons/lif.py", "from ..surrogates import table", True),
        ("snnlab/functional/neurons/lif.py", "from snnlab.modules import LIFCell", False),
        ("snnlab/modules/cells.py", "from snnlab.functional import LIF", True),
        ("snnlab/modules/kernel.py", "from snnlab.engine import simulate", True),
        ("snnlab/modules/kernel.py", "from snnlab.models import LIF", False),
        ("snnlab/engine/run.py", "from snnlab.modules import LIF", False),
        ("snnlab/engine/run.py", "import snnlab.symbolic.latex", False),
        ("snnlab/symbolic/latex.py", "from snnlab.core.record import record", True),
        ("snnlab/models/knobs.py", "from snnlab.analysis import spikes", False),
        ("snnlab/models/knobs.py", "import snnlab", False),
        ("snnlab/models/knobs.py", "from snnlab import explore", False),
        ("snnlab/models/knobs.py", "def f():\n    import panel.widgets", False),
        ("snnlab/testing/neurons.py", "from snnlab.models import model_of", True),
        ("snnlab/testing/neurons.py", "from snnlab.analysis import peak", False),
        ("snnlab/testing/neurons.py", "import panel", False),
        ("snnlab/models/knobs.py", "from snnlab.testing import check", False),
        ("snnlab/analysis/fit.py", "import importlib\nimportlib.import_module('bokeh.plotting')", False),
        ("snnlab/views/trace.py", "import holoviews as hv", True),
        ("snnlab/views/trace.py", "from snnlab.workbench import live", False),
        ("snnlab/workbench/live.py", "from snnlab.views import trace", True),
        ("apps/main.py", "from snnlab.workbench import Page", True),
        ("apps/main.py", "import snnlab", True),
        ("apps/main.py", "from snnlab import models", False),
        ("apps/main.py", "import torch", False),
        ("snnlab/__main__.py", "from snnlab.workbench import serve", True),
        ("snnlab/__main__.py", "from snnlab.engine import prepare", False),
        ("snnlab/workbench/start.py", "from snnlab.__main__ import main", False),
    ],
)
def test_the_rule_itself(file, line, allowed):
    assert (not any(complaint(file, module) for module in imports(line, file))) == allowed


def test_colours_stand_in_one_place():
    found = {file for file in FILES if re.search(r"#[0-9a-fA-F]{6}\b", (ROOT / file).read_text())}
    assert found == {"snnlab/core/palette.py"}


def code_lines(function):
    """How many lines a function has without its docstring."""
    first = function.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return function.end_lineno - function.lineno + 1 - (first.end_lineno - first.lineno + 1 if told else 0)


@pytest.mark.parametrize("file", FILES)
def test_no_function_is_longer_than_a_page(file):
    functions = [node for node in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(node, ast.FunctionDef)]
    long = {function.name: lines for function in functions if (lines := code_lines(function)) > 60}
    assert not long, f"{file}: {long} lines: take them apart"
