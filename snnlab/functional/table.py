"""The table of README: every function, its model, its paper.

`python -m snnlab.functional.table` prints it, `python -m snnlab.functional.table README.md` that text with the table as
it is now between its two marks.
"""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from snnlab import functional

MARKS = "<!-- made by python -m snnlab.functional.table -->\n", "\n<!-- end of table -->"


def _source(function: Callable) -> str:
    """The paper that a docstring names."""
    found = re.search(r"Source: (.*?)(?:\n\s*\n|$)", function.__doc__ or "", re.DOTALL)
    return re.sub(r"\s+", " ", found.group(1)).rstrip(". ") if found else ""


def _row(model: str, functions: Iterable[str], source: str) -> str:
    return f"| {model} | {', '.join(f'`{name}`' for name in functions)} | {source} |"


def table() -> str:
    """The table as Markdown, made from NEURONS, ENCODERS, PLASTICITY, OPERATIONS, CABLES and SURROGATES."""
    names = {name: value for name, value in vars(functional).items() if callable(value)}
    rows = ["| model | functions | source |", "|---|---|---|"]
    for neuron in functional.NEURONS:
        own = sorted(name for name, value in names.items() if getattr(value, "neuron", None) is neuron)
        rows.append(_row(neuron.title or neuron.name, own or [neuron.name], neuron.source))
    for encoder in functional.ENCODERS:
        own = [f.__name__ for f in encoder.functions if not hasattr(f, "neuron")]  # those stand with their neuron
        if own:
            rows.append(_row(encoder.title, own, encoder.source))
    for rule in functional.PLASTICITY:
        rows.append(_row(rule.title, [f.__name__ for f in rule.functions] or [rule.name], rule.source))
    told: list[str] = []  # of several operations, a function stands with the first
    for operation in functional.OPERATIONS:
        if own := [f.__name__ for f in operation.functions if f.__name__ not in told]:
            rows.append(_row(operation.title, own, operation.source))
        told += own
    for cable in functional.CABLES:
        rows.append(_row(cable.title, [cable.name], cable.source))
    slopes = [name for name, value in names.items() if value.__module__ == "snnlab.functional.operations.surrogates"]
    methods = f"Surrogate gradients {', '.join(functional.SURROGATES)}"
    rows.append(_row(methods, ["threshold", *sorted(slopes)], _source(functional.threshold)))
    return "\n".join(rows)


def renewed(text: str) -> str:
    """A text with the table between its marks. Raises ValueError for one that has not both of them once."""
    before, *found = text.split(MARKS[0])
    after = found[0].split(MARKS[1]) if len(found) == 1 else []
    if len(after) != 2:
        raise ValueError(f"the text has no table: give one between {MARKS[0].strip()} and {MARKS[1].strip()}")
    return before + MARKS[0] + table() + MARKS[1] + after[1]


if __name__ == "__main__":
    print(renewed(Path(sys.argv[1]).read_text()) if sys.argv[1:] else table(), end="" if sys.argv[1:] else "\n")
