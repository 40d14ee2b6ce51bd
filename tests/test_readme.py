"""README says what is true: its table is the one made from the functions, and its examples run."""

import re
from pathlib import Path

import pytest

from snnlab import functional
from snnlab.functional.table import table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
TEXTS = README + "".join((ROOT / "docs" / name).read_text() for name in ("engine.md", "integrators.md"))
EXAMPLES = [code for code in re.findall(r"```python\n(.*?)```", TEXTS, re.DOTALL) if "explore(" not in code]


def test_the_table_is_the_one_made_from_the_functions():
    shown = README.split("<!-- made by python -m snnlab.functional.table -->\n")[1].split("\n<!-- end of table -->")[0]
    assert shown == table()


def test_the_table_names_every_step_encoder_and_rule():
    steps = {name for name, value in vars(functional).items() if hasattr(value, "neuron") and callable(value)}
    encoders = {function.__name__ for encoder in functional.ENCODERS for function in encoder.functions}
    rules = {function.__name__ for rule in functional.PLASTICITY for function in rule.functions}
    assert len(steps) > 50 and len(encoders) == 11 and len(rules) == 10
    for name in steps | encoders | rules | set(functional.SURROGATES):
        assert re.search(rf"\b{name}\b", table()), name


def test_every_row_has_a_source():
    rows = [row.split(" | ") for row in table().splitlines()[2:]]
    assert len(rows) > 25
    for model, functions, source in rows:
        assert functions.strip(), model
        assert re.search(r"\d{4}", source), f"the source of {model} has a year"


@pytest.mark.parametrize("code", EXAMPLES, ids=range(len(EXAMPLES)))
def test_examples_run(code):
    exec(code, {})


def test_examples_are_found():
    assert len(EXAMPLES) == 11
