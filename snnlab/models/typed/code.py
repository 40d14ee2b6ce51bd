"""A typed neuron as a Python file: the form in which snnlab's own neurons are written."""

import ast
import builtins
import textwrap
from collections.abc import Iterable, Mapping
from keyword import iskeyword
from typing import Any

from snnlab.core import Neuron, Quantity
from snnlab.core.names import what_is

from .definition import Change
from .describe import Description, described
from .functions import Functions, Resting
from .make import definition_of, text_of
from .trees import Node
from .values import PRODUCTS, ordered

HEAD = """
from typing import Annotated, NamedTuple

import torch
from torch import Tensor, as_tensor

from snnlab.core import Neuron, Quantity{more}
from snnlab.core.standing import standing
from snnlab.functional.neurons.quantities import Alpha, Method
"""
IMPORTS = {  # of what only some files need: the line, and the module before which it stands
    "exprel": ("from snnlab.core.exponential import phi as exprel", "snnlab.core.standing"),
    "linear_exponential": (
        "from snnlab.functional.neurons.kinetics import linear_exponential",
        "snnlab.functional.neurons.quantities",
    ),
}
OWN = {
    "s",
    "p",
    "I",
    "x",
    "old",
    "torch",
    "as_tensor",
    "Tensor",
    *IMPORTS,
    "standing",
    "flow",
    "excess",
    "reset",
    "rest",
}
INFIX = ("+", "-", "*", "/", "**", ">", ">=", "<", "<=", "==", "!=")


def neuron_code(neuron: Neuron) -> str:
    """A Python file with this neuron, whose functions do the same operations in the same order.

    Raises ValueError for a neuron that is not made by `snnlab.neuron`.

    >>> from snnlab.models import neuron
    >>> text = "dv/dt = (E - v + I)/tau : mV; spike: v > 1"
    >>> made = neuron('''
    ...     dv/dt = (E - v + I)/tau : mV
    ...     E = -65 mV
    ...     tau = 10 ms
    ...     I = 1 mV in 0 .. 2
    ... ''')
    >>> print(neuron_code(made).partition("def flow")[2].partition("def rest")[0].strip())
    (s, I, p):
        return TypedState(v=1000.0 * ((p.E - s.v + I) / p.tau))
    """
    text = text_of(neuron) if isinstance(neuron, Neuron) else None
    if text is None:
        given = f"the neuron {neuron.name}" if isinstance(neuron, Neuron) else what_is(neuron)
        raise ValueError(f"neuron is {given}, which is not typed: give one that snnlab.neuron made")
    definition = definition_of(text)
    about = described(definition)
    return _Writer(about, Functions(definition, about.variables)).file()


