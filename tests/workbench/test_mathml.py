"""MathML says what LaTeX says."""

import re
from xml.etree import ElementTree

import pytest

from snnlab.models import FAMILIES, STIMULI
from snnlab.views.mathml import mathml

SPACE = "{http://www.w3.org/1998/Math/MathML}"
SYMBOLS = {"tau": "τ", "theta": "θ", "Delta": "Δ", "leftarrow": "←", "partial": "∂"}
MODELS = [(name, kind) for family in FAMILIES.values() for name, kind in family.items()] + list(STIMULI.items())


@pytest.mark.parametrize("kind", [kind for _, kind in MODELS], ids=[name for name, _ in MODELS])
def test_nothing_is_lost(kind):
    for line in kind().equations():
        tree = ElementTree.fromstring(mathml(line))
        text = "".join(tree.itertext())
        assert "\\" not in text
        assert len(tree.findall(f".//{SPACE}mfrac")) == line.count(r"\frac")
        for command, symbol in SYMBOLS.items():
            assert text.count(symbol) == len(re.findall(rf"\\{command}(?![a-z])", line))
        for word in re.findall(r"\\(?:mathrm|text){([^}]+)}", line):
            assert word.strip().replace(r"\ ", " ") in text.replace("\xa0", " ")


def test_a_line():
    tree = ElementTree.fromstring(mathml(r"\tau_{\mathrm{mem}} \frac{dv}{dt} = - v"))
    assert tree.get("displaystyle") == "true"
    assert [part.tag.removeprefix(SPACE) for part in tree[0]] == ["msub", "mfrac", "mo", "mo", "mi"]
    assert tree.find(f".//{SPACE}msub")[1].findtext(f".//{SPACE}mtext") == "mem"
