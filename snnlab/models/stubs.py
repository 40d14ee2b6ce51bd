"""What type checkers and editors know of the classes made here: `python -m snnlab.models.stubs` prints __init__.pyi,
`python -m snnlab.models.stubs snnlab` that of the package, where they are offered as well.

Classes derived from annotations exist at run time only; the stub file tells their parameters, made from the same
annotations.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from snnlab import models
from snnlab.core import Choice, Count, Names, Quantity, Switch

from .settings import run_of
from .stimuli.port import ANY

HEAD = '''"""Made by python -m snnlab.models.stubs: what `snnlab.models` offers, for editors and type checkers."""

from typing import Any, Literal, overload
'''
KINDS = '''
OFFERED: tuple[str, ...]

class Number:
    """A number: text with a unit, such as "10 mV", is taken as well."""

    @overload
    def __get__(self, instance: None, owner: Any) -> Knob: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> float: ...
    def __set__(self, instance: object, value: float | str) -> None: ...

class Whole:
    """A whole number."""

    @overload
    def __get__(self, instance: None, owner: Any) -> Knob: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> int: ...
    def __set__(self, instance: object, value: int | str) -> None: ...
'''


def declaration(mark: Any) -> str:
    """How a parameter is declared."""
    if isinstance(mark, Count):
        return "Whole"
    return "Number" if isinstance(mark, Quantity) else argument_type(mark)


def argument_type(mark: Any) -> str:
    """What a constructor takes."""
    if isinstance(mark, Count):
        return "int | str"
    if isinstance(mark, Quantity):
        return "float | str"
    if isinstance(mark, Switch):
        return "bool"
    if isinstance(mark, Names):
        return "tuple[str, ...]"
    assert isinstance(mark, Choice)
    return f"Literal[{', '.join(repr(option).replace(chr(39), chr(34)) for option in mark.options)}]"


def about(mark: Any) -> str:
    unit = f" in {mark.unit}" if isinstance(mark, Quantity) and mark.unit != "1" else ""
    limits = f", {mark.allowed[0]:g} to {mark.allowed[1]:g}" if isinstance(mark, Quantity) else ""
    return f"{mark.doc}{unit}{limits}"


def class_stub(kind: type, base: str) -> Iterator[str]:
    """The lines of one class."""
    yield f"class {kind.__name__}({base}):"
    yield f'    """{(kind.__doc__ or "").splitlines()[0]}"""'
    yield ""
    names = {name: kind.marks[field] for field, name in kind.shown.items()}  # type: ignore[attr-defined]
    for name, mark in names.items():
        yield f"    {name}: {declaration(mark)}"
        yield f'    """{about(mark)}"""'
    inner = getattr(kind, "inner", {})
    for name, family in inner.items():
        yield f"    {name}: {BASES[family][0]}"
    yield "    def __init__("
    arguments = [f"{name}: {argument_type(mark)} = ..." for name, mark in names.items()]
    arguments += [f"{name}: {BASES[family][0]} = ..." for name, family in inner.items()]
    if issubclass(kind, models.Stimulus):
        arguments += ["source: Any = ...", "unit: str = ..."]
    yield "        self,"
    if arguments:  # inner models may be given without their name
        yield "        *inner: snnlab.models.model.Model," if inner else "        *,"
    yield from (f"        {argument}," for argument in arguments)
    yield "    ) -> None: ..."
    yield ""


def family_stub(base: str, kind: type[models.Model]) -> Iterator[str]:
    """The lines of the class from which those of a family derive: what is hung on it at run time."""
    settings = run_of(kind.settings, ANY, ())
    own = list(inspect.signature(models.Model.simulate).parameters.values())
    yield f"class {shared(base)}({base}):"
    yield "    def simulate("
    yield "        self,"
    for one in own[1:]:
        if one.kind is one.VAR_KEYWORD:
            for name in settings.names():
                mark = settings.annotation(name)
                names = "str | list[str] | " if isinstance(mark, Names) else ""
                yield f"        {name}: {names}{argument_type(mark)} = ...,"
        else:
            if one.kind is one.KEYWORD_ONLY and own[own.index(one) - 1].kind is not one.KEYWORD_ONLY:
                yield "        *,"
            yield f"        {one.name}: Any = ...,"
    yield "    ) -> snnlab.engine.Recording: ..."
    yield ""


def shared(base: str) -> str:
    """The name of that class."""
    return f"_{base.rpartition('.')[2]}"


BASES = {
    "neuron": ("snnlab.models.families.neurons.NeuronModel", models.NEURONS),
    "encoder": ("snnlab.models.families.encoders.EncoderModel", models.ENCODERS),
    "plasticity": ("snnlab.models.families.plasticity.PlasticityModel", models.PLASTICITY),
    "surrogate": ("snnlab.models.families.surrogates.SurrogateModel", models.SURROGATES),
    "network": ("snnlab.models.families.networks.NetworkModel", models.NETWORKS),
    "operation": ("snnlab.models.families.operations.OperationModel", models.OPERATIONS),
    "compartments": ("snnlab.models.families.compartments.CompartmentModel", models.COMPARTMENTS),
    "stimulus": ("snnlab.models.stimuli.stimulus.Stimulus", models.STIMULI),
}


def exported() -> str:
    """The imports of __init__.py, each name exported by `as`."""
    tree = ast.parse((Path(__file__).parent / "__init__.py").read_text())
    lines = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level:
            names = [alias.name for alias in node.names if not (alias.asname or "").startswith("_")]
            lines += [f"from .{node.module} import {name} as {name}" for name in names]
    return "\n".join(lines)


def stub() -> str:
    """The text of __init__.pyi."""
    modules = {"snnlab.engine", "snnlab.models.model", *(base.rpartition(".")[0] for base, _ in BASES.values())}
    lines = [HEAD, *(f"import {module}" for module in sorted(modules)), exported(), KINDS]
    for family, (base, kinds) in BASES.items():
        if family in models.FAMILIES:
            lines.append("\n".join(family_stub(base, next(iter(kinds.values())))))
            base = shared(base)
        for kind in kinds.values():
            lines.append("\n".join(class_stub(kind, base)))
    return "\n".join(lines)


def package() -> str:
    """The text of the __init__.pyi of snnlab, whose names are loaded on first use."""
    text = (Path(__file__).parents[1] / "__init__.py").read_text()  # which imports from above, and is not imported here
    tables = {node.targets[0].id: node.value for node in ast.parse(text).body if isinstance(node, ast.Assign)}  # type: ignore
    floors = [f"from . import {name} as {name}" for name in ast.literal_eval(tables["_FLOORS"])]
    called = ast.literal_eval(tables["_FUNCTIONS"])
    functions = [f"from .{floor} import {name} as {name}" for name, floor in called.items()]
    offered = [f"from .models import {name} as {name}" for name in models.OFFERED]
    head = '"""Made by python -m snnlab.models.stubs snnlab: what `snnlab` offers, for editors and type checkers."""'
    return "\n".join([head, "", *floors, *functions, *offered, "", "__version__: str"]) + "\n"


if __name__ == "__main__":
    print(package() if sys.argv[1:] == ["snnlab"] else stub(), end="")
