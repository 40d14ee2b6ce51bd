"""README says what is true: its table is the one made from the functions, and its examples run."""

import ast
import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

from snnlab import functional
from snnlab.functional.table import MARKS, renewed, table
from snnlab.testing import neurons_table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
TEXTS = README + "".join((ROOT / "docs" / name).read_text() for name in ("engine.md", "integrators.md"))
SHOWN = README.split(MARKS[0])[1].split(MARKS[1])[0]
ROWS = [row.strip("| ").split(" | ") for row in SHOWN.splitlines()[2:]]
EXAMPLES = [code for code in re.findall(r"```python\n(.*?)```", TEXTS, re.DOTALL) if "explore(" not in code]


def test_the_table_is_the_one_made_from_the_functions():
    assert table() == SHOWN, "make renew"


def test_the_page_of_neurons_is_the_one_made_from_them():
    assert (ROOT / "docs" / "neurons.md").read_text() == neurons_table.table(), "make renew"


def written():
    """Functions as they stand in the files of neurons, encoders and rules, by name: those that a user may call."""
    found = {}
    for folder in ("neurons", "encoders", "plasticity"):
        for file in sorted((ROOT / "snnlab" / "functional" / folder).glob("*.py")):
            module = import_module(f"snnlab.functional.{folder}.{file.stem}")
            for node in ast.parse(file.read_text()).body:
                names = [node.name] if isinstance(node, ast.FunctionDef) else []
                names += [name.id for name in getattr(node, "targets", []) if isinstance(name, ast.Name)]
                own = [name for name in names if re.search("_step|_encode|_adjoint|_integral", name) and name[0] != "_"]
                found |= {name: getattr(module, name) for name in own if hasattr(functional, name)}
    return found


def test_the_table_has_every_function_beside_its_source():
    """As the files define them, and their own docstrings tell it; those of an encoder, beside that of its encoder."""
    sources = {name: source for _, functions, source in ROWS for name in re.findall("`(.+?)`", functions)}
    functions = written()
    assert len(functions) >= 68
    for definition in (*functional.ENCODERS, *functional.PLASTICITY):
        functions |= {function.__name__: function for function in definition.functions}
    for name, function in functions.items():
        assert name in sources, f"{name} is not in the table: make renew"
        told = re.search(r"Source: (.+?)(?:\n\s*\n|\n\s*>>>|$)", function.__doc__, re.DOTALL)
        if told and hasattr(function, "neuron"):
            assert sources[name] == told.group(1).strip(), name


def test_the_examples_of_typed_neurons_run():
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    path = str(ROOT / "docs" / "typed-neurons.md")
    failed, tried = doctest.testfile(path, module_relative=False, optionflags=flags)
    assert failed == 0 and tried >= 10


def test_every_row_has_a_model_and_a_source():
    assert len(ROWS) > 25 and len({model for model, *_ in ROWS}) == len(ROWS)
    for model, functions, source in ROWS:
        assert functions.strip(), model
        assert re.search(r"\d{4}", source), f"the source of {model} has a year"
    models = " ".join(model for model, *_ in ROWS)
    for name in functional.SURROGATES:
        assert name in models, name


def test_a_text_is_renewed_between_its_marks():
    old = f"before\n{MARKS[0]}| model | of yesterday |{MARKS[1]}\nafter\n"
    assert renewed(old) == f"before\n{MARKS[0]}{table()}{MARKS[1]}\nafter\n"
    assert renewed(README) == README
    for text in ("no table", old + old, old.replace(MARKS[1], "")):
        with pytest.raises(ValueError, match="the text has no table"):
            renewed(text)


@pytest.mark.parametrize("code", EXAMPLES, ids=range(len(EXAMPLES)))
def test_examples_run(code):
    exec(code, {})


def test_examples_are_found():
    assert len(EXAMPLES) >= 11