class _Writer:
    def __init__(self, about: Description, functions: Functions) -> None:
        self.about, self.functions, self.definition = about, functions, functions.definition
        self.rest: Resting = functions.resting(about)
        self.names = {name: f"s.{name}" for name in about.variables} | {name: f"p.{name}" for name in about.numbers}
        self.names |= {"I": "I", "x": "x"}
        taken = {*OWN, *dir(builtins), f"{about.name}State", f"{about.name}Parameters", about.name}
        for name in functions.inner:
            written = name
            while written in taken or iskeyword(written):
                written += "_"
            taken.add(written)
            self.names[name] = written

    def file(self) -> str:
        about, definition = self.about, self.definition
        wait, period = definition.wait or ("", 0.0)
        more = ", exponential_euler" * about.fine + f", {wait}" * bool(wait)
        parts = [f'"""{_plain(about.title)}: {_plain(about.doc)}"""\n' + HEAD.format(more=more), self._tuples()]
        parts += [*self._functions(), self._neuron("base" if wait else about.name)]
        if wait:
            called = f"name={about.name!r}, title={about.title!r}"
            parts.append(f"{about.name} = {wait}(base, {period!r}, {called})")
        found = "\n\n\n".join(part.strip("\n") for part in parts) + "\n"
        for name, (line, before) in IMPORTS.items():
            if f"{name}(" in found:
                found = found.replace(f"from {before}", f"{line}\nfrom {before}")
        return found

    # -- classes -----------------------------------------------------------------------------------------------------

    def _tuples(self) -> str:
        name, about = self.about.name, self.about
        lines = [f"class {name}Parameters(NamedTuple):"]
        for field, (mark, default) in about.numbers.items():
            lines.append(f"    {field}: Annotated[Tensor, {_mark(mark)}] = as_tensor({default!r})")
        lines += ['    method: Method = "super"', "    alpha: Alpha = 100.0", "", "", f"class {name}State(NamedTuple):"]
        for field, mark in about.marks(self.rest.values).items():
            lines.append(f"    {field}: Annotated[Tensor, {_mark(mark)}]")
        return "\n".join(lines)

    def _neuron(self, variable: str) -> str:
        about, definition = self.about, self.definition
        given: dict[str, Any] = {"name": repr(about.name), "title": repr(about.title), "doc": repr(about.doc)}
        given |= {"source": repr(about.source), "parameters": f"{about.name}Parameters", "state": f"{about.name}State"}
        given["flow"] = "flow"
        if definition.spike is not None:
            given["excess"] = "excess"
        if definition.crosses:
            given["crosses"] = "True"
        for part in ("reset", "receive"):
            if part in definition.changes:
                given[part] = part
        given["rest"] = "rest"
        if self.functions.peak() is not None:
            given["within"] = "below_peak"
        given["port"] = repr("spikes" if "receive" in definition.changes else "current")
        given["current"] = _mark(about.current)
        if about.fine:
            given |= {"advance": "exponential_euler", "dt": repr(about.dt)}
        return "\n".join([f"{variable} = Neuron(", *(f"    {name}={value}," for name, value in given.items()), ")"])

    # -- functions ---------------------------------------------------------------------------------------------------

    def _functions(self) -> list[str]:
        definition, state = self.definition, f"{self.about.name}State"
        rates = [definition.rates[name] for name in self.about.variables]
        trees = [tree for rate in rates for tree in (rate.right, rate.factor) if tree is not None]
        slopes = []
        for name, rate in zip(self.about.variables, rates):
            before = "1000.0" if rate.factor is None else f"1000.0 / ({self.text(rate.factor)})"
            still = "" if self.functions.needs(name) & {*self.about.variables} else f" + 0.0 * s.{name}"
            slopes.append(f"{name}={before} * ({self.text(rate.right)}){still}")
        found = [self._function("flow(s, I, p)", trees, f"{state}({', '.join(slopes)})")]
        if definition.spike is not None:
            found.append(self._function("excess(s, p)", [definition.spike], self.text(definition.spike)))
        for part, arguments in (("reset", "s, p"), ("receive", "s, x, p")):
            if part in definition.changes:
                found.append(self._changing(f"{part}({arguments})", definition.changes[part]))
        found.append(self._rest(state))
        peak = self.functions.peak()
        if peak is not None:
            top = f"s._replace(v=torch.minimum(s.v, as_tensor({self.text(peak)}, dtype=s.v.dtype)))"
            found.append(self._function("below_peak(old, s, p)", [peak], top))
        return found

    def _function(
        self, head: str, trees: Iterable[Node], result: str, doc: str = "", names: Mapping[str, str] = {}
    ) -> str:
        lines = [f"def {head}:"] + [f'    """{doc}"""'] * bool(doc)
        lines += [f"    {line}" for line in self._inner(trees)]
        return "\n".join([*lines, f"    return {_tidy(result)}"])

    def _inner(self, trees: Iterable[Node]) -> list[str]:
        inner = self.functions.inner
        return [f"{self.names[name]} = {_tidy(self.text(inner[name]))}" for name in ordered(trees, inner)]

    def _changing(self, head: str, changes: list[Change]) -> str:
        lines = [f"def {head}:"]
        for change in changes:
            new = self.text(change.right)
            if change.right.kind == "number":
                new = f"torch.full_like(s.{change.variable}, {new})"
            lines += [f"    {line}" for line in self._inner([change.right])]
            lines.append(f"    s = {_tidy(f's._replace({change.variable}={new})')}")
        return "\n".join([*lines, "    return s"])

    def _rest(self, state: str) -> str:
        rest, said = self.rest, self.rest.plan.said
        given = f"start={rest.start!r}, width={rest.width!r}"
        if rest.plan.following:
            given += f", following={rest.plan.following!r}"
        lines = ["def rest(p):", f'    """{rest.words}"""']
        kept = dict(self.names)
        for name, tree in said.items():
            self.names[name] = name
            lines += [f"    {line}" for line in self._inner([tree])]
            new = self.text(tree)
            lines.append(f"    {name} = {_tidy(f'as_tensor({new})')}")
        self.names = kept
        if said:
            given += f", said=dict({', '.join(f'{name}={name}' for name in said)})"
        return "\n".join([*lines, f"    return standing(flow, {state}, p, {given})"])

    def text(self, node: Node) -> str:
        """A tree as code, with brackets around each of its parts."""
        if node.kind == "number":
            whole = node.value == int(node.value) and abs(node.value) < 1e15
            return repr(int(node.value) if whole else node.value)
        if node.kind == "name":
            return self.names[node.name]
        parts = [self.text(part) for part in node.parts]
        if node.kind == "**" and node.parts[1].kind == "number" and node.parts[1].value in range(4, PRODUCTS + 1):
            return _power(parts[0], int(node.parts[1].value))
        if node.kind in INFIX:
            return f"(({parts[0]}) {node.kind} ({parts[1]}))"
        if node.kind in ("and", "or"):
            return f"(({parts[0]}) {'&' if node.kind == 'and' else '|'} ({parts[1]}))"
        if node.kind in ("neg", "not"):
            return f"({'-' if node.kind == 'neg' else '~'}({parts[0]}))"
        if node.kind in ("min", "max", "clip"):
            return self._bounded(node, parts)
        if node.kind == "where":
            like = "s[0]" if "s." in parts[0] else "p"
            made = [
                f"as_tensor({x}, dtype={like}.dtype)" if n.kind == "number" else x for x, n in zip(parts, node.parts)
            ]
            return f"torch.where({', '.join(made)})"
        if node.kind == "vtrap":
            return f"linear_exponential(-({parts[0]}), {parts[1]})"
        return f"{'' if node.kind == 'exprel' else 'torch.'}{node.kind}({parts[0]})"

    def _bounded(self, node: Node, parts: list[str]) -> str:
        kinds = [(part.kind == "number", text) for part, text in zip(node.parts, parts)]
        if node.kind == "clip":
            return _bound(False, _bound(True, kinds[0], kinds[1]), kinds[2])[1]
        found = kinds[0]
        for other in kinds[1:]:
            found = _bound(node.kind == "max", found, other)
        return found[1]


