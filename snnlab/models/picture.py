"""What a notebook shows of a model or a stimulus: its values as a table, a small picture of a current."""

from html import escape
from typing import Any

import numpy as np

from snnlab.core import Quantity

WIDTH, HEIGHT, LEFT, BOTTOM = 360, 110, 52, 22
COLORS = {"current": "#5c85d6", "spikes": "#e53935", "pairs": "#e53935"}


def amount(value: Any) -> str:
    if isinstance(value, bool | str):
        return str(value)
    return ", ".join(map(str, value)) or "all" if isinstance(value, tuple) else f"{value:.6g}"


def values_table(knobs: Any, names: list[str] | None = None) -> str:
    """A table of parameters: symbol, value, unit, what it is; values that are not the defaults stand out."""
    changed, rows = knobs.changed(), []
    for field, name in knobs.shown.items():
        if names is not None and name not in names:
            continue
        mark, parameter = knobs.marks[field], knobs.param[name]
        unit = mark.unit if isinstance(mark, Quantity) and mark.unit != "1" else ""
        value = escape(amount(getattr(knobs, name)))
        value = f"<b>{value}</b>" if name in changed else value
        cells = (escape(name), escape(parameter.label), value, escape(unit), escape(mark.doc))
        rows.append("<tr>" + "".join(f"<td style='text-align:left'>{cell}</td>" for cell in cells) + "</tr>")
    return f"<table>{''.join(rows)}</table>"


def picture(stimulus: Any, inputs: dict[str, tuple[np.ndarray, float]], unit: str) -> str:
    """A stimulus over time as an SVG, with its values."""
    drawn = "".join(_plot(port, x.sum(1) if x.ndim > 1 else x, dt, unit) for port, (x, dt) in inputs.items())
    parts = "".join(f"<li>{escape(part.kind.title)}</li>" for part in stimulus.parts)
    title = escape(stimulus.kind.title[0].upper() + stimulus.kind.title[1:])
    return f"<div><b>{title}</b><br>{drawn}{f'<ol>{parts}</ol>' if parts else values_table(stimulus)}</div>"


def _plot(port: str, x: np.ndarray, dt: float, unit: str) -> str:
    low, high = float(x.min()), float(x.max())
    low, high = (low - 0.5, high + 0.5) if high == low else (low, high)
    across, up = (WIDTH - LEFT - 8) / len(x), (HEIGHT - BOTTOM - 12) / (high - low)
    line = " ".join(f"{LEFT + k * across:.1f},{HEIGHT - BOTTOM - (v - low) * up:.1f}" for k, v in enumerate(x.tolist()))
    words = "font-size='10' fill='currentColor'"
    labels = [(LEFT - 4, 16, "end", f"{high:.3g}"), (LEFT - 4, HEIGHT - BOTTOM, "end", f"{low:.3g}")]
    labels += [(LEFT, HEIGHT - 8, "start", "0"), (WIDTH - 8, HEIGHT - 8, "end", f"{len(x) * dt:g} ms")]
    kind = f"I ({unit})" if unit else "I" if port == "current" else "spikes"
    labels.append((LEFT - 4, (HEIGHT - BOTTOM) / 2 + 10, "end", kind))
    text = "".join(f"<text x='{a}' y='{b}' text-anchor='{c}' {words}>{escape(d)}</text>" for a, b, c, d in labels)
    path = f"<polyline points='{line}' fill='none' stroke='{COLORS[port]}' stroke-width='1.3'/>"
    return f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}' role='img'>{path}{text}</svg>"
