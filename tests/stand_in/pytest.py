"""The little of pytest that the tests on a GPU use, for a machine that has torch and no pytest.

    PYTHONPATH=tests/stand_in python -m pytest -m "gpu or triton" tests/triton/test_triton.py

Tests are written once, for pytest; `make gpu` runs them by this file where pytest is missing. What it does not know is
an error, and never a test that is left out in silence.
"""

import argparse
import importlib.util
import itertools
import operator
import os
import re
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Mark:
    name: str
    values: tuple = ()
    options: dict = field(default_factory=dict)

    def __call__(self, *values, **options):
        if len(values) == 1 and callable(values[0]) and not options:  # the function under a decorator
            values[0].pytestmark = [*getattr(values[0], "pytestmark", []), self]
            return values[0]
        return Mark(self.name, values, options)


class Marks:
    def __getattr__(self, name: str) -> Mark:
        return Mark(name)


class Values(NamedTuple):
    """One set of a parametrized test."""

    values: tuple
    id: str | None
    marks: list[Mark]


class Raised:
    """What `raises` gives: the error, afterwards."""

    value: Any = None


class MonkeyPatch:
    """Changes that are undone after a test."""

    def __init__(self) -> None:
        self.undo = ExitStack()

    def setattr(self, target: Any, name: Any, *value: Any) -> None:
        if not value:  # ("module.name", value)
            module, _, last = target.rpartition(".")
            target, name, value = sys.modules[module], last, (name,)
        self.undo.callback(setattr, target, name, getattr(target, name))
        setattr(target, name, *value)

    def delenv(self, name: str, raising: bool = True) -> None:
        if name in os.environ:
            self.undo.callback(os.environ.__setitem__, name, os.environ.pop(name))
        elif raising:
            raise KeyError(name)


mark = Marks()


def several(marks: Any) -> list[Mark]:
    """Marks, of which people give one or a list."""
    return [marks] if isinstance(marks, Mark) else list(marks)


def param(*values: Any, id: str | None = None, marks: Any = ()) -> Values:
    return Values(values, id, several(marks))


def fixture(scope: str = "function", autouse: bool = False) -> Callable:
    if (scope, autouse) != ("module", True):
        raise NotImplementedError("of a file's own fixtures, the stand-in for pytest knows those of the whole module")

    def decorate(function: Callable) -> Callable:
        function.around_module = contextmanager(function)  # type: ignore[attr-defined]
        return function

    return decorate


@contextmanager
def raises(kind: Any, match: str = "") -> Iterator[Raised]:
    raised = Raised()
    try:
        yield raised
    except kind as error:
        raised.value = error
        assert re.search(match, str(error)), f"{error!r} does not match {match!r}"
    else:
        raise AssertionError(f"{kind.__name__} was not raised")


class Case(NamedTuple):
    """A test with one set of its parameters."""

    id: str
    test: Callable
    given: dict[str, Any]
    marks: frozenset[str]

    def run(self) -> None:
        wanted = set(self.test.__code__.co_varnames[: self.test.__code__.co_argcount]) - self.given.keys()
        with ExitStack() as stack:
            made: dict[str, Any] = {}
            for name in wanted:
                if name == "monkeypatch":
                    made[name] = MonkeyPatch()
                    stack.callback(made[name].undo.close)
                elif name == "tmp_path":
                    made[name] = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                else:
                    raise NotImplementedError(f"the stand-in for pytest has no fixture {name!r}")
            self.test(**self.given, **made)


def cases(name: str, test: Callable, marks: list[Mark]) -> Iterator[Case]:
    """A test with every set of its parameters."""
    marks = [*marks, *getattr(test, "pytestmark", [])]
    names = frozenset(mark.name for mark in marks) - {"parametrize"}
    axes = [list(sets(*mark.values, **mark.options)) for mark in marks if mark.name == "parametrize"]
    for chosen in itertools.product(*axes):
        ids, given = [one[0] for one in chosen], [one[1] for one in chosen]
        own = {mark.name for one in chosen for mark in one[2]}
        yield Case(f"{name}[{'-'.join(ids)}]" if ids else name, test, reduce(operator.or_, given, {}), names | own)


def sets(names: Any, values: Any, ids: Any = None) -> Iterator[tuple[str, dict[str, Any], list[Mark]]]:
    """(id, arguments by name, marks) of a parametrization."""
    names = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
    called = iter(ids) if ids is not None and not callable(ids) else itertools.repeat(None)
    for value, id in zip(values, called):
        one = value if isinstance(value, Values) else Values(tuple(value) if len(names) > 1 else (value,), None, [])
        texts = map(ids, one.values) if callable(ids) else map(str, one.values)
        yield str(id or one.id or "-".join(map(str, texts))), dict(zip(names, one.values, strict=True)), one.marks


def loaded(path: str) -> Any:
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None and spec.loader is not None, f"{path} is no Python file"
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main() -> int:
    """pytest's exit codes: 0 where all passed, 1 where one failed, 5 where there was none."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-m", dest="marks", required=True, help='"a or b"')
    parser.add_argument("files", nargs="+")
    asked = parser.parse_args()
    import torch

    of, absent = set(asked.marks.split(" or ")), {"nightly"} | (set() if torch.cuda.is_available() else {"gpu"})
    passed, left_out, failed, start = 0, 0, [], time.perf_counter()
    for file in asked.files:
        module = loaded(file)
        marks = several(getattr(module, "pytestmark", []))
        tests = [(n, f) for n, f in vars(module).items() if n.startswith("test_") and callable(f)]
        found = [case for name, test in tests for case in cases(name, test, marks)]
        chosen = [case for case in found if case.marks & of and not case.marks & absent]
        left_out += len(found) - len(chosen)
        with ExitStack() as stack:
            if chosen:
                for function in list(vars(module).values()):
                    if hasattr(function, "around_module"):
                        stack.enter_context(function.around_module())
            for case in chosen:
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        case.run()
                    passed += 1
                    print(".", end="", flush=True)
                except Exception:
                    failed.append(f"{file}::{case.id}")
                    print(f"\n{failed[-1]}\n{traceback.format_exc()}", flush=True)
    counts = {"failed": len(failed), "passed": passed, "deselected": left_out}
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    print("\n".join(["", *(f"FAILED {one}" for one in failed)]))
    print(f"{said or 'no tests ran'} in {time.perf_counter() - start:.2f}s (without pytest)")
    return 1 if failed else 0 if passed else 5


if __name__ == "__main__":
    sys.modules["pytest"] = sys.modules["__main__"]  # what tests import
    sys.exit(main())
