"""Lines of LaTeX as MathML, which browsers set by themselves."""

import re
from functools import lru_cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ElementTree.register_namespace("", NAMESPACE)
Symbols = tuple[tuple[str, str], ...]  # of parameters: LaTeX, and what it is called in the page


@lru_cache(maxsize=512)
def mathml(line: str, symbols: Symbols = ()) -> str:
    """A line of LaTeX as an element of MathML, with fractions of full size.

    The elements of `symbols` have the name that stands beside them, as `data-knob`.

    >>> "<mfrac>" in mathml(r"\\frac{dv}{dt} = I")
    True
    >>> mathml("d v", (("d", "model.d"),)).count('<mi data-knob="model.d">d</mi>')
    1
    """
    words = re.sub(r"\\mathrm{(\w+)}", r"\\text{\1}", line)  # else each letter would be a symbol
    found = convert(words).replace('display="inline"', 'displaystyle="true"', 1)
    if not symbols:
        return found
    names = {_form(_symbol(latex)): name for latex, name in symbols}
    tree = ElementTree.fromstring(found)
    _mark(tree, names)
    return ElementTree.tostring(tree, encoding="unicode")


@lru_cache(maxsize=512)
def _symbol(latex: str) -> Element:
    return ElementTree.fromstring(mathml(latex))[0]


def _form(one: Element, parts: int | None = None) -> tuple:
    """What an element is, however it is put in rows; `parts`: with its first ones alone, as tau of tau squared."""
    if one.tag == f"{{{NAMESPACE}}}mrow" and len(one) == 1:
        return _form(one[0])
    tag = one.tag.replace("msubsup", "msub") if parts else one.tag
    return tag, (one.text or "").strip(), tuple(map(_form, one[:parts]))


def _mark(one: Element, names: dict[tuple, str]) -> None:
    """Name the symbols in an element; the d and t of a derivative are none, nor is a symbol that has an index."""
    kind = one.tag.removeprefix(f"{{{NAMESPACE}}}")
    if kind == "mfrac" and "".join(one[1].itertext()) == "dt":
        return
    if (name := names.get(_form(one, 2 if kind == "msubsup" else None))) is not None and kind != "mrow":
        one.set("data-knob", name)
        return
    for part in one if kind not in ("msub", "msubsup") else one[2:]:
        _mark(part, names)