def _power(x: str, k: int) -> str:
    """As products, in the order of `values.power`."""
    if k <= 3:
        return f"(({x}) ** {k})" if k > 1 else f"({x})"
    half = _power(x, k // 2)
    return f"({half} * {half})" if k % 2 == 0 else f"({half} * {half} * ({x}))"


def _bound(below: bool, a: tuple[bool, str], b: tuple[bool, str]) -> tuple[bool, str]:
    """The greater of two where it is bounded from `below`, else the smaller; each says whether it is a number."""
    if a[0] or b[0]:
        x, number = (b, a) if a[0] else (a, b)
        return False, f"torch.clamp_{'min' if below else 'max'}({x[1]}, {number[1]})"
    return False, f"torch.{'maximum' if below else 'minimum'}({a[1]}, {b[1]})"


def _tidy(code: str) -> str:
    """Without the brackets that Python does not need."""
    return ast.unparse(ast.parse(textwrap.dedent(code)))


def _plain(text: str) -> str:
    return text.replace("\\", " ").replace('"', "'")


def _mark(mark: Quantity) -> str:
    given = [repr(mark.unit), f"low={mark.low!r}", f"high={mark.high!r}", f"bounds={mark.bounds!r}"]
    return f"Quantity({', '.join(given)}, default={mark.default!r}, doc={mark.doc!r})"
