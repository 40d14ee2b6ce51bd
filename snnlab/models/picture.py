"""What a notebook shows of a model or a stimulus: its values as a table, a small picture of a current."""

from html import escape
from typing import Any

import numpy as np

from snnlab.core import Quantity
from snnlab.core.palette import CURRENT, SPIKE
from snnlab.core.svg import plot
from snnlab.symbolic import plain_symbol

COLORS = {"current": CURRENT, "spikes": SPIKE, "pairs": SPIKE}


def amount(value: Any) -> str:
    if isinstance(value, bool | str):
        return str(value)
    return ", ".join(map(str, value)) or "all" if isinstance(value, tuple) else f"{value:.6g}"


def values_table(knobs: Any) -> str:
    """A table of parameters: symbol, value, unit, what it is; values that are not the defaults stand out."""
    changed, rows = knobs.changed(), []
    for field, name in knobs.shown.items():
        mark = knobs.marks[field]
        unit = mark.unit if isinstance(mark, Quantity) and mark.unit != "1" else ""
        value = escape(amount(getattr(knobs, name)))
        value = f"<b>{value}</b>" if name in changed else value
        cells = (escape(name), escape(plain_symbol(field, mark)), value, escape(unit), escape(mark.doc))
        rows.append("<tr>" + "".join(f"<td style='text-align:left'>{cell}</td>" for cell in cells) + "</tr>")
    return f"<table>{''.join(rows)}</table>"


def picture(stimulus: Any, inputs: dict[str, tuple[np.ndarray, float]], unit: str) -> str:
    """A stimulus over time as an SVG, with its values."""
    drawn = "".join(_plot(port, x.sum(1) if x.ndim > 1 else x, dt, unit) for port, (x, dt) in inputs.items())
    parts = "".join(f"<li>{escape(part.kind.title)}</li>" for part in stimulus.parts)
    title = escape(stimulus.kind.title[0].upper() + stimulus.kind.title[1:])
    lines = "".join(f"$${line}$$" for line in stimulus.equations())
    return f"<div><b>{title}</b><br>{drawn}{lines}{f'<ol>{parts}</ol>' if parts else values_table(stimulus)}</div>"


def _plot(port: str, x: np.ndarray, dt: float, unit: str) -> str:
    label = f"I ({unit})" if unit else "I" if port == "current" else "spikes"
    return plot(x.tolist(), len(x) * dt, label, COLORS[port])
