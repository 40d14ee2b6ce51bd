"""How a field is written: as plain text for labels, as LaTeX for equations."""

import re

from snnlab.core import Annotation

_GREEK = {
    "tau": "τ",
    "delta": "Δ",
    "Delta": "Δ",
    "alpha": "α",
    "beta": "β",
    "rho": "ρ",
    "sigma": "σ",
    "eta": "η",
    "omega": "ω",
}
_LATEX = {
    "φ": r"\varphi",
    "τ": r"\tau",
    "Δ": r"\Delta",
    "α": r"\alpha",
    "β": r"\beta",
    "ρ": r"\rho",
    "σ": r"\sigma",
    "η": r"\eta",
    "θ": r"\theta",
    "ω": r"\omega",
}
SPACE = r"\ "  # in LaTeX, plain spaces are nothing


def plain_symbol(field: str, annotation: Annotation) -> str:
    """The symbol as plain text, for labels: tau_mem -> τ_mem."""
    if annotation.symbol and "\\" not in annotation.symbol:
        return annotation.symbol
    head, *rest = (annotation.name or field).split("_")
    return "_".join([_GREEK.get(head, head), *rest])


def latex_symbol(field: str, annotation: Annotation) -> str:
    """The symbol as LaTeX: v_th -> v_{\\mathrm{th}}."""
    if annotation.symbol:
        return re.sub("|".join(_LATEX), lambda found: _LATEX[found[0]], annotation.symbol)
    head, *rest = plain_symbol(field, annotation).split("_")
    head = _LATEX.get(head, rf"\mathrm{{{head}}}" if len(head) > 1 and head.isascii() else head)
    return head + (rf"_{{\mathrm{{{SPACE.join(rest)}}}}}" if rest else "")
