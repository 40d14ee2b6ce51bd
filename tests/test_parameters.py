"""What a parameter is for is said by its annotation: above floor 1, no code knows the name of a model's parameter."""

import ast
import re

import pytest

from snnlab import models
from snnlab.core import annotations, flattened
from snnlab.functional import ENCODERS, NEURONS, PLASTICITY
from tests.test_floors import FILES, FLOORS, ROOT, room

NAMES = {
    name
    for definition in (*NEURONS, *ENCODERS, *PLASTICITY)
    for field, mark in annotations(flattened(definition.parameters)).items()
    for name in (field, mark.name or field)
    if len(name) > 1  # a letter alone is the name of much else
}
# These speak other programs' languages, or that of an earlier version: there each name is translated.
TRANSLATORS = ("exchange/nir.py", "exchange/earlier.py", "exchange/script/", "presets/")
TRANSLATORS = tuple(f"snnlab/models/{path}" for path in TRANSLATORS)
ABOVE = [file for file in FILES if FLOORS.get(room(file), 0) > 1 and not file.startswith(TRANSLATORS)]


def known(source):
    """Names of parameters that this code compares with, lists, or hands on two at a time."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare():
                parts, enough = [node.left, *node.comparators], 1
            case ast.Tuple() | ast.List() | ast.Set():
                parts, enough = node.elts, 1
                if not all(isinstance(part, ast.Constant) for part in parts):
                    continue  # a pair of a name and something of one's own
            case ast.Call():
                parts, enough = node.args, 2
            case _:
                continue
        found = [part.value for part in parts if isinstance(part, ast.Constant) and part.value in NAMES]
        if len(found) >= enough:
            yield f"line {node.lineno}: {', '.join(found)}"


@pytest.mark.parametrize("file", ABOVE)
def test_no_parameter_is_known_by_its_name(file):
    assert not [*known((ROOT / file).read_text())]


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("wanted = [n for n in names if n != 'alpha']", False),
        ("if field in ('v_th', 'other'): pass", False),
        ("hidden = ('stride', 'lif_alpha')", False),
        ("fields = without(fields, 'Numbers', 'method', 'alpha')", False),
        ("if 'hardbound' in p._fields: pass", False),
        ("found = getattr(p, 'method')", True),
        ("pairs = [('sigma', self.sigma)]", True),
        ("if mark.part == 'gradient': pass", True),
    ],
)
def test_the_rule_itself(line, allowed):
    assert (not [*known(line)]) == allowed


def test_parts_are_those_that_people_see():
    """Which knobs a page shows, and where, for one model of each kind."""
    assert models.LIF.of_part("gradient") == ["method", "alpha"]
    assert models.STDP.of_part("shape") == ["convolutional", "stride", "padding", "dilation"]
    assert models.STDPSensor.of_part("unused") == ["tau_ac"]
    assert models.LIFCorrelation.of_part("gradient") == ["lif_method", "lif_alpha"]
    assert models.TanhSurrogate.of_part("run") == ["alpha"]  # there it is what is shown
    for kinds in models.FAMILIES.values():
        for kind in kinds.values():
            assert {*kind.of_part("run", "gradient", "shape", "unused")} == {*kind.shown.values()}


RULES = [rule for rule in PLASTICITY if rule.learn is not None]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("file", [file for file in FILES if room(file) in ("engine", "symbolic")])
def test_printers_and_kernels_know_no_rule(file, rule):
    """Neither its traces nor its bounds, classes, functions and parameters of more than one word.

    A trace of one letter, as papers have them, is called as much else is.
    """
    own = [rule.name, *(function.__name__ for function in rule.functions)]
    own += [trace for trace in rule.state._fields if len(trace) > 1]
    own += [kind.__name__ for kind in (rule.parameters, rule.state)] + [*rule.bounds(rule.parameters())]
    own += [name for name in rule.parameters._fields if "_" in name or name == "hardbound"]
    assert not re.findall(rf"\b(?:{'|'.join(own)})\b|(?i:stdp)", (ROOT / file).read_text())
