"""Cards beside the plots: a model's equations, and numbers measured on its spikes."""

import re
from collections.abc import Callable

from snnlab.analysis import SpikeStatistics
from snnlab.core import Neuron
from snnlab.symbolic import equations

WIDTH = 28  # of a line of an equation, in letters: what the column beside the plots has room for


def broken(line: str) -> list[str]:
    """An equation in lines that fit the column, broken before a term of its outermost sum."""
    pieces, depth = [""], 0
    for k, char in enumerate(line):
        depth += (char in "{(") - (char in "})")
        if depth == 0 and char in "+-" and line[k - 1] == " " and "=" in pieces[0] and line[k - 2] != "=":
            pieces.append("")
        pieces[-1] += char
    lines = [pieces[0]]
    for piece in pieces[1:]:
        if letters(lines[-1]) + letters(piece) > WIDTH:
            lines.append(r"\quad " + piece)
        else:
            lines[-1] += piece
    return lines


def letters(latex: str) -> int:
    """About how wide LaTeX is: all its letters and signs, where a command is none or one."""
    shown = re.sub(
        r"\\(mathrm|left|right|frac|text|quad)|[{}_^ \\]", "", re.sub(r"\\(tau|Delta|rho|theta|beta)", "x", latex)
    )
    return len(shown)


def equation_text(neuron: Neuron, **chosen: Callable) -> str:
    """The neuron's equations as one block of LaTeX, printed from its running code."""
    parts = equations(neuron, **chosen)
    words = {"spike": "spike when", "reset": "then", "receive": "input spike", "hold": "while"}
    lines = [part for line in parts.flow for part in broken(line)]
    for part, word in words.items():
        lines += [rf"\text{{{word if k == 0 else ''}}}\ \ {line}" for k, line in enumerate(getattr(parts, part))]
    return r"$$\begin{array}{l}" + r" \\[7pt] ".join(lines) + r"\end{array}$$"


def statistics_html(measured: SpikeStatistics, population_rate: float, neurons: int) -> str:
    """The measured numbers as a table."""

    def cell(value: float | None, unit: str = "", digits: int = 1) -> str:
        return "–" if value is None else f"{value:.{digits}f} {unit}".strip()

    rows = [
        ("Spike count", cell(measured.spikes, digits=0)),
        ("Mean rate", cell(measured.rate, "Hz")),
        ("First-spike latency", cell(measured.latency, "ms", 2)),
        ("Mean ISI", cell(measured.mean_isi, "ms", 2)),
        ("CV of ISI", cell(measured.cv_isi, digits=3)),
    ]
    if neurons > 1:
        rows.append((f"Mean rate of all {neurons}", cell(population_rate, "Hz")))
    return (
        "<table class='numbers'>"
        + "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
        + "</table>"
    )
