"""What help() says about a neuron's functions: its equations as they stand in the code, and units of all fields."""

import dis
import inspect
from textwrap import dedent, indent
from typing import Any, get_type_hints

from .derived import derived
from .neuron import Neuron
from .quantity import Annotation, Inverse, InverseTime, Quantity


def _source(function: Any) -> str:
    """The code of a function; of one that was typed in where no file has it, nothing."""
    try:
        return dedent(inspect.getsource(function)).rstrip()
    except (OSError, TypeError):
        return ""


def _unit(mark: Quantity) -> str:
    unit = "s" if isinstance(mark, InverseTime) else mark.unit
    return f"1/{unit}" if isinstance(mark, Inverse) else unit


def _fields(fields: Any) -> str:
    """Every field with its unit and what it is."""
    told = []
    for field, hint in get_type_hints(fields, include_extras=True).items():
        for mark in getattr(hint, "__metadata__", ()):
            if isinstance(mark, Quantity):
                told.append(f"{field} [{_unit(mark)}] {'inverse of the ' * isinstance(mark, Inverse)}{mark.doc}")
            elif isinstance(mark, Annotation):
                told.append(f"{field}: {mark.doc}")
    return "; ".join(told)


def _used(functions: list[Any]) -> list[Any]:
    """Functions of snnlab that these call by name, and those that they call: parts of an equation."""
    found: list[Any] = []
    for function in map(inspect.unwrap, functions):
        for name in (op.argval for op in dis.get_instructions(function) if op.opname == "LOAD_GLOBAL"):
            value = function.__globals__.get(name)
            if inspect.isfunction(value) and value.__module__.startswith("snnlab.") and value.__name__ != "threshold":
                found += [*_used([value]), value]
    return found


@derived
def explanation(neuron: Neuron) -> str:
    """Equations and units of a neuron, from its definition."""
    functions = [f for f in (neuron.receive, neuron.flow, neuron.excess, neuron.reset, neuron.hold) if f]
    code = "\n\n".join(filter(None, map(_source, dict.fromkeys([*_used(functions), *functions]))))
    parts = [
        "Equations: ds/dt in 1/s with current I; a spike where the excess is > 0; reset is the state after it.",
        indent(code, "    "),
        f"State: {_fields(neuron.state)}.",
        f"Parameters: {_fields(neuron.parameters)}.",
    ]
    return "\n\n".join(part for part in parts if part.strip(" .:").partition(":")[2] or part == parts[1])
