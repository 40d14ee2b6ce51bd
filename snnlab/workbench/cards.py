"""Cards beside the plots: a model's equations, numbers measured on its spikes, and what they look like."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

import numpy as np

from snnlab.analysis import Verdict, spike_statistics
from snnlab.core.palette import VOLTAGE
from snnlab.engine import Diverged
from snnlab.models import Preset
from snnlab.views.mathml import Symbols, mathml

from .words import UNFOLDED

STOPPED = (
    "The run stopped at {time} ms: {variable} of neuron {neuron} is no longer finite. "
    "Try a smaller dt, or less extreme parameters."
)


def stopped(failure: Diverged) -> str:
    """That a run has stopped, and where. Neurons are counted from 1 here, as in the raster."""
    return STOPPED.format(variable=failure.variable, neuron=failure.neuron + 1, time=f"{failure.time:.4g}")


WIDTH = 28  # of a line of an equation, in letters: what the column beside the plots has room for


def lines_of(equation: str) -> list[str]:
    """An equation in lines that fit the column, broken before a term of its outermost sum; cases each in one.

    Without their brace, which a browser stretches only where it has a font of mathematics.
    """
    left, is_case, rows = equation.partition(r"\begin{cases}")
    if is_case and (rows.count(r"\end{cases}") > 1 or not rows.endswith(r"\end{cases}")):
        return [equation]  # they are but a part of it
    if is_case:
        first, *others = (row.replace("&", r"\quad") for row in rows.removesuffix(r"\end{cases}").split(r"\\"))
        return [left + first, *(rf"\phantom{{{left}}} {row}" for row in others)]
    pieces, depth = [""], 0
    for k, char in enumerate(equation):
        depth += (char in "{(") - (char in "})")
        if depth == 0 and char in "+-" and equation[k - 1] == " " and "=" in pieces[0] and equation[k - 2] != "=":
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


@lru_cache(maxsize=256)
def equations_html(lines: tuple[str, ...], symbols: Symbols = ()) -> str:
    """Equations as MathML, broken to the width of the column; "" where there are none. In it, `symbols` have names."""
    whole = [f"<div>{mathml(part, symbols)}</div>" for line in lines for part in lines_of(line)]
    return f"<div class='equations'>{''.join(whole)}</div>" if whole else ""


class Measure(NamedTuple):
    """A number: its name, unit, and digits after the point."""

    name: str
    unit: str = ""
    digits: int = 1
    driven: str = ""  # what follows the name where the stimulus is shorter than the run


# those that a page counts by itself: `measures` of pictures.js
MEASURES = {
    "count": Measure("Spike count", digits=0),
    "rate": Measure("Mean rate", "Hz", driven=" during the stimulus"),
    "latency": Measure("First-spike latency", "ms", 2),
    "isi": Measure("Mean ISI", "ms", 2, driven=" during the stimulus"),
    "inverse": Measure("1 / mean ISI", "Hz"),
}
# those of many neurons
OF_ALL = {"total": Measure("Spike count", digits=0), "each": Measure("Mean rate of a neuron", "Hz")}


class Number(NamedTuple):
    """A measured number as it is shown; `measure` is its key, where a page counts it too; `doc` says what it is."""

    name: str
    value: str
    measure: str = ""
    doc: str = ""


def counted(values: Mapping[str, float | None], whole: bool = True) -> list[Number]:
    """The numbers of measures, by their keys; `whole`: the stimulus lasts as long as the run."""
    rows = []
    for key, value in values.items():
        one = (MEASURES | OF_ALL)[key]
        rows.append(Number(one.name + one.driven * (not whole), cell(value, one.unit, one.digits), key))
    return rows


def written(measures: Mapping[str, Measure]) -> dict[str, dict[str, Any]]:
    """How a page writes them: `Measure` of pictures.js."""
    return {key: one._asdict() for key, one in measures.items()}


def cell(value: float | None, unit: str = "", digits: int = 1) -> str:
    """A measured number as it is shown; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f} {unit}".strip()


def statistics(
    times: np.ndarray,
    duration: float,
    driven: tuple[float, float],
    dt: float,
    population_rate: float | None = None,
    neurons: int = 1,
) -> list[Number]:
    """What is told of one spike train, and of its population: intervals and rates are those of the time `driven` by the
    stimulus, where that is shorter than the run of steps of `dt`.
    """
    begin, end = driven
    measured = spike_statistics(times, duration, begin, end)
    whole = end - begin >= duration - dt
    there = (times > begin) & (times <= end * (1 + 1e-9))
    within = measured if whole else spike_statistics(times[there], duration, begin, end)
    while_driven = MEASURES["rate"].driven * (not whole)
    mean = within.mean_isi
    here = {"count": measured.spikes, "rate": measured.rate_driven, "latency": measured.latency, "isi": mean}
    rows = [
        *counted(here | {"inverse": 1000 / mean if mean else None}, whole),
        Number("CV of ISI", cell(within.cv_isi, digits=3)),
    ]
    if neurons > 1:
        rows.append(Number(f"Mean rate of all {neurons}{while_driven}", cell(population_rate, "Hz")))
    return rows


class Beside(NamedTuple):
    """The numbers of another run: its letter and colour, and values by the measures or names of numbers."""

    letter: str
    color: str
    values: Mapping[str, str]


def numbers_html(rows: Iterable[Number], beside: Sequence[Beside] = ()) -> str:
    """Numbers as a table, with a column for each run that is to stand beside them; units are those of the first."""
    head, lines = "", []
    for one in rows:
        cells = f"<td{title(one.doc) if one.doc else ''}>{one.name}</td><td>{one.value}</td>"
        if beside:
            unit = one.value.partition(" ")[2]
            others = [other.values.get(one.measure or one.name, "–") for other in beside]
            cells += "".join([f"<td>{value.removesuffix(f' {unit}')}</td>" for value in others])
        lines.append(f"<tr data-measure='{one.measure}'>{cells}</tr>")
    if beside:
        named = "".join(f"<th scope='col' style='border-color: {one.color}'>{one.letter}</th>" for one in beside)
        head = f"<thead><tr><th></th><th scope='col' style='border-color: {VOLTAGE}'>now</th>{named}</tr></thead>"
    return f"<table class='numbers'>{head}<tbody>{''.join(lines)}</tbody></table>"


def title(doc: str) -> str:
    """An attribute of HTML that says it."""
    return f' title="{escape(doc)}"'


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def verdict_html(verdict: Verdict) -> str:
    """A verdict as HTML: its name, its sentence, and folded away what was measured."""
    name, sentence = verdict.pattern or "", verdict.sentence
    if verdict.letter:
        also = f", also called {verdict.also}" if verdict.also else ""
        said = f"<b>Looks like {name}</b>{also}. {escape(sentence)}"
    elif sentence.lower().startswith(name):
        said = f"<b>{sentence[: len(name)]}</b>{escape(sentence[len(name) :])}" if name else escape(sentence)
    else:
        said = f"<b>{capital(name)}.</b> {escape(sentence)}"
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in verdict.reasons)
    return f"<p>{said}</p><details {UNFOLDED}><summary>why</summary><ul>{reasons}</ul></details>"


def look_html(preset: Preset, moved: bool = False) -> str:
    """What to look at in a preset, and its source; `moved`: its values are others now."""
    told = f"<b>Look for</b> {escape(preset.look)}.<br><i>{escape(preset.source)}</i>"
    return f"<div{' class=moved' * moved}><p class='look'>{told}</p></div>"


LOOK = ".moved .look { opacity: 0.6; }"
NUMBERS = """
:host { overflow-x: auto; }
table.numbers { width: 100%; border-collapse: collapse; font-size: 13px; }
table.numbers td { padding: 3px 0; border-bottom: 1px solid rgba(128, 128, 128, 0.25); }
table.numbers td + td { text-align: right; font-variant-numeric: tabular-nums; font-weight: 600; white-space: nowrap; }
table.numbers td + td + td { font-weight: 400; padding-left: 8px; }
table.numbers td:first-child { min-width: 104px; }
table.numbers th { text-align: right; font-size: 12px; border-bottom: 3px solid transparent; padding-left: 8px; }
"""
# of an older run than what is drawn; where the answer comes at once, nothing flickers
WAITING = """
.waiting, :host(.waiting) { opacity: 0.4; transition: opacity 0.1s 0.25s; }
"""
# what is wider than the column, as a sequence of chirps, is moved by hand
EQUATIONS = """
.equations { overflow-x: auto; overflow-y: hidden; font-size: 15px; }
.equations div { padding: 3px 0; white-space: nowrap; }
.equations [data-knob] { cursor: pointer; border-radius: 3px; }
.equations [data-knob]:hover, .equations .lit { background: $LIT; box-shadow: 0 0 0 2px $LIT; }
"""
